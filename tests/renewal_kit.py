"""Steps of a renewal as tests take them: a registered village to its roster, on notice, decided, renewed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.periods import DAY, beijing_day
from landreg.registry import lapses, roster_queries
from landreg.registry.casework import cases, notices
from landreg.registry.renewal import roster_cases, rosters
from landreg.registry.renewal.rosters import Asked, Paper, Vote
from landreg.registry.roster_model import Roster, RosterEntry
from tests.kept_kit import kept
from tests.registry_kit import Connection, booked, in_state, one, pass_days, put_papers, to_rights
from tests.villages import COUNTY, ISSUER

PLAN, MINUTES = Paper("11" * 32, 1, "延包方案.pdf"), Paper("22" * 32, 1, "会议记录.pdf")
REQUEST = Paper("33" * 32, 1, "暂缓申请.pdf")
ENDS = "2027-12-31"
WINDOW = Asked(date(2026, 1, 1), date(2027, 12, 31))


def today(actor: Actor) -> date:
    """By the register's clock."""
    return beijing_day(one(actor, "SELECT system.clock()"))


def drawn(registrar: Actor, asked: Asked = WINDOW) -> UUID:
    """The roster of the small village."""
    return rosters.draw_up(registrar, COUNTY, ISSUER, asked, PLAN)


def roster_of(actor: Actor, roster: UUID) -> Roster:
    """The roster as it stands."""
    with unit_of_work(actor) as uow:
        found = roster_queries.roster(uow.session, COUNTY, roster)
        assert found is not None
        return found


def entries_of(actor: Actor, roster: UUID, **which: Any) -> list[RosterEntry]:
    """Who is on it."""
    with unit_of_work(actor) as uow:
        return list(roster_queries.entries(uow.session, roster_of(actor, roster), **which))


def on_notice(registrar: Actor, reviewer: Actor, roster: UUID) -> list[UUID]:
    """Its cases opened, accepted, reviewed and published."""
    batch = roster_cases.open_cases(registrar, COUNTY, roster)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "延包名册公示")
    return ids


def decided(registrar: Actor, superuser: Connection, roster: UUID, **changed: Any) -> None:
    """The members meet after the notice, and all but one of ten are in favour."""
    pass_days(superuser, 40)
    values = {"members": 10, "present": 9, "in_favour": 9, "held_on": today(registrar), "minutes": MINUTES, **changed}
    rosters.decide(registrar, COUNTY, roster, Vote(**values))


def to_decided(
    registrar: Actor, reviewer: Actor, superuser: Connection, households: int = 2
) -> tuple[UUID, list[UUID]]:
    """A registered village whose roster was decided on, as the reviewer entered it: the roster, and its cases."""

    def make() -> tuple[UUID, list[UUID]]:
        to_rights(registrar, reviewer, superuser, households, ends_on=ENDS)
        roster = drawn(registrar)
        ids = on_notice(registrar, reviewer, roster)
        many = max(10, 5 * households)
        decided(reviewer, superuser, roster, members=many, present=many - 1, in_favour=many - 1)
        return roster, ids

    return kept(superuser, ("decided", registrar, reviewer, households), make)


def end_or_renew(registrar: Actor, reviewer: Actor, superuser: Connection, kind: str, right: UUID | None) -> None:
    """Let time pass until something may end by itself, or renew a contract singly."""
    if kind == "lapse":
        pass_days(superuser, 12)
        lapses.work()
    elif right is not None:
        case = roster_cases.apply_singly(registrar, COUNTY, right, None)
        put_papers(registrar, case, "renewal_single")
        booked(registrar, reviewer, superuser, case, "renewal_single")


TERM = """SELECT r.term FROM registry."right" AS r WHERE r.right_id = :right AND upper_inf(r.recorded) AND upper_inf(r.valid)"""
AFTER_ENDS = date(2027, 12, 31) + DAY
