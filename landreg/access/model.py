"""Accounts, their sessions, and the counters that slow down guessing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base


class Account(Base):
    """Someone who may log in. login: unique. roles: values of Role. jurisdiction: prefix of the division code."""

    __tablename__ = "account"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str]
    name: Mapped[str]
    desk: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    jurisdiction: Mapped[str]
    password_hash: Mapped[str]
    password_temporary: Mapped[bool]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID]
    locked_at: Mapped[datetime | None]
    locked_by: Mapped[UUID | None]


class Session(Base):
    """A log-in that holds until `ends_at`, until it lies idle, or until `ended_at`. Only the digest of its token is kept.

    method: 'password' or 'oidc'. code_due: the password was right and the code is waited for.
    """

    __tablename__ = "session"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    token_digest: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    method: Mapped[str]
    code_due: Mapped[bool]


class SecondFactor(Base):
    """An account's authenticator: its sealed secret, the step of the last code taken, hashes of recovery codes."""

    __tablename__ = "second_factor"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_sealed: Mapped[bytes | None]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]
    pending_sealed: Mapped[bytes | None]
    pending_at: Mapped[datetime | None]
    recovery: Mapped[list[str]] = mapped_column(ARRAY(Text))
