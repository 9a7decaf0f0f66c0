"""The divisions that come with the program, and villages that are younger than they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding
from landreg.land import survey_county
from landreg.land.model import Division, DivisionAlias
from landreg.log.recheck_register import Copied

VILLAGE = re.compile(r"6109\d{8}", re.ASCII)
LONGEST = 50
RECODED_ON = date(2021, 1, 1)


def import_divisions(actor: Actor) -> int:
    """Load or renew the divisions of the prefecture, the counties' outlines for display, and old codes; how many."""
    areas = survey_county.county_areas()
    rows = [
        {**entry, "boundary": None if (area := areas.get(entry["code"])) is None else _multi(area)}
        for entry in survey_county.division_rows()
    ]
    with unit_of_work(actor) as uow:
        uow.session.execute(sa.text(_DIVISION), rows)
        for old, new in survey_county.ALIASES.items():
            uow.session.merge(DivisionAlias(old=old, new=new, since=RECODED_ON))
        uow.session.flush()
        return uow.session.scalar(sa.select(sa.func.count()).select_from(Division)) or 0


def divisions_otherwise(session: Session) -> Iterator[Copied]:
    """LOG-17: which division is called, or placed, otherwise than in the list that comes with the program, and which is not of it
    and none that `add_village` gives a name.
    """
    facts = ("name", "level", "parent", "urban_rural")
    there = {
        row.code: {fact: getattr(row, fact) or "" for fact in facts} for row in session.scalars(sa.select(Division))
    }
    if not there:
        return
    said = {row["code"]: {fact: row[fact] or "" for fact in facts} for row in survey_county.division_rows()}
    for code in (*sorted(there), *sorted(said.keys() - there.keys())):
        now, then = there.get(code), said.get(code)
        younger = then is None and now is not None and VILLAGE.fullmatch(code) and now["parent"] == code[:9] in there
        if younger:
            continue
        for fact in facts:
            one, other = (now or {}).get(fact, "—"), (then or {}).get(fact, "—")
            if one != other:
                yield Copied("land.division", code, fact, one, other)


def _multi(area: shapely.Geometry) -> str:
    parts = shapely.get_parts(area)
    return str(shapely.to_wkb(shapely.set_srid(shapely.multipolygons(parts), 4326), hex=True, include_srid=True))


def add_village(actor: Actor, code: str, name: str) -> None:
    """Give a village its name, so that its batch can be opened. Raises BadInput for a code that is no village of a known
    township, or for no name; Conflict for a code that has a name."""
    name = name.strip()
    with unit_of_work(actor) as uow:
        township = uow.session.get(Division, code[:9]) if VILLAGE.fullmatch(code) else None
        if township is None or code.endswith("000"):
            raise BadInput(Finding("COD-33", "code", {"given": code}))
        if not name or len(name) > LONGEST or not name.isprintable():
            raise BadInput(Finding("COD-34", "name", {"given": name[:LONGEST], "most": LONGEST}))
        if (known := uow.session.get(Division, code)) is not None:
            raise Conflict(Finding("COD-35", "code", {"given": code, "name": known.name}))
        uow.session.add(Division(code=code, name=name, level="village", parent=township.code, urban_rural=""))


_DIVISION = """
    INSERT INTO land.division (code, name, level, parent, urban_rural, urban_rural_year, boundary)
    VALUES (:code, :name, :level, :parent, :urban_rural, CAST(:urban_rural_year AS integer), CAST(:boundary AS geometry))
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, parent = excluded.parent,
        urban_rural = excluded.urban_rural, urban_rural_year = excluded.urban_rural_year, boundary = excluded.boundary
"""
