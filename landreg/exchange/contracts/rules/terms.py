"""TR, CON: what a transfer contract is held against before it is drawn and again before it is signed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from landreg.core.codes import ISSUER
from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.core.units import figure
from landreg.exchange.contracts.rules.uses import FARMED, OUTSIDE_FARMING, uses_of
from landreg.exchange.listings.rules.offer import GRAINS, too_long
from landreg.exchange.listings.rules.units import MOST_PRICE, ONCE, UNITS, is_a_price, rhythms_of
from landreg.law.book import Law
from landreg.law.transfers import may_take, transfers

OTHER_MEANS = ("unallocated", "four_wastes")
"""Kinds by which a collective gives out farmland itself, by tender, auction or consultation (其他方式承包)."""
MOST_PERCENT = Decimal(50)


@dataclass(frozen=True)
class Piece:
    """A parcel of the contract. registered_m2: of the right, None where it is not under it. basic: permanent basic farmland."""

    code: str
    area_m2: Decimal
    registered_m2: Decimal | None
    basic: bool = False


@dataclass(frozen=True)
class Listed:
    """A parcel of the contract in a listing of the same days. under_way: it is being bid for, or is dealt."""

    code: str
    number: str
    listing_id: str
    under_way: bool = False


YEARLY = "custody"
"""What is agreed for a season at a time: the next one is agreed before it begins."""


@dataclass(frozen=True)
class Contracted:
    """What a contract is held against. until_on, right_until: exclusive; right_until None where the right has no end.

    taker_kind: household, person or organisation. same_collective: of a taker household. bound: by parcel, the number of the
    contract that has it in that time. parent_until: of the contract that is transferred further. use: of the clause.
    most_years, takers: of the kind and its unit, None and () where it names none; most_granted: for one sum. passed_on: by a
    change, contracts that rest on what it replaces. listed: what stands on the market beside the listing of its own deal.
    free_from: the first day on which the land could be given, None where nothing says one. kept_back: by what it rests on.
    goes_on: it renews a contract that both have, or changes its last day to a later one.
    """

    kind: str
    from_on: date
    until_on: date
    right_until: date | None
    pieces: tuple[Piece, ...]
    unit: str
    price: Decimal
    grain: str = ""
    escalator_percent: Decimal = Decimal(0)
    use: str = "grain"
    taker_kind: str = "organisation"
    taker_name: str = ""
    same_collective: bool = False
    taker_is_contractor: bool = False
    issuer_consents: bool = False
    filed: bool = False
    contractor_consents: bool = False
    bound: Mapping[str, str] = field(default_factory=dict)
    parent_until: date | None = None
    number: str = ""
    most_years: int | None = None
    most_granted: int | None = None
    takers: tuple[str, ...] = ()
    passed_on: tuple[str, ...] = ()
    paid_every: str = "year"
    of_a_deal: bool = False
    listed: tuple[Listed, ...] = ()
    free_from: date | None = None
    kept_back: bool = False
    goes_on: bool = False


def tr_1_term_within_contract(facts: Contracted, law: Law) -> Finding | None:
    """TR-1: a transfer ends no later than the contract term, a re-transfer no later than its parent. RLCL-38."""
    ends = [end for end in (facts.right_until, facts.parent_until) if end is not None]
    if not ends or facts.until_on <= min(ends):
        return None
    values = {"asked": facts.until_on - DAY, "latest": min(ends) - DAY}
    return Finding("TR-1", "last_day", values, subject=facts.number or None)


def tr_2_use_kept(facts: Contracted, law: Law) -> Finding | None:
    """TR-2: farmland stays farmed, and permanent basic farmland (which is named) gets no trees and no ponds. RLCL-38, CC-334."""
    if not facts.use:
        return None  # TR-7 asks for it.
    basic = [piece.code for piece in facts.pieces if piece.basic]
    if facts.use in uses_of(facts.kind, basic=bool(basic)):
        return None
    fault = "use_of_built" if facts.kind in OUTSIDE_FARMING else "use_not_farming"
    if facts.use in FARMED and facts.kind not in OUTSIDE_FARMING:
        fault = "use_on_basic"
    values = {"fault": fault, "parcels": basic}
    return Finding("TR-2", "use", values, subject=facts.number or None)


def tr_3_assigned_within_the_collective(facts: Contracted, law: Law) -> Finding | None:
    """TR-3: an assignment goes to a household of the same collective. RLCL-34."""
    if facts.kind != "assignment" or (facts.taker_kind == "household" and facts.same_collective):
        return None
    return Finding("TR-3", "taker", {"taker": facts.taker_name}, subject=facts.number or None)


def con_44_issuer_consents(facts: Contracted, law: Law) -> Finding | None:
    """CON-44: an assignment has the issuing party's written consent. RLCL-34."""
    lacking = facts.kind == "assignment" and not facts.issuer_consents
    return Finding("CON-44", "issuer_consent", {}, subject=facts.number or None) if lacking else None


