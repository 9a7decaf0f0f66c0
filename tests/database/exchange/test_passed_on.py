"""Land that was taken in goes further by a deal on the market: its contract rests on the one by which it was taken, or on the
registered right alone, ends with it, and is signed by who took it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import pytest

from landreg.core.actor import WORKER, Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.core.pdftext import pdf_text
from landreg.core.units import mu_of
from landreg.exchange.bidding import takers
from landreg.exchange.contracts import below, days, drawing, life, papers, queries, signing
from landreg.exchange.contracts.life import End
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.signing import Signature
from landreg.exchange.model import Deal
from landreg.law.queries import load_law
from landreg.registry.papers.office import Desk
from landreg.registry.rules.household_requests import LandOperationEnd
from tests.contract_kit import OPERATOR, PAPER, TAKER, VALUES, drawn, seen, signed, today
from tests.database.exchange.test_contract_of_deal import dealt, heard
from tests.database.exchange.test_listing_papers import put
from tests.exchange_kit import NEIGHBOUR, farmer_of, parcels_of, put_event
from tests.household_kit import asked_for
from tests.registry_kit import Connection, booked, codes
from tests.retransfer_kit import ENDS, operated
from tests.villages import COUNTY, VILLAGE

UNTIL = date(2038, 1, 1)


@pytest.fixture
def taken(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[UUID, Actor]:
    return operated(registrar, reviewer, superuser)


@pytest.fixture
def farmer(superuser: Connection, taken: tuple[UUID, Actor]) -> Actor:
    """Of the second household, which took the land."""
    return farmer_of(superuser, NEIGHBOUR)


@pytest.fixture
def deal(registrar: Actor, superuser: Connection, taken: tuple[UUID, Actor], farmer: Actor) -> Deal:
    """It passes the land on to a cooperative: listed with the contractor's consent, published, dealt."""
    row = put(farmer, taken[0], parcels_of(registrar, taken[0]), "contractor_consent")
    put_event(OPERATOR, row, "published")
    with unit_of_work(OPERATOR) as uow:
        taker = takers.by_code(uow, COUNTY, VILLAGE, TAKER, "样本种植专业合作社")
    heard(superuser, row, taker.taker_id)
    return dealt(row, taker.taker_id, row.price)


def lease(registrar: Actor, right: UUID, until_on: date = UNTIL) -> Contract:
    """The contract by which the second household took the land, as the market has it."""
    land = parcels_of(registrar, right)
    return signed(drawn(codes=land, taker=NEIGHBOUR, from_on=date(2026, 2, 1), until_on=until_on))


def printed(contract: Contract) -> str:
    """The paper of a contract."""
    with unit_of_work(OPERATOR) as uow:
        desk = Desk(load_law(uow.session, COUNTY, today()), "https://example.test", sample=True)
        return re.sub(r"\s", "", pdf_text(BytesIO(papers.contract(uow.session, desk, seen(contract)))))


def test_the_deal_s_contract_rests_on_the_contract_by_which_the_land_was_taken_and_ends_with_it(
    registrar: Actor, taken: tuple[UUID, Actor], deal: Deal
) -> None:
    parent = lease(registrar, taken[0])
    contract = signed(drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES))
    assert (contract.kind, contract.relation, contract.previous_id) == ("retransfer", "retransfer", parent.contract_id)
    assert (contract.price, contract.until_on) == (deal.price, date(2032, 1, 1))
    clauses = contract.clauses
    assert (clauses["parent"], clauses["contractor"], clauses["first_contractor"]) == (
        parent.number, parent.taker_name, parent.household_name,
    )  # fmt: skip
    assert "contractor_consent.jpg" in clauses["contractor_consent"]
    with unit_of_work(OPERATOR) as uow:
        row = queries.one(uow.session, COUNTY, contract.contract_id)
        assert row is not None
        assert [one.number for one in queries.chain(uow.session, row)] == [parent.number]
    paper = printed(contract)
    assert paper.count(f"甲方（流出方）：{parent.taker_name}") == 2
    assert f"甲方（流出方）：{parent.household_name}" not in paper
    assert "甲方与发包方的承包关系不变" not in paper
    assert "甲方与承包方之间、承包方与发包方之间的关系不变" in paper
    with pytest.raises(Refused) as unregistered:
        signing.ask_registration(OPERATOR, COUNTY, contract.contract_id, PAPER)
    assert codes(unregistered) == {"CON-27"}
    below.hear(OPERATOR, COUNTY, contract.contract_id, "consented", today(), today(), PAPER)
    life.end(OPERATOR, COUNTY, parent.contract_id, End("agreed", today()), PAPER)
    ended = seen(contract).of("ended")
    assert ended is not None
    assert (ended.facts["how"], ended.on_day) == ("parent_ended", today())


def test_a_term_past_the_parent_s_and_a_parent_that_ended_are_refused(
    registrar: Actor, taken: tuple[UUID, Actor], deal: Deal
) -> None:
    """TR-1, where the market's contract is shorter than the registered right."""
    parent = lease(registrar, taken[0], date(2031, 1, 1))
    with pytest.raises(Refused) as longer:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert codes(longer) == {"TR-1"}
    life.end(OPERATOR, COUNTY, parent.contract_id, End("agreed", today()), PAPER)
    with pytest.raises(Refused) as gone:
        drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    assert codes(gone) == {"TR-1"}


def test_without_a_contract_in_the_record_it_rests_on_the_registered_right_and_ends_with_that(
    registrar: Actor, reviewer: Actor, taken: tuple[UUID, Actor], deal: Deal, superuser: Connection
) -> None:
    contract = signed(drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES))
    assert (contract.relation, contract.right_id, contract.household_code) == ("", taken[0], NEIGHBOUR)
    assert contract.right_code in contract.clauses["parent"]
    assert contract.clauses["first_contractor"] == "户主1"
    assert mu_of(contract.area_m2) > 0
    assert contract.until_on <= ENDS
    assert days.work() == 0
    gone = asked_for(registrar, "land_operation_end", LandOperationEnd("agreed", "协议"), right=taken[0])
    booked(registrar, reviewer, superuser, gone, "land_operation_end")
    assert days.work(WORKER) == 1
    ended = seen(contract).of("ended")
    assert ended is not None
    assert (ended.facts["how"], ended.facts["of"]) == ("parent_ended", contract.right_code)


def test_who_took_the_land_signs_for_it_and_the_first_contractor_does_not(
    registrar: Actor, taken: tuple[UUID, Actor], deal: Deal, farmer: Actor
) -> None:
    """On the phone either sees the contract; Party A is who passes the land on."""
    lease(registrar, taken[0])
    contract = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)
    first = taken[1]
    given = Signature("contractor", "service", answer=b"none", text_sha256=contract.text_sha256)
    with pytest.raises(NotFound):
        signing.sign(first, COUNTY, contract.contract_id, given)
    with pytest.raises(Refused) as unverified:
        signing.sign(farmer, COUNTY, contract.contract_id, given)
    assert codes(unverified) == {"CON-4"}
    for actor, passes in ((first, False), (farmer, True)):
        with unit_of_work(actor) as uow:
            row = queries.one(uow.session, COUNTY, contract.contract_id)
            assert row is not None
            assert queries.passes_land(uow.session, row, actor.household) is passes
    stranger = replace(first, household=None)
    with unit_of_work(stranger) as uow:
        assert queries.one(uow.session, COUNTY, contract.contract_id) is None
    assert contract.price == Decimal("500.00")
