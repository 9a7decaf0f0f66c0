"""What the steps of a contract share: the contract held until the end, a paper entered, a step written with its leaf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from landreg.core.db import UnitOfWork
from landreg.core.errors import BadInput, Conflict, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import logged, queries
from landreg.exchange.contracts.model import Contract, ContractEvent, ContractPaper, RentDue
from landreg.exchange.contracts.rules.course import con_5_at_this_step
from landreg.exchange.contracts.rules.rent import AWARDED, Due
from landreg.exchange.contracts.rules.service import (
    con_40_step_of_a_transfer,
    con_81_step_of_contracted_land,
)
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached


def held(uow: UnitOfWork, county: str, contract_id: UUID) -> tuple[Whole, Law]:
    """A contract with its rows, held until the end, and today's law. Raises NotFound outside the jurisdiction."""
    row = queries.one(uow.session, county, contract_id, lock=True)
    if row is None:
        raise NotFound
    return queries.whole(uow.session, row), load_law(uow.session, county, beijing_day(uow.now))


def open_for(found: Whole, law: Law, *stages: str) -> None:
    """Raises Conflict (CON-5) where the contract is at none of these stages."""
    if wrong := con_5_at_this_step((found.course(law.on), stages), law):
        raise Conflict(wrong)


def of_transfer(found: Whole, law: Law, step: str) -> None:
    """Raises Refused (CON-40, CON-81) where the contract transfers no land, or a house, and a step is therefore none of its own."""
    asked = found.contract.number, found.contract.kind, step
    if wrong := con_40_step_of_a_transfer(asked, law) or con_81_step_of_contracted_land(asked, law):
        raise Refused(wrong)


def must(paper: Attached | None, field: str = "paper") -> Attached:
    """The paper. Raises BadInput (FORM-7) where none was sent."""
    if paper is None:
        raise BadInput(Finding("FORM-7", field))
    return paper


def entered(
    uow: UnitOfWork, county: str, village: str, kind: str, paper: Attached, *, contract: UUID | None = None,
    project: UUID | None = None,
) -> ContractPaper:  # fmt: skip
    """A paper of a contract or project, as a row."""
    row = ContractPaper(
        county=county, village=village, contract_id=contract, project_id=project, document_id=uuid4(), kind=kind,
        sha256=paper.sha256, size=paper.size, name=paper.name[:200], put_by=uow.actor.account_id, put_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    return row


def happened(
    uow: UnitOfWork, row: Contract, kind: str, on_day: date, *, said: str = "", facts: Mapping[str, Any] | None = None,
    paper: Attached | None = None, dues: Sequence[Due] = (), due_kind: str = "", event_id: UUID | None = None,
) -> ContractEvent:  # fmt: skip
    """Write a step of a contract, with its paper, what it makes due, and its leaf, under an id. Raises Conflict where another was
    first.
    """
    kept = entered(uow, row.county, row.village, kind, paper, contract=row.contract_id) if paper else None
    event = ContractEvent(
        county=row.county, village=row.village, contract_id=row.contract_id, event_id=event_id or uuid4(), kind=kind, on_day=on_day,
        said=said.strip(), facts=dict(facts or {}), document_id=kept.document_id if kept else None,
        by_id=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    uow.session.add(event)
    uow.session.flush()
    rows = [
        RentDue(
            county=row.county, village=row.village, contract_id=row.contract_id, position=due.position,
            event_id=event.event_id, kind=due_kind or due.kind, from_on=due.from_on, until_on=due.until_on, due_on=due.due_on,
            amount=due.amount, in_kind=due.in_kind, payer=due.payer if due.kind == AWARDED else None,
        )
        for due in dues
    ]  # fmt: skip
    uow.session.add_all(rows)
    uow.session.flush()
    logged.stage_step(uow, event, [kept] if kept else [], rows)
    return event
