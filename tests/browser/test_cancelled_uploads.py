"""Calling an upload back in a browser: by mouse and by keyboard, on a phone, and without script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, faults_of
from tests.browser.walk_kit import follow, leaving


def _sent(open_page: OpenPage, *, width: int, script: bool) -> Page:
    page = open_page("/packages", width=width, script=script)
    page.set_input_files("#field-package", {"name": "成果.zip", "mimeType": "application/zip", "buffer": b"PK"})
    follow(page.locator("form.drop button[type=submit]"))
    assert "/packages/uploads/" in page.url
    return page


def _look(page: Page, name: str) -> None:
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize(("width", "script"), [(390, True), pytest.param(1280, False, marks=pytest.mark.drill)])
def test_an_upload_is_called_back_after_a_second_look_and_the_list_says_by_whom(
    open_page: OpenPage, width: int, script: bool
) -> None:
    page = _sent(open_page, width=width, script=script)
    assert page.locator("progress").is_visible()
    assert not page.get_by_role("button", name="确认取消").is_visible()
    _look(page, f"upload-{width}-{script}")
    page.locator("summary", has_text="取消处理").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("button", name="确认取消").is_visible()
    _look(page, f"upload-asked-{width}-{script}")
    if script:
        assert faults_of(page) == []
    page.keyboard.press("Tab")
    with leaving(page):
        page.keyboard.press("Enter")
    expect(page.get_by_text("没有写入任何内容").first).to_be_visible()
    assert "测绘员王 已于" in page.locator("main").inner_text()
    if script:
        assert faults_of(page) == []
    _look(page, f"upload-cancelled-{width}-{script}")
    page.goto("/packages")
    assert "测绘员王 取消" in page.locator("section[aria-labelledby=ended]").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if script else True
    _look(page, f"packages-{width}-{script}")
