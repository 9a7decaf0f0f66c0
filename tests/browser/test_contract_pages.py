"""Pages of transfer contracts as an operator sees them on a desk and a farmer on a phone, without barriers."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from PIL import Image

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.exchange.contracts import drawing, land_queries, life
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from tests.browser.conftest import PASSWORD, OpenPage, barriers_of, show, sign_on
from tests.browser.walk_kit import follow
from tests.contract_kit import (
    OPERATOR,
    OTHER,
    PAPER,
    VALUES,
    card_of,
    drawn,
    parcels_of,
    right_id,
    signed,
    terms,
    today,
)
from tests.exchange_kit import photographed
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.test_brought import bound
from tests.web.test_contract_right_ends import mortgaged as mortgaged


def test_contracts_and_rents_are_read_and_signed_on_a_desk_and_on_a_phone(
    window: OpenPage, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    to_rights(*officers, superuser, 2)
    contract = signed(drawn())
    waiting = drawn(f"{VILLAGE}010002", codes=parcels_of(OPERATOR, right_id(f"{VILLAGE}010002")))
    new = NewAccount("ling", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    desk = window()
    sign_on(desk, "ling")
    assert barriers_of(show(desk, "/contracts")) == {}
    assert barriers_of(show(desk, "/contracts/late")) == {}
    assert barriers_of(show(desk, f"/contracts/new?county={COUNTY}&household={HOUSEHOLD}&kind=lease")) == {}
    assert barriers_of(show(desk, f"/contracts/{COUNTY}/{contract.contract_id}")) == {}
    show(desk, f"/contracts/{COUNTY}/{waiting.contract_id}")
    desk.select_option("#field-side", "contractor")
    name, card = card_of(f"{VILLAGE}010002")
    assert "（户主）" in desk.inner_text("section[aria-labelledby=sign]")
    desk.fill("#field-name", name)
    desk.fill("#field-card", card)
    desk.check("#field-identity")
    desk.fill("#field-witness", "见证人甲")
    follow(desk.get_by_role("button", name="记录签字"))
    assert "等另一方签字" in desk.inner_text("main")
    bound(officers[0], HOUSEHOLD, "lin.nong")
    phone = window(width=390)
    sign_on(phone, "lin.nong")
    assert barriers_of(show(phone, "/my/contracts")) == {}
    phone.set_viewport_size({"width": 390, "height": 860})
    follow(phone.get_by_role("link", name="看合同和租金"))
    assert barriers_of(phone) == {}
    assert "逾期" in phone.inner_text("main")


def test_what_follows_a_contract_is_drawn_on_a_desk_and_said_no_to_on_a_phone(
    window: OpenPage, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    """The desk's forms of a change and a re-transfer; the household says no to the re-transfer of its land."""
    to_rights(*officers, superuser, 2)
    contract = signed(drawn())
    asked = (COUNTY, contract.contract_id, "retransfer", terms(from_on=today(), until_on=contract.until_on), VALUES)
    onward = drawing.draw_following(OPERATOR, *asked, taker_code=f"{VILLAGE}010002", consent=PAPER)
    service.open_account(
        service.SYSTEM, NewAccount("ling", "交易员己", frozenset({Role.OPERATOR}), COUNTY), PASSWORD, temporary=False
    )
    desk = window()
    sign_on(desk, "ling")
    for relation in ("change", "retransfer"):
        assert barriers_of(show(desk, f"/contracts/{COUNTY}/{contract.contract_id}/next/{relation}")) == {}
        assert desk.locator("#field-consent").count() == (relation == "retransfer")
    bound(officers[0], HOUSEHOLD, "lin.nong")
    phone = window(width=390)
    sign_on(phone, "lin.nong")
    assert "您户承包的地要再流转，请看" in show(phone, "/").inner_text("main")
    assert barriers_of(show(phone, f"/my/contracts/{COUNTY}/{onward.contract_id}")) == {}
    follow(phone.get_by_role("button", name="我不同意"))
    assert "它已经作废" in phone.inner_text("body")


def test_a_creditor_who_waits_to_be_told_is_shown_on_the_desk_and_recorded(
    window: OpenPage, mortgaged: Contract
) -> None:
    new = NewAccount("ling", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    ended = End("terminated", today(), "damaged", None, "挖塘毁地", today())
    life.end(OPERATOR, COUNTY, mortgaged.contract_id, ended, PAPER)
    desk = window(width=390)
    sign_on(desk, "ling")
    assert barriers_of(show(desk, "/contracts")) == {}
    follow(desk.get_by_role("link", name=mortgaged.number).first)
    assert barriers_of(desk) == {}
    assert desk.get_by_label("通知送达日期").input_value() == today().isoformat()
    form = desk.locator("form", has=desk.get_by_role("button", name="记录已通知抵押权人"))
    form.locator("input[type=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photographed()}
    )
    follow(form.get_by_role("button", name="记录已通知抵押权人"))
    assert "抵押权人已经收到合同终止的通知。" in desk.inner_text("main")


def test_an_issuing_party_s_consent_is_looked_at_on_a_desk_before_anybody_signs(
    window: OpenPage, officers: tuple[Actor, Actor], superuser: Connection, tmp_path: Path
) -> None:
    to_rights(*officers, superuser, 2)
    values = {**VALUES, "issuer_consent": "丁家营〔2026〕3号"}
    with unit_of_work(OPERATOR) as uow:
        (right,) = land_queries.rights_of(uow.session, COUNTY, HOUSEHOLD)
    on: dict[str, Any] = {"unit": "yuan_once", "price": Decimal("86000.00"), "paid_every": "once", "values": values}
    draft = drawn(
        codes=parcels_of(OPERATOR, right_id()), kind="assignment", taker=OTHER, until_on=right.term.upper, **on
    )
    new = NewAccount("ling", "交易员己", frozenset({Role.OPERATOR}), COUNTY)
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    bound(officers[0], HOUSEHOLD, "lin.nong")
    phone, desk = window(width=390), window()
    sign_on(phone, "lin.nong")
    assert barriers_of(show(phone, f"/my/contracts/{COUNTY}/{draft.contract_id}")) == {}
    assert "核对以后才能签字" in phone.inner_text("main")
    sign_on(desk, "ling")
    assert barriers_of(show(desk, f"/contracts/{COUNTY}/{draft.contract_id}")) == {}
    assert desk.get_by_role("button", name="记录签字").count() == 0
    scan = tmp_path / "同意书.jpg"
    Image.new("RGB", (40, 30)).save(scan, "JPEG")
    desk.fill("#field-on_day", today().isoformat())
    desk.set_input_files("#field-paper", scan)
    follow(desk.get_by_role("button", name="记录发包方同意"))
    assert "CON-93" in desk.inner_text("main"), "not ticked: nobody looked at it"
    desk.check("#field-read")
    desk.set_input_files("#field-paper", scan)
    follow(desk.get_by_role("button", name="记录发包方同意"))
    assert desk.get_by_role("button", name="记录签字").count() == 1
