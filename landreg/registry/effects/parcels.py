"""What acts on parcels do: parcels that come out of others, are redrawn, or were wrong from the start; and the rights on them.

Each takes what is in force; `new` gives the ids of rows that are opened. Shapes are WKB in hexadecimal with their zone. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from gis.areas import apportion
from landreg.core.units import mu_of, total_mu
from landreg.registry.effects.acts import areas_after, followed
from landreg.registry.effects.changes import Changes, Ending, Opened, RightBundle, Standing

NewId = Callable[[], UUID]


@dataclass(frozen=True)
class Part:
    """A parcel that comes out of others: its code, shape and area; facts: what else it says otherwise than the first parent.

    lost: no right goes on over it.
    """

    code: str
    geom: str
    area_m2: Decimal
    facts: Mapping[str, Any] = field(default_factory=dict)
    lost: bool = False


@dataclass(frozen=True)
class Spoken:
    """A row that the register says now, of today or of days that are past; until: the day after its last."""

    row: Standing
    until: date | None = None

    def meets(self, other: Spoken) -> bool:
        """Whether both hold on some of the same days."""
        return _before(self.row.since, other.until) and _before(other.row.since, self.until)

    def again(self, **changed: Any) -> Opened:
        """The row said anew about the same days. changed: new ids, and what was wrong."""
        return Opened(
            self.row.table, {**self.row.row, **changed}, self.row.since, self.until, always=self.row.since is None
        )


def _before(first: date | None, end: date | None) -> bool:
    """Whether what began on a day, None for always, did before another ended, None for not yet."""
    return first is None or end is None or first < end


@dataclass(frozen=True)
class SpokenRight:
    """A row of a right that the register says now, with what hangs on it and its contract of the same days."""

    right: Spoken
    holders: tuple[Spoken, ...]
    parcels: tuple[Spoken, ...]
    contract: Spoken | None = None

    @property
    def right_id(self) -> UUID:
        """The same through all rows of the right."""
        found: UUID = self.right.row.row["right_id"]
        return found


def redivide(
    parents: Sequence[Standing], parts: Sequence[Part], bundles: Iterable[RightBundle], on: date, new: NewId
) -> Changes:
    """Parcels end and others come out of them, with their lineage; every right on the parents goes on over the parts.

    The area under a right is shared out over the parts as their own areas are, to the hundredth. 不动产登记暂行条例 第八条.
    """
    changes, made = divided(parents, parts, on, new)
    ended = {parent.row["parcel_id"] for parent in parents}
    for bundle in bundles:
        over = [row for row, lost in over_parts(bundle, ended, made, on) if not lost]
        changes = both(changes, followed(bundle, on, new, areas_after(bundle, over), {}, over))
    return changes


def divided(
    parents: Sequence[Standing], parts: Sequence[Part], on: date, new: NewId
) -> tuple[Changes, Sequence[tuple[UUID, Part]]]:
    """Parcels end and others come out of them, with their lineage; and the id of each part. The rights are not looked at."""
    opens: list[Opened] = [row for parent in parents for row in parent.until(on, row_id=new())]
    made = [(new(), part) for part in parts]
    first = parents[0]
    for parcel_id, part in made:
        opens.append(first.from_day(on, row_id=new(), parcel_id=parcel_id, **_measured(part), **part.facts))
        opens += (
            Opened("parcel_origin", {
                "row_id": new(), "parcel_id": parcel_id, "origin_id": parent.row["parcel_id"], "village": parent.row["village"],
            }) for parent in parents
        )  # fmt: skip
    return Changes(tuple(opens), on, tuple(parents)), made


def redraw(
    parcel: Standing, changed: Mapping[str, Any], bundles: Iterable[RightBundle], on: date, new: NewId
) -> Changes:
    """The same parcel with another boundary or area from a day on; the rights on it go on over what it is then."""
    closes, opens = (parcel,), (*parcel.until(on, row_id=new()), parcel.from_day(on, row_id=new(), **changed))
    changes = Changes(opens, on, closes)
    for bundle in bundles:
        right, parcels = resized(
            bundle.right.row, [one.row for one in bundle.parcels], parcel.row, changed["registered_area_m2"]
        )
        over = [replace(one, row=row) for one, row in zip(bundle.parcels, parcels, strict=True)]
        changes = both(changes, followed(bundle, on, new, right, {}, over))
    return changes


def correct(
    subject: Sequence[Spoken], right: Mapping[str, Any], rights: Iterable[SpokenRight], on: date, new: NewId
) -> Changes:
    """Facts that were wrong from the start are said right about every day on which they were said wrong; what was once
    said is kept. 民法典 第二百二十条.

    subject: the rows that the register says now, the one in force last. rights: where an area changes with the parcel's.
    """
    wrong = {fact: subject[-1].row.row[fact] for fact in right}
    closes: list[Standing] = []
    opens: list[Opened] = []
    for spoken in subject:
        mended = {fact: value for fact, value in right.items() if spoken.row.row[fact] == wrong[fact]}
        if mended:
            closes.append(spoken.row)
            opens.append(spoken.again(row_id=new(), **mended))
    ends: dict[UUID, Ending] = {}
    for bundle in rights:
        spoken_changes = said_anew(bundle, *resized_if(bundle, subject[-1].row.row, right), new)
        closes += spoken_changes.closes
        opens += spoken_changes.opens
        ends |= spoken_changes.ends
    return Changes(tuple(opens), on, tuple(closes), ends)


def correct_right(rows: Sequence[SpokenRight], right: Mapping[str, Any], on: date, new: NewId) -> Changes:
    """The same of a right: its rows are said anew with what hangs on them, and its contract where that says it too."""
    wrong = {fact: _fact_of(rows[-1], fact) for fact in right}
    changes = Changes((), on)
    for row in rows:
        mended = {fact: value for fact, value in right.items() if _fact_of(row, fact) == wrong[fact]}
        if mended:
            changes = both(changes, said_anew(row, mended, [one.row.row for one in row.parcels], new))
    return changes


def correct_member(
    member: Sequence[Spoken],
    named: Sequence[tuple[str, Sequence[Spoken]]],
    right: Mapping[str, Any],
    on: date,
    new: NewId,
) -> Changes:
    """The same of a member of a household, by the rows that the register says now; who was never one is said so no more.

    named: what names the same person beside, where the number is corrected: the column that does, and its subject's rows.
    """
    if not right.get("belongs", True):
        home = member[-1].row.row["household_id"]
        return Changes((), on, tuple(one.row for one in member if one.row.row["household_id"] == home))
    changes = correct(member, right, (), on, new)
    for column, rows in named:
        changes = both(changes, correct(rows, {column: right["person_id"]}, (), on, new))
    return changes


def resized(
    right: Mapping[str, Any], parcels: Sequence[Mapping[str, Any]], parcel: Mapping[str, Any], area_m2: Decimal
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A right's areas, and its rows of parcels, when one of its parcels has another area.

    A homestead right stays within what was confirmed: what is more is recorded apart as its excess (HS-2).
    """
    more = area_m2 - parcel["registered_area_m2"]
    mine = [dict(row) for row in parcels]
    excess = dict[str, Any]()
    for row in mine:
        if row["parcel_id"] == parcel["parcel_id"]:
            row["area_m2"] = row["area_m2"] + more
            if right["kind"] == "homestead":
                row["area_m2"] = min(right["area_m2"], area_m2)
                excess = {"excess_m2": area_m2 - row["area_m2"]}
            row["mu"] = mu_of(row["area_m2"])
    areas = [row["area_m2"] for row in mine]
    return {"area_m2": sum(areas, Decimal(0)), "mu": total_mu(areas) if more else right["mu"], **excess}, mine


