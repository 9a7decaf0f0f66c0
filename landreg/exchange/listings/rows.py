"""The rows of a listing, made of an offer and what the register says of its land."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import shapely
from geoalchemy2.shape import from_shape

from landreg.core.db import UnitOfWork
from landreg.core.units import half_up
from landreg.exchange.listings.photos import Kept
from landreg.exchange.listings.reading import Land, Offer
from landreg.exchange.model import Listing, ListingPaper, ListingParcel, ListingPhoto


def listing_of(
    uow: UnitOfWork, county: str, offer: Offer, land: Land, listing_id: UUID, number: str, source: str
) -> Listing:
    """The listing itself; who acted for it is written in later."""
    right = land.right
    return Listing(
        county=county, village=land.village(uow.actor.jurisdiction), listing_id=listing_id, number=number, kind=offer.kind,
        source=source, right_id=offer.right_id, household_id=None if right is None else right.household_id,
        household_code="" if right is None else right.household_code, way=offer.way, to_whom=offer.to_whom,
        from_on=offer.first_day, until_on=offer.until_on, unit=offer.unit, grain=offer.grain, price=half_up(offer.price),
        floor=None if offer.floor is None else half_up(offer.floor), floor_shown=offer.floor_shown,
        floor_mark=None if offer.floor is None or offer.floor_shown else uuid4(),
        escalator_percent=half_up(offer.escalator_percent), paid_every=offer.paid_every, paid_before=offer.paid_before,
        crop=offer.crop, water=offer.water, road=offer.road, soil=land.soil, said=offer.said, area_m2=half_up(land.area_m2),
        closes_on=offer.closes_on, listed_by=uow.actor.account_id, listed_by_name=uow.actor.name, agent_id=None,
        agent_act_id=None, instead_of=offer.instead_of, listed_at=uow.now, slope=offer.slope or None,
        resolution=None if offer.resolution is None else offer.resolution.words, state="new",
    )  # fmt: skip


def parts_of(
    row: Listing, offer: Offer, land: Land, photos: Sequence[Kept]
) -> list[ListingParcel | ListingPhoto | ListingPaper]:
    """What is written beside it: parcels, photos in their order, papers."""
    head = {"county": row.county, "village": row.village, "listing_id": row.listing_id}
    cut = {code: from_shape(shape, int(shapely.get_srid(shape))) for code, shape in land.cut.items()}
    return [
        *(
            ListingParcel(**head, parcel_code=one.code, area_m2=half_up(one.area_m2), part=cut.get(one.code))
            for one in land.chosen
        ),
        *(
            ListingPhoto(**head, document_id=uuid4(), position=position, sha256=photo.sha256, size=photo.size)
            for position, photo in enumerate(photos, 1)
        ),
        *(
            ListingPaper(**head, document_id=uuid4(), kind=kind, name=paper.name, sha256=paper.sha256, size=paper.size)
            for kind, paper in offer.handed.items()
        ),
    ]
