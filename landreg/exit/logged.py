"""What the log says of exits, read from their tables: staged when a row is written, read again by `landreg log recheck`.

Each row has a leaf of its own. Its text enters as a personal fact, which the log salts: it names people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.tables import Base
from landreg.exit import queries
from landreg.exit.model import Agreement, Consent, Event, Exit, Item, Offer, OfferItem, Paper, Payment, Repayment
from landreg.log.leaf import Entry
from landreg.log.recheck_register import Source
from landreg.log.store import stage
from landreg.log.told_rows import TableSource, Told, row_text
from landreg.registry.casebook import Case

NOT_TOLD = frozenset(("county", "village", "account_sealed"))
"""Columns of which no leaf tells: today's division code, and what turns with the keys."""
LATER = frozenset(("offer_id", "shares", "charter_document_id", "cut_parcel", "cut_m2"))
"""Columns that came after leaves had told of the table: a row that says nothing there has the text that it always had."""
OF_EVENT = {
    "notice": "exit.noticed",
    "minors": "exit.minors",
    "withdrawal": "exit.withdrawn",
    "lapse": "exit.lapsed",
    "return": "exit.returned",
}
"""By kind of event: the kind of its entry."""


def stage_exit(uow: UnitOfWork, row: Exit) -> None:
    """Tell the log what was applied for."""
    stage(uow, Entry("exit.applied", row.county, row.village, row.number, *_applied(row)))


def stage_consent(uow: UnitOfWork, row: Consent) -> None:
    """Tell the log of a member's word."""
    stage(uow, Entry("exit.consented", row.county, row.village, str(row.consent_id), *_consented(row)))


def stage_offer(uow: UnitOfWork, row: Offer, items: list[OfferItem]) -> None:
    """Tell the log of an offer with its lines."""
    stage(uow, Entry("exit.offered", row.county, row.village, row.number, *_offered(row, items)))


def stage_agreement(uow: UnitOfWork, row: Agreement, items: list[Item]) -> None:
    """Tell the log of an agreement with its items."""
    stage(uow, Entry("exit.agreed", row.county, row.village, str(row.agreement_id), *_agreed(row, items)))


def stage_payment(uow: UnitOfWork, row: Payment) -> None:
    """Tell the log of a payment."""
    stage(uow, Entry("exit.paid", row.county, row.village, str(row.payment_id), *_paid(row)))


def stage_repayment(uow: UnitOfWork, row: Repayment) -> None:
    """Tell the log of a repayment."""
    stage(uow, Entry("exit.repaid", row.county, row.village, str(row.repayment_id), *_paid(row)))


def stage_paper(uow: UnitOfWork, row: Paper) -> None:
    """Tell the log of a paper that was handed out."""
    stage(uow, Entry("exit.paper", row.county, row.village, row.number, *_printed(row)))


def stage_event(uow: UnitOfWork, row: Event) -> None:
    """Tell the log of what happened to an exit: notice, minors, withdrawal, lapse or return."""
    stage(uow, Entry(OF_EVENT[row.kind], row.county, row.village, row.number, *_event(row)))


def _applied(row: Exit) -> Told:
    return _said(row, number=row.number, mode=row.mode, reason=row.reason)


def _event(row: Event) -> Told:
    return _said(row, number=row.number, on=row.on_day, way=row.way)


def _agreed(row: Agreement, items: Sequence[Item]) -> Told:
    facts, personal = _said(row, yuan=row.total_yuan, model=row.model)
    return facts, {**personal, **{f"item.{item.position}": _text(item) for item in items}}


def _offered(row: Offer, items: Sequence[OfferItem]) -> Told:
    facts, personal = _said(row, number=row.number, yuan=row.total_yuan, floor=row.floor_yuan)
    return facts, {**personal, **{f"item.{item.position}": _text(item) for item in items}}


def _printed(row: Paper) -> Told:
    facts = {"paper": row.number, "kind": row.kind, "of": row.subject_id, "sha256": row.pdf_sha256, "made_at": row.made_at,
             "by": row.made_by, "sample": row.sample}  # fmt: skip
    return {"exit": row.exit_id, **facts}, {}


def _said(row: Exit | Consent | Offer | Agreement | Payment | Repayment | Event, **facts: Any) -> Told:
    return {"exit": row.exit_id, **facts}, {"row": _text(row)}


