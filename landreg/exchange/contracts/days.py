"""What comes with its day: a contract whose term is over ends. A step of the worker; each in a transaction of its own."""

from __future__ import annotations

import logging
from uuid import UUID

from landreg.core.actor import WORKER, Actor
from landreg.core.db import Unavailable, alone, unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import queries
from landreg.exchange.contracts.entering import happened, held
from landreg.exchange.contracts.rules.course import stage

_logger = logging.getLogger(__name__)


def work(worker: Actor = WORKER) -> int:
    """End every contract whose term is over; how many. What cannot be done is named in the log of the process."""
    done = 0
    with alone(worker, "contracts") as ours:
        if not ours:
            return 0
        with unit_of_work(worker) as uow:
            due = [(row.county, row.contract_id) for row in queries.ended_by_day(uow.session, beijing_day(uow.now))]
        for county, contract_id in due:
            try:
                done += end_by_day(worker, county, contract_id)
            except Unavailable:
                raise
            except LandregError as error:
                _logger.warning("contract %s: %s", contract_id, [finding.code for finding in error.findings])
    return done


def end_by_day(worker: Actor, county: str, contract_id: UUID) -> int:
    """A contract whose term is over ends; 1, or 0 where it has ended or goes on."""
    with unit_of_work(worker) as uow:
        found, law = held(uow, county, contract_id)
        row = found.contract
        if row.until_on > law.on or stage(found.course(law.on)) not in ("over", "disputed"):
            return 0
        happened(uow, row, "ended", row.until_on, facts={"how": "term_over"})
    return 1
