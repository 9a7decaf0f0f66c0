"""Tables and layers that lie in a package twice: the same rows are read once, other rows under the same codes refused once.

Asked where a kind comes in several files alone. Of a row one number of its code and one of all that it says are held, not the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import shapely

from gis.nyt2539 import TABLES
from gis.shapefile import Package, PackageFault, Source, place, read_layer, read_table
from gis.shapes import Geoms
from landreg.core.errors import Finding
from landreg.land import survey_columns as cells
from landreg.land.rules.facts import KEY, Ints, Notes
from landreg.land.survey_package import NOT_NEEDED

WITHIN = {
    "CBF_JTCY": ("CYXM",),
    "CBDKXX": ("CBHTBM",),
    "JZD": ("JZDH",),
    "JZX": ("JZXH", "QJZDH"),
    "QSLYZLFJ": ("ZLFJBH",),
}
"""What tells rows of one code apart."""
NONE = np.zeros(0, dtype=np.int64)
DECIMALS = 4
"""Of coordinates in metres: what a format rounds is no other place."""


def read_once(package: Package, notes: Notes) -> Package:
    """The package without the files of a table or layer that say what another one says (PKG-35); of two that have other rows
    under the same codes all is as it was, and noted (PKG-36).
    """
    kept = {}
    for kind, sources in {**package.layers, **package.tables}.items():
        try:
            kept[kind] = _once(package, kind, sources, notes) if len(sources) > 1 and kind in KEY else sources
        except PackageFault:
            # Who reads the rows for the check says what is at fault in them.
            kept[kind] = sources
    return replace(
        package,
        layers={kind: kept[kind] for kind in package.layers},
        tables={kind: kept[kind] for kind in package.tables},
    )


def _once(package: Package, kind: str, sources: Sequence[Source], notes: Notes) -> tuple[Source, ...]:
    coded = [source for source in sources if KEY[kind] in source.fields]
    key = tuple(name for name in (KEY[kind], *WITHIN.get(kind, ())) if all(name in source.fields for source in coded))
    codes = [np.unique(_numbers(source, key, shaped=False)) for source in coded]
    if len(np.unique(np.concatenate([NONE, *codes]))) == sum(map(len, codes)):
        return tuple(sources)
    left: list[Source] = []
    for (one, of_one), (other, of_other) in combinations(zip(coded, codes, strict=True), 2):
        if one in left or other in left or not _lie_twice(of_one, of_other):
            continue
        # The one that has more columns says more.
        first, second = sorted((one, other), key=lambda source: -len(source.fields))
        values = {"kind": kind, "name": TABLES[kind].name_zh}
        values |= {"file": place(first, package.folder), "other": place(second, package.folder)}
        if count := _unlike(first, second):
            notes.add(Finding("PKG-36", None, {**values, "count": count}, kind))
        else:
            notes.add(Finding("PKG-35", None, values, kind))
            left.append(second)
    return tuple(source for source in sources if source not in left)


def _lie_twice(one: Ints, other: Ints) -> bool:
    """Whether half of the codes of the smaller file are in the other one too: fewer are slips, of which rules tell."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common > 0 and 2 * common >= min(len(one), len(other))


def _unlike(one: Source, other: Source) -> int:
    """How many rows of two files differ in the columns that both have."""
    both = tuple(
        name
        for name in TABLES[one.kind].fields
        if name in one.fields and name in other.fields and name not in NOT_NEEDED
    )
    rows = [_numbers(source, both, shaped=True) for source in (one, other)]
    different, which = np.unique(np.concatenate(rows), return_inverse=True)
    counts = [np.bincount(part, minlength=len(different)) for part in np.split(which, [len(rows[0])])]
    more = counts[0] - counts[1]
    return int(max(more[more > 0].sum(), -more[more < 0].sum()))


def _numbers(source: Source, fields: tuple[str, ...], *, shaped: bool) -> Ints:
    """A number of each row by some columns, of those without a code none where it is codes that are asked for. shaped: by its
    shape too, and of every row. Raises PackageFault.
    """
    found: list[Ints] = []
    for columns, shapes in _batches(source, fields):
        values = [_comparable(source.kind, columns, name) for name in fields]
        if shaped and shapes is not None:
            values.append(_places(shapes()))
        numbers = np.fromiter(map(hash, zip(*values, strict=True)), dtype=np.int64, count=columns.rows)
        found.append(numbers if shaped else numbers[columns.utf8(fields[0]) != b""])
    return np.concatenate([NONE, *found])


def _batches(source: Source, fields: tuple[str, ...]) -> Iterator[tuple[Any, Callable[[], Geoms] | None]]:
    if source.form in ("shapefile", "gpkg"):
        for batch in read_layer(source, fields=fields):
            yield batch.columns, lambda batch=batch: batch.geoms  # type: ignore[misc]
    else:
        for columns in read_table(source):
            yield columns, None


def _comparable(kind: str, columns: Any, name: str) -> list[Any]:
    """The values of a column as one says what another says, however either file writes it."""
    field = TABLES[kind].fields[name]
    if field.type in ("Int", "Float"):
        return list(columns.hundredths(name).tolist())
    values = cells.coded(columns.utf8(name), name)
    if field.type == "Date":
        days = cells.days(values)
        return [day if day is not None else given for day, given in zip(days.tolist(), values.tolist(), strict=True)]
    return list(values.tolist())


def _places(geoms: Geoms) -> list[bytes | None]:
    """Shapes as bytes that are the same wherever a ring begins, and whichever format it is of."""
    single = np.where(shapely.get_num_geometries(geoms) == 1, shapely.get_geometry(geoms, 0), geoms)
    flat = shapely.transform(shapely.force_2d(single), lambda points: points.round(DECIMALS))
    return list(shapely.to_wkb(shapely.normalize(flat)))
