"""GEO: each shape by itself. Source: NY/T 2537; standards.md 3, 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gis.areas import ellipsoidal_m2, plane_m2
from gis.rings import RingFault, Thresholds, ring_faults
from gis.shapes import Shapes
from landreg.core.errors import Finding
from landreg.land.rules.facts import (
    KEY,
    Ints,
    Notes,
    Survey,
    SurveyRule,
    Table,
)  # fmt: skip

CHUNK = 10_000
"""Shapes that are looked at together: few enough that what they are worked out with stays in the processor's caches."""
TANGLED = 1_000
"""Vertices from which on a shape that crosses itself is looked at no further."""
PLOTS = ("DK", "ZJD")
CODE_OF = {
    "empty": "GEO-1", "not_finite": "GEO-2", "huge": "GEO-2", "too_few_points": "GEO-3", "unclosed": "GEO-4",
    "self_crossing": "GEO-5", "duplicate_vertex": "GEO-6", "spike": "GEO-7", "multipart": "GEO-8", "hole": "GEO-9",
    "bad_hole": "GEO-10", "sliver": "GEO-12", "reversed": "GEO-13", "self_touching": "GEO-14",
    "near_vertex": "GEO-26",
}  # fmt: skip

COUNTED = {"too_few_points", "multipart", "hole"}


def geo_11_ring_is_not_endless(survey: Survey, notes: Notes) -> None:
    """GEO-11: a shape has no more vertices than any parcel has; such a one is looked at no further."""
    most = notes.law.days("GEO-11.vertices_most")
    for kind, shapes in list(survey.shapes.items()):
        owners = shapes.part_feature[shapes.xy_part]
        vertices = np.bincount(owners, minlength=len(shapes))
        endless = np.flatnonzero(vertices > most)
        if endless.size:
            table = survey.table(kind)
            at = shapes.xy[shapes.part_starts[shapes.feature_starts[:-1][endless]]]
            notes.rows(
                "GEO-11", table, endless, None, lambda row, v=vertices: {"vertices": v[row].item()}, at=at, most=most
            )
            survey.shapes[kind] = without(shapes, endless)


def forget(shapes: Shapes) -> None:
    """Drop what shapes can work out again from their coordinates: of millions, it is as large as these."""
    for name in ("part_sizes", "part_feature", "xy_part", "sound", "boxes"):
        shapes.__dict__.pop(name, None)


def without(shapes: Shapes, rows: Any) -> Shapes:
    """The same shapes, some of them emptied."""
    gone = np.zeros(len(shapes), dtype=bool)
    gone[rows] = True
    part_gone = gone[shapes.part_feature]
    xy = shapes.xy[~part_gone[shapes.xy_part]]
    part_starts = np.concatenate(([0], np.cumsum(shapes.part_sizes[~part_gone])))
    sizes = np.where(gone, 0, np.diff(shapes.feature_starts))
    return Shapes(shapes.kind, xy, part_starts, np.concatenate(([0], np.cumsum(sizes))))


EMPTIED = ("GEO-11", "GEO-27")


def geo_1_ring_is_sound(survey: Survey, notes: Notes) -> None:
    """GEO-1 to GEO-14: each ring by itself, see CODE_OF. GEO-20: the same of areas of administration, noted only.
    A shape that no geometry can be made of is emptied for the rules that follow, and so is a large one that crosses itself:
    what a tangle encloses cannot be told in any time."""
    limits = _limits(notes)
    for kind, shapes in list(survey.shapes.items()):
        crossing: list[int] = []
        few: list[int] = []
        for first in range(0, len(shapes), CHUNK):
            part = shapes.span(first, first + CHUNK)
            faults = ring_faults(part, limits, clockwise=survey.forms.get(kind) == "shapefile")
            _ring_notes(survey, notes, kind, [replace(fault, index=fault.index + first) for fault in faults])
            crossing += [fault.index + first for fault in faults if fault.kind == "self_crossing"]
            few += [fault.index + first for fault in faults if fault.kind == "too_few_points"]
        gone = ~shapes.usable
        gone[few] = True
        if crossing:
            vertices = np.bincount(shapes.part_feature[shapes.xy_part], minlength=len(shapes))
            gone[crossing] |= vertices[crossing] > TANGLED
        if gone.any():
            survey.shapes[kind] = without(shapes, gone)


def _ring_notes(survey: Survey, notes: Notes, kind: str, faults: Sequence[RingFault]) -> None:
    table = survey.table(kind)
    narrow = {fault.index for fault in faults if fault.kind == "sliver"}
    for fault in faults:
        if fault.kind == "spike" and fault.index in narrow:
            continue  # a parcel that is narrow as a whole has sharp ends by nature
        if fault.kind == "empty" and _is_told_of(notes, table, fault.index):
            continue
        if fault.kind == "near_vertex":
            _near_note(survey, notes, table, fault)
        elif kind in PLOTS:
            survey.blame(kind, fault.index)
            _ring_note(notes, CODE_OF[fault.kind], table, fault, _sound_vertex(survey.shapes[kind], fault.index))
        elif fault.kind != "hole":
            _ring_note(notes, "GEO-20", table, fault)


