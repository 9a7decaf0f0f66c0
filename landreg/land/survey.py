"""Check a survey package: read it, ask every rule, and say what is at fault, where, and in which words.

No database. `service.receive` stages what this finds sound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from gis.archive import keep_bounds, unpack
from gis.columns import Columns
from gis.shapefile import Package, PackageFault, find_layers
from gis.zones import Zone
from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.land import survey_county, survey_reading, survey_twice
from landreg.land.memory import give_back_large, give_back_small, seldom_collected
from landreg.land.rooms import room
from landreg.land.rules import (
    areas,
    boundaries,
    certified,
    codes,
    days,
    families,
    geometry,
    persons,
    placing,
    plausible,
    relations,
    terms,
    topology,
    uses,
)
from landreg.land.rules.facts import Boundary, Notes, Survey, SurveyRule, Table
from landreg.land.survey_boundaries import read_boundaries
from landreg.land.survey_package import codes_saved_as_numbers, holds_a_package, missing_parts
from landreg.land.survey_places import at_their_parcels, name_places
from landreg.land.survey_reading import Progress, PutAside, fault_finding, not_put_aside
from landreg.law.book import Law, national_law

STAGES: tuple[tuple[str, tuple[SurveyRule, ...]], ...] = (
    ("geometry", (*placing.RULES, *geometry.RULES)), ("codes", (*codes.RULES, *days.RULES)),
    ("persons", (*persons.RULES, *families.RULES, *plausible.RULES, *certified.RULES)),
    ("relations", (*relations.RULES, *uses.RULES)),
    ("terms", terms.RULES), ("areas", areas.RULES), ("boundaries", ()), ("topology", topology.RULES),
)  # fmt: skip


OwnLaw = Callable[[str, date], Law]


class Staging(Protocol):
    """What stages the rows of a package while it is checked (`staging_beside`)."""

    def table(self, kind: str, columns: Columns, folder: Path) -> None:
        """Some rows of an attribute table have been read. folder: as in `begin`."""

    def begin(self, package: Package, survey: Survey, folder: Path) -> None:
        """All but boundary points and lines has been read. folder: for what is put aside, until the check's end;
        nothing of the package's own lies there."""

    def boundary(self, survey: Survey, kind: str, boundary: Boundary) -> None:
        """Points (JZD) or lines (JZX) have been read."""

    def drop(self) -> None:
        """Something refuses."""


@dataclass(frozen=True, eq=False)
class _Look:
    """What is needed while a package is examined. folder: for what is put aside."""

    package: Package
    notes: Notes
    progress: Progress
    folder: Path
    staging: Staging | None


def silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, eq=False)
class Report:
    """What the check of a package found. county, zone: None where they could not be told. counts: rows by table.

    survey, package: as read and as found, for staging; None where it could not be read far enough.
    """

    findings: tuple[Finding, ...]
    law: Law
    county: str | None
    zone: Zone | None
    counts: dict[str, int]
    survey: Survey | None = None
    package: Package | None = None

    @property
    def refused(self) -> bool:
        """Whether anything must be corrected before the package can be staged."""
        return any(self.law.level(finding) == "refuse" for finding in self.findings)

    def as_json(self) -> list[dict[str, Any]]:
        """The findings as the command line and the page give them."""
        return [finding_json(finding, self.law) for finding in self.findings]


def finding_json(finding: Finding, law: Law) -> dict[str, Any]:
    """One finding: code, level, layer, subject, field, values, place as [longitude, latitude], and the sentence."""
    return {
        "code": finding.code, "level": law.level(finding), "layer": finding.layer, "subject": finding.subject,
        "field": finding.field, "values": dict(finding.values),
        "place": None if finding.place is None else list(finding.place),
        "zh": law.say(finding, "zh"), "en": law.say(finding, "en"),
    }  # fmt: skip


def check(path: Path | str, law: Law | date | None = None, *, progress: Progress | None = None) -> Report:
    """Check a package, a zip or a folder. law: to judge by, or the day of which it is the law; by default of today.

    Never raises for what the package is: that is in the report.
    """
    with opened(Path(path), law, progress=progress) as report:
        return replace(report, survey=None, package=None)


@contextmanager
def opened(
    path: Path,
    law: Law | date | None = None,
    *,
    own: OwnLaw | None = None,
    progress: Progress | None = None,
    staging: Staging | None = None,
    name: str = "",
    read_on: date = date.min,
) -> Iterator[Report]:
    """The report of a package, whose files are there to be staged from until the end of the block.

    name: of the file as it was sent, where the path has another. read_on: the day of reading, where it may be after the law's.
    own: the law of a county on a day with the county's own figures, asked once the county is known. staging: stages the
    rows meanwhile; it is told to drop them as soon as anything refuses.
    """
    if not isinstance(law, Law):
        law = national_law("", law or beijing_day(datetime.now(UTC)))
    notes = Notes(law)
    step = progress or silent
    give_back_large()
    with seldom_collected(), room() as files, room() as aside:
        step("unpack", 0, 1)
        found = _unpacked(path, name or path.name, files, notes)
        found = found and survey_twice.read_once(found, notes)
        step("unpack", 1, 1)
        put_aside = not_put_aside if staging is None else partial(staging.table, folder=aside)
        survey = None if found is None else _read(found, notes, step, own, read_on, put_aside)
        if survey is not None and found is not None:
            _examine(survey, _Look(found, notes, step, aside, staging))
        yield replace(_report(survey, notes), package=found)


