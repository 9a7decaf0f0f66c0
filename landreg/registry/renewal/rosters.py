"""Renewal of a collective's contracts (延包): a roster is drawn up, published, decided on by the members, and given up.

Who is left out and why is computed from the register, or said by hand for a reason of a closed list; where somebody lives is
none. The cases of a roster go through the desk's steps in one batch (see `roster_cases`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import examine
from landreg.law.queries import load_law
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.party.model import Collective
from landreg.registry import documents, roster_queries
from landreg.registry.casework.cases import UNDER_WAY, locked, note, set_values
from landreg.registry.facts.renewal import Ending, endings, endings_of
from landreg.registry.leaves.renewals import decision_facts, drawn_facts, given_up_facts, put_aside_facts
from landreg.registry.numbers import draw
from landreg.registry.roster_model import Roster, RosterEntry
from landreg.registry.rules.renewal import (
    DECISION_RULES,
    PLAN_RULES,
    Decision,
    Plan,
    ren_17_where_one_lives_is_no_ground,
    ren_18_own_wish_in_writing,
    ren_19_only_its_own_after_the_decision,
    unlisted,
)

LEAVING = ("draft", "returned", *UNDER_WAY)
"""States in which a case can still leave the roster."""
ENDED = ("withdrawn", "refused")


@dataclass(frozen=True)
class Paper:
    """A file in the store."""

    sha256: str
    size: int
    name: str


@dataclass(frozen=True)
class Asked:
    """What a roster is drawn up for: contracts whose last day lies in the window. approval: of moved land."""

    ends_from: date
    ends_until: date
    adjusts: bool = False
    ground: str = ""
    approval: Paper | None = None


@dataclass(frozen=True)
class Vote:
    """How the members decided. explained: why they are fewer than the persons whom the register has."""

    members: int
    present: int
    in_favour: int
    held_on: date
    minutes: Paper | None
    explained: str = ""


def draw_up(actor: Actor, county: str, collective_code: str, asked: Asked, plan: Paper) -> UUID:
    """Draw up the roster of a collective. Raises NotFound outside the jurisdiction, Refused for a plan that the law does not
    allow (REN-2, REN-14) or a window in which no contract ends (REN-13).
    """
    with unit_of_work(actor) as uow:
        uow.lock_village(f"renewal:{collective_code}")
        collective = roster_queries.collective_by_code(uow.session, county, collective_code)
        if collective is None:
            raise NotFound
        listed = _to_be_listed(uow, collective, asked)
        (serial,) = draw(uow, "renewal_number")
        roster = Roster(
            county=county,
            renewal_id=uuid4(),
            village=collective.village,
            number=f"{county}-Y{beijing_day(uow.now).year}-{serial:05d}",
            collective_id=collective.collective_id,
            collective_code=collective_code,
            collective=collective.name,
            ends_from=asked.ends_from,
            ends_until=asked.ends_until,
            adjusts=asked.adjusts,
            ground=asked.ground if asked.adjusts else "",
            state="drawn",
            drawn_by=actor.account_id,
            drawn_at=uow.now,
            plan_id=_enter(uow, county, collective.village, "renewal_plan", plan),
            approval_id=asked.approval
            and _enter(uow, county, collective.village, "adjustment_approval", asked.approval),
        )
        uow.session.add(roster)
        uow.session.flush()
        uow.session.execute(insert(RosterEntry), [_entry(roster, one) for one in listed])
        facts = drawn_facts(uow.session, county, roster.renewal_id)
        stage(uow, Entry("renewal.drawn_up", county, roster.village, roster.number, facts))
    return roster.renewal_id


def _to_be_listed(uow: UnitOfWork, collective: Collective, asked: Asked) -> list[Ending]:
    """The contracts of a collective that end in a roster's window and stand on no other. Raises as `draw_up`."""
    county = collective.county
    law = load_law(uow.session, county, beijing_day(uow.now))
    planned = Plan(
        collective.code, asked.ends_from, asked.ends_until, asked.adjusts, asked.ground, asked.approval is not None
    )
    if found := examine(PLAN_RULES, planned, law):
        raise Refused(found)
    ending = endings(uow.session, county, collective.collective_id, asked.ends_from, asked.ends_until)
    taken = roster_queries.on_a_roster(uow.session, county, [one.right_id for one in ending])
    listed = [one for one in ending if one.right_id not in taken]
    if not listed:
        values = {"from": asked.ends_from, "until": asked.ends_until}
        raise Refused(Finding("REN-13", "ends_until", values, subject=collective.code))
    return listed


