"""What a package's page says of an earlier delivery, and what it advises next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from landreg.core.actor import Actor, Role
from tests.registry_kit import to_rights
from tests.villages import COUNTY, Staged, stage_village
from tests.web.conftest import Browser, OpenAccount

NEXT_STEP = "下一步：按村成批受理确权登记"


@pytest.fixture
def registrar_browser(browser: Browser, account: OpenAccount) -> Browser:
    account("deng", Role.REGISTRAR)
    browser.log_in("deng")
    return browser


def page_of(browser: Browser, package_id: UUID) -> str:
    return str(browser.get(f"/packages/{COUNTY}/{package_id}").text)


def delivered_again(superuser: Any, first: Staged, changes: dict[str, Any]) -> UUID:
    """Another package of the same village, compared with the first one."""
    again = stage_village(superuser, 1).package_id
    superuser.execute(
        "UPDATE land.package SET supersedes = %s, changes = %s WHERE package_id = %s",
        (first.package_id, Jsonb(changes), again),
    )
    superuser.execute("UPDATE land.package SET state = 'superseded' WHERE package_id = %s", (first.package_id,))
    return again


def test_a_package_that_came_before_under_another_hash_is_said_to_be_the_same(
    registrar_browser: Browser, superuser: Any
) -> None:
    first = stage_village(superuser, 1)
    assert "送来的成果包" not in page_of(registrar_browser, first.package_id)
    page = page_of(registrar_browser, delivered_again(superuser, first, {}))
    assert "送来的成果包内容相同" in page
    assert f'href="/packages/{COUNTY}/{first.package_id}"' in page


def test_a_corrected_package_tells_how_many_rows_have_changed(registrar_browser: Browser, superuser: Any) -> None:
    changes = {
        "DK": {"changed": ["a"], "added": ["b"], "counts": {"changed": 1200, "added": 1}},
        "CBF": {"removed": ["c"], "counts": {"removed": 3}},
    }
    page = page_of(registrar_browser, delivered_again(superuser, stage_village(superuser, 1), changes))
    assert "有 1,204 处变化" in page
    assert "内容相同" not in page


def test_a_package_of_which_all_is_registered_advises_no_batches(
    registrar_browser: Browser, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    first = stage_village(superuser, 1)
    assert NEXT_STEP in page_of(registrar_browser, first.package_id)
    to_rights(registrar, reviewer, superuser, 1)
    again = delivered_again(superuser, first, {})
    page = page_of(registrar_browser, again)
    assert NEXT_STEP not in page
    assert "都已登记，没有待受理的" in page
    superuser.execute("UPDATE land.staged_homestead SET unit_code = unit_code || '9' WHERE package_id = %s", (again,))
    page = page_of(registrar_browser, again)
    assert NEXT_STEP in page
    assert "共 2 件，尚未登记 1 件" in page


def test_who_was_taken_out_is_left_to_register_though_the_ground_is_in_the_register(
    registrar_browser: Browser, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    made = stage_village(superuser, 1)
    to_rights(registrar, reviewer, superuser, 1)
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        """UPDATE registry."right" SET valid = daterange(lower(valid), lower(valid) + 1) WHERE kind = 'homestead'"""
    )
    superuser.execute("SET session_replication_role = origin")
    page = page_of(registrar_browser, made.package_id)
    assert "共 2 件，尚未登记 1 件" in page
    assert f"/batches/open/{COUNTY}/{made.package_id}" in page


def test_a_package_that_was_superseded_is_put_in_force_again_from_its_page(
    registrar_browser: Browser, superuser: Any
) -> None:
    browser = registrar_browser
    first, second = stage_village(superuser, 1), stage_village(superuser, 1, first=9)
    superuser.execute("UPDATE land.package SET state = 'superseded' WHERE package_id = %s", [first.package_id])
    superuser.execute(
        "UPDATE land.package SET supersedes = %s WHERE package_id = %s", [first.package_id, second.package_id]
    )
    page = f"/packages/{COUNTY}/{first.package_id}"
    assert "恢复为现行成果" in browser.get(page).text
    assert browser.post(f"{page}/again", {"reason": " "}).status_code == 400
    assert browser.post(f"{page}/again", {"reason": "县里决定用原成果"}).status_code == 303
    assert "恢复为现行成果：县里决定用原成果" in browser.get(page).text
    assert "已被后来的成果包替代" in browser.get(f"/packages/{COUNTY}/{second.package_id}").text
