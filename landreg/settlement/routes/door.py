"""Signing on at the settlement window: the steps of `access`, of this window's own accounts, on its own pages."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_wtf.csrf import CSRFError

from landreg.access import factor_pages, routes, sessions
from landreg.access.policy import NotSignedIn, PasswordDue, SecondFactorDue, allow
from landreg.core.actor import Role
from landreg.core.errors import NotFound
from landreg.law.book import all_rules
from landreg.web import pages

blueprint = Blueprint("access", __name__)
blueprint.register_blueprint(factor_pages.blueprint)
TOLD = ("SET", "FORM", "SYS", "ACC", "DOC")
"""The families of rules that this window's pages explain."""

for address, verb, view in (
    ("/login", "GET", routes.log_in),
    ("/login", "POST", routes.enter),
    ("/login/code", "GET", routes.ask_code),
    ("/login/code", "POST", routes.give_code),
    ("/logout", "POST", routes.log_out),
    ("/account/password", "GET", routes.own_password),
    ("/account/password", "POST", routes.set_own_password),
):
    blueprint.add_url_rule(address, view_func=view, methods=[verb])
blueprint.app_errorhandler(NotSignedIn)(routes.ask_to_log_in)
blueprint.app_errorhandler(PasswordDue)(routes.ask_for_own_password)
blueprint.app_errorhandler(SecondFactorDue)(routes.ask_for_second_factor)
blueprint.app_errorhandler(sessions.LoginFailed)(routes.sign_on_failed)
blueprint.app_errorhandler(CSRFError)(routes.stale_form)


@blueprint.get("/problems/<code>")
@allow(Role.PUBLIC)
def problem(code: str) -> Response:
    """What a code of this window means: the `type` of a problem+json."""
    rule = all_rules().get(code)
    if rule is None or code.split("-")[0] not in TOLD:
        raise NotFound
    return pages.render("access/rule.html", rule=rule)
