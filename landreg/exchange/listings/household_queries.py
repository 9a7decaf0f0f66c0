"""Whose a household's code is, as the desks of the exchange show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


def named(session: Session, ids: Iterable[UUID | None]) -> dict[UUID | None, Any]:
    """Households by id: code, name (its head's), collective. None among the ids, and who is there no more, is passed over."""
    asked = sorted({one for one in ids if one is not None})
    found = sa.text("SELECT * FROM exchange.households_named(:asked)")
    return {row.household_id: row for row in session.execute(found, {"asked": asked})} if asked else {}