def tr_4_exchange_within_the_collective(facts: Contracted, law: Law) -> Finding | None:
    """TR-4: an exchange is between households of one collective. RLCL-33."""
    if facts.kind != "exchange" or (facts.taker_kind == "household" and facts.same_collective):
        return None
    return Finding("TR-4", "taker", {"other": facts.taker_name}, subject=facts.number or None)


def tr_5_transfer_filed(facts: Contracted, law: Law) -> Finding | None:
    """TR-5: a transfer is filed with the issuing party; where it is not, that is told and stops nothing. RLCL-36, SPC-RLC-14."""
    return None if facts.filed else Finding("TR-5", "filing", {}, subject=facts.number or None)


def tr_8_five_years_or_more(facts: Contracted, law: Law) -> Finding | None:
    """TR-8: a land-operation right of five years or more may be registered. 民法典 341 (CC-341), RLCL-41."""
    years = law.days("TR-8.least_years")
    if may_be_registered(facts.from_on, facts.until_on, years):
        return None
    values = {"first": facts.from_on, "last": facts.until_on - DAY, "years": years}
    return Finding("TR-8", "last_day", values, subject=facts.number or None)


def con_25_whole_farmland_of_the_collective(facts: tuple[str, str, Sequence[str]], law: Law) -> Finding | None:
    """CON-25: of a collective's own land, farmland that is contracted by whole parcels is registered. RLCL-48, RLCL-53, CC-342.

    facts: the contract's number, its kind, the parcels of which it gives only a part.
    """
    number, kind, parts = facts
    if kind in OTHER_MEANS and not parts:
        return None
    return Finding("CON-25", "right", {"parcels": list(parts)}, subject=number)


def con_27_passed_on_from_its_parent(facts: tuple[str, str, str], law: Law) -> Finding | None:
    """CON-27: a re-transfer is neither registered nor renewed or changed by itself: that goes by what it rests on. RLCL-46, CC-339.

    facts: the contract's number, its kind, what is asked for: registration, renewal, change or retransfer. A registered
    land-operation right goes to another operator by the register's change of it, with the contractor's consent.
    """
    number, kind, step = facts
    return Finding("CON-27", "relation", {}, subject=number) if kind == "retransfer" and step != "retransfer" else None


def may_be_registered(from_on: date, until_on: date, years: int) -> bool:
    """Whether a term is long enough for the register."""
    return until_on >= years_after(from_on, years)


def tr_10_contractor_consents(facts: Contracted, law: Law) -> Finding | None:
    """TR-10: a re-transfer needs the contractor's written consent. RLCL-46."""
    if facts.kind != "retransfer" or (facts.contractor_consents and facts.parent_until is not None):
        return None
    return Finding("TR-10", "contractor_consent", {}, subject=facts.number or None)


def con_1_area_as_registered(facts: Contracted, law: Law) -> Finding | None:
    """CON-1: each parcel lies under the right, and no more of it is transferred than is registered. CC-217, RLCL-40."""
    wrong = [
        piece.code
        for piece in facts.pieces
        if piece.registered_m2 is None or not piece.area_m2.is_finite() or not 0 < piece.area_m2 <= piece.registered_m2
    ]
    if facts.pieces and not wrong:
        return None
    return Finding("CON-1", "parcels", {"parcels": wrong}, subject=facts.number or None)


def con_2_parcel_bound_once(facts: Contracted, law: Law) -> Finding | None:
    """CON-2: a parcel is under one transfer contract at a time. RLCL-37, SPC-RLC-19."""
    if not facts.bound:
        return None
    values = {"parcels": sorted(facts.bound), "numbers": sorted(set(facts.bound.values()))}
    return Finding("CON-2", "parcels", values, subject=facts.number or None)


def con_15_price_of_its_kind(facts: Contracted, law: Law) -> Finding | None:
    """CON-15: the price is a sum in a unit that fits the kind, and falls due as that does; of grain it names which. RLCL-39."""
    price, percent, of_kind = facts.price, facts.escalator_percent, transfers(law.on).get(facts.kind)
    # A deal of a listing is drawn in what was listed, also where that came before the kinds' own units.
    units = UNITS if facts.of_a_deal or of_kind is None else of_kind.units
    sound = facts.unit in units and facts.paid_every in rhythms_of(facts.unit)
    sound = sound and (facts.kind != "custody" or not price)
    sound = sound and is_a_price(price, MOST_PRICE[facts.unit], free=facts.kind in ("exchange", "custody"))
    sound = sound and ((facts.grain in GRAINS) if facts.unit == "kg_mu_year" else not facts.grain)
    sound = sound and percent.is_finite() and 0 <= percent <= (0 if facts.unit in ONCE else MOST_PERCENT)
    return None if sound else Finding("CON-15", "price", {}, subject=facts.number or None)


