"""The pages of transfer contracts: drawn, signed, filed, paid, ended; what farmers and the public see; bad input in the form."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest

from landreg.core.actor import Actor, Role
from landreg.exchange.contracts import life
from tests.contract_kit import (
    OPERATOR,
    PAPER,
    TAKER,
    VALUES,
    card_of,
    day_of,
    drawn,
    early,
    parcels_of,
    right_id,
    signed,
    today,
)
from tests.exchange_kit import farmer_of, listing_row, market, photographed, put_listing
from tests.registry_kit import HOUSEHOLD, Connection, one, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_brought import bound


def picture() -> tuple[io.BytesIO, str]:
    return io.BytesIO(photographed()), "凭证.jpg"


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> None:
    to_rights(*officers, superuser, 2)


@pytest.fixture
def ling(app: Any, account: OpenAccount) -> Browser:
    """The operator's browser."""
    account("ling", Role.OPERATOR, jurisdiction=COUNTY)
    browser = Browser(app.test_client())
    browser.log_in("ling")
    return browser


NEIGHBOUR = f"{VILLAGE}010002"
ASKED = f"county={COUNTY}&household={HOUSEHOLD}&kind=lease&unit=yuan_mu_year"


def said(code: str, **changed: Any) -> dict[str, Any]:
    return {
        **VALUES, "kind": "lease", "unit": "yuan_mu_year", "parcel": code, "from_on": "2022-01-01", "last_day": "2027-06-30",
        "price": "600", "escalator": "3", "paid_every": "half", "paid": "before", "taker": TAKER,
        "taker_name": "样本种植专业合作社", **changed,
    }  # fmt: skip


def seen_name(actor: Actor) -> str:
    """The first household's whole name."""
    return str(
        one(actor, "SELECT name FROM party.household WHERE code = :code AND upper_inf(recorded)", code=HOUSEHOLD)
    )


@pytest.mark.usefixtures("village")
def test_an_operator_takes_a_deal_of_the_parties_own_from_its_clauses_to_the_certificate(
    ling: Browser, officers: tuple[Actor, Actor]
) -> None:
    code = parcels_of(officers[0], right_id())[0]
    page = ling.get(f"/contracts/new?{ASKED}").text
    assert code in page
    assert "或者个人的公民身份号码" in page
    assert "不在这里录入，办法见上面" not in page
    assert (
        "不在这里录入，办法见上面" in ling.get(f"/contracts/new?{ASKED.replace('kind=lease', 'kind=house_lease')}").text
    )
    lacking = ling.post(f"/contracts/new?{ASKED}", said(code, fixtures_end="", last_day="2099-06-30"))
    assert lacking.status_code == 422
    assert {"TR-1", "TR-7"} <= set(re.findall(r'class="code">([A-Z]+-\d+)<', lacking.text))
    assert "附着物和设施" in lacking.text
    answer = ling.post(f"/contracts/new?{ASKED}", said(code))
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    page = ling.get(address).text
    assert "合同已拟定" in page
    days = (day_of(officers[0]) - date(2022, 1, 1)).days
    assert f"期限从过去的日子算起：2022-01-01 起，到今天已过 {days} 天" in page
    for side in ("contractor", "taker"):
        name, card = card_of(HOUSEHOLD) if side == "contractor" else ("样本社长", "")
        signature = {
            "side": side,
            "way": "in_person",
            "name": name,
            "card": card,
            "identity": "1",
            "witness": "见证人甲",
            **({"attorney": "1", "paper": picture()} if side == "taker" else {}),
        }
        assert ling.post(f"{address}/signatures", signature).status_code == 303
    page = ling.get(address).text
    assert "没有向发包方备案" in page
    assert "期限从过去的日子算起" not in page
    assert "申请土地经营权登记" in page
    assert ling.post(f"{address}/registration").status_code == 400
    assert ling.post(f"{address}/registration", {"application": picture()}).status_code == 303
    assert "等登记机构立案" in ling.get(address).text
    assert ling.post(f"{address}/certificate").status_code == 422
    undated = ling.post(f"{address}/filing", {"on_day": "", "paper": picture()})
    assert (undated.status_code, "FORM-1" in undated.text) == (400, True)
    assert (
        ling.post(f"{address}/filing", {"on_day": day_of(officers[0]).isoformat(), "paper": picture()}).status_code
        == 303
    )
    left = re.search(r"合同期内还应付 ([\d,.]+) 元", ling.get(address).text)
    assert left
    paid = {
        "amount": left[1].replace(",", ""),
        "paid_on": day_of(officers[0]).isoformat(),
        "receipt": "HP-1",
        "paper": picture(),
    }
    assert ling.post(f"{address}/payments", paid).status_code == 303
    assert ling.post(f"{address}/payments", {**paid, "paper": picture()}).status_code == 422
    assert ling.post(f"{address}/certificate").status_code == 303
    assert ling.client.get(f"{address}/contract.pdf").data[:5] == b"%PDF-"
    assert ling.client.get(f"{address}/certificate.pdf").data[:5] == b"%PDF-"
    number = re.search(rf"{COUNTY}-J\d{{4}}-\d{{6}}", ling.get(address).text)
    assert number
    anyone = Browser(ling.client.application.test_client())
    there = anyone.get(f"/check?number={number[0].lower()}").headers["Location"]
    assert there == f"/contracts/check?number={number[0]}"
    checked = anyone.get(there).text
    assert "样本种植专业合作社" in checked
    household = seen_name(officers[0])
    assert household not in checked
    assert household[0] in checked
    assert "现在的状态：履行中" in checked
    assert "样本种植专业合作社" in ling.get("/contracts").text
    assert "没有逾期的价款" in ling.get("/contracts/late").text


