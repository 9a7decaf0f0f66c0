"""END: what ends a right, or takes a part of a parcel out of it, must rest on; the same rules for both acts."""

from __future__ import annotations

from collections.abc import Callable

from landreg.core.errors import Finding
from landreg.core.periods import months_after
from landreg.law.book import Law
from landreg.registry.rules.act_facts import ActFacts
from landreg.registry.rules.parcel_requests import PartLoss
from landreg.registry.rules.requests import Cancellation

END_REASONS = ("expropriation", "land_lost", "ruling", "returned", "error")
DIED_OUT = "died_out"
WHOLE_REASONS = (*END_REASONS, DIED_OUT)
"""Reasons for which a right ends on whole parcels: also that its household died out, and the issuing party takes the land back."""
BY_ITSELF = ("expropriation", "land_lost")
"""Reasons for which ground is gone whatever its holders want: with the decree that takes it, or with the land. CC-338."""
ENDS = (Cancellation, PartLoss)
"""What asks that land leaves a right without going to another."""


def taken(asked: object) -> bool:
    """Whether an act says that ground is gone by itself: what others hold in it shrinks or ends without their consent."""
    return isinstance(asked, ENDS) and asked.reason in BY_ITSELF


def _given_back(facts: ActFacts) -> Cancellation | PartLoss | None:
    """What is asked for where contracted land is given back, all of a right, some parcels or a part of one; else None."""
    asked = facts.asked
    if not isinstance(asked, ENDS) or asked.reason != "returned" or facts.right_kind != "contract_management":
        return None
    return asked


def end_3_half_a_year_before(facts: ActFacts, law: Law) -> Finding | None:
    """END-3: contracted land is given back half a year after the issuing party had written notice. RLCL-30, SPC-RLC-10."""
    asked = _given_back(facts)
    if asked is None or asked.noticed_on is None or end_4_noticed_before(facts, law):
        return None
    earliest = months_after(asked.noticed_on, law.days("END-3.notice_months"))
    if earliest <= (facts.today or law.on):
        return None
    return Finding("END-3", "noticed_on", {"earliest": earliest}, subject=facts.code)


def end_4_noticed_before(facts: ActFacts, law: Law) -> Finding | None:
    """END-4: who gives contracted land back says on which past day the issuing party had written notice. RLCL-30, SPC-RLC-10."""
    asked = _given_back(facts)
    if asked is None or (asked.noticed_on is not None and asked.noticed_on <= (facts.today or law.on)):
        return None
    return Finding("END-4", "noticed_on", {}, subject=facts.code)


def end_1_reason_of_the_list(facts: ActFacts, law: Law) -> Finding | None:
    """END-1: a right, or a part of a parcel, ends for a reason of the closed list; a term that ran out is none. RLCL-27, CC-338."""
    asked = facts.asked
    if not isinstance(asked, ENDS) or asked.reason in (END_REASONS if isinstance(asked, PartLoss) else WHOLE_REASONS):
        return None
    return Finding("END-1", "reason", {"reason": asked.reason}, subject=facts.code)


def end_2_parcels_of_the_right(facts: ActFacts, law: Law) -> Finding | None:
    """END-2: the parcels that are lost lie under the right. RERR-18."""
    asked = facts.asked
    if not isinstance(asked, Cancellation):
        return None
    foreign = sorted({*asked.parcels} - {*facts.parcels})
    return Finding("END-2", "parcels", {"parcels": foreign}, subject=facts.code) if foreign else None


def end_6_died_out_as_in_the_register(facts: ActFacts, law: Law) -> Finding | None:
    """END-6: that its household died out ends a contract right where the register has no member of it, and there nobody gives the
    land back: the issuing party takes it. RLCL-16, RLCL-32.
    """
    asked = facts.asked
    if not isinstance(asked, Cancellation) or asked.reason not in (DIED_OUT, "returned"):
        return None
    if (asked.reason == DIED_OUT) == bool(facts.died_out):
        return None
    return Finding("END-6", "reason", {}, subject=facts.code)


def lo_5_operation_right_ended_first(facts: ActFacts, law: Law) -> Finding | None:
    """LO-5: a registered land-operation right ends by its own act before the land under it is given up. CC-340, RLCL-42.

    Ground that is gone by itself takes it along (LO-14).
    """
    asked = facts.asked
    if not isinstance(asked, ENDS) or taken(asked):
        return None
    lost = asked.parcels or facts.parcels
    rights = sorted({facts.operated[code] for code in lost if code in facts.operated})
    return Finding("LO-5", "parcels", {"rights": rights}, subject=facts.code) if rights else None


def lo_14_operator_is_told(facts: ActFacts, law: Law) -> Finding | None:
    """LO-14: with expropriated or lost ground the land-operation right on it shrinks or ends by the same act, without consent; who
    operates, and their creditor, is told: a note for the reviewer. CC-338, RERR-14.
    """
    if not facts.along:
        return None
    rights = [f"{one.code}（{one.holder}）" for one in facts.along]
    return Finding("LO-14", "parcels", {"rights": rights}, subject=facts.code)


ENDED: tuple[Callable[[ActFacts, Law], Finding | None], ...] = (
    end_1_reason_of_the_list,
    end_3_half_a_year_before,
    end_4_noticed_before,
    lo_5_operation_right_ended_first,
    lo_14_operator_is_told,
)
"""What both acts are asked."""
