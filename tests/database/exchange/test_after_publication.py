"""What goes on after the publication: listings outlive it while something is under way, and end with what ends on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import ProgrammingError

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import (
    auction,
    calling_off,
    deal_queries,
    deals,
    falling,
    offers,
    protocol,
    returning,
    sale_queries,
    sales,
    windows,
)
from landreg.exchange.bidding import days as sale_days
from landreg.exchange.bidding.model import Deposit, Entrant, Sale
from landreg.exchange.bidding.offers import Word
from landreg.exchange.contracts import drawing, life
from landreg.exchange.listings import days, service
from landreg.exchange.model import Deal, DealFall, Listing, Taker
from landreg.law.book import term
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests import contract_kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR, listing_row, own_right, parcels_of, put_event, put_listing
from tests.registry_kit import HOUSEHOLD, Connection, codes, one
from tests.villages import COUNTY, past_triggers

PICTURE = Attached("22" * 32, 9, "board.jpg")
THIRD = Actor(UUID(int=0x6109_0053), "交易员庚", Desk.EXCHANGE, frozenset({Role.OPERATOR}), COUNTY)


def _put_up(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, way: str) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way=way)


@pytest.fixture
def auctioned(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    return _put_up(database, registrar, reviewer, superuser, "auction")


@pytest.fixture
def talked(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    return _put_up(database, registrar, reviewer, superuser, "negotiation")


def _state(listing: Listing) -> str:
    found: str = one(OPERATOR, f"SELECT state FROM exchange.listing WHERE number = '{listing.number}'")
    return found


def two_bids(superuser: Connection, sale: Sale, people: Sequence[tuple[Taker, Actor]] = ()) -> list[Entrant]:
    """Two people from elsewhere bid 300 and 320, and the sale closes."""
    people = people or [kit.person(superuser, number) for number in (1, 2)]
    entrants = [kit.entered(sale, *each) for each in people]
    kit.pass_time(superuser, hours=1, minutes=1)
    for entrant, (_taker, actor), price in zip(entrants, people, ("300", "320"), strict=True):
        auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(price), uuid4())
    kit.pass_time(superuser, hours=4)
    return entrants


def sold(superuser: Connection, listing: Listing) -> Deal:
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


def test_a_sale_and_a_window_outlive_the_publication_and_whose_turn_it_is_loses_nothing_by_the_desks_delay(
    auctioned: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    days.work(worker)
    sale = kit.auction(auctioned)
    days.work(worker)
    with pytest.raises(Refused) as under_way:
        put_event(worker, auctioned, "expired")
    assert codes(under_way) == {"LST-6"}
    two_bids(superuser, sale)
    days.work(worker)
    assert deals.proceed(OPERATOR, COUNTY, auctioned.listing_id).window is not None
    kit.pass_time(superuser, days=200)
    days.work(worker)
    assert _state(auctioned) == "published", "its window was not posted; it can be told anew"
    assert one(OPERATOR, "SELECT over FROM exchange.sale_clock") == ""
    assert kit.strays(worker, database) == []
    superuser.execute("UPDATE exchange.listing SET from_on = '2026-01-01', until_on = '2026-06-01'")
    days.work(worker)
    assert _state(auctioned) == "expired", "no day of its term is left"
    assert one(OPERATOR, "SELECT over FROM exchange.sale_clock") == "failed"


def test_a_sale_whose_bidders_all_gave_up_ends_at_once_and_its_land_is_bid_for_anew(
    auctioned: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    sale = kit.auction(auctioned)
    entrants = two_bids(superuser, sale)
    assert sale_days.work(worker) == 0
    for _ in entrants:
        falling.fall(OPERATOR, COUNTY, sold(superuser, auctioned).deal_id, "资金没有到位", kit.BY_PAPER)
        with pytest.raises(Conflict) as one_waits:
            kit.auction(auctioned)
        assert causes(one_waits) == {"sale_under_way"}
    assert sale_days.work(worker) == 1
    assert sale_days.work(worker) == 0
    days.work(worker)
    assert one(OPERATOR, "SELECT over FROM exchange.sale_clock") == "spent"
    assert one(OPERATOR, "SELECT kind FROM exchange.sale_event") == "spent"
    assert _state(auctioned) == "published"
    with unit_of_work(OPERATOR) as uow:
        (back,) = returning.to_return(uow.session, beijing_day(uow.now))
        law = sales.law_of(uow, COUNTY)
        due = law.working_days_after(beijing_day(uow.now), 5)
        assert (back.sale.sale_id, back.waiting, back.due_on, back.late) == (sale.sale_id, 2, due, False)
        assert returning.to_return(uow.session, due + timedelta(days=1))[0].late
        assert protocol.bid_rows(uow, sales.standing(uow, COUNTY, sale.sale_id))
    for at, entrant in enumerate(entrants):
        back = sales.Receipt("returned", kit.DEPOSIT, f"T-{at}", beijing_day(kit.now_of()))
        sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, back)
    with unit_of_work(OPERATOR) as uow:
        assert returning.to_return(uow.session, beijing_day(uow.now)) == []
    assert kit.auction(auctioned).round == 2
    kit.pass_time(superuser, hours=5)
    assert sale_days.work(worker) == 1, "nobody came"
    assert one(OPERATOR, "SELECT string_agg(kind, ' ' ORDER BY at) FROM exchange.sale_event") == "spent failed"
    assert kit.strays(worker, database) == []


def test_what_the_household_itself_gives_up_goes_to_nobody_else_and_costs_the_winner_nothing(
    auctioned: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """BID-8, BID-9, LST-8: the next in order has no chance, no deposit is kept; neither account gives up for the other side."""
    owner = kit.farmer(superuser, HOUSEHOLD)
    entrants = two_bids(superuser, kit.auction(auctioned))
    deal = sold(superuser, auctioned)
    won = next(one for one in entrants if one.taker_id == deal.taker_id)
    with pytest.raises(BadInput) as neither:
        falling.fall(OPERATOR, COUNTY, deal.deal_id, "价钱低了", falling.Shown("village"))
    assert codes(neither) == {"FORM-5"}
    said: dict[str, Any] = {"reason": "替他放弃", "by": owner.account_id, "by_name": owner.name}
    said |= {"county": COUNTY, "village": deal.village, "deal_id": deal.deal_id, "at": kit.now_of()}
    with pytest.raises(ProgrammingError, match="row-level security"), unit_of_work(owner) as uow:
        uow.session.add(DealFall(**said, given_up_by="taker", ground="own"))
    assert falling.fall(owner, COUNTY, deal.deal_id, "价钱低了").given_up_by == "contractor"
    assert causes(raised(lambda: deals.proceed(OPERATOR, COUNTY, auctioned.listing_id))) == {
        "given_up_by_the_contractor"
    }
    kept = sales.Receipt("kept", kit.DEPOSIT, "T-1", beijing_day(kit.now_of()), "没有签约")
    with pytest.raises(Refused) as innocent:
        sales.record_deposit(OPERATOR, COUNTY, won.entrant_id, kept)
    assert codes(innocent) == {"BID-9"}
    sales.record_deposit(OPERATOR, COUNTY, won.entrant_id, replace(kept, kind="returned", said=""))
    days.work(worker)
    assert _state(auctioned) == "failed"
    assert kit.strays(worker, database) == []


def test_no_sale_is_set_up_while_a_deal_stands_nor_ended_as_spent_while_somebody_is_left(
    auctioned: Listing, superuser: Connection, worker: Actor
) -> None:
    sale = kit.auction(auctioned)
    two_bids(superuser, sale)
    early = raised(lambda: deals.fail(OPERATOR, COUNTY, sale.sale_id))
    assert causes(early) == {"somebody_is_left"}
    with pytest.raises(Refused) as too_early, unit_of_work(worker) as uow:
        sales.ended(uow, sale, "spent", "")
    assert codes(too_early) == {"BID-8"}
    deal = sold(superuser, auctioned)
    superuser.execute("UPDATE exchange.sale_clock SET over = 'opened'")
    assert causes(raised(lambda: kit.auction(auctioned))) == {"deal_stands"}
    falling.fall(OPERATOR, COUNTY, deal.deal_id, "资金没有到位", kit.BY_PAPER)
    assert causes(raised(lambda: kit.auction(auctioned))) == {"sale_under_way"}, "the second may still have the land"
    with unit_of_work(OPERATOR) as uow:
        assert sale_queries.without_sale(uow.session, beijing_day(uow.now)) == []


def raised(step: Callable[[], object]) -> pytest.ExceptionInfo[Conflict]:
    with pytest.raises(Conflict) as raised:
        step()
    return raised


def causes(raised: pytest.ExceptionInfo[Conflict]) -> set[str]:
    """Why a step cannot be taken now; each cause has its words in both languages."""
    causes = {str(one.values["cause"]) for one in raised.value.findings if one.code == "BID-8"}
    assert all(term("bid_cause", cause, "en") != cause != term("bid_cause", cause) for cause in causes)
    return causes


def test_a_yes_on_the_last_day_outlives_the_publication_and_a_listing_without_one_does_not(
    talked: Listing, registrar: Actor, superuser: Connection, worker: Actor
) -> None:
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    offers.say(actor, COUNTY, talked.listing_id, taker.taker_id, Word("offer", Decimal("450")))
    offers.say(owner, COUNTY, talked.listing_id, taker.taker_id, Word("accept"))
    days.work(worker)
    deal = sold(superuser, talked)
    falling.fall(OPERATOR, COUNTY, deal.deal_id, "资金没有到位", kit.BY_PAPER)
    days.work(worker)
    assert _state(talked) == "failed"
    again = listing_row(owner, own_right(registrar), closes_on=beijing_day(kit.now_of()) - timedelta(days=1))
    put_listing(owner, again, parcels_of(registrar, own_right(registrar)))
    put_event(OPERATOR, again, "published")
    days.work(worker)
    assert _state(again) == "expired"


def test_a_negotiation_whose_deal_fell_is_open_to_others_while_its_publication_lasts(
    talked: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    superuser.execute("UPDATE exchange.listing SET closes_on = closes_on + 60")
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    for price in ("450", "470"):
        offers.say(actor, COUNTY, talked.listing_id, taker.taker_id, Word("offer", Decimal(price)))
        offers.say(owner, COUNTY, talked.listing_id, taker.taker_id, Word("accept"))
        deal = deals.proceed(OPERATOR, COUNTY, talked.listing_id).deal
        assert deal is not None
        assert deal.price == Decimal(price)
        falling.fall(OPERATOR, COUNTY, deal.deal_id, "家里有变化", kit.BY_PAPER)
        with unit_of_work(actor) as uow:
            assert not deal_queries.own_deals(uow.session)
        days.work(worker)
        assert _state(talked) == "published"
        # A yes is followed by no further word of its negotiation: another neighbour comes.
        taker, actor = kit.household(superuser, f"{HOUSEHOLD[:-4]}0003")


def test_with_a_listing_that_is_withdrawn_its_auction_ends_and_deposits_go_back(
    auctioned: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    sale = kit.auction(auctioned)
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    kit.pass_time(superuser, hours=1, minutes=1)
    service.withdraw(kit.farmer(superuser, HOUSEHOLD), COUNTY, auctioned.listing_id, "家里商量后自己种")
    with pytest.raises(Conflict) as late:
        auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal("300"), uuid4())
    assert codes(late) == {"BID-8"}
    back = sales.Receipt("returned", kit.DEPOSIT, "T-1", beijing_day(kit.now_of()))
    assert sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, back).kind == "returned"
    assert one(OPERATOR, "SELECT over FROM exchange.sale_clock") == "cancelled"
    assert kit.strays(worker, database) == []


def deposit(entrant: Entrant, kind: str, said: str) -> Deposit:
    """What became of a deposit, as a row past the rules."""
    now = kit.now_of()
    return Deposit(
        county=COUNTY, village=entrant.village, deposit_id=uuid4(), sale_id=entrant.sale_id, entrant_id=entrant.entrant_id,
        kind=kind, amount=kit.DEPOSIT, receipt="T-1", on_day=beijing_day(now), said=said, by=OPERATOR.account_id, by_name="",
        at=now,
    )  # fmt: skip


def test_a_deposit_is_kept_of_a_winner_alone_and_the_loser_s_goes_back(
    auctioned: Listing, superuser: Connection
) -> None:
    loser, winner = two_bids(superuser, kit.auction(auctioned))
    sold(superuser, auctioned)
    today = beijing_day(kit.now_of())
    for entrant, kind in (
        (loser, "kept"),
        (loser, "credited"),
        (winner, "kept"),
        (winner, "returned"),
        (winner, "credited"),
    ):
        said = "成交以后没有来签约"
        with pytest.raises(Refused) as refused:
            sales.record_deposit(
                OPERATOR, COUNTY, entrant.entrant_id, sales.Receipt(kind, kit.DEPOSIT, "T-1", today, said)
            )
        assert codes(refused) == {"BID-9"}
        with pytest.raises(Refused) as past_the_rule, unit_of_work(OPERATOR) as uow:
            uow.session.add(deposit(entrant, kind, said))
        assert codes(past_the_rule) == {"BID-9"}
    given = sales.Receipt("returned", kit.DEPOSIT, "T-2", today)
    assert sales.record_deposit(OPERATOR, COUNTY, loser.entrant_id, given).kind == "returned"


def test_an_auction_that_has_closed_is_not_called_off(auctioned: Listing, superuser: Connection) -> None:
    sale = kit.auction(auctioned)
    two_bids(superuser, sale)
    with pytest.raises(Conflict):
        calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "不想卖了")
    with pytest.raises(Refused) as past_the_rule, unit_of_work(OPERATOR) as uow:
        sales.ended(uow, sale, "cancelled", "不想卖了")
    assert codes(past_the_rule) == {"BID-8"}


def test_who_withdrew_in_one_round_may_win_the_next_and_each_round_has_its_own_protocol(
    auctioned: Listing, superuser: Connection
) -> None:
    first, people = kit.auction(auctioned), [kit.person(superuser, number) for number in (1, 2)]
    two_bids(superuser, first, people)
    for _ in range(2):
        falling.fall(OPERATOR, COUNTY, sold(superuser, auctioned).deal_id, "资金没有到位", kit.BY_PAPER)
    deals.fail(OPERATOR, COUNTY, first.sale_id)
    second = kit.auction(auctioned)
    two_bids(superuser, second, people)
    deal = sold(superuser, auctioned)
    assert deal.price == Decimal("320.00")
    with unit_of_work(OPERATOR) as uow:
        assert deal_queries.deal_of_sale(uow.session, first) is None
        assert deal_queries.deal_of_sale(uow.session, second) is not None
        assert len(deal_queries.deals_of_sale(uow.session, first)) == 2


def test_the_protocol_of_an_auction_has_every_bid(auctioned: Listing, superuser: Connection) -> None:
    sale = kit.auction(auctioned)
    entrants = two_bids(superuser, sale)
    superuser.execute("ALTER TABLE exchange.bid DISABLE TRIGGER USER")
    superuser.execute(
        """INSERT INTO exchange.bid (county, village, bid_id, sale_id, seq, entrant_id, plate, price, at, closes_at, by_id)
           SELECT county, village, gen_random_uuid(), sale_id, n, %s, 1, 320 + n, at, closes_at, by_id
           FROM exchange.bid, generate_series(3, 251) AS n WHERE seq = 1""",
        [entrants[0].entrant_id],
    )
    superuser.execute("ALTER TABLE exchange.bid ENABLE TRIGGER USER")
    with unit_of_work(OPERATOR) as uow:
        rows = protocol.bid_rows(uow, sales.standing(uow, COUNTY, sale.sale_id))
    assert [row[0] for row in rows] == [str(n) for n in range(1, 252)]


def test_sealed_bids_that_nobody_opened_are_given_up_by_another_operator_and_a_new_round_follows(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    listing = _put_up(database, registrar, reviewer, superuser, "sealed")
    sale = kit.sealed_sale(listing)
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    kit.pass_time(superuser, hours=1, minutes=1)
    kit.handed_in(sale, entrant, actor, "400")
    kit.pass_time(superuser, hours=4)
    with pytest.raises(Refused) as early:
        deals.fail(THIRD, COUNTY, sale.sale_id, "开标人密钥丢失")
    kit.pass_time(superuser, hours=72)
    with pytest.raises(Refused) as own:
        deals.fail(OPERATOR, COUNTY, sale.sale_id, "开标人密钥丢失")
    with pytest.raises(Refused) as past_the_rule, unit_of_work(OPERATOR) as uow:
        sales.ended(uow, sale, "failed", "开标人密钥丢失")
    assert codes(early) == codes(own) == codes(past_the_rule) == {"SEAL-6"}
    deals.fail(THIRD, COUNTY, sale.sale_id, "开标人密钥丢失")
    assert kit.sealed_sale(listing).round == 2


def test_a_window_that_was_not_told_in_its_days_is_told_anew_and_a_claim_in_it_still_counts(
    auctioned: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    two_bids(superuser, kit.auction(auctioned))
    window = deals.proceed(OPERATOR, COUNTY, auctioned.listing_id).window
    assert window is not None
    neighbour, actor = kit.household(superuser, NEIGHBOUR)
    windows.claim(actor, COUNTY, window.priority_id, neighbour)
    with pytest.raises(Conflict):
        windows.tell_anew(OPERATOR, COUNTY, window.priority_id)
    kit.pass_time(superuser, days=15)
    # A picture that is brought now shows nothing of those days, whatever day it says.
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, PICTURE)
    with pytest.raises(Refused) as untold:
        deals.proceed(OPERATOR, COUNTY, auctioned.listing_id)
    assert codes(untold) == {"PRI-2"}
    with unit_of_work(OPERATOR) as uow:
        assert windows.facts_of(uow, window, beijing_day(uow.now)).late == 1
    again = windows.tell_anew(OPERATOR, COUNTY, window.priority_id)
    with pytest.raises(Conflict):
        windows.tell_anew(OPERATOR, COUNTY, window.priority_id)
    windows.tell(OPERATOR, COUNTY, again.priority_id, "posted", None, again.first_day, PICTURE)
    kit.pass_time(superuser, days=15)
    deal = deals.proceed(OPERATOR, COUNTY, auctioned.listing_id).deal
    assert deal is not None
    assert (deal.by, deal.taker_id) == ("priority", neighbour.taker_id)
    assert kit.strays(worker, database) == []


def test_a_winner_who_may_not_take_the_land_is_passed_over_and_the_next_has_a_chance(
    auctioned: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    entrants = two_bids(superuser, kit.auction(auctioned))
    with pytest.raises(Conflict):
        deals.pass_over(OPERATOR, COUNTY, auctioned.listing_id, "没有来")
    # What a person may have is lowered after both have bid; the second is by now a household.
    superuser.execute(
        "UPDATE exchange.taker SET kind = 'household', household_id = %s, code = %s WHERE taker_id = %s",
        [uuid4(), f"{HOUSEHOLD[:-4]}0099", entrants[0].taker_id],
    )
    kit.lower_most(superuser, "person", 0)
    with pytest.raises(Refused) as why:
        deals.pass_over(OPERATOR, COUNTY, auctioned.listing_id, " ")
    assert codes(why) == {"BID-14"}
    passed = deals.pass_over(OPERATOR, COUNTY, auctioned.listing_id, "超过上限")
    assert (passed.taker_id, passed.why) == (entrants[1].taker_id, "QUAL-4")
    step = deals.proceed(OPERATOR, COUNTY, auctioned.listing_id)
    assert step.window is not None
    assert step.window.taker_id == entrants[0].taker_id


def test_land_is_exchanged_without_a_sum_and_leased_for_one(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, kind="exchange", price=Decimal("0.00"))
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    own = tuple(parcels_of(registrar, own_right(registrar, NEIGHBOUR)))
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(0), parcels=own))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal is not None


def test_a_deal_does_not_fall_under_its_contract_and_land_whose_contract_ends_early_is_listed_anew(
    talked: Listing, registrar: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.household(superuser, NEIGHBOUR)
    offers.say(actor, COUNTY, talked.listing_id, taker.taker_id, Word("offer", Decimal("450")))
    offers.say(owner, COUNTY, talked.listing_id, taker.taker_id, Word("accept"))
    deal = deals.proceed(OPERATOR, COUNTY, talked.listing_id).deal
    assert deal is not None
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, contract_kit.VALUES)
    for who in (actor, owner, OPERATOR):
        with pytest.raises(Refused) as refused:
            falling.fall(who, COUNTY, deal.deal_id, "不想要了", kit.BY_PAPER)
        assert codes(refused) == {"LST-8"}
    contract_kit.signed(contract)
    days.work(worker)
    assert _state(talked) == "dealt"
    kit.pass_time(superuser, days=60)
    paper = Attached("44" * 32, 9, "agreed.pdf")
    life.end(OPERATOR, COUNTY, contract.contract_id, life.End("agreed", beijing_day(kit.now_of()), "双方商定"), paper)
    days.work(worker)
    assert _state(talked) == "failed"
    today = beijing_day(kit.now_of())
    again = listing_row(
        owner, own_right(registrar), from_on=today + timedelta(days=1), closes_on=today + timedelta(days=20)
    )
    put_listing(owner, again, parcels_of(registrar, own_right(registrar)))
    assert kit.strays(worker, database) == []


def test_disputed_land_does_not_come_to_the_market(talked: Listing, superuser: Connection) -> None:
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO registry.restriction (county, row_id, restriction_id, village, kind, right_id, rank, party, basis, valid,
                   recorded, act_id)
               VALUES (%s, gen_random_uuid(), gen_random_uuid(), %s, 'dispute', %s, 1, '仲裁委员会', '受理通知',
                   daterange('2026-01-01', NULL), tstzrange('2026-01-01', NULL), gen_random_uuid())""",
            [COUNTY, talked.village, talked.right_id],
        )
    with pytest.raises(Refused) as refused:
        put_event(OPERATOR, talked, "dealt")
    assert codes(refused) == {"TR-12"}
