"""SET: a refusing and a passing example of each rule; what the opinion asks for, where, and nothing beyond."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from landreg.law.book import examine, national_law, term
from landreg.settlement import opinion, rules
from landreg.settlement.rules import Application, Decision, Offered, Person, Wording
from tests.settlement_kit import STREET, TOWN, TOWN_IN_DISTRICT, applicant, citizen

ON = date(2026, 11, 27)
LAW = national_law("610902", ON)
DEED, LEASE, LODGING = "dwelling_deed", "lease", "lodging_statement"


def told(
    division: str = STREET, ground: str = "own_dwelling", evidence: tuple[str, ...] = (DEED,), **other: Any
) -> Application:
    """An application on one's own dwelling in the district, but for what is told."""
    facts: dict[str, Any] = {
        "tenure": "own", "dwelling_since": None, "work_since": None, "pension_months": None, "persons": (applicant(),), "on": ON,
    }  # fmt: skip
    return Application(division, ground, evidence=frozenset(evidence), **{**facts, **other})


def codes(facts: Application) -> set[str]:
    """The codes of what is not met of any condition; empty when one is met."""
    found = rules.unmet(facts, LAW)
    return set() if any(not one for one in found.values()) else {one.code for each in found.values() for one in each}


def receiving(facts: Application) -> set[str]:
    """The codes that refuse an application at the counter."""
    return {one.code for one in examine(rules.RECEIVING, facts, LAW)}


def test_a_built_town_asks_for_a_lawful_stable_dwelling_rented_too_and_for_no_length_of_stay() -> None:
    for paper, tenure in ((DEED, "own"), (LEASE, "rented"), (LODGING, "lodged")):
        assert codes(told(TOWN, "town_dwelling", (paper,), tenure=tenure)) == set()
    assert codes(told(TOWN, "town_dwelling", ())) == {"SET-3"}
    assert [one.code for one in opinion.conditions_of(TOWN, ON)] == ["town_dwelling"]


def test_the_district_takes_ones_own_dwelling_at_once_and_a_rented_one_after_a_year() -> None:
    assert codes(told()) == set()
    assert codes(told(tenure="rented", evidence=(LEASE,), dwelling_since=date(2026, 11, 1))) == {
        "SET-4",
        "SET-5",
        "SET-6",
    }
    assert codes(told(tenure="rented", evidence=(LEASE,), dwelling_since=date(2025, 11, 27))) == set()
    assert codes(told(tenure="rented", evidence=(LEASE,), dwelling_since=date(2025, 11, 28))) != set()


def test_lodging_counts_as_dwelling_in_the_district() -> None:
    assert codes(told(tenure="lodged", evidence=(LODGING,), dwelling_since=date(2024, 1, 1))) == set()
    assert codes(told(tenure="lent", evidence=(LODGING,), dwelling_since=date(2024, 1, 1))) == set()


def test_work_for_a_year_with_a_year_of_pension_is_enough_in_the_district_and_less_is_not() -> None:
    facts = told(
        ground="stable_work", tenure=None, evidence=("labour_contract", "pension_record"), work_since=date(2025, 6, 1),
        pension_months=12,
    )  # fmt: skip
    assert codes(facts) == set()
    assert "SET-6" in codes(replace(facts, pension_months=11))
    assert "SET-6" in codes(replace(facts, work_since=date(2026, 1, 1)))
    assert "SET-6" in codes(replace(facts, evidence=frozenset({"labour_contract"})))


def test_a_built_town_inside_the_district_is_as_open_as_any_and_the_districts_ways_lead_there_too() -> None:
    held = {one.code for one in opinion.conditions_of(TOWN_IN_DISTRICT, ON)}
    assert held == {"town_dwelling", "own_dwelling", "stable_dwelling", "stable_work"}


