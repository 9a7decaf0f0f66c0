"""How many contracts wait for a signature."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.exchange.contracts.model import Contract

UNSIGNED = ("drawn", "part_signed")


def unsigned(session: Session) -> int:
    """Contracts of the jurisdiction that are drawn and not signed by both."""
    return session.scalar(sa.select(sa.func.count()).where(Contract.state.in_(UNSIGNED))) or 0
