"""The steps that a desk takes with cases, one by one or many at once: who may, from which states, and what it would say.

Services of the single steps are in `cases`, `booking` and `certificates`; this is their table, for pages and jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, NotAllowed, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import Law, act_type
from landreg.law.queries import load_law
from landreg.registry import booking
from landreg.registry.casebook import Case
from landreg.registry.casework import attempts, cases, notices, without_papers, worklist
from landreg.registry.casework.cases import Stepped, judge
from landreg.registry.casework.desk import cases_by_id
from landreg.registry.facts.first import Proposal
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.issued import certificates
from landreg.registry.renewal import roster_cases
from landreg.registry.rules import ACCEPT_RULES, NOTICE_RULES, REGISTER_RULES, REVIEW_RULES
from landreg.registry.rules.desk import WAITING, certified_after, dsk_4_taken_up_by_another

REGISTRARS = (Role.REGISTRAR,)
REVIEWERS = (Role.REVIEWER,)
BOTH = (Role.REGISTRAR, Role.REVIEWER)


@dataclass(frozen=True)
class Step:
    """A step: the states that it follows, who takes it, and the rules that it asks."""

    name: str
    states: tuple[str, ...]
    roles: tuple[Role, ...]
    rules: tuple[Callable[..., Finding | None], ...] = ()


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step("accept", ("draft", "returned"), REGISTRARS, tuple(ACCEPT_RULES)),
        Step("review", ("accepted",), REVIEWERS, tuple(REVIEW_RULES)),
        Step("publish", ("reviewed",), REGISTRARS, tuple(NOTICE_RULES)),
        Step("register", ("noticed", "objected"), BOTH, tuple(REGISTER_RULES)),
        Step("certify", ("registered",), REGISTRARS),
    )
}
"""In the order of a case's life."""
RENEW = Step("renew", ("noticed", "objected", "registered"), BOTH, tuple(REGISTER_RULES))
"""Of a roster's cases alone, and by the worker: registered and certified in one go."""
OF_JOBS: Mapping[str, Step] = {**STEPS, RENEW.name: RENEW}
TAKE_UP = Step("take_up", WAITING, BOTH)
"""Beside it: an officer takes a case from whoever works on it."""
EVERY: Mapping[str, Step] = {**STEPS, TAKE_UP.name: TAKE_UP}


def next_step(case: Case) -> Step | None:
    """The step that follows from a case's state; None when it is at its end.

    An act without a notice is registered after the review; one that leaves no right behind, or no other certificate, ends there.
    """
    kind = act_type(case.act_kind)
    if case.state == "reviewed" and kind.notice is None:
        return STEPS["register"]
    if case.state == "registered" and not certified_after(case.act_kind, case.request):
        return None
    return next((step for step in STEPS.values() if case.state in step.states), None)


def follows(case: Case, step: Step) -> bool:
    """Whether a step follows from where a case stands: from its state, or for its kind of act."""
    return case.state in step.states or next_step(case) is step


@dataclass(frozen=True)
class Foreseen:
    """What a step would do to one case: its findings, and whether one of them stops it."""

    case: Case
    findings: tuple[Finding, ...]
    stopped: bool


def foresee(actor: Actor, county: str, case_ids: Sequence[UUID], step: Step) -> list[Foreseen]:
    """What a step would say of cases if it were taken now by this actor; writes nothing. NotFound when one lies outside."""
    with unit_of_work(actor) as uow:
        found = cases_by_id(uow.session, county, case_ids)
        if len(found) != len(set(case_ids)) or not found:
            raise NotFound
        return foreseen(uow, found, step, load_law(uow.session, county, beijing_day(uow.now)))


def foreseen(
    uow: UnitOfWork,
    found: Sequence[Case],
    step: Step,
    law: Law,
    proposed: Sequence[Proposal | ActProposal] | None = None,
) -> list[Foreseen]:
    """The same of cases that have been read, by the law of today. proposed: what they ask for, where it has been read too."""
    judged = judge(uow, found, step.rules, law, proposed) if step.rules else {}
    return [_foreseen(case, judged.get(case.case_id, ()), step, law, uow.actor) for case in found]


def _foreseen(case: Case, findings: tuple[Finding, ...], step: Step, law: Law, actor: Actor) -> Foreseen:
    if step is TAKE_UP:
        finding = dsk_4_taken_up_by_another(worklist.taking_up(case, actor.account_id))
        findings = () if finding is None else (finding,)
    elif not step.rules and case.state not in step.states:
        findings = (Finding("REG-8", "state", {"state": case.state, "step": step.name}, subject=case.number),)
    return Foreseen(case, findings, any(law.level(finding) == "refuse" for finding in findings))


def take(
    actor: Actor,
    county: str,
    case_ids: Sequence[UUID],
    step: Step,
    *,
    press: Callable[[], Any] | None = None,
    seal: Callable[[], Any] | None = None,
    board: notices.Board | None = None,
    title: str = "",
    said: str = "",
) -> Stepped:
    """Take a step with cases. board: what a notice is put up with. said: by what a review without papers was checked. Raises
    NotAllowed for another role; a refusal of one case alone is raised as by its service.
    """
    if not actor.has(*step.roles):
        raise NotAllowed(Finding("ACC-3", values={"roles": [role.value for role in step.roles]}))
    if not case_ids:
        raise Refused(Finding("REG-11"))
    match step.name:
        case "accept":
            return cases.accept(actor, county, case_ids)
        case "review":
            with_it = partial(without_papers.say, said=said)
            return attempts.keeping(
                actor, county, case_ids, "review", lambda: cases.review(actor, county, case_ids, with_it)
            )
        case "publish":
            return notices.publish(actor, county, case_ids, title, board)[1]
        case "take_up":
            return worklist.take_up(actor, county, case_ids)
        case "register":
            return booking.register(actor, county, case_ids)
        case "renew" if press is not None and seal is not None:
            return roster_cases.renew(actor, county, case_ids, press(), seal)
        case _:
            if press is None:
                raise RuntimeError("certificates need a press")
            pressed = certificates.issue(actor, county, case_ids, press())
            if pressed.refused and len(case_ids) == 1:
                raise Refused(finding for findings in pressed.refused.values() for finding in findings)
            return Stepped(len(set(case_ids)) - len(pressed.refused), pressed.refused)
