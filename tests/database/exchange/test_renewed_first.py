"""Who has land comes first when its term is over, and is asked before a contract with another (CON-10)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.exchange.contracts import drawing, life
from landreg.exchange.contracts.model import Contract
from tests.bidding_kit import farmer, household, offered
from tests.contract_kit import OPERATOR, OTHER, PAPER, TAKER, VALUES, draft, drawn, parcels_of, right_id, signed
from tests.database.exchange.test_contract_of_deal import dealt
from tests.exchange_kit import market
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY

ENDS = date(2028, 1, 1)


@pytest.fixture
def sitting(registrar: Actor, reviewer: Actor, superuser: Connection) -> Contract:
    """A lease of the first parcel of a household to a cooperative, until the end of 2027."""
    market(registrar, reviewer, superuser, 2)
    return signed(drawn(until_on=ENDS))


def after(taker: str = OTHER, first: date = ENDS, **changed: Any) -> Contract:
    """A contract over the same parcel for the days after."""
    right = right_id()
    asked = draft(right, parcels_of(OPERATOR, right)[:1], from_on=first, **{"until_on": date(2029, 1, 1), **changed})
    name = "样本种植专业合作社" if taker == TAKER else ""
    return drawing.draw_recorded(OPERATOR, COUNTY, asked, taker, name)


def test_another_takes_it_only_after_who_has_it_was_asked_and_declined(sitting: Contract) -> None:
    for first in (ENDS, date(2028, 7, 1)):
        with pytest.raises(Refused) as error:
            after(first=first)
        assert [(one.code, one.values["number"]) for one in error.value.findings] == [("CON-10", sitting.number)]
    life.renewal(OPERATOR, COUNTY, sitting.contract_id, "renewal_asked", "问过", PAPER)
    with pytest.raises(Refused) as unanswered:
        after()
    assert codes(unanswered) == {"CON-10"}
    life.renewal(OPERATOR, COUNTY, sitting.contract_id, "renewal_declined", "不续", PAPER)
    assert after().state == "drawn"


def test_who_has_it_takes_it_again_and_a_service_asks_nobody(sitting: Contract) -> None:
    assert after(TAKER).taker_id == sitting.taker_id
    assert after(kind="custody", price=Decimal(0), until_on=date(2028, 7, 1)).kind == "custody"


def test_the_market_goes_no_way_round_it(sitting: Contract, registrar: Actor, superuser: Connection) -> None:
    row = offered(registrar, farmer(superuser, HOUSEHOLD), from_on=ENDS, until_on=date(2038, 1, 1))
    deal = dealt(row, household(superuser, OTHER)[0].taker_id, row.price)
    with pytest.raises(Refused) as error:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert codes(error) == {"CON-10"}
    life.renewal(OPERATOR, COUNTY, sitting.contract_id, "renewal_declined", "不续", PAPER)
    assert drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES).state == "drawn"
