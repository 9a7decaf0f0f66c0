"""The window's own recheck: its rows held against their leaves, by its own login."""

from __future__ import annotations

from landreg.access.service import SYSTEM
from landreg.core.actor import PREFECTURE, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.settlement.logged import differing

WINDOW = Actor(SYSTEM.account_id, SYSTEM.name, Desk.SETTLEMENT, SYSTEM.roles, PREFECTURE)
"""The window's own hand, over the whole prefecture: for its accounts and its recheck."""


def recheck() -> tuple[Finding, ...]:
    """Rows that no longer say what their leaf says, rows without a leaf, leaves without a row (SET-17).

    That the leaves themselves are in the log, `landreg log recheck` holds.
    """
    with unit_of_work(WINDOW) as uow:
        return tuple(differing(uow.session))
