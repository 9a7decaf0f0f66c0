"""The demo's clock: moved past notices, on to an office's hours, and never past the day that it really is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from datetime import time as hour
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from landreg import migrate
from landreg.access.service import SYSTEM
from landreg.config import Settings
from landreg.core.actor import Desk
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.periods import BEIJING, DAY, beijing_day
from landreg.demo_staff import COUNTY
from landreg.law.book import national_law

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
    with _owner(settings) as owner:
        owner.execute("UPDATE system.demo SET ahead = ahead + make_interval(days => %s)", [(last - today).days + 1])
    to_office_hours(settings)


def pass_days(settings: Settings, days: int, *, open_: bool = False) -> None:
    """Move the demo's clock on, never past the day that it really is. open_: on to the office's next hour."""
    with _owner(settings) as owner:
        owner.execute(
            "UPDATE system.demo SET ahead = least(ahead + make_interval(days => %s), greatest(ahead, '0'))", [days]
        )
    if open_:
        to_office_hours(settings)


def move_on(settings: Settings, days: int) -> datetime:
    """Move the clock of a demonstration on by whole days, past the day that it really is too; what it then says. Never back: what
    was done stands in the order of the log. Raises Refused (DEMO-1) on a database without the demo marker.
    """
    with _owner(settings) as owner:
        if owner.execute("SELECT system.is_demo()").fetchone() != (True,):
            raise Refused(Finding("DEMO-1"))
        owner.execute("UPDATE system.demo SET ahead = ahead + make_interval(days => %s)", [days])
        row = owner.execute("SELECT system.clock()").fetchone()
    assert row is not None  # noqa: S101
    then: datetime = row[0]
    return then.astimezone(BEIJING)


def to_office_hours(settings: Settings) -> None:
    """Move the demo's clock on to a working day's morning, when an office is open; never past the instant that it really is."""
    with _owner(settings) as owner:
        row = owner.execute("SELECT system.clock(), clock_timestamp()").fetchone()
        assert row is not None  # noqa: S101
        then, now = row[0].astimezone(BEIJING), row[1]
        law, day = national_law(COUNTY, then.date()), then.date()
        open_ = law.working_days_after(day - DAY, 1) == day and OPENS <= then.time() < CLOSES
        if open_:
            return
        if then.time() < OPENS:
            day -= DAY
        opens = datetime.combine(law.working_days_after(day, 1), OPENS, BEIJING)
        if opens < now:
            owner.execute("UPDATE system.demo SET ahead = ahead + %s", [opens - then])


def _owner(settings: Settings) -> psycopg.Connection[tuple[Any, ...]]:
    """Whose clock it is."""
    return psycopg.connect(migrate.plain_url(settings.urls[Desk.OWNER]), autocommit=True)
