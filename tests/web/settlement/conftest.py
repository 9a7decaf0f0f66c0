"""The settlement window's own application, its officers, and a browser at its counter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from landreg.access import service
from landreg.access.sealing import use_key
from landreg.access.service import NewAccount
from landreg.app import create_app
from landreg.config import Settings
from landreg.core.actor import Desk, Role
from tests.kept_kit import Connection, kept
from tests.web.conftest import PASSWORD, Browser


@pytest.fixture(scope="session")
def window_settings(settings: Settings) -> Settings:
    """The settings of the window's process: its own login, key and store."""
    keys = {name: settings.keys[name] for name in ("settlement", "settlement_session")}
    urls = {Desk.SETTLEMENT: settings.urls[Desk.SETTLEMENT]}
    store = settings.home / "settlement-store"
    return replace(settings, desk=Desk.SETTLEMENT, urls=urls, keys=keys, store=store, superuser_url=None)


@pytest.fixture(scope="session")
def _window(window_settings: Settings) -> Any:
    return create_app(window_settings)


@pytest.fixture
def window(database: Settings, _window: Any) -> Iterator[Any]:
    """The Flask application of the settlement process."""
    use_key(database.keys["settlement"])
    _window.testing = True
    yield _window
    use_key(database.keys["identity"])


@pytest.fixture
def wen_account(superuser: Connection, window: Any) -> UUID:
    """An officer of 汉滨区's settlement window."""
    wanted = NewAccount("wen", "窗口文", frozenset({Role.SETTLEMENT_OFFICER}), "610902")
    by = replace(service.SYSTEM, desk=Desk.SETTLEMENT)

    def make() -> UUID:
        return service.open_account(by, wanted, PASSWORD, temporary=False)

    return kept(superuser, ("account", wanted), make)


@pytest.fixture
def wen(window: Any, wen_account: UUID) -> Browser:
    """Their browser, signed on."""
    browser = Browser(window.test_client())
    assert browser.log_in("wen").status_code == 303
    return browser