@pytest.mark.usefixtures("village")
def test_a_signature_by_power_of_attorney_says_so_on_the_page(ling: Browser) -> None:
    """CON-29 without the paper."""
    address = f"/contracts/{COUNTY}/{drawn().contract_id}"
    given = {
        "side": "contractor",
        "way": "in_person",
        "name": "样本受托人",
        "identity": "1",
        "witness": "见证人甲",
        "attorney": "1",
    }
    assert "CON-29" in ling.post(f"{address}/signatures", given).text
    assert ling.post(f"{address}/signatures", {**given, "paper": picture()}).status_code == 303
    page = ling.get(address).text
    assert ("凭当事人的书面授权或者证明：样***人" in page, "本人到场：" in page) == (True, False)


@pytest.mark.usefixtures("village")
def test_a_business_without_an_account_is_reviewed_at_the_counter(ling: Browser) -> None:
    drawn()
    asked = {"code": TAKER, "more_mu": "150", "purpose": "种植玉米"}
    bad = (
        {"code": HOUSEHOLD},
        {"code": "甲\x00"},
        {"code": ""},
        {"more_mu": "1E99"},
        {"more_mu": "0"},
        {"outside_mu": "-1"},
    )
    for wrong in (*bad, {"outside_mu": "NaN"}, {}):
        assert 400 <= ling.post("/sales/reviews", {**asked, **wrong}).status_code < 500, wrong
    papers = {
        kind: (io.BytesIO(photographed() + kind.encode()), "材料.jpg")
        for kind in ("licence", "ability", "plan", "credit")
    }
    lacking = ling.post("/sales/reviews", {**asked, "outside_mu": "", **papers})
    assert (lacking.status_code, "流转意向协议书" in lacking.text) == (422, True)
    papers = {kind: (io.BytesIO(photographed() + kind.encode()), "材料.jpg") for kind in papers}
    answer = ling.post("/sales/reviews", {**asked, "outside_mu": "", "by_market": "yes", **papers})
    assert answer.status_code == 303, answer.text
    assert "样本种植专业合作社" in ling.get("/sales/reviews").text
    page = answer.headers["Location"]
    assert "没有流转意向协议书" in ling.get(page).text
    assert ling.client.get(f"{page}/opinion").status_code == 404
    assert ling.client.get(f"{page}/result.pdf").status_code == 404


