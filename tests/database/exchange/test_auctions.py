"""Open auctions: the database's clock and order, deposits, the members' priority, the second chance; and the log of it all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import auction, calling_off, deals, falling, sale_queries, sales, windows
from landreg.exchange.bidding.model import Entrant, Sale
from landreg.exchange.bidding.rules.auction import BID_RULES, Placed, after
from landreg.exchange.contracts import drawing, life
from landreg.exchange.listings import listing_queries as listings
from landreg.exchange.listings.rules.units import MOST_PRICE
from landreg.exchange.listings.service import note
from landreg.exchange.model import Deal, Listing
from landreg.law.book import examine, national_law
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests.contract_kit import VALUES, seen, signed
from tests.database.exchange.test_bidding_walls import at_desk, refused
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import Connection, codes, one
from tests.villages import COUNTY, past_triggers

PICTURE = Attached("22" * 32, 9, "board.jpg")


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


@pytest.fixture
def sale(listing: Listing) -> Sale:
    return kit.auction(listing)


class Bidders:
    """Two people from elsewhere in an auction that is open."""

    def __init__(self, superuser: Connection, sale: Sale) -> None:
        self.sale = sale
        self.people = [kit.person(superuser, number) for number in (1, 2)]
        self.entrants: list[Entrant] = [kit.entered(sale, *one) for one in self.people]
        kit.pass_time(superuser, hours=1, minutes=1)

    def bid(self, place: int, price: str) -> int:
        """A bid of one of them; its place in the order."""
        entrant, actor = self.entrants[place], self.people[place][1]
        return auction.bid(actor, COUNTY, self.sale.sale_id, entrant.entrant_id, Decimal(price), uuid4()).seq


@pytest.fixture
def bidders(superuser: Connection, sale: Sale) -> Bidders:
    return Bidders(superuser, sale)


def test_bids_stand_in_a_strict_order_and_the_last_ones_make_the_auction_go_on(
    bidders: Bidders, superuser: Connection, sale: Sale
) -> None:
    assert [bidders.bid(0, "300"), bidders.bid(1, "310"), bidders.bid(0, "350.50")] == [1, 2, 3]
    with unit_of_work(OPERATOR) as uow:
        before = sale_queries.standing(uow.session, COUNTY, sale.sale_id)
        assert before is not None
    kit.pass_time(superuser, seconds=(before.clock.closes_at - kit.now_of()).total_seconds() - 20)
    bidders.bid(1, "360.50")
    with unit_of_work(OPERATOR) as uow:
        found = sale_queries.standing(uow.session, COUNTY, sale.sale_id)
        assert found is not None
        last = sale_queries.bids(uow.session, COUNTY, sale.sale_id)[0]
    assert found.clock.closes_at == last.at + timedelta(seconds=sale.soft_seconds)
    assert found.clock.closes_at > sale.closes_at


def test_a_bid_that_comes_a_millisecond_late_is_refused_with_its_code(
    bidders: Bidders, superuser: Connection, sale: Sale
) -> None:
    superuser.execute(
        "UPDATE exchange.sale_clock SET closes_at = system.clock() - interval '1 millisecond' WHERE sale_id = %s",
        [sale.sale_id],
    )
    with pytest.raises(Refused) as late:
        bidders.bid(0, "300")
    assert codes(late) == {"BID-1"}
    assert len(late.value.findings[0].values["at"]) == len("2026-11-27 19:00:00.000")
    assert one(OPERATOR, "SELECT count(*) FROM exchange.bid") == 0


def test_a_bid_is_within_the_bound_of_its_unit(bidders: Bidders, superuser: Connection) -> None:
    """BID-5 of rules and database alike, though it is no more than a few times the leading price."""
    for unit, most in MOST_PRICE.items():
        assert superuser.execute("SELECT exchange.most_price(%s)", [unit]).fetchone() == (most,)
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.sale SET start_price = 5000000")
    with pytest.raises(Refused) as above:
        bidders.bid(0, "10000000")
    assert [(one.code, one.values["most"]) for one in above.value.findings] == [("BID-5", Decimal("9999999.99"))]
    with pytest.raises(Refused) as uneven:
        bidders.bid(0, "5000000.001")
    assert [(one.code, one.values["most"]) for one in uneven.value.findings] == [("BID-5", Decimal("9999999.99"))]
    assert bidders.bid(0, "9999999.99") == 1


def test_what_the_rules_refuse_the_database_refuses_by_the_same_code(bidders: Bidders, sale: Sale) -> None:
    """Each bid is asked of the rules on the auction as it stands, and put to the database."""
    law = national_law(COUNTY, beijing_day(kit.now_of()))
    with unit_of_work(OPERATOR) as uow:
        standing = sale_queries.standing(uow.session, COUNTY, sale.sale_id)
        assert standing is not None
    facts = auction.auction_of(standing)
    for place, price in ((0, "299.99"), (0, "300"), (0, "400"), (1, "305"), (1, "310"), (0, "1550.01"), (0, "320")):
        placed = Placed(facts, bidders.entrants[place].entrant_id, Decimal(price), kit.now_of())
        expected = {finding.code for finding in examine(BID_RULES, placed, law)}
        if expected:
            with pytest.raises(Refused) as refused:
                bidders.bid(place, price)
            assert codes(refused) <= expected, price
        else:
            bidders.bid(place, price)
            facts = after(facts, placed)
    assert facts.price == Decimal("320")


def test_the_clock_of_a_sale_never_goes_back(bidders: Bidders, superuser: Connection, sale: Sale) -> None:
    bidders.bid(0, "300")
    first = one(OPERATOR, "SELECT at FROM exchange.bid WHERE seq = 1")
    kit.pass_time(superuser, minutes=-30)
    bidders.bid(1, "310")
    assert one(OPERATOR, "SELECT at FROM exchange.bid WHERE seq = 2") >= first


def test_a_form_that_is_sent_twice_bids_once_and_another_s_entry_is_nobody_s(bidders: Bidders, sale: Sale) -> None:
    form, entrant, actor = uuid4(), bidders.entrants[0].entrant_id, bidders.people[0][1]
    first = auction.bid(actor, COUNTY, sale.sale_id, entrant, Decimal("300"), form)
    again = auction.bid(actor, COUNTY, sale.sale_id, entrant, Decimal("300"), form)
    assert (first.seq, again.seq, one(OPERATOR, "SELECT count(*) FROM exchange.bid")) == (1, 1, 1)
    with pytest.raises(NotFound):
        auction.bid(bidders.people[1][1], COUNTY, sale.sale_id, entrant, Decimal("400"), uuid4())


def test_who_has_not_paid_the_deposit_does_not_bid_and_a_receipt_counts_once(superuser: Connection, sale: Sale) -> None:
    (first, one_actor), (second, other_actor) = kit.person(superuser, 1), kit.person(superuser, 2)
    paid = kit.entered(sale, first, one_actor, "BZ-1")
    unpaid = sales.enter(other_actor, COUNTY, sale.sale_id, second)
    with pytest.raises(Refused) as again:
        sales.record_deposit(
            OPERATOR, COUNTY, unpaid.entrant_id, sales.Receipt("paid", kit.DEPOSIT, "BZ-1", beijing_day(kit.now_of()))
        )
    assert codes(again) == {"BID-9"}
    with pytest.raises(Refused) as early:
        auction.bid(one_actor, COUNTY, sale.sale_id, paid.entrant_id, Decimal("300"), uuid4())
    assert codes(early) == {"BID-4"}
    kit.pass_time(superuser, hours=2)
    with pytest.raises(Refused) as without:
        auction.bid(other_actor, COUNTY, sale.sale_id, unpaid.entrant_id, Decimal("300"), uuid4())
    assert codes(without) == {"BID-3"}


def test_nobody_bids_for_the_own_land_and_what_is_for_members_is_for_them_alone(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="auction", to_whom="members")
    sale = kit.auction(listing)
    own = kit.household(superuser, listing.household_code)
    with pytest.raises(Refused) as mine:
        sales.enter(own[1], COUNTY, sale.sale_id, own[0])
    assert codes(mine) == {"BID-6"}
    stranger, actor = kit.person(superuser, 1)
    with pytest.raises(Refused) as foreign:
        sales.enter(actor, COUNTY, sale.sale_id, stranger)
    assert codes(foreign) == {"BID-11"}
    neighbour = kit.household(superuser, NEIGHBOUR)
    assert sales.enter(neighbour[1], COUNTY, sale.sale_id, neighbour[0]).member


def test_members_get_the_land_on_the_winner_s_terms_when_all_were_told_and_one_claims_it(
    bidders: Bidders, superuser: Connection, listing: Listing, worker: Actor, database: Settings
) -> None:
    bidders.bid(0, "300")
    bidders.bid(1, "320")
    with pytest.raises(Conflict):
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    kit.pass_time(superuser, hours=5)
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    assert window.price == Decimal("320.00")
    farmer = kit.farmer(superuser, NEIGHBOUR)
    windows.read(farmer, COUNTY, window.priority_id)
    windows.read(farmer, COUNTY, window.priority_id)
    with pytest.raises(Refused) as running:
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert codes(running) == {"PRI-1", "PRI-2"}
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, PICTURE)
    taker, actor = kit.household(superuser, NEIGHBOUR)
    windows.claim(actor, COUNTY, window.priority_id, taker)
    kit.pass_time(superuser, days=15)
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    assert (deal.taker_id, deal.by, deal.price) == (taker.taker_id, "priority", Decimal("320.00"))
    with pytest.raises(Conflict):
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert kit.strays(worker, database) == []


def test_when_the_winner_withdraws_the_next_has_a_chance_and_the_members_are_asked_again(
    bidders: Bidders, superuser: Connection, listing: Listing, sale: Sale
) -> None:
    bidders.bid(0, "300")
    bidders.bid(1, "320")
    kit.pass_time(superuser, hours=5)
    deal = _sold(superuser, listing)
    assert deal.taker_id == bidders.people[1][0].taker_id
    with pytest.raises(Refused) as why:
        falling.fall(OPERATOR, COUNTY, deal.deal_id, " ", kit.BY_PAPER)
    assert codes(why) == {"BID-14"}
    falling.fall(bidders.people[1][1], COUNTY, deal.deal_id, "资金没有到位")
    second = _sold(superuser, listing)
    assert (second.taker_id, second.price) == (bidders.people[0][0].taker_id, Decimal("300.00"))
    falling.fall(OPERATOR, COUNTY, second.deal_id, "书面放弃成交", kit.BY_PAPER)
    with pytest.raises(Refused) as nobody:
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert codes(nobody) == {"BID-15"}
    deals.fail(OPERATOR, COUNTY, sale.sale_id)
    today = beijing_day(kit.now_of())
    for place, kind in ((1, "kept"), (0, "returned")):
        given = sales.Receipt(kind, kit.DEPOSIT, f"T-{place}", today, "成交后放弃" if kind == "kept" else "")
        assert sales.record_deposit(OPERATOR, COUNTY, bidders.entrants[place].entrant_id, given).kind == kind
    assert kit.auction(listing).round == 2


def test_nobody_who_may_still_have_the_land_gets_the_deposit_back_before_the_deal(
    bidders: Bidders, superuser: Connection, listing: Listing, as_desk: Any
) -> None:
    """BID-9, in the program and by the database; whoever did not bid has it back after the close."""
    bidders.bid(1, "320")
    kit.pass_time(superuser, hours=5)
    today = beijing_day(kit.now_of())
    back = sales.Receipt("returned", kit.DEPOSIT, "T-1", today)
    with pytest.raises(Refused) as waits:
        sales.record_deposit(OPERATOR, COUNTY, bidders.entrants[1].entrant_id, back)
    assert waits.value.findings[0].values["fault"] == "deposit_waits"
    desk, leader = at_desk(as_desk, OPERATOR), bidders.entrants[1]
    row = {
        "county": COUNTY, "village": leader.village, "sale_id": leader.sale_id, "entrant_id": leader.entrant_id,
        "amount": kit.DEPOSIT, "said": "", "by": OPERATOR.account_id, "by_name": "", "at": kit.now_of(),
    }  # fmt: skip
    wall = "bid_9_deposit_in_its_days"
    assert refused(desk, "deposit", **row, deposit_id=uuid4(), kind="returned", receipt="T-2", on_day=today) == wall
    assert sales.record_deposit(OPERATOR, COUNTY, bidders.entrants[0].entrant_id, back).kind == "returned"
    signed(drawing.draw_from_deal(OPERATOR, COUNTY, _sold(superuser, listing).deal_id, VALUES))
    early = sales.Receipt("credited", kit.DEPOSIT, "T-3", beijing_day(bidders.sale.closes_at) - timedelta(days=1))
    assert (
        refused(desk, "deposit", **row, deposit_id=uuid4(), kind="credited", receipt="T-3", on_day=early.on_day) == wall
    )
    with pytest.raises(Refused) as before:
        sales.record_deposit(OPERATOR, COUNTY, leader.entrant_id, early)
    assert before.value.findings[0].values["fault"] == "deposit_day"
    assert sales.record_deposit(OPERATOR, COUNTY, leader.entrant_id, replace(early, on_day=today)).kind == "credited"


def _sold(superuser: Connection, listing: Listing) -> Deal:
    step = deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    if step.chance is not None:
        kit.answered(step.chance)
        step = deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    window = step.window
    assert window is not None
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, PICTURE)
    kit.pass_time(superuser, days=15)
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    return deal


def test_no_desk_writes_the_order_of_bids(sale: Sale, as_desk: object) -> None:
    for desk in (Desk.EXCHANGE, Desk.CITIZEN, Desk.WORKER):
        connection = as_desk(desk, COUNTY)  # type: ignore[operator]
        for statement in ("UPDATE exchange.sale_clock SET price = 1", "DELETE FROM exchange.bid"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_deposit_on_a_price_in_grain_is_reckoned_in_yuan_by_the_countys_price_or_there_is_no_sale(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    """250 kg of wheat on 1.2 mu at 2.50 yuan are 750 yuan a year; a deposit is 225 at most."""
    use_key(database.keys["identity"])
    asked: dict[str, Any] = {"way": "auction", "unit": "kg_mu_year", "grain": "wheat", "price": Decimal("250.00")}
    listing = kit.published(registrar, reviewer, superuser, **asked)
    start = {"start": Decimal("250.00")}
    with pytest.raises(Refused) as unpriced:
        kit.auction(listing, **start)
    assert codes(unpriced) == {"BID-17"}
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
           VALUES (%s, gen_random_uuid(), %s, 'CON-11.grain_yuan_per_kg', 'wheat', '2.50', '2020-01-01', '样本', %s, now())""",
        [COUNTY, COUNTY, OPERATOR.account_id],
    )
    with pytest.raises(Refused) as above:
        kit.auction(listing, **start, deposit=Decimal("225.01"))
    assert [(one.code, str(one.values["most"])) for one in above.value.findings] == [("BID-7", "225.00")]
    sale = kit.auction(listing, **start, deposit=Decimal("225.00"))
    assert (sale.grain_yuan, sale.deposit_yuan) == (Decimal("2.50"), Decimal("225.00"))
    calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "时间另定")
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="what grain costs"):
        superuser.execute(
            """INSERT INTO exchange.sale SELECT (jsonb_populate_record(s, jsonb_build_object('sale_id', gen_random_uuid(),
                   'round', 2, 'grain_yuan', NULL))).* FROM exchange.sale AS s"""
        )
    assert {one.layer for one in kit.strays(worker, database)} == {"law.county_parameter"}, (
        "a figure that came past the office"
    )


