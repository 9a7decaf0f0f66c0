"""A lot between members who claimed the same land of talks is told: to each of them, to anybody, and on paper."""

from __future__ import annotations

import re
from hashlib import sha256
from io import BytesIO
from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.pdftext import pdf_text
from landreg.exchange.bidding import deals, offers, windows
from landreg.exchange.bidding.deal_model import Priority
from landreg.exchange.bidding.offers import Word
from landreg.exchange.bidding.windows import Came
from landreg.exchange.model import Deal, Listing
from tests import bidding_kit as kit
from tests.database.exchange.test_protocol_of_claims import PICTURE
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_lapsed_offers import given_password


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, households=4, way="negotiation")


@pytest.fixture
def window(listing: Listing, superuser: Connection) -> Priority:
    """Two households claim: one by its own account, one at the counter."""
    owner, (taker, actor) = kit.farmer(superuser, HOUSEHOLD), kit.person(superuser, 1)
    offers.say(actor, COUNTY, listing.listing_id, taker.taker_id, Word("offer", listing.price))
    offers.say(owner, COUNTY, listing.listing_id, taker.taker_id, Word("accept"))
    opened = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert opened is not None
    member, neighbour = kit.household(superuser, NEIGHBOUR)
    windows.claim(neighbour, COUNTY, opened.priority_id, member)
    came = Came("成员3之1", citizen_id(6), True, "见证人甲")
    windows.claim_at_counter(OPERATOR, COUNTY, opened.priority_id, came, None)
    windows.tell(OPERATOR, COUNTY, opened.priority_id, "posted", None, opened.first_day, PICTURE)
    return opened


def drawn(page: str) -> list[str]:
    """The marks in the order of a page."""
    return re.findall(r'随机数</dt><dd class="code text-break">([0-9a-f-]{36})<', page)


def again(marks: list[str]) -> list[str]:
    """The order that anybody draws from them."""
    seed = sha256("\n".join(sorted(marks)).encode()).hexdigest()
    return sorted(marks, key=lambda mark: sha256(f"{seed}\n{mark}".encode()).hexdigest())


def test_each_claimant_anybody_and_the_papers_are_told_of_a_lot_in_talks(
    listing: Listing,
    window: Priority,
    superuser: Connection,
    browser: Browser,
    another_browser: Browser,
    account: OpenAccount,
) -> None:
    public = f"/market/listings/{listing.number}"
    assert "优先权抽签" not in browser.client.get(public).text
    kit.pass_time(superuser, days=15)
    account("jiaoyi", Role.OPERATOR)
    browser.log_in("jiaoyi")
    made = browser.post(f"/sales/listings/{COUNTY}/{listing.listing_id}/proceed")
    assert made.status_code == 303, made.text
    page = browser.get(made.headers["Location"]).text
    paper = re.search(r'/sales/deals/[^"]+/confirmation.pdf', page)
    assert paper is not None
    told = re.sub(r"\s", "", pdf_text(BytesIO(browser.client.get(paper[0]).data)))
    assert all(word in told for word in ("成交确认书", "成员优先权", "优先权主张", "抽签次序"))
    at = f"/sales/windows/{COUNTY}/{window.priority_id}"
    page = browser.get(at).text
    assert ("公示期满，办理成交" in page, "优先权抽签" in page, NEIGHBOUR in page) == (False, True, True)
    letters = re.sub(r"\s", "", pdf_text(BytesIO(browser.client.get(f"{at}/lot.pdf").data)))
    assert letters.count("优先权抽签结果告知书") >= 2
    assert all(word in letters for word in ("您户的次序", "没有轮到您户", "由您户成交"))
    page = another_browser.client.get(public).text
    marks = drawn(page)
    claims = superuser.execute("SELECT taker_id, mark FROM exchange.priority_claim").fetchall()
    winner = superuser.execute("SELECT taker_id FROM exchange.deal").fetchone()
    assert winner is not None
    assert (len(marks), marks) == (2, again(marks))
    assert (winner[0], UUID(marks[0])) in claims
    assert all(mark in told for mark in marks)
    # What lasts longer than a claim, by which a household would be found in another lot, is told to nobody.
    assert not any(str(taker_id) in said for taker_id, _mark in claims for said in (page, told, letters))


def test_a_household_reads_on_its_first_page_and_on_its_claims_what_the_lot_came_to(
    listing: Listing, window: Priority, superuser: Connection, browser: Browser
) -> None:
    kit.pass_time(superuser, days=15)
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert isinstance(deal, Deal)
    browser.log_in(given_password(superuser, kit.farmer(superuser, NEIGHBOUR)))
    taker = superuser.execute("SELECT taker_id FROM exchange.taker WHERE code = %s", [NEIGHBOUR]).fetchone()
    assert taker is not None
    said = "第 1 位，共 2 户，由本户成交" if UUID(str(taker[0])) == deal.taker_id else "第 2 位，共 2 户，没有轮到本户"
    assert f"优先权抽签：本户{said}" in browser.get("/").text
    page = browser.get(f"/priority/{COUNTY}/{window.priority_id}").text
    assert f"优先权抽签：本户{said}" in page
    marks = drawn(page)
    assert (len(marks), marks) == (2, again(marks))


def test_a_household_reads_of_a_window_what_comes_next_for_whom_and_until_when(
    listing: Listing, window: Priority, superuser: Connection, browser: Browser
) -> None:
    stranger = kit.farmer(superuser, f"{NEIGHBOUR[:-1]}4")
    sides = {"own": kit.farmer(superuser, HOUSEHOLD), "claims": kit.farmer(superuser, NEIGHBOUR), "no": stranger}
    day = window.last_day

    def told(side: str) -> str:
        browser.log_in(given_password(superuser, sides[side]))
        page = browser.get(f"/priority/{COUNTY}/{window.priority_id}").text
        return page if side == "own" else browser.get("/bids").text

    assert f"{day} 前可以主张优先权；不要的不用办理" in told("no")
    assert f"本户已经主张。公示到 {day}，以后由交易员办理" in told("claims")
    assert f"公示到 {day}，以后由交易员办理：有成员主张的与该户成交" in told("own")
    kit.pass_time(superuser, days=15)
    assert f"公示已于 {day} 期满，本户没有主张，不用再办" in told("no")
    assert f"公示已于 {day} 期满，本户已经主张，等交易员办理：只有本户主张的由本户成交，几户主张的抽签" in told(
        "claims"
    )
    assert f"公示已于 {day} 期满，等交易员办理：有成员主张的与该户成交" in told("own")
    deal = deals.proceed(OPERATOR, COUNTY, listing.listing_id).deal
    assert deal is not None
    assert f"公示已于 {day} 期满，这宗已经成交" in told("no")
    taker = superuser.execute("SELECT taker_id FROM exchange.taker WHERE code = %s", [NEIGHBOUR]).fetchone()
    won = taker is not None and taker[0] == deal.taker_id
    assert f"公示已于 {day} 期满，{'本户优先成交，接下来签合同' if won else '这宗由别户成交'}" in told("claims")
    kit.pass_time(superuser, days=40)
    assert "本集体成员优先" not in told("no"), "of what is long over nothing is left to be read there"
