"""What was found when the bytes of a package were received before: looked up while they are checked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from gis.zones import ZONES
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.land.model import Package, PackageFinding
from landreg.land.packing import Delivery
from landreg.land.survey import Report
from landreg.land.survey_reading import Progress
from landreg.law.book import Law
from landreg.law.queries import load_law


@dataclass(frozen=True, eq=False)
class Received:
    """package_id: None where the package could not even be told to be of a county; then nothing is recorded.
    already: the same bytes were received before, and this is what was found then, and still is."""

    package_id: UUID | None
    report: Report
    already: bool


class Known(Exception):
    """The same bytes were received before, and nothing refused them then."""

    def __init__(self, received: Received) -> None:
        super().__init__()
        self.received = received


class Earlier:
    """What was found when the same bytes were received before: looked up once, as soon as their hash is there, while they are
    checked. Where nothing refused them the check is broken off (Known), by its progress, which this is."""

    def __init__(self, actor: Actor, sent: Delivery, step: Progress) -> None:
        self.found: Received | None = None
        self._actor, self._sent, self._step = actor, sent, step
        self._looked = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        hashed = self._sent.hashed
        if hashed.done() and hashed.exception() is None:
            self.look()
        self._step(stage, done, total)

    def look(self) -> None:
        """Wait for the hash and look it up, unless that was done. Raises Known, and OSError where there is no hash."""
        if not self._looked:
            self.found, self._looked = _earlier(self._actor, self._sent.sha256), True
            if self.found is not None and not self.found.report.refused:
                raise Known(self.found)


def _earlier(actor: Actor, sha256: bytes) -> Received | None:
    """What was found when the same bytes were last received before; of one that was staged, when it was."""
    latest = (
        sa.select(Package)
        .where(Package.sha256 == sha256)
        .order_by(Package.state == "refused", Package.received_at.desc())
    )
    with unit_of_work(actor) as uow:
        row = uow.session.scalars(latest).first()
        if row is None:
            return None
        place = PackageFinding.place
        rows = uow.session.execute(
            sa.select(PackageFinding, sa.func.ST_X(place), sa.func.ST_Y(place))
            .where(PackageFinding.county == row.county, PackageFinding.package_id == row.package_id)
            .order_by(PackageFinding.position)
        ).all()
        law = load_law(uow.session, row.county, beijing_day(row.received_at))
        return Received(row.package_id, _stored_report(row, rows, law), True)


def _stored_report(
    row: Package, rows: Sequence[sa.Row[PackageFinding, float | None, float | None]], law: Law
) -> Report:
    findings = tuple(
        Finding(f.code, f.field, f.facts, f.layer, f.subject, None if lon is None or lat is None else (lon, lat))
        for f, lon, lat in rows
    )
    zone = None if row.epsg is None else ZONES[row.epsg]
    return Report(findings, law, row.county, zone, row.counts)
