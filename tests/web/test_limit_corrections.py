"""The correction of a restriction at the desk: from the right's page to its history and the proof that is handed out anew."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.law.book import term
from tests.registry_kit import BANK, pass_days, right_of, to_rights
from tests.renewal_kit import today
from tests.villages import COUNTY
from tests.web.conftest import Browser
from tests.web.test_acts import CREDITOR, opened, walk
from tests.web.test_held_corrections import put

GIVEN = {"by": "holder", "why": "抵押合同原件", "proved_on": "2020-01-01"}
LOAN = {
    "limit_party": "样本农村信用社",
    "limit_code": BANK.code,
    "basis": "抵押合同",
    "amount": "1000.00",
    "until": "2027-06-30",
}


@pytest.fixture
def page(officers: tuple[Actor, Actor], superuser: Any, deng: Browser, shen: Browser) -> str:
    """The page of a right that is mortgaged."""
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)
    found = f"/rights/{COUNTY}/{right_of(officers[0])}"
    asked = {**CREDITOR, "basis": "抵押合同", "amount": "1000.00", "until": "2027-06-30"}
    walk(deng, shen, opened(deng, f"{found}/acts/mortgage", asked), superuser, "mortgage")
    pass_days(superuser, 1)
    return found


def form_on(browser: Browser, page: str) -> str:
    (found,) = re.findall(rf'href="({page}/restrictions/[0-9a-f-]+/correction)"', browser.get(page).text)
    return str(found)


def test_a_mortgage_is_corrected_from_the_right_s_page_and_its_proof_is_handed_out_anew(
    page: str, deng: Browser, shen: Browser, superuser: Any
) -> None:
    form = form_on(deng, page)
    assert "/restrictions/" not in shen.get(page).text
    case = opened(deng, form, {**GIVEN, **LOAN, "amount": "10000", "basis": "抵押合同2号"})
    shown = deng.get(case).text
    assert all(word in shown for word in ("1000.00", "10000.00", "抵押合同2号", term("document", "creditor_consent")))
    put(deng, case, "application", "identity", "mortgage_contract", "creditor_consent")
    walk(deng, shen, case, superuser, "correction")
    assert "10,000.00" in deng.get(page).text
    told = re.sub(r"<[^>]+>", " ", shen.get(f"{page}/history").text)
    assert all(word in told for word in ("1000.00", "10000.00", "抵押合同2号")), told
    assert "登记证明" in deng.get(case).text


def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(
    page: str, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    form = form_on(deng, page)
    deng.get(form)
    for given, status, code in (
        ({}, 400, "PAR-8"),
        ({"amount": "1000"}, 400, "PAR-8"),
        ({"amount": "多"}, 400, "FORM"),
        ({"amount": "0"}, 422, "PAR-14"),
        ({"basis": ""}, 422, "PAR-14"),
        ({"limit_party": "张三"}, 422, "TR-25"),
        ({"limit_code": "1"}, 422, "RES-13"),
        ({"until": "2020-01-01"}, 422, "RES-6"),
        ({"amount": "2000.00", "proved_on": str(today(officers[0]))}, 422, "COR-29"),
        ({"basis": "合\0同"}, 400, "FORM"),
    ):
        answer = deng.post(form, {**GIVEN, **LOAN, **given})
        assert (answer.status_code, code in answer.text) == (status, True), (given, answer.text[:3000])
    assert deng.get(f"{page}/restrictions/{UUID(int=1)}/correction").status_code == 404