@pytest.mark.usefixtures("village")
def test_a_household_with_two_contract_rights_is_asked_which_one(
    ling: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    registrar = officers[0]
    given, own = parcels_of(registrar, right_id())[0], parcels_of(registrar, right_id(NEIGHBOUR))[0]
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE registry."right" SET household_id = (SELECT household_id FROM party.household WHERE code = %s)
               WHERE kind = 'contract_management' AND household_id = (SELECT household_id FROM party.household WHERE code = %s)""",
            [NEIGHBOUR, HOUSEHOLD],
        )
    page = ling.get(f"/contracts/new?{ASKED.replace(HOUSEHOLD, NEIGHBOUR)}").text
    assert "哪一份承包合同" in page
    assert given not in page
    assert own not in page
    rights = re.findall(r'<option value="([0-9a-f-]{36})"', page)
    assert len(rights) == 2
    lands = {
        right: ling.get(f"/contracts/new?{ASKED.replace(HOUSEHOLD, NEIGHBOUR)}&right={right}").text for right in rights
    }
    (second,) = [right for right, text in lands.items() if given in text]
    assert own not in lands[second]
    answer = ling.post(f"/contracts/new?{ASKED.replace(HOUSEHOLD, NEIGHBOUR)}&right={second}", said(given))
    assert answer.status_code == 303, answer.text


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"parcel": "6109021042020199999"}, "CON-1"), ({"price": "1E99"}, "FORM-3"), ({"price": "-5"}, "CON-15"),
        ({"taker": HOUSEHOLD}, "CON-16"), ({"taker": "12345"}, "CON-16"), ({"last_day": "2021-01-01"}, "CON-16"),
        ({"price": "9999999999999999999999"}, "CON-15"), ({"taker_home": "a\x00b"}, "FORM-"), ({"from_on": ""}, "FORM-1"),
        ({"late_per_10000": "五"}, "FORM-3"),
        ({"said": "甲方流转土地后户口才能迁到镇上落户", "said_read": "1"}, "GUARD-1"), ({"said": "乙方代交水费"}, "CON-88"),
        ({"last_day": "9999-12-31"}, ""),
        ({"escalator": "60"}, "CON-15"), ({"paid_every": "day"}, "FORM-5"), ({"use": "mining"}, "TR-"),
    ],
)  # fmt: skip
def test_bad_input_comes_back_in_the_form_and_draws_nothing(
    ling: Browser, officers: tuple[Actor, Actor], wrong: dict[str, Any], field: str
) -> None:
    code = parcels_of(officers[0], right_id())[0]
    ling.get(f"/contracts/new?{ASKED}")
    answer = ling.post(f"/contracts/new?{ASKED}", said(code, **wrong))
    assert 400 <= answer.status_code < 500, wrong
    assert field in answer.text
    assert one(officers[0], "SELECT count(*) FROM exchange.contract") == 0


def test_land_on_the_market_is_told_at_its_ticks_with_the_way_to_the_listing(
    ling: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    market(*officers, superuser)
    right, owner = right_id(), farmer_of(superuser)
    code = parcels_of(officers[0], right)[0]
    listing = put_listing(owner, listing_row(owner, right), [code])
    days = {"from_on": listing.from_on.isoformat(), "last_day": "2029-12-31"}
    answer = ling.post(f"/contracts/new?{ASKED}", said(code, **days))
    assert answer.status_code == 422
    assert "先撤回挂牌" in answer.text
    assert f'href="/listings/{COUNTY}/{listing.listing_id}">看挂牌 {listing.number}<' in answer.text
    assert listing.number in ling.get(f"/listings/{COUNTY}/{listing.listing_id}").text
    free = parcels_of(officers[0], right)[1]
    assert ling.post(f"/contracts/new?{ASKED}", said(free, **days)).status_code == 303


@pytest.mark.usefixtures("village")
def test_an_assignment_is_drawn_in_instalments_that_add_up(ling: Browser, officers: tuple[Actor, Actor]) -> None:
    """CON-35 beside the first of them; the draft says each day and sum."""
    asked = f"county={COUNTY}&household={HOUSEHOLD}&kind=assignment&unit=yuan_once"
    code = parcels_of(officers[0], right_id())[0]
    parts = {"due_on_1": "2026-12-01", "due_yuan_1": "60000", "due_on_2": "2027-06-01", "due_yuan_2": "26000"}
    given = said(
        code, kind="assignment", unit="yuan_once", price="86000", price_seen="86000", escalator="0", taker=NEIGHBOUR,
        taker_name="", issuer_consent="同意书一号", from_on="2026-01-01", last_day="2027-12-31", **parts,
    )  # fmt: skip
    assert 'name="due_on_1"' in ling.get(f"/contracts/new?{asked}").text
    for wrong, told in (
        ({"due_yuan_2": "25999"}, "CON-35"),
        ({"due_yuan_2": ""}, "FORM-1"),
        ({"due_on_1": "x"}, "FORM-3"),
    ):
        answer = ling.post(f"/contracts/new?{asked}", {**given, **wrong})
        assert answer.status_code in (400, 422)
        assert told in answer.text
    answer = ling.post(f"/contracts/new?{asked}", given)
    assert answer.status_code == 303, answer.text
    assert (
        "分 2 期付清：2026年12月1日 60,000.00 元；2027年6月1日 26,000.00 元"
        in ling.get(answer.headers["Location"]).text
    )


@pytest.mark.usefixtures("village")
def test_a_farmer_sees_the_contract_and_the_next_rent_in_large_type_and_nobody_else_does(
    app: Any, browser: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    contract = signed(drawn())
    bound(officers[0], HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    page = browser.get("/my/contracts").text
    assert "样本种植专业合作社" in page
    assert "page-large" in page
    assert "已经逾期" not in page
    early(superuser, contract)
    assert "已经逾期" in browser.get("/my/contracts").text
    address = f"/my/contracts/{COUNTY}/{contract.contract_id}"
    assert "租金" in browser.get(address).text
    assert browser.client.get(f"/contracts/{COUNTY}/{contract.contract_id}/contract.pdf").data[:5] == b"%PDF-"
    assert browser.get(f"/contracts/{COUNTY}/{contract.contract_id}").status_code == 403
    bound(officers[0], f"{VILLAGE}010002", "other.nong")
    other = Browser(app.test_client())
    other.log_in("other.nong")
    assert other.get(address).status_code == 404
    assert "还没有流转合同" in other.get("/my/contracts").text
    assert "再次挂牌" not in browser.get(address).text
    life.end(OPERATOR, COUNTY, contract.contract_id, life.End("agreed", today()), PAPER)
    again = re.search(r'href="(/my/listings/new/[^"]+)"[^>]*>再次挂牌', browser.get(address).text)
    assert again is not None
    assert browser.get(again[1]).status_code == 200
