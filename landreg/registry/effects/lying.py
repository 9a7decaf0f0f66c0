"""Where restrictions lie after an act: each goes with the land on which it lies, and with no other. Pure.

民法典 第四百零六、四百零九条. A row without parcels lies on all land of its right; one whose right took other land in, or lost
some, says on which it lies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from types import MappingProxyType
from uuid import UUID

from landreg.registry.effects.changes import Changes, Opened, RightBundle, Standing

NewId = Callable[[], UUID]
Land = frozenset[UUID]


@dataclass(frozen=True)
class _Landing:
    """A restriction on the right under which some of its land is after the act. stays: it is the right on which it lay."""

    row: Standing
    right_id: UUID
    land: Land
    stays: bool


def with_restrictions(
    changes: Changes,
    bundles: Iterable[RightBundle],
    restrictions: Iterable[Standing],
    new: NewId,
    again: Sequence[Standing] = (),
    fulfilled: Mapping[UUID, Land] = MappingProxyType({}),
) -> Changes:
    """The changes of an act with those of what restricts the rights that it says anew or ends.

    A restriction goes with its land into a right of the same kind that takes it over, never onto another right over that land:
    the contract right's mortgage is none on the land-operation right, nor the other way round.

    bundles: the rights behind the act as they stand; restrictions: all on them. One of which no land is left ends. Of its kind it
    stands behind those alone on whose land it lies. again: what lay on land that comes back with the act, each as it stood when
    that went, with the parcels of it on which it lies again: before what came since, and there anew where it ended then.
    fulfilled: by restriction of which the act is the purpose, the land on which it therefore lies no more.
    """
    closed = {row.row["right_id"] for row in changes.closes if row.table == "right"}
    before = {one.right_id: land_of(one) for one in bundles if one.right_id in closed}
    kinds = _kinds(changes.closes) | _kinds(changes.opens)
    after, parts = _after(changes), _parts(changes)
    rows = [row for row in restrictions if row.row["right_id"] in before and row not in changes.closes]
    back = {_on(row): row for row in again}
    landed = [_further(one, back) for row in rows for one in _landings(row, before, after, parts, kinds, fulfilled)]
    renewed = [_anew(row) for on, row in back.items() if on not in {_on(one.row) for one in landed if one.stays}]
    landed += renewed
    ranks = _ranks(landed, back)
    opens: list[Opened] = []
    closes: list[Standing] = []
    opens += (_opened(one, after, ranks, changes, new) for one in renewed)
    for row in rows:
        own = [one for one in landed if one.row is row]
        stays = next((one for one in own if one.stays), None)
        gone = [one for one in own if not one.stays]
        if stays is None or not _as_it_was(stays, after, ranks[id(stays)]):
            closes.append(row)
            opens += row.until(changes.valid_from, row_id=new())
            opens += () if stays is None else (_opened(stays, after, ranks, changes, new),)
        for one in gone:
            # Of one that ends here and goes on there, the name is the same; of one that goes onto several, each has its own.
            moved = stays is None and len(gone) == 1
            name = row.row["restriction_id"] if moved else new()
            opens.append(_opened(one, after, ranks, changes, new, name))
    return replace(changes, opens=(*changes.opens, *opens), closes=(*changes.closes, *closes))


def land_of(bundle: RightBundle) -> Land:
    """The parcels of a right."""
    return frozenset(parcel.row["parcel_id"] for parcel in bundle.parcels)


def moved_up(restrictions: Iterable[Standing], ended: Standing) -> dict[UUID, int]:
    """By row: the new rank of those of its kind that stand elsewhere in the order once one has ended."""
    left = [row for row in restrictions if row is not ended and row.row["kind"] == ended.row["kind"]]
    found: dict[UUID, int] = {}
    passed: list[tuple[Standing, int]] = []
    for row in sorted(left, key=lambda row: int(row.row["rank"])):
        rank = 1 + max((rank for other, rank in passed if _meet(row, other)), default=0)
        passed.append((row, rank))
        if rank != row.row["rank"]:
            found[row.row["row_id"]] = rank
    return found


def _meet(one: Standing, other: Standing) -> bool:
    """Whether two restrictions of one right lie on some of the same land."""
    mine, theirs = one.row.get("parcels"), other.row.get("parcels")
    return mine is None or theirs is None or not {*mine}.isdisjoint(theirs)


def _kinds(rows: Iterable[Standing | Opened]) -> dict[UUID, str]:
    return {row.row["right_id"]: row.row["kind"] for row in rows if row.table == "right"}


def _after(changes: Changes) -> dict[UUID, Land]:
    """By right that the act says anew, or makes: its parcels from then on."""
    rights = {row.row["row_id"]: row.row["right_id"] for row in changes.opens if row.table == "right" and not row.until}
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in changes.opens:
        if row.table == "right_parcel" and row.row["right_row"] in rights:
            found[rights[row.row["right_row"]]].add(row.row["parcel_id"])
    return {right_id: frozenset(land) for right_id, land in found.items()}


def _parts(changes: Changes) -> Mapping[UUID, Land]:
    """By parcel that the act divides or joins: what comes of it."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in changes.opens:
        if row.table == "parcel_origin":
            found[row.row["origin_id"]].add(row.row["parcel_id"])
    return {origin: frozenset(parts) for origin, parts in found.items()}


