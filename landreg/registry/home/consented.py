"""A household without an account consents to an agent's step on paper, at the office's counter, and takes it back there.

A registrar sees the member's card and keeps the signed sheet. What such a consent opens, and for how long, is what one by the
household's own account opens (`access.consents`); the database asks the same of both and of this one the sheet (migration 0117).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from landreg.access import consents, household_queries, identity
from landreg.access.consents import OnPaper, Wanted
from landreg.access.household_queries import HouseholdFound
from landreg.access.model import Consent
from landreg.access.rules import AtCounter, acc_32_a_member_consents_in_person
from landreg.core.actor import Actor
from landreg.core.codes import birth_of, citizen_id_fault, tidy
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing


@dataclass(frozen=True)
class Came:
    """Who stands at the counter. card: the number of the identity card; witness: '' for nobody."""

    name: str
    card: str
    witness: str = ""


@dataclass(frozen=True)
class AtDesk:
    """A household as the counter sees it: its consents, whom it may ask, and which consents stand now."""

    household: HouseholdFound
    consents: tuple[Any, ...]
    agents: tuple[Any, ...]
    standing: tuple[Consent, ...]


def at_desk(actor: Actor, code: str) -> AtDesk | None:
    """The household of a code with its consents; None outside the jurisdiction."""
    with unit_of_work(actor) as uow:
        found = household_queries.household_by_code(uow.session, code)
        if found is None:
            return None
        agents = household_queries.agents(uow.session)
        near = tuple(one for one in agents if found.village.startswith(one.jurisdiction))
        given = household_queries.consents_of(uow.session, found.household_id)
        standing = (row.Consent for row in given if row.Consent.revoked_at is None and row.Consent.until_at > uow.now)
        return AtDesk(found, given, near, tuple(standing))


def give_on_paper(actor: Actor, code: str, came: Came, wanted: Wanted, sheet: Attached) -> UUID:
    """Record a consent that a member signed on paper; its id.

    Raises NotFound for a household outside the jurisdiction, Refused (ACC-23, ACC-24, ACC-32, GUARD-1).
    """
    with unit_of_work(actor) as uow:
        found = household_queries.household_by_code(uow.session, code)
        if found is None:
            raise NotFound(Finding("ACC-17"))
        ties_nothing(beijing_day(uow.now), sheet)
        agent = next(
            (one.name for one in household_queries.agents(uow.session) if one.account_id == wanted.agent_id), ""
        )
        member = _member(uow, found, came, agent)
        home = (found.county, found.village, found.code, found.name)
        on_paper = OnPaper(member, came.witness.strip(), sheet.sha256, sheet.name)
        return consents.write(uow, home, found.household_id, wanted, on_paper)


def take_back(actor: Actor, county: str, consent_id: UUID, came: Came) -> None:
    """End a consent at once, on the word of a member who came. Raises NotFound, Refused (ACC-32)."""
    with unit_of_work(actor) as uow:
        row = household_queries.consent_to_end(uow.session, county, consent_id)
        found = household_queries.household_by_code(uow.session, row.household_code) if row else None
        if row is None or found is None or found.household_id != row.household_id:
            raise NotFound(Finding("ACC-17"))
        consents.take_back(uow, row, _member(uow, found, came))


def sheet_of(actor: Actor, county: str, consent_id: UUID) -> Consent:
    """A consent on paper, by whose digest the store has the scan. Raises NotFound."""
    with unit_of_work(actor) as uow:
        row = household_queries.consent(uow.session, county, consent_id)
        if row is None or row.sha256 is None:
            raise NotFound(Finding("ACC-17"))
        return row


def _member(uow: UnitOfWork, found: HouseholdFound, came: Came, agent: str = "") -> UUID:
    """The member whose card it is. Raises Refused (ACC-32)."""
    number, law = tidy(came.card), load_law(uow.session, found.county, beijing_day(uow.now))
    bearing = identity.bearing_number(uow.session, number) if number else frozenset[UUID]()
    member = next((one.person_id for one in found.members if one.person_id in bearing), None)
    named = member is not None and bool(identity.bearing(uow.session, [(member, came.name.strip())]))
    born = birth_of(number) if citizen_id_fault(number) is None else None
    facts = AtCounter(came.name, member is not None, named, born, came.witness, agent)
    if wrong := acc_32_a_member_consents_in_person(facts, law):
        raise Refused(wrong)
    if member is None:
        raise NotFound(Finding("ACC-17"))
    return member
