"""Reads of the register: cases and batches, rights as of a day and as said on a day, acts, certificates, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.orm import Session

from landreg.party.model import Household
from landreg.registry.casebook import (
    Batch,
    Case,
    CaseDocument,
    CaseEvent,
    Certificate,
    CertificateEnd,
    Document,
    Notice,
    Objection,
)
from landreg.registry.model import Right


@dataclass(frozen=True)
class AsOf:
    """A day of the law and an instant of the register: what it said at `said_at` about `day`."""

    day: date
    said_at: datetime


@dataclass(frozen=True)
class Progress:
    """A batch's cases counted by state."""

    batch: Batch
    states: Mapping[str, int]
    notice: Notice | None

    @property
    def total(self) -> int:
        """How many cases the batch has."""
        return sum(self.states.values())


def rights_as_of(asked: AsOf) -> Select[Right]:
    """The rights in force on a day as the register stood at an instant."""
    return select(Right).where(Right.valid.contains(asked.day), Right.recorded.contains(asked.said_at))


def right_as_of(session: Session, county: str, right_id: UUID, asked: AsOf) -> Right | None:
    """The row of a right in force on a day as said at an instant; none or one."""
    found = rights_as_of(asked).where(Right.county == county, Right.right_id == right_id)
    return session.scalars(found).one_or_none()


def right_rows(session: Session, county: str, right_id: UUID) -> Sequence[Right]:
    """Every row that a right ever had, in the order in which they were said."""
    found = select(Right).where(Right.county == county, Right.right_id == right_id)
    return session.scalars(found.order_by(func.lower(Right.recorded), func.lower(Right.valid))).all()


def rights_on_parcel(session: Session, county: str, code: str) -> Sequence[Row[Any]]:
    """Rights that hold a parcel now: right, holder's name, area under the right."""
    return session.execute(text(_RIGHTS_ON_PARCEL), {"county": county, "code": code}).all()


def rights_of_household(session: Session, county: str, household_id: UUID) -> Sequence[Right]:
    """Rights that a household holds now."""
    found = select(Right).where(
        Right.county == county, Right.household_id == household_id, func.upper_inf(Right.recorded)
    )
    return session.scalars(found.order_by(Right.kind, Right.code)).all()


def parcels_of_right(session: Session, right: Right) -> Sequence[Row[Any]]:
    """Parcels under a row of a right, in its order."""
    asked = {"county": right.county, "row": right.row_id}
    return session.execute(text(_PARCELS_OF_RIGHT), asked).all()


def household(session: Session, county: str, household_id: UUID) -> Household | None:
    """A household as the register has it now."""
    found = select(Household).where(
        Household.county == county, Household.household_id == household_id, func.upper_inf(Household.recorded)
    )
    return session.scalars(found).one_or_none()


def case_ids(session: Session, county: str, batch_id: UUID, *states: str) -> list[UUID]:
    """The cases of a batch in these states, in the order of their numbers."""
    found = select(Case.case_id).where(Case.county == county, Case.batch_id == batch_id, Case.state.in_(states))
    return list(session.scalars(found.order_by(Case.number)))


def states_counted(session: Session) -> Mapping[str, int]:
    """How many cases of the actor's jurisdiction are in each state."""
    return dict(session.execute(select(Case.state, func.count()).group_by(Case.state)).all())


def batch(session: Session, county: str, batch_id: UUID) -> Progress | None:
    """One batch with its progress."""
    found = session.get(Batch, {"county": county, "batch_id": batch_id})
    return None if found is None else progress(session, found)


def progress(session: Session, batch: Batch) -> Progress:
    """A batch's cases by state, and its notice."""
    counted = select(Case.state, func.count()).where(Case.county == batch.county, Case.batch_id == batch.batch_id)
    notice = select(Notice).where(Notice.county == batch.county, Notice.batch_id == batch.batch_id)
    return Progress(
        batch,
        dict(session.execute(counted.group_by(Case.state)).all()),
        session.scalars(notice.order_by(Notice.published_at.desc()).limit(1)).one_or_none(),
    )


def open_batch_of_package(session: Session, county: str, package_id: UUID, village: str) -> UUID | None:
    """The batch opened for a village of a package, if there is one."""
    found = select(Batch.batch_id).where(
        Batch.county == county, Batch.package_id == package_id, Batch.village == village
    )
    return session.scalars(found.order_by(Batch.opened_at.desc()).limit(1)).one_or_none()


