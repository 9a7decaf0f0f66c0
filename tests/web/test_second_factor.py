"""The second factor of staff: set up once, asked for after the password, each code taken once."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pyotp
import pytest

from landreg.config import Settings
from landreg.core.actor import Role
from tests.web.conftest import PASSWORD, Browser, OpenAccount


class Phone:
    """The authenticator on its owner's phone."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    def code(self, off: int = 0) -> str:
        """The code of this half minute, or of one beside it; never so late that it turns while it is typed."""
        if 30 - time.time() % 30 < 2:
            time.sleep(2.1)
        return self.totp.at(int(time.time()) + 30 * off)


@pytest.fixture
def registrar_account(account: OpenAccount) -> Any:
    return account("lin", Role.REGISTRAR)


def _set_up(browser: Browser) -> tuple[Phone, list[str]]:
    browser.post("/account/sign-on/authenticator")
    page = browser.get("/account/sign-on").text
    assert "<svg" in page
    secret = re.search(r'id="secret">([A-Z2-7]{32})<', page)
    assert secret is not None
    phone = Phone(secret[1])
    told = browser.post("/account/sign-on/confirm", {"code": phone.code(-1)})
    assert told.status_code == 200
    codes = re.findall(r"<li>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</li>", told.text)
    assert len(codes) == 10
    assert secret[1] not in browser.get("/account/sign-on").text
    return phone, codes


@pytest.fixture
def protected(browser: Browser, registrar_account: Any) -> tuple[Phone, list[str]]:
    browser.log_in("lin")
    phone_and_codes = _set_up(browser)
    browser.post("/logout")
    return phone_and_codes


def _half_in(browser: Browser) -> Any:
    browser.get("/login")
    return browser.post("/login", {"login": "lin", "password": PASSWORD, "next": "/account/password"})


def test_after_the_password_the_code_is_asked_for_and_nothing_opens_before(
    browser: Browser, protected: tuple[Phone, list[str]]
) -> None:
    asked = _half_in(browser)
    assert 'name="code"' in asked.text
    assert browser.get("/cases").location.startswith("/login")
    assert browser.get("/account/sign-on").location.startswith("/login")
    browser.get("/login/code")
    done = browser.post("/login/code", {"code": protected[0].code(), "next": "/account/password"})
    assert done.location == "/account/password"
    assert browser.get("/account/password").status_code == 200


def test_a_code_is_taken_once(
    browser: Browser, another_browser: Browser, protected: tuple[Phone, list[str]], superuser: Any
) -> None:
    code = protected[0].code()
    _half_in(browser)
    _half_in(another_browser)
    assert browser.post("/login/code", {"code": code}).status_code == 303
    again = another_browser.post("/login/code", {"code": code})
    assert (again.status_code, "ACC-19" in again.text) == (401, True)
    assert another_browser.get("/account/password").status_code == 303
    assert another_browser.post("/login/code", {"code": protected[0].code(1)}).status_code == 303


def test_a_recovery_code_replaces_a_code_once_however_it_is_typed(
    browser: Browser, another_browser: Browser, protected: tuple[Phone, list[str]], superuser: Any
) -> None:
    code = protected[1][3]
    kept = superuser.execute("SELECT recovery::text FROM access.second_factor").fetchone()[0]
    assert kept.count("$argon2id$") == 10
    assert code not in kept
    _half_in(browser)
    assert browser.post("/login/code", {"code": code.upper().replace("-", " ")}).status_code == 303
    _half_in(another_browser)
    assert another_browser.post("/login/code", {"code": code}).status_code == 401
    kinds = [kind for (kind,) in superuser.execute("SELECT kind FROM log.entry ORDER BY staged_at")]
    assert kinds == ["account.opened", "account.second_factor_set", "account.recovery_code_used"]


def test_the_secret_is_sealed_at_rest(browser: Browser, protected: tuple[Phone, list[str]], superuser: Any) -> None:
    row = superuser.execute("SELECT secret_sealed, pending_sealed FROM access.second_factor").fetchone()
    assert protected[0].totp.secret.encode() not in bytes(row[0])
    assert row[1] is None


def test_guessing_codes_is_slowed_down_and_a_right_one_then_waits_too(
    browser: Browser, protected: tuple[Phone, list[str]]
) -> None:
    _half_in(browser)
    right = protected[0].code()
    wrong = str((int(right) + 1) % 1_000_000).zfill(6)
    answers = [browser.post("/login/code", {"code": wrong}).status_code for _ in range(5)]
    assert answers == [401] * 5
    assert browser.post("/login/code", {"code": right}).status_code == 429


