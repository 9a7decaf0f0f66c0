"""RES-3, COR-29 and the rules of what is laid, asked of a restriction as a correction would leave it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import act_type, examine, national_law
from landreg.registry.facts.limit_corrected import facts_of
from landreg.registry.facts.said import announced
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.corrected_facts import LimitCorrected
from landreg.registry.rules.corrections import CORRECTION_RULES
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.requests import Identified, RestrictionAsked, plain, read

LAW = national_law("610902", date(2026, 7, 1))
RULES = CORRECTION_RULES["correction"]
LIMIT, SAID, CODE = UUID(int=5), date(2024, 3, 1), "91610902MA0000009A"
WHOLE = {
    "party": "样本农村信用社",
    "basis": "抵押合同",
    "amount": "900.00",
    "until": "2027-01-01",
    "party_code": CODE,
}
LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("900.00"), date(2027, 1, 1),
                        whose=Identified("organization", CODE))  # fmt: skip
ORDER = RestrictionAsked("seizure", "样本县人民法院", "（2024）样1号", None, date(2026, 12, 31))
STANDS = Restricted(LIMIT, "mortgage", "样本农村信用社", 1, amount=Decimal("500.00"), until=date(2026, 12, 31))
BEHIND = Restricted(UUID(int=6), "mortgage", "样本银行", 2)


def facts(laid: RestrictionAsked = LOAN, proved: date | None = SAID, **changed: Any) -> ParcelActFacts:
    told = tuple(Corrected(*one) for one in WHOLE.items())
    asked = Correction("restriction", "holder", "合同", told, proved_on=proved, limit_id=LIMIT, limit=laid.kind)
    given: dict[str, Any] = {"act_kind": "correction", "code": "J", "right_kind": "contract_management", "asked": asked}
    given |= {"limit": LimitCorrected(said_on=SAID, laid=laid), "restrictions": (STANDS,)}
    given |= {"term": (date(1998, 1, 1), date(2028, 1, 1)), "today": date(2026, 7, 1)}
    return ParcelActFacts(**given | changed)


@pytest.mark.parametrize(
    ("given", "code", "level"),
    [
        (facts(limit=LimitCorrected(stands=False)), "RES-3", "refuse"),
        (facts(proved=None), "COR-29", "refuse"),
        (facts(proved=date(2024, 3, 2)), "COR-29", "refuse"),
        (facts(replace(LOAN, amount=Decimal(0))), "RES-5", "refuse"),
        (facts(replace(LOAN, until=date(2026, 6, 30))), "RES-6", "refuse"),
        (facts(replace(LOAN, party="张三")), "TR-25", "refuse"),
        (facts(replace(LOAN, until=date(2028, 1, 1))), "TR-26", "warn"),
        (facts(replace(LOAN, whose=Identified("organization", "1"))), "RES-13", "refuse"),
        (facts(ends_below=("C1", date(2026, 12, 1))), "TR-27", "refuse"),
        (facts(restrictions=(STANDS, BEHIND)), "TR-32", "refuse"),
        (
            facts(ORDER, restrictions=(), limit=LimitCorrected(laid=replace(ORDER, until=date(2030, 1, 1)))),
            "RES-8",
            "warn",
        ),
        (facts(replace(ORDER, party="法院")), "RES-10", "warn"),
    ],
)
def test_a_restriction_is_corrected_to_what_could_be_laid_on_a_paper_of_then(
    given: ParcelActFacts, code: str, level: str
) -> None:
    (found,) = examine(RULES, given, LAW)
    assert (found.code, LAW.level(found)) == (code, level)


def test_what_the_paper_says_goes_through() -> None:
    assert examine(RULES, facts(), LAW) == ()
    assert examine(RULES, facts(ORDER), LAW) == ()
    assert (
        examine(RULES, facts(restrictions=(STANDS, BEHIND), consenting=frozenset((BEHIND.restriction_id,))), LAW) == ()
    )
    smaller = replace(LOAN, amount=Decimal("400.00"), until=date(2026, 12, 30))
    assert examine(RULES, facts(smaller, restrictions=(STANDS, BEHIND)), LAW) == ()


def test_a_mortgage_is_not_corrected_under_a_seizure_and_a_seizure_does_not_stop_its_own_correction() -> None:
    seized = Restricted(UUID(int=7), "seizure", "样本县人民法院", 1)
    assert [one.code for one in examine(RULES, facts(restrictions=(STANDS, seized)), LAW)] == ["TR-12"]
    assert examine(RULES, facts(ORDER, restrictions=(STANDS, seized)), LAW) == ()


def test_of_each_kind_there_are_facts_that_may_be_wrong_and_papers_that_show_it() -> None:
    asked = facts().asked
    assert isinstance(asked, Correction)
    assert read("correction", plain(asked)) == asked
    assert {tuple(said[1:]) for said in announced(asked, {"amount": "500.00"})} == {("", "已书面告知当事人")}
    assert facts_of({"kind": "mortgage", "party_kind": "person"}) == ("basis", "amount", "until")
    assert facts_of({"kind": "exit", "party_kind": None}) == ()
    assert "creditor_consent" in act_type("correction").papers("holder", "limit_mortgage")
    assert act_type("office_correction").papers("office", "limit_seizure")[-1] == "ruling"
