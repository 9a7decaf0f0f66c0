"""Both desks as they run: two processes, one browser with a session at each, either killed and started again between two steps."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Actor, Desk, Role
from tests.browser.conftest import PASSWORD
from tests.browser.walk_kit import follow
from tests.conftest import Connection
from tests.registry_kit import HOUSEHOLD, one, pass_days, to_rights
from tests.settlement_kit import STREET, citizen

UP_S = 90
KEYS = {"session": "SECRET_KEY", "identity": "IDENTITY_KEY", "log": "LOG_KEY", "certificate": "CERTIFICATE_KEY"}
WINDOW_KEYS = {"settlement": "SETTLEMENT_KEY", "settlement_session": "SETTLEMENT_SECRET_KEY"}


@dataclass
class Served:
    """A desk's own process at an address that stays. killed: how often it was."""

    environment: dict[str, str]
    port: int
    process: subprocess.Popen[bytes] | None = None
    killed: int = 0

    @property
    def base(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, and wait until it answers."""
        line = [sys.executable, "-m", "landreg", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            line, cwd=CHECKOUT, env=self.environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + UP_S
        while time.monotonic() < until and self.process.poll() is None:
            if self.answers():
                return
            time.sleep(0.1)
        raise AssertionError("the desk does not answer")

    def answers(self) -> bool:
        """Whether somebody listens at its port."""
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """As a power cut does."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            # Its workers go with it, a moment later.
            while self.answers():
                time.sleep(0.05)
            self.killed += 1

    def again(self) -> None:
        """Killed, and started again."""
        self.kill()
        self.start()


@contextmanager
def both(settings: Settings, home: Path) -> Iterator[tuple[Served, Served]]:
    """The register's desk and the window, each with its own URLs and keys."""
    common = {"PATH": os.environ["PATH"], "LANDREG_SECOND_FACTOR": "optional"}
    urls = {
        f"LANDREG_{desk.value.upper()}_URL": settings.urls[desk]
        for desk in settings.urls
        if desk is not Desk.SETTLEMENT
    }
    desk = common | urls | {"LANDREG_HOME": str(home / "desk"), "LANDREG_STORE": str(settings.store),
        "LANDREG_LOG_PUBLIC_KEY_FILE": str(settings.log_public_key)}  # fmt: skip
    desk |= {f"LANDREG_{name}_FILE": str(settings.keys[key]) for key, name in KEYS.items()}
    window = common | {"LANDREG_HOME": str(home / "window"), "LANDREG_DESK": "settlement",
        "LANDREG_SETTLEMENT_URL": settings.urls[Desk.SETTLEMENT]}  # fmt: skip
    window |= {f"LANDREG_{name}_FILE": str(settings.keys[key]) for key, name in WINDOW_KEYS.items()}
    served = Served(desk, _free_port()), Served(window, _free_port())
    try:
        for one_desk in served:
            one_desk.start()
        yield served
    finally:
        for one_desk in served:
            one_desk.kill()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def officer_of_the_window() -> None:
    """An officer of 汉滨区's window."""
    wanted = NewAccount("wen", "窗口文", frozenset({Role.SETTLEMENT_OFFICER}), "610902")
    service.open_account(replace(service.SYSTEM, desk=Desk.SETTLEMENT), wanted, PASSWORD, temporary=False)


class Walking:
    """One browser with a page at each desk."""

    def __init__(self, chromium: Browser, desk: Served, window: Served, paper: Path) -> None:
        self.desk, self.window, self.paper = desk, window, paper
        self.context = chromium.new_context(locale="zh-CN", java_script_enabled=False)
        self.context.set_default_timeout(20_000)
        self.land, self.town = self.context.new_page(), self.context.new_page()
        for page, served, login in ((self.land, desk, "deng"), (self.town, window, "wen")):
            page.goto(f"{served.base}/login")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", PASSWORD)
            follow(page.locator("main form button"))

    def press(self, page: Page, name: str) -> None:
        """A button of the page, and what it leads to."""
        follow(page.get_by_role("button", name=name, exact=True))

    def asked_for(self) -> None:
        self.land.goto(f"{self.desk.base}/exits/new/{HOUSEHOLD}")
        self.land.get_by_label("承包经营权").first.check()
        self.land.select_option("#field-mode", "whole")
        self.land.select_option("#field-reason", "own_wish")
        self.press(self.land, "申请退出")
        expect(self.land.get_by_text("先算出补偿报价书")).to_be_visible()

    def offered(self) -> None:
        self.press(self.land, "计算报价")
        expect(self.land.get_by_role("link", name="补偿报价书")).to_be_visible()

    def heard(self) -> None:
        self.land.select_option("#field-member", index=1)
        self.land.select_option("#field-answer", "yes")
        for box in ("identity", "read", "apart"):
            self.land.check(f"#field-{box}")
        self.land.select_option("#field-language", "dialect")
        self.land.fill("#field-office", "样本镇便民服务中心")
        self.land.fill("#field-witness", "见证人甲")
        self.press(self.land, "记录意愿")

    def agreed(self, day: str) -> None:
        self.land.select_option("#field-model", "cash")
        for name, value in (("payer", "样本村股份经济合作社"), ("what_land", "剩余承包期"), ("amount_land", "9000"),
                            ("funds_source", "自有资金"), ("funds", "20000"), ("funds_shown_on", day)):  # fmt: skip
            self.land.fill(f"#field-{name}", value)
        agreement = self.land.locator("section[aria-labelledby=agreement]")
        agreement.locator("#field-funds_paper").set_input_files(self.paper)
        agreement.locator("#field-paper").set_input_files(self.paper)
        self.press(self.land, "记录协议")
        expect(self.land.locator("main .state-line", has_text="还差 9000.00 元")).to_be_visible()

    def paid(self, day: str) -> None:
        payments = self.land.locator("section[aria-labelledby=payments]")
        payments.locator("#field-member").select_option(index=1)
        for name, value in (("account", "6217000000001234"), ("amount", "9000"), ("paid_on", day), ("receipt", "HP-1")):
            payments.locator(f"#field-{name}").fill(value)
        payments.locator("#field-paper").set_input_files(self.paper)
        self.press(self.land, "记录付款")

    def taken_back(self) -> None:
        self.press(self.land, "撤回退出")
        expect(self.land.get_by_role("link", name="撤回回执")).to_be_visible()

    def received(self) -> None:
        self.town.goto(f"{self.window.base}/applications/new")
        for name, value in (("division", STREET), ("ground", "own_dwelling"), ("tenure", "own")):
            self.town.select_option(f"#field-{name}", value)
        for name, value in (
            ("name", "样本甲"),
            ("id_number", citizen(101)),
            ("origin", "某县某镇某村"),
            ("address", "样本路1号"),
        ):
            self.town.fill(f"#field-{name}", value)
        for kind in ("identity_card", "dwelling_deed"):
            self.town.check(f"input[name=evidence][value={kind}]")
        self.press(self.town, "受理")
        expect(self.town.get_by_role("button", name="作出决定")).to_be_visible()

    def decided(self) -> None:
        self.town.select_option("#field-outcome", "settled")
        self.town.fill("#field-reason", "有合法产权住所。")
        self.press(self.town, "作出决定")
        expect(self.town.get_by_role("button", name="作出决定")).to_have_count(0)


Begin = Callable[[Served, Served], Walking]


@pytest.fixture
def begin(
    chromium: Browser, officers: tuple[Actor, Actor], superuser: Connection, officer_of_the_window: None, tmp_path: Path
) -> Iterator[Begin]:
    """A walk over a registered village, when both desks are served."""
    to_rights(*officers, superuser, 1)
    paper, begun = tmp_path / "paper.jpg", []
    paper.write_bytes(b"\xff\xd8\xff sample")

    def start(desk: Served, window: Served) -> Walking:
        begun.append(Walking(chromium, desk, window, paper))
        return begun[-1]

    yield start
    for walk in begun:
        walk.context.close()


def today(actor: Actor) -> str:
    return str(one(actor, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date"))


@pytest.mark.timeout(600)
@pytest.mark.drill
def test_one_browser_works_at_both_desks_and_goes_on_after_either_was_killed(
    database: Settings, officers: tuple[Actor, Actor], superuser: Connection, tmp_path: Path, begin: Begin
) -> None:
    with both(database, tmp_path) as (desk, window):
        walk = begin(desk, window)
        walk.asked_for()
        walk.received()
        desk.again()
        window.again()
        walk.land.reload()
        walk.town.reload()
        walk.taken_back()
        walk.decided()
    assert one(officers[0], "SELECT array_agg(kind) FROM exit.event") == ["withdrawal"]
    assert superuser.execute("SELECT outcome FROM settlement.application").fetchall() == [("settled",)]
    # Neither desk's session opens the other, though a browser sends both cookies to both ports.
    assert database.keys["session"] != database.keys["settlement_session"]


@pytest.mark.drill
@pytest.mark.timeout(1200)
def test_either_desk_is_killed_before_every_step_and_nothing_is_lost_or_done_twice(
    database: Settings, officers: tuple[Actor, Actor], superuser: Connection, tmp_path: Path, begin: Begin
) -> None:
    with both(database, tmp_path) as (desk, window):
        walk = begin(desk, window)
        registrar = officers[0]

        def pass_cooling() -> None:
            pass_days(superuser, 15)

        steps: tuple[tuple[Served, Callable[[], None]], ...] = (
            (desk, walk.asked_for), (window, walk.received), (desk, walk.offered), (desk, walk.heard), (desk, walk.heard),
            (window, walk.decided), (desk, pass_cooling), (desk, lambda: walk.agreed(today(registrar))),
            (desk, lambda: walk.paid(today(registrar))), (desk, walk.taken_back),
        )  # fmt: skip
        for served, step in steps:
            served.again()
            page = walk.land if served is desk else walk.town
            if page.url.startswith("http"):
                page.reload()
            step()
        print(f"killed and started again: the register's desk {desk.killed} times, the window {window.killed} times")
    counts = {
        table: one(registrar, f"SELECT count(*) FROM exit.{table}")
        for table in ("exit", "offer", "consent", "agreement", "payment", "event")
    }
    assert counts == {"exit": 1, "offer": 1, "consent": 2, "agreement": 1, "payment": 1, "event": 1}
    kinds = superuser.execute(
        "SELECT kind, count(*) FROM log.entry WHERE kind LIKE 'settlement.%' GROUP BY 1"
    ).fetchall()
    assert dict(kinds) == {"settlement.received": 1, "settlement.evidence_shown": 2, "settlement.decided": 1}
