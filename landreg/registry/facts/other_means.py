"""Facts for land-operation rights by other means: a collective's own land, its contractor, and what stands on the land already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.core.codes import ISSUER
from landreg.core.tables import in_force
from landreg.land.parcel_queries import gone_by
from landreg.law.book import act_type
from landreg.party.model import Collective, Household
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, Standing
from landreg.registry.effects import other_means as effects
from landreg.registry.facts.ground import bundles_on, parcels_in_force
from landreg.registry.facts.operation import known_names
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking
from landreg.registry.rules.household_requests import OtherMeans
from landreg.registry.rules.other_means import OtherMeansFacts
from landreg.registry.rules.requests import read

FARMLAND = ("collective", "contracted")
"""Kinds of parcel that a collective may give out: farmland that no household has under contract, or has no more."""


def other_means_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases on a collective's own land, in a fixed number of queries."""
    county = cases[0].county
    asked: dict[UUID, OtherMeans] = {case.case_id: read(case.act_kind, case.request) for case in cases}  # type: ignore[misc]
    found = parcels_in_force(session, county, [code for one in asked.values() for code in one.parcels])
    on = bundles_on(session, county, [one.row["parcel_id"] for one in found.values()])
    under = {
        code: on[one.row["parcel_id"]][0].right.row["code"]
        for code, one in found.items()
        if on.get(one.row["parcel_id"])
    }
    gone = {one.parcel_code: one.number for one in gone_by(session, county, list(found))}
    collectives = _collectives(session, county, [code[:ISSUER] for code in found])
    holders = [one.operator.holder_id for one in asked.values()]
    known, homes = known_names(session, county, holders), _homes(session, county, holders)
    papers = folders(session, county, [case.case_id for case in cases])
    made = []
    for case in cases:
        one = asked[case.case_id]
        land = {code: found[code] for code in one.parcels if code in found and found[code].row["kind"] in FARMLAND}
        issuer = _only({code[:ISSUER] for code in one.parcels})
        collective = collectives.get(issuer)
        facts = OtherMeansFacts(
            act_kind=case.act_kind,
            code=case.subject_code,
            asked=one,
            right_kind=case.right_kind,
            missing=papers_lacking(case, act_type(case.act_kind), papers[case.case_id]),
            parcels=tuple(land),
            collective=str(collective) if collective else "",
            known_name=known.get(one.operator.holder_id, ""),
            under={code: under[code] for code in one.parcels if code in under},
            gone={code: gone[code] for code in one.parcels if code in gone},
            inside=collective is not None and homes.get(one.operator.holder_id) == collective,
        )
        effect = partial(_changes, case, one, collective, tuple(land.values()), bool(facts.known_name))
        made.append(ActProposal(case, InForce(None, None, ()), facts, effect))
    return made


def member_of(session: Session, county: str, household_id: UUID, code: str) -> bool:
    """Whether a household is of the collective of a code, as the register has both now."""
    collective = _collectives(session, county, [code]).get(code)
    return collective is not None and _homes(session, county, [household_id]).get(household_id) == collective


def _changes(
    case: Case, asked: OtherMeans, collective: UUID | None, land: Sequence[Standing], known: bool, on: date
) -> Changes:
    if collective is None:
        raise ValueError(f"{case.subject_code} is of no collective")
    return effects.register(collective, case.village, land, asked, known, on, uuid4)


def _only(codes: set[str]) -> str:
    return codes.pop() if len(codes) == 1 else ""


def _collectives(session: Session, county: str, codes: Sequence[str]) -> dict[str, UUID]:
    """By code: the collectives in force."""
    found = select(Collective.code, Collective.collective_id).where(
        Collective.county == county, Collective.code.in_(codes), in_force(Collective)
    )
    return dict(session.execute(found).all())


def _homes(session: Session, county: str, holders: Sequence[UUID]) -> dict[UUID, UUID]:
    """By household among these holders: its collective."""
    found = select(Household.household_id, Household.collective_id).where(
        Household.county == county, Household.household_id.in_(holders), in_force(Household)
    )
    return dict(session.execute(found).all())
