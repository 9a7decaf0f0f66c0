"""An exit walked at the desk: from the household's page over each adult's word to the money, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walk_kit import STATE, Walk, follow
from tests.registry_kit import HOUSEHOLD, one, pass_days


def _hear(page: Page, name_at: int) -> None:
    """The next member who was not asked yet says yes."""
    page.select_option("#field-member", index=name_at)
    page.select_option("#field-answer", "yes")
    page.fill("#field-office", "样本镇便民服务中心")
    for box in ("identity", "read", "apart"):
        page.check(f"#field-{box}")
    page.select_option("#field-language", "dialect")
    page.fill("#field-witness", "见证人甲")
    follow(page.get_by_role("button", name="记录意愿"))


@pytest.mark.drill
def test_an_exit_is_asked_for_heard_agreed_paid_and_taken_back(walk: Walk, tmp_path: Path) -> None:
    page, paper = walk.desk, tmp_path / "paper.jpg"
    paper.write_bytes(b"\xff\xd8\xff sample")
    page.goto(f"/households/{HOUSEHOLD}")
    follow(page.get_by_role("link", name="申请退出"))
    page.get_by_label("承包经营权").first.check()
    page.select_option("#field-mode", "whole")
    page.select_option("#field-reason", "own_wish")
    follow(page.get_by_role("button", name="申请退出"))
    expect(page.locator(STATE).last).to_contain_text("请每名成年成员分别表示意愿")
    follow(page.get_by_role("button", name="计算报价"))
    expect(page.get_by_role("link", name="补偿报价书")).to_be_visible()
    day = str(one(walk.registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date"))
    notice = page.locator("section[aria-labelledby=notice]")
    notice.locator("#field-on_day").fill(day)
    notice.locator("#field-paper").set_input_files(paper)
    follow(page.get_by_role("button", name="记录通知"))
    _hear(page, 1)
    _hear(page, 1)
    expect(page.locator(STATE).last).to_contain_text("冷静期内")
    pass_days(walk.superuser, 15)
    page.reload()
    day = str(one(walk.registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date"))
    page.select_option("#field-model", "cash")
    for name, value in (("payer", "样本村股份经济合作社"), ("what_land", "剩余承包期"), ("amount_land", "9000"),
                        ("funds_source", "合作社自有资金"), ("funds", "20000"), ("funds_shown_on", day)):  # fmt: skip
        page.fill(f"#field-{name}", value)
    agreement = page.locator("section[aria-labelledby=agreement]")
    agreement.locator("#field-funds_paper").set_input_files(paper)
    agreement.locator("#field-paper").set_input_files(paper)
    follow(page.get_by_role("button", name="记录协议"))
    expect(page.locator(STATE).last).to_contain_text("还差 9000.00 元")
    payments = page.locator("section[aria-labelledby=payments]")
    payments.locator("#field-member").select_option(index=1)
    for name, value in (("account", "6217000000001234"), ("amount", "9000"), ("paid_on", day), ("receipt", "HP-1")):
        payments.locator(f"#field-{name}").fill(value)
    payments.locator("#field-paper").set_input_files(paper)
    follow(page.get_by_role("button", name="记录付款"))
    expect(page.locator(STATE).last).to_contain_text("补偿已付清")
    follow(page.get_by_role("button", name="撤回退出"))
    expect(page.locator(STATE).last).to_contain_text("已撤回")
    expect(page.get_by_role("link", name="撤回回执")).to_be_visible()
