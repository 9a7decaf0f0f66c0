"""REN: renewal of contracts (延包). Who is treated by themselves, what a plan may say, what the members must have decided.

A term that ran out ends no right and is no ground to refuse (农村土地承包法 21; 解释 7). Where a member lives is no fact here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.law.book import Law
from landreg.law.guard import register_named
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
)
from landreg.registry.rules.died_out import hh_15_somebody_lives
from landreg.registry.rules.renewal_requests import Renewal
from landreg.registry.rules.restrictions import RESTRICTED
from landreg.registry.rules.signed_day import SIGNED

COMPUTED = ("head_gone", "no_member", "disputed", "restricted", "land_lost", "several_contracts", "under_way")
BY_HAND = ("head_gone", "boundary_open", "division_open", "papers_lacking", "unreachable", "own_wish", "adjusted")
OWN_WISH = "own_wish"
AFTER_DECISION = ("head_gone", "boundary_open", "division_open", OWN_WISH)
"""Those of them that may arise after the members decided, or are the household's own."""
PERSONS = ("representative_change", "division", "household_merge")
"""Acts that say who holds a right: once accepted they go before a renewal by a roster, whichever was accepted first."""
GROUNDS = ("disaster",)
"""Why land may be moved within a term: 农村土地承包法 28."""
_FIGURE, _WORD, _FEWEST_WORDS = re.compile(r"\d{1,6}"), re.compile(r"[^\W\d_]"), 3
_STOPS = {"dispute": "disputed", "objection": "disputed", "seizure": "restricted", "advance_notice": "restricted"}


@dataclass(frozen=True)
class Seen:
    """What the register says of a household on the roster.

    head: it has a member who is its head. members: those who hold the right. restrictions: kinds on the right. land_lost: part
    of its land was cancelled. contracts: how many contract rights it holds. under_way: another case is open on it.
    """

    head: bool
    members: int
    restrictions: frozenset[str] = frozenset()
    land_lost: bool = False
    contracts: int = 1
    under_way: bool = False


@dataclass(frozen=True)
class RenewalFacts(ActFacts):
    """What a renewal rests on. families: kinds of land under it. persons: who hold it. reasons: why it is treated by itself.

    listed: it goes by a roster. aside: it was put aside there, put_aside: for which reasons. decided: the members decided on the
    roster. noticed: its notice has begun, so that registration is what comes next. household: code, and name behind the mask.
    before: numbers of the cases under way that come first.
    """

    families: frozenset[str] = frozenset(("arable",))
    persons: int = 0
    reasons: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    listed: bool = False
    aside: bool = False
    put_aside: tuple[str, ...] = ()
    decided: bool = False
    noticed: bool = False
    household: str = ""


@dataclass(frozen=True)
class Plan:
    """What a roster is drawn up for. approved: the township's and the county's approval of moved land is in hand."""

    collective: str
    ends_from: date
    ends_until: date
    adjusts: bool = False
    ground: str = ""
    approved: bool = False


@dataclass(frozen=True)
class Decision:
    """What the members' assembly decided. counted: persons whom the register has in the collective's households. explained: why
    the members are fewer.
    """

    number: str
    members: int
    present: int
    in_favour: int
    held_on: date
    published_on: date | None
    today: date
    minutes: bool
    counted: int
    explained: str = ""


def reasons_of(seen: Seen) -> tuple[str, ...]:
    """Why a household is treated by itself; nothing where it goes with the others. A mortgage stops no renewal."""
    found = {_STOPS[kind] for kind in seen.restrictions if kind in _STOPS}
    found |= {"no_member"} if not seen.members else set() if seen.head else {"head_gone"}
    found |= {"land_lost"} if seen.land_lost else set()
    found |= {"several_contracts"} if seen.contracts > 1 else set()
    found |= {"under_way"} if seen.under_way else set()
    return tuple(reason for reason in COMPUTED if reason in found)


def new_term(ends: date, families: frozenset[str], law: Law) -> tuple[date, date]:
    """The term that follows one whose first day over is `ends`: first and last day. 农村土地承包法 21."""
    years = min(law.days("REN-1.years", family) for family in families or {"arable"})
    return ends, years_after(ends, years) - DAY


