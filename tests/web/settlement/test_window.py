"""The settlement window's pages in its own process: from the counter to the decision and what is handed out."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pypdf
import pytest

from landreg.access.policy import roles_of
from landreg.core.actor import Role
from tests.kept_kit import Connection
from tests.settlement_kit import STREET, TOWN, citizen, pdf_with
from tests.web.conftest import Browser

FORM: dict[str, Any] = {
    "division": STREET, "ground": "own_dwelling", "name": "样本甲", "id_number": citizen(101), "origin": "某县某镇某村",
    "address": "样本路1号", "tenure": "own", "evidence": ["identity_card", "dwelling_deed"],
}  # fmt: skip
ALONG = {"person1_name": "样本乙", "person1_id": citizen(202), "person1_relation": "spouse", "person1_together": "1"}


def sent(wen: Browser, **told: Any) -> Any:
    """The answer to the form of an application, with what is told otherwise."""
    wen.get("/applications/new")
    return wen.post("/applications/new", {**FORM, **told}, content_type="multipart/form-data")


def received(wen: Browser, **told: Any) -> str:
    """The address of an application that was received at the counter."""
    answer = sent(wen, **told)
    assert answer.status_code == 303, codes(answer)
    return str(answer.headers["Location"])


def codes(answer: Any) -> set[str]:
    """The rules that a page names."""
    return set(re.findall(r"(?:SET|FORM|ACC)-\d+", answer.text))


def printed(wen: Browser, address: str) -> Any:
    """A paper, printed from the page that was seen last."""
    return wen.client.post(address, data={"csrf_token": wen.token})


def kinds(superuser: Connection) -> list[str]:
    """The kinds of the window's entries, in their order."""
    rows = superuser.execute("SELECT kind FROM log.entry WHERE kind LIKE 'settlement.%' ORDER BY staged_at, kind")
    return [kind for (kind,) in rows]


def test_an_application_is_received_decided_and_its_papers_are_handed_out(wen: Browser, superuser: Connection) -> None:
    address = received(wen, **ALONG, evidence=[*FORM["evidence"], "household_book"])
    page = wen.get(address)
    assert page.status_code == 200
    assert "样*甲" in page.text
    assert "样*乙" in page.text
    assert citizen(101) not in page.text
    answer = wen.post(f"{address}/decision", {"outcome": "settled", "reason": "有合法产权住所。"})
    assert answer.status_code == 303, answer.text
    for kind in ("receipt", "decision", "notice"):
        wen.get(address)
        paper = printed(wen, f"{address}/papers/{kind}")
        assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    told = kinds(superuser)
    assert told[0] == "settlement.evidence_shown" or told[0] == "settlement.received"
    assert {one: told.count(one) for one in set(told)} == {
        "settlement.received": 1, "settlement.evidence_shown": 3, "settlement.decided": 1, "settlement.opened": 3,
        "settlement.handed_out": 3,
    }  # fmt: skip


def test_a_quarter_s_numbers_are_told_once_from_the_window_s_own_page(wen: Browser, superuser: Connection) -> None:
    page = wen.get("/numbers").text
    assert "各县都不足 5 户" in page
    assert wen.post("/numbers").status_code == 303
    assert wen.get("/numbers").text.count("各县都不足 5 户") == 1
    again = wen.post("/numbers")
    assert (again.status_code, "SET-20" in again.text) == (409, True)
    assert kinds(superuser) == ["settlement.stated"]


def test_papers_name_the_office_and_the_telephone_that_the_process_was_given_and_never_a_number_that_nobody_set(
    wen: Browser, window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = received(wen)
    wen.get(address)
    assert "未设置" not in said_by(printed(wen, f"{address}/papers/receipt"))
    given = replace(window.extensions["landreg"], window_office="样本区户籍窗口", window_phone="0915-0000000")
    monkeypatch.setitem(window.extensions, "landreg", given)
    text = said_by(printed(wen, f"{address}/papers/receipt"))
    assert "样本区户籍窗口" in text
    assert "0915-0000000" in text


def said_by(paper: Any) -> str:
    """The text layer of a paper."""
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(paper.data)).pages)


def test_everything_that_is_wrong_with_an_application_is_said_at_once(wen: Browser) -> None:
    answer = sent(wen, name="", id_number="123", division="610921", origin="", address="", village="6x", **ALONG)
    assert answer.status_code == 422
    assert codes(answer) >= {"SET-1", "SET-8", "SET-19", "FORM-1"}
    assert 'value="样本乙"' in answer.text


