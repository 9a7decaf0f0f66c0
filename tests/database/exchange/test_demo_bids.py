"""The sample's deals: neighbours are heard, land is auctioned, and a step that was taken is not taken again."""

from __future__ import annotations

import pytest

from landreg import demo_bids, demo_market
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.files import Store
from landreg.demo_year import Office
from landreg.exchange.listings import days
from tests.bidding_kit import SECOND
from tests.exchange_kit import OPERATOR, market
from tests.registry_kit import Connection, one, pass_days
from tests.villages import COUNTY

LAST_WINS = """SELECT bool_and(e.plate = (SELECT max(o.plate) FROM exchange.entrant AS o WHERE o.sale_id = e.sale_id))
    FROM exchange.deal AS d JOIN exchange.sale AS s ON s.listing_id = d.listing_id
    JOIN exchange.entrant AS e ON e.sale_id = s.sale_id AND e.taker_id = d.taker_id WHERE d.way = s.way"""


def test_the_sample_s_listings_are_dealt_with_by_talk_by_auction_and_by_sealed_bids(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 5)
    held = demo_market.Market(Office(COUNTY, registrar, reviewer, Store(database.store)), OPERATOR, SECOND)
    demo_market.begin_month(held, 3)
    for number in range(3, 11):
        # What the worker of the market ends comes each month before what the bidders do, as in `make run`.
        days.work(WORKER)
        demo_bids.begin_month(held, number)
        demo_bids.begin_month(held, number)
        pass_days(superuser, 31)
    ways = "SELECT string_agg(DISTINCT by, ' ' ORDER BY by) FROM exchange.deal"
    assert one(OPERATOR, ways) == "auction negotiation sealed"
    assert one(OPERATOR, "SELECT count(*) > 3 FROM exchange.bid")
    # To whom the land did not go has the deposit again.
    assert one(OPERATOR, "SELECT count(*) > 0 FROM exchange.deposit WHERE kind = 'returned'")
    # What the auditor's watch is there for: who enters last wins, each time.
    assert one(OPERATOR, LAST_WINS) is True


def test_what_was_sealed_for_the_keys_of_a_run_that_was_broken_off_stays_shut_and_the_next_run_goes_on(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 5)
    held = demo_market.Market(Office(COUNTY, registrar, reviewer, Store(database.store)), OPERATOR, SECOND)
    demo_market.begin_month(held, 3)
    for number in range(3, 10):
        days.work(WORKER)
        demo_bids.begin_month(held, number)
        monkeypatch.setattr(demo_bids, "_KEYS", {})
        demo_bids.officers(held, COUNTY)
        pass_days(superuser, 31)
    assert one(OPERATOR, "SELECT count(*) > 0 FROM exchange.sealed_bid") is True
    assert one(OPERATOR, "SELECT count(*) FROM exchange.opened_bid") == 0
