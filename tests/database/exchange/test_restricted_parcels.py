"""TR-12, TR-21: what restricts some parcels of a right is told of these alone, on the market and on the household's own page."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from landreg.access.own_queries import own_rights
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.listings import listing_queries
from landreg.exchange.listings.free import against
from landreg.exchange.model import Listing
from landreg.law.queries import load_law
from landreg.registry.rules.requests import RestrictionAsked
from tests.database.registry.test_under_restrictions import LOAN, assigned
from tests.exchange_kit import NEIGHBOUR, OPERATOR, farmer_of, listing_row, market, parcels_of, put_event, put_listing
from tests.registry_kit import Connection, applied, booked, codes, right_of
from tests.villages import COUNTY, past_triggers

SEIZURE = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
DAYS = (date(2027, 1, 1), date(2028, 1, 1))


@pytest.fixture
def taker(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Actor:
    """Whose own land is seized, and who then took in land that is mortgaged."""
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser)
    given = right_of(registrar)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, given), "mortgage")
    booked(
        registrar,
        reviewer,
        superuser,
        applied(registrar, "seizure", SEIZURE, right_of(registrar, NEIGHBOUR)),
        "seizure",
    )
    booked(registrar, reviewer, superuser, assigned(registrar, given), "assignment")
    return farmer_of(superuser, NEIGHBOUR)


def test_of_a_right_seized_in_part_the_other_parcels_are_listed_and_these_are_not(
    taker: Actor, registrar: Actor, worker: Actor, superuser: Connection
) -> None:
    right = right_of(registrar, NEIGHBOUR)
    seized = [code for code in parcels_of(registrar, right) if on(right, taker, code)]
    free = [code for code in parcels_of(registrar, right) if code not in seized]
    assert seized
    assert free
    with pytest.raises(Refused) as refused:
        put_listing(taker, row(taker, right), seized[:1])
    assert codes(refused) == {"TR-12"}
    listed = put_listing(taker, row(taker, right), free[:1])
    put_event(OPERATOR, listed, "published")
    with unit_of_work(worker) as uow:
        assert [one for one in listing_queries.frozen(uow.session) if one.listing_id == listed.listing_id] == []
    superuser.execute("SELECT set_config('landreg.jurisdiction', %s, false)", [COUNTY])
    asked = "SELECT code, restrictions FROM exchange.parcel_states(%s, %s, '', '', 100)"
    said = dict(superuser.execute(asked, [COUNTY, listed.village]).fetchall())
    assert {tuple(said[code]) for code in seized} == {("seizure",)}
    assert {tuple(said[code]) for code in free} == {("mortgage",)}


def test_its_own_page_says_of_each_restriction_on_which_parcels_it_lies(taker: Actor, registrar: Actor) -> None:
    right = right_of(registrar, NEIGHBOUR)
    assert taker.household is not None
    with unit_of_work(taker) as uow:
        (own,) = [one for one in own_rights(uow.session, taker.household) if one.kind == "contract_management"]
    lying = {one.kind: set(one.parcels) for one in own.restrictions}
    assert set(lying) == {"mortgage", "seizure"}
    assert lying["mortgage"] | lying["seizure"] == set(parcels_of(registrar, right))
    assert not lying["mortgage"] & lying["seizure"]


def test_a_dispute_about_some_parcels_stops_a_listing_of_these_alone(
    taker: Actor, registrar: Actor, superuser: Connection
) -> None:
    right = right_of(registrar, NEIGHBOUR)
    free = [code for code in parcels_of(registrar, right) if not on(right, taker, code)]
    listed = put_listing(taker, row(taker, right), free[:1])
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE registry.restriction SET kind = 'dispute' WHERE kind = 'seizure' AND upper_inf(recorded) AND upper_inf(valid)"
        )
    put_event(OPERATOR, listed, "published")
    with pytest.raises(Refused) as refused:
        put_listing(taker, row(taker, right), [code for code in parcels_of(registrar, right) if code not in free][:1])
    assert codes(refused) == {"TR-12"}


def row(taker: Actor, right: UUID) -> Listing:
    return listing_row(taker, right, household_code=NEIGHBOUR, listing_id=uuid4())


def on(right: UUID, taker: Actor, code: str) -> bool:
    """Whether the parcel is frozen, as the form of a listing says it."""
    with unit_of_work(taker) as uow:
        law = load_law(uow.session, COUNTY, beijing_day(uow.now))
        found = against(uow.session, taker, COUNTY, right, "lease", DAYS, law)
    return any(one.code == "TR-12" for one in found[code].findings) if code in found else False
