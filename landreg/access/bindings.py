"""A farmer's account is bound to a household in person: an officer sees who it is and hands out a code that works once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from landreg.access import household_queries, logged, passwords, person_queries, rules, sealing, service, sessions
from landreg.access.model import Binding, HouseholdCode
from landreg.core.actor import Actor, Role
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.log.leaf import Entry
from landreg.log.store import stage

GROUPS = 3  # about 60 bits


@dataclass(frozen=True)
class Told:
    """A code as it is handed over, once. household: the masked name."""

    code: str
    household_code: str
    household: str
    member: str
    expires_at: datetime
    by_letter: bool


@dataclass(frozen=True)
class Joining:
    """What a farmer types: the two codes of the letter, and the account to make."""

    household_code: str
    code: str
    login: str
    name: str
    password: str


def make_code(actor: Actor, household_code: str, person_id: UUID, *, by_letter: bool) -> Told:
    """A one-time code for a member of a household; earlier ones of the same member no longer count.

    Raises NotFound for a household outside the jurisdiction, BadInput (ACC-29) for one who is no member now.
    """
    code = passwords.spoken(GROUPS)
    hashed = passwords.hashed(code)
    with unit_of_work(actor) as uow:
        found = household_queries.household_by_code(uow.session, household_code)
        if found is None:
            raise NotFound(Finding("ACC-17"))
        member = next((one.name for one in found.members if one.person_id == person_id), None)
        if member is None:
            raise BadInput(Finding("ACC-29", "person"))
        _withdraw_open(uow, found.county, HouseholdCode.person_id == person_id)
        holds = rules.HOUSEHOLD_LETTER_HOLDS if by_letter else rules.HOUSEHOLD_CODE_HOLDS
        row = HouseholdCode(
            county=found.county, code_id=uuid4(), village=found.village, household_id=found.household_id,
            household_code=found.code, person_id=person_id, code_hash=hashed, by_letter=by_letter, made_at=uow.now,
            made_by=actor.account_id, expires_at=uow.now + holds, attempts=0, used_at=None, withdrawn_at=None,
        )  # fmt: skip
        uow.session.add(row)
        uow.session.flush()
        facts, personal = logged.code_facts(row)
        stage(uow, Entry("household.code_made", row.county, row.village, str(row.code_id), facts, personal))
    return Told(code, found.code, masked_name(found.name), member, row.expires_at, by_letter)


def join(door: Actor, given: Joining, address: str) -> UUID:
    """Open a farmer's account and bind it, by the code that was handed out; the account's id. What the account does is told by the
    member's masked name: the whole one is sealed.

    Raises Refused (ACC-21) whichever of the two codes is wrong, used, expired or tried too often, with every finding
    about login name and password, and (ACC-34) for another name than that of whom the code was made for; TooManyAttempts.
    """
    household_code, login = given.household_code.strip(), given.login.strip().lower()
    limits = {f"join:{household_code[:32]}:{address}": rules.ATTEMPTS_PER_HOUSEHOLD_CODE,
              f"address:{address}": rules.ATTEMPTS_PER_ADDRESS}  # fmt: skip
    sessions.count(door, limits)
    found = _right_code(door, household_code, given.code)
    at_village = replace(door, jurisdiction=found.village)
    new = service.NewAccount(login, masked_name(given.name), frozenset({Role.FARMER}), found.village)
    service.refuse(
        rules.AccountFacts(login, new.roles, new.jurisdiction, found.village),
        rules.PasswordFacts(given.password, login),
    )
    hashed = passwords.hashed(given.password)
    with unit_of_work(at_village) as uow:
        row = household_queries.code_by_id(uow.session, found.county, found.code_id)
        if row is None or row.used_at is not None or row.withdrawn_at is not None:
            raise Refused(Finding("ACC-21", "code"))
        if not person_queries.bearing(uow.session, {row.person_id: sealing.digests(given.name)}):
            raise Refused(Finding("ACC-34", "name"))
        account_id = service.add_account(uow, new, hashed, temporary=False, by=row.made_by)
        row.used_at = uow.now
        _bind(uow, row, account_id)
        sessions.forgive(uow, limits)
    return account_id


def end(actor: Actor, county: str, binding_id: UUID) -> None:
    """End a binding: the account no longer sees the household, and its sessions end. Raises NotFound."""
    with unit_of_work(actor) as uow:
        row = household_queries.binding(uow.session, county, binding_id)
        if row is None:
            raise NotFound(Finding("ACC-17"))
        if row.ended_at is None:
            _end(uow, row)


def end_of_dead(uow: UnitOfWork, county: str, members: Sequence[UUID]) -> None:
    """End what binds accounts to members whom an act registers as dead, inside its transaction; codes that wait for them no longer
    count. Who left and lives keeps the account: it stands for the household in which the register has them, and for none where
    it has them in none (migration 0139).
    """
    homes = household_queries.homes_of_members(uow.session, county, members)
    _withdraw_open(uow, county, sa.tuple_(HouseholdCode.household_id, HouseholdCode.person_id).in_(homes))
    for row in household_queries.bindings_of_homes(uow.session, county, homes):
        _end(uow, row)


def _end(uow: UnitOfWork, row: Binding) -> None:
    row.ended_at, row.ended_by = uow.now, uow.actor.account_id
    sessions.end_sessions(uow, row.account_id)
    stage(uow, Entry("household.unbound", row.county, row.village, str(row.binding_id), logged.unbinding_facts(row)))


def _right_code(door: Actor, household_code: str, typed: str) -> household_queries.OpenCode:
    """Tries are counted on the codes themselves, and committed, before what was typed is looked at."""
    with unit_of_work(door) as uow:
        now = uow.now
        found = household_queries.open_codes(uow.session, household_code)
    alive = [one for one in found if one.expires_at > now and one.attempts < rules.ATTEMPTS_PER_HOUSEHOLD_CODE]
    _count_try(door, alive)
    given = passwords.plain(typed)
    if not alive:
        # An unknown household costs the same time as a known one.
        passwords.verified(None, given)
    for one in alive:
        if passwords.verified(one.code_hash, given):
            return one
    raise Refused(Finding("ACC-21", "code"))


def _count_try(door: Actor, codes: Sequence[household_queries.OpenCode]) -> None:
    for village in sorted({one.village for one in codes}):
        with unit_of_work(replace(door, jurisdiction=village)) as uow:
            uow.session.execute(
                sa.update(HouseholdCode)
                .where(HouseholdCode.code_id.in_([one.code_id for one in codes if one.village == village]))
                .values(attempts=HouseholdCode.attempts + 1)
            )


def _withdraw_open(uow: UnitOfWork, county: str, whose: sa.ColumnElement[bool]) -> None:
    uow.session.execute(
        sa.update(HouseholdCode)
        .where(
            HouseholdCode.county == county,
            whose,
            HouseholdCode.used_at.is_(None),
            HouseholdCode.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=uow.now)
    )


def _bind(uow: UnitOfWork, code: HouseholdCode, account_id: UUID) -> None:
    row = Binding(
        county=code.county, binding_id=uuid4(), village=code.village, household_id=code.household_id,
        household_code=code.household_code, person_id=code.person_id, account_id=account_id, code_id=code.code_id,
        made_by=code.made_by, bound_at=uow.now, ended_at=None, ended_by=None,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    facts, personal = logged.binding_facts(row)
    stage(uow, Entry("household.bound", row.county, row.village, str(row.binding_id), facts, personal))
