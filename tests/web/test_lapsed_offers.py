"""A price whose day is over waits for nobody: it is shown as lapsed, and another may be named."""

from __future__ import annotations

from decimal import Decimal

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.exchange.bidding import offers
from landreg.exchange.bidding.offers import Word
from tests import bidding_kit as kit
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY
from tests.web.conftest import PASSWORD, Browser

ACCEPT, COUNTER = 'value="accept"', 'value="counter"'


def test_a_lapsed_offer_is_neither_on_the_first_page_nor_to_be_accepted(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(450)))
    (login,) = superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
        [passwords.hashed(PASSWORD), owner.account_id],
    ).fetchone()  # type: ignore[misc]
    browser.log_in(login)
    at = f"/offers/{COUNTY}/{listing.listing_id}"
    assert "出价：450.00" in browser.get("/").text
    assert ACCEPT in browser.get(at).text
    kit.pass_time(superuser, days=8)
    browser.log_in(login)
    assert "出价：450.00" not in browser.get("/").text
    page = browser.get(at).text
    assert (ACCEPT in page, COUNTER in page, "已过期" in page) == (False, True, True)
