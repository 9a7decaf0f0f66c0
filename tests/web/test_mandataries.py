"""Who signed by a power of attorney: the name, and the number once an officer of the register says why they look."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from landreg.core.actor import Actor
from landreg.exchange.contracts import signing
from tests.contract_kit import OPERATOR, OTHER, PAPER, drawn, signature
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser
from tests.web.test_contract_life import ling, of, rule_of, village

__all__ = ["ling", "village"]


def test_only_an_officer_of_the_register_opens_the_number_and_says_why(app: Any, village: Actor, ling: Browser) -> None:
    contract, plain = drawn(), drawn(OTHER)
    given = replace(signature(contract, "contractor"), name="样本受托人", card=citizen_id(977), attorney=True)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
    page = of(contract, "mandataries")
    assert ling.client.get(page).status_code == 403
    assert "受托签字人" not in ling.get(of(contract)).text
    officer = Browser(app.test_client())
    officer.log_in("deng")
    assert f'href="{page}"' in officer.get(of(contract)).text
    shown = officer.get(page).text
    assert citizen_id(977) not in shown
    assert "样本受托人" in shown
    assert rule_of(officer.post(page, {"reason": ""})) == {"ACC-15"}
    assert citizen_id(977) in officer.post(page, {"reason": "核对受托人身份"}).text
    assert officer.get(of(plain, "mandataries")).status_code == 404
