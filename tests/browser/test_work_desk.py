"""The three commonest steps without a mouse: a case is accepted, passes its review, and is registered; and the desk on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from landreg.core.actor import Actor
from landreg.registry.casework import cases, notices, opening
from tests.browser.conftest import PASSWORD, OpenPage, barriers_of
from tests.browser.walk_kit import leaving
from tests.registry_kit import in_state, one, pass_days, state_of
from tests.villages import COUNTY, VILLAGE, stage_village

At = Callable[..., Page]


@pytest.fixture
def drafts(superuser: Any, officers: tuple[Actor, Actor]) -> list[UUID]:
    """The cases of a small village, prepared by the registrar."""
    staged = stage_village(superuser, 2)
    batch = opening.open_batch(officers[0], COUNTY, staged.package_id, VILLAGE)
    return in_state(officers[0], batch, "draft")


@pytest.fixture
def at(window: OpenPage) -> At:
    """`at("deng")`: the first page of an officer, who signed on by the keyboard."""

    def sign_on(login: str) -> Page:
        page = window()
        page.goto("/login")
        page.focus("input[name=login]")
        page.keyboard.type(login)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        with leaving(page):
            page.keyboard.press("Enter")
        assert "/login" not in page.url
        return page

    return sign_on


def go(page: Page, letter: str, address: str) -> None:
    """`g` and a letter."""
    page.keyboard.press("g")
    with leaving(page):
        page.keyboard.press(letter)
    assert page.url.endswith(address)


def test_a_case_is_accepted_by_the_keyboard_alone(at: At, drafts: list[UUID], officers: tuple[Actor, Actor]) -> None:
    page = at("deng")
    go(page, "c", "/cases")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    with leaving(page):
        page.keyboard.press("Enter")
    assert "/cases/610902/" in page.url
    case = UUID(page.url.rsplit("/", 1)[1])
    with leaving(page):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".state-line.is-good").first).to_contain_text("已办 1 件")
    assert state_of(officers[0], case) == "accepted"


def test_ticked_cases_pass_review_by_the_keyboard_alone(
    at: At, drafts: list[UUID], officers: tuple[Actor, Actor]
) -> None:
    cases.accept(officers[0], COUNTY, drafts)
    page = at("shen")
    go(page, "c", "/cases")
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-chosen]")).to_have_text("已选 2")
    with leaving(page):
        page.keyboard.press("p")
    expect(page.locator(".state-line:not(.is-warn)")).to_contain_text("2 件可以办理")
    page.locator("[name=without]").focus()  # nothing is in their folders (REG-45)
    page.keyboard.type("与二轮承包台账逐户核对")
    with leaving(page):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".state-line.is-good").first).to_contain_text("已办 2 件")
    assert one(officers[1], """SELECT count(*) FROM registry."case" WHERE state = 'reviewed'""") == 2


def test_a_case_is_found_and_registered_by_the_keyboard_alone(
    at: At, drafts: list[UUID], officers: tuple[Actor, Actor], superuser: Any
) -> None:
    registrar, reviewer = officers
    cases.accept(registrar, COUNTY, drafts)
    cases.review(reviewer, COUNTY, drafts)
    notices.publish(registrar, COUNTY, drafts, "公告")
    pass_days(superuser, 40)
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=drafts[0])
    page = at("shen")
    page.keyboard.press("/")
    page.keyboard.type(number)
    with leaving(page):
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/cases/{COUNTY}/{drafts[0]}")
    with leaving(page):
        page.keyboard.press("Control+Enter")
    expect(page.locator(".state-line.is-good").first).to_contain_text("已办 1 件")
    assert state_of(reviewer, drafts[0]) == "registered"


def test_the_keys_of_a_page_are_shown_and_none_works_while_one_types(at: At, drafts: list[UUID]) -> None:
    page = at("deng")
    go(page, "c", "/cases")
    page.keyboard.press("?")
    shown = page.locator("dialog.keys").inner_text()
    for words in ("勾选所在行", "成批受理", "成批领办"):
        assert words in shown
    page.keyboard.press("Escape")
    page.focus("#q")
    page.keyboard.type("jxa?")
    assert page.input_value("#q") == "jxa?"
    assert page.locator("tbody input:checked").count() == 0


def test_the_desk_has_no_fault_of_accessibility_and_fits_the_screen(at: At, drafts: list[UUID]) -> None:
    page = at("deng")
    for address in ("/cases?queue=all&kind=homestead", "/cases/team", "/applications", "/search"):
        page.goto(address)
        assert barriers_of(page) == {}, address
