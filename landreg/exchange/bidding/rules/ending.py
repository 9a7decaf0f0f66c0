"""How a sale ends without a deal: called off before its close, or given up where sealed bids were not opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from landreg.core.errors import Finding
from landreg.law.book import Law

ENDED = ("cancelled", "failed", "spent")
"""How a sale ends of which no deal comes any more."""
TAKER, CONTRACTOR = "taker", "contractor"
"""Who gives a deal up."""
LEAST_SIGNS = 4
"""How many different signs a reason has at least that says something: `exchange.says_why` counts them too."""


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


def bid_8_called_off_before_the_close(now: datetime, closes_at: datetime) -> Finding | None:
    """BID-8: a sale is called off before its close; what was bid by then is not undone."""
    return stopped("called_off_before_the_close", "sale") if now >= closes_at else None


def seal_6_given_up_by_another(facts: GivingUp, law: Law) -> Finding | None:
    """SEAL-6: sealed bids that were not opened in the county's hours are given up by somebody who is none of the two officers,
    with the reason.
    """
    hours = law.days("SEAL-6.open_within_hours")
    late = facts.now >= facts.closed_at + timedelta(hours=hours)
    return (
        None if late and facts.said.strip() and not facts.by_officer else Finding("SEAL-6", "reason", {"hours": hours})
    )
