"""Land that its taker offers further: the household that contracts it is no taker of it, and is told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.exchange.bidding import deal_queries, deals, offers, sales, taker_queries, told_queries, windows
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.windows import Came
from landreg.exchange.listings import offered_queries, service
from landreg.exchange.model import Listing
from landreg.exchange.routes import window_next
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests.database.exchange.test_bidding_walls import at_desk, refused
from tests.database.exchange.test_bidding_walls import put as put_row
from tests.database.exchange.test_listing_papers import put
from tests.exchange_kit import NEIGHBOUR, OPERATOR, farmer_of, market, parcels_of, put_event
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.retransfer_kit import operated, passed
from tests.villages import COUNTY, citizen_id, past_triggers

AsDesk = Callable[..., Connection]
MANDATE = Attached("55" * 32, 9, "mandate.pdf")


@pytest.fixture
def taken(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[UUID, Actor]:
    use_key(database.keys["identity"])
    return operated(registrar, reviewer, superuser)


@pytest.fixture
def owner(taken: tuple[UUID, Actor]) -> Actor:
    """Of the first household, which contracts the land."""
    return taken[1]


@pytest.fixture
def offered(registrar: Actor, superuser: Connection, taken: tuple[UUID, Actor]) -> tuple[Listing, Actor]:
    """The second household, which took it, offers it further, under a paper that is said to be the first's consent."""
    farmer = farmer_of(superuser, NEIGHBOUR)
    row = put(farmer, taken[0], parcels_of(registrar, taken[0]), "contractor_consent")
    put_event(OPERATOR, row, "published")
    return row, farmer


@pytest.fixture
def window(offered: tuple[Listing, Actor], superuser: Connection) -> Priority:
    """Somebody from elsewhere and who passes it on agreed: the members are asked."""
    (row, farmer), (taker, actor) = offered, kit.person(superuser, 1)
    offers.say(actor, COUNTY, row.listing_id, taker.taker_id, Word("offer", row.price))
    offers.say(farmer, COUNTY, row.listing_id, taker.taker_id, Word("accept"))
    opened = deals.proceed(OPERATOR, COUNTY, row.listing_id).window
    assert opened is not None
    return opened


