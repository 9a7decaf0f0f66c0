"""An objector is answered: the officer reaches them, the letter is printed, and the notice tells by receipt what became of it."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from landreg.access.sealing import seal
from landreg.core.actor import NOBODY, Actor
from landreg.core.db import unit_of_work
from landreg.registry import public_desk
from landreg.registry.casework import cases, notices, opening
from tests.papers_kit import pdf
from tests.registry_kit import in_state, one
from tests.villages import COUNTY, VILLAGE, stage_village
from tests.web.conftest import Browser


@pytest.fixture
def objected(superuser: Any, officers: tuple[Actor, Actor]) -> tuple[UUID, str, str]:
    """A case that a neighbour objected to; the number of its notice, and of the receipt."""
    registrar, reviewer = officers
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    number, _ = notices.publish(registrar, COUNTY, ids, "首次登记公告")
    case = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :id', id=ids[0])
    with unit_of_work(NOBODY) as uow:
        receipt = public_desk.raise_objection(uow.session, number, case, "样本邻居", seal("13800000000"), "界线不对")
    return ids[0], number, receipt


def test_an_objector_is_reached_answered_in_writing_and_told_by_receipt(
    shen: Browser, browser: Browser, objected: tuple[UUID, str, str], officers: tuple[Actor, Actor]
) -> None:
    case, notice, receipt = objected
    objection = one(officers[0], "SELECT objection_id FROM registry.objection")
    page = f"/cases/{COUNTY}/{case}"
    text = shen.get(page).text
    assert receipt in text
    assert "13800000000" not in text
    short = shen.post(f"{page}/objections/{objection}/contact", {"reason": "看"})
    assert (short.status_code, "ACC-15" in short.text, "13800000000" in short.text) == (400, True, False)
    assert "13800000000" in shen.post(f"{page}/objections/{objection}/contact", {"reason": "约时间到现场查看"}).text
    assert "13800000000" not in shen.get(page).text

    told = f"/notices/{notice}?receipt={receipt}"
    assert "该业务已停止办理，异议处理完毕前不登簿" in browser.get(told).text
    settled = shen.post(
        f"{page}/objections/{objection}", {"outcome": "dismissed", "settlement": "经实地查看，墙在界线以内"}
    )
    assert settled.status_code == 303
    paper = one(officers[0], "SELECT number FROM registry.paper WHERE kind = 'objection_answer'")
    after = browser.get(told).text
    assert paper in after
    assert "异议不成立" in after
    assert "样本邻居" not in after
    assert "墙在界线以内" not in after
    assert "没有这个回执号" in browser.get(f"/notices/{notice}?receipt=00000000").text
    assert "异议处理告知书" in browser.get("/check", query_string={"number": paper}).text

    (address,) = re.findall(r"/cases/[^\"]*objection-answers/[^\"]*", shen.get(page).text)
    letter = shen.client.get(address).data
    assert shen.client.get(address).data == letter
    said = re.sub(r"\s", "", "".join(one.extract_text() for one in PdfReader(io.BytesIO(letter)).pages))
    for words in (
        "样本邻居",
        receipt,
        notice,
        "墙在界线以内",
        "60日内，可以依法向610902人民政府申请行政复议",
        "6个月内，可以依法向610902人民法院提起行政诉讼",
        "《不动产登记暂行条例》第十八条",
    ):
        assert words in said, words
    assert "《不动产登记暂行条例》第二十二条" not in said
    assert "户主1" not in said


def test_an_objection_from_the_net_is_withdrawn_by_its_objector_s_writing_alone(
    shen: Browser, browser: Browser, objected: tuple[UUID, str, str], officers: tuple[Actor, Actor], superuser: Any
) -> None:
    """REG-48: the office says upheld or dismissed; that it was taken back says the objector."""
    case, notice, receipt = objected
    assert "到登记机构的受理窗口交书面撤回申请" in browser.get(f"/notices/{notice}?receipt={receipt}").text
    page = f"/cases/{COUNTY}/{case}"
    objection = one(officers[0], "SELECT objection_id FROM registry.objection")
    today = one(officers[0], "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    said = {"outcome": "withdrawn", "settlement": "实地复核，墙在界线以内"}
    writing = {**said, "withdrawn_by": "writing", "withdrawn_on": today.isoformat()}
    for given in (
        said,
        {**writing, "withdrawn_by": "counter"},
        writing,
        {**writing, "paper": (io.BytesIO(b"no paper"), "撤回申请.pdf")},
        {
            **writing,
            "withdrawn_on": (today - timedelta(days=1)).isoformat(),
            "paper": (io.BytesIO(pdf("撤回")), "撤回申请.pdf"),
        },
        {
            **writing,
            "withdrawn_on": (today + timedelta(days=1)).isoformat(),
            "paper": (io.BytesIO(pdf("撤回")), "撤回申请.pdf"),
        },
    ):
        answer = shen.post(f"{page}/objections/{objection}", given)
        assert answer.status_code == 400
        assert "REG-48" in answer.text or "FORM-15" in answer.text
    assert one(officers[0], "SELECT count(*) FROM registry.document WHERE kind = 'objection_withdrawal'") == 0
    assert 'value="counter"' not in shen.get(page).text
    done = shen.post(f"{page}/objections/{objection}", {**writing, "paper": (io.BytesIO(pdf("撤回")), "撤回申请.pdf")})
    assert done.status_code == 303
    told = shen.get(page).text
    assert f"异议人于{today:%Y年%m月%d日}提交书面撤回申请。实地复核，墙在界线以内" in told
    assert "撤回申请.pdf" in told


def test_an_objection_to_a_case_that_has_ended_is_withdrawn_by_a_writing_whose_hash_is_told(
    shen: Browser, objected: tuple[UUID, str, str], officers: tuple[Actor, Actor]
) -> None:
    """Its folder is closed, and the household's next application waits for the objection (REG-6)."""
    case, _, _ = objected
    cases.withdraw(officers[0], COUNTY, [case], "户主要求撤回")
    objection = one(officers[0], "SELECT objection_id FROM registry.objection")
    today = one(officers[0], "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    page, content = f"/cases/{COUNTY}/{case}", pdf("撤回")
    shen.get(page)
    given = {"outcome": "withdrawn", "settlement": "实地复核，墙在界线以内", "withdrawn_by": "writing"}
    given |= {"withdrawn_on": today.isoformat(), "paper": (io.BytesIO(content), "撤回申请.pdf")}
    assert shen.post(f"{page}/objections/{objection}", given).status_code == 303
    assert f"SHA-256 {hashlib.sha256(content).hexdigest()}" in shen.get(page).text


def test_an_objection_of_the_counter_is_withdrawn_by_word_on_its_day(
    shen: Browser, objected: tuple[UUID, str, str], officers: tuple[Actor, Actor]
) -> None:
    case, _notice, _receipt = objected
    page = f"/cases/{COUNTY}/{case}"
    raised = notices.object_to(officers[0], COUNTY, case, "东邻", "界线不对")
    today = one(officers[0], "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    said = {"outcome": "withdrawn", "settlement": "两家已谈妥", "withdrawn_by": "counter"}
    assert 'value="counter"' in shen.get(page).text
    assert "REG-48" in shen.post(f"{page}/objections/{raised}", said).text
    done = shen.post(f"{page}/objections/{raised}", {**said, "withdrawn_on": today.isoformat()})
    assert done.status_code == 303
    assert f"异议人于{today:%Y年%m月%d日}到窗口当面撤回。两家已谈妥" in shen.get(page).text
