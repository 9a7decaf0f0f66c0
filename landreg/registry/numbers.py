"""Numbers of acts: county, day in Beijing, and a running number that is never used twice."""

from __future__ import annotations

from sqlalchemy import text

from landreg.core.db import UnitOfWork
from landreg.core.periods import beijing_day


def act_numbers(uow: UnitOfWork, county: str, count: int) -> list[str]:
    """So many new act numbers, in rising order."""
    day = beijing_day(uow.now).strftime("%Y%m%d")
    drawn = uow.session.execute(
        text("SELECT nextval('registry.act_number') FROM generate_series(1, :count)"), {"count": count}
    )
    return [f"{county}-{day}-{serial:07d}" for serial in sorted(drawn.scalars())]
