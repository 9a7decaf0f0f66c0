"""How a sale ends without a deal: called off before its close, or given up where sealed bids were not opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from landreg.core.errors import Finding
from landreg.law.book import Law

ENDED = ("cancelled", "failed", "spent")
"""How a sale ends of which no deal comes any more."""
TAKER, CONTRACTOR, NOBODY = "taker", "contractor", "nobody"
"""Who gives a deal up; nobody where its days are over."""
NONE_FOLLOWS = (CONTRACTOR, NOBODY)
"""After whom the listing is over and every deposit goes back."""
LEAST_SIGNS = 4
"""How many different signs a reason has at least that says something: `exchange.says_why` counts them too."""


GROUNDS = ("title", "ordered", "hindered", "collusion", "misstated")
"""On what a sale is called off for which somebody has bid."""
OWN, PAPER, DEMAND, OVER = "own", "paper", "demand", "over"
"""By what a deal falls: the side's own account; its writing at the desk; a demand that was served and had no answer; its days are
over, and no contract stands.
"""


@dataclass(frozen=True)
class Falling:
    """A deal that falls at the desk. paper: there is a scan. drawn_on: when its contract was drawn first, None where none was.
    until_on: the end of its days, exclusive.
    """

    given_up_by: str
    ground: str
    paper: bool
    today: date
    served_on: date | None = None
    drawn_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True)
class GivingUp:
    """Sealed bids that were not opened. by_officer: whoever gives them up had to open them."""

    now: datetime
    closed_at: datetime
    said: str
    by_officer: bool


def says_why(said: str) -> bool:
    """Whether a reason says something, as one letter does not."""
    return len({sign for sign in said if sign.isalnum()}) >= LEAST_SIGNS


def stopped(cause: str, field: str) -> Finding:
    """BID-8: a step that cannot be taken now. cause: why, a word of terms.toml; of what the database refuses, its constraint's."""
    return Finding("BID-8", field, {"cause": cause})


@dataclass(frozen=True)
class CallingOff:
    """A sale that is to be called off. bids: how many there are. ground: of GROUNDS, proven: with a paper that shows it.
    asked_by_other: another officer asked for it.
    """

    bids: int
    ground: str = ""
    proven: bool = False
    asked_by_other: bool = False


def bid_26_called_off_by_two(facts: CallingOff, law: Law | None = None) -> Finding | None:
    """BID-26: once somebody has bid, a sale is called off on a ground of the list alone, with the paper that shows it, by two
    officers: one asks, another does it.
    """
    if not facts.bids or facts.asked_by_other:
        return None
    if facts.ground not in GROUNDS:
        return Finding("BID-26", "ground", {"fault": "stop_ground"})
    return None if facts.proven else Finding("BID-26", "paper", {"fault": "stop_paper"})


def bid_8_called_off_before_the_close(now: datetime, closes_at: datetime) -> Finding | None:
    """BID-8: a sale is called off before its close; what was bid by then is not undone."""
    return stopped("called_off_before_the_close", "sale") if now >= closes_at else None


def bid_25_given_up_by_its_own_side(facts: Falling, law: Law) -> Finding | None:
    """BID-25: at the desk a deal falls by the writing of the side that gives it up; of a taker also by a demand to sign that was
    served since the contract was drawn and whose days have run: until the desk has drawn it nobody is late. Once its days are over
    nothing can be drawn or signed of it any more (CON-100): then the desk's record is enough, nobody gave it up, and nobody pays.
    """
    days = law.days("BID-25.demand_days")
    served, drawn = facts.served_on, facts.drawn_on
    fault, field = "", "served_on"
    if (
        facts.ground not in (PAPER, DEMAND, OVER)
        or (facts.ground == DEMAND and facts.given_up_by != TAKER)
        or (facts.ground == OVER) != (facts.given_up_by == NOBODY)
    ):
        fault, field = "fall_ground", "ground"
    elif facts.ground == OVER:
        if facts.until_on is None or facts.today < facts.until_on:
            fault, field = "fall_not_over", "ground"
    elif not facts.paper:
        fault, field = "fall_paper", "paper"
    elif facts.ground == DEMAND:
        if drawn is None:
            fault, field = "fall_undrawn", "ground"
        elif served is None or not drawn <= served <= facts.today:
            fault = "fall_served"
        elif facts.today <= until_of(served, law):
            fault = "fall_runs"
    if not fault:
        return None
    return Finding(
        "BID-25", field, {"fault": fault, "days": days, "drawn": drawn, "until": served and until_of(served, law)}
    )


def until_of(served: date, law: Law) -> date:
    """The last day that a demand to sign gives."""
    return served + timedelta(days=law.days("BID-25.demand_days"))


def seal_6_given_up_by_another(facts: GivingUp, law: Law) -> Finding | None:
    """SEAL-6: sealed bids that were not opened in the county's hours are given up by somebody who is none of the two officers,
    with the reason.
    """
    hours = law.days("SEAL-6.open_within_hours")
    late = facts.now >= facts.closed_at + timedelta(hours=hours)
    return (
        None if late and facts.said.strip() and not facts.by_officer else Finding("SEAL-6", "reason", {"hours": hours})
    )
