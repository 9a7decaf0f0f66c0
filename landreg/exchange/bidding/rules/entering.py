"""What a sale is set up with, who may bid in it, and the deposits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.core.units import CENT
from landreg.exchange.bidding.rules.announcing import deposits_from, least_hours, year_in_yuan
from landreg.exchange.bidding.rules.ending import says_why
from landreg.exchange.listings.rules.offer import grain_price
from landreg.exchange.listings.rules.units import MOST_PRICE, is_a_price
from landreg.law.book import Law
from landreg.law.transfers import may_take

MOST_DEPOSIT = Decimal("99999999.99")


def return_by(since: date, law: Law) -> date:
    """The last day on which a deposit that waits to go back since a day is due: so many working days after it."""
    return law.working_days_after(since, law.days("BID-9.return_working_days"))


@dataclass(frozen=True)
class SaleFacts:
    """A sale as it would be. price: asked for, in the listing's unit. grain: in which it is counted, '' in yuan.
    closes_on: the listing's last day of publication. from_on: its term's first. lowest: below which bids do not begin, None
    where the least is kept back. officers: of a sealed sale, who open it, with keys. offered: whose land it is (`offered_as`).
    """

    way: str
    now: datetime
    opens_at: datetime
    closes_at: datetime
    deposit_by: datetime
    start: Decimal
    step: Decimal
    deposit: Decimal
    price: Decimal
    area_mu: Decimal
    grain: str
    closes_on: date
    from_on: date
    lowest: Decimal | None = None
    officers: tuple[UUID | None, UUID | None] = (None, None)
    unit: str = "yuan_mu_year"
    offered: str = "household_land"


@dataclass(frozen=True)
class EntryFacts:
    """Who wants to bid. kind: of the taker. own: it is the household whose land it is. member: a household of the collective.
    takers: to whom the kind of transfer is open, () where it names nobody. published_on: since when the listing is.
    """

    kind: str
    own: bool
    member: bool
    to_whom: str
    takers: tuple[str, ...] = ()
    published_on: date | None = None


@dataclass(frozen=True)
class DepositFacts:
    """A deposit as recorded. owed: what the sale asks. held: what is there now, of this entrant. fell: when a deal of the sale that
    was this entrant's fell by their own doing, None where none did. stands: one stands; concluded: and both signed its contract.
    since: the first day that it can be, None where nothing was paid; today: the last. may_win: the land may still come to
    this entrant. slip: for what its slip counts already, and whose.
    """

    kind: str
    amount: Decimal
    receipt: str
    on_day: date
    today: date
    owed: Decimal
    held: Decimal
    in_time: bool = True
    over: bool = True
    fell: date | None = None
    stands: bool = False
    concluded: bool = False
    said: str = ""
    since: date | None = None
    may_win: bool = False
    slip: tuple[str, str] = ("", "")


def bid_3_deposit_is_there(paid: Decimal, owed: Decimal) -> Finding | None:
    """BID-3: who bids has entered and has paid the deposit in time."""
    return None if paid >= owed else Finding("BID-3", "price", {"owed": owed})


def bid_6_not_ones_own_land(facts: EntryFacts, law: Law | None = None) -> Finding | None:
    """BID-6: nobody bids for the land that they list themselves."""
    return Finding("BID-6", "taker") if facts.own else None


def bid_7_opens_after_the_publication(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: a sale opens later than now, when the publication of its listing is over."""
    sound = facts.opens_at > facts.now and beijing_day(facts.opens_at) > facts.closes_on
    return None if sound else _set_wrong("opens_at", "sale_opens", closes=facts.closes_on)


