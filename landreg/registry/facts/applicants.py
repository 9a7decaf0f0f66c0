"""Who applied: the holder of what a case is about, or whoever asks for something on another's right, alone or with the holder."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.registry.casebook import Case
from landreg.registry.model import Restriction
from landreg.registry.rules.renewal_requests import CHANGES
from landreg.registry.rules.requests import RELEASES, RESTRICTIONS, SEVERAL

PARTY, RESTRICTION = "party", "restriction_id"
_LAID_BY = sa.func.coalesce(
    sa.func.nullif(Case.request[PARTY].astext, ""),
    select(sa.func.min(Restriction.party))
    .where(
        Restriction.county == Case.county,
        Restriction.restriction_id == sa.cast(Case.request[RESTRICTION].astext, Restriction.restriction_id.type),
    )
    .correlate(Case)
    .scalar_subquery(),
)
FIRST_NAMED: sa.ColumnElement[str] = sa.case(
    (Case.act_kind.in_(sorted(SEVERAL)), sa.func.coalesce(_LAID_BY, Case.applicant)), else_=Case.applicant
)
"""Of the case at hand: the first of its applicants, by whom a list is ordered."""


def applicants(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[str, ...]]:
    """By case: the names of those who applied, to whom its papers go. 不动产登记暂行条例 第十四条.

    A court, an objector and a party to a dispute apply for themselves; holder and creditor, or who has an advance notice, together.
    """
    own = {case.case_id: str(case.request.get(PARTY) or "") for case in cases if case.act_kind in RESTRICTIONS}
    of = {
        case.case_id: UUID(str(case.request[RESTRICTION])) for case in cases if case.act_kind in {**RELEASES, **CHANGES}
    }
    named = _parties(session, cases[0].county, set(of.values())) if of else {}
    parties = own | {case_id: named.get(restriction, "") for case_id, restriction in of.items()}
    return {case.case_id: _applied(case, parties.get(case.case_id, "")) for case in cases}


def _applied(case: Case, party: str) -> tuple[str, ...]:
    if not party:
        return (case.applicant,)
    return (party,) if case.act_kind in SEVERAL else (case.applicant, party)


def _parties(session: Session, county: str, ids: set[UUID]) -> dict[UUID, str]:
    """By restriction: for whom it stands or stood."""
    asked = select(Restriction.restriction_id, Restriction.party)
    found = session.execute(asked.where(Restriction.county == county, Restriction.restriction_id.in_(ids)))
    return {row.restriction_id: row.party for row in found}
