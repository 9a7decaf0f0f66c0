"""An exchange is offered with parcels of one's own: chosen, told to the other household, carried to the deal and the contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.pdftext import pdf_text
from landreg.exchange.bidding import deal_queries, deals, falling, logged, offers, sales, swapped, told_queries
from landreg.exchange.bidding.deal_model import Offer
from landreg.exchange.bidding.offers import Word
from landreg.exchange.contracts import drawing, papers, trace_queries
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.terms import codes_in
from landreg.exchange.model import Deal, Listing, Taker
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from tests import bidding_kit as kit
from tests import contract_kit
from tests.database.exchange.test_contract_ends import begun
from tests.exchange_kit import NEIGHBOUR, OPERATOR, own_right, parcels_of
from tests.registry_kit import HOUSEHOLD, Connection, codes
from tests.villages import COUNTY

FREE = {name: text for name, text in contract_kit.VALUES.items() if name != "late_per_10000"}


@pytest.fixture
def swap(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    changed: dict[str, Any] = {"kind": "exchange", "to_whom": "members", "unit": "balance_in", "price": Decimal("0.00"),
                               "paid_every": "once", "until_on": date(2048, 1, 1)}  # fmt: skip
    return kit.published(registrar, reviewer, superuser, **changed)


@pytest.fixture
def sides(swap: Listing, superuser: Connection) -> tuple[Actor, Taker, Actor]:
    """Whose land is listed, who offers, and the account of who does."""
    return kit.farmer(superuser, HOUSEHOLD), *kit.household(superuser, NEIGHBOUR)


def _own(registrar: Actor) -> list[str]:
    return sorted(parcels_of(registrar, own_right(registrar, NEIGHBOUR)))


def test_an_offer_names_own_parcels_which_the_other_side_reads_and_deal_and_contract_carry(
    swap: Listing, sides: tuple[Actor, Taker, Actor], registrar: Actor, database: Settings, worker: Actor
) -> None:
    (owner, taker, actor), (given, *_rest) = sides, _own(registrar)
    at = (COUNTY, swap.listing_id)
    offers.say(actor, *at, taker.taker_id, Word("offer", Decimal(0), parcels=(given, given)))
    for who in (owner, actor):
        with unit_of_work(who) as uow:
            (row,) = deal_queries.offered(uow.session, *at)[taker.taker_id]
        assert row.parcel_code == given
        assert row.mu > 0
        assert row.soil_grade
    yes = offers.say(owner, *at, taker.taker_id, Word("accept", parcels=("0",)))
    assert yes.parcels == [given]
    deal = deals.proceed(OPERATOR, *at).deal
    assert deal is not None
    assert deal.parcels == [given]
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, {**FREE, "other_parcels": "南坡那一块"})
    assert codes_in(contract.clauses["other_parcels"]) == (given,)
    assert "亩" in contract.clauses["other_parcels"]
    told = [line.split("\t") for line in contract.clauses["swapped"].splitlines()]
    own = [("甲方", one.parcel_code) for one in contract_kit.seen(contract).parcels]
    assert [(side, code) for side, code, *_rest in told] == [*own, ("乙方", given)]
    assert all(name and Decimal(mu) > 0 and land != "—" and grade != "—" for _, _, name, mu, land, grade, _ in told)
    assert all(bounds.startswith("东：") and "；北：" in bounds for *_, bounds in told)
    printed = _printed(contract)
    assert "双方互换的地块" in printed
    assert all("".join(line) in printed for line in told)
    again = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, FREE)
    assert again.contract_id == contract.contract_id
    with unit_of_work(OPERATOR) as uow:
        steps = trace_queries.trace(uow.session, swap.number)
    assert {row.kind for row in steps if row.step == given} == {"exchange.offer", "exchange.deal"}
    assert kit.strays(worker, database) == []


def _printed(contract: Contract) -> str:
    with unit_of_work(OPERATOR) as uow:
        desk = Desk(load_law(uow.session, COUNTY, contract_kit.today()), "https://example.test", sample=True)
        pdf = papers.contract(uow.session, desk, contract_kit.seen(contract))
    return re.sub(r"\s", "", pdf_text(BytesIO(pdf)))


def _leased(superuser: Connection, registrar: Actor, parcel: str) -> None:
    contract_kit.signed(contract_kit.drawn(NEIGHBOUR, [parcel], from_on=date(2027, 2, 1), until_on=date(2030, 2, 1)))


def _listed(superuser: Connection, registrar: Actor, parcel: str) -> None:
    kit.offered(registrar, kit.farmer(superuser, NEIGHBOUR), NEIGHBOUR)


@pytest.mark.parametrize(("stands", "code"), [(_leased, "LST-7"), (_listed, "LST-7")])
def test_what_is_bound_or_listed_is_not_given_and_the_form_says_so(
    swap: Listing, sides: tuple[Actor, Taker, Actor], registrar: Actor, superuser: Connection,
    stands: Callable[[Connection, Actor, str], None], code: str,
) -> None:  # fmt: skip
    (owner, taker, actor), (given, *_rest) = sides, _own(registrar)
    at = (COUNTY, swap.listing_id, taker.taker_id)
    offers.say(actor, *at, Word("offer", Decimal(0), parcels=(given,)))
    stands(superuser, registrar, given)
    with pytest.raises(Refused) as late:
        offers.say(owner, *at, Word("accept"))
    assert codes(late) == {code}
    offers.say(actor, *at, Word("withdraw"))
    with pytest.raises(Refused) as refused:
        offers.say(actor, *at, Word("offer", Decimal(0), parcels=(given,)))
    assert code in codes(refused)
    with unit_of_work(actor) as uow:
        told = told_queries.told(uow.session, *at[:2])
        assert told is not None
        (own,) = swapped.own_land(uow, sales.law_of(uow, COUNTY), told)
    assert code in {finding.code for finding in own.against[given].findings}


def test_none_or_another_household_s_parcels_are_refused_and_the_database_refuses_them_too(
    swap: Listing, sides: tuple[Actor, Taker, Actor], registrar: Actor
) -> None:
    """OFF-6."""
    (_owner, taker, actor), foreign = sides, parcels_of(registrar, own_right(registrar, HOUSEHOLD))[0]
    own = _own(registrar)[0]
    for wrong in ((), (foreign,), (own, foreign), ("1" * 19,)):
        with pytest.raises(Refused) as refused:
            offers.say(actor, COUNTY, swap.listing_id, taker.taker_id, Word("offer", Decimal(0), parcels=wrong))
        assert codes(refused) == {"OFF-6"}
        row = Offer(
            county=COUNTY, village=swap.village, offer_id=uuid4(), listing_id=swap.listing_id, taker_id=taker.taker_id, seq=1,
            side="taker", kind="offer", price=Decimal(0), until_day=date(2027, 1, 1), said="", by=actor.account_id,
            by_name=actor.name, at=kit.now_of(), parcels=list(wrong) or None,
        )  # fmt: skip
        with pytest.raises(Refused) as walled:
            _put(actor, row)
        assert codes(walled) == {"OFF-6"}


def _put(actor: Actor, row: Offer | Deal) -> None:
    """A row past the service."""
    with unit_of_work(actor) as uow:
        uow.session.add(row)
        uow.session.flush()


def test_a_deal_is_of_the_parcels_that_were_offered(
    swap: Listing, sides: tuple[Actor, Taker, Actor], registrar: Actor
) -> None:
    """OFF-6 past the service."""
    (owner, taker, actor), (given, *more) = sides, _own(registrar)
    offers.say(actor, COUNTY, swap.listing_id, taker.taker_id, Word("offer", Decimal(0), parcels=(given,)))
    offers.say(owner, COUNTY, swap.listing_id, taker.taker_id, Word("accept"))
    for wrong in (None, [*more, "1" * 19]):
        row = Deal(
            county=COUNTY, village=swap.village, deal_id=uuid4(), listing_id=swap.listing_id, taker_id=taker.taker_id,
            way="negotiation", price=Decimal(0), unit=swap.unit, by="negotiation", decided_at=kit.now_of(),
            decided_by=OPERATOR.account_id, decided_by_name=OPERATOR.name, parcels=wrong,
        )  # fmt: skip
        with pytest.raises(Refused) as refused:
            _put(OPERATOR, row)
        assert codes(refused) == {"OFF-6"}


def test_what_is_promised_in_one_exchange_is_given_in_no_other(
    swap: Listing, sides: tuple[Actor, Taker, Actor], registrar: Actor, superuser: Connection
) -> None:
    """LST-7, by the database; of two at once, see `tests/fault/test_bidding_races.py`."""
    (owner, taker, actor), (given, *_rest) = sides, _own(registrar)
    third = f"{HOUSEHOLD[:-1]}3"
    other = kit.offered(registrar, kit.farmer(superuser, third), third, kind="exchange", to_whom="members", unit="balance_in",
                        price=Decimal("0.00"), paid_every="once")  # fmt: skip
    word = Word("offer", Decimal(0), parcels=(given,))
    offers.say(actor, COUNTY, swap.listing_id, taker.taker_id, word)
    offers.say(actor, COUNTY, other.listing_id, taker.taker_id, word)
    offers.say(owner, COUNTY, swap.listing_id, taker.taker_id, Word("accept"))
    with pytest.raises(Refused) as refused:
        offers.say(kit.farmer(superuser, third), COUNTY, other.listing_id, taker.taker_id, Word("accept"))
    assert codes(refused) == {"LST-7"}


def test_of_two_who_are_promised_one_parcel_at_the_same_instant_the_second_waits_and_is_refused_by_the_database(
    swap: Listing, sides: tuple[Actor, Taker, Actor], registrar: Actor, superuser: Connection
) -> None:
    """LST-7: neither service sees the other's yes before both have asked."""
    (owner, taker, actor), (given, *_rest) = sides, _own(registrar)
    third = f"{HOUSEHOLD[:-1]}3"
    other = kit.offered(registrar, kit.farmer(superuser, third), third, kind="exchange", to_whom="members", unit="balance_in",
                        price=Decimal("0.00"), paid_every="once")  # fmt: skip
    said = [
        offers.say(actor, COUNTY, one.listing_id, taker.taker_id, Word("offer", Decimal(0), parcels=(given,)))
        for one in (swap, other)
    ]
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(owner) as uow:
            yes = Offer(
                county=COUNTY, village=swap.village, offer_id=uuid4(), listing_id=swap.listing_id, taker_id=taker.taker_id, seq=2,
                side="household", kind="accept", price=Decimal(0), until_day=said[0].until_day, said="", by=owner.account_id,
                by_name=owner.name, at=uow.now, parcels=[given],
            )  # fmt: skip
            logged.enter(uow, yes)
            at = (kit.farmer(superuser, third), COUNTY, other.listing_id, taker.taker_id)
            waiting = begun(pool, lambda: offers.say(*at, Word("accept")))
        with pytest.raises(Refused) as refused:
            waiting.result(timeout=30)
    assert [(one.code, one.values.get("constraint")) for one in refused.value.findings] == [
        ("LST-7", "lst_7_given_once")
    ]


