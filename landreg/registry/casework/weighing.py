"""Answering the notes of a survey package that touch what a case would certify."""

from __future__ import annotations

from uuid import UUID

from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding, NotAllowed, NotFound
from landreg.registry.casework.cases import locked, note
from landreg.registry.facts.survey_notes import WEIGH, notes

BEFORE_REVIEW = ("draft", "returned", "accepted")


def weigh(actor: Actor, county: str, case_id: UUID, reason: str) -> None:
    """Write down what was found about the notes on a case, for the reviewer's eyes; it answers them (REG-36).

    Raises NotAllowed for another role, BadInput without words (REG-12), NotFound outside the jurisdiction and for a case without
    notes, Conflict (REG-8) once it was reviewed.
    """
    if not actor.has(Role.REGISTRAR, Role.REVIEWER):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.REGISTRAR.value, Role.REVIEWER.value]}))
    if not reason.strip():
        raise BadInput(Finding("REG-12", "reason"))
    with unit_of_work(actor) as uow:
        (case,) = locked(uow, county, [case_id])
        if case.state not in BEFORE_REVIEW:
            raise Conflict(Finding("REG-8", "state", {"state": case.state, "step": WEIGH}, subject=case.number))
        if not notes(uow.session, [case]):
            raise NotFound
        note(uow, [case], WEIGH, reason)
