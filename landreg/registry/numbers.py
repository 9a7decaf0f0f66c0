"""Running numbers of the office, none used twice: those of cases and notices without gaps, by county and year; those of acts
and certificates by county, over all years."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import text

from landreg.core.db import UnitOfWork
from landreg.core.periods import beijing_day

Sequence = Literal["excerpt_number", "application_number", "renewal_number"]
Book = Literal["case", "notice", "act", "certificate"]
OVER_YEARS = ("act", "certificate")
"""Books that a new year does not begin anew: the printing number of a certificate bears no year."""


def draw(uow: UnitOfWork, sequence: Sequence, count: int = 1) -> list[int]:
    """So many new numbers, in rising order."""
    drawn = uow.session.execute(
        text("SELECT nextval(:name) FROM generate_series(1, :count)"), {"name": f"registry.{sequence}", "count": count}
    )
    return sorted(drawn.scalars())


def next_in_book(uow: UnitOfWork, county: str, book: Book, count: int = 1) -> list[int]:
    """So many next numbers of a county's book, of this year or over all, in rising order: the first is 1, and none is left out.

    Until the end of the transaction nobody else of the county draws from this book: drawn just before the row is written.
    """
    year = 0 if book in OVER_YEARS else beijing_day(uow.now).year
    asked = {"county": county, "book": book, "year": year, "count": count}
    statement = text("SELECT registry.next_in_book(:county, :book, :year, :count)")
    return sorted(uow.session.execute(statement, asked).scalars())


def household_codes(uow: UnitOfWork, county: str, village: str, issuer: str, count: int) -> list[str]:
    """So many new household codes of an issuing party (14 digits), in rising order: none was ever given out."""
    asked = {"county": county, "village": village, "issuer": issuer, "count": count}
    statement = text("SELECT party.draw_household_codes(:county, :village, :issuer, :count)")
    return sorted(uow.session.execute(statement, asked).scalars())


def act_numbers(uow: UnitOfWork, county: str, count: int) -> list[str]:
    """New numbers of acts: county, day in Beijing, running number."""
    day = beijing_day(uow.now).strftime("%Y%m%d")
    return [f"{county}-{day}-{serial:07d}" for serial in next_in_book(uow, county, "act", count)]
