"""What the database refuses of listings and deals whatever the code let through."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from landreg.access.sealing import use_key
from landreg.audit import logged as told
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import DAY, beijing_day
from landreg.exchange import logged
from landreg.exchange.listings import service
from landreg.exchange.listings.reading import Offer
from landreg.exchange.model import Deal, DealFall, Listing, Taker
from landreg.log.recheck import recheck
from landreg.log.store import seal
from tests.exchange_kit import (
    NEIGHBOUR,
    OPERATOR,
    farmer_of,
    listing_row,
    market,
    own_right,
    parcels_of,
    put_event,
    put_listing,
)
from tests.exit_kit import asked_for
from tests.registry_kit import Connection, codes, one, pass_days
from tests.villages import COUNTY, VILLAGE, past_triggers, square

CORNER = square(1, 0, 10)
"""Ten metres square: the corner of the first parcel of the first household."""


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def farmer(registrar: Actor, reviewer: Actor, superuser: Connection) -> Actor:
    market(registrar, reviewer, superuser)
    return farmer_of(superuser)


@pytest.fixture
def right(farmer: Actor, registrar: Actor) -> UUID:
    return own_right(registrar)


@pytest.fixture
def land(registrar: Actor, right: UUID) -> list[str]:
    return parcels_of(registrar, right)


@pytest.fixture
def listing(farmer: Actor, right: UUID, land: list[str]) -> Listing:
    return put_listing(farmer, listing_row(farmer, right), land)


def dealt(actor: Actor, listing: Listing, by: str = "negotiation") -> Deal:
    """A deal with a household of the collective."""
    home = one(actor, "SELECT household_id FROM exchange.household_said(:c, :h)", c=COUNTY, h=NEIGHBOUR)
    return dealt_with(actor, listing, taker_of(actor, "household", home), by)


def taker_of(actor: Actor, kind: str, household: UUID | None = None) -> UUID:
    with unit_of_work(actor) as uow:
        taker = Taker(
            county=COUNTY, village=VILLAGE, taker_id=uuid4(), kind=kind, name="样本合作社", code=f"U{uuid4().hex[:17]}",
            household_id=household, account_id=None, id_sealed=None, id_digest=None, contact="", opened_by=actor.account_id,
            opened_at=uow.now,
        )  # fmt: skip
        uow.session.add(taker)
        uow.session.flush()
        logged.stage_taker(uow, taker)
        return taker.taker_id


def dealt_with(actor: Actor, listing: Listing, taker: UUID, by: str = "negotiation") -> Deal:
    with unit_of_work(actor) as uow:
        deal = Deal(
            county=COUNTY, village=VILLAGE, deal_id=uuid4(), listing_id=listing.listing_id, taker_id=taker,
            way="negotiation", price=Decimal("520.00"), unit="yuan_mu_year", by=by, decided_at=uow.now,
            decided_by=actor.account_id, decided_by_name=actor.name,
        )  # fmt: skip
        uow.session.add(deal)
        uow.session.flush()
        logged.stage_deal(uow, deal)
    return deal


def fell(actor: Actor, deal: Deal, given_up_by: str = "taker") -> None:
    shown = (
        {"ground": "own"} if actor.desk == Desk.CITIZEN else {"ground": "paper", "sha256": "34" * 32, "paper": "a.pdf"}
    )
    with unit_of_work(actor) as uow:
        fall = DealFall(
            county=COUNTY, village=VILLAGE, deal_id=deal.deal_id, given_up_by=given_up_by, reason="放弃", at=uow.now,
            by=actor.account_id, by_name=actor.name, **shown,
        )  # fmt: skip
        uow.session.add(fall)
        uow.session.flush()
        logged.stage_fall(uow, fall)


def state(actor: Actor, listing: Listing) -> str:
    return str(one(actor, "SELECT state FROM exchange.listing WHERE listing_id = :l", l=listing.listing_id))


def test_a_listing_its_deal_and_the_deal_after_one_that_fell_stand_in_the_log(
    farmer: Actor, listing: Listing, database: Settings, worker: Actor, superuser: Connection
) -> None:
    put_event(OPERATOR, listing, "published")
    first = dealt(OPERATOR, listing)
    put_event(OPERATOR, listing, "dealt")
    with pytest.raises(Refused) as refused:
        dealt(OPERATOR, listing)
    assert codes(refused) == {"LST-8"}
    fell(OPERATOR, first)
    with pytest.raises(Exception, match="lst_8_deal_falls_once"):
        superuser.execute("INSERT INTO exchange.deal_fall SELECT * FROM exchange.deal_fall")
    second = dealt(OPERATOR, listing)
    assert state(farmer, listing) == "dealt"
    with pytest.raises(Exception, match="row-level security"):
        fell(farmer, second)
    fell(farmer, second, "contractor")
    with pytest.raises(Refused) as given_up:
        dealt(OPERATOR, listing)
    assert codes(given_up) == {"LST-8"}
    seal(worker, database)
    assert _differences(database, worker) == []
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.listing_parcel SET area_m2 = 399 WHERE parcel_code LIKE '%2'")
    assert [(f.values["table"], f.code) for f in _differences(database, worker)] == [
        ("exchange.listing_parcel", "LOG-17")
    ]


def _differences(database: Settings, worker: Actor) -> list[Any]:
    """What the log and the exchange's tables differ in; the farmer's account was bound past the log."""
    register = told.register()
    found = recheck(worker, database, register.sources, register.tables, register.closings).findings
    return [one for one in found if str(one.values.get("table")).startswith("exchange.")]


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("LST-1", {"price": Decimal("0.00")}),
        ("LST-2", {"floor": Decimal("500.01")}),
        ("LST-3", {"until_on": date(2027, 1, 1)}),
        ("LST-4", {"grain": "wheat"}),
        ("LST-6", {"state": "published"}),
        ("TR-1", {"until_on": date(2048, 1, 2)}),
    ],
)
def test_a_listing_that_is_not_sound_is_no_row(
    farmer: Actor, right: UUID, land: list[str], code: str, changed: dict[str, Any]
) -> None:
    with pytest.raises(Refused) as refused:
        put_listing(farmer, listing_row(farmer, right, **changed), land)
    assert codes(refused) == {code}
    assert one(farmer, "SELECT count(*) FROM exchange.listing") == 0


def test_the_last_day_of_the_contract_is_the_last_of_a_listing(farmer: Actor, right: UUID, land: list[str]) -> None:
    put_listing(farmer, listing_row(farmer, right, until_on=date(2048, 1, 1)), land)


@pytest.mark.usefixtures("listing")
def test_land_is_listed_once_for_the_same_days(farmer: Actor, right: UUID, land: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        put_listing(farmer, listing_row(farmer, right), land[:1])
    assert codes(refused) == {"LST-7"}
    later = {"from_on": date(2037, 1, 1), "until_on": date(2040, 1, 1)}
    put_listing(farmer, listing_row(farmer, right, **later), land[:1])


def test_two_parts_of_a_parcel_are_listed_beside_each_other_but_not_over_each_other(
    farmer: Actor, right: UUID, land: list[str]
) -> None:
    put_listing(farmer, listing_row(farmer, right), land[:1], "100.00", CORNER)
    put_listing(farmer, listing_row(farmer, right), land[:1], "100.00", square(3, 0, 10))
    with pytest.raises(Refused) as refused:
        put_listing(farmer, listing_row(farmer, right), land[:1], "100.00", square(1, 0, 11))
    assert codes(refused) == {"LST-7"}


def test_land_that_is_being_given_back_is_neither_listed_nor_published(
    farmer: Actor, right: UUID, land: list[str], registrar: Actor
) -> None:
    listing = put_listing(farmer, listing_row(farmer, right), land)
    asked_for(registrar, right)
    with pytest.raises(Refused) as refused:
        put_event(OPERATOR, listing, "published")
    assert codes(refused) == {"TR-12"}
    put_event(farmer, listing, "withdrawn")
    with pytest.raises(Refused) as refused:
        put_listing(farmer, listing_row(farmer, right), land)
    assert codes(refused) == {"TR-12"}


def test_a_listing_keeps_its_course(farmer: Actor, listing: Listing) -> None:
    for kind in ("dealt", "expired"):
        with pytest.raises(Refused) as refused:
            put_event(OPERATOR, listing, kind)
        assert codes(refused) == {"LST-6"}
    with pytest.raises(Refused) as refused:
        put_event(OPERATOR, listing, "returned", " ")
    assert codes(refused) == {"LST-5"}
    put_event(OPERATOR, listing, "returned", "照片看不清")
    with pytest.raises(Refused) as refused:
        put_event(OPERATOR, listing, "published")
    assert codes(refused) == {"LST-6"}


def test_no_deal_is_made_on_a_listing_that_is_not_published(listing: Listing) -> None:
    with pytest.raises(Refused) as refused:
        dealt(OPERATOR, listing)
    assert codes(refused) == {"LST-8"}


def test_no_deal_is_made_with_a_stranger_before_the_members_window_is_over(
    listing: Listing, superuser: Connection
) -> None:
    """PRI-1, past the service: no window, one for another price, one whose last day is today; a member's claim of none."""
    put_event(OPERATOR, listing, "published")
    stranger = taker_of(OPERATOR, "organisation")

    def window(price: str, ended_days_ago: int) -> None:
        superuser.execute("SELECT set_config('landreg.jurisdiction', '6109', false)")
        with past_triggers(superuser):  # a window that began before today, of which there was nobody to tell
            superuser.execute(
                """INSERT INTO exchange.priority (county, village, priority_id, listing_id, taker_id, way, price, unit, first_day,
                       last_day, by, by_name, at) SELECT %s, %s, gen_random_uuid(), %s, %s, 'negotiation', %s, 'yuan_mu_year',
                       d - 10, d, %s, '', system.clock()
                   FROM (SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date - %s AS d) AS x""",
                [COUNTY, VILLAGE, listing.listing_id, stranger, Decimal(price), OPERATOR.account_id, ended_days_ago],
            )

    for price, ended_days_ago in ((None, 0), ("519.00", 1), ("520.00", 0)):
        if price:
            window(price, ended_days_ago)
        with pytest.raises(Refused) as early:
            dealt_with(OPERATOR, listing, stranger)
        assert codes(early) == {"PRI-1"}
    with pytest.raises(Refused) as unclaimed:
        dealt(OPERATOR, listing, "priority")
    assert codes(unclaimed) == {"PRI-1"}
    pass_days(superuser, 1)
    assert dealt_with(OPERATOR, listing, stranger).taker_id == stranger