def _text(row: Base) -> str:
    return row_text(row, but=NOT_TOLD, later=LATER)


def _consented(row: Consent) -> Told:
    return _said(row, agrees=row.agrees)


def _paid(row: Payment | Repayment) -> Told:
    return _said(row, yuan=row.amount_yuan)


SOURCES: Mapping[str, Source] = {
    "exit.applied": TableSource(Exit, ("number",), _applied),
    "exit.consented": TableSource(Consent, ("consent_id",), _consented),
    "exit.offered": TableSource(Offer, ("number",), _offered, ((OfferItem, "offer_id"),)),
    "exit.agreed": TableSource(Agreement, ("agreement_id",), _agreed, ((Item, "exit_id"),)),
    "exit.paid": TableSource(Payment, ("payment_id",), _paid),
    "exit.repaid": TableSource(Repayment, ("repayment_id",), _paid),
    "exit.paper": TableSource(Paper, ("number",), _printed),
    **{entry: TableSource(Event, ("number",), _event, where=Event.kind == kind) for kind, entry in OF_EVENT.items()},
}
"""By kind of entry: what the tables say of it now."""
TABLES: Mapping[str, Mapping[str, str]] = {
    "exit.applied": {"": "exit.exit"},
    "exit.consented": {"": "exit.consent"},
    "exit.offered": {"": "exit.offer", "item": "exit.offer_item"},
    "exit.agreed": {"": "exit.agreement", "item": "exit.item"},
    "exit.paid": {"": "exit.payment"},
    "exit.repaid": {"": "exit.repayment"},
    "exit.paper": {"": "exit.paper"},
    **{entry: {"": "exit.event"} for entry in OF_EVENT.values()},
}


def rows_of_case(session: Session, case: Case) -> dict[str, Sequence[Any]]:
    """By table: the rows of the exit behind a case; none for another case."""
    row = queries.of_case(session, case.county, case.case_id) if case.act_kind == "exit" else None
    if row is None:
        return {}
    found = queries.whole(session, row)
    agreement = [] if found.agreement is None else [found.agreement]
    return {
        "exit": [row],
        "exit_consent": found.consents,
        "exit_offer": found.offers,
        "exit_offer_item": found.offered,
        "exit_agreement": agreement,
        "exit_item": found.items,
        "exit_payment": found.payments,
        "exit_repayment": found.repayments,
        "exit_paper": found.papers,
        "exit_event": list(found.events.values()),
    }


def salted_of_case(session: Session, case: Case) -> Iterator[tuple[str, Any, str, str, str]]:
    """Each row of the exit behind a case whose text a leaf holds salted: its table there, the row, kind and key of the entry, the
    name of the fact.
    """
    rows = rows_of_case(session, case)
    agreement = next(iter(rows.get("exit_agreement", ())), None)
    offers = {row.offer_id: row.number for row in rows.get("exit_offer", ())}
    for table, found in rows.items():
        for row in found:
            match row:
                case Item() if agreement is not None:
                    yield table, row, "exit.agreed", str(agreement.agreement_id), f"item.{row.position}"
                case OfferItem():
                    yield table, row, "exit.offered", offers[row.offer_id], f"item.{row.position}"
                case Paper():
                    continue
                case _:
                    for kind, key in _entry_of(row):
                        yield table, row, kind, key, "row"


def entries_of_case(session: Session, case: Case) -> Iterator[tuple[str, str]]:
    """Kind and key of each entry that tells of the exit behind a case."""
    for rows in rows_of_case(session, case).values():
        for row in rows:
            yield from _entry_of(row)


def _entry_of(row: Any) -> Iterator[tuple[str, str]]:
    match row:
        case Exit():
            yield "exit.applied", row.number
        case Consent():
            yield "exit.consented", str(row.consent_id)
        case Offer():
            yield "exit.offered", row.number
        case Agreement():
            yield "exit.agreed", str(row.agreement_id)
        case Payment():
            yield "exit.paid", str(row.payment_id)
        case Repayment():
            yield "exit.repaid", str(row.repayment_id)
        case Paper():
            yield "exit.paper", row.number
        case Event():
            yield OF_EVENT[row.kind], row.number
