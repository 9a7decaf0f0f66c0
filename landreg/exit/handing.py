"""Handing out the papers of an exit: each is printed once, numbered, kept by its hash, and told to the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.exit import logged, papers, queries
from landreg.exit.model import Paper
from landreg.exit.queries import Whole
from landreg.law.book import term
from landreg.registry import queries as registry
from landreg.registry.casework import desk as casework
from landreg.registry.papers.office import Desk

LETTERS = {
    "statement": "S", "consent": "C", "offer": "F", "agreement": "A", "payment": "P", "withdrawal": "W", "lapse": "L",
    "ending": "E",
}  # fmt: skip
"""By kind of paper: the letter of its number, behind which its place among those of the kind stands."""
PRINTERS = (Role.REGISTRAR, Role.REVIEWER)
Surroundings = Callable[[Session], Desk]


def hand_out(
    actor: Actor, county: str, exit_id: UUID, kind: str, subject_id: UUID | None, made_at: Surroundings, store: Store
) -> Paper:
    """A paper of an exit, printed now where it was not; subject_id: of which row, None where it has one of the kind.

    Raises NotFound outside the jurisdiction and for a row that is none of the exit's, Conflict (EXIT-13) before there is anything
    to tell, or (DOC-6) where nobody has printed it and the reader is no officer.
    """
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, exit_id)
        if row is None:
            raise NotFound
        found = queries.whole(uow.session, row)
        there = _subjects(found, kind)
        if not there:
            raise Conflict(Finding("EXIT-13", "state", subject=row.number))
        subject = there[0] if subject_id is None else subject_id
        if subject not in there:
            raise NotFound
        kept = queries.paper_of(uow.session, county, kind, subject)
        if kept is not None:
            return kept
        if not actor.has(*PRINTERS):
            raise Conflict(Finding("DOC-6", "state", subject=row.number))
        number = f"{row.number}-{LETTERS[kind]}{1 + there.index(subject)}"
        return keep(uow, found, kind, subject, number, made_at(uow.session), store)


def own_receipt(actor: Actor, county: str, exit_id: UUID, made_at: Surroundings, store: Store) -> Paper:
    """The receipt of a withdrawal for the household itself. Raises NotFound for another's, Conflict (EXIT-13) without one."""
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, exit_id)
        if row is None:
            raise NotFound
        found = queries.own_whole(uow.session, row)
        if "withdrawal" not in found.events:
            raise Conflict(Finding("EXIT-13", "state", subject=row.number))
        subject = found.events["withdrawal"].event_id
        kept = queries.paper_of(uow.session, county, "withdrawal", subject)
        return kept or keep(uow, found, "withdrawal", subject, f"{row.number}-W1", made_at(uow.session), store)


def keep(uow: UnitOfWork, found: Whole, kind: str, subject: UUID, number: str, made_at: Desk, store: Store) -> Paper:
    """Print a paper, keep it, write it down and tell the log."""
    row = found.exit
    paper = Paper(
        county=row.county, village=row.village, exit_id=row.exit_id, paper_id=uuid4(), number=number, kind=kind,
        subject_id=subject, pdf_sha256=store.put_bytes(_printed(uow.session, made_at, found, kind, subject, number)),
        made_at=uow.now, made_by=uow.actor.account_id, sample=made_at.sample,
    )  # fmt: skip
    uow.session.add(paper)
    uow.session.flush()
    logged.stage_paper(uow, paper)
    return paper


def _subjects(found: Whole, kind: str) -> Sequence[UUID]:
    """The rows of which there are papers of a kind, in their order."""
    match kind:
        case "statement":
            return [found.exit.exit_id]
        case "consent":
            return [one.consent_id for one in found.consents]
        case "offer":
            return [one.offer_id for one in found.offers]
        case "agreement":
            return [found.agreement.agreement_id] if found.agreement else []
        case "payment":
            return [one.payment_id for one in found.payments]
        case "withdrawal" | "lapse":
            return [found.events[kind].event_id] if kind in found.events else []
        case "ending":
            return [found.case.act_id] if found.case.act_id else []
    raise NotFound


def _printed(session: Session, made_at: Desk, found: Whole, kind: str, subject: UUID, number: str) -> bytes:
    told: dict[str, tuple[Callable[..., bytes], tuple[Any, ...]]] = {
        "statement": (papers.statement, ()),
        "consent": (papers.consent, tuple(one for one in found.consents if one.consent_id == subject)),
        "offer": (papers.offer, tuple(one for one in found.offers if one.offer_id == subject)),
        "agreement": (papers.agreement, ()),
        "payment": (papers.payment, tuple(one for one in found.payments if one.payment_id == subject)),
        "withdrawal": (papers.receipt, ()),
        "lapse": (papers.lapse, ()),
    }
    if kind == "ending":
        return _ending(session, made_at, found, number)
    printing, of = told[kind]
    return printing(session, made_at, found, number, *of)


def _ending(session: Session, made_at: Desk, found: Whole, number: str) -> bytes:
    act = casework.act(session, found.case.county, found.case.act_id)
    if act is None:
        raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))
    ended = [
        f"{certificate.number}（{term('certificate', end.state)}）"
        for right_id in found.exit.right_ids
        for certificate, end in registry.certificates_of_right(session, found.case.county, right_id)
        if end is not None and end.act_id == found.case.act_id
    ]
    return papers.ending(session, made_at, found, number, act.number, beijing_day(act.registered_at), ended)
