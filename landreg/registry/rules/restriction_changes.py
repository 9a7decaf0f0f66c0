"""RES: what a change of a restriction must rest on: a suit on an objection, a seizure renewed, a mortgage of another sum."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.acts import (
    reg_20_documents_complete,
    reg_21_still_in_force,
    reg_29_held_as_applied_for,
)
from landreg.registry.rules.died_out import hh_15_somebody_lives
from landreg.registry.rules.over import lo_18_term_is_not_over
from landreg.registry.rules.ranks import tr_32_later_creditors_consent
from landreg.registry.rules.renewal_requests import CHANGES, RestrictionChange
from landreg.registry.rules.restrictions import (
    RESTRICTED,
    res_5_a_sum_of_money,
    res_6_not_over_before_it_begins,
    res_8_seized_for_some_years,
    tr_26_debt_within_the_right,
    tr_27_debt_within_the_contract,
    tr_28_contract_below_ends,
)


@dataclass(frozen=True)
class ChangeFacts(ActFacts):
    """A change of a restriction. last_days: by restriction on the right, the last day that it has now."""

    last_days: tuple[tuple[UUID, date | None], ...] = ()


def res_3_changed_stands(facts: ChangeFacts, law: Law) -> Finding | None:
    """RES-3: what is changed stands on this right, and is of the kind that the act changes. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, RestrictionChange):
        return None
    kinds = {r.kind for r in facts.restrictions if r.restriction_id == asked.restriction_id}
    return None if kinds == {CHANGES[facts.act_kind]} else Finding("RES-3", "restriction", {}, subject=facts.code)


def res_4_renewed_to_a_later_day(facts: ChangeFacts, law: Law) -> Finding | None:
    """RES-4: a seizure is renewed before its last day is over, to a later one that is named. RERR-3."""
    asked = facts.asked
    if not isinstance(asked, RestrictionChange) or facts.act_kind != "seizure_renewal":
        return None
    was = dict(facts.last_days).get(asked.restriction_id)
    if asked.until is not None and asked.until > (was or law.on):
        return None
    return Finding("RES-4", "until", {"until": was}, subject=facts.code)


def res_7_day_is_told(facts: ChangeFacts, law: Law) -> Finding | None:
    """RES-7: what sets the day of an advance notice says from when its transfer can be registered. CC-221."""
    asked = facts.asked
    if not isinstance(asked, RestrictionChange) or asked.registrable_on is not None:
        return None
    return Finding("RES-7", "registrable_on", {}, subject=facts.code)


_ALL: tuple[Callable[..., Any], ...] = (
    reg_20_documents_complete,
    reg_21_still_in_force,
    *RESTRICTED,
    res_3_changed_stands,
)
CHANGE_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "objection_suit": _ALL,
    "advance_notice_day": (
        *_ALL,
        res_6_not_over_before_it_begins,
        res_7_day_is_told,
        lo_18_term_is_not_over,
    ),
    "mortgage_change": (
        *_ALL,
        hh_15_somebody_lives,
        reg_29_held_as_applied_for,
        res_5_a_sum_of_money,
        res_6_not_over_before_it_begins,
        tr_32_later_creditors_consent,
        tr_26_debt_within_the_right,
        tr_27_debt_within_the_contract,
        tr_28_contract_below_ends,
        lo_18_term_is_not_over,
    ),
    "seizure_renewal": (
        *_ALL,
        res_4_renewed_to_a_later_day,
        res_6_not_over_before_it_begins,
        res_8_seized_for_some_years,
    ),
}
"""By kind of act: the rules that judge it."""
