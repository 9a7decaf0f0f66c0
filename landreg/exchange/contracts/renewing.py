"""Whether whoever has land by a lease that comes to its end renews: they are asked in writing, and answer by a last day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, Refused
from landreg.exchange.contracts.entering import happened, held, must, of_transfer, open_for
from landreg.exchange.contracts.rules.renewing import (
    WORDS,
    Inquiry,
    answer_by,
    asked_from,
    con_103_asked_on_a_day_that_was,
    con_104_silent_after_the_last_day,
    open_until,
)
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.registry.guarded import Attached, ties_nothing


def first_inquiry(found: Whole, law: Law) -> date:
    """The first day on which an inquiry of a contract counts."""
    return asked_from(found.signed_on(found.contract.from_on), found.contract.until_on, law)


def renewal(
    actor: Actor, county: str, contract_id: UUID, answer: str, said: str, paper: Attached | None, told_on: date | None = None
) -> None:  # fmt: skip
    """Record that whoever has the land was asked to renew on equal terms, wants to or declined in writing, or said nothing by the
    inquiry's last day. told_on: when the inquiry reached them, today where none is said. paper: the inquiry with the proof of its
    delivery, or the answer; silence needs none. Raises BadInput (FORM-5, FORM-7), Refused (CON-103, CON-104, GUARD-1), Conflict
    (CON-5).
    """
    if answer not in WORDS:
        raise BadInput(Finding("FORM-5", "answer", {"given": answer[:40]}))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "running", "over")
        of_transfer(found, law, "renewal_asked")
        ties_nothing(law.on, paper, said=said)
        row, on_day, facts = found.contract, law.on, {}
        if answer == "renewal_asked":
            on_day = told_on or law.on
            asked = Inquiry(row.number, on_day, found.signed_on(row.from_on), row.until_on)
            if wrong := con_103_asked_on_a_day_that_was(asked, law):
                raise Refused(wrong)
            facts = {"answer_by": answer_by(on_day, law).isoformat()}
        silent = answer == "renewal_silent"
        if silent and (
            wrong := con_104_silent_after_the_last_day((row.number, open_until(found.course(law.on).events)), law)
        ):
            raise Refused(wrong)
        happened(uow, row, answer, on_day, said=said, facts=facts, paper=paper if silent else must(paper))