def test_the_opinion_reaches_no_village_no_county_as_a_whole_and_no_day_before_its_own() -> None:
    """SET-1: the class of the statistics decides, as far as it is known."""
    villages = [code for code, one in opinion.all_divisions().items() if one.urban_rural == "220"]
    assert villages
    for code in (*villages[:3], "610902", "6109", "999999999999", "", "610902001999"):
        assert receiving(told(code)) >= {"SET-1"}, code
    assert "SET-1" not in receiving(told())
    assert opinion.conditions_of(STREET, date(2016, 9, 26)) == ()


def test_every_urban_community_of_the_prefecture_has_a_condition_that_can_be_met() -> None:
    urban = [code for code, one in opinion.all_divisions().items() if one.urban_rural.startswith("1")]
    assert len(urban) > 500
    assert [code for code in urban if not opinion.conditions_of(code, ON)] == []


def test_a_condition_of_the_district_is_none_of_a_built_town() -> None:
    assert "SET-2" in receiving(told(TOWN, "stable_work"))
    assert "SET-2" in receiving(told(TOWN, ""))
    assert "SET-2" not in receiving(told(TOWN, "town_dwelling"))


@pytest.mark.parametrize(
    ("relation", "born", "together", "passes"),
    [
        ("spouse", "19900101", True, True), ("parent", "19600101", True, True), ("minor_child", "20081128", True, True),
        ("minor_child", "20081127", True, False), ("spouse", "19900101", False, False), ("brother", "19900101", True, False),
        ("", "19900101", True, False), ("applicant", "19900101", True, False),
    ],
)  # fmt: skip
def test_spouse_minor_children_and_parents_who_live_there_settle_along(
    relation: str, born: str, together: bool, passes: bool
) -> None:
    along = Person("样本乙", citizen(202, born), relation, together)
    assert ("SET-7" not in receiving(told(persons=(applicant(), along)))) is passes


def test_nobody_is_named_twice_and_there_is_one_spouse() -> None:
    spouse = Person("样本乙", citizen(202), "spouse")
    assert "SET-7" in receiving(told(persons=(applicant(), replace(spouse, id_number=citizen(101)))))
    assert "SET-7" in receiving(told(persons=(applicant(), spouse, replace(spouse, id_number=citizen(204)))))


def test_who_settles_along_is_shown_by_a_register_or_a_proof_of_relation() -> None:
    both = told(persons=(applicant(), Person("样本乙", citizen(202), "spouse")))
    assert [one.code for one in rules.along_unshown(both)] == ["SET-7"]
    assert rules.along_unshown(replace(both, evidence=frozenset({DEED, "household_book"}))) == ()
    assert rules.along_unshown(told()) == ()


def test_a_number_with_a_wrong_check_digit_or_of_somebody_unborn_or_a_name_left_out_is_found() -> None:
    wrong = citizen(101)[:17] + ("0" if citizen(101)[17] != "0" else "1")
    assert "SET-8" in receiving(told(persons=(Person("样本甲", wrong, "applicant"),)))
    assert "SET-8" in receiving(told(persons=(Person("", citizen(101), "applicant"),)))
    assert "SET-8" in receiving(told(persons=(Person("样本甲", citizen(101, "20261128"), "applicant"),)))
    assert "SET-8" not in receiving(told())


def test_a_day_to_come_and_a_code_of_no_place_are_found() -> None:
    assert "SET-16" in receiving(told(dwelling_since=date(2026, 11, 28)))
    assert "SET-16" in receiving(told(pension_months=-5))
    assert "SET-16" not in receiving(told(dwelling_since=ON, pension_months=0))
    assert "SET-19" in receiving(told(village="6109x"))
    assert "SET-19" not in receiving(told(village="610921101201"))


def test_a_paper_outside_the_list_is_refused_by_its_kind() -> None:
    for kind in opinion.papers():
        assert rules.set_9_evidence_is_of_the_closed_list(Offered(kind, "", "", "", ON, "evidence"), LAW) is None
    for kind in ("land_certificate", "surrender_promise", "other", "", "IDENTITY_CARD"):
        found = rules.set_9_evidence_is_of_the_closed_list(Offered(kind, "", "", "", ON, "evidence"), LAW)
        assert found is not None
        assert found.code == "SET-9"


