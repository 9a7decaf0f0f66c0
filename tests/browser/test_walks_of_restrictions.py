"""What is laid on a right, changed, taken off, and ends by itself: each walked from the right's page to its history."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import expect

from landreg.registry import lapses
from tests.browser.walk_kit import Walk, by_keyboard, follow, press, right_page, type_in
from tests.registry_kit import BANK as CREDITOR
from tests.registry_kit import one, pass_days, right_of
from tests.villages import VILLAGE, citizen_id

BANK, COURT, NEIGHBOUR, BUYER = "汉滨区农村信用合作联社", "汉滨区人民法院", "样本村民甲", "户主2"
CODE, BUYER_CODE = CREDITOR.code, f"{VILLAGE}010002"


@pytest.fixture
def right(walk: Walk) -> str:
    """The page of the first household's contract right."""
    return right_page(right_of(walk.registrar))


def restrictions(walk: Walk, right: str) -> str:
    """The restrictions that the right's page tells."""
    walk.judge.goto(right)
    return walk.judge.locator("section[aria-labelledby=restrictions]").inner_text()


def asked(walk: Walk, right: str, kind: str, **fields: str) -> str:
    """Fill the form of a restriction in, and take it to the register: what the reviewer read."""
    page = walk.form(right, kind)
    for name, value in fields.items():
        if name == "restriction":
            page.select_option("#field-restriction", label=page.get_by_role("option", name=value).inner_text())
        elif name == "party_kind":
            page.select_option("#field-party_kind", value)
        else:
            page.fill(f"#field-{name}", value)
    return walk.registered(kind, walk.send())


@pytest.mark.drill
def test_a_mortgage_is_registered_by_the_keyboard_alone_then_changed_and_released(keyed: Walk, tmp_path: Path) -> None:
    walk, page = keyed, keyed.desk
    right = right_page(right_of(walk.registrar))
    page.goto(right)
    press(page, "抵押登记", "link")
    type_in(page, "party", BANK)
    type_in(page, "uscc", CODE)
    type_in(page, "basis", "抵押合同1号")
    type_in(page, "amount", "30000")
    press(page, "建立业务")
    case = UUID(page.url.rsplit("/", 1)[1])
    read = by_keyboard(walk, case, tmp_path)
    assert BANK in read
    assert "30000.00" in read
    assert walk.told(right).act.startswith("抵押登记")
    assert BANK in restrictions(walk, right)
    read = asked(walk, right, "mortgage_change", basis="变更协议1号", amount="50000")
    assert "30000.00\t50000.00" in read.replace("\n", "")
    assert "50000.00" in walk.told(right).lines
    asked(walk, right, "mortgage_release", basis="结清证明1号")
    assert walk.told(right).act.startswith("抵押注销")
    assert "在登记簿上没有限制" in restrictions(walk, right)
    assert walk.certificates(right_of(walk.registrar)) == ["有效"]


@pytest.mark.drill
def test_a_seizure_is_renewed_and_released_and_the_one_that_waited_behind_it_ends_with_its_day(
    walk: Walk, right: str
) -> None:
    asked(walk, right, "seizure", party=COURT, basis="执12号", until="2027-06-30")
    read = asked(walk, right, "seizure", party="安康市中级人民法院", basis="执7号", until="2027-06-30")
    assert "安康市中级人民法院" in read
    read = asked(walk, right, "seizure_renewal", restriction=COURT, basis="执12号之一", until="2028-06-30")
    assert COURT in read
    read = asked(walk, right, "seizure_release", restriction=COURT, basis="执12号之二")
    assert walk.told(right).act.startswith("查封解除")
    assert "查封\t1\t安康市中级人民法院" in restrictions(walk, right)
    pass_days(walk.superuser, 700)
    lapses.work()
    assert walk.told(right).act.startswith("查封期限届满")
    assert "在登记簿上没有限制" in restrictions(walk, right)


@pytest.mark.drill
def test_an_objection_with_a_suit_stays_and_is_withdrawn_and_one_without_lapses(walk: Walk, right: str) -> None:
    read = asked(
        walk,
        right,
        "objection_entry",
        party_kind="person",
        party=NEIGHBOUR,
        id_number=citizen_id(901),
        basis="界线争议",
    )
    assert NEIGHBOUR in read
    asked(walk, right, "objection_suit", basis="（2027）陕0902民初1号受理通知书")
    pass_days(walk.superuser, 20)
    lapses.work()
    assert NEIGHBOUR in restrictions(walk, right)
    asked(walk, right, "objection_release", basis="撤诉裁定")
    assert walk.told(right).act.startswith("异议注销")
    asked(
        walk,
        right,
        "objection_entry",
        party_kind="person",
        party=NEIGHBOUR,
        id_number=citizen_id(901),
        basis="界线争议",
    )
    pass_days(walk.superuser, 20)
    lapses.work()
    assert walk.told(right).act.startswith("异议登记失效")
    assert "在登记簿上没有限制" in restrictions(walk, right)


@pytest.mark.drill
def test_an_advance_notice_is_released_and_one_that_is_left_lapses(walk: Walk, right: str) -> None:
    read = asked(walk, right, "advance_notice", household=BUYER_CODE, basis="转让合同1号")
    assert BUYER in read
    asked(walk, right, "advance_notice_release", basis="解除协议1号")
    assert walk.told(right).act.startswith("预告注销")
    asked(walk, right, "advance_notice", household=BUYER_CODE, basis="转让合同2号")
    pass_days(walk.superuser, 120)
    lapses.work()
    assert BUYER in restrictions(walk, right), "its day is not told yet"
    day = one(walk.registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date::text")
    asked(walk, right, "advance_notice_day", basis="转让合同2号补充条款", registrable_on=day)
    assert walk.told(right).act.startswith("预告登记（能够登记之日确定）")
    pass_days(walk.superuser, 120)
    lapses.work()
    assert walk.told(right).act.startswith("预告登记失效")


@pytest.mark.drill
def test_a_dispute_is_entered_and_settled(walk: Walk, right: str) -> None:
    read = asked(walk, right, "dispute_entry", party=NEIGHBOUR, basis="镇政府受理〔2027〕3号")
    assert NEIGHBOUR in read
    assert walk.told(right).act.startswith("争议记载")
    page = walk.form(right, "mortgage")
    page.fill("#field-party", BANK)
    page.fill("#field-uscc", CODE)
    page.fill("#field-basis", "抵押合同1号")
    page.fill("#field-amount", "30000")
    follow(page.get_by_role("button", name="建立业务"))
    expect(page.locator("#findings")).to_contain_text(f"争议（{NEIGHBOUR}）")
    asked(walk, right, "dispute_release", basis="调解书1号")
    assert walk.told(right).act.startswith("争议解除")
    assert "在登记簿上没有限制" in restrictions(walk, right)
