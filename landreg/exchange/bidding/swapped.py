"""What a household gives for the land of a listing in an exchange: parcels of its own, chosen from what the register has of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.exchange.bidding.told_queries import Told
from landreg.exchange.listings import free, listing_queries
from landreg.exchange.listings.free import Against
from landreg.law.book import Law
from landreg.registry.home import brought_queries

EXCHANGE = "exchange"
RIGHT = "contract_management"
JUDGED_AS = "lease"
"""A right that is leased moves (TR-17); what is given to another household for good is under no contract at all."""


@dataclass(frozen=True)
class Own:
    """A contract right of the household that offers. parcels: as the register has them; against: by code what stands in the way."""

    right_id: UUID
    code: str
    parcels: Sequence[Any]
    against: Mapping[str, Against]


def own_land(uow: UnitOfWork, law: Law, told: Told) -> list[Own]:
    """What the acting household could give, right by right; nothing where no household acts."""
    session, household = uow.session, uow.actor.household
    rights = () if household is None else brought_queries.own_rights(session, household)
    days = (told.from_on, told.until_on)
    return [
        Own(
            one.right_id, one.code,
            listing_queries.parcels_said(session, told.county, one.right_id, [], own=True),
            free.against(session, uow.actor, told.county, one.right_id, JUDGED_AS, days, law),
        )
        for one in rights if one.kind == RIGHT and one.county == told.county
    ]  # fmt: skip


def against(uow: UnitOfWork, law: Law, told: Told, codes: Sequence[str]) -> list[Finding]:
    """What stands against giving these parcels: none of them, or not of one own right (OFF-6); else of each TR-12, LST-7, LST-11
    and LST-12.
    """
    named = sorted(set(codes))
    for own in own_land(uow, law, told):
        if named and set(named) <= {row.parcel_code for row in own.parcels}:
            return [finding for code in named if code in own.against for finding in own.against[code].findings]
    return [Finding("OFF-6", "parcel", {})]
