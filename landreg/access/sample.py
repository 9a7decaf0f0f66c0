"""Whether a page is of a register of demonstration, which its frame says on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

import sqlalchemy as sa
from flask import g

from landreg.access import queries
from landreg.access.policy import door
from landreg.core.db import Unavailable, unit_of_work
from landreg.core.periods import beijing_day


@dataclass(frozen=True)
class Mark:
    """day: the register's day in Beijing where its clock was moved off the real one, else None."""

    day: date | None


def mark() -> Mark | None:
    """The mark of this request's page; None on a register in service, and while the database cannot be asked."""
    if "sample_mark" not in g:
        g.sample_mark = None if _database_is_gone() else _asked()
    return cast("Mark | None", g.sample_mark)


def _database_is_gone() -> bool:
    return any(finding.code == "SYS-1" for finding in g.get("findings", ()))


def _asked() -> Mark | None:
    """Of who is signed in it is known already: the look-up of the session asked for it."""
    known = cast("queries.Resumed | None", g.get("resumed"))
    try:
        if known is not None:
            found = (known.clock, known.now) if known.demo else None
        else:
            with unit_of_work(door()) as uow:
                found = queries.demo_clocks(uow.session)
    except (Unavailable, sa.exc.DBAPIError):
        return None
    if found is None:
        return None
    shown, real = (beijing_day(instant) for instant in found)
    return Mark(None if shown == real else shown)
