"""TR, LO: what the registration of a land-operation right (土地经营权), its change and its end must rest on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from landreg.core.codes import uscc_fault
from landreg.core.errors import Finding
from landreg.core.periods import DAY, years_after
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
)
from landreg.registry.rules.bound_land import (
    lo_13_let_to_nobody_else,
    lo_15_within_its_contract,
    tr_33_contracts_run_on,
)
from landreg.registry.rules.died_out import hh_15_somebody_lets, hh_15_somebody_lives
from landreg.registry.rules.household_requests import (
    LandOperation,
    LandOperationChange,
    LandOperationEnd,
    Operator,
    OtherMeans,
)
from landreg.registry.rules.over import lo_18_term_is_not_over
from landreg.registry.rules.paid_below import tr_29_price_is_open
from landreg.registry.rules.restrictions import RESTRICTED
from landreg.registry.rules.signed_day import SIGNED

TRANSFER_MODES = ("lease", "share", "other_way")
LAND_LOST = "operation_land_lost"
OPERATION_END_REASONS = ("term_over", "agreed", "dissolved", "operation_ruling", LAND_LOST)


@dataclass(frozen=True)
class OperationFacts(ActFacts):
    """What an act on a land-operation right is about. term: of that right where it stands already, else of the contract right.

    contract_term: of the contract right that it comes from, None where that is gone. filed: the issuing party was told. consented:
    the contractor agreed in writing. contractors: who holds the land below the right, where that stands already. known_name: the
    name under which the register has the operator; '' for one whom it does not have. of_collective: it was given out by the
    collective itself, whatever its term (民法典 342).
    """

    contract_term: tuple[date, date] | None = None
    filed: bool = True
    consented: bool = True
    known_name: str = ""
    contractors: frozenset[UUID] = frozenset()
    of_collective: bool = False


def tr_1_term_within_contract(facts: OperationFacts, law: Law) -> Finding | None:
    """TR-1: a transfer ends no later than the contract term. 农村土地承包法 第三十八条 (RLCL-38)."""
    last = _last_day(facts)
    if last is None or facts.contract_term is None or last < facts.contract_term[1]:
        return None
    latest = facts.contract_term[1] - DAY
    return Finding("TR-1", "last_day", {"asked": last, "latest": latest}, subject=facts.code)


def tr_5_transfer_filed(facts: OperationFacts, law: Law) -> Finding | None:
    """TR-5: a transfer is filed with the issuing party; where it is not, that is noted and stops nothing. RLCL-36, SPC-RLC-14."""
    if facts.filed or not isinstance(facts.asked, LandOperation):
        return None
    return Finding("TR-5", "documents", {}, subject=facts.code)


def tr_8_five_years_or_more(facts: OperationFacts, law: Law) -> Finding | None:
    """TR-8: a land-operation right of five years or more may be registered. 民法典 341 (CC-341), RLCL-41."""
    first, last = _first_day(facts), _last_day(facts)
    if first is None or last is None or facts.of_collective:
        return None
    years = law.days("TR-8.least_years")
    if last >= first and last + DAY >= years_after(first, years):
        return None
    return Finding("TR-8", "last_day", {"first": first, "last": last, "years": years}, subject=facts.code)


def tr_10_contractor_consents(facts: OperationFacts, law: Law) -> Finding | None:
    """TR-10: a land-operation right goes to another operator with the contractor's written consent, and filed. RLCL-46."""
    asked = facts.asked
    if not isinstance(asked, LandOperationChange) or asked.operator is None or (facts.consented and facts.filed):
        return None
    return Finding("TR-10", "documents", {}, subject=facts.code)


