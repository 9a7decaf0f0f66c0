"""Reads for the desk's pages: lists that are filtered, sorted and paged; jobs; what the search box finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.periods import BEIJING
from landreg.land.model import Division
from landreg.land.queries import LAST, prefixed
from landreg.party.model import Household, Member
from landreg.registry.casebook import Act, Batch, Case, CaseDocument, Certificate, CertificateEnd, Document, Job, Notice
from landreg.registry.model import Right

CASE_SORTS: Mapping[str, Any] = {
    "number": Case.number,
    "applicant": Case.applicant,
    "state": Case.state,
    "village": Case.village,
    "due": Case.due_on,
    "accepted": Case.accepted_at,
}
OPEN_STATES = ("draft", "accepted", "reviewed", "noticed", "objected", "registered", "returned")
DUE_DAYS = 5
FOUND = 10
CURRENT = sa.func.upper_inf


@dataclass(frozen=True)
class CaseFilter:
    """What the list of cases is narrowed and ordered by. queue: "mine", "due", "review", or "" for all."""

    queue: str = ""
    state: str = ""
    kind: str = ""
    within: str = ""
    text: str = ""
    batch_id: UUID | None = None
    sort: str = "number"
    down: bool = True


def cases_statement(asked: CaseFilter, me: UUID, today: date) -> sa.Select[Any]:
    """The cases that a filter leaves, in its order. text: number or code from its beginning, or the applicant's name."""
    found = sa.select(Case).where(*_queue(asked.queue, me, today))
    if asked.state:
        found = found.where(Case.state == asked.state)
    if asked.kind:
        found = found.where(Case.right_kind == asked.kind)
    if asked.within:
        found = found.where(prefixed(Case.village, asked.within))
    if asked.batch_id:
        found = found.where(Case.batch_id == asked.batch_id)
    if asked.text:
        found = found.where(
            sa.or_(
                Case.applicant.startswith(asked.text, autoescape=True),
                prefixed(Case.number, asked.text),
                prefixed(Case.subject_code, asked.text),
            )
        )
    column = CASE_SORTS.get(asked.sort, Case.number)
    return found.order_by((column.desc() if asked.down else column).nulls_last(), Case.number)


def _queue(queue: str, me: UUID, today: date) -> list[sa.ColumnElement[bool]]:
    match queue:
        case "mine":
            return [Case.prepared_by == me, Case.state.in_(OPEN_STATES)]
        case "due":
            soon = today + timedelta(days=DUE_DAYS)
            return [Case.due_on <= soon, Case.state.in_(("accepted", "reviewed", "noticed", "objected"))]
        case "review":
            return [Case.state == "accepted", Case.prepared_by != me]
        case _:
            return []


def queue_counts(session: Session, me: UUID, today: date) -> dict[str, int]:
    """How many cases lie in each queue."""
    return {
        queue: session.scalar(sa.select(sa.func.count()).select_from(Case).where(*_queue(queue, me, today))) or 0
        for queue in ("mine", "due", "review")
    }


def cases_by_id(session: Session, county: str, case_ids: Sequence[UUID]) -> list[Case]:
    """The cases of the actor's jurisdiction among these, in the order of their numbers."""
    found = sa.select(Case).where(Case.county == county, Case.case_id.in_(case_ids)).order_by(Case.number)
    return list(session.scalars(found))


def notice(session: Session, county: str, notice_id: UUID | None) -> Notice | None:
    """A notice as the desk sees it."""
    return session.get(Notice, {"county": county, "notice_id": notice_id}) if notice_id else None


def act(session: Session, county: str, act_id: UUID | None) -> Act | None:
    """An act by its id."""
    return session.get(Act, {"county": county, "act_id": act_id}) if act_id else None


def document(session: Session, county: str, document_id: UUID) -> Document | None:
    """A document of the actor's jurisdiction."""
    return session.get(Document, {"county": county, "document_id": document_id})


def document_in_case(session: Session, county: str, case_id: UUID, document_id: UUID) -> Document | None:
    """A document, when it lies in the folder of this case."""
    key = {"county": county, "case_id": case_id, "document_id": document_id}
    return document(session, county, document_id) if session.get(CaseDocument, key) else None


# Batches and jobs


def batches_statement() -> sa.Select[Any]:
    """Batches of the actor's jurisdiction, newest first."""
    return sa.select(Batch).order_by(Batch.opened_at.desc(), Batch.batch_id)


def states_of_batches(session: Session, batches: Sequence[Batch]) -> dict[UUID, dict[str, int]]:
    """The cases of batches counted by state, in one query."""
    counted = (
        sa.select(Case.batch_id, Case.state, sa.func.count())
        .where(Case.batch_id.in_([batch.batch_id for batch in batches]))
        .group_by(Case.batch_id, Case.state)
    )
    found: dict[UUID, dict[str, int]] = {batch.batch_id: {} for batch in batches}
    for batch_id, state, count in session.execute(counted):
        if batch_id is not None:
            found[batch_id][state] = count
    return found


def job(session: Session, county: str, job_id: UUID, *, lock: bool = False) -> Job | None:
    """A job; lock: held until the end of the transaction."""
    found = sa.select(Job).where(Job.county == county, Job.job_id == job_id)
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


def jobs_waiting(session: Session) -> Sequence[Job]:
    """Jobs for the worker, the oldest first."""
    found = sa.select(Job).where(Job.state.in_(("waiting", "running", "stopping")))
    return session.scalars(found.order_by(Job.asked_at)).all()


