"""The parcel map of a certificate: survey coordinates in, figures in millimetres on paper out."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import shapely

from landreg.registry.papers.labels import (
    MARK_MM,
    Box,
    Coordinates,
    Labels,
    label_points,
    label_sides,
    text_mm,
    turned,
    turns_clockwise,
)

Xy = tuple[float, float]

SIDE_MARGIN_MM, TOP_MARGIN_MM = 14.0, 10.5  # room inside the frame for the names of the four neighbours
SMALL_MM, LARGE_MM = 2.0, 2.8  # letters of labels in a small frame and in one that fills a page
DRAWN_MM = 0.05  # what a printer can't show isn't drawn
FRAME_MM = 0.28  # the line around a map
FOOT_MM = 6.0  # under the frame, for the scale bar
SCALES = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
MOST_POINT_MARKS = 600
CLOSE_MM = 2.0  # marks of points that lie closer than this, on an average, are small
MOST_PLAIN = 500  # points of neighbours that are drawn as they are
CENTIMETRE = Decimal("0.01")


@dataclass(frozen=True)
class Neighbour:
    """A neighbouring polygon: closed rings of (easting, northing) in metres; `name` is written inside if it fits."""

    rings: tuple[tuple[Xy, ...], ...]
    name: str = ""


@dataclass(frozen=True)
class ParcelMap:
    """What a parcel map shows. `rings`: the outer ring, then holes, (easting, northing) in metres of the zone.

    `points` names the boundary points ring by ring in the order of the vertices, `sides_m` gives the registered length
    of the side that starts at each point; left empty, points are numbered J1.. clockwise from the north-west and
    lengths are computed. `zone` is printed as given."""

    rings: tuple[tuple[Xy, ...], ...]
    zone: str
    neighbours: tuple[Neighbour, ...] = ()
    points: tuple[str, ...] = ()
    sides_m: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Side:
    """One boundary side: its two points by name and its length in metres, 0.01."""

    start: str
    end: str
    length_m: Decimal


def scale_for(width_m: float, height_m: float, room_x_mm: float, room_y_mm: float) -> int:
    """The roundest denominator at which an extent in metres fits into a room in mm; at least 1:100."""
    least = max(width_m * 1000 / room_x_mm, height_m * 1000 / room_y_mm, 100.0)
    power = 10.0 ** math.floor(math.log10(least))
    return round(next(step for step in (*(s * power for s in SCALES), 10 * power) if step >= least * (1 - 1e-9)))


def _as_points(parcel: ParcelMap) -> list[Coordinates]:
    """Each ring without its closing point; clockwise from the north-west unless the survey named its points."""
    rings = []
    for number, ring in enumerate(parcel.rings):
        xy = np.asarray(ring, dtype=np.float64).reshape(-1, 2)
        if len(xy) > 1 and np.array_equal(xy[0], xy[-1]):
            xy = xy[:-1]
        if not parcel.points:
            if turns_clockwise(xy) != (number == 0):
                xy = xy[::-1]
            xy = turned(xy, int(np.argmax(xy[:, 1] - xy[:, 0])))
        rings.append(xy)
    return rings


def sides(parcel: ParcelMap) -> list[Side]:
    """All boundary sides in order, ring by ring; registered lengths where given, else computed from the points."""
    return _sides(parcel, _names(parcel, _as_points(parcel)))


def _sides(parcel: ParcelMap, named: Sequence[tuple[Coordinates, list[str]]]) -> list[Side]:
    found: list[Side] = []
    for xy, names in named:
        lengths = np.hypot(*(turned(xy, 1) - xy).T).tolist()
        for name, following, length in zip(names, [*names[1:], names[0]], lengths, strict=True):
            known = parcel.sides_m[len(found)] if parcel.sides_m else Decimal(repr(length))
            found.append(Side(name, following, known.quantize(CENTIMETRE, ROUND_HALF_UP)))
    return found


def side_text(side: Side) -> str:
    """J1–J2 23.45."""
    return f"{side.start}–{side.end} {side.length_m:.2f}"


def _names(parcel: ParcelMap, rings: Sequence[Coordinates]) -> list[tuple[Coordinates, list[str]]]:
    count = sum(len(xy) for xy in rings)
    names = _told_apart(parcel, rings) if len(parcel.points) == count else [f"J{n}" for n in range(1, count + 1)]
    named, first = [], 0
    for xy in rings:
        named.append((xy, names[first : first + len(xy)]))
        first += len(xy)
    return named


def _told_apart(parcel: ParcelMap, rings: Sequence[Coordinates]) -> list[str]:
    """The surveyed names; of different points under one name each with its count, as in J12599(2), or a side has one end."""
    names = list(parcel.points)
    if len(set(names)) == len(names):
        return names
    places: dict[str, list[Xy]] = defaultdict(list)
    every = [(x, y) for xy in rings for x, y in xy.tolist()]
    for name, place in zip(names, every, strict=True):
        if place not in places[name]:
            places[name].append(place)
    return [
        name if len(places[name]) == 1 else f"{name}({places[name].index(place) + 1})"
        for name, place in zip(names, every, strict=True)
    ]


def _path(rings: Iterable[Coordinates]) -> str:
    parts = []
    for xy in rings:
        parts.append("M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in xy.tolist()) + "Z")
    return "".join(parts)


def _neighbours(
    parcel: ParcelMap, to_paper: Any, width: float, height: float
) -> tuple[str, list[tuple[float, float, str, float]]]:
    """The neighbours' outlines clipped to the frame as one path; x, y, name and size in mm² of each part to be named."""
    rings = [(n, ring) for n, of in enumerate(parcel.neighbours) for ring in of.rings if len(ring) > 3]
    if not rings:
        return "", []
    # All at once: a call for each neighbour costs more than what it does.
    points = to_paper(np.array([point for _, ring in rings for point in ring], dtype=np.float64))
    of_ring = np.repeat(np.arange(len(rings)), [len(ring) for _, ring in rings])
    owners, shape_of = np.unique([n for n, _ in rings], return_inverse=True)
    shapes = shapely.polygons(shapely.linearrings(points, indices=of_ring), indices=shape_of)
    names = [parcel.neighbours[n].name for n in owners.tolist()]
    edge = FRAME_MM / 2
    if len(points) > MOST_PLAIN:
        shapes = shapely.simplify(shapes, DRAWN_MM)
    cut = shapely.clip_by_rect(shapes, edge, edge, width - edge, height - edge)
    parts, owner = shapely.get_parts(cut, return_index=True)
    seen = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    parts, owner = parts[seen], owner[seen]
    xy, ring_of = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    outlines = np.split(xy, np.flatnonzero(np.diff(ring_of)) + 1) if len(xy) else []
    spots = shapely.get_coordinates(shapely.point_on_surface(parts))
    areas = shapely.area(parts).tolist()
    places = [(*spot, names[i], area) for spot, i, area in zip(spots.tolist(), owner.tolist(), areas, strict=True)]
    return _path(ring[:-1] for ring in outlines), places


