"""The desk's pages: what an officer sees, does and is told why they cannot."""

from __future__ import annotations

import io
import os
import re
import time
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from landreg.config import Settings
from landreg.core import alive
from landreg.core.actor import WORKER, Actor, Role
from landreg.core.db import unit_of_work
from landreg.log import stopped
from landreg.log.store import seal
from landreg.registry import jobs
from landreg.registry.casework import cases, notices, opening
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.jobs import Tools
from landreg.registry.papers.signing import make_demo_signer
from tests.papers_kit import pdf
from tests.plans import sent
from tests.registry_kit import in_state, one, pass_days, to_rights
from tests.villages import COUNTY, VILLAGE, Staged, stage_village
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def staged(superuser: Any) -> Staged:
    return stage_village(superuser, 2)


@pytest.fixture
def batch(staged: Staged, officers: tuple[Actor, Actor]) -> UUID:
    return opening.open_batch(officers[0], COUNTY, staged.package_id, VILLAGE)


@pytest.fixture
def case(batch: UUID, officers: tuple[Actor, Actor]) -> UUID:
    return in_state(officers[0], batch, "draft")[0]


def page_of(case: UUID) -> str:
    return f"/cases/{COUNTY}/{case}"


def take(browser: Browser, case: UUID, step: str, **given: str) -> Any:
    browser.get(page_of(case))
    return browser.post(f"{page_of(case)}/steps/{step}", {"without": "已核对档案原件", **given})


def test_a_registrar_opens_the_cases_of_a_village_from_its_package(deng: Browser, staged: Staged) -> None:
    address = f"/batches/open/{COUNTY}/{staged.package_id}"
    assert VILLAGE in deng.get(address).text
    opened = deng.post(address, {"village": VILLAGE})
    assert opened.status_code == 303
    assert "共 4 件" in deng.get(opened.location).text


@pytest.mark.parametrize("kind", ["contract_management", "homestead"])
def test_who_judges_a_first_registration_sees_where_its_land_lies_and_who_its_members_are(
    shen: Browser, batch: UUID, officers: tuple[Actor, Actor], kind: str
) -> None:
    """Each parcel drawn with what the survey has around it, and the members by masked name and relation."""
    asked = 'SELECT case_id FROM registry."case" WHERE right_kind = :k ORDER BY number LIMIT 1'
    page = shen.get(page_of(one(officers[0], asked, k=kind))).text
    plots = page.split('class="plot"')[1:]
    assert len(plots) == (2 if kind == "contract_management" else 1)
    for plot in plots:
        drawn = plot.split("</svg>")[0]
        assert (drawn.count('stroke-width="2"'), 'stroke-opacity="0.35"' in drawn) == (1, True), drawn
    listed = page.split('id="listed"')[1].split("</section>")[0]
    assert re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>([^<]+)', listed) == [
        ("成***1", "户主"),
        ("成***2", "配偶"),
    ]


def test_a_case_goes_from_desk_to_desk_and_each_page_names_the_next_step(
    deng: Browser, shen: Browser, case: UUID, superuser: Any
) -> None:
    assert "下一步：受理" in deng.get(page_of(case)).text
    assert take(deng, case, "accept").status_code == 303
    assert "由审核员办理" in deng.get(page_of(case)).text
    assert take(shen, case, "review").status_code == 303
    assert take(deng, case, "publish", title="样本村首次登记公告").status_code == 303
    waiting = shen.get(page_of(case)).text
    assert "REG-4" in waiting
    pass_days(superuser, 40)
    assert take(shen, case, "register").status_code == 303
    done = deng.get(page_of(case)).text
    assert "下一步：发证" in done
    assert "已记入登记簿的内容" in done


