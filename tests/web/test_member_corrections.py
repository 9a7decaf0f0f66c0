"""The correction of a household's member and of a contract's term at the desk: the forms, and what they refuse."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.core.actor import Actor
from landreg.law.book import term
from tests.household_kit import SECOND, members
from tests.registry_kit import HOUSEHOLD, one, pass_days, put_paper, right_of, to_rights
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser
from tests.web.test_acts import opened, walk

WIFE_NAME = "成员1之2"
OFFICE = {"by": "office", "why": "户口簿"}
SAME = {"relation": "10", "holds_right": "1"}


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Any) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)


def test_a_member_s_wrong_number_is_corrected_from_the_household_s_page_and_stays_behind_its_mask(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    home, number = f"/households/{HOUSEHOLD}", citizen_id(890)
    form = f"{home}/members/{members(officers[0])[1]}/correction"
    assert form in deng.get(home).text
    assert form not in shen.get(home).text
    page = opened(deng, form, {**OFFICE, **SAME, "name": WIFE_NAME, "id_number": number, "relation": "12"})
    shown = deng.get(page).text
    assert f"{number[:3]}{'*' * 13}{number[-2:]}" in shown.replace("（2）", "")
    assert "身份号码" in shown
    walk(deng, shen, page, superuser, "correction")
    told = deng.get(f"{home}/history").text
    assert term("act", "correction") in told
    for read in (shown, told, deng.get(home).text):
        assert number not in read


def test_who_was_never_a_member_is_struck_from_the_household_s_page_and_by_no_change_of_household(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    home, wife = f"/households/{HOUSEHOLD}", members(officers[0])[1]
    change = f"{home}/acts/household_change"
    assert "原登记有误" not in deng.get(change).text
    answer = deng.post(change, {"leave": str(wife), "leave_reason": "error"})
    assert (answer.status_code, "CHG-15" in answer.text) == (422, True)
    form = f"{home}/members/{wife}/correction"
    assert "从来不是本户成员" in deng.get(form).text
    page = opened(deng, form, {"by": "holder", "why": "户口簿", **SAME, "belongs": "0"})
    shown = deng.get(page).text
    assert "是本户成员" in shown
    assert term("document", "holder_consent") in shown
    case = UUID(page.rsplit("/", 1)[1])
    for paper in ("application", "identity", "holder_consent"):
        put_paper(officers[0], case, paper)
    walk(deng, shen, page, superuser, "correction")
    assert wife not in members(officers[0])
    assert "成*" in deng.get(f"{home}/history").text


def test_a_contract_s_wrong_term_is_applied_for_on_the_right_s_page(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    right = f"/rights/{COUNTY}/{right_of(officers[0])}"
    days = {"starts_on": "1997-10-01", "last_day": "2027-09-30"}
    deng.get(f"{right}/correction")
    for wrong, status, code in (
        ({"starts_on": "1997-10-01", "last_day": ""}, 422, "PAR-14"),
        ({"starts_on": "1997-10-01", "last_day": "2099-12-31"}, 422, "CT-1"),
    ):
        answer = deng.post(f"{right}/correction", {**OFFICE, **wrong})
        assert (answer.status_code, code in answer.text) == (status, True), answer.text[:2000]
    page = opened(deng, f"{right}/correction", {**OFFICE, **days})
    assert "1997-10-01 — 2027-09-30" in deng.get(page).text


def test_a_form_of_a_member_that_is_wrong_comes_back_with_what_is_wrong(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    own, theirs = members(officers[0]), members(officers[0], SECOND)
    form = f"/households/{HOUSEHOLD}/members/{own[1]}/correction"
    deng.get(form)
    for given, status, code in (
        (SAME, 400, "PAR-8"),
        ({**SAME, "belongs": "1"}, 400, "PAR-8"),
        ({**SAME, "relation": "9" * 300}, 422, "PAR-14"),
        ({**SAME, "holds_right": "x"}, 422, "PAR-14"),
        ({**SAME, "relation": "12", "by": "nobody"}, 422, "PAR-15"),
        ({**SAME, "id_number": citizen_id(891)}, 400, "FORM-1"),
        ({**SAME, "name": WIFE_NAME, "id_number": citizen_id(891)[:-1] + "Q"}, 400, "CHG-6"),
        ({**SAME, "name": WIFE_NAME, "id_number": "9" * 4000}, 400, "FORM"),
        ({**SAME, "name": "别人", "id_number": citizen_id(891)}, 400, "COR-2"),
        ({**SAME, "name": WIFE_NAME, "id_number": citizen_id(5)}, 422, "PT-1"),
        ({**SAME, "name": "成员\0", "id_number": citizen_id(891)}, 400, "FORM"),
    ):
        answer = deng.post(form, {**OFFICE, **given})
        assert (answer.status_code, code in answer.text) == (status, True), (given, answer.text[:2000])
    for member in (theirs[1], uuid4()):
        assert deng.get(f"/households/{HOUSEHOLD}/members/{member}/correction").status_code == 404
    assert one(officers[0], "SELECT count(*) FROM registry.\"case\" WHERE act_kind = 'correction'") == 0