def test_a_person_about_whom_an_application_waits_applies_once(wen: Browser) -> None:
    address = received(wen)
    assert "SET-13" in codes(sent(wen))
    assert "SET-13" in codes(sent(wen, name="样本丁", id_number=citizen(104), **{**ALONG, "person1_id": citizen(101)}))
    wen.get(address)
    assert wen.post(f"{address}/decision", {"outcome": "withdrawn", "reason": "本人要求撤回"}).status_code == 303
    received(wen)


def test_nobody_is_refused_who_meets_a_condition_and_nobody_granted_who_meets_none(wen: Browser) -> None:
    met, unmet = received(wen), received(wen, id_number=citizen(104), evidence=["identity_card"])
    wen.get(met)
    assert "SET-11" in codes(wen.post(f"{met}/decision", {"outcome": "refused", "reason": "名额已满"}))
    wen.get(unmet)
    assert "SET-11" in codes(wen.post(f"{unmet}/decision", {"outcome": "settled", "reason": "同意"}))
    assert wen.post(f"{unmet}/decision", {"outcome": "refused", "reason": "未提交住所材料。"}).status_code == 303
    assert {"SET-4", "SET-5", "SET-6"} <= codes(wen.get(unmet))
    assert printed(wen, f"{unmet}/papers/decision").status_code == 200
    assert printed(wen, f"{unmet}/papers/notice").status_code == 409


def test_a_decision_is_made_once_and_no_paper_is_added_after_it(wen: Browser) -> None:
    address = received(wen)
    wen.get(address)
    assert wen.post(f"{address}/decision", {"outcome": "settled", "reason": "有合法产权住所。"}).status_code == 303
    wen.get(address)
    again = wen.post(f"{address}/decision", {"outcome": "withdrawn", "reason": "再次"})
    assert (again.status_code, "SET-12" in codes(again)) == (409, True)
    later = wen.post(f"{address}/evidence", {"evidence": ["lease"]}, content_type="multipart/form-data")
    assert (later.status_code, "SET-12" in codes(later)) == (409, True)


def test_papers_that_are_missing_are_added_until_a_condition_is_met(wen: Browser) -> None:
    address = received(
        wen, ground="stable_dwelling", tenure="lodged", dwelling_since="2020-05-01", evidence=["identity_card"]
    )
    assert "SET-5" in codes(wen.get(address))
    answer = wen.post(f"{address}/evidence", {"evidence": ["lodging_statement"]}, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = wen.get(address)
    assert "应当准予落户" in page.text
    assert wen.post(f"{address}/decision", {"outcome": "settled", "reason": "寄住满一年。"}).status_code == 303


@pytest.mark.parametrize(
    "offered",
    [
        {"evidence": ["identity_card", "land_certificate"]},
        {"other_title": "农村土地承包经营权证"},
        {"other_title": "旧照片"},
        {"file_lease": ("退地承诺书.pdf", "租住三年")},
        {"file_lease": ("证明.pdf", "本人自愿放弃承包地，交回村集体。")},
        {"note": "已交回宅基地，请优先办理"},
        {"address": "样本路1号", "employer": "退出承包地换户口"},
    ],
)
def test_what_may_not_be_asked_for_is_refused_logged_with_its_articles_and_told_in_writing(
    wen: Browser, superuser: Connection, offered: dict[str, Any]
) -> None:
    told = {
        name: (io.BytesIO(pdf_with(value[1])), value[0]) if isinstance(value, tuple) else value
        for name, value in offered.items()
    }
    answer = sent(wen, **told)
    assert answer.status_code == 422
    assert codes(answer) & {"SET-9", "SET-10"}
    (number,) = set(re.findall(r"BS\d{6}-\d{4}-\d{6}", answer.text))
    rows = superuser.execute("SELECT number, articles, applicant_masked FROM settlement.refused_evidence").fetchall()
    assert [(row[0], row[2]) for row in rows] == [(number, "样*甲")]
    assert all("安政发〔2016〕33号" in "".join(row[1]) for row in rows)
    assert superuser.execute("SELECT count(*) FROM settlement.application").fetchone() == (0,)
    assert kinds(superuser) == ["settlement.evidence_refused"]
    leaf = superuser.execute(
        "SELECT convert_from(leaf, 'UTF8') FROM log.entry WHERE kind LIKE 'settlement.%'"
    ).fetchone()
    assert leaf is not None
    assert "三（" in leaf[0]
    assert "样" not in leaf[0]
    assert number in wen.get("/not-taken").text
    paper = printed(wen, f"/not-taken/{number}/notice")
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")


def test_nothing_of_a_refused_paper_is_kept_but_its_hash(wen: Browser, window_settings: Any) -> None:
    promise = pdf_with("本人自愿放弃承包地，交回村集体。")
    assert sent(wen, file_lease=(io.BytesIO(promise), "证明.pdf")).status_code == 422
    kept = [file for file in window_settings.store.rglob("*") if file.is_file() and file.read_bytes() == promise]
    assert kept == []


def test_a_file_that_nobody_can_read_is_not_taken_unread(wen: Browser) -> None:
    for name, content in (("a.pdf", b"%PDF-1.7 broken"), ("a.docx", b"PK\x03\x04whatever"), ("a.txt", "文本".encode())):
        answer = sent(wen, file_lease=(io.BytesIO(content), name))
        assert (answer.status_code, "SET-18" in codes(answer)) == (422, True), name


def test_a_copy_is_kept_and_read_again_whole(wen: Browser) -> None:
    deed = pdf_with("房屋所有权 样本路1号")
    address = received(wen, file_dwelling_deed=(io.BytesIO(deed), "产权.pdf"))
    (copy,) = re.findall(rf"{address}/evidence/[0-9a-f-]+", wen.get(address).text)
    answer = wen.client.get(copy)
    assert (answer.data, answer.mimetype) == (deed, "application/pdf")


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("division", TOWN, 404), ("division", "6109" * 30, 400), ("pension_months", "9" * 20, 400), ("tenure", "stolen", 400),
        ("dwelling_since", "2026-02-30", 400), ("name", "样\0本", 400), ("dwelling_since", "2999-01-01", 422),
        ("ground", "quota", 422), ("pension_months", "-5", 422), ("village", "9" * 15, 400), ("note", "x" * 5000, 400),
    ],
)  # fmt: skip
def test_bad_input_names_its_field_and_writes_nothing(
    wen: Browser, superuser: Connection, field: str, value: str, status: int
) -> None:
    assert sent(wen, **{field: value}).status_code == status
    assert superuser.execute("SELECT count(*) FROM settlement.application").fetchone() == (0,)


