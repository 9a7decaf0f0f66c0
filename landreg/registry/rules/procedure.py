"""REG: who may take a step, when, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from landreg.core.errors import Finding
from landreg.law.book import Law

MOST_PAIRS = 5
"""As many pairs of parcels as a sentence names."""
MOST_CASES = 20


ANSWERED = ("COD-36", "REL-33", "REL-22", "REL-44", "COD-43", "ARE-20", "COD-52", "COD-53")
"""Notes of a package's check on what a certificate says: that a parcel is farmed, that it is contracted land, whose a homestead is,
that a household contracted, which neighbours and which area a parcel has, by what a homestead is held, when its house was complete.
"""


class Overlap(NamedTuple):
    """A parcel that a case asks for, a registered one under it, and how much of the ground is in both, in m²."""

    own: str
    other: str
    area_m2: Decimal


@dataclass(frozen=True)
class CaseFacts:
    """A case as a step finds it.

    prepared_by: who opened it, whoever accepted it, and who put papers in before it was.
    earlier: numbers of cases accepted before it on one of its parcels and still open. ordered: of accepted orders to seize that
    would stop its act once registered. last_day: of its notice.
    objections: how many are unsettled, of earlier cases on its subject too; objected_before: the numbers of those cases.
    resurveyed: its own rows that a later survey has otherwise than the package it rests on,
    as_noticed: and an officer wrote down why it is registered as it was noticed; other_holder: the household that the case is of,
    and the other one whose contract or homestead it is by that survey, both masked. differing: codes of its parcels and household
    that the register has otherwise than that package. noticed: its act waits for a public notice.
    overlapped: its parcels on the ground of registered ones of other surveys, the largest overlap first. decided_by: who entered
    the members' decision on the roster by which it goes. unanswered: notes of the package's check that touch what is certified,
    as code and subject, until an officer has written down what they found; confirmed: those of which it was that they are true.
    answered_by: who wrote down after the review why it goes on as it is.
    upheld: how many objections to what it asks for were upheld, and nobody has written down how they were met. ended_before: the
    numbers of earlier cases on the same that were refused or taken back, and nobody has written down why it is taken up again.
    """

    number: str
    state: str
    prepared_by: frozenset[UUID]
    actor: UUID
    today: date
    due_on: date | None = None
    last_day: date | None = None
    objections: int = 0
    objected_before: tuple[str, ...] = ()
    upheld: int = 0
    ended_before: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()
    resurveyed: tuple[str, ...] = ()
    as_noticed: bool = False
    other_holder: tuple[str, str] | None = None
    differing: tuple[str, ...] = ()
    noticed: bool = True
    overlapped: tuple[Overlap, ...] = ()
    decided_by: UUID | None = None
    unanswered: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    answered_by: frozenset[UUID] = frozenset()


CaseRule = Callable[[CaseFacts, Law], Finding | None]


def _in_state(*states: str, step: str) -> CaseRule:
    def reg_8_state_allows(facts: CaseFacts, law: Law) -> Finding | None:
        """REG-8: each step follows the one before it. 不动产登记暂行条例 第十八、二十一条."""
        if facts.state in states:
            return None
        return Finding("REG-8", "state", {"state": facts.state, "step": step}, subject=facts.number)

    return reg_8_state_allows


def _after_its_notice(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-8: an act is registered after its notice, or after the review where it has none."""
    return _in_state(*(("noticed", "objected") if facts.noticed else ("reviewed",)), step="register")(facts, law)


