"""A sealed bid from a phone: locked there, opened by two officers in their browsers, and seen by the bidder again."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from secrets import token_bytes
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from landreg.access import passwords, service
from landreg.access.sealing import use_key
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import sealed, sealed_queries
from landreg.exchange.bidding.rules.sealing import WRAPPED
from landreg.exchange.listings.rules.units import year_of
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.browser.conftest import PASSWORD, OpenPage, sign_on
from tests.conftest import Connection
from tests.exchange_kit import OPERATOR
from tests.villages import COUNTY

PASSPHRASE = "两把钥匙才能打开这一扇门"


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="sealed")


def _operator(login: str) -> Actor:
    new = NewAccount(login, f"交易员{login}", frozenset({Role.OPERATOR}), COUNTY)
    account = service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    return Actor(account, new.name, Desk.EXCHANGE, new.roles, COUNTY)


def _signed_on(page: Page, login: str) -> Page:
    sign_on(page, login)
    return page


def _key_of(desk: Page, folder: Path, name: str) -> Path:
    """The officer makes her key; the file that the browser gives her."""
    desk.goto("/sales/keys")
    desk.get_by_label("密码").fill(PASSPHRASE)
    with desk.expect_download() as given:
        desk.get_by_role("button", name="制作并保存文件").click()
    file = folder / f"{name}.json"
    given.value.save_as(file)
    expect(desk.get_by_text("公钥已登记")).to_be_visible()
    return file


def test_a_bid_is_locked_on_a_phone_and_opened_by_two_officers(
    listing: Listing, window: OpenPage, superuser: Connection, tmp_path: Path
) -> None:
    officers = [_operator(login) for login in ("jiaoyi-a", "jiaoyi-b")]
    desks = [_signed_on(window(), login) for login in ("jiaoyi-a", "jiaoyi-b")]
    files = [_key_of(desk, tmp_path, f"key-{place}") for place, desk in enumerate(desks)]
    assert PASSPHRASE not in files[0].read_text("utf-8")
    asked = kit.setting(officer_one=officers[0].account_id, officer_two=officers[1].account_id)
    sale = kit.set_up(officers[0], listing, asked)
    taker, actor = kit.person(superuser, 1)
    kit.entered(sale, taker, actor)
    spoiler, spoiling = kit.person(superuser, 2)
    spoilt = kit.entered(sale, spoiler, spoiling)
    superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s",
        [passwords.hashed(PASSWORD), actor.account_id],
    )
    kit.pass_time(superuser, hours=1, minutes=1)
    noise = replace(kit.locked(sale, spoilt, "900")[1], wrapped=(token_bytes(WRAPPED), token_bytes(WRAPPED)))
    sealed.hand_in(spoiling, COUNTY, sale.sale_id, spoilt.entrant_id, noise, uuid4())
    phone = _signed_on(window(width=390), "ren-00001")
    phone.goto(f"/bids/{COUNTY}/{sale.sale_id}")
    phone.locator("[data-seal-price]").fill("abc")
    phone.get_by_role("button", name="加密并交出").click()
    expect(phone.locator("[data-seal-fault]")).to_be_visible()
    for price, fault in (("299.99", "low"), ("10000000", "over"), ("1500.01", "high")):
        phone.locator("[data-seal-price]").fill(price)
        phone.get_by_role("button", name="加密并交出").click()
        expect(phone.locator(f"[data-seal-{fault}-fault]")).to_be_visible()
        expect(phone.get_by_role("alert").filter(visible=True)).to_have_count(1)
    phone.locator("[data-seal-price]").fill("600,5")
    expect(phone.locator("[data-seal-said]")).to_be_empty()
    phone.get_by_role("button", name="加密并交出").click()
    expect(phone.locator("[data-seal-fault]")).to_be_visible()
    phone.locator("[data-seal-price]").fill("1，000")
    expect(phone.locator("[data-seal-fault]")).to_be_hidden()
    expect(phone.locator("[data-seal-said]")).to_contain_text("1,000.00 元/亩·年")
    phone.locator("[data-seal-price]").fill("512.5")
    year = f"{year_of(listing.unit, Decimal('512.5'), listing.area_mu):,.2f}"
    expect(phone.locator("[data-seal-said]")).to_have_text(
        f"您填的是 512.50 元/亩·年，{listing.area_mu} 亩第一年一共 {year} 元。"
    )
    expect(phone.locator("[data-seal-keep]")).not_to_be_checked()
    phone.locator("[data-seal-keep]").check()
    with phone.expect_request(lambda request: request.method == "POST") as sent:
        phone.get_by_role("button", name="加密并交出").click()
    assert "512.5" not in (sent.value.post_data or "")
    expect(phone.get_by_text("密封报价已收到")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off a phone's screen"
    kept = phone.locator("[data-seal-kept]")
    expect(kept).to_contain_text("您在这台设备上报的是 512.50")
    other = _signed_on(window(width=390), "ren-00001")
    other.goto(f"/bids/{COUNTY}/{sale.sale_id}")
    expect(other.locator("[data-seal-kept]")).to_be_hidden()
    kit.pass_time(superuser, hours=4)
    for desk, file in zip(desks, files, strict=True):
        desk.goto(f"/sales/{COUNTY}/{sale.sale_id}")
        # The other officer's file opens with the same words, and is not the key of these halves.
        desk.locator("[data-key-file]").set_input_files(files[1] if file == files[0] else files[0])
        desk.locator("[data-key-pass]").fill(PASSPHRASE)
        desk.get_by_role("button", name="解开并交出").click()
        expect(desk.locator("[data-key-fault]")).to_be_visible()
        desk.locator("[data-key-file]").set_input_files(file)
        desk.locator("[data-key-pass]").fill("错误的密码错误的密码")
        desk.get_by_role("button", name="解开并交出").click()
        expect(desk.locator("[data-key-fault]")).to_be_visible()
        desk.locator("[data-key-pass]").fill(PASSPHRASE)
        desk.get_by_role("button", name="解开并交出").click()
        expect(desk.get_by_text("您的一半密钥已交出并核对").or_(desk.get_by_text("512.50")).first).to_be_visible()
    expect(desks[1].get_by_text("512.50").first).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("512.50").first).to_be_visible()
    assert phone.evaluate("Object.keys(localStorage).filter(key => key.startsWith('landreg-own-price'))") == []
    with unit_of_work(OPERATOR) as uow:
        found = {bid.plate: bid.price for bid in sealed_queries.opened_told(uow.session, COUNTY, sale.sale_id)}
    assert found == {1: Decimal("512.50"), 2: None}, "an envelope of noise keeps no other shut"
    assert "用其密钥解不开" in phone.content()
