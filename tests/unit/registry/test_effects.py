"""What an act does: the rows that it opens, from the facts of its case."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from landreg.core.periods import Period
from landreg.core.units import total_mu
from landreg.registry.effects import (
    Changes,
    ContractRegistration,
    HomesteadRegistration,
    ParcelOfRight,
    register_contract,
    register_homestead,
)
from landreg.registry.rules.homestead import Confirmed

TERM = Period(date(1998, 1, 1), date(2028, 1, 1))
HOUSEHOLD, ROW = UUID(int=7), UUID(int=8)


def of_contract(*areas: str, mu: Decimal | None = None) -> Changes:
    return register_contract(
        ContractRegistration(
            county="610902",
            village="610902104202",
            contract_id=UUID(int=5),
            right_id=UUID(int=6),
            right_row=ROW,
            code="610902104202010001J",
            collective_id=UUID(int=4),
            household_id=HOUSEHOLD,
            mode="110",
            term=TERM,
            signed_on=None,
            area_m2=sum(map(Decimal, areas), Decimal(0)),
            mu=mu or total_mu(map(Decimal, areas)),
            parcels=tuple(ParcelOfRight(UUID(int=100 + n), f"P{n}", Decimal(area)) for n, area in enumerate(areas)),
        )
    )


def of_homestead(confirmed: str = "200.00", excess: str = "72.75") -> Changes:
    return register_homestead(
        HomesteadRegistration(
            county="610902",
            village="610902104202",
            right_id=UUID(int=6),
            right_row=ROW,
            code="610902104202JC00001",
            unit_code="610902104202JC00001F00010001",
            household_id=HOUSEHOLD,
            parcel=ParcelOfRight(UUID(int=100), "610902104202JC00001", Decimal("272.75")),
            confirmed=Confirmed(Decimal(confirmed), Decimal(excess), "approved"),
            footprint_m2=Decimal("90.00"),
            floor_area_m2=None,
            floors=2,
            built_on=date(1999, 6, 30),
            nature="批准拨用",
            registered_on=date(2026, 7, 1),
        )
    )


def rows(changes: Changes, table: str) -> list[dict[str, object]]:
    return [dict(opened.row) for opened in changes.opens if opened.table == table]


def test_a_contract_opens_itself_one_right_one_holder_and_each_parcel() -> None:
    changes = of_contract("400.00", "400.00", "3.34")
    tables = [opened.table for opened in changes.opens]
    assert tables == ["contract", "right", "right_holder", "right_parcel", "right_parcel", "right_parcel"]


def test_a_contract_s_right_holds_from_its_first_day_for_its_term_and_names_its_contract() -> None:
    changes = of_contract("400.00")
    (right,), (contract,) = rows(changes, "right"), rows(changes, "contract")
    assert changes.valid_from == TERM.start
    assert (right["term"], right["contract_id"], right["code"]) == (TERM, contract["contract_id"], contract["code"])


def test_a_right_s_mu_is_the_sum_of_its_parcels_printed_figures() -> None:
    changes = of_contract("3.34", "3.34", "3.34")
    assert [row["mu"] for row in rows(changes, "right_parcel")] == [Decimal("0.01")] * 3
    assert (rows(changes, "right")[0]["mu"], rows(changes, "contract")[0]["mu"]) == (Decimal("0.03"), Decimal("0.03"))


def test_a_total_that_the_contract_converted_is_registered_as_it_was_signed() -> None:
    changes = of_contract("3.34", "3.34", "3.34", mu=Decimal("0.02"))
    assert [row["mu"] for row in rows(changes, "right_parcel")] == [Decimal("0.01")] * 3
    assert (rows(changes, "right")[0]["mu"], rows(changes, "contract")[0]["mu"]) == (Decimal("0.02"), Decimal("0.02"))


def test_parcels_keep_the_order_of_the_contract() -> None:
    parcels = rows(of_contract("1.00", "2.00"), "right_parcel")
    assert [(row["position"], row["area_m2"]) for row in parcels] == [(1, Decimal("1.00")), (2, Decimal("2.00"))]


def test_the_household_holds_the_whole_right_and_its_shares_are_one() -> None:
    for changes in (of_contract("400.00"), of_homestead()):
        holders = rows(changes, "right_holder")
        assert [row["household_id"] for row in holders] == [HOUSEHOLD]
        assert sum(Fraction(int(str(row["numerator"])), int(str(row["denominator"]))) for row in holders) == 1


def test_every_row_of_an_act_is_of_one_kind_and_one_right() -> None:
    for changes, kind in ((of_contract("1.00"), "contract_management"), (of_homestead(), "homestead")):
        assert {opened.row["kind"] for opened in changes.opens if "kind" in opened.row} == {kind}
        assert {opened.row["right_row"] for opened in changes.opens if "right_row" in opened.row} == {ROW}


def test_a_homestead_s_right_and_parcel_are_over_what_is_confirmed_and_the_excess_stands_apart() -> None:
    changes = of_homestead()
    (right,), (parcel,) = rows(changes, "right"), rows(changes, "right_parcel")
    assert (right["area_m2"], right["excess_m2"], parcel["area_m2"]) == (
        Decimal("200.00"),
        Decimal("72.75"),
        Decimal("200.00"),
    )
    assert right["mu"] == Decimal("0.30")
    assert "contract_id" not in right


def test_a_homestead_s_right_holds_from_the_day_of_its_registration() -> None:
    assert of_homestead().valid_from == date(2026, 7, 1)
