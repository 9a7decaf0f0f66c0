"""Records of the exchange that were wrong: what each is corrected by. A row is said once."""

from __future__ import annotations

from datetime import date
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


class DepositDoubt(CountyKey, By, Base):
    """That a deposit did not come, asked by an officer after the close with the bank's statement (sha256, paper), or what whose
    deposit it is answers to that (kind: asked, answered); that its return did not come, by whose it is, or the bank's receipt of
    that return (missing, shown). answer_by: the last day of the answer. agent_act_id: where an agent said it for the household.
    """

    __tablename__ = "deposit_doubt"
    __table_args__ = SCHEMA

    doubt_id: Mapped[UUID] = mapped_column(primary_key=True)
    deposit_id: Mapped[UUID]
    sale_id: Mapped[UUID]
    entrant_id: Mapped[UUID]
    kind: Mapped[str]
    said: Mapped[str]
    sha256: Mapped[str | None]
    paper: Mapped[str | None]
    answer_by: Mapped[date | None]
    agent_act_id: Mapped[UUID | None]
