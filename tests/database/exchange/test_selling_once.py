"""Land is sold again when nobody of an earlier sale may have it, and a deposit goes where the deal of its entrant went."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deals, falling, logged, sale_queries, sales
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.database.exchange.test_after_publication import causes, deposit, raised, sold, two_bids
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY


@pytest.fixture
def auctioned(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


def test_land_of_sealed_bids_that_were_opened_is_sold_again_when_nobody_may_have_it_any_more(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings
) -> None:
    """BID-8, in the program, on the desk's list and by the database: not while the first waits, nor while a window runs."""
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="sealed")
    sale = kit.sealed_sale(listing)
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    kit.pass_time(superuser, hours=1, minutes=1)
    kit.handed_in(sale, entrant, actor, "320")
    kit.pass_time(superuser, hours=5)
    kit.opened(sale)
    assert causes(raised(lambda: kit.sealed_sale(listing))) == {"sale_under_way"}
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    again = """INSERT INTO exchange.sale SELECT (jsonb_populate_record(s, jsonb_build_object(
        'sale_id', gen_random_uuid(), 'round', 2))).* FROM exchange.sale AS s"""
    for wall, undone in (("bid_8_sale_under_way", "opened"), ("bid_8_window_runs", "failed")):
        superuser.execute("UPDATE exchange.sale_clock SET over = %s", [undone])
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as walled:
            superuser.execute(again)
        assert walled.value.diag.constraint_name == wall
        with unit_of_work(OPERATOR) as uow:
            assert sale_queries.without_sale(uow.session, beijing_day(uow.now)) == []
    assert causes(raised(lambda: kit.sealed_sale(listing))) == {"window_runs"}
    kit.pass_time(superuser, days=16)
    assert kit.sealed_sale(listing).round == 2


def test_a_deposit_is_kept_of_whoever_gave_the_own_deal_up_on_no_day_before_and_credited_when_both_have_signed(
    auctioned: Listing, superuser: Connection
) -> None:
    """BID-9, in the program and by the database; what was credited to a deal that falls is there again."""
    people = [kit.person(superuser, number) for number in (1, 2)]
    _loser, winner = two_bids(superuser, kit.auction(auctioned), people)
    deal = sold(superuser, auctioned)
    with pytest.raises(Refused) as unsigned:
        sales.record_deposit(OPERATOR, COUNTY, winner.entrant_id, _receipt("credited", 0))
    assert unsigned.value.findings[0].values["fault"] == "deposit_unsigned"
    superuser.execute("ALTER TABLE exchange.deposit DISABLE TRIGGER take_deposit")
    with unit_of_work(OPERATOR) as uow:
        row = deposit(winner, "credited", "")
        row.receipt = "老账-1"
        logged.enter(uow, row)
    superuser.execute("ALTER TABLE exchange.deposit ENABLE TRIGGER take_deposit")
    falling.fall(people[1][1], COUNTY, deal.deal_id, "资金没有到位")
    for ago, said, fault in ((1, "成交后放弃", "deposit_day"), (0, "x", "deposit_why")):
        with pytest.raises(Refused) as wrong:
            sales.record_deposit(OPERATOR, COUNTY, winner.entrant_id, _receipt("kept", ago, said))
        assert wrong.value.findings[0].values["fault"] == fault
        past = deposit(winner, "kept", said)
        past.on_day -= timedelta(days=ago)
        with pytest.raises(Refused) as walled, unit_of_work(OPERATOR) as uow:
            uow.session.add(past)
        assert walled.value.findings[0].values["constraint"] == "bid_9_kept_of_a_winner"
    assert sales.record_deposit(OPERATOR, COUNTY, winner.entrant_id, _receipt("kept", 0, "成交后放弃")).kind == "kept"


def _receipt(kind: str, ago: int, said: str = "") -> sales.Receipt:
    return sales.Receipt(kind, kit.DEPOSIT, "T-9", beijing_day(kit.now_of()) - timedelta(days=ago), said)


def test_one_slip_of_a_deposit_counts_once_however_it_is_parted(auctioned: Listing, superuser: Connection) -> None:
    sale = kit.auction(auctioned)
    kit.entered(sale, *kit.person(superuser, 1), receipt="FX-1")
    taker, actor = kit.person(superuser, 2)
    second = sales.enter(actor, COUNTY, sale.sale_id, taker)
    for typed in ("fx1", "FX 1", "ｆｘ．１", "FX_1"):
        with pytest.raises(Refused) as twice:
            sales.record_deposit(OPERATOR, COUNTY, second.entrant_id, replace(_receipt("paid", 0), receipt=typed))
        assert codes(twice) == {"BID-9"}
