"""Compensation item by item: worked by hand, and what holds of every claim."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landreg.core.units import half_up
from landreg.exit.rules import claimed, money
from landreg.exit.rules.claimed import Claim, Filed, House, Improvement, Land
from landreg.exit.rules.compensation import (
    Comparison,
    Compensation,
    below_floors,
    cmp_13_not_below_floor,
    cmp_14_pays_as_leases_do,
    compensate,
    in_words,
    of_agreement,
    whence,
)
from landreg.exit.rules.reckoning import factor, remaining
from landreg.law.book import Law, national_law, terms
from tests.unit.exit.figures import law

LAW = law()
FIELD = Land("dry", Decimal("3.20"), 15)
WHOLE = Claim(
    land=(FIELD, Land("paddy", Decimal("1.05"), 15)),
    improvements=(Improvement("irrigation", Decimal(6000), 5),),
    house=House("brick_timber", Decimal("120.5"), 20),
    homestead_m2=Decimal(133),
    fixtures=(("wall_m", Decimal(24)),),
    crops=(("grain", Decimal("3.2")),),
    movers=4,
)


def codes(found: Compensation) -> list[str]:
    return [finding.code for finding in found.findings]


def test_each_line_is_worked_as_an_officer_works_it_by_hand() -> None:
    found = {(item.kind, item.of): item.amount for item in compensate(WHOLE, LAW).items}
    assert found == {
        ("land", "dry"): Decimal("24631.50"),  # 3.20 mu × 383.00 × 20.0975
        ("land", "paddy"): Decimal("8082.21"),
        ("improvement", "irrigation"): Decimal("4000.20"),  # 6000 × 0.6667
        ("house", "brick_timber"): Decimal("54225.00"),  # 120.5 × 450.00
        ("homestead", "homestead"): Decimal("23940.00"),
        ("fixture", "wall_m"): Decimal("1920.00"),
        ("crop", "grain"): Decimal("3840.00"),
        ("relocation", "household"): Decimal("12200.00"),  # 1000 + 4 × 1000 + 4 × 150 × 12
    }


def test_the_formula_of_a_line_names_every_number_and_gives_the_amount_again() -> None:
    for item in compensate(WHOLE, LAW).items:
        for language in ("zh", "en"):
            said = in_words(item, language)
            assert said, item.kind
            assert said[0].rstrip("元yuan ").endswith(str(item.amount))
            assert not re.search(r"[{}]", " ".join(said))
    first = compensate(WHOLE, LAW).items[0]
    assert in_words(first)[0] == "旱地 3.20 亩 × 每亩每年 383.00 元 × 折算 20.0975 年 = 24631.50 元"
    numbers = [Decimal(number) for number in re.findall(r"\d+\.?\d*", in_words(first)[0])]
    assert half_up(numbers[0] * numbers[1] * numbers[2]) == numbers[3]


def test_every_line_has_its_kind_in_an_agreement() -> None:
    assert {of_agreement(item.kind) for item in compensate(WHOLE, LAW).items} == set(money.ITEMS) - {"shares"}


def test_a_figure_that_the_county_has_not_set_is_named_and_its_line_left_out() -> None:
    bare = compensate(WHOLE, national_law("610902", date(2026, 7, 1)))
    assert (bare.items, bare.whole, set(codes(bare))) == ((), False, {"CMP-10"})
    one = compensate(WHOLE, law(CMP_3_residual_share=""))
    assert [finding.values for finding in one.findings] == [{"figure": "CMP-3.residual_share"}]
    assert "house" not in {item.kind for item in one.items}
    assert LAW.say(one.findings[0]).startswith("县区还没有规定这个数：房屋的最低成新率")


def test_a_claim_of_nothing_or_of_impossible_numbers_is_refused_with_every_fault() -> None:
    assert codes(compensate(Claim(), LAW)) == ["CMP-11"]
    wrong = replace(WHOLE, land=(replace(FIELD, mu=Decimal(0)),), movers=101, homestead_m2=Decimal(-1))
    found = compensate(wrong, LAW)
    assert [(finding.code, finding.field) for finding in found.findings] == [
        ("CMP-12", "land_mu_1"),
        ("CMP-12", "homestead_m2"),
        ("CMP-12", "movers"),
    ]
    assert (found.items, found.total) == ((), Decimal("0.00"))


def test_a_temporary_exit_is_paid_for_its_own_months_and_ends_within_the_term() -> None:
    year = compensate(Claim((FIELD,), temporary_months=12), LAW)
    assert year.items[0].amount == half_up(Decimal("3.20") * Decimal("383.00") * Decimal("0.9709"))
    assert compensate(Claim((FIELD,), temporary_months=15), LAW).whole
    for months in (0, 16):
        assert codes(compensate(Claim((FIELD,), temporary_months=months), LAW)) == ["CMP-15"]


def test_what_is_agreed_may_be_more_than_the_floor_and_never_less() -> None:
    item = compensate(Claim((FIELD,)), LAW).items[0]
    assert cmp_13_not_below_floor("land", item.floor, item.floor) is None
    refused = cmp_13_not_below_floor("land", item.floor - Decimal("0.01"), item.floor)
    assert refused is not None
    assert (refused.code, refused.field) == ("CMP-13", "amount_land")


def test_floors_hold_for_each_kind_of_item_whatever_its_lines_are_called_and_however_they_are_split() -> None:
    lines = [("house", Decimal(300)), ("homestead", Decimal(100)), ("land", Decimal(50)), ("crop", Decimal(0))]
    assert below_floors([("house", Decimal(200)), ("house", Decimal(200)), ("land", Decimal(50))], lines) == []
    found = below_floors([("house", Decimal("399.99")), ("crops", Decimal(9))], lines)
    assert [(one.code, one.field) for one in found] == [("CMP-13", "amount_house"), ("CMP-13", "amount_land")]


def test_an_offer_that_leases_would_beat_says_so() -> None:
    cheap = compensate(
        Claim((FIELD,)), law(CMP_1_lease_share="0", CMP_1_net_share="0.1", CMP_1_floor_yuan_per_mu_year="0")
    )
    assert codes(cheap) == ["CMP-14"]
    assert cheap.whole
    assert codes(compensate(Claim((FIELD,)), law(CMP_1_lease_share="1"))) == []
    assert cmp_14_pays_as_leases_do(Comparison(Decimal("0.00"), ())) is None


def test_filed_contracts_of_like_land_stand_before_the_countys_figure_once_there_are_enough() -> None:
    like = Filed("dry", 120, 2400, 7, Decimal("420.00"))
    lease = compensate(Claim((FIELD,)), LAW, [replace(like, kind="paddy", yuan=Decimal(9)), like]).comparison.leases[0]
    assert (lease.price, lease.filed) == (Decimal("420.00"), like)
    assert "7 宗" in whence(lease)
    assert "10 年以上" in whence(lease)
    assert "7 filed contracts" in whence(lease, "en")
    for other in ({"kind": "paddy"}, {"from_months": 60, "under_months": 120}, {"contracts": 4}):
        few = compensate(Claim((FIELD,)), LAW, [replace(like, **other)]).comparison.leases[0]
        assert (few.price, few.filed) == (Decimal("350.00"), None), other
        assert "县里公布的流转价" in whence(few)


def test_staying_counts_the_next_term_whole_whatever_the_county_counts_of_it() -> None:
    for counted in ("0", "30"):
        compared = compensate(Claim((FIELD,)), law(CMP_1_renewal_years=counted)).comparison
        assert compared.staying == Decimal("3.20") * 350 * (15 + 360) / 12
    assert compared.summed == compared.staying


@pytest.mark.parametrize("kind", ["LAND", "IMPROVEMENTS", "HOUSES", "FIXTURES", "CROPS"])
def test_every_class_has_its_word_in_both_languages(kind: str) -> None:
    assert set(getattr(claimed, kind)) <= set(terms("figure_key"))


# What holds of every claim

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a machine that others use too, drawing a claim may take its time."""

