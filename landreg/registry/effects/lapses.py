"""What happens when a restriction ends by itself: it held until its last day, and what waited behind it moves up. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from landreg.registry.effects.changes import Changes, Opened, Standing


def lapse(restrictions: Iterable[Standing], restriction_id: UUID, over: date, new: Callable[[], UUID]) -> Changes:
    """A restriction is over from a day on; a later one of its kind moves up from that day, or from when it came.

    restrictions: all that stand on the right. over: the first day without it.
    """
    standing = list(restrictions)
    (ended,) = (row for row in standing if row.row["restriction_id"] == restriction_id)
    closes, opens = [ended], list[Opened](ended.until(over, row_id=new()))
    waiting = (row for row in standing if row.row["kind"] == ended.row["kind"] and row.row["rank"] > ended.row["rank"])
    for row in sorted(waiting, key=lambda row: int(row.row["rank"])):
        since = over if row.since is None else max(over, row.since)
        closes.append(row)
        opens += (*row.until(since, row_id=new()), row.from_day(since, row_id=new(), rank=row.row["rank"] - 1))
    return Changes(tuple(opens), over, tuple(closes))
