"""When a listing is over of itself: nobody answered in its days, nothing is under way on it, its contract ended early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from landreg.core.errors import Finding
from landreg.law.book import Law

QUIET, FELL, ENDED = "quiet", "fell", "ended"


@dataclass(frozen=True)
class Course:
    """A listing that might be over. why: it is published (quiet), its deal fell (fell), its deal's contract ended early (ended).

    under_way: the last day on which something came or comes of it, None where nothing did (exchange.under_way_until). spent: its
    last sale ended because nobody was left. given_up: its own side gave the deal up. awaited: somebody's bid or yes waits for the
    desk's next step.
    """

    why: str
    way: str
    closes_on: date
    under_way: date | None
    today: date
    spent: bool = False
    given_up: bool = False
    awaited: bool = False


def review_by(listed_on: date, law: Law) -> date:
    """The last day on which the office reviews a listing that was handed in on a day."""
    return listed_on + timedelta(days=law.days("LST-5.review_days"))


def lst_39_settled_with_its_reason(said: str, law: Law | None = None) -> Finding | None:
    """LST-39: what the contractor of land offered further objects to is settled in words. RLCL-46."""
    return None if said.strip() else Finding("LST-39", "said")


def step_of(facts: Course, quiet_days: int) -> str:
    """The kind of event by which a listing goes on of itself, or '' where it waits.

    quiet_days: how long after the publication, or after the last thing that came of it, a listing to be bid for waits for its
    next sale. Whose turn it is loses nothing by the desk's delay.
    """
    if facts.why == ENDED or facts.given_up:
        return "failed"
    talked = facts.why == FELL and facts.way == "negotiation"
    if talked and facts.closes_on >= facts.today:
        # Others may offer as long as the publication lasts.
        return "published"
    if facts.awaited:
        return ""
    if talked:
        return "failed"
    if facts.why == FELL and facts.spent:
        # It can be bid for anew, and waits for its next sale.
        return "published"
    waits = 0 if facts.way == "negotiation" and facts.under_way is None else quiet_days
    last = max(facts.closes_on, facts.under_way or facts.closes_on)
    if last + timedelta(days=waits) >= facts.today:
        return ""
    return "expired" if facts.why == QUIET else "failed"
