"""What the worker does of listings by itself: those that nobody answered expire, those whose land was frozen are stopped."""

from __future__ import annotations

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.core.periods import beijing_day
from landreg.exchange.listings import listing_queries as queries
from landreg.exchange.listings.service import note
from landreg.law.queries import load_law


def work(actor: Actor) -> int:
    """End what is due; how many. A listing that moved on meanwhile is left as it is."""
    ended = 0
    with unit_of_work(actor) as uow:
        due = [(row.county, row.listing_id, "expired", "") for row in queries.due(uow.session, beijing_day(uow.now))]
        for found in queries.frozen(uow.session):
            law = load_law(uow.session, found.county, beijing_day(uow.now))
            kind = "exit" if found.what == "exit" else found.kind
            why = Finding("TR-12", values={"restrictions": [kind], "parties": [found.number] if found.number else []})
            due.append((found.county, found.listing_id, "failed", law.say(why)))
    for county, listing_id, kind, said in due:
        try:
            with unit_of_work(actor) as uow:
                row = queries.one(uow.session, county, listing_id)
                if row is not None:
                    note(uow, row, kind, said)
                    ended += 1
        except Refused:
            continue
    return ended
