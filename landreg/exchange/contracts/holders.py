"""Who holds the land of a signed contract today, as its pages tell both sides and the desk."""

from __future__ import annotations

from sqlalchemy.orm import Session

from landreg.exchange.contracts import land_queries
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
    if row.household_id is None or not _lets(found):
        return []
    by_area = of_whole(row.unit) or not all(one.price for one in found.parcels)
    worth = {one.parcel_code: one.area_m2 * (1 if by_area else one.price) for one in found.parcels}
    ground = land_queries.held_now(session, row.county, row.contract_id, own=own)
    return held_otherwise((row.household_id, row.household_name), ground, worth)


def out_of_right(session: Session, found: Whole, *, own: bool) -> list[str]:
    """Of the land that a household lets by a contract that has not ended: the parcels that lie under no contract right by now, as
    that was cancelled. own: asked by a party of the contract.
    """
    row = found.contract
    if not _lets(found) or row.state == "ended":
        return []
    held = {one.parcel_code for one in land_queries.held_now(session, row.county, row.contract_id, own=own)}
    return [one.parcel_code for one in found.parcels if one.parcel_code not in held]


def _lets(found: Whole) -> bool:
    row = found.contract
    lets = row.household_id is not None and row.relation != "retransfer" and row.kind not in MOVING
    return lets and row.state not in (*UNSIGNED, "withdrawn")
