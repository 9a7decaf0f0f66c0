"""A farmer lists for grain and says how steep the land is; the operator publishes, and everybody reads it as it was said."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.core.actor import Actor, Role
from tests.exchange_kit import farmer_of, market, own_right, parcels_of
from tests.registry_kit import Connection, one
from tests.villages import VILLAGE
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def farmer(registrar: Actor, reviewer: Actor, superuser: Connection, account: OpenAccount) -> Actor:
    market(registrar, reviewer, superuser)
    account("lin", Role.FARMER, jurisdiction=VILLAGE)
    account("jiao", Role.OPERATOR)
    return farmer_of(superuser, login="lin")


def sent(phone: Browser, right: UUID, land: list[str], **changed: Any) -> Any:
    sound = {
        "kind": "lease", "parcel": land, "years": "5", "price": "250", "unit": "kg_mu_year", "grain": "wheat",
        "days": "30", "floor": "240", "slope": "3", "listing": str(uuid4()),
    }  # fmt: skip
    return phone.post(f"/my/listings/new/{right}", {**sound, **changed})


def test_a_listing_for_grain_on_a_slope_goes_from_the_phone_to_the_market(
    browser: Browser, another_browser: Browser, farmer: Actor, registrar: Actor
) -> None:
    browser.log_in("lin")
    right = own_right(registrar)
    land = parcels_of(registrar, right)
    page = browser.get(f"/my/listings/new/{right}")
    assert all(words in page.text for words in ("千克粮食/亩·年", "小麦", "地有多陡", "缓坡（6°至 15°）"))
    for changed, status, code in (
        ({"grain": ""}, 422, "LST-4"), ({"grain": "gold"}, 400, "FORM-5"), ({"slope": "6"}, 400, "FORM-5"),
        ({"slope": "3\x00"}, 400, "FORM-9"), ({"slope": "3" * 99}, 400, "FORM-5"), ({"price": "0.001"}, 422, "LST-1"),
        ({"floor": "251"}, 422, "LST-2"),
    ):  # fmt: skip
        answer = sent(browser, right, land, **changed)
        assert (answer.status_code, code in answer.text) == (status, True), changed
    assert one(farmer, "SELECT count(*) FROM exchange.listing") == 0
    address = sent(browser, right, land).headers["Location"]
    assert all(words in browser.get(address).text for words in ("250.00 千克粮食/亩·年（小麦）", "缓坡（6°至 15°）"))
    another_browser.log_in("jiao")
    shown = another_browser.get(address.removeprefix("/my"))
    assert all(words in shown.text for words in ("规则检查没有问题", "有，不公开", "缓坡（6°至 15°）"))
    assert "240.00" not in shown.text
    assert another_browser.post(f"{address.removeprefix('/my')}/publish").status_code == 303
    number = one(farmer, "SELECT number FROM exchange.listing")
    public = browser.client.get(f"/market/listings/{number}").text
    assert all(words in public for words in ("250.00 千克粮食/亩·年（小麦）", "缓坡（6°至 15°）"))
    assert "240.00" not in public
    assert one(farmer, "SELECT slope || unit || grain FROM exchange.listing") == "3kg_mu_yearwheat"
