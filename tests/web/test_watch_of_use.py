"""What the exchange sees of the use of land that was taken in is read by whom it concerns: desk, contractor, taker."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.periods import DAY
from landreg.exchange.bidding import review_queries
from landreg.exchange.contracts import drawing
from landreg.exchange.contracts.model import Contract
from landreg.exchange.routes import first_rows
from landreg.exchange.routes.first_pages import asked_of_you
from tests.bidding_kit import farmer, household, published
from tests.contract_kit import FIRST, OPERATOR, OTHER, VALUES, drawn, signed, today
from tests.database.exchange.test_contract_of_deal import dealt
from tests.database.exchange.test_services import SERVED
from tests.registry_kit import HOUSEHOLD, Connection, pass_days, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_contract_life import of, rule_of
from tests.web.test_lapsed_offers import given_password

BUILT = "在地里建了两间彩钢房"


@pytest.fixture
def ling(app: Any, account: OpenAccount) -> Browser:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in("ling")
    return browser


@pytest.fixture
def taken(officers: tuple[Actor, Actor], superuser: Connection) -> tuple[Contract, Actor]:
    """A contract of a deal by talks, and its taker."""
    listing = published(*officers, superuser)
    taker, other = household(superuser, OTHER)
    deal = dealt(listing, taker.taker_id, listing.price + 20)
    pass_days(superuser, 40)
    return signed(drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, VALUES)), other


def test_what_was_seen_stands_on_the_contract_and_on_both_sides_own_pages(
    app: Any,
    ling: Browser,
    account: OpenAccount,
    browser: Browser,
    taken: tuple[Contract, Actor],
    superuser: Connection,
) -> None:
    """QUAL-10: of a day since the deal. What is as agreed is on no first page; who registers reads the contract without it."""
    contract, taker = taken
    seen = {"kind": "built", "on_day": today().isoformat(), "said": BUILT}
    early = {**seen, "on_day": (today() - timedelta(days=50)).isoformat()}
    assert rule_of(ling.post(of(contract, "watch"), early)) >= {"QUAL-10"}
    assert ling.post(of(contract, "watch"), {**seen, "kind": "fine", "said": ""}).status_code == 303
    browser.log_in(given_password(superuser, farmer(superuser, HOUSEHOLD)))
    assert "巡查，这块地" not in browser.get("/").text
    assert ling.post(of(contract, "watch"), seen).status_code == 303
    assert BUILT in ling.get(of(contract)).text
    account("luji", Role.REGISTRAR, jurisdiction=COUNTY)
    register = Browser(app.test_client())
    register.log_in("luji")
    read = register.get(of(contract))
    assert (read.status_code, BUILT in read.text) == (200, False)
    page = browser.get(f"/my{of(contract)}").text
    assert (BUILT in page, "您可以依法解除合同" in page) == (True, True)
    assert "巡查，这块地：违规建设" in browser.get("/").text
    with app.test_request_context("/"):
        assert any("违规建设" in row.label for one in asked_of_you(taker) for row in one.rows)


def test_of_a_contract_without_a_deal_it_is_written_down_too_and_read_by_both_sides_and_at_its_taker_s_review(
    ling: Browser, browser: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    """QUAL-10: of a day since the term began; of a service, by which nobody takes land, nothing."""
    to_rights(*officers, superuser, 2)
    contract = signed(drawn())
    seen = {"kind": "built", "on_day": today().isoformat(), "said": BUILT}
    assert of(contract, "watch") in ling.get(of(contract)).text
    for day in (FIRST - DAY, today() + DAY):
        assert rule_of(ling.post(of(contract, "watch"), {**seen, "on_day": day.isoformat()})) >= {"QUAL-10"}
    assert ling.post(of(contract, "watch"), {**seen, "on_day": FIRST.isoformat()}).status_code == 303
    assert BUILT in ling.get(of(contract)).text
    browser.log_in(given_password(superuser, farmer(superuser, HOUSEHOLD)))
    assert BUILT in browser.get(f"/my{of(contract)}").text
    assert "巡查，这块地：违规建设" in browser.get("/").text
    with unit_of_work(OPERATOR) as uow:
        (found,) = review_queries.watched_of_taker(uow.session, COUNTY, contract.taker_id)
    assert (found.contract_id, found.deal_id) == (contract.contract_id, None)
    service = signed(drawn(OTHER, kind="entrusted", values=SERVED))
    assert of(service, "watch") not in ling.get(of(service)).text
    assert ling.post(of(service, "watch"), seen).status_code == 404


def test_a_dropped_draft_and_the_contract_that_came_after_it_are_both_told_of_their_deal(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal, drafts = (
        UUID(int=1),
        [SimpleNamespace(county=COUNTY, contract_id=UUID(int=one), deal_id=UUID(int=1)) for one in (2, 3)],
    )
    at = datetime.combine(today(), time(4), UTC)
    seen = SimpleNamespace(kind="built", at=at, on_day=today(), deal_id=deal, contract_id=None)
    monkeypatch.setattr(review_queries, "watched", lambda *_: [seen])
    with app.test_request_context("/"):
        told = first_rows._watched(Session(), drafts, today())  # type: ignore[arg-type]
    assert {*told} == {UUID(int=2), UUID(int=3)}