def earliest(ends: date, law: Law) -> date:
    """The day from which a term that ends may be renewed. ends: the first day over."""
    return _months(ends, -law.days("REN-3.months_before"))


def latest(today: date, law: Law) -> date:
    """The last day of the terms that may be renewed on a day."""
    return _months(today, law.days("REN-3.months_before")) - DAY


def _months(day: date, count: int) -> date:
    """The same day so many months on, or the 28th where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, 28))


def ren_1_term_follows(facts: RenewalFacts, law: Law) -> Finding | None:
    """REN-1: the new term begins the day after the running one, and lasts what the law gives the land. RLCL-21."""
    asked = facts.asked
    if not isinstance(asked, Renewal) or facts.term is None:
        return None
    if (asked.starts_on, asked.last_day) == (right := new_term(facts.term[1], facts.families, law)):
        return None
    return Finding("REN-1", "term", {"starts": right[0], "last": right[1]}, subject=facts.code)


def ren_3_not_before_its_time(facts: RenewalFacts, law: Law) -> Finding | None:
    """REN-3: a contract is renewed no earlier than a dated number of months before its last day. RLCL-21."""
    if facts.term is None or law.on >= (first := earliest(facts.term[1], law)):
        return None
    return Finding("REN-3", "term", {"last": facts.term[1] - DAY, "from": first}, subject=facts.code)


def ren_9_decided_by_members(facts: RenewalFacts, law: Law) -> Finding | None:
    """REN-9: what goes by a roster is registered after the members decided on it. RCEO-26, RCEO-27."""
    if not facts.listed or facts.decided or not facts.noticed:
        return None
    return Finding("REN-9", "decision", {}, subject=facts.code)


def ren_10_goes_with_the_others(facts: RenewalFacts, law: Law) -> Finding | None:
    """REN-10: a household that must be treated by itself does not go by a roster; its right stands. RLCL-20. Of one in which nobody
    is left HH-15 speaks.
    """
    if facts.died_out or not facts.listed or not (facts.reasons or facts.aside):
        return None
    reasons = list(dict.fromkeys((*facts.reasons, *facts.put_aside)))
    values = {"household": facts.household, "aside": reasons, "before": list(facts.before)}
    return Finding("REN-10", "reasons", values, subject=facts.code)


def ren_11_expired_is_no_ground(facts: RenewalFacts, law: Law) -> Finding | None:
    """REN-11: that the term ran out is told, and refuses nothing: the new one follows it day by day. SPC-RLC-7, RLCL-21."""
    if facts.term is None or law.on < facts.term[1]:
        return None
    return Finding("REN-11", "term", {"last": facts.term[1] - DAY}, subject=facts.code)


def ren_2_land_stays(plan: Plan, law: Law) -> Finding | None:
    """REN-2: no land for who joined, none taken for who left; land moves only on a ground of the law, approved. RLCL-28."""
    if not plan.adjusts or (plan.ground in GROUNDS and plan.approved):
        return None
    return Finding("REN-2", "ground", {"ground": plan.ground, "approved": plan.approved}, subject=plan.collective)


def ren_14_window_in_its_time(plan: Plan, law: Law) -> Finding | None:
    """REN-14: a roster's window is some days, and none of them is too far ahead to be renewed. RLCL-21."""
    if plan.ends_from <= plan.ends_until <= latest(law.on, law):
        return None
    values = {"from": plan.ends_from, "until": plan.ends_until, "months": law.days("REN-3.months_before")}
    return Finding("REN-14", "ends_until", values, subject=plan.collective)


