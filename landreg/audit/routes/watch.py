"""The watch: exits held against settlements. A look is asked for, not followed as a link: each is two leaves a month."""

from __future__ import annotations

from flask import Blueprint, Response

from landreg.access.policy import allow, current_actor
from landreg.audit.routes.asked import look_asked
from landreg.audit.watch import look
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.land.queries import division_names
from landreg.web import pages, problems

blueprint = Blueprint("watch", __name__)
SHOWN = 40
"""Tests that are listed beneath the flags."""


@blueprint.get("/watch")
@allow(Role.AUDITOR)
def index() -> Response:
    """What is looked at, and the form."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
    return pages.render("audit/watch.html", found=None, within=actor.jurisdiction, month=f"{today:%Y-%m}")


@blueprint.post("/watch")
@allow(Role.AUDITOR)
@problems.back_to(index)
def looked() -> Response:
    """What one look found: the flags with the exits behind them, and what was asked beside."""
    actor, (given, month) = current_actor(), look_asked()
    found = look(actor, month, given.within)
    with unit_of_work(actor) as uow:
        villages = {test.key for test in found.tests if test.kind == "village"}
        names = division_names(uow.session, [*villages, given.within or actor.jurisdiction])
    return pages.render(
        "audit/watch.html",
        found=found,
        within=given.within or actor.jurisdiction,
        month=given.month,
        names=names,
        shown=found.tests[:SHOWN],
    )