def _landings(
    row: Standing,
    before: Mapping[UUID, Land],
    after: Mapping[UUID, Land],
    parts: Mapping[UUID, Land],
    kinds: Mapping[UUID, str],
    fulfilled: Mapping[UUID, Land],
) -> list[_Landing]:
    """Where a restriction lies: on its right, and on those of that kind which take land from it that they did not hold."""
    held: UUID = row.row["right_id"]
    lies = _come_of(before[held] if row.row.get("parcels") is None else row.row["parcels"], parts)
    lies -= fulfilled.get(row.row["restriction_id"], frozenset())
    left = lies - after.get(held, frozenset())
    found = {held: lies & after.get(held, frozenset())}
    for right_id, land in after.items():
        if right_id != held and kinds[right_id] == kinds[held]:
            found[right_id] = left & land - _come_of(before.get(right_id, ()), parts)
    return [_Landing(row, right_id, land, right_id == held) for right_id, land in found.items() if land]


def _come_of(land: Iterable[UUID], parts: Mapping[UUID, Land]) -> Land:
    """The parcels, and of those that the act divides or joins what comes of them."""
    return frozenset[UUID]().union(*(parts.get(parcel, frozenset((parcel,))) for parcel in land))


def _on(row: Standing) -> tuple[UUID, UUID]:
    """Which restriction it is, and of which right."""
    return row.row["restriction_id"], row.row["right_id"]


def _further(one: _Landing, back: Mapping[tuple[UUID, UUID], Standing]) -> _Landing:
    """Where it lies, with the land that comes back under it."""
    row = back.get(_on(one.row)) if one.stays else None
    return one if row is None else replace(one, land=one.land.union(row.row["parcels"]))


def _anew(row: Standing) -> _Landing:
    return _Landing(row, row.row["right_id"], frozenset(row.row["parcels"]), stays=False)


def _ranks(landed: Sequence[_Landing], back: Mapping[tuple[UUID, UUID], Standing]) -> dict[int, int]:
    """By landing: 1 where it stands behind none of its kind on its land, else one more than the last of those.

    Of one right and rank, which met on no land before, the earlier goes first. 民法典 第四百一十四条.
    """
    found: dict[int, int] = {}
    in_order = sorted(
        landed,
        key=lambda one: (
            not one.stays,
            str(one.row.row["right_id"]),
            int(one.row.row["rank"]),
            one.row.since or date.min,
        ),
    )
    in_order.sort(key=lambda one: back[_on(one.row)].row["rank"] if _on(one.row) in back else inf)
    for place, one in enumerate(in_order):
        before = (
            found[id(other)]
            for other in in_order[:place]
            if (other.right_id, other.row.row["kind"]) == (one.right_id, one.row.row["kind"]) and other.land & one.land
        )
        found[id(one)] = 1 + max(before, default=0)
    return found


def _as_it_was(one: _Landing, after: Mapping[UUID, Land], rank: int) -> bool:
    said = one.row.row.get("parcels")
    same = one.land == after[one.right_id] if said is None else one.land == frozenset(said)
    return same and rank == one.row.row["rank"]


def _opened(
    one: _Landing,
    after: Mapping[UUID, Land],
    ranks: Mapping[int, int],
    changes: Changes,
    new: NewId,
    name: UUID | None = None,
) -> Opened:
    parcels = None if one.land == after[one.right_id] else sorted(one.land)
    told = {"right_id": one.right_id, "rank": ranks[id(one)], "parcels": parcels}
    named = {} if name is None else {"restriction_id": name}
    return one.row.from_day(changes.valid_from, row_id=new(), **told, **named)