def test_what_the_office_lists_for_a_collective_it_does_not_review_itself(registrar: Actor, farmer: Actor) -> None:
    own = {"source": "collective", "household_id": None, "kind": "unallocated"}
    listing = put_listing(registrar, listing_row(registrar, None, **own), [f"{VILLAGE}0199999"])
    with pytest.raises(Refused) as refused:
        put_event(replace(OPERATOR, account_id=registrar.account_id), listing, "published")
    assert codes(refused) == {"LST-9"}
    with pytest.raises(Exception, match="row-level security"):
        put_event(replace(registrar, account_id=OPERATOR.account_id), listing, "published")


def test_a_farmer_lists_and_sees_no_land_of_another_household(
    farmer: Actor, listing: Listing, right: UUID, land: list[str], superuser: Connection
) -> None:
    neighbour = farmer_of(superuser, NEIGHBOUR)
    assert one(neighbour, "SELECT count(*) FROM exchange.listing") == 0
    assert one(neighbour, "SELECT count(*) FROM exchange.own_right_said(:c, :r)", c=COUNTY, r=right) == 0
    assert one(farmer, "SELECT count(*) FROM exchange.own_parcels_said(:c, :r)", c=COUNTY, r=right) == 2
    foreign = listing_row(neighbour, right, household_id=farmer.household)
    with pytest.raises(Exception, match="row-level security"):
        put_listing(neighbour, foreign, land)
    with pytest.raises(Refused) as refused:
        put_listing(neighbour, listing_row(neighbour, right), land)
    assert codes(refused) & {"TR-1", "LST-7"}


