"""What the exchange sees of the use of land that a contract gives, written down of its deal or, without one, of the contract."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound
from landreg.core.periods import DAY
from landreg.exchange.bidding import reviews
from landreg.exchange.bidding.review_model import LandWatch
from landreg.exchange.bidding.rules.qualified import WATCHED
from landreg.exchange.contracts import queries
from landreg.exchange.contracts.entering import held, open_for
from landreg.exchange.contracts.rules.service import SERVICE

WATCHED_AT = ("signed", "running", "over", "disputed", "ending", "ended")
"""The stages of a contract whose land is, or was, its taker's."""


def watch(actor: Actor, county: str, contract_id: UUID, kind: str, said: str, on_day: date) -> LandWatch:
    """Write down how land of a contract is used: of a deal's since the deal, of another's since its term begins.

    Raises NotFound, also for a service, by which nobody takes land; BadInput (FORM-5), Conflict (CON-5), Refused (QUAL-10,
    GUARD-1).
    """
    if kind not in WATCHED:
        raise BadInput(Finding("FORM-5", "kind", {"given": kind[:40]}))
    with unit_of_work(actor) as uow:
        row = queries.one(uow.session, county, contract_id)
        if row is None or row.kind == SERVICE:
            raise NotFound
        last = row.ends_on - DAY if row.ends_on else None
        if row.deal_id is None:
            found, law = held(uow, county, contract_id)
            open_for(found, law, *WATCHED_AT)
            of = reviews.Of(row.village, row.from_on, contract_id=contract_id, last=last)
            return reviews.put_watch(uow, county, of, kind, said, on_day)
    return reviews.watch(actor, county, row.deal_id, kind, said, on_day, last)
