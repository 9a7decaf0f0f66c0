"""What acts on parcels do: rows that close and open, lineage, areas of rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landreg.registry.effects import RightBundle, Standing
from landreg.registry.effects.exits import come_back
from landreg.registry.effects.parcels import Part, Spoken, SpokenRight, correct, correct_right, redivide, redraw

DAY, SINCE = date(2026, 7, 1), date(1998, 1, 1)
P, Q, RIGHT = UUID(int=1), UUID(int=2), UUID(int=3)
CENTS = st.decimals("0.01", "9999.99", places=2)


def ids() -> Any:
    numbers: Iterator[int] = count(1000)
    return lambda: UUID(int=next(numbers))


def parcel(parcel_id: UUID = P, area: str = "400.00", **changed: Any) -> Standing:
    row = {"row_id": UUID(int=9), "parcel_id": parcel_id, "code": "P", "geom": "00", "registered_area_m2": Decimal(area),
           "mu": Decimal("0.60"), "package_id": UUID(int=8), "village": "V", "name": "坡"}  # fmt: skip
    return Standing("parcel", {"row_id": row["row_id"]}, {**row, **changed}, None)


def bundle(*areas: tuple[UUID, str], kind: str = "contract_management", **right: Any) -> RightBundle:
    total = sum((Decimal(area) for _, area in areas), Decimal(0))
    row = {"row_id": UUID(int=4), "right_id": RIGHT, "kind": kind, "area_m2": total, "mu": Decimal(0), "excess_m2": Decimal(0),
           "nature": "110", "contract_id": None, **right}  # fmt: skip
    held = tuple(
        Standing("right_parcel", {}, {"right_row": UUID(int=4), "parcel_id": one, "area_m2": Decimal(area), "mu": Decimal(0),
                                      "position": place}, SINCE)
        for place, (one, area) in enumerate(areas, 1)
    )  # fmt: skip
    holder = Standing("right_holder", {}, {"right_row": UUID(int=4), "household_id": UUID(int=5)}, SINCE)
    return RightBundle(Standing("right", {}, row, SINCE), (holder,), held)


def opened(changes: Any, table: str) -> list[Any]:
    return [row for row in changes.opens if row.table == table and row.until is None]


@given(st.lists(CENTS, min_size=2, max_size=6), CENTS, st.integers(0, 5))
def test_a_right_over_parts_is_as_large_as_before_but_for_what_is_lost(
    parts: list[Decimal], held: Decimal, lost: int
) -> None:
    made = [Part(f"C{n}", "01", area, lost=n == lost) for n, area in enumerate(parts)]
    changes = redivide([parcel(area=str(sum(parts)))], made, [bundle((P, str(held)), (Q, "7.00"))], DAY, ids())
    rows = opened(changes, "right_parcel")
    (right,) = opened(changes, "right")
    assert right.row["area_m2"] == sum(row.row["area_m2"] for row in rows)
    if lost >= len(parts):
        assert right.row["area_m2"] == held + Decimal("7.00")
    assert [row.row["position"] for row in rows] == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(("signed", "after"), [("1.61", "1.61"), ("1.60", "1.59")])
def test_a_total_that_the_contract_converted_stays_while_its_land_is_cut_otherwise(signed: str, after: str) -> None:
    right = bundle((P, "1068.00"), mu=Decimal(signed))
    right.parcels[0].row["mu"] = Decimal("1.60")
    parts = [Part(f"C{n}", "01", Decimal("356.00")) for n in range(3)]
    changes = redivide([parcel(area="1068.00")], parts, [right], DAY, ids())
    lost = redivide([parcel(area="1068.00")], [*parts[1:], replace(parts[0], lost=True)], [right], DAY, ids())
    assert [str(opened(made, "right")[0].row["mu"]) for made in (changes, lost)] == [after, "1.06"]


def test_a_division_ends_the_parcel_says_what_it_was_and_tells_the_lineage() -> None:
    parts = [Part("A", "01", Decimal("140.00"), {"neighbour_east": "B"}), Part("B", "02", Decimal("260.00"))]
    changes = redivide([parcel()], parts, [], DAY, ids())
    assert [
        (row.row["code"], row.row["registered_area_m2"], row.row["package_id"]) for row in opened(changes, "parcel")
    ] == [
        ("A", Decimal("140.00"), None),
        ("B", Decimal("260.00"), None),
    ]
    (was,) = [row for row in changes.opens if row.table == "parcel" and row.until is not None]
    assert (was.row["parcel_id"], was.until, was.always) == (P, DAY, True)
    assert {row.row["origin_id"] for row in opened(changes, "parcel_origin")} == {P}
    assert [row.row["parcel_id"] for row in changes.closes] == [P]


def test_a_parcel_made_on_the_same_day_leaves_no_day_on_which_it_was() -> None:
    born = Standing("parcel", {}, parcel().row, DAY)
    changes = redivide([born], [Part("A", "01", Decimal("400.00"))], [], DAY, ids())
    assert [row for row in changes.opens if row.until is not None] == []


def test_a_homestead_right_stays_within_what_was_confirmed() -> None:
    right = bundle((P, "180.00"), kind="homestead")
    for area, confirmed, excess in (("190.00", "180.00", "10.00"), ("170.00", "170.00", "0.00")):
        changes = redraw(parcel(area="180.00"), {"registered_area_m2": Decimal(area)}, [right], DAY, ids())
        (row,) = opened(changes, "right")
        assert (row.row["area_m2"], row.row["excess_m2"]) == (Decimal(confirmed), Decimal(excess))


def test_a_correction_mends_every_day_that_was_said_wrong_and_no_other() -> None:
    days = [
        Spoken(parcel(row_id=UUID(int=1), name="南坡"), date(2000, 1, 1)),
        Spoken(parcel(row_id=UUID(int=2), name="北坡"), date(2010, 1, 1)),
        Spoken(Standing("parcel", {}, parcel(row_id=UUID(int=3), name="南坡").row, date(2010, 1, 1))),
    ]
    changes = correct(days, {"name": "西坡"}, (), DAY, ids())
    assert [(row.row["name"], row.since, row.until) for row in changes.opens] == [
        ("西坡", None, date(2000, 1, 1)),
        ("西坡", date(2010, 1, 1), None),
    ]
    assert [row.row["row_id"] for row in changes.closes] == [UUID(int=1), UUID(int=3)]


def test_a_corrected_area_is_carried_into_every_row_of_the_right() -> None:
    held = bundle((P, "400.00"), (Q, "100.00"))
    spoken = SpokenRight(Spoken(held.right), (Spoken(held.holders[0]),), tuple(Spoken(one) for one in held.parcels))
    changes = correct([Spoken(parcel())], {"registered_area_m2": Decimal("410.00")}, [spoken], DAY, ids())
    (right,) = opened(changes, "right")
    assert (right.row["area_m2"], right.since) == (Decimal("510.00"), SINCE)
    assert {row.row["right_row"] for row in opened(changes, "right_parcel")} == {right.row["row_id"]}
    assert changes.ends == {RIGHT: "replaced"}


def test_a_corrected_right_keeps_its_days_and_its_parcels() -> None:
    held = bundle((P, "400.00"))
    spoken = SpokenRight(Spoken(held.right), (Spoken(held.holders[0]),), (Spoken(held.parcels[0]),))
    changes = correct_right([spoken], {"nature": "120"}, DAY, ids())
    (right,) = opened(changes, "right")
    assert (right.row["nature"], right.since, right.row["area_m2"]) == ("120", SINCE, Decimal("400.00"))
    assert [row.row["area_m2"] for row in opened(changes, "right_parcel")] == [Decimal("400.00")]


def test_of_a_right_that_ended_meanwhile_only_what_was_lent_comes_back() -> None:
    former = bundle((P, "400.00"), (Q, "300.00"))
    changes = come_back(former, None, former.parcels[1:], DAY, ids())
    (right,), (parcel,) = opened(changes, "right"), opened(changes, "right_parcel")
    assert (right.row["right_id"], right.row["area_m2"]) == (RIGHT, Decimal("300.00"))
    assert (parcel.row["parcel_id"], parcel.row["position"], parcel.since) == (Q, 1, DAY)
