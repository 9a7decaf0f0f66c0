"""A deposit that never came is struck after its sale by two officers (REC-2), and whose turn it is passed over (BID-3, BID-8); a
slip counts once over deposits, reserves and payments of contracts (BID-9, QUAL-9, CON-6).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import correcting, deals, doubting, reviews, sale_queries, sales, takers
from landreg.exchange.bidding.correction_model import Correction
from landreg.exchange.bidding.model import Deposit, Entrant
from landreg.exchange.bidding.review_model import Reserve
from landreg.exchange.contracts import life
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.contract_kit import PAPER, drawn, signed
from tests.database.exchange.test_after_publication import two_bids
from tests.exchange_kit import OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY

WHY = "核对银行流水，根本没有这笔钱"
SECOND = replace(OPERATOR, account_id=UUID(int=0x6109_0052), name="交易员己")
"""Another officer of the desk."""


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


def deposit_of(entrant: Entrant) -> Deposit:
    with unit_of_work(OPERATOR) as uow:
        told = sale_queries.deposits(uow.session, COUNTY, entrant.sale_id, standing=True)
    return next(one for one in told if one.entrant_id == entrant.entrant_id)


def fault(error: pytest.ExceptionInfo[Refused] | pytest.ExceptionInfo[Conflict]) -> str:
    said = error.value.findings[0].values
    return str(said.get("fault", said.get("cause")))


def strike(row: Deposit, superuser: Connection) -> Correction:
    """One officer asks, the days of the answer run, another strikes it."""
    doubting.doubt(OPERATOR, COUNTY, row.deposit_id, WHY, PAPER)
    kit.pass_time(superuser, days=4)
    return correcting.correct_deposit(SECOND, COUNTY, row.deposit_id, WHY, None)


def test_after_the_close_nobody_strikes_a_deposit_alone_nor_before_its_bidder_could_answer(
    listing: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    sale = kit.auction(listing)
    people = [kit.person(superuser, number) for number in (1, 2)]
    other, best = two_bids(superuser, sale, people)
    row, others = deposit_of(best), deposit_of(other)
    instead = correcting.Instead(other.entrant_id, sales.Receipt("paid", row.amount, "BZ-9", row.on_day))

    def refused(actor: Actor, of: Deposit = row, to: correcting.Instead | None = None) -> str:
        with pytest.raises(Refused) as error:
            correcting.correct_deposit(actor, COUNTY, of.deposit_id, WHY, to)
        assert codes(error) == {"REC-2"}
        return fault(error)

    assert {refused(OPERATOR), refused(OPERATOR, row, instead)} == {"strike_unasked"}
    for paper, why, said in ((None, WHY, "doubt_paper"), (PAPER, " ", "correction_why")):
        with pytest.raises(Refused) as bare:
            doubting.doubt(OPERATOR, COUNTY, row.deposit_id, why, paper)
        assert fault(bare) == said
    asked = doubting.doubt(OPERATOR, COUNTY, row.deposit_id, WHY, PAPER)
    assert asked.answer_by is not None
    assert refused(OPERATOR) == "strike_alone"
    assert refused(SECOND) == "strike_early"
    # Past the rules the database holds it.
    for by, of in ((OPERATOR, row), (SECOND, row), (SECOND, others)):
        with pytest.raises(Refused) as wall, unit_of_work(by) as uow:
            correcting.put_correction(uow, "deposit", of, of.deposit_id, WHY, None)
        assert wall.value.findings[0].values["constraint"] == "rec_2_struck_by_two"
    # Whose it is answers, once, and nobody else; then the second officer need not wait.
    (_, loser), (_, bidder) = people
    with pytest.raises(NotFound):
        doubting.answer(loser, COUNTY, row.deposit_id, "替他说一句")
    doubting.answer(bidder, COUNTY, row.deposit_id, "回单在这里，请再查一次")
    with pytest.raises(Refused) as twice:
        doubting.answer(bidder, COUNTY, row.deposit_id, "再说一次")
    assert fault(twice) == "doubt_answered"
    assert refused(OPERATOR) == "strike_alone"
    correcting.correct_deposit(SECOND, COUNTY, row.deposit_id, WHY, None)
    assert kit.strays(worker, database) == []


def test_a_deposit_that_never_came_is_struck_after_the_close_and_its_bidder_passed_over(
    listing: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    sale = kit.auction(listing)
    other, best = two_bids(superuser, sale)
    with pytest.raises(Conflict) as sound:
        deals.pass_over(OPERATOR, COUNTY, listing.listing_id, WHY)
    assert fault(sound) == "nothing_against"
    strike(deposit_of(best), superuser)
    with pytest.raises(Conflict) as unpaid:
        deals.proceed(OPERATOR, COUNTY, listing.listing_id)
    assert fault(unpaid) == "deposit_never_came"
    passed = deals.pass_over(OPERATOR, COUNTY, listing.listing_id, WHY)
    assert (passed.taker_id, passed.why) == (best.taker_id, "BID-3")
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    assert window.taker_id == other.taker_id
    assert kit.strays(worker, database) == []


def test_what_was_struck_by_mistake_is_recorded_anew_as_it_came_in_time(
    listing: Listing, superuser: Connection
) -> None:
    sale = kit.auction(listing)
    _, best = two_bids(superuser, sale)
    row, paid_by = deposit_of(best), beijing_day(sale.deposit_by)
    strike(row, superuser)
    late = sales.Receipt("paid", row.amount, row.receipt, paid_by + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        sales.record_deposit(OPERATOR, COUNTY, best.entrant_id, late)
    assert fault(refused) == "deposit_day"
    sales.record_deposit(OPERATOR, COUNTY, best.entrant_id, sales.Receipt("paid", row.amount, row.receipt, paid_by))
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).window is not None


def test_one_slip_counts_once_over_all_books_and_the_refusal_says_for_what(
    listing: Listing, superuser: Connection, database: Settings
) -> None:
    sale = kit.auction(listing)
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor, "Q-2")
    firm, _ = takers.open_at_counter(
        OPERATOR, takers.Opening("organisation", "样本农业公司", "91610900MA0000001L", "0915-2", "gongsi")
    )
    kit.passed(firm)
    contract = signed(drawn(f"{HOUSEHOLD[:-4]}0003"))
    today = beijing_day(kit.now_of())

    def reserve(receipt: str) -> Reserve:
        return reviews.record_reserve(OPERATOR, COUNTY, firm.taker_id, "paid", Decimal(100), receipt, today)

    def rent(receipt: str) -> Decimal:
        return life.pay(OPERATOR, COUNTY, contract.contract_id, Decimal(1), today, receipt, PAPER)

    for book, code in ((reserve, "QUAL-9"), (rent, "CON-6")):
        with pytest.raises(Refused) as used:
            book("q 2")
        found = used.value.findings[0]
        assert (found.code, found.values["fault"], found.values["whose"]) == (code, "slip_deposit", listing.number)
    rent("Q-3")
    reserve("Q-4")
    second, also = kit.person(superuser, 2)
    other = sales.enter(also, COUNTY, sale.sale_id, second)
    for slip, said in (("Q3", "slip_rent_payment"), ("Q-4", "slip_reserve"), ("Q.2", "slip_deposit")):
        with pytest.raises(Refused) as taken:
            sales.record_deposit(
                OPERATOR, COUNTY, other.entrant_id, sales.Receipt("paid", sale.deposit_yuan, slip, today)
            )
        assert (codes(taken), fault(taken)) == ({"BID-9"}, said)
    # Past the rules the database holds it.
    with pytest.raises(Refused) as wall, unit_of_work(OPERATOR) as uow:
        uow.session.add(row_of(firm.taker_id, firm.village, "Q-2", uow.now))
    assert wall.value.findings[0].values["constraint"] == "bid_9_a_slip_counts_once"
    # What was struck is free for whose it is.
    correcting.correct_deposit(OPERATOR, COUNTY, deposit_of(entrant).deposit_id, WHY, None)
    reserve("Q-2")


def row_of(taker_id: UUID, village: str, receipt: str, now: object) -> Reserve:
    return Reserve(
        county=COUNTY, village=village, reserve_id=uuid4(), taker_id=taker_id, kind="paid", amount=Decimal("100.00"),
        receipt=tidy(receipt), on_day=beijing_day(kit.now_of()), said="", by=OPERATOR.account_id, by_name="", at=now,
    )  # fmt: skip
