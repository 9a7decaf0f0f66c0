"""How a dispute and a contract come to their close: where and until when it is brought, what becomes of land and of what stands on
it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.core.units import CENT
from landreg.exchange.contracts.rules.course import Ending, remedy_over, remedy_until
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.law.book import Law

MOST_YUAN = Decimal("9999999999.99")
BREACH = "breach"
"""The ground on which a contract ends by the side alone that kept it."""
FIXTURES = ("none", "removed", "left_paid", "left_free")
"""What becomes of what the taker built: nothing was, it was taken away, it stays for a sum, it stays for nothing."""

PURPOSES = ("end", "change")
"""What a creditor's consent may be for."""
FREEZING = ("seizure", "dispute")
"""Restrictions under which nothing is disposed of, whoever consents."""
ABOUT = ("rent", "fixtures", "land", "other")
"""What a dispute is about: sums that were owed, what was built, the land's return, anything else."""
PAID, FREE = "left_paid", "left_free"
"""What stays of what the taker built, for a sum or for nothing."""
FORUMS = ("village", "township", "arbitration", "court")
LIMITED = ("arbitration", "court")
"""Where a claim must be brought within some years; mediation has no limit."""


@dataclass(frozen=True)
class Raised:
    """A dispute as it is brought. ended_on: of the contract, None while it runs. last_due: of its sums, None where it has none.

    accepted: the forum's own paper says that it has taken the case up, having looked at the limitation itself.
    """

    number: str
    forum: str
    about: str
    ended_on: date | None = None
    last_due: date | None = None
    accepted: bool = False


def con_26_dispute_within_limitation(facts: Raised, law: Law) -> Finding | None:
    """CON-26: after the end a claim goes to arbitration within two years, to court within three, from the end or the last due day.

    The return of land has no limitation (民法典 196); whether it was interrupted the forum says, by its paper that it took the case
    up. 农村土地承包经营纠纷调解仲裁法 18, 民法典 188, 189.
    """
    if facts.ended_on is None or facts.accepted or facts.about == "land" or facts.forum not in LIMITED:
        return None
    since = max(facts.ended_on, facts.last_due or facts.ended_on)
    last = years_after(since, law.days("CON-26.limitation_years", facts.forum)) - DAY
    return None if law.on <= last else Finding("CON-26", "forum", {"last": last}, subject=facts.number)


def con_83_land_board_hears_disputes_over_farmland(facts: tuple[str, str, str], law: Law) -> Finding | None:
    """CON-83: the land arbitration board hears disputes over contracted land and its transfer, none over a house, construction land
    or a service. 农村土地承包经营纠纷调解仲裁法 2.

    facts: the contract's number, its kind, the forum.
    """
    number, kind, forum = facts
    return None if forum in forums_of(kind) else Finding("CON-83", "forum", {}, subject=number)


def con_101_brought_on_a_day_that_is_shown(facts: tuple[str, date, date, bool], law: Law) -> Finding | None:
    """CON-101: a dispute is brought on a day since the contract was made until today; an earlier day than today is shown by the
    forum's own paper, which took the case up. landreg.

    facts: the contract's number, the day, the day of its making, whether that paper is there.
    """
    number, on_day, made_on, accepted = facts
    if made_on <= on_day <= law.on and (accepted or on_day == law.on):
        return None
    return Finding("CON-101", "on_day", {"since": made_on}, subject=number)


def forums_of(kind: str) -> tuple[str, ...]:
    """Where a dispute over a contract of a kind may be brought."""
    farmland = kind not in (*OUTSIDE_FARMING, SERVICE)
    return tuple(one for one in FORUMS if farmland or one != "arbitration")


def is_sum(yuan: Decimal | None) -> bool:
    """Whether it is a sum of yuan, in fen, more than nothing."""
    return yuan is not None and yuan.is_finite() and 0 < yuan <= MOST_YUAN and yuan == yuan.quantize(CENT)


