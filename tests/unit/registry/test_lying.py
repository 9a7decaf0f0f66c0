"""Where restrictions lie after an act: on the land on which they lay, in the order in which they stood on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from landreg.registry.effects.acts import release
from landreg.registry.effects.changes import Changes, Opened, RightBundle, Standing
from landreg.registry.effects.lying import with_restrictions
from landreg.registry.rules.requests import Release

BEGAN, ON = date(2020, 1, 1), date(2026, 7, 1)
MINE, THEIRS, NEW, LET = UUID(int=101), UUID(int=102), UUID(int=103), UUID(int=104)
KINDS = {right: "land_operation" if right == LET else "contract_management" for right in (MINE, THEIRS, NEW, LET)}
RIGHTS = {"mine": MINE, "theirs": THEIRS, "new": NEW, "let": LET}
LAND = [UUID(int=number) for number in range(1, 7)]
A, B, C, D, E, F = LAND


def bundle(right: UUID, *land: UUID) -> RightBundle:
    row = {"row_id": right, "right_id": right, "kind": KINDS[right]}
    parcels = tuple(Standing("right_parcel", {}, {"right_row": right, "parcel_id": one}, BEGAN) for one in land)
    return RightBundle(Standing("right", {"row_id": right}, row, BEGAN), (), parcels)


def limit(right: UUID, rank: int, *land: UUID, kind: str = "mortgage") -> Standing:
    row_id = uuid4()
    row = {"row_id": row_id, "restriction_id": uuid4(), "right_id": right, "kind": kind, "rank": rank}
    return Standing("restriction", {"row_id": row_id}, row | {"parcels": list(land) or None}, BEGAN)


def act(before: Sequence[RightBundle], parts: dict[UUID, UUID] | None = None, /, **after: Sequence[UUID]) -> Changes:
    """An act that leaves these parcels under each right. parts: by parcel that comes to be, what it comes from."""
    opens: list[Opened] = []
    for name, land in after.items():
        row = uuid4()
        right = RIGHTS[name]
        opens.append(Opened("right", {"row_id": row, "right_id": right, "kind": KINDS[right]}, ON))
        opens += (Opened("right_parcel", {"right_row": row, "parcel_id": one}, ON) for one in land)
    opens += (Opened("parcel_origin", {"parcel_id": made, "origin_id": of}) for made, of in (parts or {}).items())
    return Changes(tuple(opens), ON, tuple(row for one in before for row in one.rows))


def lying(changes: Changes) -> dict[tuple[UUID, UUID], tuple[int, tuple[UUID, ...] | None]]:
    """By restriction and right: rank and parcels from the day on."""
    return {
        (one.row["restriction_id"], one.row["right_id"]): (one.row["rank"], tuple(one.row["parcels"] or ()) or None)
        for one in changes.opens
        if one.table == "restriction" and one.until is None
    }


def test_what_joins_a_right_stays_on_its_land_and_what_lies_there_on_its_own() -> None:
    first, second, own = limit(MINE, 1), limit(MINE, 2), limit(THEIRS, 1)
    before = [bundle(MINE, A, B), bundle(THEIRS, C)]
    changes = with_restrictions(act(before, theirs=(A, B, C)), before, [first, second, own], uuid4)
    assert lying(changes) == {
        (first.row["restriction_id"], THEIRS): (1, (A, B)),
        (second.row["restriction_id"], THEIRS): (2, (A, B)),
        (own.row["restriction_id"], THEIRS): (1, (C,)),
    }
    assert {one.row["right_id"] for one in changes.opens if one.table == "restriction" and one.until == ON} == {
        MINE,
        THEIRS,
    }


def test_what_is_parted_lies_on_both_and_what_lay_on_one_part_goes_with_that() -> None:
    whole, part = limit(MINE, 2), limit(MINE, 1, B)
    before = [bundle(MINE, A, B)]
    changes = with_restrictions(act(before, mine=(A,), new=(B,)), before, [part, whole], uuid4)
    found = {(right, rank): parcels for (_, right), (rank, parcels) in lying(changes).items()}
    assert found == {(MINE, 1): None, (NEW, 1): None, (NEW, 2): None}
    assert (part.row["restriction_id"], NEW) in lying(changes), "of what goes over whole the name is the same"
    assert (whole.row["restriction_id"], MINE) in lying(changes)


def test_exchanged_land_keeps_what_lies_on_it() -> None:
    mine, theirs = limit(MINE, 1), limit(THEIRS, 1)
    before = [bundle(MINE, A, B), bundle(THEIRS, C, D)]
    changes = with_restrictions(act(before, mine=(A, C), theirs=(B, D)), before, [mine, theirs], uuid4)
    found = sorted((right, rank, parcels) for (_, right), (rank, parcels) in lying(changes).items())
    assert found == [(MINE, 1, (A,)), (MINE, 1, (C,)), (THEIRS, 1, (B,)), (THEIRS, 1, (D,))]


def test_parts_of_a_parcel_bear_what_it_bore_and_what_is_lost_with_its_land_ends() -> None:
    on_a, on_b, whole = limit(MINE, 1, A), limit(MINE, 1, B), limit(MINE, 2)
    before = [bundle(MINE, A, B)]
    cut = with_restrictions(act(before, {E: A, F: A}, mine=(E, F, B)), before, [on_a, on_b, whole], uuid4)
    assert lying(cut) == {(on_a.row["restriction_id"], MINE): (1, (E, F))}, "the others are as they were"
    lost = with_restrictions(act(before, mine=(A,)), before, [on_a, on_b, whole], uuid4)
    assert lying(lost) == {}
    assert on_b in lost.closes
    assert whole not in lost.closes
    ended = with_restrictions(act(before), before, [on_a, on_b, whole], uuid4)
    assert (lying(ended), {*map(id, ended.closes)} >= {*map(id, (on_a, on_b, whole))}) == ({}, True)


def test_what_ends_moves_up_those_alone_that_stood_behind_it_on_its_land() -> None:
    on_a, on_b, whole, after = limit(MINE, 1, A), limit(MINE, 1, B), limit(MINE, 2), limit(MINE, 3)
    every = [on_a, on_b, whole, after]
    assert lying(release(every, Release(on_a.row["restriction_id"], "裁定"), ON, uuid4)) == {}
    changes = release([on_a, whole, after], Release(on_a.row["restriction_id"], "裁定"), ON, uuid4)
    assert {rank for rank, _ in lying(changes).values()} == {1, 2}


def test_what_lies_on_the_contract_right_is_none_on_the_operator_s_over_the_same_land_nor_the_other_way_round() -> None:
    mine, theirs = limit(MINE, 1), limit(LET, 1)
    before = [bundle(MINE, A, B), bundle(LET, A)]
    cut = with_restrictions(act(before, {E: A, F: A}, mine=(E, F, B), let=(E, F)), before, [mine, theirs], uuid4)
    assert (lying(cut), mine in cut.closes or theirs in cut.closes) == ({}, False), "each is as it was"
    gone = with_restrictions(act(before, new=(A, B), let=(A,)), before, [mine, theirs], uuid4)
    assert lying(gone) == {(mine.row["restriction_id"], NEW): (1, None)}
    lost = with_restrictions(act(before, mine=(B,)), before, [mine, theirs], uuid4)
    assert (lying(lost), theirs in lost.closes) == ({}, True)


def test_of_two_that_met_nowhere_before_the_earlier_stands_first() -> None:
    later, first = limit(MINE, 1, A), replace(limit(MINE, 1, B), since=date(2019, 1, 1))
    before = [bundle(MINE, A, B)]
    merged = act(before, {E: A}, mine=(E,))
    origin = Opened("parcel_origin", {"parcel_id": E, "origin_id": B}, ON)
    changes = with_restrictions(replace(merged, opens=(*merged.opens, origin)), before, [later, first], uuid4)
    found = {name: rank for (name, _), (rank, _) in lying(changes).items()}
    assert (found[first.row["restriction_id"]], found[later.row["restriction_id"]]) == (1, 2)


def test_what_lay_on_land_that_comes_back_lies_there_again_before_what_came_since() -> None:
    """A went for some years: what lay on it alone ended, what lay on all went on over B; another was given on B meanwhile."""
    gone, whole, since = limit(MINE, 1, A), limit(MINE, 1), limit(MINE, 2)
    was = replace(whole, row={**whole.row, "rank": 2, "parcels": [A]})
    before = [bundle(MINE, B)]
    changes = with_restrictions(act(before, mine=(A, B)), before, [whole, since], uuid4, [gone, was])
    names = [(one.row["restriction_id"], MINE) for one in (gone, whole, since)]
    assert [lying(changes)[name] for name in names] == [(1, (A,)), (2, None), (3, (B,))]


@given(st.data())
def test_nothing_restricts_land_that_it_did_not_and_the_order_on_each_parcel_stays(data: st.DataObject) -> None:
    """Whatever land goes where: on each parcel stand the same restrictions in the same order, and on no other; and so for each
    kind of right by itself, where an operator holds land of either.
    """
    own = data.draw(st.lists(st.sampled_from(LAND), min_size=1, max_size=5, unique=True))
    let = data.draw(st.lists(st.sampled_from(LAND), min_size=1, unique=True))
    held = {MINE: own, THEIRS: [one for one in LAND if one not in own], LET: let}
    before = [bundle(right, *land) for right, land in held.items()]
    limits: list[Standing] = []
    for right, land in held.items():
        for _ in range(data.draw(st.integers(0, 3))):
            some = data.draw(st.one_of(st.just(()), st.lists(st.sampled_from(land), min_size=1, unique=True)))
            meets = [one for one in limits if one.row["right_id"] == right and _meets(one, some)]
            rank = 1 + max((one.row["rank"] for one in meets), default=0)
            limits.append(limit(right, rank, *some))
    goes = {one: data.draw(st.sampled_from(("mine", "theirs", "new", ""))) for one in LAND}
    after = {name: [one for one in LAND if goes[one] == name] for name in ("mine", "theirs", "new")}
    after["let"] = data.draw(st.lists(st.sampled_from(let), unique=True))
    changes = with_restrictions(act(before, **{n: land for n, land in after.items() if land}), before, limits, uuid4)
    untouched = [row.row for row in limits if row not in changes.closes]
    opened = [one.row for one in changes.opens if one.table == "restriction" and not one.until]
    stays = {one: "let" if one in after["let"] else "" for one in let}
    for parcel, name, kind in (
        *((*one, KINDS[MINE]) for one in goes.items()),
        *((*o, KINDS[LET]) for o in stays.items()),
    ):
        was = [r.row for r in limits if KINDS[r.row["right_id"]] == kind and parcel in (
            r.row["parcels"] or held[r.row["right_id"]])]  # fmt: skip
        now = [row for row in (*untouched, *opened) if row["right_id"] == RIGHTS.get(name) and parcel in (
            row["parcels"] or after[name])]  # fmt: skip
        assert len(now) == (len(was) if name else 0)
        assert len({row["rank"] for row in now}) == len(now), "each has its own rank on the parcel"
        if name:
            kept = {row["restriction_id"]: row["rank"] for row in now}
            order = [kept[row["restriction_id"]] for row in was if row["restriction_id"] in kept]
            assert order == sorted(order)


def _meets(one: Standing, some: Sequence[UUID]) -> bool:
    return not one.row["parcels"] or not some or not {*one.row["parcels"]}.isdisjoint(some)
