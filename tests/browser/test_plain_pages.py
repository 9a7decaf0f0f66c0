"""What farmers read without signing on, on a desk and on a phone: large, sound, and whole without a script."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.law.book import national_law
from landreg.registry.figures import Figure, set_figure
from tests.browser.conftest import PASSWORD, OpenPage, barriers_of, faults_of, sign_on
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.unit.exit.figures import SET
from tests.villages import COUNTY

PAGES = ("/yours", "/compensation", "/complaints", "/complaints/answer", "/exit-numbers")
SMALLEST_PX = 18


@dataclass(frozen=True)
class Claim:
    """What is typed into the calculator."""

    chosen: tuple[tuple[str, str], ...] = (
        ("county", COUNTY), ("land_kind_1", "dry"), ("house_structure", "brick_timber"), ("crop_kind_1", "grain"),
    )  # fmt: skip
    filled: tuple[tuple[str, str], ...] = (
        ("term_until", "2027-12-31"), ("land_mu_1", "3.2"), ("house_m2", "120.5"), ("house_built", "2006"),
        ("homestead_m2", "133"), ("crop_mu_1", "3.2"), ("movers", "4"),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def county(registrar: Actor, superuser: Connection) -> None:
    """A county that has set its figures."""
    superuser.execute(
        "INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES (%s, '汉滨区', 'county', '6109', '')",
        [COUNTY],
    )
    with unit_of_work(registrar) as uow:
        today = beijing_day(uow.now)
    for name, value in SET.items():
        for key in national_law(COUNTY, today).parameters[name].values:
            set_figure(registrar, COUNTY, Figure(name, key, value, today, "汉农发〔2026〕3号"))


def sound(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    assert faults_of(page) == [], page.url


def smallest_text(page: Page) -> tuple[float, str]:
    """The smallest type of the page's own text, and what is written in it."""
    found = page.evaluate("""() => [...document.querySelectorAll("main *")]
        .filter((one) => [...one.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim())
                && one.getClientRects().length && !one.closest(".visually-hidden"))
        .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.textContent.trim().slice(0, 40)])
        .sort((a, b) => a[0] - b[0])[0]""")
    return float(found[0]), str(found[1])


def calculated(page: Page) -> None:
    page.goto("/compensation")
    page.get_by_text("地里有庄稼").click()
    claim = Claim()
    for name, value in claim.chosen:
        page.select_option(f"#field-{name}", value)
    for name, value in claim.filled:
        page.fill(f"#field-{name}", value)
    follow(page.get_by_role("button", name="算一算"))


def test_every_plain_page_is_large_and_sound(window: OpenPage) -> None:
    page = window()
    for address in PAGES:
        page.goto(address)
        assert barriers_of(page) == {}, address
        assert smallest_text(page)[0] >= SMALLEST_PX, (address, smallest_text(page))


@pytest.mark.parametrize(("width", "script"), [(390, True), pytest.param(1280, False, marks=pytest.mark.drill)])
def test_a_farmer_works_out_an_exit_and_what_was_typed_stays(window: OpenPage, width: int, script: bool) -> None:
    page = window(width=width, script=script)
    calculated(page)
    expect(page.get_by_role("heading", name="合计")).to_be_visible()
    expect(page.get_by_text("每平方米 450.00 元").first).to_be_visible()
    assert page.input_value("#field-land_mu_1") == "3.2"
    if script:
        sound(page)
        assert smallest_text(page)[0] >= SMALLEST_PX, smallest_text(page)
    page.fill("#field-land_mu_1", "0")
    follow(page.get_by_role("button", name="算一算"))
    expect(page.locator("#error-land_mu_1-1")).to_be_visible()
    assert page.input_value("#field-house_m2") == "120.5"


def test_a_page_is_read_aloud_part_by_part_and_stops_when_asked(window: OpenPage) -> None:
    page = window(width=390)
    # No voice is installed beside the tests' browser: what the page hands to it is kept, and each part ends at once.
    page.add_init_script("""window.said = [];
        window.SpeechSynthesisUtterance = function (text) { this.text = text; };
        Object.defineProperty(window, "speechSynthesis", { value: {
            getVoices: () => [], cancel: () => { window.said.push("|"); },
            speak: (one) => { window.said.push(one.text); one.onstart();
                if (window.said.length < 8) setTimeout(() => one.onend(), 1); } } });""")
    page.goto("/yours")
    page.get_by_role("button", name="读给我听").click()
    page.wait_for_function("() => window.said.length >= 8")
    said = page.evaluate("window.said")
    assert said[1] == "这三样是您家的"
    assert said[2].startswith("承包地")
    assert page.locator(".is-read").count() == 1
    page.get_by_role("button", name="停止朗读").click()
    assert page.evaluate("window.said.at(-1)") == "|"
    expect(page.get_by_role("button", name="读给我听")).to_be_visible()


def test_without_a_script_the_page_says_the_same_and_has_no_idle_button(window: OpenPage) -> None:
    page = window(width=390, script=False)
    page.goto("/yours")
    expect(page.get_by_text("谁也不能这样要求您")).to_be_visible()
    assert page.get_by_role("button", name="读给我听").count() == 0


def test_a_complaint_is_handed_in_answered_and_read(window: OpenPage) -> None:
    service.open_account(
        service.SYSTEM, NewAccount("mei", "审计员梅", frozenset({Role.AUDITOR}), COUNTY), PASSWORD, temporary=False
    )
    page = window(width=390)
    page.goto("/complaints")
    page.fill("#field-text", "镇上的人来说，不交地就不给办事。")
    page.select_option("#field-about", "land_asked")
    page.select_option("#field-office", "township")
    page.select_option("#field-division", COUNTY)
    page.fill("#field-contact", "13800000000")
    follow(page.get_by_role("button", name="提交投诉"))
    sound(page)
    code = page.locator(".sum").inner_text().strip()
    assert re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code)

    desk = window()
    sign_on(desk, "mei")
    desk.goto("/audit/complaints")
    sound(desk)
    follow(desk.get_by_role("link", name=re.compile("^TS")))
    follow(desk.get_by_role("button", name="标为已阅"))
    follow(desk.get_by_role("button", name="打开（记入日志）"))
    expect(desk.get_by_text("13800000000")).to_be_visible()
    sound(desk)
    desk.fill("#field-text", "已经派人去问，结果在这里告诉您。")
    follow(desk.get_by_role("button", name="答复投诉人"))
    sound(desk)

    page.goto("/complaints/answer")
    page.fill("#field-code", code.lower())
    follow(page.get_by_role("button", name="看答复"))
    expect(page.get_by_text("已经派人去问")).to_be_visible()
    sound(page)
