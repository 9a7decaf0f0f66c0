"""What becomes of the land-operation right that a contract brought into the register when the contract ends: what restricts it is
named, the parties ask for it to be struck out, the registry's desk opens that case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding
from landreg.core.files import Store
from landreg.exchange.contracts import deal_queries, land_queries
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.rules.closing import (
    GivenUp,
    Laid,
    con_38_frozen_right_is_not_given_up,
    con_39_creditor_lets_it_end,
)
from landreg.exchange.contracts.rules.course import stage
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.registry import documents
from landreg.registry.casework.applications import case_on_right, open_case
from landreg.registry.guarded import Attached, ties_nothing
from landreg.registry.rules.household_requests import LandOperationEnd

REASONS = {
    "term_over": "term_over",
    "terminated": "dissolved",
    "award": "operation_ruling",
    "land_lost": "operation_land_lost",
}
"""By how a contract ended: the reason for which its right does; any other end is one to which both sides agreed."""

CONSENTED_AT = ("signed", "running", "over")
"""The stages of a contract that its parties may end or change by agreement."""


@dataclass(frozen=True)
class Registered:
    """The rights that a contract brought into the register and that stand there, and what restricts them."""

    rights: Sequence[Any] = ()
    laid: tuple[Laid, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether a mortgage stands whose creditor has not let the contract end or change."""
        return any(one.kind == "mortgage" and not one.consented for one in self.laid)

    @property
    def open(self) -> str:
        """The number of the case that is to strike one of them out; '' where none is open."""
        return next((str(one.ending) for one in self.rights if one.ending), "")


def registered(session: Session, found: Whole) -> Registered:
    """What stands in the register of a contract; nothing of one that another has replaced: its right goes on under that."""
    row, end = found.contract, found.of("ended")
    if end is not None and end.facts.get("how") == "replaced":
        return Registered()
    rights = land_queries.rights_under(session, row.county, row.contract_id)
    if not rights:
        return Registered()
    natural = deal_queries.natural(session, [row])
    holder = masked_name(row.taker_name) if row.taker_id in natural else row.taker_name
    laid = land_queries.laid_on(session, row.county, row.contract_id)
    return Registered(
        rights, tuple(Laid(one.kind, one.party, one.code, holder, str(one.row_id), one.consented) for one in laid)
    )


def given_up(uow: UnitOfWork, found: Whole, consent: Attached | None) -> GivenUp:
    """A contract that both sides end or change, as the rules take it."""
    return GivenUp(found.contract.number, registered(uow.session, found).laid, consent is not None)


def stopped(uow: UnitOfWork, found: Whole, law: Law, consent: Attached | None = None) -> list[Finding]:
    """What stops that (CON-38, CON-39); nothing where no restriction does."""
    up = given_up(uow, found, consent)
    told = con_38_frozen_right_is_not_given_up(up, law), con_39_creditor_lets_it_end(up, law)
    return [finding for finding in told if finding]


def let_end(uow: UnitOfWork, found: Whole, law: Law, paper: Attached) -> None:
    """Write the consent of the creditors of the mortgages that stand now, and of no later one. Raises Refused (GUARD-1)."""
    ties_nothing(law.on, paper)
    rows = [one.row for one in registered(uow.session, found).laid if one.kind == "mortgage"]
    happened(uow, found.contract, "creditor_consented", law.on, facts={"restrictions": rows}, paper=paper)


def creditor_consents(actor: Actor, county: str, contract_id: UUID, paper: Attached | None) -> None:
    """Record beforehand that the creditors let the contract end or change. Raises Conflict (CON-5) where no mortgage waits for it,
    Refused (GUARD-1), BadInput (FORM-7).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, *CONSENTED_AT)
        if not registered(uow.session, found).waits:
            raise _not_now(found, law)
        let_end(uow, found, law, must(paper))


def ask_cancellation(actor: Actor, county: str, contract_id: UUID, paper: Attached | None) -> None:
    """The parties ask for the right to be struck out, by their signed application, after the contract has ended.

    Raises Conflict (CON-5) where it has not, no right of it stands, or they did before, Refused (GUARD-1), BadInput (FORM-7).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "ended")
        if found.of("cancellation_asked") or not registered(uow.session, found).rights:
            raise _not_now(found, law)
        kept = must(paper)
        ties_nothing(law.on, kept)
        happened(uow, found.contract, "cancellation_asked", law.on, paper=kept)


def open_case_of_end(actor: Actor, store: Store, county: str, contract_id: UUID, text: bytes) -> UUID:
    """Open the case that strikes the right out, as the parties asked; its id. text: the contract as PDF, which shows that its term
    is over where no paper shows its end.

    Raises NotFound, Conflict (CON-5, REG-26), Refused with every finding of the act (TR-*, LO-*).
    """
    sha256, size = store.put(BytesIO(text))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        stands, end, row = registered(uow.session, found), found.of("ended"), found.contract
        if end is None or not stands.rights or stands.open or not found.of("cancellation_asked"):
            raise _not_now(found, law)
        asked = LandOperationEnd(REASONS.get(str(end.facts.get("how")), "agreed"), row.number)
        case = case_on_right(uow, law, county, stands.rights[0].right_id, "land_operation_end", asked)
        case_id = open_case(uow, law, *case)
        papers = [("end_proof", sha256, size, f"{row.number}.pdf")] if end.document_id is None else []
        for kind, step in (
            ("application", "cancellation_asked"), ("end_proof", "ended"), ("creditor_consent", "creditor_consented")
        ):  # fmt: skip
            event = found.of(step)
            if event is not None and event.document_id is not None:
                paper = found.papers[event.document_id]
                papers.append((kind, paper.sha256, paper.size, paper.name))
        for kind, digest, bytes_, name in papers:
            documents.enter(
                uow, county=county, village=row.village, sha256=digest, size=bytes_, kind=kind, name=name, cases=[case_id]
            )  # fmt: skip
    return case_id


def _not_now(found: Whole, law: Law) -> Conflict:
    return Conflict(Finding("CON-5", "state", {"where": stage(found.course(law.on))}, subject=found.contract.number))