def _near_note(survey: Survey, notes: Notes, table: Table, fault: RingFault) -> None:
    """GEO-26 of a plot: it speaks not against the plot's own shape, and where a neighbour misses one vertex of the two, TOP-12
    says no more than this."""
    if table.kind in PLOTS:
        _ring_note(notes, CODE_OF[fault.kind], table, fault)
        survey.doubled[table.kind, fault.index].append((fault.x, fault.y))


def _is_told_of(notes: Notes, table: Table, row: int) -> bool:
    """Whether a shape was emptied as it was read, and is told of: it has too many vertices, or is of another kind."""
    return any(notes.counts.get(code) for code in EMPTIED) and any(
        f.code in EMPTIED and f.layer == table.kind and f.values["row"] == row + 1 for f in notes.findings
    )


def _sound_vertex(shapes: Shapes, row: int) -> Any:
    """The first usable coordinate of a shape, None where it has none."""
    first, last = shapes.part_starts[shapes.feature_starts[[row, row + 1]]]
    sound = np.flatnonzero(shapes.sound[first:last])
    return shapes.xy[first + sound[0]] if sound.size else None


def _limits(notes: Notes) -> Thresholds:
    names = ("duplicate_m", "spike_degrees", "sliver_m", "near_m")
    figures = {name: notes.law.text("GEO.thresholds", name) for name in names}
    duplicate, spike, sliver, near = (np.float64(figures[name]).item() for name in names)
    return Thresholds(duplicate, spike, sliver, near)


def _ring_note(notes: Notes, code: str, table: Table, fault: RingFault, spot: Any = None) -> None:
    at = (fault.x, fault.y) if np.isfinite(fault.x) else spot
    values: dict[str, Any] = {"kind": fault.kind, "row": fault.index + 1}
    if code == "GEO-20":
        values["fault"] = fault.kind
    if fault.kind in ("not_finite", "huge"):
        values["value"] = f"{fault.value:.6g}"
    elif np.isfinite(fault.value):
        values["value"] = int(fault.value) if fault.kind in COUNTED else round(fault.value, 3)
    notes.add(Finding(code, KEY.get(table.kind), values, table.kind, table.subject(fault.index)), at)


def middles(shapes: Shapes) -> Any:
    """(n, 2) a place for each shape: the middle of its box; NaN for an empty one."""
    return (shapes.boxes[:, :2] + shapes.boxes[:, 2:]) / 2


def begins(shapes: Shapes) -> Any:
    """(n, 2) where each shape begins, a point itself; NaN for one without a place."""
    if shapes.kind == "point" and len(shapes) == len(shapes.xy):
        return shapes.xy
    starts = shapes.part_starts[shapes.feature_starts]
    there = starts[1:] > starts[:-1]
    made = np.full((len(shapes), 2), np.nan)
    made[there] = shapes.xy[starts[:-1][there]]
    return made


def hundredths_of(values: Any) -> Ints:
    """Computed m² in whole hundredths, half up."""
    return np.asarray(np.floor(values * 100 + np.float64("0.5")), dtype=np.int64)


def measure(survey: Survey, chunk: int = CHUNK) -> None:
    """Plane and ellipsoidal area of parcels and homesteads, in whole hundredths of m², a part of the shapes at a time."""
    for kind in PLOTS:
        if kind not in survey.shapes:
            continue
        shapes = survey.shapes[kind]
        plane, ellipsoidal = np.zeros((2, len(shapes)), dtype=np.int64)
        for first in range(0, len(shapes), chunk):
            rows, part = slice(first, first + chunk), shapes.span(first, first + chunk)
            plane[rows] = hundredths_of(plane_m2(part))
            ellipsoidal[rows] = hundredths_of(np.nan_to_num(ellipsoidal_m2(part, survey.zone)))
        survey.plane[kind], survey.ellipsoidal[kind] = plane, ellipsoidal


def join_shapes(parts: Sequence[Shapes], kind: str) -> Shapes:
    """Shapes of several batches, or layers, as one."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        zero = np.zeros(1, dtype=np.int64)
        return Shapes(kind, np.zeros((0, 2)), zero, zero)
    part_starts = _join_offsets([part.part_starts for part in parts])
    feature_starts = _join_offsets([part.feature_starts for part in parts])
    if np.array_equal(part_starts, feature_starts):
        feature_starts = part_starts  # points: of millions, each such array is as large as half their coordinates
    return Shapes(parts[0].kind, np.concatenate([part.xy for part in parts]), part_starts, feature_starts)


def _join_offsets(parts: Sequence[Ints]) -> Ints:
    made, base = [np.zeros(1, dtype=np.int64)], 0
    for part in parts:
        made.append(part[1:] + base)
        base += int(part[-1])
    return np.concatenate(made)


RULES: tuple[SurveyRule, ...] = (geo_11_ring_is_not_endless, geo_1_ring_is_sound)
