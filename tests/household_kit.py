"""Acts on households as tests apply for them: members and parcels of the small village by their places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.registry import applications, documents, standing
from landreg.registry.rules.household_requests import Branch, Division, Placed
from landreg.registry.rules.requests import Request
from tests.registry_kit import HOUSEHOLD, put_papers
from tests.villages import COUNTY, VILLAGE

SECOND = f"{VILLAGE}010002"
NOW = "upper_inf(x.recorded) AND upper_inf(x.valid)"


def members(actor: Actor, household: str = HOUSEHOLD) -> list[UUID]:
    """The members of a household in their order."""
    with unit_of_work(actor) as uow:
        found = standing.households(uow.session, COUNTY, [household])[household].members
        return [row.row["member_id"] for row in found]


def parcels(actor: Actor, right: UUID) -> list[str]:
    """The parcels of a right in their order."""
    with unit_of_work(actor) as uow:
        bundle = standing.rights(uow.session, COUNTY, [right])[right]
        return [bundle.codes[row.row["parcel_id"]] for row in bundle.parcels]


def household_id(actor: Actor, code: str) -> UUID:
    """The id of a household by its code."""
    with unit_of_work(actor) as uow:
        found: UUID = standing.households(uow.session, COUNTY, [code])[code].household.row["household_id"]
        return found


def branch(actor: Actor, right: UUID, household: str = HOUSEHOLD, **changed: Any) -> Branch:
    """The second member of a household goes with the second parcel."""
    serial = int(household[-4:])
    member = members(actor, household)[1]
    given: dict[str, Any] = {"code": "", "representative": member, "name": f"成员{serial}之2"}
    given |= {"members": (Placed(member, "02"),), "parcels": tuple(parcels(actor, right)[1:])}
    return Branch(**(given | changed))


def division(actor: Actor, right: UUID, household: str = HOUSEHOLD, **changed: Any) -> Division:
    """That member divides from the household."""
    return Division((branch(actor, right, household, **changed),), "division", date(2026, 1, 5))


def asked_for(
    actor: Actor,
    kind: str,
    asked: Request,
    *,
    right: UUID | None = None,
    household: str = HOUSEHOLD,
    more: Sequence[str] = (),
) -> UUID:
    """A case with its papers, and with more than those that every case of its kind asks for."""
    case = (
        applications.apply_on_household(actor, household, kind, asked)
        if right is None
        else applications.apply_on_right(actor, COUNTY, right, kind, asked)
    )
    put_papers(actor, case, kind)
    with unit_of_work(actor) as uow:
        for paper in more:
            documents.enter(
                uow, county=COUNTY, village=VILLAGE, sha256="00" * 32, size=1, kind=paper, name=f"{paper}.pdf", cases=[case]
            )  # fmt: skip
    return case
