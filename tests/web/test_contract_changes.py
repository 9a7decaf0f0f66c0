"""Changes, re-transfers and drafts on the pages: what the desk's form asks, what a household reads and says no to."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from landreg.core.actor import Actor, Role
from landreg.core.periods import DAY
from landreg.exchange.contracts import drawing, life
from landreg.exchange.contracts.model import Contract
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    UNTIL,
    VALUES,
    drawn,
    parcels_of,
    right_id,
    seen,
    signed,
    terms,
    today,
)
from tests.database.exchange.test_collective_registered import in_force
from tests.exchange_kit import market
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound
from tests.web.test_contract_life import picture


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> Actor:
    to_rights(*officers, superuser, 2)
    return officers[0]


def of(contract: Contract, step: str = "") -> str:
    return f"/contracts/{COUNTY}/{contract.contract_id}" + (f"/{step}" if step else "")


@pytest.mark.usefixtures("village")
def test_the_form_of_a_change_asks_for_no_taker_and_takes_no_landless_nor_unchanged_one(
    browser: Browser, account: OpenAccount
) -> None:
    contract = signed(drawn())
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    page = browser.get(of(contract, "next/change")).text
    assert ('name="taker"' in page, 'name="parcel"' in page, "今天以后的一天开始" in page) == (False, True, True)
    last, code = (UNTIL - DAY).isoformat(), seen(contract).parcels[0].parcel_code
    said = {
        **VALUES, "unit": "yuan_mu_year", "from_on": today().isoformat(), "last_day": last, "price": "600", "escalator": "0",
        "paid_every": "year", "paid": "before",
    }  # fmt: skip
    for more, rule in (
        ({}, "CON-1"),
        ({"parcel": code}, "CON-63"),
        ({"parcel": code, "from_on": "2023-01-01"}, "CON-61"),
    ):
        answer = browser.post(of(contract, "next/change"), {**said, **more})
        assert answer.status_code == 422
        assert rule in re.findall(r'class="code">([A-Z]+-\d+)<', answer.text)
    made = browser.post(of(contract, "next/change"), {**said, "parcel": code, "price": "500"})
    assert made.status_code == 303


@pytest.mark.usefixtures("village")
def test_of_a_contract_that_was_changed_it_is_said_beside_its_receipts_what_went_over(
    browser: Browser, account: OpenAccount
) -> None:
    contract = signed(drawn())
    life.pay(OPERATOR, COUNTY, contract.contract_id, seen(contract).left, today(), "HZ-7", PAPER)
    asked = (COUNTY, contract.contract_id, "change", terms(from_on=today(), price=Decimal(500)), VALUES)
    change = signed(drawing.draw_following(OPERATOR, *asked))
    (over,) = [one.amount_yuan for one in seen(change).credited]
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    said = f'<p class="panel-body mb-0">原合同多付的 {over} 元，转入变更后的合同</p>'
    assert said in browser.get(of(contract)).text
    assert said not in browser.get(of(change)).text


def test_a_household_reads_of_a_draft_and_of_a_re_transfer_of_its_land_and_says_no(
    browser: Browser, village: Actor
) -> None:
    lease, draft = signed(drawn()), drawn(codes=parcels_of(OPERATOR, right_id())[1:])
    asked = (COUNTY, lease.contract_id, "retransfer", terms(from_on=today(), until_on=lease.until_on), VALUES)
    onward = drawing.draw_following(OPERATOR, *asked, taker_code=OTHER, consent=PAPER)
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    assert "您户承包的地要再流转，请看" in browser.get("/").text
    page = browser.get(f"/my{of(onward)}").text
    assert "承包方书面同意再流转" in page
    assert "您户没有同意过的，可以在这里说不" in page
    for one in (onward, draft):
        browser.get(f"/my{of(one)}")
        answer = browser.post(f"/my{of(one, 'decline')}", {"said": "没有同意过"})
        assert answer.status_code == 303
        assert seen(one).contract.state == "withdrawn"
        assert "当事人不同意这份合同" in browser.get(f"/my{of(one)}").text
    assert "您户承包的地要再流转" not in browser.get("/").text
    assert browser.post(f"/my{of(lease, 'decline')}", {"said": ""}).status_code == 409
    assert "我不同意" not in browser.get(f"/my{of(lease)}").text


def test_of_the_collective_s_land_the_form_asks_for_a_resolution_of_its_own_and_fills_in_none(
    officers: tuple[Actor, Actor], superuser: Connection, browser: Browser, account: OpenAccount
) -> None:
    """CON-105."""
    market(*officers, superuser)
    contract = in_force(officers[0], superuser)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    page = browser.get(of(contract, "next/change")).text
    assert contract.clauses["resolution"] not in page
    assert 'name="resolution"' not in page
    said = {
        **VALUES, "unit": "yuan_mu_year", "from_on": today().isoformat(), "last_day": (UNTIL - DAY).isoformat(), "price": "100",
        "escalator": "0", "paid_every": "year", "paid": "before", "parcel": seen(contract).parcels[0].parcel_code,
        "representative": "样本代表",
    }  # fmt: skip
    bare = browser.post(of(contract, "next/change"), said)
    assert (bare.status_code, "CON-105" in bare.text) == (422, True)
    resolved = {"resolved_on": today().isoformat(), "members": "19", "in_favour": "16", "approval": "样政发〔2026〕9号"}
    alone = {**resolved, "members": "1", "in_favour": "1"}
    one_man = browser.post(of(contract, "next/change"), {**said, **alone, "minutes": picture(), "approved": picture()})
    assert (one_man.status_code, "应到 1 人对不上：登记簿里本集体有 2 户" in one_man.text) == (422, True)
    papers = {"minutes": picture(), "approved": picture()}
    made = browser.post(of(contract, "next/change"), {**said, **resolved, **papers})
    assert made.status_code == 303, re.findall(r'class="code">([A-Z]+-\d+)<', made.text)
    drawn_now = browser.get(made.headers["Location"]).text
    assert "成员重新决议" in drawn_now
    assert "收入的是同一个文件，请核对是不是传错了" in drawn_now, "minutes and approval are one picture"
    assert f"成员（代表）会议 {today().isoformat()} 决议" in drawn_now
