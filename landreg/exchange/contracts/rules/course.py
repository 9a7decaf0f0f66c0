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

WAYS = ("in_person", "agent", "service", "mandate")
"""How a side signs: at the desk; by the village agent with recorded consent; by a verified-signature service; by the written
mandate that a household gave to a village's project."""
GROUNDS = ("use_changed", "abandoned", "damaged", "serious_breach")
"""承包法 第四十二条, and no other."""
ENDS = ("term_over", "agreed", "terminated", "award", "dissolved", "land_lost", "replaced", "parent_ended")
FINAL = ("withdrawn", "ended")
OUTCOMES = ("stands", "ended", "void", "owed", "hand_back", "dismissed", "withdrawn")
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
    priced or not. late_out, late_out_kg: the same of its contractor.
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
    return stage_on(course.today, (course.from_on, course.until_on), ends_on, disputed=course.disputed)


def stage_on(today: date, term: tuple[date, date], ends_on: date | None, *, disputed: bool) -> str:
    """The same of a contract that both have signed. term: half-open. ends_on: the first day without it, None while none is set."""
    first, until = term
    if ends_on is not None:
        return "ended" if ends_on <= today else "ending"
    if disputed:
        return "disputed"
    if today < first:
        return "signed"
    return "running" if today < until else "over"


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
class Signing:
    """A signature as it is taken. text_sha256: of what was signed; expected: of the contract as it stands.

    of_collective: the contractor is a collective; representative: who signs for it, as the contract names them.
    """

    side: str
    way: str
    text_sha256: str
    expected: str
    name: str
    identity_checked: bool = False
    witness: str = ""
    consented: bool = False
    verified: bool = False
    number: str = ""
    of_collective: bool = False
    representative: str = ""


def con_3_signature_is_sound(facts: Signing, law: Law) -> Finding | None:
    """CON-3: a side signs the contract as it stands, itself and recognised, or by an agent whom it lets sign. RLCL-40, LOT-8."""
    sound = facts.side in ("contractor", "taker") and facts.way in WAYS and bool(facts.name.strip())
    sound = sound and facts.text_sha256 == facts.expected
    match facts.way:
        case "in_person":
            sound = sound and facts.identity_checked and bool(facts.witness.strip())
        case "agent" | "mandate":
            sound = sound and facts.consented and facts.side == "contractor"
        case "service":
            sound = sound and facts.verified
    return None if sound else Finding("CON-3", "way", {}, subject=facts.number or None)


def con_4_service_answer_fits(facts: Signing, law: Law) -> Finding | None:
    """CON-4: the answer of a signature service is signed by its key and names this contract, this text and this side. LOT-26."""
    if facts.way != "service" or facts.verified:
        return None
    return Finding("CON-4", "answer", {}, subject=facts.number or None)


def con_18_collective_signs_by_its_representative(facts: Signing, law: Law) -> Finding | None:
    """CON-18: for a collective signs whom the contract names by its members' resolution, itself. RCEO-5, RLCL-22."""
    if not facts.of_collective or facts.side != "contractor":
        return None
    if facts.way in ("in_person", "service") and facts.name.strip() == facts.representative:
        return None
    return Finding("CON-18", "name", {}, subject=facts.number or None)


SIGNATURE_RULES = (con_4_service_answer_fits, con_3_signature_is_sound, con_18_collective_signs_by_its_representative)
"""What a signature is held against; the first finding is told."""


@dataclass(frozen=True)
class Ending:
    """How a contract ends early. since: of land left idle, from when. has_paper: the evidence is there. of_organisation: its taker
    is one. side: who ends it alone, for which the last notice that it gave the other side counts.
    """

    course: Course
    ground: str
    on_day: date
    since: date | None = None
    has_paper: bool = False
    how: str = "agreed"
    of_organisation: bool = True
    side: str = "contractor"

    @property
    def other(self) -> str:
        """The side that has to mend."""
        return "taker" if self.side == "contractor" else "contractor"


def con_7_ended_on_the_law_s_grounds(facts: Ending, law: Law) -> Finding | None:
    """CON-7: the contractor ends a contract alone on four grounds only, each with its evidence. RLCL-42.

    Idle for two years running; of another serious breach, after a notice to remedy whose days ran out in vain. It ends on a day
    of its term until today, on which the ground was there.
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
    if facts.ground == "serious_breach" and until is not None and waits_for_remedy(facts.course, facts.other):
        return {"until": until}
    if facts.ground == "abandoned" and since is not None:
        return {"idle": years_after(max(since, facts.course.from_on), law.days("CON-7.abandoned_years"))}
    return {}


def _idle(facts: Ending, years: int) -> bool:
    """Whether the land lay idle for so many years of the contract until it ends."""
    since = facts.since
    return since is not None and facts.course.from_on <= since and years_after(since, years) <= facts.on_day


def remedy_over(course: Course, on_day: date, side: str = "taker") -> bool:
    """Whether the days of the last notice to remedy that asked a side had run out by a day, and what it asked was not done."""
    until = remedy_until(course, side)
    return waits_for_remedy(course, side) and until is not None and min(course.today, on_day) > until


def waits_for_remedy(course: Course, side: str = "taker") -> bool:
    """Whether the last notice to remedy that asked a side stands: what it asked was not done, arrears were not paid."""
    last, done = asked_to_remedy(course, side), [one for one in course.of("remedied") if _side(one, side) == side]
    if last is None or (done and done[-1].on_day >= last.on_day):
        return False
    return last.facts.get("what") != "arrears" or any(course.overdue_of(side))


def remedy_until(course: Course, side: str = "taker") -> date | None:
    """The last day that the last notice to remedy gives a side; None without one."""
    last = asked_to_remedy(course, side)
    return last.on_day + timedelta(days=int(last.facts.get("days", 0))) if last else None


def asked_to_remedy(course: Course, side: str) -> Happened | None:
    """The last notice to remedy that asked a side."""
    return next((one for one in reversed(course.of("remedy_asked")) if _side(one, "taker") == side), None)


def _side(one: Happened, otherwise: str) -> str:
    return str(one.facts.get("side") or otherwise)


def con_8_both_agree_to_end(facts: Ending, law: Law) -> Finding | None:
    """CON-8: an early end is in writing and on a day of the term, or since the contract was made where that lies ahead; an
    organisation alone dissolves, on no day to come. CC-562, RLCL-38.
    """
    course = facts.course
    made = course.of("signed")
    first = made[-1].on_day if made and law.on < course.from_on else course.from_on
    last = min(course.until_on, law.on) if facts.how == "dissolved" else course.until_on
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
    if facts.from_on >= facts.previous.until_on and (facts.same_taker or facts.declined):
        return None
    return Finding("CON-10", "taker", {"number": facts.previous.number}, subject=facts.previous.number)


def con_14_signed_and_settled(facts: tuple[Course, bool], law: Law) -> Finding | None:
    """CON-14: a transaction certificate is for a contract that is signed, and of which what was due at once is paid. LOT-25."""
    course, paid = facts
    if stage(course) in ("signed", "running") and not course.late and paid:
        return None
    return Finding("CON-14", "state", {}, subject=course.number)
