"""LO: what the first registration of a land-operation right rests on in land that a collective gives out itself, by tender, auction
or consultation (其他方式承包). 农村土地承包法 第四十八条至第五十三条, 民法典 第三百四十二条.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.acts import reg_20_documents_complete
from landreg.registry.rules.gone import end_5_still_the_collective_s
from landreg.registry.rules.household_requests import OtherMeans
from landreg.registry.rules.operation import (
    OperationFacts,
    lo_3_operator_in_full,
    lo_11_old_enough_to_farm,
    lo_12_code_as_on_the_licence,
)
from landreg.registry.rules.signed_day import SIGNED

MEANS: Mapping[str, str] = {"tender": "121", "auction": "122", "consultation": "123"}
"""The means by which a collective gives out land beside household contracting, each with its code of NY/T 2539 (table C.6)."""


@dataclass(frozen=True)
class OtherMeansFacts(OperationFacts):
    """The collective's land as the register has it. parcels: those of the asked ones that it has as farmland.

    collective: their collective's id, '' where they are not all of one that the register knows. under: by parcel, the right
    that stands on it. gone: by parcel, the case of the expropriation that took it. inside: the contractor is a household of that
    collective.
    """

    under: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)
    inside: bool = False


def lo_8_land_of_one_collective(facts: OtherMeansFacts, law: Law) -> Finding | None:
    """LO-8: the parcels are farmland of one collective, in the register, under no right. RLCL-48, CC-342."""
    asked = facts.asked
    if not isinstance(asked, OtherMeans):
        return None
    unknown = sorted({*asked.parcels} - {*facts.parcels})
    if asked.parcels and facts.collective and not unknown and not facts.under:
        return None
    values = {"parcels": sorted({*unknown, *facts.under}), "rights": sorted({*facts.under.values()})}
    return Finding("LO-8", "parcels", values, subject=facts.code)


def lo_9_under_a_running_contract(facts: OtherMeansFacts, law: Law) -> Finding | None:
    """LO-9: land is given out by tender, auction or consultation, under a contract that is named and not over. RLCL-48, CC-342."""
    asked = facts.asked
    if not isinstance(asked, OtherMeans):
        return None
    lacking = [
        *(["means"] if asked.means not in MEANS else []),
        *(["basis"] if not asked.basis.strip() else []),
        *(["last_day"] if asked.last_day < max(asked.starts_on, law.on) else []),
    ]
    return Finding("LO-9", lacking[0], {}, subject=facts.code) if lacking else None


def lo_10_outsider_said(facts: OtherMeansFacts, law: Law) -> Finding | None:
    """LO-10: of a contractor from outside the collective the case says so, and has the papers that this needs. RLCL-52."""
    asked = facts.asked
    if not isinstance(asked, OtherMeans) or asked.by == ("member" if facts.inside else "outsider"):
        return None
    return Finding("LO-10", "by", {}, subject=facts.code)


def _not_gone(facts: OtherMeansFacts, law: Law) -> Finding | None:
    return end_5_still_the_collective_s(facts.gone, "parcels", facts.code)


OTHER_MEANS_RULES: Mapping[str, tuple[Callable[..., Any], ...]] = {
    "other_means": (
        reg_20_documents_complete,
        *SIGNED,
        lo_3_operator_in_full,
        lo_11_old_enough_to_farm,
        lo_12_code_as_on_the_licence,
        lo_8_land_of_one_collective,
        _not_gone,
        lo_9_under_a_running_contract,
        lo_10_outsider_said,
    )
}
"""By kind of act: the rules that judge it."""
