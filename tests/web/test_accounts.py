"""Accounts: who opens them, with which roles, over which land."""

from __future__ import annotations

import re
from typing import Any

import pytest

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Role
from landreg.core.errors import NotAllowed, Refused
from tests.web.conftest import PASSWORD, Browser, OpenAccount


@pytest.fixture
def administrator(browser: Browser, account: OpenAccount) -> Browser:
    account("admin.li", Role.ADMINISTRATOR)
    browser.log_in("admin.li")
    return browser


def test_an_administrator_opens_an_account_and_hands_over_its_password_once(
    administrator: Browser, another_browser: Browser, superuser: Any
) -> None:
    administrator.get("/accounts/new")
    told = administrator.post(
        "/accounts/new",
        {"login": "Zhao", "name": "赵一", "jurisdiction": "610902005", "roles": ["registrar", "reviewer"]},
    )
    assert told.status_code == 201
    password = re.search(r'id="told">([^<]+)<', told.text)
    assert password is not None
    assert another_browser.log_in("zhao", password[1]).status_code == 303
    assert another_browser.get("/").location == another_browser.get("/accounts").location == "/account/password"
    assert superuser.execute("SELECT desk FROM access.account WHERE login = 'zhao'").fetchone() == ("registry",)


def test_every_change_of_an_account_leaves_an_entry_for_the_log_without_its_name(
    administrator: Browser, account: OpenAccount, superuser: Any
) -> None:
    number = account("qian", Role.SURVEYOR)
    page = f"/accounts/{number}"
    administrator.get(page)
    for step, data in (
        ("roles", {"jurisdiction": "610902", "roles": ["surveyor", "registrar"]}),
        ("lock", {}),
        ("unlock", {}),
        ("password", {}),
    ):
        assert administrator.post(f"{page}/{step}", data).status_code in (200, 303)
    kinds = [
        kind
        for (kind,) in superuser.execute(
            "SELECT kind FROM log.entry WHERE key LIKE %s ORDER BY staged_at", [f"{number}%"]
        )
    ]
    assert kinds == [
        "account.opened",
        "account.changed",
        "account.locked",
        "account.unlocked",
        "account.password_reset",
    ]
    leaves = b"".join(bytes(leaf) for (leaf,) in superuser.execute("SELECT leaf FROM log.entry"))
    assert b"qian" not in leaves
    assert b'"roles":"registrar,surveyor"' in leaves


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ({"roles": ["administrator", "registrar"]}, {"ACC-9"}),
        ({"roles": ["registrar", "auditor"]}, {"ACC-9"}),
        ({"login": "9x"}, {"ACC-5"}),
        ({"login": "admin.li"}, {"ACC-6"}),
        ({"jurisdiction": "61090"}, {"ACC-11", "ACC-12"}),
        ({"jurisdiction": "610921"}, {"ACC-12"}),
        ({"name": "", "roles": []}, {"FORM-1"}),
        ({"name": "王\x00五"}, {"FORM-9"}),
        ({"name": "王" * 41}, {"FORM-8"}),
        ({"roles": ["emperor"]}, {"FORM-5"}),
    ],
)
def test_an_account_that_cannot_be_is_refused_with_what_was_typed_kept(
    administrator: Browser, typed: dict[str, Any], codes: set[str], superuser: Any
) -> None:
    administrator.get("/accounts/new")
    sound = {"login": "sun.li", "name": "孙立", "jurisdiction": "610902", "roles": ["surveyor"]}
    page = administrator.post("/accounts/new", sound | typed)
    assert page.status_code in (400, 422)
    assert codes <= set(re.findall(r"(?:ACC|FORM)-\d+", page.text))
    assert "610" in re.findall(r'name="jurisdiction"[^>]*value="([^"]*)"', page.text)[0]
    assert superuser.execute("SELECT count(*) FROM access.account").fetchone() == (1,)


def test_nobody_raises_or_locks_themselves(administrator: Browser, superuser: Any) -> None:
    number = superuser.execute("SELECT account_id FROM access.account").fetchone()[0]
    for step in ("roles", "lock", "password"):
        page = administrator.post(f"/accounts/{number}/{step}", {"jurisdiction": "610902", "roles": ["administrator"]})
        assert page.status_code == 422
        assert "ACC-13" in page.text


def test_an_account_outside_the_jurisdiction_looks_like_none(administrator: Browser, account: OpenAccount) -> None:
    elsewhere = account("zhou", Role.SURVEYOR, jurisdiction="610921")
    prefecture = account("wu.li", Role.SURVEYOR, jurisdiction="6109")
    none = administrator.get("/accounts/00000000-0000-0000-0000-000000000000")
    assert none.status_code == 404
    for number in (elsewhere, prefecture):
        page = administrator.get(f"/accounts/{number}")
        assert page.status_code == 404
        assert _without_numbers(page.text) == _without_numbers(none.text)
        assert administrator.post(f"/accounts/{number}/lock").status_code == 404
    assert "zhou" not in administrator.get("/accounts").text