def jobs_of_batch(session: Session, county: str, batch_id: UUID) -> Sequence[Job]:
    """The jobs of a batch, newest first."""
    found = sa.select(Job).where(Job.county == county, Job.batch_id == batch_id).order_by(Job.asked_at.desc())
    return session.scalars(found.limit(10)).all()


# Rights, certificates, acts


def certificates_statement(*, within: str = "", kind: str = "", state: str = "", text: str = "") -> sa.Select[Any]:
    """Rows of certificate, its state, its end, and the holder's name, newest first."""
    shown = sa.func.coalesce(CertificateEnd.state, "valid").label("state")
    columns: tuple[Any, ...] = (Certificate, shown, CertificateEnd.ended_at, Case.applicant)
    found = (
        sa.select(*columns)
        .join(Case, sa.and_(Case.county == Certificate.county, Case.case_id == Certificate.case_id))
        .outerjoin(CertificateEnd, _ends())
    )
    if within:
        found = found.where(prefixed(Certificate.village, within))
    if kind:
        found = found.where(Certificate.kind == kind)
    if state:
        found = found.where(shown == state)
    if text:
        found = found.where(
            sa.or_(
                Certificate.number.contains(text, autoescape=True),
                Certificate.serial == text,
                Case.applicant.startswith(text, autoescape=True),
            )
        )
    return found.order_by(Certificate.issued_at.desc(), Certificate.number.desc())


def certificate_row(session: Session, number: str) -> Any:
    """The same for one certificate by its number, None when there is none."""
    return session.execute(certificates_statement().where(Certificate.number == number)).first()


def _ends() -> sa.ColumnElement[bool]:
    return sa.and_(
        CertificateEnd.county == Certificate.county, CertificateEnd.certificate_id == Certificate.certificate_id
    )


def acts_statement(*, within: str = "", day: date | None = None, number: str = "") -> sa.Select[Any]:
    """Acts, newest first. day: registered on that day in Beijing. number: from its beginning."""
    found = sa.select(Act)
    if within:
        found = found.where(prefixed(Act.village, within))
    if day:
        start = datetime.combine(day, time(), BEIJING)
        found = found.where(Act.registered_at >= start, Act.registered_at < start + timedelta(days=1))
    if number:
        found = found.where(prefixed(Act.number, number))
    return found.order_by(Act.registered_at.desc(), Act.number.desc())


def act_numbers(session: Session, county: str, act_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers of acts."""
    rows = session.execute(sa.select(Act.act_id, Act.number).where(Act.county == county, Act.act_id.in_(act_ids)))
    return {row.act_id: row.number for row in rows}


def cases_of_acts(session: Session, acts: Sequence[Act]) -> dict[UUID, Case]:
    """The case of each act that has one, by the act."""
    ids = [found.case_id for found in acts if found.case_id]
    by_id = {case.case_id: case for case in session.scalars(sa.select(Case).where(Case.case_id.in_(ids)))}
    return {found.act_id: by_id[found.case_id] for found in acts if found.case_id in by_id}


def right_of_case(session: Session, county: str, act_id: UUID | None) -> Right | None:
    """The right that an act opened."""
    if act_id is None:
        return None
    found = sa.select(Right).where(Right.county == county, Right.act_id == act_id, CURRENT(Right.recorded))
    return session.scalars(found).one_or_none()


def household_by_code(session: Session, code: str) -> Household | None:
    """A household of the actor's jurisdiction as the register has it now."""
    found = sa.select(Household).where(Household.code == code, CURRENT(Household.recorded))
    return session.scalars(found).first()


def members(session: Session, household: Household) -> Sequence[Member]:
    """The members of a household now, in its order."""
    found = sa.select(Member).where(
        Member.county == household.county, Member.household_id == household.household_id, CURRENT(Member.recorded)
    )
    return session.scalars(found.order_by(Member.position)).all()


# Divisions and search


def villages_of(session: Session, codes: Sequence[str]) -> Sequence[Division]:
    """The divisions of these codes, with the townships that hold them, in the order of their codes."""
    wanted = {*codes, *(code[:9] for code in codes)}
    return session.scalars(sa.select(Division).where(Division.code.in_(wanted)).order_by(Division.code)).all()


@dataclass(frozen=True)
class Found:
    """What a search found of the register's own kinds."""

    cases: Sequence[Case]
    households: Sequence[Household]
    certificates: Sequence[Any]
    acts: Sequence[Act]
    rights: Sequence[Right]


def search(session: Session, jurisdiction: str, text: str) -> Found:
    """Cases, households, certificates, acts and rights by code or number from its beginning, or by name; FOUND of each."""
    named = Household.name.between(text, text + LAST)
    return Found(
        session.scalars(
            cases_statement(CaseFilter(within=jurisdiction, text=text), UUID(int=0), date.min).limit(FOUND)
        ).all(),
        session.scalars(
            sa.select(Household)
            .where(prefixed(Household.village, jurisdiction), CURRENT(Household.recorded))
            .where(sa.or_(prefixed(Household.code, text), named))
            .order_by(Household.code)
            .limit(FOUND)
        ).all(),
        session.execute(certificates_statement(within=jurisdiction, text=text).limit(FOUND)).all(),
        session.scalars(acts_statement(within=jurisdiction, number=text).limit(FOUND)).all(),
        session.scalars(
            sa.select(Right)
            .where(prefixed(Right.village, jurisdiction), CURRENT(Right.recorded), prefixed(Right.code, text))
            .order_by(Right.code)
            .limit(FOUND)
        ).all(),
    )
