"""What a correction finds registered after the error, of others: land-operation rights on a parcel, and transfers of a right.

Restrictions are read with the right itself; what was wrong was so from the first day, so that all of these came after it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, func, or_, select, text
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

    A parcel's own transfers alone count, through whichever right it stood under: others of giver or taker are as they were. What
    was written into the register after a transfer was no error that its taker relied on.
    """
    case, asked = made.case, made.facts.asked
    since = _wrong_since(session, case, asked) if isinstance(asked, Correction) and asked.touches else None
    if since is None or not isinstance(asked, Correction):
        return {}
    which = _OF_PARCEL if asked.of == "parcel" else _OF_RIGHTS
    told = {"county": case.county, "kinds": list(DISPOSALS), "since": since}
    told |= {"code": case.subject_code} if asked.of == "parcel" else {"rights": list(rights)}
    return {row.code: beijing_day(row.at) for row in session.execute(text(_DISPOSED.format(which=which)), told)}


def _wrong_since(session: Session, case: Case, asked: Correction) -> datetime | None:
    """When the register first said one of the facts that are corrected as it says it now; None where it says none."""
    table, key, subject = _told_of(case, asked)
    now, was = aliased(table), aliased(table)
    same = or_(
        *(
            getattr(was, one.fact).is_not_distinct_from(getattr(now, one.fact))
            for one in asked.facts
            if one.fact in SUBSTANCE and hasattr(table, one.fact)
        ),
        false(),
    )
    of_one = and_(was.county == now.county, getattr(was, key) == getattr(now, key))
    first = select(func.min(func.lower(was.recorded))).join(now, and_(of_one, same))
    found: datetime | None = session.scalar(first.where(now.county == case.county, subject(now), in_force(now)))
    return found


def _told_of(case: Case, asked: Correction) -> tuple[Any, str, Callable[[Any], Any]]:
    if asked.of == "parcel":
        return Parcel, "parcel_id", lambda now: now.code == case.subject_code
    if asked.of == "member":
        return Member, "member_id", lambda now: now.member_id == asked.member_id
    return Right, "right_id", lambda now: now.right_id.in_(case.right_ids)


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
_OF_RIGHTS = "r.right_id = ANY (:rights)"
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
