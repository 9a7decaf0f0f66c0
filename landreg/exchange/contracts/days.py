"""What comes by itself: a contract ends with its term, or with the right that it rests on; what the register has registered of it
is told; a draft that was not signed by its last day is dropped. A step of the worker; each in a transaction of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from landreg.core.actor import WORKER, Actor
from landreg.core.db import Unavailable, alone, unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import draft_queries, queries
from landreg.exchange.contracts.entering import happened, held
from landreg.exchange.contracts.making import drop_late
from landreg.exchange.contracts.rules.course import UNSIGNED, stage

_logger = logging.getLogger(__name__)


def work(worker: Actor = WORKER) -> int:
    """Take every step that is due; how many there were. What cannot be done is named in the log of the process."""
    done = 0
    with alone(worker, "contracts") as ours:
        if not ours:
            return 0
        for contract_id, step in _due(worker):
            try:
                done += step()
            except Unavailable:
                raise
            except LandregError as error:
                _logger.warning("contract %s: %s", contract_id, [finding.code for finding in error.findings])
    return done


def _due(worker: Actor) -> list[tuple[UUID, Callable[[], int]]]:
    """Each step that is due, with its contract: what is registered first, since a term may be over that day too."""
    with unit_of_work(worker) as uow:
        registered = queries.registered_now(uow.session)
        gone = queries.parents_gone(uow.session)
        over = queries.ended_by_day(uow.session, beijing_day(uow.now))
        lapsed = draft_queries.over(uow.session, beijing_day(uow.now))
        late = draft_queries.overtaken(uow.session)
        return [
            *((row.contract_id, partial(tell_registered, worker, *row)) for row in registered),
            *((row.contract_id, partial(end_with_its_right, worker, row.county, row.contract_id)) for row in gone),
            *((row.contract_id, partial(end_by_day, worker, row.county, row.contract_id)) for row in over),
            *((row.contract_id, partial(lapse, worker, row.county, row.contract_id)) for row in lapsed),
            *((row.contract_id, partial(overtake, worker, row.county, row.contract_id)) for row in late),
        ]


def end_by_day(worker: Actor, county: str, contract_id: UUID) -> int:
    """A contract whose term is over ends; 1, or 0 where it has ended or goes on."""
    with unit_of_work(worker) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        if row.until_on > law.on or stage(found.course(law.on)) not in ("over", "disputed"):
            return 0
        happened(uow, row, "ended", row.until_on, facts={"how": "term_over"})
    return 1


def lapse(worker: Actor, county: str, contract_id: UUID) -> int:
    """A draft that was not signed by its last day is dropped; 1, or 0 where it was signed, dropped or put off meanwhile."""
    with unit_of_work(worker) as uow:
        found, law = held(uow, county, contract_id)
        return int(drop_late(uow, found.contract, law))


def overtake(worker: Actor, county: str, contract_id: UUID) -> int:
    """A draft that can be concluded no more, since what it follows ended or goes on otherwise, is dropped; 1, or 0 where it was."""
    with unit_of_work(worker) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        if row.state not in UNSIGNED:
            return 0
        happened(uow, row, "withdrawn", law.on, facts={"how": "overtaken"})
    return 1


def end_with_its_right(worker: Actor, county: str, contract_id: UUID) -> int:
    """A re-transfer whose registered land-operation right is no more ends today; 1, or 0 where it has ended."""
    with unit_of_work(worker) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        if row.state != "signed":
            return 0
        facts = {"how": "parent_ended", "of": row.right_code}
        happened(uow, row, "ended", max(row.from_on, min(law.on, row.until_on)), facts=facts)
    return 1


def tell_registered(worker: Actor, county: str, contract_id: UUID, act_id: UUID, at: datetime) -> int:
    """Tell of a contract that its case is registered: land that an exchange or an assignment has moved is bound by it no more;
    1, or 0 where that was told.
    """
    with unit_of_work(worker) as uow:
        found, _law = held(uow, county, contract_id)
        if found.of("registered"):
            return 0
        happened(uow, found.contract, "registered", beijing_day(at), facts={"act_id": str(act_id)})
    return 1
