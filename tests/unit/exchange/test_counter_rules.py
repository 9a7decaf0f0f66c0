"""CON-29, PRI-5: who stands at the counter for a party, and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from landreg.exchange.counter.rules import (
    Standing,
    con_29_the_party_itself,
    pri_5_who_claims_stands_for_the_household,
)
from landreg.law.book import national_law

LAW = national_law("610902", date(2026, 11, 28))
MEMBER = Standing("household", "样本户", "样本一", "见证人甲", True, True, date(1990, 5, 1), other="样本社长")
COMPANY = Standing("organisation", "样本社", "样本社长", "见证人甲", attorney=True)
PERSON = Standing("person", "样本二", "样本二", "见证人甲", known=True)
RULES = (con_29_the_party_itself, pri_5_who_claims_stands_for_the_household)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "facts",
    [
        MEMBER,
        replace(MEMBER, born=date(2008, 11, 28)),
        replace(MEMBER, born=None),
        replace(MEMBER, known=False, named=False, born=None, attorney=True),
        PERSON,
        replace(PERSON, name="样 本二"),
        replace(PERSON, name="受托人", known=False, attorney=True),
        COMPANY,
        Standing("collective", "样本村", "样本代表", "见证人甲"),
    ],
)
def test_the_party_itself_stands_there_or_whom_its_power_of_attorney_names(facts: Standing, rule: Any) -> None:
    assert rule(facts, LAW) is None


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("facts", "changed", "field", "fault"),
    [
        (MEMBER, {"known": False}, "card", "counter_stranger"),
        (MEMBER, {"named": False}, "name", "counter_named"),
        (MEMBER, {"born": date(2008, 11, 29)}, "card", "counter_minor"),
        (MEMBER, {"attorney": True, "known": False, "born": date(2008, 11, 29)}, "card", "counter_minor"),
        (MEMBER, {"name": " "}, "name", "counter_unnamed"),
        (MEMBER, {"name": "长" * 101}, "name", "counter_unnamed"),
        (MEMBER, {"witness": "样本 一"}, "witness", "counter_witness"),
        (MEMBER, {"attorney": True, "witness": "样本一"}, "witness", "counter_witness"),
        (MEMBER, {"other": "样本一"}, "name", "counter_other"),
        (MEMBER, {"other_witness": "样本一"}, "name", "counter_other"),
        (MEMBER, {"is_theirs": True, "known": False, "attorney": True}, "name", "counter_both"),
        (COMPANY, {"is_theirs": True}, "name", "counter_both"),
        (MEMBER, {"witness": "样本社长"}, "witness", "counter_witness"),
        (MEMBER, {"witness": "样本户"}, "witness", "counter_theirs"),
        (MEMBER, {"witness_is_theirs": True}, "witness", "counter_theirs"),
        (COMPANY, {"witness": "样 本社"}, "witness", "counter_theirs"),
        (PERSON, {"name": "样本三"}, "name", "counter_named"),
        (PERSON, {"known": False}, "card", "counter_stranger"),
        (COMPANY, {"attorney": False}, "attorney", "counter_unnamed_by_it"),
        (COMPANY, {"name": "样 本社"}, "name", "counter_organisation"),
    ],
)
def test_nobody_else_does_and_the_reason_is_told(
    facts: Standing, changed: dict[str, Any], field: str, fault: str, rule: Any
) -> None:
    wrong = rule(replace(facts, **changed), LAW)
    assert wrong is not None
    assert (wrong.code, wrong.field, wrong.values["fault"]) == (
        "CON-29" if rule is RULES[0] else "PRI-5", field, fault,
    )  # fmt: skip
    assert "counter_" not in LAW.say(wrong) + LAW.say(wrong, "en")


def test_a_claim_is_of_one_who_was_recognised_and_witnessed() -> None:
    for changed, fault in (({"seen": False}, "counter_unseen"), ({"witness": " "}, "counter_unwitnessed")):
        facts = replace(MEMBER, **changed)
        wrong = pri_5_who_claims_stands_for_the_household(facts, LAW)
        assert wrong is not None
        assert wrong.values["fault"] == fault
        assert con_29_the_party_itself(facts, LAW) is None
