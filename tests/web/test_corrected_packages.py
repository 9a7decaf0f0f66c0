"""What the page of a corrected package says of the one before: findings that are mended, and fields with both values."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from landreg.core.actor import Actor, Role
from landreg.land import service, shown
from tests.small import Small, citizen_id
from tests.unit.land.kit import C1, H1, P1, P2, P3, Change, both, put
from tests.web.conftest import Browser, OpenAccount

Send = Callable[..., str]
WRONG_COUNT = put("CBHT", C1, CBDKZS=9)


@pytest.fixture
def sent(browser: Browser, account: OpenAccount, surveyor: Actor, tmp_path: Path) -> Send:
    """Sends the small package with some changes, and gives the address of its page."""
    account("wang", Role.SURVEYOR)
    browser.log_in("wang")

    def send(*changes: Change) -> str:
        small = Small()
        both(*changes)(small)
        received = service.receive(surveyor, small.write(tmp_path / str(len(list(tmp_path.iterdir())))))
        return f"/packages/610902/{received.package_id}"

    return send


def seen(browser: Browser, address: str) -> str:
    """The page's words, each tag a blank."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(browser.get(address).text)))


def subjects(browser: Browser, address: str) -> list[str]:
    return [finding["subject"] for finding in browser.get(address).json]


def test_what_is_mended_remains_and_is_new_is_counted_and_listed(browser: Browser, sent: Send) -> None:
    blank = put("DK", P1, DKMC="")
    sent(WRONG_COUNT, blank)
    page = sent(blank, put("CBHT", C1, HTZMJ="1200.06"))
    assert "1 已改正" in seen(browser, page)
    assert "1 仍存在" in seen(browser, page)
    assert "1 新出现" in seen(browser, page)
    found = {since: [f["code"] for f in browser.get(f"{page}/report.json?since={since}").json]
             for since in ("fixed", "remaining", "new", "")}  # fmt: skip
    assert found == {"fixed": ["ARE-6"], "remaining": ["COD-7"], "new": ["ARE-4"], "": ["ARE-4", "COD-7"]}
    assert re.search(r"ARE-6 \S+ CBHT · \S+ 已改正 ", seen(browser, f"{page}?since=fixed"))
    assert browser.get(f"{page}/places.json?since=fixed").status_code == 200


@pytest.mark.parametrize("since", ["fixed", "x", "'"])
def test_a_first_package_has_nothing_to_compare_with(browser: Browser, sent: Send, since: str) -> None:
    page = sent(WRONG_COUNT)
    assert "与上次检查相比" not in seen(browser, page)
    assert subjects(browser, f"{page}/report.json?since={since}") == [C1]


def _move_point(small: Small) -> None:
    small.layers["JZD"][0]["shape"] = [[(0.001, 0.0)]]


def test_a_corrected_boundary_point_alone_is_shown_with_how_far_it_moved(browser: Browser, sent: Send) -> None:
    sent()
    page = seen(browser, sent(_move_point))
    assert "内容相同" not in page
    assert "有 1 处变化" in page
    assert re.search(rf"{P1} J1 坐标 \d+\.000, \d+\.000 \d+\.001, \d+\.000（0\.001 m）", page)


def test_changed_fields_are_shown_in_words_with_their_units(browser: Browser, sent: Send) -> None:
    sent()
    page = seen(browser, sent(put("DK", P2, TDYT="2", DKMC="新名", SFJBNT="2"), put("CBHT", C1, YHTZMJ="1181.00"),
                              put("CBF", H1, LXDH="13900000001"), put("CBF_JTCY", "家人2", CYXM="家人三"),
                              put("DK", P3, shape=[[(60, 0), (60, 20), (90, 20), (90, 0.5), (90, 0), (60, 0)]])))  # fmt: skip
    assert f"{P2} 地块名称 地2 新名" in page
    assert "土地用途 种植业（1） 林业（2）" in page
    assert "是否基本农田 是 否" in page
    assert "1,180.00 m² 1,181.00 m²" in page
    assert "13900000001" not in page
    assert re.search(r"成员姓名 家\*2 家\*三", page)
    assert "图形 5 个点 6 个点（最大偏移 0.000 m）" in page


def test_a_corrected_identity_number_of_a_member_reads_as_such(browser: Browser, sent: Send) -> None:
    sent()
    page = seen(browser, sent(put("CBF_JTCY", "家人2", CYZJHM=citizen_id(77))))
    assert re.search(r"家\*2 证件号码 原号码 另一号码", page)
    assert "没有" not in page[page.index("家*2") :][:60]


def test_another_member_under_another_name_is_another_person(browser: Browser, sent: Send) -> None:
    sent()
    page = seen(browser, sent(put("CBF_JTCY", "家人2", CYXM="张三四", CYZJHM=citizen_id(77))))
    assert re.search(r"家\*2 有 没有", page)
    assert re.search(r"张\*四 没有 有", page)


def test_a_table_of_which_not_all_is_shown_says_how_many_rows_changed(
    browser: Browser, sent: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "SHOWN_ROWS", 2)
    sent()
    page = seen(browser, sent(*(put("DK", parcel, DKMC="新") for parcel in (P1, P2, P3))))
    assert "有 3 处变化" in page
    assert "只列前 2 条，共 3 条" in page


def test_of_members_masked_names_are_shown_and_to_auditors_only_which_households_changed(
    browser: Browser, another_browser: Browser, account: OpenAccount, sent: Send
) -> None:
    def renamed(small: Small) -> None:
        small.tables["CBF_JTCY"][1]["CYXM"] = "欧阳小娜"

    def renamed_again(small: Small) -> None:
        small.tables["CBF_JTCY"][1]["CYXM"] = "欧阳大娜"

    sent(renamed)
    address = sent(renamed_again, put("CBF", H1, LXDH="13800000000"))
    page = seen(browser, address)
    assert "欧**娜" in page
    assert "欧**娜（有改动）" in page
    assert "欧阳" not in page
    account("shenji", Role.AUDITOR)
    another_browser.log_in("shenji")
    page = seen(another_browser, address)
    assert H1 in page
    assert "欧" not in page
