"""Telling the parties of an error that the office found itself, before the office goes on by itself (COR-7)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict
from landreg.registry import queries
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import locked, note
from landreg.registry.facts.addressees import addressees
from landreg.registry.facts.telling import TELL
from landreg.registry.rules.corrections import (
    DELIVERED,
    Proof,
    Telling,
    cor_8_told_once_before_acceptance,
    cor_13_proof_names_its_letter,
)


def tell(actor: Actor, county: str, case_id: UUID) -> None:
    """Write each party the letter that an error was found and may be corrected on their application: a step of its own each, whose
    paper is printed after.

    Raises NotFound outside the jurisdiction, Conflict (COR-8) for another kind of case, one that is accepted, or a second time.
    """
    with unit_of_work(actor) as uow:
        (case,) = locked(uow, county, [case_id])
        told = any(event.step == TELL for event in queries.events(uow.session, county, case_id))
        if finding := cor_8_told_once_before_acceptance(Telling(case.number, case.act_kind, case.state, told)):
            raise Conflict(finding)
        for addressee in addressees(uow.session, case):
            note(uow, [case], TELL, addressee)


def letter_proved(session: Session, case: Case, kind: str, letter: UUID | None) -> UUID | None:
    """The letter that a paper for the folder proves; none where it is another paper. Raises BadInput (COR-13)."""
    written = frozenset(
        event.event_id for event in queries.events(session, case.county, case.case_id) if event.step == TELL
    )
    if finding := cor_13_proof_names_its_letter(Proof(case.number, case.act_kind, kind, written, letter)):
        raise BadInput(finding)
    return letter if kind == DELIVERED and letter in written else None