def test_the_page_of_a_case_works_out_once_what_the_case_asks_for(
    deng: Browser, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    for case in in_state(officers[0], batch, "draft"):
        with sent() as statements:
            assert "下一步：受理" in deng.get(page_of(case)).text
        proposals = [asked for asked, _ in statements if "AS holder_known" in asked or "AS household_known" in asked]
        assert len(proposals) == 1


def test_a_step_of_another_role_is_not_allowed(shen: Browser, case: UUID) -> None:
    assert take(shen, case, "accept").status_code == 403


def test_a_step_out_of_order_comes_back_with_its_rule(deng: Browser, case: UUID) -> None:
    answer = take(deng, case, "publish", title="公告")
    assert answer.status_code == 422
    assert "REG-8" in answer.text


def test_a_notice_needs_its_title(deng: Browser, shen: Browser, case: UUID) -> None:
    take(deng, case, "accept")
    take(shen, case, "review")
    answer = take(deng, case, "publish")
    assert answer.status_code == 400
    assert "FORM-1" in answer.text


def test_the_state_of_a_case_is_told_before_what_its_form_lacks(deng: Browser, case: UUID) -> None:
    answer = take(deng, case, "publish")
    assert "（待受理 → 公告）" in answer.text
    assert "FORM-1" not in answer.text
    deng.post(f"{page_of(case)}/leave", {"way": "withdraw", "reason": "不办了"})
    answer = deng.post(f"{page_of(case)}/leave", {})
    assert answer.status_code == 409
    assert "REG-8" in answer.text
    assert "FORM-1" not in answer.text


def test_a_paper_that_was_never_given_says_so_and_blames_nobody(deng: Browser, case: UUID) -> None:
    for paper, code in (("told", "DOC-4"), ("receipt", "DOC-5")):
        answer = deng.get(f"{page_of(case)}/{paper}.pdf")
        assert answer.status_code == 409
        assert code in answer.text
        assert "别人" not in answer.text


def test_a_reviewer_sees_only_what_waits_for_review(shen: Browser, deng: Browser, case: UUID) -> None:
    take(deng, case, "accept")
    queue = shen.get("/cases").text
    assert queue.count('name="case"') == 1
    assert shen.get("/cases?queue=all").text.count('name="case"') == 4


def test_cases_are_found_by_number_code_and_applicant(deng: Browser, case: UUID, staged: Staged) -> None:
    for text, count in (("户主1", 2), (staged.contracts[0], 1), ("没有这个人", 0)):
        assert deng.get("/cases", query_string={"queue": "all", "q": text}).text.count('name="case"') == count


def test_a_case_is_found_by_the_last_digits_of_its_number(
    deng: Browser, case: UUID, officers: tuple[Actor, Actor]
) -> None:
    number = one(officers[0], f"SELECT number FROM registry.\"case\" WHERE case_id = '{case}'")
    tail = number.rsplit("-", 1)[1]
    for text in (tail, tail.lstrip("0"), number[7:], f" {tail} "):
        page = deng.get("/cases", query_string={"queue": "all", "q": text}).text
        assert page.count('name="case"') == 1, text
        assert number in page
        assert str(case) in deng.get("/search", query_string={"q": text}).text, text
    for text in ("9999999", "2014-" + tail, "00" + tail):
        assert number not in deng.get("/cases", query_string={"queue": "all", "q": text}).text, text


def test_the_list_is_taken_away_as_it_is_shown(deng: Browser, case: UUID) -> None:
    answer = deng.client.get("/cases?queue=all&kind=homestead&as=csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert all("宅基地使用权" in line for line in lines[1:])
    assert deng.client.get("/cases?queue=all&as=xlsx").data[:2] == b"PK"


def test_many_are_summed_up_before_anything_is_done(deng: Browser, batch: UUID, officers: tuple[Actor, Actor]) -> None:
    ids = in_state(officers[0], batch, "draft")
    cases.accept(officers[0], COUNTY, ids[:1])
    deng.get("/cases?queue=all")
    chosen = [f"{COUNTY}/{case}" for case in ids]
    summary = deng.post("/cases/summary", {"step": "accept", "case": chosen})
    assert "3 件可以办理，1 件不能办理" in summary.text
    assert len(in_state(officers[0], batch, "draft")) == 3
    told = deng.post("/cases/take", {"step": "accept", "case": chosen})
    assert "已办 3 件，1 件没有办理" in told.text
    assert "REG-8" in told.text
    assert in_state(officers[0], batch, "draft") == []


def test_choosing_nothing_comes_back_with_a_finding(deng: Browser, batch: UUID) -> None:
    deng.get("/cases?queue=all")
    answer = deng.post("/cases/summary", {"step": "accept"})
    assert answer.status_code == 400
    assert "FORM-1" in answer.text


def test_a_large_batch_becomes_a_job_whose_page_tells_how_far_it_is(
    deng: Browser, batch: UUID, monkeypatch: pytest.MonkeyPatch, officers: tuple[Actor, Actor], database: Settings
) -> None:
    monkeypatch.setattr(jobs, "DIRECTLY", 2)
    alive.sign(database.home)
    address = f"/batches/{COUNTY}/{batch}/steps/accept"
    deng.get(address)
    begun = deng.post(address)
    assert begun.status_code == 303
    assert "等待办理" in deng.get(begun.location).text
    assert deng.client.get(f"{begun.location}.json").json["percent"] == 0
    jobs.work(WORKER, Tools(press=lambda: None, seal=lambda: None))
    state = deng.client.get(f"{begun.location}.json").json
    assert (state["done"], state["percent"]) == (True, 100)
    assert "4 件办成" in deng.get(begun.location).text
    assert len(in_state(officers[0], batch, "accepted")) == 4


def test_pages_say_that_the_worker_does_not_run_when_its_sign_of_life_is_old(
    deng: Browser, batch: UUID, monkeypatch: pytest.MonkeyPatch, database: Settings
) -> None:
    monkeypatch.setattr(jobs, "DIRECTLY", 2)
    deng.get(f"/batches/{COUNTY}/{batch}/steps/accept")
    page = deng.post(f"/batches/{COUNTY}/{batch}/steps/accept").location
    shown = (page, f"/batches/{COUNTY}/{batch}", "/packages", "/log")
    alive.sign(database.home)
    assert not [address for address in shown if "后台没有在运行" in deng.get(address).text]
    assert "系统正在后台办理" in deng.get(page).text
    long_ago = time.time() - 600
    os.utime(database.home / alive.ALIVE, (long_ago, long_ago))
    try:
        assert [
            address for address in shown if "后台没有在运行（已 10 分钟没有动静）" in deng.get(address).text
        ] == list(shown)
        assert "正在后台" not in deng.get(page).text + deng.get(shown[1]).text
        assert deng.client.get(f"{page}.json").json["text"].startswith("停着")
        deng.get("/log")
        deng.post("/logout")
        assert "后台没有在运行" not in deng.get("/login").text
    finally:
        alive.sign(database.home)


def test_pages_of_officers_say_in_red_that_the_log_was_rolled_back(deng: Browser, database: Settings) -> None:
    shown = ("/", "/log", "/cases")
    file = database.home / stopped.FILE
    file.write_text('{"copied": 6602, "size": 6590, "folder": "/copies"}')
    try:
        pages = [deng.get(address).text for address in shown]
        assert all(
            "登记日志停止封存（LOG-4）：库外的检查点（6,602 条）与数据库中的日志（6,590 条）不符" in page
            for page in pages
        )
        deng.post("/logout")
        assert "LOG-4" not in deng.get("/log").text
    finally:
        file.unlink()


def test_a_job_is_interrupted_and_resumed_from_its_page(
    deng: Browser, batch: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "DIRECTLY", 2)
    address = f"/batches/{COUNTY}/{batch}/steps/accept"
    deng.get(address)
    page = deng.post(address).location
    deng.get(page)
    deng.post(f"{page}/interrupt")
    assert "继续办理" in deng.get(page).text
    deng.post(f"{page}/resume")
    assert "等待办理" in deng.get(page).text


def test_members_that_are_held_up_do_not_hold_up_the_rest_of_their_batch(
    deng: Browser, shen: Browser, batch: UUID, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    address = f"/batches/{COUNTY}/{batch}"

    def offered(browser: Browser) -> list[str]:
        return re.findall(rf'href="{address}/steps/(\w+)"', browser.get(address).text)

    some = in_state(officers[0], batch, "draft")[:3]
    cases.accept(officers[0], COUNTY, some)
    assert (offered(deng), offered(shen)) == (["accept"], ["review"])
    assert "另有 1 件待“受理”，由登记员办理" in shen.get(address).text
    cases.review(officers[1], COUNTY, some)
    assert (offered(deng), offered(shen)) == (["publish", "accept"], [])
    notices.publish(officers[0], COUNTY, some[:2], "样本村首次登记公告")
    assert (offered(deng), offered(shen)) == (["accept", "publish"], [])
    assert "另有 2 件正在公告" in deng.get(address).text
    pass_days(superuser, 40)
    assert (offered(deng), offered(shen)) == (["register", "accept", "publish"], ["register"])


def test_a_notice_is_called_by_the_rights_that_it_is_of(
    deng: Browser, shen: Browser, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    address = f"/batches/{COUNTY}/{batch}/steps/publish"
    both = in_state(officers[0], batch, "draft")

    def of(kind: str) -> list[UUID]:
        with unit_of_work(officers[0]) as uow:
            asked = sa.text('SELECT case_id FROM registry."case" WHERE case_id = ANY (:ids) AND right_kind = :kind')
            return list(uow.session.scalars(asked, {"ids": both, "kind": kind}))

    def title() -> str:
        return re.findall(r'name="title"[^>]*value="([^"]*)"', deng.get(address).text)[0]

    for kind, called in (
        ("homestead", "宅基地使用权首次登记公告"),
        ("contract_management", "土地承包经营权、宅基地使用权首次登记公告"),
    ):
        cases.accept(officers[0], COUNTY, of(kind))
        cases.review(officers[1], COUNTY, of(kind))
        assert title().endswith(called)
        assert ("承包" in title()) == ("承包" in called)
    notices.publish(officers[0], COUNTY, of("homestead"), "公告")
    assert title().endswith("土地承包经营权首次登记公告")


def test_members_leave_a_batch_singly_with_a_reason(deng: Browser, batch: UUID, case: UUID) -> None:
    address = f"/batches/{COUNTY}/{batch}"
    deng.get(address)
    refused = deng.post(f"{address}/members", {"case": f"{COUNTY}/{case}"})
    assert "REG-12" in refused.text
    assert deng.post(f"{address}/members", {"case": f"{COUNTY}/{case}", "reason": "单独办理"}).status_code == 303
    assert "共 3 件" in deng.get(address).text


def test_a_case_is_returned_with_a_reason_and_the_applicant_gets_it_in_writing(deng: Browser, case: UUID) -> None:
    take(deng, case, "accept")
    deng.get(page_of(case))
    refused = deng.post(f"{page_of(case)}/leave", {"way": "return", "reason": " "})
    assert "REG-12" in refused.text
    assert deng.post(f"{page_of(case)}/leave", {"way": "return", "reason": "合同缺页"}).status_code == 303
    assert deng.client.get(f"{page_of(case)}/told.pdf").data.startswith(b"%PDF")
    assert "合同缺页" in deng.get(page_of(case)).text


def test_the_receipt_is_printed_once_the_case_is_accepted(deng: Browser, case: UUID) -> None:
    assert deng.client.get(f"{page_of(case)}/receipt.pdf").status_code == 409
    take(deng, case, "accept")
    assert deng.client.get(f"{page_of(case)}/receipt.pdf").data.startswith(b"%PDF")


def test_evidence_is_kept_by_its_hash_and_given_back_unchanged(deng: Browser, case: UUID) -> None:
    deng.get(page_of(case))
    given = {"kind": "contract", "file": (io.BytesIO(pdf("signed")), "承包合同.pdf")}
    assert deng.post(f"{page_of(case)}/documents", given, content_type="multipart/form-data").status_code == 303
    page = deng.get(page_of(case)).text
    links = re.findall(r'href="(/cases/[^"]+/documents/[^"]+)">承包合同\.pdf', page)
    with deng.client.get(links[0]) as fetched:
        assert fetched.data == pdf("signed")
        assert fetched.content_type == "application/pdf"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("裁定书.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 77),
        ("死亡证明.JPG", b"\xff\xd8\xff\xe0 half a picture"),
        ("申请书.pdf", b"a letter"),
        ("合同.pdf", b"%PDF-1.7 and no page"),
        ("合同.pdf", pdf("signed")[:200]),
        ("申请书.exe", b"MZ\x90\0" + b"\0" * 60),
        ("申请书.html", b"<script>alert(1)</script>"),
        ("申请书.docx", b"PK\x03\x04whatever"),
        ("申请书", b"a letter"),
        ("照片.heic", b"\0\0\0\x20ftypheic" + b"\0" * 20),
    ],
    ids=("broken", "half", "no_pdf", "no_page", "cut", "program", "script", "office", "letter", "photo"),
)
def test_a_paper_that_cannot_be_opened_comes_back_before_it_is_in_the_folder(
    deng: Browser, case: UUID, name: str, content: bytes
) -> None:
    """FORM-15, as on the market, whatever it is named."""
    deng.get(page_of(case))
    given = {"kind": "other", "file": (io.BytesIO(content), name)}
    answer = deng.post(f"{page_of(case)}/documents", given, content_type="multipart/form-data")
    assert (answer.status_code, "FORM-15" in answer.text) == (400, True)
    assert f">{name}" not in deng.get(page_of(case)).text


def test_a_film_is_handed_over_as_a_file(deng: Browser, case: UUID) -> None:
    deng.get(page_of(case))
    film = b"\0\0\0\x20ftypisom" + b"\0" * 20
    deng.post(
        f"{page_of(case)}/documents",
        {"kind": "other", "file": (io.BytesIO(film), "x.mp4")},
        content_type="multipart/form-data",
    )
    link = re.findall(r'href="(/cases/[^"]+/documents/[^"]+)">x\.mp4', deng.get(page_of(case)).text)[0]
    with deng.client.get(link) as fetched:
        assert fetched.content_type == "application/octet-stream"
        assert fetched.headers["Content-Disposition"].startswith("attachment")


def test_a_kind_of_evidence_that_is_none_is_refused(deng: Browser, case: UUID) -> None:
    deng.get(page_of(case))
    given = {"kind": "rumour", "file": (io.BytesIO(pdf("x")), "x.pdf")}
    answer = deng.post(f"{page_of(case)}/documents", given, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert "DOC-3" in answer.text


def test_an_objection_at_the_window_stops_the_case_until_it_is_settled(
    deng: Browser, shen: Browser, case: UUID
) -> None:
    take(deng, case, "accept")
    take(shen, case, "review")
    take(deng, case, "publish", title="公告")
    deng.get(page_of(case))
    deng.post(f"{page_of(case)}/objections", {"raised_by": "样本邻居", "reason": "界线不对", "contact": "138"})
    page = deng.get(page_of(case)).text
    assert "有异议" in page
    assert [desk.get("/").text.count("/cases?state=objected") for desk in (deng, shen)] == [1, 1]
    objection = re.findall(rf'action="({page_of(case)}/objections/[^"/]+)"', page)[0]
    answers = dict.fromkeys(re.findall(r'<option value="(\w+)"', page.split('name="outcome"')[1].split("</select>")[0]))
    assert list(answers) == ["upheld"]
    assert "FORM-5" in deng.post(objection, {"outcome": "deposit_kept", "settlement": "看过"}).text
    assert "REG-1" in deng.post(objection, {"outcome": "dismissed", "settlement": "实地查看，界址与成果一致"}).text
    page = shen.get(page_of(case)).text
    answers = dict.fromkeys(re.findall(r'<option value="(\w+)"', page.split('name="outcome"')[1].split("</select>")[0]))
    assert list(answers) == ["upheld", "dismissed", "withdrawn"]
    for said in ("不成立", "经查异议不成立。", "驳回"):
        refused = shen.post(objection, {"outcome": "dismissed", "settlement": said})
        assert (refused.status_code, "REG-46" in refused.text) == (400, True)
    assert shen.post(objection, {"outcome": "dismissed", "settlement": "实地查看，界址与成果一致"}).status_code == 303
    assert "异议不成立" in deng.get(page_of(case)).text
    assert "/cases?state=objected" not in deng.get("/").text


def test_an_objection_is_not_settled_at_the_address_of_another_case(
    deng: Browser, shen: Browser, case: UUID, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    other = in_state(officers[0], batch, "draft")[1]
    for step, browser in (("accept", deng), ("review", shen), ("publish", deng)):
        take(browser, case, step, title="公告")
    deng.get(page_of(case))
    deng.post(f"{page_of(case)}/objections", {"raised_by": "样本邻居", "reason": "界线不对", "contact": ""})
    objection = one(officers[0], "SELECT objection_id FROM registry.objection")
    answer = {"outcome": "dismissed", "settlement": "实地查看，界址与成果一致"}
    shen.get(page_of(case))
    assert shen.post(f"{page_of(other)}/objections/{objection}", answer).status_code == 404
    assert shen.post(f"{page_of(case)}/objections/{objection}", answer).status_code == 303


def test_what_lies_outside_the_jurisdiction_looks_as_if_it_were_not_there(
    account: OpenAccount, app: Any, batch: UUID, case: UUID
) -> None:
    account("wai", Role.REGISTRAR, jurisdiction="610921")
    browser = Browser(app.test_client())
    browser.log_in("wai")
    for address in (page_of(case), f"/batches/{COUNTY}/{batch}", f"{page_of(case)}/receipt.pdf"):
        assert browser.get(address).status_code == 404
    assert browser.get("/cases?queue=all").text.count('name="case"') == 0


def test_an_auditor_reads_and_has_no_button(account: OpenAccount, app: Any, case: UUID) -> None:
    account("cha", Role.AUDITOR)
    browser = Browser(app.test_client())
    browser.log_in("cha")
    page = browser.get(page_of(case)).text
    assert 'method="post" action="/cases' not in page
    assert browser.post(f"{page_of(case)}/steps/accept").status_code == 403


@pytest.fixture
def certified(officers: tuple[Actor, Actor], superuser: Any, database: Settings, tmp_path: Path) -> list[str]:
    """Numbers of the certificates of one household, issued and sealed."""
    ids = to_rights(*officers, superuser, 1)
    seal(WORKER, database)
    press = certificates.Press(make_demo_signer(tmp_path), Store(database.store), "http://localhost")
    issued = certificates.issue(officers[0], COUNTY, ids, press).issued
    seal(WORKER, database)
    return [certificate.number for certificate in issued]


def test_a_certificate_has_a_page_and_its_signed_file(deng: Browser, certified: list[str]) -> None:
    page = deng.get(f"/certificates/{certified[0]}").text
    assert "有效" in page
    assert "日志第" in page
    with deng.client.get(f"/certificates/{certified[0]}/file") as file:
        assert file.data.startswith(b"%PDF")
    assert all(number in deng.get("/certificates").text for number in certified)


def test_a_right_is_shown_about_a_day_as_said_on_a_day(
    deng: Browser, certified: list[str], officers: tuple[Actor, Actor]
) -> None:
    right = one(officers[0], "SELECT right_id FROM registry.\"right\" WHERE kind = 'contract_management'")
    address = f"/rights/{COUNTY}/{right}"
    assert "有效。" in deng.get(address).text
    before = deng.get(f"{address}?day=1990-01-01").text
    assert "登记簿上没有这项权利" in before
    assert "band-past" in before
    assert "登记簿上没有这项权利" in deng.get(f"{address}?said=2020-01-01").text


def test_a_parcel_leads_to_the_right_that_holds_it(
    deng: Browser, certified: list[str], officers: tuple[Actor, Actor]
) -> None:
    code = one(officers[0], "SELECT code FROM land.parcel WHERE kind = 'contracted' ORDER BY code LIMIT 1")
    answer = deng.get(f"/rights/of-parcel/{code}")
    assert answer.status_code == 303
    assert answer.location.startswith(f"/rights/{COUNTY}/")
    assert deng.get("/rights/of-parcel/6109021042020199999").status_code == 404


def test_no_list_of_parcels_names_the_holder_of_a_homestead(
    deng: Browser, certified: list[str], officers: tuple[Actor, Actor]
) -> None:
    code = one(officers[0], "SELECT code FROM land.parcel WHERE kind = 'homestead' ORDER BY code LIMIT 1")
    for address in ("/parcels", "/parcels?as=csv", f"/parcels/{code}.json", f"/map?q={code}"):
        shown = deng.client.get(address).data.decode("utf-8-sig")
        assert code in shown, address
        assert "户主" not in shown, address


def test_a_household_shows_masked_members_until_a_reason_is_written_down(
    deng: Browser, certified: list[str], officers: tuple[Actor, Actor]
) -> None:
    code = one(officers[0], "SELECT code FROM party.household")
    page = deng.get(f"/households/{code}").text
    assert "成员1之1" not in page
    refused = deng.post(f"/households/{code}/identities", {"reason": ""})
    assert "ACC-15" in refused.text
    assert "成员1之1" not in refused.text
    opened = deng.post(f"/households/{code}/identities", {"reason": "核对户口簿"})
    assert "成员1之1" in opened.text
    assert one(officers[0], "SELECT reason FROM identity.opening WHERE subject = :code", code=code) == "核对户口簿"


def test_the_act_log_leads_from_each_act_to_its_leaf_and_its_proof(
    deng: Browser, certified: list[str], officers: tuple[Actor, Actor]
) -> None:
    number = one(officers[0], "SELECT number FROM registry.act WHERE kind = 'first_registration' LIMIT 1")
    assert number in deng.get("/acts").text
    assert number in deng.get(f"/acts?q={number}").text
    assert "登记簿还是空的" not in deng.get("/acts?day=1999-01-01").text
    assert "已封入登记日志" in deng.get(f"/acts/{number}").text
    proof = deng.client.get(f"/acts/{number}/proof.json")
    assert proof.json["format"] == "landreg-proof/1"
    assert deng.get("/acts/610902-19990101-0000001").status_code == 404


def test_the_certificates_of_a_village_are_taken_to_the_printer_at_one_go(
    deng: Browser, certified: list[str], officers: tuple[Actor, Actor], app: Any, account: OpenAccount
) -> None:
    batch = one(officers[0], 'SELECT batch_id FROM registry."case" LIMIT 1')
    address = f"/batches/{COUNTY}/{batch}/certificates.zip"
    assert address in deng.get(f"/batches/{COUNTY}/{batch}").text
    with deng.client.get(address) as answer, zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert sorted(name.split(" ")[2] for name in archive.namelist()) == sorted(
            f"{number}.pdf" for number in certified
        )
        assert archive.namelist()[0].startswith("0001 户主1 ")
        assert all(archive.read(name).startswith(b"%PDF-1.7") for name in archive.namelist())
    assert deng.get(f"/batches/{COUNTY}/{UUID(int=7)}/certificates.zip").status_code == 404
    account("auditor", Role.AUDITOR)
    auditor = Browser(app.test_client())
    auditor.log_in("auditor")
    assert auditor.get(address).status_code == 403


def test_the_search_box_finds_by_name_code_and_number(
    deng: Browser, certified: list[str], officers: tuple[Actor, Actor]
) -> None:
    code = one(officers[0], "SELECT code FROM party.household")
    by_name = deng.get("/search", query_string={"q": "户主1"}).text
    assert code in by_name
    assert certified[0] in by_name
    only = deng.get("/search", query_string={"q": certified[0]})
    assert only.status_code == 303
    assert "没有找到" in deng.get("/search", query_string={"q": "没有这个人"}).text


def test_the_first_page_of_an_officer_is_their_queue(deng: Browser, batch: UUID) -> None:
    page = deng.get("/").text
    assert "我办理的" in page
    assert "户主1" in page


def test_a_holder_is_named_to_registrar_and_reviewer_and_masked_for_every_other_reader(
    account: OpenAccount, app: Any, deng: Browser, certified: list[str], officers: tuple[Actor, Actor]
) -> None:
    account("auditor", Role.AUDITOR)
    auditor = Browser(app.test_client())
    auditor.log_in("auditor")
    pages = ["/cases?queue=all", "/certificates", "/acts", f"/certificates/{certified[0]}", "/search?q=6109"]
    lists = [f"{page}{'&' if '?' in page else '?'}as=csv" for page in pages[:2]]
    for page in (*pages, *lists):
        whole, masked = deng.get(page).text, auditor.get(page).text
        assert "户主1" in whole or "户主2" in whole, page
        assert not re.search(r"户主\d", masked), page
        assert "户*" in masked, page
