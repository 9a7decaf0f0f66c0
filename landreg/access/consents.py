"""A household consents to one step of one village agent for some days, and takes it back at any time.

An agent acts by `act_for` alone: it writes whose act it is, under which consent, and the log's entry. The database refuses
the row when no consent holds at that instant (migration 0009).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from landreg.access import household_queries, logged, rules
from landreg.access.model import AgentAct, Consent
from landreg.access.own_queries import OwnRight, own_rights
from landreg.access.rules import Step
from landreg.core.actor import Actor, Role
from landreg.core.codes import masked_name
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.periods import BEIJING, beijing_day
from landreg.log.leaf import Entry
from landreg.log.store import stage


@dataclass(frozen=True)
class Home:
    """A farmer's household: what it holds, whom it lets act, what was done for it, and whom it may ask."""

    code: str
    name: str
    rights: tuple[OwnRight, ...]
    consents: tuple[Any, ...]
    acts: tuple[Any, ...]
    agents: tuple[Any, ...]
    now: datetime


def home(actor: Actor) -> Home:
    """The household of a farmer, and of nobody else. Raises Refused (ACC-30) for an account that is not bound."""
    household_id = _household(actor)
    with unit_of_work(actor) as uow:
        found = household_queries.own_household(uow.session, household_id)
        if found is None:
            raise Refused(Finding("ACC-30"))
        return Home(
            found[2],
            found[3],
            own_rights(uow.session, household_id),
            household_queries.consents_of(uow.session, household_id),
            household_queries.acts_of_agents(uow.session, household_id),
            tuple(agent for agent in household_queries.agents(uow.session) if found[1].startswith(agent.jurisdiction)),
            uow.now,
        )


def give(actor: Actor, agent_id: UUID, step: Step, first_day: date, last_day: date) -> UUID:
    """Let an agent do a step for the actor's household on these days, both inside; the consent's id.

    Raises Refused with ACC-23, ACC-24, ACC-30.
    """
    household_id = _household(actor)
    with unit_of_work(actor) as uow:
        found = household_queries.own_household(uow.session, household_id)
        if found is None:
            raise Refused(Finding("ACC-30"))
        return write(uow, found, household_id, Wanted(agent_id, step, first_day, last_day))


@dataclass(frozen=True)
class Wanted:
    """Which agent may do which step, on which days, both inside."""

    agent_id: UUID
    step: Step
    first_day: date
    last_day: date


@dataclass(frozen=True)
class OnPaper:
    """The sheet of a consent on paper: the member who signed it, who witnessed it, the scan and its name."""

    signed_by: UUID
    witness: str
    sha256: str
    paper: str


def write(
    uow: UnitOfWork, home: tuple[str, str, str, str], household_id: UUID, wanted: Wanted, sheet: OnPaper | None = None
) -> UUID:
    """Write a consent of a household (county, village, code, name) inside a transaction. Raises Refused with ACC-23, ACC-24."""
    county, village, code, name = home
    agent = next((one for one in household_queries.agents(uow.session) if one.account_id == wanted.agent_id), None)
    roles = frozenset({Role.AGENT}) if agent else frozenset[Role]()
    reach = agent.jurisdiction if agent else ""
    facts = rules.ConsentFacts(village, roles, reach, wanted.first_day, wanted.last_day, beijing_day(uow.now))
    findings = [finding for rule in rules.CONSENT_RULES if (finding := rule(facts)) is not None]
    if findings:
        raise Refused(findings)
    row = Consent(
        county=county, consent_id=uuid4(), village=village, household_id=household_id, household_code=code,
        household_name=masked_name(name), given_by=uow.actor.account_id, agent_id=wanted.agent_id, step=wanted.step.value,
        from_at=_midnight(wanted.first_day), until_at=_midnight(wanted.last_day + timedelta(days=1)), given_at=uow.now,
        revoked_at=None, revoked_by=None, taken_back_by=None, **(vars(sheet) if sheet else {}),
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    stage(uow, Entry("consent.given", row.county, row.village, str(row.consent_id), logged.consent_facts(row)))
    return row.consent_id


def revoke(actor: Actor, county: str, consent_id: UUID) -> None:
    """Take a consent of one's household back, at once. Raises NotFound."""
    household_id = _household(actor)
    with unit_of_work(actor) as uow:
        row = household_queries.consent(uow.session, county, consent_id)
        if row is None or row.household_id != household_id:
            raise NotFound(Finding("ACC-17"))
        take_back(uow, row)


def take_back(uow: UnitOfWork, row: Consent, came: UUID | None = None) -> None:
    """End a consent at once, inside a transaction; one that was ended stays as it was. came: the member, at a counter."""
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by, row.taken_back_by = uow.now, uow.actor.account_id, came
        uow.session.flush()
        facts, personal = logged.revocation_facts(row)
        stage(uow, Entry("consent.revoked", row.county, row.village, str(row.consent_id), facts, personal))


def held(actor: Actor) -> tuple[Consent, ...]:
    """The consents that an agent has now."""
    with unit_of_work(actor) as uow:
        return household_queries.consents_to(uow.session, actor.account_id, uow.now)


def one_held(actor: Actor, county: str, consent_id: UUID) -> Consent:
    """A consent that the agent has now. Raises NotFound for another's, Refused (ACC-25) when it does not hold now."""
    with unit_of_work(actor) as uow:
        return _holding(uow, county, consent_id)


def act_for(actor: Actor, county: str, consent_id: UUID, step: Step, subject: str) -> Actor:
    """Write that the agent does a step for the consent's household, and log it; the actor that may now do it.

    Raises NotFound for another's consent, Refused (ACC-25) when none to this step holds.
    """
    with unit_of_work(actor) as uow:
        act = write_act(uow, county, consent_id, step, subject)
    return replace(actor, household=act.household_id, jurisdiction=act.village)


def write_act(uow: UnitOfWork, county: str, consent_id: UUID, step: Step, subject: str) -> AgentAct:
    """The same inside the transaction of what the agent does. Raises as `act_for`."""
    row = _holding(uow, county, consent_id)
    if row.step != step.value:
        raise Refused(Finding("ACC-25", values={"consent_step": step.value}))
    act = AgentAct(
        county=row.county, agent_act_id=uuid4(), village=row.village, consent_id=consent_id,
        household_id=row.household_id, agent_id=uow.actor.account_id, step=step.value, subject=subject, done_at=uow.now,
    )  # fmt: skip
    uow.session.add(act)
    uow.session.flush()
    facts, personal = logged.agent_act_facts(act)
    stage(uow, Entry("agent.acted", act.county, act.village, str(act.agent_act_id), facts, personal))
    return act


def rights_of(acting: Actor) -> tuple[OwnRight, ...]:
    """The rights of the household for which an actor acts."""
    with unit_of_work(acting) as uow:
        return own_rights(uow.session, _household(acting))


def _holding(uow: UnitOfWork, county: str, consent_id: UUID) -> Consent:
    row = household_queries.consent(uow.session, county, consent_id)
    if row is None or row.agent_id != uow.actor.account_id:
        raise NotFound(Finding("ACC-17"))
    if row.revoked_at is not None or not row.from_at <= uow.now < row.until_at:
        raise Refused(Finding("ACC-25", values={"consent_step": row.step}))
    return row


def _household(actor: Actor) -> UUID:
    if actor.household is None:
        raise Refused(Finding("ACC-30"))
    return actor.household


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)
