"""The door: logging in and out, one's own password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Redirect

from landreg.access import accounts, citizen_pages, factor_pages, oidc_pages, service, sessions
from landreg.access.home import inside
from landreg.access.policy import (
    ANYONE,
    SESSION_KEY,
    STRANGERS_MOST,
    NotSignedIn,
    PasswordDue,
    SecondFactorDue,
    allow,
    code_due,
    door,
    signed_in,
)
from landreg.core.actor import Role
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.law.book import all_rules
from landreg.web import pages, problems
from landreg.web.forms import read_form

blueprint = Blueprint("access", __name__)
blueprint.register_blueprint(accounts.blueprint)
blueprint.register_blueprint(factor_pages.blueprint)
blueprint.register_blueprint(citizen_pages.blueprint)
blueprint.register_blueprint(oidc_pages.blueprint)
# What was typed into a form whose session had ended travels through the log-in; files cannot.
LONGEST_KEPT = 200_000
NEVER_KEPT = frozenset({"csrf_token", "password", "old", "kept", "code"})


@dataclass(frozen=True)
class Credentials:
    """The log-in form. next: where to go on; kept: a form that waits for the log-in, as JSON."""

    login: str = field(metadata={"most": 64})
    password: str = field(metadata={"most": 1000, "verbatim": True})
    next: str = "/"
    kept: str = field(default="", metadata={"most": 2 * LONGEST_KEPT})


@dataclass(frozen=True)
class Code:
    """A code of the authenticator, or a recovery code; next and kept as in the log-in form."""

    code: str = field(metadata={"most": 40})
    next: str = "/"
    kept: str = field(default="", metadata={"most": 2 * LONGEST_KEPT})


@dataclass(frozen=True)
class NewPassword:
    """The old password, and twice the new one."""

    old: str = field(metadata={"most": 1000, "verbatim": True})
    password: str = field(metadata={"most": 1000, "verbatim": True})
    again: str = field(metadata={"most": 1000, "verbatim": True})


@blueprint.get("/login")
@allow(Role.PUBLIC)
def log_in() -> Response:
    """The log-in form."""
    if signed_in() is not None and request.method == "GET":
        return redirect(inside(request.args.get("next", "/")), 303)  # type: ignore[return-value]
    return _login_page(request.values.get("next", "/"), request.form.get("kept", ""))


@blueprint.post("/login")
@allow(Role.PUBLIC)
@problems.back_to(log_in)
def enter() -> Response | Redirect:
    """Begin a session under a new cookie, then go on where the log-in interrupted."""
    given = read_form(Credentials)
    signed = sessions.log_in(door(), given.login, given.password, request.remote_addr or "")
    session.clear()
    session[SESSION_KEY] = signed.token
    if signed.code_due:
        pages.another_form()
        return _code_page(given.next, given.kept)
    return _go_on(given.next, given.kept)


@blueprint.get("/login/code")
@allow(Role.PUBLIC)
def ask_code() -> Response | Redirect:
    """The form for the code that a log-in waits for."""
    if not code_due():
        return redirect(url_for("access.log_in", next=inside(request.values.get("next", "/"))), 303)
    return _code_page(request.values.get("next", "/"), request.form.get("kept", ""))


@blueprint.post("/login/code")
@allow(Role.PUBLIC)
@problems.back_to(ask_code)
def give_code() -> Response | Redirect:
    """Complete the log-in under a new cookie."""
    given = read_form(Code)
    token = session.get(SESSION_KEY)
    completed = sessions.give_code(
        door(), token if isinstance(token, str) else "", given.code, request.remote_addr or ""
    )
    session.clear()
    session[SESSION_KEY] = completed
    return _go_on(given.next, given.kept)


@blueprint.post("/logout")
@allow(Role.PUBLIC)
def log_out() -> Redirect:
    """End the session on the server and forget its cookie."""
    token = session.get(SESSION_KEY)
    if token:
        sessions.log_out(door(), token)
    session.clear()
    return redirect(url_for("access.log_in"), 303)


@blueprint.get("/account/password")
@allow(*ANYONE, temporary_password=True)
def own_password() -> Response:
    """The form for a password of one's own."""
    found = signed_in()
    return pages.render("access/own_password.html", due=found is not None and found.password_temporary)


