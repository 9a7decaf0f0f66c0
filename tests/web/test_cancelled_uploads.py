"""Calling an upload back at the desk: who may, what the pages say then, and what cannot be called back any more."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from landreg.config import Settings
from landreg.core import alive
from landreg.core.actor import WORKER, Role
from landreg.land import uploads
from landreg.land.model import Upload
from tests.browser.conftest import PACKAGE
from tests.web.conftest import Browser, OpenAccount

JSON = {"Accept": "application/json"}


@pytest.fixture
def surveyor_browser(browser: Browser, account: OpenAccount) -> Browser:
    account("wang", Role.SURVEYOR)
    browser.log_in("wang")
    return browser


@pytest.fixture
def place(surveyor_browser: Browser) -> str:
    """The page of a file that was sent and waits."""
    surveyor_browser.get("/packages")
    sent = surveyor_browser.post("/packages", {"package": (io.BytesIO(b"PK"), "成果.zip")})
    return str(sent.headers["Location"])


def test_a_waiting_upload_is_called_back_and_the_list_says_by_whom(surveyor_browser: Browser, place: str) -> None:
    page = surveyor_browser.get(place).text
    assert "确认取消" in page
    answer = surveyor_browser.post(f"{place}/cancel")
    assert (answer.status_code, answer.headers["Location"]) == (303, place)
    page = surveyor_browser.get(place).text
    assert "wang先生 已于" in page
    assert "没有写入任何内容" in page
    assert "确认取消" not in page
    listed = surveyor_browser.get("/packages").text
    assert "正在处理" not in listed
    assert "wang先生 取消" in listed[listed.index("最近没有收下的上传") :]
    state = json.loads(surveyor_browser.get(f"{place}.json").text)
    assert (state["done"], state["text"]) == (True, "已取消")
    assert uploads.check_waiting(WORKER, lambda *_arguments: pytest.fail("it was checked")) == 0
    assert "wang先生 取消" in surveyor_browser.get("/packages").text


def test_a_running_check_is_said_to_stop_and_then_to_have_stopped(surveyor_browser: Browser, place: str) -> None:
    seen: list[str] = []

    def check(_sender: Any, _upload: Upload, progress: uploads.Progress) -> tuple[str, Any]:
        surveyor_browser.get(place)
        assert surveyor_browser.post(f"{place}/cancel").status_code == 303
        assert surveyor_browser.post(f"{place}/cancel").status_code == 303
        seen.append(surveyor_browser.get(place).text)
        seen.append(surveyor_browser.get("/packages").text)
        state = json.loads(surveyor_browser.get(f"{place}.json").text)
        assert (state["done"], state["text"]) == (False, "正在取消")
        progress("topology", 40)
        raise AssertionError("it went on")

    assert uploads.check_waiting(WORKER, check) == 1
    assert "wang先生 要求取消" in seen[0]
    assert "确认取消" not in seen[0]
    assert "正在取消" in seen[1]
    assert "wang先生 已于" in surveyor_browser.get(place).text


def test_what_is_done_is_not_called_back(surveyor_browser: Browser, place: str) -> None:
    surveyor_browser.get(place)
    uploads.check_waiting(WORKER, lambda *_arguments: ("610902", PACKAGE))
    answer = surveyor_browser.post(f"{place}/cancel")
    assert answer.status_code == 409
    assert "“成果.zip”已处理完毕，不能再取消" in answer.text
    problem = surveyor_browser.post(f"{place}/cancel", headers=JSON)
    assert [finding["code"] for finding in problem.json["findings"]] == ["PKG-22"]


@pytest.mark.parametrize(
    ("role", "jurisdiction", "status"),
    [
        (Role.REGISTRAR, "610902", 303),
        (Role.REVIEWER, "610902", 403),
        (Role.AUDITOR, "610902", 403),
        (Role.SURVEYOR, "610921", 404),
    ],
)
def test_only_those_who_send_packages_of_the_place_call_them_back(
    place: str, another_browser: Browser, account: OpenAccount, role: Role, jurisdiction: str, status: int
) -> None:
    account("chen", role, jurisdiction=jurisdiction)
    another_browser.log_in("chen")
    assert ("确认取消" in another_browser.get(place).text) is (status == 303)
    another_browser.get("/account/password")
    assert another_browser.post(f"{place}/cancel").status_code == status


def test_without_the_token_of_a_page_nothing_is_called_back(surveyor_browser: Browser, place: str) -> None:
    surveyor_browser.token = ""
    assert surveyor_browser.post(f"{place}/cancel").status_code == 400
    assert "确认取消" in surveyor_browser.get(place).text


@pytest.mark.parametrize(
    "key", ["610902/00000000-0000-0000-0000-000000000009", "999999/00000000-0000-0000-0000-000000000009"]
)
def test_an_upload_that_is_none_is_not_found(surveyor_browser: Browser, place: str, key: str) -> None:
    surveyor_browser.get(place)
    assert surveyor_browser.post(f"/packages/uploads/{key}/cancel").status_code == 404


def test_an_upload_that_waits_for_a_worker_which_never_ran_says_so(
    surveyor_browser: Browser, place: str, database: Settings, superuser: Any
) -> None:
    sign = database.home / alive.ALIVE
    sign.unlink(missing_ok=True)
    try:
        assert "系统正在处理" in surveyor_browser.get(place).text
        superuser.execute("UPDATE land.upload SET sent_at = now() - interval '10 minutes'")
        page = surveyor_browser.get(place).text
        assert "后台没有在运行（已 10 分钟没有动静）" in page
        assert "停在这里，后台一恢复就接着检查" in page
        assert "系统正在处理" not in page
    finally:
        alive.sign(database.home)
