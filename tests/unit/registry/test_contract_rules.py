"""What a contract-management right must rest on: each rule refuses what it should and lets the rest through."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from landreg.core.errors import Finding
from landreg.core.periods import DAY, Period
from landreg.law.book import examine
from landreg.registry.rules import CONTRACT_RULES
from landreg.registry.rules.contract import (
    ct_1_term_within_law,
    ct_2_parcels_free,
    ct_6_term_not_short,
    ct_7_has_parcels,
    ct_8_has_members,
    ct_9_issuer_known,
    ct_10_totals_agree,
    ct_11_holder_is_household,
    land_family,
)
from tests.unit.registry.facts import HOUSEHOLD, LAW, contract, parcel

START = date(1998, 1, 1)


def codes_of(**changed: object) -> set[str]:
    return {finding.code for finding in examine(CONTRACT_RULES, contract(**changed), LAW)}


def test_a_sound_contract_has_no_finding() -> None:
    assert examine(CONTRACT_RULES, contract(), LAW) == ()


@pytest.mark.parametrize(
    ("land_class", "family"),
    [
        ("011", "arable"),
        ("0103", "arable"),
        ("", "arable"),
        ("0301", "forest"),
        ("033", "forest"),
        ("0404", "grassland"),
    ],
)
def test_the_family_of_land_is_the_head_of_its_class(land_class: str, family: str) -> None:
    assert land_family(land_class) == family


@pytest.mark.parametrize(("land_class", "years"), [("013", 30), ("043", 50), ("031", 70)])
def test_a_term_may_run_to_the_end_of_what_the_law_gives_and_no_longer(land_class: str, years: int) -> None:
    land = (parcel(1, "800.00", land_class=land_class),)
    end = date(START.year + years, 1, 1)
    assert ct_1_term_within_law(contract(parcels=land, term=Period(START, end)), LAW) is None
    # A contract that names its last day as the day of its end is one day over by habit, not by intent.
    assert ct_1_term_within_law(contract(parcels=land, term=Period(START, end + DAY)), LAW) is None
    assert ct_1_term_within_law(contract(parcels=land, term=Period(START, end + 2 * DAY)), LAW) == Finding(
        "CT-1", "term", {"start": START, "last": end + DAY, "years": years}, subject=f"{HOUSEHOLD}J"
    )


@pytest.mark.parametrize("term", [None, Period(START, None)])
def test_a_contract_without_a_term_or_without_an_end_is_refused(term: Period | None) -> None:
    assert codes_of(term=term) == {"CT-1"}


def test_a_contract_without_parcels_is_judged_as_arable_land() -> None:
    assert ct_1_term_within_law(contract(parcels=(), term=Period(START, date(2040, 1, 1))), LAW) is not None


def test_a_term_shorter_than_the_law_s_is_told_and_refuses_nothing() -> None:
    short = contract(term=Period(START, date(2027, 12, 31)))
    finding = ct_6_term_not_short(short, LAW)
    assert finding is not None
    assert (finding.code, LAW.level(finding)) == ("CT-6", "warn")
    assert ct_6_term_not_short(contract(), LAW) is None
    assert ct_6_term_not_short(contract(term=None), LAW) is None


def test_a_parcel_under_another_right_is_refused_with_its_code_and_that_right_s() -> None:
    parcels = (parcel(1), parcel(2, taken_by="R2"), parcel(3, taken_by="R1"))
    assert ct_2_parcels_free(contract(parcels=parcels), LAW) == Finding(
        "CT-2",
        "parcels",
        {"parcels": [parcels[1].code, parcels[2].code], "rights": ["R1", "R2"]},
        subject=f"{HOUSEHOLD}J",
    )
    assert ct_2_parcels_free(contract(), LAW) is None


def test_a_contract_has_parcels_and_each_has_a_survey_and_an_area() -> None:
    assert ct_7_has_parcels(contract(), LAW) is None
    assert ct_7_has_parcels(contract(parcels=()), LAW) is not None
    for unsound in (parcel(2, surveyed=False), parcel(2, "0.00"), parcel(2, "-1.00")):
        finding = ct_7_has_parcels(contract(parcels=(parcel(1), unsound)), LAW)
        assert finding is not None
        assert finding.values == {"missing": [unsound.code]}


def test_a_household_of_whom_nobody_holds_the_right_is_refused() -> None:
    assert ct_8_has_members(contract(members=1), LAW) is None
    assert codes_of(members=0) == {"CT-8"}


def test_an_issuing_party_that_nobody_surveyed_is_refused() -> None:
    assert ct_9_issuer_known(contract(), LAW) is None
    assert codes_of(issuer_known=False) == {"CT-9"}


def test_a_total_that_is_not_the_sum_of_its_parcels_is_refused_beyond_the_tolerance_of_its_package() -> None:
    assert ct_10_totals_agree(contract(), LAW) is None
    for area in ("800.05", "799.95"):
        assert codes_of(area_m2=Decimal(area)) == set()
    for area in ("800.06", "799.94"):
        assert codes_of(area_m2=Decimal(area)) == {"CT-10"}
    finding = ct_10_totals_agree(contract(area_m2=Decimal("800.06")), LAW)
    assert finding is not None
    assert finding.values["sum"] == Decimal("800.00")


def test_a_total_in_mu_may_be_added_up_or_converted_as_the_county_does() -> None:
    parcels = tuple(parcel(n, "3.34") for n in (1, 2, 3))
    for mu in ("0.03", "0.02"):
        assert codes_of(parcels=parcels, area_m2=Decimal("10.02"), mu=Decimal(mu)) == set()


def test_a_contractor_that_is_no_household_is_refused_by_name() -> None:
    assert ct_11_holder_is_household(contract(), LAW) is None
    finding = ct_11_holder_is_household(contract(holder_known=False), LAW)
    assert finding is not None
    assert (finding.code, finding.values) == ("CT-11", {"holder": HOUSEHOLD})


@pytest.mark.parametrize("way", ["120", "121", "122", "123", "129"])
def test_what_is_contracted_by_other_means_is_registered_by_its_own_act(way: str) -> None:
    assert codes_of(way=way) == {"CT-13"}
    assert codes_of(code=f"{HOUSEHOLD}Q") == {"CT-13"}


@pytest.mark.parametrize("way", ["", "100", "110", "200", "300"])
def test_land_of_household_contracting_is_registered_as_such(way: str) -> None:
    assert codes_of(way=way) == set()


def test_a_member_who_is_in_another_household_is_refused_under_a_masked_name() -> None:
    (finding,) = examine(CONTRACT_RULES, contract(elsewhere={"白*成": "H2"}), LAW)
    assert (finding.code, finding.values) == ("PT-1", {"members": ["白*成"], "households": ["H2"]})
    (finding,) = examine(CONTRACT_RULES, contract(elsewhere={"白*成": ""}), LAW)
    assert (finding.code, finding.values) == ("PT-1", {"outside": 1})
    assert LAW.say(finding, "zh") == "家庭成员 1 人已登记在管辖范围以外的农户，请由县级登记人员核对。"
    told, unanswered = examine(CONTRACT_RULES, contract(abroad={"白*成": "白河县H3"}), LAW)
    assert (told.code, told.values) == ("PT-5", {"members": ["白*成"], "households": ["白河县H3"]})
    assert (unanswered.code, unanswered.values) == ("PT-7", {"households": ["白河县H3"]})
    assert LAW.rule("PT-7").effect == "refuse"
    assert codes_of(abroad={"白*成": "白河县H3"}, answered="白河县H3：该县已注销") == {"PT-5"}
    assert codes_of(abroad={"白*成": "白河县H3", "白*": "白河县H4"}, answered="白河县H3：该县已注销") == {
        "PT-5",
        "PT-7",
    }


def test_a_member_whose_number_the_register_has_under_another_name_is_refused() -> None:
    (finding,) = examine(CONTRACT_RULES, contract(misnamed={"王*": "白河县H3", "李*": ""}), LAW)
    assert (finding.code, finding.values) == (
        "PT-6",
        {"members": ["王*", "李*"], "households": ["白河县H3"], "outside": 1},
    )
    assert "王*、李*的身份号码在登记簿上是另一个姓名（白河县H3户）" in LAW.say(finding, "zh")
    assert codes_of(misnamed={}) == set()


def test_who_left_every_household_is_answered_by_name() -> None:
    """PT-8: the answer on one names no other."""
    (finding,) = examine(CONTRACT_RULES, contract(former=("王*", "李*"), answered="王*（原登记为另一姓名）：属实"), LAW)
    assert (finding.code, finding.values) == ("PT-8", {"members": ["李*"]})
    assert codes_of(former=("王*",), answered="王*（原登记为另一姓名）：属实") == set()


def test_every_reason_is_told_at_once() -> None:
    assert codes_of(term=None, members=0, issuer_known=False, holder_known=False, parcels=()) == {
        "CT-1",
        "CT-7",
        "CT-8",
        "CT-9",
        "CT-10",
        "CT-11",
    }
