"""Reads of the register: cases and batches, rights as of a day and as said on a day, acts, certificates, notices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, func, select, text
from sqlalchemy.orm import Session

from landreg.core.asof import AsOf as AsOf
from landreg.core.tables import in_force, rows_by, standing_then
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
from landreg.registry.leaves.excerpted import Excerpt
from landreg.registry.model import Contract, Restriction, Right, RightHolder


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


def right_as_of(session: Session, county: str, right_id: UUID, asked: AsOf) -> Right | None:
    """The row of a right in force on a day as said at an instant; none or one."""
    return session.scalars(_right_then(), {"county": county, "right": right_id, **asked.values}).one_or_none()


@cache
def _right_then() -> Select[Any]:
    return _rows_of_right().where(standing_then(Right))


@cache
def _rows_of_right() -> Select[Any]:
    return select(Right).where(Right.county == bindparam("county"), Right.right_id == bindparam("right"))


def right_rows(session: Session, county: str, right_id: UUID) -> Sequence[Right]:
    """Every row that a right ever had, in the order in which they were said."""
    return session.scalars(_right_rows(), {"county": county, "right": right_id}).all()


@cache
def _right_rows() -> Select[Any]:
    return _rows_of_right().order_by(func.lower(Right.recorded), func.lower(Right.valid))


def first_days(session: Session, county: str, right_ids: Sequence[UUID], asked: AsOf) -> dict[UUID, date]:
    """By right: the day from which it holds, whatever act said it anew since."""
    first = func.min(func.lower(Right.valid))
    found = select(Right.right_id, first).where(Right.county == county, Right.right_id.in_(right_ids))
    found = found.where(Right.recorded.contains(asked.said)).group_by(Right.right_id)
    return {row[0]: row[1] for row in session.execute(found)}


def rights_on_parcel(session: Session, county: str, parcel_id: UUID, asked: AsOf) -> Sequence[Row[Any]]:
    """Rights that held a parcel on a day, as said at an instant: right, holder's name and code, area under the right."""
    return session.execute(text(_RIGHTS_ON_PARCEL), _values(asked, county=county, parcel=parcel_id)).all()


def rights_of_household(
    session: Session, county: str, household_id: UUID, asked: AsOf
) -> Sequence[Row[Right, int, int]]:
    """Rights in which a household had a share on a day, as said at an instant: right, numerator, denominator."""
    return session.execute(_rights_held(), {"county": county, "household": household_id, **asked.values}).all()


@cache
def _rights_held() -> Any:
    return (
        select(Right, RightHolder.numerator, RightHolder.denominator)
        .join(RightHolder, and_(RightHolder.county == Right.county, RightHolder.right_row == Right.row_id))
        .where(RightHolder.county == bindparam("county"), RightHolder.household_id == bindparam("household"))
        .where(standing_then(RightHolder), standing_then(Right))
        .order_by(Right.kind, Right.code)
    )


def holders_of_right(session: Session, right: Right, asked: AsOf) -> Sequence[Row[Any]]:
    """Who shares a row of a right: id, share, and code, name and kind (household, organization, person) as said then."""
    return session.execute(text(_HOLDERS_OF_RIGHT), _values(asked, county=right.county, row=right.row_id)).all()


def parcels_of_right(session: Session, right: Right, asked: AsOf) -> Sequence[Row[Any]]:
    """Parcels under a row of a right, in its order, as they were said to be on the day."""
    return session.execute(text(_PARCELS_OF_RIGHT), _values(asked, county=right.county, row=right.row_id)).all()


def contract_of_right(session: Session, right: Right, asked: AsOf) -> Contract | None:
    """The contract that a right rests on, as of a day; None for a right without one."""
    return contracts(session, right.county, [key], asked).get(key) if (key := right.contract_id) else None


def contracts(session: Session, county: str, ids: Sequence[UUID | None], asked: AsOf) -> dict[UUID, Contract]:
    """The contracts of these ids as of a day, by id."""
    found = session.scalars(_contracts_then(), _values(asked, county=county, contracts=[one for one in ids if one]))
    return {one.contract_id: one for one in found}


