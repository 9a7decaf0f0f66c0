"""Where a sale stands, as triggers keep it beside bids, entrants and events, is held against these: a blow at it is named."""

from __future__ import annotations

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.bidding.clock_queries import clocks_otherwise
from tests import bidding_kit as kit
from tests.database.exchange import test_auctions, test_sealed_bids
from tests.registry_kit import Connection
from tests.villages import past_triggers


def otherwise(actor: Actor) -> set[tuple[str, str]]:
    with unit_of_work(actor) as uow:
        return {(row.key, row.fact) for row in clocks_otherwise(uow.session)}


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.mark.parametrize("way", ["auction", "sealed"])
def test_a_sale_stands_as_its_bids_say_and_a_blow_at_it_is_named(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, auditor: Actor, way: str
) -> None:
    listing = kit.published(registrar, reviewer, superuser, way=way)
    if way == "auction":
        sale = kit.auction(listing)
        assert otherwise(worker) == set(), "before anybody entered"
        live = test_auctions.Bidders(superuser, sale)
        live.bid(0, "300")
        live.bid(1, "310")
    else:
        sale = kit.sealed_sale(listing)
        locked = test_sealed_bids.Bidders(superuser, sale)
        locked.bid(0, "300")
        locked.bid(1, "310")
    assert otherwise(worker) == set()
    for fact, blow in (
        ("price", "price = 999"), ("plate", "plate = 9"), ("seq", "seq = seq + 1"), ("over", "over = 'cancelled'"),
        ("closes_at", "closes_at = closes_at + interval '1 hour'"), ("entrants", "entrants = entrants + 1"),
    ):  # fmt: skip
        with past_triggers(superuser):
            superuser.execute("CREATE TEMP TABLE was AS SELECT * FROM exchange.sale_clock")
            superuser.execute(f"UPDATE exchange.sale_clock SET {blow}")
        assert otherwise(worker) == otherwise(auditor) == {(str(sale.sale_id), fact)}
        with past_triggers(superuser):
            superuser.execute("DELETE FROM exchange.sale_clock")
            superuser.execute("INSERT INTO exchange.sale_clock SELECT * FROM was")
            superuser.execute("DROP TABLE was")
    assert otherwise(worker) == set()
