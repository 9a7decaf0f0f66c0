"""Who signed by a power of attorney: the name, and the number once an officer of the register says why they look."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from landreg.core.actor import Actor
from landreg.exchange.contracts import signing
from tests import bidding_kit as kit
from tests.contract_kit import OPERATOR, OTHER, PAPER, drawn, signature
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser
from tests.web.test_contract_life import ling, of, rule_of, village
from tests.web.test_lapsed_offers import given_password

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


def test_who_signed_in_its_name_by_a_power_is_on_a_household_s_first_page_and_on_its_contract(
    app: Any, village: Actor, ling: Browser, superuser: Connection
) -> None:
    """CON-29: masked, with the instant; the other household is not told so of itself."""
    contract = drawn(kind="subcontract", taker=OTHER)
    given = replace(signature(contract, "taker"), name="样本受托人", card=citizen_id(977), attorney=True)
    signing.sign(OPERATOR, COUNTY, contract.contract_id, given, PAPER)
    told = {}
    for code in (OTHER, HOUSEHOLD):
        own = Browser(app.test_client())
        own.log_in(given_password(superuser, kit.farmer(superuser, code)))
        told[code] = (own.get("/").text, own.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text)
    assert "有人凭授权委托书代您签了合同：样***人" in told[OTHER][0]
    assert re.search(r"\d 有人凭授权委托书代您在这份合同上签了字：样\*\*\*人", told[OTHER][1])
    assert not any("有人凭授权委托书代您" in page for page in told[HOUSEHOLD])
