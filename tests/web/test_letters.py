"""Letters to hand out on paper: a notice to remedy, the notice of an end, what is overdue; printed before delivery is recorded."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from landreg.core.pdftext import pdf_text
from tests.contract_kit import OTHER, drawn, early, seen, signed, today
from tests.registry_kit import Connection, pass_days
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_contract_life import ended_today, ling, notice, of, picture, rule_of, village

__all__ = ["ling", "village"]


def letter_of(ling: Browser, page: str, **said: str) -> str:
    """What the letter says that is printed by what the form of its step has so far."""
    return read(ling.client.post(page, data={"csrf_token": ling.token, **said}))


def read(answer: Any) -> str:
    """What a letter says, without its spaces."""
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return re.sub(r"\s", "", pdf_text(BytesIO(answer.data)))


def test_a_notice_to_remedy_is_printed_before_it_is_delivered(ling: Browser, superuser: Connection) -> None:
    """With number, sum, days, remedies, articles and the place where it is signed for; it changes nothing by itself."""
    contract = early(superuser, signed(drawn()))
    page = f"{of(contract)}/remedy/letter.pdf"
    letter = letter_of(ling, page, what="arrears", said="请付清五年的租金")
    for said in (
        "催告通知书", f"编号：{contract.number}-C1", "样本种植专业合作社（受让方）", "请付清五年的租金", "自收到本通知之日起",
        "逾期未付", "合计", "《农村土地承包法》第四十二条", "仲裁", "受送达人签收", "通知人：户主1（流出方）",
    ):  # fmt: skip
        assert said in letter, said
    assert seen(contract).of("remedy_asked") is None
    assert ling.post(of(contract, "remedy"), notice()).status_code == 303
    assert f"{contract.number}-C2" in letter_of(ling, page, what="use", said="改种")


def test_the_inquiry_on_renewal_says_its_last_day(ling: Browser, superuser: Connection) -> None:
    contract = early(superuser, signed(drawn()))
    page = of(contract, "life/renewal_asked")
    form = ling.get(page).text
    assert "到期没有答复" in form
    assert "答复期 15 天" in form
    letter = letter_of(ling, f"{of(contract)}/renewal/letter.pdf", said="每亩 600 元")
    for said in (
        "续约征询书",
        f"编号：{contract.number}-X1",
        "每亩600元",
        "自收到本通知之日起15日内",
        "第十条",
        "受送达人签收",
    ):
        assert said in letter, said
    posted = {"answer": "renewal_asked", "told_on": today().isoformat(), "paper": picture()}
    assert ling.post(f"{of(contract)}/renewal-word", posted).status_code == 303
    last = (today() + timedelta(days=15)).isoformat()
    assert f"最后答复日 {last}" in ling.get(page).text
    assert f"最后答复日 {last}；在那以前不能另签他人" in ling.get(of(contract)).text
    pass_days(superuser, 16)
    assert f"最后答复日 {last} 已过，没有答复，请记录" in ling.get(of(contract)).text


def test_no_letter_says_what_the_law_does_not_let(ling: Browser, superuser: Connection) -> None:
    """CON-66, CON-7: an empty notice, arrears where nothing is owed, an end on no ground; FORM-5 for what is of no list."""
    contract = signed(drawn(from_on=today(), until_on=date(2027, 7, 1), paid_before=False))
    key = of(contract)
    assert rule_of(ling.post(f"{key}/remedy/letter.pdf", {"what": "use", "said": " "})) == {"CON-66"}
    assert rule_of(ling.post(f"{key}/remedy/letter.pdf", {"what": "none", "said": "x"})) == {"FORM-5"}
    assert rule_of(ling.post(f"{key}/remedy/letter.pdf", {"what": "arrears", "said": "付清"})) == {"CON-66"}
    ended = f"{key}/termination/letter.pdf"
    assert rule_of(ling.post(ended, {"ground": "serious_breach", "said": "没有催告"})) == {"CON-7"}
    letter = letter_of(ling, ended, ground="use_changed", said="改建厂房")
    assert "解除合同通知书" in letter
    assert "改建厂房" in letter
    assert "请求确认解除是否有效" in letter


def test_the_letters_on_what_is_overdue_are_printed_one_by_one_and_all_together(
    ling: Browser, superuser: Connection
) -> None:
    first = early(superuser, signed(drawn()))
    second = early(superuser, signed(drawn(OTHER)))
    late = ling.get("/contracts/late").text
    assert "/contracts/late/letters.pdf" in late
    together = read(ling.client.get("/contracts/late/letters.pdf"))
    assert together.count("逾期价款提醒函") >= 2
    assert all(one.number in together for one in (first, second))
    alone = read(ling.client.get(f"/contracts/late/letters.pdf?number={first.number}"))
    assert first.number in alone
    assert second.number not in alone
    assert ling.client.get("/contracts/late/letters.pdf?number=0").status_code == 404


def test_an_end_is_told_by_its_letter_after_a_notice_ran_out(ling: Browser, superuser: Connection) -> None:
    contract = early(superuser, signed(drawn()))
    assert ling.post(of(contract, "remedy"), notice()).status_code == 303
    pass_days(superuser, 32)
    letter = letter_of(ling, f"{of(contract)}/termination/letter.pdf", ground="serious_breach", said="至今未付")
    assert f"{contract.number}-J1" in letter
    assert "至今未付" in letter
    assert "合计" in letter
    ending = {"ground": "serious_breach", **ended_today(), "paper": picture()}
    assert ling.post(of(contract, "termination"), ending).status_code == 303


@pytest.mark.parametrize("role", [Role.FARMER, Role.AUDITOR])
def test_nobody_else_prints_them(app: Any, account: OpenAccount, village: Actor, role: Role) -> None:
    account("other", role, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in("other")
    assert browser.client.get("/contracts/late/letters.pdf").status_code == 403
