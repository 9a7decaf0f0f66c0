"""Facts for acts on land-operation rights: the contract right they come from, the parcels, and who is to hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from landreg.core.tables import in_force
from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes
from landreg.registry.effects import operation as effects
from landreg.registry.facts import standing
from landreg.registry.facts.households import FILED
from landreg.registry.facts.operating import operated
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted, term_of
from landreg.registry.model import Right, RightParcel
from landreg.registry.rules.household_requests import (
    LandOperation,
    LandOperationChange,
    LandOperationEnd,
    of_other_means,
)
from landreg.registry.rules.operation import OperationFacts
from landreg.registry.rules.requests import read

CONSENT = "contractor_consent"


@dataclass(frozen=True)
class Source:
    """The contract right that some parcels lie under: its id, holder, and term."""

    right_id: UUID
    household_id: UUID
    term: tuple[date, date] | None


def operation_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on land-operation rights, in a fixed number of queries."""
    county = cases[0].county
    asked = {case.case_id: read(case.act_kind, case.request) for case in cases}
    bundles = standing.rights(session, county, list({right for case in cases for right in case.right_ids}))
    restrictions = standing.restrictions(session, county, list(bundles))
    parcels = [parcel for bundle in bundles.values() for parcel in bundle.codes]
    papers = folders(session, county, [case.case_id for case in cases])
    stands, sources = operated(session, county, parcels), sources_of(session, county, parcels)
    named = [one.operator for one in asked.values() if isinstance(one, (LandOperation, LandOperationChange))]
    operators = [operator.holder_id for operator in named if operator is not None]
    known = known_names(session, county, operators)
    return [
        _proposal(
            case,
            asked[case.case_id],
            InForce(
                bundles.get(case.right_ids[0]),
                None,
                tuple(row for right in case.right_ids for row in restrictions.get(right, ())),
            ),
            papers[case.case_id],
            stands,
            sources,
            known,
        )
        for case in cases
    ]


def sources_of(session: Session, county: str, parcel_ids: Sequence[UUID]) -> dict[UUID, Source]:
    """By parcel: the contract right in force that it lies under."""
    found = (
        select(RightParcel.parcel_id, Right.right_id, Right.household_id, Right.term)
        .join(Right, (Right.county == RightParcel.county) & (Right.row_id == RightParcel.right_row))
        .where(RightParcel.county == county, RightParcel.parcel_id.in_(parcel_ids), in_force(RightParcel))
        .where(in_force(Right), Right.kind == "contract_management")
    )
    return {
        row.parcel_id: Source(
            row.right_id, row.household_id, None if row.term is None else (row.term.lower, row.term.upper)
        )
        for row in session.execute(found)
    }


def _proposal(
    case: Case,
    asked: Any,
    rows: InForce,
    folder: frozenset[str],
    stands: Mapping[UUID, str],
    sources: Mapping[UUID, Source],
    known: Mapping[UUID, str],
) -> ActProposal:
    bundle, operator = rows.bundle, getattr(asked, "operator", None)
    under = [sources[parcel] for parcel in bundle.codes if parcel in sources] if bundle else []
    terms = [source.term for source in under if source.term is not None]
    of_own = of_other_means(case.right_kind, case.subject_code)
    facts = OperationFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=bundle is not None,
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(rows.restrictions),
        parcels=tuple(bundle.codes.values()) if bundle else (),
        holder=bundle.right.row["household_id"] if bundle else None,
        term=term_of(bundle),
        contract_term=min(terms, key=lambda term: term[1], default=None),
        operated={code: stands[parcel] for parcel, code in bundle.codes.items() if parcel in stands} if bundle else {},
        filed=of_own or FILED in folder,
        consented=of_own or CONSENT in folder,
        of_collective=of_own,
        contractors=frozenset(source.household_id for source in under)
        if case.right_kind == "land_operation"
        else frozenset(),
        known_name=known.get(operator.holder_id, "") if operator else "",
    )
    return ActProposal(case, rows, facts, partial(_changes, case, asked, rows, bool(facts.known_name)))


def _changes(case: Case, asked: Any, rows: InForce, known: bool, on: date) -> Changes:
    bundle = rows.bundle
    if bundle is not None:
        match asked:
            case LandOperation():
                return effects.register(bundle, asked, known, on, uuid4)
            case LandOperationChange():
                return effects.change(bundle, asked, known, on, uuid4)
            case LandOperationEnd():
                return effects.end(bundle, asked, on, uuid4)
    raise ValueError(f"{case.subject_code} is not in force")


def known_names(session: Session, county: str, holder_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of those of the holders whom the register has."""
    if not holder_ids:
        return {}
    rows = session.execute(text(_KNOWN), {"county": county, "ids": list(holder_ids)})
    return {row.household_id: str(row.name) for row in rows}


_KNOWN = """
    SELECT n.household_id, n.name FROM party.named AS n
    WHERE n.county = :county AND n.household_id = ANY (:ids) AND upper_inf(n.recorded) AND upper_inf(n.valid)
"""