areas = st.decimals(min_value="0.01", max_value="9999", places=2)
spent = st.decimals(min_value="1", max_value="99999", places=2)
months = st.integers(0, 70 * 12)
shares = st.decimals(min_value=0, max_value=1, places=3)
laws = st.builds(
    lambda floor, lease, weight, rate, net: law(
        CMP_1_floor_yuan_per_mu_year=floor, CMP_8_lease_yuan_per_mu_year=lease, CMP_1_lease_share=weight,
        CMP_1_discount_share=rate / 10, CMP_1_net_share=net, CMP_3_floor_yuan_per_m2=floor,
    ),
    st.decimals(min_value=0, max_value=2000, places=3), st.decimals(min_value=0, max_value=2000, places=3), shares, shares, shares,
)  # fmt: skip
claims = st.builds(
    Claim,
    land=st.lists(st.builds(Land, st.sampled_from(claimed.LAND), areas, months), max_size=3).map(tuple),
    improvements=st.lists(
        st.builds(Improvement, st.sampled_from(claimed.IMPROVEMENTS), spent, st.integers(0, 200)), max_size=2
    ).map(tuple),
    house=st.none() | st.builds(House, st.sampled_from(claimed.HOUSES), areas, st.integers(0, 200)),
    homestead_m2=st.just(Decimal()) | areas,
    fixtures=st.lists(st.tuples(st.sampled_from(claimed.FIXTURES), areas), max_size=3).map(tuple),
    crops=st.lists(st.tuples(st.sampled_from(claimed.CROPS), areas), max_size=2).map(tuple),
    movers=st.integers(0, 100),
)


@PATIENT
@given(claims, laws)
def test_an_offer_adds_up_to_the_fen_and_no_line_lies_below_its_floor(claim: Claim, book: Law) -> None:
    found = compensate(claim, book)
    assert found.total == sum((item.amount for item in found.items), Decimal())
    for item in found.items:
        assert item.amount == item.amount.quantize(Decimal("0.01"))
        assert item.amount >= item.floor
        assert cmp_13_not_below_floor(item.kind, item.amount, item.floor) is None
    assert found.total >= found.floor


@PATIENT
@given(st.sampled_from(claimed.LAND), areas, areas, months, months, laws)
def test_more_land_or_a_longer_term_is_never_paid_less(
    kind: str, mu: Decimal, more: Decimal, term: int, longer: int, book: Law
) -> None:
    def paid(area: Decimal, left: int) -> Decimal:
        return compensate(Claim((Land(kind, area, left),)), book).total

    (small, large), (short, long) = sorted((mu, more)), sorted((term, longer))
    assert paid(small, short) <= paid(large, short)
    assert paid(small, short) <= paid(small, long)


@given(st.integers(0, 200), st.integers(0, 200), shares)
def test_an_older_house_has_no_more_left_of_it_than_a_younger_one(one: int, other: int, least: Decimal) -> None:
    young, old = sorted((one, other))
    assert remaining(young, Decimal(40), least) >= remaining(old, Decimal(40), least) >= least


@given(months, shares)
def test_a_term_is_worth_no_more_years_than_it_has(left: int, rate: Decimal) -> None:
    assert factor(left, rate / 10) <= half_up(Decimal(left) / 12, Decimal("0.0001"))
    assert factor(left, Decimal(0)) == half_up(Decimal(left) / 12, Decimal("0.0001"))
