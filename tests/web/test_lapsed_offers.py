"""A price whose day is over waits for nobody: it is shown as lapsed, and another may be named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
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
    first = browser.get("/").text
    assert ("出价：450.00" in first, "前答复" in first) == (True, True)
    assert ACCEPT in browser.get(at).text
    kit.pass_time(superuser, days=8)
    browser.log_in(login)
    first = browser.get("/").text
    assert ("出价：450.00" in first, "对方出的价没有答复，已过期：450.00" in first) == (False, True)
    page = browser.get(at).text
    assert (ACCEPT in page, COUNTER in page, "已过期" in page) == (False, True, True)


def test_after_a_price_has_lapsed_the_taker_is_told_and_offers_anew_without_taking_it_back(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    taker, actor = kit.household(superuser, NEIGHBOUR)
    at = (COUNTY, listing.listing_id)
    offers.say(actor, *at, taker.taker_id, Word("offer", Decimal(450)))
    with pytest.raises(Refused, match="OFF-1"):
        offers.say(actor, *at, taker.taker_id, Word("offer", Decimal(460)))
    browser.log_in(given_password(superuser, actor))
    assert "撤回" in browser.get(f"/offers/{COUNTY}/{listing.listing_id}").text
    kit.pass_time(superuser, days=8)
    browser.log_in(given_password(superuser, actor))
    assert "您出的价没有等到答复，已过期：450.00" in browser.get("/").text
    page = browser.get(f"/offers/{COUNTY}/{listing.listing_id}").text
    assert ('value="withdraw"' in page, 'value="offer"' in page) == (False, True)
    asked = {"kind": "offer", "price": "455", "said": ""}
    assert browser.post(f"/offers/{COUNTY}/{listing.listing_id}", asked).status_code == 303
    assert "已过期：450.00" not in browser.get("/").text


def given_password(superuser: Connection, actor: Actor) -> str:
    """The login of an account, whose password the tests now know."""
    row = superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
        [passwords.hashed(PASSWORD), actor.account_id],
    ).fetchone()
    assert row is not None
    return str(row[0])


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
