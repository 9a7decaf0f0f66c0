"""What becomes of the land-operation right that a contract brought into the register when the contract ends: what restricts it is
named, the parties ask for it to be struck out, the registry's desk opens that case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, Refused
from landreg.core.files import Store
from landreg.exchange.contracts import deal_queries, land_queries
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.model import ContractPaper
from landreg.exchange.contracts.rules.closing import (
    PURPOSES,
    GivenUp,
    Laid,
    Told,
    con_38_frozen_right_is_not_given_up,
    con_39_creditor_lets_it_end,
    con_70_creditor_is_told,
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
    """The rights that a contract brought into the register and that stand there, and what restricts them. untold: the creditors who
    are to be told of its end still.
    """

    rights: Sequence[Any] = ()
    laid: tuple[Laid, ...] = ()
    untold: tuple[str, ...] = ()

    @property
    def waits(self) -> tuple[str, ...]:
        """To what the creditor of a mortgage that stands has not consented yet."""
        mortgages = [one for one in self.laid if one.kind == "mortgage"]
        return tuple(what for what in PURPOSES if any(what not in one.consented_to for one in mortgages))

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
    untold = land_queries.creditors_untold(session, row.county, row.contract_id) if laid else ()
    return Registered(
        rights,
        tuple(
            Laid(one.kind, one.party, one.code, holder, str(one.row_id), tuple(one.consented_to), one.told)
            for one in laid
        ),
        tuple(one.party for one in untold),
    )


def stopped(uow: UnitOfWork, found: Whole, law: Law, purpose: str, consent: Attached | None = None) -> list[Finding]:
    """What stops that both sides end or change a contract (CON-38, CON-39); nothing where no restriction does."""
    up = GivenUp(found.contract.number, registered(uow.session, found).laid, purpose, consent is not None)
    told = con_38_frozen_right_is_not_given_up(up, law), con_39_creditor_lets_it_end(up, law)
    return [finding for finding in told if finding]


def let_come(uow: UnitOfWork, found: Whole, law: Law, purpose: str, paper: Attached) -> None:
    """Write the consent, to a purpose, of the creditors of the mortgages that stand now, and of no later one. Raises Refused
    (GUARD-1).
    """
    ties_nothing(law.on, paper)
    rows = [one.row for one in registered(uow.session, found).laid if one.kind == "mortgage"]
    happened(
        uow, found.contract, "creditor_consented", law.on, facts={"for": purpose, "restrictions": rows}, paper=paper
    )


def creditor_consents(actor: Actor, county: str, contract_id: UUID, purpose: str, paper: Attached | None) -> None:
    """Record beforehand that the creditors let the contract end, or change (purpose). Raises Conflict (CON-5) where no mortgage
    waits for it, Refused (GUARD-1), BadInput (FORM-5, FORM-7).
    """
    if purpose not in PURPOSES:
        raise BadInput(Finding("FORM-5", "purpose", {"given": purpose[:40]}))
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, *CONSENTED_AT)
        if purpose not in registered(uow.session, found).waits:
            raise _not_now(found, law)
        let_come(uow, found, law, purpose, must(paper, "consent"))


def creditor_told(actor: Actor, county: str, contract_id: UUID, told_on: date, paper: Attached | None) -> None:
    """Record that the creditors of the mortgages that stand were told of the contract's end. told_on: when it reached them. paper:
    the notice with the proof of its delivery.

    Raises Conflict (CON-5) where none waits for it, Refused (CON-70, GUARD-1), BadInput (FORM-7).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "ending", "ended")
        untold = land_queries.creditors_untold(uow.session, county, contract_id)
        if not untold:
            raise _not_now(found, law)
        made, parties = found.of("signed"), tuple(one.party for one in untold)
        told = Told(found.contract.number, told_on, made.on_day if made else law.on, law.on, parties)
        if wrong := con_70_creditor_is_told(told, law):
            raise Refused(wrong)
        kept, rows = must(paper, "notice"), [str(one.row_id) for one in untold]
        ties_nothing(law.on, kept)
        happened(uow, found.contract, "creditor_told", told_on, facts={"restrictions": rows}, paper=kept)


def ask_cancellation(actor: Actor, county: str, contract_id: UUID, paper: Attached | None) -> None:
    """The parties ask for the right to be struck out, by their signed application, after the contract has ended.

    Raises Conflict (CON-5) where it has not, no right of it stands, or they did before, Refused (CON-70 where a creditor was not
    told of the end, GUARD-1), BadInput (FORM-7).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "ended")
        if found.of("cancellation_asked") or not registered(uow.session, found).rights:
            raise _not_now(found, law)
        parties = tuple(one.party for one in land_queries.creditors_untold(uow.session, county, contract_id))
        if untold := con_70_creditor_is_told(Told(found.contract.number, None, law.on, law.on, parties), law):
            raise Refused(untold)
        kept = must(paper, "application")
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
        for kind, step in (("application", "cancellation_asked"), ("end_proof", "ended")):
            event = found.of(step)
            if event is not None and event.document_id is not None:
                paper = found.papers[event.document_id]
                papers.append((kind, paper.sha256, paper.size, paper.name))
        papers += [("creditor_consent", one.sha256, one.size, one.name) for one in consents(found, "end")]
        for kind, digest, bytes_, name in papers:
            documents.enter(
                uow, county=county, village=row.village, sha256=digest, size=bytes_, kind=kind, name=name, cases=[case_id]
            )  # fmt: skip
    return case_id


def consents(found: Whole, purpose: str) -> list[ContractPaper]:
    """The creditors' consents to a purpose; those of before consents said what they are for are to any."""
    given = {
        one.document_id
        for one in found.events
        if one.kind == "creditor_consented" and one.facts.get("for", purpose) == purpose
    }
    return [paper for paper in found.papers.values() if paper.document_id in given]


def _not_now(found: Whole, law: Law) -> Conflict:
    return Conflict(Finding("CON-5", "state", {"where": stage(found.course(law.on))}, subject=found.contract.number))