def con_16_taker_is_another(facts: Contracted, law: Law) -> Finding | None:
    """CON-16: who takes the land is another than who transfers it, and the term runs forward. CC-464, RLCL-40."""
    if not facts.taker_name.strip() or facts.taker_is_contractor:
        return Finding("CON-16", "taker", {}, subject=facts.number or None)
    return Finding("CON-16", "last_day", {}, subject=facts.number or None) if facts.from_on >= facts.until_on else None


def of_collective(kind: str, code: str, household_code: str) -> bool:
    """Whether a taker, by its kind and code, is a household of the collective of a household's code."""
    return kind == "household" and code[:ISSUER] == household_code[:ISSUER]


def con_28_penalty_within_bounds(facts: tuple[str, str], law: Law) -> Finding | None:
    """CON-28: who pays late owes for each day no more of it, in ten thousand, than the county's bound. 民法典 585.

    facts: the contract's number or '', what was agreed on, as text; TR-7 asks for one that is not said.
    """
    number, said = facts
    most = law.number("CON-28.most_per_10000")
    given = figure(said)
    sound = not said or (given is not None and 0 <= given <= most)
    return None if sound else Finding("CON-28", "late_per_10000", {"most": most}, subject=number or None)


def lst_16_no_longer_than_the_kind_lets(facts: Contracted, law: Law) -> Finding | None:
    """LST-16: a lease of a house, a homestead or construction land runs at most 20 years, a renewed or changed one from the day on
    which that is agreed. CC 705.
    """
    if facts.most_years is None:
        return None
    ahead = facts.goes_on and facts.kind != YEARLY
    latest = years_after(min(facts.from_on, law.on) if ahead else facts.from_on, facts.most_years)
    if facts.until_on <= latest:
        return None
    if facts.until_on <= years_after(facts.from_on, facts.most_years):
        values = {"years": facts.most_years, "fault": "renewed_ahead", "latest": latest - DAY}
        return Finding("LST-16", "last_day", values, subject=facts.number or None)
    return too_long(facts.most_years, facts.most_granted, "last_day", facts.number)


def con_19_ends_with_what_it_rests_on(facts: Contracted, law: Law) -> Finding | None:
    """CON-19: a contract on which a re-transfer rests is not replaced by another while that one runs. RLCL-46, CC-716."""
    if not facts.passed_on:
        return None
    return Finding("CON-19", "state", {"numbers": list(facts.passed_on)}, subject=facts.number or None)


def con_20_taker_of_the_kind(facts: Contracted, law: Law) -> Finding | None:
    """CON-20: land goes to whom its kind of transfer is open. Of an assignment and an exchange TR-3 and TR-4 say it. RLCL-36."""
    if facts.kind in ("assignment", "exchange") or may_take(
        facts.takers, facts.taker_kind, member=facts.same_collective
    ):
        return None
    return Finding("CON-20", "taker", {"groups": list(facts.takers)}, subject=facts.number or None)


def codes_in(text: str) -> tuple[str, ...]:
    """The codes of parcels that a text names, each once, in order."""
    return tuple(sorted(set(re.findall(r"(?<!\d)\d{19}(?!\d)", text))))


def con_22_other_parcels_are_named(facts: tuple[Sequence[str], bool], law: Law) -> Finding | None:
    """CON-22: an exchange names the other household's parcels by their codes, all under one right of it. RLCL-33, RLCL-35.

    facts: the codes that the contract names; whether one right of the other household is over all of them.
    """
    codes, under_one = facts
    return None if codes and under_one else Finding("CON-22", "other_parcels", {"parcels": list(codes)})


def con_21_one_right_a_household(facts: Sequence[tuple[str, Any]], law: Law) -> Finding | None:
    """CON-21: a project asks each household for land of one contract right, since one contract is made with it. RLCL-40.

    facts: of each parcel the household's code and the right that it is under.
    """
    rights: dict[str, set[Any]] = {}
    for code, right in facts:
        rights.setdefault(code, set()).add(right)
    several = sorted(code for code, found in rights.items() if len(found) > 1)
    return Finding("CON-21", "parcel", {"codes": several}) if several else None


CONTRACT_RULES: tuple[Callable[[Any, Law], Finding | None], ...] = (
    tr_1_term_within_contract,
    tr_2_use_kept,
    tr_3_assigned_within_the_collective,
    con_44_issuer_consents,
    tr_4_exchange_within_the_collective,
    tr_10_contractor_consents,
    con_1_area_as_registered,
    con_2_parcel_bound_once,
    con_15_price_of_its_kind,
    con_16_taker_is_another,
    lst_16_no_longer_than_the_kind_lets,
    con_19_ends_with_what_it_rests_on,
    con_20_taker_of_the_kind,
)
"""What stops a contract from being drawn; of signing the database asks again what may have changed."""
