"""Accounts at the door, and browsers that carry the forms' tokens as people's do."""

from __future__ import annotations

import re
from collections.abc import Callable
from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from landreg.access import service
from landreg.access.service import NewAccount
from landreg.core.actor import Actor, Desk, Role
from tests.kept_kit import Connection, kept
from tests.villages import COUNTY

PASSWORD = "五月的麦子黄了又黄了"
OpenAccount = Callable[..., Any]


class Browser:
    """A Flask test client that sends the CSRF token of the page that it saw last."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.token = ""

    def get(self, address: str, **options: Any) -> Any:
        """Look at a page."""
        return self._seen(self.client.get(address, **options))

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        """Send a form as the page that was seen last would."""
        return self._seen(self.client.post(address, data={"csrf_token": self.token, **(data or {})}, **options))

    def log_in(self, login: str, password: str = PASSWORD) -> Any:
        """Through the log-in form."""
        self.get("/login")
        answer = self.post("/login", {"login": login, "password": password})
        if answer.status_code == 303:
            self.get("/account/password")
        return answer

    def _seen(self, answer: Any) -> Any:
        match = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
        if match:
            self.token = match[1]
        return answer


@pytest.fixture
def browser(app: Any) -> Browser:
    """A browser without a session."""
    return Browser(app.test_client())


@pytest.fixture
def another_browser(app: Any) -> Browser:
    """The same, on another machine."""
    return Browser(app.test_client())


@pytest.fixture
def account(superuser: Connection) -> OpenAccount:
    """`account("lin", Role.REGISTRAR)`: opens an account with PASSWORD and gives its id."""

    def open_one(login: str, *roles: Role, jurisdiction: str = "610902", temporary: bool = False) -> Any:
        wanted = NewAccount(login, f"{login}先生", frozenset(roles), jurisdiction)

        def make() -> UUID:
            return service.open_account(service.SYSTEM, wanted, PASSWORD, temporary=temporary)

        return kept(superuser, ("account", wanted, temporary), make)

    return open_one


@pytest.fixture
def officers(account: OpenAccount) -> tuple[Actor, Actor]:
    """A registrar and a reviewer who have accounts at the door."""
    return tuple(
        Actor(account(login, role), f"{login}先生", Desk.REGISTRY, frozenset({role}), COUNTY)
        for login, role in (("deng", Role.REGISTRAR), ("shen", Role.REVIEWER))
    )  # type: ignore[return-value]


def signed_on(browser: Browser, login: str, superuser: Connection) -> Browser:
    """The browser as its form's log-in leaves it: that is kept, and done again before the session would be idle."""

    def make() -> tuple[str, str]:
        browser.log_in(login)
        return browser.token, browser.client.get_cookie("landreg").value

    browser.token, session = kept(superuser, ("signed on", login, monotonic() // 600), make)
    browser.client.set_cookie("landreg", session)
    return browser


@pytest.fixture
def deng(browser: Browser, officers: tuple[Actor, Actor], superuser: Connection) -> Browser:
    """The registrar's browser."""
    return signed_on(browser, "deng", superuser)


@pytest.fixture
def shen(another_browser: Browser, officers: tuple[Actor, Actor], superuser: Connection) -> Browser:
    """The reviewer's browser."""
    return signed_on(another_browser, "shen", superuser)
