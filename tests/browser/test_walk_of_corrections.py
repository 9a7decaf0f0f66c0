"""A deposit that was recorded wrongly: corrected at the desk, read by the bidder on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from landreg.access import passwords, service
from landreg.access.sealing import use_key
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.browser.conftest import PASSWORD, OpenPage, sign_on
from tests.conftest import Connection
from tests.villages import COUNTY


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_mistyped_receipt_is_corrected_at_the_desk_and_read_by_the_bidder(
    listing: Listing, window: OpenPage, superuser: Connection, width: int
) -> None:
    sale = kit.auction(listing)
    taker, actor = kit.person(superuser, 1)
    kit.entered(sale, taker, actor, "BZ-9")
    superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s",
        [passwords.hashed(PASSWORD), actor.account_id],
    )
    service.open_account(
        service.SYSTEM, NewAccount("jiaoyi", "交易员甲", frozenset({Role.OPERATOR}), COUNTY), PASSWORD, temporary=False
    )
    desk = window(width=width)
    sign_on(desk, "jiaoyi")
    desk.goto(f"/sales/{COUNTY}/{sale.sale_id}")
    desk.get_by_role("link", name="更正").click()
    desk.get_by_role("button", name="更正", exact=True).click()
    expect(desk.get_by_text("写明错在哪里").first).to_be_visible()
    desk.get_by_label("错在哪里，依据什么更正").fill("回单号抄错，核对银行流水后更正")
    desk.get_by_label("回单号").fill("BZ-1")
    desk.get_by_role("button", name="更正", exact=True).click()
    expect(desk.get_by_text("回单号抄错，核对银行流水后更正")).to_be_visible()
    expect(desk.get_by_text("BZ-1", exact=True)).to_be_visible()
    assert desk.get_by_role("link", name="更正").count() == 1, "what was corrected is not corrected again"
    phone = window(width=390)
    sign_on(phone, "ren-00001")
    phone.goto(f"/bids/{COUNTY}/{sale.sale_id}")
    for said in ("BZ-9", "BZ-1"):
        expect(phone.get_by_text(said, exact=True)).to_be_visible()
    expect(phone.get_by_text("保证金已到账")).to_be_visible()
    for page in (desk, phone):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the screen"
