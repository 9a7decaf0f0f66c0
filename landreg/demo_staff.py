"""The demo's officers and accounts: made once, their passwords kept beside the database, and told with the addresses to open."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from rich.console import Console

from landreg import demo_market, demo_own, demo_waiting
from landreg.access import queries
from landreg.access.rules import DESK_OF
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused

COUNTY = "610902"
PEOPLE = (
    ("surveyor", "测绘员样本", Role.SURVEYOR),
    ("registrar", "登记员样本", Role.REGISTRAR),
    ("reviewer", "审核员样本", Role.REVIEWER),
    ("auditor", "审计员样本", Role.AUDITOR),
    ("administrator", "管理员样本", Role.ADMINISTRATOR),
    demo_market.OPERATOR,
    demo_market.OPENER,
)


def accounts(settings: Settings) -> dict[str, Actor]:
    """The demo accounts and their passwords, made once and kept beside the database."""
    file = settings.home / "demo-accounts.json"
    passwords: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    staff: dict[str, Actor] = {}
    for login, name, role in PEOPLE:
        with unit_of_work(SYSTEM) as uow:
            known = queries.account_by_login(uow.session, login)
        jurisdiction = COUNTY if role is not Role.ADMINISTRATOR else "6109"
        if known is None:
            # Ten letters and a digit of its own: no draw looks like a date or a number, which are refused.
            passwords[login] = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(10)) + str(
                secrets.randbelow(10)
            )
            _write_private(file, json.dumps(passwords))
            account = open_account(
                SYSTEM, NewAccount(login, name, frozenset({role}), jurisdiction), passwords[login], temporary=False
            )
        else:
            account = known.account_id
        staff[login] = Actor(account, name, DESK_OF[role], frozenset({role}), jurisdiction)
    return staff


def _write_private(file: Path, content: str) -> None:
    file.touch(mode=0o600)
    file.write_text(content)


def say_where(settings: Settings, console: Console) -> None:
    """The addresses to open, and the demonstration's accounts. Raises Refused (DEMO-1) where there is none."""
    file = settings.home / "demo-accounts.json"
    if not file.exists():
        raise Refused(Finding("DEMO-1"))
    passwords: dict[str, str] = json.loads(file.read_text())
    console.print(f"  {settings.base_url}/          登记窗口 desk")
    console.print(f"  {settings.base_url}/map       地图 map")
    console.print(f"  {settings.base_url}/notices   公告 notices")
    console.print(f"  {settings.base_url}/check     证书查验 check a certificate")
    shown = [(login, name) for login, name, _ in (*PEOPLE, *demo_own.PEOPLE)]
    for login, name in (one for one in (*shown, *demo_waiting.PEOPLE) if one[0] in passwords):
        console.print(f"  {login:<14} {passwords[login]:<14} {name}", highlight=False)
