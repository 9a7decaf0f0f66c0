"""Reads of accounts, sessions, counters and sealed persons."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session as DatabaseSession

from landreg.access.model import (
    Account,
    AgentAct,
    Binding,
    Consent,
    ExternalIdentity,
    HouseholdCode,
    SecondFactor,
    Session,
)


@dataclass(frozen=True)
class Resumed:
    """The account behind a session that still holds. now: of the server; clock: of the register."""

    account_id: UUID
    login: str
    name: str
    desk: str
    roles: frozenset[str]
    jurisdiction: str
    password_temporary: bool
    method: str
    code_due: bool
    second_factor: bool
    demo: bool
    seen_at: datetime
    now: datetime
    clock: datetime


@dataclass(frozen=True)
class AccountState:
    """What an account may do, and since when it is locked."""

    account_id: UUID
    name: str
    roles: list[str]
    jurisdiction: str
    locked_at: datetime | None


@dataclass(frozen=True)
class HouseholdFound:
    """A household as the register has it now, and its members: person and masked name."""

    county: str
    village: str
    household_id: UUID
    code: str
    name: str
    members: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True)
class OpenCode:
    """A one-time code of a household that was not used yet."""

    county: str
    code_id: UUID
    village: str
    code_hash: str
    attempts: int
    expires_at: datetime


@dataclass(frozen=True)
class SealedPerson:
    """Name and identity number as they are stored."""

    name: bytes
    id_kind: str
    id_number: bytes


def resume(session: DatabaseSession | sa.Connection, token_digest: bytes, *, idle: timedelta) -> Resumed | None:
    """The account of a session that has not ended, not lain idle and is not locked. Instants are the server's own."""
    row = session.execute(_resume(), {"digest": token_digest, "idle": idle}).one_or_none()
    return None if row is None else Resumed(**{**row._asdict(), "roles": frozenset(row.roles)})


@cache
def _resume() -> Any:
    """Built once: every page asks it first."""
    now = sa.func.clock_timestamp()
    return (
        sa.select(
            Account.account_id,
            Account.login,
            Account.name,
            Account.desk,
            Account.roles,
            Account.jurisdiction,
            Account.password_temporary,
            Session.method,
            Session.code_due,
            _confirmed(Account.account_id).label("second_factor"),
            sa.func.system.is_demo().label("demo"),
            Session.seen_at,
            now.label("now"),
            sa.func.system.clock().label("clock"),
        )
        .join(Session, Session.account_id == Account.account_id)
        .where(
            Session.token_digest == sa.bindparam("digest"),
            Session.ended_at.is_(None),
            Session.ends_at > now,
            Session.seen_at > now - sa.bindparam("idle", type_=sa.Interval()),
            Account.locked_at.is_(None),
        )
    )


def demo_clocks(session: DatabaseSession) -> tuple[datetime, datetime] | None:
    """The register's clock and the server's own on a database of demonstration; None on one in service."""
    system = sa.func.system
    demo, clock, now = session.execute(sa.select(system.is_demo(), system.clock(), sa.func.clock_timestamp())).one()
    return (clock, now) if demo else None


def real_clock(session: DatabaseSession) -> datetime:
    """The server's own clock, which a demonstration does not move."""
    now: datetime = session.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return now


def second_factor(session: DatabaseSession, account_id: UUID, *, lock: bool = False) -> SecondFactor | None:
    """An account's authenticator. lock: hold it until the end, so that one code is not taken twice."""
    return session.get(SecondFactor, account_id, with_for_update=lock, populate_existing=lock)


def has_second_factor(session: DatabaseSession, account_id: UUID) -> bool:
    """Whether an account has an authenticator that a code has confirmed."""
    return bool(session.execute(sa.select(_confirmed(sa.literal(account_id)))).scalar_one())


def _confirmed(account_id: Any) -> sa.Exists:
    return sa.exists().where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))


def account_of_identity(session: DatabaseSession, issuer: str, subject: str) -> UUID | None:
    """The account, not locked, to which an identity of a provider is bound now."""
    return session.execute(
        sa.select(Account.account_id)
        .join(ExternalIdentity, ExternalIdentity.account_id == Account.account_id)
        .where(
            ExternalIdentity.issuer == issuer,
            ExternalIdentity.subject == subject,
            ExternalIdentity.ended_at.is_(None),
            Account.locked_at.is_(None),
        )
    ).scalar_one_or_none()