def test_another_authenticator_needs_a_code_of_the_present_one(
    browser: Browser, protected: tuple[Phone, list[str]], superuser: Any
) -> None:
    _half_in(browser)
    browser.post("/login/code", {"code": protected[0].code()})
    browser.get("/account/sign-on")
    refused = browser.post("/account/sign-on/authenticator", {"code": "000000"})
    assert (refused.status_code, "ACC-19" in refused.text) == (422, True)
    assert superuser.execute("SELECT pending_sealed FROM access.second_factor").fetchone() == (None,)
    assert browser.post("/account/sign-on/authenticator", {"code": protected[1][0]}).status_code == 303
    assert 'id="secret"' in browser.get("/account/sign-on").text


def test_an_administrator_resets_a_lost_authenticator_and_it_is_logged(
    browser: Browser, another_browser: Browser, protected: tuple[Phone, list[str]], account: OpenAccount, superuser: Any
) -> None:
    account("admin.li", Role.ADMINISTRATOR)
    another_browser.log_in("admin.li")
    number = superuser.execute("SELECT account_id FROM access.account WHERE login = 'lin'").fetchone()[0]
    assert "解除验证器" in another_browser.get(f"/accounts/{number}").text
    assert another_browser.post(f"/accounts/{number}/second-factor").status_code == 303
    assert browser.log_in("lin").status_code == 303
    assert browser.get("/account/password").status_code == 200
    last = superuser.execute(
        "SELECT kind, convert_from(leaf, 'utf8') FROM log.entry ORDER BY staged_at DESC"
    ).fetchone()
    assert last[0] == "account.second_factor_reset"
    assert str(number) in last[1]


def test_nobody_resets_their_own(browser: Browser, account: OpenAccount, superuser: Any) -> None:
    number = account("admin.li", Role.ADMINISTRATOR)
    browser.log_in("admin.li")
    _set_up(browser)
    page = browser.post(f"/accounts/{number}/second-factor")
    assert (page.status_code, "ACC-13" in page.text) == (422, True)


@pytest.fixture
def strict(app: Any, settings: Settings) -> Any:
    """The same application where staff must have an authenticator."""
    app.extensions["landreg"] = replace(settings, second_factor=True)
    yield app
    app.extensions["landreg"] = settings


def test_where_it_is_required_staff_set_it_up_before_they_work(
    strict: Any, browser: Browser, registrar_account: Any
) -> None:
    browser.log_in("lin")
    assert browser.get("/").location == "/account/sign-on"
    assert browser.get("/cases").location == "/account/sign-on"
    program = browser.client.get("/cases", headers={"Accept": "application/json"})
    assert (program.status_code, program.json["findings"][0]["code"]) == (403, "ACC-20")
    assert "须先启用" in browser.get("/account/sign-on").text
    _set_up(browser)
    assert browser.get("/cases").status_code == 200


def test_a_database_of_demonstration_asks_for_none(
    strict: Any, browser: Browser, registrar_account: Any, superuser: Any
) -> None:
    superuser.execute("INSERT INTO system.demo DEFAULT VALUES")
    browser.log_in("lin")
    assert browser.get("/cases").status_code == 200
    assert "不要求启用" in browser.get("/account/sign-on").text


def test_a_marker_in_the_database_alone_takes_no_second_factor_away(
    strict: Any, browser: Browser, registrar_account: Any, superuser: Any
) -> None:
    strict.extensions["landreg"] = replace(strict.extensions["landreg"], demo=False)
    superuser.execute("INSERT INTO system.demo DEFAULT VALUES")
    browser.log_in("lin")
    assert browser.get("/cases").location == "/account/sign-on"


def test_without_a_setting_it_is_required_and_a_wrong_setting_is_named() -> None:
    from landreg.core.errors import BadInput

    assert Settings.from_environment({}).second_factor
    assert not Settings.from_environment({"LANDREG_SECOND_FACTOR": "optional"}).second_factor
    with pytest.raises(BadInput) as bad:
        Settings.from_environment({"LANDREG_SECOND_FACTOR": "no"})
    assert bad.value.findings[0].field == "LANDREG_SECOND_FACTOR"
