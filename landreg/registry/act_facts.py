"""Facts for acts of change: what each case asks for, and what the register says of it now; a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.core.codes import masked_name
from landreg.law.book import act_type
from landreg.registry import standing
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects import acts as effects
from landreg.registry.rules.acts import ActFacts, Restricted, Taker
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    HouseholdChange,
    Release,
    RestrictionAsked,
    read,
)


@dataclass(frozen=True)
class InForce:
    """The rows behind a case: its right, its household, the restrictions on its rights, and the taker's own right."""

    bundle: RightBundle | None
    household: standing.HouseholdInForce | None
    restrictions: tuple[Standing, ...]
    onto: RightBundle | None = None


@dataclass(frozen=True)
class ActProposal:
    """What a case asks to have changed: the rows in force, and the facts that its rules judge."""

    case: Case
    in_force: InForce
    facts: ActFacts

    def changes(self, on: date) -> Changes:
        """What the act will do. Raises ValueError where the right or household is gone: REG-21 says so first."""
        asked, rows, case = self.facts.asked, self.in_force, self.case
        if isinstance(asked, HouseholdChange) and rows.household is not None:
            household = rows.household
            return effects.change_household(household.household, household.members, case.right_ids, asked, on, uuid4)
        if rows.bundle is not None:
            match asked:
                case Assignment():
                    return effects.assign(rows.bundle, rows.onto, asked, on, uuid4)
                case Cancellation():
                    return effects.cancel(rows.bundle, asked, on, uuid4)
                case RestrictionAsked():
                    rank = 1 + max((r.rank for r in self.facts.restrictions if r.kind == asked.kind), default=0)
                    return effects.restrict(rows.bundle, asked, rank, on, uuid4)
                case Release():
                    return effects.release(rows.restrictions, asked, on, uuid4)
            return effects.reissue(case.right_ids, on)
        raise ValueError(f"{case.subject_code} is not in force")


def act_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on acts of change."""
    if not cases:
        return []
    county = cases[0].county
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    taking = [a.household_id for a in asked.values() if isinstance(a, Assignment)]
    takers = {row.household_id: row for row in session.execute(text(_TAKERS), {"county": county, "ids": taking})}
    held = standing.rights_held(session, county, taking, "contract_management")
    own = {household: next(iter(rights)) for household, rights in held.items()}
    right_ids = list({right_id for case in cases for right_id in case.right_ids} | set(own.values()))
    bundles = standing.rights(session, county, right_ids)
    restricted = standing.restrictions(session, county, right_ids)
    households = standing.households(session, county, [case.household_code for case in cases])
    folders = _folders(session, county, [case.case_id for case in cases])
    elsewhere = _elsewhere(session, county, asked)
    return [
        _proposal(
            case,
            asked[case.case_id],
            InForce(
                bundles.get(case.right_ids[0]) if act_type(case.act_kind).on == "right" else None,
                households.get(case.household_code),
                tuple(row for right_id in case.right_ids for row in restricted.get(right_id, ())),
                bundles.get(own.get(_taker_id(asked[case.case_id]), UUID(int=0))),
            ),
            folders[case.case_id],
            elsewhere.get(case.case_id, {}),
            takers.get(_taker_id(asked[case.case_id])),
        )
        for case in cases
    ]


def _taker_id(asked: Any) -> UUID:
    return asked.household_id if isinstance(asked, Assignment) else UUID(int=0)


def _proposal(
    case: Case, asked: Any, rows: InForce, folder: frozenset[str], elsewhere: Mapping[str, str], taker: Any
) -> ActProposal:
    kind, bundle, household = act_type(case.act_kind), rows.bundle, rows.household
    return ActProposal(
        case,
        rows,
        ActFacts(
            act_kind=case.act_kind,
            code=case.subject_code,
            asked=asked,
            in_force=household is not None if kind.on == "household" else bundle is not None,
            right_kind=case.right_kind if kind.on == "right" else "",
            missing=tuple(document for document in kind.documents if document not in folder),
            restrictions=tuple(
                Restricted(row.row["restriction_id"], row.row["kind"], row.row["party"], row.row["rank"])
                for row in rows.restrictions
            ),
            members={m.row["member_id"]: m.row["holds_right"] for m in household.members} if household else {},
            elsewhere=elsewhere,
            parcels=tuple(bundle.codes.values()) if bundle else (),
            collective=str(household.household.row["collective_id"]) if household else "",
            holder=bundle.right.row["household_id"] if bundle else None,
            term=_term(bundle),
            taker=None
            if taker is None
            else Taker(taker.code, str(taker.collective_id), taker.members, _term(rows.onto)),
        ),
    )


def _term(bundle: RightBundle | None) -> tuple[date, date] | None:
    term = None if bundle is None else bundle.right.row["term"]
    return None if term is None else (term.lower, term.upper)


def _folders(session: Session, county: str, case_ids: Sequence[UUID]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    for row in session.execute(text(_FOLDERS), {"county": county, "ids": list(case_ids)}):
        found[row.case_id].add(row.kind)
    return {case_id: frozenset(found[case_id]) for case_id in case_ids}


def _elsewhere(session: Session, county: str, asked: Mapping[UUID, Any]) -> dict[UUID, dict[str, str]]:
    """By case: masked names of those who join, to the household that the register has them in and that they do not leave."""
    joining = {
        person: (case_id, change)
        for case_id, change in asked.items()
        if isinstance(change, HouseholdChange)
        for person in (join.person_id for join in change.joins)
    }
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for row in session.execute(text(_ELSEWHERE), {"county": county, "persons": list(joining)}):
        case_id, change = joining[row.person_id]
        if row.member_id not in change.leaving:
            found[case_id][masked_name(row.name_masked)] = row.code
    return found


_TAKERS = """
    SELECT h.household_id, h.code, h.collective_id,
           (SELECT count(*) FROM party.member AS m WHERE m.county = h.county AND m.household_id = h.household_id
            AND m.holds_right AND upper_inf(m.recorded) AND upper_inf(m.valid)) AS members
    FROM party.household AS h
    WHERE h.county = :county AND h.household_id = ANY (:ids) AND upper_inf(h.recorded) AND upper_inf(h.valid)
"""
_FOLDERS = """
    SELECT f.case_id, d.kind FROM registry.case_document AS f
    JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id
    WHERE f.county = :county AND f.case_id = ANY (:ids)
"""
_ELSEWHERE = """
    SELECT r.person_id, r.member_id, p.name_masked, r.household_code AS code
    FROM party.households_of(:county, :persons) AS r JOIN identity.person AS p ON p.person_id = r.person_id
"""
