"""Exits: asked for, heard, agreed, paid and ended; come back on their day; taken back, closed, lapsed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from landreg.access import bindings
from landreg.access.bindings import Joining as Binding
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.exit import days, handing, money, offering, service
from landreg.exit.model import Exit
from landreg.exit.offering import Counted
from landreg.exit.service import Asked
from landreg.law.queries import load_law
from landreg.registry import lapses
from landreg.registry.casework import applications
from landreg.registry.casework.desk import today
from landreg.registry.papers import office
from landreg.registry.rules.requests import HouseholdChange, Joining
from tests.exit_kit import PAPER, agreement, paid, seen, to_register, word
from tests.life_kit import DOOR, PASSWORD, PLACE, Life, Stage
from tests.registry_kit import HOUSEHOLD, applied, booked, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id

SECOND = f"{VILLAGE}010002"


def exits(on: Stage) -> Life:
    """One household's goes all the way and comes back; the other's are taken back and lapse."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2)
    child = applications.person_of(on.registrar, "样本小娃", citizen_id(50_001))
    joins = HouseholdChange((Joining(child, "21", True, "birth"),))
    booked(
        on.registrar, on.reviewer, on.superuser, applied(on.registrar, "household_change", joins), "household_change"
    )
    yield from _ended_and_back(on)
    yield from _taken_back(on)
    yield from _lapsed(on)


def _ended_and_back(on: Stage) -> Life:
    asked = Asked((right_of(on.registrar),), "temporary", "own_wish", years=1)
    found = yield "exit_apply", lambda: service.apply(on.registrar, HOUSEHOLD, asked)
    yield from _agreed(on, found)
    member = seen(on.registrar, found).members[0].member_id
    today = _today(on)
    yield (
        "exit_pay",
        lambda: money.pay(
            on.registrar, COUNTY, found.exit_id, member, "6217000000001234", Decimal(10000), today, "HP-1", PAPER
        ),
    )
    to_register(on.registrar, on.reviewer, on.superuser, found)
    pass_days(on.superuser, 200)
    yield "exit_come_back", lambda: days.come_back(lapses.OFFICE, COUNTY, found.exit_id)


def _agreed(on: Stage, found: Exit) -> Life:
    today, members = _today(on), seen(on.registrar, found).members
    yield "exit_notify", lambda: service.notify(on.registrar, COUNTY, found.exit_id, today, PAPER)
    if found.minors:
        said = "随父母同住"
        yield "exit_minors", lambda: service.provide_for_minors(on.registrar, COUNTY, found.exit_id, said, PAPER)
    counted = Counted(rest="dry")
    yield "exit_offer", lambda: offering.offer(on.registrar, COUNTY, found.exit_id, counted)
    for member in members:
        if member.member_id not in found.minors:
            said_by = word(member.member_id)
            yield "exit_consent", lambda said=said_by: service.consent(on.registrar, COUNTY, found.exit_id, said, None)
    pass_days(on.superuser, 15)
    signed = agreement(on.registrar)
    yield "exit_agree", lambda: money.agree(on.registrar, COUNTY, found.exit_id, signed, PAPER, PAPER)


def _taken_back(on: Stage) -> Life:
    asked = Asked((right_of(on.registrar, SECOND),), "whole", "far_plots")
    first = service.apply(on.registrar, SECOND, asked)
    yield "exit_withdraw", lambda: service.withdraw(on.registrar, COUNTY, first.exit_id, "word", "不退了")
    again = service.apply(on.registrar, SECOND, asked)
    farmer = bound(on)
    yield "exit_withdraw_own", lambda: service.withdraw_own(farmer, COUNTY, again.exit_id)
    receipt = (COUNTY, again.exit_id, printed_at, on.store)
    yield "exit_own_receipt", lambda: handing.own_receipt(farmer, *receipt)
    first_of = (COUNTY, first.exit_id, "withdrawal", None, printed_at, on.store)
    yield "exit_paper", lambda: handing.hand_out(on.registrar, *first_of)
    yield "exit_close", lambda: days.close(lapses.OFFICE, COUNTY, again.exit_id)


def _lapsed(on: Stage) -> Life:
    asked = Asked((right_of(on.registrar, SECOND),), "whole", "far_plots")
    found = service.apply(on.registrar, SECOND, asked)
    yield from _agreed(on, found)
    paid(on.registrar, found, "100", "HP-2")
    pass_days(on.superuser, 181)
    yield "exit_lapse", lambda: days.lapse(lapses.OFFICE, COUNTY, found.exit_id)
    today, amount = _today(on), Decimal(100)
    yield "exit_repay", lambda: money.repay(on.registrar, COUNTY, found.exit_id, amount, today, "TK-1", PAPER)
    last = service.apply(on.registrar, SECOND, asked)
    service.withdraw(on.registrar, COUNTY, last.exit_id, "letter")
    yield "exit_days", lambda: days.work(on.worker)


def printed_at(session: Session) -> office.Desk:
    """Where the papers are made."""
    return office.Desk(load_law(session, COUNTY, today(session)), PLACE, True)


def _today(on: Stage) -> date:
    with unit_of_work(on.registrar) as uow:
        return beijing_day(uow.now)


def bound(on: Stage, code: str = SECOND, login: str = "lin.nong") -> Actor:
    """A household's account, bound by a code of the office; the second one's."""
    asked = "SELECT m.{} FROM party.household AS h JOIN party.member AS m USING (county, household_id) "
    household, person = (
        one(on.registrar, f"{asked.format(column)} WHERE h.code = :c AND m.position = 1", c=code)
        for column in ("household_id", "person_id")
    )
    told = bindings.make_code(on.registrar, code, person, by_letter=False)
    account = bindings.join(DOOR, Binding(code, told.code, login, f"成员{int(code[-4:])}之1", PASSWORD), "127.0.0.1")
    return Actor(account, "林农", Desk.CITIZEN, frozenset({Role.FARMER}), VILLAGE, household)
