"""First registration: the rows that confirm a right for the first time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from landreg.core.periods import Period
from landreg.core.units import mu_of
from landreg.registry.effects.changes import Changes, Opened
from landreg.registry.rules.homestead import Confirmed


@dataclass(frozen=True)
class ParcelOfRight:
    """A parcel that goes under a right, with the area that the right rests on."""

    parcel_id: UUID
    code: str
    area_m2: Decimal


@dataclass(frozen=True)
class ContractRegistration:
    """A contract whose right is confirmed for the first time."""

    county: str
    village: str
    contract_id: UUID
    right_id: UUID
    right_row: UUID
    code: str
    collective_id: UUID
    household_id: UUID
    mode: str
    term: Period
    signed_on: date | None
    area_m2: Decimal
    mu: Decimal
    parcels: tuple[ParcelOfRight, ...]


@dataclass(frozen=True)
class HomesteadRegistration:
    """A homestead whose use right is confirmed for the first time."""

    county: str
    village: str
    right_id: UUID
    right_row: UUID
    code: str
    unit_code: str
    household_id: UUID
    parcel: ParcelOfRight
    confirmed: Confirmed
    footprint_m2: Decimal | None
    floor_area_m2: Decimal | None
    floors: int | None
    built_on: date | None
    nature: str
    registered_on: date


def register_contract(facts: ContractRegistration) -> Changes:
    """First registration of a contract-management right: the contract, the right, its holder and its parcels.

    The right is valid from the contract's first day (农村土地承包法 23): registration confirms it. Its total in mu is the
    one that was signed, added up or converted: no paper of the register says another.
    """
    contract = {
        "row_id": facts.contract_id,
        "contract_id": facts.contract_id,
        "code": facts.code,
        "collective_id": facts.collective_id,
        "household_id": facts.household_id,
        "mode": facts.mode,
        "term": facts.term,
        "signed_on": facts.signed_on,
        "area_m2": facts.area_m2,
        "mu": facts.mu,
    }
    right = {
        "row_id": facts.right_row,
        "right_id": facts.right_id,
        "kind": "contract_management",
        "code": facts.code,
        "household_id": facts.household_id,
        "contract_id": facts.contract_id,
        "term": facts.term,
        "area_m2": facts.area_m2,
        "mu": facts.mu,
        "nature": facts.mode,
    }
    return Changes(
        opens=(
            Opened("contract", contract),
            Opened("right", right),
            _holder(facts, "contract_management"),
            *_parcels(facts.right_row, facts.parcels, "contract_management"),
        ),
        valid_from=facts.term.start,
    )


def register_homestead(facts: HomesteadRegistration) -> Changes:
    """First registration of a homestead use right over the confirmed area; the excess is noted apart (HS-2)."""
    parcel = ParcelOfRight(facts.parcel.parcel_id, facts.parcel.code, facts.confirmed.area_m2)
    right = {
        "row_id": facts.right_row,
        "right_id": facts.right_id,
        "kind": "homestead",
        "code": facts.unit_code,
        "household_id": facts.household_id,
        "area_m2": facts.confirmed.area_m2,
        "mu": mu_of(facts.confirmed.area_m2),
        "excess_m2": facts.confirmed.excess_m2,
        "confirmed_by": facts.confirmed.basis,
        "footprint_m2": facts.footprint_m2,
        "floor_area_m2": facts.floor_area_m2,
        "floors": facts.floors,
        "built_on": facts.built_on,
        "nature": facts.nature,
    }
    return Changes(
        opens=(Opened("right", right), _holder(facts, "homestead"), *_parcels(facts.right_row, (parcel,), "homestead")),
        valid_from=facts.registered_on,
    )


def _holder(facts: ContractRegistration | HomesteadRegistration, kind: str) -> Opened:
    return Opened(
        "right_holder",
        {
            "right_row": facts.right_row,
            "household_id": facts.household_id,
            "kind": kind,
            "numerator": 1,
            "denominator": 1,
        },
    )


def _parcels(right_row: UUID, parcels: tuple[ParcelOfRight, ...], kind: str) -> tuple[Opened, ...]:
    return tuple(
        Opened(
            "right_parcel",
            {
                "right_row": right_row,
                "parcel_id": parcel.parcel_id,
                "kind": kind,
                "position": position,
                "area_m2": parcel.area_m2,
                "mu": mu_of(parcel.area_m2),
            },
        )
        for position, parcel in enumerate(parcels, 1)
    )
