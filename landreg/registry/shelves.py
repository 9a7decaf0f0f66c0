"""Reads of what has been made: certificates, acts, rights."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.core.asof import AsOf, end_of
from landreg.core.periods import BEIJING
from landreg.core.tables import in_force
from landreg.land.queries import prefixed
from landreg.party.model import Household
from landreg.registry import queries
from landreg.registry.casebook import Act, Case, Certificate, CertificateEnd
from landreg.registry.leaves.paper_rows import Paper
from landreg.registry.model import Restriction, Right

NAMED = sa.table("named", *map(sa.column, ("county", "household_id", "name", "valid", "recorded")), schema="party")
"""Every holder, of whatever kind, with each name that the register said."""
HOLDER = (
    sa.select(sa.func.coalesce(sa.func.min(NAMED.c.name), ""))
    .select_from(Right)
    .join(NAMED, sa.and_(NAMED.c.county == Right.county, NAMED.c.household_id == Right.household_id))
    .where(
        Right.county == Certificate.county,
        Right.right_id == Certificate.right_id,
        Right.recorded.contains(Certificate.issued_at),
        sa.func.upper_inf(Right.valid),
        NAMED.c.recorded.op("@>")(Certificate.issued_at),
        sa.func.upper_inf(NAMED.c.valid),
    )
    .correlate(Certificate)
    .scalar_subquery()
)
"""Who held the right of the certificate at hand when it was issued, as its paper says."""


def certificates_statement(*, within: str = "", kind: str = "", state: str = "", text: str = "") -> sa.Select[Any]:
    """Rows of certificate, its state, its end, and who held its right when it was issued, newest first. text: number or holder."""
    shown = sa.func.coalesce(CertificateEnd.state, "valid").label("state")
    columns: tuple[Any, ...] = (Certificate, shown, CertificateEnd.ended_at, HOLDER.label("holder"))
    found = sa.select(*columns).select_from(Certificate).outerjoin(CertificateEnd, _ends())
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
                held_by(text),
            )
        )
    return found.order_by(Certificate.issued_at.desc(), Certificate.number.desc())


def held_by(name: str) -> sa.ColumnElement[bool]:
    """Of the certificate at hand: whether it was issued to who bears a name, from its beginning."""
    same = sa.and_(Right.county == NAMED.c.county, Right.household_id == NAMED.c.household_id)
    bearing = (prefixed(NAMED.c.name.collate("C"), name), sa.func.upper_inf(NAMED.c.recorded))
    ever = sa.select(Right.county, Right.right_id).join(NAMED, same).where(*bearing, sa.func.upper_inf(Right.recorded))
    return sa.and_(sa.tuple_(Certificate.county, Certificate.right_id).in_(ever), issued_to(name))


def issued_to(name: str) -> sa.ColumnElement[bool]:
    """Of a certificate at hand, one of few: whether who held its right then bore the name, from its beginning."""
    return HOLDER.startswith(name, autoescape=True)


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


def act_that_ended(session: Session, household: Household) -> tuple[Act, Case | None] | None:
    """The act by which a household is no more, with its case: of a merge that of the household into which it went. None while it
    stands. household: its newest row.
    """
    if household.recorded.upper is None and household.valid.upper is None:
        return None
    by = household.act_id if household.recorded.upper is None else household.ended_by_act
    act = session.scalars(sa.select(Act).where(Act.county == household.county, Act.act_id == by)).first()
    return None if act is None else (act, cases_of_acts(session, [act]).get(act.act_id))


def cases_of_acts(session: Session, acts: Sequence[Act]) -> dict[UUID, Case]:
    """The case of each act that has one, by the act."""
    ids = [found.case_id for found in acts if found.case_id]
    by_id = {case.case_id: case for case in session.scalars(sa.select(Case).where(Case.case_id.in_(ids)))}
    return {found.act_id: by_id[found.case_id] for found in acts if found.case_id in by_id}


def rights_of_act(session: Session, county: str, act_id: UUID | None) -> Sequence[Right]:
    """The rights as an act opened them, and those whose certificate alone it replaced, in the order of their codes."""
    if act_id is None:
        return ()
    return session.scalars(_rights_of_act(), {"county": county, "act": act_id}).all()


@cache
def _rights_of_act() -> sa.Select[Any]:
    act: Any = sa.bindparam("act")
    replaced = _certified().where(CertificateEnd.act_id == act, CertificateEnd.state == "replaced")
    of_county = Right.county == sa.bindparam("county")
    # Each by its own index: of both in one condition every right would be looked through.
    opened = sa.select(Right.row_id).where(of_county, Right.act_id == act)
    certified = sa.select(Right.row_id).where(
        of_county, Right.right_id.in_(replaced.with_only_columns(Certificate.right_id))
    )
    wanted = of_county, Right.row_id.in_(sa.union(opened, certified)), in_force(Right)
    return sa.select(Right).where(*wanted).order_by(Right.kind, Right.code)


def certificates_of_act(
    session: Session, county: str, act_id: UUID
) -> Sequence[sa.Row[tuple[Certificate, CertificateEnd | None]]]:
    """The certificates that were issued for an act, and those that it ended, in the order of their rights and issues."""
    return session.execute(_certificates_of_act(), {"county": county, "act": act_id}).all()


@cache
def _certificates_of_act() -> Any:
    act: Any = sa.bindparam("act")
    of_act = sa.or_(Certificate.act_id == act, CertificateEnd.act_id == act)
    return _certified().where(of_act).order_by(Certificate.kind, Certificate.right_id, Certificate.issued_at)


def _certified() -> Any:
    ended = sa.and_(
        CertificateEnd.county == Certificate.county, CertificateEnd.certificate_id == Certificate.certificate_id
    )
    found = sa.select(Certificate, CertificateEnd).outerjoin(CertificateEnd, ended)
    return found.where(Certificate.county == sa.bindparam("county"))


def certificates_of_batch(session: Session, county: str, batch_id: UUID) -> Sequence[Any]:
    """The valid certificates issued on a batch's cases, household by household: certificate, and who holds its right."""
    same = sa.and_(Case.county == Certificate.county, Case.case_id == Certificate.case_id)
    found = sa.select(Certificate, HOLDER.label("holder")).join(Case, same)
    found = found.where(Case.county == county, Case.batch_id == batch_id, ~sa.exists().where(_ends()))
    return session.execute(found.order_by(Case.household_code, Certificate.kind, Certificate.number)).all()


