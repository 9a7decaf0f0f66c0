"""Applying for a right in a collective's own land: the case is about the land itself, since no right stands on it yet."""

from __future__ import annotations

from typing import Any

from landreg.core.db import UnitOfWork
from landreg.law.book import Law
from landreg.registry.casework.applications import must_fit, new_case
from landreg.registry.rules.household_requests import OtherMeans

KIND = "other_means"


def case_on_land(
    uow: UnitOfWork, law: Law, county: str, village: str, asked: OtherMeans
) -> tuple[dict[str, Any], list[str]]:
    """The values of a case on a collective's own land, and the parcels that it asks for. Raises BadInput (REG-25)."""
    must_fit(law, KIND, "land", "land_operation")
    case = new_case(uow, county, village, KIND, asked)
    case |= {"right_kind": "land_operation", "subject_code": asked.code, "household_code": "", "right_ids": []}
    case |= {"applicant": asked.operator.name}
    return case, list(asked.parcels)
