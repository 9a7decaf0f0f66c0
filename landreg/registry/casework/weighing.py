"""Answering what stands against a case: notes of its survey's check that touch what is certified, a later survey, an objection
that was upheld, that the same was refused or taken back before, members whom another county has too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor, Role
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotAllowed, NotFound, Refused
from landreg.party.rules import known_as_another
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import locked, note
from landreg.registry.facts.elsewhere import MEMBERS
from landreg.registry.facts.first import Proposal, proposals
from landreg.registry.facts.found_uses import NOTE, farmed, said, unfarmed
from landreg.registry.facts.objected import MEET, upheld
from landreg.registry.facts.resurveyed import AS_NOTICED, resurveyed
from landreg.registry.facts.successors import AGAIN, ended_earlier
from landreg.registry.facts.survey_notes import TRUE, WEIGH, naming, notes
from landreg.registry.queries import documents
from landreg.registry.rules.procedure import ANSWERED


class Answer(StrEnum):
    """What an officer found, named as the step that it is: the survey is wrong there (REG-36 lets the case go on), it is as noted
    (REG-40 does not), the notice was right and the later survey is wrong (REG-19), how an upheld objection was met (REG-42), why
    what was refused or taken back is taken up again (REG-44), or how it is that another county
    has members too (PT-7) or that one is known by another name (PT-8).
    """

    WRONG = WEIGH
    TRUE = TRUE
    AS_NOTICED = AS_NOTICED
    MET = MEET
    AGAIN = AGAIN
    MEMBERS = MEMBERS


BEFORE_REVIEW = ("draft", "returned", "accepted")
AFTER_REVIEW = ("reviewed", "noticed", "objected")
STATES = {
    Answer.WRONG: BEFORE_REVIEW, Answer.TRUE: BEFORE_REVIEW, Answer.AS_NOTICED: AFTER_REVIEW, Answer.MET: BEFORE_REVIEW,
    Answer.AGAIN: BEFORE_REVIEW, Answer.MEMBERS: (*BEFORE_REVIEW, *AFTER_REVIEW),
}  # fmt: skip
"""While a case is where, each may be said."""
NAME_PROOF = "name_proof"
"""The paper that proves a former name."""
TOGETHER = tuple(code for code in ANSWERED if code != NOTE)
"""Notes that are answered for several cases in the same words: what a parcel is farmed for is said of each (COD-36)."""


def weigh(
    actor: Actor, county: str, case_id: UUID, answer: Answer, reason: str, uses: Mapping[str, str] | None = None
) -> None:
    """Write down what was found, for the eyes of who reviews and registers. uses: by parcel, what it is farmed for, by the code of
    NY/T 2539, where the survey wrongly says that it is not (COD-36).

    Raises NotAllowed for another role, BadInput without words (REG-12) or the use of such a parcel (FORM-1), NotFound outside the
    jurisdiction and for a case without notes, a later survey that has it otherwise, an upheld objection or an earlier end,
    Conflict (REG-8) where it was reviewed, or was not yet, Refused (REG-42) where the folder has no paper since the objection
    was upheld, or (PT-8) none that proves a former name.
    """
    if not actor.has(Role.REGISTRAR, Role.REVIEWER):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.REGISTRAR.value, Role.REVIEWER.value]}))
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        (case,) = locked(uow, county, [case_id])
        if case.state not in STATES[answer]:
            raise Conflict(Finding("REG-8", "state", {"state": case.state, "step": answer.value}, subject=case.number))
        if answer is Answer.MET:
            _met_by_a_paper(uow, case)
        elif answer is Answer.AGAIN:
            if not ended_earlier(uow.session, [case])[case.case_id]:
                raise NotFound
        elif answer is Answer.AS_NOTICED:
            if not resurveyed(uow.session, [case]):
                raise NotFound
        elif answer is Answer.MEMBERS:
            homes, former = members_asked(uow.session, case)
            if not (homes or former):
                raise NotFound
            papers = documents(uow.session, case.county, case.case_id) if former else ()
            if former and all(paper.kind != NAME_PROOF for paper in papers):
                raise Refused(Finding("PT-8", "documents", {"members": former}, subject=case.number))
            reason = f"{'、'.join((*homes, *map(known_as_another, former)))}：{reason.strip()}"
        else:
            noted = notes(uow.session, [case]).get(case.case_id)
            if not noted:
                raise NotFound
            of = unfarmed(noted)
            if answer is Answer.WRONG and of:
                found = {parcel: (uses or {}).get(parcel, "") for parcel in of}
                if not farmed().keys() >= set(found.values()):
                    raise BadInput(Finding("FORM-1", "use"))
                reason = said(found, reason)
            reason = naming(reason, noted)
        note(uow, [case], answer.value, reason)


def weigh_together(
    actor: Actor, county: str, batch_id: UUID, code: str, chosen: Sequence[UUID], answer: Answer, reason: str
) -> int:
    """Answer the notes of one code on these cases of a batch, each case by an event of its own, and say on how many.

    Raises as `weigh`, BadInput (FORM-1) for a code that is answered case by case or another answer, NotFound for a case of another
    batch or without such a note.
    """
    if not actor.has(Role.REGISTRAR, Role.REVIEWER):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.REGISTRAR.value, Role.REVIEWER.value]}))
    if code not in TOGETHER:
        raise BadInput(Finding("FORM-1", "code"))
    if answer not in (Answer.WRONG, Answer.TRUE):
        raise BadInput(Finding("FORM-1", "answer"))
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        cases = locked(uow, county, chosen)
        noted = notes(uow.session, cases)
        for case in cases:
            if case.state not in STATES[answer]:
                raise Conflict(
                    Finding("REG-8", "state", {"state": case.state, "step": answer.value}, subject=case.number)
                )
            of = [one for one in noted.get(case.case_id, ()) if one.code == code]
            if case.batch_id != batch_id or not of:
                raise NotFound
            note(uow, [case], answer.value, naming(reason, of))
    return len(cases)


def members_asked(session: Session, case: Case) -> tuple[list[str], list[str]]:
    """Of the household of a first registration: the households of other counties that list members of it too (PT-5), and the
    members whom no household has any more and the register knows by another name (PT-8).
    """
    if case.act_kind != "first_registration" or case.package_id is None:
        return [], []
    (proposal,) = proposals(session, [case])
    if not isinstance(proposal, Proposal):
        return [], []
    return sorted(set(proposal.facts.abroad.values())), list(proposal.facts.former)


def _met_by_a_paper(uow: UnitOfWork, case: Case) -> None:
    """Raises NotFound where no objection was upheld, Refused (REG-42) where no paper came into the folder since."""
    found = upheld(uow.session, [case])[case.case_id]
    if not found:
        raise NotFound
    since = max(one.at for one in found)
    if not any(paper.put_at > since for paper in documents(uow.session, case.county, case.case_id)):
        raise Refused(Finding("REG-42", "documents", {"count": len(found)}, subject=case.number))
