"""How long before it a sale is announced, and how long it is open: what the county asks for whose land. Pure.

A sale is announced by being set up: from that instant everybody reads its hours. 土地管理法 第六十三条; docs/exchange.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from landreg.core.periods import BEIJING, DAY, beijing_day
from landreg.core.units import CENT
from landreg.exchange.listings.rules.offer import grain_price
from landreg.exchange.listings.rules.units import of_a_year
from landreg.law.book import Law

OPENS, CLOSES = time(9), time(17)
"""When a sale usually opens, and when deposits end and it closes, in Beijing."""
USUAL_SHARE = Decimal("0.1")


def offered_as(source: str, kind: str) -> str:
    """Whose land is offered, by its key in the figures: 'household_land', of a collective 'construction', else 'collective'."""
    if source != "collective":
        return "household_land"
    return kind if kind == "construction" else "collective"


def deposits_from(announced: date, offered: str, law: Law) -> date:
    """The first day on which deposits may end of a sale that is announced on a day: so many days after it. offered: as told."""
    return announced + DAY * law.days("BID-7.notice_days", offered)


def least_hours(offered: str, law: Law) -> int:
    """The hours that a sale is open at least."""
    return law.days("BID-7.least_hours") if offered == "household_land" else law.days("BID-7.collective_hours")


@dataclass(frozen=True)
class Hours:
    """The hours of a sale."""

    deposit_by: datetime
    opens_at: datetime
    closes_at: datetime


def usual_hours(announced: date, closes_on: date, from_on: date, offered: str, law: Law) -> Hours:
    """What a sale may be set up with as it stands: deposits until a working day's end, open from the next one's morning to the
    close of a day; the soonest days of all where the term begins before that. closes_on: the listing's last day of publication.
    """
    soonest = max(deposits_from(announced, offered, law), closes_on)
    last = law.working_days_after(soonest - DAY, 1)
    at_ease = _hours(last, law.working_days_after(last, 1), offered, law)
    return at_ease if beijing_day(at_ease.closes_at) < from_on else _hours(soonest, soonest + DAY, offered, law)


def _hours(last: date, opens_on: date, offered: str, law: Law) -> Hours:
    """last: the day on which deposits end."""
    opens_at = datetime.combine(opens_on, OPENS, BEIJING)
    least = opens_at + timedelta(hours=least_hours(offered, law))
    closes_at = datetime.combine(beijing_day(least), CLOSES, BEIJING)
    return Hours(datetime.combine(last, CLOSES, BEIJING), opens_at, max(closes_at, least))


def usual_step(price: Decimal) -> Decimal:
    """A step of about a thirtieth of the price, in one figure."""
    step = price / 30
    return max(step.quantize(Decimal(1).scaleb(step.adjusted()), ROUND_HALF_UP), CENT).quantize(CENT)


def year_in_yuan(unit: str, price: Decimal, area_mu: Decimal, grain: str, law: Law) -> Decimal | None:
    """What a year costs at a price, of one sum that sum; None where the county has set no price of its grain."""
    each = grain_price(grain, law) if grain else Decimal(1)
    return None if each is None else of_a_year(unit, price, area_mu) * each


def usual_deposit(a_year: Decimal, law: Law) -> Decimal:
    """A deposit within the county's share of what a year costs: a tenth of it where that may be."""
    least, most = (law.number("BID-7.deposit_share", key) for key in ("least", "most"))
    return (a_year * min(max(USUAL_SHARE, least), most)).quantize(CENT)