NEVER = (
    "农村土地承包经营权证", "土地承包合同", "宅基地使用权证", "宅1基2地", "集體收益分配權證明", "退地承诺书",
    "自愿退出土地承诺书", "本人自愿放弃承包地", "把老家的地交回村里", "承包地交给集体以后办户口", "庄基证", "林权证",
    "地契", "农村集体经济组织成员股权证", "三权退出协议", "土地確權證", "我家的口粮田不要了", "土地证",
    "放弃两项权益的声明",
)  # fmt: skip
HARMLESS = (
    "住房租赁合同", "国有建设用地使用权/房屋所有权", "国有土地使用证", "劳动合同", "居民户口簿",
    "城镇企业职工基本养老保险缴费记录", "居住证", "结婚证", "社区居住证明：租住在城东社区三年",
    "某某建筑公司项目承包部", "房主同意其寄住", "个体工商户营业执照", "退耕还林工程办公室", "出生医学证明",
    "样本路1号2单元301室", "人民医院地下停车场旁", "土特产经营部", "购房合同和付款凭证", "地址：兴安西路",
    "某县某镇某村一组",
)  # fmt: skip


@pytest.mark.parametrize("text", NEVER)
def test_a_paper_that_may_not_be_asked_for_is_refused_by_title_file_name_content_and_words(text: str) -> None:
    for found_in in ("title", "file_name", "content"):
        offered = replace(Offered("lease", "", "", "", ON, "file_lease"), **{found_in: text})
        found = rules.set_10_paper_may_be_taken(offered, LAW)
        assert found is not None
        assert (found.code, found.values["found_in"]) == ("SET-10", found_in)
        assert "RLCL-27" in found.values["law"]
    assert rules.set_10_wording_may_be_taken(Wording(text, ON, "note"), LAW) is not None


@pytest.mark.parametrize("text", HARMLESS)
def test_papers_of_the_list_and_what_is_said_of_a_town_dwelling_pass(text: str) -> None:
    assert rules.set_10_paper_may_be_taken(Offered("lease", text, f"{text}.pdf", text, ON, "file_lease"), LAW) is None


def test_no_name_of_the_closed_list_is_itself_refused() -> None:
    for kind in opinion.papers():
        assert (
            rules.set_10_paper_may_be_taken(Offered(kind, term("settlement_evidence", kind), "", "", ON, ""), LAW)
            is None
        )


def test_who_meets_a_condition_is_granted_and_who_meets_none_is_not() -> None:
    """SET-11: neither a quota nor anything else stands between."""
    met, none = rules.unmet(told(), LAW), rules.unmet(told(evidence=()), LAW)
    tried = (
        ("settled", met, True), ("refused", met, False), ("settled", none, False), ("refused", none, True),
        ("withdrawn", met, True), ("withdrawn", none, True),
    )  # fmt: skip
    for outcome, found, passes in tried:
        decision = Decision(outcome, tuple(found.values()), (), ON, ON)
        assert (rules.set_11_decision_stands_on_the_opinion_alone(decision, LAW) is None) is passes, outcome
    for found in (met, none):
        postponed = Decision("postponed", tuple(found.values()), (), ON, ON)
        assert rules.set_11_decision_stands_on_the_opinion_alone(postponed, LAW) is not None


def test_a_late_decision_is_noted_and_made_all_the_same() -> None:
    late = rules.set_14_decided_in_time(Decision("settled", ((),), (), date(2026, 11, 26), ON), LAW)
    assert late is not None
    assert LAW.rules["SET-14"].effect == "warn"
    assert rules.set_14_decided_in_time(Decision("settled", ((),), (), ON, ON), LAW) is None
