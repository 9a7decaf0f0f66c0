"""What a transfer contract must rest on: its term, use, takers, land, price, and every clause of the law."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.config import CHECKOUT
from landreg.core.errors import Finding
from landreg.core.periods import years_after
from landreg.exchange.contracts.routes.forms import questions
from landreg.exchange.contracts.rules import free, terms, uses
from landreg.exchange.contracts.rules.clauses import (
    Text,
    all_clauses,
    asked_of,
    clauses_of,
    con_41_figures_within_bounds,
    tr_7_written_contract_complete,
    values_named,
    written,
)
from landreg.exchange.contracts.rules.instalments import Instalment, Split, con_35_instalments_add_up
from landreg.exchange.contracts.rules.terms import Contracted, Listed, Piece
from landreg.exchange.contracts.rules.usual import (
    Priced,
    con_87_price_is_usual,
    con_113_valuation_is_usual,
    con_118_deposit_is_usual,
)
from landreg.exchange.contracts.rules.wording import Parcelled, digest, rhythm_zh
from landreg.law.book import national_law, term
from landreg.law.book import terms as words
from landreg.law.transfers import transfers

DAY = timedelta(days=1)
LAW = national_law("610902", date(2026, 7, 1))
END = date(2028, 10, 1)
PIECE = Piece("6109021042020100001", Decimal("1000.00"), Decimal("1000.00"))


def lease(**changed: Any) -> Contracted:
    said: dict[str, Any] = {
        "kind": "lease", "from_on": date(2026, 10, 1), "until_on": END, "right_until": END, "pieces": (PIECE,),
        "unit": "yuan_mu_year", "price": Decimal("600.00"), "taker_name": "样本种植专业合作社",
    }  # fmt: skip
    return Contracted(**{**said, **changed})


def test_a_draft_is_signed_over_land_that_is_there_whole_in_whatever_pieces() -> None:
    """CON-109."""
    drawn = {"1": Decimal(400), "2": Decimal(300)}
    assert free.con_109_land_is_there_to_give(free.Ground("C", drawn, dict(drawn))) is None
    for left, lacking in (
        ({"1": Decimal(400)}, ["2"]),
        ({"1": Decimal("399.99"), "2": Decimal(300)}, ["1"]),
        ({}, ["1", "2"]),
    ):
        found = free.con_109_land_is_there_to_give(free.Ground("C", drawn, left))
        assert found is not None
        assert (found.field, found.values) == ("parcels", {"parcels": lacking})
    found = free.con_109_land_is_there_to_give(free.Ground("C", drawn, {}, ("登2026-1",)))
    assert found is not None
    assert found.values["cases"] == ["登2026-1"]


def test_nothing_is_said_of_a_lease_that_the_law_allows() -> None:
    assert [finding for rule in terms.CONTRACT_RULES if (finding := rule(lease(), LAW))] == []


def test_a_lease_may_run_to_the_end_of_the_contract_term_but_not_a_day_longer() -> None:
    """TR-1: one day too long."""
    assert terms.tr_1_term_within_contract(lease(), LAW) is None
    found = terms.tr_1_term_within_contract(lease(until_on=END + DAY), LAW)
    assert found == Finding("TR-1", "last_day", {"asked": END, "latest": END - DAY})


def test_a_re_transfer_ends_no_later_than_the_contract_that_it_passes_on() -> None:
    onward = lease(kind="retransfer", parent_until=date(2027, 10, 1), contractor_consents=True)
    assert terms.tr_1_term_within_contract(onward, LAW) is not None
    assert terms.tr_1_term_within_contract(replace(onward, until_on=date(2027, 10, 1)), LAW) is None


def test_farmland_stays_farmed_and_basic_farmland_gets_no_trees() -> None:
    """TR-2: use."""
    assert terms.tr_2_use_kept(lease(use="orchard"), LAW) is None
    basic = (replace(PIECE, basic=True),)
    assert terms.tr_2_use_kept(lease(use="orchard", pieces=basic), LAW) is not None
    assert terms.tr_2_use_kept(lease(use="vegetables", pieces=basic), LAW) is None
    assert terms.tr_2_use_kept(lease(use="business"), LAW) is not None
    assert terms.tr_2_use_kept(lease(kind="homestead_lease", use="business"), LAW) is None
    assert terms.tr_2_use_kept(lease(kind="construction", use="storage"), LAW) is None
    assert terms.tr_2_use_kept(lease(kind="construction", use="living"), LAW) is not None
    assert terms.tr_2_use_kept(lease(kind="homestead_lease", use="storage"), LAW) is not None
    assert terms.tr_2_use_kept(lease(kind="homestead_lease", use="grain"), LAW) is not None


def test_an_assignment_goes_to_a_household_of_the_collective_with_the_issuing_party_s_consent() -> None:
    sound = lease(kind="assignment", taker_kind="household", same_collective=True, issuer_consents=True)
    assert terms.tr_3_assigned_within_the_collective(sound, LAW) is None
    for wrong in ({"same_collective": False}, {"taker_kind": "organisation"}):
        assert terms.tr_3_assigned_within_the_collective(replace(sound, **wrong), LAW) is not None
        assert terms.con_44_issuer_consents(replace(sound, **wrong), LAW) is None
    unsaid = replace(sound, issuer_consents=False)
    assert terms.tr_3_assigned_within_the_collective(unsaid, LAW) is None
    assert terms.con_44_issuer_consents(unsaid, LAW) == Finding("CON-44", "issuer_consent", {})


def test_what_is_no_farming_names_its_parcels() -> None:
    """TR-2."""
    found = terms.tr_2_use_kept(lease(use="living"), LAW)
    assert found == Finding("TR-2", "use", {"fault": "use_not_farming", "parcels": []})


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"use": "living"}, "流转不得改变土地用途：农用地要用于农业生产，不得用于居住、经营或者其他建设。"),
        ({"use": "orchard", "pieces": (replace(PIECE, basic=True),)},
         f"流转不得改变土地用途：永久基本农田不得种茶、种果树、挖塘养殖（{PIECE.code}）。"),
        ({"kind": "house_lease", "use": "grain"},
         "流转不得改变土地用途：房屋、宅基地用于居住或者经营；集体经营性建设用地用于工业、商业服务或者仓储，不得建住宅；都不作农业生产。"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_use_is_said_of_this_land(said: dict[str, Any], sentence: str) -> None:
    """TR-2."""
    found = terms.tr_2_use_kept(lease(**said), LAW)
    assert found is not None
    assert LAW.say(found) == sentence


def test_a_contract_of_construction_land_says_when_building_begins_and_under_which_plan() -> None:
    """CON-80. LAL-63."""
    asked = [one["name"] for one in questions("construction", "yuan_mu_year", date(2026, 12, 1))]
    assert {"use", "start_by", "plan_terms"} <= set(asked)
    assert not {"start_by", "plan_terms"} & {
        one["name"] for one in questions("lease", "yuan_mu_year", date(2026, 12, 1))
    }


def test_a_form_offers_the_uses_that_the_rule_lets() -> None:
    """TR-2: farmland, permanent basic farmland, and land that is none."""
    for kind in ("lease", "exchange", "four_wastes", "house_lease", "construction"):
        for basic in (False, True):
            offered = {value for one in questions(kind, "yuan_mu_year", LAW.on, basic=basic) if one["name"] == "use"
                       for value, _said in one["choices"]}  # fmt: skip
            pieces = (replace(PIECE, basic=basic),)
            held = {
                use for use in every_use() if terms.tr_2_use_kept(lease(kind=kind, use=use, pieces=pieces), LAW) is None
            }
            assert offered == held, (kind, basic)
            assert ("living" in offered) == (kind == "house_lease")
            assert ("storage" in offered) == (kind == "construction")
            assert ("orchard" in offered) == (not basic and kind not in ("house_lease", "construction"))


def every_use() -> tuple[str, ...]:
    return next(one.choices["use"] for one in all_clauses() if one.key == "use")


def test_who_pays_nothing_is_asked_no_penalty_for_paying_late() -> None:
    """TR-7: of an exchange without a sum, and of one with."""
    on = date(2026, 12, 1)
    asked = asked_of("exchange", "balance_in", on, free=True)
    assert "late_per_10000" not in asked
    assert "late_per_10000" in asked_of("exchange", "balance_in", on)
    said = {
        **SAID,
        **{name: "1" for name in asked if name not in SAID},
        "renewal_notice_days": "60",
        "dispute_way": "court",
    }
    said.pop("late_per_10000")
    law = national_law("610902", on)
    free_text = Text("exchange", "balance_in", said, free=True)
    assert tr_7_written_contract_complete(free_text, law) is None
    assert tr_7_written_contract_complete(replace(free_text, free=False), law) is not None
    titles = [title for title, _ in written(free_text, on)]
    assert term("clause", "damage") in titles
    assert term("clause", "breach") not in titles
    # What was signed with a rate says it still.
    signed_before = replace(free_text, values={**said, "late_per_10000": "5"})
    assert term("clause", "breach") in [title for title, _ in written(signed_before, on)]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("floating_percent", "200"), ("floating_percent", "-5"), ("floating_percent", "10.001"), ("floating_percent", "abc"),
        ("valued_yuan", "0"), ("valued_yuan", "-5"), ("shares", "0"), ("return_days", "abc"), ("return_days", "1.5"),
        ("return_days", "0"), ("return_days", "366"), ("renewal_notice_days", "731"),
    ],
)  # fmt: skip
def test_figures_of_clauses_are_within_their_bounds(name: str, wrong: str) -> None:
    """CON-41 names the field; one that is empty is asked for by TR-7."""
    sound = {
        "floating_percent": "100", "valued_yuan": "12,000.50", "shares": "120", "return_days": "365", "renewal_notice_days": "30",
    }  # fmt: skip
    assert con_41_figures_within_bounds(Text("share", "share", sound), LAW) == []
    assert con_41_figures_within_bounds(Text("share", "share", {}), LAW) == []
    (found,) = con_41_figures_within_bounds(Text("share", "share", {**sound, name: wrong}), LAW)
    assert (found.code, found.field, found.values["given"]) == ("CON-41", name, wrong)


def test_parcels_are_exchanged_within_one_collective_only() -> None:
    sound = lease(kind="exchange", taker_kind="household", same_collective=True)
    assert terms.tr_4_exchange_within_the_collective(sound, LAW) is None
    assert terms.tr_4_exchange_within_the_collective(replace(sound, same_collective=False), LAW) is not None


def test_land_goes_to_whom_its_kind_is_open() -> None:
    """CON-20; of an assignment and an exchange TR-3 and TR-4 say it."""
    share = transfers(LAW.on)["share"].takers
    assert terms.con_20_taker_of_the_kind(lease(kind="share", takers=share), LAW) is None
    wrong = terms.con_20_taker_of_the_kind(lease(kind="share", takers=share, taker_kind="person"), LAW)
    assert wrong is not None
    assert wrong.values == {"groups": ["organisation"]}
    own = lease(kind="subcontract", takers=("member_household",), taker_kind="household", same_collective=True)
    assert terms.con_20_taker_of_the_kind(own, LAW) is None
    for changed in ({"same_collective": False}, {"taker_kind": "organisation"}):
        assert terms.con_20_taker_of_the_kind(replace(own, **changed), LAW) is not None
    assert terms.con_20_taker_of_the_kind(lease(kind="exchange", takers=("member_household",)), LAW) is None


def test_a_house_is_leased_for_twenty_years_at_most_whatever_the_contract_follows() -> None:
    """LST-16."""
    house = lease(kind="house_lease", until_on=date(2046, 10, 1), right_until=None, most_years=20)
    assert terms.lst_16_no_longer_than_the_kind_lets(house, LAW) is None
    assert terms.lst_16_no_longer_than_the_kind_lets(replace(house, until_on=date(2046, 10, 2)), LAW) is not None
    assert (
        terms.lst_16_no_longer_than_the_kind_lets(replace(house, most_years=None, until_on=date(2090, 1, 1)), LAW)
        is None
    )
    renewed = replace(house, from_on=date(2046, 10, 1), until_on=date(2066, 10, 1), goes_on=True)
    told = terms.lst_16_no_longer_than_the_kind_lets(renewed, LAW)
    assert told is not None
    assert told.values["latest"] == years_after(LAW.on, 20) - DAY
    assert "续订" in LAW.say(told)
    near = replace(renewed, from_on=LAW.on, until_on=years_after(LAW.on, 20))
    assert terms.lst_16_no_longer_than_the_kind_lets(near, LAW) is None
    season = replace(
        near, kind="custody", most_years=1, from_on=LAW.on + 20 * DAY, until_on=years_after(LAW.on, 1) + 20 * DAY
    )
    assert terms.lst_16_no_longer_than_the_kind_lets(season, LAW) is None
    rented = replace(house, kind="construction", unit="yuan_year", until_on=date(2046, 10, 2), most_granted=40)
    told = terms.lst_16_no_longer_than_the_kind_lets(rented, LAW)
    assert told is not None
    assert "出租" in LAW.say(told)


def test_a_contract_on_which_a_re_transfer_rests_is_not_changed() -> None:
    """CON-19."""
    assert terms.con_19_ends_with_what_it_rests_on(lease(), LAW) is None
    assert terms.con_19_ends_with_what_it_rests_on(lease(passed_on=("610902102204201",)), LAW) is not None


def test_a_project_asks_each_household_for_land_of_one_right() -> None:
    """CON-21: one right."""
    assert terms.con_21_one_right_a_household([("a", 1), ("a", 1), ("b", 2)], LAW) is None
    wrong = terms.con_21_one_right_a_household([("a", 1), ("a", 3), ("b", 2)], LAW)
    assert wrong is not None
    assert wrong.values == {"codes": ["a"]}


def test_an_exchange_names_whole_parcels_of_one_right_of_the_other_side() -> None:
    """CON-22: by their codes."""
    codes = terms.codes_in(f"南坡 {PIECE.code}，1234567890123456789012 不是编码")
    assert codes == (PIECE.code,)
    assert terms.con_22_other_parcels_are_named((codes, True), LAW) is None
    assert terms.con_22_other_parcels_are_named((codes, False), LAW) is not None
    assert terms.con_22_other_parcels_are_named(((), True), LAW) is not None


def test_missing_filing_is_told_and_stops_nothing() -> None:
    found = terms.tr_5_transfer_filed(lease(), LAW)
    assert found is not None
    assert LAW.level(found) == "warn"
    assert terms.tr_5_transfer_filed(lease(filed=True), LAW) is None
    assert terms.tr_5_transfer_filed not in terms.CONTRACT_RULES


def test_the_register_is_offered_from_five_years_on() -> None:
    assert terms.tr_8_five_years_or_more(lease(from_on=date(2023, 10, 1)), LAW) is None
    assert terms.tr_8_five_years_or_more(lease(from_on=date(2023, 10, 2)), LAW) is not None


def test_a_re_transfer_needs_the_contractor_s_written_consent() -> None:
    assert terms.tr_10_contractor_consents(lease(kind="retransfer", parent_until=END), LAW) is not None
    sound = lease(kind="retransfer", parent_until=END, contractor_consents=True)
    assert terms.tr_10_contractor_consents(sound, LAW) is None


@pytest.mark.parametrize("area", ["1000.01", "0", "-1", "NaN", "Infinity"])
def test_no_more_of_a_parcel_is_transferred_than_is_registered(area: str) -> None:
    """CON-1: area above what is registered."""
    found = terms.con_1_area_as_registered(lease(pieces=(replace(PIECE, area_m2=Decimal(area)),)), LAW)
    assert found is not None
    assert found.values == {"parcels": [PIECE.code]}


def test_a_parcel_of_another_household_is_not_transferred() -> None:
    assert terms.con_1_area_as_registered(lease(pieces=(replace(PIECE, registered_m2=None),)), LAW) is not None
    assert terms.con_1_area_as_registered(lease(pieces=()), LAW) is not None
    assert terms.con_1_area_as_registered(lease(), LAW) is None


def test_a_parcel_that_another_contract_has_is_named_with_that_contract() -> None:
    found = terms.con_2_parcel_bound_once(lease(bound={PIECE.code: "610902104202010001"}), LAW)
    assert found == Finding("CON-2", "parcels", {"parcels": [PIECE.code], "numbers": ["610902104202010001"]})
    assert terms.con_2_parcel_bound_once(lease(), LAW) is None


ONE_SUM = {"kind": "assignment", "unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once"}
HOUSE = {"kind": "house_lease", "unit": "yuan_year", "price": Decimal("3600.00"), "paid_every": "half"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": Decimal(0)}, {"price": Decimal("-1")}, {"price": Decimal("NaN")}, {"price": Decimal("1.001")},
        {"price": Decimal("1E+20")}, {"unit": "yuan_m2"}, {"unit": "kg_mu_year"}, {"unit": "kg_mu_year", "grain": "gold"},
        {"grain": "wheat"}, {"unit": "share"}, {"kind": "share"}, {"escalator_percent": Decimal(51)},
        {"escalator_percent": Decimal("NaN")}, {"kind": "assignment"}, {"kind": "exchange"}, {"kind": "house_lease"},
        {**ONE_SUM, "kind": "lease"}, {**ONE_SUM, "paid_every": "year"}, {**ONE_SUM, "escalator_percent": Decimal(2)},
        {**ONE_SUM, "price": Decimal(0)}, {"paid_every": "month"}, {**HOUSE, "paid_every": "once"},
    ],
)  # fmt: skip
def test_a_price_in_the_wrong_unit_or_size_is_refused(wrong: dict[str, Any]) -> None:
    """CON-15: price and unit of their kind."""
    assert terms.con_15_price_of_its_kind(lease(**wrong), LAW) is not None


def test_grain_and_shares_have_their_own_units() -> None:
    assert terms.con_15_price_of_its_kind(lease(unit="kg_mu_year", grain="wheat"), LAW) is None
    assert terms.con_15_price_of_its_kind(lease(kind="share", unit="share"), LAW) is None
    assert terms.con_15_price_of_its_kind(lease(kind="custody", price=Decimal("0.00")), LAW) is None


def test_a_right_goes_for_one_sum_an_exchange_for_a_balance_and_a_house_for_a_price_of_all_of_it() -> None:
    for fitting in (
        ONE_SUM, HOUSE, {**HOUSE, "unit": "yuan_month", "paid_every": "month"},
        {**ONE_SUM, "kind": "exchange", "unit": "balance_out"},
        {**ONE_SUM, "kind": "exchange", "unit": "balance_in", "price": Decimal(0)},
    ):  # fmt: skip
        assert terms.con_15_price_of_its_kind(lease(**fitting), LAW) is None


def test_a_deal_of_before_the_units_of_a_kind_is_drawn_as_it_was_listed() -> None:
    """CON-15 holds a contract of the parties' own to the units of its kind."""
    listed = {"kind": "house_lease", "unit": "yuan_mu_year"}
    assert terms.con_15_price_of_its_kind(lease(**listed, of_a_deal=True), LAW) is None
    assert terms.con_15_price_of_its_kind(lease(**listed), LAW) is not None


