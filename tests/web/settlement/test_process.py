"""The settlement window as a process of its own: what it holds, and that it may be killed between two steps."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
import requests

from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Desk
from landreg.core.errors import BadInput
from tests.kept_kit import Connection
from tests.web.conftest import PASSWORD
from tests.web.settlement.test_window import FORM

UP_S = 90


def test_settings_of_the_window_hold_its_own_login_keys_and_store_whatever_lies_beside_them(settings: Settings) -> None:
    around = {name: value for name, value in os.environ.items() if name.startswith("LANDREG_")}
    assert "LANDREG_REGISTRY_URL" in around
    own = Settings.from_environment({**around, "LANDREG_DESK": "settlement"})
    assert set(own.urls) == {Desk.SETTLEMENT}
    assert set(own.keys) == {"settlement", "settlement_session"}
    assert own.superuser_url is None
    assert own.oidc is None
    assert own.store != settings.store
    asked = {
        **around,
        "LANDREG_DESK": "settlement",
        "LANDREG_WINDOW_OFFICE": " 样本窗口 ",
        "LANDREG_WINDOW_PHONE": "0915-0000000",
    }
    assert Settings.from_environment(asked).window_office == "样本窗口"
    with pytest.raises(BadInput) as wrong:
        Settings.from_environment({**asked, "LANDREG_WINDOW_PHONE": "（未设置）"})
    assert [finding.field for finding in wrong.value.findings] == ["LANDREG_WINDOW_PHONE"]
    assert set(settings.urls) == set(Desk)


@contextmanager
def serving(settings: Settings, home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The window's process with its URL, its two keys and nothing else, and its address; killed, as by a power cut, at the end."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "LANDREG_HOME": str(home),
        "LANDREG_DESK": "settlement",
        "LANDREG_SETTLEMENT_URL": settings.urls[Desk.SETTLEMENT],
        "LANDREG_SETTLEMENT_KEY_FILE": str(settings.keys["settlement"]),
        "LANDREG_SETTLEMENT_SECRET_KEY_FILE": str(settings.keys["settlement_session"]),
        "LANDREG_SECOND_FACTOR": "optional",
        "LANDREG_BASE_URL": f"http://127.0.0.1:{port}",
    }
    line = [sys.executable, "-m", "landreg", "serve", "--port", str(port)]
    process = subprocess.Popen(line, cwd=CHECKOUT, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + UP_S
        while time.monotonic() < until and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port that was free."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.timeout(600)
def test_an_application_that_was_received_is_decided_by_a_process_that_comes_after_a_killed_one(
    database: Settings, tmp_path: Path, wen_account: UUID, superuser: Connection
) -> None:
    assert wen_account
    browser = requests.Session()

    def token(base: str, page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(base + page, timeout=60).text)
        assert found is not None, page
        return found[1]

    def post(base: str, page: str, address: str, /, **fields: object) -> requests.Response:
        return browser.post(
            base + address, {"csrf_token": token(base, page), **fields}, allow_redirects=False, timeout=60
        )

    with serving(database, tmp_path) as (base, _):
        assert post(base, "/login", "/login", login="wen", password=PASSWORD).status_code == 303
        for page in ("/parcels", "/map", "/cases", "/households", "/log"):
            assert browser.get(base + page, timeout=60).status_code == 404, page
        received = post(base, "/applications/new", "/applications/new", **FORM)
        assert received.status_code == 303
    address = received.headers["Location"]
    with serving(database, tmp_path) as (base, process):
        answer = post(base, address, f"{address}/decision", outcome="settled", reason="有合法产权住所。")
        assert answer.status_code == 303
        paper = post(base, address, f"{address}/papers/notice")
        assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")
        held = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert b"landreg_settlement" in held
        assert re.findall(rb"landreg_(?:registry|owner|auditor|citizen|worker|superuser)", held) == []
    told = superuser.execute("SELECT count(*) FROM log.entry WHERE kind LIKE 'settlement.%'").fetchone()
    assert told == (6,)
