"""Land that was taken in is offered further: the household that contracts it objects, and the operator settles that."""

from __future__ import annotations

from landreg.exchange.listings import service
from tests.database.exchange.test_listing_papers import put
from tests.exchange_kit import NEIGHBOUR, OPERATOR, TERM, parcels_of, put_event
from tests.life_kit import Life, Stage
from tests.lives.exits import bound
from tests.registry_kit import HOUSEHOLD, to_rights
from tests.retransfer_kit import passed
from tests.villages import COUNTY


def passings(on: Stage) -> Life:
    """It never consented; then it did."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2, **TERM)
    owner, farmer = bound(on, HOUSEHOLD, "cao.nong"), bound(on, NEIGHBOUR, "lin.nong")
    right = passed(on.registrar, on.reviewer, on.superuser, owner)
    row = put(farmer, right, parcels_of(on.registrar, right), "contractor_consent")
    put_event(OPERATOR, row, "published")
    at = (COUNTY, row.listing_id)
    yield "object", lambda: service.object_to(owner, *at, "没有签过")
    yield "settle_objection", lambda: service.settle(OPERATOR, *at, consented=True, said="当面核对，签字是本人的")
