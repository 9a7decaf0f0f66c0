"""Land that was taken in is offered further: with the contractor's consent as a paper, which the operator reads."""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.exchange.bidding import deal_queries, deals, offers
from landreg.exchange.bidding.offers import Word
from landreg.exchange.listings import service
from tests import bidding_kit as kit
from tests.database.exchange.test_listing_papers import put
from tests.database.exchange.test_passed_on import lease
from tests.exchange_kit import NEIGHBOUR, OPERATOR, farmer_of, market, parcels_of, photographed, put_event
from tests.registry_kit import Connection, one
from tests.retransfer_kit import operated, passed
from tests.villages import COUNTY, VILLAGE
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def taken(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[UUID, Actor]:
    return operated(registrar, reviewer, superuser)


@pytest.fixture
def right(taken: tuple[UUID, Actor]) -> UUID:
    return taken[0]


@pytest.fixture
def farmer(right: UUID, superuser: Connection, account: OpenAccount) -> Actor:
    account("wang", Role.FARMER, jurisdiction=VILLAGE)
    return farmer_of(superuser, NEIGHBOUR, login="wang")


@pytest.fixture
def phone(browser: Browser, farmer: Actor) -> Browser:
    browser.log_in("wang")
    return browser


@pytest.fixture
def desk(another_browser: Browser, account: OpenAccount) -> Browser:
    account("jiao", Role.OPERATOR)
    another_browser.log_in("jiao")
    return another_browser


def sent(phone: Browser, right: UUID, parcel: str, **changed: Any) -> Any:
    sound = {"kind": "retransfer", "parcel": parcel, "years": "5", "price": "500", "unit": "yuan_mu_year", "days": "30"}
    return phone.post(
        f"/my/listings/new/{right}", {**sound, "listing": str(uuid4()), **changed}, content_type="multipart/form-data"
    )


def found(answer: Any) -> set[str]:
    return set(re.findall(r'class="code">([A-Z]+-\d+)<', answer.text))


def parcel_of(phone: Browser, right: UUID) -> str:
    page = phone.get(f"/my/listings/new/{right}")
    assert page.status_code == 200, page.text
    assert "承包方书面同意" in page.text
    return re.findall(r'name="parcel" value="(\d+)"', page.text)[0]


def test_what_was_taken_in_is_offered_further_with_the_contractors_consent_alone(
    phone: Browser, desk: Browser, right: UUID, farmer: Actor, taken: tuple[UUID, Actor]
) -> None:
    assert f"/my/listings/new/{right}" in phone.get("/my/listings").text
    parcel = parcel_of(phone, right)
    for check, codes in (({}, {"TR-10"}), ({"check": "1"}, {"TR-10", "TR-5"})):
        without = sent(phone, right, parcel, **check)
        assert (without.status_code, found(without)) == (422, codes)
    assert one(farmer, "SELECT count(*) FROM exchange.listing") == 0
    paper = photographed()
    checked = sent(phone, right, parcel, check="1", contractor_consent=(BytesIO(paper), "同意书.jpg"))
    assert (checked.status_code, "可以提交" in checked.text, "已收到 同意书.jpg" in checked.text) == (200, True, True)
    token = re.findall(r'name="paper_kept" value="([^"]+)"', checked.text)
    listed = sent(phone, right, parcel, paper_kept=token)
    assert listed.status_code == 303, listed.text
    address = listed.headers["Location"]
    assert all(word in phone.get(address).text for word in ("同意书.jpg", hashlib.sha256(paper).hexdigest()[:16]))
    page = desk.get(address.removeprefix("/my"))
    assert "承包方书面同意" in page.text
    assert found(page) == {"TR-5"}
    kept = desk.client.get(f"{address.removeprefix('/my')}/papers/contractor_consent")
    assert (kept.data, kept.mimetype) == (paper, "image/jpeg")
    assert desk.client.get(f"{address.removeprefix('/my')}/papers/filing").status_code == 404
    assert desk.post(f"{address.removeprefix('/my')}/publish").status_code == 303
    number = one(farmer, "SELECT number FROM exchange.listing WHERE state = 'published'")
    shown = desk.client.get(f"/market/listings/{number}")
    assert (shown.status_code, "同意书" in shown.text) == (200, False)
    assert one(taken[1], "SELECT count(*) FROM exchange.listing_paper") == 0
    assert one(farmer, "SELECT count(*) FROM exchange.listing_paper") == 1


def test_a_paper_that_is_none_is_refused_and_a_listing_that_came_back_keeps_its_papers(
    phone: Browser, desk: Browser, right: UUID, farmer: Actor
) -> None:
    parcel = parcel_of(phone, right)
    for content, name, status, code in (
        (b"", "a.pdf", 400, "FORM-12"), (b"no paper", "a.jpg", 400, "FORM-15"), (b"%PDF-1.7 broken", "a.pdf", 400, "FORM-15"),
        (photographed()[:200], "a.jpg", 400, "FORM-15"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", 400, "FORM-15"),
        (photographed(), "退承包地才给办落户.jpg", 422, "GUARD-1"),
    ):  # fmt: skip
        answer = sent(phone, right, parcel, contractor_consent=(BytesIO(content), name))
        assert (answer.status_code, found(answer)) == (status, {code}), name
    assert found(sent(phone, right, parcel, paper_kept=["forged", "W10.x"])) == {"TR-10"}
    assert one(farmer, "SELECT count(*) FROM exchange.listing") == 0
    both = {name: (BytesIO(photographed()), f"{name}.jpg") for name in ("contractor_consent", "filing")}
    address = sent(phone, right, parcel, **both).headers["Location"]
    page = desk.get(address.removeprefix("/my"))
    assert (found(page), "filing.jpg" in page.text) == (set(), True)
    assert desk.post(f"{address.removeprefix('/my')}/return", {"reason": "price"}).status_code == 303
    anew = phone.get(f"/my/listings/new/{right}?again={address.rsplit('/', 1)[1]}")
    tokens = re.findall(r'name="paper_kept" value="([^"]+)"', anew.text)
    assert len(tokens) == 2
    assert sent(phone, right, parcel, paper_kept=tokens, instead_of=address.rsplit("/", 1)[1]).status_code == 303
    assert one(farmer, "SELECT count(*) FROM exchange.listing_paper") == 4


def test_the_household_whose_land_it_is_reads_the_consent_in_its_name_and_holds_the_listing(
    app: Any,
    phone: Browser,
    desk: Browser,
    right: UUID,
    superuser: Connection,
    account: OpenAccount,
    registrar: Actor,
) -> None:
    """Before that is published it is told nothing; LST-39 of how the operator settles it."""
    account("ligui", Role.FARMER, jurisdiction=VILLAGE)
    farmer_of(superuser, member=2, login="ligui")
    home = Browser(app.test_client())
    home.log_in("ligui")
    parcel, paper, contract = parcel_of(phone, right), photographed(), lease(registrar, right)
    let = f"/my/contracts/{contract.county}/{contract.contract_id}"
    address = sent(phone, right, parcel, contractor_consent=(BytesIO(paper), "同意书.jpg")).headers["Location"]
    at_desk, own_page = address.removeprefix("/my"), address.replace("/my/listings", "/my/offered")
    assert "再流转挂牌" not in home.get("/").text
    assert home.get(own_page).status_code == 404
    assert desk.post(f"{at_desk}/publish").status_code == 303
    assert own_page in home.get("/").text
    assert own_page in home.get(let).text
    assert own_page not in phone.get(let).text
    page = home.get(own_page)
    assert all(word in page.text for word in ("同意书.jpg", parcel, "我家没有同意过，暂停挂牌"))
    assert home.client.get(f"{own_page}/paper").data == paper
    assert phone.get(own_page).status_code == 404
    assert home.post(f"{own_page}/object", {"said": "不是我签的"}).status_code == 303
    assert "挂牌已暂停" in home.get(own_page).text
    assert found(home.post(f"{own_page}/object")) == {"LST-6"}
    assert at_desk in desk.get("/").text
    assert "不是我签的" in desk.get(at_desk).text
    assert found(desk.post(f"{at_desk}/settle", {"consented": "1", "said": ""})) == {"LST-39"}
    assert desk.post(f"{at_desk}/settle", {"consented": "", "said": "核对过，不是本人签的"}).status_code == 303
    assert "已终止" in phone.get(address).text
    assert "再流转挂牌" not in home.get("/").text


def test_a_members_window_runs_on_while_the_listing_is_held_and_its_deal_waits(
    app: Any,
    browser: Browser,
    desk: Browser,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    account: OpenAccount,
    database: Settings,
) -> None:
    """PRI-3: a member reads that it still has to claim, and does; the desk writes who is told, and makes no deal."""
    use_key(database.keys["identity"])
    market(registrar, reviewer, superuser, 4)
    owner, lister = farmer_of(superuser), farmer_of(superuser, NEIGHBOUR)
    let = passed(registrar, reviewer, superuser, owner)
    row = put(lister, let, parcels_of(registrar, let), "contractor_consent")
    put_event(OPERATOR, row, "published")
    taker, outsider = kit.person(superuser, 1)
    offers.say(outsider, COUNTY, row.listing_id, taker.taker_id, Word("offer", row.price))
    offers.say(lister, COUNTY, row.listing_id, taker.taker_id, Word("accept"))
    window = deals.proceed(OPERATOR, COUNTY, row.listing_id).window
    assert window is not None
    service.object_to(owner, COUNTY, row.listing_id, "没有签过")
    with unit_of_work(OPERATOR) as uow:
        asked = deal_queries.notices(uow.session, COUNTY, window.priority_id)[0].household_code
    account("sun", Role.FARMER, jurisdiction=VILLAGE)
    farmer_of(superuser, asked, login="sun")
    browser.log_in("sun")
    page, at_desk = f"/priority/{COUNTY}/{window.priority_id}", f"/sales/windows/{COUNTY}/{window.priority_id}"
    assert all("要的仍须在" in browser.get(address).text for address in (page, "/bids"))
    assert browser.post(f"{page}/claim").status_code == 303
    assert "本户的主张已经记下" in browser.get("/bids").text
    written = desk.get(at_desk).text
    assert all(word in written for word in ("公示照常计算", 'name="on_day"'))
    kit.pass_time(superuser, days=(window.last_day - window.first_day).days + 2)
    assert all(word not in desk.get(at_desk).text for word in ("公示期满，办理成交", "重新公示</button>"))
