"""What was recorded wrongly is corrected at the desk and read on a phone; a claim is looked at twice, and taken back."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from landreg.access import passwords, service
from landreg.access.sealing import use_key
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.exchange.bidding import auction, deals
from landreg.exchange.contracts import disputes, life
from landreg.exchange.contracts.disputes import Brought
from landreg.exchange.contracts.rules.outcomes import Outcome
from landreg.exchange.model import Listing
from tests import bidding_kit as kit
from tests.browser.conftest import PASSWORD, OpenPage, barriers_of, sign_on
from tests.browser.walk_kit import follow
from tests.contract_kit import PAPER, drawn, seen, signed, today
from tests.exchange_kit import NEIGHBOUR, OPERATOR
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY
from tests.web.test_brought import bound


@pytest.fixture
def listing(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Listing:
    use_key(database.keys["identity"])
    return kit.published(registrar, reviewer, superuser, way="auction")


def _with_password(superuser: Connection, actor: Actor) -> str:
    """The login of an account, with the password of these tests."""
    asked = (
        "UPDATE access.account SET password_hash = %s, password_temporary = false WHERE account_id = %s RETURNING login"
    )
    (login,) = superuser.execute(asked, [passwords.hashed(PASSWORD), actor.account_id]).fetchone() or ("",)
    return str(login)


def _desk(window: OpenPage, width: int) -> Page:
    new = NewAccount("jiaoyi", "交易员甲", frozenset({Role.OPERATOR}), COUNTY)
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    desk = window(width=width)
    sign_on(desk, "jiaoyi")
    return desk


def _fits(*shown: Page) -> None:
    for page in shown:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs off the screen"
        assert barriers_of(page) == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_a_mistyped_receipt_is_corrected_at_the_desk_and_read_by_the_bidder(
    listing: Listing, window: OpenPage, superuser: Connection, width: int
) -> None:
    sale = kit.auction(listing)
    taker, actor = kit.person(superuser, 1)
    kit.entered(sale, taker, actor, "BZ-9")
    login = _with_password(superuser, actor)
    desk = _desk(window, width)
    desk.goto(f"/sales/{COUNTY}/{sale.sale_id}")
    follow(desk.get_by_role("link", name="更正"))
    follow(desk.get_by_role("button", name="更正", exact=True))
    expect(desk.get_by_text("写明错在哪里").first).to_be_visible()
    desk.get_by_label("错在哪里，依据什么更正").fill("回单号抄错，核对银行流水后更正")
    desk.get_by_label("回单号").fill("BZ-1")
    follow(desk.get_by_role("button", name="更正", exact=True))
    expect(desk.get_by_text("回单号抄错，核对银行流水后更正")).to_be_visible()
    expect(desk.get_by_text("BZ-1", exact=True)).to_be_visible()
    assert desk.get_by_role("link", name="更正").count() == 1, "what was corrected is not corrected again"
    phone = window(width=390)
    sign_on(phone, login)
    phone.goto(f"/bids/{COUNTY}/{sale.sale_id}")
    for said in ("BZ-9", "BZ-1"):
        expect(phone.get_by_text(said, exact=True)).to_be_visible()
    expect(phone.get_by_text("保证金已到账")).to_be_visible()
    _fits(desk, phone)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_payment_and_an_outcome_are_corrected_at_the_desk_and_read_by_the_household(
    window: OpenPage, officers: tuple[Actor, Actor], superuser: Connection, width: int
) -> None:
    to_rights(*officers, superuser, 2)
    contract = signed(drawn())
    at = (OPERATOR, COUNTY, contract.contract_id)
    life.pay(*at, Decimal(100), today(), "HZ-1", PAPER)
    disputes.dispute(*at, Brought("court", "设施没有补偿"), PAPER)
    judged = Outcome("owed", today(), Decimal("50.00"), today(), pays="contractor", document="judgment", final=True)
    disputes.settle(*at, judged, PAPER)
    desk = _desk(window, width)
    desk.goto(f"/contracts/{COUNTY}/{contract.contract_id}")
    follow(desk.locator("section[aria-labelledby=rents]").get_by_role("link", name="更正"))
    desk.get_by_label("错在哪里，依据什么更正").fill("金额抄错，核对银行回单后更正")
    desk.get_by_label("金额（元）").fill("10")
    _fits(desk)
    follow(desk.get_by_role("button", name="更正", exact=True))
    expect(desk.get_by_text("金额抄错，核对银行回单后更正")).to_be_visible()
    follow(desk.locator("section[aria-labelledby=course]").get_by_role("link", name="更正"))
    expect(desk.get_by_text("更正这一条")).to_be_visible()
    for name, said in (("outcome", "owed"), ("document", "judgment"), ("pays", "contractor"), ("yuan", "50.00")):
        expect(desk.locator(f"#field-{name}")).to_have_value(said)
    _fits(desk)
    desk.get_by_text("没有这回事，只撤销").click()
    desk.locator("#field-back").fill("判决还没有生效")
    follow(desk.get_by_role("button", name="撤销这条记载"))
    expect(desk.get_by_text("已撤销，原来的记载保留")).to_be_visible()
    assert seen(contract).course(today()).disputed
    bound(officers[0], HOUSEHOLD, "lin.nong")
    phone = window(width=390)
    sign_on(phone, "lin.nong")
    phone.goto(f"/my/contracts/{COUNTY}/{contract.contract_id}")
    for said in ("金额抄错，核对银行回单后更正", "判决还没有生效"):
        expect(phone.get_by_text(said)).to_be_visible()
    _fits(desk, phone)


def test_a_household_looks_twice_before_it_claims_and_takes_its_claim_back(
    listing: Listing, window: OpenPage, superuser: Connection
) -> None:
    sale = kit.auction(listing)
    taker, actor = kit.person(superuser, 1)
    entrant = kit.entered(sale, taker, actor)
    kit.pass_time(superuser, hours=1, minutes=1)
    auction.bid(actor, COUNTY, sale.sale_id, entrant.entrant_id, Decimal(300), uuid4())
    kit.pass_time(superuser, hours=5)
    opened = deals.proceed(OPERATOR, COUNTY, listing.listing_id).window
    assert opened is not None
    phone = window(width=390)
    sign_on(phone, _with_password(superuser, kit.farmer(superuser, NEIGHBOUR)))
    phone.goto(f"/priority/{COUNTY}/{opened.priority_id}")
    expect(phone.get_by_role("button", name="没有错，就按这个条件要")).to_be_hidden()
    phone.get_by_text("我家要，按这个条件").click()
    expect(phone.get_by_text("前可以撤回")).to_be_visible()
    _fits(phone)
    follow(phone.get_by_role("button", name="没有错，就按这个条件要"))
    expect(phone.get_by_text("本户已经主张优先权")).to_be_visible()
    phone.get_by_text("不要了，撤回主张").click()
    follow(phone.get_by_role("button", name="撤回主张"))
    expect(phone.get_by_text("已经撤回")).to_be_visible()
    expect(phone.get_by_text("我家要，按这个条件")).to_be_visible()
    desk = _desk(window, 390)
    desk.goto(f"/sales/windows/{COUNTY}/{opened.priority_id}")
    expect(desk.get_by_text("已撤回")).to_be_visible()
    _fits(phone, desk)
