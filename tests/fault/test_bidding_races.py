"""Many who bid, accept or deal at the same instant: bids stand in one order, none is lost, and a parcel goes to one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import offers, reviews, sale_queries, taker_queries
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR, own_right, parcels_of
from tests.racing import Racers
from tests.registry_kit import HOUSEHOLD, Connection, one
from tests.villages import COUNTY

PROCESSES, THREADS = 2, 8


@pytest.fixture(scope="module")
def racers(settings: Settings) -> Iterator[Racers]:
    made = Racers(dict(settings.urls), PROCESSES, THREADS)
    yield made
    made.end()


def raced(
    racers: Racers, listing: Listing, superuser: Connection, worker: Actor, database: Settings, times: int
) -> None:
    """Every thread bids what is asked at the instant, so many times: most are outbid on the way."""
    sale = kit.auction(listing, start=Decimal("1"), step=Decimal("0.01"), deposit=Decimal(0))
    actor, entrants = kit.crowd(superuser, sale, PROCESSES * THREADS)
    kit.pass_time(superuser, hours=1, minutes=1)
    found = racers.race([("bid", (actor, sale.sale_id, entrant.entrant_id)) for entrant in entrants], times)
    with unit_of_work(OPERATOR) as uow:
        bids = list(reversed(sale_queries.bids(uow.session, COUNTY, sale.sale_id)))
        standing = sale_queries.standing(uow.session, COUNTY, sale.sale_id)
    assert standing is not None
    assert len(bids) == found.done > 0, "each bid that was acknowledged stands, and no other"
    assert found.done + sum(found.refused.values()) == PROCESSES * THREADS * times
    assert set(found.refused) <= {"BID-2", "BID-10"}
    assert [bid.seq for bid in bids] == list(range(1, len(bids) + 1))
    for before, after in pairwise(bids):
        assert after.price >= before.price + sale.step
        assert after.at >= before.at
        assert after.entrant_id != before.entrant_id
        assert after.closes_at >= before.closes_at
    assert (standing.clock.seq, standing.clock.price) == (bids[-1].seq, bids[-1].price)
    assert kit.strays(worker, database) == []


@pytest.fixture
def sold_by_auction(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction", price=Decimal("1.00"))


def test_bids_of_many_at_once_stand_in_one_order_and_none_is_lost(
    sold_by_auction: Listing, racers: Racers, superuser: Connection, worker: Actor, database: Settings
) -> None:
    raced(racers, sold_by_auction, superuser, worker, database, 15)


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_ten_thousand_bids_at_once(
    sold_by_auction: Listing, racers: Racers, superuser: Connection, worker: Actor, database: Settings
) -> None:
    raced(racers, sold_by_auction, superuser, worker, database, 10_000 // (PROCESSES * THREADS))


def test_of_two_buyers_for_one_parcel_one_hears_yes_and_one_deal_is_made(
    database: Settings, registrar: Actor, reviewer: Actor, racers: Racers, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    owner = kit.farmer(superuser, HOUSEHOLD)
    buyers = [kit.household(superuser, code) for code in (NEIGHBOUR, f"{NEIGHBOUR[:-1]}3")]
    for taker, actor in buyers:
        offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, offers.Word("offer", Decimal(450)))
    yes = racers.race([("say", (owner, listing.listing_id, taker.taker_id, "accept")) for taker, _ in buyers])
    assert yes.done == 1
    assert set(yes.refused) <= {"BID-8", "OFF-1"}
    dealt = racers.race([("proceed", (OPERATOR, listing.listing_id))])
    assert dealt.done == 1
    assert set(dealt.refused) <= {"BID-8", "LST-8", "LST-6"}
    assert one(OPERATOR, "SELECT count(*) FROM exchange.deal") == 1


def test_one_parcel_is_promised_in_one_of_two_exchanges_that_hear_yes_at_once(
    database: Settings, registrar: Actor, reviewer: Actor, racers: Racers, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    changed: dict[str, Any] = {"kind": "exchange", "to_whom": "members", "unit": "balance_in", "price": Decimal("0.00"),
                               "paid_every": "once"}  # fmt: skip
    third = f"{HOUSEHOLD[:-1]}3"
    listing = kit.published(registrar, reviewer, superuser, **changed)
    owner, other = kit.farmer(superuser, HOUSEHOLD), kit.farmer(superuser, third)
    another = kit.offered(registrar, other, third, **changed)
    taker, actor = kit.household(superuser, NEIGHBOUR)
    given = (parcels_of(registrar, own_right(registrar, NEIGHBOUR))[0],)
    for one_listing in (listing, another):
        word = offers.Word("offer", Decimal(0), parcels=given)
        offers.say(actor, COUNTY, one_listing.listing_id, taker.taker_id, word)
    yes = racers.race(
        [
            ("say", (owner, listing.listing_id, taker.taker_id, "accept")),
            ("say", (other, another.listing_id, taker.taker_id, "accept")),
        ]
    )
    assert yes.done == 1
    assert set(yes.refused) <= {"LST-7", "OFF-1", "BID-8"}


def test_a_household_that_bids_twice_at_its_first_instant_is_one_taker_and_a_reserve_is_given_back_once(
    database: Settings, registrar: Actor, reviewer: Actor, racers: Racers, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    kit.published(registrar, reviewer, superuser, way="negotiation")
    first = racers.race([("household", (kit.farmer(superuser, NEIGHBOUR),))])
    assert first.done == PROCESSES * THREADS
    assert one(OPERATOR, "SELECT count(*) FROM exchange.taker") == 1
    taker, today = first.given, beijing_day(kit.now_of())
    with unit_of_work(OPERATOR) as uow:
        asks = taker_queries.taker(uow.session, COUNTY, taker)
    assert asks is not None
    kit.passed(asks)
    reviews.record_reserve(OPERATOR, COUNTY, taker, "paid", Decimal(100), "FX-1", today)
    back = racers.race([("give_back", (OPERATOR, taker, Decimal(60), today))])
    assert back.done == 1
    assert set(back.refused) == {"QUAL-9"}


def test_a_record_of_money_is_corrected_once(
    database: Settings, registrar: Actor, reviewer: Actor, racers: Racers, superuser: Connection, worker: Actor
) -> None:
    use_key(database.keys["identity"])
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction"))
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    with unit_of_work(OPERATOR) as uow:
        (row,) = sale_queries.deposits(uow.session, COUNTY, sale.sale_id)
    today = beijing_day(kit.now_of())
    found = racers.race([("correct", (OPERATOR, row.deposit_id, entrant.entrant_id, today))])
    assert found.done == 1
    assert set(found.refused) <= {"REC-1"}
    with unit_of_work(OPERATOR) as uow:
        assert sale_queries.deposit_held(uow.session, COUNTY, entrant.entrant_id) == kit.DEPOSIT
    assert kit.strays(worker, database) == []
