"""What stands against a contract by its own words, told to the desk, the household and the taker alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.core.units import figure, total_mu
from landreg.exchange.contracts import dealing, draft_queries, queries
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.offering import comes_to
from landreg.exchange.contracts.rules.clauses import asked_of
from landreg.exchange.contracts.rules.course import FINAL, UNSIGNED
from landreg.exchange.contracts.rules.free import (
    SOLD_RULES,
    con_34_term_has_begun,
    con_85_one_draft_at_a_time,
    con_115_words_are_told_after,
)
from landreg.exchange.contracts.rules.rent import Due
from landreg.exchange.contracts.rules.swapped import con_107_exchange_is_about_even
from landreg.exchange.contracts.rules.uses import con_98_cropland_is_for_grain_first
from landreg.exchange.contracts.rules.usual import (
    Priced,
    con_87_price_is_usual,
    con_113_valuation_is_usual,
    con_118_deposit_is_usual,
)
from landreg.exchange.contracts.taking import sides
from landreg.exchange.contracts.whole import Whole, calendar_of
from landreg.exchange.listings.heard import strayed
from landreg.exchange.listings.rules.words import Spoken
from landreg.law.book import Law, examine


def sold_by(
    session: Session, row: Contract, law: Law, signed_on: date | None = None, *, own: bool = False
) -> Finding | None:
    """CON-84 or CON-102, or else TR-2, CON-110 to CON-112, CON-116, CON-117, of what the parties themselves said in a contract.
    signed_on: the day on which both had, by whose rules its words are read. own: a side of it asks.
    """
    law = replace(law, on=signed_on or law.on)
    names = asked_of(row.kind, row.unit, beijing_day(row.drawn_at), free=not row.price)
    said = {name: str(row.clauses[name]) for name in names if row.clauses.get(name)}
    texts = {"said": row.said, **said}
    spoken = Spoken(row.number, row.kind, texts)
    if sold := next(iter(examine(SOLD_RULES, (row.number, row.kind, texts), law)), None):
        return sold
    trees = spoken.found(law, "not_basic") is not None
    codes = [one.parcel_code for one in queries.whole(session, row).parcels] if trees else []
    shown = row.number if own else ""
    return next(iter(strayed(session, row.county, spoken, law, codes, shown=shown, own=own)), None)


def told_of(session: Session, row: Contract, law: Law, *, own: bool = False) -> list[Finding]:
    """What a side is told of a contract before it signs, and of its words as long as it stands. own: a side of it asks."""
    told = [None if row.state == "withdrawn" else _sold_by_its_rules(session, row, law, own=own)]
    if row.state not in FINAL:
        told.append(con_98_cropland_is_for_grain_first((row.number, row.kind, str(row.clauses.get("use") or "")), law))
    if row.state in UNSIGNED:
        if row.kind == "exchange" and row.clauses.get("swapped"):
            one, other = sides(str(row.clauses["swapped"]))
            told.append(con_107_exchange_is_about_even((row.number, row.price, one, other), law))
        told.append(dealing.told(session, row, law))
        told.append(con_34_term_has_begun((row.number, row.from_on, law.on), law))
        mu = total_mu(one.area_m2 for one in queries.whole(session, row).parcels)
        told.append(con_87_price_is_usual(Priced(row.number, row.kind, row.unit, row.price, mu), law))
        if deposit := figure(str(row.clauses.get("deposit_yuan") or "")):
            told.append(con_118_deposit_is_usual((row.number, deposit, row.unit, row.price), law))
        if valued := row.clauses.get("valued_yuan"):
            days = (row.until_on - row.from_on).days
            told.append(con_113_valuation_is_usual((row.number, Decimal(str(valued)), mu, days), law))
        told.append(con_85_one_draft_at_a_time((row.number, draft_queries.beside(session, row, law.on)), law))
    return [one for one in told if one is not None]


def _sold_by_its_rules(session: Session, row: Contract, law: Law, *, own: bool) -> Finding | None:
    """What its words come to by the rules of the day of its signing, where both have signed; else what they would come to today, as
    a note (CON-115).
    """
    found = sold_by(session, row, law, own=own)
    if found is None or row.state in UNSIGNED:
        return found
    signed_on = queries.whole(session, row).signed_on(law.on)
    if then := sold_by(session, row, law, signed_on, own=own):
        return then
    return con_115_words_are_told_after((found, signed_on))


def to_be_paid(found: Whole) -> tuple[Decimal, Due, Decimal] | None:
    """What a draft comes to over its term, in yuan or kg, the first of it, and the deposit beside; None where nobody pays, or both
    have signed.
    """
    unsigned = found.contract.state in UNSIGNED
    return comes_to(calendar_of(found.contract, found.parcels)) if unsigned else None