def lo_1_parcels_of_the_right(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-1: the parcels lie under the right that the land-operation right comes from, at least one. RLCL-41."""
    asked = facts.asked
    if not isinstance(asked, (LandOperation, LandOperationChange)):
        return None
    foreign = sorted({*asked.parcels} - {*facts.parcels})
    if not foreign and (asked.parcels or isinstance(asked, LandOperationChange)):
        return None
    return Finding("LO-1", "parcels", {"parcels": foreign}, subject=facts.code)


def lo_2_not_operated_already(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-2: a parcel is under one registered land-operation right at a time. CC-341, RERR-8."""
    if not isinstance(facts.asked, LandOperation):
        return None
    taken = {facts.operated[parcel] for parcel in facts.asked.parcels if parcel in facts.operated}
    return Finding("LO-2", "parcels", {"rights": sorted(taken)}, subject=facts.code) if taken else None


def lo_3_operator_in_full(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-3: the operator is a household, an organisation with its code, or a person, and named as in the register. RERR-16."""
    operator = _operator(facts)
    if operator is None:
        return None
    own_land = operator.holder_id in (facts.contractors or {facts.holder})
    match operator.kind:
        case "household":
            sound = bool(facts.known_name) and not own_land and operator.holder_id != facts.holder
        case "organization":
            sound = bool(operator.name and operator.code) and facts.known_name in ("", operator.name)
        case "person":
            sound = bool(operator.name) and operator.person_id is not None
        case _:
            sound = False
    own = {"own": facts.known_name} if operator.kind == "household" and own_land else {}
    return (
        None if sound else Finding("LO-3", "operator", {"known": facts.known_name or None, **own}, subject=facts.code)
    )


def lo_11_old_enough_to_farm(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-11: who takes land over is able to farm it; nobody under sixteen is. RLCL-38, the age landreg."""
    operator = _operator(facts)
    return Finding("LO-11", "id_number", {}, subject=facts.code) if operator and operator.too_young else None


def lo_12_code_as_on_the_licence(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-12: an organisation's code is of eighteen signs whose last checks the others (GB 32100). RERR-16."""
    operator = _operator(facts)
    if operator is None or operator.kind != "organization" or not operator.code or uscc_fault(operator.code) is None:
        return None
    return Finding("LO-12", "uscc", {"given": operator.code}, subject=facts.code)


def lo_4_way_of_transfer(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-4: the transfer is a lease, a share or another lawful way, under a written contract named by number. RLCL-36, RLCL-40."""
    asked = facts.asked
    lacking = []
    if isinstance(asked, LandOperation) and asked.mode not in TRANSFER_MODES:
        lacking.append("mode")
    if isinstance(asked, (LandOperation, LandOperationChange, LandOperationEnd)) and not asked.basis.strip():
        lacking.append("basis")
    return Finding("LO-4", lacking[0], {}, subject=facts.code) if lacking else None


def lo_6_reason_of_the_list(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-6: a land-operation right ends for a reason of the list; that its term is over only after the last day. RLCL-37, 42."""
    asked = facts.asked
    if not isinstance(asked, LandOperationEnd):
        return None
    over = facts.term is not None and law.on >= facts.term[1]
    if asked.reason in OPERATION_END_REASONS and (asked.reason != "term_over" or over):
        return None
    last = facts.term[1] - DAY if facts.term else None
    return Finding("LO-6", "reason", {"last": last}, subject=facts.code)


def lo_7_something_changes(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-7: a change of a land-operation right says what changes. RERR-16."""
    asked = facts.asked
    if not isinstance(asked, LandOperationChange) or asked.last_day or asked.operator or asked.parcels:
        return None
    return Finding("LO-7", "last_day", {}, subject=facts.code)


def lo_17_lost_land_alone(facts: OperationFacts, law: Law) -> Finding | None:
    """LO-17: on the decree, or since land is lost, a right goes on over fewer parcels and is nothing else otherwise: the rest needs
    its parties, and whom a mortgage protects. RERR-14.
    """
    asked = facts.asked
    if not isinstance(asked, LandOperationChange) or not asked.reason:
        return None
    fewer = bool(asked.parcels) and {*asked.parcels} < {*facts.parcels}
    if asked.reason == LAND_LOST and fewer and asked.last_day is None and asked.operator is None:
        return None
    return Finding("LO-17", "parcels" if asked.reason == LAND_LOST else "reason", {}, subject=facts.code)


def _operator(facts: OperationFacts) -> Operator | None:
    return facts.asked.operator if isinstance(facts.asked, (LandOperation, OtherMeans, LandOperationChange)) else None


def _first_day(facts: OperationFacts) -> date | None:
    if isinstance(facts.asked, LandOperation):
        return facts.asked.starts_on
    return None if facts.term is None else facts.term[0]


def _last_day(facts: OperationFacts) -> date | None:
    return facts.asked.last_day if isinstance(facts.asked, (LandOperation, LandOperationChange)) else None


_ALL: tuple[Callable[..., Finding | None], ...] = (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
    *RESTRICTED,
)
_TRANSFER: tuple[Callable[..., Finding | None], ...] = (
    tr_1_term_within_contract,
    tr_8_five_years_or_more,
    lo_1_parcels_of_the_right,
    lo_3_operator_in_full,
    lo_11_old_enough_to_farm,
    lo_12_code_as_on_the_licence,
    lo_4_way_of_transfer,
    lo_18_term_is_not_over,
)
OPERATION_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "land_operation": (
        *_ALL,
        *_TRANSFER,
        *SIGNED,
        tr_5_transfer_filed,
        lo_2_not_operated_already,
        lo_13_let_to_nobody_else,
        lo_15_within_its_contract,
        hh_15_somebody_lives,
        tr_33_contracts_run_on,
    ),
    "land_operation_change": (
        *_ALL,
        *_TRANSFER,
        tr_10_contractor_consents,
        lo_7_something_changes,
        lo_17_lost_land_alone,
        hh_15_somebody_lets,
        lo_13_let_to_nobody_else,
        lo_15_within_its_contract,
        tr_33_contracts_run_on,
    ),
    "land_operation_end": (*_ALL, lo_4_way_of_transfer, lo_6_reason_of_the_list, tr_29_price_is_open),
}
"""By kind of act: the rules that judge it."""