def test_nobody_transfers_land_to_oneself_or_backward_in_time() -> None:
    """CON-16: another taker, a term that runs forward."""
    assert terms.con_16_taker_is_another(lease(), LAW) is None
    for wrong in ({"taker_is_contractor": True}, {"taker_name": " "}, {"until_on": date(2026, 10, 1)}):
        assert terms.con_16_taker_is_another(lease(**wrong), LAW) is not None


SAID: dict[str, Any] = {
    "contractor": "样本一", "contractor_home": "样本村", "taker": "合作社", "taker_home": "样本镇", "parcels": "见表",
    "area": "1.50", "grade": "三等", "first_day": "2026年10月1日", "last_day": "2028年9月30日", "use": "grain",
    "handover_day": "2026年10月1日", "price": "每亩每年 600 元", "rhythm": "每年一付", "paid_to": "甲方账户",
    "land_paid_to": "by_law", "crops_paid_to": "who_grew", "late_per_10000": "5", "fixtures_end": "removed",
}  # fmt: skip


def test_a_contract_with_every_item_of_the_law_is_complete() -> None:
    """TR-7: complete."""
    assert tr_7_written_contract_complete(Text("lease", "yuan_mu_year", SAID), LAW) is None


@pytest.mark.parametrize("name", sorted(SAID))
def test_a_contract_without_one_of_them_is_told_which(name: str) -> None:
    found = tr_7_written_contract_complete(Text("lease", "yuan_mu_year", {**SAID, name: " "}), LAW)
    assert found is not None
    assert name in found.values["fields"]
    titles = LAW.say(found)
    assert all(term("clause", key) in titles for key in found.values["clauses"])


