"""Reads for the forms of acts on households: who else is in the collective, what may be exchanged, who operates land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, column, func, select, table
from sqlalchemy.orm import Session, aliased

from landreg.core.asof import AsOf
from landreg.core.periods import DAY
from landreg.core.tables import in_force, standing_then
from landreg.land.model import Parcel
from landreg.party.model import Holder, Household
from landreg.registry.effects import RightBundle
from landreg.registry.facts import standing
from landreg.registry.model import Right, RightParcel
from landreg.registry.rules.household_requests import new_holder

MOST = 1000
"""Households of a collective that a form offers; a collective has some dozens."""


@dataclass(frozen=True)
class LandOf:
    """A right with its parcels: id, code, term as first day and day after the last; parcels by code, their name, and mu."""

    right_id: UUID
    code: str
    term: tuple[date, date] | None
    parcels: Sequence[tuple[str, str, Any]]

    @property
    def last(self) -> date | None:
        """The last day of its term."""
        return None if self.term is None else self.term[1] - DAY


def land_of(session: Session, county: str, household_id: UUID) -> list[LandOf]:
    """The contract rights that a household holds."""
    held = standing.rights_held(session, county, [household_id], "contract_management").get(household_id, {})
    found = standing.rights(session, county, list(held))
    return [land_under(session, county, bundle) for bundle in found.values()]


def land_under(session: Session, county: str, bundle: RightBundle) -> LandOf:
    """A right with its parcels."""
    called = parcel_names(session, county, list(bundle.codes))
    term = bundle.right.row["term"]
    parcels = [
        (bundle.codes[(one := parcel.row)["parcel_id"]], called.get(one["parcel_id"], ""), one["mu"])
        for parcel in bundle.parcels
    ]
    return LandOf(bundle.right_id, bundle.right.row["code"], (term.lower, term.upper) if term else None, parcels)


def parcel_names(session: Session, county: str, parcel_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What people call these parcels."""
    found = select(Parcel.parcel_id, Parcel.name).where(
        Parcel.county == county, Parcel.parcel_id.in_(parcel_ids), in_force(Parcel)
    )
    return {row[0]: row[1] or "" for row in session.execute(found)}


def households_of(session: Session, county: str, collective_id: UUID, but: str) -> list[tuple[str, str]]:
    """The other households of a collective, as code and name, in the order of their codes."""
    found = select(Household.code, Household.name).where(
        Household.county == county, Household.collective_id == collective_id, in_force(Household), Household.code != but
    )
    return [(row[0], row[1]) for row in session.execute(found.order_by(Household.code).limit(MOST))]


_NAMED = table(
    "named", *(column(name) for name in ("county", "household_id", "kind", "name", "valid", "recorded")), schema="party"
)


def beside(session: Session, right: Right, asked: AsOf) -> Sequence[Row[Any]]:
    """The other rights on a right's parcels as of a day: the land-operation rights on contracted land, and the reverse.

    Each with id, kind, code, term, and its holder's name and kind.
    """
    keys = {"county": right.county, "row": right.row_id, "right": right.right_id}
    return session.execute(_beside(), keys | asked.values).all()


@cache
def _beside() -> Select[Any]:
    own, other = aliased(RightParcel), aliased(RightParcel)
    found = (
        select(Right.right_id, Right.kind, Right.code, Right.term, _NAMED.c.name, _NAMED.c.kind.label("party"))
        .join(other, (other.county == Right.county) & (other.right_row == Right.row_id))
        .join(own, (own.county == other.county) & (own.parcel_id == other.parcel_id))
        .outerjoin(
            _NAMED,
            (_NAMED.c.county == Right.county)
            & (_NAMED.c.household_id == Right.household_id)
            & func.upper_inf(_NAMED.c.recorded)
            & func.upper_inf(_NAMED.c.valid),
        )
        .where(
            own.county == bindparam("county"), own.right_row == bindparam("row"), Right.right_id != bindparam("right")
        )
        .where(standing_then(Right))
    )
    return found.distinct().order_by(Right.kind, Right.code)


def household_of(session: Session, code: str) -> Household | None:
    """A household in force by its code."""
    return session.scalars(select(Household).where(Household.code == code, in_force(Household))).one_or_none()


def holder_of(session: Session, county: str, code: str = "", person_id: UUID | None = None) -> Holder | None:
    """The organisation of a social credit code, or the person, as a holder in force."""
    of = Holder.person_id == person_id if person_id else (Holder.code == code) & (Holder.code != "")
    found = select(Holder).where(Holder.county == county, in_force(Holder), of)
    return session.scalars(found.order_by(func.lower(Holder.recorded)).limit(1)).first()


def holder_id_of(session: Session, county: str, code: str = "", person_id: UUID | None = None) -> UUID:
    """Under which id the register has the organisation or the person, or enters them."""
    known = holder_of(session, county, code, person_id)
    return known.holder_id if known else new_holder(county, str(person_id or code))


def operation_codes_used(session: Session, county: str, code: str) -> int:
    """How many land-operation rights ever came out of the contract right of a code."""
    found = select(func.count(func.distinct(Right.right_id))).where(
        Right.county == county, Right.kind == "land_operation", Right.code >= f"{code}L", Right.code < f"{code}L~"
    )
    return int(session.scalar(found) or 0)
