"""Answering what stands against a case's survey: notes of its check that touch what is certified, and a later survey."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotAllowed, NotFound
from landreg.registry.casework.cases import locked, note
from landreg.registry.facts.resurveyed import AS_NOTICED, resurveyed
from landreg.registry.facts.survey_notes import TRUE, WEIGH, notes


class Answer(StrEnum):
    """What an officer found, named as the step that it is: the survey is wrong there (REG-36 lets the case go on), it is as noted
    (REG-40 does not), or the notice was right and the later survey is wrong (REG-19)."""

    WRONG = WEIGH
    TRUE = TRUE
    AS_NOTICED = AS_NOTICED


BEFORE_REVIEW = ("draft", "returned", "accepted")
AFTER_REVIEW = ("reviewed", "noticed", "objected")
STATES = {Answer.WRONG: BEFORE_REVIEW, Answer.TRUE: BEFORE_REVIEW, Answer.AS_NOTICED: AFTER_REVIEW}
"""While a case is where, each may be said."""


def weigh(actor: Actor, county: str, case_id: UUID, answer: Answer, reason: str) -> None:
    """Write down what was found, for the eyes of who reviews and registers.

    Raises NotAllowed for another role, BadInput without words (REG-12), NotFound outside the jurisdiction and for a case without
    notes, or without a later survey that has it otherwise, Conflict (REG-8) where it was reviewed, or was not yet.
    """
    if not actor.has(Role.REGISTRAR, Role.REVIEWER):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.REGISTRAR.value, Role.REVIEWER.value]}))
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        (case,) = locked(uow, county, [case_id])
        if case.state not in STATES[answer]:
            raise Conflict(Finding("REG-8", "state", {"state": case.state, "step": answer.value}, subject=case.number))
        if not (resurveyed if answer is Answer.AS_NOTICED else notes)(uow.session, [case]):
            raise NotFound
        note(uow, [case], answer.value, reason)