def test_what_is_lacking_is_told_all_at_once() -> None:
    found = tr_7_written_contract_complete(Text("lease", "yuan_mu_year", {}), LAW)
    assert found is not None
    needed = [one.key for one in clauses_of("lease", "yuan_mu_year", LAW.on) if one.required]
    assert found.values["clauses"] == needed
    assert {"RLCL-40"} <= {article for one in clauses_of("lease", "yuan_mu_year", LAW.on) for article in one.articles}


def test_a_choice_that_is_none_of_its_list_counts_as_not_said() -> None:
    found = tr_7_written_contract_complete(Text("lease", "yuan_mu_year", {**SAID, "use": "mining"}), LAW)
    assert found is not None
    assert found.values["clauses"] == ["use"]


def test_custody_of_up_to_a_year_needs_no_written_contract() -> None:
    assert tr_7_written_contract_complete(Text("custody", "yuan_mu_year", {}, months=12), LAW) is None
    assert tr_7_written_contract_complete(Text("custody", "yuan_mu_year", {}, months=13), LAW) is not None


@pytest.mark.parametrize(
    ("kind", "unit", "keys"),
    [
        ("share", "share", {"valuation", "dividend", "dissolution"}),
        ("exchange", "balance_in", {"exchanged", "balance", "swapped"}),
        ("assignment", "yuan_once", {"issuer", "moved"}), ("retransfer", "yuan_mu_year", {"chain"}),
        ("lease", "kg_mu_year", {"grain"}),
    ],
)  # fmt: skip
def test_a_kind_of_transfer_has_clauses_of_its_own(kind: str, unit: str, keys: set[str]) -> None:
    own = {one.key for one in clauses_of(kind, unit, LAW.on)} - {
        one.key for one in clauses_of("lease", "yuan_mu_year", LAW.on)
    }
    assert own - {"sublet"} == keys


