"""REG, CHG, TR, RES: what an act of change must rest on; the tuple of rules of each kind of act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.codes import masked_name
from landreg.core.errors import Finding
from landreg.law.book import Law, terms
from landreg.party.rules import pt_1_members_in_one_household
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import (
    MOST_YUAN,
    RELEASES,
    RESTRICTIONS,
    Assignment,
    Cancellation,
    HouseholdChange,
    Release,
    Request,
    RestrictionAsked,
)

HEADS = ("01", "02")
"""The relations of a representative to themselves. NY/T 2539 code C.8."""
JOIN_REASONS = ("birth", "marriage", "adoption", "confirmed", "other")
LEAVE_REASONS = ("death", "marriage", "other_household", "other_collective", "error")
END_REASONS = ("expropriation", "land_lost", "ruling", "returned", "error")


@dataclass(frozen=True)
class Restricted:
    """A restriction on the right: kind, for whom, and its place among its kind."""

    restriction_id: UUID
    kind: str
    party: str
    rank: int


@dataclass(frozen=True)
class Taker:
    """The household that would take a right over. term: of its own contract right, None without one."""

    code: str
    collective: str
    members: int
    term: tuple[date, date] | None = None


@dataclass(frozen=True)
class ActFacts:
    """What an act of change is about, as the register has it now.

    code: of the right or household. in_force: it still is. kind: of right, '' where the act is on a household. missing:
    kinds of document that the folder lacks. members: ids of the household's members, to whether they hold its right.
    elsewhere: masked name of a member who joins to the household that lists them. collective: of the holder. operated: code of
    a parcel to the registered land-operation right that stands on it. heads: the members who stand for the household; head_name:
    masked, of the person who does. today: where a day is asked for. passed_on: code of a right that changed its holder since
    the application, to who held it then. gained: codes of rights that a household in it came by since.
    """

    act_kind: str
    code: str
    asked: Request
    in_force: bool = True
    right_kind: str = ""
    missing: tuple[str, ...] = ()
    restrictions: tuple[Restricted, ...] = ()
    members: Mapping[UUID, bool] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    parcels: tuple[str, ...] = ()
    collective: str = ""
    holder: UUID | None = None
    term: tuple[date, date] | None = None
    taker: Taker | None = None
    operated: Mapping[str, str] = field(default_factory=dict)
    heads: frozenset[UUID] = frozenset()
    head_name: str = ""
    today: date | None = None
    passed_on: Mapping[str, str] = field(default_factory=dict)
    gained: tuple[str, ...] = ()


def reg_20_documents_complete(facts: ActFacts, law: Law) -> Finding | None:
    """REG-20: every paper that the act asks for is in the folder; all that lack are named at once. RERR-16, RERR-17."""
    if not facts.missing:
        return None
    return Finding("REG-20", "documents", {"papers": list(facts.missing)}, subject=facts.code)


def reg_21_still_in_force(facts: ActFacts, law: Law) -> Finding | None:
    """REG-21: the right or household that the act is about stands in the register. RERR-18."""
    return None if facts.in_force else Finding("REG-21", "subject", {"code": facts.code}, subject=facts.code)


def reg_29_held_as_applied_for(facts: ActFacts, law: Law) -> Finding | None:
    """REG-29: an act is for, or against, who held the right when it was applied for; it goes on no other's right. RERR-18.

    What ends or changes a restriction that stands already is no holder's own act: it goes on, whoever holds the right.
    """
    if not facts.passed_on:
        return None
    values = {"rights": sorted(facts.passed_on), "holders": sorted({*facts.passed_on.values()})}
    return Finding("REG-29", "holder", values, subject=facts.code)


def reg_30_over_all_that_it_joins(facts: ActFacts, law: Law) -> Finding | None:
    """REG-30: what joins the rights of two households is over all that they hold: none that came since is passed over. RERR-18."""
    return Finding("REG-30", "rights", {"rights": list(facts.gained)}, subject=facts.code) if facts.gained else None


def tr_12_not_restricted(facts: ActFacts, law: Law) -> Finding | None:
    """TR-12: what a restriction stops is not registered while it stands; the refusal names it. RERR-22."""
    stopping = [r for r in facts.restrictions if r.kind in law.act(facts.act_kind).stopped_by]
    if not stopping:
        return None
    values = {"restrictions": sorted({r.kind for r in stopping}), "parties": [r.party for r in stopping]}
    return Finding("TR-12", "restrictions", values, subject=facts.code)


def chg_1_something_changes(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-1: an application for a change says what changes. RERR-16."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or asked.joins or asked.leaves or asked.name or asked.address:
        return None
    return Finding("CHG-1", "joins", {}, subject=facts.code)


def chg_2_leaves_from_here(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-2: who leaves is a member of the household. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or asked.leaving <= facts.members.keys():
        return None
    return Finding("CHG-2", "leaves", {}, subject=facts.code)


def chg_3_a_holder_stays(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-3: after the change at least one member holds the household's right; else it is another act. RLCL-16."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or not asked.leaves or not facts.members:
        return None
    staying = any(holds for member, holds in facts.members.items() if member not in asked.leaving)
    if staying or any(joining.holds_right for joining in asked.joins):
        return None
    return Finding("CHG-3", "leaves", {}, subject=facts.code)


def chg_4_reason_of_the_list(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-4: who joins or leaves does so for a reason of the closed list. RCEO-12, RCEO-17."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange):
        return None
    wrong = [j.reason for j in asked.joins if j.reason not in JOIN_REASONS]
    wrong += [leaving.reason for leaving in asked.leaves if leaving.reason not in LEAVE_REASONS]
    return Finding("CHG-4", "reason", {"reasons": wrong}, subject=facts.code) if wrong else None


def chg_5_land_at_the_new_place(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-5: who marries out keeps the land until there is land at the new place: a note for the reviewer. RLCL-31, RCEO-18."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or all(leaving.reason != "marriage" for leaving in asked.leaves):
        return None
    return Finding("CHG-5", "leaves", {}, subject=facts.code)


def chg_7_head_goes_by_its_own_act(facts: ActFacts, law: Law) -> Finding | None:
    """CHG-7: where who stands for the household dies or leaves, another does by an act of its own. RLCL-16, RLCL-22."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or not facts.heads & asked.leaving:
        return None
    return Finding("CHG-7", "leaves", {}, subject=facts.code)


