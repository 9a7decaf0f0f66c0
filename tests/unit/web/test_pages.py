"""Paging and how figures are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask

from landreg.core.errors import Finding
from landreg.web import i18n, pages
from landreg.web.pages import Page


def test_a_page_tells_which_of_how_many_it_shows() -> None:
    page = Page(list(range(50)), 3, 50, 1234)
    assert (page.first, page.last, page.pages) == (101, 150, 25)
    assert page.window == (1, 2, 3, 4, 5, None, 25)
    empty: Page[int] = Page([], 1, 50, 0)
    assert (empty.first, empty.last, empty.pages, empty.window) == (0, 0, 1, (1,))


@pytest.mark.parametrize(("asked", "shown"), [("3", 3), ("0", 1), ("-1", 1), ("x", 1), ("９", 1), ("999999999999", 1)])
def test_what_is_no_page_is_the_first(asked: str, shown: int) -> None:
    with Flask(__name__).test_request_context(f"/?page={asked}"):
        assert pages.page_number() == shown


def test_areas_and_days_are_shown_as_the_register_writes_them() -> None:
    assert i18n.shown_mu(Decimal("1234.565")) == "1,234.57"
    assert i18n.shown_m2(None) == "—"
    assert i18n.shown_day(date(2026, 11, 24)) == "2026-11-24"
    midnight_in_beijing = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert i18n.shown_day(midnight_in_beijing) == "2026-11-24"
    assert i18n.shown_instant(midnight_in_beijing) == "2026-11-24 00:00"


def test_a_name_and_a_number_are_masked_each_in_its_way() -> None:
    assert i18n.shown_mask("林木生") == "林*生"
    assert i18n.shown_mask("610900199001010018") == "610*************18"


def test_a_finding_is_said_in_the_readers_language() -> None:
    finding = Finding("FORM-8", "name", {"most": 10})
    assert i18n.say(finding) == "内容过长，最多 10 个字符或选项。"
    assert i18n.say(finding, "en") == "Too long: 10 signs or choices at most."
