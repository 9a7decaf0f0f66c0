"""What a later survey changed in the rows of a case, and of rights in the register, as their pages show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Role
from landreg.land.changed_rows import ChangedRow, changed_rows
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import FINISHED
from landreg.registry.facts import successors
from landreg.registry.facts.contradicted import Contradicted
from landreg.registry.facts.objected import Upheld
from landreg.registry.facts.resurveyed import changed_since, resurveyed
from landreg.registry.facts.successors import Before

Rows = list[tuple[str, ChangedRow]]


def later(session: Session, case: Case, actor: Actor) -> dict[str, Any]:
    """The survey in force that has the case's own rows otherwise, and what changed in them, by table; none once the case ended, and
    none for the auditor, whose login reads nothing that a delivery says of persons.
    """
    asked = case.state not in FINISHED and not actor.has(Role.AUDITOR)
    found = resurveyed(session, [case]).get(case.case_id) if asked else None
    if found is None or case.package_id is None:
        return {"later": None}
    packages = case.package_id, found.package_id
    return {"later": found, "later_rows": _by_table(session, case.county, packages, found.rows)}


@dataclass(frozen=True)
class UpheldBefore:
    """An objection upheld to an earlier case on the same subject, and what this one's survey has otherwise than that one's: table
    and row; None where there is nothing to compare, or for who may not read what a delivery says of persons.
    """

    objection: Upheld
    rows: Rows | None


def upheld_before(session: Session, case: Case, upheld: Sequence[Upheld], actor: Actor) -> list[UpheldBefore]:
    """The upheld objections to earlier cases on the subject of this one, for who judges whether it meets them."""
    unread = actor.has(Role.AUDITOR)
    return [
        UpheldBefore(
            one, None if unread else _rows_since(session, [case], {case.case_id: one.package_id})[case.case_id]
        )
        for one in upheld
        if one.of_case != case.case_id
    ]


@dataclass(frozen=True)
class CameFrom:
    """The case in whose place another was opened from a later survey, and what that survey has otherwise: table and row; None for
    who may not read what a delivery says of persons.
    """

    before: Before
    rows: Rows | None


def came_from(session: Session, cases: Sequence[Case], actor: Actor) -> dict[UUID, CameFrom]:
    """By case that was rebuilt, for who accepts and reviews it: which one it carries on, and what differs."""
    found = successors.came_from(session, cases)
    rebuilt = [case for case in cases if case.case_id in found and not actor.has(Role.AUDITOR)]
    rows = _rows_since(session, rebuilt, {case.case_id: found[case.case_id].package_id for case in rebuilt})
    return {case_id: CameFrom(before, rows.get(case_id)) for case_id, before in found.items()}


def _rows_since(session: Session, cases: Sequence[Case], before: Mapping[UUID, UUID | None]) -> dict[UUID, Rows | None]:
    """By case: what its survey has otherwise than an earlier one in its own rows; None where one of the two is none."""
    packages = {
        case.case_id: (older, case.package_id)
        for case in cases
        if (older := before[case.case_id]) is not None and case.package_id is not None
    }
    found = (
        changed_since(session, cases[0].county, {case_id: older for case_id, (older, _newer) in packages.items()})
        if cases
        else {}
    )
    asked: dict[tuple[tuple[UUID, UUID], str], set[str]] = defaultdict(set)
    for case_id, rows in found.items():
        for kind, code in rows:
            asked[packages[case_id], kind].add(code)
    shown = {
        (pair, kind, row.code): row
        for (pair, kind), codes in asked.items()
        for row in changed_rows(session, cases[0].county, pair, kind, sorted(codes))
    }
    of = {
        case_id: [(kind, shown[packages[case_id], kind, code]) for kind, code in rows]
        for case_id, rows in found.items()
    }
    return {case.case_id: of.get(case.case_id) for case in cases}


def _by_table(
    session: Session, county: str, packages: tuple[UUID, UUID], rows: Sequence[tuple[str, str]]
) -> dict[str, list[ChangedRow]]:
    return {
        kind: changed_rows(session, county, packages, kind, [code for of, code in rows if of == kind])
        for kind in dict.fromkeys(kind for kind, _code in rows)
    }


def otherwise_rows(
    session: Session, county: str, rights: Sequence[Contradicted]
) -> list[tuple[Contradicted, list[tuple[str, ChangedRow]]]]:
    """Each right with its rows that the survey in force has otherwise: table, code and fields, old and new."""
    asked: dict[tuple[tuple[UUID, UUID], str], set[str]] = defaultdict(set)
    for right in rights:
        for row in right.rows:
            asked[(row.old, right.package_id), row.table].add(row.code)
    found = {
        (packages, kind, row.code): row
        for (packages, kind), codes in asked.items()
        for row in changed_rows(session, county, packages, kind, sorted(codes))
    }
    return [
        (right, [(row.table, found[(row.old, right.package_id), row.table, row.code]) for row in right.rows])
        for right in rights
    ]
