"""Acts on households in a browser: members and parcels are ticked, the result is seen before it is sent, also on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from landreg.core.actor import Actor
from tests.browser.conftest import OpenPage, barriers_of
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.household_kit import SECOND, members, parcels
from tests.registry_kit import HOUSEHOLD, one, pass_days, right_of, to_rights
from tests.villages import COUNTY

DIVISION = f"/households/{HOUSEHOLD}/acts/division"


@pytest.fixture
def registrar_at_desk(officers: tuple[Actor, Actor], superuser: Connection) -> Actor:
    """The registrar of a village whose rights are registered."""
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)
    return officers[0]


def fill_division(page: Page, actor: Actor) -> None:
    """The second member takes the first parcel."""
    wife, parcel = members(actor)[1], parcels(actor, right_of(actor))[0]
    page.fill("#field-signed_on", "2026-01-05")
    page.check(f"input[name=member_1][value='{wife}']")
    page.select_option(f"select[name='relation_{wife}']", "02")
    page.check(f"input[name=parcel_1][value='{parcel}']")
    page.select_option("#field-head_1", str(wife))
    page.fill("#field-name_1", "成员1之2")


@pytest.mark.parametrize(("width", "script"), [(390, True), pytest.param(1280, False, marks=pytest.mark.drill)])
def test_a_division_is_ticked_seen_and_sent(
    open_as: OpenPage, registrar_at_desk: Actor, width: int, script: bool
) -> None:
    page = open_as("deng", DIVISION, width=width, script=script)
    fill_division(page, registrar_at_desk)
    follow(page.locator("button[value=preview]"))
    assert page.locator("#preview .side").count() == 3
    assert page.locator("#preview .side.is-new").count() == 1
    assert page.input_value("#field-name_1") == "成员1之2"
    follow(page.locator("button[value=open]"))
    assert "/cases/" in page.url
    assert one(registrar_at_desk, "SELECT count(*) FROM registry.\"case\" WHERE act_kind = 'division'") == 1


def pages_of(actor: Actor) -> list[str]:
    mine, home = right_of(actor), right_of(actor, kind="homestead")
    return [
        DIVISION,
        f"{DIVISION}?households=3",
        f"/households/{HOUSEHOLD}/acts/household_merge?other={SECOND}",
        f"/households/{HOUSEHOLD}/acts/representative_change",
        f"/households/{HOUSEHOLD}/acts/household_change",
        f"/rights/{COUNTY}/{mine}/acts/exchange?other={SECOND}",
        f"/rights/{COUNTY}/{mine}/acts/land_operation",
        f"/rights/{COUNTY}/{home}/acts/homestead_inheritance",
    ]


def test_the_forms_are_accessible_and_fit_a_phone(open_as: OpenPage, registrar_at_desk: Actor) -> None:
    page = open_as("deng", "/")
    for path in pages_of(registrar_at_desk):
        page.goto(path)
        assert barriers_of(page) == {}, path