def ren_5_two_thirds_of_all_members(decision: Decision, law: Law) -> Finding | None:
    """REN-5: two thirds of all members are in favour, not of those who came. RCEO-27."""
    if decision.in_favour * 3 >= decision.members * 2:
        return None
    needed = -(-decision.members * 2 // 3)
    values = {"in_favour": decision.in_favour, "needed": needed, "members": decision.members}
    return Finding("REN-5", "in_favour", values, subject=decision.number)


def ren_6_counts_hold_together(decision: Decision, law: Law) -> Finding | None:
    """REN-6: no more in favour than came, no more came than there are. RCEO-27."""
    if 0 < decision.in_favour <= decision.present <= decision.members:
        return None
    values = {"in_favour": decision.in_favour, "present": decision.present, "members": decision.members}
    return Finding("REN-6", "present", values, subject=decision.number)


def ren_7_held_after_publication(decision: Decision, law: Law) -> Finding | None:
    """REN-7: the plan is published, members are told so many days ahead, then they meet; minutes say so. RLCL-20, RCEO-27."""
    days = law.days("REN-7.days_ahead")
    first = None if decision.published_on is None else decision.published_on + days * DAY
    if first is not None and first <= decision.held_on <= decision.today and decision.minutes:
        return None
    field = "held_on" if decision.minutes else "minutes"
    return Finding("REN-7", field, {"from": first, "held_on": decision.held_on, "days": days}, subject=decision.number)


def ren_8_members_as_registered(decision: Decision, law: Law) -> Finding | None:
    """REN-8: more members than the register has persons in the collective's households is told, and refuses nothing. RCEO-12."""
    if decision.members <= decision.counted:
        return None
    values = {"members": decision.members, "counted": decision.counted}
    return Finding("REN-8", "members", values, subject=decision.number)


def ren_15_fewer_are_explained(decision: Decision, law: Law) -> Finding | None:
    """REN-15: two thirds are of all members: fewer than the register's persons in the households is explained, in words and
    in figures that come to the difference. RCEO-26, RCEO-27.
    """
    said = sum(int(figure) for figure in _FIGURE.findall(decision.explained))
    left = decision.counted - decision.members
    if left <= 0 or (left <= said and len(_WORD.findall(decision.explained)) >= _FEWEST_WORDS):
        return None
    values = {"members": decision.members, "counted": decision.counted, "left": left}
    return Finding("REN-15", "explained", values, subject=decision.number)


def ren_20_who_moved_is_a_member(decision: Decision, law: Law) -> Finding | None:
    """REN-20: who moved, or is registered or settled elsewhere, is a member still, and is counted among all of them. RCEO-17,
    RCEO-18.
    """
    words = register_named(decision.explained) if decision.counted > decision.members else []
    return Finding("REN-20", "explained", {"words": words}, subject=decision.number) if words else None


def ren_17_where_one_lives_is_no_ground(said: str) -> Finding | None:
    """REN-17: words for which a household does not go with the others name no register of residence: its place is no ground.
    RLCL-27.
    """
    words = register_named(said)
    return Finding("REN-17", "said", {"words": words}) if words else None


def ren_18_own_wish_in_writing(reason: str, households: int, *, request: bool) -> Finding | None:
    """REN-18: who is put aside at their own wish asked for it in writing, each household by itself. landreg."""
    if reason != OWN_WISH or (households == 1 and request):
        return None
    return Finding("REN-18", "request" if households == 1 else "right", {})


def ren_19_only_its_own_after_the_decision(reason: str, *, decided: bool, number: str) -> Finding | None:
    """REN-19: once the members decided, a household is put aside for what came since or is its own, and for nothing that the office
    could have known before. RLCL-20.
    """
    if not decided or reason in AFTER_DECISION:
        return None
    return Finding("REN-19", "reason", {"aside": [reason]}, subject=number)


def unlisted(reasons: Sequence[str]) -> list[str]:
    """Those of the reasons by hand that are none of the closed list (REN-4)."""
    return [reason for reason in reasons if reason not in BY_HAND]


_ALL: tuple[Callable[..., Any], ...] = (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
    *RESTRICTED,
    *SIGNED,
    hh_15_somebody_lives,
    ren_1_term_follows,
    ren_3_not_before_its_time,
    ren_11_expired_is_no_ground,
)
RENEWAL_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "renewal": (*_ALL, ren_9_decided_by_members, ren_10_goes_with_the_others),
    "renewal_single": _ALL,
}
"""By kind of act: the rules that judge it."""
PLAN_RULES = (ren_2_land_stays, ren_14_window_in_its_time)
DECISION_RULES = (
    ren_5_two_thirds_of_all_members,
    ren_6_counts_hold_together,
    ren_7_held_after_publication,
    ren_8_members_as_registered,
    ren_15_fewer_are_explained,
    ren_20_who_moved_is_a_member,
)
