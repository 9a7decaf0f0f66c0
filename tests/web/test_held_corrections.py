"""The correction of which household holds a right, at the desk: from the right's page to its history."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.law.book import term
from tests.papers_kit import pdf
from tests.registry_kit import HOUSEHOLD, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.conftest import Browser
from tests.web.test_acts import opened, walk

SECOND = f"{VILLAGE}010002"
GIVEN = {
    "by": "interested_party",
    "why": "承包合同原件",
    "holder": SECOND,
    "proved_on": "1998-01-01",
    "interest": "合同上的承包方",
}
PARTY = {"party_kind": "household", "household": SECOND}


@pytest.fixture
def page(officers: tuple[Actor, Actor], superuser: Any) -> str:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)
    return f"/rights/{COUNTY}/{right_of(officers[0])}"


def put(browser: Browser, case: str, *kinds: str) -> None:
    for kind in kinds:
        browser.get(case)
        sent = {"kind": kind, "file": (io.BytesIO(pdf(kind)), f"{kind}.pdf")}
        assert browser.post(f"{case}/documents", sent).status_code == 303


def test_the_household_of_the_contract_is_registered_in_place_of_the_one_that_was_keyed(
    page: str, deng: Browser, shen: Browser, superuser: Any
) -> None:
    form = f"{page}/household/correction"
    assert form in deng.get(page).text
    assert form not in shen.get(page).text
    case = opened(deng, form, {**GIVEN, **PARTY})
    shown = deng.get(case).text
    assert all(word in shown for word in (SECOND, HOUSEHOLD, "承包合同", "权利人书面同意", "合同上的承包方"))
    put(deng, case, "application", "identity", "interest_proof", "holder_consent", "contract")
    walk(deng, shen, case, superuser, "correction")
    assert f"/households/{SECOND}" in deng.get(page).text
    told = re.sub(r"<[^>]+>", " ", shen.get(f"{page}/history").text)
    assert all(word in told for word in (term("act", "correction"), "户主1", "户主2"))
    assert "下一步：发证" in deng.get(case).text


def test_the_office_announces_whose_right_it_is_behind_the_mask(
    page: str, deng: Browser, shen: Browser, superuser: Any
) -> None:
    case = opened(deng, f"{page}/household/correction", {**GIVEN, "by": "office"})
    put(deng, case, "error_proof", "contract")
    assert deng.post(f"{case}/tell").status_code == 303
    letters = re.findall(r"error-letters/([0-9a-f-]+)\.pdf", deng.get(case).text)
    assert len(set(letters)) == 2, "whom the register names, and who held the right from the start"


def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(
    page: str, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    form = f"{page}/household/correction"
    deng.get(form)
    for given, status, code in (
        ({"holder": ""}, 400, "FORM"),
        ({"proved_on": "昨天"}, 400, "FORM"),
        ({"proved_on": "2099-01-01"}, 422, "COR-27"),
        ({"holder": HOUSEHOLD}, 422, "PAR-8"),
        ({"holder": "无此户"}, 422, "PAR-14"),
        ({"holder": f"{VILLAGE}010099"}, 422, "COR-25"),
        ({"exchanged": "K"}, 422, "COR-28"),
        ({"holder": "1\0"}, 400, "FORM"),
        ({"by": "nobody"}, 422, "PAR-15"),
    ):
        answer = deng.post(form, {**GIVEN, "by": "office", **given})
        assert (answer.status_code, code in answer.text) == (status, True), (given, answer.text[:3000])
    assert (
        deng.get(f"/rights/{COUNTY}/{right_of(officers[0], kind='homestead')}/household/correction").status_code == 200
    )
