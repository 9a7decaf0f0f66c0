"""The papers of a first registration at the desk: what lacks is said, and one paper goes into a whole batch."""

from __future__ import annotations

import io
import re
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.pdftext import pdf_text
from landreg.registry.casework import cases, opening
from tests.papers_kit import pdf
from tests.registry_kit import in_state, put_paper, state_of
from tests.villages import COUNTY, VILLAGE, stage_village
from tests.web.conftest import Browser


@pytest.fixture
def batch(officers: tuple[Actor, Actor], superuser: Any) -> UUID:
    return opening.open_batch(officers[0], COUNTY, stage_village(superuser, 2).package_id, VILLAGE)


def receipt(browser: Browser, case: UUID) -> str:
    answer = browser.client.get(f"/cases/{COUNTY}/{case}/receipt.pdf")
    assert answer.status_code == 200
    return pdf_text(io.BytesIO(answer.data)).translate({32: None, 10: None})


def put(browser: Browser, batch: UUID, kind: str, number: str = "12-3") -> Any:
    page = f"/batches/{COUNTY}/{batch}"
    browser.get(page)
    file = (io.BytesIO(pdf("list")), "档号12-3.pdf")
    return browser.post(
        f"{page}/documents", {"kind": kind, "file": file, "number": number}, content_type="multipart/form-data"
    )


