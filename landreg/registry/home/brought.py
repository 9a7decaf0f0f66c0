"""Applications of a household: brought by itself or by its agent, withdrawn, taken up by the office as a case, declined.

The agent's act, its consent and the application are one transaction: nothing is logged that was not done, and nothing done
that is not logged. The database holds the same (migration 0018): the farmers' login enters an application for a household
to which its account is bound, or under an agent's act that a consent let through.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from landreg.access import consents, identity, sealing
from landreg.access.household_queries import own_household
from landreg.access.identity import NewPerson
from landreg.access.model import Consent
from landreg.access.rules import Step
from landreg.core.actor import Actor
from landreg.core.codes import citizen_id_fault
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.party import queries as parties
from landreg.registry import queries
from landreg.registry.casework import applications
from landreg.registry.casework.cases import Stepped, note
from landreg.registry.casework.married import must_be_old_enough
from landreg.registry.guarded import none_ties
from landreg.registry.home import brought_queries
from landreg.registry.leaves.applied import Application, ended_facts, made_facts, taken_facts
from landreg.registry.numbers import draw
from landreg.registry.rules.brought import BRING_RULES, Brought
from landreg.registry.rules.relations import unlike
from landreg.registry.rules.requests import HouseholdChange, Joining, Leaving, Reissue, Relating, Request, read
from landreg.registry.rules.spouses import too_young


@dataclass(frozen=True)
class Wanted:
    """What is asked for. request: ids and codes; typed: names, numbers and sentences, which are sealed."""

    kind: str
    right_id: UUID | None = None
    request: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def leaving(self) -> tuple[UUID, ...]:
        """The members who are to leave."""
        return tuple(UUID(member) for member in self.request.get("leaves", ()))

    @property
    def relates(self) -> tuple[Relating, ...]:
        """The members whose relation is to be another."""
        asked = read("household_change", {"relates": self.request.get("relates", ())})
        return asked.relates if isinstance(asked, HouseholdChange) else ()


def bring(actor: Actor, wanted: Wanted) -> str:
    """Bring an application for the actor's own household; its number. Raises Refused (ACC-30, APP-*, GUARD-1), BadInput (CHG-6)."""
    if actor.household is None:
        raise Refused(Finding("ACC-30"))
    with unit_of_work(actor) as uow:
        return _enter(uow, wanted, None)


def bring_for(actor: Actor, county: str, consent_id: UUID, wanted: Wanted) -> str:
    """The same as an agent, under a consent to the step `apply`. Raises NotFound, Refused (ACC-25, APP-*)."""
    with unit_of_work(_for_household(actor, county, consent_id)) as uow:
        return _enter(uow, wanted, (county, consent_id))


def withdraw(actor: Actor, county: str, application_id: UUID, reason: str) -> None:
    """Take an application of one's household back, also when a case is open on it (条例 15).

    Raises NotFound, Refused (APP-3) when it is registered or ended already.
    """
    if actor.household is None:
        raise Refused(Finding("ACC-30"))
    with unit_of_work(actor) as uow:
        _withdraw(uow, _own(uow, county, application_id), reason)


def withdraw_for(actor: Actor, county: str, consent_id: UUID, application_id: UUID, reason: str) -> None:
    """The same as an agent, under a consent to the step `withdraw`."""
    with unit_of_work(_for_household(actor, county, consent_id)) as uow:
        row = _own(uow, county, application_id)
        consents.write_act(uow, county, consent_id, Step.WITHDRAW, row.number)
        _withdraw(uow, row, reason)


def take_up(actor: Actor, county: str, application_ids: Sequence[UUID]) -> Stepped:
    """Open the case that each application asks for, each in a transaction of its own: whole or not at all.

    Those that the rules stop are named with their findings. A refusal of a single one is raised.
    """
    refused: dict[str, tuple[Finding, ...]] = {}
    for application_id in application_ids:
        try:
            _old_enough(actor, county, application_id)
            _take_up(actor, county, application_id)
        except (Refused, Conflict, BadInput) as error:
            if len(application_ids) == 1:
                raise
            refused[_number(actor, county, application_id)] = error.findings
    return Stepped(len(application_ids) - len(refused), refused)


