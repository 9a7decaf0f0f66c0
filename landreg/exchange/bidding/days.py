"""What the worker does of sales by itself: one to which nobody came comes to nothing, and one ends when the last of its bidders who
could have the land has given it up.

At once and by events of their own (failed, spent), so that deposits go back; dealt land is put on again by listings/days.py.
"""

from __future__ import annotations

from contextlib import suppress

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.bidding import sale_queries, sales

NOBODY = "没有人报价，或者没有达到最低接受价的报价。"


def work(actor: Actor) -> int:
    """End what is over; how many. A sale that moved on meanwhile is left as it is."""
    with unit_of_work(actor) as uow:
        over = sale_queries.over_by_itself(uow.session)
    done = 0
    for sale, kind in over:
        with suppress(Refused), unit_of_work(actor) as uow:
            sales.ended(uow, sale, kind, NOBODY if kind == "failed" else "")
            done += 1
    return done