@dataclass(frozen=True)
class Moved:
    """A contract that is to end early. registered: the register has moved what it moves. how: it would end."""

    number: str
    kind: str
    registered: bool
    how: str


def con_37_ended_by_who_kept_it(facts: Ending, law: Law) -> Finding | None:
    """CON-37: whoever kept a contract ends it alone where the other side broke it and did not mend it in the days of a notice, on a
    day of the term until today, with evidence. The grounds of RLCL-42 are those of the contractor of farmland alone (CON-7).
    """
    wrong = "" if facts.has_paper else "paper"
    if not facts.course.from_on <= facts.on_day <= law.on:
        wrong = "on_day"
    if facts.ground != BREACH or not remedy_over(facts.course, facts.on_day, facts.other):
        wrong = "ground"
    until = remedy_until(facts.course, facts.other)
    values = {} if until is None else {"until": until}
    return Finding("CON-37", wrong, values, subject=facts.course.number) if wrong else None


def moved_for_good(kind: str, *, registered: bool) -> bool:
    """Whether a contract has moved the right itself for good: an assignment, an exchange that is registered."""
    return kind == "assignment" or (kind == "exchange" and registered)


def con_30_what_was_moved_has_no_term(facts: Moved, law: Law) -> Finding | None:
    """CON-30: an assignment moves the right for good, and so does an exchange that is registered: neither has a term that could end
    early; nobody ends alone what moves the right. RLCL-33, RLCL-34.
    """
    alone = facts.kind == "exchange" and facts.how == "terminated"
    over = alone or moved_for_good(facts.kind, registered=facts.registered)
    return Finding("CON-30", "how", {}, subject=facts.number) if over else None


@dataclass(frozen=True)
class Laid:
    """What restricts the registered right that a contract brought into the register: its kind, for whom, on which right, whose.

    row: which one it is, as it stands. consented_to: what its creditor lets come, of PURPOSES. told: the creditor knows of the end.
    """

    kind: str
    party: str
    right: str
    holder: str
    row: str = ""
    consented_to: tuple[str, ...] = ()
    told: bool = False


@dataclass(frozen=True)
class GivenUp:
    """A contract that both sides end or change (purpose), by what restricts its right. consented: its creditors do too."""

    number: str
    laid: tuple[Laid, ...]
    purpose: str
    consented: bool


def con_38_frozen_right_is_not_given_up(facts: GivenUp, law: Law) -> Finding | None:
    """CON-38: while the registered right is seized or disputed, the parties neither agree it away nor change it. RERR-22."""
    return _limited("CON-38", "how", facts, [one for one in facts.laid if one.kind in FREEZING])


def con_39_creditor_lets_it_end(facts: GivenUp, law: Law) -> Finding | None:
    """CON-39: a mortgaged right is given up or changed by agreement with the written consent, to just that, of the creditor of each
    mortgage that stands: nothing might be left to secure the debt. RLCL-47, CC-406.
    """
    if facts.consented:
        return None
    waits = [one for one in facts.laid if one.kind == "mortgage" and facts.purpose not in one.consented_to]
    return _limited("CON-39", "consent", facts, waits)


@dataclass(frozen=True)
class Told:
    """That a creditor is told of a contract's end: on which day, since and until when it could be. parties: who waits for it."""

    number: str
    told_on: date | None
    since: date
    until: date
    parties: tuple[str, ...]


def con_70_creditor_is_told(facts: Told, law: Law) -> Finding | None:
    """CON-70: a creditor whose mortgaged right ends with a contract without its consent is told of it, on a day since the contract
    was made until today, before the right is asked to be struck out. landreg.
    """
    if facts.told_on is None:
        values = {"parties": list(facts.parties)}
        return Finding("CON-70", "told_on", values, subject=facts.number) if facts.parties else None
    return (
        None if facts.since <= facts.told_on <= facts.until else Finding("CON-70", "told_on", {}, subject=facts.number)
    )


