"""The life of a case: accept, review, return, withdraw, refuse; and how any step goes.

Each step takes one case or the many of a batch. On one case a refusal is raised; on many, those that may go on go on,
and the others stay where they are with their findings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import Law, examine, term, terms
from landreg.law.guard import guard
from landreg.law.queries import load_law
from landreg.registry.casebook import Case, CaseEvent
from landreg.registry.casework.holding import hold
from landreg.registry.facts.first import Proposal, case_facts, proposals
from landreg.registry.facts.gone import gone_first
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.rules import ACCEPT_RULES, ACT_RULES, CONTRACT_RULES, HOMESTEAD_RULES, REVIEW_RULES
from landreg.registry.rules.procedure import reg_1_four_eyes, to_finish_by

STATES = tuple(state for state in terms("case") if state != "rebuilt")
"""What a case's state may be. One that the office opened anew was withdrawn, and is told as rebuilt."""
FINISHED = ("registered", "certified", "withdrawn", "refused")
TOLD_IN_WRITING = ("return", "refuse")
EXIT = "exit"
UNDER_WAY = ("accepted", "reviewed", "noticed", "objected")


@dataclass(frozen=True)
class Stepped:
    """What a step did: how many cases went on; the numbers of those that did not, with their findings."""

    done: int
    refused: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