@cache
def _contracts_then() -> Select[Any]:
    wanted = Contract.contract_id.in_(bindparam("contracts", expanding=True))
    return select(Contract).where(Contract.county == bindparam("county"), wanted, standing_then(Contract))


def _values(asked: AsOf, **keys: Any) -> dict[str, Any]:
    return {"valid": asked.valid, "said": asked.said, **keys}


def household(session: Session, county: str, household_id: UUID) -> Household | None:
    """A household as the register has it now."""
    found = select(Household).where(
        Household.county == county, Household.household_id == household_id, in_force(Household)
    )
    return session.scalars(found).one_or_none()


def case_ids(session: Session, county: str, batch_id: UUID, *states: str) -> list[UUID]:
    """The cases of a batch in these states, in the order of their numbers."""
    found = select(Case.case_id).where(Case.county == county, Case.batch_id == batch_id, Case.state.in_(states))
    return list(session.scalars(found.order_by(Case.number)))


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


def with_notice_over(session: Session, county: str, batch_id: UUID, today: date) -> int:
    """How many cases of a batch have had their whole notice and are still to be registered."""
    found = (
        select(func.count())
        .select_from(Case)
        .join(Notice, and_(Notice.county == Case.county, Notice.notice_id == Case.notice_id))
        .where(Case.county == county, Case.batch_id == batch_id, Case.state.in_(("noticed", "objected")))
    )
    return int(session.scalar(found.where(Notice.last_day < today)) or 0)


def open_batch_of_package(session: Session, county: str, package_id: UUID, village: str) -> UUID | None:
    """The batch opened for a village of a package, if there is one."""
    found = select(Batch.batch_id).where(
        Batch.county == county, Batch.package_id == package_id, Batch.village == village
    )
    return session.scalars(found.order_by(Batch.opened_at.desc()).limit(1)).one_or_none()


def case(session: Session, county: str, case_id: UUID) -> Case | None:
    """One case."""
    key = {"county": county, "case_id": case_id}
    return session.scalars(rows_by(Case, *key), key).one_or_none()


def excerpt(session: Session, number: str) -> Excerpt | None:
    """An excerpt of the actor's jurisdiction by its number."""
    return session.scalars(select(Excerpt).where(Excerpt.number == number)).one_or_none()


def restrictions_of_right(session: Session, county: str, right_id: UUID, asked: AsOf) -> Sequence[Restriction]:
    """The restrictions on a right as of a day, in the order of their ranks."""
    return session.scalars(_restrictions_then(), {"county": county, "right": right_id, **asked.values}).all()


@cache
def _restrictions_then() -> Select[Any]:
    found = select(Restriction).where(
        Restriction.county == bindparam("county"), Restriction.right_id == bindparam("right")
    )
    return found.where(standing_then(Restriction)).order_by(Restriction.kind, Restriction.rank)


def open_case_on(
    session: Session, county: str, subject: str, kind: str, request: Mapping[str, Any] | None = None
) -> tuple[str, UUID] | None:
    """The number and id of the case of a kind that is under way on a right or household, of one that asks for the same where
    `request` is given; None without one.
    """
    found = select(Case.number, Case.case_id).where(
        Case.county == county,
        Case.subject_code == subject,
        Case.act_kind == kind,
        Case.state.not_in(("certified", "returned", "withdrawn", "refused", "registered")),
        *(() if request is None else (Case.request == request,)),
    )
    one = session.execute(found.limit(1)).one_or_none()
    return None if one is None else (one.number, one.case_id)


def kinds_of_rights(session: Session, case: Case) -> tuple[str, ...]:
    """The kinds of right that a case concerns, its own first: an act on a household is over all that it holds."""
    if len(case.right_ids) < 2:  # a single right is of the case's own kind
        return (case.right_kind,)
    found = select(Right.kind).where(Right.county == case.county, Right.right_id.in_(case.right_ids)).distinct()
    return tuple(dict.fromkeys((case.right_kind, *sorted(session.scalars(found)))))


def events(session: Session, county: str, case_id: UUID) -> Sequence[CaseEvent]:
    """The history of a case, oldest first."""
    key = {"county": county, "case_id": case_id}
    return session.scalars(rows_by(CaseEvent, *key, order="at"), key).all()