@pytest.mark.parametrize(("kind", "unit"), [("exchange", "balance_in"), ("assignment", "yuan_once")])
def test_land_whose_right_moves_is_not_given_back_at_the_end(kind: str, unit: str) -> None:
    said = dict(written(Text(kind, unit, SAID), LAW.on))
    assert "期满按时交还" not in said["双方权利和义务"]
    assert "期限届满" in said["双方权利和义务"]
    assert term("clause", "fixtures") not in said
    assert "期满按时交还" in dict(written(Text("lease", "yuan_mu_year", SAID), LAW.on))[term("clause", "duties")]


def test_each_clause_names_its_values_articles_and_words() -> None:
    articles = {
        one["code"] for one in json.loads((CHECKOUT / "landreg/law/articles.json").read_text("utf-8"))["entries"]
    }
    for one in all_clauses():
        assert one.key in words("clause")
        assert set(one.articles) <= articles, one.key
        # What a clause needs and does not print is the table beside it.
        assert values_named(one.zh) == values_named(one.en), one.key
        assert values_named(one.zh) <= {*one.given, *one.asked}, one.key
        assert set(one.asked) <= set(words("clause_value")), one.key
        assert set(one.choices) <= set(one.asked), one.key
        for name, values in one.choices.items():
            assert {f"{name}_{value}" for value in values} <= set(words("clause_choice")), name


