"""Reads of exits: the lists of the desk and of a household, one exit with all that was recorded of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons
from landreg.core.periods import beijing_day
from landreg.core.tables import in_force
from landreg.exit.model import Agreement, Consent, Event, Exit, Item, Offer, OfferItem, Paper, Payment, Repayment
from landreg.exit.rules.claimed import CLASSES, Filed
from landreg.exit.rules.course import Course, Word
from landreg.land.model import Parcel
from landreg.party import queries as parties
from landreg.party.model import Member
from landreg.party.rules import SHARED
from landreg.registry.casebook import Case
from landreg.registry.home.brought_queries import own_rights

OVER = ("withdrawal", "lapse", "return")


@dataclass(frozen=True)
class Whole:
    """An exit with all its rows. members: of the household as it stands, with masked names by person. offers: the last one last;
    offered: the lines of all.
    """

    exit: Exit
    case: Case
    members: Sequence[Member]
    names: dict[UUID, str]
    consents: Sequence[Consent]
    offers: Sequence[Offer]
    offered: Sequence[OfferItem]
    agreement: Agreement | None
    items: Sequence[Item]
    payments: Sequence[Payment]
    repayments: Sequence[Repayment]
    papers: Sequence[Paper]
    events: dict[str, Event]
    rights: Sequence[tuple[str, str]] = ()
    """Kind and code of what is given back, where its household reads by itself."""

    @property
    def holders(self) -> Sequence[Member]:
        """The members to whom what is given back belongs: where a homestead is, all of the household."""
        homestead = len(self.exit.right_ids) > self.exit.contracted
        return self.members if homestead else parties.holders_among(SHARED, self.members)

    @property
    def offer(self) -> Offer | None:
        """The offer that counts: the one that was agreed on, else the last."""
        agreed = self.agreement.offer_id if self.agreement else None
        return next((one for one in self.offers if one.offer_id == agreed), self.offers[-1] if self.offers else None)

    @property
    def offer_items(self) -> Sequence[OfferItem]:
        """The lines of the offer that counts."""
        return [one for one in self.offered if self.offer is not None and one.offer_id == self.offer.offer_id]

    @property
    def land_agreed(self) -> Decimal:
        """What was agreed on for contracted land."""
        return sum((one.amount_yuan for one in self.items if one.kind == "land"), Decimal("0.00"))

    def course(self, today: date) -> Course:
        """How it stands on a day."""
        minors = set(self.exit.minors)
        named = {one.member_id: self.names.get(one.person_id, "") for one in self.members}
        over = next((kind for kind in OVER if kind in self.events), "")
        agreement = self.agreement
        return Course(
            number=self.exit.number,
            today=today,
            adults={member: name for member, name in named.items() if member not in minors},
            minors={member: name for member, name in named.items() if member in minors},
            words=tuple(word_of(one) for one in self.consents),
            minors_kept="minors" in self.events,
            offered_on=self.offers[-1].made_on if self.offers else None,
            agreed=agreement.total_yuan if agreement else None,
            signed_on=agreement.signed_on if agreement else None,
            lapses_on=agreement.lapses_on if agreement else None,
            paid=sum((one.amount_yuan for one in self.payments), Decimal("0.00")),
            repaid=sum((one.amount_yuan for one in self.repayments), Decimal("0.00")),
            over=over,
            case_state=self.case.state,
        )


def word_of(row: Consent) -> Word:
    """A member's word as the rules take it."""
    return Word(
        row.member_id, row.agrees, beijing_day(row.taken_at), row.way, row.language, row.identity_checked, row.read_aloud,
        row.witness, row.witness_apart, row.by_name, row.document_id is not None,
    )  # fmt: skip


def one(session: Session, county: str, exit_id: UUID) -> Exit | None:
    """An exit of the actor's jurisdiction."""
    return session.scalars(sa.select(Exit).where(Exit.county == county, Exit.exit_id == exit_id)).one_or_none()


def of_case(session: Session, county: str, case_id: UUID) -> Exit | None:
    """The exit behind a case."""
    return session.scalars(sa.select(Exit).where(Exit.county == county, Exit.case_id == case_id)).one_or_none()


def whole(session: Session, found: Exit) -> Whole:
    """An exit with all its rows, in a fixed number of queries."""
    county, exit_id = found.county, found.exit_id
    case = session.scalars(sa.select(Case).where(Case.county == county, Case.case_id == found.case_id)).one()
    members = parties.members(session, county, found.household_id)
    names = masked_persons(session, [member.person_id for member in members])
    return Whole(
        found,
        case,
        members,
        {person: told[0] for person, told in names.items()},
        _of(session, Consent, county, exit_id, Consent.taken_at),
        _of(session, Offer, county, exit_id, Offer.made_at),
        _of(session, OfferItem, county, exit_id, OfferItem.position),
        next(iter(_of(session, Agreement, county, exit_id, Agreement.recorded_at)), None),
        _of(session, Item, county, exit_id, Item.position),
        _of(session, Payment, county, exit_id, Payment.recorded_at),
        _of(session, Repayment, county, exit_id, Repayment.recorded_at),
        _of(session, Paper, county, exit_id, Paper.made_at),
        events_of(session, found),
    )


