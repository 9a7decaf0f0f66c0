"""The contract of a deal on the market: land, term, price and rhythm are the listing's and the deal's."""

from __future__ import annotations

from uuid import uuid4

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.exchange import logged
from landreg.exchange.contracts import drawing, queries
from landreg.exchange.model import Deal
from tests.bidding_kit import household, published
from tests.contract_kit import OPERATOR, VALUES, seen, signed
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY, VILLAGE


def test_a_deal_that_stands_has_one_contract_and_keeps_its_price_and_its_land(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    listing = published(registrar, reviewer, superuser)
    taker, _actor = household(superuser, f"{VILLAGE}010002")
    with unit_of_work(OPERATOR) as uow:
        deal = Deal(
            county=COUNTY, village=listing.village, deal_id=uuid4(), listing_id=listing.listing_id, taker_id=taker.taker_id,
            way=listing.way, price=listing.price + 20, unit=listing.unit, by="negotiation", decided_at=uow.now,
            decided_by=OPERATOR.account_id, decided_by_name=OPERATOR.name,
        )  # fmt: skip
        uow.session.add(deal)
        uow.session.flush()
        logged.stage_deal(uow, deal)
    with unit_of_work(OPERATOR) as uow:
        assert [row.Deal.deal_id for row in queries.deals_waiting(uow.session)] == [deal.deal_id]
    with pytest.raises(NotFound):
        drawing.draw_from_deal(OPERATOR, COUNTY, uuid4(), VALUES)
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert (contract.price, contract.from_on, contract.until_on) == (deal.price, listing.from_on, listing.until_on)
    assert contract.area_m2 == listing.area_m2
    with pytest.raises(Refused) as again:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert codes(again) == {"CON-5"}
    with unit_of_work(OPERATOR) as uow:
        assert not queries.deals_waiting(uow.session)
    assert seen(signed(contract)).contract.state == "signed"
