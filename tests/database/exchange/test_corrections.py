"""Records of money that were wrong: corrected by a further row, which the sale and the reserve then follow (REC-1)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import (
    auction,
    calling_off,
    correcting,
    correction_queries,
    outcome_queries,
    review_queries,
    reviews,
    sale_queries,
    sales,
    takers,
)
from landreg.exchange.bidding.correcting import Instead
from landreg.exchange.bidding.model import Deposit, Entrant, Sale
from landreg.exchange.bidding.review_model import Reserve
from landreg.exchange.contracts import trace_queries
from landreg.exchange.model import Listing, Taker
from tests import bidding_kit as kit
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY

WHY = "把回单抄到了别人名下，核对银行流水后更正"


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


def two(listing: Listing, superuser: Connection) -> tuple[Sale, list[tuple[Taker, Actor, Entrant]]]:
    """A sale that two entered; the first one's deposit is recorded."""
    sale = kit.auction(listing)
    came = []
    for number in (1, 2):
        taker, actor = kit.person(superuser, number)
        came.append((taker, actor, sales.enter(actor, COUNTY, sale.sale_id, taker)))
    return sale, came


def paid(receipt: str, **changed: Any) -> sales.Receipt:
    today = beijing_day(kit.now_of())
    return sales.Receipt(**{"kind": "paid", "amount": kit.DEPOSIT, "receipt": receipt, "on_day": today, **changed})


def record(entrant: Entrant, receipt: str = "BZ-1", **changed: Any) -> Deposit:
    return sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, paid(receipt, **changed))


def correct(row: Deposit, of: Entrant | None, receipt: str = "BZ-1", why: str = WHY, **changed: Any) -> Any:
    instead = None if of is None else Instead(of.entrant_id, paid(receipt, **changed))
    return correcting.correct_deposit(OPERATOR, COUNTY, row.deposit_id, why, instead)


def held(entrant: Entrant) -> Decimal:
    with unit_of_work(OPERATOR) as uow:
        return sale_queries.deposit_held(uow.session, COUNTY, entrant.entrant_id)


def faults(error: Any) -> set[str]:
    return {str(one.values.get("fault", one.values.get("cause"))) for one in error.value.findings}


def test_a_deposit_recorded_for_the_wrong_one_is_moved_and_both_records_are_seen(
    listing: Listing, superuser: Connection, worker: Actor, auditor: Actor, database: Settings
) -> None:
    sale, ((_, first, one), (_, second, other)) = two(listing, superuser)
    row = record(one)
    made = correct(row, other)
    assert (made.record, made.record_id, made.said) == ("deposit", row.deposit_id, WHY)
    assert (held(one), held(other)) == (Decimal(0), kit.DEPOSIT)
    for actor, count, told in ((first, 1, 1), (second, 1, 0), (OPERATOR, 2, 1), (auditor, 2, 1)):
        with unit_of_work(actor) as uow:
            seen = sale_queries.deposits(uow.session, COUNTY, sale.sale_id)
            assert len(seen) == count
            found = correction_queries.corrections(uow.session, COUNTY, [one.deposit_id for one in seen])
            assert len(found) == told
    # Whose it was not pays by a receipt of their own, who has it bids.
    record(one, "BZ-2")
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(second, COUNTY, sale.sale_id, other.entrant_id, Decimal(300), uuid4())
    with unit_of_work(auditor) as uow:
        steps = trace_queries.trace(uow.session, listing.number)
    assert "exchange.correction" in {step.kind for step in steps}
    assert steps[0].lost == 0
    assert kit.strays(worker, database) == []


def test_a_mistyped_receipt_is_free_again_and_counts_once(listing: Listing, superuser: Connection) -> None:
    _, ((_, _, one), (_, _, other)) = two(listing, superuser)
    row = record(one, "BZ-2")
    with pytest.raises(Refused) as twice:
        record(other, "bz-2")
    assert codes(twice) == {"BID-9"}
    correct(row, one, "BZ-1")
    record(other, "BZ-2")
    with pytest.raises(Refused) as again:
        correct(row, one, "BZ-3")
    assert faults(again) == {"correction_again"}
    with unit_of_work(OPERATOR) as uow:
        own = sale_queries.deposits(uow.session, COUNTY, one.sale_id, standing=True)
    stands = next(row for row in own if row.entrant_id == one.entrant_id)
    with pytest.raises(Refused) as taken:
        correct(stands, one, "bz-2 ")
    assert codes(taken) == {"BID-9"}
    with pytest.raises(Refused) as same:
        correct(stands, one, "bz-1")
    assert faults(same) == {"correction_same"}
    with pytest.raises(Refused) as why:
        correct(stands, one, "BZ-4", why=" ")
    assert faults(why) == {"correction_why"}
    assert held(one) == kit.DEPOSIT


