"""The pages of exits: from the household's page to the agreement and back, bad input told in the form, papers, one's own."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest

from landreg.core.actor import WORKER, Actor
from landreg.core.db import unit_of_work
from landreg.exit import days
from landreg.registry.facts.ground import on_ground
from tests.exchange_kit import photographed
from tests.exit_kit import agreed, all_consent, asked_for, paid, seen, to_register
from tests.registry_kit import HOUSEHOLD, Connection, one, pass_days, right_of, state_of, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser
from tests.web.test_brought import bound


def picture() -> tuple[io.BytesIO, str]:
    return io.BytesIO(photographed()), "记录.jpg"


def today(actor: Actor) -> date:
    found: date = one(actor, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    return found


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> None:
    to_rights(*officers, superuser, 2)


def said(page: str, member: str, **changed: Any) -> dict[str, Any]:
    return {
        "member": member, "answer": "yes", "way": "counter", "office": "样本镇便民服务中心", "identity": "1", "read": "1",
        "language": "dialect", "witness": "见证人甲", "apart": "1", **changed,
    }  # fmt: skip


def terms_of(day: date, **changed: Any) -> dict[str, Any]:
    return {
        "model": "cash", "payer": "样本村股份经济合作社", "funds_source": "自有资金", "funds": "20,000",
        "funds_shown_on": day.isoformat(),
        "signed_on": day.isoformat(), "instalments": "1", "what_land": "剩余承包期", "amount_land": "9000.50",
        "paper": picture(), "funds_paper": picture(), **changed,
    }  # fmt: skip


@pytest.mark.usefixtures("village")
def test_a_registrar_takes_an_exit_from_the_household_s_page_to_the_money(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    assert f"/exits/new/{HOUSEHOLD}" in deng.get(f"/households/{HOUSEHOLD}").text
    right = right_of(officers[0])
    assert str(right) in deng.get(f"/exits/new/{HOUSEHOLD}").text
    answer = deng.post(f"/exits/new/{HOUSEHOLD}", {"right": str(right), "mode": "whole", "reason": "own_wish"})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "先算出补偿报价书" in deng.get(address).text
    assert deng.get(f"{address}/agreement.pdf").status_code == 409
    counted = {
        "land_rest": "dry",
        "improvement_kind_1": "irrigation",
        "improvement_cost_1": "3000",
        "improvement_age_1": "2",
    }
    assert deng.post(f"{address}/offers", counted).status_code == 303
    page = deng.get(address).text
    assert "还没有规定这些数" in page
    members = re.findall(r'<option value="([0-9a-f-]{36})"', page)
    assert len(members) == 2
    for member in members:
        assert deng.post(f"{address}/consents", said(page, member)).status_code == 303
    day = today(officers[0])
    assert deng.post(f"{address}/notice", {"on_day": day.isoformat(), "paper": picture()}).status_code == 303
    assert "冷静期内" in deng.get(address).text
    pass_days(superuser, 15)
    day = today(officers[0])
    page = deng.get(address).text
    assert "可以签订补偿协议" in page
    assert deng.post(f"{address}/agreement", terms_of(day)).status_code == 303
    assert "还差 9000.50 元" in deng.get(address).text
    pay = {"member": members[0], "account": "6217 0000 0000 1234", "amount": "9000.50", "paid_on": day.isoformat(),
           "receipt": "HP-1", "paper": picture()}  # fmt: skip
    assert deng.post(f"{address}/payments", pay).status_code == 303
    page = deng.get(address).text
    assert "补偿已付清" in page
    assert "还没有收到付款的权利人" in page
    assert "…1234" in page
    assert "62170000" not in page
    papers = {f"{address}/statement.pdf", f"{address}/agreement.pdf",
              *re.findall(rf'href="({address}/(?:offer|consent|payment)/[0-9a-f-]+\.pdf)"', page)}  # fmt: skip
    assert len(papers) == 6
    printed = {paper: deng.client.get(paper).data for paper in papers}
    assert all(content.startswith(b"%PDF") for content in printed.values())
    assert {paper: deng.client.get(paper).data for paper in papers} == printed
    numbers = "SELECT array_agg(right(number, 3) ORDER BY number) FROM exit.paper"
    assert one(officers[0], numbers) == ["-A1", "-C1", "-C2", "-F1", "-P1", "-S1"]
    assert one(officers[0], "SELECT count(*) FROM log.entry WHERE kind = 'exit.paper'") == len(papers)
    stranger = "00000000-0000-0000-0000-000000000000"
    assert deng.get(f"{address}/consent/{stranger}.pdf").status_code == 404
    assert deng.get(f"{address}/ending.pdf").status_code == 409
    listed = deng.get("/exits").text
    assert "9000.50" in listed
    case = one(officers[0], "SELECT case_id FROM exit.exit")
    shown = deng.get(f"/cases/{COUNTY}/{case}").text
    assert f"/exits/of-case/{COUNTY}/{case}" in shown
    assert 'value="withdraw"' not in shown
    assert deng.post(f"{address}/withdraw", {"withdrawn_by": "word"}).status_code == 303
    assert deng.client.get(f"{address}/withdrawal.pdf").data.startswith(b"%PDF")
    back = {"back_amount": "9000.51", "back_on": day.isoformat(), "back_receipt": "TK-1", "paper": picture()}
    for changed in (
        {},
        {"back_amount": "-1"},
        {"back_amount": "9000", "back_receipt": "HP-1"},
        {"back_on": "2020-01-01"},
    ):
        refused = deng.post(f"{address}/repayments", {**back, "paper": picture(), **changed})
        assert (refused.status_code, "EXIT-18" in refused.text) == (422, True), changed
    assert deng.post(f"{address}/repayments", {**back, "paper": picture(), "back_amount": "9000.50"}).status_code == 303
    assert "已退还 9000.50 元" in deng.get(address).text
    assert deng.post(f"{address}/repayments", {**back, "paper": picture(), "back_receipt": "b"}).status_code == 409


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({}, 400, "FORM-1"),
        ({"right": "x"}, 400, "FORM-6"),
        ({"right": "00000000-0000-0000-0000-000000000000", "mode": "whole", "reason": "own_wish"}, 404, ""),
        ({"right": "own", "mode": "whole", "reason": "anything"}, 422, "EXIT-8"),
        ({"right": "own", "mode": "", "reason": ""}, 400, "FORM-1"),
        ({"right": "own", "mode": "temporary", "years": "999999999999", "reason": "own_wish"}, 422, "EXIT-5"),
        ({"right": "own", "mode": "temporary", "years": "-1", "reason": "own_wish"}, 422, "EXIT-5"),
        ({"right": "own", "mode": "whole", "reason": "own_wish", "said": "退地换城里户口"}, 422, "GUARD-1"),
        ({"right": "own", "mode": "whole", "reason": "own_wish", "said": "x\x00"}, 400, "FORM-9"),
        ({"right": "own", "mode": "whole", "reason": "own_wish", "taker": "1"}, 422, "EXIT-10"),
        ({"right": "own", "mode": "whole", "reason": "own_wish", "shares": "3"}, 422, "EXIT-19"),
        ({"right": "own", "mode": "whole", "reason": "own_wish", "shares": "-1"}, 422, "EXIT-19"),
    ],
)
def test_bad_input_of_an_application_is_told_with_its_rule(
    deng: Browser, officers: tuple[Actor, Actor], form: dict[str, str], status: int, said: str
) -> None:
    deng.get(f"/exits/new/{HOUSEHOLD}")
    sent = {**form, **({"right": str(right_of(officers[0]))} if form.get("right") == "own" else {})}
    answer = deng.post(f"/exits/new/{HOUSEHOLD}", sent)
    assert answer.status_code == status
    assert said in answer.text


@pytest.mark.usefixtures("village")
def test_bad_input_of_the_later_forms_is_told_and_changes_nothing(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    found = asked_for(officers[0])
    address = f"/exits/{COUNTY}/{found.exit_id}"
    head = str(seen(officers[0], found).members[0].member_id)
    page = deng.get(address).text
    day = today(officers[0])
    pay = {"member": head, "account": "62170000", "amount": "1", "paid_on": day.isoformat(), "receipt": "a"}
    bad: list[tuple[str, dict[str, Any], int, str]] = [
        ("offers", {"house_structure": "straw"}, 400, "FORM-5"),
        ("offers", {"land_rest": "dry", "crop_kind_1": "grain", "crop_mu_1": "99999"}, 400, "CMP-12"),
        ("offers", {"land_rest": "dry", "fixture_well": "-1"}, 400, "CMP-12"),
        ("offers", {"land_rest": "dry", "improvement_kind_2": "soil"}, 400, "FORM-1"),
        ("repayments", {"back_amount": "1", "back_on": day.isoformat(), "back_receipt": "r", "paper": picture()}, 409, "EXIT-13"),
        ("consents", {}, 400, "FORM-1"),
        ("consents", said(page, "00000000-0000-0000-0000-000000000000"), 404, ""),
        ("consents", said(page, head, identity=""), 422, "EXIT-1"),
        ("consents", said(page, head, way="guardian"), 422, "EXIT-7"),
        ("consents", said(page, head, way="x"), 400, "FORM-5"),
        ("consents", said(page, head, answer="maybe"), 400, "FORM-5"),
        ("consents", said(page, head, apart=""), 422, "error-apart"),
        ("consents", said(page, head, witness="先退承包地才批落户的见证人"), 422, "GUARD-1"),
        ("notice", {"on_day": (day + timedelta(days=1)).isoformat(), "paper": picture()}, 422, "EXIT-20"),
        ("notice", {"on_day": (day - timedelta(days=1)).isoformat(), "paper": picture()}, 422, "EXIT-20"),
        ("notice", {"on_day": day.isoformat()}, 400, "FORM-7"),
        ("consents", said(page, head, office="城关派出所户籍室"), 422, "EXIT-21"),
        ("agreement", terms_of(day), 422, "EXIT-1"),
        ("agreement", terms_of(day, funds="many"), 400, "FORM-3"),
        ("agreement", terms_of(day, instalments="1" * 30), 400, "FORM-4"),
        ("payments", {**pay, "account": "1", "paper": picture()}, 400, "EXIT-23"),
        ("payments", {**pay, "paper": picture()}, 409, "EXIT-13"),
        ("withdraw", {"withdrawn_by": "telepathy"}, 400, "FORM-5"),
        ("notice", {"on_day": day.isoformat(), "paper": (io.BytesIO(b"%PDF-1.4 broken"), "a.pdf")}, 400, "EXIT-15"),
    ]  # fmt: skip
    for step, form, status, code in bad:
        answer = deng.post(f"{address}/{step}", form)
        assert answer.status_code == status, (step, form, answer.text[:2000])
        assert code in answer.text, (step, form)
    assert seen(officers[0], found).consents == []
    assert seen(officers[0], found).offers == []
    assert seen(officers[0], found).events == {}


@pytest.mark.usefixtures("village")
def test_a_farmer_takes_the_own_exit_back_by_one_click_and_no_other_s(
    deng: Browser, another_browser: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    farmer = bound(officers[0], HOUSEHOLD, "lin.nong")
    found = asked_for(officers[0])
    other = asked_for(officers[0], household=HOUSEHOLD[:-1] + "2")
    another_browser.log_in("lin.nong")
    page = another_browser.get("/my/exits").text
    assert found.number in page
    assert other.number not in page
    assert another_browser.post(f"/my/exits/{COUNTY}/{other.exit_id}/withdraw").status_code == 404
    another_browser.get("/my/exits")
    assert another_browser.post(f"/my/exits/{COUNTY}/{found.exit_id}/withdraw").status_code == 303
    assert "已撤回" in another_browser.get("/my/exits").text
    assert another_browser.post(f"/my/exits/{COUNTY}/{found.exit_id}/withdraw").status_code == 409
    receipt = another_browser.client.get(f"/my/exits/{COUNTY}/{found.exit_id}/withdrawal.pdf").data
    assert receipt.startswith(b"%PDF")
    assert another_browser.client.get(f"/my/exits/{COUNTY}/{other.exit_id}/withdrawal.pdf").status_code == 404
    assert farmer.household == found.household_id
    assert days.work(WORKER) == 1
    assert state_of(officers[0], found.case_id) == "withdrawn"
    assert deng.client.get(f"/exits/{COUNTY}/{found.exit_id}/withdrawal.pdf").data == receipt


@pytest.mark.usefixtures("village")
def test_what_was_registered_is_told_with_the_rights_that_stay(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    found = asked_for(officers[0], mode="temporary", years=1)
    agreed(officers[0], superuser, found)
    paid(officers[0], found)
    to_register(*officers, superuser, found)
    page = deng.get(f"/exits/{COUNTY}/{found.exit_id}")
    assert page.status_code == 200
    assert "退出登记告知书" in page.text
    assert deng.client.get(f"/exits/{COUNTY}/{found.exit_id}/ending.pdf").data.startswith(b"%PDF")
    pass_days(superuser, 200)
    assert days.work(WORKER) == 1
    case = one(officers[0], "SELECT case_id FROM registry.\"case\" WHERE act_kind = 'exit_return'")
    page = deng.get(f"/cases/{COUNTY}/{case}")
    assert page.status_code == 200
    assert "恢复登记" in page.text


@pytest.mark.usefixtures("village")
def test_the_agreement_waits_for_each_word_also_on_the_page(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    found = asked_for(officers[0])
    all_consent(officers[0], found)
    address = f"/exits/{COUNTY}/{found.exit_id}"
    deng.get(address)
    answer = deng.post(f"{address}/agreement", terms_of(today(officers[0])))
    assert answer.status_code == 422
    assert "EXIT-9" in answer.text


@pytest.mark.usefixtures("village")
def test_a_paper_in_the_case_s_own_folder_is_read_too(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    found = asked_for(officers[0])
    case = f"/cases/{COUNTY}/{found.case_id}"
    deng.get(case)
    name = "退掉承包地换城镇户口申请.jpg"
    sent = {"kind": "application", "file": (io.BytesIO(photographed()), name)}
    answer = deng.post(f"{case}/documents", sent)
    assert answer.status_code == 422
    assert "GUARD-1" in answer.text
    leave = {"way": "return", "reason": "先把承包地退了，才给办落户"}
    answer = deng.post(f"{case}/leave", leave)
    assert answer.status_code == 422
    assert "GUARD-1" in answer.text
    sent = {"kind": "application", "file": (io.BytesIO(photographed()), "申请书.jpg")}
    assert deng.post(f"{case}/documents", sent).status_code == 303


@pytest.mark.usefixtures("village")
def test_a_part_of_a_parcel_is_drawn_on_the_form_itself(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    links = re.findall(rf'href="(/exits/new/{HOUSEHOLD}\?cut=(\d+))"', deng.get(f"/exits/new/{HOUSEHOLD}").text)
    assert len(links) == 2
    address, code = links[0]
    page = deng.get(address).text
    assert 'data-edit="face" data-edit-field="field-shape"' in page
    with unit_of_work(officers[0]) as uow:
        west, south, _east, north = on_ground(uow.session, COUNTY, [code]).shapes[0].bounds
    asked = {"right": str(right_of(officers[0])), "mode": "part", "reason": "own_wish", "cut": code}
    corners = [(west - 1, south - 1), (west + 5, south - 1), (west + 5, north + 1), (west - 1, north + 1)]
    drawn = "\n".join(f"{east} {north}" for east, north in corners)
    for shape, status, told in (("", 400, "error-shape"), ("1 2\x00", 400, ""), ("1 1\n2 2\n3 5", 400, "error-shape")):
        refused = deng.post(f"/exits/new/{HOUSEHOLD}", {**asked, "shape": shape})
        assert (refused.status_code, told in refused.text, 'data-edit="face"' in refused.text) == (
            status,
            True,
            True,
        ), shape
    stranger = deng.post(f"/exits/new/{HOUSEHOLD}", {**asked, "cut": "6109021042029900001", "shape": drawn})
    assert stranger.status_code in (404, 422)
    answer = deng.post(f"/exits/new/{HOUSEHOLD}", {**asked, "shape": drawn})
    assert answer.status_code == 303
    page = deng.get(answer.headers["Location"]).text
    assert "划出一部分退出" in page
    assert "100.00 m²" in page
    assert deng.client.get(f"{answer.headers['Location']}/statement.pdf").status_code == 200
    case = one(officers[0], "SELECT case_id FROM exit.exit")
    assert "地块变更前后" in deng.get(f"/cases/{COUNTY}/{case}").text
