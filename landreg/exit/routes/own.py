"""A household's own exits: where each stands, and the button that takes it back."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.exit import queries, service
from landreg.registry.home import brought_queries
from landreg.web import pages, problems

blueprint = Blueprint("own_exits", __name__)


@blueprint.get("/my/exits")
@allow(Role.FARMER)
def index() -> Response:
    """The household's exits, newest first."""
    actor = bound()
    assert actor.household is not None  # noqa: S101  (asked just now)
    with unit_of_work(actor) as uow:
        rows = queries.of_household(uow.session, actor.household)
        cases = {case.case_id: case for case in brought_queries.own_cases(uow.session)}
    return pages.render("exit/own.html", rows=rows, cases=cases)


@blueprint.post("/my/exits/<county>/<uuid:exit_id>/withdraw")
@allow(Role.FARMER)
@problems.back_to(lambda county, exit_id: index())
def withdraw(county: str, exit_id: UUID) -> Redirect:
    """Take it back, by one click."""
    service.withdraw_own(bound(), county, exit_id)
    flash(_("退出已撤回，您户的权利照旧，不收任何费用。"))
    return redirect(url_for(".index"), 303)


def bound() -> Actor:
    """The farmer who asks. Raises Refused (ACC-30) when the account is bound to no household."""
    actor = current_actor()
    if actor.household is None:
        raise Refused(Finding("ACC-30"))
    return actor
