"""Which parcels are no collective's land any more, and the first registrations that ask for such."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.land.parcel_queries import gone_by
from landreg.registry.casebook import Case, CaseParcel
from landreg.registry.facts.proposals import folders
from landreg.registry.rules.gone import end_5_still_the_collective_s

FIRST = "first_registration"
BACK = "ruling"
"""The paper by which what was expropriated in error, or is so no more, is registered again."""


def gone_first(session: Session, cases: Sequence[Case]) -> Mapping[UUID, Finding]:
    """By case of a first registration over ground that is gone, without a ruling in its folder: END-5."""
    asked = {case.case_id: case for case in cases if case.act_kind == FIRST}
    if not asked:
        return {}
    county = cases[0].county
    codes: dict[str, list[UUID]] = defaultdict(list)
    rows = select(CaseParcel.parcel_code, CaseParcel.case_id).where(
        CaseParcel.county == county, CaseParcel.case_id.in_(asked)
    )
    for code, case_id in session.execute(rows):
        codes[code].append(case_id)
    of_case: dict[UUID, dict[str, str]] = defaultdict(dict)
    for one in gone_by(session, county, list(codes)):
        for case_id in codes[one.parcel_code]:
            of_case[case_id][one.parcel_code] = one.number
    held = folders(session, county, list(of_case)) if of_case else {}
    found = {
        case_id: end_5_still_the_collective_s(gone, "parcels", asked[case_id].number)
        for case_id, gone in of_case.items()
        if BACK not in held[case_id]
    }
    return {case_id: finding for case_id, finding in found.items() if finding is not None}
