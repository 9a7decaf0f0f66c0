"""TR, LST: the offer itself. Term, price, whom it goes to, how it is decided, for how long it is published."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.core.units import CENT
from landreg.exchange.listings.rules.contacts import names_a_contact
from landreg.exchange.listings.rules.facts import APPROVAL, MINUTES, Offered
from landreg.exchange.listings.rules.units import BALANCES, MOST_PRICE, ONCE, is_a_price, rhythms_of
from landreg.law.book import Law
from landreg.law.selling import sells

GRAINS = ("wheat", "corn", "rice")
HOUSES = ("house_lease", "homestead_lease")
"""Kinds by which a house or a homestead is let."""
MOST_TOO_FEW = 20
"""Representatives of a collective's members are more."""
LEAST_SIGNS = 4


def grain_price(grain: str, law: Law) -> Decimal | None:
    """Yuan a kg of a grain by the county's series, on the law's day; None where the county has set none."""
    said = law.text("CON-11.grain_yuan_per_kg", grain)
    return Decimal(said) if said else None


def first_day(closes_on: date, way: str, law: Law) -> date:
    """The first day on which a term may begin: what is bid for has its sale after the publication."""
    return closes_on + DAY + timedelta(days=0 if way == "negotiation" else law.days("LST-17.sale_days"))


def tr_1_term_within_contract(facts: Offered, law: Law) -> Finding | None:
    """TR-1: a transfer ends no later than the contract term. RLCL-38."""
    if facts.term is None or facts.until_on <= facts.term[1]:
        return None
    last = facts.term[1] - DAY
    values = {"asked": facts.until_on - DAY, "latest": last, **({"whole": last} if facts.from_on <= last else {})}
    return Finding("TR-1", "years", values, subject=facts.number or None)


def tr_3_assigned_within_the_collective(facts: Offered, law: Law) -> Finding | None:
    """TR-3: an assignment is offered to households of the collective alone. RLCL-34."""
    if facts.kind != "assignment" or facts.to_whom == "members":
        return None
    return Finding("TR-3", "to_whom", {"taker": None}, subject=facts.number or None)


def tr_4_exchanged_within_the_collective(facts: Offered, law: Law) -> Finding | None:
    """TR-4: an exchange of parcels is offered to households of the collective alone. RLCL-33."""
    if facts.kind != "exchange" or facts.to_whom == "members":
        return None
    return Finding("TR-4", "to_whom", {"other": None}, subject=facts.number or None)


def tr_10_contractor_consents(facts: Offered, law: Law) -> Finding | None:
    """TR-10: what was taken is offered further with the contractor's written consent. RLCL-46."""
    if facts.kind != "retransfer" or "contractor_consent" in facts.papers:
        return None
    return Finding("TR-10", "contractor_consent", {}, subject=facts.number or None)


def tr_5_transfer_filed(facts: Offered, law: Law) -> Finding | None:
    """TR-5: where a re-transfer is not filed with the collective yet, that is told and stops no listing. RLCL-46."""
    if facts.kind != "retransfer" or "filing" in facts.papers:
        return None
    return Finding("TR-5", "filing", {}, subject=facts.number or None)


def lst_1_price_is_a_sum(facts: Offered, law: Law) -> Finding | None:
    """LST-1: a price is more than 0, in fen, of shares the fixed dividend; of an exchange the difference may be 0. RLCL-39."""
    most = MOST_PRICE[facts.unit]
    if is_a_price(facts.price, most, free=facts.kind == "exchange"):
        return None
    return Finding("LST-1", "price", {"most": most}, subject=facts.number or None)


def lst_2_floor_below_the_price(facts: Offered, law: Law) -> Finding | None:
    """LST-2: the least that is taken is more than 0 and no more than the price asked; an exchange has none. RLCL-39."""
    floor = facts.floor
    if facts.unit in BALANCES:
        fault = "floor_of_none" if floor is not None or facts.floor_shown else ""
    else:
        sound = floor is None or is_a_price(floor, min(facts.price, MOST_PRICE[facts.unit]))
        fault = "" if sound else "floor_too_high"
    return Finding("LST-2", "floor", {"fault": fault}, subject=facts.number or None) if fault else None


def lst_3_term_is_some_time(facts: Offered, law: Law) -> Finding | None:
    """LST-3: the term has at least a day. RLCL-40."""
    return None if facts.until_on > facts.from_on else Finding("LST-3", "years", {}, subject=facts.number or None)


def lst_4_grain_is_named(facts: Offered, law: Law) -> Finding | None:
    """LST-4: a price in kind names its grain, another none. RLCL-40."""
    sound = facts.grain in GRAINS if facts.unit == "kg_mu_year" else facts.grain == ""
    return None if sound else Finding("LST-4", "grain", {}, subject=facts.number or None)


