"""Figures of exits for everybody: the public's login reads no table, only this function, which answers nothing of a few."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

LEAST = 5


@dataclass
class Numbers:
    """To the end of the last quarter: by county how many exits ended and were withdrawn, by reason how many; middle values.

    stated: by county, households that moved to town, as the other office has told the log; given_back: how many of a county gave
    land or a homestead back, of all households. Two numbers side by side: nobody is looked up on both sides.
    beside_leases: what land was paid as a share of what leases would have paid over the same years, both reckoned to today.

    What counts fewer than five is not there. until: the first day that does not count.
    """

    until: date
    ended: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
    reason: dict[str, int] = field(default_factory=dict)
    yuan_per_mu: tuple[int, Decimal] | None = None
    days_to_payment: tuple[int, Decimal] | None = None
    beside_leases: tuple[int, Decimal] | None = None
    stated: dict[str, int] = field(default_factory=dict)
    given_back: dict[str, int] = field(default_factory=dict)

    @property
    def kept(self) -> list[tuple[str, int, int, int]]:
        """By county: households that moved, at most how many of all gave back, and at least how many in a hundred kept all.

        Were every exit one of a household that moved, the others would still have kept all three rights. What is too few to be
        told counts as the most that it can be.
        """
        return [
            (county, count, most, max(0, count - most) * 100 // count)
            for county, count in sorted(self.stated.items())
            for most in (self.given_back.get(county, LEAST - 1),)
        ]

    @property
    def counties(self) -> list[str]:
        """Codes of the counties of which anything is told."""
        return sorted({*self.ended, *self.withdrawn})

    @property
    def empty(self) -> bool:
        """Whether nothing is told yet."""
        return not (
            self.ended or self.withdrawn or self.reason or self.yuan_per_mu or self.days_to_payment or self.stated
        )


def numbers(session: Session) -> Numbers:
    """The figures."""
    rows = session.execute(sa.text("SELECT what, key, count, middle FROM exit.public_numbers()")).all()
    found = Numbers(next(date.fromisoformat(row.key) for row in rows if row.what == "until"))
    for what, key, count, middle in rows:
        if what in ("ended", "withdrawn", "reason"):
            getattr(found, what)[key] = count
        elif what != "until":
            setattr(found, what, (count, middle))
    for count, middle in session.execute(sa.text("SELECT count, middle FROM exit.public_beside_leases()")):
        found.beside_leases = (count, middle)
    told = session.execute(sa.text("SELECT until, counts FROM log.stated_numbers()")).all()
    for row in told:
        if row.until == found.until:
            for county, households in row.counts.items():
                found.stated[county] = found.stated.get(county, 0) + households
    for county, amount in session.execute(sa.text("SELECT county, count FROM exit.public_given_back()")):
        found.given_back[county] = amount
    return found
