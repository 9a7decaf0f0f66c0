"""PAR: what an act that redraws, measures anew or corrects a parcel must rest on; the tuple of rules of each kind of act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.codes import ISSUER
from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
)
from landreg.registry.rules.bound_land import tr_33_contracts_run_on, tr_34_contracts_on_ground_that_is_gone
from landreg.registry.rules.contract import ContractFacts
from landreg.registry.rules.corrected_facts import HolderCorrected, LandCorrected, LimitCorrected
from landreg.registry.rules.ends import ENDED
from landreg.registry.rules.parcel_requests import AreaChange, Correction
from landreg.registry.rules.restrictions import OPERATOR_CONSENT, RESTRICTED

CORRECTED_BY = ("holder", "interested_party", "office")
CORRECTABLE: Mapping[str, tuple[str, ...]] = {
    "parcel": (
        "name", "code", "registered_area_m2", "land_class", "soil_grade", "land_use", "basic_farmland", "neighbour_east",
        "neighbour_south", "neighbour_west", "neighbour_north",
    ),
    "household": ("name", "address", "postcode"),
    "member": ("person_id", "relation", "holds_right", "belongs"),
    "holder": ("name", "person_id", "address"),
    "land": ("parcels_added", "parcels_off"),
    "held": ("holder", "exchanged"),
    "restriction": ("party", "party_code", "basis", "amount", "until"),
    "right": ("nature", "term", "signed_on", "footprint_m2", "floor_area_m2", "floors", "built_on", "note"),
}  # fmt: skip
"""By what is corrected: the facts that a correction may set right."""


@dataclass(frozen=True)
class Ground:
    """A parcel as it is registered, or as an act would leave it. rights: codes of the rights that hold it; limits: the
    restrictions that lie on it. lost: the act ends it.
    """

    code: str
    area_m2: Decimal
    kind: str = "contracted"
    rights: frozenset[str] = frozenset()
    use: tuple[str, ...] = ()
    limits: frozenset[UUID] = frozenset()
    lost: bool = False


@dataclass(frozen=True)
class ParcelActFacts(ActFacts):
    """What an act on parcels is about.

    before, after: the parcels that it ends or changes, and those that it leaves. fault: what is wrong with the shape that
    was drawn. overlapped: by code of a registered neighbour, how much of it the new shape covers, in m². unsigned: codes of
    neighbours at a changed side whose holders did not sign. bound: codes of rights that cannot follow. drawn_m2: what the
    shape measures. now: the facts to be corrected as they stand. meant: what is said to be right of them, as it would be registered
    ("400" is 400.00). invalid: corrected facts that are none, by name. used:
    codes that name another parcel, or did. same_person: a corrected identity number is that of a person of the member's own
    name, who stands nowhere else; of a holder, that they stay the same person. member_of: the households of which a holder is a
    member, as the register has them. contract: as a corrected term would leave it. beyond: code of a land-operation right that
    would run past that term, to its last day. told_on: when the proof came that the party was told of an error that the office
    found, None where it did not. disposed: code of a right that was assigned or exchanged since, to the day of it.
    house: of a homestead whose house is corrected its footprint and floor area in m², and its floors, as they would be.
    let: the corrected term of a land-operation right; let_until: the end of the contract below it, None where it has none;
    half-open. land: of a right whose parcels are corrected; held: of one that another household holds;
    limit: of one of whose restrictions facts are wrong.
    """

    before: tuple[Ground, ...] = ()
    after: tuple[Ground, ...] = ()
    fault: str = ""
    overlapped: Mapping[str, Decimal] = field(default_factory=dict)
    unsigned: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    changed_m2: Decimal | None = None
    shared_m2: Decimal | None = None
    drawn_m2: Decimal | None = None
    now: Mapping[str, str] = field(default_factory=dict)
    meant: Mapping[str, str] = field(default_factory=dict)
    invalid: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    same_person: bool = True
    member_of: tuple[str, ...] = ()
    contract: ContractFacts | None = None
    beyond: Mapping[str, date] = field(default_factory=dict)
    told_on: date | None = None
    disposed: Mapping[str, date] = field(default_factory=dict)
    let: tuple[date, date] | None = None
    let_until: date | None = None
    house: tuple[Decimal | None, Decimal | None, int | None] = (None, None, None)
    land: LandCorrected | None = None
    held: HolderCorrected | None = None
    limit: LimitCorrected | None = None


def par_1_shape_is_sound(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-1: what is drawn is one sound line or face, and makes sound parcels. CC-211, RERR-18."""
    return Finding("PAR-1", "shape", {"fault": facts.fault}, subject=facts.code) if facts.fault else None


