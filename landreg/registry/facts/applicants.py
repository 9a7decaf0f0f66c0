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

TAKEN_BY = ("assignment", "household_merge")
"""Acts by which another household comes to the land, or comes along, whom their request names."""
BY_OTHERS = SEVERAL | {"correction"}
"""Acts for which somebody else than the holder applies alone, where their request names them."""
NAMED = {*RESTRICTIONS, "correction"}
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
    (Case.act_kind.in_(sorted(BY_OTHERS)), sa.func.coalesce(_LAID_BY, Case.applicant)), else_=Case.applicant
)
"""Of the case at hand: the first of its applicants, by whom a list is ordered."""


def applicants(session: Session, cases: Sequence[Case]) -> dict[UUID, tuple[str, ...]]:
    """By case: the names of those who applied, to whom its papers go. 不动产登记暂行条例 第十四条.

    A court, an objector, a party to a dispute and who is interested in a correction apply for themselves; holder and creditor, or
    who has an advance notice, together, and so do the two households of an assignment, an exchange or a merge.
    """
    own = {case.case_id: str(case.request.get(PARTY) or "") for case in cases if case.act_kind in NAMED}
    of = {
        case.case_id: UUID(str(case.request[RESTRICTION])) for case in cases if case.act_kind in {**RELEASES, **CHANGES}
    }
    named = _parties(session, cases[0].county, set(of.values())) if of else {}
    parties = own | {case_id: named.get(restriction, "") for case_id, restriction in of.items()}
    parties |= _households(session, cases)
    return {case.case_id: _applied(case, parties.get(case.case_id, "")) for case in cases}


def _applied(case: Case, party: str) -> tuple[str, ...]:
    if not party:
        return (case.applicant,)
    return (party,) if case.act_kind in BY_OTHERS else (case.applicant, party)


def _households(session: Session, cases: Sequence[Case]) -> dict[UUID, str]:
    """By case: the household on the other side, by its last name in the register."""
    taking = {one.case_id: UUID(str(one.request["household_id"])) for one in cases if one.act_kind in TAKEN_BY}
    giving = {one.case_id: UUID(str(one.request["right_id"])) for one in cases if one.act_kind == "exchange"}
    if not taking and not giving:
        return {}
    asked = {"county": cases[0].county, "households": [*taking.values()], "rights": [*giving.values()]}
    named = {row.id: str(row.name) for row in session.execute(sa.text(_OTHER_SIDES), asked)}
    return {case_id: named.get(of, "") for case_id, of in (*taking.items(), *giving.items())}


def _parties(session: Session, county: str, ids: set[UUID]) -> dict[UUID, str]:
    """By restriction: for whom it stands or stood."""
    asked = select(Restriction.restriction_id, Restriction.party)
    found = session.execute(asked.where(Restriction.county == county, Restriction.restriction_id.in_(ids)))
    return {row.restriction_id: row.party for row in found}


_OTHER_SIDES = """
    (SELECT DISTINCT ON (n.household_id) n.household_id AS id, n.name FROM party.named AS n
     WHERE n.county = :county AND n.household_id = ANY (:households) AND upper_inf(n.recorded)
     ORDER BY id, lower(n.valid) DESC)
    UNION ALL
    (SELECT DISTINCT ON (r.right_id) r.right_id AS id, n.name FROM registry."right" AS r
     JOIN party.named AS n ON n.county = r.county AND n.household_id = r.household_id AND upper_inf(n.recorded)
     WHERE r.county = :county AND r.right_id = ANY (:rights) AND upper_inf(r.recorded)
     ORDER BY id, lower(r.valid) DESC, lower(n.valid) DESC)
"""