def _has_a_notice(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-8: only an act that waits for a notice is put on one."""
    return _in_state(*(("reviewed",) if facts.noticed else ()), step="publish")(facts, law)


def reg_1_four_eyes(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-1: nobody approves, or refuses, the case that they opened, accepted or put the papers of into its folder.
    不动产登记暂行条例 第十二、十八条 (RERR-18).
    """
    if facts.actor not in facts.prepared_by:
        return None
    return Finding("REG-1", "reviewer", {}, subject=facts.number)


def reg_2_order_of_acceptance(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-2: cases on one parcel are registered in the order of their acceptance; an order of a court waits for other orders alone.

    不动产登记暂行条例 第二十条 (RERR-20).
    """
    if not facts.earlier:
        return None
    return Finding("REG-2", "parcels", {"earlier": list(facts.earlier)}, subject=facts.number)


def reg_39_orders_first(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-39: what an order to seize would stop is not registered between the order's acceptance and its entry in the register.

    不动产登记暂行条例 第二十二条 (RERR-22).
    """
    if not facts.ordered:
        return None
    return Finding("REG-39", "parcels", {"orders": list(facts.ordered)}, subject=facts.number)


def to_finish_by(law: Law, accepted_on: date, act_kind: str, right_kind: str) -> date:
    """The last day of REG-3: the working days of registration, and those of the public notice that the act asks for, which are not
    counted among them. 不动产登记暂行条例 第二十条 (RERR-20), 实施细则 第十七条 (RERD-17).
    """
    days = law.days("REG-3.registration_working_days") + law.notice_days(act_kind, right_kind)
    return law.working_days_after(accepted_on, days)


def reg_3_within_term(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-3: registration is done within the county's working days of acceptance, the public notice left out (`to_finish_by`)."""
    if facts.due_on is None or facts.today <= facts.due_on:
        return None
    return Finding("REG-3", "due_on", {"due": facts.due_on}, subject=facts.number)


def reg_4_notice_over(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-4: the notice has run to its last day. 不动产登记暂行条例实施细则 第十七条 as dated data; 条例 第十八条 (RERR-18)."""
    if not facts.noticed or (facts.last_day is not None and facts.today > facts.last_day):
        return None
    return Finding("REG-4", "last_day", {"last_day": facts.last_day}, subject=facts.number)


def reg_6_no_objection_open(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-6: an objection stops the case, and whatever is opened in its place, until it is settled. 条例 第二十二条 (RERR-22)."""
    if not facts.objections:
        return None
    before = {"before": list(facts.objected_before)} if facts.objected_before else {}
    return Finding("REG-6", "objections", {"open": facts.objections, **before}, subject=facts.number)


def reg_42_not_as_objected_to(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-42: what an upheld objection was about does not go on as it was, until an officer has written down how the objection was
    met, by a paper of the folder. 不动产登记暂行条例 第二十二条 (RERR-22).
    """
    return Finding("REG-42", "objections", {"count": facts.upheld}, subject=facts.number) if facts.upheld else None


def reg_44_not_as_refused_before(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-44: what was refused, or taken back by who applied, is not taken up again by the way with its village, until an officer
    has written down why. 不动产登记暂行条例 第二十二条 (RERR-22).
    """
    found = list(facts.ended_before)
    return Finding("REG-44", "cases", {"cases": found}, subject=facts.number) if found else None


def reg_17_as_surveyed_last(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-17: a case whose own rows a later survey has otherwise is opened anew from that one. 条例 第十八条 (RERR-18)."""
    return Finding("REG-17", "package", _rows(facts), subject=facts.number) if facts.resurveyed else None


def reg_19_as_surveyed_last_or_answered(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-19: where a survey after the review has the case's own rows otherwise, it is noticed and registered only once an officer
    has written down why as it is. 不动产登记暂行条例 第十八条 (RERR-18).
    """
    return (
        None
        if facts.as_noticed or not facts.resurveyed
        else Finding("REG-19", "reason", _rows(facts), subject=facts.number)
    )


def reg_47_of_the_same_household(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-47: an application goes on for the household that made it: where a later survey gives its contract or homestead to
    another, it is taken back or refused, and that one applies itself. 不动产登记暂行条例 第十五条 (RERR-15), 第二十二条 (RERR-22).
    """
    if facts.other_holder is None or facts.as_noticed:
        return None
    return of_another_household([(facts.number, *facts.other_holder)])


def of_another_household(cases: Sequence[tuple[str, str, str]]) -> Finding:
    """REG-47 of these: number of a case, the household that it is of, and the one that a later survey names; both masked."""
    named = [f"{number}（{was} → {now}）" for number, was, now in cases[:MOST_CASES]]
    return Finding("REG-47", "package", {"cases": named, "count": len(cases)}, subject=cases[0][0])


def _rows(facts: CaseFacts) -> dict[str, object]:
    return {"rows": list(facts.resurveyed[:MOST_PAIRS]), "count": len(facts.resurveyed)}


def reg_18_as_registered(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-18: a first registration changes no parcel and no household of the register. 不动产登记暂行条例 第十八条 (RERR-18)."""
    if not facts.differing:
        return None
    return Finding("REG-18", "parcels", {"codes": list(facts.differing)}, subject=facts.number)


def reg_27_on_nobody_s_ground(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-27: what is registered first lies on no parcel that another survey brought into the register. RERR-18, SPC-RLC-19."""
    if not facts.overlapped:
        return None
    named = [f"{one.own} → {one.other}（{one.area_m2} m²）" for one in facts.overlapped[:MOST_PAIRS]]
    values = {"pairs": named, "count": len(facts.overlapped), "codes": sorted({one.other for one in facts.overlapped})}
    return Finding("REG-27", "parcels", values, subject=facts.number)


def reg_36_notes_answered(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-36: a note of the survey's check on what would be certified is answered first. 不动产登记暂行条例 第十八条 (RERR-18)."""
    if not facts.unanswered:
        return None
    named = list(facts.unanswered[:MOST_PAIRS])
    return Finding("REG-36", "reason", {"notes": named, "count": len(facts.unanswered)}, subject=facts.number)


def reg_40_not_as_noted(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-40: what an officer found to be as the survey's check noted is not certified. 不动产登记暂行条例 第十八条 (RERR-18)."""
    if not facts.confirmed:
        return None
    named = list(facts.confirmed[:MOST_PAIRS])
    return Finding("REG-40", "reason", {"notes": named, "count": len(facts.confirmed)}, subject=facts.number)


def reg_37_papers_in_the_folder(number: str, lacking: Sequence[str]) -> Finding | None:
    """REG-37: what a first registration's folder lacks is told who accepts and who reviews. It refuses nothing: where a village is
    confirmed as a whole, its papers lie in the archive. 不动产登记暂行条例 第十六、十七条 (RERR-16, RERR-17).
    """
    return Finding("REG-37", "documents", {"papers": list(lacking)}, subject=number) if lacking else None


def reg_45_reviewed_without_papers(cases: Sequence[str], said: str) -> Finding | None:
    """REG-45: who approves first registrations whose folders lack papers, or hold an archive's list for them, says by what the
    ground of the rights was checked. cases: numbers of those. 实施细则 第十六、十七条 (RERR-16, RERR-17).
    """
    if not cases or said.strip():
        return None
    return Finding("REG-45", "without", {"count": len(cases)}, subject=cases[0])


def ren_16_decision_seen_by_another(facts: CaseFacts, law: Law) -> Finding | None:
    """REN-16: what the members decided on is registered by another than who entered their decision, by its minutes. RERR-18."""
    if facts.decided_by is None or facts.actor != facts.decided_by:
        return None
    return Finding("REN-16", "decision", {}, subject=facts.number)


def reg_49_answers_seen_by_another(facts: CaseFacts, law: Law) -> Finding | None:
    """REG-49: what was written down after the review is seen by another, who registers. 不动产登记暂行条例 第十八条 (RERR-18)."""
    return Finding("REG-49", "registrar", {}, subject=facts.number) if facts.actor in facts.answered_by else None


ACCEPT_RULES = (
    _in_state("draft", "returned", step="accept"),
    reg_17_as_surveyed_last,
    reg_47_of_the_same_household,
    reg_18_as_registered,
    reg_27_on_nobody_s_ground,
    reg_36_notes_answered,
    reg_40_not_as_noted,
    reg_6_no_objection_open,
    reg_42_not_as_objected_to,
    reg_44_not_as_refused_before,
)
REVIEW_RULES = (
    _in_state("accepted", step="review"),
    reg_1_four_eyes,
    reg_3_within_term,
    reg_17_as_surveyed_last,
    reg_47_of_the_same_household,
    reg_18_as_registered,
    reg_27_on_nobody_s_ground,
    reg_36_notes_answered,
    reg_40_not_as_noted,
    reg_6_no_objection_open,
    reg_42_not_as_objected_to,
    reg_44_not_as_refused_before,
)
NOTICE_RULES = (
    _has_a_notice,
    reg_3_within_term,
    reg_19_as_surveyed_last_or_answered,
    reg_47_of_the_same_household,
)
REGISTER_RULES = (
    _after_its_notice,
    reg_2_order_of_acceptance,
    reg_39_orders_first,
    reg_3_within_term,
    reg_4_notice_over,
    reg_6_no_objection_open,
    reg_18_as_registered,
    reg_19_as_surveyed_last_or_answered,
    reg_47_of_the_same_household,
    reg_27_on_nobody_s_ground,
    ren_16_decision_seen_by_another,
    reg_49_answers_seen_by_another,
)
