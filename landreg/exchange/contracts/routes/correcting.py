"""What was recorded wrongly of a contract, at the desk: a payment is corrected, a step taken back. What stands in a step's place is
recorded on the page of that step.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, Response, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.exchange.contracts import correcting, deal_queries, queries
from landreg.exchange.contracts.correcting import Paid, Wrong
from landreg.exchange.contracts.routes import desk
from landreg.exchange.contracts.routes.forms import back, kept, words
from landreg.exchange.contracts.rules.rent import PAYERS
from landreg.web import pages, problems
from landreg.web.forms import Upload, read_form

blueprint = Blueprint("contract_correcting", __name__)
PAYMENT = "/contracts/<county>/<uuid:contract_id>/payments/<uuid:payment_id>/correction"


@blueprint.get(PAYMENT)
@allow(Role.OPERATOR)
def payment(county: str, contract_id: UUID, payment_id: UUID) -> Response:
    """The form by which a payment is corrected."""
    with unit_of_work(current_actor()) as uow:
        if (row := queries.one(uow.session, county, contract_id)) is None:
            raise NotFound
        found, natural = queries.whole(uow.session, row), deal_queries.natural(uow.session, [row])
    wrong = next((one for one in found.recorded.payments if one.payment_id == payment_id), None)
    if wrong is None:
        raise NotFound
    return pages.render(
        "exchange/contracts/correction.html", contract=row, found=found, wrong=wrong, natural=natural,
        payers=words("contract_side", PAYERS), correction=found.recorded.corrections.get(payment_id),
    )  # fmt: skip


@dataclass(frozen=True)
class Correcting:
    """Why, and what is recorded in its place. how: 'none' where nothing is. number: of the contract that was paid."""

    why: str = field(default="", metadata={"most": 500})
    how: str = field(default="", metadata={"most": 10})
    number: str = field(default="", metadata={"most": 40})
    paid_on: date | None = None
    receipt: str = field(default="", metadata={"most": 60})
    amount: Decimal | None = None
    kg: Decimal | None = None
    payer: str = field(default="", metadata={"most": 20})
    paper: Upload | None = None


@blueprint.post(PAYMENT)
@allow(Role.OPERATOR)
@problems.back_to(payment)
def correct(county: str, contract_id: UUID, payment_id: UUID) -> Redirect:
    """Correct it."""
    given, actor = read_form(Correcting), current_actor()
    instead = None if given.how == "none" else _instead(given, county, contract_id)
    correcting.correct_payment(actor, county, contract_id, Wrong(payment_id, given.why), instead)
    flash(_("已更正，原来的记载保留，注明已更正。"))
    return back(county, contract_id)


def _instead(given: Correcting, county: str, contract_id: UUID) -> Paid:
    """What is recorded in its place. Raises BadInput (FORM-1, CON-16)."""
    if given.paid_on is None:
        raise BadInput(Finding("FORM-1", "paid_on"))
    with unit_of_work(current_actor()) as uow:
        of = queries.by_number(uow.session, given.number.strip()) if given.number.strip() else None
    if given.number.strip() and (of is None or of.county != county):
        raise BadInput(Finding("FORM-5", "number", {"given": given.number[:40]}))
    return Paid(
        of.contract_id if of else contract_id, given.amount, given.paid_on, given.receipt, given.kg, given.payer,
        kept(given.paper),
    )  # fmt: skip


@dataclass(frozen=True)
class TakingBack:
    """Why a step was recorded wrongly."""

    why: str = field(default="", metadata={"most": 500})


@blueprint.post("/contracts/<county>/<uuid:contract_id>/steps/<uuid:event_id>/take-back")
@allow(Role.OPERATOR)
@problems.back_to(lambda county, contract_id, event_id: desk.one(county, contract_id))
def take_back(county: str, contract_id: UUID, event_id: UUID) -> Redirect:
    """Take back a dividend that was not resolved, an outcome of a dispute that is open still."""
    correcting.take_back(current_actor(), county, contract_id, Wrong(event_id, read_form(TakingBack).why))
    flash(_("已撤销，原来的记载保留，注明已撤销。"))
    return back(county, contract_id)
