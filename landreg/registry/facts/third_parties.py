"""What a correction finds registered after the error, of others: land-operation rights on a parcel, and transfers of a right.

Restrictions are read with the right itself; what was wrong was so from the first day, so that all of these came after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select, text, true
from sqlalchemy.orm import Session, aliased

from landreg.core.codes import masked_name
from landreg.core.periods import beijing_day
from landreg.core.tables import in_force
from landreg.land.model import Parcel
from landreg.party.model import Member
from landreg.registry.casebook import Case
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.model import Right
from landreg.registry.rules.parcel_requests import SUBSTANCE, Correction
from landreg.registry.rules.parcels import ParcelActFacts

DISPOSALS = ("assignment", "exchange")
"""Kinds of act by which another came to hold a right, or land under it, from its holder."""


def beside_others(
    session: Session, made: Sequence[ActProposal], concerned: Sequence[Sequence[UUID]]
) -> list[ActProposal]:
    """The proposals of corrections, with what is registered of others since the error; by few queries.

    concerned: of each, the rights that it concerns.
    """
    if not made:
        return []
    county = made[0].case.county
    asked = [one.facts.asked for one in made]
    operated = _operated(session, county, sorted({code for one in asked for code in _resized(one)}))
    return [_with(one, operated, _disposed(session, one, rights)) for one, rights in zip(made, concerned, strict=True)]


def _disposed(session: Session, made: ActProposal, rights: Sequence[UUID]) -> dict[str, date]:
    """By code of right: the day of the last transfer since the error, of the parcel whose facts were wrong, or of the right.

    A parcel's own transfers alone count, through whichever right it stood under: others of giver or taker are as they were. Of a
    right that came out of another, those of its own land count that were of the other. What was written into the register after
    a transfer was no error that its taker relied on.
    """
    case, asked = made.case, made.facts.asked
    since = _wrong_since(session, case, asked) if isinstance(asked, Correction) and asked.touches else None
    if since is None or not isinstance(asked, Correction):
        return {}
    told: dict[str, Any] = {"county": case.county, "kinds": list(DISPOSALS), "since": since}
    if asked.of == "parcel":
        which, told = _OF_PARCEL, told | {"code": case.subject_code}
    else:
        which, told = _OF_RIGHTS, told | {"rights": list(rights), "line": _line(session, case.county, _RIGHTS, rights)}
    return {row.code: beijing_day(row.at) for row in session.execute(text(_DISPOSED.format(which=which)), told)}


def _wrong_since(session: Session, case: Case, asked: Correction) -> datetime | None:
    """When the register first said one of the facts that are corrected as it says it now, of the subject or of what it came out of;
    None where it says none. Of the land of a right: when it first said that right;
    of who holds it, when it first named them.
    """
    table, key, subject, line = _told_of(session, case, asked)
    now, was = aliased(table), aliased(table)
    same = or_(
        *(
            getattr(was, one.fact).is_not_distinct_from(getattr(now, one.fact))
            for one in asked.facts
            if one.fact in SUBSTANCE and hasattr(table, one.fact)
        ),
        _same_subject(asked, was, now),
    )
    of_one = and_(was.county == now.county, or_(getattr(was, key) == getattr(now, key), getattr(was, key).in_(line)))
    first = select(func.min(func.lower(was.recorded))).join(now, and_(of_one, same))
    found: datetime | None = session.scalar(first.where(now.county == case.county, subject(now), in_force(now)))
    return found


def _same_subject(asked: Correction, was: Any, now: Any) -> ColumnElement[bool]:
    """Of what is no column of its own: which rows of a right say the same."""
    if asked.of == "held":
        return cast(ColumnElement[bool], was.household_id == now.household_id)
    return true() if asked.of == "land" else false()


def _told_of(session: Session, case: Case, asked: Correction) -> tuple[Any, str, Callable[[Any], Any], list[UUID]]:
    """Where the facts are told: the table, its key, which rows now, and the ids of what these came out of."""
    if asked.of == "parcel":
        return Parcel, "parcel_id", lambda now: now.code == case.subject_code, []
    if asked.of == "member":
        line = _line(session, case.county, _MEMBERS, [asked.member_id] if asked.member_id else [])
        return Member, "member_id", lambda now: now.member_id == asked.member_id, line
    line = _line(session, case.county, _RIGHTS, case.right_ids)
    return Right, "right_id", lambda now: now.right_id.in_(case.right_ids), line


def _line(session: Session, county: str, statement: str, ids: Sequence[UUID]) -> list[UUID]:
    """These ids, and those of what they came out of: a divided right has an id of its own, and so has a member who left with it."""
    return list(session.scalars(text(statement), {"county": county, "ids": list(ids)}))


def _with(made: ActProposal, operated: dict[str, list[str]], disposed: dict[str, date]) -> ActProposal:
    facts = made.facts
    assert isinstance(facts, ParcelActFacts)  # noqa: S101  every correction's are
    on = {code: "、".join(operated[code]) for code in _resized(facts.asked) if code in operated}
    return replace(made, facts=replace(facts, operated=on, disposed=disposed))


def _resized(asked: object) -> tuple[str, ...]:
    """The parcels whose area a correction changes: the rights of others say it too."""
    resized = isinstance(asked, Correction) and asked.said("registered_area_m2") is not None
    return asked.parcels if resized and isinstance(asked, Correction) else ()


def _operated(session: Session, county: str, codes: Sequence[str]) -> dict[str, list[str]]:
    """By parcel: the land-operation rights on it, each with who operates it, a person behind the mask."""
    found: dict[str, list[str]] = defaultdict(list)
    if codes:
        for row in session.execute(text(_OPERATED), {"county": county, "codes": codes}):
            name = row.name if row.party == "organization" else masked_name(row.name or "")
            found[row.parcel].append(f"{row.code}（{name}）")
    return found


_OPERATED = """
    SELECT p.code AS parcel, o.code, n.kind AS party, n.name
    FROM land.parcel AS p
    JOIN registry.right_parcel AS x ON x.county = p.county AND x.parcel_id = p.parcel_id AND upper_inf(x.recorded)
         AND upper_inf(x.valid)
    JOIN registry."right" AS o ON o.county = x.county AND o.row_id = x.right_row AND o.kind = 'land_operation'
         AND upper_inf(o.recorded) AND upper_inf(o.valid)
    LEFT JOIN party.named AS n ON n.county = o.county AND n.household_id = o.household_id AND upper_inf(n.recorded)
         AND upper_inf(n.valid)
    WHERE p.county = :county AND p.code = ANY (:codes) AND upper_inf(p.recorded) AND upper_inf(p.valid)
    ORDER BY o.code
