"""Who holds a contract's land today stands on its pages, of the desk and of who signed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from landreg.registry.rules.household_requests import RepresentativeChange
from landreg.registry.rules.requests import Assignment
from tests.contract_kit import OTHER, day_of, drawn, early, right_id, seen, signed
from tests.database.registry.test_parcel_acts import LOWER, UPPER
from tests.exchange_kit import TERM
from tests.household_kit import Placed, asked_for, household_id, members
from tests.registry_kit import HOUSEHOLD, Connection, booked, one, pass_days, to_rights
from tests.villages import COUNTY, VILLAGE
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound

TENANT = f"{VILLAGE}010003"


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> tuple[Actor, Actor]:
    to_rights(*officers, superuser, 3, **TERM)
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
    contract = signed(drawn(codes=[LOWER, UPPER], taker=TENANT, until_on=date(2030, 1, 1)))
    page = f"/contracts/{COUNTY}/{contract.contract_id}"
    assert "换了承包方" not in ling.get(page).text
    asked = Assignment(household_id(registrar, OTHER), OTHER, date(2026, 1, 5), (LOWER,))
    case = asked_for(registrar, "assignment", asked, right=right_id())
    booked(registrar, reviewer, superuser, case, "assignment")
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :c', c=case)
    shown = ling.get(page).text
    assert f"地块 {LOWER} 从" in shown
    assert (
        f"（{OTHER}）承包（转移登记（转让），登记业务 {number}）。合同继续有效；那天起到期的款项，50% 付给该户。"
        in shown
    )
    assert "没有付清的下一笔" in shown
    assert "第三十七条" in shown
    bound(registrar, HOUSEHOLD, "lin.nong")
    farmer = Browser(app.test_client())
    farmer.log_in("lin.nong")
    assert "换了承包方" in farmer.get(f"/my{page}").text


def test_the_tenant_s_first_page_says_who_is_paid_now_for_a_month_and_while_a_sum_is_near(
    browser: Browser, village: tuple[Actor, Actor], superuser: Connection
) -> None:
    """The one who signed, under another name, as the one to whom the land went."""
    registrar, reviewer = village
    contract = early(superuser, signed(drawn(codes=[LOWER, UPPER], taker=TENANT, until_on=date(2030, 1, 1))))
    bound(registrar, TENANT, "zu.hu")
    browser.log_in("zu.hu")
    assert "合同继续有效" not in browser.get("/").text
    asked = Assignment(household_id(registrar, OTHER), OTHER, date(2026, 1, 5), (LOWER,))
    booked(registrar, reviewer, superuser, asked_for(registrar, "assignment", asked, right=right_id()), "assignment")
    head, wife = members(registrar)
    change = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", change, more=("death_proof",))
    booked(registrar, reviewer, superuser, case, "representative_change")
    day = day_of(registrar)
    pass_days(superuser, 2)
    first = browser.get("/").text
    assert f"您租的地从 {day} 起由 户*2（{OTHER}）承包（转移登记（转让），登记业务 " in first
    assert "那天起到期的款项 50% 付给该户" in first
    assert f"出租方从 {day} 起由 成***2（{HOUSEHOLD}）代表（" in first
    pass_days(superuser, 40)
    due = next(one.due.due_on for one in seen(contract).settled if one.due.due_on > day)
    assert ("您租的地从" in browser.get("/").text) is (due <= day + timedelta(days=72))
    pass_days(superuser, (due - day_of(registrar)).days - 10)
    assert "您租的地从" in browser.get("/").text
