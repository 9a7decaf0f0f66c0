"""Reads of contracts: what the register says of the land, one contract with all that was recorded of it, lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from landreg.core.tables import in_force
from landreg.core.units import mu_of
from landreg.exchange.contracts.model import (
    Contract,
    ContractEvent,
    ContractPaper,
    ContractParcel,
    RentDue,
    RentPayment,
)
from landreg.exchange.contracts.rules import rent
from landreg.exchange.contracts.rules.course import Course, Happened
from landreg.exchange.contracts.rules.rent import Due, Settled
from landreg.exchange.model import Deal, DealFall, Listing, ListingParcel, Taker
from landreg.law.queries import load_laws
from landreg.party.model import Holder

ISSUER = 14
"""Signs by which a parcel's or a household's code names the collective that issues the land."""


@dataclass(frozen=True)
class Land:
    """What the register says of a right and its parcels, of `right_said` and `parcels_said`.

    Of a collective's own land: the collective in place of the household, without a right; representative: who stands for it.
    """

    right: Any
    parcels: Mapping[str, Any]
    representative: str = ""


@dataclass(frozen=True)
class Whole:
    """A contract with all its rows. prices: of a kg of its grain, by day on which something is due."""

    contract: Contract
    parcels: Sequence[ContractParcel]
    events: Sequence[ContractEvent]
    papers: Mapping[UUID, ContractPaper]
    dues: Sequence[RentDue]
    payments: Sequence[RentPayment]
    prices: Mapping[date, Decimal]

    @property
    def settled(self) -> tuple[Settled, ...]:
        """What is due, with what was paid of it; of a contract that ended, what is owed until its end."""
        end = self.of("ended")
        void = end is not None and end.facts.get("outcome") == "void"
        owed = rent.still_owed([due_of(one) for one in self.dues], self.contract.ends_on, void=void)
        return rent.settled(owed, [one.amount_yuan for one in self.payments], self.prices)

    def course(self, today: date) -> Course:
        """How it stands on a day."""
        found, events = self.contract, tuple(happened(one) for one in self.events)
        late = rent.arrears(self.settled, today)
        return Course(found.number, today, found.from_on, found.until_on, events, late)

    @property
    def left(self) -> Decimal:
        """What is still to be paid of everything that is known in yuan."""
        return sum((one.left for one in self.settled), rent.ZERO)

    def of(self, kind: str) -> ContractEvent | None:
        """The last step of a kind."""
        return next((one for one in reversed(self.events) if one.kind == kind), None)


def due_of(row: RentDue) -> Due:
    """A due as the rules take it."""
    return Due(row.position, row.from_on, row.until_on, row.due_on, row.amount, row.in_kind, row.kind)


def happened(row: ContractEvent) -> Happened:
    """A step as the rules take it."""
    return Happened(row.kind, row.on_day, row.facts, row.document_id is not None)


def calendar_of(contract: Contract, parcels: Sequence[ContractParcel]) -> tuple[Due, ...]:
    """The rents of a contract; none where nothing is paid."""
    if contract.kind in ("exchange", "custody") or not any(one.price for one in parcels):
        return ()
    pieces = tuple((mu_of(one.area_m2), one.price) for one in sorted(parcels, key=lambda one: one.parcel_code))
    return rent.calendar(
        rent.Terms(
            contract.from_on, contract.until_on, pieces, contract.unit, contract.escalator_percent, contract.paid_every,
            contract.paid_before,
        )
    )  # fmt: skip


def land(session: Session, county: str, right_id: UUID) -> Land | None:
    """The right in force and its parcels by code."""
    right = session.execute(
        sa.text("SELECT * FROM exchange.right_said(:county, :right)"), {"county": county, "right": right_id}
    ).first()
    if right is None:
        return None
    rows = session.execute(
        sa.text("SELECT * FROM exchange.parcels_said(:county, :right, '{}')"), {"county": county, "right": right_id}
    )
    return Land(right, {row.parcel_code: row for row in rows})


def collective_land(session: Session, county: str, codes: Sequence[str]) -> Land | None:
    """These parcels of a collective that lie under no right; None where they are not of one collective that the register knows."""
    issuers = {code[:ISSUER] for code in codes}
    if len(issuers) != 1:
        return None
    asked = {"county": county, "code": issuers.pop(), "codes": list(codes)}
    said = session.execute(sa.text("SELECT * FROM exchange.collective_said(:county, :code)"), asked).first()
    if said is None:
        return None
    rows = session.execute(sa.text("SELECT * FROM exchange.collective_parcels(:county, :codes)"), asked)
    return Land(said, {row.parcel_code: row for row in rows}, said.representative)


def rights_of(session: Session, county: str, code: str) -> Sequence[Any]:
    """The contract rights in force of a household's code."""
    return session.execute(
        sa.text("SELECT * FROM exchange.rights_of(:county, :code)"), {"county": county, "code": code}
    ).all()


