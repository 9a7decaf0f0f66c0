"""REC-1: when a record of money may be corrected, and by what. Pure."""

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