def hh_6_name_of_the_representative(facts: ActFacts, law: Law) -> Finding | None:
    """HH-6: a household's name is that of the person who stands for it, as the register has them. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange) or not asked.name or not facts.head_name:
        return None
    said = masked_name(asked.name)
    return None if said == facts.head_name else Finding("HH-6", "name", {"names": [said]}, subject=facts.code)


def hh_7_relations_of_who_joins(facts: ActFacts, law: Law) -> Finding | None:
    """HH-7: who joins has a relation of the table to the representative, and is not the head themselves. RLCL-24."""
    asked = facts.asked
    if not isinstance(asked, HouseholdChange):
        return None
    wrong = sum(one.relation in HEADS or one.relation not in terms("relation") for one in asked.joins)
    return Finding("HH-7", "joins", {"relations": wrong}, subject=facts.code) if wrong else None


def tr_3_taker_of_the_collective(facts: ActFacts, law: Law) -> Finding | None:
    """TR-3: an assignment goes to another household of the same collective, and its members hold the right. RLCL-34."""
    asked = facts.asked
    if not isinstance(asked, Assignment):
        return None
    taker = facts.taker
    if taker and taker.collective == facts.collective and taker.members and asked.household_id != facts.holder:
        return None
    return Finding("TR-3", "taker", {"taker": taker.code if taker else None}, subject=facts.code)


def tr_13_same_term(facts: ActFacts, law: Law) -> Finding | None:
    """TR-13: land joins a right that the taker holds already only where both run for the same term. RLCL-34."""
    taker = facts.taker
    if taker is None or taker.term is None or taker.term == facts.term:
        return None
    return Finding("TR-13", "taker", {"taker": taker.code}, subject=facts.code)


def ct_12_term_not_over(facts: ActFacts, law: Law) -> Finding | None:
    """CT-12: after its last day a contract is renewed first, and then assigned; the right itself goes on. RLCL-21, RLCL-34."""
    if facts.term is None or law.on < facts.term[1]:
        return None
    return Finding("CT-12", "term", {"last": facts.term[1]}, subject=facts.code)


def end_1_reason_of_the_list(facts: ActFacts, law: Law) -> Finding | None:
    """END-1: a right is cancelled for a reason of the closed list; a term that ran out is none. RLCL-27, CC-338, CC-364."""
    asked = facts.asked
    if not isinstance(asked, Cancellation) or asked.reason in END_REASONS:
        return None
    return Finding("END-1", "reason", {"reason": asked.reason}, subject=facts.code)


def end_2_parcels_of_the_right(facts: ActFacts, law: Law) -> Finding | None:
    """END-2: the parcels that are lost lie under the right. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, Cancellation):
        return None
    foreign = sorted({*asked.parcels} - {*facts.parcels})
    return Finding("END-2", "parcels", {"parcels": foreign}, subject=facts.code) if foreign else None


def lo_5_operation_right_ended_first(facts: ActFacts, law: Law) -> Finding | None:
    """LO-5: a registered land-operation right ends by its own act before the land under it is lost. CC-340, RLCL-42."""
    asked = facts.asked
    if not isinstance(asked, Cancellation):
        return None
    lost = asked.parcels or facts.parcels
    rights = sorted({facts.operated[code] for code in lost if code in facts.operated})
    return Finding("LO-5", "parcels", {"rights": rights}, subject=facts.code) if rights else None