def _reserved(width: float, height: float) -> list[Box]:
    """Where the four neighbours' names and the north arrow stand."""
    mid_x, mid_y = width / 2, height / 2
    return [
        (0.0, mid_y - 8, 13.0, mid_y + 8),
        (width - 13.0, mid_y - 8, width, mid_y + 8),
        (mid_x - 17, 0.0, mid_x + 17, 5.0),
        (mid_x - 17, height - 5.0, mid_x + 17, height),
        (width - 9.0, 0.0, width, 15.0),
    ]


def _scale_bar(denominator: int) -> dict[str, Any]:
    """A bar of two halves, near 24 mm long, of a round length in metres."""
    metres = 24 * denominator / 1000
    power = 10.0 ** math.floor(math.log10(metres))
    length = max(step * power for step in (1.0, 2.0, 4.0, 5.0, 8.0) if step * power <= metres * 1.0001)
    return {"mm": round(length * 1000 / denominator, 3), "half": f"{length / 2:g}", "full": f"{length:g}"}


def middle_and_scale(parcel: ParcelMap, width: float, height: float) -> tuple[Xy, int]:
    """What stands in the middle of a frame of width x height mm, in metres of the zone, and the scale's denominator."""
    return _middle_and_scale(_as_points(parcel), width, height)


def _middle_and_scale(rings: Sequence[Coordinates], width: float, height: float) -> tuple[Xy, int]:
    every = np.concatenate(rings)
    low, high = every.min(axis=0), every.max(axis=0)
    (wide, tall), (x, y) = (high - low).tolist(), ((low + high) / 2).tolist()
    return (x, y), scale_for(wide, tall, width - 2 * SIDE_MARGIN_MM, height - 2 * TOP_MARGIN_MM)


