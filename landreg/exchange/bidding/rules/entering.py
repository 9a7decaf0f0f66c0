"""What a sale is set up with, who may bid in it, and the deposits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.core.units import CENT
from landreg.law.book import Law
from landreg.law.transfers import may_take

MOST_DEPOSIT = Decimal("99999999.99")


@dataclass(frozen=True)
class SaleFacts:
    """A sale as it would be. worth: what a year costs at the asked price, in yuan. closes_on: the listing's last day of
    publication. officers: of a sealed sale, who open it, with keys.
    """

    way: str
    now: datetime
    opens_at: datetime
    closes_at: datetime
    deposit_by: datetime
    start: Decimal
    step: Decimal
    deposit: Decimal
    worth: Decimal
    closes_on: date
    officers: tuple[UUID | None, UUID | None] = (None, None)


@dataclass(frozen=True)
class EntryFacts:
    """Who wants to bid. kind: of the taker. own: it is the household whose land it is. member: a household of the collective.
    takers: to whom the kind of transfer is open, () where it names nobody.
    """

    kind: str
    own: bool
    member: bool
    to_whom: str
    takers: tuple[str, ...] = ()


@dataclass(frozen=True)
class DepositFacts:
    """A deposit as recorded. owed: what the sale asks. held: what is there now, of this entrant. won: a deal of the sale was this
    entrant's, stands: and it stands.
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
    won: bool = False
    stands: bool = False
    said: str = ""


def bid_3_deposit_is_there(paid: Decimal, owed: Decimal) -> Finding | None:
    """BID-3: who bids has entered and has paid the deposit in time."""
    return None if paid >= owed else Finding("BID-3", "price", {"owed": owed})


def bid_6_not_ones_own_land(facts: EntryFacts, law: Law | None = None) -> Finding | None:
    """BID-6: nobody bids for the land that they list themselves."""
    return Finding("BID-6", "taker") if facts.own else None


def bid_7_sale_is_sound(facts: SaleFacts, law: Law) -> Finding | None:
    """BID-7: opened after the publication, by hours that can be kept, with a step, and a deposit within the county's share."""
    hours = law.days("BID-7.least_hours")
    least, most = (facts.worth * law.number("BID-7.deposit_share", key) for key in ("least", "most"))
    faults = {
        "opens_at": facts.opens_at <= facts.now or beijing_day(facts.opens_at) <= facts.closes_on,
        "closes_at": facts.closes_at < facts.opens_at + timedelta(hours=hours),
        "deposit_by": not facts.now < facts.deposit_by <= facts.opens_at,
        "start": not _sum(facts.start),
        "step": facts.way == "auction" and not _sum(facts.step),
        "deposit": not (facts.deposit.is_finite() and least <= facts.deposit <= min(most, MOST_DEPOSIT)),
    }
    wrong = [name for name, is_wrong in faults.items() if is_wrong]
    if not wrong:
        return None
    values = {"hours": hours, "least": least.quantize(CENT), "most": most.quantize(CENT), "closes": facts.closes_on}
    return Finding("BID-7", wrong[0], values)


def bid_11_listed_to_members_only(facts: EntryFacts, law: Law | None = None) -> Finding | None:
    """BID-11: what is listed to members alone is bid for by households of the collective."""
    return Finding("BID-11", "taker") if facts.to_whom == "members" and not facts.member else None


def seal_4_two_officers_with_keys(facts: SaleFacts, law: Law | None = None) -> Finding | None:
    """SEAL-4: sealed bids are locked for two officers who are not one, and both have made their keys."""
    one, two = facts.officers
    if facts.way != "sealed" or (one is not None and two is not None and one != two):
        return None
    return Finding("SEAL-4", "officer_two")


def bid_9_deposit_as_owed(facts: DepositFacts, law: Law | None = None) -> Finding | None:
    """BID-9: paid whole, once, in time, by a receipt. When the sale is over it goes whole, once: back to whom the land did not go;
    toward the rent of whom it went to; kept, with the reason, of nobody but a winner.
    """
    sound = bool(facts.receipt.strip()) and facts.amount.is_finite() and facts.on_day <= facts.today
    if facts.kind == "paid":
        sound = sound and facts.held == 0 and facts.amount == facts.owed and facts.in_time
    else:
        goes = {"returned": not facts.stands, "credited": facts.stands, "kept": facts.won and bool(facts.said.strip())}
        sound = sound and 0 < facts.held == facts.amount and facts.over and goes.get(facts.kind, False)
    return None if sound else Finding("BID-9", "amount", {"owed": facts.owed, "held": facts.held})


def _sum(value: Decimal) -> bool:
    return value.is_finite() and 0 < value == value.quantize(CENT)


SALE_RULES = (bid_7_sale_is_sound, seal_4_two_officers_with_keys)


def con_20_taker_of_the_kind(facts: EntryFacts, law: Law | None = None) -> Finding | None:
    """CON-20: land is bid for by those to whom its kind of transfer is open: its contract goes to nobody else. RLCL-36."""
    if may_take(facts.takers, facts.kind, member=facts.member):
        return None
    return Finding("CON-20", "taker", {"groups": list(facts.takers)})


ENTRY_RULES = (bid_6_not_ones_own_land, bid_11_listed_to_members_only, con_20_taker_of_the_kind)