def test_the_parties_are_asked_each_thing_once_and_nothing_that_is_known() -> None:
    asked = asked_of("share", "share", LAW.on)
    assert len(asked) == len(set(asked))
    assert not set(asked) & {"contractor", "taker", "area", "first_day", "price"}


def test_a_clause_that_may_be_left_out_stands_only_where_something_is_said() -> None:
    titles = [title for title, _ in written(Text("lease", "yuan_mu_year", SAID), LAW.on)]
    assert "争议解决" not in titles
    more = [title for title, _ in written(Text("lease", "yuan_mu_year", {**SAID, "dispute_way": "court"}), LAW.on)]
    assert "争议解决" in more


def test_what_is_signed_is_another_text_once_a_word_or_an_area_is_changed() -> None:
    text = Text("lease", "yuan_mu_year", SAID, number="610902104202010001")
    parcel = Parcelled(PIECE.code, "样本地块", Decimal("1000.00"), Decimal("600.00"))
    first = digest(text, [parcel], LAW.on)
    assert first == digest(text, [parcel], LAW.on)
    assert first != digest(replace(text, values={**SAID, "late_per_10000": "50"}), [parcel], LAW.on)
    assert first != digest(text, [replace(parcel, area_m2=Decimal("999.00"))], LAW.on)
    assert first != digest(replace(text, said="另付青苗费"), [parcel], LAW.on)