def lst_28_grain_has_its_price(facts: Offered, law: Law) -> Finding | None:
    """LST-28: what is bid for in grain asks for a deposit, which is money: the county has set what that grain costs. RLCL-39."""
    if facts.way == "negotiation" or facts.grain not in GRAINS or grain_price(facts.grain, law) is not None:
        return None
    return Finding("LST-28", "grain", {"grains": [facts.grain]}, subject=facts.number or None)


def lst_14_unit_of_the_kind(facts: Offered, law: Law) -> Finding | None:
    """LST-14: the price counts what a transfer of this kind is paid in, and falls due as that is; one sum does not rise.

    RLCL-36, RLCL-39.
    """
    if facts.transfer is None:
        return None
    wrong = "" if facts.unit in facts.transfer.units else "unit"
    wrong = wrong or ("" if facts.paid_every in rhythms_of(facts.unit) else "paid_every")
    wrong = wrong or ("escalator" if facts.unit in ONCE and facts.escalator_percent else "")
    return Finding("LST-14", wrong, {}, subject=facts.number or None) if wrong else None


def lst_15_way_of_the_kind(facts: Offered, law: Law) -> Finding | None:
    """LST-15: the kind lets it be decided that way and offered to these. RLCL-48, RLCL-36."""
    if facts.transfer is None:
        return None
    wrong = next(
        (
            field
            for field, value, known in (
                ("way", facts.way, facts.transfer.ways),
                ("to_whom", facts.to_whom, facts.transfer.to_whom),
            )
            if value not in known
        ),
        None,
    )
    # Whom an assignment and an exchange go to is said by TR-3 and TR-4.
    if wrong is None or (wrong == "to_whom" and facts.kind in ("assignment", "exchange")):
        return None
    return Finding("LST-15", wrong, {}, subject=facts.number or None)


def lst_16_no_longer_than_the_kind_lets(facts: Offered, law: Law) -> Finding | None:
    """LST-16: a lease runs at most 20 years, of a house, a homestead or construction land that is paid for by the year; land of the
    collective as long as its kind lets. CC 705.
    """
    most = facts.transfer.most_years(law, facts.unit) if facts.transfer is not None else None
    if facts.transfer is None or most is None or facts.until_on <= years_after(facts.from_on, most):
        return None
    return too_long(most, facts.transfer.most_years(law), "years", facts.number)


def too_long(most: int, granted: int | None, field: str, number: str) -> Finding:
    """LST-16: longer than so many years; of what may be granted for longer, since it is paid for by the year or month."""
    values = {"years": most, **({} if granted in (None, most) else {"fault": "leased_not_granted"})}
    return Finding("LST-16", field, values, subject=number or None)


def lst_17_begins_after_publication(facts: Offered, law: Law) -> Finding | None:
    """LST-17: the term begins after the last day of publication; of what is bid for, when there was time for its sale. RLCL-38."""
    earliest = first_day(facts.closes_on, facts.way, law)
    if facts.from_on >= earliest:
        return None
    return Finding("LST-17", "from_on", {"earliest": earliest}, subject=facts.number or None)


def lst_40_begins_before_long(facts: Offered, law: Law) -> Finding | None:
    """LST-40: the term begins within the county's days of today: nobody binds land for a time that is years away. CC 705."""
    latest = facts.today + timedelta(days=law.days("LST-40.ahead_days"))
    return (
        Finding("LST-40", "from_on", {"latest": latest}, subject=facts.number or None)
        if facts.from_on > latest
        else None
    )


def lst_18_published_long_enough(facts: Offered, law: Law) -> Finding | None:
    """LST-18: a listing is published for the county's least days at least, counted from today, and at most for its most."""
    least, most = law.days("LST-18.publication_days", "least"), law.days("LST-18.publication_days", "most")
    days = (facts.closes_on - facts.today).days
    if least <= days <= most:
        return None
    return Finding("LST-18", "days", {"least": least, "latest": most}, subject=facts.number or None)


def lst_19_escalator_within_bounds(facts: Offered, law: Law) -> Finding | None:
    """LST-19: the price stays or rises by no more a year than the county lets; it does not fall, since no contract lets it."""
    most = law.number("LST-19.escalator_percent")
    sound = 0 <= facts.escalator_percent <= most and facts.escalator_percent == facts.escalator_percent.quantize(CENT)
    return None if sound else Finding("LST-19", "escalator", {"most": most}, subject=facts.number or None)


def lst_21_photos_few_enough(facts: Offered, law: Law) -> Finding | None:
    """LST-21: a listing has so many photos at most."""
    most = law.days("LST-21.photos")
    return None if facts.photos <= most else Finding("LST-21", "photos", {"most": most}, subject=facts.number or None)


def lst_22_whole_term(facts: Offered, law: Law) -> Finding | None:
    """LST-22: what moves the contract right itself runs to the end of its term. RLCL-33, RLCL-34."""
    if facts.transfer is None or not facts.transfer.whole_term or facts.term is None:
        return None
    if facts.until_on == facts.term[1]:
        return None
    return Finding("LST-22", "years", {"last": facts.term[1] - DAY}, subject=facts.number or None)


