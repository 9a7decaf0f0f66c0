"""Programs of offices and their tokens."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base


class Client(Base):
    """A program that may call the interface until `ended_at`. scopes: what it may be let do. jurisdiction: as of an account."""

    __tablename__ = "client"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    jurisdiction: Mapped[str]
    secret_digest: Mapped[bytes]
    opened_by: Mapped[UUID]
    opened_by_name: Mapped[str]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]


class ClientToken(Base):
    """A token that lets a client in until `ends_at`; only its digest is kept."""

    __tablename__ = "client_token"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    client_id: Mapped[UUID]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    issued_at: Mapped[datetime]
    ends_at: Mapped[datetime]