def identity_of_account(session: DatabaseSession, issuer: str, account_id: UUID) -> ExternalIdentity | None:
    """The identity at a provider to which an account is bound now."""
    return session.scalars(
        sa.select(ExternalIdentity).where(
            ExternalIdentity.issuer == issuer,
            ExternalIdentity.account_id == account_id,
            ExternalIdentity.ended_at.is_(None),
        )
    ).one_or_none()


def identities_of_account(session: DatabaseSession, account_id: UUID) -> Sequence[ExternalIdentity]:
    """The identities at any provider to which an account is bound now."""
    found = sa.select(ExternalIdentity).where(
        ExternalIdentity.account_id == account_id, ExternalIdentity.ended_at.is_(None)
    )
    return session.scalars(found.order_by(ExternalIdentity.bound_at)).all()


def account_by_login(session: DatabaseSession, login: str) -> Account | None:
    """The account of a login name."""
    return session.scalars(sa.select(Account).where(Account.login == login)).one_or_none()


def account_by_id(session: DatabaseSession, account_id: UUID) -> AccountState | None:
    """What an account may do now; at every desk, the worker's too, which reads no password."""
    columns = (Account.account_id, Account.name, Account.roles, Account.jurisdiction, Account.locked_at)
    row = session.execute(sa.select(*columns).where(Account.account_id == account_id)).one_or_none()
    return None if row is None else AccountState(*row)


def account_within(session: DatabaseSession, account_id: UUID, jurisdiction: str) -> Account | None:
    """An account whose jurisdiction lies in another; None as well when it lies outside."""
    found: Account | None = session.scalars(
        accounts_within(jurisdiction).where(Account.account_id == account_id)
    ).one_or_none()
    return found


def accounts_within(jurisdiction: str, text: str = "", role: str = "", *, locked: bool = False) -> sa.Select[Any]:
    """The accounts whose jurisdiction lies in another, by login name.

    text: part of the login or the name. role: one of the account's roles. locked: only those that are shut.
    """
    statement = (
        sa.select(Account)
        .where(Account.jurisdiction >= jurisdiction, Account.jurisdiction <= jurisdiction + "~")
        .order_by(Account.login)
    )
    if text:
        statement = statement.where(
            Account.login.contains(text, autoescape=True) | Account.name.contains(text, autoescape=True)
        )
    if role:
        statement = statement.where(sa.literal(role) == sa.any_(Account.roles))
    return statement.where(Account.locked_at.is_not(None)) if locked else statement


def accounts_by_role(session: DatabaseSession, jurisdiction: str) -> Mapping[str, int]:
    """How many accounts within a jurisdiction have each role; an account of two roles counts for both."""
    within = accounts_within(jurisdiction).order_by(None).subquery()
    role = sa.func.unnest(within.c.roles).label("role")
    roles = sa.select(role).select_from(within).subquery()
    rows = session.execute(sa.select(roles.c.role, sa.func.count()).group_by(roles.c.role))
    return {row.role: row[1] for row in rows}


