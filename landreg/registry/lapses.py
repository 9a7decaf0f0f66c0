"""What ends by itself: objections without a suit, advance notices that nobody followed up, seizures past their last day.

A step of the worker, by the register's clock. Each end is an act of its own kind, in a transaction of its own: killed anywhere,
the next round finds what is left. A term that ran out is none of it: it ends no right.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from uuid import UUID, uuid4

from landreg.core.actor import WORKER, Actor, Desk
from landreg.core.db import Unavailable, UnitOfWork, alone, unit_of_work
from landreg.core.errors import LandregError
from landreg.core.periods import DAY, beijing_day
from landreg.registry import ending_queries
from landreg.registry.casebook import Case
from landreg.registry.effects.lapses import lapse
from landreg.registry.facts import standing
from landreg.registry.rules.renewal_requests import LAPSES
from landreg.registry.writing import Booking, write

OFFICE = replace(WORKER, desk=Desk.REGISTRY)
"""Nobody applies for these acts: the register enters them itself."""
_logger = logging.getLogger(__name__)


def work(worker: Actor = WORKER) -> int:
    """End everything that is over by now; how many acts. What another was at meanwhile is left for the next round."""
    done = 0
    with alone(worker, "lapses") as ours:
        if not ours:
            return 0
        with unit_of_work(worker) as uow:
            due = ending_queries.due(uow.session, beijing_day(uow.now))
        for one in due:
            try:
                done += end(OFFICE, one.county, one.right_id, one.restriction_id)
            except Unavailable:
                raise
            except LandregError as error:
                _logger.warning("%s of %s: %s", LAPSES[one.kind], one.county, [f.code for f in error.findings])
    return done


def end(office: Actor, county: str, right_id: UUID, restriction_id: UUID) -> int:
    """End one restriction whose last day is over; 1, or 0 where it ended, was renewed or does not lapse any more."""
    with unit_of_work(office) as uow:
        _lock(uow, county, right_id)
        today = beijing_day(uow.now)
        due = ending_queries.due(uow.session, today, right_id)
        one = next((one for one in due if one.restriction_id == restriction_id), None)
        if one is None:
            return 0
        stands = standing.restrictions(uow.session, county, [right_id])[right_id]
        case = Case(
            county=county,
            case_id=None,
            village=one.village,
            package_id=None,
            act_kind=LAPSES[one.kind],
            subject_code=one.code or "",
        )
        changes = lapse(stands, restriction_id, one.until + DAY, uuid4)
        write(uow, county, [Booking(case, changes, uuid4())])
    return 1


def _lock(uow: UnitOfWork, county: str, right_id: UUID) -> None:
    """As an act on the right would: by its parcels."""
    bundle = standing.rights(uow.session, county, [right_id]).get(right_id)
    uow.lock_parcels(county, [parcel.row["parcel_id"] for parcel in bundle.parcels] if bundle else [])