def test_a_collective_s_own_farmland_is_registered_by_whole_parcels() -> None:
    """CON-25: neither construction land nor a part of a parcel is."""
    for kind in ("unallocated", "four_wastes"):
        assert terms.con_25_whole_farmland_of_the_collective(("610902104202010001", kind, ()), LAW) is None
        assert terms.con_25_whole_farmland_of_the_collective(("610902104202010001", kind, ("P1",)), LAW) is not None
    assert terms.con_25_whole_farmland_of_the_collective(("610902104202010001", "construction", ()), LAW) is not None


def test_a_re_transfer_goes_by_what_it_rests_on() -> None:
    """CON-27: neither registered, renewed nor changed by itself; passed on further it may be."""
    for step in ("registration", "renewal", "change"):
        assert terms.con_27_passed_on_from_its_parent(("610902104202010001", "retransfer", step), LAW) is not None
        assert terms.con_27_passed_on_from_its_parent(("610902104202010001", "lease", step), LAW) is None
    assert terms.con_27_passed_on_from_its_parent(("610902104202010001", "retransfer", "retransfer"), LAW) is None


def test_a_penalty_for_paying_late_stays_within_the_county_s_bound() -> None:
    """CON-28: ten in ten thousand a day; what is not said TR-7 asks for."""
    for sound in ("", "5", "10", "0.5"):
        assert terms.con_28_penalty_within_bounds(("", sound), LAW) is None
    for dear in ("10.01", "99999", "99,999", "many"):
        assert terms.con_28_penalty_within_bounds(("", dear), LAW) is not None


def test_a_finding_hangs_on_the_field_that_is_wrong() -> None:
    backwards = terms.con_16_taker_is_another(lease(until_on=date(2022, 1, 1)), LAW)
    assert backwards is not None
    assert backwards.field == "last_day"
    assert terms.tr_2_use_kept(lease(use=""), LAW) is None


