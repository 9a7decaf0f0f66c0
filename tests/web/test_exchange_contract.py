"""The form of an exchange's contract knows what the offer said, and asks only what stands open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.pdftext import pdf_text
from landreg.exchange.bidding import deals, offers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.contracts import drawing, signing
from tests import bidding_kit as kit
from tests.contract_kit import VALUES, drawn, signed
from tests.exchange_kit import NEIGHBOUR, OPERATOR, farmer_of, market, own_right, parcels_of
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


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


def test_what_was_said_with_the_price_stands_beside_it_where_the_contract_is_drawn_and_before_it_is_signed(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, app: Any, account: OpenAccount
) -> None:
    """On the form, in the confirmation, on the pages of the desk and of both sides until both signed; of the last round alone."""
    use_key(database.keys["identity"])
    listing = kit.published(
        registrar, reviewer, superuser, kind="exchange", to_whom="members", unit="balance_in", price=Decimal("0.00"),
        paid_every="once", until_on=date(2048, 1, 1),
    )  # fmt: skip
    (taker, actor), owner = kit.household(superuser, NEIGHBOUR), kit.farmer(superuser, HOUSEHOLD)
    given = sorted(parcels_of(registrar, own_right(registrar, NEIGHBOUR)))[0]
    key = (COUNTY, listing.listing_id, taker.taker_id)
    offers.say(actor, *key, Word("offer", Decimal(0), "先前说的话", parcels=(given,)))
    offers.say(owner, *key, Word("decline"))
    offers.say(actor, *key, Word("offer", Decimal(0), "收完油菜再交地", parcels=(given,)))
    offers.say(owner, *key, Word("accept"))
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    desk = Browser(app.test_client())
    desk.log_in("ling")

    def heard(page: str) -> bool:
        assert "先前说的话" not in page
        return "收完油菜再交地" in page

    assert heard(desk.get(f"/contracts/of-deal/{COUNTY}/{deal.deal_id}").text)
    paper = desk.client.get(f"/sales/deals/{COUNTY}/{deal.deal_id}/confirmation.pdf")
    assert heard("".join(pdf_text(BytesIO(paper.data)).split()))
    made = drawing.draw_from_deal(OPERATOR, COUNTY, deal.deal_id, {**VALUES, "use": "grain"}, "", ())
    pages = [(desk, f"/contracts/{COUNTY}/{made.contract_id}")]
    for side in (owner, actor):
        phone = Browser(app.test_client())
        phone.log_in(given_password(superuser, side))
        pages.append((phone, f"/my/contracts/{COUNTY}/{made.contract_id}"))
    assert all(heard(browser.get(at).text) for browser, at in pages)
    signed(made)
    assert not any(heard(browser.get(at).text) for browser, at in pages)


def test_both_households_read_that_what_they_exchange_for_nothing_differs_much_and_that_its_use_binds_both(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, app: Any, account: OpenAccount
) -> None:
    """CON-107 is a note: it is drawn, and both may sign. The desk's page has what either side gives."""
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 2)
    give, take = sorted(parcels_of(registrar, own_right(registrar)))[0], sorted(of_neighbour(registrar))[0]
    on: dict[str, Any] = {"kind": "exchange", "unit": "balance_in", "paid_every": "once", "until_on": date(2048, 1, 1)}

    phones = [Browser(app.test_client()), Browser(app.test_client())]
    for phone, home in zip(phones, (HOUSEHOLD, NEIGHBOUR), strict=True):
        phone.log_in(given_password(superuser, farmer_of(superuser, home)))

    def told(price: str) -> list[str]:
        said = {**VALUES, "other_parcels": take}
        drawn_now = drawn(codes=[give], values=said, taker=NEIGHBOUR, price=Decimal(price), **on)
        pages = []
        for phone in phones:
            pages.append(phone.get(f"/my/contracts/{COUNTY}/{drawn_now.contract_id}").text)
            assert "双方都不得改变换得土地的用途" in pages[-1]
            assert "乙方不得改变" not in pages[-1]
        signing.drop(OPERATOR, COUNTY, drawn_now.contract_id, "要改差价")
        return pages

    assert not any("CON-107" in page for page in told("0.00"))
    with past_triggers(superuser):
        superuser.execute("UPDATE land.parcel SET soil_grade = '02' WHERE code = %s", [give])
        superuser.execute("UPDATE land.parcel SET soil_grade = '08' WHERE code = %s", [take])
    assert all("CON-107" in page and "八等地" in page for page in told("0.00"))
    assert not any("CON-107" in page for page in told("300.00"))
    made = signed(
        drawn(codes=[give], values={**VALUES, "other_parcels": take}, taker=NEIGHBOUR, price=Decimal(0), **on)
    )
    assert "CON-107" not in phones[0].get(f"/my/contracts/{COUNTY}/{made.contract_id}").text, "both have signed"
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    desk = Browser(app.test_client())
    desk.log_in("ling")
    given = desk.get(f"/contracts/{COUNTY}/{made.contract_id}").text.split("双方换出的地块")[1].split("</ul>")[0]
    assert [code in given for code in (give, take)] == [True, True]


def of_neighbour(registrar: Actor) -> list[str]:
    return parcels_of(registrar, own_right(registrar, NEIGHBOUR))
