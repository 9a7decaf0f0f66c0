"""Who objected, as the officer of the case needs them: how they may be reached, and the step that answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from landreg.access.rules import SHORTEST_REASON
from landreg.access.sealing import open_sealed
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotAllowed, NotFound
from landreg.registry.casebook import Case, CaseEvent, Objection
from landreg.registry.casework.cases import note

CONTACT = "contact"
"""The step by which an officer opened how an objector may be reached."""
SETTLE = "settle"


def contact(actor: Actor, county: str, case_id: UUID, objection_id: UUID, reason: str) -> str:
    """How an objector may be reached, opened for an officer of the case; who opened it and why is a step with a leaf, committed,
    before this returns.

    Raises NotAllowed for another role, BadInput without a reason (ACC-15), NotFound outside the jurisdiction, for another
    case's objection, and where the objector left none.
    """
    if not actor.has(Role.REGISTRAR, Role.REVIEWER):
        raise NotAllowed(Finding("ACC-3", values={"roles": [Role.REGISTRAR.value, Role.REVIEWER.value]}))
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput(Finding("ACC-15", "reason", {"least": SHORTEST_REASON}))
    with unit_of_work(actor) as uow:
        key = (Objection.county == county, Objection.objection_id == objection_id, Objection.case_id == case_id)
        objection = uow.session.scalars(select(Objection).where(*key)).one_or_none()
        case = uow.session.get(Case, {"county": county, "case_id": case_id})
        if case is None or objection is None or objection.contact_sealed is None:
            raise NotFound
        opened = open_sealed(bytes(objection.contact_sealed))
        note(uow, [case], CONTACT, reason, objection=str(objection_id))
    return opened


def answers(objections: Sequence[Objection], events: Sequence[CaseEvent]) -> Mapping[UUID, UUID]:
    """By settled objection the step that settled it, whose letter the objector is given."""
    settled = {event.at: event.event_id for event in events if event.step == SETTLE}
    return {one.objection_id: settled[one.settled_at] for one in objections if one.settled_at in settled}
