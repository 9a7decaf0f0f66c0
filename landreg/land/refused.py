"""What the map of a refused package shows: plots around its findings, as they were delivered. Nothing is measured on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.shapes import Shapes
from gis.zones import Zone, to_lonlat
from landreg.land.rules.facts import Survey, plain
from landreg.land.rules.geometry import PLOTS
from landreg.land.staging_rows import web_mercator

NEAR_M = 150.0
"""How far around a finding, in metres of the zone: what a map opened at it shows."""
MOST = 20_000
KINDS = {"DK": "contracted", "ZJD": "homestead"}


@dataclass(frozen=True)
class Plot:
    """A plot as it was delivered: code, kind of parcel, and its shape in EPSG:3857 as hexadecimal EWKB."""

    code: str
    kind: str
    shape: str


def plots_around(survey: Survey, places: Sequence[tuple[float, float]]) -> Iterable[Plot]:
    """Contracted parcels and homesteads near places in degrees, at most MOST of a layer: those of the first places.

    A shape that cannot be drawn, for its coordinates are none, is left out.
    """
    wanted = np.array(places, dtype=np.float64).reshape(-1, 2)
    for kind in PLOTS:
        shapes = survey.shapes.get(kind)
        if shapes is None or not len(shapes) or not len(wanted):
            continue
        rows = _near(shapes, survey.zone, wanted)
        part = shapes.take(rows)
        web = Shapes(part.kind, web_mercator(part.xy, survey.zone), part.part_starts, part.feature_starts)
        drawn = web.usable
        made = shapely.to_wkb(shapely.set_srid(web.geoms[drawn], 3857), hex=True, include_srid=True)
        codes = survey.table(kind).key[rows[drawn]].tolist()
        yield from (Plot(plain(code), KINDS[kind], shape) for code, shape in zip(codes, made.tolist(), strict=True))


def _near(shapes: Shapes, zone: Zone, places: NDArray[np.float64]) -> NDArray[np.int64]:
    boxes = shapes.boxes
    usable = np.flatnonzero(~np.isnan(boxes[:, 0]))
    # In degrees, as places are: how many metres a degree has is nearly the same all over a county.
    low, high = to_lonlat(boxes[usable, :2], zone), to_lonlat(boxes[usable, 2:], zone)
    tall = NEAR_M / 111_000
    wide = tall / np.cos(np.radians(np.clip(places[:, 1], -80, 80)))
    tree = shapely.STRtree(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
    around = shapely.box(places[:, 0] - wide, places[:, 1] - tall, places[:, 0] + wide, places[:, 1] + tall)
    order, found = tree.query(around)
    _, first = np.unique(found, return_index=True)
    nearest = first[np.argsort(order[first], kind="stable")][:MOST]
    return np.sort(usable[found[nearest]])
