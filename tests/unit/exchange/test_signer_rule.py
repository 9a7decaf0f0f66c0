"""CON-29: who signs and speaks for a party at the counter."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from landreg.exchange.contracts.rules.signer import Signer, con_29_the_party_itself
from landreg.law.book import national_law

LAW = national_law("610902", date(2026, 11, 28))
MEMBER = Signer("household", "样本户", "样本一", "见证人甲", member=True, born=date(1990, 5, 1), other="样本社长")
PERSON = Signer("person", "样本二", "样本二", "见证人甲")


@pytest.mark.parametrize(
    "facts",
    [
        MEMBER,
        replace(MEMBER, born=date(2008, 11, 28)),
        replace(MEMBER, born=None),
        replace(MEMBER, member=False, born=None, attorney=True),
        PERSON,
        replace(PERSON, name="样 本二"),
        replace(PERSON, name="受托人", attorney=True),
        Signer("organisation", "样本社", "样本社长", "见证人甲"),
        Signer("collective", "样本村", "样本代表", "见证人甲"),
    ],
)
def test_the_party_itself_signs_or_whom_its_power_of_attorney_names(facts: Signer) -> None:
    assert con_29_the_party_itself(facts, LAW) is None


@pytest.mark.parametrize(
    ("facts", "changed", "field"),
    [
        (MEMBER, {"member": False}, "card"),
        (MEMBER, {"born": date(2008, 11, 29)}, "card"),
        (MEMBER, {"witness": "样本 一"}, "witness"),
        (MEMBER, {"attorney": True, "witness": "样本一"}, "witness"),
        (MEMBER, {"other": "样本一"}, "name"),
        (MEMBER, {"other_witness": "样本一"}, "name"),
        (MEMBER, {"witness": "样本社长"}, "witness"),
        (PERSON, {"name": "样本三"}, "name"),
    ],
)
def test_nobody_else_does(facts: Signer, changed: dict[str, Any], field: str) -> None:
    wrong = con_29_the_party_itself(replace(facts, **changed), LAW)
    assert wrong is not None
    assert (wrong.code, wrong.field) == ("CON-29", field)
