"""Which parcels of a right could not be listed from a day on, and why: by the rules that judge a listing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.errors import Finding
from landreg.exchange.listings.reading import Land, Offer, facts_of, land_of
from landreg.exchange.listings.rules.facts import Chosen, Offered
from landreg.exchange.listings.rules.land import STANDING_RULES
from landreg.law.book import Law, examine


@dataclass(frozen=True)
class Against:
    """What stands in the way of a parcel. free_on: the day from which nothing of it does, None where that is not known.

    partly: a part of it is listed, so that another may be.
    """

    findings: tuple[Finding, ...]
    free_on: date | None
    partly: bool


def against(
    session: Session, actor: Actor, county: str, right_id: UUID, kind: str, days: tuple[date, date], law: Law
) -> Mapping[str, Against]:
    """By parcel what stands in its way for these days, half-open; in as many statements for a right as for a parcel."""
    offer = Offer(kind, (), *days, law.on, Decimal(1), right_id)
    land = land_of(session, actor, county, offer)
    found = {code: _against(offer, land, code, law) for code in land.parcels}
    return {code: one for code, one in found.items() if one.findings}


def _against(offer: Offer, land: Land, code: str, law: Law) -> Against:
    alone = replace(land, chosen=(Chosen(code, land.parcels[code].area_m2),))
    facts = facts_of(replace(offer, parcels=(code,)), alone, law.on)
    parts = [row for row in land.standing if row.parcel_code == code and row.part is not None]
    return Against(tuple(examine(STANDING_RULES, facts, law)), _free_on(facts), bool(parts))


def _free_on(facts: Offered) -> date | None:
    """The day after the last of what stands; None where something stands without an end, or of the right as a whole."""
    ends = [one.until_on for one in facts.on_chosen("restriction", "exit", "case", "operation", "listing", "contract")]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None