def own_whole(session: Session, found: Exit) -> Whole:
    """An exit as its household may read it: its events, and the rights that it is about."""
    rights = [
        (one.kind, one.code) for one in own_rights(session, found.household_id) if one.right_id in found.right_ids
    ]
    nothing: Any = None
    return Whole(found, nothing, (), {}, (), (), (), None, (), (), (), (), events_of(session, found), rights)


def _of(session: Session, table: Any, county: str, exit_id: UUID, order: Any) -> Sequence[Any]:
    found = sa.select(table).where(table.county == county, table.exit_id == exit_id).order_by(order)
    return session.scalars(found).all()


def listed() -> sa.Select[Exit]:
    """The exits of the actor's jurisdiction, newest first."""
    return sa.select(Exit).order_by(Exit.opened_at.desc(), Exit.number.desc())


def of_household(session: Session, household_id: UUID) -> Sequence[tuple[Exit, dict[str, Event]]]:
    """A household's own exits with their events, newest first."""
    found = sa.select(Exit).where(Exit.household_id == household_id).order_by(Exit.opened_at.desc())
    return [(own, events_of(session, own)) for own in session.scalars(found)]


def receipt_known(session: Session, county: str, receipt: str) -> bool:
    """Whether a receipt was counted already, of an exit or of anything else that is paid by one, however its signs are parted."""
    used = sa.text("SELECT exchange.slip_book(:county, :receipt) IS NOT NULL")
    return bool(session.scalar(used, {"county": county, "receipt": receipt}))


def count_of_offers(session: Session, county: str, exit_id: UUID) -> int:
    """How many offers an exit has had."""
    found = sa.select(sa.func.count()).select_from(Offer).where(Offer.county == county, Offer.exit_id == exit_id)
    return session.scalar(found) or 0


def paper_of(session: Session, county: str, kind: str, subject_id: UUID) -> Paper | None:
    """The paper of a kind that tells of a row; None where it is not printed yet."""
    found = sa.select(Paper).where(Paper.county == county, Paper.kind == kind, Paper.subject_id == subject_id)
    return session.scalars(found).one_or_none()


def classes_of(session: Session, county: str, codes: Sequence[str]) -> dict[str, str]:
    """By code of a parcel in force: its class of land."""
    found = sa.select(Parcel.code, Parcel.land_class).where(
        Parcel.county == county, Parcel.code.in_(codes), in_force(Parcel)
    )
    return {row.code: row.land_class for row in session.execute(found)}


def filed_prices(session: Session, township: str, since: date, until: date) -> tuple[Filed, ...]:
    """What filed contracts of a township pay that were signed after a day and by another, by class and term: numbers alone."""
    asked = sa.text("SELECT * FROM exchange.filed_prices(:township, :since, :until)")
    rows = session.execute(asked, {"township": township, "since": since, "until": until})
    return tuple(
        Filed(CLASSES[row.land_class], row.from_months, row.under_months, row.contracts, row.yuan)
        for row in rows
        if row.land_class in CLASSES
    )


def lapsed(session: Session, today: date) -> Sequence[Exit]:
    """Exits whose last day of payment is over, that are not paid and not over."""
    paid = sa.select(sa.func.coalesce(sa.func.sum(Payment.amount_yuan), 0)).where(_same(Payment)).scalar_subquery()
    found = sa.select(Exit).join(Agreement, _same(Agreement)).where(Agreement.lapses_on < today)
    return session.scalars(found.where(paid < Agreement.total_yuan, ~_over())).all()


def returning(session: Session, today: date) -> Sequence[tuple[Exit, UUID]]:
    """Temporary exits that were registered and whose day has come, with the act that registered each."""
    found = sa.select(Exit, Case.act_id).join(Case, (Case.county == Exit.county) & (Case.case_id == Exit.case_id))
    found = found.where(Exit.returns_on <= today, Case.act_id.is_not(None), ~_over())
    return [(one, act) for one, act in session.execute(found) if act is not None]


def left_open(session: Session) -> Sequence[Exit]:
    """Exits that are over while their case still waits: the household took them back by itself."""
    found = sa.select(Exit).join(Case, (Case.county == Exit.county) & (Case.case_id == Exit.case_id))
    return session.scalars(found.where(Case.waits, Case.act_id.is_(None), _over())).all()


def _same(table: Any) -> Any:
    return (table.county == Exit.county) & (table.exit_id == Exit.exit_id)


def _over() -> Any:
    return sa.select(Event.event_id).where(_same(Event), Event.kind.in_(OVER)).exists()


def next_number(session: Session) -> int:
    """A new number of an exit: never used twice, gaps allowed."""
    return int(session.execute(sa.text("SELECT nextval('exit.exit_number')")).scalar_one())


def events_of(session: Session, found: Exit) -> dict[str, Event]:
    """What happened to an exit, by its kind."""
    return {event.kind: event for event in _of(session, Event, found.county, found.exit_id, Event.at)}


def act_of(session: Session, found: Exit) -> UUID | None:
    """The act that registered an exit that is not over; None where there is none."""
    asked = sa.select(Case.act_id).where(Case.county == found.county, Case.case_id == found.case_id)
    return None if set(OVER) & set(events_of(session, found)) else session.scalars(asked).one()
