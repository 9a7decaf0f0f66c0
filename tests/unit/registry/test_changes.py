"""What acts of change do to rows: nothing is lost, nothing overlaps, and what held before is said anew."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landreg.registry.effects import Changes, Opened, RightBundle, Standing, difference
from landreg.registry.effects.acts import assign, cancel, change_household, release, restrict
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    HouseholdChange,
    Joining,
    Leaving,
    Release,
    RestrictionAsked,
)

BEGAN, ON = date(1998, 1, 1), date(2026, 7, 1)
OLD, TAKER = UUID(int=7), UUID(int=8)


def bundle(*areas: str, household: UUID = OLD, began: date = BEGAN) -> RightBundle:
    right, row, contract = uuid4(), uuid4(), uuid4()
    parcels = {uuid4(): area for area in areas}
    total = sum(map(Decimal, areas), Decimal(0))
    facts = {
        "area_m2": total,
        "mu": total * Decimal("0.0015"),
        "household_id": household,
        "contract_id": contract,
        "code": "J",
    }
    return RightBundle(
        Standing("right", {"row_id": row}, {"row_id": row, "right_id": right, "village": "V", **facts}, began),
        (Standing("right_holder", {}, {"right_row": row, "household_id": household, "kind": "k"}, began),),
        tuple(
            Standing(
                "right_parcel",
                {},
                {"right_row": row, "parcel_id": parcel, "kind": "k", "area_m2": Decimal(area)},
                began,
            )
            for parcel, area in parcels.items()
        ),
        Standing("contract", {}, {"row_id": contract, **facts}, began),
        {parcel: f"P{n}" for n, parcel in enumerate(parcels)},
    )


def open_rows(changes: Changes, table: str) -> list[Opened]:
    return [row for row in changes.opens if row.table == table and row.until is None]


def history(changes: Changes, table: str) -> list[Opened]:
    return [row for row in changes.opens if row.table == table and row.until is not None]


def test_an_assignment_hands_over_the_same_right_and_says_anew_what_held_before() -> None:
    before = bundle("400.00", "300.00")
    changes = assign(before, None, Assignment(TAKER, "NEW", date(2026, 6, 1)), ON, uuid4)
    (right,), (was,) = open_rows(changes, "right"), history(changes, "right")
    assert right.row["right_id"] == was.row["right_id"] == before.right_id
    assert (right.row["household_id"], right.row["code"]) == (TAKER, "NEW")
    assert (was.row["household_id"], was.since, was.until) == (OLD, BEGAN, ON)
    assert {one.row["right_row"] for one in open_rows(changes, "right_parcel")} == {right.row["row_id"]}
    assert {one.row["right_row"] for one in history(changes, "right_parcel")} == {was.row["row_id"]}
    assert changes.closes == before.rows
    assert [one.row["signed_on"] for one in open_rows(changes, "right_parcel")] == [None, None]


def test_land_that_joins_a_right_adds_to_its_area_and_ends_the_other() -> None:
    before, onto = bundle("400.00"), bundle("300.00", "50.00", household=TAKER)
    changes = assign(before, onto, Assignment(TAKER, "J", ON), ON, uuid4)
    (right,) = open_rows(changes, "right")
    assert (right.row["right_id"], right.row["area_m2"]) == (onto.right_id, Decimal("750.00"))
    assert len(open_rows(changes, "right_parcel")) == 3
    assert changes.ends == {before.right_id: "cancelled", onto.right_id: "replaced"}
    (came,) = before.codes
    signed = {
        one.row["parcel_id"]: one.row["signed_on"]
        for one in open_rows(changes, "right_parcel")
        if "signed_on" in one.row
    }
    assert signed == {came: ON}


def test_a_right_that_ends_leaves_its_history_only() -> None:
    changes = cancel(bundle("400.00"), Cancellation("ruling"), ON, uuid4)
    assert [row for row in changes.opens if row.until is None] == []
    assert {row.table for row in changes.opens} == {"right", "right_holder", "right_parcel", "contract"}


def test_a_right_that_began_today_has_no_history_when_it_ends_today() -> None:
    changes = cancel(bundle("400.00", began=ON), Cancellation("error"), ON, uuid4)
    assert changes.opens == ()


@given(st.lists(st.decimals("0.01", "99999.99", places=2), min_size=2, max_size=8), st.data())
def test_what_stays_of_a_right_adds_up_to_the_cent(areas: list[Decimal], data: st.DataObject) -> None:
    before = bundle(*map(str, areas))
    lost = data.draw(st.sets(st.sampled_from(list(before.codes.values())), min_size=1, max_size=len(areas) - 1))
    changes = cancel(before, Cancellation("expropriation", tuple(lost)), ON, uuid4)
    (right,), (contract,) = open_rows(changes, "right"), open_rows(changes, "contract")
    staying = [row.row["area_m2"] for row in open_rows(changes, "right_parcel")]
    assert right.row["area_m2"] == contract.row["area_m2"] == sum(staying, Decimal(0))
    assert len(staying) == len(areas) - len(lost)


def _restriction(rank: int, kind: str = "seizure") -> Standing:
    row = {"restriction_id": uuid4(), "kind": kind, "rank": rank, "row_id": uuid4()}
    return Standing("restriction", {"row_id": row["row_id"]}, row, BEGAN)


@given(st.integers(1, 6), st.data())
def test_the_seizures_that_wait_move_up_in_their_order(count: int, data: st.DataObject) -> None:
    waiting = [_restriction(rank) for rank in range(1, count + 1)]
    other = _restriction(1, "mortgage")
    ended = data.draw(st.sampled_from(waiting))
    changes = release([*waiting, other], Release(ended.row["restriction_id"], "裁定"), ON, uuid4)
    moved = {row.row["restriction_id"]: row.row["rank"] for row in open_rows(changes, "restriction")}
    left = [one for one in waiting if one is not ended]
    ranks = [moved.get(one.row["restriction_id"], one.row["rank"]) for one in left]
    assert ranks == list(range(1, count))
    assert other not in changes.closes


def test_a_household_that_changes_keeps_its_rights_and_replaces_their_certificates() -> None:
    household = Standing(
        "household", {}, {"household_id": OLD, "name": "甲", "address": "旧址", "row_id": uuid4()}, None
    )
    leaving = uuid4()
    member = Standing(
        "member", {}, {"member_id": leaving, "position": 2, "row_id": uuid4(), "person_id": uuid4()}, None
    )
    asked = HouseholdChange((Joining(uuid4(), "21", True, "birth"),), (Leaving(leaving, "death"),), address="新址")
    rights = [uuid4(), uuid4()]
    changes = change_household(household, [member], rights, asked, ON, uuid4)
    assert changes.ends == dict.fromkeys(rights, "replaced")
    (joined,) = open_rows(changes, "member")
    assert joined.row["position"] == 3
    (ended,) = history(changes, "member")
    assert (ended.always, ended.until) == (True, ON)
    (renamed,) = open_rows(changes, "household")
    assert (renamed.row["address"], renamed.row["name"]) == ("新址", "甲")
    told = {(line.table, line.fact): (line.before, line.after) for line in difference(changes)}
    assert told["household", "address"] == ("旧址", "新址")


def test_a_restriction_takes_its_rank_and_nothing_closes() -> None:
    changes = restrict(bundle("1.00"), RestrictionAsked("seizure", "法院", "裁定"), 2, ON, uuid4)
    (row,) = changes.opens
    assert (row.row["rank"], changes.closes, changes.ends) == (2, (), {})


@pytest.mark.parametrize("areas", [("1.00",), ("1.00", "2.00", "3.00")])
def test_each_parcel_is_under_one_right_on_any_day(areas: tuple[str, ...]) -> None:
    before, onto = bundle(*areas), bundle("9.00", household=TAKER)
    changes = assign(before, onto, Assignment(TAKER, "J", ON), ON, uuid4)
    spans: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for row in changes.opens:
        if row.table == "right_parcel":
            spans[row.row["parcel_id"]].append((row.since or changes.valid_from, row.until or date.max))
    for held in spans.values():
        held.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(held)), held
