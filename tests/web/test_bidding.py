"""Pages of sales and bids: the operator's desk, a bidder's phone, who may do what, and what bad input comes to."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.core.pdftext import pdf_text
from landreg.exchange.bidding import calling_off, deal_queries, offers, sale_queries, sales, taker_queries, windows
from landreg.exchange.model import Listing
from landreg.exchange.routes import first_pages, sale_live
from landreg.law.book import term
from tests import bidding_kit as kit
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.plans import sent
from tests.registry_kit import Connection, one
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser, OpenAccount

BAD = ("", "abc", "NaN", "Infinity", "-1", "0", "1e9", "9" * 60, "1\x00", "300.001")


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


@pytest.fixture
def operator(browser: Browser, account: OpenAccount, listing: Listing) -> Browser:
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    return browser


def _hours(listing: Listing, **changed: str) -> dict[str, str]:
    now = kit.now_of().astimezone(kit.BEIJING)
    at = [(now + kit.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M") for hours in (2, 6, 1)]
    sound = {"opens_at": at[0], "closes_at": at[1], "deposit_by": at[2], "start": "300", "step": "10", "deposit": "100"}
    return {**sound, **changed}


def _opened_taker(operator: Browser, serial: int) -> tuple[str, str]:
    """At the counter; login and temporary password."""
    operator.get("/sales/takers")
    login = f"ren-{serial}"
    form = {
        "kind": "person",
        "name": f"受让人{serial}",
        "number": citizen_id(71_000 + serial),
        "login": login,
        "contact": "",
    }
    told = operator.post("/sales/takers", form)
    assert told.status_code == 200
    match = re.search(r'<strong class="code">([^<]+)</strong>', told.text)
    assert match is not None
    return login, match[1]


def _taker(app: Any, operator: Browser, serial: int) -> Browser:
    """A taker who came to the counter and chose a password of its own."""
    login, temporary = _opened_taker(operator, serial)
    browser = Browser(app.test_client())
    browser.log_in(login, temporary)
    chosen = "秋天的玉米金黄金黄的"
    answer = browser.post("/account/password", {"old": temporary, "password": chosen, "again": chosen})
    assert answer.status_code == 303, answer.text
    return browser


def test_from_the_counter_to_the_confirmation_of_the_deal(
    app: Any, operator: Browser, listing: Listing, superuser: Connection
) -> None:
    takers = [_taker(app, operator, serial) for serial in (1, 2)]
    assert f"/sales/new/{COUNTY}/{listing.listing_id}" in operator.get("/sales").text
    take_part = f"/bids/listings/{COUNTY}/{listing.listing_id}"
    assert takers[0].get(take_part).headers["Location"].endswith("/bids")
    operator.get(f"/sales/new/{COUNTY}/{listing.listing_id}")
    refused = operator.post(f"/sales/new/{COUNTY}/{listing.listing_id}", _hours(listing, deposit="99999"))
    assert refused.status_code == 422
    assert "BID-7" in refused.text
    with kit.at_once():
        made = operator.post(f"/sales/new/{COUNTY}/{listing.listing_id}", _hours(listing))
    assert made.status_code == 303, made.text
    sale = made.headers["Location"].rsplit("/", 1)[1]
    assert sale in operator.get("/").text
    assert takers[0].get(take_part).headers["Location"].endswith(sale)
    assert takers[0].get(f"/bids/listings/{COUNTY}/{uuid4()}").status_code == 404
    for place, taker in enumerate(takers):
        assert sale in taker.get("/bids").text
        taker.get(f"/bids/{COUNTY}/{sale}")
        assert taker.post(f"/bids/{COUNTY}/{sale}/enter").status_code == 303
        entrant = one(OPERATOR, "SELECT entrant_id FROM exchange.entrant WHERE plate = :p", p=place + 1)
        operator.get(f"/sales/{COUNTY}/{sale}")
        paid = {
            "kind": "paid",
            "amount": "100",
            "receipt": f"BZ-{place}",
            "on_day": kit.beijing_day(kit.now_of()).isoformat(),
        }
        assert operator.post(f"/sales/{COUNTY}/{sale}/deposits/{entrant}", paid).status_code == 303
    kit.pass_time(superuser, hours=3)
    for price in BAD:
        _bid(takers[0], sale, price, status=(400, 422))
    _bid(takers[0], sale, "300")
    late = _bid(takers[1], sale, "305", status=(422,))
    assert "BID-2" in late.text
    _bid(takers[1], sale, "320")
    assert "320.00" in operator.get(f"/sales/{COUNTY}/{sale}").text
    kit.pass_time(superuser, hours=4)
    assert "BID-1" in _bid(takers[0], sale, "400", status=(422,)).text
    operator.get(f"/sales/{COUNTY}/{sale}")
    window = operator.post(f"/sales/{COUNTY}/{sale}/proceed").headers["Location"]
    with unit_of_work(OPERATOR) as uow:
        found = deal_queries.priorities(uow.session, COUNTY, listing.listing_id)[0]
    assert str(found.priority_id) in window
    assert operator.get(window).status_code == 200
    windows.tell(
        OPERATOR, COUNTY, found.priority_id, "posted", None, found.first_day, kit.Attached("44" * 32, 3, "b.jpg")
    )
    kit.pass_time(superuser, days=15)
    operator.get("/sales")
    operator.get(window)
    assert "等办理成交" in operator.get("/sales").text
    assert operator.post(f"/sales/listings/{COUNTY}/{listing.listing_id}/proceed").status_code == 303
    assert all(word in operator.get("/sales").text for word in ("成交</span> 320.00", sale))
    assert "320.00" in operator.get(f"/sales/{COUNTY}/{sale}").text
    paper = operator.client.get(f"/sales/{COUNTY}/{sale}/protocol.pdf")
    assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")
    assert "320.00" in takers[1].get("/bids").text
    chain = operator.get(f"/chains/{listing.number}")
    assert "每一步在日志中都有条目" in chain.text
    assert chain.text.count("<tr>") > 14
    assert all(
        word in chain.text for word in ("1 号", "2 号", term("entry", "exchange.bid"), term("entry", "exchange.deal"))
    )
    assert f"/chains/{listing.number}" in operator.get(f"/listings/{COUNTY}/{listing.listing_id}").text
    assert operator.get("/chains/none").status_code == 404
    assert takers[0].get(f"/chains/{listing.number}").status_code == 403


def test_a_sale_is_set_up_as_its_form_is_filled_in_and_everybody_reads_until_when_to_enter(
    app: Any, operator: Browser, listing: Listing
) -> None:
    new, market = f"/sales/new/{COUNTY}/{listing.listing_id}", f"/market/listings/{listing.number}"
    assert "离截止至少 3 天" in operator.get(market).text
    form = operator.get(new).text
    filled = {name: _filled(form, name) for name in _hours(listing)}
    first = (kit.now_of() + kit.timedelta(days=3)).astimezone(kit.BEIJING)
    assert f"至少 3 天，最早 {first:%Y-%m-%d}" in form
    assert filled["deposit_by"] >= f"{first:%Y-%m-%d}T00:00"
    soon = operator.post(new, _hours(listing))
    assert (soon.status_code, "BID-7" in soon.text, f"最早 {first:%Y-%m-%d}" in soon.text) == (422, True, True)
    made = operator.post(new, filled)
    assert made.status_code == 303, made.text
    until = filled["deposit_by"].replace("T", " ")
    for page in (market, made.headers["Location"]):
        assert "报名、保证金截止" in operator.get(page).text, page
        assert until in operator.get(page).text, page
    assert f"{until} 前报名、交保证金" in operator.get(market).text
    taker = _taker(app, operator, 9)
    assert f"{until} 前报名、交保证金" in taker.get("/bids").text
    assert f"{until} 前报名、交保证金" in taker.get(made.headers["Location"].replace("/sales/", "/bids/")).text


def test_a_sale_without_a_deposit_says_until_when_to_enter_and_offers_nobody_to_enter_after(
    app: Any, operator: Browser, listing: Listing, superuser: Connection
) -> None:
    taker, hour = _taker(app, operator, 9), kit.timedelta(hours=1)
    by = kit.now_of() + hour
    sale = kit.auction(listing, deposit=Decimal(0), deposit_by=by, opens_at=by + hour, closes_at=by + 4 * hour)
    address = f"/bids/{COUNTY}/{sale.sale_id}"
    until = f"{sale.deposit_by.astimezone(kit.BEIJING):%Y-%m-%d %H:%M} 前报名"
    listed, page = taker.get("/bids").text, taker.get(address).text
    assert (until in listed, until in page, f'action="{address}/enter"' in page) == (True, True, True)
    assert f"{until}、交保证金" not in listed + page
    kit.pass_time(superuser, hours=1.5)
    listed, page = taker.get("/bids").text, taker.get(address).text
    assert ("现在没有场次" in listed, "不能再报名" in page, f'action="{address}/enter"' in page) == (True, True, False)


def _filled(form: str, name: str) -> str:
    """What a field of a form is filled in with."""
    match = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', form)
    assert match is not None, name
    return match[1]


def test_a_bid_many_steps_above_is_shown_with_what_it_comes_to_and_sent_once_more(
    app: Any, operator: Browser, listing: Listing, superuser: Connection
) -> None:
    taker = _taker(app, operator, 6)
    sale = kit.auction(listing)
    at = f"/bids/{COUNTY}/{sale.sale_id}"
    assert "成交以后自己放弃的，可以扣收" in taker.get(at).text
    taker.post(f"{at}/enter")
    entrant = one(OPERATOR, "SELECT entrant_id FROM exchange.entrant")
    paid = sales.Receipt("paid", sale.deposit_yuan, "BZ-1", kit.beijing_day(kit.now_of()))
    sales.record_deposit(OPERATOR, COUNTY, entrant, paid)
    kit.pass_time(superuser, hours=2)
    told = taker.get(at).text
    assert ("一年" in told, 'name="seen"' in told) == (True, False)
    form = {"entrant": str(entrant), "price": "450", "form": str(uuid4())}
    far = taker.post(f"{at}/bid", form)
    assert (far.status_code, "BID-24" in far.text, 'name="seen" value="450"' in far.text) == (422, True, True)
    assert one(OPERATOR, "SELECT count(*) FROM exchange.bid") == 0
    assert taker.post(f"{at}/bid", {**form, "price": "460", "seen": "450"}).status_code == 422
    assert taker.post(f"{at}/bid", {**form, "seen": "450"}).status_code == 303
    assert one(OPERATOR, "SELECT max(price) FROM exchange.bid") == 450


def _bid(browser: Browser, sale: str, price: str, status: tuple[int, ...] = (303,)) -> Any:
    page = browser.get(f"/bids/{COUNTY}/{sale}").text
    entrant = one(OPERATOR, "SELECT entrant_id FROM exchange.entrant WHERE plate = 1")
    match = re.search(r'name="entrant" value="([^"]+)"', page)
    form = {"entrant": match[1] if match else str(entrant), "price": price, "form": str(uuid4())}
    answer = browser.post(f"/bids/{COUNTY}/{sale}/bid", form)
    assert answer.status_code in status, (price, answer.status_code, answer.text[:2000])
    return answer


def test_the_live_page_is_bounded_and_whoever_finds_no_place_is_told_when_to_come_again(
    app: Any, operator: Browser, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sale_live, "STREAM_S", 0.2)
    monkeypatch.setattr(sale_live, "TICK_S", 0.05)
    sale = kit.auction(listing)
    address = f"/bids/{COUNTY}/{sale.sale_id}"
    told = operator.get(f"{address}/live")
    assert told.mimetype == "text/event-stream"
    first = json.loads(re.findall(r"data: (.+)", told.text)[0])
    assert (first["stage"], first["seq"], first["least"]) == ("announced", 0, "300.00")
    told.close()
    held = [sale_live._streams.acquire(blocking=False) for _ in range(sale_live.STREAMS)]
    assert all(held), "the stream gave its place back"
    assert operator.get(f"{address}/live").text.count("data: ") == 1
    for _ in held:
        sale_live._streams.release()
    monkeypatch.setattr(sale_live, "_asked", sale_live.deque([sale_live.time.monotonic()] * 2_000))
    assert operator.get(f"{address}/now.json").json["again_ms"] > 5_000
    assert operator.get(f"/bids/{COUNTY}/{uuid4()}/now.json").status_code == 404


def test_a_sealed_bid_comes_locked_or_not_at_all(
    database: Settings,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    app: Any,
    browser: Browser,
    account: OpenAccount,
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="sealed")
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    taker = _taker(app, browser, 3)
    sale = kit.sealed_sale(listing)
    taker.get(f"/bids/{COUNTY}/{sale.sale_id}")
    taker.post(f"/bids/{COUNTY}/{sale.sale_id}/enter")
    with unit_of_work(OPERATOR) as uow:
        entrant = sale_queries.entrants(uow.session, COUNTY, sale.sale_id)[0]
    paid = kit.sales.Receipt("paid", sale.deposit_yuan, "BZ-9", kit.beijing_day(kit.now_of()))
    kit.sales.record_deposit(OPERATOR, COUNTY, entrant.entrant_id, paid)
    kit.pass_time(superuser, hours=2)
    page = taker.get(f"/bids/{COUNTY}/{sale.sale_id}").text
    assert "data-seal-price" in page
    assert 'name="price"' not in page
    _, envelope = kit.locked(sale, entrant, "450")
    form = {
        "entrant": str(entrant.entrant_id), "form": str(uuid4()), "iv": _b64(envelope.iv), "cipher": _b64(envelope.cipher),
        "wrapped_one": _b64(envelope.wrapped[0]), "wrapped_two": _b64(envelope.wrapped[1]),
        "digest_one": envelope.share_digests[0], "digest_two": envelope.share_digests[1], "commitment": envelope.commitment,
    }  # fmt: skip
    at = f"/bids/{COUNTY}/{sale.sale_id}/seal"
    for wrong in (
        {"price": "450"},
        {"iv": "!"},
        {"cipher": _b64(b"1")},
        {"commitment": "x" * 64},
        {"entrant": str(uuid4())},
    ):
        answer = taker.post(at, {**form, **wrong})
        assert answer.status_code in (400, 404, 422), wrong
    assert taker.post(at, form).status_code == 303
    assert envelope.commitment in taker.get(f"/bids/{COUNTY}/{sale.sale_id}").text
    kit.pass_time(superuser, hours=4)
    anyone = Browser(app.test_client())
    opened_at = f"/market/openings/{COUNTY}/{sale.sale_id}.json"
    assert anyone.get(opened_at).status_code == 404
    kit.opened(sale)
    (told,) = json.loads(anyone.get(opened_at).text)["bids"]
    assert hashlib.sha256(told["slip"].encode()).hexdigest() == envelope.commitment == told["commitment"]
    assert (told["plate"], told["price"], told["place"]) == (1, "450.00", 1)
    assert "450.00" in anyone.get(f"/market/listings/{listing.number}").text
    page = taker.get(f"/bids/{COUNTY}/{sale.sale_id}").text
    assert "450.00" in page
    assert opened_at in page
    page = browser.get(f"/sales/{COUNTY}/{sale.sale_id}")
    assert "450.00" in page.text
    paper = browser.client.get(f"/sales/{COUNTY}/{sale.sale_id}/protocol.pdf").data
    said = "".join(pdf_text(BytesIO(paper)).split())
    assert (opened_at in said, "附后" in said) == (True, False)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def test_a_negotiation_and_the_members_window_on_the_farmer_s_pages(
    database: Settings,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    app: Any,
    browser: Browser,
    account: OpenAccount,
) -> None:
    use_key(database.keys["identity"])
    listing = kit.published(registrar, reviewer, superuser, way="negotiation")
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    taker = _taker(app, browser, 4)
    at = f"/offers/{COUNTY}/{listing.listing_id}"
    page = taker.get(at).text
    assert all(said in page for said in ("地类", "地力等级", "看这块地：照片、位置、地力、水和路"))
    assert taker.get(f"/market/listings/{listing.number}").status_code == 200
    assert f'href="/market/listings/{listing.number}"' in page
    for price in BAD:
        assert taker.post(at, {"kind": "offer", "price": price}).status_code in (400, 422), price
    assert taker.post(at, {"kind": "steal", "price": "450"}).status_code == 400
    comma = taker.post(at, {"kind": "offer", "price": "530,5"})
    assert comma.status_code == 400
    assert "530,5" in comma.text, "a comma for a point is no thousands"
    far = taker.post(at, {"kind": "offer", "price": "53000"})
    assert far.status_code == 422
    assert all(said in far.text for said in ("OFF-7", 'name="seen" value="53000"', "没有错，出这个价"))
    both = taker.post(at, {"kind": "offer", "price": "53000", "said": "加我微信 wx123456"}).text
    assert ("OFF-7" in both, "OFF-8" in both) == (True, True)
    assert "等对方回复" not in taker.get(at).text, "a price far off binds after a second press alone"
    assert taker.post(at, {"kind": "offer", "price": "53000", "seen": "53000"}).status_code == 303
    again = taker.post(at, {"kind": "counter", "price": "450"})
    assert "您报的 53,000.00 还在等对方回复" in again.text or "您报的 53000.00 还在等对方回复" in again.text
    assert taker.post(at, {"kind": "withdraw"}).status_code == 303
    assert taker.post(at, {"kind": "offer", "price": "450", "said": "全部种粮"}).status_code == 303
    assert "450.00" in taker.get(at).text
    assert taker.post(at, {"kind": "accept"}).status_code == 422
    assert taker.get(f"/priority/{COUNTY}/{uuid4()}").status_code == 403
    for address in ("/sales", "/sales/takers", "/sales/reviews", f"/sales/new/{COUNTY}/{listing.listing_id}"):
        assert taker.get(address).status_code == 403
    assert browser.get("/bids").status_code == 403
    with unit_of_work(OPERATOR) as uow:
        *_, offer = deal_queries.offers(uow.session, COUNTY, listing.listing_id)
    owner = kit.farmer(superuser, listing.household_code)
    with app.test_request_context():
        (asked,) = first_pages.asked_of_you(owner)
    assert [row.label for row in asked.rows] == [f"{masked_name('受让人4')}出价：450.00 元/亩·年"]
    assert re.fullmatch(rf"[\d-]+ 前答复 · [\d.]+ 亩 · {listing.number}", asked.rows[0].note)
    offers.say(owner, COUNTY, listing.listing_id, offer.taker_id, offers.Word("accept"))
    assert all("已经谈妥" in taker.get(page).text for page in ("/", at))
    assert "您好，您有 1 件事要看" in taker.get("/").text
    assert "协商一致，待成交" in browser.get("/").text
    assert "跳过" in browser.get("/sales").text
    steps = f"/sales/listings/{COUNTY}/{listing.listing_id}"
    window = browser.post(f"{steps}/proceed").headers["Location"]
    paper = browser.client.get(f"{window}/notice.pdf").data
    said = "".join(pdf_text(BytesIO(paper)).split())
    assert all(
        one in said for one in (f"编号：{listing.number}-G1", "450.00元/亩·年", "提出截止", "我家要，按这个条件")
    )
    assert "受让人4" not in said, "a person hangs on the board by the full name"
    assert browser.client.get(f"/sales/windows/{COUNTY}/{uuid4()}/notice.pdf").status_code == 404
    assert taker.client.get(f"{window}/notice.pdf").status_code == 403
    assert browser.post(f"{window}/anew").status_code == 409
    assert "成员优先权公示" in browser.get("/").text
    kit.pass_time(superuser, days=15)
    browser.log_in("jiaoyi")
    shown = browser.get(window).text
    assert "重新公示</button>" in shown
    assert re.search(r'<th scope="row">户\*\d+ <span class="sub">[^<]+</span><br><span class="code sub">\d{18}<', shown)
    again = browser.post(f"{window}/anew")
    assert again.status_code == 303
    assert "重新公示</button>" not in browser.get(again.headers["Location"]).text
    assert browser.post(f"{steps}/pass", {"reason": " "}).status_code == 422
    for reason in ("没有来", "x" * 600, "\x00"):
        assert browser.post(f"{steps}/pass", {"reason": reason}).status_code in (400, 409, 422)
    assert browser.post(f"/sales/listings/{COUNTY}/{uuid4()}/pass", {"reason": "没有"}).status_code == 404


def test_keys_reviews_and_lists_of_the_desk_show(operator: Browser, listing: Listing) -> None:
    for address in ("/sales", "/sales/keys", "/sales/takers", "/sales/reviews"):
        assert operator.get(address).status_code == 200, address
    operator.get("/sales/keys")
    for given in ("", "!", _b64(b"1")):
        assert operator.post("/sales/keys", {"public_key": given}).status_code in (400, 422)
    assert operator.post("/sales/keys", {"public_key": _b64(kit.public_key(1))}).status_code == 303
    for address in (
        f"/sales/{COUNTY}/{uuid4()}",
        f"/sales/windows/{COUNTY}/{uuid4()}",
        f"/sales/reviews/{COUNTY}/{uuid4()}",
    ):
        assert operator.get(address).status_code == 404


def test_a_bidder_s_page_asks_as_often_for_many_sales_as_for_one(
    app: Any, operator: Browser, listing: Listing, superuser: Connection, registrar: Actor
) -> None:
    browser = _taker(app, operator, 9)
    found = superuser.execute("SELECT account_id FROM access.account WHERE login = 'ren-9'").fetchone()
    assert found is not None
    actor = Actor(found[0], "受让人9", Desk.CITIZEN, frozenset({Role.TAKER}), COUNTY)
    with unit_of_work(actor) as uow:
        (taker,) = taker_queries.own_takers(uow.session)

    def enter(of: Listing) -> UUID:
        sale = kit.auction(of)
        sales.enter(actor, COUNTY, sale.sale_id, taker)
        return sale.sale_id

    def asked() -> int:
        with sent(Desk.CITIZEN) as seen:
            assert browser.get("/bids").status_code == 200
        return len(seen)

    first = enter(listing)
    once = asked()
    calling_off.call_off(OPERATOR, COUNTY, first, "另定时间")
    enter(listing)
    enter(kit.offered(registrar, kit.farmer(superuser, NEIGHBOUR), NEIGHBOUR, way="auction"))
    assert browser.get("/bids").text.count("竞买号") == 3
    assert asked() == once


def test_what_a_process_has_just_drawn_is_told_to_nobody_of_another_county(
    listing: Listing, superuser: Connection
) -> None:
    sale, (_, actor) = kit.auction(listing), kit.person(superuser, 1)
    assert sale_live.picture(actor, COUNTY, sale.sale_id)["stage"] == "announced"
    for other in (replace(actor, jurisdiction="610921"), replace(OPERATOR, jurisdiction="610921")):
        with pytest.raises(NotFound):
            sale_live.picture(other, COUNTY, sale.sale_id)
