"""What waits for the signature of a household that lets an agent sign stands on the agent's first page."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from landreg.access import consents
from landreg.access.rules import Step
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.exchange.contracts import issuer
from tests.contract_kit import OPERATOR, OTHER, PAPER, VALUES, drawn, parcels_of, right_id, seen, today
from tests.exchange_kit import agent_of, farmer_of, market
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser
from tests.web.test_lapsed_offers import given_password

MOVED: dict[str, Any] = {
    "unit": "yuan_once",
    "paid_every": "once",
    "price": Decimal("5000.00"),
    "until_on": date(2048, 1, 1),
}


def test_the_agent_reads_what_the_household_is_to_sign_and_what_waits_for_the_issuing_party(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser
) -> None:
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 2)
    agent, last = agent_of(superuser), today() + timedelta(days=9)
    browser.log_in(given_password(superuser, agent))
    values = {**VALUES, "issuer_consent": "同意书一号"}
    land = parcels_of(OPERATOR, right_id())
    moved = drawn(codes=land, kind="assignment", values=values, taker=OTHER, **MOVED)
    assert moved.number not in browser.get("/").text
    consent = consents.give(farmer_of(superuser, HOUSEHOLD), agent.account_id, Step.SIGN, today(), last)
    taking = consents.give(farmer_of(superuser, OTHER), agent.account_id, Step.SIGN, today(), last)
    address = f"/agent/{COUNTY}/{consent}/contracts/{moved.contract_id}"
    waits = browser.get("/").text
    assert waits.count("合同等发包方书面同意，同意以后该户才能签字") == 2
    assert address in waits
    issuer.record(OPERATOR, COUNTY, moved.contract_id, today(), PAPER, read=True)
    ready = browser.get("/").text
    labels = [ready.count(label) for label in ("有合同等该户签字", "有合同等该户本人签字", "合同等发包方")]
    assert labels == [1, 1, 0]
    taker_s = browser.get(f"/agent/{COUNTY}/{taking}/contracts/{moved.contract_id}").text
    assert ("代该户签字" in taker_s, "该户是受让方，代办员不能代签" in taker_s) == (False, True)
    assert "代该户签字" in browser.get(address).text
    sent = browser.post(address, {"text": moved.text_sha256})
    assert (sent.status_code, seen(moved).course(today()).lacking) == (303, ("taker",))
    left = browser.get("/").text
    assert ("有合同等该户签字" in left, "有合同等该户本人签字" in left, address in left) == (False, True, False)
