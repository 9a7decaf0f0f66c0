"""Records of the exchange that were wrong: what each is corrected by. A row is said once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey
from landreg.exchange.bidding.model import By
from landreg.exchange.model import SCHEMA


class Correction(CountyKey, By, Base):
    """A record that was wrong and counts no more. record: the book it stands in. instead: the row of that book that is recorded in
    its place, None where nothing is. said: why. contract_id: of what a contract records; the database says it.
    """

    __tablename__ = "correction"
    __table_args__ = SCHEMA

    record: Mapped[str]
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    instead: Mapped[UUID | None]
    said: Mapped[str]
    contract_id: Mapped[UUID | None]
