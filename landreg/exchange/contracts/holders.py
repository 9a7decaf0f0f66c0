"""Who holds the land of a signed contract today, as its pages tell both sides and the desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.exchange.contracts import held_queries
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.contracts.rules.held import Held, held_otherwise
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings.rules.land import MOVING
from landreg.exchange.listings.rules.units import of_whole


def holders(session: Session, found: Whole, *, own: bool) -> list[Held]:
    """Of the land that a household let by this contract what another holds by now, or it itself under another name; nothing where
    the contract moves the right itself, or passes on what others let. own: asked by a party of the contract.
    """
    row = found.contract
    return _of(found, held_queries.held_now(session, row.county, row.contract_id, own=own)) if _lets(found) else []


def of_takers(session: Session, taken: Iterable[Whole]) -> dict[UUID, list[Held]]:
    """The same of the contracts that have not ended of those of which the actor is the taker, by contract."""
    asked: dict[str, dict[UUID, Whole]] = {}
    for found in taken:
        if _lets(found) and found.contract.state != "ended":
            asked.setdefault(found.contract.county, {})[found.contract.contract_id] = found
    return {
        contract_id: _of(wholes[contract_id], ground)
        for county, wholes in asked.items()
        for contract_id, ground in held_queries.held_now_of_own(session, county, list(wholes)).items()
    }


def out_of_right(session: Session, found: Whole, *, own: bool) -> list[str]:
    """Of the land that a household lets by a contract that has not ended: the parcels that lie under no contract right by now, as
    that was cancelled. own: asked by a party of the contract.
    """
    row = found.contract
    if not _lets(found) or row.state == "ended":
        return []
    held = {one.parcel_code for one in held_queries.held_now(session, row.county, row.contract_id, own=own)}
    return [one.parcel_code for one in found.parcels if one.parcel_code not in held]


def _of(found: Whole, ground: Sequence[Any]) -> list[Held]:
    row = found.contract
    if row.household_id is None:
        return []
    by_area = of_whole(row.unit) or not all(one.price for one in found.parcels)
    worth = {one.parcel_code: one.area_m2 * (1 if by_area else one.price) for one in found.parcels}
    return held_otherwise((row.household_id, row.household_name), ground, worth)


def _lets(found: Whole) -> bool:
    row = found.contract
    lets = row.household_id is not None and row.relation != "retransfer" and row.kind not in MOVING
    return lets and row.state not in (*UNSIGNED, "withdrawn")
