"""What a later survey changed in the rows of a case, and of rights in the register, as their pages show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Role
from landreg.land.changed_rows import ChangedRow, changed_rows
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import FINISHED
from landreg.registry.facts.contradicted import Contradicted
from landreg.registry.facts.resurveyed import resurveyed


def later(session: Session, case: Case, actor: Actor) -> dict[str, Any]:
    """The survey in force that has the case's own rows otherwise, and what changed in them, by table; none once the case ended, and
    none for the auditor, whose login reads nothing that a delivery says of persons.
    """
    asked = case.state not in FINISHED and not actor.has(Role.AUDITOR)
    found = resurveyed(session, [case]).get(case.case_id) if asked else None
    if found is None or case.package_id is None:
        return {"later": None}
    packages = case.package_id, found.package_id
    return {
        "later": found,
        "later_rows": {
            kind: changed_rows(session, case.county, packages, kind, [code for of, code in found.rows if of == kind])
            for kind in dict.fromkeys(kind for kind, _code in found.rows)
        },
    }


def otherwise_rows(
    session: Session, county: str, rights: Sequence[Contradicted]
) -> list[tuple[Contradicted, list[tuple[str, ChangedRow]]]]:
    """Each right with its rows that the survey in force has otherwise: table, code and fields, old and new."""
    asked: dict[tuple[tuple[UUID, UUID], str], set[str]] = defaultdict(set)
    for right in rights:
        for kind, code in right.rows:
            asked[(right.old, right.package_id), kind].add(code)
    found = {
        (packages, kind, row.code): row
        for (packages, kind), codes in asked.items()
        for row in changed_rows(session, county, packages, kind, sorted(codes))
    }
    return [
        (right, [(kind, found[(right.old, right.package_id), kind, code]) for kind, code in right.rows])
        for right in rights
    ]
