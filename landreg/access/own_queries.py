"""What the farmers' desk reads of the register: of the actor's own household alone, by functions of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.units import half_up


@dataclass(frozen=True)
class Bound:
    """A contract of another that runs on land of the household. since: from when its share, of a hundred, of what falls due is the
    household's. last_day: None where it goes on until its parties end it.
    """

    number: str
    kind: str
    contractor: str
    taker: str
    price: Decimal
    unit: str
    paid_every: str
    parcels: Sequence[str]
    since: date
    last_day: date | None
    percent: str


@dataclass(frozen=True)
class OwnRight:
    """A right of the household with its land, what restricts it, its certificate in force, and the contracts that others made and
    that bind it since the land came to it.

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
    bound_by: Sequence[Bound]


def own_rights(session: Session, household_id: UUID) -> tuple[OwnRight, ...]:
    """The rights that a household holds now, in four queries."""
    rights = session.execute(sa.text(_RIGHTS), {"household": household_id}).all()
    land = session.execute(sa.text("SELECT * FROM registry.own_land()")).all()
    standing = session.execute(sa.text("SELECT * FROM registry.own_standing()")).all()
    bound = session.execute(sa.text("SELECT * FROM exchange.binding_own()")).all()
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
            [_bound(one) for one in bound if one.right_id == row.right_id],
        )
        for row in rights
    )


def _bound(row: Any) -> Bound:
    percent = f"{half_up(row.share * 100):f}".rstrip("0").rstrip(".")
    last = row.until_on and row.until_on - timedelta(days=1)
    return Bound(
        row.number, row.kind, row.contractor, row.taker, row.price, row.unit, row.paid_every, row.parcels, row.since, last, percent
    )  # fmt: skip


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
