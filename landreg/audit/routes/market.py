"""The fairness watch: the market held against chance. A look is asked for, not followed as a link: each is a leaf."""

from __future__ import annotations

from flask import Blueprint, Response

from landreg.access.policy import allow, current_actor
from landreg.audit.fair_look import look, said
from landreg.audit.routes.asked import look_asked
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.web import pages, problems

blueprint = Blueprint("market", __name__)
SHOWN = 40
"""Questions that are listed beneath the flags."""


@blueprint.get("/market")
@allow(Role.AUDITOR)
def index() -> Response:
    """What is asked, and the form."""
    actor = current_actor()
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
    return pages.render("audit/market.html", found=None, within=actor.jurisdiction, month=f"{today:%Y-%m}")


@blueprint.post("/market")
@allow(Role.AUDITOR)
@problems.back_to(index)
def looked() -> Response:
    """What one look found: what chance does not answer, what is listed whatever chance says, and what was asked beside."""
    actor, (given, month) = current_actor(), look_asked()
    found = look(actor, month, given.within)
    return pages.render(
        "audit/market.html", found=found, within=given.within or actor.jurisdiction, month=given.month, shown=found.asked[:SHOWN],
        said=lambda subject: said(subject, found.names),
    )  # fmt: skip
