"""Acts on a right walked from its page to its history: taken over, exchanged, ended, leased, renewed, its certificate lost."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import expect

from tests.browser.walk_kit import Walk, by_keyboard, follow, press, right_page, told, type_day, type_in
from tests.household_kit import SECOND, parcels
from tests.registry_kit import BANK, one, right_of


@pytest.mark.drill
def test_a_right_is_assigned_to_another_household_by_the_keyboard_alone(keyed: Walk, tmp_path: Path) -> None:
    walk, page = keyed, keyed.desk
    right = right_of(walk.registrar)
    page.goto(right_page(right))
    press(page, "转移登记（转让）", "link")
    type_in(page, "taker", SECOND)
    type_day(page, "signed_on", "2026-01-05")
    press(page, "建立业务")
    case = UUID(page.url.rsplit("/", 1)[1])
    read = by_keyboard(walk, case, tmp_path)
    assert SECOND in read
    assert told(walk, right_page(right), "转移登记（转让）")
    assert walk.certificates(right)[0] != "有效"
    walk.certify(case)


@pytest.mark.drill
def test_parcels_are_exchanged(walk: Walk) -> None:
    mine, theirs = right_of(walk.registrar), right_of(walk.registrar, SECOND)
    page = walk.form(right_page(mine), "exchange")
    page.select_option("#field-other", SECOND)
    follow(page.get_by_role("button", name="看对方的地块"))
    page.check(f"input[name=give][value='{parcels(walk.registrar, mine)[0]}']")
    page.check(f"input[name=take][value='{parcels(walk.registrar, theirs)[1]}']")
    page.fill("#field-signed_on", "2026-01-05")
    follow(page.get_by_role("button", name="看办理前后对照"))
    read = walk.registered("exchange", walk.send())
    assert "权利内容不变" not in read
    assert told(walk, right_page(mine), "转移登记（互换）", "6109021042020100005 · 面积（m²） 无 400.00")
    assert (walk.certificates(mine), walk.certificates(theirs)) == (["已换发"], ["已换发"])


@pytest.mark.drill
def test_land_is_given_back(walk: Walk) -> None:
    right = right_of(walk.registrar)
    page = walk.form(right_page(right), "cancellation")
    page.select_option("#field-reason", "returned")
    page.fill("#field-noticed_on", "2026-01-05")
    read = walk.registered("cancellation", walk.send())
    assert "交回决定书" in read
    assert told(walk, right_page(right), "注销登记", "有效期 1998-01-01 – 今后 1998-01-01 – ")
    assert walk.certificates(right) == ["已注销"]


@pytest.mark.drill
def test_a_damaged_certificate_is_taken_in_and_a_new_one_printed(walk: Walk) -> None:
    right = right_of(walk.registrar)
    page = walk.form(right_page(right), "certificate_exchange")
    page.select_option("#field-reason", "damaged")
    case = walk.send()
    read = walk.registered("certificate_exchange", case)
    assert "权利内容不变" in read
    assert told(walk, right_page(right), "证书换发")
    walk.certify(case)
    assert walk.certificates(right) == ["已换发", "有效"]


@pytest.mark.drill
def test_one_parcel_of_a_right_is_assigned(walk: Walk) -> None:
    right = right_of(walk.registrar)
    page = walk.form(right_page(right), "assignment")
    page.fill("#field-taker", SECOND)
    page.fill("#field-signed_on", "2026-01-05")
    page.check(f"input[name=parcels][value='{parcels(walk.registrar, right)[0]}']")
    walk.registered("assignment", walk.send())
    assert told(walk, right_page(right), "转移登记（转让）")
    assert len(parcels(walk.registrar, right)) == 1


@pytest.mark.drill
def test_an_operator_mortgages_a_lease_and_it_is_released(walk: Walk) -> None:
    right = right_of(walk.registrar)
    lease = leased(walk, right)
    page = walk.form(right_page(lease), "mortgage")
    page.fill("#field-party", "汉滨区农村信用合作联社")
    page.fill("#field-uscc", BANK.code)
    page.fill("#field-basis", "抵押合同1号")
    page.fill("#field-amount", "30000")
    page.check("input[name=bars_transfer]")
    read = walk.registered("mortgage", walk.send())
    assert "30000.00" in read
    walk.judge.goto(right_page(lease))
    assert "约定抵押期间不得转让" in walk.judge.locator("section[aria-labelledby=restrictions]").inner_text()
    page = walk.form(right_page(lease), "mortgage_release")
    page.fill("#field-basis", "结清证明1号")
    walk.registered("mortgage_release", walk.send())
    assert told(walk, right_page(lease), "抵押注销")


@pytest.mark.drill
def test_a_lost_certificate_is_replaced(walk: Walk) -> None:
    right = right_of(walk.registrar)
    page = walk.form(right_page(right), "reissue")
    page.fill("#field-lost", "搬家时遗失")
    case = walk.send()
    read = walk.registered("reissue", case)
    assert "权利内容不变" in read
    assert told(walk, right_page(right), "证书补发")
    assert walk.certificates(right) == ["已换发"]
    page = walk.certify(case)
    expect(page.locator("section[aria-labelledby=tasks]").locator(".state", has_text="有效")).to_have_count(1)
    assert walk.certificates(right) == ["已换发", "有效"]


def leased(walk: Walk, right: UUID) -> UUID:
    """The lease of a right's first parcel to a cooperative, registered."""
    page = walk.form(right_page(right), "land_operation")
    page.check(f"input[name=parcels][value='{parcels(walk.registrar, right)[0]}']")
    page.select_option("#field-mode", "lease")
    page.fill("#field-basis", "流转合同1号")
    page.fill("#field-signed_on", "2026-01-05")
    page.fill("#field-starts_on", "2022-01-01")
    page.fill("#field-last_day", "2027-06-30")
    page.select_option("#field-operator", "organization")
    page.fill("#field-organization", "样本合作社")
    page.fill("#field-uscc", "93610902MA0000001B")
    case = walk.send()
    read = walk.registered("land_operation", case)
    assert "样本合作社" in read
    assert "出租（转包）" in read
    assert told(walk, right_page(right), "土地经营权登记")
    assert walk.certificates(right) == ["有效"]
    return UUID(str(one(walk.registrar, """SELECT right_id FROM registry."right" WHERE kind = 'land_operation'""")))