"""
_OF_PARCEL = """x.parcel_id IN (SELECT p.parcel_id FROM land.parcel AS p WHERE p.county = :county AND p.code = :code
        AND upper_inf(p.recorded) AND upper_inf(p.valid))"""
_OF_RIGHTS = """(r.right_id = ANY (:rights) OR r.right_id = ANY (:line) AND x.parcel_id IN (
        WITH RECURSIVE land AS (
            SELECT y.parcel_id FROM registry."right" AS n
            JOIN registry.right_parcel AS y ON y.county = n.county AND y.right_row = n.row_id AND upper_inf(y.valid)
            WHERE n.county = :county AND n.right_id = ANY (:rights) AND upper_inf(n.recorded) AND upper_inf(n.valid)
            UNION SELECT o.origin_id FROM land
            JOIN land.parcel_origin AS o ON o.county = :county AND o.parcel_id = land.parcel_id AND upper_inf(o.recorded)
        ) SELECT parcel_id FROM land))"""
# A right came out of those whose land it took by the act that it began with; a member by the act that ended them elsewhere.
_RIGHTS = """
    WITH RECURSIVE line AS (
        SELECT unnest(CAST(:ids AS uuid[])) AS right_id
        UNION
        SELECT p.right_id FROM line
        JOIN registry."right" AS b ON b.county = :county AND b.right_id = line.right_id AND NOT EXISTS (
            SELECT FROM registry."right" AS o
            WHERE o.county = b.county AND o.right_id = b.right_id AND o.ended_by_act = b.act_id)
        JOIN registry.right_parcel AS x ON x.county = b.county AND x.right_row = b.row_id
        JOIN registry.right_parcel AS y ON y.county = x.county AND y.parcel_id = x.parcel_id AND y.ended_by_act = b.act_id
        JOIN registry."right" AS p ON p.county = y.county AND p.row_id = y.right_row AND p.kind = b.kind
    ) SELECT right_id FROM line
"""
_MEMBERS = """
    WITH RECURSIVE line AS (
        SELECT unnest(CAST(:ids AS uuid[])) AS member_id
        UNION
        SELECT p.member_id FROM line
        JOIN party.member AS m ON m.county = :county AND m.member_id = line.member_id
        JOIN party.member AS p ON p.county = m.county AND p.person_id = m.person_id AND p.ended_by_act = m.act_id
    ) SELECT member_id FROM line
"""
# Land that came to another household by the act: the rows of those whom it stayed with are written anew too. Rows that were said
# anew since count too: what was disposed of stays so.
_DISPOSED = """
    SELECT r.code, max(a.registered_at) AS at
    FROM registry.right_parcel AS x
    JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row AND r.kind <> 'land_operation'
         AND upper_inf(r.valid)
    JOIN registry.act AS a ON a.county = r.county AND a.act_id = r.act_id AND a.kind = ANY (:kinds)
         AND a.registered_at >= :since
    WHERE x.county = :county AND {which} AND NOT EXISTS (
        SELECT FROM registry.right_parcel AS y
        JOIN registry."right" AS s ON s.county = y.county AND s.row_id = y.right_row
        WHERE y.county = x.county AND y.parcel_id = x.parcel_id AND s.household_id = r.household_id AND s.kind = r.kind
              AND upper_inf(s.valid) AND upper(s.recorded) = lower(r.recorded))
    GROUP BY r.code
"""
