"""Land goes one way at a time: what is listed is not given away beside the market, and what is under contract is not listed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import LandregError, Refused
from landreg.core.periods import years_after
from landreg.exchange.bidding import takers
from landreg.exchange.contracts import drawing, judging, signing
from landreg.exchange.contracts.drafts import Draft
from landreg.exchange.contracts.model import Contract
from landreg.exchange.listings import service
from landreg.exchange.model import Listing
from tests.bidding_kit import auction, farmer, offered, published
from tests.contract_kit import OPERATOR, TAKER, draft, parcels_of, right_id, signed
from tests.exchange_kit import listing_row, put_rows
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY


def beside(listing: Listing, right: UUID, **changed: Any) -> Draft:
    """A lease of all the land of a listing, for its days, that the parties made by themselves."""
    days = {"from_on": listing.from_on, "until_on": listing.until_on}
    return draft(right, parcels_of(OPERATOR, right), **{**days, **changed})


def drawn_beside(listing: Listing, **changed: Any) -> Contract:
    asked = beside(listing, right_id(HOUSEHOLD), **changed)
    return drawing.draw_recorded(OPERATOR, COUNTY, asked, TAKER, "样本种植专业合作社")


@pytest.mark.parametrize(("way", "code"), [("negotiation", "CON-32"), ("auction", "CON-31")])
def test_no_contract_is_drawn_beside_an_open_listing(
    registrar: Actor, reviewer: Actor, superuser: Connection, way: str, code: str
) -> None:
    """CON-32: the household withdraws its listing first; CON-31: what is being bid for waits for the end of the sale."""
    listing = published(registrar, reviewer, superuser, way=way)
    if way == "auction":
        auction(listing)
    with pytest.raises(Refused) as error:
        drawn_beside(listing)
    assert codes(error) == {code}
    (found,) = error.value.findings
    assert found.values["listings"] == {listing.number: str(listing.listing_id)}
    assert found.values["parcels"] == parcels_of(OPERATOR, right_id(HOUSEHOLD))
    after = drawn_beside(listing, from_on=listing.until_on, until_on=years_after(listing.until_on, 3))
    assert after.state == "drawn"
    if way == "negotiation":
        service.withdraw(farmer(superuser, HOUSEHOLD), COUNTY, listing.listing_id)
        assert drawn_beside(listing).state == "drawn"


def test_what_waits_for_its_signatures_is_not_listed(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    """LST-7 from the database too; a draft that is dropped lets its land go. A right may move under a lease."""
    listing = published(registrar, reviewer, superuser)
    owner = farmer(superuser, HOUSEHOLD)
    service.withdraw(owner, COUNTY, listing.listing_id)
    contract = drawn_beside(listing)
    with pytest.raises(LandregError) as refused:
        offered(registrar, owner)
    assert codes(refused) == {"LST-7"}
    moves = offered(registrar, owner, kind="assignment", unit="yuan_once", paid_every="once", to_whom="members")
    service.withdraw(owner, COUNTY, moves.listing_id)
    signing.drop(OPERATOR, COUNTY, contract.contract_id, "不办了")
    offered(registrar, owner)


def test_a_contract_drawn_before_the_wall_is_not_signed_beside_a_listing(
    registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database asks when a contract is drawn, and once more at the last signature."""
    listing = published(registrar, reviewer, superuser)
    monkeypatch.setattr(judging, "FREE_RULES", ())
    with pytest.raises(LandregError) as refused:
        drawn_beside(listing)
    assert codes(refused) == {"CON-32"}
    superuser.execute("ALTER TABLE exchange.contract_parcel DISABLE TRIGGER drawn_of_free_land")
    try:
        contract = drawn_beside(listing)
    finally:
        superuser.execute("ALTER TABLE exchange.contract_parcel ENABLE TRIGGER drawn_of_free_land")
    with pytest.raises(LandregError) as refused:
        signed(contract)
    assert codes(refused) == {"CON-32"}


def test_of_a_listing_and_a_contract_at_one_instant_one_comes_first(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """Each waits at the lock of the parcel for the other, and then is refused; no rule sees what is not committed."""
    listing = published(registrar, reviewer, superuser)
    owner, right = farmer(superuser, HOUSEHOLD), right_id(HOUSEHOLD)
    service.withdraw(owner, COUNTY, listing.listing_id)
    land = parcels_of(OPERATOR, right)

    def draws(hold: Callable[[], object]) -> UUID:
        with unit_of_work(OPERATOR) as uow:
            taker = takers.by_code(uow, COUNTY, listing.village, TAKER, "样本种植专业合作社")
            row = drawing.draw(uow, beside(listing, right), taker)
            hold()
        return row.contract_id

    def lists(hold: Callable[[], object]) -> UUID:
        days = {"closes_on": listing.closes_on, "from_on": listing.from_on, "until_on": listing.until_on}
        row = listing_row(owner, right, **days)
        with unit_of_work(owner) as uow:
            put_rows(uow, row, land)
            hold()
        return row.listing_id

    signing.drop(OPERATOR, COUNTY, _one_waits_for(superuser, draws, lists, "LST-7"), "不办了")
    service.withdraw(owner, COUNTY, _one_waits_for(superuser, lists, draws, "CON-32"))


def _one_waits_for(
    superuser: Connection, first: Callable[[Any], UUID], second: Callable[[Any], UUID], code: str
) -> UUID:
    """What the first made; the second began before that was committed, waited for it, and was refused with this code."""
    made, go_on = Event(), Event()
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first, lambda: made.set() or go_on.wait(20))
        assert made.wait(20)
        other = pool.submit(second, lambda: None)
        for _ in range(200):
            waits = superuser.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if waits.fetchone() != (0,):
                break
            time.sleep(0.05)
        else:
            raise AssertionError("nobody waits")
        go_on.set()
        with pytest.raises(LandregError) as refused:
            other.result(20)
    assert codes(refused) == {code}
    return one.result(20)