def test_what_is_not_there_or_another_countys_is_not_found(wen: Browser) -> None:
    received(wen)
    closed = "/parcels /cases /households /map /log /law /audit /my /notices /problems/CT-2 /problems/GUARD-1 /applications/x/y"
    for address in (f"/applications/610902/{uuid4()}", f"/applications/610921/{uuid4()}", *closed.split()):
        assert wen.get(address).status_code == 404, address
    open_ = "/ /applications /applications?state=all /applications?q=HQ /conditions /not-taken /problems/SET-10"
    for address in open_.split():
        assert wen.client.get(address).status_code in (200, 303), address


def test_nobody_passes_without_signing_on_at_this_window(window: Any, wen: Browser) -> None:
    stranger = Browser(window.test_client())
    for rule in window.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        roles = roles_of(window.view_functions[rule.endpoint])
        assert roles is not None, rule
        if Role.PUBLIC in roles:
            assert re.fullmatch(r"/|/login(?:/code)?|/logout|/appearance|/favicon\.ico|/problems/<code>", str(rule)), (
                rule
            )
        else:
            assert roles == {Role.SETTLEMENT_OFFICER} or str(rule).startswith("/account/"), rule
    assert stranger.get("/applications").status_code == 303
    assert stranger.get("/").headers["Location"] == "/login"
    assert stranger.log_in("wen").status_code == 303


def test_an_officer_of_the_register_cannot_sign_on_at_the_window_nor_its_own_there(
    window: Any, client: Any, wen_account: Any, superuser: Connection
) -> None:
    from landreg.access import service
    from landreg.access.service import NewAccount
    from tests.web.conftest import PASSWORD

    service.open_account(
        service.SYSTEM, NewAccount("deng", "登", frozenset({Role.REGISTRAR}), "610902"), PASSWORD, temporary=False
    )
    assert Browser(window.test_client()).log_in("deng").status_code == 401
    assert Browser(client).log_in("wen").status_code == 401
    assert window.config["SESSION_COOKIE_NAME"] != client.application.config["SESSION_COOKIE_NAME"]
    assert window.config["SECRET_KEY"] != client.application.config["SECRET_KEY"]
