"""The settlement window's officers and store, with its own key in use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.files import Store
from tests.settlement_kit import own_key


@pytest.fixture
def officer(database: Settings) -> Iterator[Actor]:
    """An officer of 汉滨区's settlement window."""
    with own_key(database):
        yield Actor(UUID(int=0x6109_0101), "窗口文", Desk.SETTLEMENT, frozenset({Role.SETTLEMENT_OFFICER}), "610902")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The window's store."""
    return Store(tmp_path / "store")