def accept(actor: Actor, county: str, case_ids: Sequence[UUID]) -> Stepped:
    """Accept cases (受理): rules of the kind of right, an order number a parcel, and the day by which to finish (条例 17, 20;
    细则 17)."""

    def write(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> None:
        today = beijing_day(uow.now)
        taken = {"accepted_by": actor.account_id, "accepted_at": uow.now, "accepted_on": today}
        by_kind = defaultdict(list)
        for case in cases:
            by_kind[case.act_kind, case.right_kind].append(case.case_id)
        for kinds, ids in by_kind.items():
            # Accepted anew after a return, it waits for another review: the last one said nothing of what was completed.
            due = to_finish_by(law, today, *kinds)
            set_values(uow, county, ids, state="accepted", reviewed_by=None, reviewed_at=None, due_on=due, **taken)
        uow.session.execute(text(_ORDER), {"county": county, "ids": [case.case_id for case in cases]})

    return take_step(actor, county, case_ids, "accept", ACCEPT_RULES, write, hold)


def review(
    actor: Actor,
    county: str,
    case_ids: Sequence[UUID],
    with_it: Callable[[UnitOfWork, Sequence[Case]], None] = lambda _uow, _cases: None,
) -> Stepped:
    """Approve cases (审核) as another officer than the one who prepared them (REG-1); the rules are asked again. with_it: what is
    written down beside it of those that go on.
    """

    def write(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> None:
        with_it(uow, cases)
        ids = [case.case_id for case in cases]
        set_values(uow, county, ids, state="reviewed", reviewed_by=actor.account_id, reviewed_at=uow.now)

    return take_step(actor, county, case_ids, "review", REVIEW_RULES, write)


def take_out(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """Take cases out of their batch; each goes on by itself from where it stands."""
    _leave(actor, county, case_ids, "take_out", reason, batch_id=None)


def return_for_completion(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """Send cases back to the applicant with the reason (条例 17)."""
    _leave(actor, county, case_ids, "return", reason, state="returned", batch_id=None)


def withdraw(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str) -> None:
    """The applicant takes the application back, at any time before registration (条例 15)."""
    _leave(actor, county, case_ids, "withdraw", reason, state="withdrawn", batch_id=None)


def refuse(actor: Actor, county: str, case_ids: Sequence[UUID], reason: str, ground: str) -> None:
    """Refuse registration, on one of the law's grounds and with the reason in writing (条例 22).

    Raises BadInput (REG-34) without a ground, Refused (REG-33) for what was not accepted yet and lacks papers, and (REG-1) to
    who prepared it: another officer decides.
    """
    if ground not in terms("refusal_ground"):
        raise BadInput(Finding("REG-34", "ground"))
    said = f"{term('refusal_ground', ground)}：{reason}" if reason.strip() else ""
    _leave(actor, county, case_ids, "refuse", said, state="refused", batch_id=None)


def rules_of(case: Case) -> tuple[Callable[..., Finding | None], ...]:
    """The rules that a case's act, or in a first registration its kind of right, is judged by."""
    if case.act_kind != "first_registration":
        return ACT_RULES[case.act_kind]
    return CONTRACT_RULES if case.right_kind == "contract_management" else HOMESTEAD_RULES


def take_step(
    actor: Actor,
    county: str,
    case_ids: Sequence[UUID],
    step: str,
    rules: Iterable[Callable[..., Finding | None]],
    write: Callable[[UnitOfWork, Sequence[Case], Law], None],
    hold_first: Callable[[UnitOfWork, str, Sequence[UUID]], object] = lambda _uow, _county, _cases: None,
) -> Stepped:
    """One step of one or many cases: lock, judge, write those that may go on, keep the findings of all."""
    with unit_of_work(actor) as uow:
        hold_first(uow, county, case_ids)
        cases = locked(uow, county, case_ids)
        law = load_law(uow.session, county, beijing_day(uow.now))
        judged = judge(uow, cases, rules, law)
        refused = {
            case.number: judged[case.case_id]
            for case in cases
            if any(law.level(finding) == "refuse" for finding in judged[case.case_id])
        }
        if len(cases) == 1 and refused:
            raise Refused(judged[cases[0].case_id])
        go = [case for case in cases if case.number not in refused]
        if go:
            write(uow, go, law)
        keep_findings(uow, cases, judged, law)
        note(uow, go, step)
    return Stepped(len(go), refused)


def judge(
    uow: UnitOfWork,
    cases: Sequence[Case],
    rules: Iterable[Callable[..., Finding | None]],
    law: Law,
    proposed: Sequence[Proposal | ActProposal] | None = None,
) -> dict[UUID, tuple[Finding, ...]]:
    """Every finding on each case: the step's own rules and those of its kind of right, all at once (条例 17).

    law: today's. proposed: what the cases ask for, where it has been read already.
    """
    procedure = case_facts(
        uow.session, cases, uow.actor.account_id, beijing_day(uow.now), law.number("TOP-1.overlap", "m2")
    )
    laws = laws_of(uow, cases, law)
    asked, gone = tuple(rules), gone_first(uow.session, cases)
    return {
        (key := proposal.case.case_id): (
            *examine(asked, procedure[key], law),
            *([gone[key]] if key in gone else []),
            *examine(rules_of(proposal.case), proposal.facts, laws[key]),
        )
        for proposal in (proposals(uow.session, cases) if proposed is None else proposed)
    }


def laws_of(uow: UnitOfWork, cases: Sequence[Case], law: Law) -> dict[UUID, Law]:
    """The law by which each case's right is judged: that of its day of acceptance, and today's until it is accepted.

    A figure that changes while a case is under way does not change what the applicant was told.
    """
    by_day = {law.on: law}
    for case in cases:
        if _judged_on(case, law) not in by_day:
            by_day[_judged_on(case, law)] = load_law(uow.session, case.county, _judged_on(case, law))
    return {case.case_id: by_day[_judged_on(case, law)] for case in cases}


def _judged_on(case: Case, law: Law) -> date:
    return law.on if case.accepted_on is None or case.state in ("draft", "returned") else case.accepted_on


def _leave(actor: Actor, county: str, case_ids: Sequence[UUID], step: str, reason: str, **values: Any) -> None:
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        cases = locked(uow, county, case_ids)
        _of_exits(cases, step, reason, beijing_day(uow.now))
        late = [case for case in cases if case.state in FINISHED]
        if late:
            raise Conflict(Finding("REG-8", "state", {"state": c.state, "step": step}, subject=c.number) for c in late)
        if step in TOLD_IN_WRITING:
            # All reasons at once (条例 17, 22): what the rules say today goes into the paper with the officer's own.
            law = load_law(uow.session, county, beijing_day(uow.now))
            judged = judge(uow, cases, (reg_1_four_eyes,) if step == "refuse" else (), law)
            if step == "refuse":
                _lack_nothing(cases, judged)
                _of_others(judged)
            keep_findings(uow, cases, judged, law)
        set_values(uow, county, [case.case_id for case in cases], **values)
        note(uow, cases, step, reason)


def _lack_nothing(cases: Sequence[Case], judged: Mapping[UUID, Sequence[Finding]]) -> None:
    """What lacks papers before it is accepted is returned for them, and not refused (条例 17). Raises Refused (REG-33)."""
    lacking = [
        Finding("REG-33", "way", {"papers": found.values["papers"]}, subject=case.number)
        for case in cases
        if case.state == "draft"
        for found in judged[case.case_id]
        if found.code == "REG-20"
    ]
    if lacking:
        raise Refused(lacking)


def _of_others(judged: Mapping[UUID, Sequence[Finding]]) -> None:
    """Who prepared a case does not refuse it. Raises Refused (REG-1)."""
    if own := [finding for found in judged.values() for finding in found if finding.code == "REG-1"]:
        raise Refused(own)


def _of_exits(cases: Sequence[Case], step: str, reason: str, today: date) -> None:
    """An exit is taken back on its own page (EXIT-16), and no officer's words tie it to anything (GUARD-1). Raises Refused."""
    exits = [case for case in cases if case.act_kind == EXIT]
    if exits and step == "withdraw":
        raise Refused(Finding("EXIT-16", "way", subject=case.number) for case in exits)
    if exits and (tied := guard(reason, today, "reason")):
        raise Refused(tied)


def locked(uow: UnitOfWork, county: str, case_ids: Sequence[UUID]) -> list[Case]:
    """The cases, held until the end, in the order of their numbers. Raises NotFound when one lies outside."""
    wanted = select(Case).where(Case.county == county, Case.case_id.in_(case_ids)).order_by(Case.number)
    cases = list(uow.session.scalars(wanted.with_for_update()))
    if not cases or len(cases) != len(set(case_ids)):
        raise NotFound()
    return cases


def set_values(uow: UnitOfWork, county: str, case_ids: Sequence[UUID], **values: Any) -> None:
    """Write the same values on cases that are held."""
    uow.session.execute(update(Case).where(Case.county == county, Case.case_id.in_(case_ids)).values(**values))


def note(uow: UnitOfWork, cases: Sequence[Case], step: str, reason: str = "", **told: Any) -> None:
    """Write a step into the history of each case. told: what it tells of besides, of a step that does."""
    if not cases:
        return
    rows = [
        {
            "county": case.county,
            "event_id": uuid4(),
            "village": case.village,
            "case_id": case.case_id,
            "step": step,
            "at": uow.now,
            "by": uow.actor.account_id,
            "by_name": uow.actor.name,
            "reason": reason.strip(),
            **({"told": told} if told else {}),
        }
        for case in cases
    ]
    uow.session.execute(insert(CaseEvent), rows)


def keep_findings(uow: UnitOfWork, cases: Sequence[Case], judged: Mapping[UUID, tuple[Finding, ...]], law: Law) -> None:
    """Keep what the rules said of each case, for the next officer's eyes."""
    changed = [
        {"county": case.county, "case_id": case.case_id, "findings": kept}
        for case in cases
        if (kept := [written(finding, law) for finding in judged[case.case_id]]) != case.findings
    ]
    if changed:
        uow.session.execute(update(Case), changed)


def written(finding: Finding, law: Law) -> dict[str, Any]:
    """A finding as it is kept on a case and printed: code, level, both sentences, articles."""
    return {
        "code": finding.code,
        "level": law.level(finding),
        "field": finding.field,
        "zh": law.say(finding, "zh"),
        "en": law.say(finding, "en"),
        "articles": list(law.rule(finding.code).articles),
    }


_ORDER = """
    UPDATE registry.case_parcel AS p SET acceptance_order = o.number
    FROM (SELECT county, case_id, nextval('registry.acceptance_order') AS number
          FROM (SELECT county, case_id FROM registry."case" WHERE county = :county AND case_id = ANY (:ids)
                ORDER BY number) AS ordered) AS o
    WHERE p.county = o.county AND p.case_id = o.case_id
"""
