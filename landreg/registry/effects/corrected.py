"""What a correction does to what a right is said to be: over which parcels, and whose. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from landreg.core.units import mu_of
from landreg.registry.effects.changes import Changes
from landreg.registry.effects.parcels import NewId, Spoken, SpokenRight, both, correct, said_anew, total_of

CONTRACTED = "contracted"


def correct_land(
    rows: Sequence[SpokenRight],
    added: Sequence[Sequence[Spoken]],
    off: frozenset[UUID],
    on: date,
    new: NewId,
) -> Changes:
    """Parcels that a right held from the start and was registered without, and those under it by error: its rows are said anew
    with the land that was its own.

    added: of each parcel its rows, the one in force last; it is contracted land from the first day, too.
    """
    lying = [parcel[-1].row.row for parcel in added]
    changes = Changes((), on)
    for row in rows:
        kept = [one.row.row for one in row.parcels if one.row.row["parcel_id"] not in off]
        land = [*kept, *(_under(row, parcel) for parcel in lying)]
        if len(kept) < len(row.parcels) or lying:
            over = [{**said, "position": place} for place, said in enumerate(land, 1)]
            changes = both(changes, said_anew(row, total_of(over), over, new))
    for parcel in added:
        if parcel[-1].row.row["kind"] != CONTRACTED:
            changes = both(changes, correct(parcel, {"kind": CONTRACTED}, (), on, new))
    return changes


def _under(row: SpokenRight, parcel: Mapping[str, Any]) -> dict[str, Any]:
    """A parcel under a row of a right, over the whole of its registered area."""
    area = parcel["registered_area_m2"]
    told = {"parcel_id": parcel["parcel_id"], "village": parcel["village"], "area_m2": area, "mu": mu_of(area)}
    return {**told, "kind": row.right.row.row["kind"], "note": "", "signed_on": None}


def correct_holder(rows: Sequence[SpokenRight], named: UUID, on: date, new: NewId) -> Changes:
    """A right is said to have been another household's on the days of these rows, its contract too; nothing else of it changes.

    rows: those that name the wrong one; what the right's other rows say of earlier holders stays.
    """
    changes = Changes((), on)
    for row in rows:
        over = [one.row.row for one in row.parcels]
        changes = both(changes, said_anew(row, {"household_id": named}, over, new))
    return changes
