"""The contract of a deal on the market: land, term, price and rhythm are the listing's and the deal's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, NotFound, Refused
from landreg.core.periods import DAY, beijing_day
from landreg.core.units import half_up, mu_of
from landreg.exchange import logged
from landreg.exchange.bidding import takers
from landreg.exchange.contracts import deal_queries, drawing, signing, trace_queries
from landreg.exchange.model import Deal, Listing
from landreg.law.book import term
from landreg.log.store import seal
from tests.bidding_kit import household, published
from tests.contract_kit import OPERATOR, PAPER, SHARES, TAKER, VALUES, seen, signed, today
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY, VILLAGE, past_triggers


def dealt(listing: Listing, taker_id: UUID, price: Decimal) -> Deal:
    with unit_of_work(OPERATOR) as uow:
        deal = Deal(
            county=COUNTY, village=listing.village, deal_id=uuid4(), listing_id=listing.listing_id, taker_id=taker_id,
            way=listing.way, price=price, unit=listing.unit, by="negotiation", decided_at=uow.now,
            decided_by=OPERATOR.account_id, decided_by_name=OPERATOR.name,
        )  # fmt: skip
        uow.session.add(deal)
        uow.session.flush()
        logged.stage_deal(uow, deal)
    return deal


def heard(superuser: Connection, listing: Listing, taker_id: UUID) -> None:
    """The members were told the terms, and none claimed: as a row."""
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO exchange.priority (county, village, listing_id, priority_id, taker_id, price, unit, way, first_day,
                   last_day, "by", by_name, at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, 'negotiation', '2020-01-01', '2020-01-15', %s, '', system.clock())""",
            [COUNTY, VILLAGE, listing.listing_id, uuid4(), taker_id, listing.price, listing.unit, uuid4()],
        )


def test_a_deal_that_stands_has_one_contract_and_keeps_its_price_and_its_land(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    listing = published(registrar, reviewer, superuser)
    taker, _actor = household(superuser, f"{VILLAGE}010002")
    deal = dealt(listing, taker.taker_id, listing.price + 20)
    with unit_of_work(OPERATOR) as uow:
        assert [row.Deal.deal_id for row in deal_queries.deals_waiting(uow.session)] == [deal.deal_id]
    with pytest.raises(NotFound):
        drawing.draw_from_deal(OPERATOR, COUNTY, uuid4(), VALUES)
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert (contract.price, contract.from_on, contract.until_on) == (deal.price, listing.from_on, listing.until_on)
    assert contract.area_m2 == listing.area_m2
    # The same words again are the same contract (CON-42: others are not taken).
    assert drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES).contract_id == contract.contract_id
    with pytest.raises(Conflict) as again:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, {**VALUES, "paid_to": "另一个账户"})
    assert codes(again) == {"CON-42"}
    assert again.value.findings[0].values == {"number": contract.number}
    with unit_of_work(OPERATOR) as uow:
        assert not deal_queries.deals_waiting(uow.session)
    assert seen(signed(contract)).contract.state == "signed"


def test_a_transfer_is_followed_leaf_by_leaf_from_its_listing_and_from_its_contract(
    registrar: Actor, reviewer: Actor, auditor: Actor, worker: Actor, superuser: Connection, database: Settings
) -> None:
    listing = published(registrar, reviewer, superuser)
    taker, _actor = household(superuser, f"{VILLAGE}010002")
    deal = dealt(listing, taker.taker_id, listing.price)
    contract = signed(drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES))
    signing.file(OPERATOR, COUNTY, contract.contract_id, today(), "", PAPER)
    seal(worker, database)
    for actor in (OPERATOR, auditor):
        with unit_of_work(actor) as uow:
            found = trace_queries.trace(uow.session, listing.number)
            assert found == trace_queries.trace(uow.session, contract.number)
            assert trace_queries.trace(uow.session, "L0") == []
        kinds = [one.kind.removeprefix("exchange.") for one in found]
        wanted = ["listed", "submitted", "published", "deal", "contract"]
        told = [kind for kind in kinds if kind in wanted]
        assert (sorted(told[:2]), told[2:]) == (wanted[:2], wanted[2:]), "the first two are leaves of one act"
        steps = [one.step for one in found if one.step]
        assert (steps[0], steps[-1], len(steps)) == ("signed_contractor", "filed", 4)
        assert set(steps[1:3]) == {"signed_taker", "signed"}, (
            "leaves of one act, which the log puts in no order of their own"
        )
        assert all(one.index is not None for one in found)
        assert [one.index for one in found] == sorted(one.index for one in found)
        assert {one.who for one in found if one.kind == "exchange.contract"} == {OPERATOR.name}
    with past_triggers(superuser):
        superuser.execute("DELETE FROM log.entry WHERE kind = 'exchange.published'")
    with unit_of_work(auditor) as uow:
        lost = [one.kind for one in trace_queries.trace(uow.session, listing.number) if one.at is None]
    assert lost == ["exchange.published"]


@pytest.mark.parametrize("unit", ["share", "yuan_mu_year"])
def test_the_price_of_shares_on_the_market_is_the_fixed_dividend_of_the_contract(
    registrar: Actor, reviewer: Actor, superuser: Connection, unit: str
) -> None:
    """300 yuan a mu and year stay that, in the text and in what falls due, also where a listing counted in the unit of a lease."""
    listing = published(registrar, reviewer, superuser, kind="share", unit=unit, price=Decimal("300.00"))
    with unit_of_work(OPERATOR) as uow:
        taker = takers.by_code(uow, COUNTY, VILLAGE, TAKER, "样本种植专业合作社")
    heard(superuser, listing, taker.taker_id)
    deal = dealt(listing, taker.taker_id, listing.price)
    contract = signed(drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, SHARES))
    assert (contract.unit, contract.price) == ("share", Decimal("300.00"))
    assert "300.00 元" in contract.clauses["price"]
    found = seen(contract)
    assert [due.amount for due in found.dues] == [half_up(mu_of(listing.area_m2) * 300)] * 10
    assert term("price_unit", "share") == term("contract_unit", "share")


def test_the_term_of_a_deal_begins_with_the_deal_where_the_listed_day_is_past(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """A sale that took long takes nothing back."""
    listed = date(2026, 1, 1)
    listing = published(registrar, reviewer, superuser, from_on=listed)
    taker, _actor = household(superuser, f"{VILLAGE}010002")
    deal = dealt(listing, taker.taker_id, listing.price)
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert (contract.from_on, contract.until_on) == (beijing_day(deal.decided_at), listing.until_on)


def test_a_deal_whose_term_is_over_is_no_contract(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    """CON-100: until its last day it is."""
    listing = published(registrar, reviewer, superuser)
    deal = dealt(listing, household(superuser, f"{VILLAGE}010002")[0].taker_id, listing.price + 20)

    def until(day: date) -> None:
        with past_triggers(superuser):
            superuser.execute("UPDATE exchange.listing SET from_on = %s, until_on = %s", [day - 30 * DAY, day])

    until(today())
    with pytest.raises(Refused) as over:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert codes(over) == {"CON-100"}
    until(today() + 9 * DAY)
    assert drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES).state == "drawn"
