"""Every staged table of a package with its rows as blocks of text for COPY, in the order in which they can be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from mmap import MADV_DONTNEED, mmap
from pathlib import Path
from typing import Any

import numpy as np

from gis.columns import Columns
from gis.shapefile import Package
from gis.shapes import Shapes
from gis.zones import Zone
from landreg.land.rules.facts import Boundary, Bytes, Survey, Table
from landreg.land.staging_extra import COLUMNS, extra_blocks
from landreg.land.staging_rows import (
    LINES,
    POINTS,
    STAGED,
    Blocks,
    layer_blocks,
    line_blocks,
    names,
    point_blocks,
    table_blocks,
)

BOUNDARIES = {"JZD": ("staged_boundary_point", POINTS), "JZX": ("staged_boundary_line", LINES)}
PARCELS = "parcels"
Rows = Iterator[tuple[str, tuple[str, ...], Blocks]]
"""Staged table, its columns, its rows."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What rows are made with besides the files. digits: of every code that the county has had. village: of the package.
    folder: where tables, boundary points and lines are put aside, and where nothing lies that the package brought."""

    package: Package
    county: str
    digits: tuple[str, ...]
    zone: Zone
    village: str
    folder: Path

    @property
    def survey(self) -> Survey:
        """The county and the zone alone, without what was read."""
        return Survey(self.county, self.digits, self.zone, {}, {})


def rows_of(ground: Ground, ready: Iterable[str]) -> Rows:
    """Tables, of which the rows have been put aside, and layers, read from their files again in batches; then points (JZD) and
    lines (JZX) as they are `ready`."""
    package, survey = ground.package, ground.survey
    for kind, (table, _, _) in STAGED.items():
        if kind in package.tables:
            yield table, names(kind), table_blocks(_rows_aside(ground.folder / kind), survey, kind)
        elif kind in package.layers:
            yield table, names(kind), layer_blocks(package, survey, kind)
    yield "staged_extra", COLUMNS, extra_blocks(package, survey, ground.village)
    for kind in ready:
        table, columns = BOUNDARIES[kind]
        yield table, ("village", *columns), _boundary_blocks(ground, kind)


def put_table_aside(kind: str, columns: Columns, folder: Path) -> None:
    """Write what the staged rows of some of a table's are made of into `folder`, as arrays, after those before."""
    if kind in STAGED:
        _, key, staged = STAGED[kind]
        made_of = {key, *(column.field for column in staged), *(column.paper for column in staged)}
        arrays: dict[str, Any] = {name: columns.utf8(name) for name in made_of if name in columns}
        place = folder / kind
        place.mkdir(exist_ok=True)
        before = sum(1 for _ in place.iterdir())
        with (place / f"{before:06}.npz").open("xb") as file:
            np.savez(file, allow_pickle=False, **arrays)


def _rows_aside(place: Path) -> Iterator[Columns]:
    """What was put aside of a table, as many rows at a time as were."""
    for file in sorted(place.glob("*.npz")):
        with np.load(file, allow_pickle=False) as arrays:
            columns = Columns.of_utf8({name: arrays[name] for name in arrays.files})
        yield columns


def put_aside(survey: Survey, kind: str, boundary: Boundary, folder: Path) -> None:
    """Write what rows of points or lines are made of into `folder`, as arrays."""
    place = folder / kind
    place.mkdir()
    kept = {f"kept-{name}": values for name, values in boundary.kept.items()}
    shapes = {name: getattr(boundary.shapes, name) for name in ("xy", "part_starts", "feature_starts")}
    arrays: dict[str, Any] = {
        PARCELS: survey.table("DK").key, "number": boundary.number, "item": boundary.item, "parcel": boundary.parcel,
        **kept, **shapes,
    }  # fmt: skip
    for name, values in arrays.items():
        np.save(place / f"{name}.npy", values, allow_pickle=False)


def _boundary_blocks(ground: Ground, kind: str) -> Blocks:
    place = ground.folder / kind
    mapped: list[mmap] = []
    taken = {file.stem: _taken(file, mapped) for file in place.glob("*.npy")}
    shapes = Shapes(
        "point" if kind == "JZD" else "line", taken.pop("xy"), taken.pop("part_starts"), taken.pop("feature_starts")
    )
    parcels: Bytes = taken.pop(PARCELS)
    kept = {name.removeprefix("kept-"): values for name, values in taken.items() if name.startswith("kept-")}
    boundary = Boundary(
        shapes, taken["number"], taken["item"], taken["parcel"], np.zeros(0, "S1"), kept, Table(kind, len(shapes))
    )
    survey = ground.survey
    survey.tables["DK"] = Table("DK", len(parcels), text={"DKBM": parcels})
    for block in point_blocks(survey, boundary) if kind == "JZD" else line_blocks(survey, boundary):
        yield block
        for pages in mapped:
            pages.madvise(MADV_DONTNEED)


def _taken(file: Path, mapped: list[mmap]) -> Any:
    """An array as it lies in its file: only what is looked at is read, and counts as memory of this process until the one in
    `mapped` lets go of it. An empty one cannot be mapped."""
    values = np.load(file, mmap_mode="r" if file.stat().st_size > 4096 else None, allow_pickle=False)
    if isinstance(values.base, mmap):
        mapped.append(values.base)
    return np.asarray(values)
