"""The page of what ends soon, and the forms by which a restriction is laid and changed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.registry import lapses
from landreg.registry.rules.requests import RestrictionAsked
from tests.registry_kit import (
    BANK,
    Connection,
    applied,
    booked,
    of_household,
    one,
    pass_days,
    put_papers,
    right_of,
    to_rights,
)
from tests.renewal_kit import today
from tests.villages import COUNTY, VILLAGE, citizen_id
from tests.web.conftest import Browser

SECOND = f"{VILLAGE}010002"
BUYER = {"party_kind": "household", "household": SECOND}
OBJECTOR = {"party_kind": "person", "party": "异议人", "id_number": citizen_id(901)}
CREDITOR = {"party_kind": "organization", "party": "样本农村信用社", "uscc": BANK.code}


@pytest.fixture
def right(officers: tuple[Actor, Actor], superuser: Connection) -> UUID:
    """A registered contract right whose term is over."""
    to_rights(*officers, superuser, 2, ends_on="2026-06-30")
    return right_of(officers[0])


def seized(officers: tuple[Actor, Actor], superuser: Connection, right: UUID, days: int) -> date:
    """A seizure that ends in so many days; its last day."""
    last = today(officers[0]) + timedelta(days=days)
    asked = RestrictionAsked("seizure", "样本法院", "裁定", Decimal(1), last)
    booked(*officers, superuser, applied(officers[0], "seizure", asked, right), "seizure")
    return last


def test_what_ends_soon_is_listed_with_what_can_be_done_before(
    right: UUID, deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    last = seized(officers, superuser, right, 20)
    page = deng.get("/endings")
    assert last.isoformat() in page.text
    assert f"/rights/{COUNTY}/{right}/acts/seizure_renewal" in page.text
    terms = deng.get("/endings?show=terms")
    assert "2026-06-30" in terms.text
    assert f"/rights/{COUNTY}/{right}/acts/renewal_single" in terms.text
    pass_days(superuser, 40)
    lapses.work()
    assert "没有即将到期的" in deng.get("/endings?show=nonsense&page=9").text
    told = deng.get(f"/rights/{COUNTY}/{right}/history")
    assert "查封期限届满" in told.text


def test_a_reviewer_reads_what_ends_and_is_offered_no_form(
    right: UUID, shen: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    seized(officers, superuser, right, 20)
    page = shen.get("/endings")
    assert page.status_code == 200
    assert "seizure_renewal" not in page.text


def test_a_seizure_is_renewed_by_its_form(
    right: UUID, deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    last = seized(officers, superuser, right, 20)
    seizure = str(one(officers[0], "SELECT restriction_id FROM registry.restriction WHERE upper_inf(recorded)"))
    address = f"/rights/{COUNTY}/{right}/acts/seizure_renewal"
    assert "要续行的查封" in deng.get(address).text
    for given, status in (
        ({"restriction": seizure, "basis": "续封裁定"}, 400),
        ({"restriction": seizure, "basis": "续封裁定", "until": "9999-12-31"}, 400),
        ({"restriction": seizure, "basis": "续封裁定", "until": last.isoformat()}, 422),
        ({"restriction": str(right), "basis": "续封裁定", "until": "2030-01-01"}, 422),
        ({"restriction": "x", "basis": "\x00", "until": "never"}, 400),
        ({"restriction": seizure, "basis": "续封裁定", "until": "2030-01-01"}, 303),
        ({"restriction": seizure, "basis": "续封裁定", "until": "2030-01-01"}, 409),
    ):
        assert deng.post(address, given).status_code == status, given


@pytest.mark.parametrize(
    ("kind", "given", "until"),
    [
        ("objection_entry", OBJECTOR | {"basis": "申请书", "until": "2099-01-01"}, None),
        ("advance_notice", BUYER | {"basis": "合同", "registrable_on": "2027-03-01"}, date(2027, 5, 30)),
        ("advance_notice", BUYER | {"basis": "合同"}, None),
    ],
)
def test_objections_and_advance_notices_take_their_last_day_from_the_law(
    kind: str, given: dict[str, Any], until: date | None, right: UUID, deng: Browser, officers: tuple[Actor, Actor],
    superuser: Connection,
) -> None:  # fmt: skip
    address = f"/rights/{COUNTY}/{right}/acts/{kind}"
    assert deng.get(address).status_code == 200
    assert deng.post(address, {**given, "registrable_on": "9999-01-01"}).status_code == 400
    opened = deng.post(address, given)
    assert opened.status_code == 303
    case = UUID(opened.headers["Location"].rsplit("/", 1)[1])
    put_papers(officers[0], case, kind)
    booked(*officers, superuser, case, kind)
    expected = today(officers[0]) + timedelta(days=15) if kind == "objection_entry" else until
    assert one(officers[0], "SELECT until FROM registry.restriction WHERE upper_inf(recorded)") == expected


def test_the_day_of_an_advance_notice_is_told_by_its_form(
    right: UUID, deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    asked = RestrictionAsked("advance_notice", "受让人", "合同", whose=of_household(officers[0], SECOND))
    booked(*officers, superuser, applied(officers[0], "advance_notice", asked, right), "advance_notice")
    notice = str(one(officers[0], "SELECT restriction_id FROM registry.restriction WHERE upper_inf(recorded)"))
    address = f"/rights/{COUNTY}/{right}/acts/advance_notice_day"
    page = deng.get(address)
    assert "自何日起能够办理登记" in page.text
    for given, status in (
        ({"restriction": notice, "basis": "补充协议"}, 400),
        ({"restriction": notice, "basis": "补充协议", "registrable_on": "9999-01-01"}, 400),
        ({"restriction": notice, "basis": "补充协议", "registrable_on": "1999-01-01"}, 422),
        ({"restriction": notice, "basis": "补充协议", "registrable_on": "2027-03-01"}, 303),
    ):
        assert deng.post(address, given).status_code == status, given


@pytest.mark.parametrize(("amount", "status"), [("-5", 422), ("0", 422), ("0.001", 422), ("20000.00", 303)])
def test_a_sum_that_cannot_be_is_refused_at_the_form(right: UUID, deng: Browser, amount: str, status: int) -> None:
    address = f"/rights/{COUNTY}/{right}/acts/mortgage"
    deng.get(address)
    given = CREDITOR | {"basis": "合同", "amount": amount}
    sent = deng.post(address, given)
    assert sent.status_code == status
    assert ("须大于 0，最多两位小数" in sent.text) is (status != 303)


def test_all_that_is_wrong_of_a_mortgage_is_told_at_once(right: UUID, deng: Browser) -> None:
    address = f"/rights/{COUNTY}/{right}/acts/mortgage"
    deng.get(address)
    answer = deng.post(address, CREDITOR | {"party": "张三", "basis": "合同", "amount": "-5", "until": "2020-01-01"})
    assert answer.status_code == 422
    assert [code for code in ("TR-25", "RES-5", "RES-6") if code not in answer.text] == []


def test_a_mortgage_is_changed_by_its_form(
    right: UUID, deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    asked = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal(1000), whose=BANK)
    booked(*officers, superuser, applied(officers[0], "mortgage", asked, right), "mortgage")
    mortgage = str(one(officers[0], "SELECT restriction_id FROM registry.restriction WHERE upper_inf(recorded)"))
    address = f"/rights/{COUNTY}/{right}/acts/mortgage_change"
    deng.get(address)
    for given, status in (
        ({"restriction": mortgage, "basis": "补充协议"}, 400),
        ({"restriction": mortgage, "basis": "补充协议", "amount": "-5"}, 422),
        ({"restriction": mortgage, "basis": "补充协议", "amount": "1e999"}, 400),
        ({"restriction": mortgage, "basis": "补充协议", "amount": "2500.00"}, 303),
    ):
        assert deng.post(address, given).status_code == status, given


def test_a_right_shows_what_a_mortgage_secures_and_which_seizure_waits_for_which(
    right: UUID, deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    laid = (
        RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("50000.00"), whose=BANK),
        RestrictionAsked("seizure", "甲法院", "裁定一", None, date(2028, 1, 1)),
        RestrictionAsked("seizure", "乙法院", "裁定二", None, date(2028, 2, 1)),
    )
    for asked in laid[:2]:
        booked(*officers, superuser, applied(officers[0], asked.kind, asked, right), asked.kind)
    assert "轮候查封" not in deng.get(f"/rights/{COUNTY}/{right}").text
    booked(*officers, superuser, applied(officers[0], "seizure", laid[2], right), "seizure")
    shown = deng.get(f"/rights/{COUNTY}/{right}").text
    assert "50,000.00" in shown
    assert shown.count("轮候查封") == shown.count("轮候第 1 位，前面的查封解除后才生效") == 1
