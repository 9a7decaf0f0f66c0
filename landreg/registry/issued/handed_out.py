"""Handing out the papers of a case: each step's paper is printed once, kept by its hash, numbered and told to the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry import queries
from landreg.registry.casebook import Case, CaseEvent
from landreg.registry.casework import desk
from landreg.registry.casework.objectors import SETTLE, answers
from landreg.registry.documents import Store
from landreg.registry.facts.telling import TELL
from landreg.registry.home import brought_queries
from landreg.registry.issued import proofs
from landreg.registry.issued.error_letters import said_of
from landreg.registry.leaves import paper_rows
from landreg.registry.leaves.paper_rows import Paper
from landreg.registry.papers import answers as letters
from landreg.registry.papers import office
from landreg.registry.papers.office import Desk

KIND_OF = {
    "accept": "receipt",
    "return": "completion",
    "refuse": "refusal",
    "register": "proof",
    TELL: "error_letter",
    SETTLE: "objection_answer",
}
"""The paper that a step of a case is told by."""
LETTER = {"receipt": "S", "completion": "B", "refusal": "J", "error_letter": "T", "objection_answer": "Y"}
LACKING = {"receipt": "DOC-5", "told": "DOC-4"}


def paper_of(
    actor: Actor,
    county: str,
    case_id: UUID,
    steps: tuple[str, ...],
    made_at: Desk,
    store: Store,
    event_id: UUID | None = None,
) -> Paper:
    """The paper of the last of these steps, or of this one; printed now where it was not, by an officer alone.

    Raises NotFound outside the jurisdiction, and for a certificate of registration on a case that has none (one that was handed
    out stays), Conflict (DOC-4, DOC-5) when there was no such step, (DOC-6) when nobody has printed it yet and the reader is no
    officer, or (DOC-7) when what it would prove does not stand any more.
    """
    with unit_of_work(actor) as uow:
        case = queries.case(uow.session, county, case_id)
        if case is None:
            raise NotFound
        events = queries.events(uow.session, county, case_id)
        event = next((one for one in reversed(events) if one.step in steps and event_id in (None, one.event_id)), None)
        kept = paper_rows.of_event(uow.session, county, event.event_id) if event else None
        if kept is not None:
            return kept
        if steps == ("register",) and not proofs.is_proven(case):
            raise NotFound
        if event is None:
            raise Conflict(Finding(LACKING["receipt" if "accept" in steps else "told"], "state", subject=case.number))
        if not actor.has(Role.REGISTRAR, Role.REVIEWER):
            raise Conflict(Finding("DOC-6", "state", subject=case.number))
        return _print(uow, case, event, made_at, store)


def letters_of(actor: Actor, county: str, case_id: UUID, made_at: Desk, store: Store) -> list[Paper]:
    """The letters on an error, one to each party: each printed once, by an officer. Raises NotFound outside the jurisdiction."""
    with unit_of_work(actor) as uow:
        case = queries.case(uow.session, county, case_id)
        if case is None:
            raise NotFound
        told = [event for event in queries.events(uow.session, county, case_id) if event.step == TELL]
        kept = {event.event_id: paper_rows.of_event(uow.session, county, event.event_id) for event in told}
        return [kept[event.event_id] or _print(uow, case, event, made_at, store) for event in told]


def named_parcels(request: Mapping[str, Any]) -> list[str]:
    """The parcels that an application names; none where it is over all of its rights' land."""
    return [*(request.get("parcels") or ()), *(request.get("give") or ()), *(request.get("take") or ())]


def _print(uow: UnitOfWork, case: Case, event: CaseEvent, made_at: Desk, store: Store) -> Paper:
    session, kind = uow.session, KIND_OF[event.step]
    if kind == "proof":
        proofs.must_stand(session, case)
        number = proofs.number_of(uow, made_at, case)
    else:
        number = f"{case.number}-{LETTER[kind]}{1 + paper_rows.count_of(session, case.county, case.case_id, kind)}"
    documents = queries.documents(session, case.county, case.case_id)
    if kind == "receipt":
        brought = brought_queries.application_of_case(session, case.county, case.case_id)
        whole = [parcel.parcel_code for parcel in desk.parcels_asked(session, case.county, case.case_id)]
        parcels = named_parcels(case.request) or whole
        agent = brought.by_name if brought is not None and brought.by_agent else ""
        pdf = office.receipt(session, made_at, case, parcels, documents, event.by_name, number, agent)
    elif kind == "proof":
        pdf = proofs.printed(uow, made_at, case, event, number)
    elif kind == "error_letter":
        pdf = office.error_letter(session, made_at, case, event, said_of(session, case), number)
    elif kind == "objection_answer":
        pdf = _answer(session, made_at, case, event, number)
    else:
        pdf = office.refusal(session, made_at, case, event, documents, number)
    row = Paper(
        county=case.county, paper_id=uuid4(), village=case.village, number=number, kind=kind, case_id=case.case_id,
        event_id=event.event_id, pdf_sha256=store.put_bytes(pdf), made_at=uow.now, made_by=uow.actor.account_id,
        sample=made_at.sample,
    )  # fmt: skip
    session.add(row)
    session.flush()
    stage(uow, Entry("paper.issued", case.county, case.village, number, paper_rows.paper_facts(row)))
    return row


def _answer(session: Session, made_at: Desk, case: Case, event: CaseEvent, number: str) -> bytes:
    """The letter on the objection that a step settled."""
    raised = queries.objections(session, case.county, case.case_id)
    settled = answers(raised, [event])
    (objection,) = (one for one in raised if one.objection_id in settled)
    notice = desk.notice(session, case.county, objection.notice_id)
    assert notice is not None  # noqa: S101  the table's foreign key says so
    return letters.objection_answer(session, made_at, case, event, objection, notice, number)
