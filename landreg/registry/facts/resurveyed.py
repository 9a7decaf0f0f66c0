"""Where the survey in force has the rows of a first registration otherwise than the package that the case rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.land.staging_changed import unlike
from landreg.law.book import term
from landreg.registry.casebook import Case
from landreg.registry.facts.other_holders import OtherHolder, other_holders

AS_NOTICED = "keep_noticed"
"""The step by which an officer wrote down why a case is registered as noticed, though a later survey has it otherwise."""
KINDS = ("CBF", "CBF_JTCY", "CBHT", "CBDKXX", "DK", "ZJD")
"""Tables and layers whose rows a case would enter: contractor, members, contract, its parcels, their ground, homestead."""
ENTERED = {"household": ("CBF", "CBF_JTCY"), "parcel": ("DK", "ZJD")}
"""Of these, what the entry of a survey takes in beside the cases that are registered."""


OVERTAKEN = ("draft", "returned", "accepted", "reviewed", "noticed", "objected")
"""The states of a case that a later survey may still stop."""


@dataclass(frozen=True)
class Resurveyed:
    """The package in force, what it has otherwise (table and code), and whether an officer answered since it came; other: where it
    gives the case's contract or homestead to another household, which and whose it was.
    """

    package_id: UUID
    rows: tuple[tuple[str, str], ...]
    answered: bool
    other: OtherHolder | None

    @property
    def named(self) -> tuple[str, ...]:
        """The rows as a sentence names them."""
        return tuple(f"{term('survey_table', kind)} {code}" for kind, code in self.rows)


def resurveyed(session: Session, cases: Sequence[Case]) -> Mapping[UUID, Resurveyed]:
    """By case: what a later survey of its place has otherwise. Nothing of cases whose own rows are as they were."""
    asked = [case for case in cases if case.package_id is not None and case.act_kind == "first_registration"]
    return resurveyed_of(session, asked[0].county, [case.case_id for case in asked]) if asked else {}


def overtaken(session: Session, cases: Sequence[Case]) -> Mapping[UUID, Resurveyed]:
    """The same of those of a list that are under way and of which nobody wrote down why they go on as they are."""
    found = resurveyed(session, [case for case in cases if case.state in OVERTAKEN])
    return {case_id: later for case_id, later in found.items() if not later.answered}


def resurveyed_of(session: Session, county: str, case_ids: Sequence[UUID]) -> Mapping[UUID, Resurveyed]:
    """The same of first registrations that rest on a package, by their ids."""
    if not case_ids:
        return {}
    key = {"county": county, "ids": list(case_ids)}
    superseded = {row.case_id: row for row in session.execute(text(_SUPERSEDED), key)}
    by_pair: dict[tuple[UUID, UUID], list[Any]] = defaultdict(list)
    for row in superseded.values():
        by_pair[row.old, row.new].append(row)
    found: dict[UUID, Resurveyed] = {}
    for pair, rows in by_pair.items():
        changed = {kind: _changed(session, county, pair, kind, rows) for kind in KINDS}
        own = {row.case_id: _own(row, changed) for row in rows}
        others = other_holders(session, county, pair, [case_id for case_id, of in own.items() if of])
        for row in rows:
            if of := own[row.case_id]:
                found[row.case_id] = Resurveyed(pair[1], of, row.answered, others.get(row.case_id))
    return found


def changed_since(
    session: Session, county: str, before: Mapping[UUID, UUID]
) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """By case: what its package has otherwise than an earlier one in the rows that the case would enter: table and code. before: by
    case, which.
    """
    by_pair: dict[tuple[UUID, UUID], list[Any]] = defaultdict(list)
    for row in session.execute(text(_OF_CASES), {"county": county, "ids": list(before)}) if before else ():
        by_pair[before[row.case_id], row.package_id].append(row)
    found: dict[UUID, tuple[tuple[str, str], ...]] = {}
    for pair, rows in by_pair.items():
        changed = {kind: _changed(session, county, pair, kind, rows) for kind in KINDS}
        found |= {row.case_id: _own(row, changed) for row in rows}
    return found


def left_out(
    session: Session, county: str, package_id: UUID, village: str, case_ids: Sequence[UUID]
) -> dict[str, list[str]]:
    """Codes of households and parcels of a village that the survey in force has otherwise, but for those of the cases that are
    registered: they are entered from the later one, by their own cases.
    """
    key = {"county": county, "package": package_id, "village": village}
    new = session.scalars(text(_IN_FORCE), key).one_or_none()
    if new is None or new == package_id:
        return {name: [] for name in ENTERED}
    going = set(session.scalars(text(_GOING), {"county": county, "ids": list(case_ids)}))
    return {
        name: sorted(
            set().union(*(unlike(session, county, (package_id, new), kind, village=village) for kind in kinds)) - going
        )
        for name, kinds in ENTERED.items()
    }


def _codes(kind: str, row: Any) -> Sequence[str]:
    """Under which codes a case's rows of a table stand."""
    if kind == "DK":
        return row.parcels if row.right_kind == "contract_management" else ()
    if kind in ("CBF", "CBF_JTCY"):
        return (row.household_code,)
    return (row.subject_code,) if (kind == "ZJD") == (row.right_kind == "homestead") else ()