@pytest.mark.drill
def test_a_lease_is_registered_changed_and_ended(walk: Walk) -> None:
    lease = leased(walk, right_of(walk.registrar))
    page = walk.form(right_page(lease), "land_operation_change")
    page.fill("#field-basis", "补充协议1号")
    page.fill("#field-last_day", "2027-12-31")
    read = walk.registered("land_operation_change", walk.send())
    assert "2027-06-30" in read
    assert told(walk, right_page(lease), "土地经营权变更", "2022-01-01 – 2027-06-30 2022-01-01 – 2027-12-31")
    page = walk.form(right_page(lease), "land_operation_end")
    page.select_option("#field-reason", "agreed")
    page.fill("#field-basis", "解除协议1号")
    read = walk.registered("land_operation_end", walk.send())
    assert "出租（转包）" in read
    assert told(walk, right_page(lease), "土地经营权注销", "有效期")


@pytest.mark.drill
def test_a_cooperative_that_took_another_name_is_told_by_it_and_has_a_certificate_of_its_lease(walk: Walk) -> None:
    lease = leased(walk, right_of(walk.registrar))
    page = walk.form(right_page(lease), "organization_name_change")
    page.fill("#field-new_name", "样本新合作社")
    page.fill("#field-uscc", "93610902MA0000001B")
    page.fill("#field-basis", "登记机关核准变更通知书1号")
    read = walk.registered("organization_name_change", walk.send())
    assert "样本新合作社" in read
    assert told(walk, right_page(lease), "组织名称变更", "名称 样本合作社 样本新合作社")
    case = one(walk.registrar, """SELECT case_id FROM registry."case" WHERE act_kind = 'organization_name_change'""")
    walk.certify(case)
    assert walk.certificates(lease) == ["有效"]


@pytest.mark.drill
def test_one_contract_is_renewed_by_itself(walk: Walk) -> None:
    right = right_of(walk.registrar)
    page = walk.form(right_page(right), "renewal_single")
    assert "2028-01-01" in page.locator("main").inner_text()
    read = walk.registered("renewal_single", walk.send())
    assert "2028-01-01 — 2057-12-31" in read
    assert told(walk, right_page(right), "延包登记", "2028-01-01 – 2057-12-31")
    assert walk.certificates(right) == ["已换发"]


@pytest.mark.drill
def test_a_contract_s_day_that_was_wrong_is_corrected(walk: Walk) -> None:
    right = right_of(walk.registrar)
    read = walk.correct(right_page(right), "signed_on", "1998-02-01", "holder", "合同原件")
    assert "1998-01-01\t1998-02-01" in read
    assert told(walk, right_page(right), "更正登记", "签订日期 1998-01-01 1998-02-01")