def test_the_household_whose_own_land_it_is_neither_claims_nor_offers_and_the_contract_is_not_lost_to_it(
    window: Priority, owner: Actor, superuser: Connection, as_desk: AsDesk
) -> None:
    """PRI-9, on its phone, at the counter and in the database."""
    taker, _own = kit.household(superuser, HOUSEHOLD)
    with unit_of_work(OPERATOR) as uow:
        told = {one.household_id for one in deal_queries.notices(uow.session, COUNTY, window.priority_id)}
        member = deal_queries.is_member(uow.session, COUNTY, window.listing_id, owner.household)
    assert (owner.household in told, member) == (False, False)
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO exchange.priority_notice (county, village, priority_id, household_id, household_code)
               VALUES (%s, %s, %s, %s, %s)""",
            [COUNTY, window.village, window.priority_id, owner.household, HOUSEHOLD],
        )
    attempts: list[Callable[[], object]] = [
        lambda: windows.claim(owner, COUNTY, window.priority_id, taker),
        lambda: offers.say(owner, COUNTY, window.listing_id, taker.taker_id, Word("offer", Decimal(500))),
        *(
            lambda came=came, paper=paper: windows.claim_at_counter(OPERATOR, COUNTY, window.priority_id, came, paper)  # type: ignore[misc]
            for came, paper in (
                (Came("成员1之1", citizen_id(2), True, "见证人甲"), None),
                (Came("代办人乙", citizen_id(99), True, "见证人甲", HOUSEHOLD), MANDATE),
            )
        ),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as own:
            attempt()
        assert "PRI-9" in codes(own)
    row = {
        "county": COUNTY, "village": window.village, "claim_id": uuid4(), "priority_id": window.priority_id,
        "taker_id": taker.taker_id, "household_id": taker.household_id, "mark": uuid4(), "by": owner.account_id,
        "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    assert refused(at_desk(as_desk, owner), "priority_claim", **row) == "pri_9_not_the_contractor"


def test_it_is_told_so_before_it_types_a_price(offered: tuple[Listing, Actor], owner: Actor) -> None:
    with unit_of_work(owner) as uow:
        told = told_queries.told(uow.session, COUNTY, offered[0].listing_id)
        assert told is not None
        found = sales.said_first(uow, told, taker_queries.own_takers(uow.session))
    assert [[one.code for one in said] for said in found.values()] == [["PRI-9"]]


def test_it_says_that_it_never_consented_and_the_listing_is_held_until_the_operator_has_settled_that(
    offered: tuple[Listing, Actor],
    owner: Actor,
    superuser: Connection,
    as_desk: AsDesk,
    worker: Actor,
    database: Settings,
) -> None:
    """LST-39, and LST-6 of what goes on meanwhile; by nobody but the household whose land it is."""
    (row, farmer), (taker, actor) = offered, kit.person(superuser, 1)
    with unit_of_work(owner) as uow:
        (told,) = offered_queries.of_own(uow.session)
        one = told_queries.told(uow.session, COUNTY, row.listing_id)
    assert (told.number, told.state, told.paper, told.lister, len(told.parcels)) == (
        row.number, "published", "contractor_consent.jpg", "户主2", 1
    )  # fmt: skip
    assert one is not None
    for stranger in (farmer, actor):
        with pytest.raises(NotFound):
            service.object_to(stranger, COUNTY, row.listing_id)
    event = {
        "county": COUNTY, "village": row.village, "listing_id": row.listing_id, "event_id": uuid4(), "kind": "objected",
        "said": "", "by_id": farmer.account_id, "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        put_row(at_desk(as_desk, farmer), "listing_event", **event)
    service.object_to(owner, COUNTY, row.listing_id, "没有签过")
    with pytest.raises(Refused):
        offers.say(actor, COUNTY, row.listing_id, taker.taker_id, Word("offer", row.price))
    assert superuser.execute("SELECT state FROM exchange.shown WHERE number = %s", [row.number]).fetchone() == ("over",)
    with pytest.raises(Refused) as silent:
        service.settle(OPERATOR, COUNTY, row.listing_id, consented=True, said=" ")
    assert codes(silent) == {"LST-39"}
    service.settle(OPERATOR, COUNTY, row.listing_id, consented=True, said="当面核对，签字是本人的")
    with pytest.raises(NotFound):
        service.settle(OPERATOR, COUNTY, row.listing_id, consented=False, said="再办一次")
    offers.say(actor, COUNTY, row.listing_id, taker.taker_id, Word("offer", row.price))
    service.object_to(owner, COUNTY, row.listing_id)
    service.settle(OPERATOR, COUNTY, row.listing_id, consented=False, said="同意书不是本人签的")
    with unit_of_work(owner) as uow:
        assert offered_queries.of_own(uow.session) == []
    assert kit.strays(worker, database) == []


def test_the_members_claim_in_their_days_while_the_listing_is_held(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """RLCL-38: the hold takes no day from them; what they claimed goes on when it is settled, and the land is theirs."""
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 4)
    owner, farmer = farmer_of(superuser), farmer_of(superuser, NEIGHBOUR)
    right = passed(registrar, reviewer, superuser, owner)
    row = put(farmer, right, parcels_of(registrar, right), "contractor_consent")
    put_event(OPERATOR, row, "published")
    taker, actor = kit.person(superuser, 1)
    offers.say(actor, COUNTY, row.listing_id, taker.taker_id, Word("offer", row.price))
    offers.say(farmer, COUNTY, row.listing_id, taker.taker_id, Word("accept"))
    window = deals.proceed(OPERATOR, COUNTY, row.listing_id).window
    assert window is not None
    service.object_to(owner, COUNTY, row.listing_id, "没有签过")
    with unit_of_work(OPERATOR) as uow:
        told = [one.household_code for one in deal_queries.notices(uow.session, COUNTY, window.priority_id)]
    (first, first_own), (second, second_own) = (kit.household(superuser, code) for code in told)
    for member, own in ((first, first_own), (second, second_own)):
        assert member.household_id is not None
        with unit_of_work(own) as uow:
            (shown,) = window_next.of_household(uow.session, member.household_id, window.first_day)
        assert "仍须在" in shown.next
        windows.claim(own, COUNTY, window.priority_id, member)
        with unit_of_work(own) as uow:
            (shown,) = window_next.of_household(uow.session, member.household_id, window.first_day)
        assert "本户的主张已经记下" in shown.next
    kit.pass_time(superuser, days=(window.last_day - window.first_day).days + 2)
    with pytest.raises(Conflict) as held:
        deals.proceed(OPERATOR, COUNTY, row.listing_id)
    assert codes(held) == {"BID-8"}
    service.settle(OPERATOR, COUNTY, row.listing_id, consented=True, said="当面核对，签字是本人的")
    deal = deals.proceed(OPERATOR, COUNTY, row.listing_id).deal
    assert deal is not None
    assert (deal.by, deal.taker_id in {first.taker_id, second.taker_id}) == ("priority", True)
