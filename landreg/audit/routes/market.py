"""The fairness watch: the market held against chance. A look is asked for, not followed as a link: each is a leaf."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Blueprint, Response

from landreg.access.policy import allow, current_actor
from landreg.audit.fair_look import look, said
from landreg.audit.routes.asked import ALL, month_of
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding
from landreg.core.periods import beijing_day
from landreg.web import pages, problems
from landreg.web.forms import read_form

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


@dataclass(frozen=True)
class Wanted:
    """Which divisions, and the last of the months: `2026-03`."""

    month: str = field(metadata={"most": 7})
    within: str = field(default="", metadata={"most": 12})


@blueprint.post("/market")
@allow(Role.AUDITOR)
@problems.back_to(index)
def looked() -> Response:
    """What one look found: what chance does not answer, what is listed whatever chance says, and what was asked beside."""
    actor, given = current_actor(), read_form(Wanted)
    month = None if given.month == ALL else month_of(given.month, "month")
    if month is None:
        raise BadInput(Finding("FORM-2", "month", {"given": given.month}))
    found = look(actor, month, given.within)
    return pages.render(
        "audit/market.html", found=found, within=given.within or actor.jurisdiction, month=given.month, shown=found.asked[:SHOWN],
        said=lambda subject: said(subject, found.names),
    )  # fmt: skip