def par_2_children_add_up(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-2: what comes of parcels is together as large as they were registered, to 0.01 m². RERR-18, CC-211."""
    was, is_ = (sum((ground.area_m2 for ground in grounds), Decimal(0)) for grounds in (facts.before, facts.after))
    if facts.fault or not facts.in_force or was == is_:
        return None
    return Finding("PAR-2", "shape", {"before": str(was), "after": str(is_)}, subject=facts.code)


def par_3_merged_are_alike(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-3: parcels that become one are under the same rights and restrictions, of one kind and of one use: what lies on one
    would lie on land on which it was not given. RERR-8, RERR-18.
    """
    if not facts.before:
        return None
    first, *others = facts.before
    unlike = [g.code for g in others if replace(g, code=first.code, area_m2=first.area_m2) != first]
    if not unlike:
        return None
    partly = frozenset[UUID]().union(*(first.limits ^ ground.limits for ground in others))
    parties = sorted({one.named for one in facts.restrictions if one.restriction_id in partly})
    told = {"parties": parties} if parties else {}
    return Finding("PAR-3", "parcels", {"codes": unlike, **told}, subject=facts.code)


def par_4_rights_follow(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-4: every right on the parents goes on over the children; one that cannot stops the act. RERR-8, LAL-62."""
    return Finding("PAR-4", "parcels", {"rights": list(facts.bound)}, subject=facts.code) if facts.bound else None


def par_6_on_nobody_s_ground(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-6: a corrected boundary covers nothing of a registered neighbour. RERR-18, CC-216."""
    most = law.number("TOP-1.overlap", "m2")
    over = [f"{code}（{area} m²）" for code, area in sorted(facts.overlapped.items()) if area > most]
    return Finding("PAR-6", "shape", {"neighbours": over}, subject=facts.code) if over else None


def par_7_neighbours_signed(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-7: the holder of every parcel at a changed side has signed for the new boundary; who lacks is named. RERR-18."""
    return Finding("PAR-7", "signed", {"codes": list(facts.unsigned)}, subject=facts.code) if facts.unsigned else None


def par_8_something_changes(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-8: what is asked for differs from what is registered. RERR-16."""
    asked = facts.asked
    same = facts.changed_m2 is not None and facts.changed_m2 < Decimal("0.01") and not facts.fault
    if isinstance(asked, AreaChange):
        same = [ground.area_m2 for ground in facts.before] == [asked.area_m2]
    if isinstance(asked, Correction):
        same = all(facts.now.get(one.fact, "") == facts.meant.get(one.fact, one.value) for one in asked.facts)
    return Finding("PAR-8", "shape", {}, subject=facts.code) if facts.in_force and same else None


def par_9_still_the_same_place(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-9: a corrected boundary keeps at least half of the parcel's ground: else it is another parcel. RERR-10."""
    if facts.shared_m2 is None or facts.drawn_m2 is None or facts.fault:
        return None
    if 2 * facts.shared_m2 >= max(facts.drawn_m2, *(ground.area_m2 for ground in facts.before)):
        return None
    return Finding("PAR-9", "shape", {"shared": str(facts.shared_m2)}, subject=facts.code)


def par_11_code_is_new(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-11: a code that names a parcel, or once did, is given to no other one. GB/T 35958-2018; RERR-8."""
    return Finding("PAR-11", "code", {"codes": list(facts.used)}, subject=facts.code) if facts.used else None


def par_18_code_of_its_group(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-18: a corrected code is one of the parcel's own village and group, as the codes of new parcels are. GB/T 35958-2018."""
    asked, now = facts.asked, facts.now.get("code", "")
    said = asked.said("code") if isinstance(asked, Correction) else None
    if said is None or not now or facts.invalid or said[:ISSUER] == now[:ISSUER]:
        return None
    return Finding("PAR-18", "code", {"code": said, "prefix": now[:ISSUER]}, subject=facts.code)


def par_13_measured_as_drawn(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-13: an area far from what the boundary encloses is a note for the reviewer: perhaps the boundary is wrong. CC-211."""
    area, where = _asked_area(facts)
    if area is None or facts.drawn_m2 is None or par_17_area_of_this_parcel(facts, law):
        return None
    off = abs(area - facts.drawn_m2)
    if off <= max(law.number("ARE-7.tolerance", "m2"), law.number("ARE-7.tolerance", "share") * facts.drawn_m2):
        return None
    return Finding("PAR-13", where, {"asked": str(area), "drawn": str(facts.drawn_m2)}, subject=facts.code)


def par_14_correctable(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-14: a correction sets right the facts of the list, each to a value that it can have. CC-220, RERR-10."""
    asked = facts.asked
    if not isinstance(asked, Correction):
        return None
    foreign = [one.fact for one in asked.facts if one.fact not in CORRECTABLE.get(asked.of, ())]
    wrong = sorted({*foreign, *facts.invalid})
    if not wrong and asked.facts:
        return None
    return Finding("PAR-14", wrong[0] if wrong else "facts", {"facts": wrong}, subject=facts.code)


def par_15_says_who_found_it(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-15: a correction says who found the error, and what shows it. CC-220."""
    asked = facts.asked
    if not isinstance(asked, Correction) or (asked.by in CORRECTED_BY and asked.why):
        return None
    return Finding("PAR-15", "why" if asked.by in CORRECTED_BY else "by", {}, subject=facts.code)


def par_16_area_is_some(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-16: after the act every parcel, and every right on it, has an area above nothing. RERR-8."""
    nothing = [ground.code for ground in facts.after if not 0 < ground.area_m2 < Decimal("1E12")]
    return Finding("PAR-16", "area_m2", {"codes": nothing}, subject=facts.code) if nothing else None


def par_17_area_of_this_parcel(facts: ParcelActFacts, law: Law) -> Finding | None:
    """PAR-17: more than twice, or less than half, of what the boundary encloses is no measurement of this parcel: either the
    area is mistyped, or the boundary has to be changed with it. CC-211.
    """
    area, where = _asked_area(facts)
    if area is None or not facts.drawn_m2 or area <= 0 or facts.drawn_m2 / 2 <= area <= facts.drawn_m2 * 2:
        return None
    return Finding("PAR-17", where, {"asked": str(area), "drawn": str(facts.drawn_m2)}, subject=facts.code)


def _asked_area(facts: ParcelActFacts) -> tuple[Decimal | None, str]:
    """The area that a change or a correction would register, in m², and the field that asks for it."""
    if isinstance(facts.asked, AreaChange):
        return facts.asked.area_m2, "area_m2"
    meant = facts.meant.get("registered_area_m2")
    return None if meant is None else Decimal(meant), "registered_area_m2"


def cor_10_operator_consents(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-10: an area that a registered land-operation right says too is corrected, or measured anew, with its operator's written
    consent, or by a ruling: the right of another is not changed without them. CC-220, RERD-80.
    """
    if not facts.operated or facts.papers & {OPERATOR_CONSENT, "ruling"}:
        return None
    return Finding("COR-10", "documents", {"rights": sorted(set(facts.operated.values()))}, subject=facts.code)


ParcelRule = Callable[[ParcelActFacts, Law], "Finding | None"]
_ALL: tuple[Callable[..., Any], ...] = (reg_20_documents_complete, reg_21_still_in_force, *RESTRICTED)
_REDRAWN = (
    *_ALL,
    reg_29_held_as_applied_for,
    par_1_shape_is_sound,
    par_4_rights_follow,
    par_16_area_is_some,
    tr_33_contracts_run_on,
)
_CUT = (*_REDRAWN, par_2_children_add_up)
PARCEL_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "parcel_split": _CUT,
    "parcel_merge": (*_CUT, par_3_merged_are_alike),
    "boundary_correction": (
        *_REDRAWN,
        par_6_on_nobody_s_ground,
        par_7_neighbours_signed,
        par_8_something_changes,
        par_9_still_the_same_place,
        cor_10_operator_consents,
    ),
    "area_change": (
        *_REDRAWN,
        par_8_something_changes,
        par_13_measured_as_drawn,
        par_17_area_of_this_parcel,
        cor_10_operator_consents,
    ),
    "part_loss": (*_CUT, *ENDED, tr_34_contracts_on_ground_that_is_gone),
}
"""By kind of act: the rules that judge it; those of corrections stand beside (`rules.corrections`)."""
