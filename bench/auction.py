"""Bids a second in one auction: one bidder after another, and many at once, who all queue for the sale's one lock row."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg

from bench import scratch
from landreg import migrate
from landreg.access.sealing import use_key
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import auction, sale_queries
from tests import bidding_kit as kit
from tests.racing import Racers
from tests.villages import COUNTY

REGISTRAR = Actor(uuid4(), "登记员", Desk.REGISTRY, frozenset(), COUNTY)
REVIEWER = Actor(uuid4(), "审核员", Desk.REGISTRY, frozenset(), COUNTY)
PROCESSES, THREADS = 2, 8


def run(size: int = 0, bids: int = 500, times: int = 15) -> dict[str, Any]:
    """Bids that were taken and bids that were tried a second. size: not used, an auction is the same in any county."""
    with (
        scratch.database() as settings,
        psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as superuser,
    ):
        use_key(settings.keys["identity"])
        superuser.execute("INSERT INTO system.demo DEFAULT VALUES")
        listing = kit.published(REGISTRAR, REVIEWER, superuser, way="auction", price=Decimal("1.00"))
        sale = kit.auction(listing, start=Decimal("1"), step=Decimal("0.01"), deposit=Decimal(0))
        actor, entrants = kit.crowd(superuser, sale, PROCESSES * THREADS)
        kit.pass_time(superuser, hours=1, minutes=1)
        began = time.perf_counter()
        for place in range(bids):
            price = Decimal(place + 100) / 100
            auction.bid(actor, COUNTY, sale.sale_id, entrants[place % 2].entrant_id, price, uuid4())
        alone_s = time.perf_counter() - began
        racers = Racers(dict(settings.urls), PROCESSES, THREADS)
        tasks = [("bid", (actor, sale.sale_id, entrant.entrant_id)) for entrant in entrants]
        racers.race(tasks, 2)
        began = time.perf_counter()
        raced = racers.race(tasks, times)
        together_s = time.perf_counter() - began
        racers.end()
        with unit_of_work(kit.OPERATOR) as uow:
            found = sale_queries.bids(uow.session, COUNTY, sale.sale_id)
        assert [one.seq for one in reversed(found)] == list(range(1, len(found) + 1))
    return {
        "bids_taken_per_second_one_after_another": round(bids / alone_s),
        "bids_taken_per_second_at_once": round(raced.done / together_s),
        "bids_tried_per_second_at_once": round(PROCESSES * THREADS * times / together_s),
        "bids_in_one_order": len(found),
    }
