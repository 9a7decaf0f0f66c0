"""What the farmers' desk reads of the register: of the actor's own household alone, by functions of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class OwnRight:
    """A right of the household with its land, what restricts it, and its certificate in force.

    last_day: None where it has no end.
    """

    kind: str
    code: str
    area_m2: Any
    mu: Any
    first_day: date | None
    last_day: date | None
    parcels: Sequence[Any]
    restrictions: Sequence[Any]
    certificates: Sequence[str]


def own_rights(session: Session, household_id: UUID) -> tuple[OwnRight, ...]:
    """The rights that a household holds now, in three queries."""
    rights = session.execute(sa.text(_RIGHTS), {"household": household_id}).all()
    land = session.execute(sa.text("SELECT * FROM registry.own_land()")).all()
    standing = session.execute(sa.text("SELECT * FROM registry.own_standing()")).all()
    return tuple(
        OwnRight(
            row.kind,
            row.code,
            row.area_m2,
            row.mu,
            row.first_day,
            row.term_ended_on and row.term_ended_on - timedelta(days=1),
            [one for one in land if one.right_id == row.right_id],
            [one for one in standing if one.right_id == row.right_id and one.kind],
            [one.number for one in standing if one.right_id == row.right_id and one.number],
        )
        for row in rights
    )


_RIGHTS = """
    SELECT r.right_id, r.kind, r.code, r.area_m2, r.mu, coalesce(lower(b.term), lower(r.term), lower(r.valid)) AS first_day,
        r.term_ended_on
    FROM registry."right" AS r
    LEFT JOIN LATERAL (
        -- The term that still runs before that of a renewal.
        SELECT o.term FROM registry."right" AS o WHERE o.county = r.county AND o.right_id = r.right_id AND upper_inf(o.recorded)
            AND upper(o.term) = lower(r.term) AND lower(r.term) > (system.clock() AT TIME ZONE 'Asia/Shanghai')::date
        ORDER BY lower(o.valid) DESC LIMIT 1) AS b ON true
    WHERE r.household_id = :household AND upper_inf(r.recorded) AND upper_inf(r.valid) ORDER BY r.kind, r.code
"""
