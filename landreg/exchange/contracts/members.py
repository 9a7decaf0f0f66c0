"""The members' priority where a household's land goes off the market to somebody outside: the village's written notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import deal_queries, project_queries, queries
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.model import Contract, Project, ProjectParcel
from landreg.exchange.contracts.rules.course import FINAL
from landreg.exchange.contracts.rules.members import (
    PASSED,
    Outside,
    con_91_members_come_first,
    con_92_notice_has_its_day,
)
from landreg.exchange.contracts.rules.terms import of_collective
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing

STEP = "members_told"
OPEN = ("drawn", "part_signed", "signed")
"""States of a contract whose members may still be told."""


def outside(session: Session, found: Whole) -> Outside:
    """A contract as the members' priority sees it."""
    row, told = found.contract, found.of(STEP)
    if taker := deal_queries.taker(session, row.county, row.taker_id):
        inside = of_collective(taker.kind, taker.code, row.household_code)
    else:  # A household sees who is no household of its collective, and of another household not whose.
        inside = queries.taker_stands(session, row.county, row.contract_id).kind == "household"
    of_market = row.deal_id is not None or row.relation not in (None, "") or row.right_id is None
    return Outside(row.number, row.kind, not inside, of_market, told.on_day if told else None, row.from_on)


def first_come(session: Session, found: Whole, law: Law) -> Finding | None:
    """CON-91 of a contract that has not ended, for the desk and for both of its sides."""
    return None if found.contract.state in FINAL else con_91_members_come_first(outside(session, found), law)


def members_told(actor: Actor, county: str, contract_id: UUID, on_day: date, paper: Attached | None) -> None:
    """Record the village's written notice to the members, as it was posted on a day. Raises Conflict (CON-5), Refused (CON-92,
    GUARD-1), BadInput (FORM-7).
    """
    with unit_of_work(actor) as uow:
        found, law = held(uow, county, contract_id)
        open_for(found, law, "drawn", "part_signed", "signed", "running")
        kept = must(paper, "notice")
        ties_nothing(law.on, kept)
        if wrong := con_92_notice_has_its_day((outside(uow.session, found), on_day), law):
            raise Refused(wrong)
        happened(uow, found.contract, STEP, on_day, paper=kept)


def project_outside(project: Project, kind: str, code: str, asked: Sequence[ProjectParcel]) -> bool:
    """Whether members are to be told of a project: some of its land goes to a taker, by kind and code, from outside."""
    return project.kind in PASSED and any(not of_collective(kind, code, one.household_code) for one in asked)


def project_untold(session: Session, project: Project) -> list[Contract]:
    """The contracts of a project of which the members are still to be told, by their numbers."""
    made = project_queries.contracts(session, project.county, project.project_id).values()
    told = queries.with_step(session, project.county, [row.contract_id for row in made], STEP)
    taker = deal_queries.taker(session, project.county, project.taker_id)
    due = [
        row
        for row in made
        if row.state in OPEN and row.contract_id not in told and row.kind in PASSED
        and taker is not None and not of_collective(taker.kind, taker.code, row.household_code)
    ]  # fmt: skip
    return sorted(due, key=lambda row: row.number)


def project_told(actor: Actor, county: str, project_id: UUID, on_day: date, paper: Attached | None) -> int:
    """Record the village's notice of a project under each of its contracts of which the members are to be told; how many they are.
    Raises NotFound, Refused (CON-92, GUARD-1), BadInput (FORM-7).
    """
    with unit_of_work(actor) as uow:
        project = project_queries.one(uow.session, county, project_id)
        if project is None:
            raise NotFound
        kept, law = must(paper, "notice"), load_law(uow.session, county, beijing_day(uow.now))
        ties_nothing(law.on, kept)
        untold = project_untold(uow.session, project)
        of = Outside(project.number, project.kind, outside=bool(untold), of_market=False)
        if wrong := con_92_notice_has_its_day((of, on_day), law):
            raise Refused(wrong)
        for row in untold:
            happened(uow, row, STEP, on_day, paper=kept)
        return len(untold)
