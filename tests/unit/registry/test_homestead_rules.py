"""What a homestead use right must rest on, and how much of it is confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from landreg.law.book import examine
from landreg.registry.rules import HOMESTEAD_RULES
from landreg.registry.rules.homestead import Confirmed, confirmed_area, limit_m2
from tests.unit.registry.facts import LAW, homestead


def codes_of(**changed: Any) -> list[str]:
    return [finding.code for finding in examine(HOMESTEAD_RULES, homestead(**changed), LAW)]


def test_a_sound_homestead_has_no_finding() -> None:
    assert codes_of() == []


@pytest.mark.parametrize(
    ("area", "approved", "built", "confirmed"),
    [
        ("180", "180", date(1999, 1, 1), ("180", "0", "approved")),
        ("272.75", "200", date(1999, 1, 1), ("200", "72.75", "approved")),
        # Less in use than approved: what is in use.
        ("150", "180", None, ("150", "0", "approved")),
        # Before the regulation of 1982: the area in use, whatever it is.
        ("412.50", None, date(1982, 2, 12), ("412.50", "0.00", "before_1982")),
        ("412.50", None, date(1982, 2, 13), ("200", "212.50", "limit")),
        ("180", None, date(1999, 1, 1), ("180", "0", "limit")),
        # A day of building that nobody knows, or an approval over nothing, opens no door.
        ("250", None, None, ("200", "50", "limit")),
        ("250", "0", None, ("200", "50", "limit")),
    ],
)
def test_what_is_confirmed_is_the_approval_or_the_old_use_or_the_limit(
    area: str, approved: str | None, built: date | None, confirmed: tuple[str, str, str]
) -> None:
    facts = homestead(
        area_m2=Decimal(area), approved_m2=None if approved is None else Decimal(approved), built_on=built
    )
    most, excess, basis = confirmed
    assert confirmed_area(facts, LAW) == Confirmed(Decimal(most), Decimal(excess), basis)


@pytest.mark.parametrize(
    ("by", "basis"),
    [(date(1981, 12, 31), "before_1982"), (date(1982, 1, 31), "before_1982"), (date(1982, 12, 31), "limit")],
)
def test_a_house_of_which_the_month_or_year_is_known_is_old_where_all_of_it_is(by: date, basis: str) -> None:
    facts = homestead(area_m2=Decimal("412.50"), approved_m2=None, built_on=None, built_by=by)
    assert confirmed_area(facts, LAW).basis == basis


def test_confirmed_and_excess_add_up_to_what_was_surveyed() -> None:
    facts = homestead(area_m2=Decimal("272.75"))
    confirmed = confirmed_area(facts, LAW)
    assert confirmed.area_m2 + confirmed.excess_m2 == facts.area_m2


def test_the_limit_is_that_of_the_county_s_terrain() -> None:
    assert limit_m2(LAW) == 200
    terrain = replace(LAW.parameters["HS-2.terrain"], values={"": "hills"})
    assert limit_m2(LAW.with_own([terrain])) == 267


def test_an_excess_is_told_and_refuses_nothing() -> None:
    assert codes_of(area_m2=Decimal("250")) == ["HS-2"]
    assert LAW.rule("HS-2").effect == "warn"


def test_a_household_with_another_homestead_is_refused() -> None:
    assert codes_of(others=("610902104202JC00002F00010001",)) == ["HS-1"]


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("610902104202JC00001", ""),
        ("610902104202JC00001", "610902104202JC00002F00010001"),
        ("610902104202JC00001", "610902104202JC00001X00010001"),
        ("610902104202J00001", "610902104202JC00001F00010001"),
    ],
)
def test_a_unit_code_begins_with_its_parcel_s_code(code: str, unit: str) -> None:
    assert codes_of(code=code, unit_code=unit) == ["HS-5"]


def test_a_homestead_of_nobody_in_the_register_is_refused() -> None:
    assert codes_of(household_known=False) == ["HS-6"]


def test_a_homestead_that_another_holds_is_refused() -> None:
    assert codes_of(taken_by="610902104202JC00009F00010001") == ["HS-7"]


def test_a_household_with_a_member_in_another_one_is_refused() -> None:
    assert codes_of(elsewhere={"白*成": "H2"}) == ["PT-1"]


def test_a_member_in_a_household_of_another_county_is_told() -> None:
    assert codes_of(abroad={"白*成": "白河县H3"}) == ["PT-5", "PT-7"]
    assert codes_of(abroad={"白*成": "白河县H3"}, answered="白河县H3：已迁出，该县已注销") == ["PT-5"]
    assert codes_of(misnamed={"王*": ""}) == ["PT-6"]
    assert codes_of(former=("王*",)) == ["PT-8"]
    assert codes_of(former=("王*",), answered="王*（原登记为另一姓名）：户口簿曾用名一致") == []
