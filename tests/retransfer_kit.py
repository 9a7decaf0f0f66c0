"""Land that a household has taken in: leased on the exchange, its land-operation right registered, to be offered further."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from landreg.core.actor import Actor
from landreg.registry.rules.household_requests import LandOperation, Operator
from tests.exchange_kit import (
    NEIGHBOUR,
    OPERATOR,
    farmer_of,
    listing_row,
    market,
    own_right,
    parcels_of,
    put_event,
    put_listing,
)
from tests.household_kit import asked_for, household_id
from tests.kept_kit import Connection, kept
from tests.registry_kit import booked, pass_days, right_of

ENDS = date(2037, 12, 31)


def operated(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[UUID, Actor]:
    """The land-operation right of the second household on a parcel of the first, after the deal by which it came there;
    and the farmer of the first.
    """

    def make() -> tuple[UUID, Actor]:
        market(registrar, reviewer, superuser)
        farmer = farmer_of(superuser)
        return passed(registrar, reviewer, superuser, farmer), farmer

    return kept(superuser, ("operated", registrar, reviewer), make)


def passed(registrar: Actor, reviewer: Actor, superuser: Connection, farmer: Actor) -> UUID:
    """The land-operation right by which the second household works a parcel of the farmer's."""
    right = own_right(registrar)
    codes = parcels_of(registrar, right)[:1]
    leased = put_listing(farmer, listing_row(farmer, right), codes)
    put_event(OPERATOR, leased, "published")
    put_event(OPERATOR, leased, "dealt")
    operator = Operator("household", household_id(registrar, NEIGHBOUR), "户主2", NEIGHBOUR)
    asked = LandOperation("", operator, "lease", "流转合同1号", date(2026, 1, 5), date(2026, 2, 1), ENDS, tuple(codes))
    case = asked_for(registrar, "land_operation", asked, right=right, more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    pass_days(superuser, 1)
    return right_of(registrar, NEIGHBOUR, "land_operation")