def test_after_the_hour_what_was_paid_in_time_is_corrected_and_what_a_bid_rests_on_stays(
    listing: Listing, superuser: Connection
) -> None:
    sale, ((_, first, one), (_, _, other)) = two(listing, superuser)
    row = record(one)
    kit.pass_time(superuser, hours=1, minutes=1)
    with pytest.raises(Refused) as late:
        record(other, "BZ-2")
    assert codes(late) == {"BID-9"}
    correct(row, other)
    with unit_of_work(OPERATOR) as uow:
        (moved,) = sale_queries.deposits(uow.session, COUNTY, sale.sale_id, standing=True)
    correct(moved, one)
    auction.bid(first, COUNTY, sale.sale_id, one.entrant_id, Decimal(300), uuid4())
    with unit_of_work(OPERATOR) as uow:
        (back,) = sale_queries.deposits(uow.session, COUNTY, sale.sale_id, standing=True)
    for of in (other, None):
        with pytest.raises(Refused) as rests:
            correct(back, of)
        assert faults(rests) == {"correction_bid"}
    # Its receipt is corrected all the same; the day is none after the hour of deposits.
    pass_day = beijing_day(sale.deposit_by) + timedelta(days=1)
    kit.pass_time(superuser, days=2)
    with pytest.raises(Refused) as day:
        correct(back, one, "BZ-9", on_day=pass_day)
    assert faults(day) == {"correction_day"}
    correct(back, one, "BZ-9", on_day=beijing_day(sale.deposit_by))
    assert held(one) == kit.DEPOSIT


def test_what_became_of_a_deposit_is_corrected_and_told_as_it_stands(listing: Listing, superuser: Connection) -> None:
    sale, ((_, first, one), (_, second, other)) = two(listing, superuser)
    came = record(one)
    record(other, "BZ-2")
    calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "开拍时间另定")
    went = record(one, "T-1", kind="returned")
    for of in (other, None):
        with pytest.raises(Refused) as gone:
            correct(came, of)
        assert faults(gone) == {"correction_gone"}
    with pytest.raises(Refused) as crosses:
        correct(went, one, "T-1", kind="paid")
    assert faults(crosses) == {"correction_kind"}
    correct(went, other, "T-1", kind="returned")
    assert (held(one), held(other)) == (kit.DEPOSIT, Decimal(0))
    told = []
    for actor in (first, second):
        with unit_of_work(actor) as uow:
            found = outcome_queries.outcomes(uow.session, kit.now_of() - timedelta(days=1))
        told.append([one.what for one in found if one.what.startswith("deposit")])
    assert told == [[], ["deposit_returned"]]
    record(one, "T-2", kind="returned")


def test_the_database_takes_no_correction_past_the_rules(listing: Listing, superuser: Connection, as_desk: Any) -> None:
    sale, ((_, first, one), (_, _, other)) = two(listing, superuser)
    row = record(one)

    def put(deposit_id: UUID, instead: UUID | None = None, said: str = WHY) -> str:
        desk = as_desk(OPERATOR.desk, OPERATOR.jurisdiction)
        desk.autocommit = False
        desk.execute("SELECT set_config('landreg.actor', %s, false)", [str(OPERATOR.account_id)])
        asked = "INSERT INTO exchange.correction VALUES (%s, %s, 'deposit', %s, %s, %s, %s, '', system.clock())"
        try:
            desk.execute(asked, [COUNTY, row.village, deposit_id, instead, said, OPERATOR.account_id])
            desk.commit()
        except psycopg.errors.IntegrityError as wall:
            desk.rollback()
            return str(wall.diag.constraint_name)
        raise AssertionError

    assert put(row.deposit_id, said=" ") == "rec_1_says_why"
    assert put(uuid4()) == "rec_1_record_stands"
    assert put(row.deposit_id, uuid4()) == "rec_1_nothing_rests_on_it"
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(first, COUNTY, sale.sale_id, one.entrant_id, Decimal(300), uuid4())
    assert put(row.deposit_id) == "rec_1_nothing_rests_on_it"
    correct(row, one, "BZ-7")
    assert put(row.deposit_id) == "rec_1_record_stands"
    for role, may in (("auditor", "INSERT"), ("worker", "INSERT"), ("citizen", "UPDATE"), ("exchange", "UPDATE")):
        asked = "SELECT has_table_privilege('landreg_' || %s, 'exchange.correction', %s || ', UPDATE, DELETE')"
        assert superuser.execute(asked, [role, may]).fetchone() == (False,)
    assert held(other) == Decimal(0)