def right_over(session: Session, county: str, code: str, parcels: Sequence[str]) -> UUID | None:
    """The contract right of a household's code that is over all of these parcels."""
    for row in rights_of(session, county, code):
        found = land(session, county, row.right_id)
        if parcels and found is not None and set(parcels) <= set(found.parcels):
            right: UUID = row.right_id
            return right
    return None


def household(session: Session, county: str, code: str) -> Any | None:
    """Id, name and village of a household, by its code."""
    values = {"county": county, "code": code}
    return session.execute(sa.text("SELECT * FROM exchange.household_said(:county, :code)"), values).first()


def frozen(session: Session, county: str, right_id: UUID | None, codes: Sequence[str]) -> Sequence[Any]:
    """Seizures, disputes and exits that stand on a right or these parcels of it."""
    rows = session.execute(
        sa.text(
            "SELECT DISTINCT what, kind, number, named FROM exchange.standing_on(:county, CAST(:right AS uuid), :codes, NULL) "
            "WHERE (parcel_code = '' OR parcel_code = ANY (:codes)) "
            "AND (what = 'exit' OR what = 'restriction' AND kind IN ('seizure', 'dispute'))"
        ),
        {"county": county, "right": right_id, "codes": list(codes)},
    )
    return rows.all()


def bound(
    session: Session, county: str, codes: Sequence[str], first: date, until: date, depth: int, but: Sequence[UUID]
) -> dict[str, str]:
    """By parcel: the number of the contract that has it in a time."""
    values = {"county": county, "codes": list(codes), "first": first, "until": until, "depth": depth, "but": list(but)}
    rows = session.execute(
        sa.text("SELECT * FROM exchange.bound(:county, :codes, :first, :until, :depth, CAST(:but AS uuid[]))"), values
    )
    return {row.parcel_code: row.number for row in rows}


def next_numbers(session: Session, county: str, village: str, issuer: str, count: int = 1) -> list[str]:
    """The next numbers of an issuing party's contracts: its 14 signs and a serial (NY/T 2539, LZHTBM)."""
    values = {"county": county, "village": village, "issuer": issuer, "count": count}
    drawn = sa.text("SELECT exchange.next_contract_numbers(:county, :village, :issuer, :count)")
    return list(session.scalars(drawn, values))


def next_certificate(session: Session) -> int:
    """The next serial of transaction certificates."""
    return int(session.execute(sa.text("SELECT nextval('exchange.certificate_number')")).scalar_one())


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
    """A contract with all its rows, in a fixed number of queries."""
    county, key = found.county, found.contract_id
    dues = _of(session, RentDue, county, key, RentDue.position)
    days = sorted({one.due_on for one in dues if one.in_kind})
    return Whole(
        found,
        _of(session, ContractParcel, county, key, ContractParcel.parcel_code),
        _of(session, ContractEvent, county, key, ContractEvent.at, ContractEvent.kind == "signed", ContractEvent.kind),
        {one.document_id: one for one in _of(session, ContractPaper, county, key, ContractPaper.put_at)},
        dues,
        _of(session, RentPayment, county, key, RentPayment.paid_on, RentPayment.recorded_at),
        prices(session, county, found.grain, days),
    )


def prices(session: Session, county: str, grain: str, days: Sequence[date]) -> dict[date, Decimal]:
    """The county's price of a kg on these days, of those for which it has set one."""
    laws = load_laws(session, county, days)
    said = {day: law.text("CON-11.grain_yuan_per_kg", grain) for day, law in laws.items()}
    return {day: Decimal(price) for day, price in said.items() if price}


def _of(session: Session, table: Any, county: str, key: UUID, *order: Any) -> Sequence[Any]:
    return session.scalars(
        sa.select(table).where(table.county == county, table.contract_id == key).order_by(*order)
    ).all()


def receipt_known(session: Session, county: str, receipt: str) -> bool:
    """Whether a receipt was counted before."""
    found = sa.select(RentPayment.payment_id).where(RentPayment.county == county, RentPayment.receipt == receipt)
    return session.scalars(found).first() is not None


def listed(state: str = "", text: str = "") -> sa.Select[Any]:
    """The contracts of the jurisdiction, newest first; of a state, or of those whose number, household or taker holds a text."""
    found = sa.select(Contract).order_by(Contract.drawn_at.desc(), Contract.number.desc())
    if state:
        found = found.where(Contract.state == state)
    if text:
        found = found.where(
            sa.or_(
                Contract.number.startswith(text, autoescape=True),
                Contract.household_code == text,
                Contract.household_name.contains(text, autoescape=True),
                Contract.taker_name.contains(text, autoescape=True),
            )
        )
    return found


