"""The members of what a collective offers itself are the households of the collective that issues the land, not the village."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day, years_after
from landreg.exchange.bidding import deal_queries, sales
from landreg.exchange.listings.listing_queries import households_of
from landreg.exchange.model import Listing
from landreg.exchange.routes import first_rows
from tests import bidding_kit as kit
from tests.exchange_kit import (
    NEIGHBOUR,
    OPERATOR,
    common,
    listing_row,
    market,
    own_right,
    parcels_of,
    put_event,
    put_listing,
)
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY, VILLAGE, past_triggers


@pytest.fixture(autouse=True)
def village(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    """Two groups of one village, each a collective of its own: the neighbour is of the second."""
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser)
    with past_triggers(superuser) as past:
        past.execute(
            """INSERT INTO party.collective SELECT (jsonb_populate_record(c, jsonb_build_object('row_id', gen_random_uuid(),
                   'collective_id', gen_random_uuid(), 'code', %s::text, 'name', '样本村二组'))).*
               FROM party.collective AS c WHERE c.code = %s AND upper_inf(c.recorded)""",
            [f"{VILLAGE}02", f"{VILLAGE}01"],
        )
        past.execute(
            """UPDATE party.household SET collective_id = (SELECT collective_id FROM party.collective WHERE code = %s)
               WHERE code = %s""",
            [f"{VILLAGE}02", NEIGHBOUR],
        )


def offered(registrar: Actor, superuser: Connection, to_whom: str = "members_first") -> Listing:
    """Land of the first group, by auction, published until yesterday."""
    code = common(superuser, parcels_of(registrar, own_right(registrar))[0])
    yesterday = beijing_day(kit.now_of()) - timedelta(days=1)
    first = yesterday + timedelta(days=46)
    row = listing_row(
        registrar, None, source="collective", household_id=None, household_code="", kind="unallocated", way="auction",
        to_whom=to_whom, price=Decimal("300.00"), closes_on=yesterday, from_on=first, until_on=years_after(first, 3),
    )  # fmt: skip
    put_listing(registrar, row, [code])
    put_event(OPERATOR, row, "published")
    return row


def issued_by(superuser: Connection, issuer: str) -> None:
    """The land on sale is another collective's."""
    with past_triggers(superuser) as past:
        past.execute("UPDATE exchange.listing_parcel SET parcel_code = %s || substr(parcel_code, 15)", [issuer])


def members(superuser: Connection, listing: Listing) -> set[str]:
    """The codes of the households that are asked."""
    found: list[Any] = superuser.execute(
        "SELECT code FROM party.household WHERE upper_inf(recorded) AND exchange.is_member(%s, %s, household_id)",
        [COUNTY, listing.listing_id],
    ).fetchall()
    return {code for (code,) in found}


def test_the_members_are_those_of_the_group_that_issues_the_land_and_of_a_village_those_of_all_its_groups(
    registrar: Actor, superuser: Connection
) -> None:
    listing = offered(registrar, superuser)
    all_of_them = {code for (code,) in superuser.execute("SELECT code FROM party.household WHERE upper_inf(recorded)")}
    assert members(superuser, listing) == all_of_them - {NEIGHBOUR}
    issued_by(superuser, f"{VILLAGE}02")
    assert members(superuser, listing) == {NEIGHBOUR}
    issued_by(superuser, f"{VILLAGE}03")
    assert members(superuser, listing) == set()
    issued_by(superuser, f"{VILLAGE}00")
    assert members(superuser, listing) == all_of_them
    with unit_of_work(OPERATOR) as uow:
        assert households_of(uow.session, COUNTY, f"{VILLAGE}00") == len(all_of_them)
    with past_triggers(superuser) as past:
        past.execute(
            "UPDATE exchange.listing SET source = 'household', right_id = gen_random_uuid(), household_id = gen_random_uuid()"
        )
    issued_by(superuser, f"{VILLAGE}02")
    assert members(superuser, listing) == {NEIGHBOUR}, "what an organisation passes on"


def test_they_alone_are_told_of_terms_and_may_claim_the_land_on_them(registrar: Actor, superuser: Connection) -> None:
    listing, (taker, _actor) = offered(registrar, superuser), kit.person(superuser, 1)
    today = beijing_day(kit.now_of())
    superuser.execute(
        """INSERT INTO exchange.priority (county, village, priority_id, listing_id, taker_id, way, price, unit, first_day, last_day,
               by, by_name, at)
           VALUES (%s, %s, gen_random_uuid(), %s, %s, 'auction', 300, 'yuan_mu_year', %s, %s, %s, '', system.clock())""",
        [COUNTY, VILLAGE, listing.listing_id, taker.taker_id, today, today + timedelta(days=15), UUID(int=1)],
    )
    (window,) = superuser.execute("SELECT priority_id FROM exchange.priority").fetchone() or (UUID(int=0),)
    with unit_of_work(OPERATOR) as uow:
        told = {row.household_code for row in deal_queries.notices(uow.session, COUNTY, window)}
    assert told == members(superuser, listing)
    assert HOUSEHOLD in told


def test_another_group_s_household_is_from_outside_where_land_goes_to_members(
    registrar: Actor, superuser: Connection
) -> None:
    """BID-11; and its first page tells it of nothing."""
    listing = offered(registrar, superuser, to_whom="members")
    sale = kit.auction(listing, deposit=Decimal(30))
    neighbour, outside = kit.household(superuser, NEIGHBOUR)
    own, member = kit.household(superuser, HOUSEHOLD)
    with pytest.raises(Refused) as refused:
        sales.enter(outside, COUNTY, sale.sale_id, neighbour)
    assert codes(refused) == {"BID-11"}
    assert sales.enter(member, COUNTY, sale.sale_id, own).member


def test_another_group_s_household_comes_after_the_members(registrar: Actor, superuser: Connection, app: Any) -> None:
    """BID-23."""
    listing = offered(registrar, superuser)
    sale = kit.auction(listing, deposit=Decimal(30))
    neighbour, outside = kit.household(superuser, NEIGHBOUR)
    own, member = kit.household(superuser, HOUSEHOLD)
    with pytest.raises(Refused) as refused:
        sales.enter(outside, COUNTY, sale.sale_id, neighbour)
    assert codes(refused) == {"BID-23"}
    assert sales.enter(member, COUNTY, sale.sale_id, own).member
    told = {}
    for actor in (outside, member):
        with app.test_request_context(), unit_of_work(actor) as uow:
            told[actor.account_id] = [row.note for row in first_rows.of_members(uow.session, beijing_day(uow.now))]
    assert (told[outside.account_id], len(told[member.account_id])) == ([], 1)
