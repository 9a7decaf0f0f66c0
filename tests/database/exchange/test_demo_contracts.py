"""The sample's contracts: made once, at every stage of their life, and a village's project with its words."""

from __future__ import annotations

from landreg import demo_contracts
from landreg.access import service
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.files import Store
from landreg.demo_market import Market
from landreg.demo_year import Office
from tests.bidding_kit import household, published
from tests.contract_kit import OPERATOR
from tests.database.exchange.test_contract_of_deal import dealt
from tests.registry_kit import Connection, one, to_rights
from tests.villages import COUNTY, VILLAGE

COUNT = "SELECT count(*) FROM exchange.contract WHERE state = :state"


def test_the_sample_s_deals_become_contracts_but_for_the_newest(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    listing = published(registrar, reviewer, superuser)
    taker, _actor = household(superuser, f"{VILLAGE}010002")
    dealt(listing, taker.taker_id, listing.price)
    market = Market(Office(COUNTY, registrar, reviewer, Store(database.store)), OPERATOR, OPERATOR)
    demo_contracts.of_deals(market, 1)
    assert one(registrar, COUNT, state="signed") == 0
    demo_contracts.of_deals(market, 0)
    demo_contracts.of_deals(market, 0)
    assert one(registrar, COUNT, state="signed") == 1


def test_the_sample_shows_contracts_signed_registered_late_and_disputed_and_a_village_s_project(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    to_rights(registrar, reviewer, superuser, 16)
    wanted = NewAccount("operator", "交易员样本", frozenset({Role.OPERATOR}), COUNTY)
    account = service.open_account(service.SYSTEM, wanted, "五月的麦子黄了又黄了", temporary=False)
    operator = Actor(account, "交易员样本", Desk.EXCHANGE, frozenset({Role.OPERATOR}), COUNTY)
    market = Market(Office(COUNTY, registrar, reviewer, Store(database.store)), operator, operator)
    demo_contracts.begin_month(market, 2)
    demo_contracts.begin_month(market, 2)
    assert one(registrar, COUNT, state="signed") == 1
    demo_contracts.finish(market)
    demo_contracts.finish(market)
    assert one(registrar, COUNT, state="disputed") == 1
    assert one(registrar, COUNT, state="part_signed") == 6
    passed = "SELECT count(*) FROM exchange.contract WHERE state = 'signed' AND kind = :kind"
    assert [one(registrar, passed, kind=kind) for kind in ("retransfer", "exchange")] == [1, 1]
    assert one(registrar, "SELECT refused::text FROM exchange.project_run").count("CON-12") == 2
    assert one(registrar, "SELECT count(*) FROM exchange.contract_event WHERE kind = 'certified'") == 1