def _unpacked(path: Path, name: str, into: Path, notes: Notes) -> Package | None:
    """The layers and tables of a package; None, and noted why, where there are none."""
    try:
        if not (path.is_dir() or path.is_file()):
            notes.add(Finding("PKG-18", None, {"file": name}))
            return None
        most = {"max_bytes": notes.law.days("PKG-2.bytes_most"), "max_files": notes.law.days("PKG-2.files_most")}
        path = unpack(path, into, **most) if path.is_file() else keep_bounds(path, **most)
        package = find_layers(path)
        if holds_a_package(package, name, notes):
            return package
    except PackageFault as fault:
        notes.add(fault_finding(fault, name=name if fault.path == path else None))
    except OSError as error:
        other = isinstance(error.filename, str) and Path(error.filename) != path
        file = Path(error.filename).name if other else name
        notes.add(Finding("PKG-16", None, {"file": file, "why": error.strerror or str(error)}))
    return None


def _read(
    package: Package, notes: Notes, progress: Progress, own: OwnLaw | None, read_on: date, put_aside: PutAside
) -> Survey | None:
    """The package as tables and arrays. None, and noted why, where a rule could not be asked sensibly."""
    if missing_parts(package, notes):
        return None
    # Tables are read by Python and SQLite, layers by NumPy: each leaves a core to the other.
    apart = Notes(notes.law)
    with ThreadPoolExecutor(1, "layers") as pool:
        reading = pool.submit(survey_reading.read_areas, package, apart, silent)
        tables, readings = survey_reading.read_tables(package, notes, progress, put_aside)
        layers, shapes, more = reading.result()
    notes.follow(apart)
    tables |= layers
    if _unreadable(notes) or "PKG-38" in notes.counts:
        return None
    if codes_saved_as_numbers(package, tables, notes) or survey_county.empty_parts(tables, notes):
        return None
    place = survey_county.place(package, tables, shapes, notes)
    if place is None:
        return None
    if own is not None:
        notes.law = own(place.county, notes.law.on)
    survey = Survey(place.county, place.digits, place.zone, tables, shapes, villages=place.villages,
                    county_area=survey_county.held_wide(place.county, place.zone, notes), forms=_forms(package),
                    read_on=read_on)  # fmt: skip
    survey_county.blank_columns({**readings, **more}, notes)
    survey.counted = {kind: table.rows for kind, table in tables.items()}
    return survey


def _unreadable(notes: Notes) -> bool:
    """Whether a file broke off, so that what is missing would be taken for faults in the rest."""
    return any(finding.code in ("PKG-4", "PKG-5", "PKG-19") for finding in notes.findings)


def _forms(package: Package) -> dict[str, str]:
    return {kind: sources[0].form for kind, sources in package.layers.items() if sources}


def _examine(survey: Survey, look: _Look) -> None:
    total, done, looked_at = sum(len(rules) for _, rules in STAGES), 0, 0
    if look.staging is not None:
        look.staging.begin(look.package, survey, look.folder)
    for stage, rules in STAGES:
        if stage == "boundaries":
            at_their_parcels(survey, look.notes)
            _look_at_boundaries(survey, look)
        for rule in rules:
            look.progress(stage, done, total)
            rule(survey, look.notes)
            done += 1
        if stage == "geometry":
            geometry.measure(survey)
        if look.staging is not None and look.notes.refuse(looked_at):
            look.staging.drop()
        looked_at = len(look.notes.findings)
    look.progress("topology", total, total)
    notes = look.notes
    for code, count in notes.cut().items():
        notes.findings.append(Finding("PKG-17", None, {"code": code, "count": count, "kept": notes.most}))


def _look_at_boundaries(survey: Survey, look: _Look) -> None:
    """Points, then lines: read, held against the parcels, put aside for staging, let go. Only one of the two, which are
    the largest part of a package, is held at a time."""
    if "DK" not in survey.shapes or not {"JZD", "JZX"} & look.package.layers.keys():
        return
    _let_go(survey)
    boundaries.prepare(survey, look.notes)
    parcels = survey.table("DK").index("DKBM")
    for kind in ("JZD", "JZX"):
        boundary = read_boundaries(look.package, kind, parcels, look.notes, look.progress)
        if boundary is None or _unreadable(look.notes):
            continue
        survey.counted[kind] = boundary.table.rows
        if look.staging is not None:
            look.staging.boundary(survey, kind, boundary)
        survey.points, survey.lines = (boundary, None) if kind == "JZD" else (None, boundary)
        placing.geo_25_boundary_is_in_metres_of_its_zone(
            survey, look.notes, boundary, partial(boundaries.named, survey, boundary)
        )
        for rule in boundaries.RULES:
            rule(survey, look.notes)
        survey.points = survey.lines = None
        del boundary
    survey.against = None
    _let_go(survey)


def _let_go(survey: Survey) -> None:
    """Drop what no rule asks for any more: attributes other than those of shapes, and what shapes can work out again."""
    for kind, table in survey.tables.items():
        if kind not in survey.shapes and kind != "FBF":
            survey.tables[kind] = Table(kind, table.rows)
        table.amounts.clear()
    for shapes in survey.shapes.values():
        geometry.forget(shapes)
    give_back_small()


def _report(survey: Survey | None, notes: Notes) -> Report:
    findings = list(notes.findings)
    if survey is not None:
        name_places(survey, notes, findings)
    counts = {} if survey is None else survey.counted
    return Report(
        tuple(findings), notes.law, None if survey is None else survey.county, None if survey is None else survey.zone,
        counts, survey,
    )  # fmt: skip
