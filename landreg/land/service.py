"""The step of the land room that takes in a survey package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa

from landreg.core.actor import Actor
from landreg.core.db import Unavailable, UnitOfWork, unit_of_work
from landreg.core.errors import Finding, LandregError, Refused
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.land import ground_queries, rechecked, staging, staging_carried, staging_compared
from landreg.land.model import Package
from landreg.land.packing import Delivery, delivered
from landreg.land.queries import division_names
from landreg.land.received_before import Earlier, Known, Received
from landreg.land.refused import plots_around
from landreg.land.rules.facts import Survey
from landreg.land.sayable import sayable
from landreg.land.staging_beside import Beside
from landreg.land.staging_rows import STAGED
from landreg.land.survey import Report, opened, silent
from landreg.land.survey_reading import Progress
from landreg.law.book import Law
from landreg.law.queries import load_law

SMALL_S = 0.2
"""Seconds for which the hash of a package is waited for before its check begins: that of a small one is there by then."""
Settle = Callable[[UnitOfWork, str, UUID], None]
"""Writes what belongs to a package, of a county and an id, into the transaction that keeps it."""


class NoRoom(LandregError):
    """The disk is full; nothing was written."""

    status = 507


def receive(
    actor: Actor,
    path: Path,
    *,
    name: str | None = None,
    progress: Progress | None = None,
    store: Store | None = None,
    settle: Settle | None = None,
) -> Received:
    """Check a survey package, record what was found, and stage its rows where nothing refuses: all of it or nothing.

    path: a zip or a folder, which is packed into a zip; name: as it was sent, where the path is another. store: where the
    file is kept under its hash, before the row that names it; None where it lies there already. settle: what else is
    written with the package, in its transaction. What is kept is what is checked, also of a folder. One that was refused
    is checked again: rules and figures may have changed. Raises Conflict when someone else is receiving the same package,
    Unavailable when the database is gone, NoRoom when the disk is full, Refused (PKG-21) when the package is of a place
    beyond the actor's jurisdiction or (PKG-37) a folder was changed while it was read; all leave nothing behind.
    """
    step = progress or silent
    name = name or sayable(path.name) + (".zip" if path.is_dir() else "")
    step("hash", 0, 1)
    with _room_for(name), delivered(path, name) as sent:
        earlier = Earlier(actor, sent, step)
        try:
            wait([sent.hashed], SMALL_S)
            earlier("hash", 1, 1)
            with (
                Beside(actor) as beside,
                opened(
                    sent.path,
                    _day(actor),
                    read_on=beijing_day(datetime.now(UTC)),
                    own=lambda county, on: _law(actor, county, on),
                    progress=earlier,
                    staging=beside,
                    name=name,
                ) as report,
            ):
                if report.county is None or report.survey is None:
                    sent.unchanged()
                    return Received(None, report, False)
                earlier.look()
                _of_own_county(actor, report.survey)
                _put(store, sent)
                if earlier.found is not None and report.as_json() == earlier.found.report.as_json():
                    return earlier.found
                report = _keep(actor, report, sent, beside, step, settle)
        except Known as known:
            _put(store, sent)
            return known.received
    with unit_of_work(actor) as uow:
        uow.take_statistics("land.package_finding", *(f"land.{entry[0]}" for entry in STAGED.values()))
    return Received(beside.package_id, report, False)


def _of_own_county(actor: Actor, survey: Survey) -> None:
    place = staging.village_of(survey)
    if not place.startswith(actor.jurisdiction):
        codes = {"county": survey.county, "place": place, "jurisdiction": actor.jurisdiction}
        with unit_of_work(actor) as uow:
            names = division_names(uow.session, list(codes.values()))
        values = {name: f"{names[code]}（{code}）" if code in names else code for name, code in codes.items()}
        raise Refused(Finding("PKG-21", None, values, subject=survey.county))


def _day(actor: Actor) -> date:
    with unit_of_work(actor) as uow:
        return beijing_day(uow.now)


def _law(actor: Actor, county: str, on: date) -> Law:
    with unit_of_work(actor) as uow:
        return load_law(uow.session, county, on)


@contextmanager
def _room_for(name: str) -> Iterator[None]:
    """A block that writes or reads files of a package, where a full disk is an answer."""
    try:
        yield
    except OSError as error:
        raise NoRoom(Finding("PKG-16", None, {"file": name, "why": error.strerror or str(error)})) from error


def _put(store: Store | None, sent: Delivery) -> None:
    if store is not None:
        sent.keep(store)


def _keep(
    actor: Actor, report: Report, sent: Delivery, beside: Beside, progress: Progress, settle: Settle | None
) -> Report:  # fmt: skip
    """One transaction: the package, its findings, and its rows unless it is refused; the report with what the register adds."""
    survey, delivered = report.survey, report.package
    if survey is None or delivered is None or report.zone is None:
        raise ValueError("a package without county or zone is not kept")
    county, village, epsg = survey.county, staging.village_of(survey), report.zone.epsg
    findings = list(report.findings)
    new = Package(county=county, package_id=beside.package_id, village=village, name=sent.name, epsg=epsg)

    def record(uow: UnitOfWork) -> Package:
        sha256 = sent.sha256  # whole, before what it is of is looked at for the last time
        sent.unchanged()
        uow.lock_village(f"package:{county}")
        if settle is not None:
            settle(uow, county, beside.package_id)
        return staging.record(
            uow, beside.package_id, county, findings, report.law, village=village, sha256=sha256, name=sent.name,
            size=sent.size, state="refused" if report.refused else "staged", epsg=epsg, counts=report.counts,
        )  # fmt: skip

    def follow(uow: UnitOfWork) -> None:
        uow.lock_village(f"package:{county}")
        carried = staging_carried.carry_over(uow, new, {*delivered.layers, *delivered.tables}, report.law)
        findings.extend(carried.findings)
        if replace(report, findings=tuple(findings)).refused:
            raise _DoNotGoTogether
        findings.extend(ground_queries.findings_of(uow.session, county, beside.package_id, report.law))
        row = record(uow)
        _say_what_changed(uow, row, _former(uow, row), carried.origins)

    with _said_plainly(actor, sent.name):
        if not report.refused:
            with suppress(_DoNotGoTogether):
                beside.keep(follow, progress)
                return replace(report, findings=tuple(findings))
            report = replace(report, findings=tuple(findings))
        beside.drop()
        with unit_of_work(actor) as uow:
            row = record(uow)
            staging.keep_plots(uow, row, plots_around(survey, _places(report)))
            _say_what_changed(uow, row, None, {})
    return report


class _DoNotGoTogether(Exception):
    """What a package brings, and what goes on of those in force."""


def _places(report: Report) -> list[tuple[float, float]]:
    """Where the findings lie, those first that must be corrected."""
    found = sorted(report.findings, key=lambda finding: report.law.level(finding) != "refuse")
    return [finding.place for finding in found if finding.place is not None]


@contextmanager
def _said_plainly(actor: Actor, name: str) -> Iterator[None]:
    """What the driver says of a lost database or a full disk, as an answer; COPY does not pass through SQLAlchemy."""
    try:
        yield
    except psycopg.errors.DiskFull as error:
        raise NoRoom(Finding("PKG-30", None, {"file": name})) from error
    except psycopg.OperationalError as error:
        raise Unavailable(Finding("SYS-1", values={"desk": actor.desk.value})) from error


def _former(uow: UnitOfWork, row: Package) -> Package | None:
    """The staged package that a new one corrects: the latest one of the same villages or of a part of them; else the
    latest that holds these villages, which then stays."""
    latest = uow.session.scalars(
        sa.select(Package)
        .where(Package.county == row.county, Package.state == "staged", Package.package_id != row.package_id)
        .order_by(Package.received_at.desc())
    ).all()
    return next(
        (old for old in latest if old.village.startswith(row.village)),
        next((old for old in latest if row.village.startswith(old.village)), None),
    )


def _say_what_changed(
    uow: UnitOfWork, row: Package, former: Package | None, origins: Mapping[str, Sequence[str]]
) -> None:
    """Say what became of the findings since the check before, and of the rows since the former staged package; put aside
    every one of those that the new one covers wholly. origins: of the rows that go on."""
    checked = rechecked.checked_before(uow.session, row)
    changes: dict[str, Any] = {} if former is None else staging_compared.compare(uow, row, former)
    if checked is not None:
        changes["findings"] = rechecked.compared(uow.session, row, checked)
    if origins:
        changes[staging_carried.CARRIED] = origins
    values = {"changes": changes, "supersedes": None if former is None else former.package_id}
    own = sa.and_(Package.county == row.county, Package.package_id == row.package_id)
    uow.session.execute(sa.update(Package).where(own).values(values))
    if former is not None:
        uow.session.execute(
            sa.update(Package)
            .where(
                Package.county == row.county,
                Package.state == "staged",
                Package.package_id != row.package_id,
                Package.village.startswith(row.village),
            )
            .values(state="superseded")
        )
