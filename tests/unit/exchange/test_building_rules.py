"""What a contract over construction land says of its building (CON-106)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from landreg.core.periods import DAY
from landreg.exchange.contracts.rules.building import con_106_built_within_the_term
from tests.unit.exchange.test_contract_rules import LAW

UNTIL = LAW.on + timedelta(days=900)
PLAN = "规划样本2026-2号"


@pytest.mark.parametrize(
    ("start", "plan", "wrong"),
    [
        ("合同签订后六个月内", PLAN, []),
        (f"{LAW.on}", PLAN, []),
        (f"{UNTIL - DAY}以前", PLAN, []),
        (f"{UNTIL}", PLAN, ["start_by"]),
        ("2020-01-01", PLAN, ["start_by"]),
        ("2050年1月1日前", PLAN, ["start_by"]),
        ("2027-02-30", PLAN, ["start_by"]),
        ("2050-01-01", "x", ["start_by", "plan_terms"]),
    ],
)
def test_building_begins_within_the_term_under_terms_that_are_named(start: str, plan: str, wrong: list[str]) -> None:
    said = {"start_by": start, "plan_terms": plan}
    found = con_106_built_within_the_term(("construction", said, UNTIL), LAW)
    assert [(one.code, one.field) for one in found] == [("CON-106", field) for field in wrong]
    assert not con_106_built_within_the_term(("lease", said, UNTIL), LAW)
