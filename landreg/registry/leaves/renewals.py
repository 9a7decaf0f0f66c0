"""What the log says of the members' decision on a roster: who was on it, how they voted, on which minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from landreg.registry.leaves.rows import digest


def decision_facts(session: Session, county: str, renewal_id: UUID) -> dict[str, Any]:
    """What the leaf of a decision says, as the tables have it now."""
    asked = {"county": county, "roster": renewal_id}
    return _facts(session.execute(text(_DECIDED + " AND n.county = :county AND n.renewal_id = :roster"), asked).one())


def decisions(session: Session) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every decision as the tables have it now."""
    for row in session.execute(text(_DECIDED)):
        yield row.number, _facts(row), {}


def _facts(row: Row[Any]) -> dict[str, Any]:
    return {
        "roster": row.number,
        "collective": row.collective_code,
        "members": row.members,
        "present": row.present,
        "in_favour": row.in_favour,
        "held_on": row.held_on,
        "minutes_sha256": row.sha256,
        "registered": digest(row.facts),
    }


# The entries are not told: who is put aside may change until the decision, and each renewal has a leaf of its own.
_DECIDED = """
    SELECT n.number, n.collective_code, n.members, n.present, n.in_favour, n.held_on, d.sha256,
           (to_jsonb(n) - '{county,village}'::text[])::text AS facts
    FROM registry.renewal AS n
    LEFT JOIN registry.document AS d ON d.county = n.county AND d.document_id = n.minutes_id
    WHERE n.state = 'decided'
"""
