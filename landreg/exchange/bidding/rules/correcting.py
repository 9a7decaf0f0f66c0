"""REC-1 to REC-3: when a record of money may be corrected, by what and by whom. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.errors import Finding
from landreg.law.book import Law


@dataclass(frozen=True)
class Correcting:
    """A record, and what is said in its place. why: it was wrong. corrected: it was corrected before. kind, instead: of what was
    and what is recorded, '' where nothing is in its place. same: both say one thing. rests: what rests on the record and would
    not any more, a word of terms.toml after `correction_`, '' where nothing does. on_day, last: its day, and the last it can be.
    """

    why: str
    corrected: bool
    kind: str
    instead: str = ""
    same: bool = False
    rests: str = ""
    on_day: date | None = None
    last: date | None = None


def rec_1_corrected_while_nothing_rests_on_it(facts: Correcting, law: Law | None = None) -> Finding | None:
    """REC-1: corrected once, with its reason, by what differs from it: what came by what came, what went by what went; and while
    nothing rests on it that cannot be taken back with it.
    """
    crosses = bool(facts.instead) and (facts.kind == "paid") != (facts.instead == "paid")
    late = facts.on_day is not None and facts.last is not None and facts.on_day > facts.last
    faults = {
        "again": facts.corrected, "why": not facts.why.strip(), "kind": crosses, "same": facts.same,
        facts.rests: bool(facts.rests), "day": late,
    }  # fmt: skip
    fault = next((name for name, holds in faults.items() if holds), "")
    if not fault:
        return None
    field = {"kind": "kind", "day": "on_day"}.get(fault, "why")
    return Finding("REC-1", field, {"fault": f"correction_{fault}", "last": facts.last})


@dataclass(frozen=True)
class Doubting:
    """That a deposit did not come. paid: it is recorded as one that came, and stands. closed: its sale has closed. proven: with the
    bank's statement. asked: it was asked before.
    """

    why: str
    paid: bool
    closed: bool
    proven: bool
    asked: bool


def rec_2_doubted_with_the_banks_statement(facts: Doubting, law: Law | None = None) -> Finding | None:
    """REC-2: that a deposit did not come is asked once, after the close, with its reason and the bank's statement."""
    faults = {
        "doubt_paid": not facts.paid, "doubt_open": not facts.closed, "doubt_asked": facts.asked,
        "correction_why": not facts.why.strip(), "doubt_paper": not facts.proven,
    }  # fmt: skip
    fault = next((name for name, holds in faults.items() if holds), "")
    field = "paper" if fault == "doubt_paper" else "why"
    return Finding("REC-2", field, {"fault": fault, "last": None}) if fault else None


@dataclass(frozen=True)
class Answering:
    """What a bidder says to it. at_desk: written down by an officer; signed: from the bidder's own writing; by_asker: who asked."""

    said: str
    answered: bool
    at_desk: bool = False
    signed: bool = False
    by_asker: bool = False


def rec_2_answered_once_by_the_bidder(facts: Answering, law: Law | None = None) -> Finding | None:
    """REC-2: the bidder answers once; at the counter by a writing, which another officer takes in than the one who asked."""
    faults = {
        "doubt_answered": facts.answered, "correction_why": not facts.said.strip(),
        "answer_by_asker": facts.at_desk and facts.by_asker, "answer_unsigned": facts.at_desk and not facts.signed,
    }  # fmt: skip
    fault = next((name for name, holds in faults.items() if holds), "")
    field = "paper" if fault == "answer_unsigned" else "said"
    return Finding("REC-2", field, {"fault": fault, "last": None}) if fault else None


@dataclass(frozen=True)
class Striking:
    """A deposit that is taken from its bidder after the close. asked: that it did not come was asked; alone: by who strikes it.
    answer_by: until when the bidder may answer; answered: they did.
    """

    asked: bool
    alone: bool = False
    answer_by: date | None = None
    answered: bool = False


def rec_2_struck_by_another_after_the_answer(facts: Striking, today: date) -> Finding | None:
    """REC-2: struck by a second officer, when the bidder has answered or the last day of the answer is over."""
    waits = facts.answer_by is not None and not facts.answered and today <= facts.answer_by
    faults = {"strike_unasked": not facts.asked, "strike_alone": facts.alone, "strike_early": waits}
    fault = next((name for name, holds in faults.items() if holds), "")
    return Finding("REC-2", "why", {"fault": fault, "last": facts.answer_by}) if fault else None


@dataclass(frozen=True)
class Missing:
    """That a return did not come. returned: the record says that it went back, and stands. missed: that was said of it before.
    at_desk: written down by an officer; signed: from the bidder's own writing.
    """

    said: str
    returned: bool
    missed: bool
    at_desk: bool = False
    signed: bool = False


def rec_3_missed_by_whose_it_is(facts: Missing, law: Law | None = None) -> Finding | None:
    """REC-3: that a return did not come is said once of each record, in words; at the counter by a writing."""
    faults = {
        "missing_returned": not facts.returned, "missing_said": facts.missed, "missing_why": not facts.said.strip(),
        "answer_unsigned": facts.at_desk and not facts.signed,
    }  # fmt: skip
    fault = next((name for name, holds in faults.items() if holds), "")
    field = "paper" if fault == "answer_unsigned" else "missed"
    return Finding("REC-3", field, {"fault": fault}) if fault else None


@dataclass(frozen=True)
class Showing:
    """What the desk answers to it. missed: it was said; stands: the record was not corrected since. proven: with the receipt."""

    said: str
    missed: bool
    stands: bool
    shown: bool
    proven: bool


def rec_3_shown_by_the_banks_receipt(facts: Showing, law: Law | None = None) -> Finding | None:
    """REC-3: the desk answers with the bank's receipt of the return, once; without one it corrects the record and returns it."""
    faults = {
        "show_unasked": not facts.missed or not facts.stands, "show_again": facts.shown, "show_why": not facts.said.strip(),
        "show_paper": not facts.proven,
    }  # fmt: skip
    fault = next((name for name, holds in faults.items() if holds), "")
    return Finding("REC-3", "paper" if fault == "show_paper" else "missed", {"fault": fault}) if fault else None