def test_the_operator_lists_nothing(right: UUID, land: list[str]) -> None:
    with pytest.raises(Exception, match="permission denied"):
        put_listing(OPERATOR, listing_row(OPERATOR, right, source="collective", household_id=None), land)


def test_one_form_sent_many_times_at_once_is_one_listing_and_two_forms_for_one_parcel_are_not_both_taken(
    farmer: Actor, right: UUID, land: list[str]
) -> None:
    with unit_of_work(farmer) as uow:
        today = beijing_day(uow.now)
    offer = Offer("lease", tuple(land), today + 31 * DAY, today + 400 * DAY, today + 30 * DAY, Decimal("500.00"), right)
    asked = uuid4()

    def send(listing: UUID) -> str:
        try:
            return service.list_own(farmer, COUNTY, offer, (), listing).number
        except Refused as refused:
            return refused.findings[0].code

    with ThreadPoolExecutor(6) as threads:
        same = set(threads.map(send, [asked] * 6))
    assert len(same) == 1
    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(send, [uuid4() for _ in range(6)])) == {"LST-7"}
    service.withdraw(farmer, COUNTY, uuid5(farmer.account_id, str(asked)))
    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(send, [uuid4() for _ in range(6)]))
    assert sorted(told)[1:] == ["LST-7"] * 5
    assert one(farmer, "SELECT count(*) FROM exchange.listing WHERE state = 'submitted'") == 1
