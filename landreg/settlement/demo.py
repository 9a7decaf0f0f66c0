"""A few applications at the window of a demonstration: waiting, granted, refused, a paper not taken. Synthetic persons."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from landreg.access import queries as accounts
from landreg.access import sealing
from landreg.access.service import NewAccount, open_account
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.codes import CHECKS, WEIGHTS
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.settlement import papers, queries, service
from landreg.settlement.checking import WINDOW
from landreg.settlement.offering import Paper
from landreg.settlement.rules import Ground, Outcome, Person, Tenure

LOGIN, NAME, COUNTY = "window", "窗口员样本", "610902"
STREET, OTHER_STREET, TOWN = "610902001003", "610902002001", "610902100001"


def run(settings: Settings, console: Console) -> None:
    """Open the demonstration's account and receive its applications, once. Raises Refused (DEMO-1) on no demonstration."""
    sealing.use_key(settings.keys["settlement"])
    with unit_of_work(WINDOW) as uow:
        if accounts.demo_clocks(uow.session) is None:
            raise Refused(Finding("DEMO-1"))
    officer = _account(settings)
    with unit_of_work(officer) as uow:
        there = sum(queries.counts(uow.session, beijing_day(uow.now)).values())
    if not there:
        _applications(officer, Store(settings.store))
    say_where(settings, console)


def say_where(settings: Settings, console: Console) -> None:
    """The window's address and the demonstration's account."""
    file = _file(settings)
    if not file.exists():
        raise Refused(Finding("DEMO-1"))
    console.print(f"  {settings.base_url}/          落户窗口 settlement window")
    console.print(f"  {LOGIN:<14} {json.loads(file.read_text())[LOGIN]:<14} {NAME}", highlight=False)


def _applications(officer: Actor, store: Store) -> None:
    with unit_of_work(officer) as uow:
        today = beijing_day(uow.now)
    long_ago, lately = today - timedelta(days=800), today - timedelta(days=90)
    spouse = Person("样本乙二", _number(12, "19890712"), "spouse")
    child = Person("样本乙三", _number(13, f"{today.year - 9}0301"), "minor_child")
    county, granted = service.receive(
        officer,
        _new(1, "样本甲一", STREET, Ground.OWN_DWELLING, Tenure.OWN),
        _seen("identity_card", "dwelling_deed"),
        store,
    )
    service.decide(officer, county, granted, Outcome.SETTLED, "在市辖区有合法产权住所，材料齐全。")
    for kind in ("decision", "notice"):
        papers.hand_out(officer, county, granted, kind, sample=True)
    service.receive(
        officer,
        _new(
            11,
            "样本乙一",
            OTHER_STREET,
            Ground.STABLE_DWELLING,
            Tenure.LODGED,
            (spouse, child),
            dwelling_since=long_ago,
        ),
        _seen("identity_card", "household_book", "lodging_statement"),
        store,
    )
    county, refused = service.receive(
        officer,
        _new(21, "样本丙一", OTHER_STREET, Ground.STABLE_DWELLING, Tenure.RENTED, dwelling_since=lately),
        _seen("identity_card", "lease"),
        store,
    )
    service.decide(
        officer, county, refused, Outcome.REFUSED, "租住未满一年，也没有其他可以适用的条件；满一年后可以再申请。"
    )
    service.receive(
        officer, _new(31, "样本丁一", TOWN, Ground.TOWN_DWELLING, Tenure.RENTED), _seen("identity_card", "lease"), store
    )
    _offer_what_is_not_taken(officer, store)
    service.receive(
        officer,
        _new(
            41,
            "样本戊一",
            STREET,
            Ground.STABLE_WORK,
            None,
            employer="样本食品厂",
            work_since=long_ago,
            pension_months=19,
        ),
        _seen("identity_card", "labour_contract"),
        store,
    )


def _offer_what_is_not_taken(officer: Actor, store: Store) -> None:
    """What somebody was told elsewhere to bring: it is refused, and the window writes down that nobody may ask for it."""
    new = _new(51, "样本己一", TOWN, Ground.TOWN_DWELLING, Tenure.RENTED)
    try:
        service.receive(
            officer, new, [*_seen("lease"), Paper("other", "退出承包地的承诺书", field="other_title")], store
        )
    except Refused:
        service.receive(officer, new, _seen("lease"), store)


def _new(
    order: int,
    name: str,
    division: str,
    ground: Ground,
    tenure: Tenure | None,
    along: tuple[Person, ...] = (),
    **told: object,
) -> service.New:
    facts: dict[str, object] = {"origin": "汉阴县某镇某村", "village": "610921", "address": f"样本路{order}号", **told}
    applicant = Person(name, _number(order, "19880301"), "applicant")
    return service.New(
        division=division, ground=ground, persons=(applicant, *along), tenure=tenure, **facts  # type: ignore[arg-type]
    )  # fmt: skip


def _seen(*kinds: str) -> list[Paper]:
    return [Paper(kind, field=f"file_{kind}") for kind in kinds]


def _number(order: int, born: str) -> str:
    """A synthetic number of prefix 610900, with its check digit (GB 11643)."""
    head = f"610900{born}{order:03d}"
    return head + CHECKS[sum(int(one) * weight for one, weight in zip(head, WEIGHTS, strict=True)) % 11]


def _account(settings: Settings) -> Actor:
    file = _file(settings)
    with unit_of_work(WINDOW) as uow:
        known = accounts.account_by_login(uow.session, LOGIN)
    if known is None:
        password = "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(10)) + str(secrets.randbelow(10))
        file.touch(mode=0o600)
        file.write_text(json.dumps({LOGIN: password}))
        wanted = NewAccount(LOGIN, NAME, frozenset({Role.SETTLEMENT_OFFICER}), COUNTY)
        account = open_account(WINDOW, wanted, password, temporary=False)
    else:
        account = known.account_id
    return Actor(account, NAME, Desk.SETTLEMENT, frozenset({Role.SETTLEMENT_OFFICER}), COUNTY)


def _file(settings: Settings) -> Path:
    return settings.home / "demo-window.json"
