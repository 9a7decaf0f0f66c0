"""What the red flags are asked of where one officer's word counts for much: assemblies and secured sums."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access.queries import names_of
from landreg.audit.queries import Asked, narrowed
from landreg.audit.rules import Assembly, Fact, SumRaised
from landreg.registry.casebook import Act, Case
from landreg.registry.model import Restriction, Right
from landreg.registry.roster_model import Roster
from landreg.registry.roster_queries import persons_counted


def assemblies(session: Session, asked: Asked) -> Iterator[Fact]:
    """Rosters on which the members decided, with the persons whom the register has in their collective's households today."""
    found = narrowed(sa.select(Roster).where(Roster.decided_at.is_not(None)), asked, Roster.village, Roster.decided_at)
    rosters = session.scalars(found).all()
    names = names_of(session, {row.decided_by for row in rosters if row.decided_by})
    for row in rosters:
        cases = _cases(session, row)
        counted = persons_counted(session, row.county, row.collective_id)
        yield Assembly(
            row.village, row.number, row.decided_at, cases, names.get(row.decided_by, "—"), row.members or 0, counted
        )


def _cases(session: Session, roster: Roster) -> tuple[str, ...]:
    """The numbers of the cases of a roster's batch."""
    found = sa.select(Case.number).where(Case.county == roster.county, Case.batch_id == roster.batch_id)
    return tuple(session.scalars(found.order_by(Case.number))) if roster.batch_id else ()


def sums(session: Session, asked: Asked) -> Iterator[Fact]:
    """Mortgages whose secured sum an act changed, row after row."""
    r = Restriction
    order = (sa.func.lower(r.recorded), sa.func.lower(r.valid))
    before = sa.func.lag(r.amount).over(partition_by=(r.county, r.restriction_id), order_by=order)
    rows = sa.select(r.county, r.village, r.right_id, r.act_id, r.amount.label("after"), before.label("before"))
    of = rows.where(r.kind == "mortgage").subquery()
    code = (
        sa.select(sa.func.max(Right.code))
        .where(Right.county == of.c.county, Right.right_id == of.c.right_id)
        .scalar_subquery()
    )
    found = (
        sa.select(of.c.village, code.label("code"), of.c.before, of.c.after, Act.registered_at, Case.number)
        .join(Act, sa.and_(Act.county == of.c.county, Act.act_id == of.c.act_id))
        .outerjoin(Case, sa.and_(Case.county == Act.county, Case.case_id == Act.case_id))
        .where(of.c.before > 0, of.c.after > of.c.before)
    )
    for row in session.execute(narrowed(found, asked, of.c.village, Act.registered_at)):
        cases = (row.number,) if row.number else ()
        yield SumRaised(row.village, row.code, row.registered_at, cases, row.before, row.after)


FACTS = (assemblies, sums)
"""What each is a fact of: `facts.all_facts` reads them beside the others."""
