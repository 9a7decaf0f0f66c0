"""The form of an exchange's contract knows what the offer said, and asks only what stands open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.exchange.bidding import deals, offers
from landreg.exchange.bidding.offers import Word
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR, own_right, parcels_of
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount


def test_the_form_is_filled_in_from_the_offer_and_asks_no_codes_no_penalty_and_no_use_that_the_land_may_not_have(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, app: Any, account: OpenAccount
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(
        registrar, reviewer, superuser, kind="exchange", to_whom="members", unit="balance_in", price=Decimal("0.00"),
        paid_every="once", until_on=date(2048, 1, 1),
    )  # fmt: skip
    taker, actor = kit.household(superuser, NEIGHBOUR)
    given = sorted(parcels_of(registrar, own_right(registrar, NEIGHBOUR)))[0]
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", Decimal(0), parcels=(given,)))
    offers.say(kit.farmer(superuser, HOUSEHOLD), COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in("ling")
    page = browser.get(f"/contracts/of-deal/{COUNTY}/{deal.deal_id}").text
    assert given in page
    asked = {name for name in ("other_parcels", "late_per_10000", "use") if f'name="{name}"' in page}
    assert asked == {"use"}
    # The village's land is permanent basic farmland.
    offered = {use for use in ("grain", "orchard", "breeding", "living", "business") if f'value="{use}"' in page}
    assert offered == {"grain"}
    assert given in browser.get(f"/chains/{listing.number}").text