def documents(session: Session, county: str, case_id: UUID) -> Sequence[Document]:
    """The documents in a case's folder."""
    return session.scalars(_documents(), {"county": county, "case": case_id}).all()


@cache
def _documents() -> Select[Any]:
    same = (CaseDocument.county == Document.county) & (CaseDocument.document_id == Document.document_id)
    found = select(Document).join(CaseDocument, same).where(CaseDocument.county == bindparam("county"))
    return found.where(CaseDocument.case_id == bindparam("case")).order_by(Document.put_at)


def objections(session: Session, county: str, case_id: UUID) -> Sequence[Objection]:
    """The objections to a case, oldest first."""
    key = {"county": county, "case_id": case_id}
    return session.scalars(rows_by(Objection, *key, order="raised_at"), key).all()


def certificates_of_right(session: Session, county: str, right_id: UUID) -> Sequence[Row[Certificate, CertificateEnd]]:
    """The certificates of a right, each with its end if it has one."""
    return session.execute(_certificates(), {"county": county, "right": right_id}).all()


@cache
def _certificates() -> Any:
    found = (
        select(Certificate, CertificateEnd)
        .outerjoin(
            CertificateEnd,
            (CertificateEnd.county == Certificate.county)
            & (CertificateEnd.certificate_id == Certificate.certificate_id),
        )
        .where(Certificate.county == bindparam("county"), Certificate.right_id == bindparam("right"))
    )
    return found.order_by(Certificate.issued_at)


def is_demo(session: Session) -> bool:
    """Whether this is a database of demonstration, whose papers bear 样本."""
    return bool(session.scalar(select(func.system.is_demo())))


# A right and what stands under it are found by their keys; of a household or a parcel the row of the day is taken, or, where
# it was none on that day, the row that comes nearest: a right is not shown without its holder.
_STANDING = "{x}.recorded @> CAST(:said AS timestamptz) AND {x}.valid @> CAST(:valid AS date)"
_NEAREST = """(SELECT * FROM {table} AS n WHERE n.county = x.county AND n.{key} = x.{key}
        AND n.recorded @> CAST(:said AS timestamptz)
        ORDER BY n.valid @> CAST(:valid AS date) DESC, lower(n.valid) DESC NULLS LAST LIMIT 1)"""
_HOUSEHOLD = _NEAREST.format(table="party.named", key="household_id")
_RIGHTS_ON_PARCEL = f"""
    SELECT r.*, h.name AS holder, h.code AS household_code, h.kind AS party, p.area_m2 AS parcel_area_m2
    FROM registry.right_parcel AS p
    JOIN registry."right" AS r ON r.county = p.county AND r.row_id = p.right_row AND {_STANDING.format(x="r")}
    JOIN registry.right_holder AS x ON x.county = r.county AND x.right_row = r.row_id AND {_STANDING.format(x="x")}
    LEFT JOIN LATERAL {_HOUSEHOLD} AS h ON true
    WHERE p.county = :county AND p.parcel_id = :parcel AND {_STANDING.format(x="p")}
    ORDER BY r.kind, r.code, h.code
"""
_HOLDERS_OF_RIGHT = f"""
    SELECT x.household_id, x.numerator, x.denominator, h.code, h.name, h.collective_id, h.kind AS party
    FROM registry.right_holder AS x LEFT JOIN LATERAL {_HOUSEHOLD} AS h ON true
    WHERE x.county = :county AND x.right_row = :row AND {_STANDING.format(x="x")} ORDER BY h.code
"""
_PARCELS_OF_RIGHT = f"""
    SELECT l.code, l.name, x.area_m2, x.mu, x.signed_on, l.land_class, l.basic_farmland, l.neighbour_east, l.neighbour_south,
           l.neighbour_west, l.neighbour_north
    FROM registry.right_parcel AS x
    LEFT JOIN LATERAL {_NEAREST.format(table="land.parcel", key="parcel_id")} AS l ON true
    WHERE x.county = :county AND x.right_row = :row AND {_STANDING.format(x="x")} ORDER BY x.position
"""
