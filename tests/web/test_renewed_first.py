"""Whose lease is about to end reads on the own pages that the land is listed for the days after."""

from __future__ import annotations

from datetime import date

from landreg.core.actor import Actor
from tests.bidding_kit import farmer, offered
from tests.contract_kit import OTHER, drawn, signed
from tests.exchange_kit import market
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser
from tests.web.test_brought import bound


def test_the_tenant_reads_it(browser: Browser, officers: tuple[Actor, Actor], superuser: Connection) -> None:
    market(*officers, superuser, 2)
    sitting = signed(drawn(taker=OTHER, until_on=date(2028, 1, 1)))
    bound(officers[0], OTHER, "zu.hu")
    browser.log_in("zu.hu")
    own = f"/my/contracts/{COUNTY}/{sitting.contract_id}"
    assert "又挂牌了" not in browser.get(own).text + browser.get("/").text
    row = offered(officers[0], farmer(superuser, HOUSEHOLD), from_on=date(2028, 1, 1), until_on=date(2038, 1, 1))
    told = f"这块地从 2028-01-01 起又挂牌了（{row.number}）" in browser.get(own).text
    first = "您租的地从 2028-01-01 起又挂牌了" in browser.get("/").text
    assert (told, first) == (True, True)