def test_a_registrar_may_not_open_accounts(browser: Browser, account: OpenAccount, registrar: Actor) -> None:
    account("lin", Role.REGISTRAR)
    browser.log_in("lin")
    refused = browser.get("/accounts")
    assert refused.status_code == 403
    assert "ACC-3" in refused.text
    with pytest.raises(NotAllowed):
        service.open_account(registrar, NewAccount("x.y.z", "某", frozenset({Role.SURVEYOR}), "610902"), PASSWORD)


def test_a_changed_role_ends_the_sessions_that_had_the_old_one(
    administrator: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    number = account("zheng", Role.REGISTRAR)
    another_browser.log_in("zheng")
    administrator.get(f"/accounts/{number}")
    administrator.post(f"/accounts/{number}/roles", {"jurisdiction": "610902", "roles": ["surveyor"]})
    assert another_browser.get("/account/password").status_code == 303


def test_the_database_refuses_excluded_roles_by_the_same_code(account: OpenAccount, as_desk: Any) -> None:
    import psycopg

    from landreg.core.actor import Desk

    account("lin", Role.REGISTRAR)
    with pytest.raises(psycopg.errors.CheckViolation, match="acc_9_"):
        as_desk(Desk.REGISTRY).execute("UPDATE access.account SET roles = '{administrator,reviewer}'")
    with pytest.raises(psycopg.errors.CheckViolation, match="acc_10_"):
        as_desk(Desk.REGISTRY).execute("UPDATE access.account SET roles = '{auditor}'")


def test_two_administrators_opening_one_name_leave_one_account(account: OpenAccount) -> None:
    account("lin", Role.REGISTRAR)
    with pytest.raises(Refused) as refused:
        account("lin", Role.REVIEWER)
    assert [(finding.code, finding.field) for finding in refused.value.findings] == [("ACC-6", "login")]


def test_the_settlement_login_sees_only_its_own_officers(account: OpenAccount, as_desk: Any, superuser: Any) -> None:
    from landreg.core.actor import Desk

    account("lin", Role.REGISTRAR)
    superuser.execute(
        """INSERT INTO access.account (account_id, login, name, desk, roles, jurisdiction, password_hash,
               password_temporary, opened_at, opened_by)
           VALUES (gen_random_uuid(), 'hukou', '户籍', 'settlement', '{settlement_officer}', '610902', '', false, now(),
               gen_random_uuid())"""
    )
    names = {
        desk: as_desk(desk).execute("SELECT login FROM access.account").fetchall()
        for desk in (Desk.REGISTRY, Desk.SETTLEMENT)
    }
    assert names == {Desk.REGISTRY: [("lin",)], Desk.SETTLEMENT: [("hukou",)]}


def _without_numbers(text: str) -> str:
    return re.sub(r"\b[0-9A-F]{10}\b|value=\"[^\"]*\"", "", text)


def test_the_summary_of_a_form_that_comes_back_names_each_field_and_leads_to_it(administrator: Browser) -> None:
    administrator.get("/accounts/new")
    page = administrator.post("/accounts/new", {"jurisdiction": "610902"})
    for name, label in (("login", "登录名"), ("name", "姓名"), ("roles", "岗位")):
        assert f'<a href="#field-{name}">{label}：请填写此项。</a>' in page.text
    assert 'href="#field-jurisdiction"' not in page.text


def test_the_first_page_of_an_administrator_counts_accounts_by_role_and_lists_those_shut(
    administrator: Browser, account: OpenAccount
) -> None:
    account("qian", Role.SURVEYOR)
    number = account("sun", Role.SURVEYOR)
    administrator.get(f"/accounts/{number}")
    administrator.post(f"/accounts/{number}/lock", {})
    page = administrator.get("/").text
    assert re.search(r'href="/accounts\?role=surveyor"><strong>2</strong>测绘', page)
    assert f"/accounts/{number}" in page
    listed = administrator.get("/accounts?state=locked&role=surveyor").text
    assert "sun" in listed
    assert "qian" not in listed
    assert "qian" in administrator.get("/accounts?role=surveyor").text


def test_an_administrator_who_may_not_search_the_register_has_no_search_box(
    administrator: Browser, another_browser: Browser, account: OpenAccount
) -> None:
    assert "data-search" not in administrator.get("/").text
    account("qian", Role.SURVEYOR)
    another_browser.log_in("qian")
    assert "data-search" in another_browser.get("/").text
    assert another_browser.get("/search?q=1").status_code == 200
