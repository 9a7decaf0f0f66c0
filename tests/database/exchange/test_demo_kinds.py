"""The sample's houses: one is offered, agreed on, let and paid; another one and a homestead stay open."""

from __future__ import annotations

from landreg import demo_bids, demo_kinds
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.files import Store
from landreg.demo_market import Market
from landreg.demo_year import Office
from tests.bidding_kit import SECOND
from tests.exchange_kit import OPERATOR, market
from tests.registry_kit import Connection, one, pass_days
from tests.villages import COUNTY

STATES = (
    "SELECT string_agg(kind || ' ' || state, ', ' ORDER BY kind, state) FROM exchange.listing WHERE kind LIKE 'ho%'"
)


def test_a_house_is_let_to_its_end_and_another_one_and_a_homestead_stay_open(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 5)
    held = Market(Office(COUNTY, registrar, reviewer, Store(database.store)), OPERATOR, SECOND)
    demo_kinds.begin_month(held, demo_kinds.LET_IN)
    pass_days(superuser, 31)
    demo_bids.begin_month(held, demo_kinds.LET_IN + 1)
    pass_days(superuser, 90)
    demo_kinds.finish(held)
    demo_kinds.finish(held)
    assert one(OPERATOR, STATES) == "homestead_lease published, house_lease dealt, house_lease published"
    let = "SELECT state || ' ' || (clauses ->> 'house_state') FROM exchange.contract WHERE kind = 'house_lease'"
    assert one(OPERATOR, let) == f"signed {demo_kinds.HOUSE['house_state']}"
    assert one(OPERATOR, "SELECT count(*) > 0 FROM exchange.rent_payment")