@blueprint.post("/account/password")
@allow(*ANYONE, temporary_password=True)
@problems.back_to(own_password)
def set_own_password() -> Redirect:
    """Change one's own password; other sessions of the account end."""
    given = read_form(NewPassword)
    if given.password != given.again:
        raise BadInput(Finding("ACC-18", "again"))
    found = signed_in()
    assert found is not None  # noqa: S101  (the route asks for a log-in)
    service.change_password(door(), found.login, given.old, given.password, session[SESSION_KEY])
    flash(_("密码已修改，其他设备上的登录已退出。"))
    return redirect("/", 303)


@blueprint.get("/problems/<code>")
@allow(Role.PUBLIC)
def problem(code: str) -> Response:
    """What a rule's code means, and the articles on which it stands: the `type` of a problem+json."""
    rule = all_rules().get(code)
    if rule is None:
        raise NotFound
    return pages.render("access/rule.html", rule=rule)


@blueprint.app_errorhandler(NotSignedIn)
def ask_to_log_in(error: NotSignedIn) -> Response | Redirect:
    """A page asks to log in and comes back to itself; a form waits behind the log-in with what was typed."""
    if problems.wants_json():
        return problems.answer(error)
    if request.method == "GET":
        wanted = request.full_path.rstrip("?")
        return redirect(url_for("access.log_in", next=None if wanted == "/" else wanted), 303)
    pages.another_form()
    large = (request.content_length or 0) > STRANGERS_MOST
    fields = [] if large else request.form.lists()
    text = json.dumps({name: values for name, values in fields if name not in NEVER_KEPT}, ensure_ascii=False)
    return _login_page(request.path, text if len(text) <= LONGEST_KEPT else "", status=error.status)


@blueprint.app_errorhandler(PasswordDue)
def ask_for_own_password(error: PasswordDue) -> Response | Redirect:
    """A page leads to the form for one's own password."""
    return problems.answer(error) if problems.wants_json() else redirect(url_for("access.own_password"), 303)


@blueprint.app_errorhandler(SecondFactorDue)
def ask_for_second_factor(error: SecondFactorDue) -> Response | Redirect:
    """A page leads to where an authenticator is set up."""
    return problems.answer(error) if problems.wants_json() else redirect(url_for("access.factor.shown"), 303)


@blueprint.app_errorhandler(sessions.LoginFailed)
def sign_on_failed(error: sessions.LoginFailed) -> Response:
    """Where no form comes back, as after the province's sign-on: the log-in page with what went wrong."""
    if problems.wants_json():
        return problems.answer(error)
    g.findings, g.status = error.findings, error.status
    pages.another_form()
    return _login_page("/", "", status=error.status)


@blueprint.app_errorhandler(CSRFError)
def stale_form(_error: CSRFError) -> Response:
    """A form of an earlier session may be sent once more, when the browser says that it is a page of ours."""
    ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not ours or problems.wants_json() or request.path == url_for("access.log_out"):
        return problems.answer(BadInput(Finding("FORM-10")))
    fields = {name: values for name, values in request.form.lists() if name not in NEVER_KEPT}
    return pages.render("access/go_on.html", address=request.path, fields=fields, status=400)


def _login_page(wanted: str, kept: str, status: int = 200) -> Response:
    return pages.render(
        "access/login.html",
        status,
        next=inside(wanted),
        kept=kept,
        waiting=_kept_form(kept) is not None,
        province=oidc_pages.offered(),
    )


def _code_page(wanted: str, kept: str) -> Response:
    return pages.render("access/code.html", next=inside(wanted), kept=kept)


def _go_on(wanted: str, kept: str) -> Response | Redirect:
    fields = _kept_form(kept)
    if fields is not None:
        return pages.render("access/go_on.html", address=inside(wanted), fields=fields)
    return redirect(inside(wanted), 303)


def _kept_form(text: str) -> Mapping[str, list[str]] | None:
    """The fields of a form that waited, None when there is none or it is not ours."""
    try:
        fields: Any = json.loads(text) if text else None
    except ValueError:
        return None
    if not isinstance(fields, dict) or not fields:
        return None
    return {
        str(name): [value for value in values if isinstance(value, str)]
        for name, values in fields.items()
        if isinstance(values, list) and name not in NEVER_KEPT
    }
