"""What the red flags are asked of, from the register's tables: one query a kind of fact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access.identity import CHECKS
from landreg.access.queries import names_of
from landreg.audit import facts_decided as decided
from landreg.audit.queries import PRINTING, Asked, instant_of, month_after, narrowed, opening
from landreg.audit.rules import ActDone, AreaChange, ClerkDay, Fact, NoticeRun, OwnApproval, Printed, Reveal
from landreg.core.actor import WORKER
from landreg.core.periods import beijing_day
from landreg.land.model import Parcel
from landreg.land.queries import prefixed
from landreg.law.book import Law
from landreg.registry.casebook import Act, Case, CaseEvent, Certificate, Job, Notice
from landreg.registry.casework.attempts import Attempt
from landreg.registry.model import Right, RightParcel

MANY_AT_ONCE = ("first_registration", "survey_entry", "renewal")
"""Kinds of act that a batch registers by the hundred; what a clerk registers one by one is the rest."""
REGISTERING = ("register", "renew")
"""Long work by which the worker registers."""


def all_facts(session: Session, asked: Asked, law: Law) -> Iterator[Fact]:
    """Every fact that a flag may be raised on, of a division and a month. law: for the windows that a query looks in."""
    for read in (own_approvals, notices, acts, clerks, area_changes, printed, *decided.FACTS):
        yield from read(session, asked)
    yield from reveals(session, asked, law)


def _jobs() -> Any:
    """Cases that the worker registered in the name of who asked: the case, and when it was asked for."""
    each = sa.select(Job.county, sa.func.unnest(Job.case_ids).label("case_id"), Job.asked_at).where(
        Job.step.in_(REGISTERING)
    )
    of = each.subquery()
    # A case may have been in several: stopped, and asked for again.
    return (
        sa.select(of.c.county, of.c.case_id, sa.func.max(of.c.asked_at).label("asked_at"))
        .group_by(of.c.county, of.c.case_id)
        .subquery("by_job")
    )


def _of_case(table: Any) -> sa.ColumnElement[bool]:
    return sa.and_(Case.county == table.county, Case.case_id == table.case_id)


def own_approvals(session: Session, asked: Asked) -> Iterator[Fact]:
    """Cases whose own officer tried to approve them, a fact for each officer."""
    found = sa.select(
        Case.village, Case.number, Attempt.by_name, sa.func.count().label("times"), sa.func.max(Attempt.at).label("at")
    ).join(Case, _of_case(Attempt))
    found = narrowed(found, asked, Attempt.village, Attempt.at)
    for row in session.execute(found.group_by(Case.village, Case.number, Attempt.by_name)):
        yield OwnApproval(row.village, row.number, row.at, (row.number,), row.by_name, row.times)


def notices(session: Session, asked: Asked) -> Iterator[Fact]:
    """Notices with the kinds of act and right that they announced, and the first day on which one of their cases was registered."""
    found = (
        sa.select(
            Notice.village,
            Notice.number,
            Notice.published_at,
            Notice.published_on,
            Notice.last_day,
            sa.func.array_agg(sa.distinct(Case.act_kind + ":" + Case.right_kind)).label("kinds"),
            sa.func.min(Act.registered_at).label("registered_at"),
            sa.func.array_agg(sa.distinct(Case.number)).label("cases"),
        )
        .join(Case, sa.and_(Case.county == Notice.county, Case.notice_id == Notice.notice_id))
        .outerjoin(Act, sa.and_(Act.county == Case.county, Act.case_id == Case.case_id))
    )
    found = narrowed(found, asked, Notice.village, Notice.published_on)
    columns = (Notice.village, Notice.number, Notice.published_at, Notice.published_on, Notice.last_day)
    for row in session.execute(found.group_by(*columns)):
        registered = None if row.registered_at is None else beijing_day(row.registered_at)
        days = (row.published_on, row.last_day, registered)
        kinds = tuple((act, right) for act, _colon, right in (both.partition(":") for both in row.kinds))
        yield NoticeRun(row.village, row.number, row.published_at, tuple(row.cases), kinds, *days)


def acts(session: Session, asked: Asked) -> Iterator[Fact]:
    """Acts that a person registered, with their instant and who, those of a village that were asked for at once as one; what ends
    by itself, the worker ends at any hour.
    """
    jobs = _jobs()
    found = (
        sa.select(
            Act.village, Act.number, Act.registered_at, Act.registered_by, Case.number.label("case"), jobs.c.asked_at
        )
        .outerjoin(Case, _of_case(Act))
        .outerjoin(jobs, _of_case(jobs.c))
        .where(Act.registered_by != WORKER.account_id)
    )
    rows = session.execute(narrowed(found, asked, Act.village, Act.registered_at)).all()
    names = names_of(session, {row.registered_by for row in rows})
    at_once: dict[tuple[Any, ...], list[Any]] = {}
    for row in sorted(rows, key=lambda row: row.number):
        at_once.setdefault((row.asked_at or row.registered_at, row.registered_by, row.village), []).append(row)
    for (_at, by, village), together in at_once.items():
        first, cases = together[0], tuple(row.case for row in together if row.case)
        yield ActDone(
            village, first.number, first.registered_at, cases, names.get(by, "—"), first.asked_at, len(together)
        )


def clerks(session: Session, asked: Asked) -> Iterator[Fact]:
    """Each clerk with the acts that they registered singly."""
    jobs = _jobs()
    found = (
        sa.select(
            Act.registered_by,
            sa.func.min(Act.village).label("village"),
            sa.func.array_agg(Act.registered_at).label("instants"),
            sa.func.array_agg(Case.number).label("cases"),
        )
        .join(Case, _of_case(Act))
        .outerjoin(jobs, _of_case(jobs.c))
        .where(
            sa.or_(Case.batch_id.is_(None), Act.kind.not_in(MANY_AT_ONCE)),
            jobs.c.case_id.is_(None),
            Act.registered_by != WORKER.account_id,
        )
    )
    grouped = narrowed(found, asked, Act.village, Act.registered_at).group_by(Act.registered_by)
    rows = session.execute(grouped).all()
    names = names_of(session, {row.registered_by for row in rows})
    for row in rows:
        name, instants = names.get(row.registered_by, "—"), tuple(sorted(row.instants))
        yield ClerkDay(row.village, name, instants[-1], tuple(sorted(row.cases)), name, instants)


def area_changes(session: Session, asked: Asked) -> Iterator[Fact]:
    """Parcels, parcels under a right, and homesteads whose area an act of the month changed, row after row.

    Of a right over several parcels each is looked at by itself: where parcels come and go, by an exchange, a division, a part
    that is lost, its whole area is another and none was measured anew.
    """
    under = sa.and_(Right.county == RightParcel.county, Right.row_id == RightParcel.right_row)
    for statement in (
        _areas(Parcel, Parcel.code, Parcel.registered_area_m2, (Parcel.parcel_id,)),
        _areas(Right, Right.code, Right.area_m2, (Right.right_id,)).where(Right.kind == "homestead"),
        _areas(RightParcel, Right.code, RightParcel.area_m2, (Right.right_id, RightParcel.parcel_id)).join(
            Right, under
        ),
    ):
        rows = statement.subquery()
        found = (
            sa.select(rows.c.village, rows.c.code, rows.c.before, rows.c.after, Act.registered_at, Case.number)
            .join(Act, sa.and_(Act.county == rows.c.county, Act.act_id == rows.c.act_id))
            .outerjoin(Case, _of_case(Act))
            .where(rows.c.before != rows.c.after)
        )
        for row in session.execute(narrowed(found, asked, rows.c.village, Act.registered_at)):
            cases = (row.number,) if row.number else ()
            yield AreaChange(row.village, row.code, row.registered_at, cases, row.before, row.after)


def _areas(table: Any, code: Any, area: Any, of: tuple[Any, ...]) -> sa.Select[Any]:
    """Each row with its area and that of the row before it. of: the ids by which rows are of one thing."""
    order = (sa.func.lower(table.recorded), sa.func.lower(table.valid))
    before = sa.func.lag(area).over(partition_by=(table.county, *of), order_by=order)
    named = (table.county, table.village, code.label("code"), table.act_id, area.label("after"), before.label("before"))
    return sa.select(*named).select_from(table)


def printed(session: Session, asked: Asked) -> Iterator[Fact]:
    """Rights that had more than one certificate, the last of them in the month."""
    last = sa.func.max(Certificate.issued_at)
    found = (
        sa.select(
            sa.func.min(Certificate.village).label("village"),
            sa.func.max(Certificate.number).label("number"),
            last.label("at"),
            sa.func.array_agg(Certificate.issued_at).label("instants"),
            sa.func.array_agg(sa.distinct(Case.number)).label("cases"),
        )
        .join(Case, _of_case(Certificate))
        .where(prefixed(Certificate.village, asked.within))
        .group_by(Certificate.county, Certificate.right_id)
        .having(sa.func.count() > 1)
    )
    if asked.month is not None:
        found = found.having(last >= instant_of(asked.month), last < instant_of(month_after(asked.month)))
    for row in session.execute(found):
        yield Printed(row.village, row.number, row.at, tuple(row.cases), tuple(sorted(row.instants)))


def reveals(session: Session, asked: Asked, law: Law) -> Iterator[Fact]:
    """Openings of identity data; known: a case of those days is about the subject, or a certificate, or its issue;
    or an application had the numbers held against a rule, whether a case came of it or not.
    """
    o = opening.c
    around = sa.func.make_interval(0, 0, 0, law.days("AUD-7.case_days"))
    soon = sa.func.make_interval(0, 0, 0, 0, 0, law.days("AUD-7.issue_minutes"))
    at_work = (
        sa.select(sa.func.min(Case.number))
        .join(CaseEvent, _of_case(CaseEvent))
        .where(
            sa.or_(Case.number == o.subject, Case.subject_code == o.subject, Case.household_code == o.subject),
            CaseEvent.at >= o.opened_at - around,
            CaseEvent.at <= o.opened_at + around,
        )
        .correlate(opening)
        .scalar_subquery()
    )
    issued = sa.exists().where(
        sa.or_(
            Certificate.number == o.subject,
            sa.and_(
                Certificate.issued_by == o.account_id,
                Certificate.issued_at >= o.opened_at,
                Certificate.issued_at <= o.opened_at + soon,
                o.reason == PRINTING,
            ),
        )
    )
    found = sa.select(
        o.opening_id, o.village, o.subject, o.opened_at, o.account_id, o.reason, sa.func.cardinality(o.person_ids).label("persons"),
        at_work.label("case"), issued.label("issued"),
    )  # fmt: skip
    rows = session.execute(narrowed(found, asked, o.village, o.opened_at)).all()
    names = names_of(session, {row.account_id for row in rows})
    for row in rows:
        cases = (row.case,) if row.case else ()
        who = names.get(row.account_id, "—")
        known = bool(row.case) or row.issued or row.reason in CHECKS
        yield Reveal(row.village, row.subject, row.opened_at, cases, str(row.opening_id), who, row.persons, known)


def day_of(fact: Fact) -> date:
    """The day by whose figures a fact is judged."""
    return beijing_day(fact.at)
