"""Accounts, their sessions, and the counters that slow down guessing."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.orm import Mapped, mapped_column

from landreg.core.tables import Base, CountyKey


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


class SavedFilter(Base):
    """A filter of a list that an account keeps under a name. query: the address's part after `?`."""

    __tablename__ = "saved_filter"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    filter_id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    list: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


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


class ExternalIdentity(Base):
    """Who an account is at a provider of the province."""

    __tablename__ = "external_identity"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    external_id: Mapped[UUID] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    account_id: Mapped[UUID]
    bound_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]


class HouseholdCode(CountyKey, Base):
    """A one-time code for a member of a household; only its hash is kept. attempts: wrong tries so far."""

    __tablename__ = "household_code"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    code_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    household_code: Mapped[str]
    person_id: Mapped[UUID]
    code_hash: Mapped[str]
    by_letter: Mapped[bool]
    made_at: Mapped[datetime]
    made_by: Mapped[UUID]
    expires_at: Mapped[datetime]
    attempts: Mapped[int]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class Binding(CountyKey, Base):
    """That an account is that of a member of a household, as an officer saw in person. made_by: who handed out the code."""

    __tablename__ = "binding"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    binding_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    household_code: Mapped[str]
    person_id: Mapped[UUID]
    account_id: Mapped[UUID]
    code_id: Mapped[UUID]
    made_by: Mapped[UUID]
    bound_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]


class Consent(CountyKey, Base):
    """A household's consent to one step of one agent, from an instant until before another. household_name: masked.

    signed_by, witness, sha256, paper: of one on paper, recorded at the counter; None of the household's own account's.
    taken_back_by: the member who came to take it back; None where the household's own account did.
    """

    __tablename__ = "consent"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID]
    household_code: Mapped[str]
    household_name: Mapped[str]
    given_by: Mapped[UUID]
    agent_id: Mapped[UUID]
    step: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
    taken_back_by: Mapped[UUID | None]
    signed_by: Mapped[UUID | None]
    witness: Mapped[str | None]
    sha256: Mapped[str | None]
    paper: Mapped[str | None]

    @property
    def last_at(self) -> datetime:
        """The last instant inside, whose day people call the last one."""
        return self.until_at - timedelta(microseconds=1)


class AgentAct(CountyKey, Base):
    """What an agent did for a household, under which consent. subject: the case, or what it was in words."""

    __tablename__ = "agent_act"
    __table_args__ = {"schema": "access"}  # noqa: RUF012

    agent_act_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID]
    household_id: Mapped[UUID]
    agent_id: Mapped[UUID]
    step: Mapped[str]
    subject: Mapped[str]
    done_at: Mapped[datetime]
