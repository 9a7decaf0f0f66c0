"""Pages of a return that never came: the bidder's own, the desk's, the printed protocol (REC-3)."""

from __future__ import annotations

from io import BytesIO

from flask import Flask

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.periods import beijing_day
from landreg.exchange.bidding import correcting, sales
from tests import bidding_kit as kit
from tests.database.exchange.test_after_publication import two_bids
from tests.exchange_kit import OPERATOR, photographed
from tests.registry_kit import Connection
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password

SAID = "农商行账户查到今天没有"


def test_a_bidder_says_that_a_return_never_came_and_reads_the_banks_receipt_that_the_desk_answers_with(
    app: Flask, database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser,
    account: OpenAccount,
) -> None:  # fmt: skip
    use_key(database.keys["identity"])
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction"))
    idle, owner = kit.person(superuser, 3)
    entrant = kit.entered(sale, idle, owner)
    two_bids(superuser, sale, [kit.person(superuser, number) for number in (1, 2)])
    given = sales.Receipt("returned", sale.deposit_yuan, "TH-1", beijing_day(kit.now_of()))
    row = sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, given)
    phone, page = Browser(app.test_client()), f"/bids/{COUNTY}/{sale.sale_id}"
    phone.log_in(given_password(superuser, owner))
    address = f"{page}/deposits/{row.deposit_id}"
    assert f'action="{address}/missing"' in phone.get(page).text
    bare = phone.post(f"{address}/missing", {"missed": ""})
    assert (bare.status_code, "写明查到哪一天、哪个账户没有收到" in bare.text) == (422, True)
    assert phone.post(f"{address}/missing", {"missed": SAID}).status_code == 303
    told = phone.get(page).text
    assert (SAID in told, "前附银行回单答复，或者重新退还" in told, f'action="{address}/missing"' in told) == (
        True,
        True,
        False,
    )
    assert "您说没有收到退还的保证金，等交易员答复" in phone.get("/").text
    assert phone.client.get(f"{address}/receipt").status_code == 404
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    desk = f"/sales/{COUNTY}/deposits/{row.deposit_id}"
    assert "竞买人没有收到退还的保证金，请答复" in browser.get("/").text
    assert "竞买人没有收到，待答复" in browser.get(f"/sales/{COUNTY}/{sale.sale_id}").text
    assert SAID in browser.get(f"{desk}/correction").text
    lacking = browser.post(f"{desk}/shown", {"missed": "八月一日退到农商行"})
    assert (lacking.status_code, "附上银行的退款回单" in lacking.text) == (422, True)
    scan = (BytesIO(photographed()), "tuikuan.jpg")
    assert browser.post(f"{desk}/shown", {"missed": "八月一日退到农商行", "paper": scan}).status_code == 303
    assert "tuikuan.jpg" in browser.get(f"{desk}/correction").text
    assert browser.client.get(f"{desk}/doubt/shown/paper").status_code == 200
    assert "已附银行回单答复" in browser.get(f"/sales/{COUNTY}/{sale.sale_id}").text
    told = phone.get(page).text
    assert ("八月一日退到农商行" in told, f'href="{address}/receipt"' in told) == (True, True)
    assert phone.client.get(f"{address}/receipt").status_code == 200
    assert "交易员已附银行回单，请核对" in phone.get("/").text
    # Struck all the same: both read it, and the protocol of the sale is printed.
    correcting.correct_deposit(OPERATOR, COUNTY, row.deposit_id, "银行退票", None)
    assert "这一条退还已经更正" in phone.get(page).text or "银行退票" in phone.get(page).text
    assert browser.client.get(f"/sales/{COUNTY}/{sale.sale_id}/protocol.pdf").status_code == 200
    account("shen", Role.AUDITOR, jurisdiction=COUNTY)
    browser.log_in("shen")
    assert "竞买人说退款没有收到" in browser.get(f"/chains/{number_of(superuser)}").text


def test_a_bidder_without_a_phone_says_it_at_the_counter_by_a_writing(
    database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection, browser: Browser, account: OpenAccount
) -> None:
    use_key(database.keys["identity"])
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction"))
    idle, owner = kit.person(superuser, 3)
    entrant = kit.entered(sale, idle, owner)
    kit.pass_time(superuser, hours=6)
    given = sales.Receipt("returned", sale.deposit_yuan, "TH-1", beijing_day(kit.now_of()))
    row = sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, given)
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser.log_in("ling")
    desk = f"/sales/{COUNTY}/deposits/{row.deposit_id}"
    bare = browser.post(f"{desk}/missing", {"missed": SAID})
    assert (bare.status_code, "附上竞买人签字的书面说明" in bare.text) == (422, True)
    scan = (BytesIO(photographed()), "shuoming.jpg")
    assert browser.post(f"{desk}/missing", {"missed": SAID, "paper": scan}).status_code == 303
    assert "shuoming.jpg" in browser.get(f"{desk}/correction").text


def number_of(superuser: Connection) -> str:
    found = superuser.execute("SELECT number FROM exchange.listing").fetchone()
    assert found is not None
    return str(found[0])
