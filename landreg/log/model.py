"""Tables of the log: entries, tiles, checkpoints."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Computed, DateTime, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey

Instant = DateTime(timezone=True)


class LogEntry(CountyKey, Base):
    """A leaf, staged by the step that it tells of; sealed once `leaf_index` is set. salts: of its personal facts.

    detail: the facts of a leaf that would be too large with them."""

    __tablename__ = "entry"
    __table_args__ = {"schema": "log"}  # noqa: RUF012

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    leaf: Mapped[bytes]
    leaf_hash: Mapped[bytes] = mapped_column(Computed(r"sha256('\x00'::bytea || leaf)"))
    detail: Mapped[bytes | None]
    salts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    staged_at: Mapped[datetime] = mapped_column(Instant)
    leaf_index: Mapped[int | None] = mapped_column(BigInteger)


class LogTile(Base):
    """Up to 256 hashes of level 8 * level, from number 256 * position on."""

    __tablename__ = "tile"
    __table_args__ = {"schema": "log"}  # noqa: RUF012

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hashes: Mapped[bytes]


class LogCheckpoint(Base):
    """A signed state of the log. note: the signed text."""

    __tablename__ = "checkpoint"
    __table_args__ = {"schema": "log"}  # noqa: RUF012

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    root: Mapped[bytes]
    note: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(Instant)
