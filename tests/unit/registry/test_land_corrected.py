"""CT-2, COR-21 to COR-24: which parcels a correction adds to a right or takes off it, and what it says anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import examine, national_law
from landreg.registry.effects import Standing, difference
from landreg.registry.effects.corrected import correct_land
from landreg.registry.effects.parcels import Spoken, SpokenRight
from landreg.registry.facts.said import announced
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.corrections import CORRECTION_RULES
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.parcels import LandCorrected, ParcelActFacts
from landreg.registry.rules.requests import plain, read

LAW = national_law("610902", date(2026, 7, 1))
UPPER, LOWER, FAR = "6109021042020100001", "6109021042020100002", "6109021042020100003"
ASKED = Correction(
    "land",
    "holder",
    "合同",
    (Corrected("parcels_added", f"{FAR} {LOWER}"), Corrected("parcels_off", UPPER)),
    (FAR, LOWER, UPPER),
)
RIGHT, FIRST, THEN = UUID(int=1), date(2020, 1, 1), date(2024, 1, 1)


def facts(land: LandCorrected, **changed: Any) -> ParcelActFacts:
    told: dict[str, Any] = {"act_kind": "correction", "code": "J", "asked": ASKED, "right_kind": "contract_management"}
    return ParcelActFacts(**told, land=land, **changed)


@pytest.mark.parametrize(
    ("land", "code"),
    [
        (LandCorrected(held={FAR: "K"}), "CT-2"),
        (LandCorrected(foreign=(FAR,)), "COR-21"),
        (LandCorrected(there=(FAR,)), "COR-22"),
        (LandCorrected(absent=(UPPER,)), "COR-22"),
        (LandCorrected(left=0), "COR-23"),
        (LandCorrected(let={UPPER: "L01"}), "COR-24"),
    ],
)
def test_a_parcel_that_is_anothers_or_cannot_go_or_come_is_refused_by_name(land: LandCorrected, code: str) -> None:
    (found,) = examine(CORRECTION_RULES["correction"], facts(land), LAW)
    assert (found.code, LAW.level(found)) == (code, "refuse")
    assert examine(CORRECTION_RULES["correction"], facts(LandCorrected()), LAW) == ()


def test_the_land_of_a_right_is_its_substance() -> None:
    seized = facts(LandCorrected(), restrictions=(Restricted(UUID(int=4), "seizure", "样本县人民法院", 1),))
    assert [one.code for one in examine(CORRECTION_RULES["correction"], seized, LAW)] == ["TR-12"]
    assert read("correction", plain(ASKED)) == ASKED
    assert announced(ASKED, {}) == [
        ["漏登的地块", "不在本权利内", f"{FAR}、{LOWER}"], ["错登的地块", UPPER, "不在本权利内"]
    ]  # fmt: skip


def row(number: int, since: date | None, until: date | None, *parcels: int) -> SpokenRight:
    said = {
        "row_id": UUID(int=number),
        "right_id": RIGHT,
        "kind": "contract_management",
        "area_m2": Decimal(0),
        "mu": Decimal(0),
    }
    right = Spoken(Standing("right", {"row_id": UUID(int=number)}, said, since), until)
    under = [
        {"right_row": UUID(int=number), "parcel_id": UUID(int=one), "kind": "contract_management", "position": place,
         "area_m2": Decimal("400.00"), "mu": Decimal("0.60"), "note": "", "signed_on": None}
        for place, one in enumerate(parcels, 1)
    ]  # fmt: skip
    return SpokenRight(right, (), tuple(Spoken(Standing("right_parcel", {}, one, since), until) for one in under))


def new() -> Iterator[UUID]:
    for number in range(100, 200):
        yield UUID(int=number)


def test_every_row_says_its_land_anew_about_the_same_days_and_one_that_was_right_stays() -> None:
    parcel = {"parcel_id": UUID(int=13), "code": FAR, "village": "v", "kind": "collective", "row_id": UUID(int=9),
              "registered_area_m2": Decimal("333.30")}  # fmt: skip
    added = (Spoken(Standing("parcel", {}, parcel, None)),)
    made = correct_land(
        [row(1, None, THEN, 11), row(2, THEN, None, 11, 12)], [added], frozenset({UUID(int=12)}), THEN, new().__next__
    )
    rights = [one for one in made.opens if one.table == "right"]
    assert [(one.since, one.until, one.always, one.row["area_m2"], one.row["mu"]) for one in rights] == [
        (None, THEN, True, Decimal("733.30"), Decimal("1.10")), (THEN, None, False, Decimal("733.30"), Decimal("1.10"))
    ]  # fmt: skip
    land = [
        (one.until, one.row["parcel_id"].int, one.row["position"]) for one in made.opens if one.table == "right_parcel"
    ]
    assert land == [(THEN, 11, 1), (THEN, 13, 2), (None, 11, 1), (None, 13, 2)]
    assert [one.row["kind"] for one in made.opens if one.table == "parcel"] == ["contracted"]
    assert made.ends == {RIGHT: "replaced"}
    assert any(line.table == "right_parcel" and line.after is None for line in difference(made))
    only = correct_land(
        [row(1, None, THEN, 11), row(2, THEN, None, 11, 12)], [], frozenset({UUID(int=12)}), THEN, new().__next__
    )
    assert [one.row["row_id"] for one in only.closes if one.table == "right"] == [UUID(int=2)]
