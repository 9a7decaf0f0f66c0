"""The door: who gets in, for how long, and what is said to those who do not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from argon2 import PasswordHasher

from landreg.access import rules
from landreg.core.actor import Role
from tests.web.conftest import PASSWORD, Browser, OpenAccount


@pytest.fixture
def registrar_account(account: OpenAccount) -> Any:
    return account("lin", Role.REGISTRAR)


def test_an_officer_logs_in_and_sees_their_first_page(browser: Browser, registrar_account: Any) -> None:
    answer = browser.log_in("lin")
    assert (answer.status_code, answer.location) == (303, "/")
    page = browser.get("/")
    assert page.status_code == 200
    assert "lin先生" in page.text
    assert "登记员" in page.text


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(browser: Browser, registrar_account: Any) -> None:
    wrong, unknown = browser.log_in("lin", "not the password"), browser.log_in("nobody", PASSWORD)
    assert wrong.status_code == unknown.status_code == 401
    said = [re.findall(r'<div class="findings.*?</div>', page.text, re.S)[0] for page in (wrong, unknown)]
    assert said[0] == said[1]
    assert "ACC-1" in said[0]


def test_a_locked_account_stays_outside(browser: Browser, registrar_account: Any, superuser: Any) -> None:
    superuser.execute("UPDATE access.account SET locked_at = now(), locked_by = account_id")
    assert browser.log_in("lin").status_code == 401


def test_guessing_is_slowed_down_after_five_failures_whatever_process_counts(
    browser: Browser, registrar_account: Any, superuser: Any
) -> None:
    for _ in range(rules.ATTEMPTS_PER_ACCOUNT):
        assert browser.log_in("lin", "guess").status_code == 401
    blocked = browser.log_in("lin")
    assert blocked.status_code == 429
    assert "ACC-2" in blocked.text
    superuser.execute("UPDATE access.attempt SET until = now() - interval '1 second'")
    assert browser.log_in("lin").status_code == 303


def test_right_passwords_do_not_count_against_an_office_with_one_address(
    browser: Browser, registrar_account: Any, superuser: Any
) -> None:
    for _ in range(3):
        assert browser.log_in("lin").status_code == 303
        browser.post("/logout")
    assert superuser.execute("SELECT coalesce(sum(count), 0) FROM access.attempt").fetchone() == (0,)


def test_logging_in_changes_the_cookie_and_it_is_kept_from_scripts(browser: Browser, registrar_account: Any) -> None:
    before = browser.get("/login").headers["Set-Cookie"]
    answer = browser.post("/login", {"login": "lin", "password": PASSWORD})
    after = answer.headers["Set-Cookie"]
    assert before.split(";")[0] != after.split(";")[0]
    assert "HttpOnly" in after
    assert "SameSite=Lax" in after


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(database: Any) -> None:
    from dataclasses import replace

    from landreg.app import create_app

    app = create_app(replace(database, base_url="https://landreg.example"))
    cookie = app.test_client().get("/login", base_url="https://landreg.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie


def test_a_session_ended_on_the_server_does_not_come_back_with_its_old_cookie(
    app: Any, browser: Browser, registrar_account: Any
) -> None:
    browser.log_in("lin")
    stolen = browser.client.get_cookie("landreg").value
    assert browser.post("/logout").status_code == 303
    thief = app.test_client()
    thief.set_cookie("landreg", stolen)
    assert thief.get("/account/password").location == "/login?next=/account/password"


@pytest.mark.parametrize(
    "column",
    [
        "seen_at = now() - interval '31 minutes'",
        "opened_at = now() - interval '13 hours', ends_at = now() - interval '1 hour'",
    ],
)
def test_a_session_ends_when_it_lies_idle_and_after_a_working_day(
    browser: Browser, registrar_account: Any, superuser: Any, column: str
) -> None:
    browser.log_in("lin")
    superuser.execute(f"UPDATE access.session SET {column}")
    assert browser.get("/account/password").status_code == 303


def test_the_database_keeps_no_token_and_no_password(browser: Browser, registrar_account: Any, superuser: Any) -> None:
    browser.log_in("lin")
    kept = str(superuser.execute("SELECT * FROM access.session").fetchall())
    kept += str(superuser.execute("SELECT * FROM access.account").fetchall())
    with browser.client.session_transaction() as cookie:
        assert cookie["token"] not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


def test_a_form_without_its_token_changes_nothing(browser: Browser, registrar_account: Any) -> None:
    answer = browser.client.post("/login", data={"login": "lin", "password": PASSWORD})
    assert answer.status_code == 400
    assert "FORM-10" in answer.text


def test_after_the_log_in_the_page_that_was_asked_for_opens(browser: Browser, registrar_account: Any) -> None:
    assert browser.get("/account/password?x=1").location == "/login?next=/account/password?x%3D1"
    browser.get("/login?next=/account/password?x%3D1")
    answer = browser.post("/login", {"login": "lin", "password": PASSWORD, "next": "/account/password?x=1"})
    assert answer.location == "/account/password?x=1"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\nb", "javascript:alert(1)"]
)
def test_no_link_through_the_door_leads_to_another_host(
    browser: Browser, registrar_account: Any, elsewhere: str
) -> None:
    browser.get("/login")
    answer = browser.post("/login", {"login": "lin", "password": PASSWORD, "next": elsewhere})
    assert answer.location == "/"


def test_a_form_survives_an_expired_session(browser: Browser, account: OpenAccount, superuser: Any) -> None:
    account("admin.li", Role.ADMINISTRATOR)
    browser.log_in("admin.li")
    browser.get("/accounts/new")
    superuser.execute("UPDATE access.session SET seen_at = now() - interval '1 hour'")
    typed = {"login": "wang", "name": "王五", "jurisdiction": "610902", "roles": ["surveyor", "registrar"]}
    asked = browser.post("/accounts/new", typed)
    assert asked.status_code == 401
    assert "已经保留" in asked.text
    kept = re.search(r'name="kept" value="([^"]+)"', asked.text)
    assert kept is not None
    import html

    again = browser.post(
        "/login",
        {"login": "admin.li", "password": PASSWORD, "next": "/accounts/new", "kept": html.unescape(kept[1])},
    )
    assert "王五" in again.text
    assert 'action="/accounts/new"' in again.text
    done = browser.post("/accounts/new", typed)
    assert done.status_code == 201
    assert superuser.execute("SELECT name, roles FROM access.account WHERE login = 'wang'").fetchone() == (
        "王五",
        ["registrar", "surveyor"],
    )


def test_what_another_site_sends_is_not_kept_for_after_the_log_in(browser: Browser, account: OpenAccount) -> None:
    answer = browser.client.post("/accounts/new", data={"login": "evil"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_a_form_of_an_earlier_session_of_ours_may_be_sent_once_more(browser: Browser, account: OpenAccount) -> None:
    account("admin.li", Role.ADMINISTRATOR)
    browser.log_in("admin.li")
    browser.token = "of yesterday"
    answer = browser.post("/accounts/new", {"name": "王五"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
    assert "接着提交" in answer.text
    assert "王五" in answer.text


def test_a_temporary_password_must_first_become_ones_own(browser: Browser, account: OpenAccount) -> None:
    account("lin", Role.REGISTRAR, temporary=True)
    account("admin.li", Role.ADMINISTRATOR, temporary=True)
    browser.log_in("admin.li")
    assert browser.get("/accounts").location == browser.get("/").location == "/account/password"
    program = browser.client.get("/accounts", headers={"Accept": "application/json"})
    assert (program.status_code, program.json["findings"][0]["code"]) == (403, "ACC-16")
    changed = browser.post(
        "/account/password", {"old": PASSWORD, "password": "梧桐树下三把椅", "again": "梧桐树下三把椅"}
    )
    assert changed.status_code == 422
    good = "梧桐树下有三把旧的椅子"
    assert browser.post("/account/password", {"old": PASSWORD, "password": good, "again": good}).status_code == 303
    assert browser.get("/accounts").status_code == browser.get("/").status_code == 200


def test_a_new_password_is_judged_with_every_finding_at_once(browser: Browser, registrar_account: Any) -> None:
    browser.log_in("lin")
    easy = browser.post("/account/password", {"old": PASSWORD, "password": "lin12345", "again": "lin12345"})
    assert easy.status_code == 422
    assert {"ACC-7", "ACC-8"} <= set(re.findall(r"ACC-\d+", easy.text))
    differ = browser.post("/account/password", {"old": PASSWORD, "password": "a good long one", "again": "another"})
    assert "ACC-18" in differ.text
    wrong = browser.post("/account/password", {"old": "no", "password": "a good long one", "again": "a good long one"})
    assert "ACC-14" in wrong.text


def test_the_old_password_cannot_be_guessed_at_a_machine_that_was_left_open(
    browser: Browser, registrar_account: Any
) -> None:
    browser.log_in("lin")
    typed = {"password": "a good long one", "again": "a good long one"}
    for _try in range(rules.ATTEMPTS_PER_ACCOUNT):
        assert browser.post("/account/password", {"old": "no", **typed}).status_code == 422
    late = browser.post("/account/password", {"old": PASSWORD, **typed})
    assert late.status_code == 429
    assert "ACC-2" in late.text


def test_a_new_password_ends_the_sessions_on_other_machines(
    browser: Browser, another_browser: Browser, registrar_account: Any
) -> None:
    browser.log_in("lin")
    another_browser.log_in("lin")
    browser.get("/account/password")
    good = "梧桐树下有三把旧的椅子"
    assert browser.post("/account/password", {"old": PASSWORD, "password": good, "again": good}).status_code == 303
    assert browser.get("/account/password").status_code == 200
    assert another_browser.get("/account/password").status_code == 303


def test_a_stranger_cannot_fill_the_disk(browser: Browser) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = browser.client.post("/accounts/new", data=b"x" * 5_000_000, content_type=kind)
    assert answer.status_code == 413


def test_an_upload_after_the_session_ended_asks_to_log_in(
    browser: Browser, registrar_account: Any, superuser: Any
) -> None:
    browser.log_in("lin")
    superuser.execute("UPDATE access.session SET ended_at = now()")
    kind = "multipart/form-data; boundary=x"
    answer = browser.client.post("/accounts/new", data=b"x" * 5_000_000, content_type=kind)
    assert answer.status_code == 401
    assert 'name="password"' in answer.text


def test_a_program_without_a_session_is_told_so(browser: Browser) -> None:
    answer = browser.client.get("/accounts", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["findings"][0]["code"]) == (401, "ACC-4")


def test_a_hash_of_weaker_figures_is_made_anew_at_the_next_log_in(
    browser: Browser, registrar_account: Any, superuser: Any
) -> None:
    weak = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    superuser.execute("UPDATE access.account SET password_hash = %s", [weak])
    assert browser.log_in("lin").status_code == 303
    (kept,) = superuser.execute("SELECT password_hash FROM access.account").fetchone()
    assert kept != weak
    browser.post("/logout")
    assert browser.log_in("lin").status_code == 303
    assert superuser.execute("SELECT password_hash FROM access.account").fetchone() == (kept,)
