"""Reads of contracts: one with all that was recorded of it, lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.core.periods import DAY
from landreg.core.tables import in_force
from landreg.exchange.bidding import correction_queries
from landreg.exchange.bidding.correction_queries import stands
from landreg.exchange.contracts.list_queries import ending_ahead
from landreg.exchange.contracts.model import (
    Contract,
    ContractEvent,
    ContractPaper,
    ContractParcel,
    RentDue,
    RentPayment,
)
from landreg.exchange.contracts.rules import rent
from landreg.exchange.contracts.rules.rent import Price
from landreg.exchange.contracts.whole import Credited, Recorded, Whole
from landreg.exchange.listings.rules.land import MOVING
from landreg.law.queries import load_laws, said_after
from landreg.registry.casebook import Act, Case
from landreg.registry.model import Right


def one(session: Session, county: str, contract_id: UUID, *, lock: bool = False) -> Contract | None:
    """A contract of the actor's jurisdiction. lock: nobody else goes on with it until the end."""
    if lock:
        session.execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtextextended('contract:' || :id, 0))"), {"id": str(contract_id)}
        )
    return session.scalars(
        sa.select(Contract).where(Contract.county == county, Contract.contract_id == contract_id)
    ).one_or_none()


def by_number(session: Session, number: str) -> Contract | None:
    """A contract of the actor's jurisdiction by its number."""
    return session.scalars(sa.select(Contract).where(Contract.number == number)).one_or_none()


def whole(session: Session, found: Contract) -> Whole:
    """A contract with all its rows."""
    (one_whole,) = wholes(session, [found])
    return one_whole


def wholes(session: Session, found: Sequence[Contract]) -> list[Whole]:
    """Contracts with all their rows, in as many statements as one contract takes; in the order in which they were given."""
    if not found:
        return []
    parcels = _of(session, ContractParcel, found, ContractParcel.parcel_code)
    signed = ContractEvent.kind == "signed"
    events = _of(session, ContractEvent, found, ContractEvent.at, signed, ContractEvent.kind)
    papers = _of(session, ContractPaper, found, ContractPaper.put_at)
    dues = _of(session, RentDue, found, RentDue.position)
    payments = _of(session, RentPayment, found, RentPayment.paid_on, RentPayment.recorded_at)
    known, credited, ahead = _prices(session, found, dues), _credited(session, found), ending_ahead(session, found)
    wrong = {
        one.record_id: one
        for one in correction_queries.of_contracts(session, {row.county for row in found}, list(events))
    }
    return [
        Whole(
            row,
            parcels[row.contract_id],
            [one for one in events[row.contract_id] if one.event_id not in wrong],
            {paper.document_id: paper for paper in papers[row.contract_id]},
            [one for one in dues[row.contract_id] if one.event_id not in wrong],
            [one for one in payments[row.contract_id] if one.payment_id not in wrong],
            known.get((row.county, row.grain), {}),
            credited[row.contract_id],
            row.contract_id in ahead,
            Recorded(events[row.contract_id], payments[row.contract_id], len(dues[row.contract_id]), wrong),
        )
        for row in found
    ]


def _prices(
    session: Session, found: Sequence[Contract], dues: Mapping[UUID, Sequence[RentDue]]
) -> dict[tuple[str, str], dict[date, Price]]:
    """By county and grain: its price of a kg on each day on which something of these contracts is due in kind."""
    days: dict[tuple[str, str], set[date]] = defaultdict(set)
    for row in found:
        if row.grain:
            days[row.county, row.grain].update(due.due_on for due in dues[row.contract_id] if due.in_kind)
            days[row.county, row.grain].update([row.ends_on - DAY] if row.ends_on else ())
    return {(county, grain): prices(session, county, grain, sorted(asked)) for (county, grain), asked in days.items()}


def _credited(session: Session, found: Sequence[Contract]) -> dict[UUID, list[Credited]]:
    """By contract: the deposit of its deal that was credited to the price, and what went over from the contract that it changes."""
    rows: dict[UUID, list[Credited]] = {row.contract_id: [] for row in found}
    asked_of: dict[str, list[UUID]] = defaultdict(list)
    for row in found:
        if row.deal_id is not None or row.relation == "change":
            asked_of[row.county].append(row.contract_id)
    for county, asked in asked_of.items():
        read = sa.text("SELECT * FROM exchange.credited(:county, :contracts)")
        for one in session.execute(read, {"county": county, "contracts": asked}):
            rows[one.contract_id].append(Credited(one.amount, one.on_day, one.receipt, one.kg))
    return rows