def decline(actor: Actor, county: str, application_id: UUID, reason: str) -> None:
    """Give an application back unopened, with the reason in writing. Raises NotFound, BadInput (APP-5), Refused (APP-3)."""
    if not reason.strip():
        raise BadInput(Finding("APP-5", "reason"))
    with unit_of_work(actor) as uow:
        row = _open(uow, county, application_id)
        _end(uow, row, "declined", reason)


def seeing(actor: Actor, consent: Consent) -> Actor:
    """An agent as one who sees the household that gave a consent."""
    return replace(actor, household=consent.household_id, jurisdiction=consent.village)


def _for_household(actor: Actor, county: str, consent_id: UUID) -> Actor:
    return seeing(actor, consents.one_held(actor, county, consent_id))


def _enter(uow: UnitOfWork, wanted: Wanted, consent: tuple[str, UUID] | None) -> str:
    household_id = uow.actor.household
    own = own_household(uow.session, household_id) if household_id else None
    if household_id is None or own is None:
        raise Refused(Finding("ACC-30"))
    county, village, code, name = own
    subject = brought_queries.subject_code(uow.session, household_id, wanted.right_id) or code
    _judge(uow, wanted, household_id, subject, load_law(uow.session, county, beijing_day(uow.now)))
    (serial,) = draw(uow, "application_number")
    number = f"{county}-W{beijing_day(uow.now):%Y%m%d}-{serial:07d}"
    act = consents.write_act(uow, *consent, Step.APPLY, number) if consent else None
    row = Application(
        county=county, application_id=uuid4(), village=village, number=number, household_id=household_id, household_code=code,
        applicant=name, act_kind=wanted.kind, right_id=wanted.right_id, subject_code=subject, request=dict(wanted.request),
        typed_sealed=sealing.seal(json.dumps(dict(wanted.typed), ensure_ascii=False)), by_account=uow.actor.account_id,
        by_name=uow.actor.name, agent_act_id=act.agent_act_id if act else None, made_at=uow.now, state="open", reason="",
        taken_at=None, taken_by=None, case_id=None, ended_at=None, ended_by=None,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    stage(uow, Entry("application.made", county, village, number, *made_facts(row)))
    return number


def _judge(uow: UnitOfWork, wanted: Wanted, household_id: UUID, subject: str, law: Law) -> None:
    facts = Brought(
        wanted.kind,
        wanted.right_id,
        brought_queries.own_right_ids(uow.session, household_id),
        wanted.leaving,
        [member.member_id for member in brought_queries.own_members(uow.session)],
        any(wanted.typed.values()) or bool(wanted.leaving or wanted.relates),
        brought_queries.waits(uow.session, household_id, subject, wanted.kind),
        brought_queries.case_under_way(uow.session, household_id, wanted.right_id, wanted.kind),
        str(wanted.request.get("leave_reason", "")),
        [one.member_id for one in wanted.relates],
    )
    findings = [finding for rule in BRING_RULES if (finding := rule(facts)) is not None]
    number, said = wanted.typed.get("join_id"), {**wanted.request, **wanted.typed}
    none_ties(law.on, {name: words for name, words in said.items() if isinstance(words, str)})
    if number and (fault := citizen_id_fault(number, law.on)):
        findings.append(Finding("CHG-6", "join_id", {"fault": fault}))
    elif number and "age" in unlike(number, wanted.request["join"]["relation"], "", law):
        findings.append(too_young(subject, "join_relation", law))
    if findings:
        raise Refused(findings)


def _own(uow: UnitOfWork, county: str, application_id: UUID) -> Application:
    row = brought_queries.application(uow.session, county, application_id)
    if row is None or row.household_id != uow.actor.household:
        raise NotFound(Finding("ACC-17"))
    return row


def _withdraw(uow: UnitOfWork, row: Application, reason: str) -> None:
    if row.state == "open":
        _end(uow, row, "withdrawn", reason)
        return
    if row.state != "taken":
        raise Refused(Finding("APP-3", "state", subject=row.number))
    brought_queries.withdraw_taken(uow.session, row.county, row.application_id, uow.actor.name, reason.strip())
    uow.session.refresh(row)
    stage(uow, Entry("application.ended", row.county, row.village, row.number, *ended_facts(row)))


def _end(uow: UnitOfWork, row: Application, state: str, reason: str) -> None:
    row.state, row.reason, row.ended_at, row.ended_by = state, reason.strip(), uow.now, uow.actor.account_id
    uow.session.flush()
    stage(uow, Entry("application.ended", row.county, row.village, row.number, *ended_facts(row)))


def _open(uow: UnitOfWork, county: str, application_id: UUID) -> Application:
    """An application that waits, held until the end. Raises NotFound, Refused (APP-3) when it is taken up or ended."""
    row = brought_queries.application(uow.session, county, application_id, lock=True)
    if row is None:
        raise NotFound(Finding("ACC-17"))
    if row.state != "open":
        raise Refused(Finding("APP-3", "state", subject=row.number))
    return row


def _number(actor: Actor, county: str, application_id: UUID) -> str:
    with unit_of_work(actor) as uow:
        row = brought_queries.application(uow.session, county, application_id)
    return row.number if row else str(application_id)


def _old_enough(actor: Actor, county: str, application_id: UUID) -> None:
    """Raises Refused (CHG-17) where a member would come to be called spouse who is too young: their number is looked at as at the
    counter, before the case is opened.
    """
    with unit_of_work(actor) as uow:
        row = _open(uow, county, application_id)
    must_be_old_enough(actor, row.household_code, HouseholdChange(relates=Wanted("", request=row.request).relates))


def _take_up(actor: Actor, county: str, application_id: UUID) -> None:
    with unit_of_work(actor) as uow:
        row = _open(uow, county, application_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
        asked = _request(uow, row, law)
        if row.right_id is not None:
            case = applications.case_on_right(uow, law, county, row.right_id, row.act_kind, asked)
        else:
            household = parties.household_by_code(uow.session, row.household_code)
            if household is None:
                raise Refused(Finding("REG-21", "subject", {"code": row.household_code}, subject=row.number))
            case = applications.case_on_household(uow, law, household, row.act_kind, asked)
        row.case_id = applications.open_case(uow, law, *case)
        row.state, row.taken_at, row.taken_by = "taken", uow.now, actor.account_id
        uow.session.flush()
        opened = queries.case(uow.session, county, row.case_id)
        if opened is not None:
            note(uow, [opened], "take_up", row.number)
        stage(uow, Entry("application.taken", county, row.village, row.number, *taken_facts(row)))


def _request(uow: UnitOfWork, row: Application, law: Law) -> Request:
    """The request of the case: what was typed is opened here, to be entered, and shown to nobody."""
    typed: dict[str, str] = json.loads(sealing.open_sealed(row.typed_sealed))
    if row.act_kind == "reissue":
        return Reissue(typed["lost"])
    joins: tuple[Joining, ...] = ()
    if typed.get("join_name"):
        person = identity.enter_alone(uow, NewPerson(typed["join_name"], "1", typed["join_id"]), "join_name")
        join = row.request["join"]
        against = unlike(typed["join_id"], join["relation"], join["reason"], law)
        joins = (Joining(person, join["relation"], join["holds_right"], join["reason"], against),)
    leaves = tuple(Leaving(UUID(member), row.request["leave_reason"]) for member in row.request.get("leaves", ()))
    relates = Wanted(row.act_kind, request=row.request).relates
    return HouseholdChange(joins, leaves, typed.get("name", ""), typed.get("address", ""), relates)
