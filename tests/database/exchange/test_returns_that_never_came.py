"""A deposit recorded as returned that never came: whose it is says so, the desk answers by the bank's receipt or returns it again
(REC-3).
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import (
    calling_off,
    correcting,
    correction_queries,
    deals,
    doubting,
    logged,
    returning,
    sale_queries,
    sales,
)
from landreg.exchange.bidding.correction_model import DepositDoubt
from landreg.exchange.bidding.model import Deposit, Sale
from landreg.exchange.contracts import trace_queries
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.contract_kit import PAPER
from tests.database.exchange.test_after_publication import two_bids
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY

SAID = "农商行尾号 1234 的账户查到今天，没有收到"


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


def returned(listing: Listing, superuser: Connection) -> tuple[Sale, Deposit, Deposit, Actor, Actor]:
    """A sale that is over: the return of the deposit of who did not bid, that deposit, whose it is, and the winner."""
    sale = kit.auction(listing)
    idle, owner = kit.person(superuser, 3)
    behind = kit.entered(sale, idle, owner)
    people = [kit.person(superuser, number) for number in (1, 2)]
    two_bids(superuser, sale, people)
    today = beijing_day(kit.now_of())
    row = sales.record_deposit(
        OPERATOR, COUNTY, behind.entrant_id, sales.Receipt("returned", sale.deposit_yuan, "TH-1", today)
    )
    with unit_of_work(OPERATOR) as uow:
        told = sale_queries.deposits(uow.session, COUNTY, sale.sale_id, standing=True)
    paid = next(one for one in told if one.entrant_id == behind.entrant_id and one.kind == "paid")
    return sale, row, paid, owner, people[1][1]


def fault(error: pytest.ExceptionInfo[Refused]) -> str:
    assert codes(error) == {"REC-3"}
    return str(error.value.findings[0].values["fault"])


def waiting() -> list[tuple[UUID, bool]]:
    with unit_of_work(OPERATOR) as uow:
        day = beijing_day(uow.now)
        return [(one.deposit_id, shown is not None) for one, shown in correction_queries.missed(uow.session, day)]


def owed(actor: Actor) -> list[Decimal]:
    with unit_of_work(actor) as uow:
        return [one.yuan for one in returning.own(uow.session, beijing_day(uow.now))]


def test_whose_deposit_it_is_says_that_its_return_never_came_and_the_desk_answers_with_the_banks_receipt(
    listing: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    _, row, paid, owner, winner = returned(listing, superuser)
    key = (COUNTY, row.deposit_id)
    for said, of, why in ((" ", row, "missing_why"), (SAID, paid, "missing_returned")):
        with pytest.raises(Refused) as refused:
            doubting.miss(owner, COUNTY, of.deposit_id, said)
        assert fault(refused) == why
    with pytest.raises(NotFound):
        doubting.miss(winner, *key, SAID)
    with pytest.raises(Refused) as unsigned:
        doubting.miss(OPERATOR, *key, SAID)
    assert fault(unsigned) == "answer_unsigned"
    with pytest.raises(Refused) as unasked:
        doubting.show(OPERATOR, *key, "退到农商行", PAPER)
    assert fault(unasked) == "show_unasked"
    made = doubting.miss(owner, *key, SAID)
    assert made.answer_by == beijing_day(made.at) + timedelta(days=3)
    assert waiting() == [(row.deposit_id, False)]
    with pytest.raises(Refused) as twice:
        doubting.miss(owner, *key, SAID)
    assert fault(twice) == "missing_said"
    for said, paper, why in (("退到农商行", None, "show_paper"), ("", PAPER, "show_why")):
        with pytest.raises(Refused) as bare:
            doubting.show(OPERATOR, *key, said, paper)
        assert fault(bare) == why
    doubting.show(OPERATOR, *key, "退到农商行", PAPER)
    assert waiting() == [(row.deposit_id, True)]
    with pytest.raises(Refused) as again:
        doubting.show(OPERATOR, *key, "退到农商行", PAPER)
    assert fault(again) == "show_again"
    # The sale goes on, and the chain of the listing tells both words.
    assert deals.proceed(OPERATOR, COUNTY, listing.listing_id).window is not None
    with unit_of_work(OPERATOR) as uow:
        told = trace_queries.trace(uow.session, listing.number)
    assert [one.step for one in told if one.kind == "exchange.deposit_doubt"] == ["missing", "shown"]
    assert kit.strays(worker, database) == []


def test_what_the_desk_cannot_show_it_returns_again_and_that_may_be_missed_again(
    listing: Listing, superuser: Connection, worker: Actor, database: Settings
) -> None:
    sale = kit.auction(listing)
    taker, owner = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, owner)
    calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "时间另定")
    today = beijing_day(kit.now_of())
    back = sales.Receipt("returned", sale.deposit_yuan, "TH-1", today)
    row = sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, back)
    doubting.miss(owner, COUNTY, row.deposit_id, SAID)
    assert owed(owner) == []
    correcting.correct_deposit(OPERATOR, COUNTY, row.deposit_id, "银行退票，没有退成", None)
    assert (owed(owner), waiting()) == ([sale.deposit_yuan], [])
    with pytest.raises(Refused) as late:
        doubting.show(OPERATOR, COUNTY, row.deposit_id, "退到农商行", PAPER)
    assert fault(late) == "show_unasked"
    anew = sales.record_deposit(
        OPERATOR, COUNTY, row.entrant_id, sales.Receipt("returned", sale.deposit_yuan, "TH-2", today)
    )
    doubting.miss(owner, COUNTY, anew.deposit_id, SAID)
    assert waiting() == [(anew.deposit_id, False)]
    # One step instead: the record is corrected by the receipt of what went.
    right = correcting.Instead(row.entrant_id, sales.Receipt("returned", sale.deposit_yuan, "TH-3", today))
    correcting.correct_deposit(OPERATOR, COUNTY, anew.deposit_id, "回单号记错，重新退还", right)
    assert (owed(owner), waiting()) == ([], [])
    assert kit.strays(worker, database) == []


def test_the_database_takes_no_word_of_a_return_but_of_one_that_stands_nor_an_answer_before_it(
    listing: Listing, superuser: Connection
) -> None:
    _, row, paid, owner, _ = returned(listing, superuser)
    today = beijing_day(kit.now_of())

    def walled(actor: Actor, of: Deposit, kind: str, **more: object) -> str:
        with pytest.raises(Refused) as wall, unit_of_work(actor) as uow:
            logged.enter(uow, DepositDoubt(
                county=COUNTY, village=of.village, doubt_id=uuid4(), deposit_id=of.deposit_id, sale_id=of.sale_id,
                entrant_id=of.entrant_id, kind=kind, said=SAID, by=actor.account_id, by_name=actor.name, at=uow.now,
                **{"answer_by": today + timedelta(days=3), **more},
            ))  # fmt: skip
        return str(wall.value.findings[0].values["constraint"])

    told = {"sha256": PAPER.sha256, "paper": PAPER.name}
    assert walled(OPERATOR, row, "shown", **told) == "rec_3_missed_of_a_return"
    assert walled(owner, paid, "missing") == "rec_3_missed_of_a_return"
    assert walled(owner, row, "missing", answer_by=today) == "rec_3_missed_of_a_return"
    doubting.miss(owner, COUNTY, row.deposit_id, SAID)
    assert row.amount > Decimal(0)
