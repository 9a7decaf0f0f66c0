"""Both parties read on their first page that a draft was dropped since its last day was over."""

from __future__ import annotations

from datetime import date
from typing import Any

from landreg.core.actor import Actor
from landreg.exchange.contracts import days as contract_days
from tests.contract_kit import OTHER, drawn
from tests.exchange_kit import market
from tests.registry_kit import HOUSEHOLD, Connection, pass_days
from tests.web.conftest import Browser
from tests.web.test_brought import bound


def test_both_sides_read_for_some_days_that_a_draft_was_dropped(
    app: Any, browser: Browser, officers: tuple[Actor, Actor], worker: Actor, superuser: Connection
) -> None:
    market(*officers, superuser, 2)
    drawn(taker=OTHER, until_on=date(2028, 1, 1))
    other = Browser(app.test_client())
    for one, code, login in ((browser, HOUSEHOLD, "chu.zu"), (other, OTHER, "zu.hu")):
        bound(officers[0], code, login)
        one.log_in(login)
        assert "有合同等您签字" in one.get("/").text
    for days, told in ((61, True), (40, False)):
        pass_days(superuser, days)
        contract_days.work(worker)
        for one, login in ((browser, "chu.zu"), (other, "zu.hu")):
            one.log_in(login)
            page = one.get("/").text
            assert ("合同作废了" in page, "有合同等您签字" in page) == (told, False), login
