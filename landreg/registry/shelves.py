"""Reads of what has been made: certificates, acts, rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.periods import BEIJING
from landreg.core.tables import in_force
from landreg.land.queries import prefixed
from landreg.registry.casebook import Act, Case, Certificate, CertificateEnd
from landreg.registry.model import Restriction, Right


def certificates_statement(*, within: str = "", kind: str = "", state: str = "", text: str = "") -> sa.Select[Any]:
    """Rows of certificate, its state, its end, and the holder's name, newest first."""
    shown = sa.func.coalesce(CertificateEnd.state, "valid").label("state")
    columns: tuple[Any, ...] = (Certificate, shown, CertificateEnd.ended_at, Case.applicant)
    found = (
        sa.select(*columns)
        .join(Case, sa.and_(Case.county == Certificate.county, Case.case_id == Certificate.case_id))
        .outerjoin(CertificateEnd, _ends())
    )
    if within:
        found = found.where(prefixed(Certificate.village, within))
    if kind:
        found = found.where(Certificate.kind == kind)
    if state:
        found = found.where(shown == state)
    if text:
        found = found.where(
            sa.or_(
                Certificate.number.contains(text, autoescape=True),
                Certificate.serial == text,
                Case.applicant.startswith(text, autoescape=True),
            )
        )
    return found.order_by(Certificate.issued_at.desc(), Certificate.number.desc())


def certificate_row(session: Session, number: str) -> Any:
    """The same for one certificate by its number, None when there is none."""
    return session.execute(certificates_statement().where(Certificate.number == number)).first()


def _ends() -> sa.ColumnElement[bool]:
    return sa.and_(
        CertificateEnd.county == Certificate.county, CertificateEnd.certificate_id == Certificate.certificate_id
    )


def acts_statement(*, within: str = "", day: date | None = None, number: str = "") -> sa.Select[Any]:
    """Acts, newest first. day: registered on that day in Beijing. number: from its beginning."""
    found = sa.select(Act)
    if within:
        found = found.where(prefixed(Act.village, within))
    if day:
        start = datetime.combine(day, time(), BEIJING)
        found = found.where(Act.registered_at >= start, Act.registered_at < start + timedelta(days=1))
    if number:
        found = found.where(prefixed(Act.number, number))
    return found.order_by(Act.registered_at.desc(), Act.number.desc())


def act_numbers(session: Session, county: str, act_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers of acts."""
    if not act_ids:
        return {}
    return {row.act_id: row.number for row in session.execute(_numbers(), {"county": county, "acts": list(act_ids)})}


@cache
def _numbers() -> Any:
    acts: Any = sa.bindparam("acts", expanding=True)
    return sa.select(Act.act_id, Act.number).where(Act.county == sa.bindparam("county"), Act.act_id.in_(acts))


def leaves_of(session: Session, numbers: Sequence[str]) -> dict[str, int | None]:
    """The place in the log of each act by its number, None while it waits to be sealed; one read for all."""
    columns = (sa.column("kind", sa.Text), sa.column("key", sa.Text), sa.column("leaf_index", sa.BigInteger))
    leaves = sa.func.log.read_leaves(list(numbers)).table_valued(*columns)
    rows = session.execute(sa.select(leaves).where(leaves.c.kind == "act"))
    return {row.key: row.leaf_index for row in rows}


def act_number(session: Session, county: str, act_id: UUID) -> str:
    """The number of an act, '' for none of the jurisdiction."""
    return act_numbers(session, county, [act_id]).get(act_id, "")


def restriction_of_act(session: Session, county: str, act_id: UUID) -> Restriction | None:
    """The restriction that an act entered or changed, as it said it; none for another act."""
    found = sa.select(Restriction).where(Restriction.county == county, Restriction.act_id == act_id)
    return session.scalars(found.order_by(sa.func.lower(Restriction.valid).desc()).limit(1)).first()


def operation_of_act(session: Session, county: str, act_id: UUID) -> Right | None:
    """The land-operation right that an act entered or changed, as it said it; none for another act."""
    found = sa.select(Right).where(Right.county == county, Right.act_id == act_id, Right.kind == "land_operation")
    return session.scalars(found.order_by(sa.func.lower(Right.valid).desc()).limit(1)).first()


def cases_of_acts(session: Session, acts: Sequence[Act]) -> dict[UUID, Case]:
    """The case of each act that has one, by the act."""
    ids = [found.case_id for found in acts if found.case_id]
    by_id = {case.case_id: case for case in session.scalars(sa.select(Case).where(Case.case_id.in_(ids)))}
    return {found.act_id: by_id[found.case_id] for found in acts if found.case_id in by_id}


def rights_of_act(session: Session, county: str, act_id: UUID | None) -> Sequence[Right]:
    """The rights as an act opened them, in the order of their codes; some acts open several."""
    if act_id is None:
        return ()
    found = sa.select(Right).where(Right.county == county, Right.act_id == act_id, in_force(Right))
    return session.scalars(found.order_by(Right.kind, Right.code)).all()
