"""Red flags: what an auditor looks at first. Each rule asks one thing of one fact, and tells the numbers that raised it.

A flag accuses nobody: it warns, and its sentence says what was counted against which figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import BEIJING, beijing_day
from landreg.law.book import Law


@dataclass(frozen=True)
class Fact:
    """What a flag is raised on. subject: the number or code that names it. cases: the numbers of the cases behind it."""

    village: str
    subject: str
    at: datetime
    cases: tuple[str, ...] = ()


@dataclass(frozen=True)
class OwnApproval(Fact):
    """An officer tried to approve a case of their own, so many times."""

    by: str = ""
    times: int = 1


@dataclass(frozen=True)
class NoticeRun(Fact):
    """A notice: its days, and the first day on which one of its cases was registered.

    kinds: of act and of right that it announced.
    """

    kinds: tuple[tuple[str, str], ...] = ()
    published_on: date = date.min
    last_day: date = date.min
    registered_on: date | None = None


@dataclass(frozen=True)
class ActDone(Fact):
    """Acts, registered at one instant by somebody, or asked for at once. asked_at: when they were asked for, where the worker did
    them later. acts: how many.
    """

    by: str = ""
    asked_at: datetime | None = None
    acts: int = 1


@dataclass(frozen=True)
class ClerkDay(Fact):
    """The single acts of one clerk in the order of time; of a batch or of long work that the worker did for them, none."""

    by: str = ""
    instants: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class AreaChange(Fact):
    """The area of a right or a parcel, in m², before and after an act."""

    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)


@dataclass(frozen=True)
class Printed(Fact):
    """The certificates that one right has had, the instants of their issue in order."""

    instants: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Reveal(Fact):
    """Identity data opened: of how many persons, by whom; known: whether a case, a certificate or a check that shows nothing
    stands behind it. opening: the key of its leaf.
    """

    opening: str = ""
    by: str = ""
    persons: int = 1
    known: bool = False


@dataclass(frozen=True)
class Assembly(Fact):
    """The members' assembly of a roster: all members as they were told, and the register's persons in the households."""

    by: str = ""
    members: int = 0
    counted: int = 0


@dataclass(frozen=True)
class SumRaised(Fact):
    """The sum, in yuan, that a mortgage secured before and after an act."""

    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)


@dataclass(frozen=True)
class ExitsWatched(Fact):
    """Exits of one officer, clerk, village, buyer or reason held against settlements (`audit.watching`): how many there were,
    how many lie near one, how many chance gives, and how seldom it gives so many, after correction for all that was asked.
    """

    exits: int = 0
    near: int = 0
    expected: Decimal = Decimal(0)
    q: Decimal = Decimal(1)


LOOKS_A_YEAR = 12
"""The watch's rate of false alarms is a year's: each monthly look has its part of it."""
FlagRule = Callable[[Any, Law], Finding | None]


def aud_1_own_case_approval_tried(fact: OwnApproval, law: Law) -> Finding | None:
    """AUD-1: somebody tried to approve what they had prepared or accepted. 不动产登记暂行条例 第十八条."""
    if fact.times < law.days("AUD-1.attempts_least"):
        return None
    return Finding("AUD-1", None, {"by": fact.by, "times": fact.times}, subject=fact.subject)


def aud_2_notice_cut_short(fact: NoticeRun, law: Law) -> Finding | None:
    """AUD-2: a notice ran fewer working days than asked, or a case was registered before it had run. 细则 第十七条."""
    required = max(law.notice_days(*kinds) for kinds in fact.kinds)
    due = law.working_days_after(fact.published_on, required)
    ended = fact.last_day
    if fact.registered_on is not None:
        ended = min(ended, fact.registered_on - timedelta(days=1))
    if ended >= due:
        return None
    given = _working_days_between(fact.published_on, ended, law)
    values = {"published": fact.published_on, "ended": ended, "given": given, "required": required}
    return Finding("AUD-2", None, values, subject=fact.subject)


def aud_3_act_outside_office_hours(fact: ActDone, law: Law) -> Finding | None:
    """AUD-3: an act was registered, or asked for from the worker, on a day or at an hour when the office is closed."""
    opens, closes = _hour(law, "opens"), _hour(law, "closes")
    at = (fact.asked_at or fact.at).astimezone(BEIJING)
    day = at.date()
    working = law.working_days_after(day - timedelta(days=1), 1) == day
    if working and opens <= at.time() < closes:
        return None
    values = {
        "by": fact.by,
        "acts": fact.acts,
        "at": f"{at:%Y-%m-%d %H:%M}",
        "opens": f"{opens:%H:%M}",
        "closes": f"{closes:%H:%M}",
    }
    return Finding("AUD-3", None, values, subject=fact.subject)


def aud_4_burst_of_changes(fact: ClerkDay, law: Law) -> Finding | None:
    """AUD-4: one clerk registered more single acts within some minutes than anyone can read."""
    most, minutes = law.days("AUD-4.burst", "acts_most"), law.days("AUD-4.burst", "minutes")
    count, begun = _densest(fact.instants, timedelta(minutes=minutes))
    if count <= most:
        return None
    values = {"by": fact.by, "count": count, "minutes": minutes, "most": most, "begun": _minute(begun)}
    return Finding("AUD-4", None, values, subject=fact.subject)


def aud_5_area_jumps(fact: AreaChange, law: Law) -> Finding | None:
    """AUD-5: an act changed an area by more than both figures, the share and the m²."""
    difference = abs(fact.after - fact.before)
    share = law.number("AUD-5.jump", "share")
    if difference <= law.number("AUD-5.jump", "m2") or difference <= share * fact.before:
        return None
    percent = (100 * difference / fact.before).quantize(Decimal("0.1")) if fact.before else Decimal(100)
    values = {"before": fact.before, "after": fact.after, "percent": percent, "most": f"{(100 * share).normalize():f}"}
    return Finding("AUD-5", None, values, subject=fact.subject)


def aud_6_certificate_reprinted_often(fact: Printed, law: Law) -> Finding | None:
    """AUD-6: a right had more certificates within some months than are usual."""
    most, days = law.days("AUD-6.reprints", "certificates_most"), law.days("AUD-6.reprints", "days")
    count, begun = _densest(fact.instants, timedelta(days=days))
    if count <= most:
        return None
    values = {"count": count, "days": days, "most": most, "begun": beijing_day(begun)}
    return Finding("AUD-6", None, values, subject=fact.subject)


def aud_7_reveal_without_a_case(fact: Reveal, law: Law) -> Finding | None:
    """AUD-7: identity data was opened, and no case of those days and no certificate asks for it. 个人信息保护法 第六条."""
    if fact.known:
        return None
    values = {"by": fact.by, "persons": fact.persons, "days": law.days("AUD-7.case_days")}
    return Finding("AUD-7", None, values, subject=fact.subject)


def aud_8_exits_near_settlements(fact: ExitsWatched, law: Law) -> Finding | None:
    """AUD-8: more exits lie close to settlements than chance gives, at the rate of false alarms. 农村土地承包法 第二十七条."""
    if fact.q > law.number("AUD-8.watch", "rate") / LOOKS_A_YEAR:
        return None
    values = {
        "subject": fact.subject,
        "exits": fact.exits,
        "near": fact.near,
        "days": law.days("AUD-8.watch", "window_days"),
        "expected": fact.expected,
        "q": fact.q,
    }
    return Finding("AUD-8", None, values, subject=fact.subject)


def aud_30_assembly_counted_otherwise(fact: Assembly, law: Law) -> Finding | None:
    """AUD-30: an assembly's members are fewer or more than the register's by more than a share. 集体经济组织法 第二十七条."""
    share = law.number("AUD-30.members")
    if abs(fact.members - fact.counted) <= share * fact.counted:
        return None
    values = {"by": fact.by, "members": fact.members, "counted": fact.counted, "most": f"{(100 * share).normalize():f}"}
    return Finding("AUD-30", None, values, subject=fact.subject)


def aud_31_secured_sum_manifold(fact: SumRaised, law: Law) -> Finding | None:
    """AUD-31: a mortgage secures manifold what it did. 民法典 第四百零九条."""
    times = law.number("AUD-31.times")
    if fact.after < times * fact.before:
        return None
    values = {"before": fact.before, "after": fact.after, "times": f"{times.normalize():f}"}
    return Finding("AUD-31", None, values, subject=fact.subject)


FLAGS: tuple[tuple[type[Fact], FlagRule], ...] = (
    (OwnApproval, aud_1_own_case_approval_tried),
    (NoticeRun, aud_2_notice_cut_short),
    (ActDone, aud_3_act_outside_office_hours),
    (ClerkDay, aud_4_burst_of_changes),
    (AreaChange, aud_5_area_jumps),
    (Printed, aud_6_certificate_reprinted_often),
    (Reveal, aud_7_reveal_without_a_case),
    (ExitsWatched, aud_8_exits_near_settlements),
    (Assembly, aud_30_assembly_counted_otherwise),
    (SumRaised, aud_31_secured_sum_manifold),
)
"""Each kind of fact with the rule that is asked of it."""
FLAG_CODES = ("AUD-30", "AUD-31", "AUD-8", "AUD-1", "AUD-2", "AUD-5", "AUD-7", "AUD-4", "AUD-6", "AUD-3")
"""The gravest first: what touches many people's land, then what harms one, then what is only unusual."""


def _hour(law: Law, which: str) -> time:
    return time(law.days("AUD-3.office_hours", which))


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _working_days_between(start: date, end: date, law: Law) -> int:
    """Working days after `start` up to and including `end`."""
    count = 0
    while law.working_days_after(start, count + 1) <= end:
        count += 1
    return count


def _densest(instants: Sequence[datetime], window: timedelta) -> tuple[int, datetime]:
    """How many of the instants, which are in order, lie in the fullest window, and when that one begins."""
    best, begun, first = 0, instants[0], 0
    for last, at in enumerate(instants):
        while at - instants[first] > window:
            first += 1
        if last - first + 1 > best:
            best, begun = last - first + 1, instants[first]
    return best, begun
