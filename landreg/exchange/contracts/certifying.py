"""The transaction certificate (交易鉴证书): of a contract that is signed, whose words the law bears, whose dues are paid."""

from __future__ import annotations

from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import queries
from landreg.exchange.contracts.entering import happened, held, of_transfer
from landreg.exchange.contracts.members import outside
from landreg.exchange.contracts.rules.course import con_14_signed_and_settled
from landreg.exchange.contracts.rules.rent import DEPOSIT, IN_ONE_SUM, ZERO
from landreg.exchange.contracts.saying import sold_by


def certify(actor: Actor, county: str, contract_id: UUID) -> str:
    """Give the transaction certificate; its number. Raises Refused (CON-14, CON-84), Conflict (CON-5) where it was given."""
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        of_transfer(found, law, "certificate")
        if found.of("certified"):
            raise Conflict(Finding("CON-5", "state", {"where": "signed"}, subject=found.contract.number))
        # One sum is the whole price: it is paid before the certificate, whatever its day, unless the contract says by instalments.
        at_once = found.contract.instalments is None
        paid = not any(
            one.open and ((one.due.kind == IN_ONE_SUM and at_once) or one.due.due_on <= law.on) for one in found.settled
        )
        wrong = (
            con_14_signed_and_settled((found.course(law.on), paid), law),
            sold_by(uow.session, found.contract, law, found.signed_on(law.on)),
        )
        if told := [one for one in wrong if one is not None]:
            raise Refused(told)
        number = f"{county}-J{beijing_day(uow.now).year}-{queries.next_certificate(uow.session):06d}"
        # A deposit goes back: it is no part of the price.
        deposits = [one for one in found.settled if one.due.kind == DEPOSIT]
        paid_yuan = found.money - sum((one.paid for one in deposits), ZERO)
        left = found.left - sum((one.left for one in deposits), ZERO)
        sums = {"paid": f"{paid_yuan}", "left": f"{left}", "left_kg": f"{found.left_kg}"}
        coming = (one.due.due_on for one in found.settled if one.open and one.due.kind != DEPOSIT)
        if (following := next(coming, None)) is not None:
            sums["next_on"] = following.isoformat()
        if (of := outside(uow.session, found)).told_is_due:
            sums["members_told_on"] = of.told_on.isoformat() if of.told_on else ""
        happened(uow, found.contract, "certified", law.on, facts={"number": number, **sums})
    return number
