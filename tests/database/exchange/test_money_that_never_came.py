"""A deposit that never came is struck after its sale, and whose turn it is passed over (REC-1, BID-3, BID-8); a slip counts once
over deposits, reserves and payments of contracts (BID-9, QUAL-9, CON-6).
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import correcting, deals, reviews, sale_queries, sales, takers
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


def test_a_deposit_that_never_came_is_struck_after_the_close_and_its_bidder_passed_over(
    listing: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    sale = kit.auction(listing)
    other, best = two_bids(superuser, sale)
    with pytest.raises(Conflict) as sound:
        deals.pass_over(OPERATOR, COUNTY, listing.listing_id, WHY)
    assert fault(sound) == "nothing_against"
    correcting.correct_deposit(OPERATOR, COUNTY, deposit_of(best).deposit_id, WHY, None)
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
    correcting.correct_deposit(OPERATOR, COUNTY, row.deposit_id, WHY, None)
    kit.pass_time(superuser, days=2)
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
