"""What the public's desk asks and says: its login reads no table, only these functions."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.registry.rules.objections import receipt_of


def raise_objection(
    session: Session, notice_number: str, case_number: str, named: str, contact: bytes, reason: str
) -> str:
    """Object to a case of a running notice; the number of the receipt.

    Raises, when the transaction ends, Refused with REG-14 when the notice is over, REG-12 without a name or reason.
    """
    asked = sa.func.registry.raise_objection(notice_number, case_number, named, contact, reason)
    return receipt_of(session.scalars(sa.select(asked)).one())


def place(session: Session, village: str) -> str:
    """The names of a division from the county down, '' for an unknown one."""
    return session.scalars(sa.select(sa.func.registry.place(village))).one() or ""
