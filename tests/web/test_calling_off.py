"""A sale is called off before its first bid by one officer with a reason; after a bid by two, on a ground of the list with its
paper (BID-26); bidders, anybody and the auditor are told.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.audit import fair_look
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import auction, calling_off, sales
from landreg.exchange.bidding.model import SaleEvent
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.exchange_kit import OPERATOR, photographed
from tests.registry_kit import Connection, codes
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password

WHY = "法院来函，地块已经查封"


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


def test_before_the_first_bid_one_officer_calls_a_sale_off_with_a_reason_that_says_something(listing: Listing) -> None:
    sale = kit.auction(listing)
    with pytest.raises(Refused) as mute:
        calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "x")
    assert codes(mute) == {"BID-14"}
    with pytest.raises(Refused), unit_of_work(OPERATOR) as uow:
        sales.ended(uow, sale, "cancelled", "x")
    assert isinstance(calling_off.call_off(OPERATOR, COUNTY, sale.sale_id, "开拍时间另定"), SaleEvent)


def test_after_a_bid_two_officers_call_it_off_and_everybody_reads_why(
    listing: Listing, superuser: Connection, browser: Browser, another_browser: Browser, account: OpenAccount,
    auditor: Actor, worker: Actor, database: Settings,
) -> None:  # fmt: skip
    sale, (taker, actor) = kit.auction(listing), kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(320), uuid4())
    account("jiao-one", Role.OPERATOR)
    account("jiao-two", Role.OPERATOR)
    at = f"/sales/{COUNTY}/{sale.sale_id}"
    browser.log_in("jiao-one")
    for given, said in (
        ({"reason": WHY}, "先选一项事由"),
        ({"reason": WHY, "ground": "ordered"}, "附上证明事由的材料"),
    ):
        bare = browser.post(f"{at}/cancel", given)
        assert (bare.status_code, "BID-26" in bare.text, said in bare.text) == (422, True, True)
    asked = {"reason": WHY, "ground": "ordered", "paper": (BytesIO(photographed()), "裁定书.jpg")}
    assert browser.post(f"{at}/cancel", asked).status_code == 303
    assert "已经提出" in browser.get(at).text
    assert f"场次待另一名交易员核对取消 {listing.number}" in browser.get("/").text
    # Whoever asked does not do it alone, by the page nor past it.
    assert browser.post(f"{at}/cancel", {"reason": WHY}).status_code == 422
    asker = superuser.execute("SELECT by FROM exchange.sale_stop").fetchone()
    assert asker is not None
    with pytest.raises(Refused) as alone, unit_of_work(replace(OPERATOR, account_id=asker[0])) as uow:
        sales.ended(uow, sale, "cancelled", WHY)
    assert alone.value.findings[0].values["constraint"] == "bid_26_called_off_by_two"
    another_browser.log_in("jiao-two")
    assert f"有人提出取消场次，请您核对 {listing.number}" in another_browser.get("/").text
    page = another_browser.get(at).text
    assert all(word in page for word in (WHY, "裁定书.jpg", "材料由您核对", "请您核对材料，属实的在下面取消"))
    stop = superuser.execute("SELECT stop_id FROM exchange.sale_stop").fetchone()
    assert stop is not None
    assert another_browser.client.get(f"{at}/stops/{stop[0]}").data
    assert another_browser.post(f"{at}/cancel").status_code == 303
    for text in (another_browser.get(at).text, browser.client.get(f"/market/listings/{listing.number}").text):
        assert all(word in text for word in (f"原因：{WHY}", "取消以前有 1 次报价", "主管机关要求停止", "核对以后取消"))
    assert "进行中的场次" in another_browser.get("/").text
    assert "公开竞价 已取消" not in another_browser.get("/").text
    assert "请您核对" not in another_browser.get("/").text
    public = browser.client.get(f"/market/listings/{listing.number}").text
    assert ("这一场已经取消，原因见下面" in public, "这宗已经结束" in public) == (True, False)
    found = fair_look.look(auditor, beijing_day(kit.now_of())).facts
    assert [(one.seen, one.numbers) for one in found if one.kind == "stopped"] == [(1, (listing.number,))]
    assert kit.strays(worker, database) == []
    browser.log_in(given_password(superuser, actor))
    assert "这一场取消了" in browser.get("/").text
    assert f"原因：{WHY}" in browser.get(f"/bids/{COUNTY}/{sale.sale_id}").text
