"""Reads for the auditor's pages: lists, and the same lists counted by division and by month; findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.access.model import Account
from landreg.audit.model import AuditFinding, FindingEvent
from landreg.core.periods import BEIJING
from landreg.land.queries import prefixed
from landreg.registry.casebook import Act, Case, CaseEvent, Certificate, CertificateEnd, Objection
from landreg.registry.casework.cases import UNDER_WAY
from landreg.registry.casework.objectors import CONTACT

LISTS = ("cases", "acts", "certificates", "objections", "overdue", "reveals")
"""What the dashboard counts and lists."""
MONTHS = 12
PRINTING = "certificate"
"""The reason by which identities are opened to print certificates."""
STEPS_TO = {"write": "open", "reopen": "open", "answer": "answered", "close": "closed"}
"""The state of a finding by its last step."""

opening = sa.table(
    "opening",
    *(
        sa.column(name, kind)
        for name, kind in (
            ("county", sa.Text), ("opening_id", sa.Uuid), ("village", sa.Text), ("account_id", sa.Uuid),
            ("person_ids", sa.ARRAY(sa.Uuid)), ("reason", sa.Text), ("subject", sa.Text),
            ("opened_at", sa.DateTime(timezone=True)),
        )
    ),
    schema="identity",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to. within: a prefix of the division code. month: its first day, None for all time."""

    within: str
    month: date | None = None
    state: str = ""