def case(session: Session, county: str, case_id: UUID) -> Case | None:
    """One case."""
    return session.get(Case, {"county": county, "case_id": case_id})


def events(session: Session, county: str, case_id: UUID) -> Sequence[CaseEvent]:
    """The history of a case, oldest first."""
    found = select(CaseEvent).where(CaseEvent.county == county, CaseEvent.case_id == case_id)
    return session.scalars(found.order_by(CaseEvent.at)).all()


def documents(session: Session, county: str, case_id: UUID) -> Sequence[Document]:
    """The documents in a case's folder."""
    found = (
        select(Document)
        .join(
            CaseDocument,
            (CaseDocument.county == Document.county) & (CaseDocument.document_id == Document.document_id),
        )
        .where(CaseDocument.county == county, CaseDocument.case_id == case_id)
    )
    return session.scalars(found.order_by(Document.put_at)).all()


def objections(session: Session, county: str, case_id: UUID) -> Sequence[Objection]:
    """The objections to a case, oldest first."""
    found = select(Objection).where(Objection.county == county, Objection.case_id == case_id)
    return session.scalars(found.order_by(Objection.raised_at)).all()


def certificates_of_right(session: Session, county: str, right_id: UUID) -> Sequence[Row[Certificate, CertificateEnd]]:
    """The certificates of a right, each with its end if it has one."""
    found = (
        select(Certificate, CertificateEnd)
        .outerjoin(
            CertificateEnd,
            (CertificateEnd.county == Certificate.county)
            & (CertificateEnd.certificate_id == Certificate.certificate_id),
        )
        .where(Certificate.county == county, Certificate.right_id == right_id)
    )
    return session.execute(found.order_by(Certificate.issued_at)).all()


def is_demo(session: Session) -> bool:
    """Whether this is a database of demonstration, whose papers bear 样本."""
    return bool(session.scalar(select(func.system.is_demo())))


def check_certificate(session: Session, asked: str) -> Row[Any] | None:
    """What the public may know of a certificate, by its number or the token of its QR; None when there is none."""
    return session.execute(text("SELECT * FROM registry.check_certificate(:asked)"), {"asked": asked}).first()


def public_notices(session: Session, village: str, *, over: bool, most: int, skipped: int = 0) -> Sequence[Row[Any]]:
    """Public notices of a division that run, or are over, newest last day first; each with the `total` of all of them."""
    asked = {"village": village, "over": over, "most": most, "skipped": skipped}
    return session.execute(text("SELECT * FROM registry.public_notices(:village, :over, :most, :skipped)"), asked).all()


def public_notice(session: Session, number: str) -> Row[Any] | None:
    """A public notice by its number."""
    return session.execute(text("SELECT * FROM registry.public_notice(:number)"), {"number": number}).first()


def noticed_cases(session: Session, number: str) -> Mapping[str, str]:
    """The state of each case of a public notice, by the case's number."""
    rows = session.execute(text("SELECT number, state FROM registry.noticed_cases(:number)"), {"number": number})
    return {row.number: row.state for row in rows}


def check_case(session: Session, number: str) -> Row[Any] | None:
    """What anybody may know of a case by the number on its receipt."""
    return session.execute(text("SELECT * FROM registry.check_case(:number)"), {"number": number}).first()


_RIGHTS_ON_PARCEL = """
    SELECT r.*, h.name AS holder, h.code AS household_code, x.area_m2 AS parcel_area_m2
    FROM land.parcel AS l
    JOIN registry.right_parcel AS x ON x.county = l.county AND x.parcel_id = l.parcel_id AND upper_inf(x.recorded)
    JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row
    JOIN party.household AS h ON h.county = r.county AND h.household_id = r.household_id AND upper_inf(h.recorded)
    WHERE l.county = :county AND l.code = :code AND upper_inf(l.recorded)
"""
_PARCELS_OF_RIGHT = """
    SELECT l.code, l.name, x.area_m2, x.mu, l.land_class, l.basic_farmland, l.neighbour_east, l.neighbour_south,
           l.neighbour_west, l.neighbour_north
    FROM registry.right_parcel AS x
    JOIN land.parcel AS l ON l.county = x.county AND l.parcel_id = x.parcel_id AND upper_inf(l.recorded)
    WHERE x.county = :county AND x.right_row = :row ORDER BY x.position
"""
