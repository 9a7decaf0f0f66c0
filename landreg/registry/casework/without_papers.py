"""Reviewing first registrations whose folders lack papers: by what the ground of the rights was checked is written down with it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.errors import BadInput
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import note
from landreg.registry.facts.first_papers import lacking
from landreg.registry.facts.survey_notes import WITHOUT
from landreg.registry.rules.procedure import reg_45_reviewed_without_papers


def say(uow: UnitOfWork, cases: Sequence[Case], said: str) -> None:
    """Write down, on each of the cases that lacks papers and is being reviewed, by what it was checked. Raises BadInput (REG-45)
    without words.
    """
    note(uow, checked(uow.session, cases, said), WITHOUT, said)


def checked(session: Session, cases: Sequence[Case], said: str) -> list[Case]:
    """Those of the cases that lack papers. Raises BadInput (REG-45) where there are some, and no words."""
    without = lacking(session, cases, "review")
    found = [case for case in cases if case.case_id in without]
    if wrong := reg_45_reviewed_without_papers([case.number for case in found], said):
        raise BadInput(wrong)
    return found
