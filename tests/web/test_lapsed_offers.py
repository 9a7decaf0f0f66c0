"""A price whose day is over waits for nobody: it is shown as lapsed, and another may be named."""

from __future__ import annotations

from decimal import Decimal

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.exchange.bidding import deals, offers
from landreg.exchange.bidding.offers import Word
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR
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


def test_an_offer_for_land_that_another_got_is_moot_on_both_pages(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    at = (COUNTY, listing.listing_id)
    owner, (late, slow), (member, quick) = (
        kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1), kit.household(superuser, NEIGHBOUR),
    )  # fmt: skip
    offers.say(slow, *at, late.taker_id, Word("offer", Decimal(440)))
    offers.say(quick, *at, member.taker_id, Word("offer", Decimal(450)))
    offers.say(owner, *at, member.taker_id, Word("accept"))
    assert deals.proceed(OPERATOR, *at).deal is not None
    kit.pass_time(superuser, days=8)
    for actor in (slow, owner):
        (login,) = superuser.execute(
            "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
            [passwords.hashed(PASSWORD), actor.account_id],
        ).fetchone()  # type: ignore[misc]
        browser.log_in(login)
        page = browser.get(f"/offers/{COUNTY}/{listing.listing_id}").text
        assert "不再议价" in page
        assert "这个价作废，不用撤回" in page
        assert not any(word in page for word in ("已过期", "撤回以后可以重新出价", 'name="kind"'))
