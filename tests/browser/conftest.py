"""A real browser before the real program: server in a thread, Debian's Chromium, axe-core from the front end's packages."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from landreg.access import service
from landreg.access.sealing import use_key
from landreg.access.service import NewAccount
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Actor, Desk, Role
from tests.browser.walk_kit import Walk, certified_village, follow
from tests.conftest import Connection
from tests.kept_kit import kept
from tests.villages import COUNTY, past_triggers

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",
    "--disable-software-rasterizer",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = CHECKOUT / "landreg" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PASSWORD = "五月的麦子黄了又黄了"
VILLAGE = "610902001003"
PACKAGE = UUID(int=0x6109)
PARCELS = 24
OpenPage = Callable[..., Page]

FILL = """
    INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES
        ('610902', '汉滨区', 'county', '6109', ''), ('610902001', '老城街道', 'township', '610902', ''),
        ('610902001003', '西大街社区居委会', 'village', '610902001', '111') ON CONFLICT DO NOTHING;
    INSERT INTO land.parcel (county, row_id, parcel_id, village, code, kind, name, geom, geom_3857, surveyed_area_m2,
        registered_area_m2, ellipsoidal_area_m2, mu, land_class, valid, recorded, act_id)
    SELECT '610902', gen_random_uuid(), gen_random_uuid(), %(village)s, '610902' || lpad(i::text, 13, '0'),
        CASE WHEN i %% 5 = 0 THEN 'homestead' ELSE 'contracted' END, '大坪' || i, g, ST_Transform(g, 3857), 900.12,
        900.00, 899.98, 1.35, '011', '[2026-01-01,)', '[2026-01-01,)', gen_random_uuid()
    FROM (SELECT i, ST_MakeEnvelope(36560000 + (i %% 6) * 30, 3600000 + (i / 6) * 30,
                                    36560030 + (i %% 6) * 30, 3600030 + (i / 6) * 30, 4524) AS g
          FROM generate_series(1, %(parcels)s) AS i) AS made;
    INSERT INTO land.package (county, package_id, village, sha256, name, state, received_at, received_by, epsg, refusals,
        warnings, counts, changes)
    SELECT '610902', %(package)s, '610902', sha256('x'), '汉滨区成果.zip', 'refused', now(), account_id, 4524, 70, 30,
        '{"DK": 24, "CBF": 6}', '{"DK": {"added": ["6109020000000000001"], "removed": [], "changed": []}}'
    FROM access.account LIMIT 1;
    INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, facts, place)
    SELECT '610902', %(package)s, '610902', i, %(code)s, CASE WHEN i <= 70 THEN 'refuse' ELSE 'warn' END, 'DK',
        '610902' || lpad(i::text, 13, '0'), '{}', CASE WHEN i %% 10 = 0 THEN NULL
        ELSE ST_SetSRID(ST_Point(108.64 + i * 0.001, 32.53), 4326) END
    FROM generate_series(1, 100) AS i"""


@pytest.fixture(scope="module")
def chromium(settings: Settings) -> Iterator[Browser]:
    """One browser a file: while Playwright runs, its loop runs too, and nothing in this process can sign (pyHanko's asyncio)."""
    assert AXE.exists(), "the front end's packages are not installed: make setup"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(app: Any) -> Iterator[str]:
    """The address of the program."""
    assert Path(app.static_folder, "dist", "manifest.json").exists(), "the front end is not built: make setup"
    server = make_server("127.0.0.1", 0, app, threaded=True)
    # What a last click asked for is done before the next test begins: closing the server waits for its threads.
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def land(superuser: Connection) -> None:
    """A village with parcels, and a package whose findings fill two pages."""
    new = NewAccount("wang", "测绘员王", frozenset({Role.SURVEYOR}), "610902")
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    with past_triggers(superuser), psycopg.ClientCursor(superuser) as cursor:
        cursor.execute(FILL, {"village": VILLAGE, "parcels": PARCELS, "package": PACKAGE, "code": "FORM-1"})


@pytest.fixture
def officers(database: Settings, superuser: Connection) -> tuple[Actor, Actor]:
    """A registrar, deng, and a reviewer, shen, with accounts."""
    use_key(database.keys["identity"])

    def make() -> tuple[Actor, Actor]:
        made = []
        for login, role in (("deng", Role.REGISTRAR), ("shen", Role.REVIEWER)):
            new = NewAccount(login, f"{login}先生", frozenset({role}), COUNTY)
            account = service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
            made.append(Actor(account, new.name, Desk.REGISTRY, new.roles, COUNTY))
        return made[0], made[1]

    return kept(superuser, ("officers", PASSWORD), make)


@pytest.fixture
def window(chromium: Browser, site: str) -> Iterator[OpenPage]:
    """`window(width=390)`: an empty page of somebody who has signed on nowhere. What a script throws is a failure."""
    contexts: list[BrowserContext] = []
    thrown: list[str] = []

    def open_one(*, width: int = 1280, dark: bool = False, script: bool = True, cookies: Any = ()) -> Page:
        context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": 860},
            color_scheme="dark" if dark else "light",
            locale="zh-CN",
            java_script_enabled=script,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.add_cookies(list(cookies))
        page = context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert thrown == []


def sign_on(page: Page, login: str) -> None:
    """Sign on with the password that all accounts of these tests have."""
    page.goto("/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    follow(page.locator("main form button"))


def show(page: Page, path: str, *, script: bool = True) -> Page:
    """Go to a page, and wait for its map where it has one."""
    page.goto(path)
    if script and page.locator("[data-map]").count():
        page.wait_for_selector("[data-map][data-ready]")
    return page


@pytest.fixture
def open_page(window: OpenPage, land: None) -> Iterator[OpenPage]:
    """`open_page("/map", width=390)`: a page as the surveyor sees it. A word on the console is a failure."""
    words: list[str] = []

    def open_one(path: str, *, script: bool = True, login: bool = True, **look: Any) -> Page:
        page = window(script=script, **look)
        page.on("console", lambda said: words.append(said.text) if _matters(said) else None)
        if login:
            sign_on(page, "wang")
        return show(page, path, script=script)

    yield open_one
    assert words == []


@pytest.fixture
def open_as(window: OpenPage, officers: tuple[Actor, Actor]) -> OpenPage:
    """`open_as("deng", "/parcels/...", width=390)`: a page as an officer sees it."""

    def open_one(login: str, path: str, *, script: bool = True, **look: Any) -> Page:
        page = window(script=script, **look)
        sign_on(page, login)
        return show(page, path, script=script)

    return open_one


@pytest.fixture
def walking(
    window: OpenPage, officers: tuple[Actor, Actor], superuser: Connection, database: Settings
) -> Callable[..., Walk]:
    """`walking(script=False)`: registrar and reviewer over a certified village. They sign on once a worker."""
    certified_village(officers, superuser, database)

    def signed_on() -> list[Any]:
        found = []
        for login in ("deng", "shen"):
            page = window()
            sign_on(page, login)
            found.append(page.context.cookies())
        return found

    cookies = kept(superuser, ("signed on", officers), signed_on)

    def begin(*, script: bool) -> Walk:
        desk, judge = (window(width=800, script=script, cookies=one) for one in cookies)
        return Walk(*officers, superuser, database, desk, judge)

    return begin


@pytest.fixture
def walk(walking: Callable[..., Walk]) -> Walk:
    """They fill in forms without script, which costs a fifth less; what is drawn and pressed has its own tests."""
    return walking(script=False)


@pytest.fixture
def keyed(walking: Callable[..., Walk]) -> Walk:
    """They work by the keyboard, whose shortcuts are script."""
    return walking(script=True)


def barriers_of(page: Page) -> dict[str, list[str]]:
    """By the screen on which it is seen, what keeps somebody from a page: faults of axe-core, and what lies beside the screen.

    The same page is read to the end on a desk; on a phone what its size alone changes.
    """
    found = {}
    for width, rules in ((1280, ()), (390, ("target-size",))):
        page.set_viewport_size({"width": width, "height": 860})
        beside = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[f"{width} px"] = [*faults_of(page, *rules), *([f"{beside} px beside the screen"] if beside > 0 else [])]
    page.set_viewport_size({"width": 1280, "height": 860})
    return {screen: faults for screen, faults in found.items() if faults}


def _matters(said: ConsoleMessage) -> bool:
    """Errors and warnings, a refused style or script among them; not Chromium's advice on the speed of canvases."""
    return said.type in ("error", "warning") and not said.text.startswith("Canvas2D:")


# What holds is neither described nor sent: that is most of what axe-core works at.
_FAULTS = """async only => {
    const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"], preload: false})
    return found.violations.flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.target}`))
}"""


def faults_of(page: Page, *rules: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, or against some of its rules."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = page.evaluate(_FAULTS, list(rules) or WCAG_2_2_AA)
    return found