@pytest.fixture
def business(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[Taker, Actor]:
    use_key(database.keys["identity"])
    kit.published(registrar, reviewer, superuser, way="negotiation")
    taker, _ = takers.open_at_counter(
        OPERATOR, takers.Opening("organisation", "样本农业公司", "91610900MA0000001L", "0915-2", "gongsi")
    )
    kit.passed(taker)
    return taker, kit.of_taker(taker)


def put_in(taker: Taker, kind: str, yuan: str, receipt: str, ago: int = 0, said: str = "") -> Reserve:
    day = beijing_day(kit.now_of()) - timedelta(days=ago)
    return reviews.record_reserve(OPERATOR, COUNTY, taker.taker_id, kind, Decimal(yuan), receipt, day, said)


def test_a_risk_reserve_recorded_wrongly_is_corrected(
    business: tuple[Taker, Actor], superuser: Connection, worker: Actor, database: Settings
) -> None:
    taker, actor = business
    came = put_in(taker, "paid", "5000", "FX-1", ago=3)
    used = put_in(taker, "used", "400", "FX-2", ago=1, said="补偿青苗")
    today = beijing_day(kit.now_of())

    def correct_it(row: Reserve, of: UUID | None, **changed: Any) -> None:
        said = {"kind": row.kind, "amount": row.amount, "receipt": row.receipt, "on_day": row.on_day, "said": row.said}
        instead = None if of is None else Instead(of, sales.Receipt(**{**said, **changed}))
        correcting.correct_reserve(OPERATOR, COUNTY, row.reserve_id, WHY, instead)

    for of, changed in ((None, {}), (taker.taker_id, {"amount": Decimal(399)})):
        with pytest.raises(Refused) as less:
            correct_it(came, of, **changed)
        assert faults(less) == {"correction_used"}
    with pytest.raises(Refused) as day:
        correct_it(came, taker.taker_id, on_day=today)
    assert faults(day) == {"correction_day"}
    correct_it(came, taker.taker_id, amount=Decimal(500))
    correct_it(used, None)
    with unit_of_work(actor) as uow:
        assert review_queries.reserve_held(uow.session, COUNTY, taker.taker_id) == Decimal("500.00")
        seen = review_queries.reserves(uow.session, COUNTY, taker.taker_id)
        assert len(seen) == 3
        assert len(correction_queries.corrections(uow.session, COUNTY, [one.reserve_id for one in seen])) == 2
    # The freed receipt is another's; a payment is moved to whose it is.
    other, _ = takers.open_at_counter(
        OPERATOR, takers.Opening("organisation", "样本合作社", "91610900MA0000002P", "0915-3", "hezuo")
    )
    kit.passed(other)
    put_in(other, "paid", "10", "FX-2")
    with unit_of_work(OPERATOR) as uow:
        (stands,) = review_queries.reserves(uow.session, COUNTY, taker.taker_id, standing=True)
    correct_it(stands, other.taker_id)
    with unit_of_work(OPERATOR) as uow:
        both = [review_queries.reserve_held(uow.session, COUNTY, one.taker_id) for one in (taker, other)]
    assert both == [Decimal(0), Decimal("510.00")]
    assert kit.strays(worker, database) == []


BOOKS = ("deposit", "reserve", "rent_payment", "rent_due")
READ_WHOLE = {
    "deposit_again", "reserve_again", "rent_payment_again", "in_place_of", "deposit_is_whole", "reserve_is_whole",
    "reserve_in_its_days", "credit_is_counted", "payment_is_whole", "take_correction", "correction_is_whole", "take_deposit",
    "doubted_after_the_close", "missed_of_a_return", "struck_by_two",
}  # fmt: skip
"""Functions that ask of a record whether it was corrected, or of what it is in the place."""


def test_what_counts_money_in_the_database_counts_what_stands(superuser: Connection) -> None:
    """A function that a later migration writes reads the books' standing rows too."""
    asked = """SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('exchange', 'registry', 'access', 'audit') AND p.prosrc ~ %s"""
    found = superuser.execute(asked, [rf"(FROM|JOIN) exchange\.({'|'.join(BOOKS)}) "]).fetchall()
    assert {name for (name,) in found} <= READ_WHOLE
