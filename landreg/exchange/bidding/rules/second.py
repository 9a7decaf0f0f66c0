"""Who comes next after a winner fell is asked before the land is theirs: weeks have gone by since they bid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from landreg.core.errors import Finding

YES, NO = "yes", "no"
ANSWERS = (YES, NO)


@dataclass(frozen=True)
class Chance:
    """What somebody was asked. until: the last day on which it may be answered. answer: '' while there is none."""

    until: date
    today: date
    answer: str = ""

    @property
    def stands(self) -> str:
        """A word of terms.toml, chance: yes, no, waiting, or lapsed."""
        return self.answer or ("waiting" if self.today <= self.until else "lapsed")


def bid_20_next_one_said_yes(facts: Chance) -> Finding | None:
    """BID-20: nothing goes on while the next bidder may still answer."""
    return Finding("BID-20", "listing", {"until": facts.until}) if facts.stands == "waiting" else None


def bid_20_answered_in_time(facts: Chance) -> Finding | None:
    """BID-20: it is answered in its days; BID-21: once, and who answers again is told what stands on record."""
    if facts.answer:
        return Finding("BID-21", "answer", {"answer": facts.answer})
    return None if facts.stands == "waiting" else Finding("BID-20", "answer", {"until": facts.until})
