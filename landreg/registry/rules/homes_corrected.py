"""COR: what a correction of a homestead's right must rest on. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.parcels import ParcelActFacts

NOTE = "HS-4.note"


def cor_19_note_of_the_law_stays(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-19: what the law writes beside a homestead whose heir is no member (HS-4) goes by a ruling alone: whoever buys, lends or
    builds on the right relies on it. CC-220, LAL-62.
    """
    note = law.text(NOTE)
    struck = (
        facts.right_kind == "homestead"
        and note in facts.now.get("note", "")
        and note not in facts.meant.get("note", note)
    )
    return (
        Finding("COR-19", "note", {"note": note}, subject=facts.code)
        if struck and "ruling" not in facts.papers
        else None
    )


def cor_20_floors_fit_the_house(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-20: more floor area than footprint times floors, or less than half of it, is mistyped, or measured otherwise: a note for
    the reviewer. CC-211.
    """
    footprint, floor_area, floors = facts.house
    if (
        footprint is None
        or floor_area is None
        or not floors
        or footprint * floors / 2 <= floor_area <= footprint * floors
    ):
        return None
    values = {"floor_area": str(floor_area), "footprint": str(footprint), "floors": floors}
    return Finding("COR-20", "floor_area_m2", values, subject=facts.code)
