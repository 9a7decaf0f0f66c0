"""The end of a contract whose right is registered, on its pages: told, refused with what lacks, asked for, opened."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.periods import DAY, years_after
from landreg.exchange.contracts import cancelling, days, drawing
from landreg.exchange.contracts.model import Contract
from landreg.registry.rules.household_requests import LandOperation, Operator
from landreg.registry.rules.requests import RestrictionAsked
from tests.contract_kit import OPERATOR, TAKER, VALUES, drawn, right_id, seen, signed, terms, today
from tests.database.exchange.test_house_leases import HOUSE
from tests.exchange_kit import TERM
from tests.household_kit import asked_for
from tests.registry_kit import BANK, Connection, booked, pass_days, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_contract_life import agreed, of, picture, rule_of

MORTGAGE = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同一号", Decimal("60000.00"), whose=BANK)
ASKED = "双方签字的注销登记申请书"


@pytest.fixture
def mortgaged(officers: tuple[Actor, Actor], superuser: Connection) -> Contract:
    """A lease whose right is registered at the counter under its number, and mortgaged."""
    to_rights(*officers, superuser, 1, **TERM)
    contract = signed(drawn())
    operator = Operator("organization", contract.taker_id, "样本种植专业合作社", TAKER)
    parcels = tuple(one.parcel_code for one in seen(contract).parcels)
    asked = LandOperation(
        "", operator, "lease", contract.number, today(), contract.from_on, contract.until_on - DAY, parcels
    )
    case = asked_for(officers[0], "land_operation", asked, right=right_id())
    booked(*officers, superuser, case, "land_operation")
    with unit_of_work(OPERATOR) as uow:
        right = cancelling.registered(uow.session, seen(contract)).rights[0].right_id
    case = asked_for(officers[0], "mortgage", MORTGAGE, right=right, more=("contractor_consent", "filing"))
    booked(*officers, superuser, case, "mortgage")
    return contract


def logged_in(app: Any, account: OpenAccount, login: str, role: Role) -> Browser:
    account(login, role, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in(login)
    return browser


def test_the_right_of_a_contract_is_told_asked_to_be_struck_out_and_its_case_opened_from_the_pages(
    app: Any, account: OpenAccount, mortgaged: Contract
) -> None:
    ling, deng = logged_in(app, account, "ling", Role.OPERATOR), logged_in(app, account, "qin", Role.REGISTRAR)
    page = ling.get(of(mortgaged, "life/end")).text
    assert "上有抵押（样本农村信用社）" in page
    assert 'name="consent"' in page
    ending = agreed(today())
    assert rule_of(ling.post(of(mortgaged, "end"), {**ending, "paper": picture()})) >= {"CON-39"}
    assert ASKED not in ling.get(of(mortgaged)).text
    given = {**ending, "paper": picture(), "consent": picture()}
    assert ling.post(of(mortgaged, "end"), given).status_code == 303
    page = ling.get(of(mortgaged)).text
    assert "还在登记簿上：合同已经终止，请申请注销登记" in page
    assert "上有抵押（样本农村信用社）。抵押权人已经书面同意终止合同。" in page
    assert ASKED in page
    assert "等双方申请" in deng.get("/contracts/to-register").text
    assert ling.post(of(mortgaged, "cancellation"), {}).status_code == 400
    assert ling.post(of(mortgaged, "cancellation"), {"application": picture()}).status_code == 303
    assert "已申请注销登记，等登记机构立案" in ling.get(of(mortgaged)).text
    waiting = deng.get("/contracts/to-register").text
    assert mortgaged.number in waiting
    assert "注销登记立案" in waiting
    opened = deng.post(of(mortgaged, "cancellation-case"), {})
    assert opened.status_code == 303
    assert "/cases/" in opened.headers["Location"]
    assert "注销登记已立案：" in ling.get(of(mortgaged)).text
    assert deng.post(of(mortgaged, "cancellation-case"), {}).status_code in (409, 422)
    assert ling.post(of(mortgaged, "cancellation-case"), {}).status_code == 403


def test_the_creditor_of_a_contract_that_one_side_ends_waits_at_the_desk_to_be_told(
    app: Any, account: OpenAccount, mortgaged: Contract
) -> None:
    """CON-70: no application before it was."""
    ling = logged_in(app, account, "ling", Role.OPERATOR)
    assert "解除不用它同意，但须书面通知它" in ling.get(of(mortgaged, "life/terminate")).text
    day = today().isoformat()
    assert ling.post(of(mortgaged, "creditor-consent"), {"purpose": "change", "consent": picture()}).status_code == 303
    assert "抵押权人已经书面同意：变更合同。" in ling.get(of(mortgaged)).text
    ending = {"ground": "damaged", "on_day": day, "told_on": day, "said": "挖塘毁地", "paper": picture()}
    assert ling.post(of(mortgaged, "termination"), ending).status_code == 303
    page = ling.get(of(mortgaged)).text
    assert "须书面通知它：样本农村信用社" in page
    assert ASKED not in page
    waiting = "合同已终止，待通知抵押权人"
    assert waiting in ling.get("/contracts").text
    assert waiting in ling.get("/").text
    assert "CON-70" in rule_of(ling.post(of(mortgaged, "cancellation"), {"application": picture()}))
    assert ling.post(of(mortgaged, "creditor-told"), {"told_on": day, "notice": picture()}).status_code == 303
    page = ling.get(of(mortgaged)).text
    assert "抵押权人已经收到合同终止的通知。" in page
    assert ASKED in page
    assert "对方不签字的，凭确认合同已经解除的生效裁判或仲裁裁决" in page
    assert "样本农村信用社 没有书面同意的，登记机构不能只凭双方的申请书注销" in page
    assert waiting not in ling.get("/contracts").text + ling.get("/").text


def test_the_pages_say_that_a_renewal_has_the_right_for_longer(
    app: Any, account: OpenAccount, mortgaged: Contract, superuser: Connection
) -> None:
    """To each who reads the contract; the list names it until the parties have asked."""
    ling, deng = logged_in(app, account, "ling", Role.OPERATOR), logged_in(app, account, "qin", Role.REGISTRAR)
    readers = deng, logged_in(app, account, "fuhe", Role.REVIEWER), logged_in(app, account, "shenji", Role.AUDITOR)
    later = terms(from_on=mortgaged.until_on, until_on=years_after(mortgaged.until_on, 2))
    renewal = signed(drawing.draw_following(OPERATOR, COUNTY, mortgaged.contract_id, "renewal", later, VALUES))
    pass_days(superuser, (mortgaged.until_on - today()).days)
    days.work()
    assert "登记机构把到期日变更到这份续签合同的最后一天" in ling.get(of(renewal)).text
    assert f"合同已经续签，请在续签的合同 {renewal.number} 上申请变更登记" in ling.get(of(mortgaged)).text
    for reader in readers:
        assert "登记簿上的土地经营权还照原合同，等双方申请变更登记。" in reader.get(of(renewal)).text
    waiting = deng.get("/contracts/to-register").text
    assert "合同已变更或者续签、登记簿还照原合同" in waiting
    assert (f">{renewal.number}<" in waiting, f">{mortgaged.number}<" in waiting) == (True, False)
    assert ling.post(of(renewal, "registration"), {"application": picture()}).status_code == 303
    assert "合同已变更或者续签、登记簿还照原合同" not in deng.get("/contracts/to-register").text


def test_an_application_is_declined_from_the_list_and_both_sides_read_why(
    app: Any, account: OpenAccount, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    to_rights(*officers, superuser, 1)
    contract = signed(drawn())
    ling, deng = logged_in(app, account, "ling", Role.OPERATOR), logged_in(app, account, "qin", Role.REGISTRAR)
    assert ling.post(of(contract, "registration"), {"application": picture()}).status_code == 303
    assert "退回申请" in deng.get("/contracts/to-register").text
    assert deng.post(of(contract, "registration/declined"), {"said": " "}).status_code == 400
    assert deng.post(of(contract, "registration/declined"), {"said": "申请书没有双方签字"}).status_code == 303
    assert contract.number not in deng.get("/contracts/to-register").text
    page = ling.get(of(contract)).text
    assert "登记机构退回申请" in page
    assert "申请书没有双方签字" in page
    assert ling.post(of(contract, "registration"), {"application": picture()}).status_code == 303
    assert contract.number in deng.get("/contracts/to-register").text


def test_a_house_s_page_asks_no_register_and_no_filing_and_names_no_land_board(
    app: Any, account: OpenAccount, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    """CON-81, CON-83."""
    to_rights(*officers, superuser, 1)
    contract = signed(drawn(kind="house_lease", unit="yuan_year", price=Decimal("3000.00"), values=HOUSE))
    ling = logged_in(app, account, "ling", Role.OPERATOR)
    page = ling.get(of(contract)).text
    assert "不向发包方备案，不登记土地经营权" in page
    assert not any(word in page for word in ("申请土地经营权登记", "记录备案", "没有向发包方备案", "/next/retransfer"))
    assert rule_of(ling.post(of(contract, "registration"), {"application": picture()})) == {"CON-81"}
    forums = ling.get(of(contract, "life/dispute")).text
    assert 'value="court"' in forums
    assert 'value="arbitration"' not in forums
