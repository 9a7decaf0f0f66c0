"""The members' priority where a household's land goes off the market to somebody outside: the village's written notice."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.exchange.contracts import deal_queries, queries
from landreg.exchange.contracts.entering import happened, held, must, open_for
from landreg.exchange.contracts.rules.course import FINAL
from landreg.exchange.contracts.rules.members import (
    Outside,
    con_91_members_come_first,
    con_92_notice_has_its_day,
)
from landreg.exchange.contracts.rules.terms import of_collective
from landreg.exchange.contracts.whole import Whole
from landreg.law.book import Law
from landreg.registry.guarded import Attached, ties_nothing


def outside(session: Session, found: Whole) -> Outside:
    """A contract as the members' priority sees it."""
    row, told = found.contract, found.of("members_told")
    if taker := deal_queries.taker(session, row.county, row.taker_id):
        inside = of_collective(taker.kind, taker.code, row.household_code)
    else:  # A household sees who is no household of its collective, and of another household not whose.
        inside = queries.taker_stands(session, row.county, row.contract_id).kind == "household"
    of_market = row.deal_id is not None or row.relation not in (None, "") or row.right_id is None
    return Outside(row.number, row.kind, not inside, of_market, told.on_day if told else None)


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
        happened(uow, found.contract, "members_told", on_day, paper=kept)