def _entry(roster: Roster, one: Ending) -> dict[str, Any]:
    """A contract on a roster, aside from the beginning where the register gives a reason."""
    of = {"county": roster.county, "renewal_id": roster.renewal_id, "said": "", "put_by": None, "case_id": None}
    of |= {"right_id": one.right_id, "village": one.village, "code": one.code, "household_code": one.household_code}
    of |= {"holder": one.holder, "ends_on": one.last_day, "area_m2": one.area_m2, "mu": one.mu, "parcels": one.parcels}
    return of | {"aside": bool(one.reasons), "reasons": list(one.reasons), "requests": []}


def put_aside(
    actor: Actor,
    county: str,
    renewal_id: UUID,
    right_ids: Sequence[UUID],
    reason: str,
    said: str,
    request: Paper | None = None,
) -> int:
    """Put households aside, to be treated by themselves, for a reason of the closed list (REN-4) and in words (REG-12).

    request: in which a household itself asks for it (REN-18). One whose case is open leaves it: it is withdrawn. Who dies after
    the members decided is put aside too, by a leaf of its own, and is renewed singly on their decision (REN-19). Raises Refused
    (REN-17), Conflict (REN-12) for what is registered. Returns how many.
    """
    _must_be_a_reason(reason, said, len(set(right_ids)), request)
    with unit_of_work(actor) as uow:
        roster = _held(uow, county, renewal_id, "drawn", "opened", "decided")
        decided = roster.state == "decided"
        if late := ren_19_only_its_own_after_the_decision(reason, decided=decided, number=roster.number):
            raise Refused(late)
        chosen = _chosen(uow, roster, right_ids)
        if decided and any(one.aside for one in chosen):
            raise Conflict(Finding("REN-12", "right", subject=roster.number))
        leaving = [one.case_id for one in chosen if one.case_id is not None]
        if leaving:
            _withdraw(uow, roster, leaving, said)
        asked = [] if request is None else [_enter(uow, county, chosen[0].village, "renewal_request", request)]
        for one in chosen:
            one.aside, one.case_id, one.requests = True, None, [*one.requests, *asked]
            one.reasons = [*(r for r in one.reasons if r != reason), reason]
            one.said, one.put_by, one.put_at = said.strip(), actor.account_id, uow.now
        uow.session.flush()
        for one in chosen if decided else ():
            key, facts, personal = put_aside_facts(uow.session, roster, one)
            stage(uow, Entry("renewal.put_aside", county, one.village, key, facts, personal))
    return len(chosen)


def _must_be_a_reason(reason: str, said: str, households: int, request: Paper | None) -> None:
    """Raises BadInput (REN-4, REG-12, REN-18) or Refused (REN-17) for what puts no household aside."""
    if wrong := unlisted([reason]):
        raise BadInput(Finding("REN-4", "reason", {"aside": wrong}))
    if not said.strip():
        raise BadInput(Finding("REG-12", "said"))
    if unwritten := ren_18_own_wish_in_writing(reason, households, request=request is not None):
        raise BadInput(unwritten)
    if moved := ren_17_where_one_lives_is_no_ground(said):
        raise Refused(moved)


def _withdraw(uow: UnitOfWork, roster: Roster, case_ids: Sequence[UUID], said: str) -> None:
    """Withdraw those of the cases that are under way. Raises Conflict (REN-12) for what is registered."""
    under_way = [case for case in locked(uow, roster.county, case_ids) if case.state not in ENDED]
    if any(case.state not in LEAVING for case in under_way):
        raise Conflict(Finding("REN-12", "right", subject=roster.number))
    if under_way:
        set_values(uow, roster.county, [case.case_id for case in under_way], state="withdrawn", batch_id=None)
        note(uow, under_way, "withdraw", said)