def month_after(month: date, count: int = 1) -> date:
    """The first day of the month that comes `count` months later, or earlier for a negative count."""
    whole = month.year * 12 + month.month - 1 + count
    return date(whole // 12, whole % 12 + 1, 1)


def instant_of(day: date) -> datetime:
    """The instant at which a day begins in Beijing."""
    return datetime.combine(day, time(), BEIJING)


def narrowed(statement: Any, asked: Asked, village: Any, at: Any) -> Any:
    """The statement, of any columns, for a division and a month. at: a day or an instant."""
    statement = statement.where(prefixed(village, asked.within))
    if asked.month is None:
        return statement
    first, past = asked.month, month_after(asked.month)
    whole_days = isinstance(at.type, sa.Date)
    start, end = (first, past) if whole_days else (instant_of(first), instant_of(past))
    return statement.where(at >= start, at < end)


def listed(what: str, asked: Asked, today: date) -> sa.Select[Any]:
    """A list of the dashboard, newest first: county, number, village, kind, state, at, due, by, case_id, note.

    at: when it happened; of what is overdue, the beginning of the day by which it was due. KeyError for another list.
    """
    columns, joined, conditions = _BUILDERS[what](today)
    at, village, state = columns["at"], columns["village"], columns["state"]
    found = sa.select(*(columns[name].label(name) for name in _COLUMNS)).select_from(joined)
    found = found.where(prefixed(village, asked.within), *conditions)
    if asked.month is not None:
        found = found.where(at >= instant_of(asked.month), at < instant_of(month_after(asked.month)))
    if asked.state:
        found = found.where(state == asked.state)
    return found.order_by(at.desc(), columns["number"].desc())


def counted(session: Session, asked: Asked, today: date) -> dict[str, dict[str, dict[str, int]]]:
    """By list, by division below `within`, by state: how many; what has no division below stands under its own."""
    digits = below(asked.within)
    return {what: _by(session, what, asked, today, lambda rows: sa.func.left(rows.c.village, digits)) for what in LISTS}


def counted_by_month(session: Session, within: str, until: date, today: date) -> dict[str, dict[str, dict[str, int]]]:
    """By list, by month (`2026-03`) of the year that ends with the month `until`, by state: how many."""
    first = month_after(until, 1 - MONTHS)
    past = instant_of(month_after(until))

    def month(rows: Any) -> Any:
        inside = sa.and_(rows.c.at >= instant_of(first), rows.c.at < past)
        return sa.case((inside, sa.func.to_char(sa.func.timezone("Asia/Shanghai", rows.c.at), "YYYY-MM")), else_="")

    found = {what: _by(session, what, Asked(within), today, month) for what in LISTS}
    return {what: {name: counts for name, counts in by.items() if name} for what, by in found.items()}


def below(within: str) -> int:
    """How many digits the divisions below one have."""
    return {4: 6, 6: 9}.get(len(within), 12)


def _by(session: Session, what: str, asked: Asked, today: date, axis: Any) -> dict[str, dict[str, int]]:
    rows = listed(what, asked, today).order_by(None).subquery()
    key = axis(rows).label("key")
    counts: dict[str, dict[str, int]] = {}
    for name, state, count in session.execute(
        sa.select(key, rows.c.state, sa.func.count()).group_by(key, rows.c.state)
    ):
        counts.setdefault(name, {})[state] = count
    return counts


_COLUMNS = ("county", "number", "village", "kind", "state", "at", "due", "by", "case_id", "note")
_Built = tuple[Mapping[str, Any], Any, Sequence[Any]]


def _nothing(kind: Any = sa.Text) -> Any:
    return sa.cast(sa.null(), kind)


def _of_case(**changed: Any) -> dict[str, Any]:
    return {
        "county": Case.county,
        "number": Case.number,
        "village": Case.village,
        "kind": Case.act_kind,
        "state": Case.state,
        "at": Case.accepted_at,
        "due": Case.due_on,
        "by": Case.accepted_by,
        "case_id": Case.case_id,
        "note": sa.literal(""),
        **changed,
    }


def _cases(today: date) -> _Built:
    return _of_case(), Case, [Case.accepted_at.is_not(None)]


def _overdue(today: date) -> _Built:
    at = sa.func.timezone("Asia/Shanghai", sa.cast(Case.due_on, sa.DateTime))
    return _of_case(at=at), Case, [Case.due_on < today, Case.state.in_(UNDER_WAY)]


def _acts(today: date) -> _Built:
    columns = _of_case(
        county=Act.county, number=Act.number, village=Act.village, kind=Act.kind, state=sa.literal("registered"),
        at=Act.registered_at, due=_nothing(sa.Date), by=Act.registered_by, case_id=Act.case_id,
    )  # fmt: skip
    return columns, Act, []


def _certificates(today: date) -> _Built:
    columns = _of_case(
        county=Certificate.county, number=Certificate.number, village=Certificate.village, kind=Certificate.kind,
        state=sa.func.coalesce(CertificateEnd.state, "valid"), at=Certificate.issued_at, due=_nothing(sa.Date),
        by=Certificate.issued_by, case_id=Certificate.case_id,
    )  # fmt: skip
    ends = sa.and_(
        CertificateEnd.county == Certificate.county, CertificateEnd.certificate_id == Certificate.certificate_id
    )
    return columns, sa.outerjoin(Certificate, CertificateEnd, ends), []


def _objections(today: date) -> _Built:
    columns = _of_case(
        village=Objection.village, state=sa.func.coalesce(Objection.outcome, "open"), at=Objection.raised_at,
        due=_nothing(sa.Date), by=Objection.taken_by,
    )  # fmt: skip
    joined = sa.join(Objection, Case, sa.and_(Case.county == Objection.county, Case.case_id == Objection.case_id))
    return columns, joined, []


def _reveals(today: date) -> _Built:
    """Openings of identities, and of how an objector may be reached, which is a step of the case."""
    o = opening.c
    reached = sa.and_(Case.county == CaseEvent.county, Case.case_id == CaseEvent.case_id, CaseEvent.step == CONTACT)
    opened = sa.union_all(
        sa.select(o.county, o.subject, o.village, o.opened_at, o.account_id, o.reason, _nothing(sa.Uuid).label("case_id")),
        sa.select(
            sa.cast(Case.county, sa.Text), Case.number, Case.village, CaseEvent.at, CaseEvent.by, CaseEvent.reason, Case.case_id,
        ).join(CaseEvent, reached),
    ).subquery().c  # fmt: skip
    columns = _of_case(
        county=opened.county, number=opened.subject, village=opened.village, kind=sa.literal(""),
        state=sa.literal("opened"), at=opened.opened_at, due=_nothing(sa.Date), by=opened.account_id, case_id=opened.case_id,
        note=opened.reason,
    )  # fmt: skip
    return columns, opened.county.table, []


_BUILDERS = {
    "cases": _cases, "acts": _acts, "certificates": _certificates, "objections": _objections, "overdue": _overdue,
    "reveals": _reveals,
}  # fmt: skip


# Findings and samples


def findings_statement(*, state: str = "", within: str = "") -> Any:
    """Rows of finding and its last event, those that wait longest first. state: open, answered or closed."""
    event, later = FindingEvent, aliased(FindingEvent)
    newest = (
        sa.select(sa.func.max(later.position))
        .where(later.county == AuditFinding.county, later.finding_id == AuditFinding.finding_id)
        .scalar_subquery()
    )
    of_it = sa.and_(
        event.county == AuditFinding.county, event.finding_id == AuditFinding.finding_id, event.position == newest
    )
    found: Any = sa.select(AuditFinding, event).join(event, of_it)
    if within:
        found = found.where(prefixed(AuditFinding.village, within))
    if state:
        found = found.where(event.step.in_([step for step, leads_to in STEPS_TO.items() if leads_to == state]))
    return found.order_by(event.at, AuditFinding.number)


def findings_counted(session: Session) -> dict[str, int]:
    """How many findings stand in each state."""
    rows = findings_statement().order_by(None).subquery()
    counts = dict.fromkeys(STEPS_TO.values(), 0)
    for step, count in session.execute(sa.select(rows.c.step, sa.func.count()).group_by(rows.c.step)):
        counts[STEPS_TO[step]] += count
    return counts


def finding(session: Session, number: str) -> AuditFinding | None:
    """A finding of the jurisdiction by its number."""
    return session.scalars(sa.select(AuditFinding).where(AuditFinding.number == number)).first()


def events_of(session: Session, found: AuditFinding) -> Sequence[FindingEvent]:
    """The steps of a finding's life, in their order."""
    asked = sa.select(FindingEvent).where(
        FindingEvent.county == found.county, FindingEvent.finding_id == found.finding_id
    )
    return session.scalars(asked.order_by(FindingEvent.position)).all()


def subject(session: Session, kind: str, key: str) -> Any:
    """county, village, case_id and about of a case, an act or a certificate by its number, of an opening by the key of its leaf
    (with opened_at, subject, reason and who opened), of an officer by the login; None for none of the jurisdiction.
    """
    none: Any = sa.null()
    if kind == "opening":
        of = opening.c
        said = sa.cast(of.opening_id, sa.Text)
        found = sa.select(
            of.county, of.village, none.label("case_id"), of.account_id.label("about"),
            of.opened_at, of.subject, of.reason, Account.name.label("who"),
        ).outerjoin(Account, Account.account_id == of.account_id).where(said == key)  # fmt: skip
    elif kind == "officer":
        place = Account.jurisdiction
        county = sa.func.rpad(sa.func.left(place, 6), 6, "0")
        of_land = Account.desk.in_(("registry", "exchange"))
        found = sa.select(
            county.label("county"), place.label("village"), none.label("case_id"), Account.account_id.label("about")
        )
        within = place.between(sa.func.access.jurisdiction_from(), sa.func.access.jurisdiction_to())
        found = found.where(Account.login == key.lower(), of_land, within)
    else:
        table: Any = {"case": Case, "act": Act, "certificate": Certificate}[kind]
        found = sa.select(table.county, table.village, table.case_id, none.label("about")).where(table.number == key)
    return session.execute(found).first()


def next_number(session: Session, what: str) -> int:
    """The next running number of findings or samples."""
    found: int = session.scalars(sa.select(sa.func.nextval(f"audit.{what}_number"))).one()
    return found


def numbers_of_cases(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers of cases by their ids."""
    rows = session.execute(sa.select(Case.case_id, Case.number).where(Case.case_id.in_(case_ids)))
    return {row.case_id: row.number for row in rows}
