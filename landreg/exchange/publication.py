"""For which days a listing is published that the office reviewed late. Pure; the database keeps the same (migration 0155)."""

from __future__ import annotations

from datetime import date, timedelta


def late_days(listed_on: date, today: date) -> int:
    """By how many days the publication of a listing that waits begins later than it was handed in."""
    return max((today - listed_on).days, 0)


def put_off(way: str, closes_on: date, from_on: date, until_on: date, late: int) -> tuple[date, date]:
    """The last day of publication and the first of the term, published late by some days: the days of publication stay as many. The
    term of what is talked over begins after them, that of what is bid for as much later, as long as days of it are left.
    """
    closes = closes_on + timedelta(days=late)
    if not late:
        return closes, from_on
    begins = max(from_on, closes + timedelta(days=1)) if way == "negotiation" else from_on + timedelta(days=late)
    return closes, begins if begins < until_on else from_on
