"""What an exit does: rights end, or go on over the parcels that stay; the land is the collective's or another household's; and
what comes back when a temporary one is over. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from landreg.registry.effects.acts import areas, followed, history
from landreg.registry.effects.changes import Changes, Ending, RightBundle, Standing
from landreg.registry.effects.parcels import Part, divided, over_parts

NewId = Callable[[], UUID]
CONTRACT = "contract_management"


@dataclass(frozen=True)
class Cut:
    """A parcel of which a part is given back, and the parcels that come of it: those that the right loses are the part."""

    parcel: Standing
    parts: tuple[Part, ...]


def give_back(
    bundles: Sequence[RightBundle],
    parcels: Sequence[str],
    taker: UUID | None,
    onto: RightBundle | None,
    on: date,
    new: NewId,
    cut: Cut | None = None,
) -> Changes:
    """All that an exit changes. parcels: codes of the contract's that are given back, none, and nothing cut: all. taker: the
    household that takes over, onto: its own contract right, which takes contracted land in.
    """
    changes = Changes((), on)
    for bundle in bundles:
        if bundle.right.row["kind"] == CONTRACT:
            changes = joined(changes, _contract(bundle, parcels, cut, taker, onto, on, new))
        elif taker is None:
            changes = joined(changes, _ended(bundle, on, new))
        else:
            holder = {"household_id": taker}
            changes = joined(changes, followed(bundle, on, new, holder, holder, bundle.parcels))
    return changes


def joined(one: Changes, other: Changes) -> Changes:
    """Two changes of one act and one day."""
    return Changes(
        (*one.opens, *other.opens), other.valid_from, (*one.closes, *other.closes), {**one.ends, **other.ends}
    )


def come_back(
    former: RightBundle, standing: RightBundle | None, lost: Sequence[Standing], on: date, new: NewId
) -> Changes:
    """What was given for some years is the household's again. former: the right as the exit closed it. standing: as it goes on
    meanwhile over what stayed, None where nothing did, or that has ended since. lost: the rows of the parcels that were given.
    """
    back = [replace(parcel, since=on) for parcel in lost]
    if standing is not None:
        whole = (*standing.parcels, *back)
        return followed(standing, on, new, areas(whole), {}, whole)
    row = new()
    # A homestead's area stays within what was confirmed: it comes back as it was.
    told = areas(lost) if former.right.row["kind"] == CONTRACT else {}
    contract = () if former.contract is None else (former.contract.from_day(on, row_id=new(), **told),)
    opens = (
        *contract,
        former.right.from_day(on, row_id=row, **told),
        *(holder.from_day(on, right_row=row) for holder in former.holders),
        *(parcel.from_day(on, right_row=row, position=place) for place, parcel in enumerate(back, 1)),
    )
    return Changes(opens, on)


def _contract(
    bundle: RightBundle,
    parcels: Sequence[str],
    cut: Cut | None,
    taker: UUID | None,
    onto: RightBundle | None,
    on: date,
    new: NewId,
) -> Changes:
    whole = [one for one in bundle.parcels if not (parcels or cut) or bundle.codes[one.row["parcel_id"]] in parcels]
    changes, rows = Changes((), on), [(one, False) for one in bundle.parcels]
    if cut is not None:
        changes, made = divided((cut.parcel,), cut.parts, on, new)
        rows = over_parts(bundle, {cut.parcel.row["parcel_id"]}, made, on)
    given = [one for one, lost in rows if lost or one in whole]
    staying = [one for one, lost in rows if not lost and one not in whole]
    left = followed(bundle, on, new, areas(staying), {}, staying) if staying else _ended(bundle, on, new)
    changes = joined(changes, left)
    if taker is None or onto is None:
        return changes
    taken = (*onto.parcels, *(replace(parcel, since=on) for parcel in given))
    return joined(changes, followed(onto, on, new, areas(taken), {}, taken))


def _ended(bundle: RightBundle, on: date, new: NewId) -> Changes:
    ends: dict[UUID, Ending] = {bundle.right_id: "cancelled"}
    return Changes(history(bundle, on, new, bundle.contract), on, bundle.rows, ends)
