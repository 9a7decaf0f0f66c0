"""Reviewing first registrations whose folders lack papers, or hold the list of an archive in their place: by what the ground of the
rights was checked is written down with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from landreg.core.db import UnitOfWork
from landreg.core.errors import BadInput
from landreg.registry.casebook import Case
from landreg.registry.casework.cases import note
from landreg.registry.facts.first_papers import looked_at, prepared
from landreg.registry.facts.survey_notes import WITHOUT
from landreg.registry.rules.procedure import reg_45_reviewed_without_papers


def say(uow: UnitOfWork, cases: Sequence[Case], said: str) -> None:
    """Write down, on each of the cases that is being reviewed and lacks papers, or has the list of an archive for them, by what it
    was checked. Raises BadInput (REG-45) without words.
    """
    note(uow, checked(uow, cases, said), WITHOUT, said)


def checked(uow: UnitOfWork, cases: Sequence[Case], said: str) -> list[Case]:
    """Those of the cases that lack papers, or have the list of an archive for them, but the actor's own, which another reviews
    (REG-1). Raises BadInput (REG-45) where there are some, and no words.
    """
    found, listed = looked_at(uow.session, cases, "review")
    without = {*found, *listed}
    own = prepared(uow.session, [case for case in cases if case.case_id in without], uow.actor.account_id)
    told = [case for case in cases if case.case_id in without and case.case_id not in own]
    if wrong := reg_45_reviewed_without_papers([case.number for case in told], said):
        raise BadInput(wrong)
    return told