def tr_17_operation_right_goes_along(facts: ActFacts, law: Law) -> Finding | None:
    """TR-17: a registered land-operation right stays on its parcels, whoever holds them then: a note for the reviewer. RLCL-44."""
    if not facts.operated:
        return None
    return Finding("TR-17", "parcels", {"rights": sorted({*facts.operated.values()})}, subject=facts.code)


def res_1_said_in_full(facts: ActFacts, law: Law) -> Finding | None:
    """RES-1: a restriction says for whom it stands and on which paper; a mortgage also what it secures. RERR-8."""
    asked = facts.asked
    if not isinstance(asked, RestrictionAsked):
        return None
    lacking = [name for name in ("party", "basis") if not getattr(asked, name)]
    lacking += ["amount"] if asked.kind == "mortgage" and asked.amount is None else []
    return Finding("RES-1", lacking[0], {"lacking": lacking}, subject=facts.code) if lacking else None


def res_5_a_sum_of_money(facts: ActFacts, law: Law) -> Finding | None:
    """RES-5: a sum is more than nothing, of whole fen, and no larger than the register can say. RERR-8."""
    amount = facts.asked.amount if isinstance(facts.asked, (RestrictionAsked, RestrictionChange)) else None
    if amount is None:
        return None
    if amount.is_finite() and 0 < amount <= MOST_YUAN and amount == amount.quantize(Decimal("0.01")):
        return None
    return Finding("RES-5", "amount", {"given": str(amount), "most": str(MOST_YUAN)}, subject=facts.code)


def res_6_not_over_before_it_begins(facts: ActFacts, law: Law) -> Finding | None:
    """RES-6: a restriction's last day is not over when it is entered, or changed: it would stand for ever. RERR-3, CC-221."""
    asked, today = facts.asked, facts.today or law.on
    if not isinstance(asked, (RestrictionAsked, RestrictionChange)):
        return None
    last = asked.last_day(today) if isinstance(asked, RestrictionAsked) else asked.until
    if last is None or last >= today:
        return None
    field = "registrable_on" if asked.registrable_on else "until"
    return Finding("RES-6", field, {"last": last, "today": today}, subject=facts.code)


def res_2_restriction_stands(facts: ActFacts, law: Law) -> Finding | None:
    """RES-2: what is released stands on this right, and is of the kind that the act releases. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, Release):
        return None
    kinds = {r.kind for r in facts.restrictions if r.restriction_id == asked.restriction_id}
    return None if kinds == {RELEASES[facts.act_kind]} else Finding("RES-2", "restriction", {}, subject=facts.code)


def tr_11_right_may_be_mortgaged(facts: ActFacts, law: Law) -> Finding | None:
    """TR-11: the operation right of contracted land may be mortgaged; a homestead may not. RLCL-47, CC-399."""
    if facts.act_kind != "mortgage" or facts.right_kind in ("contract_management", "land_operation"):
        return None
    return Finding("TR-11", "right", {}, subject=facts.code)


ActRule = Callable[[ActFacts, Law], "Finding | None"]
_ALL: tuple[ActRule, ...] = (reg_20_documents_complete, reg_21_still_in_force, tr_12_not_restricted)
_OF_HOLDER: tuple[ActRule, ...] = (*_ALL, reg_29_held_as_applied_for)
_RESTRICTS: tuple[ActRule, ...] = (
    *_OF_HOLDER,
    res_1_said_in_full,
    res_5_a_sum_of_money,
    res_6_not_over_before_it_begins,
    tr_11_right_may_be_mortgaged,
)
ACT_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "household_change": (
        *_OF_HOLDER,
        chg_1_something_changes,
        chg_2_leaves_from_here,
        chg_3_a_holder_stays,
        chg_4_reason_of_the_list,
        chg_5_land_at_the_new_place,
        chg_7_head_goes_by_its_own_act,
        hh_6_name_of_the_representative,
        hh_7_relations_of_who_joins,
        pt_1_members_in_one_household,
    ),
    "assignment": (
        *_OF_HOLDER,
        reg_30_over_all_that_it_joins,
        tr_3_taker_of_the_collective,
        tr_13_same_term,
        ct_12_term_not_over,
        tr_17_operation_right_goes_along,
    ),
    "cancellation": (
        *_OF_HOLDER,
        end_1_reason_of_the_list,
        end_2_parcels_of_the_right,
        lo_5_operation_right_ended_first,
    ),
    "reissue": _OF_HOLDER,
    **dict.fromkeys(RESTRICTIONS, _RESTRICTS),
    **dict.fromkeys(RELEASES, (*_ALL, res_2_restriction_stands)),
}
"""By kind of act: the rules that judge it."""
