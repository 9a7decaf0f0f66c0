"""Holding what cases are about: who accepts and who registers waits for whoever is at the same ground.

So the order of acceptance (REG-2) is the order in which acceptances can be seen, and no act is judged on what another is changing.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from landreg.core.db import UnitOfWork
from landreg.registry.facts.ground import places_surveyed, redrawn_places
from landreg.registry.facts.kin import parcels_touched


def hold(uow: UnitOfWork, county: str, case_ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """Hold until the end, in this order: places that the cases' surveys enter or that they redraw, and the ground that they are
    about; packages and villages of their surveys, as registering enters them.
    """
    surveyed = places_surveyed(uow.session, county, case_ids)
    for village in sorted({village for _, village in surveyed} | redrawn_places(uow.session, county, case_ids)):
        uow.lock_village(village)
    uow.lock_parcels(county, parcels_touched(uow.session, county, case_ids))
    return surveyed
