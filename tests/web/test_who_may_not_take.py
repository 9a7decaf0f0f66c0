"""Who may not take land is told before anything is typed, by the rules that judge it afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from landreg.access import passwords
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.exchange.bidding import takers
from landreg.exchange.bidding.takers import Opening
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection
from tests.villages import COUNTY
from tests.web.conftest import PASSWORD, Browser

Published = Callable[..., Listing]


@pytest.fixture
def published(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Published:
    use_key(database.keys["identity"])
    return lambda **changed: kit.published(registrar, reviewer, superuser, **changed)


def _signed_on(browser: Browser, superuser: Connection, actor: Actor) -> Browser:
    """In the browser, with a password of its own."""
    (login,) = superuser.execute(
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login",
        [passwords.hashed(PASSWORD), actor.account_id],
    ).fetchone()  # type: ignore[misc]
    browser.log_in(login)
    return browser


@pytest.mark.parametrize("way", ["auction", "negotiation"])
def test_a_townsperson_reads_that_land_for_members_is_not_for_them_and_finds_no_form(
    way: str, browser: Browser, published: Published, superuser: Connection
) -> None:
    listing = published(way=way, to_whom="members")
    sale = kit.auction(listing) if way == "auction" else None
    at = f"/bids/{COUNTY}/{sale.sale_id}" if sale else f"/offers/{COUNTY}/{listing.listing_id}"
    _signed_on(browser, superuser, kit.person(superuser, 3)[1])
    page = browser.get(at).text
    assert "这宗土地只在本集体成员之间流转" in page
    assert f'action="{at}/enter"' not in page
    assert 'value="offer"' not in page
    step = browser.post(f"{at}/enter") if sale else browser.post(at, {"kind": "offer", "price": "400"})
    assert (step.status_code, "BID-11" in step.text) == (422, True)


def test_a_business_without_its_review_reads_so_and_finds_the_form_where_none_is_asked(
    browser: Browser, published: Published, superuser: Connection
) -> None:
    listing = published(way="negotiation")
    asked = Opening("organisation", "样本农业公司", "93610902MA0000001B", "0915-1", "qiye-1")
    firm, _password = takers.open_at_counter(OPERATOR, asked)
    _signed_on(browser, superuser, kit.of_taker(firm))
    at = f"/offers/{COUNTY}/{listing.listing_id}"
    assert 'value="offer"' in browser.get(at).text
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
           VALUES (%s, gen_random_uuid(), %s, 'QUAL-1.threshold_mu', '', '1', '2021-01-01', '样本', %s, system.clock())""",
        [COUNTY, COUNTY, OPERATOR.account_id],
    )
    page = browser.get(at).text
    assert "须先通过资格审查" in page
    assert 'value="offer"' not in page
    assert browser.post(at, {"kind": "offer", "price": "400"}).status_code == 422


def test_who_lists_the_land_reads_that_it_is_their_own(
    browser: Browser, published: Published, superuser: Connection
) -> None:
    listing = published(way="negotiation")
    _signed_on(browser, superuser, kit.farmer(superuser, listing.household_code))
    page = browser.get(f"/offers/{COUNTY}/{listing.listing_id}").text
    assert "这是您户自己挂牌的土地，自己不能报价" in page
    assert 'value="offer"' not in page
