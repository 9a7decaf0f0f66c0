"""The least that a household takes, kept back: no login reads it before the close, and only what is bid is held against it."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk
from landreg.core.db import engine_of, unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.bidding import auction, deals, sale_queries
from landreg.exchange.listings import floor_queries
from landreg.exchange.logged import SOURCES
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.exchange_kit import OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY

LEAST = Decimal("340.00")


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction", floor=LEAST, price=Decimal("400.00"))


def test_no_login_but_that_of_the_recheck_reads_what_a_listing_keeps_back(superuser: Connection) -> None:
    """From the catalog: neither the column, nor the table whole, by itself or by a role that it has."""
    logins = superuser.execute(
        """SELECT r.rolname, has_column_privilege(r.rolname, 'exchange.listing', 'floor', 'SELECT'),
               has_any_column_privilege(r.rolname, 'exchange.listing', 'SELECT')
           FROM pg_roles AS r WHERE r.rolname LIKE 'landreg\\_%' AND r.rolcanlogin AND NOT r.rolsuper
             AND r.rolname <> 'landreg_owner'"""
    ).fetchall()
    assert {name for name, reads, _ in logins if reads} == {"landreg_worker"}
    assert {"landreg_registry", "landreg_exchange", "landreg_citizen"} <= {name for name, _, any_ in logins if any_}
    may = superuser.execute(
        """SELECT f.name, array_agg(r.rolname::text ORDER BY r.rolname) FROM unnest(ARRAY['own_floor(text,uuid)',
               'floor_kept_of_ended(text,uuid)', 'reaching(text,uuid)']) AS f (name)
           JOIN pg_roles AS r ON r.rolname LIKE 'landreg\\_%' AND r.rolcanlogin AND NOT r.rolsuper AND r.rolname <> 'landreg_owner'
               AND has_function_privilege(r.rolname, 'exchange.' || f.name, 'EXECUTE') GROUP BY f.name"""
    ).fetchall()
    assert dict(may) == {
        "own_floor(text,uuid)": ["landreg_citizen"], "floor_kept_of_ended(text,uuid)": ["landreg_auditor"],
        "reaching(text,uuid)": ["landreg_exchange"],
    }  # fmt: skip


def test_who_may_read_the_salt_of_a_leaf_cannot_try_the_least_out_on_it(
    listing: Listing, superuser: Connection
) -> None:
    """A leaf holds the listing's whole row, salted: what is drawn beside the least is in it, and no desk reads that."""
    reads = superuser.execute(
        """SELECT r.rolname FROM pg_roles AS r WHERE r.rolname LIKE 'landreg\\_%' AND r.rolcanlogin AND NOT r.rolsuper
           AND r.rolname <> 'landreg_owner' AND has_column_privilege(r.rolname, 'exchange.listing', 'floor_mark', 'SELECT')"""
    ).fetchall()
    assert reads == [("landreg_worker",)]
    (mark,) = superuser.execute("SELECT floor_mark FROM exchange.listing").fetchone() or (None,)
    assert isinstance(mark, UUID)
    with unit_of_work(WORKER) as uow:
        ((_key, _facts, told),) = SOURCES["exchange.listed"](uow.session)
    assert f"floor_mark={mark}" in told["row"]


def test_the_household_alone_is_told_and_the_desks_that_there_is_one(
    listing: Listing, superuser: Connection, registrar: Actor
) -> None:
    key = (COUNTY, listing.listing_id)
    with unit_of_work(kit.farmer(superuser, HOUSEHOLD)) as uow:
        assert floor_queries.own(uow.session, *key) == floor_queries.Floor(LEAST, kept=True)
    with unit_of_work(kit.farmer(superuser, f"{HOUSEHOLD[:-4]}0002")) as uow:
        assert floor_queries.own(uow.session, *key) == floor_queries.Floor()
    for desk in (OPERATOR, registrar):
        with unit_of_work(desk) as uow:
            assert floor_queries.told(uow.session, *key) == floor_queries.Floor(None, kept=True)
    for desk in (Desk.REGISTRY, Desk.EXCHANGE, Desk.CITIZEN, Desk.AUDITOR):
        with pytest.raises(ProgrammingError), engine_of(desk).connect() as connection:
            connection.execute(text("SELECT floor FROM exchange.listing"))


def test_what_reaches_the_least_is_told_after_the_close_and_a_sale_below_it_comes_to_nothing(
    listing: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    sale = kit.auction(listing)
    (taker, actor), (other, another) = kit.person(superuser, 1), kit.person(superuser, 2)
    low, high = kit.entered(sale, taker, actor), kit.entered(sale, other, another)
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(actor, COUNTY, sale.sale_id, low.entrant_id, Decimal("330"), uuid4())
    assert _reaching(sale.sale_id) == set()
    kit.pass_time(superuser, hours=5)
    assert _reaching(sale.sale_id) == set()
    with pytest.raises(Refused) as below:
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert codes(below) == {"BID-15"}
    deals.fail(OPERATOR, COUNTY, sale.sale_id)
    again = kit.auction(listing)
    first, second = kit.entered(again, taker, actor), kit.entered(again, other, another)
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(actor, COUNTY, again.sale_id, first.entrant_id, Decimal("330"), uuid4())
    auction.bid(another, COUNTY, again.sale_id, second.entrant_id, LEAST, uuid4())
    kit.pass_time(superuser, hours=5)
    assert _reaching(again.sale_id) == {second.entrant_id}
    assert high.entrant_id != second.entrant_id
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).window is not None
    assert kit.strays(worker, database) == []


def _reaching(sale_id: UUID) -> set[UUID]:
    with unit_of_work(OPERATOR) as uow:
        return sale_queries.reaching(uow.session, COUNTY, sale_id)
