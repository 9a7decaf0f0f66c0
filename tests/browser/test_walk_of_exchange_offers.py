"""An exchange from a phone: a neighbour ticks parcels of its own, the household reads what it would get and agrees."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.browser.conftest import PASSWORD, OpenPage, sign_on
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.exchange_kit import NEIGHBOUR, own_right, parcels_of
from tests.registry_kit import HOUSEHOLD
from tests.villages import COUNTY


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(
        registrar, reviewer, superuser, kind="exchange", to_whom="members", unit="balance_in", price=Decimal("0.00"),
        paid_every="once",
    )  # fmt: skip


def _phone(window: OpenPage, superuser: Connection, code: str) -> Page:
    actor = kit.farmer(superuser, code)
    (login,) = superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
        [passwords.hashed(PASSWORD), actor.account_id],
    ).fetchone() or ("",)
    page = window(width=390)
    sign_on(page, login)
    return page


def test_parcels_are_ticked_on_a_phone_and_read_before_the_yes(
    listing: Listing, window: OpenPage, superuser: Connection, registrar: Actor
) -> None:
    own = sorted(parcels_of(registrar, own_right(registrar, NEIGHBOUR)))
    phone = _phone(window, superuser, NEIGHBOUR)
    phone.goto(f"/bids/listings/{COUNTY}/{listing.listing_id}")
    phone.get_by_label("找补多少元").fill("0")
    follow(phone.get_by_role("button", name="出价"))
    expect(phone.get_by_text("OFF-6").first).to_be_visible()
    phone.locator(f'input[name="parcel"][value="{own[0]}"]').check()
    phone.get_by_label("找补多少元").fill("0")
    follow(phone.get_by_role("button", name="出价"))
    expect(phone.get_by_text("用来换的地块")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off a phone's screen"
    home = _phone(window, superuser, HOUSEHOLD)
    home.goto(f"/offers/{COUNTY}/{listing.listing_id}")
    expect(home.get_by_text("对方用来换的地块")).to_be_visible()
    expect(home.get_by_text(f"…{own[0][-5:]}")).to_be_visible()
    assert home.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off a phone's screen"
    follow(home.get_by_role("button", name="同意互换"))
    expect(home.get_by_text("已经谈妥")).to_be_visible()
