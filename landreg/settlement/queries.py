"""Reads of the settlement window; what of it an actor sees, row policies decide."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Session

from landreg.settlement.model import Application, Evidence, HandedOut, RefusedEvidence, Settler, Statement

STATES = ("waiting", "due", "settled", "refused", "withdrawn")


@dataclass(frozen=True)
class Listed:
    """An application in the list, with its applicant's masked name and how many settle."""

    application: Application
    applicant: str
    persons: int


@dataclass(frozen=True)
class Opened:
    """What is sealed of a person."""

    position: int
    name: bytes
    id_number: bytes
    phone: bytes | None


def applications(state: str, number: str, today: date) -> sa.Select[tuple[Application, str, int]]:
    """Applications with the applicant's masked name and how many settle: those that wait by their last day, others newest first.

    state: one of STATES, '' for all. number: the beginning of an application's number, '' for all.
    """
    of = (Settler.county == Application.county) & (Settler.application_id == Application.application_id)
    settling = orm.aliased(Settler)
    own = (settling.county == Application.county) & (settling.application_id == Application.application_id)
    count = sa.select(sa.func.count()).select_from(settling).where(own).correlate(Application).scalar_subquery()
    statement = sa.select(Application, Settler.name_masked, count).join(Settler, of & (Settler.position == 0))
    if state in ("waiting", "due"):
        statement = statement.where(Application.outcome.is_(None))
        if state == "due":
            statement = statement.where(Application.due_on <= today)
    elif state:
        statement = statement.where(Application.outcome == state)
    if number:
        statement = statement.where(Application.number >= number, Application.number < number + "~")
    if state in ("waiting", "due"):
        return statement.order_by(Application.due_on, Application.number)
    return statement.order_by(Application.received_at.desc(), Application.number.desc())


def counts(session: Session, today: date) -> dict[str, int]:
    """How many applications are in each of STATES."""
    waits = Application.outcome.is_(None)
    row = session.execute(
        sa.select(
            sa.func.count().filter(waits),
            sa.func.count().filter(waits, Application.due_on <= today),
            *(sa.func.count().filter(Application.outcome == state) for state in STATES[2:]),
        ).select_from(Application)
    ).one()
    return dict(zip(STATES, row, strict=True))


def application(session: Session, county: str, application_id: UUID) -> Application | None:
    """An application by its id."""
    return session.get(Application, (county, application_id))


def locked(session: Session, county: str, application_id: UUID) -> Application | None:
    """The same, held until the end: of two who decide, one waits and then sees it decided. Its rows are read anew."""
    of = (Application.county == county) & (Application.application_id == application_id)
    return session.scalars(sa.select(Application).where(of).with_for_update()).one_or_none()


def settlers(session: Session, county: str, application_id: UUID) -> Sequence[Settler]:
    """Who settles, the applicant first."""
    statement = sa.select(Settler).where(Settler.county == county, Settler.application_id == application_id)
    return session.scalars(statement.order_by(Settler.position)).all()


def evidence(session: Session, county: str, application_id: UUID) -> Sequence[Evidence]:
    """The papers that were shown, in the order in which they came."""
    statement = sa.select(Evidence).where(Evidence.county == county, Evidence.application_id == application_id)
    return session.scalars(statement.order_by(Evidence.put_in_at, Evidence.kind)).all()


def handed_out(session: Session, county: str, application_id: UUID) -> Sequence[HandedOut]:
    """The papers that were handed out, in their order."""
    statement = sa.select(HandedOut).where(HandedOut.county == county, HandedOut.application_id == application_id)
    return session.scalars(statement.order_by(HandedOut.handed_at)).all()


def refusals(number: str = "") -> sa.Select[RefusedEvidence]:
    """What was refused as evidence, newest first; by its number where one is given."""
    statement = sa.select(RefusedEvidence)
    if number:
        statement = statement.where(RefusedEvidence.number == number)
    return statement.order_by(RefusedEvidence.refused_at.desc(), RefusedEvidence.number.desc())


def refusals_of(session: Session, county: str, application_id: UUID) -> Sequence[RefusedEvidence]:
    """What was refused of one application."""
    of = (RefusedEvidence.county == county) & (RefusedEvidence.application_id == application_id)
    return session.scalars(sa.select(RefusedEvidence).where(of).order_by(RefusedEvidence.refused_at)).all()


def waiting_of(session: Session, digests: Collection[bytes]) -> Sequence[tuple[str, int]]:
    """Numbers of the applications that wait for a decision about one of these persons, and which of the digests it is."""
    asked = list(digests)
    of = (Settler.county == Application.county) & (Settler.application_id == Application.application_id)
    rows = session.execute(
        sa.select(Application.number, Settler.id_digest)
        .join(Settler, of)
        .where(Settler.id_digest.in_(asked), Application.outcome.is_(None))
    )
    return [(number, asked.index(bytes(digest))) for number, digest in rows]


def next_number(session: Session, sequence: str) -> int:
    """The next of `application` or `refusal`."""
    named = {"application": "settlement.application_number", "refusal": "settlement.refusal_number"}[sequence]
    return int(session.execute(sa.select(sa.func.nextval(named))).scalar_one())


def opened(session: Session, county: str, opening_id: UUID) -> list[Opened]:
    """What is sealed of an application's persons, by an opening that is committed and in the log."""
    rows = session.execute(
        sa.text("SELECT * FROM settlement.open_sealed(:county, :opening)"), {"county": county, "opening": opening_id}
    )
    return [Opened(row.position, row.name_sealed, row.id_sealed, row.phone_sealed) for row in rows]


def leaves(session: Session) -> dict[tuple[str, str], bytes]:
    """What the log's leaves say of this window in the jurisdiction, by kind and key."""
    rows = session.execute(sa.text("SELECT kind, key, leaf FROM settlement.leaves()"))
    return {(row.kind, row.key): bytes(row.leaf) for row in rows}


def settled_by_origin(session: Session, county: str, before: date) -> dict[str, int]:
    """By county where they come from: how many applications of a county's window were settled before a day. One is a household."""
    origin = sa.func.left(Application.village, 6)
    found = sa.select(origin, sa.func.count()).where(
        Application.county == county, Application.outcome == "settled", Application.decided_on < before,
        Application.village.is_not(None),
    )  # fmt: skip
    return {str(row[0]): int(row[1]) for row in session.execute(found.group_by(origin))}


def statements(session: Session) -> Sequence[Statement]:
    """What was stated, the last quarter first."""
    return session.scalars(sa.select(Statement).order_by(Statement.until.desc(), Statement.county)).all()
