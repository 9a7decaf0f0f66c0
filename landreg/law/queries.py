"""The law of a county on a day, its own figures included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.law.book import Law, Parameter, national_law
from landreg.law.model import CountyParameter


def load_law(session: Session, county: str, on: date) -> Law:
    """Rules and figures of a county on a day. The county's own figure, newest decision first, stands before the book's."""
    law = national_law(county, on)
    return law.with_own(_own(law, session, county, on))


def _own(law: Law, session: Session, county: str, on: date) -> Iterator[Parameter]:
    rows = session.scalars(
        select(CountyParameter)
        .where(CountyParameter.county == county, CountyParameter.since <= on)
        .order_by(CountyParameter.since, CountyParameter.set_at)
    )
    found: dict[str, Parameter] = {}
    for row in rows:
        parameter = found.get(row.name) or law.parameters.get(row.name)
        if parameter is not None and parameter.county:
            values = {**parameter.values, row.key: row.value}
            found[row.name] = replace(parameter, values=values, since=row.since, source=(row.decided_in,), own=True)
    yield from found.values()
