"""The steps of an exit as tests take them: asked for, each adult's word, the notice, the agreement, the money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.exit import money, offering, queries, service
from landreg.exit.model import Exit, Offer
from landreg.exit.offering import Counted
from landreg.exit.queries import Whole
from landreg.exit.rules.course import stage
from landreg.exit.rules.money import Agreed, Itemised
from landreg.exit.service import Asked, Spoken
from landreg.law.book import national_law
from landreg.registry.booking import register
from landreg.registry.casework import cases, notices
from landreg.registry.guarded import Attached
from tests.registry_kit import HOUSEHOLD, Connection, pass_days, put_papers, right_of
from tests.unit.exit.figures import SET
from tests.villages import COUNTY

PAPER = Attached("11" * 32, 9, "paper.jpg")
ITEMS = (
    Itemised("land", "两块地的剩余承包期", Decimal("9000.00")),
    Itemised("improvements", "水渠", Decimal("1000.00")),
)


def asked_for(actor: Actor, *rights: UUID, household: str = HOUSEHOLD, **more: Any) -> Exit:
    """An exit that a household asks for: of its contract where no right is named, whole."""
    rights = rights or (right_of(actor, household),)
    return service.apply(
        actor, household, Asked(rights, more.pop("mode", "whole"), more.pop("reason", "own_wish"), **more)
    )


def figures_set(superuser: Connection) -> None:
    """The county has set every figure of compensation, a long time ago."""
    known = national_law(COUNTY, date(2026, 7, 1)).parameters
    rows = [(COUNTY, COUNTY, name, key, value) for name, value in SET.items() for key in known[name].values]
    superuser.cursor().executemany(
        "INSERT INTO law.county_parameter (county, village, id, name, key, value, since, decided_in, set_by, set_at) "
        "VALUES (%s, %s, gen_random_uuid(), %s, %s, %s, '2020-01-01', 'x', gen_random_uuid(), now())",
        rows,
    )


def seen(actor: Actor, found: Exit) -> Whole:
    """An exit with all its rows."""
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, COUNTY, found.exit_id)
        assert row is not None
        return queries.whole(uow.session, row)


def stage_of(actor: Actor, found: Exit, cooling_days: int = 15) -> str:
    """Where an exit stands today."""
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
    return stage(seen(actor, found).course(today), cooling_days)


def word(member: UUID, **changed: Any) -> Spoken:
    """A member's consent at the counter, with all that belongs to it."""
    said: dict[str, Any] = {
        "agrees": True, "way": "counter", "office": "样本镇便民服务中心", "language": "dialect", "identity_checked": True,
        "read_aloud": True, "witness": "见证人甲", "witness_apart": True,
    }  # fmt: skip
    return Spoken(member, **{**said, **changed})


def offered(actor: Actor, found: Exit, **counted: Any) -> Offer:
    """The compensation is reckoned and handed to the household; dry land where the register says no class."""
    return offering.offer(
        actor, COUNTY, found.exit_id, Counted(**{"rest": "dry", "structure": "brick_concrete", **counted})
    )


def all_consent(actor: Actor, found: Exit) -> None:
    """The household has its offer, and each adult member says yes."""
    if not seen(actor, found).offers:
        offered(actor, found)
    for member in seen(actor, found).members:
        if member.member_id not in found.minors:
            service.consent(actor, COUNTY, found.exit_id, word(member.member_id), None)


def agreement(actor: Actor, **changed: Any) -> Agreed:
    """What is signed today: 10,000 yuan in two items."""
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
    said: dict[str, Any] = {
        "model": "cash", "payer": "样本村股份经济合作社", "items": ITEMS, "funds_source": "合作社自有资金",
        "funds": Decimal("20000"), "funds_shown_on": today, "signed_on": today,
    }  # fmt: skip
    return Agreed(**{**said, **changed})


def agreed(actor: Actor, superuser: Connection, found: Exit, **changed: Any) -> None:
    """Notice, every consent, the days to think it over, the agreement."""
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
    service.notify(actor, COUNTY, found.exit_id, today, PAPER)
    all_consent(actor, found)
    pass_days(superuser, 15)
    money.agree(actor, COUNTY, found.exit_id, agreement(actor, **changed), PAPER, PAPER)


def paid(actor: Actor, found: Exit, amount: str = "10000", receipt: str = "HP-0001") -> Decimal:
    """A payment to the first member; what is left."""
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
    member = seen(actor, found).members[0].member_id
    account = "6217 0000 0000 1234"
    return money.pay(actor, COUNTY, found.exit_id, member, account, Decimal(amount), today, receipt, PAPER)


def to_register(registrar: Actor, reviewer: Actor, superuser: Connection, found: Exit) -> None:
    """From the money to the register, when the half year is over."""
    put_papers(registrar, found.case_id, "exit")
    pass_days(superuser, 170)
    cases.accept(registrar, COUNTY, [found.case_id])
    cases.review(reviewer, COUNTY, [found.case_id])
    notices.publish(registrar, COUNTY, [found.case_id], "退出公告")
    pass_days(superuser, 40)
    register(reviewer, COUNTY, [found.case_id])
