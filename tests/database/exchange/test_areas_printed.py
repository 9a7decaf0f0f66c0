"""One area of several parcels wherever it is told: the sum of what each is printed with, not the rounded sum. standards 4."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.units import mu_of, total_mu
from landreg.exchange.bidding import told_queries
from landreg.exchange.listings import listing_queries
from landreg.exchange.model import Listing
from tests.bidding_kit import published
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection
from tests.villages import COUNTY, past_triggers

SHARES = (Decimal("403.34"), Decimal("403.34"))
"""0.605 mu each: 0.61 printed, 1.21 together by the rounded sum."""


def test_listing_market_and_offer_tell_the_sum_of_the_printed_figures(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    listing = published(registrar, reviewer, superuser, way="negotiation")
    with unit_of_work(OPERATOR) as uow:
        parcels = listing_queries.parcels(uow.session, COUNTY, listing.listing_id)
    assert len(parcels) > 1, "one parcel has no sum"
    key = [listing.listing_id]
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.listing_parcel SET area_m2 = 403.34 WHERE listing_id = %s", key)
        superuser.execute(
            "UPDATE exchange.listing SET area_m2 = 403.34 * %s WHERE listing_id = %s", [len(parcels), *key]
        )
        superuser.execute(
            """UPDATE exchange.shown AS s SET hundredths = o.hundredths FROM exchange.shown_of(%s, %s) AS o
               WHERE s.number = o.number""",
            [COUNTY, *key],
        )
    printed, rounded = total_mu([SHARES[0]] * len(parcels)), mu_of(SHARES[0] * len(parcels))
    assert printed != rounded
    with unit_of_work(OPERATOR) as uow:
        row = uow.session.scalars(sa.select(Listing).where(Listing.listing_id == listing.listing_id)).one()
        told = told_queries.told(uow.session, COUNTY, listing.listing_id)
        assert told is not None
        assert (row.area_mu, told.area_mu) == (printed, printed)
    shown = superuser.execute("SELECT hundredths FROM exchange.shown WHERE listing_id = %s", key).fetchone()
    assert shown == (int(printed * 100),)