def with_late_dues(session: Session, today: date) -> Sequence[Contract]:
    """Signed contracts of which something was due before a day."""
    due = sa.select(RentDue.position).where(
        RentDue.county == Contract.county, RentDue.contract_id == Contract.contract_id, RentDue.due_on < today
    )
    states = ("signed", "disputed", "ended")
    return session.scalars(sa.select(Contract).where(Contract.state.in_(states), due.exists())).all()


def ended_by_day(session: Session, today: date) -> Sequence[Contract]:
    """Signed contracts whose term is over."""
    return session.scalars(
        sa.select(Contract).where(Contract.state.in_(("signed", "disputed")), Contract.until_on <= today)
    ).all()


def taker_stands(session: Session, county: str, contract_id: UUID) -> Any:
    """How the taker of a contract stands, also for a party whose own desk does not see it: kind, held_m2, passed_mu, reserve."""
    asked = sa.text("SELECT * FROM exchange.taker_stands(:county, :contract)")
    return session.execute(asked, {"county": county, "contract": contract_id}).one()


def registration_asked(session: Session) -> Sequence[Contract]:
    """Signed contracts whose parties ask for the register, and of which no case was opened yet."""
    asked, opened = aliased(ContractEvent), aliased(ContractEvent)
    same = (asked.county == Contract.county, asked.contract_id == Contract.contract_id)
    done = (opened.county == Contract.county, opened.contract_id == Contract.contract_id)
    return session.scalars(
        sa.select(Contract)
        .join(asked, sa.and_(*same, asked.kind == "registration_asked"))
        .where(Contract.state == "signed", ~sa.exists().where(*done, opened.kind == "case_opened"))
        .order_by(asked.at)
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


@dataclass(frozen=True)
class Dealt:
    """A deal that stands, with its listing, the listing's parcels and the taker."""

    deal: Deal
    listing: Listing
    parcels: Sequence[ListingParcel]
    taker: Taker


def dealt(session: Session, county: str, deal_id: UUID) -> Dealt | None:
    """A deal that stands."""
    fallen = sa.select(DealFall.deal_id).where(DealFall.county == county, DealFall.deal_id == deal_id).exists()
    deal = session.scalars(sa.select(Deal).where(Deal.county == county, Deal.deal_id == deal_id, ~fallen)).one_or_none()
    if deal is None:
        return None
    listing = session.scalars(
        sa.select(Listing).where(Listing.county == county, Listing.listing_id == deal.listing_id)
    ).one()
    parcels = session.scalars(
        sa.select(ListingParcel).where(ListingParcel.county == county, ListingParcel.listing_id == deal.listing_id)
    ).all()
    found = taker(session, county, deal.taker_id)
    return None if found is None else Dealt(deal, listing, parcels, found)


def deals_waiting(session: Session) -> Sequence[Any]:
    """Deals that stand and of which no contract was drawn yet, with listing and taker, oldest first."""
    drawn = sa.select(Contract.contract_id).where(
        Contract.county == Deal.county, Contract.deal_id == Deal.deal_id, Contract.state != "withdrawn"
    )
    fallen = sa.select(DealFall.deal_id).where(DealFall.county == Deal.county, DealFall.deal_id == Deal.deal_id)
    return session.execute(
        sa.select(Deal, Listing, Taker)
        .join(Listing, sa.and_(Listing.county == Deal.county, Listing.listing_id == Deal.listing_id))
        .join(Taker, sa.and_(Taker.county == Deal.county, Taker.taker_id == Deal.taker_id))
        .where(~drawn.exists(), ~fallen.exists())
        .order_by(Deal.decided_at)
        .limit(200)
    ).all()


def taker(session: Session, county: str, taker_id: UUID) -> Taker | None:
    """A taker of the jurisdiction."""
    return session.scalars(sa.select(Taker).where(Taker.county == county, Taker.taker_id == taker_id)).one_or_none()


def taker_by_code(session: Session, county: str, code: str) -> Taker | None:
    """A household or organisation that takes land, by its code."""
    return session.scalars(sa.select(Taker).where(Taker.county == county, Taker.code == code)).one_or_none()


def holder_by_code(session: Session, county: str, code: str) -> UUID | None:
    """Under which id the register has an organisation; None where it does not."""
    found = sa.select(Holder.holder_id).where(Holder.county == county, Holder.code == code, in_force(Holder))
    return session.scalars(found).first()


def checked(session: Session, number: str) -> Any | None:
    """What anybody may know of a contract, by its number or its certificate's."""
    return session.execute(sa.text("SELECT * FROM exchange.check_contract(:number)"), {"number": number}).first()


def own(session: Session) -> Sequence[Contract]:
    """The contracts of a farmer's household and of what an account takes, as the database lets them be seen."""
    return session.scalars(
        sa.select(Contract).where(Contract.state != "withdrawn").order_by(Contract.drawn_at.desc())
    ).all()