def prices(session: Session, county: str, grain: str, days: Sequence[date]) -> dict[date, Price]:
    """The county's price of a kg on these days; of a day for which it has set none, the first that it set after."""
    laws = load_laws(session, county, days)
    said = {day: law.text("CON-11.grain_yuan_per_kg", grain) for day, law in laws.items()}
    without = [day for day, price in said.items() if not price]
    later = said_after(session, county, "CON-11.grain_yuan_per_kg", grain, without) if without else {}
    own = {day: Price(Decimal(price)) for day, price in said.items() if price}
    return own | {day: Price(Decimal(price), since) for day, (since, price) in later.items()}


def _of(session: Session, table: Any, found: Sequence[Contract], *order: Any) -> dict[UUID, list[Any]]:
    """By contract: its rows of a table."""
    rows: dict[UUID, list[Any]] = {row.contract_id: [] for row in found}
    counties = {row.county for row in found}
    asked = sa.select(table).where(table.county.in_(counties), table.contract_id.in_(rows)).order_by(*order)
    for row in session.scalars(asked):
        rows[row.contract_id].append(row)
    return rows


def passes_land(session: Session, found: Contract, household: UUID | None) -> bool:
    """Whether whoever acts at the citizens' desk is Party A of a contract: its household, or who passes on what they took."""
    if found.relation != "retransfer":
        return household is not None and found.household_id == household
    asked = sa.text("SELECT exchange.passes_on(:county, :previous, ARRAY['sign'])")
    return bool(session.scalar(asked, {"county": found.county, "previous": found.previous_id}))


def passed_by_others(session: Session, found: Sequence[Contract]) -> set[UUID]:
    """The re-transfers among some contracts by which others than the actor pass land on."""
    previous = {row.previous_id for row in found if row.relation == "retransfer"}
    asked = sa.text(
        "SELECT p FROM unnest(CAST(:ids AS uuid[])) AS p WHERE exchange.passes_on(:county, p, ARRAY['sign', 'view'])"
    )
    own = {
        one
        for county in {row.county for row in found if row.relation == "retransfer"}
        for one in session.scalars(asked, {"county": county, "ids": [key for key in previous if key]})
    }
    return {row.contract_id for row in found if row.relation == "retransfer" and row.previous_id not in own}


def next_certificate(session: Session) -> int:
    """The next serial of transaction certificates."""
    return int(session.execute(sa.text("SELECT nextval('exchange.certificate_number')")).scalar_one())


def with_late_dues(session: Session, today: date) -> Sequence[Contract]:
    """Signed contracts of which something was due before a day and is not paid, or is in grain and may not be."""
    own = (RentDue.county == Contract.county, RentDue.contract_id == Contract.contract_id, RentDue.due_on < today)
    owed_still = sa.or_(
        Contract.ends_on.is_(None), RentDue.kind.not_in(rent.OF_DAYS), RentDue.from_on < Contract.ends_on
    )
    owed = sa.select(sa.func.sum(RentDue.amount)).where(*own, owed_still).scalar_subquery()
    paid = sa.select(sa.func.coalesce(sa.func.sum(RentPayment.amount_yuan), 0)).where(
        RentPayment.county == Contract.county, RentPayment.contract_id == Contract.contract_id,
        stands(RentPayment, RentPayment.payment_id),
    )  # fmt: skip
    states = ("signed", "disputed", "ended")
    awarded = sa.select(RentDue).where(*own, RentDue.payer.is_not(None)).exists()
    late = sa.or_(Contract.grain != "", awarded, owed > paid.scalar_subquery())
    return session.scalars(
        sa.select(Contract).where(Contract.state.in_(states), sa.select(RentDue).where(*own).exists(), late)
    ).all()


def late(session: Session, today: date) -> list[Whole]:
    """Contracts of which something is late today."""
    found = wholes(session, with_late_dues(session, today))
    return [one for one in found if rent.late_since(one.settled, today) is not None]


def ended_by_day(session: Session, today: date) -> Sequence[Contract]:
    """Signed contracts whose term is over: none of what moves the right itself, which has no end."""
    lent = (Contract.kind.not_in(MOVING), Contract.state.in_(("signed", "disputed")))
    return session.scalars(sa.select(Contract).where(*lent, Contract.until_on <= today)).all()