def _changed(session: Session, county: str, pair: tuple[UUID, UUID], kind: str, rows: Sequence[Any]) -> set[str]:
    codes = sorted({code for row in rows for code in _codes(kind, row)})
    return unlike(session, county, pair, kind, village=county, codes=codes) if codes else set()


def _own(row: Any, changed: Mapping[str, set[str]]) -> tuple[tuple[str, str], ...]:
    made: list[tuple[str, str]] = []
    for kind in KINDS:
        mine = set(_codes(kind, row))
        made += [(kind, code) for code in sorted(changed[kind]) if code.partition("/")[0] in mine]
    return tuple(made)


_LATEST = """SELECT n.package_id, greatest(n.received_at, CAST(n.changes -> 'again' ->> 'at' AS timestamptz)) AS since
        FROM land.package AS n WHERE n.county = {county} AND n.state = 'staged'
        AND {village} >= n.village AND {village} <= n.village || '~' ORDER BY n.received_at DESC LIMIT 1"""
_IN_FORCE = f"SELECT package_id FROM ({_LATEST.format(county=':county', village=':village')}) AS k"
_GOING = """
    SELECT household_code FROM registry."case" WHERE county = :county AND case_id = ANY (:ids)
    UNION SELECT subject_code FROM registry."case" WHERE county = :county AND case_id = ANY (:ids)
    UNION SELECT parcel_code FROM registry.case_parcel WHERE county = :county AND case_id = ANY (:ids)
"""
_ROWS = """c.right_kind, c.subject_code, c.household_code, array(SELECT p.parcel_code FROM registry.case_parcel AS p
                 WHERE p.county = c.county AND p.case_id = c.case_id) AS parcels"""
_OF_CASES = f"""
    SELECT c.case_id, c.package_id, {_ROWS} FROM registry."case" AS c
    WHERE c.county = :county AND c.case_id = ANY (:ids) AND c.package_id IS NOT NULL
"""
_SUPERSEDED = f"""
    SELECT c.case_id, c.package_id AS old, k.package_id AS new, {_ROWS},
           EXISTS (SELECT FROM registry.case_event AS e WHERE e.county = c.county AND e.case_id = c.case_id
                   AND e.step = '{AS_NOTICED}' AND e.at > k.since) AS answered
    FROM registry."case" AS c CROSS JOIN LATERAL ({_LATEST.format(county="c.county", village="c.village")}) AS k
    WHERE c.county = :county AND c.case_id = ANY (:ids) AND k.package_id <> c.package_id
"""
