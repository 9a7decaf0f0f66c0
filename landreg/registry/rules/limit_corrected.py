"""COR: what a correction of a restriction must rest on: a mortgage's creditor, sum or term, a seizure's court, paper or last day.

As it would stand it is judged by the rules that judge one when it is laid. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules import restrictions
from landreg.registry.rules.identified import res_13_code_as_on_the_licence
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.ranks import tr_32_later_creditors_consent

Rule = Callable[[ParcelActFacts, Law], Finding | None]


def res_3_corrected_stands(facts: ParcelActFacts, law: Law) -> Finding | None:
    """RES-3: what is corrected stands on this right, and is of the kind that is said. RERR-18."""
    if facts.limit is None or facts.limit.stands:
        return None
    return Finding("RES-3", "restriction", {}, subject=facts.code)


def cor_29_no_change_of_a_restriction(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-29: the paper by which a restriction was registered wrongly is older than the entry of what is wrong: what was agreed or
    ordered since changes it, and is registered as that. CC-220, RERR-16.
    """
    asked = facts.asked
    if facts.limit is None or not facts.limit.stands or not isinstance(asked, Correction):
        return None
    proved, said = asked.proved_on, facts.limit.said_on
    if proved is not None and (said is None or proved <= said):
        return None
    return Finding("COR-29", "proved_on", {"proved": proved or "", "said": said or ""}, subject=facts.code)


def _as_laid(rule: Callable[..., Finding | None], fact: str, *kinds: str) -> Rule:
    """A rule on what is laid, asked of a restriction of these kinds as a correction of the fact would leave it."""

    @wraps(rule)
    def judged(facts: ParcelActFacts, law: Law) -> Finding | None:
        asked = facts.asked
        if facts.limit is None or facts.limit.laid is None or not isinstance(asked, Correction):
            return None
        if asked.said(fact) is None or facts.limit.laid.kind not in kinds:
            return None
        found = rule(replace(facts, act_kind=facts.limit.laid.kind, asked=facts.limit.laid), law)
        return None if found is None else replace(found, field=_FIELDS.get(found.field or "", found.field))

    return judged


_FIELDS = {"party": "limit_party", "uscc": "limit_code"}
"""The fields of a correction's form, which has a party of its own: who applies."""
LIMIT_CORRECTED: tuple[Callable[..., Finding | None], ...] = (
    res_3_corrected_stands,
    cor_29_no_change_of_a_restriction,
    tr_32_later_creditors_consent,
    _as_laid(restrictions.res_5_a_sum_of_money, "amount", "mortgage"),
    _as_laid(restrictions.res_6_not_over_before_it_begins, "until", "mortgage", "seizure"),
    _as_laid(restrictions.res_8_seized_for_some_years, "until", "seizure"),
    _as_laid(restrictions.res_10_authority_named_in_full, "party", "seizure"),
    _as_laid(res_13_code_as_on_the_licence, "party_code", "mortgage"),
    _as_laid(restrictions.tr_25_creditor_is_financial, "party", "mortgage"),
    _as_laid(restrictions.tr_26_debt_within_the_right, "until", "mortgage"),
    _as_laid(restrictions.tr_27_debt_within_the_contract, "until", "mortgage"),
)
"""What a correction of a restriction is asked."""