def test_land_on_the_market_goes_to_nobody_beside_it() -> None:
    """CON-31 while it is on sale, CON-32 while it is merely listed."""
    rules = (free.con_31_land_is_not_on_sale, free.con_32_listing_is_withdrawn_first)
    merely = Listed(PIECE.code, "610902-L0001", "a", under_way=False)
    for listed, told in (((), set()), ((merely,), {"CON-32"}), ((replace(merely, under_way=True),), {"CON-31"})):
        found = [one for rule in rules if (one := rule(lease(listed=listed), LAW))]
        assert {one.code for one in found} == told
        assert all(one.values["listings"] == {"610902-L0001": "a"} for one in found)


def test_a_term_begins_on_land_that_could_be_given() -> None:
    """CON-33: recorded when it is brought, also of a term that runs, but from no day before the right, the parent or the deal."""
    for free_from, told in ((None, False), (lease().from_on, False), (lease().from_on + timedelta(1), True)):
        found = free.con_33_begins_on_free_land(lease(free_from=free_from), LAW)
        assert (found is not None) == told
        assert found is None or found.values == {"first": lease().from_on, "free": free_from}


def test_whoever_signs_is_told_of_a_term_that_has_begun() -> None:
    first = date(2026, 11, 1)
    found = free.con_34_term_has_begun(("1", first, date(2026, 11, 28)), LAW)
    assert found is not None
    assert (found.code, found.values) == ("CON-34", {"first": first, "days": 27})
    assert LAW.rules[found.code].effect == "warn"
    assert free.con_34_term_has_begun(("1", first, first), LAW) is None


def test_instalments_of_one_sum_add_up_to_it_on_later_days() -> None:
    """CON-35."""
    until = date(2048, 1, 1)
    first, second = (
        Instalment(date(2026, 12, 1), Decimal("60000.00")),
        Instalment(date(2027, 6, 1), Decimal("26000.00")),
    )
    sound = Split("yuan_once", Decimal("86000.00"), first.due_on, until, (first, second))
    assert con_35_instalments_add_up(sound, LAW) is None
    assert con_35_instalments_add_up(replace(sound, parts=()), LAW) is None
    for wrong in (
        {"unit": "yuan_year"}, {"price": Decimal("86000.01")}, {"until_on": second.due_on}, {"parts": (second, first)},
        {"since": first.due_on + timedelta(days=1)},
        {"parts": (replace(first, yuan=Decimal(86000)),)}, {"parts": (first, replace(second, due_on=first.due_on))},
        {"parts": (replace(first, yuan=Decimal(86000)), replace(second, yuan=Decimal(0)))},
        {"parts": (replace(first, yuan=Decimal("59999.999")), replace(second, yuan=Decimal("26000.001")))},
        {"parts": (replace(first, yuan=Decimal("NaN")), second)},
    ):  # fmt: skip
        found = con_35_instalments_add_up(replace(sound, **wrong), LAW)
        assert found is not None
        assert found.code == "CON-35"
    assert rhythm_zh("once", True, sound.parts) == (
        "分 2 期付清：2026年12月1日 60,000.00 元；2027年6月1日 26,000.00 元；付款日早于合同成立之日的，在成立之日支付"
    )


def test_what_would_sell_the_land_is_refused_at_its_field() -> None:
    """CON-84; which words do is tested of the book itself."""
    told = free.con_84_land_is_not_sold(("1", "lease", {"said": "按时付租", "paid_to": "欠款不还的，以地抵债"}), LAW)
    assert told is not None
    assert (told.field, told.values["said"]) == ("paid_to", "以地抵债")
    assert free.con_84_land_is_not_sold(("1", "lease", {"said": "土地不得抵债"}), LAW) is None


def test_a_lease_of_a_house_sells_neither_house_nor_homestead() -> None:
    """CON-102; which words do is tested of the book itself."""
    said = {"said": "按时付租", "paid_to": "房屋以三万元卖给乙方，宅基地随房走"}
    told = free.con_102_house_is_not_sold(("1", "house_lease", said), LAW)
    assert told is not None
    assert (told.code, told.field, told.values["said"]) == ("CON-102", "paid_to", "房屋以三万元卖给乙方")
    for sold in ("租期满了房子归租的人", "房子到期就是你的"):
        assert free.con_102_house_is_not_sold(("1", "house_lease", {"said": sold}), LAW)
    assert free.con_102_house_is_not_sold(("1", "house_lease", {"said": "租期满了房子归还房东"}), LAW) is None
    assert free.con_102_house_is_not_sold(("1", "lease", said), LAW) is None


