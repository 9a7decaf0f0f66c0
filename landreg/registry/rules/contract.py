"""CT: what a contract-management right must rest on before it is registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from landreg.core.errors import Finding
from landreg.core.periods import DAY, Period, years_after
from landreg.core.units import total_mu
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

_GRASS, _FOREST = "04", "03"
OTHER_MEANS = "12"
"""How the codes of tender, auction, consultation and other means begin (NY/T 2539, table C.10)."""


@dataclass(frozen=True)
class ParcelFacts:
    """A parcel that a contract names. taken_by: code of another right of that kind that holds it now."""

    code: str
    area_m2: Decimal
    land_class: str
    surveyed: bool
    taken_by: str | None = None


@dataclass(frozen=True)
class ContractFacts:
    """What a contract says, and what the register says of its parties and parcels.

    mu: its own total, which a county adds up or converts; of its parcels' printed figures where it says none.
    holder: code of the contractor; holder_known: it is a household of a collective that is surveyed or registered.
    members: those who hold the right. related: all that are listed. elsewhere: masked name of a member to the code of another
    household that lists them; abroad: to one of another county; misnamed: whose number the register has under another name;
    former: of whom no household has any more. answered: what officers wrote down of those of another county or name. way: of
    contracting, by NY/T 2539 (table C.10).
    """

    code: str
    holder: str
    holder_known: bool
    issuer_known: bool
    members: int
    term: Period | None
    area_m2: Decimal
    mu: Decimal
    parcels: tuple[ParcelFacts, ...]
    elsewhere: Mapping[str, str]
    related: Related = NOBODY
    abroad: Mapping[str, str] = field(default_factory=dict)
    misnamed: Mapping[str, str] = field(default_factory=dict)
    former: tuple[str, ...] = ()
    answered: str = ""
    way: str = ""


def land_family(land_class: str) -> str:
    """arable, grassland or forest, from a GB/T 21010 class of three or four digits."""
    head = land_class[:2]
    return {_GRASS: "grassland", _FOREST: "forest"}.get(head, "arable")


def ct_1_term_within_law(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-1: the term is what the law gives the kind of land. 农村土地承包法 第二十一条 (RLCL-21)."""
    if facts.term is None or facts.term.end is None:
        return Finding("CT-1", "term", {"term": None}, subject=facts.code)
    families = {land_family(parcel.land_class) for parcel in facts.parcels} or {"arable"}
    most = max(law.days("CT-1.term_years", "arable" if f == "arable" else f"{f}_most") for f in families)
    if facts.term.end > years_after(facts.term.start, most) + DAY:
        values = {"start": facts.term.start, "last": facts.term.last, "years": most}
        return Finding("CT-1", "term", values, subject=facts.code)
    return None


def ct_6_term_not_short(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-6: a shorter term than the law gives is lengthened on request; never a ground to refuse. 解释 第七条 (SPC-RLC-7)."""
    if facts.term is None or facts.term.end is None:
        return None
    families = {land_family(parcel.land_class) for parcel in facts.parcels} or {"arable"}
    least = min(law.days("CT-1.term_years", "arable" if f == "arable" else f"{f}_least") for f in families)
    if facts.term.end < years_after(facts.term.start, least):
        values = {"start": facts.term.start, "last": facts.term.last, "years": least}
        return Finding("CT-6", "term", values, subject=facts.code)
    return None


def ct_2_parcels_free(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-2: a parcel is under one contract-management right at a time. 解释 第十九条 (SPC-RLC-19)."""
    taken = {parcel.code: parcel.taken_by for parcel in facts.parcels if parcel.taken_by}
    if not taken:
        return None
    return Finding(
        "CT-2", "parcels", {"parcels": list(taken), "rights": sorted(set(taken.values()))}, subject=facts.code
    )


def ct_7_has_parcels(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-7: the contract names at least one parcel, each surveyed and with an area. 农村土地承包法 第二十二条 (RLCL-22)."""
    missing = [parcel.code for parcel in facts.parcels if not parcel.surveyed or parcel.area_m2 <= 0]
    if facts.parcels and not missing:
        return None
    return Finding("CT-7", "parcels", {"missing": missing}, subject=facts.code)


def ct_8_has_members(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-8: the certificate lists every member who holds the right. 农村土地承包法 第十六、二十四条 (RLCL-16, RLCL-24)."""
    if facts.members:
        return None
    listed = {"listed": facts.related.listed} if facts.related.listed else {}
    return Finding("CT-8", "members", listed, subject=facts.code)


def ct_9_issuer_known(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-9: the issuing party is a collective of the register. 农村土地承包法 第十三条 (RLCL-13)."""
    return None if facts.issuer_known else Finding("CT-9", "issuer", {}, subject=facts.code)


def ct_10_totals_agree(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-10: the contract's total is the sum of its parcels in m², within the tolerance by which its package was checked
    (ARE-4). standards.md 4.

    Mu is shown and not compared: whether a total is converted or added up is a county's choice.
    """
    area, mu = sum((p.area_m2 for p in facts.parcels), Decimal(0)), total_mu(p.area_m2 for p in facts.parcels)
    if abs(area - facts.area_m2) <= law.number("ARE-4.tolerance_m2"):
        return None
    values = {"total": facts.area_m2, "sum": area, "mu": facts.mu, "sum_mu": mu}
    return Finding("CT-10", "area_m2", values, subject=facts.code)


def ct_11_holder_is_household(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-11: under household contracting the contractor is a household of the collective. 农村土地承包法 第十六条 (RLCL-16)."""
    return None if facts.holder_known else Finding("CT-11", "holder", {"holder": facts.holder}, subject=facts.code)


def ct_13_by_household(facts: ContractFacts, law: Law) -> Finding | None:
    """CT-13: land contracted by tender, auction or consultation gives the right to operate it, registered by an act of its own
    (`other_means`). 农村土地承包法 第四十八条 (RLCL-48), 民法典 第三百四十二条 (CC-342).
    """
    if not (facts.way.startswith(OTHER_MEANS) or facts.code.endswith("Q")):
        return None
    return Finding("CT-13", "way", {"contract": facts.code}, subject=facts.code)


CONTRACT_RULES = (
    ct_1_term_within_law,
    ct_2_parcels_free,
    ct_6_term_not_short,
    ct_7_has_parcels,
    ct_8_has_members,
    ct_9_issuer_known,
    ct_10_totals_agree,
    ct_11_holder_is_household,
    ct_13_by_household,
    pt_1_members_in_one_household,
    pt_4_one_head,
    pt_5_members_in_one_county,
    pt_6_name_of_the_number,
    pt_7_other_county_answered,
    pt_8_former_member_answered,
)