@pytest.mark.parametrize("dealt", [False, True])
def test_what_is_promised_in_an_exchange_is_neither_listed_nor_leased_until_the_deal_falls(
    swap: Listing, sides: tuple[Actor, Taker, Actor], registrar: Actor, superuser: Connection, dealt: bool
) -> None:
    """LST-7 and CON-2: after the yes and after the deal."""
    (owner, taker, actor), (given, *rest) = sides, _own(registrar)
    at = (COUNTY, swap.listing_id)
    own = kit.farmer(superuser, NEIGHBOUR)
    offers.say(actor, *at, taker.taker_id, Word("offer", Decimal(0), parcels=(given,)))
    offers.say(owner, *at, taker.taker_id, Word("accept"))
    deal = deals.proceed(OPERATOR, *at).deal if dealt else None
    days: dict[str, Any] = {"from_on": date(2027, 2, 1), "until_on": date(2030, 2, 1)}
    with pytest.raises(Refused) as listed:
        kit.offered(registrar, own, NEIGHBOUR)
    assert "LST-7" in codes(listed)
    with pytest.raises(Refused) as leased:
        contract_kit.drawn(NEIGHBOUR, [given], **days)
    assert codes(leased) == {"CON-2"}
    if rest:
        contract_kit.drawn(NEIGHBOUR, rest[:1], **days)
    if deal is not None:
        falling.fall(actor, COUNTY, deal.deal_id, "不换了")
        contract_kit.drawn(NEIGHBOUR, [given], **days)