def test_a_deposit_credited_to_the_price_settles_the_first_due_of_the_contract_of_its_deal(
    bidders: Bidders, superuser: Connection, listing: Listing, auditor: Actor
) -> None:
    """Also for the household that reads it and for the auditor; of a deal without it, and to another's desk, it is nothing."""
    bidders.bid(1, "320")
    kit.pass_time(superuser, hours=5)
    deal = _sold(superuser, listing)
    contract = signed(drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES))
    before = seen(contract)
    assert before.settled[0].paid == 0
    credited = sales.Receipt("credited", kit.DEPOSIT, "DZ-1", beijing_day(kit.now_of()))
    sales.record_deposit(OPERATOR, COUNTY, bidders.entrants[1].entrant_id, credited)
    for reader in (OPERATOR, auditor, kit.farmer(superuser, listing.household_code), bidders.people[1][1]):
        found = seen(contract, reader)
        assert [(one.amount_yuan, one.receipt) for one in found.credited] == [(kit.DEPOSIT, "DZ-1")]
        assert found.settled[0].paid == kit.DEPOSIT
        assert (found.left, found.overpaid) == (before.left - kit.DEPOSIT, 0)
    with pytest.raises(Refused) as more:
        life.pay(OPERATOR, COUNTY, contract.contract_id, before.left, beijing_day(kit.now_of()), "HP-1", PICTURE)
    assert codes(more) == {"CON-6"}


