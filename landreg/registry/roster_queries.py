"""Reads of rosters of renewals, and of what ends soon by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.land.model import Parcel
from landreg.land.queries import prefixed
from landreg.party.model import Collective, Household, Member
from landreg.registry.casebook import Case, Document, Notice
from landreg.registry.roster_model import Roster, RosterEntry


@dataclass(frozen=True)
class Counts:
    """A roster counted: contracts on it, set aside, area in mu of those that go; cases by state."""

    entries: int
    aside: int
    mu: Any
    states: Mapping[str, int]


@dataclass(frozen=True)
class CollectiveEnding:
    """A collective with contracts that end in a window. listed: how many of them are on a roster already."""

    county: str
    code: str
    name: str
    village: str
    contracts: int
    listed: int
    first: date
    last: date


def rosters_statement() -> sa.Select[Any]:
    """The rosters of the actor's jurisdiction, newest first."""
    return sa.select(Roster).order_by(Roster.drawn_at.desc(), Roster.number.desc())


def roster(session: Session, county: str, renewal_id: UUID, *, lock: bool = False) -> Roster | None:
    """A roster; lock: held until the end of the transaction."""
    found = sa.select(Roster).where(Roster.county == county, Roster.renewal_id == renewal_id)
    return session.scalars(found.with_for_update() if lock else found).one_or_none()


def roster_of_batch(session: Session, county: str, batch_id: UUID | None) -> Roster | None:
    """The roster behind a batch of renewals."""
    found = sa.select(Roster).where(Roster.county == county, Roster.batch_id == batch_id)
    return session.scalars(found).one_or_none() if batch_id else None


def entries_statement(roster: Roster, shown: str = "", text: str = "") -> sa.Select[Any]:
    """A roster's contracts with the state of their cases. shown: "in", "aside", a reason, or '' for all. text: name or code."""
    of_case = sa.and_(Case.county == RosterEntry.county, Case.case_id == RosterEntry.case_id)
    found: Any = sa.select(RosterEntry, Case.state).outerjoin(Case, of_case)
    found = found.where(RosterEntry.county == roster.county, RosterEntry.renewal_id == roster.renewal_id)
    if shown in ("in", "aside"):
        found = found.where(RosterEntry.aside == (shown == "aside"))
    elif shown:
        found = found.where(RosterEntry.reasons.any(shown))  # type: ignore[arg-type]
    if text:
        found = found.where(
            sa.or_(RosterEntry.holder.startswith(text, autoescape=True), prefixed(RosterEntry.code, text))
        )
    ordered: sa.Select[Any] = found.order_by(RosterEntry.aside.desc(), RosterEntry.code)
    return ordered


def entries(session: Session, roster: Roster, *, aside: bool | None = None) -> Sequence[RosterEntry]:
    """A roster's contracts in the order of their codes."""
    found = sa.select(RosterEntry).where(
        RosterEntry.county == roster.county, RosterEntry.renewal_id == roster.renewal_id
    )
    if aside is not None:
        found = found.where(RosterEntry.aside == aside)
    return session.scalars(found.order_by(RosterEntry.code)).all()


def entry(session: Session, roster: Roster, right_id: UUID) -> RosterEntry | None:
    """One contract of a roster."""
    key = {"county": roster.county, "renewal_id": roster.renewal_id, "right_id": right_id}
    return session.get(RosterEntry, key)


def requests_of(session: Session, county: str, entries: Sequence[RosterEntry]) -> Mapping[UUID, Document]:
    """By id: the documents in which households on a roster asked to be put aside."""
    ids = [request for one in entries for request in one.requests]
    if not ids:
        return {}
    found = sa.select(Document).where(Document.county == county, Document.document_id.in_(ids))
    return {one.document_id: one for one in session.scalars(found)}


def request_on(session: Session, roster: Roster, document_id: UUID) -> Document | None:
    """A document in which a household on this roster asked to be put aside."""
    found = (
        sa.select(Document)
        .join(
            RosterEntry,
            sa.and_(RosterEntry.county == Document.county, Document.document_id == RosterEntry.requests.any_()),
        )
        .where(RosterEntry.county == roster.county, RosterEntry.renewal_id == roster.renewal_id)
        .where(Document.document_id == document_id)
    )
    return session.scalars(found).first()


def counts(session: Session, rosters: Sequence[Roster]) -> dict[UUID, Counts]:
    """Rosters counted, in two queries."""
    ids = [one.renewal_id for one in rosters]
    whole = (
        sa.select(
            RosterEntry.renewal_id,
            sa.func.count(),
            sa.func.count().filter(RosterEntry.aside),
            sa.func.coalesce(sa.func.sum(RosterEntry.mu).filter(~RosterEntry.aside), 0),
        )
        .where(RosterEntry.renewal_id.in_(ids))
        .group_by(RosterEntry.renewal_id)
    )
    states = (
        sa.select(RosterEntry.renewal_id, Case.state, sa.func.count())
        .join(Case, sa.and_(Case.county == RosterEntry.county, Case.case_id == RosterEntry.case_id))
        .where(RosterEntry.renewal_id.in_(ids))
        .group_by(RosterEntry.renewal_id, Case.state)
    )
    by_state: dict[UUID, dict[str, int]] = {one: {} for one in ids}
    for renewal_id, state, count in session.execute(states):
        by_state[renewal_id][state] = count
    found = {row[0]: Counts(row[1], row[2], row[3], by_state[row[0]]) for row in session.execute(whole)}
    return {one: found.get(one, Counts(0, 0, 0, {})) for one in ids}


