"""The first account of a new server is opened at its own machine, by the command."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner, Result

from landreg.cli import main
from landreg.config import Settings
from tests.conftest import Connection


def opened(*words: str) -> Result:
    """What `landreg account open` says."""
    return CliRunner().invoke(main, ["account", "open", *words])


def test_the_first_administrator_logs_in_with_the_password_that_was_said_and_must_change_it(
    database: Settings, client: Any, superuser: Connection
) -> None:
    said = opened("Guan", "--name", "管理员", "--role", "administrator")
    assert said.exit_code == 0, said.output
    password = said.stdout.strip()
    kept = superuser.execute("SELECT login, roles, jurisdiction, password_temporary FROM access.account").fetchall()
    assert kept == [("guan", ["administrator"], "6109", True)]
    assert superuser.execute("SELECT count(*) FROM log.entry WHERE kind = 'account.opened'").fetchone() == (1,)
    page = client.get("/login").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post("/login", data={"csrf_token": token, "login": "guan", "password": password})
    assert answer.status_code == 303
    assert client.get("/accounts").headers["Location"].endswith("/account/password")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("guan", "--name", "管理员", "--role", "king"), "king"),
        (("guan", "--name", "管理员"), "--role"),
        (("g u", "--name", "管理员", "--role", "administrator"), "ACC-"),
        (("guan", "--name", "管理员", "--role", "administrator", "--within", "99"), "ACC-"),
        (("guan", "--name", "管理员", "--role", "administrator", "--role", "auditor"), "ACC-"),
    ],
)
def test_an_account_that_the_rules_refuse_is_not_opened(
    database: Settings, superuser: Connection, words: tuple[str, ...], said: str
) -> None:
    answer = opened(*words)
    assert answer.exit_code in (1, 2)
    assert said in answer.output
    assert superuser.execute("SELECT count(*) FROM access.account").fetchone() == (0,)


def test_a_login_that_is_taken_is_a_finding(database: Settings, superuser: Connection) -> None:
    assert opened("guan", "--name", "管理员", "--role", "administrator").exit_code == 0
    again = opened("guan", "--name", "另一人", "--role", "auditor")
    assert again.exit_code == 1
    assert "ACC-" in again.output
