"""The priority of the collective's members on equal terms: a window of days, told to all of them, with evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law

POSTED, CLAIMED = "posted", "claimed"


@dataclass(frozen=True)
class Claim:
    """A household's claim. mark: drawn when it was made, for the lot among several."""

    taker: UUID
    household: UUID
    mark: str


@dataclass(frozen=True)
class Window:
    """A window on a day. last_day: both it and the day before belong to it. told: by household that must be told, how it was,
    '' where nothing shows it. posted: the terms hung on the board of the village from the first day, with a picture. late: how much
    was brought after the last day to show it, which counts for nothing.
    """

    today: date
    last_day: date
    told: Mapping[UUID, str]
    posted: bool = False
    claims: tuple[Claim, ...] = field(default=())
    late: int = 0

    @property
    def untold(self) -> tuple[UUID, ...]:
        """Households of which nothing shows that they were told."""
        return () if self.posted else tuple(one for one, way in self.told.items() if not way)


def pri_1_window_has_run(facts: Window, law: Law | None = None) -> Finding | None:
    """PRI-1: before its last day is over nobody else gets the land. 农村土地承包法 38, 解释 11."""
    return None if facts.today > facts.last_day else Finding("PRI-1", "window", {"last": facts.last_day})


def pri_2_every_household_was_told(facts: Window, law: Law | None = None) -> Finding | None:
    """PRI-2: it is shown that every household of the collective was told: it read it, was handed it, or it was posted; and
    that was brought while the days ran.
    """
    return Finding("PRI-2", "told", {"untold": len(facts.untold)}) if facts.untold else None


def pri_3_claimed_in_time_by_a_member(facts: Window, household: UUID | None, law: Law | None = None) -> Finding | None:
    """PRI-3: a claim is of a household of the collective, and comes within the window."""
    if household in facts.told and facts.today <= facts.last_day:
        return None
    return Finding("PRI-3", "window", {"last": facts.last_day})


def pri_6_of_what_a_member_may_take(members_first: bool, law: Law | None = None) -> Finding | None:
    """PRI-6: members come first where farmland or four-wastes go to whom they may be, not where a house or building land is let,
    nor where land becomes a share in an organisation: who is none cannot take it on equal terms. RLCL-38.
    """
    return None if members_first else Finding("PRI-6", "window")


def pri_7_gave_it_up(gave_up: bool, law: Law | None = None) -> Finding | None:
    """PRI-7: who had the land by a deal and gave it up does not have it by priority at the price of the next. SPC-RLC-11."""
    return Finding("PRI-7", "window") if gave_up else None


def pri_9_not_the_contractor(contractor: bool, law: Law | None = None) -> Finding | None:
    """PRI-9: whose contracted land is offered further by its taker has it by no claim, offer or bid: it is theirs. RLCL-46."""
    return Finding("PRI-9", "taker") if contractor else None


def pri_8_taken_back_while_the_window_runs(facts: Window, law: Law | None = None) -> Finding | None:
    """PRI-8: a claim is taken back by its household within the window: until its last day is over nothing rests on it."""
    return Finding("PRI-8", "window", {"last": facts.last_day}) if facts.today > facts.last_day else None


CLOSE_RULES = (pri_1_window_has_run, pri_2_every_household_was_told)
"""What stands before a deal with somebody who is no member."""
