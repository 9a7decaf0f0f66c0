"""HS: what a homestead use right must rest on, and how much of it is confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landreg.core.codes import LAND_UNIT, REAL_ESTATE_UNIT
from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.party.rules import (
    NOBODY,
    Related,
    pt_1_members_in_one_household,
    pt_4_one_head,
    pt_5_members_in_one_county,
    pt_6_name_of_the_number,
    pt_7_other_county_answered,
    pt_8_former_member_answered,
)


@dataclass(frozen=True)
class HomesteadFacts:
    """What the survey and the approval say of a homestead; areas in m². others: units that the household holds or
    has applied for.

    elsewhere, abroad, misnamed, former, answered: of its members, as of a contract's. built_by: the last day of the month or
    year in which the house was completed, where no day is known.
    """

    code: str
    unit_code: str
    household_known: bool
    area_m2: Decimal
    approved_m2: Decimal | None
    built_on: date | None
    others: tuple[str, ...] = ()
    taken_by: str | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    built_by: date | None = None
    related: Related = NOBODY
    abroad: Mapping[str, str] = field(default_factory=dict)
    misnamed: Mapping[str, str] = field(default_factory=dict)
    former: tuple[str, ...] = ()
    answered: str = ""


@dataclass(frozen=True)
class Confirmed:
    """How much of a homestead is confirmed and how much is recorded apart; basis: why."""

    area_m2: Decimal
    excess_m2: Decimal
    basis: str


def confirmed_area(facts: HomesteadFacts, law: Law) -> Confirmed:
    """The area to confirm and the excess that is noted apart, never silently confirmed (HS-2).

    With an approval: the approved area. Without: built before the regulation of 1982, the area in use; after it, up to
    the county's limit. Source: 国土资发〔2016〕191号 as dated parameters.
    """
    completed = facts.built_on or facts.built_by
    if facts.approved_m2:
        most, basis = facts.approved_m2, "approved"
    elif completed is not None and completed < law.day("HS-2.period_since", "regulation"):
        most, basis = facts.area_m2, "before_1982"
    else:
        most, basis = limit_m2(law), "limit"
    confirmed = min(facts.area_m2, most)
    return Confirmed(confirmed, facts.area_m2 - confirmed, basis)


def limit_m2(law: Law) -> Decimal:
    """The county's limit for one household's homestead."""
    return law.number("HS-2.limit_m2", law.text("HS-2.terrain"))


def hs_1_one_homestead(facts: HomesteadFacts, law: Law) -> Finding | None:
    """HS-1: one household, one homestead. 土地管理法 第六十二条 (LAL-62)."""
    if not facts.others:
        return None
    return Finding("HS-1", "household", {"others": list(facts.others)}, subject=facts.code)


def hs_2_excess_noted(facts: HomesteadFacts, law: Law) -> Finding | None:
    """HS-2: what goes beyond the confirmed area is noted in register and certificate. 土地管理法 第六十二条 (LAL-62)."""
    confirmed = confirmed_area(facts, law)
    if not confirmed.excess_m2:
        return None
    values = {"area": facts.area_m2, "confirmed": confirmed.area_m2, "excess": confirmed.excess_m2}
    return Finding("HS-2", "area_m2", values, subject=facts.code)


def hs_5_unit_code(facts: HomesteadFacts, law: Law) -> Finding | None:
    """HS-5: the unit has a code, and its parcel part is the parcel's own. 不动产登记暂行条例 第八条 (RERR-8)."""
    sound = LAND_UNIT.fullmatch(facts.code) and REAL_ESTATE_UNIT.fullmatch(facts.unit_code)
    if sound and facts.unit_code[:19] == facts.code:
        return None
    return Finding("HS-5", "unit_code", {"parcel": facts.code, "unit": facts.unit_code}, subject=facts.code)


def hs_6_household_known(facts: HomesteadFacts, law: Law) -> Finding | None:
    """HS-6: the homestead belongs to a household of the collective. 土地管理法 第六十二条 (LAL-62)."""
    return None if facts.household_known else Finding("HS-6", "household", {}, subject=facts.code)


def hs_7_parcel_free(facts: HomesteadFacts, law: Law) -> Finding | None:
    """HS-7: nobody else holds a homestead right on the parcel. 民法典 第三百六十二条 (CC-362)."""
    if facts.taken_by is None:
        return None
    return Finding("HS-7", "parcel", {"right": facts.taken_by}, subject=facts.code)


HOMESTEAD_RULES = (
    hs_1_one_homestead,
    hs_2_excess_noted,
    hs_5_unit_code,
    hs_6_household_known,
    hs_7_parcel_free,
    pt_1_members_in_one_household,
    pt_4_one_head,
    pt_5_members_in_one_county,
    pt_6_name_of_the_number,
    pt_7_other_county_answered,
    pt_8_former_member_answered,
)