def taker_stands(session: Session, county: str, contract_id: UUID) -> Any:
    """How the taker of a contract stands, also for a party whose own desk does not see it: kind, held_m2, passed_mu, reserve."""
    asked = sa.text("SELECT * FROM exchange.taker_stands(:county, :contract)")
    return session.execute(asked, {"county": county, "contract": contract_id}).one()


def with_step(session: Session, county: str, contracts: Sequence[UUID], kind: str) -> set[UUID]:
    """Those of these contracts that took a step."""
    found = sa.select(ContractEvent.contract_id).where(ContractEvent.county == county, ContractEvent.kind == kind)
    return set(session.scalars(found.where(ContractEvent.contract_id.in_(contracts))))


def registration_asked(session: Session) -> Sequence[Contract]:
    """Signed contracts whose parties ask for the register, of which no case was opened yet and which the office did not decline."""
    asked, answered = aliased(ContractEvent), aliased(ContractEvent)
    same = (asked.county == Contract.county, asked.contract_id == Contract.contract_id)
    done = (answered.county == Contract.county, answered.contract_id == Contract.contract_id, answered.at > asked.at)
    return session.scalars(
        sa.select(Contract)
        .join(asked, sa.and_(*same, asked.kind == "registration_asked"))
        .where(
            Contract.state == "signed",
            ~sa.exists().where(*done, answered.kind.in_(("case_opened", "registration_declined"))),
        )
        .order_by(asked.at)
    ).all()


def parents_gone(session: Session) -> Sequence[Contract]:
    """Re-transfers that rest on a registered land-operation right alone, and whose right is registered no more."""
    right = sa.select(Right.right_id).where(
        Right.county == Contract.county, Right.right_id == Contract.right_id, in_force(Right)
    )
    return session.scalars(
        sa.select(Contract).where(
            Contract.kind == "retransfer", Contract.relation == "", Contract.state == "signed", ~right.exists()
        )
    ).all()


def registered_now(session: Session) -> Sequence[Any]:
    """Contracts whose case has been registered and which do not say so yet, each with the case's act and its day."""
    opened, told = aliased(ContractEvent), aliased(ContractEvent)
    said = sa.select(told.event_id).where(
        told.county == Contract.county, told.contract_id == Contract.contract_id, told.kind == "registered"
    )
    return session.execute(
        sa.select(Contract.county, Contract.contract_id, Act.act_id, Act.registered_at)
        .join(opened, sa.and_(opened.county == Contract.county, opened.contract_id == Contract.contract_id))
        .join(
            Case,
            sa.and_(Case.county == opened.county, sa.cast(Case.case_id, sa.Text) == opened.facts["case_id"].astext),
        )
        .join(Act, sa.and_(Act.county == Case.county, Act.act_id == Case.act_id))
        .where(opened.kind == "case_opened", ~said.exists())
        .limit(500)
    ).all()


def following(session: Session, county: str, contract_id: UUID) -> Sequence[Contract]:
    """The contracts that renew, change or transfer further this one."""
    return session.scalars(
        sa.select(Contract)
        .where(Contract.county == county, Contract.previous_id == contract_id)
        .order_by(Contract.drawn_at)
    ).all()


def resting(session: Session, found: Contract, on_day: date) -> Sequence[Contract]:
    """What was transferred further out of a contract and goes on after a day."""
    return session.scalars(
        sa.select(Contract)
        .where(Contract.county == found.county, Contract.previous_id == found.contract_id)
        .where(Contract.relation == "retransfer", Contract.state.in_(("signed", "disputed", "ended")))
        .where(sa.func.coalesce(Contract.ends_on, Contract.until_on) > on_day)
        .order_by(Contract.number)
    ).all()


def chain(session: Session, found: Contract) -> list[Contract]:
    """The contracts that this one rests on, the first one first."""
    above: list[Contract] = []
    while found.previous_id is not None and len(above) < 20:
        parent = one(session, found.county, found.previous_id)
        if parent is None:
            break
        above.insert(0, parent)
        found = parent
    return above


def own(session: Session) -> Sequence[Contract]:
    """The contracts of a farmer's household and of what an account takes, as the database lets them be seen."""
    return session.scalars(
        sa.select(Contract).where(Contract.state != "withdrawn").order_by(Contract.drawn_at.desc())
    ).all()


def checked(session: Session, number: str) -> Any | None:
    """What anybody may know of a contract, by its number or its certificate's."""
    return session.execute(sa.text("SELECT * FROM exchange.check_contract(:number)"), {"number": number}).first()