def lst_23_papers_are_there(facts: Offered, law: Law) -> Finding | None:
    """LST-23: what a kind needs is there: the members' resolution, of construction land the plan and registration, and of waste
    land whose class the register does not know what proves it. RLCL-48, RLCL-52, LAL-63.
    """
    needed = () if facts.transfer is None else facts.transfer.papers
    unknown = [code for code in facts.codes if code in facts.ground and not facts.ground[code].land_class]
    if unknown and facts.kind == "four_wastes":
        needed = (*needed, "waste_proof")
    missing = [paper for paper in needed if paper not in facts.papers and paper != "contractor_consent"]
    if not missing:
        return None
    field = MINUTES if MINUTES in missing else "proof"
    return Finding("LST-23", field, {"papers": missing}, subject=facts.number or None)


def two_thirds_agree(members: int, agreed: int) -> bool:
    """Whether two thirds of so many agree."""
    return 0 < agreed <= members and agreed * 3 >= members * 2


def may_be_a_meeting(members: int, households: int) -> bool:
    """Whether so many who are to come may be a collective's meeting: of all members, one a household at least, or of more than
    twenty representatives. RCEO-28.
    """
    return members >= households or members > MOST_TOO_FEW


def is_a_number(approval: str) -> bool:
    """Whether it can be the number of a township's paper: a figure in it, 9 or 九, and more than a sign or two."""
    return len(approval.strip()) >= LEAST_SIGNS and any(sign.isnumeric() for sign in approval)


def lst_38_meeting_is_one(facts: Offered, law: Law) -> Finding | None:
    """LST-38: as many were to come as a meeting of the collective has, by the households that the register knows. RCEO-28."""
    if facts.resolved is None or may_be_a_meeting(facts.resolved[0], facts.households):
        return None
    values = {"asked": facts.resolved[0], "households": facts.households}
    return Finding("LST-38", "members", values, subject=facts.number or None)


def lst_25_two_thirds_agree(facts: Offered, law: Law) -> Finding | None:
    """LST-25: two thirds of the members, or of their representatives, agree to it. RLCL-52, LAL-63."""
    if facts.resolved is None:
        return None
    members, agreed = facts.resolved
    if two_thirds_agree(members, agreed):
        return None
    return Finding("LST-25", "in_favour", {"asked": members, "given": agreed}, subject=facts.number or None)


def lst_26_township_approves(facts: Offered, law: Law) -> Finding | None:
    """LST-26: farmland of a collective goes to outsiders with the township's approval: its number, and its scan. RLCL-52."""
    farmed = facts.transfer is not None and facts.transfer.farmed
    shown = facts.approved and APPROVAL in facts.papers
    if facts.source != "collective" or not farmed or shown or facts.to_whom == "members":
        return None
    return Finding("LST-26", APPROVAL if facts.approved else "approval", {}, subject=facts.number or None)


def lst_30_words_lead_nowhere_else(facts: Offered, law: Law) -> Finding | None:
    """LST-30: no telephone, identity or card number and no name in a messenger stands in what everybody reads."""
    if not names_a_contact(facts.words):
        return None
    return Finding("LST-30", "said", {}, subject=facts.number or None)


def lst_37_words_sell_nothing(facts: Offered, law: Law) -> Finding | None:
    """LST-37: nobody is promised in words what no transfer moves: the land itself, or a house that is let. RLCL-38, LOT-3."""
    said = sells(facts.words, law.on, house=facts.kind in HOUSES, taker="你")
    return Finding("LST-37", "said", {"said": said}, subject=facts.number or None) if said else None


def lst_36_house_is_told(facts: Offered, law: Law) -> Finding | None:
    """LST-36: of a house or homestead somebody who looks for one wants to read rooms, area, water and light, not soil; told without
    stopping anything.
    """
    if facts.kind not in HOUSES or facts.words.strip():
        return None
    return Finding("LST-36", "said", {}, subject=facts.number or None)


OFFER_RULES = (
    tr_1_term_within_contract,
    tr_3_assigned_within_the_collective,
    tr_4_exchanged_within_the_collective,
    tr_5_transfer_filed,
    tr_10_contractor_consents,
    lst_1_price_is_a_sum,
    lst_2_floor_below_the_price,
    lst_3_term_is_some_time,
    lst_4_grain_is_named,
    lst_28_grain_has_its_price,
    lst_14_unit_of_the_kind,
    lst_15_way_of_the_kind,
    lst_16_no_longer_than_the_kind_lets,
    lst_17_begins_after_publication,
    lst_40_begins_before_long,
    lst_18_published_long_enough,
    lst_19_escalator_within_bounds,
    lst_21_photos_few_enough,
    lst_22_whole_term,
    lst_23_papers_are_there,
    lst_25_two_thirds_agree,
    lst_38_meeting_is_one,
    lst_26_township_approves,
    lst_30_words_lead_nowhere_else,
    lst_37_words_sell_nothing,
    lst_36_house_is_told,
)
