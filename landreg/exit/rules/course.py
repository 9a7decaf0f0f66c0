"""How an exit stands, from what was recorded of it; and what each of its steps must rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law

WAYS = ("counter", "video", "notarised", "guardian")
SETTLING = ("落户", "落戶", "户籍", "戶籍", "户口", "戶口", "户政", "戶政", "派出所", "公安")
"""Words in the name of a place that settles people: no consent to an exit is taken there."""
FINAL = ("ended", "return", "withdrawal", "lapse", "refused")
"""Stages after which nothing is done but reading."""


@dataclass(frozen=True)
class Word:
    """A member's word on an exit. has_paper: its record is in the folder. on: the day on which it was taken."""

    member_id: UUID
    agrees: bool
    on: date
    way: str = "counter"
    language: str = ""
    identity_checked: bool = False
    read_aloud: bool = False
    witness: str = ""
    witness_apart: bool = False
    by_name: str = ""
    has_paper: bool = False

    @property
    def sound(self) -> bool:
        """Whether it counts as a consent."""
        return self.agrees and not self.lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """The fields of a form that were left out, without which no consent counts."""
        said = {
            "identity": self.identity_checked, "read": self.read_aloud, "language": self.language, "witness": self.witness,
            "apart": self.witness_apart,
        }  # fmt: skip
        return tuple(name for name, value in said.items() if not value)


@dataclass(frozen=True)
class Course:
    """An exit on a day. adults, minors: members by id, masked names. minors_kept: a guardian wrote how they are provided for.
    offered_on: the day of its last offer. over: withdrawal, lapse or return. case_state: of its case in the register. repaid: what
    the household gave back of what it had been paid.
    """

    number: str
    today: date
    adults: Mapping[UUID, str]
    minors: Mapping[UUID, str] = field(default_factory=dict)
    words: tuple[Word, ...] = ()
    minors_kept: bool = False
    offered_on: date | None = None
    agreed: Decimal | None = None
    signed_on: date | None = None
    lapses_on: date | None = None
    paid: Decimal = Decimal(0)
    repaid: Decimal = Decimal(0)
    over: str = ""
    case_state: str = "draft"

    @property
    def left(self) -> Decimal:
        """What is still to be paid, in yuan."""
        return (self.agreed or Decimal(0)) - self.paid

    @property
    def against(self) -> tuple[str, ...]:
        """Masked names of those who refuse."""
        return tuple(
            self.adults[word.member_id] for word in self.words if not word.agrees and word.member_id in self.adults
        )

    @property
    def lacking(self) -> tuple[str, ...]:
        """Masked names of the adults whose consent is not there."""
        spoken = {word.member_id for word in self.words if word.sound or not word.agrees}
        return tuple(name for member, name in self.adults.items() if member not in spoken)


def stage(course: Course, cooling_days: int) -> str:
    """Where an exit is: a word of terms.toml, exit_stage."""
    if course.over:
        return course.over
    if course.case_state in ("registered", "certified"):
        return "ended"
    if course.case_state in ("withdrawn", "refused"):
        return "refused"
    if course.against:
        return "against"
    if course.agreed is not None:
        return "paying" if course.left > 0 else "paid"
    if course.lacking or (course.minors and not course.minors_kept) or course.offered_on is None:
        return "applied"
    return "cooling" if course.today < agreed_from(course, cooling_days) else "agreeing"


def agreed_from(course: Course, cooling_days: int) -> date:
    """The first day on which the agreement may be signed: after the last member's word, the last offer, and the days to think."""
    begun = [word.on for word in course.words] + ([course.offered_on] if course.offered_on else [])
    return max(begun, default=course.today) + timedelta(days=cooling_days)


def exit_1_each_adult_consents(facts: Course, law: Law) -> Finding | None:
    """EXIT-1: every adult member consents, each separately, in person or recorded. 农村土地承包法 第二十七、三十条 (RLCL-30)."""
    if not facts.lacking and not facts.against:
        return None
    values = {"lacking": list(facts.lacking), "against": list(facts.against)}
    return Finding("EXIT-1", "member", values, subject=facts.number)


def exit_6_minors_provided_for(facts: Course, law: Law) -> Finding | None:
    """EXIT-6: where members are under age, a guardian writes how their home and living are kept. RLCL-27."""
    if not facts.minors or facts.minors_kept:
        return None
    return Finding("EXIT-6", "minors", {"minors": list(facts.minors.values())}, subject=facts.number)


def exit_7_other_ways_have_their_paper(facts: Word, law: Law) -> Finding | None:
    """EXIT-7: a word that is not given at the counter has its record; a guardian's has the guardian's name. RLCL-27."""
    if facts.way == "counter" or (facts.has_paper and (facts.way != "guardian" or bool(facts.by_name))):
        return None
    return Finding("EXIT-7", "paper", {})


def exit_9_days_to_think(facts: Course, law: Law) -> Finding | None:
    """EXIT-9: the agreement is signed some days after the last member's consent. domain.md, exits; a county's own figure."""
    days = law.days("EXIT-9.cooling_days")
    earliest = agreed_from(facts, days)
    if facts.today >= earliest:
        return None
    return Finding("EXIT-9", "signed_on", {"days": days, "earliest": earliest}, subject=facts.number)


def exit_17_offered_before(facts: Course, law: Law) -> Finding | None:
    """EXIT-17: what the household is to be paid was reckoned and handed to it before it signs. RLCL-27; domain.md, exits."""
    return Finding("EXIT-17", "offer", {}, subject=facts.number) if facts.offered_on is None else None


@dataclass(frozen=True)
class Noticed:
    """A written notice: the day on which the collective had it, and the day on which the exit was asked for."""

    on_day: date
    asked_on: date


def exit_20_notice_in_its_time(facts: Noticed, law: Law) -> Finding | None:
    """EXIT-20: the half year runs from a notice that is given after the exit was asked for, and not from a day to come.

    RLCL-30 asks half a year in writing; that all of it lies after the application is the register's own: it is the time in which
    a household that was pressed can still take its exit back. It costs the household nothing: the land stays its own until then,
    and the money may come before.
    """
    if facts.asked_on <= facts.on_day <= law.on:
        return None
    return Finding("EXIT-20", "on_day", {"asked": facts.asked_on, "today": law.on})


def exit_21_no_settlement_counter(facts: str, law: Law) -> Finding | None:
    """EXIT-21: a consent is taken at a place that is said, and that settles nobody. RLCL-27."""
    if facts.strip() and not any(word in facts for word in SETTLING):
        return None
    return Finding("EXIT-21", "office", {})


@dataclass(frozen=True)
class Witnesses:
    """Who witnessed consents, and who has a stake in the exit: the household, who takes the land, who pays. field: of the form."""

    witnesses: tuple[str, ...]
    concerned: tuple[str, ...]
    field: str = "witness"


def exit_22_witness_apart(facts: Witnesses, law: Law) -> Finding | None:
    """EXIT-22: nobody who gives, takes or pays for the land witnesses a consent. RLCL-27, RLCL-30."""
    names = {plain for one in facts.concerned if (plain := "".join(one.split()))}
    return Finding("EXIT-22", facts.field, {}) if names & {"".join(one.split()) for one in facts.witnesses} else None


AGREE_RULES = (exit_1_each_adult_consents, exit_6_minors_provided_for, exit_9_days_to_think, exit_17_offered_before)
"""What stands before an agreement."""