def _limited(code: str, field: str, facts: GivenUp, found: Sequence[Laid]) -> Finding | None:
    limits = [
        {"restriction": one.kind, "party": one.party, "right": one.right, "right_kind": "land_operation", "holder": one.holder}
        for one in found
    ]  # fmt: skip
    return Finding(code, field, {"limits": limits}, subject=facts.number) if found else None


@dataclass(frozen=True)
class Returned:
    """How land is given back. fixtures: what became of what the taker built; paid_yuan: for what stays. deposit_yuan: what of the
    deposit went back with it. agreed_on: when both agreed that it stays for nothing. repaid_yuan, repaid_kg: what went back of what
    was paid beyond all that was due.
    """

    on_day: date
    fixtures: str = "none"
    paid_yuan: Decimal | None = None
    said: str = ""
    deposit_yuan: Decimal | None = None
    agreed_on: date | None = None
    repaid_yuan: Decimal | None = None
    repaid_kg: Decimal | None = None


@dataclass(frozen=True)
class Ground:
    """What a giving back is held against: the day on which the contract ended, what was awarded to the taker for what it built, and
    what the contract says becomes of that, and when it was made.
    """

    ends_on: date
    awarded: Decimal | None = None
    agreed: str = ""
    made_on: date | None = None


def con_24_returned_after_the_end(facts: tuple[Returned, Ground], law: Law) -> Finding | None:
    """CON-24: land is given back between the contract's last day and today; a sum is paid for what stays, and only then, the sum
    that was awarded where one was; where the contract says that it is paid for and it stays for nothing, how both agreed on that is
    said, and on which day. RLCL-43, LOT-19.
    """
    asked, of = facts
    first = of.ends_on - DAY
    if not first <= asked.on_day <= law.on:
        return _return_fault("on_day", "day", first=first, today=law.on)
    yuan = asked.paid_yuan
    if not ((yuan is None or is_sum(yuan)) and (asked.fixtures == PAID) == (yuan is not None)):
        return _return_fault("paid_yuan", "sum")
    if of.awarded is not None and yuan != of.awarded:
        return _return_fault("paid_yuan", "awarded", awarded=of.awarded)
    if of.agreed != PAID or asked.fixtures != FREE:
        return None
    if not asked.said.strip():
        return _return_fault("said", "waived")
    agreed = asked.agreed_on is not None and (of.made_on or asked.agreed_on) <= asked.agreed_on <= law.on
    return None if agreed else _return_fault("agreed_on", "agreed")


def _return_fault(field: str, fault: str, **values: object) -> Finding:
    return Finding("CON-24", field, {"fault": f"return_{fault}", **values})


def con_24_deposit_goes_back(facts: tuple[Returned, Decimal], law: Law) -> Finding | None:
    """CON-24: with a house its deposit goes back; of one that is kept, or a part of it, it is said why. 民法典 509.

    facts: what is recorded, and what of the deposit is to go back.
    """
    asked, held = facts
    yuan = asked.deposit_yuan
    if yuan is None:
        return _return_fault("deposit_yuan", "deposit", held=held) if held else None
    sound = (yuan == 0 or is_sum(yuan)) and yuan <= held and bool(held)
    if not sound:
        return _return_fault("deposit_yuan", "deposit", held=held)
    return _return_fault("said", "kept") if yuan < held and not asked.said.strip() else None


def con_24_overpaid_goes_back(facts: tuple[Returned, Decimal, Decimal], law: Law) -> Finding | None:
    """CON-24: with the land goes back what was paid beyond all that was due; where less did, it is said against what it was
    set off, or why. 民法典 509.

    facts: what is recorded, and what is to go back in yuan and in kg of grain.
    """
    asked, yuan, kg = facts
    for name, said, over in (("repaid_yuan", asked.repaid_yuan, yuan), ("repaid_kg", asked.repaid_kg, kg)):
        if said is None and over <= 0:
            continue
        if said is None or not (said == 0 or is_sum(said)) or said > over:
            return _return_fault(name, "overpaid", held=max(over, Decimal("0.00")))
        if said < over and not asked.said.strip():
            return _return_fault("said", "set_off")
    return None
