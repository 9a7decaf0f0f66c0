"""The demo's clock: moved past notices, on to an office's hours, and never past the day that it really is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as hour
from uuid import UUID

import psycopg
from sqlalchemy import text

from landreg import migrate
from landreg.access.queries import real_clock
from landreg.access.service import SYSTEM
from landreg.config import Settings
from landreg.core.actor import Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.periods import BEIJING, DAY, beijing_day
from landreg.demo_staff import COUNTY
from landreg.law.book import national_law
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry.queries import is_demo

MOVED = "demo.clock_moved"
"""The kind of entry that tells of a move; only a database of demonstration has one."""
OPENS, CLOSES = hour(9), hour(16)
"""When the demo's office begins to register, and when no more, Beijing time."""


def wait_for_notices(settings: Settings, batches: Sequence[UUID]) -> None:
    """Move the demo's clock to the morning after the last notice of these batches that somebody still waits for."""
    waiting = text("""
        SELECT max(n.last_day) FROM registry.notice AS n WHERE n.county = :county AND EXISTS (
            SELECT FROM registry."case" AS c WHERE c.county = n.county AND c.notice_id = n.notice_id
              AND c.batch_id = ANY (:batches) AND c.state = 'noticed')
    """)
    with unit_of_work(SYSTEM) as uow:
        asked = {"county": COUNTY, "batches": list(batches)}
        last: date | None = uow.session.scalar(waiting, asked)
        today = beijing_day(uow.now)
    if last is None or today > last:
        return
    _move(settings, DAY * ((last - today).days + 1))
    to_office_hours(settings)


def pass_days(settings: Settings, days: int, *, open_: bool = False) -> None:
    """Move the demo's clock on, never past the day that it really is. open_: on to the office's next hour."""
    with unit_of_work(SYSTEM) as uow:
        behind = real_clock(uow.session) - uow.now
    _move(settings, min(DAY * days, max(behind, DAY * 0)))
    if open_:
        to_office_hours(settings)


def move_on(settings: Settings, days: int) -> datetime:
    """Move the clock of a demonstration on by whole days, past the day that it really is too; what it then says. Never back: what
    was done stands in the order of the log. Raises Refused (DEMO-1) on a database without the demo marker.
    """
    with unit_of_work(SYSTEM) as uow:
        if not is_demo(uow.session):
            raise Refused(Finding("DEMO-1"))
    _move(settings, DAY * days)
    with unit_of_work(SYSTEM) as uow:
        return uow.now.astimezone(BEIJING)


def to_office_hours(settings: Settings) -> None:
    """Move the demo's clock on to a working day's morning, when an office is open; never past the instant that it really is."""
    with unit_of_work(SYSTEM) as uow:
        then, now = uow.now.astimezone(BEIJING), real_clock(uow.session)
    law, day = national_law(COUNTY, then.date()), then.date()
    open_ = law.working_days_after(day - DAY, 1) == day and OPENS <= then.time() < CLOSES
    if open_:
        return
    if then.time() < OPENS:
        day -= DAY
    opens = datetime.combine(law.working_days_after(day, 1), OPENS, BEIJING)
    if opens < now:
        _move(settings, opens - then)


def _move(settings: Settings, by: timedelta) -> None:
    """Move the clock on, told to the log first: an auditor sees each move, and none stands that the log does not know.

    The owner's login alone can move it.
    """
    if not by:
        return
    with unit_of_work(SYSTEM) as uow:
        facts = {"from": uow.now, "to": uow.now + by}
        stage(uow, Entry(MOVED, COUNTY, COUNTY, uow.now.isoformat(), facts))
    with psycopg.connect(migrate.plain_url(settings.urls[Desk.OWNER]), autocommit=True) as owner:
        owner.execute("UPDATE system.demo SET ahead = ahead + %s", [by])
