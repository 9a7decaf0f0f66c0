"""A deposit that did not come, found after its sale has closed: one officer asks with the bank's statement, whose deposit it is may
answer in its days, and a second officer strikes it (correcting.py) or lets it stand. A return that did not come is the other way
round: whose deposit it is says so, and the desk answers with the bank's receipt, or corrects the record and returns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

from landreg.core.actor import Actor, Desk
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import correction_queries, logged, sale_queries, sales, taker_queries
from landreg.exchange.bidding.acting import Under, for_its_own, noted
from landreg.exchange.bidding.auction import number_of
from landreg.exchange.bidding.correction_model import DepositDoubt
from landreg.exchange.bidding.model import Deposit
from landreg.exchange.bidding.rules.correcting import (
    Answering,
    Doubting,
    Missing,
    Showing,
    rec_2_answered_once_by_the_bidder,
    rec_2_doubted_with_the_banks_statement,
    rec_3_missed_by_whose_it_is,
    rec_3_shown_by_the_banks_receipt,
)
from landreg.law.book import Law
from landreg.law.queries import load_law
from landreg.registry.guarded import Attached, ties_nothing


def doubt(actor: Actor, county: str, deposit_id: UUID, why: str, paper: Attached | None) -> DepositDoubt:
    """An officer says that a deposit did not come; its bidder is told. Raises NotFound, Refused (REC-2, GUARD-1)."""
    with unit_of_work(actor) as uow:
        row = _deposit(uow, county, deposit_id)
        law = load_law(uow.session, county, beijing_day(uow.now))
        ties_nothing(law.on, why=why)
        if paper is not None:
            ties_nothing(law.on, paper, "paper")
        struck = deposit_id in correction_queries.corrections(uow.session, county, [deposit_id])
        closed = sales.standing(uow, county, row.sale_id).stage not in ("announced", "open")
        asked = deposit_id in correction_queries.doubts(uow.session, county, row.sale_id)
        facts = Doubting(why, row.kind == "paid" and not struck, closed, paper is not None, asked)
        if wrong := rec_2_doubted_with_the_banks_statement(facts, law):
            raise Refused(wrong)
        made = _said(uow, row, "asked", why)
        made.answer_by = law.on + timedelta(days=law.days("REC-2.answer_days"))
        if paper is not None:
            made.sha256, made.paper = paper.sha256, paper.name
        logged.enter(uow, made)
    return made


def answer(
    actor: Actor, county: str, deposit_id: UUID, said: str, under: Under | None = None, paper: Attached | None = None
) -> DepositDoubt:
    """Whose deposit it is answers, once. under: an agent says it for the household. paper: at the desk, the bidder's
    writing; else the bank's slip where they have it. Raises NotFound, Refused (REC-2, GUARD-1), (ACC-25) for a consent that ended.
    """
    with unit_of_work(actor) as uow:
        row = _deposit(uow, county, deposit_id)
        today = beijing_day(uow.now)
        ties_nothing(today, said=said)
        if paper is not None:
            ties_nothing(today, paper, "paper")
        told = correction_queries.doubts(uow.session, county, row.sale_id).get(deposit_id, {})
        if "asked" not in told:
            raise NotFound
        at_desk, by_asker = actor.desk != Desk.CITIZEN, told["asked"].by == actor.account_id
        facts = Answering(said, "answered" in told, at_desk, paper is not None, by_asker)
        if wrong := rec_2_answered_once_by_the_bidder(facts):
            raise Refused(wrong)
        made = _by_bidder(uow, row, "answered", said, under, paper)
        logged.enter(uow, made)
    return made


def miss(
    actor: Actor, county: str, deposit_id: UUID, said: str, under: Under | None = None, paper: Attached | None = None
) -> DepositDoubt:
    """Whose deposit it is says that its return did not come; the desk is to answer. under: an agent says it for the household.
    paper: at the desk, the bidder's writing; else what the bank says where they have it.

    Raises NotFound, Refused (REC-3, GUARD-1), (ACC-25) for a consent that ended.
    """
    with unit_of_work(actor) as uow:
        row, told, law = _returned(uow, county, deposit_id, said, paper)
        facts = Missing(said, _stands(uow, row), "missing" in told, actor.desk != Desk.CITIZEN, paper is not None)
        if wrong := rec_3_missed_by_whose_it_is(facts):
            raise Refused(wrong)
        made = _by_bidder(uow, row, "missing", said, under, paper)
        made.answer_by = law.on + timedelta(days=law.days("REC-3.answer_days"))
        logged.enter(uow, made)
    return made


def show(actor: Actor, county: str, deposit_id: UUID, said: str, paper: Attached | None) -> DepositDoubt:
    """The desk answers that a return came, with the bank's receipt. Raises NotFound, Refused (REC-3, GUARD-1)."""
    with unit_of_work(actor) as uow:
        row, told, _law = _returned(uow, county, deposit_id, said, paper)
        facts = Showing(said, "missing" in told, _stands(uow, row), "shown" in told, paper is not None)
        if wrong := rec_3_shown_by_the_banks_receipt(facts):
            raise Refused(wrong)
        made = _said(uow, row, "shown", said)
        if paper is not None:
            made.sha256, made.paper = paper.sha256, paper.name
        logged.enter(uow, made)
    return made


def _returned(
    uow: UnitOfWork, county: str, deposit_id: UUID, said: str, paper: Attached | None
) -> tuple[Deposit, Mapping[str, DepositDoubt], Law]:
    """A deposit, what was said of it, and today's law. Raises NotFound, Refused (GUARD-1) for words that tie it to leaving land."""
    row = _deposit(uow, county, deposit_id)
    law = load_law(uow.session, county, beijing_day(uow.now))
    ties_nothing(law.on, said=said)
    if paper is not None:
        ties_nothing(law.on, paper, "paper")
    return row, correction_queries.doubts(uow.session, county, row.sale_id).get(deposit_id, {}), law


def _stands(uow: UnitOfWork, row: Deposit) -> bool:
    """Whether a record says that a deposit went back, and was not corrected."""
    corrected = correction_queries.corrections(uow.session, row.county, [row.deposit_id])
    return row.kind == "returned" and not corrected


def _by_bidder(
    uow: UnitOfWork, row: Deposit, kind: str, said: str, under: Under | None, paper: Attached | None
) -> DepositDoubt:
    """What whose deposit it is says, by themselves, their agent, or at the counter."""
    if under is not None and (entrant := sale_queries.entrant(uow.session, row.county, row.entrant_id)):
        for_its_own(uow, under, taker_queries.taker(uow.session, row.county, entrant.taker_id))
    made = _said(uow, row, kind, said)
    made.agent_act_id = None if under is None else noted(uow, under, number_of(uow, row.county, row.sale_id))
    if paper is not None:
        made.sha256, made.paper = paper.sha256, paper.name
    return made


def _deposit(uow: UnitOfWork, county: str, deposit_id: UUID) -> Deposit:
    row = sale_queries.deposit(uow.session, county, deposit_id)
    if row is None:
        raise NotFound
    return row


def _said(uow: UnitOfWork, row: Deposit, kind: str, said: str) -> DepositDoubt:
    return DepositDoubt(
        county=row.county, village=row.village, doubt_id=uuid4(), deposit_id=row.deposit_id, sale_id=row.sale_id,
        entrant_id=row.entrant_id, kind=kind, said=said.strip(), by=uow.actor.account_id, by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
