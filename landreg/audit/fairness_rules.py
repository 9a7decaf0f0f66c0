"""What the fairness watch says of a question that chance does not answer: one rule a kind, which warns. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from landreg.audit.fairness import AGENT, Asked
from landreg.audit.market import AGENT_STEPS
from landreg.core.errors import Finding
from landreg.law.book import Law

LOOKS_A_YEAR = 4
"""The rate of false alarms is a year's: each look of a quarter has its part of it."""
CODES: Mapping[str, str] = {
    "related": "AUD-20",
    "companions": "AUD-21",
    "winner": "AUD-22",
    "near_floor": "AUD-23",
    "far_price": "AUD-24",
    "far_price_operator": "AUD-24",
    "cut_short": "AUD-25",
    "untold": "AUD-26",
    "unheard": "AUD-26",
    **{f"{AGENT}{step}": "AUD-27" for step in AGENT_STEPS},
    "called_off": "AUD-28",
    "stopped": "AUD-28",
    "fell": "AUD-29",
    "deposit_late": "AUD-33",
    "struck": "AUD-34",
    "passed_over": "AUD-35",
    "unreceived": "AUD-38",
    "price_fell": "AUD-36",
    "short_notice": "AUD-37",
}


def rate_of_a_look(law: Law) -> float:
    """What share of its flags a look may have false."""
    return float(law.number("AUD-20.market", "rate") / LOOKS_A_YEAR)


def aud_20_to_29_more_than_chance_gives(asked: Asked, subject: str, law: Law) -> Finding | None:
    """AUD-20 to AUD-29: more of it than chance gives, at the rate of false alarms. subject: as it is shown.

    农村土地经营权流转管理办法 第二十五条.
    """
    if asked.q > rate_of_a_look(law):
        return None
    values = {
        "subject": subject,
        "seen": asked.seen,
        "of": asked.of,
        "expected": Decimal(asked.expected).quantize(Decimal("0.01")),
        "q": Decimal(asked.q).quantize(Decimal("0.000001")),
    }
    return Finding(CODES[asked.kind], None, values, subject=subject)