def certificates_then(
    session: Session, county: str, right_id: UUID, asked: AsOf
) -> list[tuple[Certificate, CertificateEnd | None]]:
    """The certificates that a right had about a day, as said at an instant, each with its end where it had ended by then."""
    by = min(end_of(asked.valid), asked.said)
    found = queries.certificates_of_right(session, county, right_id)
    return [(one, end if end and end.ended_at <= by else None) for one, end in found if one.issued_at <= by]


def proofs_of_acts(session: Session, county: str, act_ids: Collection[UUID], asked: AsOf) -> Sequence[Paper]:
    """The certificates of registration that were handed out on acts by a day, as said at an instant, in their order."""
    by = min(end_of(asked.valid), asked.said)
    return session.scalars(_proofs(), {"county": county, "acts": list(act_ids), "by": by}).all()


@cache
def _proofs() -> sa.Select[Any]:
    acts: Any = sa.bindparam("acts", expanding=True)
    found = sa.select(Paper).join(Act, sa.and_(Act.county == Paper.county, Act.case_id == Paper.case_id))
    of_acts = Paper.county == sa.bindparam("county"), Paper.kind == "proof", Act.act_id.in_(acts)
    return found.where(*of_acts, Paper.made_at <= sa.bindparam("by")).order_by(Paper.made_at)
