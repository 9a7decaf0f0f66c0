"""The confirmation of a deal by priority has all from which its lot was drawn."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import auction, deals, protocol, windows
from landreg.registry.guarded import Attached
from tests import bidding_kit as kit
from tests.exchange_kit import OPERATOR
from tests.registry_kit import Connection
from tests.villages import COUNTY

PICTURE = Attached("44" * 32, 9, "board.jpg")


def test_the_lot_among_two_who_claim_is_drawn_again_from_what_the_paper_says(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, households=4, way="auction")
    sale, (taker, actor) = kit.auction(listing), kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(320), uuid4())
    kit.pass_time(superuser, hours=5)
    window = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert window is not None
    for number in (2, 3, 4):
        member, neighbour = kit.household(superuser, f"{listing.household_code[:-4]}{number:04d}")
        windows.claim(neighbour, COUNTY, window.priority_id, member)
    windows.tell(OPERATOR, COUNTY, window.priority_id, "posted", None, window.first_day, PICTURE)
    kit.pass_time(superuser, days=15)
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    with unit_of_work(OPERATOR) as uow:
        rows = protocol.claim_rows(uow, windows.claims_on(uow, window))
    seed = sha256("\n".join(sorted(row[3] for row in rows)).encode()).hexdigest()
    drawn = sorted((sha256(f"{seed}\n{row[3]}".encode()).hexdigest(), row[3]) for row in rows)
    assert [(value[:24], mark) for value, mark in drawn] == [(row[4], row[3]) for row in rows]
    first = superuser.execute("SELECT taker_id FROM exchange.priority_claim WHERE mark = %s", [drawn[0][1]]).fetchone()
    assert first == (deal.taker_id,)
