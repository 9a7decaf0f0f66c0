"""Rules of renewals and of changes of restrictions: each refuses what it must and lets the rest through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.law.book import examine, national_law
from landreg.registry.rules import renewal as rules
from landreg.registry.rules import restriction_changes as changes
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.renewal import Decision, Plan, RenewalFacts, Seen, ren_17_where_one_lives_is_no_ground
from landreg.registry.rules.renewal_requests import Renewal, RestrictionChange
from landreg.registry.rules.restriction_changes import CHANGE_RULES, ChangeFacts

ON = date(2026, 11, 27)
LAW = national_law("610902", ON)
OVER = date(2027, 10, 1)
NEXT = Renewal(OVER, date(2057, 9, 30))
FACTS = RenewalFacts(
    "renewal", "C1", NEXT, right_kind="contract_management", term=(date(1997, 10, 1), OVER), listed=True
)
PLAN = Plan("61090210420201", date(2026, 1, 1), date(2027, 12, 31))
VOTE = Decision("Y1", 90, 70, 60, date(2026, 11, 20), date(2026, 11, 10), ON, minutes=True, counted=90)
COURT, OTHER = UUID(int=1), UUID(int=2)
SEIZED = ChangeFacts(
    "seizure_renewal",
    "C1",
    RestrictionChange(COURT, "续封裁定", until=date(2028, 1, 1)),
    restrictions=(Restricted(COURT, "seizure", "法院", 1),),
    last_days=((COURT, date(2027, 1, 1)),),
)


def codes(found: Finding | None) -> set[str]:
    return set() if found is None else {found.code}


def test_the_new_term_begins_the_day_after_the_last_and_runs_thirty_years() -> None:
    assert rules.ren_1_term_follows(FACTS, LAW) is None
    for wrong in (
        Renewal(OVER, date(2057, 10, 1)),
        Renewal(OVER + DAY, NEXT.last_day),
        Renewal(ON, date(2056, 11, 26)),
    ):
        assert codes(rules.ren_1_term_follows(replace(FACTS, asked=wrong), LAW)) == {"REN-1"}


def test_a_contract_is_not_renewed_years_before_its_end() -> None:
    far = replace(FACTS, term=(date(2025, 10, 1), date(2055, 10, 1)))
    assert rules.ren_3_not_before_its_time(FACTS, LAW) is None
    assert codes(rules.ren_3_not_before_its_time(far, LAW)) == {"REN-3"}
    assert rules.earliest(date(2028, 3, 31), LAW) == date(2026, 3, 28)


def test_a_roster_is_registered_after_the_decision_and_singly_without_one() -> None:
    assert codes(rules.ren_9_decided_by_members(replace(FACTS, noticed=True), LAW)) == {"REN-9"}
    for fine in (replace(FACTS, noticed=True, decided=True), FACTS, replace(FACTS, noticed=True, listed=False)):
        assert rules.ren_9_decided_by_members(fine, LAW) is None


def test_who_is_treated_by_themselves_does_not_go_by_the_roster() -> None:
    named = replace(FACTS, household="610902104202010001（王*）", reasons=("disputed",))
    found = rules.ren_10_goes_with_the_others(named, LAW)
    said = {"household": "610902104202010001（王*）", "aside": ["disputed"], "before": []}
    assert found == Finding("REN-10", "reasons", said, subject="C1")
    assert LAW.say(found).startswith("农户 610902104202010001（王*）须单独办理延包（有争议或异议）")
    waiting = rules.ren_10_goes_with_the_others(replace(named, before=("610902-2026-0000332",)), LAW)
    assert waiting is not None
    assert "在办的业务610902-2026-0000332先办结或者撤回" in LAW.say(waiting)
    assert "在办的业务" not in LAW.say(found)
    by_hand = rules.ren_10_goes_with_the_others(replace(FACTS, aside=True, put_aside=("own_wish",)), LAW)
    assert by_hand is not None
    assert by_hand.values["aside"] == ["own_wish"]
    assert rules.ren_10_goes_with_the_others(FACTS, LAW) is None
    assert rules.ren_10_goes_with_the_others(replace(FACTS, listed=False, reasons=("disputed",)), LAW) is None


def test_an_expired_term_is_told_and_refuses_nothing() -> None:
    over = replace(FACTS, term=(date(1996, 10, 1), ON))
    assert codes(rules.ren_11_expired_is_no_ground(over, LAW)) == {"REN-11"}
    assert LAW.level(Finding("REN-11")) == "warn"
    assert rules.ren_11_expired_is_no_ground(FACTS, LAW) is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"adjusts": True}, "REN-2"),
        ({"adjusts": True, "ground": "disaster"}, "REN-2"),
        ({"adjusts": True, "ground": "members_joined", "approved": True}, "REN-2"),
        ({"ends_until": date(2029, 1, 1)}, "REN-14"),
        ({"ends_from": date(2027, 12, 31), "ends_until": date(2026, 1, 1)}, "REN-14"),
    ],
)
def test_a_plan_outside_the_law_is_refused(changed: dict[str, Any], code: str) -> None:
    found = [rule(replace(PLAN, **changed), LAW) for rule in rules.PLAN_RULES]
    assert [finding.code for finding in found if finding] == [code]


def test_a_plan_within_the_law_passes() -> None:
    for plan in (PLAN, replace(PLAN, adjusts=True, ground="disaster", approved=True)):
        assert [rule(plan, LAW) for rule in rules.PLAN_RULES] == [None, None]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, set()),
        ({"in_favour": 59}, {"REN-5"}),
        ({"members": 91, "counted": 91}, {"REN-5"}),
        ({"present": 59}, {"REN-6"}),
        ({"members": 60, "present": 70, "counted": 60}, {"REN-6"}),
        ({"held_on": date(2026, 11, 19)}, {"REN-7"}),
        ({"held_on": ON + DAY}, {"REN-7"}),
        ({"published_on": None}, {"REN-7"}),
        ({"minutes": False}, {"REN-7"}),
        ({"counted": 89}, {"REN-8"}),
        ({"counted": 91}, {"REN-15"}),
        ({"counted": 404, "explained": "登记簿含未成年人"}, {"REN-15"}),
        ({"counted": 404, "explained": "x"}, {"REN-15"}),
        ({"counted": 404, "explained": "314"}, {"REN-15"}),
        ({"counted": 404, "explained": "未成年人 300 人，已取得其他集体成员身份 13 人"}, {"REN-15"}),
        ({"counted": 404, "explained": "未成年人 300 人，已取得其他集体成员身份 14 人"}, set()),
        ({"counted": 404, "explained": "未成年人 300 人，已迁出 14 人"}, {"REN-20"}),
        ({"counted": 404, "explained": "户籍已迁出 314 人"}, {"REN-20"}),
        ({"counted": 404, "explained": "未成年人 300 人，全家搬到县城居住 14 人"}, {"REN-20"}),
        ({"counted": 404, "explained": "已死亡 4 人，未成年人 300 人，已成为公务员 10 人"}, set()),
    ],
)
def test_two_thirds_of_all_members_decide_after_publication_on_minutes(
    changed: dict[str, Any], found: set[str]
) -> None:
    judged = [rule(replace(VOTE, **changed), LAW) for rule in rules.DECISION_RULES]
    assert {finding.code for finding in judged if finding} == found


def test_who_is_missing_is_said_in_figures() -> None:
    finding = rules.ren_15_fewer_are_explained(replace(VOTE, counted=404, explained="x"), LAW)
    assert finding is not None
    assert "少的 314 人是哪些人" in LAW.say(finding, "zh")


@pytest.mark.parametrize(
    ("seen", "reasons"),
    [
        (Seen(True, 3), ()),
        (Seen(False, 2), ("head_gone",)),
        (Seen(False, 0), ("no_member",)),
        (Seen(True, 3, frozenset({"mortgage"})), ()),
        (Seen(True, 3, frozenset({"seizure", "objection"})), ("disputed", "restricted")),
        (Seen(True, 3, frozenset({"dispute", "advance_notice"})), ("disputed", "restricted")),
        (Seen(True, 3, land_lost=True, contracts=2, under_way=True), ("land_lost", "several_contracts", "under_way")),
    ],
)
def test_the_reasons_to_be_treated_singly_follow_from_the_register(seen: Seen, reasons: tuple[str, ...]) -> None:
    assert rules.reasons_of(seen) == reasons


def test_only_listed_reasons_put_a_household_aside_by_hand() -> None:
    assert rules.unlisted(["unreachable", "own_wish"]) == []
    assert rules.unlisted(["moved", "head_gone"]) == ["moved"]
    assert LAW.say(Finding("REN-4", values={"aside": ["x"]}))


def test_a_household_s_own_wish_is_in_writing_and_one_at_a_time() -> None:
    assert rules.ren_18_own_wish_in_writing("own_wish", 1, request=True) is None
    assert rules.ren_18_own_wish_in_writing("head_gone", 2, request=False) is None
    for households, request, field in ((1, False, "request"), (2, True, "right")):
        found = rules.ren_18_own_wish_in_writing("own_wish", households, request=request)
        assert found is not None
        assert (found.code, found.field, LAW.level(found)) == ("REN-18", field, "refuse")


def test_after_the_decision_a_household_is_put_aside_for_what_came_since_or_is_its_own() -> None:
    late = {"adjusted", "unreachable", "papers_lacking"}
    for reason in rules.BY_HAND:
        assert rules.ren_19_only_its_own_after_the_decision(reason, decided=False, number="Y1") is None
        found = rules.ren_19_only_its_own_after_the_decision(reason, decided=True, number="Y1")
        assert (found is not None) == (reason in late)
        assert found is None or "不可以" in LAW.say(found, "zh")


@pytest.mark.parametrize(
    ("changed", "rule", "code"),
    [
        ({"asked": RestrictionChange(OTHER, "裁定", until=date(2028, 1, 1))}, changes.res_3_changed_stands, "RES-3"),
        ({"act_kind": "mortgage_change"}, changes.res_3_changed_stands, "RES-3"),
        ({"asked": RestrictionChange(COURT, "裁定")}, changes.res_4_renewed_to_a_later_day, "RES-4"),
        (
            {"asked": RestrictionChange(COURT, "裁定", until=date(2027, 1, 1))},
            changes.res_4_renewed_to_a_later_day,
            "RES-4",
        ),
    ],
)
def test_what_is_changed_stands_and_a_seizure_is_renewed_to_a_later_day(
    changed: dict[str, Any], rule: Callable[..., Finding | None], code: str
) -> None:
    assert codes(rule(replace(SEIZED, **changed), LAW)) == {code}
    assert rule(SEIZED, LAW) is None


def test_a_change_sets_a_day_that_is_still_to_come_and_a_sum_that_can_be() -> None:
    def said(kind: str, asked: RestrictionChange, beside: str = "") -> set[str]:
        of = {"advance_notice_day": "advance_notice", "mortgage_change": "mortgage"}.get(kind, "seizure")
        more = (Restricted(OTHER, beside, "某", 1),) if beside else ()
        stands = replace(SEIZED, act_kind=kind, restrictions=(Restricted(COURT, of, "某", 1), *more), today=ON + DAY)
        return {finding.code for finding in examine(CHANGE_RULES[kind], replace(stands, asked=asked), LAW)}

    late = RestrictionChange(COURT, "续封裁定", until=ON)
    assert said("seizure_renewal", replace(late, until=date(2028, 1, 1))) == set()
    assert said("seizure_renewal", late) == {"RES-4", "RES-6"}
    assert said("mortgage_change", RestrictionChange(COURT, "协议", Decimal(10))) == set()
    assert said("mortgage_change", RestrictionChange(COURT, "协议", Decimal("1E15"))) == {"RES-5"}
    assert said("mortgage_change", RestrictionChange(COURT, "协议", Decimal(10)), "exit") == {"TR-12"}
    assert said("advance_notice_day", replace(late, registrable_on=ON, until=ON + 90 * DAY)) == set()
    assert said("advance_notice_day", replace(late, registrable_on=ON - 90 * DAY)) == {"RES-6"}
    assert said("advance_notice_day", RestrictionChange(COURT, "协议")) == {"RES-7"}


@pytest.mark.parametrize(
    ("asked", "rank", "consenting", "said"),
    [
        (RestrictionChange(COURT, "协议", Decimal(101)), 2, (), {"TR-32"}),
        (RestrictionChange(COURT, "协议", Decimal(100)), 2, (), set()),
        (RestrictionChange(COURT, "协议", None, ON + 31 * DAY), 2, (), {"TR-32"}),
        (RestrictionChange(COURT, "协议", None, ON + 30 * DAY), 2, (), set()),
        (RestrictionChange(COURT, "协议", Decimal(101)), 2, (OTHER,), set()),
        (RestrictionChange(COURT, "协议", Decimal(101)), 2, (COURT,), {"TR-32"}),
        (RestrictionChange(COURT, "协议", Decimal(101)), 0, (), set()),
    ],
)
def test_a_mortgage_secures_no_more_before_later_ones_than_their_creditors_consent_to(
    asked: RestrictionChange, rank: int, consenting: tuple[UUID, ...], said: set[str]
) -> None:
    stand = (
        Restricted(COURT, "mortgage", "甲信用社", 1, amount=Decimal(100), until=ON + 30 * DAY),
        Restricted(OTHER, "mortgage", "乙银行", rank, amount=Decimal(50)),
    )
    given = replace(
        SEIZED, act_kind="mortgage_change", restrictions=stand, asked=asked, consenting=frozenset(consenting)
    )
    found = list(examine(CHANGE_RULES["mortgage_change"], given, LAW))
    assert {finding.code for finding in found} == said
    assert not found or found[0].values["parties"] == ["乙银行"]


@pytest.mark.parametrize(("signed", "said"), [(None, set()), (ON, set()), (ON + DAY, {"REG-31"})])
def test_a_renewed_contract_is_signed_by_the_day_of_the_application(signed: date | None, said: set[str]) -> None:
    given = replace(FACTS, act_kind="renewal_single", asked=replace(NEXT, signed_on=signed), listed=False)
    assert {one.code for one in examine(rules.RENEWAL_RULES["renewal_single"], given, LAW)} == said


@pytest.mark.parametrize(("until", "told"), [(date(2030, 1, 1), []), (date(2030, 1, 2), [("RES-8", "warn")])])
def test_a_seizure_is_renewed_for_three_years_from_its_last_day_or_told(
    until: date, told: list[tuple[str, str]]
) -> None:
    given = replace(SEIZED, asked=RestrictionChange(COURT, "续封裁定", until=until))
    found = examine(CHANGE_RULES["seizure_renewal"], given, LAW)
    assert [(one.code, LAW.level(one)) for one in found] == told


@pytest.mark.parametrize(
    "said",
    [
        "已进城落户，不再延包",
        "户口迁走了",
        "户口不在本村",
        "全户户籍注销",
        "户主去世，儿子已落户县城",
        "搬到县城居住",
        "全家住在城里",
        "进城多年",
        "已迁出本村",
        "在县城买房",
    ],
)
def test_where_somebody_lives_or_is_registered_leaves_nobody_out(said: str) -> None:
    found = ren_17_where_one_lives_is_no_ground(said)
    assert found is not None
    assert (found.code, found.field) == ("REN-17", "said")


@pytest.mark.parametrize(
    "said",
    [
        "没有交来户口簿复印件",
        "户主身份证与户口簿不一致",
        "户主去世，户口已注销",
        "书面要求暂缓",
        "三次上门无人",
        "合同档案搬到镇政府，尚未取回",
        "户主住院",
        "户主住进医院，家属要求延后",
        "户主搬到养老院，书面要求延后",
        "坟墓迁出前界址未定",
        "已迁往外村并取得该集体成员身份",
        "户主去世，遗属迁出",
    ],
)
def test_a_paper_a_death_or_a_household_s_own_cause_is_said_as_it_is(said: str) -> None:
    assert ren_17_where_one_lives_is_no_ground(said) is None
