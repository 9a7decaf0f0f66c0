"""The history of a right, a parcel and a household on the screen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk, Role
from landreg.log.store import seal
from landreg.registry.rules.requests import HouseholdChange, RestrictionAsked
from tests.acts_kit import change, pass_hours
from tests.registry_kit import BANK, HOUSEHOLD, applied, booked, one, right_of, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser, OpenAccount

SPRING = date(2020, 3, 1)


@pytest.fixture
def officers(account: OpenAccount) -> tuple[Actor, Actor]:
    return tuple(
        Actor(account(login, role), f"{login}先生", Desk.REGISTRY, frozenset({role}), COUNTY)
        for login, role in (("deng", Role.REGISTRAR), ("shen", Role.REVIEWER))
    )  # type: ignore[return-value]


@pytest.fixture
def deng(browser: Browser, officers: tuple[Actor, Actor], superuser: Any, database: Settings) -> Browser:
    """A registrar's browser beside a village of one household, registered and sealed."""
    to_rights(*officers, superuser, 1)
    pass_hours(superuser)
    seal(WORKER, database)
    browser.log_in("deng")
    return browser


def test_the_history_of_a_right_shows_before_after_who_why_and_the_proof(
    deng: Browser, officers: tuple[Actor, Actor], database: Settings
) -> None:
    right = one(officers[0], "SELECT right_id FROM registry.\"right\" WHERE kind = 'contract_management'")
    number = change(officers[0], "registry.right", right, {"area_m2": "790.5"}, since=SPRING)
    page = deng.get(f"/rights/{COUNTY}/{right}/history").text
    newest = page[: page.index(number) + 200]
    assert "800.00" in newest
    assert "790.50" in newest
    assert "自 2020-03-01 起" in newest
    assert "deng先生" in newest
    assert "等待封存" in newest
    first = page[page.index(number) + 200 :]
    case = one(officers[0], "SELECT number FROM registry.\"case\" WHERE right_kind = 'contract_management'")
    assert case in first
    assert "shen先生" in first
    act = one(
        officers[0],
        'SELECT a.number FROM registry.act AS a JOIN registry."case" AS c USING (county, case_id) WHERE c.number = :n',
        n=case,
    )
    assert f"/acts/{act}/proof.json" in first
    assert deng.get(f"/acts/{act}/proof.json").status_code == 200


def test_the_history_of_a_parcel_shows_its_new_name_shape_and_its_right(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    code, parcel = one(officers[0], "SELECT code FROM land.parcel WHERE kind = 'contracted' ORDER BY code LIMIT 1"), ""
    parcel = one(officers[0], "SELECT parcel_id FROM land.parcel WHERE code = :code", code=code)
    changed = {"name": "'移动后的地块'", "geom": "ST_Translate(geom, 0, 900)"}
    change(officers[0], "land.parcel", parcel, changed, since=SPRING)  # type: ignore[arg-type]
    page = deng.get(f"/parcels/{code}/history").text
    assert "移动后的地块" in page
    assert "图形" in page
    assert "土地承包经营权" in page
    assert f"/parcels/{code}/history" in deng.get(f"/parcels/{code}").text


def test_the_history_of_a_household_shows_members_by_masked_names(
    deng: Browser, officers: tuple[Actor, Actor], another_browser: Browser, account: OpenAccount
) -> None:
    code = one(officers[0], "SELECT code FROM party.household")
    member = one(officers[0], "SELECT member_id FROM party.member WHERE position = 2")
    change(officers[0], "party.member", member, {}, until=SPRING)
    household = one(officers[0], "SELECT household_id FROM party.household")
    change(officers[0], "party.household", household, {"name": "'李继承'"}, since=SPRING)
    page = deng.get(f"/households/{code}/history").text
    assert "李继承" in page
    assert "成员1之2" not in page
    assert "登记前 – 2020-03-01" in page
    account("cha", Role.SURVEYOR)
    another_browser.log_in("cha")
    assert "李继承" not in another_browser.get(f"/households/{code}/history").text


def test_nobody_sees_the_history_of_what_lies_elsewhere(
    deng: Browser, another_browser: Browser, account: OpenAccount, officers: tuple[Actor, Actor]
) -> None:
    right = one(officers[0], 'SELECT right_id FROM registry."right" LIMIT 1')
    code = one(officers[0], "SELECT code FROM party.household")
    account("far", Role.REGISTRAR, jurisdiction="610921")
    another_browser.log_in("far")
    for address in (f"/rights/{COUNTY}/{right}", f"/parcels/{code}1", f"/households/{code}"):
        assert another_browser.get(f"{address}/history").status_code == 404


def test_the_page_of_an_act_shows_what_it_changed_its_course_and_its_papers(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    asked = RestrictionAsked(
        "mortgage", "安康样本银行", "抵押合同1号", amount=Decimal("50000.00"), until=date(2027, 12, 31), whose=BANK
    )
    right = right_of(officers[0])
    case = applied(officers[0], "mortgage", asked, right)
    booked(*officers, superuser, case, "mortgage")
    number = one(officers[0], "SELECT number FROM registry.act WHERE case_id = :case", case=case)
    page = deng.get(f"/acts/{number}").text
    for said in (
        "变更前",
        "抵押合同1号",
        "安康样本银行",
        f"/rights/{COUNTY}/{right}/history",
        "办理经过",
        "shen先生",
        "mortgage_contract.pdf",
    ):
        assert said in page, said
    assert "bars_transfer" not in page
    assert page.count("<details>") == 1


def test_the_page_of_an_act_on_a_household_shows_who_joined(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    asked = HouseholdChange(address="样本村三组")
    case = applied(officers[0], "household_change", asked)
    booked(*officers, superuser, case, "household_change")
    number = one(officers[0], "SELECT number FROM registry.act WHERE case_id = :case", case=case)
    page = deng.get(f"/acts/{number}").text
    assert "样本村三组" in page
    assert f"/households/{HOUSEHOLD}/history" in page