def names_of(session: DatabaseSession, account_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """The names of officers, as case pages show them."""
    if not account_ids:
        return {}
    return {row.account_id: row.name for row in session.execute(_names(), {"ids": list(account_ids)})}


@cache
def _names() -> Any:
    ids: Any = sa.bindparam("ids", expanding=True)
    return sa.select(Account.account_id, Account.name).where(Account.account_id.in_(ids))


def count_attempt(session: DatabaseSession, name: str, seconds: int, amount: int = 1) -> int:
    """Add to a counter of a fixed window and tell what it holds now; one statement, so that no two count as one."""
    question = sa.text("SELECT access.count_attempt(:name, :seconds, :amount)")
    return int(session.execute(question, {"name": name, "seconds": seconds, "amount": amount}).scalar_one())


def attempts(session: DatabaseSession, name: str) -> tuple[int, datetime | None]:
    """What a counter holds, and until when; 0 and None when its window is over."""
    row = session.execute(sa.text("SELECT count, until FROM access.attempts(:name)"), {"name": name}).one()
    return (row[0] or 0, row[1])


def forget_attempts(session: DatabaseSession, name: str) -> None:
    """Take a counter away, and some whose windows are over."""
    session.execute(sa.text("SELECT access.forget_attempts(:name)"), {"name": name})


def person_ids(session: DatabaseSession, digests: Collection[bytes]) -> Mapping[bytes, UUID]:
    """Persons by the digest of their identity number; of one whose name changed, as the last act has them (migration 0030)."""
    question = sa.text("SELECT id_digest, person_id FROM identity.persons_of(:digests)")
    rows = session.execute(question, {"digests": list(digests)})
    return {bytes(digest): person_id for digest, person_id in rows}


def editions(session: DatabaseSession, digests: Collection[bytes]) -> Sequence[Any]:
    """Every edition of the persons of these numbers, the last first: person_id, edition, id_digest, name_digest."""
    question = sa.text(
        """SELECT person_id, edition, id_digest, name_digest FROM identity.person
           WHERE id_digest = ANY (:digests) ORDER BY edition DESC"""
    )
    return session.execute(question, {"digests": list(digests)}).all()


def same_persons(session: DatabaseSession, ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """By person: whose number they bear, as the id of the first edition under it."""
    question = sa.text(
        """SELECT p.person_id, f.person_id AS first FROM identity.person AS p
           JOIN identity.person AS f ON f.id_digest = p.id_digest AND f.edition = 1 WHERE p.person_id = ANY (:ids)"""
    )
    return {row.person_id: row.first for row in session.execute(question, {"ids": list(ids)})}


def bearing(session: DatabaseSession, names: Mapping[UUID, Collection[bytes]]) -> frozenset[UUID]:
    """Those of the persons whose name has one of the digests given for them."""
    question = sa.text("SELECT person_id, name_digest FROM identity.person WHERE person_id = ANY (:ids)")
    found = session.execute(question, {"ids": list(names)})
    return frozenset(row.person_id for row in found if bytes(row.name_digest) in names[row.person_id])


def persons_named(session: DatabaseSession, digests: Collection[bytes]) -> tuple[UUID, ...]:
    """Persons of exactly this name, by its digests."""
    question = sa.text("SELECT person_id FROM identity.person WHERE name_digest = ANY (:digests) ORDER BY person_id")
    return tuple(session.scalars(question, {"digests": list(digests)}))


def masked_persons(session: DatabaseSession, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
    """Masked name and masked identity number of persons, for lists."""
    question = sa.text("SELECT person_id, name_masked, id_masked FROM identity.person WHERE person_id = ANY (:ids)")
    return {row.person_id: (row.name_masked, row.id_masked) for row in session.execute(question, {"ids": list(ids)})}


def told_at(session: DatabaseSession, ids: Collection[UUID], at: datetime) -> Mapping[UUID, bytes]:
    """The sealed numbers of persons of whom a leaf of this instant told by the masks of then (migration 0024); else none."""
    question = sa.text("SELECT person_id, id_sealed FROM identity.told_at(CAST(:ids AS uuid[]), :at)")
    return {row.person_id: bytes(row.id_sealed) for row in session.execute(question, {"ids": list(ids), "at": at})}


def linked_persons(session: DatabaseSession, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the persons who are, or were, party to something in the actor's jurisdiction (row policies decide)."""
    question = sa.text(
        """SELECT person_id FROM party.member WHERE person_id = ANY (:ids)
           UNION SELECT representative_id FROM party.household WHERE representative_id = ANY (:ids)
           UNION SELECT representative_id FROM party.collective WHERE representative_id = ANY (:ids)
           UNION SELECT person_id FROM party.holder WHERE person_id = ANY (:ids)"""
    )
    return frozenset(session.scalars(question, {"ids": list(ids)}))


def opened_persons(session: DatabaseSession, county: str, opening_id: UUID) -> Mapping[UUID, SealedPerson]:
    """The sealed identities that a committed opening names. The database refuses any other (migration 0004)."""
    question = sa.text("SELECT * FROM identity.open_sealed(:county, :opening)")
    rows: Any = session.execute(question, {"county": county, "opening": opening_id})
    return {row.person_id: SealedPerson(bytes(row.name_sealed), row.id_kind, bytes(row.id_sealed)) for row in rows}


def opening_facts(
    account_id: UUID, persons: Collection[UUID], reason: str, subject: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """What the leaf of an opening says: who, how many persons and one hash of them; salted: for what, and why."""
    joined = "".join(str(person_id) for person_id in sorted(persons))
    facts = {
        "account": str(account_id),
        "persons": len(persons),
        "persons_sha256": hashlib.sha256(joined.encode()).hexdigest(),
    }
    return facts, {"reason": reason, "subject": subject}


def openings(session: DatabaseSession) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every opening of identities as the table has it now, to be held against its leaf (`identity.opened`)."""
    question = sa.text(
        "SELECT opening_id, account_id, person_ids, reason, subject FROM identity.opening ORDER BY county, opening_id"
    )
    for row in session.execute(question):
        yield str(row.opening_id), *opening_facts(row.account_id, row.person_ids, row.reason, row.subject)


def persons_sealed(session: DatabaseSession) -> int:
    """How many persons there are, for the owner alone."""
    return int(session.scalar(sa.text("SELECT count(*) FROM identity.person")) or 0)


def sealed_persons(session: DatabaseSession, after: UUID, batch: int) -> tuple[Any, ...]:
    """The next persons by id with all that is sealed of them and said of them, for the owner alone."""
    question = sa.text(
        """SELECT person_id, name_masked, name_sealed, name_digest, id_kind, id_masked, id_sealed, id_digest, said,
               said_key_sealed FROM identity.person WHERE person_id > :after ORDER BY person_id LIMIT :batch"""
    )
    return tuple(session.execute(question, {"after": after, "batch": batch}))


def persons_told(session: DatabaseSession, ids: Collection[UUID]) -> tuple[Any, ...]:
    """What a leaf says of these persons (`person_facts`)."""
    return tuple(session.execute(sa.text(f"{_PERSONS} WHERE p.person_id = ANY (:ids)"), {"ids": list(ids)}))


def person_facts(row: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """What the leaf of a person's entry says: that there is one; salted: what the leaf of a survey says of a person."""
    return {"person": row.person_id}, {"person": row.said_of}


def persons_entered(session: DatabaseSession) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
    """Every person who has a leaf of their own, as the table has them now."""
    question = f"{_PERSONS} JOIN log.entry AS e ON e.key = p.person_id::text AND e.kind = 'person.entered'"
    for row in session.execute(sa.text(question)):
        yield str(row.person_id), *person_facts(row)


PERSON_TOLD = "jsonb_build_array(p.said, p.name_masked, p.id_kind, p.id_masked, p.sex)::text"
"""What a leaf says of a person, salted: a digest, masks, kind and sex (before migration 0024 also the day of birth: `told`)."""
OF_NO_LEAF = """NOT EXISTS (SELECT FROM party.member AS m WHERE m.person_id = p.person_id)
    AND NOT EXISTS (SELECT FROM party.household AS h WHERE h.representative_id = p.person_id)
    AND NOT EXISTS (SELECT FROM party.collective AS c WHERE c.representative_id = p.person_id)
    AND NOT EXISTS (SELECT FROM party.holder AS o WHERE o.person_id = p.person_id)
    AND NOT EXISTS (SELECT FROM log.entry AS e WHERE e.key = p.person_id::text AND e.kind = 'person.entered')"""
"""That no leaf tells of a person `p`."""
_PERSONS = f"SELECT p.person_id, {PERSON_TOLD} AS said_of FROM identity.person AS p"


def household_by_code(session: DatabaseSession, code: str) -> HouseholdFound | None:
    """A household of the actor's jurisdiction by its registered code."""
    question = sa.text(
        """SELECT county, village, household_id, code, name FROM party.household
           WHERE code = :code AND upper_inf(recorded) AND upper_inf(valid)"""
    )
    row = session.execute(question, {"code": code}).first()
    if row is None:
        return None
    members = session.execute(
        sa.text(
            """SELECT m.person_id, p.name_masked FROM party.member AS m JOIN identity.person AS p USING (person_id)
               WHERE m.county = :county AND m.household_id = :household AND upper_inf(m.recorded) AND upper_inf(m.valid)
               ORDER BY m.position"""
        ),
        {"county": row.county, "household": row.household_id},
    )
    people = tuple((member.person_id, member.name_masked) for member in members)
    return HouseholdFound(row.county, row.village, row.household_id, row.code, row.name, people)


def own_household(session: DatabaseSession, household_id: UUID) -> tuple[str, str, str, str] | None:
    """County, village, code and name of the actor's household, at the farmers' desk."""
    question = sa.text(
        """SELECT county, village, code, name FROM party.household
           WHERE household_id = :household AND upper_inf(recorded) AND upper_inf(valid)"""
    )
    row = session.execute(question, {"household": household_id}).first()
    return None if row is None else (row.county, row.village, row.code, row.name)


def open_codes(session: DatabaseSession, household_code: str) -> tuple[OpenCode, ...]:
    """The codes of a household that wait to be used; for the door, which has no jurisdiction."""
    question = sa.text("SELECT * FROM access.open_codes(:code)")
    return tuple(OpenCode(*row) for row in session.execute(question, {"code": household_code}))


def code_by_id(session: DatabaseSession, county: str, code_id: UUID) -> HouseholdCode | None:
    """A one-time code, locked until the end, so that it is used once."""
    return session.get(
        HouseholdCode, {"county": county, "code_id": code_id}, with_for_update=True, populate_existing=True
    )


def bound_household(session: DatabaseSession, account_id: UUID) -> tuple[UUID, str] | None:
    """Household and village to which an account is bound now; for the door."""
    row = session.execute(
        sa.text("SELECT household_id, village FROM access.household_of(:account)"), {"account": account_id}
    ).first()
    return None if row is None else (row.household_id, row.village)


def bindings_of(session: DatabaseSession, county: str, household_id: UUID) -> tuple[Any, ...]:
    """Bindings of a household, the newest first, with login and name of the account."""
    statement = (
        sa.select(Binding, Account.login, Account.name)
        .join(Account, Account.account_id == Binding.account_id)
        .where(Binding.county == county, Binding.household_id == household_id)
        .order_by(Binding.bound_at.desc())
    )
    return tuple(session.execute(statement).all())


def binding(session: DatabaseSession, county: str, binding_id: UUID) -> Binding | None:
    """One binding, locked until the end."""
    return session.get(
        Binding, {"county": county, "binding_id": binding_id}, with_for_update=True, populate_existing=True
    )


def agents(session: DatabaseSession) -> tuple[Any, ...]:
    """Accounts of agents that are open: id, name, jurisdiction."""
    columns = (Account.account_id, Account.name, Account.jurisdiction)
    agent = sa.literal("agent") == sa.any_(Account.roles)
    return tuple(session.execute(sa.select(*columns).where(agent, Account.locked_at.is_(None)).order_by(Account.name)))


def consents_of(session: DatabaseSession, household_id: UUID) -> tuple[Any, ...]:
    """Consents of a household, the newest first, with the agent's name."""
    statement = (
        sa.select(Consent, Account.name)
        .join(Account, Account.account_id == Consent.agent_id)
        .where(Consent.household_id == household_id)
        .order_by(Consent.given_at.desc())
    )
    return tuple(session.execute(statement).all())


def consents_to(session: DatabaseSession, agent_id: UUID, at: datetime) -> tuple[Consent, ...]:
    """Consents that an agent has at an instant, the next to end first."""
    statement = sa.select(Consent).where(
        Consent.agent_id == agent_id, Consent.revoked_at.is_(None), Consent.from_at <= at, Consent.until_at > at
    )
    return tuple(session.scalars(statement.order_by(Consent.until_at)))


def consent(session: DatabaseSession, county: str, consent_id: UUID) -> Consent | None:
    """One consent that the actor may see."""
    return session.get(Consent, {"county": county, "consent_id": consent_id})


def acts_of_agents(session: DatabaseSession, household_id: UUID) -> tuple[Any, ...]:
    """What agents did for a household, the newest first, with the agent's name."""
    statement = (
        sa.select(AgentAct, Account.name)
        .join(Account, Account.account_id == AgentAct.agent_id)
        .where(AgentAct.household_id == household_id)
        .order_by(AgentAct.done_at.desc())
        .limit(100)
    )
    return tuple(session.execute(statement).all())