@pytest.mark.parametrize(
    ("kind", "unit", "price", "sound"),
    [
        ("lease", "yuan_mu_year", "520", True), ("lease", "yuan_mu_year", "300000", False),
        ("lease", "yuan_mu_year", "0.01", False), ("lease", "kg_mu_year", "400", True),
        ("assignment", "yuan_once", "30000", True), ("assignment", "yuan_once", "9000000", False),
        ("construction", "yuan_mu_year", "20000", True), ("exchange", "balance_in", "1", True),
        ("custody", "yuan_mu_year", "0", True), ("entrusted", "yuan_mu_year", "5", True),
    ],
)  # fmt: skip
def test_a_price_that_is_not_usual_is_asked_about(kind: str, unit: str, price: str, sound: bool) -> None:
    """CON-87: by the county's band; of one sum a mu."""
    told = con_87_price_is_usual(Priced("1", kind, unit, Decimal(price), Decimal(2)), LAW)
    assert (told is None) == sound


@pytest.mark.parametrize(("yuan", "sound"), [("12000", True), ("1", False), ("90000000", False)])
def test_a_value_of_shares_that_is_not_usual_is_asked_about(yuan: str, sound: bool) -> None:
    """CON-113, of four mu for five years: 600 yuan a mu and year."""
    told = con_113_valuation_is_usual(("1", Decimal(yuan), Decimal(4), 5 * 365), LAW)
    assert (told is None) == sound
    assert told is None or (told.code, told.field, LAW.level(told)) == ("CON-113", "valued_yuan", "warn")


@pytest.mark.parametrize(
    ("yuan", "unit", "price", "months"),
    [("90000", "yuan_month", "280", "321"), ("1680", "yuan_month", "280", ""), ("1800", "yuan_year", "3600", ""),
     ("1801", "yuan_year", "3600", "6"), ("90000", "yuan_once", "280", "")],
)  # fmt: skip
def test_a_deposit_of_many_months_is_asked_about(yuan: str, unit: str, price: str, months: str) -> None:
    """CON-118, of leases by the month and by the year; stops nothing."""
    told = con_118_deposit_is_usual(("1", Decimal(yuan), unit, Decimal(price)), LAW)
    assert (told is None) == (not months)
    if told is not None:
        assert (told.code, told.field, LAW.level(told)) == ("CON-118", "deposit_yuan", "warn")
        assert f"{told.values['months']}" == months
        assert months in LAW.say(told)


def test_the_floating_dividend_says_of_what_it_is_a_part_and_what_was_drawn_before_keeps_its_wording() -> None:
    """Of the surplus to all land shares, and of those by its own: so it is reckoned from the paper."""
    for day, told in (
        (date(2026, 11, 29), "另按股分享当年盈余的 20%"),
        (date(2026, 11, 30), "当年盈余的 20% 分给全部土地股，本户按所持股数占分红时全部土地股数的比例分得"),
    ):
        (one,) = [one for one in clauses_of("share", "share", day) if one.key == "dividend"]
        assert told in one.read({"floating_percent": "20"})


def test_the_clause_on_re_transfer_reads_well_and_what_was_drawn_before_keeps_its_wording() -> None:
    for day, told in (
        (date(2026, 11, 28), "乙方再流转土地经营权的，双方约定不得再流转。"),
        (date(2026, 11, 29), "乙方再流转土地经营权：双方约定不得再流转。"),
    ):
        for kind in ("lease", "subcontract", "share", "retransfer"):
            (one,) = [one for one in clauses_of(kind, "yuan_mu_year", day) if one.key == "sublet"]
            assert one.read({"sublet": "never"}) == told


def test_cropland_that_gets_trees_ponds_or_visitors_is_told_and_waste_land_and_houses_are_not() -> None:
    """CON-98, a note with the clause that goes with it."""
    for kind in ("lease", "share", "retransfer", "unallocated"):
        for use in uses.BESIDE_GRAIN:
            assert uses.con_98_cropland_is_for_grain_first(("1", kind, use), LAW) == Finding(
                "CON-98", "use", {}, subject="1"
            )
        for use in (*uses.KEEPS_GRAIN, ""):
            assert uses.con_98_cropland_is_for_grain_first(("1", kind, use), LAW) is None
    assert "tea" not in uses.uses_of("lease", basic=True), "a tea garden is no arable land"
    for kind in ("four_wastes", "house_lease", "construction", "entrusted"):
        assert uses.con_98_cropland_is_for_grain_first(("1", kind, "agritourism"), LAW) is None
    day = date(2026, 11, 29)
    assert "先依法办妥手续再动工" in dict(written(Text("lease", "yuan_mu_year", SAID), day))[term("clause", "cropland")]
    for kind in ("four_wastes", "house_lease"):
        assert term("clause", "cropland") not in dict(written(Text(kind, "yuan_mu_year", SAID), day))
    assert term("clause", "cropland") not in dict(written(Text("lease", "yuan_mu_year", SAID), day - DAY))
