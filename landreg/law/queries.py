"""The law of a county on a day, its own figures included."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select, text
from sqlalchemy.orm import Session

from landreg.law.book import Law, Parameter, national_law
from landreg.law.model import CountyParameter


def load_law(session: Session, county: str, on: date) -> Law:
    """Rules and figures of a county on a day. The county's own figure, newest decision first, stands before the book's."""
    return load_laws(session, county, [on])[on]


def load_laws(session: Session, county: str, days: Collection[date]) -> dict[date, Law]:
    """The same by day, for several days in one query."""
    rows = _decided(session, county, max(days)) if days else ()
    return {on: (law := national_law(county, on)).with_own(_own(law, rows, on)) for on in days}


def said_after(
    session: Session, county: str, name: str, key: str, days: Collection[date]
) -> dict[date, tuple[date, str]]:
    """By day: the first figure that the county decided for a later one which has come by now, and since when it holds."""
    asked = CountyParameter.county == county, CountyParameter.name == name, CountyParameter.key == key
    come = CountyParameter.since <= text("(system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    rows = session.scalars(
        select(CountyParameter).where(*asked, come).order_by(CountyParameter.since, CountyParameter.set_at)
    )
    series = {row.since: row.value for row in rows}
    first = {
        day: next(((since, value) for since, value in series.items() if since > day and value), None) for day in days
    }
    return {day: found for day, found in first.items() if found}


def _decided(session: Session, county: str, until: date) -> Sequence[CountyParameter]:
    return session.scalars(_decisions(), {"county": county, "until": until}).all()


@cache
def _decisions() -> Select[Any]:
    decided = CountyParameter.county == bindparam("county"), CountyParameter.since <= bindparam("until")
    return select(CountyParameter).where(*decided).order_by(CountyParameter.since, CountyParameter.set_at)


def _own(law: Law, rows: Sequence[CountyParameter], on: date) -> Iterator[Parameter]:
    found: dict[str, Parameter] = {}
    for row in rows:
        if row.since > on:
            break
        parameter = found.get(row.name) or law.parameters.get(row.name)
        if parameter is not None and parameter.county:
            values = {**parameter.values, row.key: row.value}
            found[row.name] = replace(parameter, values=values, since=row.since, source=(row.decided_in,), own=True)
    yield from found.values()
