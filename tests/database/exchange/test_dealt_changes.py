"""A contract of a deal after a window or bids is not changed to less soon after (CON-120); what is less is told (CON-121)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import years_after
from landreg.exchange.contracts import drawing, queries, saying
from landreg.exchange.contracts.model import Contract
from landreg.law.queries import load_law
from tests.bidding_kit import household, published
from tests.contract_kit import OPERATOR, VALUES, draft, seen, signed, terms, today
from tests.database.exchange.test_contract_of_deal import dealt, heard
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY, VILLAGE, past_triggers


@pytest.fixture
def both(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[Contract, Actor]:
    """The contract of a deal on whose terms the members had their window, and its taker."""
    listing = published(registrar, reviewer, superuser)
    taker, actor = household(superuser, f"{VILLAGE}010002")
    heard(superuser, listing, taker.taker_id)
    deal = dealt(listing, taker.taker_id, listing.price)
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.listing SET state = 'dealt'")
    return signed(drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)), actor


@pytest.fixture
def contract(both: tuple[Contract, Actor]) -> Contract:
    return both[0]


def changed(contract: Contract, relation: str = "change", **said: Any) -> Contract:
    row = seen(contract).contract
    asked = terms(
        kind=row.kind, **{
            "from_on": max(row.from_on, today()),
            "until_on": row.until_on, "unit": row.unit, "price": row.price, "escalator_percent": row.escalator_percent,
            "paid_every": row.paid_every, "paid_before": row.paid_before, **said,
        },
    )  # fmt: skip
    return drawing.draw_following(OPERATOR, COUNTY, contract.contract_id, relation, asked, VALUES)


def told(contract: Contract, actor: Actor = OPERATOR) -> set[str]:
    with unit_of_work(actor) as uow:
        law, row = load_law(uow.session, COUNTY, today()), queries.one(uow.session, COUNTY, contract.contract_id)
        assert row is not None
        return {one.code for one in saying.told_of(uow.session, row, law, own=actor is not OPERATOR)}


def test_less_than_was_dealt_is_refused_and_more_is_not(contract: Contract) -> None:
    with pytest.raises(Refused) as refused:
        changed(contract, price=contract.price - 1)
    assert codes(refused) == {"CON-120"}
    dearer = signed(changed(contract, price=contract.price + 10))
    assert "CON-121" not in told(dearer)
    # What was dealt counts, through whatever changed it since.
    with pytest.raises(Refused) as refused:
        changed(dearer, price=contract.price - 1)
    assert codes(refused) == {"CON-120"}
    assert changed(dearer, price=contract.price).price == contract.price


def test_neither_a_renewal_at_once_nor_another_contract_says_less(contract: Contract) -> None:
    """Ahead of its end a renewal makes the term longer, which a change may not either."""
    row = seen(contract).contract
    for price in (contract.price, contract.price - 1):
        with pytest.raises(Refused) as refused:
            changed(contract, "renewal", from_on=row.until_on, until_on=years_after(row.until_on, 1), price=price)
        assert "CON-120" in codes(refused)
    anew = draft(row.right_id, [one.parcel_code for one in seen(contract).parcels], kind=row.kind, unit=row.unit,
                 from_on=row.from_on, until_on=row.until_on, price=row.price - 1)  # fmt: skip
    with pytest.raises(Refused) as refused:
        drawing.draw_recorded(OPERATOR, COUNTY, anew, f"{VILLAGE}010002")
    assert "CON-120" in codes(refused)


def test_after_the_days_of_the_deal_it_is_drawn_and_told(contract: Contract, superuser: Connection) -> None:
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.deal SET decided_at = decided_at - interval '366 days'")
    cheaper = changed(contract, price=contract.price - Decimal(100))
    assert "CON-121" in told(cheaper)


def test_where_nobody_stood_aside_or_bid_it_is_told_only(both: tuple[Contract, Actor], superuser: Connection) -> None:
    with past_triggers(superuser):
        superuser.execute("DELETE FROM exchange.priority")
    contract, taker = both
    cheaper = changed(contract, price=contract.price - 1)
    assert "CON-121" in told(cheaper)
    assert "CON-121" in told(cheaper, taker)
