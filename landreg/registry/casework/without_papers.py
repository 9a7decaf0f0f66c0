"""Reviewing first registrations whose folders lack papers: by what the ground of the rights was checked is written down first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput
from landreg.registry.casebook import CaseEvent
from landreg.registry.casework.cases import locked, note
from landreg.registry.facts.first_papers import lacking
from landreg.registry.facts.survey_notes import WITHOUT
from landreg.registry.rules.procedure import reg_45_reviewed_without_papers


def say(actor: Actor, county: str, case_ids: Sequence[UUID], said: str) -> None:
    """Write down, on each of the cases that lacks papers, by what it was checked; those that say so since they were accepted, and
    the actor's own, which another reviews (REG-1), are left out. Raises BadInput (REG-45) without words.
    """
    with unit_of_work(actor) as uow:
        cases = [
            case
            for case in locked(uow, county, case_ids)
            if case.state == "accepted" and actor.account_id not in (case.prepared_by, case.accepted_by)
        ]
        without = lacking(uow.session, cases, "review")
        accepted = {case.case_id: case.accepted_at for case in cases}
        told = select(CaseEvent.case_id, CaseEvent.at).where(
            CaseEvent.county == county, CaseEvent.case_id.in_(without), CaseEvent.step == WITHOUT
        )
        known = {case_id for case_id, at in uow.session.execute(told) if at >= (accepted[case_id] or at)}
        open_ = [case for case in cases if case.case_id in without and case.case_id not in known]
        if found := reg_45_reviewed_without_papers([case.number for case in open_], said):
            raise BadInput(found)
        note(uow, open_, WITHOUT, said)
