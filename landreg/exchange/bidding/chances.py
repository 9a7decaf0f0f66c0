"""The second chance: after a winner fell the next bidder says yes in days of their own before the deal; a no costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import deal_queries, logged, sale_queries, taker_queries
from landreg.exchange.bidding.acting import Under, for_its_own, noted
from landreg.exchange.bidding.auction import number_of
from landreg.exchange.bidding.deal_model import ChanceAnswer, SecondChance
from landreg.exchange.bidding.model import Sale
from landreg.exchange.bidding.rules.second import ANSWERS, Chance, bid_20_answered_in_time, bid_20_next_one_said_yes
from landreg.law.book import Law


@dataclass(frozen=True)
class Asked:
    """Who was asked, and how it stands on a day: a word of terms.toml, chance."""

    row: SecondChance
    stands: str


def asked_of(session: Session, county: str, sale_id: UUID, today: date) -> list[Asked]:
    """Who was asked after a winner of a sale fell, the first first; as far as the actor sees them."""
    return [
        Asked(row, _chance(row, answer, today).stands)
        for row, answer in deal_queries.chances(session, county, sale_id=sale_id)
    ]


def given_away(uow: UnitOfWork, county: str, sale_id: UUID) -> set[UUID]:
    """Entrants who said no, or did not answer in their days."""
    found = asked_of(uow.session, county, sale_id, beijing_day(uow.now))
    return {one.row.entrant_id for one in found if one.stands in ("no", "lapsed")}


def ask(uow: UnitOfWork, law: Law, sale: Sale, entrant_id: UUID, price: Decimal, fell: datetime) -> SecondChance | None:
    """Ask the next bidder, once after a deal fell; None where they said yes. Raises Refused (BID-20) while they may answer."""
    asked = [
        (row, answer)
        for row, answer in deal_queries.chances(uow.session, sale.county, sale_id=sale.sale_id)
        if row.entrant_id == entrant_id and row.at >= fell
    ]
    if asked:
        if waits := bid_20_next_one_said_yes(_chance(*asked[-1], law.on)):
            raise Refused(waits)
        return None
    row = SecondChance(
        county=sale.county, village=sale.village, chance_id=uuid4(), sale_id=sale.sale_id, entrant_id=entrant_id,
        price=price, until_day=law.on + timedelta(days=law.days("BID-20.answer_days")), by=uow.actor.account_id,
        by_name=uow.actor.name, at=uow.now,
    )  # fmt: skip
    logged.enter(uow, row)
    return row


def answer(actor: Actor, county: str, chance_id: UUID, said: str, under: Under | None = None) -> ChanceAnswer:
    """The bidder says yes or no. under: an agent says it for the household. Raises NotFound, BadInput (FORM-5), Refused (BID-20)
    too late, (BID-21) where it was answered, (ACC-25) for a consent that ended.
    """
    if said not in ANSWERS:
        raise BadInput(Finding("FORM-5", "answer", {"given": said[:40]}))
    with unit_of_work(actor) as uow:
        found = deal_queries.chances(uow.session, county, chance_id=chance_id)
        if not found:
            raise NotFound
        if late := bid_20_answered_in_time(_chance(*found[0], beijing_day(uow.now))):
            raise Refused(late)
        if under is not None and (entrant := sale_queries.entrant(uow.session, county, found[0][0].entrant_id)):
            for_its_own(uow, under, taker_queries.taker(uow.session, county, entrant.taker_id))
        act = None if under is None else noted(uow, under, number_of(uow, county, found[0][0].sale_id))
        row = ChanceAnswer(
            county=county, village=found[0][0].village, chance_id=chance_id, answer=said, agent_act_id=act,
            by=actor.account_id, by_name=actor.name, at=uow.now,
        )  # fmt: skip
        logged.enter(uow, row)
    return row


def _chance(row: SecondChance, answered: ChanceAnswer | None, today: date) -> Chance:
    return Chance(row.until_day, today, answered.answer if answered else "")