def draw(parcel: ParcelMap, width: float, height: float, title: str = "") -> dict[str, Any]:
    """The map in a frame of width x height mm: one SVG for the lines, labels with their places, scale, scale bar.

    `unwritten` holds the sides whose length, or the name of whose end, found no room on the map: the paper lists them
    in words. `title` is written inside the parcel if it fits."""
    rings = _as_points(parcel)
    middle, denominator = _middle_and_scale(rings, width, height)
    factor = 1000 / denominator

    def to_paper(xy: Coordinates) -> Coordinates:
        moved: Coordinates = (xy - middle) * (factor, -factor) + (width / 2, height / 2)
        return moved

    of_ground = _names(parcel, rings)
    every_side = _sides(parcel, of_ground)
    named = [(to_paper(xy), names) for xy, names in of_ground]
    body = shapely.Polygon(named[0][0], [xy for xy, _ in named[1:] if len(xy) > 2])
    line = shapely.get_coordinates(shapely.segmentize(body, MARK_MM)).T
    size = LARGE_MM if min(width, height) > 110 else SMALL_MM
    labels = Labels(width, height, size, _reserved(width, height), [], line)
    if title:
        _put_title(labels, body, title)
    unwritten = _put_sides(labels, named, every_side)
    outline, owners = _neighbours(parcel, to_paper, width, height)
    for x, y, name, area in owners:
        if name and area > 2.2 * text_mm(name, labels.size) * labels.size:
            labels.put(x, y, name, "n")
    bar = _scale_bar(denominator)
    crowded = CLOSE_MM * len(every_side)
    return {
        "w": width,
        "h": height,
        "scale": f"1:{denominator}",
        "bar": bar,
        "unwritten": [side_text(side) for side in unwritten],
        "label": labels.size,
        "labels": labels.placed,
        "svg": _svg(width, height, outline, [xy for xy, _ in named], bar["mm"], 0.3 if body.length < crowded else 0.5),
    }


def _put_title(labels: Labels, body: shapely.Polygon, title: str) -> None:
    """The title into the parcel, if it fits."""
    spot = shapely.point_on_surface(body)
    frame = _around(spot.x, spot.y, text_mm(title, 1.3 * labels.size), 1.3 * labels.size)
    if shapely.contains_properly(body, shapely.box(*frame)):
        labels.put(spot.x, spot.y, title, "t", grown=1.3)


def _put_sides(
    labels: Labels, named: Sequence[tuple[Coordinates, Sequence[str]]], every_side: Sequence[Side]
) -> list[Side]:
    """The names of points and the lengths of sides, ring by ring; the sides of which the length, or the
    name of an end, found no room."""
    unwritten: list[Side] = []
    first = 0
    for number, (xy, names) in enumerate(named):
        of_ring = every_side[first : first + len(names)]
        # The land lies within the first ring and around the others; on paper y goes down.
        outside = -1 if turns_clockwise(xy) == (number == 0) else 1
        nameless = label_points(labels, xy, names, outside)
        left_out = {*label_sides(labels, xy, [side.length_m for side in of_ring], outside)}
        left_out |= nameless | {(index - 1) % len(of_ring) for index in nameless}
        unwritten += [of_ring[index] for index in sorted(left_out)]
        first += len(names)
    return unwritten


def _around(x: float, y: float, width: float, height: float) -> Box:
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _svg(width: float, height: float, outline: str, rings: Sequence[Coordinates], bar: float, radius: float) -> str:
    """Neighbours in thin grey, the parcel in a heavy line with a ring at each point, north arrow, frame, scale bar under it."""
    drawn = rings if sum(len(xy) for xy in rings) <= MOST_POINT_MARKS else []
    arcs = f"a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0"
    marks = "".join(f"M{x - radius:.2f} {y:.2f}{arcs}" for xy in drawn for x, y in xy.tolist())
    x, edge, whole = width - 4.5, FRAME_MM / 2, height + FOOT_MM
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{whole}mm" viewBox="0 0 {width} {whole}">'
        f'<path d="{outline}" fill="#f7f7f5" fill-rule="evenodd" stroke="#8a8a8a" stroke-width="0.15"/>'
        f'<path d="{_path(rings)}" fill="#fbf0dc" fill-rule="evenodd" stroke="#111" stroke-width="0.38"'
        f' stroke-linejoin="round"/><path d="{marks}" fill="#fff" stroke="#111" stroke-width="0.18"/>'
        f'<path d="M{x} 5.2L{x - 1.9} 13L{x} 11.2Z" fill="#111"/>'
        f'<path d="M{x} 5.2L{x + 1.9} 13L{x} 11.2Z" fill="#fff" stroke="#111" stroke-width="0.18"/>'
        f'<path d="M{edge} {edge}H{width - edge}V{height - edge}H{edge}Z" fill="none" stroke="#000" stroke-width="{FRAME_MM}"/>'
        f'<path d="M{edge} {whole - 1.6}h{bar}v1h{-bar}z" fill="#fff" stroke="#000" stroke-width="0.14"/>'
        f'<path d="M{edge} {whole - 1.6}h{bar / 2}v1h{-bar / 2}z"/></svg>'
    )
