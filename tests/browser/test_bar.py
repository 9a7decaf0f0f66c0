"""The bar over every page: for each role, on a desk, a small screen and a phone, nothing of it is cut, hidden or covered."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from landreg.access import service
from landreg.access.sealing import use_key
from landreg.access.service import NewAccount
from landreg.config import Settings
from landreg.core.actor import Role
from tests.browser.conftest import PASSWORD, OpenPage, faults_of, sign_on
from tests.browser.walk_kit import follow
from tests.registry_kit import pass_days
from tests.villages import COUNTY

TALLEST_PHONE = 112
LEAST_SEARCH = 160

SEEN = """() => {
  const cut = [];
  const shown = (element) => element.getClientRects().length > 0 && getComputedStyle(element).visibility !== "hidden";
  for (const part of document.querySelectorAll(".app-bar a, .app-bar summary, .app-bar input[type=search], .sample-mark")) {
    if (!shown(part) || part.closest(".menu-body")) continue;
    const box = part.getBoundingClientRect();
    const name = part.textContent.trim() || part.id;
    if (box.left < 0 || box.right > document.documentElement.clientWidth) cut.push(`${name}: beyond the edge`);
    if (part.scrollWidth > part.clientWidth + 1) cut.push(`${name}: wider than its box`);
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!part.contains(top)) cut.push(`${name}: covered`);
    for (const edge of [box.left + 3, box.right - 3]) {
      const there = document.elementFromPoint(edge, box.top + box.height / 2);
      if (!part.contains(there)) cut.push(`${name}: an edge is covered`);
    }
  }
  return cut;
}"""

OTHERS = [pytest.param(role, marks=pytest.mark.drill) for role in ("surveyor", "reviewer", "auditor", "administra")]
"""Roles whose bars the drill looks at too."""


@pytest.fixture
def staff(database: Settings, superuser: Any) -> None:
    """An account of each role of an office, in a register that bears the mark of a sample."""
    use_key(database.keys["identity"])
    pass_days(superuser, 40)
    for role in (Role.SURVEYOR, Role.REGISTRAR, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR):
        new = NewAccount(role.value[:10], f"{role.value[:3]}样本先生", frozenset({role}), COUNTY)
        service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)


def in_english(page: Page) -> None:
    page.context.add_cookies([{"name": "language", "value": "en", "url": page.url}])
    page.reload()


@pytest.mark.parametrize("role", ["registrar", "", *OTHERS])
def test_nothing_of_the_bar_is_cut_for_any_role_on_any_screen(window: OpenPage, staff: None, role: str) -> None:
    page = window()
    if role:
        sign_on(page, role)
    page.goto("/notices")
    for language in ("zh", "en"):
        for width in (1280, 1024, 768, 390):
            page.set_viewport_size({"width": width, "height": 860})
            assert page.evaluate(SEEN) == [], (language, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        in_english(page)


@pytest.mark.parametrize("role", ["registrar", *OTHERS[:3]])
def test_the_bar_is_one_row_on_a_desk_and_two_on_a_phone_with_room_for_what_is_searched(
    window: OpenPage, staff: None, role: str
) -> None:
    page = window()
    sign_on(page, role)
    bar, search = page.locator(".app-bar"), page.locator("#search")
    heights = {}
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 860})
        heights[width] = bar.evaluate("bar => bar.offsetHeight")
        assert search.evaluate("field => field.offsetWidth") >= LEAST_SEARCH, width
    assert heights[1280] <= 56
    assert heights[390] <= TALLEST_PHONE


def test_on_a_phone_the_menu_has_every_page_of_the_role_also_without_script(window: OpenPage, staff: None) -> None:
    page = window(width=390, script=False)
    sign_on(page, "registrar")
    page.goto("/acts")
    menu = page.locator(".app-nav .menu")
    menu.locator("summary").click()
    links = menu.locator("a:visible")
    words = links.all_inner_texts()
    assert words[:2] == ["测绘成果", "地块图"]
    assert {"登记业务", "农户绑定", "审计意见", "公告", "证书查验"} <= set(words)
    assert menu.locator("a[aria-current]:visible").inner_text() == "登记记录"
    for link in links.all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    follow(page.get_by_role("link", name="审计意见"))
    assert page.url.endswith("/audit/findings")


def test_on_a_desk_what_is_seldom_wanted_is_under_one_word(window: OpenPage, staff: None) -> None:
    page = window()
    sign_on(page, "registrar")
    assert not page.locator(".app-bar").get_by_role("link", name="审计意见").is_visible()
    page.locator(".app-nav summary").click()
    assert page.locator(".app-nav .menu a:visible").all_inner_texts() == [
        "农户绑定",
        "有偿退出",
        "流转挂牌",
        "流转合同",
        "流转合同申请登记",
        "审计意见",
        "流转市场",
        "公告",
        "证书查验",
    ]
    assert faults_of(page) == []


@pytest.mark.parametrize("roles", [{Role.TAKER}, {Role.FARMER, Role.TAKER}, {Role.REGISTRAR}])
def test_a_long_name_cuts_nothing_of_the_bar_on_a_phone_which_has_two_rows(
    window: OpenPage, staff: None, roles: set[Role]
) -> None:
    name = "汉滨区样本药材种植加工销售农民专业合作社联合社"
    new = NewAccount("lianheshe", name, frozenset(roles), COUNTY)
    service.open_account(service.SYSTEM, new, PASSWORD, temporary=False)
    page = window(width=390)
    sign_on(page, "lianheshe")
    for language in ("zh", "en"):
        for width in (390, 360, 1280):
            page.set_viewport_size({"width": width, "height": 860})
            assert page.evaluate(SEEN) == [], (language, width)
            if width < 1280:
                assert page.locator(".app-bar").evaluate("bar => bar.offsetHeight") <= TALLEST_PHONE, (language, width)
        in_english(page)
    page.set_viewport_size({"width": 390, "height": 860})
    page.locator(".app-tools summary").click()
    assert name in page.locator(".app-tools .menu-note").inner_text()
