"""The complaint line on screen: anybody complains, the auditor answers, the code shows the answer; nobody else sees a thing."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest

from landreg.core.actor import Role
from tests.conftest import Connection
from tests.web.conftest import Browser, OpenAccount

SENT = {
    "about": "land_asked", "text": "镇上的人说不交地就不给办事", "office": "township", "office_name": "某镇", "division": "610902",
    "happened_on": "2026-01-05", "contact": "13800000000",
}  # fmt: skip


@pytest.fixture(autouse=True)
def division(database: Any, superuser: Connection) -> None:
    """The county is known."""
    superuser.execute(
        "INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES ('610902', '汉滨区', 'county', '6109', '')"
    )


def send(browser: Browser, **changed: str) -> Any:
    form = re.search(r'name="form" value="([^"]+)"', browser.get("/complaints").text)
    assert form is not None
    return browser.post("/complaints", {"form": form[1], **SENT, **changed})


def code_of(answer: Any) -> str:
    found = re.search(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", answer.text)
    assert found is not None
    return found[0]


def test_a_farmer_complains_and_reads_the_auditors_answer_by_the_code(
    browser: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    receipt = send(browser)
    assert receipt.status_code == 200
    assert receipt.headers["Cache-Control"] == "no-store"
    code = code_of(receipt)
    browser.get("/complaints/answer")
    assert "已收到，还没有看" in browser.post("/complaints/answer", {"code": code}).text

    account("mei", Role.AUDITOR)
    another_browser.log_in("mei")
    assert "没有看的投诉" in another_browser.get("/").text
    listed = another_browser.get("/audit/complaints")
    number = re.search(r"TS\d{10}", listed.text)
    assert number is not None
    page = f"/audit/complaints/{number[0]}"
    shown = another_browser.get(page).text
    assert SENT["text"] in shown
    assert SENT["contact"] not in shown
    assert SENT["contact"] in another_browser.post(f"{page}/contact").text
    for step, said in (("read", ""), ("answer", "已经派人去问"), ("close", "已经改正")):
        another_browser.get(page)
        assert another_browser.post(f"{page}/{step}", {"text": said}).status_code == 303
    answered = browser.post("/complaints/answer", {"code": code.lower()})
    assert all(said in answered.text for said in ("已办结", "已经派人去问", "已经改正"))


@pytest.mark.parametrize(
    ("about", "office", "told"),
    [
        ("sale", "exchange", ("竞价、报价、成交不公", "流转交易机构、交易员")),
        ("publication", "village", ("公告、公示没有让人看到", "村委会或者村集体")),
        ("signed", "village_agent", ("没有经过我就替我签了字、说了话", "村级代办员")),
        ("signed", "representative", ("没有经过我就替我签了字、说了话", "替我办事、替我签字的人")),
    ],
)
def test_a_sale_a_hidden_notice_and_who_signed_for_somebody_can_be_complained_of(
    browser: Browser, another_browser: Browser, account: OpenAccount, about: str, office: str, told: tuple[str, str]
) -> None:
    answer = send(browser, about=about, office=office, text="没有看到公示就成交了")
    assert answer.status_code == 200
    account("mei", Role.AUDITOR)
    another_browser.log_in("mei")
    listed = another_browser.get("/audit/complaints").text
    number = re.search(r"TS\d{10}", listed)
    assert number is not None
    for page in (listed, another_browser.get(f"/audit/complaints/{number[0]}").text):
        assert all(word in page for word in told)
    assert send(browser, about="weather").status_code == 400
    assert send(browser, about="").status_code == 400


@pytest.mark.parametrize("role", [Role.REGISTRAR, Role.REVIEWER, Role.SURVEYOR, Role.ADMINISTRATOR])
def test_no_other_desk_finds_the_page_or_a_word_of_it(
    browser: Browser, another_browser: Browser, account: OpenAccount, role: Role
) -> None:
    number = re.search(r"TS\d{10}", send(browser).text)
    assert number is not None
    account("deng", role)
    another_browser.log_in("deng")
    for address in ("/audit/complaints", f"/audit/complaints/{number[0]}"):
        assert another_browser.get(address).status_code == 403
    assert another_browser.post(f"/audit/complaints/{number[0]}/contact").status_code == 403
    assert "投诉人" not in another_browser.get("/").text


@pytest.mark.parametrize(
    "changed",
    [
        {"text": ""}, {"text": "   "}, {"text": "字" * 4001}, {"text": "话\0"}, {"office": ""}, {"office": "mine"},
        {"division": ""}, {"division": "330102"}, {"division": "610999"}, {"division": "6109 OR 1=1"}, {"happened_on": "soon"},
        {"happened_on": "2999-01-01"}, {"contact": "1" * 101}, {"office_name": "某" * 81}, {"form": "x"}, {"form": ""},
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_comes_back_as_it_was(
    browser: Browser, superuser: Connection, changed: dict[str, str]
) -> None:
    answer = send(browser, **changed)
    assert answer.status_code == 400
    assert "findings" in answer.text
    assert superuser.execute("SELECT count(*) FROM audit.complaint").fetchone() == (0,)


def test_a_double_click_is_one_complaint(browser: Browser, superuser: Connection) -> None:
    form = str(uuid4())
    first, second = send(browser, form=form), send(browser, form=form)
    assert code_of(first) == code_of(second)
    assert superuser.execute("SELECT count(*) FROM audit.complaint").fetchone() == (1,)


def test_an_unknown_code_is_a_plain_no(browser: Browser) -> None:
    browser.get("/complaints/answer")
    for code, status in (("AAAA-BBBB-CCCC-DDDD", 404), ("'; --", 404), ("", 400), ("A" * 61, 400), ("\0", 400)):
        assert browser.post("/complaints/answer", {"code": code}).status_code == status


def test_the_line_is_not_flooded(app: Any, browser: Browser, superuser: Connection) -> None:
    answers = [send(browser).status_code for _time in range(12)]
    assert answers[:10] == [200] * 10
    assert answers[-1] == 429


def test_an_auditor_s_bad_step_is_said_and_an_unknown_one_is_none(
    browser: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    number = re.search(r"TS\d{10}", send(browser).text)
    assert number is not None
    account("mei", Role.AUDITOR)
    another_browser.log_in("mei")
    page = f"/audit/complaints/{number[0]}"
    another_browser.get(page)
    bad = (
        ("answer", {"text": ""}, 400),
        ("answer", {"text": "字" * 4001}, 400),
        ("close", {"text": " "}, 400),
        ("link", {"finding": "SJ2026000001"}, 400),
        ("link", {}, 400),
        ("delete", {}, 404),
        ("contact/again", {}, 404),
    )
    for step, data, status in bad:
        assert another_browser.post(f"{page}/{step}", data).status_code == status, (step, data)
    assert another_browser.post(f"{page}/read", {}).status_code == 303
    assert another_browser.post(f"{page}/read", {}).status_code == 422
    assert another_browser.get("/audit/complaints/TS0").status_code == 404
    assert another_browser.get("/audit/complaints?state=nonsense&page=-1").status_code == 200


def test_who_has_to_mend_the_form_uses_up_no_complaint(browser: Browser, division: None) -> None:
    assert [send(browser, text="").status_code for _ in range(12)] == [400] * 12
    assert send(browser).status_code == 200
