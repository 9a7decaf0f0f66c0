"""Reads of what ends: restrictions that are over or will be soon, terms that run out, and land-operation rights with theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.registry.rules.renewal_requests import LAPSES

SOON_DAYS = 30
COUNTED = 1000
"""A first page says that there are so many or more; the list says how many."""


def due(session: Session, today: date, right_id: UUID | None = None) -> Sequence[sa.Row[Any]]:
    """Restrictions whose last day is over, of the whole jurisdiction or of one right, in the order of their ranks.

    A seizure in waiting has no term of its own yet, and one that moved up after its last day is for the court to say.
    """
    asked = {"today": today, "kinds": list(LAPSES), "right": right_id}
    return session.execute(sa.text(_DUE), asked).all()


def restrictions_ending(session: Session, today: date, most: int, skipped: int) -> Sequence[sa.Row[Any]]:
    """Restrictions that end within thirty days, or whose day is over, soonest first; each row says how many there are."""
    asked = {"last": today + timedelta(days=SOON_DAYS), "most": most, "skipped": skipped}
    return session.execute(sa.text(_RESTRICTIONS), asked).all()


def terms_ending(session: Session, today: date, most: int, skipped: int) -> Sequence[sa.Row[Any]]:
    """Contract rights whose term ends within thirty days or is over, soonest first; roster: where one is on its way."""
    asked = {"last": today + timedelta(days=SOON_DAYS), "most": most, "skipped": skipped}
    return session.execute(sa.text(_TERMS), asked).all()


def operations_ending(session: Session, today: date, most: int, skipped: int) -> Sequence[sa.Row[Any]]:
    """Land-operation rights in force whose term ends within thirty days or is over, soonest first."""
    asked = {"last": today + timedelta(days=SOON_DAYS), "most": most, "skipped": skipped}
    return session.execute(sa.text(_OPERATIONS), asked).all()


def roster_of(session: Session, county: str, right_id: UUID) -> sa.Row[Any] | None:
    """The roster on which a right was drawn up last, and why it is aside there; None where it is on none."""
    return session.execute(sa.text(_ROSTER), {"county": county, "right": right_id}).first()


def ending_counts(session: Session, today: date) -> tuple[int, int, int]:
    """How many restrictions, terms and land-operation rights end within thirty days or are over; each counted up to `COUNTED`."""
    asked = {"last": today + timedelta(days=SOON_DAYS), "most": COUNTED}
    restrictions, terms, operations = session.execute(sa.text(_COUNTS), asked).one()
    return restrictions, terms, operations


_OPEN = "upper_inf({0}.recorded) AND upper_inf({0}.valid)"
_DUE = f"""
    SELECT s.county, s.village, s.right_id, s.restriction_id, s.kind, s.until, r.code
    FROM registry.restriction AS s
    LEFT JOIN registry."right" AS r ON r.county = s.county AND r.right_id = s.right_id AND {_OPEN.format("r")}
    WHERE {_OPEN.format("s")} AND s.until < :today AND s.kind = ANY (:kinds)
      AND (CAST(:right AS uuid) IS NULL OR s.right_id = :right)
      AND (s.kind <> 'seizure' OR (s.rank = 1 AND s.until >= lower(s.valid)))
    ORDER BY s.county, s.right_id, s.kind, s.rank
"""
_RESTRICTIONS = f"""
    SELECT s.county, s.village, s.right_id, s.restriction_id, s.kind, s.rank, s.party, s.basis, s.until,
           s.kind = 'seizure' AND (s.rank > 1 OR s.until < lower(s.valid)) AS waits, r.code, r.kind AS right_kind,
           h.name AS holder, count(*) OVER () AS total
    FROM registry.restriction AS s
    JOIN registry."right" AS r ON r.county = s.county AND r.right_id = s.right_id AND {_OPEN.format("r")}
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    WHERE {_OPEN.format("s")} AND s.until <= :last
    ORDER BY s.until, s.kind, r.code LIMIT :most OFFSET :skipped
"""
_TERMS = f"""
    SELECT r.county, r.village, r.right_id, r.code, r.term_ended_on - 1 AS last_day, r.mu, h.name AS holder,
           n.number AS roster, n.renewal_id, e.aside, count(*) OVER () AS total
    FROM registry."right" AS r
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
    LEFT JOIN LATERAL (
        SELECT e.renewal_id, e.aside FROM registry.renewal_entry AS e
        JOIN registry.renewal AS n ON n.county = e.county AND n.renewal_id = e.renewal_id AND n.state <> 'given_up'
        WHERE e.county = r.county AND e.right_id = r.right_id ORDER BY n.drawn_at DESC LIMIT 1) AS e ON true
    LEFT JOIN registry.renewal AS n ON n.county = r.county AND n.renewal_id = e.renewal_id
    WHERE {_OPEN.format("r")} AND r.kind = 'contract_management' AND r.term_ended_on <= CAST(:last AS date) + 1
    ORDER BY r.term_ended_on, r.code LIMIT :most OFFSET :skipped
"""
_OPERATIONS = f"""
    SELECT r.county, r.village, r.right_id, r.code, r.term_ended_on - 1 AS last_day, r.mu, n.name AS holder, n.kind AS party,
           count(*) OVER () AS total
    FROM registry."right" AS r
    JOIN party.named AS n ON n.county = r.county AND n.household_id = r.household_id AND {_OPEN.format("n")}
    WHERE {_OPEN.format("r")} AND r.kind = 'land_operation' AND r.term_ended_on <= CAST(:last AS date) + 1
    ORDER BY r.term_ended_on, r.code LIMIT :most OFFSET :skipped
"""
_ROSTER = """
    SELECT n.number, n.renewal_id, e.aside FROM registry.renewal_entry AS e
    JOIN registry.renewal AS n ON n.county = e.county AND n.renewal_id = e.renewal_id AND n.state <> 'given_up'
    WHERE e.county = :county AND e.right_id = :right ORDER BY n.drawn_at DESC LIMIT 1
"""
_COUNTS = f"""
    SELECT (SELECT count(*) FROM (
            SELECT FROM registry.restriction AS s
            JOIN registry."right" AS r ON r.county = s.county AND r.right_id = s.right_id AND {_OPEN.format("r")}
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
            WHERE {_OPEN.format("s")} AND s.until <= :last LIMIT :most) AS ending) AS restrictions,
        (SELECT count(*) FROM (
            SELECT FROM registry."right" AS r
            JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND {_OPEN.format("h")}
            WHERE {_OPEN.format("r")} AND r.kind = 'contract_management' AND r.term_ended_on <= CAST(:last AS date) + 1
            ORDER BY r.term_ended_on, r.code LIMIT :most) AS ended) AS terms,
        (SELECT count(*) FROM (
            SELECT FROM registry."right" AS r
            WHERE {_OPEN.format("r")} AND r.kind = 'land_operation' AND r.term_ended_on <= CAST(:last AS date) + 1
            ORDER BY r.term_ended_on, r.code LIMIT :most) AS over) AS operations
"""
