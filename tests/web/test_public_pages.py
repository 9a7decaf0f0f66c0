"""What anybody may see: notices and how to object, whether a certificate is valid, the law of a county."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest

from landreg.config import Settings
from landreg.core.actor import NOBODY, WORKER, Actor, Role
from landreg.core.db import unit_of_work
from landreg.law.book import national_law
from landreg.log.store import seal
from landreg.registry import public_queries
from landreg.registry.casework import cases, notices, opening
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.papers.signing import make_demo_signer
from tests.registry_kit import in_state, one, pass_days, state_of, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, stage_village
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def noticed(registrar: Actor, reviewer: Actor, superuser: Any) -> list[UUID]:
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "样本村首次登记公告")
    return ids


@pytest.fixture
def notice(noticed: list[UUID], registrar: Actor) -> str:
    return str(one(registrar, "SELECT number FROM registry.notice"))


@pytest.fixture
def case(noticed: list[UUID], registrar: Actor) -> str:
    return str(one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :id', id=noticed[0]))


def objection(case: str, **changed: str) -> dict[str, str]:
    return {"case": case, "raised_by": "样本邻居", "contact": "13800000000", "reason": "界线不对", **changed}


def test_the_board_lists_a_running_notice_with_its_last_day(browser: Browser, notice: str, registrar: Actor) -> None:
    page = browser.get("/notices").text
    assert "样本村首次登记公告" in page
    assert str(one(registrar, "SELECT last_day FROM registry.notice")) in page


def test_a_notice_shows_what_will_be_registered_and_no_identity_number(browser: Browser, notice: str) -> None:
    page = browser.get(f"/notices/{notice}").text
    assert "户主1" in page
    assert "提出异议" in page
    assert '<br><span class="sub">1.20 亩</span>' in page
    assert page.count(" 亩</span>") == 1, "a yard of a few m² is said in no mu"
    assert citizen_id(1) not in page
    assert browser.get("/notices/610902-G1999-00001").status_code == 404


def test_a_notice_is_printed_as_a_paper(browser: Browser, notice: str) -> None:
    assert browser.client.get(f"/notices/{notice}/paper.pdf").data.startswith(b"%PDF")


def test_a_notice_that_a_desk_published_is_fetched_as_it_was_put_up(
    deng: Browser, browser: Browser, officers: tuple[Actor, Actor], superuser: Any, worker: Actor, database: Settings
) -> None:
    batch = opening.open_batch(officers[0], COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(officers[0], batch, "draft")
    cases.accept(officers[0], COUNTY, ids)
    cases.review(officers[1], COUNTY, ids)
    page = f"/cases/{COUNTY}/{ids[0]}"
    deng.get(page)
    assert deng.post(f"{page}/steps/publish", {"title": "样本村公告"}).status_code == 303
    number = one(officers[0], "SELECT number FROM registry.notice")
    hung = browser.client.get(f"/notices/{number}/paper.pdf").data
    seal(worker, database)
    assert browser.client.get(f"/notices/{number}/paper.pdf").data == hung
    assert hashlib.sha256(hung).hexdigest() == one(officers[0], "SELECT pdf_sha256 FROM registry.notice")
    assert "样本村公告" in browser.get(f"/notices/{number}").text


def test_anybody_objects_and_the_case_stops(
    browser: Browser, notice: str, case: str, noticed: list[UUID], registrar: Actor
) -> None:
    browser.get(f"/notices/{notice}")
    assert browser.post(f"/notices/{notice}/objections", objection(case)).status_code == 303
    assert "回执号" in browser.get(f"/notices/{notice}").text
    assert state_of(registrar, noticed[0]) == "objected"


def test_an_objection_without_contact_comes_back_with_what_was_typed(browser: Browser, notice: str, case: str) -> None:
    browser.get(f"/notices/{notice}")
    answer = browser.post(f"/notices/{notice}/objections", objection(case, contact=""))
    assert answer.status_code == 400
    assert "FORM-1" in answer.text
    assert "界线不对" in answer.text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"contact": "1"}, 400), ({"contact": "1111"}, 400), ({"contact": "村里"}, 400),
        ({"reason": "x"}, 400), ({"reason": "111111"}, 400),
        ({"contact": "0915-3212345"}, 303), ({"contact": "a@b.cn"}, 303), ({"contact": "民主村二组八号"}, 303),
    ],
)  # fmt: skip
def test_an_objection_leaves_a_way_to_answer_it_and_says_what_is_wrong(
    browser: Browser, notice: str, case: str, changed: dict[str, str], status: int
) -> None:
    browser.get(f"/notices/{notice}")
    answer = browser.post(f"/notices/{notice}/objections", objection(case, **changed))
    assert (answer.status_code, "REG-35" in answer.text) == (status, status == 400)


def test_an_objection_needs_the_token_of_its_page(app: Any, notice: str, case: str) -> None:
    assert app.test_client().post(f"/notices/{notice}/objections", data=objection(case)).status_code == 400


def test_after_the_last_day_the_page_points_to_the_registry(
    browser: Browser, notice: str, case: str, superuser: Any
) -> None:
    browser.get(f"/notices/{notice}")
    pass_days(superuser, 40)
    answer = browser.post(f"/notices/{notice}/objections", objection(case))
    assert answer.status_code == 422
    assert "REG-14" in answer.text
    assert "异议登记" in browser.get(f"/notices/{notice}").text


def test_an_empty_objection_after_the_last_day_is_told_of_the_day(
    browser: Browser, notice: str, superuser: Any
) -> None:
    browser.get(f"/notices/{notice}")
    pass_days(superuser, 40)
    answer = browser.post(f"/notices/{notice}/objections", {})
    assert "REG-14" in answer.text
    assert "FORM-1" not in answer.text


def test_objecting_is_limited_by_address(browser: Browser, notice: str, case: str) -> None:
    browser.get(f"/notices/{notice}")
    answers = [browser.post(f"/notices/{notice}/objections", objection(case)).status_code for _ in range(11)]
    assert answers[:10] == [303] * 10
    assert answers[10] == 429


@pytest.fixture
def certificate(
    registrar: Actor, reviewer: Actor, superuser: Any, database: Settings, tmp_path: Path
) -> tuple[str, str]:
    """Number and token of a certificate in hand."""
    ids = to_rights(registrar, reviewer, superuser, 1)
    seal(WORKER, database)
    press = certificates.Press(make_demo_signer(tmp_path), Store(database.store), "http://localhost")
    number = certificates.issue(registrar, COUNTY, ids[:1], press).issued[0].number
    return number, str(one(registrar, "SELECT token FROM registry.certificate"))


def test_a_certificate_is_checked_by_its_number_or_its_code(browser: Browser, certificate: tuple[str, str]) -> None:
    number, token = certificate
    for page in (browser.get("/check", query_string={"number": number}), browser.get(f"/c/{token}")):
        assert page.status_code == 200
        assert "证书有效" in page.text


def test_the_check_of_a_homestead_says_where_ground_beyond_the_registered_stands(
    browser: Browser, registrar: Actor, reviewer: Actor, superuser: Any, database: Settings, tmp_path: Path
) -> None:
    ids = to_rights(registrar, reviewer, superuser, 1)
    seal(WORKER, database)
    press = certificates.Press(make_demo_signer(tmp_path), Store(database.store), "http://localhost")
    certificates.issue(registrar, COUNTY, ids, press)
    for kind in ("homestead", "contract_management"):
        token = one(registrar, "SELECT token FROM registry.certificate WHERE kind = :kind", kind=kind)
        assert ("只写在证书附记里" in browser.get(f"/c/{token}").text) == (kind == "homestead")


def test_a_certificate_is_checked_by_what_people_type_off_its_first_page(
    browser: Browser, certificate: tuple[str, str], registrar: Actor
) -> None:
    number = certificate[0]
    serial = str(one(registrar, "SELECT serial FROM registry.certificate"))
    letter = serial if serial[0] in "DJ" else f"J{serial}"
    ways = (
        number.replace("(", "（").replace(")", "）"),
        re.sub(r"第(\d+)号", r"第 \1 号", number),
        re.sub(r"第0*(\d+)号", r"第\1号", number),
        f"NO.{letter}",
        f"no. {letter[:7]} {letter[7:]}",
        serial,
    )
    for way in ways:
        page = browser.get("/check", query_string={"number": way})
        assert (page.status_code, number in page.text, "证书有效" in page.text) == (200, True, True), way
    assert f"/c/{number[0]}" in unquote(page.text)


def test_an_acts_number_is_told_which_number_to_type_instead(
    browser: Browser, certificate: tuple[str, str], registrar: Actor
) -> None:
    act = str(one(registrar, "SELECT number FROM registry.act LIMIT 1"))
    page = browser.get("/check", query_string={"number": act})
    assert page.status_code == 404
    assert "是登记编号" in page.text
    assert "证书编号" in page.text


def test_the_check_masks_the_holder_and_never_shows_an_identity_number(
    browser: Browser, certificate: tuple[str, str]
) -> None:
    page = browser.get(f"/c/{certificate[1]}").text
    assert "户*1" in page
    assert "户主1" not in page
    assert citizen_id(1) not in page
    assert "成员1" not in page


def test_the_proof_of_a_certificates_act_is_given_to_anybody(browser: Browser, certificate: tuple[str, str]) -> None:
    proof = browser.client.get(f"/c/{certificate[1]}/proof.json")
    assert proof.json["format"] == "landreg-proof/1"


def test_a_certificate_that_has_ended_says_so(browser: Browser, certificate: tuple[str, str], superuser: Any) -> None:
    superuser.execute(
        """INSERT INTO registry.certificate_end (county, certificate_id, village, state, act_id, ended_at)
           SELECT county, certificate_id, village, 'cancelled', act_id, now() FROM registry.certificate"""
    )
    assert "注销" in browser.get(f"/c/{certificate[1]}").text


def test_an_unknown_number_gives_a_calm_page(browser: Browser, database: Settings) -> None:
    for address in ("/check?number=nothing", "/c/nothing"):
        page = browser.get(address)
        assert page.status_code == 404
        assert "没有查到" in page.text


def test_guessing_codes_is_limited_by_address(browser: Browser, database: Settings) -> None:
    answers = [browser.client.get(f"/c/guess{n}").status_code for n in range(31)]
    assert answers[:30] == [404] * 30
    assert answers[30] == 429


def test_the_receipts_number_tells_how_far_a_case_is_and_not_whose(browser: Browser, case: str) -> None:
    page = browser.get("/check", query_string={"number": case}).text
    assert "公告中" in page
    assert "户主1" not in page


def test_the_law_of_a_county_is_on_one_page_with_its_articles_and_marks(browser: Browser, database: Settings) -> None:
    page = browser.get("/law").text
    for text in ("REG-4", "CT-2", "不动产登记暂行条例", "未核对原文", "县区可定", "HS-2.limit_m2"):
        assert text in page
    assert "登记本县参数" not in page


def test_an_administrator_sets_a_figure_and_the_page_shows_it_from_its_day_on(
    browser: Browser, account: OpenAccount
) -> None:
    account("admin", Role.ADMINISTRATOR)
    browser.log_in("admin")
    browser.get("/law")
    figure = {
        "figure": "REG-4.notice_working_days|homestead",
        "value": "21",
        "since": "2099-01-05",
        "decided_in": "样本文件",
    }
    set_ = browser.post(f"/law/{COUNTY}/figures", figure)
    assert set_.status_code == 303
    assert "本县自定" in browser.get(set_.location).text
    assert "本县自定" not in browser.get(f"/law?county={COUNTY}&day=2099-01-04").text


def test_a_figure_that_is_none_comes_back_beside_its_field(browser: Browser, account: OpenAccount) -> None:
    account("admin", Role.ADMINISTRATOR)
    browser.log_in("admin")
    browser.get("/law")
    figure = {"figure": "REG-4.notice_working_days|homestead", "value": "soon", "since": "2020-01-05"}
    answer = browser.post(f"/law/{COUNTY}/figures", figure)
    assert answer.status_code == 400
    assert all(code in answer.text for code in ("LAW-2", "LAW-3", "LAW-4"))


def test_a_reviewer_sets_no_figure(browser: Browser, account: OpenAccount) -> None:
    account("shen", Role.REVIEWER)
    browser.log_in("shen")
    assert browser.post(f"/law/{COUNTY}/figures", {}).status_code == 403


def test_the_board_is_read_a_page_at_a_time_however_many_notices_there_were(
    browser: Browser, notice: str, superuser: Any, registrar: Actor
) -> None:
    superuser.execute(
        """INSERT INTO registry.notice (county, notice_id, village, number, published_on, last_day, published_by,
               published_at, title, content)
           SELECT county, gen_random_uuid(), village, '610902-G2020-' || n, date '2020-01-01' + n, date '2020-02-01' + n,
                  published_by, published_at, '旧公告' || n || '。', content
           FROM registry.notice, generate_series(1, 120) AS n"""
    )
    with unit_of_work(NOBODY) as uow:
        read = public_queries.public_notices(uow.session, COUNTY, over=True, most=1000)
        assert (len(read), read[0].total) == (120, 120)
        read = public_queries.public_notices(uow.session, COUNTY, over=True, most=50, skipped=100)
        assert (len(read), read[0].total, read[-1].title) == (20, 120, "旧公告1。")
    first, last = browser.get("/notices").text, browser.get("/notices?page=3").text
    assert "样本村首次登记公告" in first
    assert "旧公告120。" in first
    assert "旧公告70。" not in first
    assert "旧公告1。" in last


def test_the_law_names_the_keys_and_the_chosen_words_of_its_figures(browser: Browser) -> None:
    page = browser.get("/law").text
    figures = national_law("", date(2026, 7, 1)).parameters.values()
    keys = {key for figure in figures for key in figure.values if key and not key.isdigit()} | {"plain"}
    assert "草地最短" in page
    assert "<strong>川地、原地</strong>" in page
    assert [key for key in keys if re.search(rf">\s*{key}\s*<", page)] == []


def test_an_identity_number_typed_for_a_certificate_is_kept_in_no_address_and_told_what_to_type(
    browser: Browser,
) -> None:
    number = citizen_id(1)
    answer = browser.get("/check", query_string={"number": f" {number[:6]} {number[6:]} "})
    assert (answer.status_code, answer.location) == (303, "/check?person=1")
    page = browser.get(answer.location).text
    assert "不按身份证号码查" in page
    assert "NO." in page
    assert number not in page