def resized_if(
    bundle: SpokenRight, parcel: Mapping[str, Any], right: Mapping[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The same of a row of a right, where the correction is one of an area."""
    parcels = [one.row.row for one in bundle.parcels]
    return resized(bundle.right.row.row, parcels, parcel, right.get("registered_area_m2", parcel["registered_area_m2"]))


def said_anew(
    bundle: SpokenRight, right: Mapping[str, Any], parcels: Sequence[Mapping[str, Any]], new: NewId
) -> Changes:
    """A row of a right said anew about the same days."""
    row = new()
    of_right = {fact: value for fact, value in right.items() if fact in bundle.right.row.row}
    opens = [
        bundle.right.again(row_id=row, **of_right),
        *(one.again(right_row=row, **_holder_of(bundle, one, right)) for one in bundle.holders),
        *(of_row(bundle.right, "right_parcel", said).again(right_row=row) for said in parcels),
    ]
    closes = [one.row for one in (bundle.right, *bundle.holders, *bundle.parcels)]
    told = _of_contract(bundle, right)
    if bundle.contract is not None and told:
        opens.append(bundle.contract.again(row_id=new(), **told))
        closes.append(bundle.contract.row)
    return Changes(tuple(opens), date.min, tuple(closes), {bundle.right_id: "replaced"})


def _holder_of(bundle: SpokenRight, holder: Spoken, right: Mapping[str, Any]) -> dict[str, Any]:
    """Whose share it is, where another is said to hold the right."""
    own = holder.row.row.get("household_id") == bundle.right.row.row.get("household_id")
    return {"household_id": right["household_id"]} if own and "household_id" in right else {}


def of_row(right: Spoken, table: str, said: Mapping[str, Any]) -> Spoken:
    """What hangs on a row of a right, about the same days."""
    return replace(right, row=replace(right.row, table=table, row=said))


_SAME = {"nature": "mode", "area_m2": "area_m2", "mu": "mu", "signed_on": "signed_on", "term": "term",
         "household_id": "household_id"}  # fmt: skip
"""Facts of a right that its contract says too, under its own name for them."""


def _of_contract(bundle: SpokenRight, right: Mapping[str, Any]) -> dict[str, Any]:
    if bundle.contract is None:
        return {}
    told = {_SAME[fact]: value for fact, value in right.items() if fact in _SAME}
    return {fact: value for fact, value in told.items() if bundle.contract.row.row[fact] != value}


def _fact_of(row: SpokenRight, fact: str) -> Any:
    """A fact of a right, or of its contract where the right does not say it."""
    if fact in row.right.row.row:
        return row.right.row.row[fact]
    return None if row.contract is None else row.contract.row.row[_SAME[fact]]


def _measured(part: Part) -> dict[str, Any]:
    return {
        "code": part.code, "geom": part.geom, "registered_area_m2": part.area_m2, "mu": mu_of(part.area_m2), "package_id": None,
    }  # fmt: skip


def over_parts(
    bundle: RightBundle, ended: set[UUID], parts: Sequence[tuple[UUID, Part]], on: date
) -> list[tuple[Standing, bool]]:
    """The rows of a right's parcels after its parents are gone, their area shared out over the parts, in their place; of each
    whether the right goes on over it no more.
    """
    gone = [one for one in bundle.parcels if one.row["parcel_id"] in ended]
    area = sum((one.row["area_m2"] for one in gone), Decimal(0))
    shares = apportion(area, [part.area_m2 for _, part in parts])
    over: list[tuple[Standing, bool]] = []
    for one in bundle.parcels:
        if one is gone[0]:
            over += (
                (
                    replace(one, row={**one.row, "parcel_id": made, "area_m2": share, "mu": mu_of(share)}, since=on),
                    part.lost,
                )
                for (made, part), share in zip(parts, shares, strict=True)
            )
        elif one not in gone:
            over.append((one, False))
    return over


def total_of(parcels: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    """The area of a right over rows of parcels, in m² and as the sum of their printed mu."""
    areas = [Decimal(parcel["area_m2"]) for parcel in parcels]
    return {"area_m2": sum(areas, Decimal(0)), "mu": total_mu(areas)}


def both(one: Changes, other: Changes) -> Changes:
    """What two of them do together, from the day of the first."""
    return Changes((*one.opens, *other.opens), one.valid_from, (*one.closes, *other.closes), {**one.ends, **other.ends})