def put_back(actor: Actor, county: str, renewal_id: UUID, right_ids: Sequence[UUID]) -> int:
    """Let households go with the others again, before the cases are opened. What the register says itself stays (REN-10)."""
    with unit_of_work(actor) as uow:
        roster = _held(uow, county, renewal_id, "drawn")
        chosen = _chosen(uow, roster, right_ids)
        seen = endings_of(uow.session, county, [one.right_id for one in chosen])
        still = [(one, seen[one.right_id]) for one in chosen if one.right_id in seen]
        if stays := [_by_itself(one.code, ending) for one, ending in still if ending.reasons]:
            raise Refused(stays)
        for one in chosen:
            one.aside, one.reasons, one.said, one.put_by, one.put_at = False, [], "", actor.account_id, uow.now
    return len(chosen)


def _by_itself(code: str, ending: Ending) -> Finding:
    """That a household is renewed by itself: which, and why."""
    values = {"household": ending.household, "aside": list(ending.reasons), "before": list(ending.before)}
    return Finding("REN-10", "right", values, subject=code)


def decide(actor: Actor, county: str, renewal_id: UUID, vote: Vote) -> tuple[Finding, ...]:
    """Record that the members decided for the roster: a leaf of the log of its own. Returns what the reviewer should see.

    Raises Refused with every finding (REN-5 to REN-7, REN-15), Conflict (REN-12) where the roster is not on its way.
    """
    with unit_of_work(actor) as uow:
        roster = _held(uow, county, renewal_id, "opened")
        law = load_law(uow.session, county, beijing_day(uow.now))
        notice = roster_queries.notice_of(uow.session, roster)
        decision = Decision(
            roster.number,
            vote.members,
            vote.present,
            vote.in_favour,
            vote.held_on,
            notice.published_on if notice else None,
            beijing_day(uow.now),
            vote.minutes is not None,
            roster_queries.persons_counted(uow.session, county, roster.collective_id),
            vote.explained,
        )
        found = examine(DECISION_RULES, decision, law)
        if vote.minutes is None or any(law.level(finding) == "refuse" for finding in found):
            raise Refused(found)
        roster.members, roster.present, roster.in_favour = vote.members, vote.present, vote.in_favour
        roster.held_on, roster.decided_by, roster.decided_at = vote.held_on, actor.account_id, uow.now
        roster.explained = vote.explained.strip()
        roster.minutes_id = _enter(uow, county, roster.village, "assembly_minutes", vote.minutes)
        roster.state = "decided"
        uow.session.flush()
        facts = decision_facts(uow.session, county, roster.renewal_id)
        stage(uow, Entry("renewal.decided", county, roster.village, roster.number, facts))
    return found


def give_up(actor: Actor, county: str, renewal_id: UUID, reason: str) -> int:
    """Give a roster up before the decision: its cases are withdrawn, and every right stands as it did. Returns how many."""
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        roster = _held(uow, county, renewal_id, "drawn", "opened")
        ids = [one.case_id for one in roster_queries.entries(uow.session, roster) if one.case_id is not None]
        cases = [case for case in locked(uow, county, ids) if case.state in LEAVING] if ids else []
        if cases:
            set_values(uow, county, [case.case_id for case in cases], state="withdrawn", batch_id=None)
            note(uow, cases, "withdraw", reason)
        roster.state = "given_up"
        uow.session.flush()
        facts = given_up_facts(uow.session, county, renewal_id)
        stage(uow, Entry("renewal.given_up", county, roster.village, roster.number, facts))
    return len(cases)


def _held(uow: UnitOfWork, county: str, renewal_id: UUID, *states: str) -> Roster:
    roster = roster_queries.roster(uow.session, county, renewal_id, lock=True)
    if roster is None:
        raise NotFound
    if roster.state not in states:
        raise Conflict(Finding("REN-12", "state", subject=roster.number))
    return roster


def _chosen(uow: UnitOfWork, roster: Roster, right_ids: Sequence[UUID]) -> list[RosterEntry]:
    found = [roster_queries.entry(uow.session, roster, right_id) for right_id in dict.fromkeys(right_ids)]
    chosen = [one for one in found if one is not None]
    if not chosen or len(chosen) != len(found):
        raise NotFound
    return chosen


def _enter(uow: UnitOfWork, county: str, village: str, kind: str, paper: Paper) -> UUID:
    return documents.enter(
        uow, county=county, village=village, sha256=paper.sha256, size=paper.size, kind=kind, name=paper.name, cases=()
    )
