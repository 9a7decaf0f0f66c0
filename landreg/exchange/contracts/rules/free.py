"""CON: whether the land of a contract is free for its days: of the market, and from its first day. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import DAY
from landreg.exchange.contracts.rules.terms import Contracted, Listed
from landreg.exchange.listings.rules.offer import HOUSES
from landreg.law.book import Law
from landreg.law.selling import sells, sells_land

KEPT = "never"
"""What the clause on re-transfer says of land that goes no further."""


def con_31_land_is_not_on_sale(facts: Contracted, law: Law) -> Finding | None:
    """CON-31: land that is being bid for, or is dealt to another, goes to nobody beside the market. RLCL-38."""
    return _on_market("CON-31", [one for one in facts.listed if one.under_way], facts.number)


def con_32_listing_is_withdrawn_first(facts: Contracted, law: Law) -> Finding | None:
    """CON-32: who lists land withdraws the listing before it goes to another beside the market. RLCL-38."""
    return _on_market("CON-32", [one for one in facts.listed if not one.under_way], facts.number)


def on_market(listed: Sequence[Listed], field: str) -> list[Finding]:
    """CON-31 and CON-32 of land that is named beside the contract's own. field: where it is named."""
    told = (
        _on_market("CON-31", [one for one in listed if one.under_way], "", field),
        _on_market("CON-32", [one for one in listed if not one.under_way], "", field),
    )
    return [one for one in told if one is not None]


def _on_market(code: str, listed: Sequence[Listed], number: str, field: str = "parcel") -> Finding | None:
    if not listed:
        return None
    numbers = {one.number: one.listing_id for one in sorted(listed, key=lambda one: one.number)}
    values = {"parcels": sorted({one.code for one in listed}), "numbers": list(numbers), "listings": numbers}
    return Finding(code, field, values, subject=number or None)


def con_33_begins_on_free_land(facts: Contracted, law: Law) -> Finding | None:
    """CON-33: a term may have begun when it is brought, but on no day before the land was there to give. RLCL-38, RLCL-40.

    That is the first day of the right, of a re-transfer also of the contract below it, and of a deal the day of the deal.
    """
    if facts.free_from is None or facts.from_on >= facts.free_from:
        return None
    return Finding("CON-33", "from_on", {"first": facts.from_on, "free": facts.free_from}, subject=facts.number or None)


@dataclass(frozen=True)
class Ground:
    """The ground of a draft as the register has it today. drawn: by parcel what the draft gives, in m². left: by parcel what of it
    whoever gives it has still; nothing of one that is gone. cases: by which it was expropriated or lost, where that is known.
    """

    number: str
    drawn: Mapping[str, Decimal]
    left: Mapping[str, Decimal]
    cases: tuple[str, ...] = ()


def con_109_land_is_there_to_give(facts: Ground, law: Law | None = None) -> Finding | None:
    """CON-109: a draft over land that its giver has no more, whole or in part, is signed by nobody. CC-217, CC-338, RLCL-40."""
    lacking = sorted(code for code, area in facts.drawn.items() if facts.left.get(code, Decimal(0)) < area)
    values = {"parcels": lacking, "cases": list(facts.cases)} if facts.cases else {"parcels": lacking}
    return Finding("CON-109", "parcels", values, subject=facts.number) if lacking else None


def con_34_term_has_begun(facts: tuple[str, date, date], law: Law) -> Finding | None:
    """CON-34: whoever signs is told that the term has begun, and since how many days: a note. RLCL-40.

    facts: the contract's number, its first day, the day on which it would be signed.
    """
    number, first, today = facts
    if first >= today:
        return None
    return Finding("CON-34", "from_on", {"first": first, "days": (today - first).days}, subject=number)


def con_100_term_is_not_over(facts: tuple[str, date], law: Law) -> Finding | None:
    """CON-100: what has no day of its term left is not drawn, consented to or signed: it could never run. landreg.

    facts: the number of the listing, the contract or the project, '' where it has none yet; the day after its last.
    """
    number, until = facts
    values: dict[str, Any] = {"last": until - DAY, **({"number": number} if number else {})}
    return None if law.on < until else Finding("CON-100", "state", values, subject=number or None)


def con_102_house_is_not_sold(facts: tuple[str, str, Mapping[str, str]], law: Law) -> Finding | None:
    """CON-102: a lease of a house sells neither the house nor its homestead; 你 in it is who rents. LAL-62.

    facts: the contract's number, its kind, what was written freely, by field.
    """
    number, kind, texts = facts
    for name, text in texts.items():
        if kind in HOUSES and (said := sells(text, law.on, house=True, taker="你")):
            return Finding("CON-102", name, {"said": said}, subject=number or None)
    return None


def con_84_land_is_not_sold(facts: tuple[str, str, Mapping[str, str]], law: Law) -> Finding | None:
    """CON-84: what would sell the land itself, give it for ever or let it pay a debt is neither drawn nor signed. RLCL-38, LOT-3.

    facts: the contract's number, its kind, what was written freely, by field.
    """
    number, _, texts = facts
    for name, text in texts.items():
        if said := sells_land(text, law.on):
            return Finding("CON-84", name, {"said": said}, subject=number or None)
    return None


def con_85_one_draft_at_a_time(facts: tuple[str, Mapping[str, str]], law: Law) -> Finding | None:
    """CON-85: who signs is told of another draft of the same land and days: a note. RLCL-40.

    facts: the contract's number; by parcel, the number of another draft.
    """
    number, others = facts
    if not others:
        return None
    values = {"parcels": sorted(others), "numbers": sorted({*others.values()})}
    return Finding("CON-85", "parcels", values, subject=number)


def con_43_clause_lets_it_go_further(facts: Contracted, law: Law) -> Finding | None:
    """CON-43: what the parties agreed never to transfer further is not, whoever consents. RLCL-46, RLCL-40."""
    return Finding("CON-43", "parcel", {}, subject=facts.number or None) if facts.kept_back else None


def con_115_words_are_told_after(facts: tuple[Finding, date], law: Law | None = None) -> Finding:
    """CON-115: a contract whose words no rule stopped on the day of its signing is certified, and what they would be stopped for
    today is told with it: a note. RLCL-38.

    facts: what stops such words today, the day on which both had signed.
    """
    found, signed_on = facts
    said = {"said": found.values.get("said", ""), "signed": signed_on, "fault": f"words_{found.code}"}
    return Finding("CON-115", found.field, said, subject=found.subject)


FREE_RULES: tuple[Callable[[Contracted, Law], Finding | None], ...] = (
    con_31_land_is_not_on_sale,
    con_32_listing_is_withdrawn_first,
    con_33_begins_on_free_land,
    con_43_clause_lets_it_go_further,
)
"""What stops a contract over land that another way has; the database asks of listings under the locks of the parcels."""

SOLD_RULES = (con_102_house_is_not_sold, con_84_land_is_not_sold)
"""What the parties' own words may not say."""