def bid_7_open_for_its_hours(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: it is open for hours that can be kept; land of a collective for longer."""
    hours = least_hours(facts.offered, law)
    sound = facts.closes_at >= facts.opens_at + timedelta(hours=hours)
    return None if sound else _set_wrong("closes_at", "sale_hours", hours=hours)


def bid_7_closes_before_the_term(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: it closes before the term begins: nobody pays for days before the deal."""
    sound = beijing_day(facts.closes_at) < facts.from_on
    return None if sound else _set_wrong("closes_at", "sale_closes", first=facts.from_on)


def bid_7_deposits_come_before(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: deposits come later than now, and before it opens."""
    return None if facts.now < facts.deposit_by <= facts.opens_at else _set_wrong("deposit_by", "sale_deposit_by")


def bid_7_announced_in_time(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: it is announced days before deposits end, so that nobody has the land by hearing of it first."""
    first = deposits_from(beijing_day(facts.now), facts.offered, law)
    if beijing_day(facts.deposit_by) >= first or facts.deposit_by <= facts.now:
        return None
    return _set_wrong(
        "deposit_by", f"sale_notice_{facts.offered}", first=first, days=(first - beijing_day(facts.now)).days
    )


def bid_7_start_is_a_sum(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: the start is a sum that can be bid."""
    most = MOST_PRICE[facts.unit]
    return None if is_a_price(facts.start, most) else _set_wrong("start", "sale_start", most=most)


def bid_7_step_is_a_sum(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: an auction goes up by steps that can be bid."""
    most = MOST_PRICE[facts.unit]
    sound = facts.way != "auction" or is_a_price(facts.step, most)
    return None if sound else _set_wrong("step", "sale_step", most=most)


def bid_7_deposit_is_a_share(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: the deposit is within the county's share of what a year costs in yuan; of one sum, of that."""
    a_year = year_in_yuan(facts.unit, facts.price, facts.area_mu, facts.grain, law)
    if a_year is None:
        # What a year costs in yuan nobody knows: BID-17 says so.
        return None
    least, most = (a_year * law.number("BID-7.deposit_share", key) for key in ("least", "most"))
    if facts.deposit.is_finite() and least <= facts.deposit <= min(most, MOST_DEPOSIT):
        return None
    return _set_wrong("deposit", "sale_deposit", least=least.quantize(CENT), most=most.quantize(CENT))


def _set_wrong(field: str, fault: str, **values: object) -> Finding:
    """fault: a word of terms.toml."""
    return Finding("BID-7", field, {"fault": fault, **values})


def bid_18_not_below_what_is_asked(facts: SaleFacts, law: Law | None = None) -> Finding | None:
    """BID-18: bids begin at what is asked, or at the least that is shown; below it only where a least is kept back, which what is
    bid must reach.
    """
    if facts.lowest is None or not facts.start.is_finite() or facts.start >= facts.lowest:
        return None
    return Finding("BID-18", "start", {"least": facts.lowest})


def bid_17_grain_has_its_price(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-17: a deposit is money: where the price is in grain, the county has set what the grain costs."""
    known = not facts.grain or grain_price(facts.grain, law) is not None
    return None if known else Finding("BID-17", "deposit", {"grains": [facts.grain]})


def bid_11_listed_to_members_only(facts: EntryFacts, law: Law | None = None) -> Finding | None:
    """BID-11: what is listed to members alone is bid for by households of the collective."""
    return Finding("BID-11", "taker") if facts.to_whom == "members" and not facts.member else None


def bid_23_members_hear_of_it_first(facts: EntryFacts, law: Law) -> Finding | None:
    """BID-23: what is listed to the members first is for others some days after it was published; where no household may take land
    by such a transfer there is nobody to wait for.
    """
    for_members = facts.to_whom == "members_first" and may_take(facts.takers, "household", member=True)
    if not for_members or facts.member or facts.published_on is None:
        return None
    opens = for_others_from(facts.published_on, law)
    return Finding("BID-23", "taker", {"day": opens}) if law.on < opens else None


def for_others_from(published_on: date, law: Law) -> date:
    """The day from which others than the members may take what was listed to the members first."""
    return published_on + timedelta(days=law.days("BID-23.members_first_days"))


def seal_4_two_officers_with_keys(facts: SaleFacts, law: Law | None = None) -> Finding | None:
    """SEAL-4: sealed bids are locked for two officers who are not one, and both have made their keys."""
    one, two = facts.officers
    if facts.way != "sealed" or (one is not None and two is not None and one != two):
        return None
    return Finding("SEAL-4", "officer_two")


def bid_9_deposit_as_owed(facts: DepositFacts, law: Law | None = None) -> Finding | None:
    """BID-9: paid whole, once, in time, by a receipt that counts for nothing else. When the sale is over it goes whole, once: back
    to whom the land did not go; toward the price of whom it went to, or back, once both have signed; kept, with a reason that says
    something and on no day before, of nobody but who gave their own deal up. CC-587.
    """
    fault = _paid_fault(facts) if facts.kind == "paid" else _gone_fault(facts)
    own = facts.fell if facts.kind == "kept" else None
    since = max((day for day in (facts.since, own) if day is not None), default=facts.on_day)
    if not facts.receipt.strip():
        fault = "receipt"
    elif not fault and not since <= facts.on_day <= facts.today:
        fault = "day"
    book, whose = facts.slip
    if not fault and not book:
        return None
    if not fault:
        return Finding("BID-9", "receipt", {"fault": f"slip_{book}", "whose": whose})
    values = {"fault": f"deposit_{fault}", "owed": facts.owed, "held": facts.held, "since": since}
    return Finding("BID-9", {"receipt": "receipt", "day": "on_day", "why": "said"}.get(fault, "kind"), values)


def _paid_fault(facts: DepositFacts) -> str:
    """Why a deposit that came does not count: a word of terms.toml after `deposit_`, '' where it does."""
    if facts.held != 0:
        return "once"
    if not facts.in_time:
        return "late"
    return "" if facts.amount == facts.owed else "whole"


def _gone_fault(facts: DepositFacts) -> str:
    """Why it does not go that way; back to nobody to whom the land may still come."""
    if not facts.over or facts.held <= 0:
        return "none" if facts.over else "open"
    if facts.amount != facts.held:
        return "all"
    if facts.stands and facts.kind in ("returned", "credited"):
        return "" if facts.concluded else "unsigned"
    if facts.kind == "kept" and facts.fell is not None and not facts.stands:
        return "" if says_why(facts.said) else "why"
    if facts.kind == "returned":
        return "waits" if facts.may_win else ""
    return "winner" if facts.stands else "loser"


SALE_RULES = (
    bid_7_opens_after_the_publication,
    bid_7_open_for_its_hours,
    bid_7_closes_before_the_term,
    bid_7_deposits_come_before,
    bid_7_announced_in_time,
    bid_7_start_is_a_sum,
    bid_7_step_is_a_sum,
    bid_7_deposit_is_a_share,
    bid_17_grain_has_its_price,
    bid_18_not_below_what_is_asked,
    seal_4_two_officers_with_keys,
)


def con_20_taker_of_the_kind(facts: EntryFacts, law: Law | None = None) -> Finding | None:
    """CON-20: land is bid for by those to whom its kind of transfer is open: its contract goes to nobody else. RLCL-36."""
    if may_take(facts.takers, facts.kind, member=facts.member):
        return None
    return Finding("CON-20", "taker", {"groups": list(facts.takers)})


ENTRY_RULES = (
    bid_6_not_ones_own_land,
    bid_11_listed_to_members_only,
    bid_23_members_hear_of_it_first,
    con_20_taker_of_the_kind,
)
