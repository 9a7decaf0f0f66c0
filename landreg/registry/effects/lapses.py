"""What happens when a restriction ends by itself: it held until its last day, and what waited behind it moves up. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from landreg.registry.effects.changes import Changes, Opened, Standing
from landreg.registry.effects.lying import moved_up


def lapse(restrictions: Iterable[Standing], restriction_id: UUID, over: date, new: Callable[[], UUID]) -> Changes:
    """A restriction is over from a day on; a later one of its kind moves up from that day, or from when it came.

    restrictions: all that stand on the right. over: the first day without it.
    """
    standing = list(restrictions)
    (ended,) = (row for row in standing if row.row["restriction_id"] == restriction_id)
    closes, opens, ranks = [ended], list[Opened](ended.until(over, row_id=new())), moved_up(standing, ended)
    for row in standing:
        if (rank := ranks.get(row.row["row_id"])) is not None:
            since = over if row.since is None else max(over, row.since)
            closes.append(row)
            opens += (*row.until(since, row_id=new()), row.from_day(since, row_id=new(), rank=rank))
    return Changes(tuple(opens), over, tuple(closes))
