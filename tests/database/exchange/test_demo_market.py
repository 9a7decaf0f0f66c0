"""The sample's market: what it lists is let through by the rules, and a month is not done twice."""

from __future__ import annotations

from dataclasses import replace

from landreg import demo_market
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.files import Store
from landreg.demo_year import Office
from tests.exchange_kit import OPERATOR, market
from tests.registry_kit import Connection, one
from tests.villages import COUNTY

STATES = """SELECT string_agg(state || '×' || n, ' ' ORDER BY state)
    FROM (SELECT state, count(*) AS n FROM exchange.listing GROUP BY state) AS found"""


def test_the_sample_s_market_lists_returns_withdraws_and_is_resumed(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 5)
    held = demo_market.Market(
        Office(COUNTY, registrar, reviewer, Store(database.store)), replace(OPERATOR, jurisdiction=COUNTY), OPERATOR
    )
    demo_market.begin_month(held, 5)
    assert one(registrar, STATES) == "published×6 returned×1 withdrawn×1"
    demo_market.begin_month(held, 5)
    assert one(registrar, "SELECT count(*) FROM exchange.listing") == 8
    assert one(registrar, "SELECT count(*) FROM exchange.listing_photo") == 3
    demo_market.finish(held)
    assert "submitted" in one(registrar, STATES)
