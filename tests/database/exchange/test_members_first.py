"""What is listed to the members first: told to them at once, and for others some days later."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import offers, sales
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.rules.entering import for_others_from
from landreg.exchange.routes import first_rows
from landreg.law.book import national_law
from tests import bidding_kit as kit
from tests.database.exchange.test_bidding_walls import at_desk, refused
from tests.exchange_kit import NEIGHBOUR
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY
from tests.web.conftest import Browser

DAYS = 3


@pytest.fixture(autouse=True)
def keys(database: Settings) -> None:
    use_key(database.keys["identity"])


def test_others_enter_a_sale_some_days_after_the_members(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """BID-23."""
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction", to_whom="members_first"))
    neighbour, member = kit.household(superuser, NEIGHBOUR)
    assert sales.enter(member, COUNTY, sale.sale_id, neighbour).member
    stranger, other = kit.person(superuser, 1)
    with pytest.raises(Refused) as early:
        sales.enter(other, COUNTY, sale.sale_id, stranger)
    assert codes(early) == {"BID-23"}
    assert early.value.findings[0].values["day"] == beijing_day(kit.now_of()) + timedelta(days=DAYS)


def test_others_offer_some_days_after_the_members_who_read_of_it_on_their_first_page(
    registrar: Actor, reviewer: Actor, superuser: Connection, app: Any
) -> None:
    """BID-23; the day is told in public."""
    listing = kit.published(registrar, reviewer, superuser, to_whom="members_first")
    stranger, other = kit.person(superuser, 1)
    neighbour, member = kit.household(superuser, NEIGHBOUR)
    opens = beijing_day(kit.now_of()) + timedelta(days=DAYS)
    assert _rows(app, member) == [f"{listing.number}，{opens} 起对外"]
    assert _rows(app, kit.farmer(superuser, listing.household_code)) == _rows(app, other) == []
    assert f"{opens} 起对外" in Browser(app.test_client()).get(f"/market/listings/{listing.number}").text
    word = Word("offer", Decimal("450"))
    with pytest.raises(Refused) as early:
        offers.say(other, COUNTY, listing.listing_id, stranger.taker_id, word)
    assert codes(early) == {"BID-23"}
    assert offers.say(member, COUNTY, listing.listing_id, neighbour.taker_id, word).seq == 1
    kit.pass_time(superuser, days=DAYS)
    assert offers.say(other, COUNTY, listing.listing_id, stranger.taker_id, word).seq == 1
    assert _rows(app, member) == []


def _rows(app: Any, actor: Actor) -> list[str]:
    with app.test_request_context(), unit_of_work(actor) as uow:
        return [row.note for row in first_rows.of_members(uow.session, beijing_day(uow.now))]


def test_the_database_knows_the_same_day_and_lets_nobody_else_in_before_it(
    registrar: Actor, reviewer: Actor, superuser: Connection, as_desk: Any
) -> None:
    """BID-23, past the program; by the book's figure and by the county's own."""
    listing = kit.published(registrar, reviewer, superuser, way="auction", to_whom="members_first")
    sale = kit.auction(listing)
    today = beijing_day(kit.now_of())
    asked = "SELECT exchange.others_from(%s, %s)"
    assert superuser.execute(asked, [COUNTY, listing.listing_id]).fetchone() == (
        for_others_from(today, national_law(COUNTY, today)),
    )
    stranger, other = kit.person(superuser, 1)
    entry = {
        "county": COUNTY, "village": listing.village, "entrant_id": uuid4(), "sale_id": sale.sale_id,
        "taker_id": stranger.taker_id, "by": other.account_id, "by_name": "",
    }  # fmt: skip
    assert refused(at_desk(as_desk, other), "entrant", **entry) == "bid_23_members_hear_of_it_first"
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
           VALUES (%s, gen_random_uuid(), %s, 'BID-23.members_first_days', '', '0', '2021-01-01', '样本', %s, system.clock())""",
        [COUNTY, COUNTY, UUID(int=1)],
    )
    assert sales.enter(other, COUNTY, sale.sale_id, stranger)
