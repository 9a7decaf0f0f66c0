"""A price that is none of the usual is asked about before a contract is drawn, and told with the total before it is signed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.actor import Actor
from tests.contract_kit import OTHER, drawn, parcels_of, right_id, signed
from tests.registry_kit import HOUSEHOLD
from tests.villages import COUNTY
from tests.web.conftest import Browser
from tests.web.test_brought import bound
from tests.web.test_contracts import ASKED, ling, said, village

__all__ = ["ling", "village"]


@pytest.mark.usefixtures("village")
def test_an_unusual_price_is_drawn_once_it_was_looked_at(ling: Browser, officers: tuple[Actor, Actor]) -> None:
    """CON-87: asked about once, told until both have signed."""
    code = parcels_of(officers[0], right_id())[0]
    for price in ("300000", "0.01"):
        asked = ling.post(f"/contracts/new?{ASKED}", said(code, price=price))
        assert asked.status_code == 422
        assert "CON-87" in asked.text
        assert f'name="price_seen" value="{price}"' in asked.text
    unseen = ling.post(f"/contracts/new?{ASKED}", said(code, price="300000", price_seen="0.01"))
    assert unseen.status_code == 422
    made = ling.post(f"/contracts/new?{ASKED}", said(code, price="300000", price_seen="300000"))
    assert made.status_code == 303
    page = ling.get(made.headers["Location"]).text
    assert "CON-87" in page
    assert "合同期内一共要付" in page


@pytest.mark.usefixtures("village")
def test_a_figure_that_is_too_long_is_told_as_a_number(ling: Browser, officers: tuple[Actor, Actor]) -> None:
    """CON-41, not the length of the field."""
    code = parcels_of(officers[0], right_id())[0]
    answer = ling.post(f"/contracts/new?{ASKED}", said(code, renewal_notice_days="99999"))
    assert answer.status_code == 422
    assert "“99999”不能写进合同：这里须是" in answer.text


@pytest.mark.usefixtures("village")
def test_the_household_reads_what_it_comes_to_before_it_signs(app: Any, officers: tuple[Actor, Actor]) -> None:
    contract = drawn(price=Decimal("300000.00"))
    bound(officers[0], HOUSEHOLD, "lin.nong")
    farmer = Browser(app.test_client())
    farmer.log_in("lin.nong")
    page = farmer.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
    assert re.search("合同期内一共要付 [0-9,.]+ 元，由对方付", page)
    assert "CON-87" in page
    signed(contract)
    page = farmer.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
    assert "合同期内一共要付" not in page
    assert "CON-87" not in page


@pytest.mark.usefixtures("village")
def test_an_assignment_asks_for_no_last_day(ling: Browser) -> None:
    """CON-89."""
    page = ling.get(f"/contracts/new?county={COUNTY}&household={HOUSEHOLD}&kind=assignment").text
    assert '<input type="hidden" name="last_day" value="2027-12-31">' in page
    assert "所转的是剩余承包期，到 2027-12-31 为止" in page
    assert page.count('name="last_day"') == 1


@pytest.mark.usefixtures("village")
def test_a_household_that_takes_land_pays_and_brings_a_card_and_no_power_of_attorney(
    app: Any, officers: tuple[Actor, Actor]
) -> None:
    contract = drawn(taker=OTHER)
    bound(officers[0], OTHER, "qu.nong")
    farmer = Browser(app.test_client())
    farmer.log_in("qu.nong")
    page = farmer.get(f"/my/contracts/{COUNTY}/{contract.contract_id}").text
    assert re.search("合同期内一共要付 [0-9,.]+ 元，由您付", page)
    assert "请家里的成年人带身份证" in page
    assert "授权委托书到市场窗口" not in page
