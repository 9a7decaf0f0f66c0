"""The auditor's pages, and the bureau's answer to a finding."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import zipfile
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from landreg.access.identity import reveal
from landreg.audit.queries import LISTS
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk, Role
from landreg.log.store import seal
from landreg.registry.casework import cases as registry_cases
from landreg.registry.casework import opening
from tests.kept_kit import kept
from tests.registry_kit import in_state, one, to_rights
from tests.villages import COUNTY, VILLAGE, stage_village
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def cases(registrar: Actor, reviewer: Actor, superuser: Any, database: Settings) -> list[UUID]:
    """Registered and sealed."""
    ids = to_rights(registrar, reviewer, superuser, 2)
    kept(superuser, "sealed", lambda: seal(WORKER, database))
    return ids


@pytest.fixture
def cha(account: OpenAccount, browser: Browser) -> Browser:
    account("cha", Role.AUDITOR)
    browser.log_in("cha")
    return browser


@pytest.fixture
def deng(account: OpenAccount, another_browser: Browser) -> Browser:
    account("deng", Role.REGISTRAR)
    another_browser.log_in("deng")
    return another_browser


@pytest.fixture
def number(cases: list[UUID], registrar: Actor) -> str:
    return str(one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=cases[0]))


def exports(registrar: Actor) -> list[dict[str, Any]]:
    said = one(
        registrar,
        """SELECT json_agg(convert_from(leaf, 'UTF8')::json -> 'facts' ORDER BY staged_at) FROM log.entry
           WHERE kind = 'audit.exported'""",
    )
    return said or []


def test_every_page_of_the_audit_opens_in_both_languages(cases: list[UUID], cha: Browser) -> None:
    pages = ["/audit", "/audit?month=all", "/audit/flags?month=all", "/audit/samples", "/audit/findings", "/audit/findings/new",
             "/audit/evidence", *(f"/audit/lists/{what}?month=all" for what in LISTS)]  # fmt: skip
    for page in pages:
        for language in ("zh", "en"):
            cha.client.set_cookie("language", language)
            assert cha.get(page).status_code == 200, page


def test_a_figure_leads_to_the_list_that_it_counts(cases: list[UUID], cha: Browser, number: str) -> None:
    page = cha.get("/audit?month=all").text
    link = re.search(rf'href="(/audit/lists/cases\?within={VILLAGE[:9]}&amp;month=all)">4</a>', page)
    assert link is not None
    listed = cha.get(link[1].replace("&amp;", "&")).text
    assert number in listed
    assert "共 4 条" in listed
    assert "共 0 条" in cha.get("/audit/lists/cases?month=2001-01").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("/audit?month=all", "dashboard"),
        ("/audit?month=all&table=month", "dashboard"),
        ("/audit/lists/acts?month=all", "acts"),
        ("/audit/flags?month=all", "flags"),
        ("/audit/findings?state=open", "findings"),
    ],
)
def test_whatever_is_taken_away_is_in_the_log_with_its_digest(
    cases: list[UUID], cha: Browser, registrar: Actor, page: str, what: str, kind: str
) -> None:
    taken = cha.client.get(f"{page}&as={kind}")
    assert taken.status_code == 200
    (leaf,) = exports(registrar)
    assert (leaf["list"], leaf["sha256"]) == (what, hashlib.sha256(taken.data).hexdigest())


def test_a_list_as_a_file_has_its_rows(cases: list[UUID], cha: Browser, number: str) -> None:
    taken = cha.client.get("/audit/lists/cases?month=all&as=xlsx")
    rows = list(load_workbook(io.BytesIO(taken.data)).active.values)
    assert number in [row[0] for row in rows]
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("page", "field"),
    [("month=march", "month"), ("month=2026-13", "month"), ("within=610921", "within"), ("within=x", "within")],
)
def test_a_month_or_a_division_that_is_none_is_bad_input(cha: Browser, page: str, field: str) -> None:
    for address in ("/audit", "/audit/flags", "/audit/lists/acts"):
        answer = cha.get(f"{address}?{page}", headers={"Accept": "application/json"})
        assert answer.status_code == 400
        assert [finding["field"] for finding in answer.json["findings"]] == [field]
    assert cha.get("/audit/lists/secrets").status_code == 404


def test_a_flag_shows_its_numbers_its_rule_and_a_way_to_its_cases(
    cases: list[UUID], cha: Browser, superuser: Any, number: str
) -> None:
    assert "没有疑点" in cha.get("/audit/flags?month=all&state=AUD-2").text
    superuser.execute("UPDATE registry.notice SET last_day = published_on + 7")
    page = cha.get("/audit/flags?month=all&state=AUD-2").text
    assert re.search(r"只有 \d+ 个工作日，应为 15 个工作日", page)
    assert "AUD-2" in page
    assert f'href="/search?q={number}"' in page
    assert "/audit/findings/new?kind=case" in page
    assert cha.get(f"/search?q={number}").status_code == 303


def test_a_sample_is_prepared_sealed_drawn_and_its_list_is_the_logged_one(
    cases: list[UUID], cha: Browser, database: Settings, registrar: Actor, number: str
) -> None:
    cha.get("/audit/samples")
    made = cha.post("/audit/samples", {"kind": "case", "method": "by_village", "size": "4", "within": "", "month": ""})
    assert made.status_code == 303
    assert "等待封存" in cha.get(made.location).text
    refused = cha.post(f"{made.location}/draw")
    assert refused.status_code == 409
    assert "LOG-8" in refused.text
    seal(WORKER, database)
    cha.get(made.location)
    assert cha.post(f"{made.location}/draw").status_code == 303
    page = cha.get(made.location).text
    assert "重抽，结果相同" in page
    assert number in page
    listed = cha.get(f"{made.location}/list.txt")
    leaf = one(registrar, "SELECT convert_from(leaf, 'UTF8') FROM log.entry WHERE kind = 'audit.sample_prepared'")
    assert json.loads(leaf)["facts"]["population_sha256"] == hashlib.sha256(listed.data).hexdigest()


def test_whatever_the_form_offers_is_sampled(
    cases: list[UUID], cha: Browser, database: Settings, registrar: Actor, superuser: Any
) -> None:
    person = superuser.execute("SELECT person_id FROM identity.person LIMIT 1").fetchone()[0]
    reveal(registrar, [person], "看看", "没有业务")
    form = cha.get("/audit/samples").text
    for kind in re.findall(r'<option value="(\w+)"', form.split('name="kind"')[1].split("</select>")[0]):
        given = {"kind": kind, "method": "by_risk", "size": "1", "within": "", "month": ""}
        made = cha.post("/audit/samples", given)
        if kind == "certificate":  # none is issued here
            assert (made.status_code, "AUD-13" in made.text) == (400, True)
            continue
        assert (kind, made.status_code) == (kind, 303)
        seal(WORKER, database)
        assert (kind, cha.post(f"{made.location}/draw").status_code) == (kind, 303)
        assert "提出意见" in cha.get(made.location).text
    assert "看看" in cha.get(made.location).text


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"size": "viele"}, 400, "FORM-4"),
        ({"size": "0"}, 400, "AUD-13"),
        ({"size": "abc", "month": "2027-13"}, 400, "FORM-16"),
        ({"within": "610902999"}, 400, "FORM-5"),
        ({"kind": "parcel"}, 400, "FORM-5"),
        ({"month": "1"}, 400, "FORM-16"),
        ({"within": "0"}, 400, "FORM-5"),
    ],
)
def test_a_sample_that_cannot_be_comes_back_with_its_rule(
    cases: list[UUID], cha: Browser, changed: dict[str, str], status: int, code: str
) -> None:
    cha.get("/audit/samples")
    answer = cha.post("/audit/samples", {"kind": "case", "method": "random", "size": "2", **changed})
    assert (answer.status_code, code in answer.text) == (status, True)


def test_a_finding_goes_from_the_auditor_to_the_bureau_and_back(
    cases: list[UUID], cha: Browser, deng: Browser, number: str
) -> None:
    form = cha.get(f"/audit/findings/new?kind=case&subject={number}&rule=AUD-2").text
    assert f'value="{number}"' in form
    given = {
        "subject_kind": "case",
        "subject": number,
        "rule": "AUD-2",
        "title": "公告少了三天",
        "text": "请说明\n<原因>",
    }
    made = cha.post("/audit/findings/new", given)
    assert made.status_code == 303
    page = made.location
    first = deng.get("/").text
    assert "待答复的审计意见" in first
    assert "公告少了三天" in first
    assert "&lt;原因&gt;" in deng.get(page).text
    assert deng.post(f"{page}/answer", {"text": ""}).status_code == 400
    assert deng.post(f"{page}/answer", {"text": "已补公告"}).status_code == 303
    again = deng.post(f"{page}/answer", {"text": "再答"})
    assert (again.status_code, "AUD-11" in again.text) == (422, True)
    assert "公告少了三天" not in deng.get("/").text
    assert "公告少了三天" in cha.get("/").text
    cha.get(page)
    assert cha.post(f"{page}/reopen", {"text": "还差一天"}).status_code == 303
    deng.get(page)
    deng.post(f"{page}/answer", {"text": "重新公告"})
    cha.get(page)
    assert cha.post(f"{page}/close", {"text": "已核实"}).status_code == 303
    assert "已办结。" in deng.get(page).text
    assert cha.post(f"{page}/forget", {"text": "没有这一步"}).status_code == 404


def test_a_finding_that_lacks_something_comes_back_with_what_was_typed(cases: list[UUID], cha: Browser) -> None:
    cha.get("/audit/findings/new")
    answer = cha.post(
        "/audit/findings/new", {"subject_kind": "case", "subject": "没有这个编号", "title": "标题", "text": "内容"}
    )
    assert answer.status_code == 400
    assert "AUD-15" in answer.text
    assert 'value="没有这个编号"' in answer.text


def test_the_bureau_sees_no_page_of_the_auditor_but_the_findings(cases: list[UUID], deng: Browser) -> None:
    for page in (
        "/audit",
        "/audit/flags",
        "/audit/samples",
        "/audit/lists/acts",
        "/audit/evidence",
        "/audit/findings/new",
    ):
        assert deng.get(page).status_code == 403, page
    assert deng.get("/audit/findings").status_code == 200


def test_evidence_is_taken_by_a_case_s_number(cases: list[UUID], cha: Browser, number: str, registrar: Actor) -> None:
    cha.get("/audit/evidence")
    with cha.client.post("/audit/evidence", data={"csrf_token": cha.token, "case": number}) as taken:
        content = taken.data
        assert taken.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "verify.py" in archive.namelist()
    assert exports(registrar)[0]["case"] == number
    assert cha.client.post("/audit/evidence", data={"case": number}).status_code == 400  # no form of ours
    cha.get("/audit/evidence")
    unknown = cha.post("/audit/evidence", {"case": "没有"})
    assert unknown.status_code == 400
    assert "AUD-15" in unknown.text
    assert 'aria-describedby="hint-case error-case-1"' in unknown.text
    assert unknown.text.count('id="findings"') == 1


def test_an_officer_s_approval_of_their_own_case_shows_to_the_auditor(
    account: OpenAccount, cha: Browser, app: Any, superuser: Any
) -> None:
    roles = frozenset({Role.REGISTRAR, Role.REVIEWER})
    both = Actor(account("liang", *roles), "liang先生", Desk.REGISTRY, roles, COUNTY)
    batch = opening.open_batch(both, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    (case, *_) = in_state(both, batch, "draft")
    registry_cases.accept(both, COUNTY, [case])
    liang = Browser(app.test_client())
    liang.log_in("liang")
    liang.get(f"/cases/{COUNTY}/{case}")
    assert liang.post(f"/cases/{COUNTY}/{case}/steps/review").status_code == 422
    page = cha.get("/audit/flags?month=all&state=AUD-1").text
    assert "liang先生 试图审核本人办理的业务，共 1 次" in page


def test_an_opening_without_a_case_leads_to_a_finding_that_its_officer_reads_and_does_not_answer(
    app: Any, account: OpenAccount, cha: Browser, cases: list[UUID], superuser: Any
) -> None:
    liang = Actor(account("liang", Role.REGISTRAR), "liang先生", Desk.REGISTRY, frozenset({Role.REGISTRAR}), COUNTY)
    person = superuser.execute("SELECT person_id FROM identity.person LIMIT 1").fetchone()[0]
    reveal(liang, [person], "看看", "没有业务")
    page = cha.get("/audit/flags?month=all&state=AUD-7").text
    address, opening_id = re.findall(
        r'href="(/audit/findings/new[?]kind=opening&amp;subject=([0-9a-f-]+)[^"]*)"', page
    )[-1]
    assert opening_id in cha.get(html.unescape(address)).text
    given = {"subject_kind": "opening", "subject": opening_id, "rule": "AUD-7", "title": "无业务查看", "text": "请说明"}
    written = cha.post("/audit/findings/new", given).location
    assert f"/log?key={opening_id}" in cha.get(written).text
    browser = Browser(app.test_client())
    browser.log_in("liang")
    shown = browser.get(written).text
    assert "这条意见针对您本人，由另一名登记人员答复。" in shown
    assert "/answer" not in shown
    assert "请由另一名登记人员答复" in browser.post(f"{written}/answer", {"text": "工作需要"}).text