def test_a_deposit_stays_while_its_entrant_is_asked_in_place_of_the_winner(
    bidders: Bidders, superuser: Connection, listing: Listing
) -> None:
    """BID-9."""
    bidders.bid(0, "300")
    bidders.bid(1, "320")
    kit.pass_time(superuser, hours=5)
    falling.fall(bidders.people[1][1], COUNTY, _sold(superuser, listing).deal_id, "资金没有到位")
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).chance is not None
    back = sales.Receipt("returned", kit.DEPOSIT, "T-1", beijing_day(kit.now_of()))
    with pytest.raises(Refused) as waits:
        sales.record_deposit(OPERATOR, COUNTY, bidders.entrants[0].entrant_id, back)
    assert waits.value.findings[0].values["fault"] == "deposit_waits"


def test_a_sale_that_ends_with_its_listing_gives_the_deposits_back_the_same_day(
    superuser: Connection, listing: Listing
) -> None:
    sale = kit.auction(listing)
    entrant = kit.entered(sale, *kit.person(superuser, 1))
    with unit_of_work(OPERATOR) as uow:
        row = listings.one(uow.session, COUNTY, listing.listing_id)
        assert row is not None
        note(uow, row, "failed", "土地被查封")
    back = sales.Receipt("returned", kit.DEPOSIT, "T-1", beijing_day(kit.now_of()))
    assert sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, back).kind == "returned"
