"""Who holds a contract's land today stands on its pages, of the desk and of who signed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from landreg.registry.rules.requests import Assignment
from tests.contract_kit import OTHER, drawn, right_id, signed
from tests.database.registry.test_parcel_acts import LOWER, UPPER
from tests.exchange_kit import TERM
from tests.household_kit import asked_for, household_id
from tests.registry_kit import HOUSEHOLD, Connection, booked, pass_days, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> tuple[Actor, Actor]:
    to_rights(*officers, superuser, 2, **TERM)
    pass_days(superuser, 5)
    return officers


@pytest.fixture
def ling(app: Any, account: OpenAccount, village: Any) -> Browser:
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in("ling")
    return browser


def test_the_pages_of_a_lease_say_who_holds_its_land_since_and_to_whom_the_next_rent_goes(
    app: Any, ling: Browser, village: tuple[Actor, Actor], superuser: Connection
) -> None:
    registrar, reviewer = village
    contract = signed(drawn(codes=[LOWER, UPPER], until_on=date(2030, 1, 1)))
    page = f"/contracts/{COUNTY}/{contract.contract_id}"
    assert "换了承包方" not in ling.get(page).text
    asked = Assignment(household_id(registrar, OTHER), OTHER, date(2026, 1, 5), (LOWER,))
    case = asked_for(registrar, "assignment", asked, right=right_id())
    booked(registrar, reviewer, superuser, case, "assignment")
    shown = ling.get(page).text
    assert f"地块 {LOWER} 从" in shown
    assert f"（{OTHER}）承包。合同继续有效；那天起到期的款项，50% 付给该户。" in shown
    assert "没有付清的下一笔" in shown
    bound(registrar, HOUSEHOLD, "lin.nong")
    farmer = Browser(app.test_client())
    farmer.log_in("lin.nong")
    assert "换了承包方" in farmer.get(f"/my{page}").text
