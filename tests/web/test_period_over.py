"""Whose contract period is over reads so before a form asks for anything."""

from __future__ import annotations

import pytest

from landreg.core.actor import Actor
from tests.contract_kit import right_id
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import past_triggers
from tests.web.conftest import Browser
from tests.web.test_brought import bound
from tests.web.test_contract_life import ling, village

__all__ = ["ling", "village"]


@pytest.mark.parametrize("over", [False, True])
def test_household_and_desk_are_told_before_the_form(
    ling: Browser, browser: Browser, village: Actor, superuser: Connection, *, over: bool
) -> None:
    if over:
        with past_triggers(superuser):
            superuser.execute("""UPDATE registry."right" SET term = daterange('1998-01-01', '2026-01-01')""")
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    pages = {
        "household": browser.get(f"/my/listings/new/{right_id()}").text,
        "desk": ling.get(f"/contracts/new?household={HOUSEHOLD}&kind=lease").text,
    }
    for who, page in pages.items():
        assert ("承包期已于 2025-12-31 届满" in page, 'name="price"' in page) == (over, not over), who