def test_what_lacks_is_said_where_it_is_decided_and_on_the_receipt(
    deng: Browser, shen: Browser, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    page = f"/batches/{COUNTY}/{batch}"
    listed = deng.get(page).text
    assert "登记申请书 4 件、身份证明 4 件、承包合同 2 件、批准文件 2 件" in listed
    assert listed.count("缺材料 3") == 4
    before = deng.get(f"{page}/steps/accept").text
    assert before.count("缺：登记申请书、身份证明、") == 4
    assert "4 件还有材料没有收入档案" in before
    ids = in_state(officers[0], batch, "draft")
    cases.accept(officers[0], COUNTY, ids)
    assert "REG-37" in shen.get(f"/cases/{COUNTY}/{ids[0]}").text
    said = receipt(deng, ids[0])
    assert "材料齐全" not in said
    assert "尚未收入本件档案的材料：登记申请书、身份证明、" in said


@pytest.mark.parametrize("alone", [False, True])
def test_who_reviews_without_papers_writes_by_what_it_was_checked(
    deng: Browser, shen: Browser, batch: UUID, officers: tuple[Actor, Actor], superuser: Any, alone: bool
) -> None:
    """REG-45: one reason a batch, which stays with each case."""
    ids = in_state(officers[0], batch, "draft")
    cases.accept(officers[0], COUNTY, ids)
    page = f"/cases/{COUNTY}/{ids[0]}" if alone else f"/batches/{COUNTY}/{batch}"
    form = page if alone else f"{page}/steps/review"
    assert 'name="without"' in shen.get(form).text
    refused = shen.post(f"{page}/steps/review", {"without": " "})
    assert (refused.status_code, "REG-45" in refused.text, 'id="error-without-1"' in refused.text) == (400, True, True)
    assert state_of(officers[0], ids[0]) == "accepted"
    assert shen.post(f"{page}/steps/review", {"without": "逐户对照县档案馆2016年原件"}).status_code == 303
    done = 1 if alone else 4
    assert len(in_state(officers[0], batch, "reviewed")) == done
    told = "SELECT reason FROM registry.case_event WHERE step = 'without_papers'"
    assert superuser.execute(told).fetchall() == [("逐户对照县档案馆2016年原件",)] * done
    assert "逐户对照县档案馆2016年原件" in deng.get(f"/cases/{COUNTY}/{ids[0]}").text


@pytest.mark.parametrize("alone", [False, True])
def test_words_of_a_review_that_is_refused_are_shown_to_who_wrote_them_and_no_step_of_the_case(
    shen: Browser, batch: UUID, officers: tuple[Actor, Actor], superuser: Any, alone: bool
) -> None:
    """REG-45: of a case that the reviewer put papers into before it was accepted."""
    words = "逐户对照县档案馆2016年原件"
    ids = in_state(officers[0], batch, "draft")
    put_paper(officers[1], ids[0], "other")
    cases.accept(officers[0], COUNTY, ids)
    chosen = ids[:1] if alone else ids
    if alone:
        shen.get(f"/cases/{COUNTY}/{ids[0]}")
        answer = shen.post(f"/cases/{COUNTY}/{ids[0]}/steps/review", {"without": words})
    else:
        shen.get("/cases")
        asked = {"step": "review", "without": words, "case": [f"{COUNTY}/{one}" for one in ids]}
        answer = shen.post("/cases/take", asked)
    assert (answer.status_code, "REG-1" in answer.text) == (422 if alone else 200, True)
    assert f"没有审核通过的件没有记入您写的核对依据，再审核时还要写：“{words}”" in answer.text
    told = superuser.execute("SELECT case_id FROM registry.case_event WHERE step = 'without_papers'").fetchall()
    assert {case for (case,) in told} == set(chosen[1:])
    assert state_of(officers[0], ids[0]) == "accepted"


def test_who_reviews_by_a_list_of_the_archive_reads_its_number_and_writes_what_was_looked_at(
    deng: Browser, shen: Browser, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    assert put(deng, batch, "archive_list").status_code == 303
    ids = in_state(officers[0], batch, "draft")
    cases.accept(officers[0], COUNTY, ids)
    page = f"/batches/{COUNTY}/{batch}"
    assert "0 件还有材料没有收入档案，4 件只有档案目录代表" in shen.get(f"{page}/steps/review").text
    one = shen.get(f"/cases/{COUNTY}/{ids[0]}").text
    assert "档号 12-3（档号12-3.pdf）" in one
    assert 'name="without"' in one
    refused = shen.post(f"{page}/steps/review", {"without": ""})
    assert (refused.status_code, "REG-45" in refused.text) == (400, True)
    assert shen.post(f"{page}/steps/review", {"without": "在县档案馆按档号逐件查看原件"}).status_code == 303
    assert len(in_state(officers[0], batch, "reviewed")) == 4


def test_a_list_of_the_archive_that_is_put_into_the_batch_stands_for_its_papers(
    deng: Browser, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    assert put(deng, batch, "archive_list").status_code == 303
    listed = deng.get(f"/batches/{COUNTY}/{batch}").text
    assert "“档案目录（写明档号）”已收入 4 件业务的档案。" in listed
    assert "都已收入档案" in listed
    assert "缺材料" not in listed
    ids = in_state(officers[0], batch, "draft")
    cases.accept(officers[0], COUNTY, ids)
    said = receipt(deng, ids[0])
    assert "材料齐全、符合法定形式" in said
    assert "档案目录（写明档号）" in said


def test_a_paper_that_no_member_takes_and_a_file_without_content_are_refused(
    deng: Browser, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    ids = in_state(officers[0], batch, "draft")
    cases.withdraw(officers[0], COUNTY, ids, "撤回")
    answer = put(deng, batch, "contract")
    assert answer.status_code == 409
    assert "REG-38" in answer.text
    empty = {"kind": "contract", "file": (io.BytesIO(b""), "x.pdf")}
    answer = deng.post(f"/batches/{COUNTY}/{batch}/documents", empty, content_type="multipart/form-data")
    assert answer.status_code == 400


def test_the_table_of_acts_says_what_a_first_registration_asks_for(deng: Browser) -> None:
    text = deng.get("/acts/kinds").text
    assert "首次登记" in text
    assert "测绘成果包、登记申请书、身份证明" in text
    assert "可以代表登记申请书、身份证明、承包合同、批准文件" in text


def test_a_list_of_the_archive_without_its_number_is_refused(
    deng: Browser, batch: UUID, officers: tuple[Actor, Actor]
) -> None:
    """REG-50, into a batch and into a single case."""
    for number in ("", "档案室"):
        refused = put(deng, batch, "archive_list", number)
        assert (refused.status_code, "REG-50" in refused.text) == (400, True)
    (case, *_) = in_state(officers[0], batch, "draft")
    page = f"/cases/{COUNTY}/{case}"
    deng.get(page)
    given = {"kind": "archive_list", "file": (io.BytesIO(pdf("list")), "目录.pdf")}
    refused = deng.post(f"{page}/documents", given, content_type="multipart/form-data")
    assert (refused.status_code, "REG-50" in refused.text) == (400, True)
    assert re.search(r"<details[^>]* open>\s*<summary>收入一件材料", refused.text)
    given = {"kind": "archive_list", "file": (io.BytesIO(pdf("list")), "目录.pdf"), "number": "12-3至12-9"}
    assert deng.post(f"{page}/documents", given, content_type="multipart/form-data").status_code == 303
    assert "档号 12-3至12-9（目录.pdf）" in deng.get(page).text
