"""Acts on a household walked from its page to its history: who joins and leaves, who divides, merges, dies and inherits."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from tests.browser.walk_kit import Walk, by_keyboard, follow, pick, press, right_page, search, told, type_in
from tests.household_kit import SECOND, members, parcels
from tests.registry_kit import HOUSEHOLD, right_of
from tests.villages import VILLAGE, citizen_id

HOME, OTHER = f"/households/{HOUSEHOLD}", f"/households/{SECOND}"
NEW = f"{VILLAGE}010004"
"""The code that a division gives to the new household of a village of three."""


def test_a_child_joins_the_household_by_the_keyboard_alone(keyed: Walk, tmp_path: Path) -> None:
    walk, page = keyed, keyed.desk
    page.goto("/")
    search(page, HOUSEHOLD)
    press(page, f"户主1 {HOUSEHOLD}", "link")
    press(page, "变更登记（农户）", "link")
    type_in(page, "join_name", "新生")
    type_in(page, "join_id", citizen_id(900))
    pick(page, "join_relation", "20")
    pick(page, "join_reason", "birth")
    press(page, "建立业务")
    case = UUID(page.url.rsplit("/", 1)[1])
    read = by_keyboard(walk, case, tmp_path)
    assert "新*" in read
    walk.certify(case)
    assert told(walk, HOME, "变更登记（农户）", "成员 新* · 与户主关系 无 子")
    for kind in ("contract_management", "homestead"):
        assert walk.certificates(right_of(walk.registrar, kind=kind)) == ["已换发", "有效"]


@pytest.mark.drill
def test_a_dead_head_is_followed_by_another_member(walk: Walk) -> None:
    head, wife = members(walk.registrar)
    page = walk.form(HOME, "representative_change")
    page.select_option("#field-reason", "death")
    page.check(f"input[name=deceased][value='{head}']")
    page.select_option("#field-head", str(wife))
    page.fill("#field-name", "成员1之2")
    page.select_option(f"select[name='relation_{wife}']", "02")
    follow(page.get_by_role("button", name="看办理前后对照"))
    read = walk.registered("representative_change", walk.send())
    assert "成***1（户主）、成***2（配偶）" in read
    assert "成员1之2户" in read
    assert told(walk, HOME, "户主死亡、代表变更", "户主1 成员1之2", "成***2 · 与户主关系 配偶 户主")
    assert walk.certificates(right_of(walk.registrar)) == ["已换发"]


@pytest.mark.drill
def test_a_household_divides_with_its_land(walk: Walk) -> None:
    right = right_of(walk.registrar)
    wife, parcel = members(walk.registrar)[1], parcels(walk.registrar, right)[0]
    page = walk.form(HOME, "division")
    page.fill("#field-signed_on", "2026-01-05")
    page.check(f"input[name=member_1][value='{wife}']")
    page.select_option(f"select[name='relation_{wife}']", "02")
    page.check(f"input[name=parcel_1][value='{parcel}']")
    page.select_option("#field-head_1", str(wife))
    page.fill("#field-name_1", "成员1之2")
    read = walk.registered("division", walk.send())
    assert "成员1之2户 新" in read
    assert told(walk, HOME, "转移登记（分户）", "成***2 · 有效期")
    assert told(walk, right_page(right), "转移登记（分户）", "面积（m²） 800.00 400.00")
    assert walk.certificates(right) == ["已换发"]
    assert parcels(walk.registrar, right_of(walk.registrar, NEW)) == [parcel]


@pytest.mark.drill
def test_a_household_that_gave_its_homestead_up_joins_another(walk: Walk) -> None:
    home = right_of(walk.registrar, SECOND, "homestead")
    page = walk.form(right_page(home), "cancellation")
    page.select_option("#field-reason", "ruling")
    read = walk.registered("cancellation", walk.send())
    assert "按批准面积" in read
    assert walk.certificates(home) == ["已注销"]
    page = walk.form(HOME, "household_merge")
    page.select_option("#field-other", SECOND)
    follow(page.get_by_role("button", name="看这一户的成员"))
    for member in members(walk.registrar, SECOND):
        page.select_option(f"select[name='relation_{member}']", "30")
    page.fill("#field-signed_on", "2026-01-05")
    read = walk.registered("household_merge", walk.send())
    assert "承包地 4 块" in read
    assert told(walk, HOME, "转移登记（合户）", "成***1 · 与户主关系 无")
    assert told(walk, OTHER, "转移登记（合户）", "有效期")
    assert walk.certificates(right_of(walk.registrar)) == ["已换发"]


@pytest.mark.drill
def test_a_house_is_inherited_by_who_is_no_member_and_the_register_says_so(walk: Walk) -> None:
    right = right_of(walk.registrar, kind="homestead")
    page = walk.form(right_page(right), "homestead_inheritance")
    for member in members(walk.registrar):
        page.check(f"#field-deceased-{member}")
    page.fill("#field-name", "外甥")
    page.fill("#field-id_number", citizen_id(901))
    page.fill("#field-basis", "（2026）陕安证字第7号公证书")
    page.select_option("#field-others", "alone")
    read = walk.registered("homestead_inheritance", walk.send())
    assert "外甥" in read
    assert told(walk, right_page(right), "转移登记（继承", "原成员住宅的合法继承人")
    assert walk.certificates(right) == ["已换发"]


@pytest.mark.drill
def test_a_household_s_address_that_was_wrong_from_the_first_day_is_corrected(walk: Walk) -> None:
    read = walk.correct(HOME, "address", "样本村二组", "office", "原件写的是二组")
    assert "样本村一组\t样本村二组" in read
    assert told(walk, HOME, "依职权更正登记", "地址 样本村一组 样本村二组")


@pytest.mark.drill
def test_a_members_name_is_changed_and_the_history_tells_both(walk: Walk) -> None:
    member = members(walk.registrar)[1]
    page = walk.form(HOME, "name_change")
    page.select_option("#field-member", str(member))
    page.fill("#field-new_name", "成员新名")
    page.fill("#field-id_number", citizen_id(3))
    page.select_option("#field-reason", "renamed")
    case = walk.send()
    read = walk.registered("name_change", case)
    assert "成**名" in read
    assert told(walk, HOME, "成员姓名变更", "姓名 成***2 成**名")
    walk.certify(case)
    assert walk.certificates(right_of(walk.registrar)) == ["已换发", "有效"]
