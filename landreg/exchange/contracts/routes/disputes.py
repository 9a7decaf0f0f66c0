"""Disputes at the desk: brought before mediation, arbitration or court, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.exchange.contracts import disputes
from landreg.exchange.contracts.correcting import Wrong
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.routes.forms import back, kept
from landreg.exchange.contracts.routes.life import again
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.web import problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_disputes", __name__)


@dataclass(frozen=True)
class Disputing:
    """Where a dispute is brought, about what and when. accepted: the paper says that the forum took it up."""

    forum: str
    about: str
    said: str = field(metadata={"most": 1000})
    accepted: bool = False
    on_day: date | None = None
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/dispute")
@allow(Role.OPERATOR)
@problems.back_to(again("dispute"))
def dispute(county: str, contract_id: UUID) -> Redirect:
    """Record a dispute."""
    given = read_form(Disputing)
    asked = Brought(given.forum, given.said, given.about, given.accepted, given.on_day)
    disputes.dispute(current_actor(), county, contract_id, asked, kept(given.paper))
    flash(_("争议已记录，结果出来之前合同不变更、不解除。"))
    return back(county, contract_id)


@dataclass(frozen=True)
class Settling:
    """What came of it, by which paper."""

    outcome: str
    on_day: date
    document: str = ""
    served_on: date | None = None
    final: bool = False
    yuan: Decimal | None = None
    due_on: date | None = None
    pays: str = ""
    covers: tuple[int, ...] = ()
    beside: bool = False
    looked: bool = False
    said: str = field(default="", metadata={"most": 1000})
    corrects: UUID | None = None
    why: str = field(default="", metadata={"most": 500})
    paper: Upload | None = None


@blueprint.post("/contracts/<county>/<uuid:contract_id>/outcome")
@allow(Role.OPERATOR)
@problems.back_to(again("outcome"))
def settle(county: str, contract_id: UUID) -> Redirect:
    """Record the outcome."""
    given = read_form(Settling)
    asked = Outcome(
        given.outcome, given.on_day, given.yuan, given.due_on, given.said, given.pays, given.document, given.served_on,
        given.final, tuple(sorted(set(given.covers))), given.beside, given.looked,
    )  # fmt: skip
    wrong = Wrong(given.corrects, given.why) if given.corrects else None
    disputes.settle(current_actor(), county, contract_id, asked, kept(given.paper), wrong)
    flash(_("争议结果已记录。"))
    return back(county, contract_id)
