"""What the worker does of listings by itself: those that nobody answered expire, those whose land was frozen are stopped, those
whose deal came to nothing are over, or open to others again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Row

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.listings import listing_queries as queries
from landreg.exchange.listings import over_queries
from landreg.exchange.listings.rules.course import ENDED, FELL, Course, step_of
from landreg.exchange.listings.service import note
from landreg.law.book import Law, term
from landreg.law.queries import load_law

_Step = tuple[str, str]
"""A kind of event, and what is said with it."""


def work(actor: Actor) -> int:
    """End what is due, or put it on again; how many. A listing that moved on meanwhile is left as it is."""
    with unit_of_work(actor) as uow:
        due = list(_due(uow, beijing_day(uow.now)))
    done = 0
    for row, steps in due:
        for kind, said in steps:
            try:
                with unit_of_work(actor) as uow:
                    listing = queries.one(uow.session, row.county, row.listing_id)
                    if listing is not None:
                        note(uow, listing, kind, said)
                        done += 1
                break
            except Refused:
                continue
    return done


def _due(uow: UnitOfWork, today: date) -> Iterator[tuple[Row[Any], Iterable[_Step]]]:
    laws: dict[str, Law] = {}

    def law_of(county: str) -> Law:
        return laws.setdefault(county, load_law(uow.session, county, today))

    for row in over_queries.due(uow.session, today):
        law = law_of(row.county)
        kind = step_of(
            Course(row.why, row.way, row.closes_on, row.under_way, today, row.spent, row.given_up, row.awaited),
            law.days("LST-6.quiet_days"),
        )
        ended = term("listing_end", row.why) if row.why in (FELL, ENDED) else ""
        # Land on which something else came meanwhile is not put on the market again.
        steps = {"": (), "published": (("published", ""), ("failed", ended))}.get(kind, ((kind, ended),))
        if steps:
            yield row, steps
    for row in queries.frozen(uow.session):
        kind = "exit" if row.what == "exit" else row.kind
        why = Finding("TR-12", values={"restrictions": [kind], "parties": [row.number] if row.number else []})
        yield row, (("failed", law_of(row.county).say(why)),)
