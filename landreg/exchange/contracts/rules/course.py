"""Where a contract is in its life, from what was recorded of it; what may be done then; on which grounds it ends. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import years_after
from landreg.law.book import Law

GROUNDS = ("use_changed", "abandoned", "damaged", "serious_breach")
"""承包法 第四十二条, and no other."""
ENDS = ("term_over", "agreed", "terminated", "award", "dissolved", "land_lost", "replaced", "parent_ended")
FINAL = ("withdrawn", "ended")
OUTCOMES = ("stands", "ended", "void", "owed", "hand_back", "dismissed", "failed", "lapsed", "withdrawn")
"""What a mediation or an award says of the contract."""


@dataclass(frozen=True)
class Happened:
    """A recorded step: its kind, the day that counts, and what was said with it."""

    kind: str
    on_day: date
    facts: Mapping[str, Any] = field(default_factory=dict)
    has_paper: bool = False


@dataclass(frozen=True)
class Course:
    """A contract on a day. until_on: exclusive, of its term. arrears: of its taker in yuan, on that day; arrears_kg: of grain,
    priced or not. late_out, late_out_kg: the same of its contractor. late_since,
    out_since: when the oldest of what each owes was due. for_good: it moves the right itself, and no day ends it.
    """

    number: str
    today: date
    from_on: date
    until_on: date
    events: Sequence[Happened] = ()
    arrears: Decimal = Decimal(0)
    arrears_kg: Decimal = Decimal(0)
    late_out: Decimal = Decimal(0)
    late_out_kg: Decimal = Decimal(0)
    late_since: date | None = None
    out_since: date | None = None
    for_good: bool = False

    def of(self, *kinds: str) -> tuple[Happened, ...]:
        """What was recorded of these kinds, in order."""
        return tuple(one for one in self.events if one.kind in kinds)

    @property
    def disputed(self) -> bool:
        """Whether a dispute is open."""
        return len(self.of("disputed")) > len(self.of("settled"))

    @property
    def late(self) -> bool:
        """Whether its taker owes something whose day is over."""
        return self.arrears > 0 or self.arrears_kg > 0

    def overdue_of(self, side: str) -> tuple[Decimal, Decimal]:
        """What a side owes whose day is over: in yuan, and in kg of grain."""
        return (self.arrears, self.arrears_kg) if side == "taker" else (self.late_out, self.late_out_kg)

    def owed_since(self, side: str) -> date | None:
        """When the oldest of what a side owes, and whose day is over, was due."""
        return self.late_since if side == "taker" else self.out_since

    @property
    def lacking(self) -> tuple[str, ...]:
        """The sides whose signature is not there."""
        return tuple(side for side in ("contractor", "taker") if not self.of(f"signed_{side}"))


UNSIGNED = ("drawn", "part_signed")
"""The stages of a draft."""
VOID = "void"
"""How a contract reads that an outcome declares never in force: beside its stage, which is that of one that has ended."""


def stage(course: Course) -> str:
    """Where a contract is: a word of terms.toml, contract_stage."""
    if course.of("withdrawn"):
        return "withdrawn"
    if not course.of("signed", "ended"):
        return "part_signed" if len(course.lacking) == 1 else "drawn"
    ends = course.of("ended")
    ends_on = ends[-1].on_day if ends else None
    return stage_on(
        course.today, (course.from_on, course.until_on), ends_on, disputed=course.disputed, for_good=course.for_good
    )


def stage_on(
    today: date, term: tuple[date, date], ends_on: date | None, *, disputed: bool, for_good: bool = False
) -> str:
    """The same of a contract that both have signed. term: half-open. ends_on: the first day without it, None while none is set.
    for_good: it moves the right itself (RLCL-33, RLCL-34), and is not over on a day.
    """
    first, until = term
    if ends_on is not None:
        return "ended" if ends_on <= today else "ending"
    if disputed:
        return "disputed"
    if today < first:
        return "signed"
    return "running" if today < until or for_good else "over"


def con_5_at_this_step(facts: tuple[Course, Collection[str]], law: Law) -> Finding | None:
    """CON-5: the contract is at a step at which this may be done. 流转管理办法 (LOT-22), landreg."""
    course, allowed = facts
    where = stage(course)
    if where in allowed:
        return None
    return Finding("CON-5", "state", {"where": where}, subject=course.number)


def con_9_no_open_dispute(facts: Course, law: Law) -> Finding | None:
    """CON-9: while a dispute is before mediation or arbitration, neither side ends or changes the contract. RLCL-42, CC-465."""
    return Finding("CON-9", "state", {}, subject=facts.number) if facts.disputed else None


@dataclass(frozen=True)
class Ending:
    """How a contract ends early. since: of land left idle, from when. has_paper: the evidence is there. of_organisation: its taker
    is one. side: who ends it alone, for which the notices that it gave the other side count. made_on: of an agreement to end it,
    or of the paper that shows why it ends, the day on which that was made; None: as it is recorded.
    """

    course: Course
    ground: str
    on_day: date
    since: date | None = None
    has_paper: bool = False
    how: str = "agreed"
    of_organisation: bool = True
    side: str = "contractor"
    made_on: date | None = None

    @property
    def other(self) -> str:
        """The side that has to mend."""
        return "taker" if self.side == "contractor" else "contractor"


def con_7_ended_on_the_law_s_grounds(facts: Ending, law: Law) -> Finding | None:
    """CON-7: the contractor ends a contract alone on four grounds only, each with its evidence. RLCL-42.

    Idle for two years running; of another serious breach, after a notice to remedy whose days ran out in vain, counted from the
    one that was served last for that fault. It ends on a day of its term until today, on which the ground was there.
    """
    wrong = ""
    if not facts.has_paper:
        wrong = "paper"
    if not facts.course.from_on <= facts.on_day <= law.on:
        wrong = "on_day"
    if facts.ground == "abandoned" and not _idle(facts, law.days("CON-7.abandoned_years")):
        wrong = "since"
    if facts.ground not in GROUNDS or (
        facts.ground == "serious_breach" and not remedy_over(facts.course, facts.on_day, facts.other)
    ):
        wrong = "ground"
    return Finding("CON-7", wrong, _not_before(facts, law), subject=facts.course.number) if wrong else None


def _not_before(facts: Ending, law: Law) -> dict[str, date]:
    """What a ground waits for: the last day that a notice to remedy gives, the day on which land has been idle long enough."""
    until, since = remedy_until(facts.course, facts.other), facts.since
    if facts.ground == "serious_breach" and until is not None:
        return {"until": until}
    if facts.ground == "abandoned" and since is not None:
        return {"idle": years_after(max(since, facts.course.from_on), law.days("CON-7.abandoned_years"))}
    return {}


def _idle(facts: Ending, years: int) -> bool:
    """Whether the land lay idle for so many years of the contract until it ends."""
    since = facts.since
    return since is not None and facts.course.from_on <= since and years_after(since, years) <= facts.on_day


@dataclass(frozen=True)
class Asked:
    """Of what a side was asked to mend the notice that was served last. until: the last day that it gives. stands: what it asked
    was not done; of arrears, something that was due before its day is not paid. over: its days ran out in vain.
    """

    side: str
    what: str
    on_day: date
    until: date
    stands: bool
    over: bool


def asked_to_remedy(course: Course, side: str, on_day: date | None = None) -> tuple[Asked, ...]:
    """What a side was asked to mend, each once. on_day: by which it was in vain, today where none is said."""
    last: dict[str, Happened] = {}
    for one in course.of("remedy_asked"):
        what = str(one.facts.get("what", ""))
        if _side(one, "taker") == side and (what not in last or last[what].on_day <= one.on_day):
            last[what] = one
    mended, since = (
        max((one.on_day for one in course.of("remedied") if _side(one, side) == side), default=None),
        course.owed_since(side),
    )
    found = []
    for what, one in last.items():
        until = one.on_day + timedelta(days=int(one.facts.get("days", 0)))
        stands = mended is None or mended < one.on_day
        stands = stands and (what != "arrears" or (since is not None and since < one.on_day))
        over = stands and min(course.today, on_day or course.today) > until
        found.append(Asked(side, what, one.on_day, until, stands, over))
    return tuple(found)


def remedy_over(course: Course, on_day: date, side: str = "taker") -> bool:
    """Whether the days of what a side was asked to mend had run out by a day, and it was not done."""
    return any(one.over for one in asked_to_remedy(course, side, on_day))


def waits_for_remedy(course: Course, side: str = "taker") -> bool:
    """Whether something that a side was asked to mend was not done."""
    return any(one.stands for one in asked_to_remedy(course, side))


def remedy_until(course: Course, side: str = "taker") -> date | None:
    """The first day on which the days of what a side was asked, and has not done, are over; None where nothing is."""
    return min((one.until for one in asked_to_remedy(course, side) if one.stands), default=None)


def _side(one: Happened, otherwise: str) -> str:
    return str(one.facts.get("side") or otherwise)


def con_8_both_agree_to_end(facts: Ending, law: Law) -> Finding | None:
    """CON-8: an early end is in writing and on a day of the term, or since the contract was made where that lies ahead; by
    agreement on none before that was made, which is recorded within days. That the taker is dissolved, or the land lost, has
    happened: it is shown by a paper of a day since the contract was made, of land by an older one too,
    and ends it on none before that, nor further back than
    those days, nor to come: what fell due until then stays owed. An organisation alone dissolves. CC-562, CC-565, RLCL-38.
    """
    course, days = facts.course, law.days("CON-8.told_days")
    made = course.of("signed")
    signed = made[-1].on_day if made else course.from_on
    first = signed if law.on < course.from_on else course.from_on
    made_on, told = facts.made_on or law.on, law.on - timedelta(days=days)
    agreed = facts.how == "agreed"
    earliest = max(signed, told) if agreed else signed
    before = facts.how == "land_lost" and made_on < signed
    if not (before or earliest <= made_on <= law.on):
        values = {"days": days, "earliest": earliest} if agreed else {"shown": earliest}
        return Finding("CON-8", "made_on", values, subject=course.number)
    first = max(first, made_on) if agreed else max(first, signed, made_on, min(told, course.until_on))
    last = course.until_on if agreed else min(course.until_on, max(law.on, course.from_on))
    wrong = "" if facts.has_paper else "paper"
    if not first <= facts.on_day <= last:
        wrong = "on_day"
    if facts.how == "dissolved" and not facts.of_organisation:
        wrong = "how"
    return Finding("CON-8", wrong, {"first": first, "last": last}, subject=course.number) if wrong else None


@dataclass(frozen=True)
class Renewal:
    """A contract that follows another on its parcels. same_taker: whoever has the land. declined: they were asked in writing."""

    previous: Course
    from_on: date
    same_taker: bool
    declined: bool


def con_10_taker_before_others(facts: Renewal, law: Law) -> Finding | None:
    """CON-10: at the end of a term whoever has the land comes first on equal terms: another only after they were asked. LOT-10."""
    late = facts.from_on >= facts.previous.until_on
    if late and (facts.same_taker or facts.declined):
        return None
    return Finding(
        "CON-10", "taker" if late else "from_on", {"number": facts.previous.number}, subject=facts.previous.number
    )


def con_14_signed_and_settled(facts: tuple[Course, bool], law: Law) -> Finding | None:
    """CON-14: a transaction certificate is for a contract that is signed, and of which what was due at once is paid. LOT-25."""
    course, paid = facts
    if stage(course) in ("signed", "running") and not course.late and paid:
        return None
    return Finding("CON-14", "state", {}, subject=course.number)
