"""What is done for a village at once, walked through: first registration from its survey, and renewal by its roster."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.log.store import seal
from landreg.registry import jobs
from landreg.registry.jobs import Tools
from tests.browser.conftest import OpenPage
from tests.browser.walk_kit import STATE, follow, press_of, right_page
from tests.conftest import Connection
from tests.papers_kit import pdf
from tests.registry_kit import one, pass_days, right_of, to_rights
from tests.renewal_kit import ENDS, drawn, on_notice, today
from tests.villages import COUNTY, VILLAGE, stage_village

Officers = tuple[Actor, Actor]


def step(page: Page, batch: str, name: str) -> None:
    """A step with every case of a batch, seen before it is taken."""
    page.goto(batch)
    follow(page.locator(STATE).get_by_role("link").first)
    if page.locator("input[name=without]").count():
        page.fill("input[name=without]", "已核对档案原件")
    follow(page.get_by_role("button", name=name).first)


def history(page: Page, right: str) -> str:
    """The newest entry of a right's history, in one line."""
    page.goto(right)
    follow(page.get_by_role("link", name="变更历史").first)
    return " ".join(page.locator("main section.panel").first.inner_text().split())


def test_a_surveyed_village_goes_from_its_package_to_certificates(
    open_as: OpenPage, officers: Officers, superuser: Connection, database: Settings
) -> None:
    package = stage_village(superuser, 1).package_id
    desk = open_as("deng", f"/batches/open/{COUNTY}/{package}")
    judge = open_as("shen", "/")
    desk.check(f"input[name=village][value='{VILLAGE}']")
    follow(desk.get_by_role("button", name="建立所选村的批次"))
    assert "/batches/" in desk.url
    batch = desk.url
    step(desk, batch, "受理")
    judge.goto(batch)
    follow(judge.locator("tbody a").first)
    expect(judge.locator("section[aria-labelledby=proposed]")).to_contain_text("180.00 m²")
    step(judge, batch, "审核通过")
    step(desk, batch, "公告")
    pass_days(superuser, 40)
    step(judge, batch, "登簿")
    seal(WORKER, database)
    step(desk, batch, "发证")
    right = right_page(right_of(officers[0]))
    judge.goto(right)
    assert judge.locator("section[aria-labelledby=certificates] .state").all_inner_texts() == ["有效"]
    assert "首次登记" in history(judge, right)


@pytest.mark.drill
def test_a_roster_that_was_on_notice_is_decided_by_the_members_and_renewed(
    open_as: OpenPage, officers: Officers, superuser: Connection, database: Settings, tmp_path: Path
) -> None:
    registrar, reviewer = officers
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster = drawn(registrar)
    on_notice(registrar, reviewer, roster)
    pass_days(superuser, 40)
    (minutes := tmp_path / "会议记录.pdf").write_bytes(pdf())
    desk = open_as("deng", f"/renewals/{COUNTY}/{roster}")
    desk.fill("#field-held_on", f"{today(registrar) - timedelta(days=1)}")
    for field, number in (("members", "10"), ("present", "6"), ("in_favour", "6")):
        desk.fill(f"#field-{field}", number)
    desk.set_input_files("#field-minutes", minutes)
    follow(desk.locator("#decision button.btn-primary"))
    expect(desk.locator("#findings")).to_contain_text("三分之二")
    for field, number in (("present", "9"), ("in_favour", "9")):
        desk.fill(f"#field-{field}", number)
    desk.set_input_files("#field-minutes", minutes)
    follow(desk.locator("#decision button.btn-primary"))
    desk = open_as("shen", f"/renewals/{COUNTY}/{roster}")
    follow(desk.get_by_role("button", name="延包登记并换证"))
    assert "/jobs/" in desk.url
    tools = Tools(press=lambda: press_of(database), seal=lambda: seal(WORKER, database))
    # Signing has a loop of its own: not in the thread in which the browser's runs.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(jobs.work, WORKER, tools).result()
    expect(desk.locator(STATE).first).to_contain_text("已办完")
    desk.goto(f"/renewals/{COUNTY}/{roster}")
    expect(desk.locator(STATE).first).to_contain_text("全部办完")
    right = right_page(right_of(registrar))
    assert "2028-01-01 – 2057-12-31" in history(desk, right)
    desk.goto(right)
    assert desk.locator("section[aria-labelledby=certificates] .state").all_inner_texts() == ["有效"]
    assert one(registrar, "SELECT count(*) FROM registry.certificate_end") == 0