def reasons_counted(session: Session, roster: Roster) -> dict[str, int]:
    """How many contracts are set aside for each reason."""
    reason = sa.func.unnest(RosterEntry.reasons).label("reason")
    found = (
        sa.select(reason, sa.func.count())
        .where(RosterEntry.county == roster.county, RosterEntry.renewal_id == roster.renewal_id)
        .group_by(reason)
        .order_by(reason)
    )
    return dict(session.execute(found).all())


def on_a_roster(session: Session, county: str, right_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the rights that are on a roster that is not done with."""
    found = (
        sa.select(RosterEntry.right_id)
        .join(Roster, sa.and_(Roster.county == RosterEntry.county, Roster.renewal_id == RosterEntry.renewal_id))
        .outerjoin(Case, sa.and_(Case.county == RosterEntry.county, Case.case_id == RosterEntry.case_id))
        .where(RosterEntry.county == county, RosterEntry.right_id.in_(right_ids), Roster.state != "given_up")
        .where(sa.or_(Roster.state != "decided", Case.state.in_(("accepted", "reviewed", "noticed", "objected"))))
    )
    return set(session.scalars(found))


def collective_by_code(session: Session, county: str, code: str) -> Collective | None:
    """A collective of the actor's jurisdiction as it stands today."""
    found = sa.select(Collective).where(Collective.county == county, Collective.code == code, in_force(Collective))
    return session.scalars(found).one_or_none()


def persons_counted(session: Session, county: str, collective_id: UUID) -> int:
    """How many persons the register has in the households of a collective."""
    found = (
        sa.select(sa.func.count(sa.distinct(Member.person_id)))
        .join(Household, sa.and_(Household.county == Member.county, Household.household_id == Member.household_id))
        .where(Household.county == county, Household.collective_id == collective_id)
        .where(in_force(Household), in_force(Member))
    )
    return session.scalar(found) or 0


def notice_of(session: Session, roster: Roster) -> Notice | None:
    """The newest notice of a roster's batch."""
    found = sa.select(Notice).where(Notice.county == roster.county, Notice.batch_id == roster.batch_id)
    newest = found.order_by(Notice.published_at.desc()).limit(1)
    return session.scalars(newest).one_or_none() if roster.batch_id else None


def noticed_with(session: Session, county: str, batch_id: UUID | None) -> dict[str, Any]:
    """What a notice of renewals says beside its cases: the roster's number, and who is treated by themselves; no reason."""
    found = roster_of_batch(session, county, batch_id)
    if found is None:
        return {}
    return {
        "roster": found.number,
        "aside": [[one.holder, one.household_code] for one in entries(session, found, aside=True)],
    }


def parcels_registered(session: Session, county: str, codes: Sequence[str]) -> dict[Any, tuple[str, str]]:
    """Name and four neighbours of registered parcels, each under None and its code, as a notice looks them up."""
    found = sa.select(Parcel).where(Parcel.county == county, Parcel.code.in_(codes), in_force(Parcel))
    return {
        (None, row.code): (
            row.name,
            "，".join(
                f"{side}{near or '—'}"
                for side, near in zip(
                    "东南西北",
                    (row.neighbour_east, row.neighbour_south, row.neighbour_west, row.neighbour_north),
                    strict=True,
                )
            ),
        )
        for row in session.scalars(found)
    }


def collectives_ending(session: Session, within: str, first: date, last: date) -> list[CollectiveEnding]:
    """The collectives within a division that have contracts ending in a window, by code."""
    asked = {"first": first, "last": last, "from": within, "to": within + "~"}
    return [CollectiveEnding(*row) for row in session.execute(sa.text(_COLLECTIVES), asked)]


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_COLLECTIVES = f"""
    SELECT c.county, c.code, c.name, c.village, count(*), count(*) FILTER (WHERE EXISTS (
               SELECT FROM registry.renewal_entry AS e
               JOIN registry.renewal AS n ON n.county = e.county AND n.renewal_id = e.renewal_id
               WHERE e.county = r.county AND e.right_id = r.right_id AND n.state <> 'given_up')),
           min(upper(r.term) - 1), max(upper(r.term) - 1)
    FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    JOIN party.collective AS c ON c.county = h.county AND c.collective_id = h.collective_id AND {_OPEN.format("c")}
    WHERE r.kind = 'contract_management' AND {_OPEN.format("r")} AND upper(r.term) - 1 BETWEEN :first AND :last
      AND r.village >= :from AND r.village < :to
    GROUP BY c.county, c.code, c.name, c.village ORDER BY c.code
"""
