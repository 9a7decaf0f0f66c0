"""Counting the rights that the survey in force has otherwise: what the desk's first page says of them.

A step of the worker, village by village, each in a transaction of its own: killed anywhere, the next round goes on.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from landreg.core.actor import WORKER, Actor, Desk
from landreg.core.db import alone, unit_of_work
from landreg.registry.facts import contradicted

PAUSE_S = 60.0
"""Between two looks whether a survey or acts came since."""
STEP_S = 2.0
"""Seconds of a round, that what else is due need not wait for a county."""


@dataclass
class Recount:
    """Counting anew where a survey or an act came since the last count, and in one round no longer than `STEP_S`."""

    looked_at: float | None = None

    def work(self, worker: Actor = WORKER) -> int:
        """Count what is due; in how many villages."""
        began, done = time.monotonic(), 0
        if self.looked_at is not None and began < self.looked_at + PAUSE_S:
            return 0
        # What surveys say of households is read by the register's own login.
        office = replace(worker, desk=Desk.REGISTRY)
        with alone(office, "contradictions") as ours:
            if not ours:
                return 0
            with unit_of_work(office) as uow:
                due = contradicted.to_count(uow.session)
            for place in due:
                if time.monotonic() > began + STEP_S:
                    return done
                with unit_of_work(office) as uow:
                    contradicted.count(uow.session, place)
                done += 1
        self.looked_at = began
        return done
