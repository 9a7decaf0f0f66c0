"""Whose lease is about to end reads on the own pages that the land is listed for the days after."""

from __future__ import annotations

from datetime import date, timedelta

from landreg.core.actor import Actor
from landreg.exchange.contracts import renewing
from tests.bidding_kit import farmer, offered
from tests.contract_kit import OPERATOR, OTHER, PAPER, drawn, signed, today
from tests.exchange_kit import market
from tests.registry_kit import HOUSEHOLD, Connection, pass_days
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


def test_the_tenant_reads_until_when_to_answer(
    browser: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    market(*officers, superuser, 2)
    pass_days(superuser, (date(2028, 1, 1) - today()).days - 90)
    sitting = signed(drawn(taker=OTHER, until_on=date(2028, 1, 1)))
    bound(officers[0], OTHER, "zu.hu")
    browser.log_in("zu.hu")
    at, own = (OPERATOR, COUNTY, sitting.contract_id), f"/my/contracts/{COUNTY}/{sitting.contract_id}"
    renewing.renewal(*at, "renewal_asked", "每亩 600 元", PAPER)
    last = (today() + timedelta(days=15)).isoformat()
    assert f"请在 {last} 以前到交易窗口书面答复" in browser.get(own).text
    assert f"征询您是否续约，请在 {last} 以前书面答复" in browser.get("/").text
    pass_days(superuser, 16)
    assert f"征询续约到 {last} 为止没有答复" in browser.get(own).text
    renewing.renewal(*at, "renewal_silent", "", None)
    assert "征询续约到期没有答复，已经记录" in browser.get("/").text
    renewing.renewal(*at, "renewal_wanted", "还是要续", PAPER)
    assert "征询续约到期没有答复，已经记录" not in browser.get("/").text
