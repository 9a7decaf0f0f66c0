"""The forms by which parcels, holder and restrictions of a right are corrected: without a barrier, at the width of a phone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from landreg.core.actor import Actor
from landreg.registry.rules.requests import RestrictionAsked
from tests.browser.conftest import OpenPage, barriers_of, faults_of
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.household_kit import parcels
from tests.registry_kit import BANK, applied, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE

PHONE = {"width": 390, "height": 844}
LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)


@pytest.fixture(autouse=True)
def _mortgaged(officers: tuple[Actor, Actor], superuser: Connection) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)
    booked(*officers, superuser, applied(officers[0], "mortgage", LOAN, right_of(officers[0])), "mortgage")


@pytest.mark.parametrize("link", ["更正地块（漏登、错登）", "登错了户", "更正"])
def test_each_form_opens_from_the_right_s_page_and_fits_a_phone(
    open_as: OpenPage, officers: tuple[Actor, Actor], link: str
) -> None:
    page = open_as("deng", f"/rights/{COUNTY}/{right_of(officers[0])}")
    page.set_viewport_size(PHONE)
    follow(page.get_by_role("link", name=link, exact=True))
    page.get_by_role("button", name="建立业务").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert (barriers_of(page), faults_of(page)) == ({}, [])


def test_a_parcel_is_taken_off_by_its_box_and_the_case_says_what_becomes_of_the_right(
    open_as: OpenPage, officers: tuple[Actor, Actor]
) -> None:
    right = right_of(officers[0], f"{VILLAGE}010002")
    page = open_as("deng", f"/rights/{COUNTY}/{right}/parcels/correction")
    mine = parcels(officers[0], right)[1]
    page.get_by_label(mine).check()
    page.get_by_label("由谁提出").select_option("office")
    page.get_by_label("错误的证据").fill("承包合同原件")
    follow(page.get_by_role("button", name="建立业务"))
    shown = page.inner_text("main")
    assert all(word in shown for word in (mine, "800.00", "400.00", "承包合同"))
    assert one(officers[0], "SELECT count(*) FROM registry.\"case\" WHERE act_kind = 'office_correction'") == 1
