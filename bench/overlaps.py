"""All overlapping pairs of parcels: ours against geopandas.overlay and geopandas.sjoin with intersection.

The sample's parcels, copied side by side. Run: python -m bench.overlaps 100000
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import shapely

from gis.shapefile import find_layers, read_layer, unpack
from gis.shapes import Geoms
from gis.topology import overlaps

SAMPLE = Path(__file__).parents[1] / "data" / "sample" / "hanbin.zip"
MIN_AREA_M2 = 0.01
STEP_M = (3_000.0, 4_000.0)
Pairs = dict[tuple[int, int], float]


def sample_parcels() -> Geoms:
    with tempfile.TemporaryDirectory() as folder:
        (source,) = find_layers(unpack(SAMPLE, Path(folder))).layers["DK"]
        return np.concatenate([batch.geoms for batch in read_layer(source)])


def replicated(parcels: int) -> Geoms:
    """The sample's parcels in as many shifted copies as it takes, cut to the number asked for."""
    one = sample_parcels()
    copies = -(-parcels // len(one))
    columns = int(np.ceil(np.sqrt(copies)))
    made = []
    for copy in range(copies):
        shift = np.array([STEP_M[0] * (copy % columns), STEP_M[1] * (copy // columns)])
        made.append(shapely.transform(one, lambda xy, by=shift: xy + by))
    return np.concatenate(made)[:parcels]


def ours(geoms: Geoms) -> Pairs:
    found = overlaps(geoms, MIN_AREA_M2)
    return dict(zip(zip(found.i.tolist(), found.j.tolist(), strict=True), found.area_m2.tolist(), strict=True))


def by_overlay(geoms: Geoms) -> Pairs:
    left = geopandas.GeoDataFrame({"i": np.arange(len(geoms))}, geometry=geoms, crs=4524)
    right = geopandas.GeoDataFrame({"j": np.arange(len(geoms))}, geometry=geoms, crs=4524)
    made = geopandas.overlay(left, right, how="intersection", keep_geom_type=True)
    made = made[made["i"] < made["j"]]
    return _large(made["i"], made["j"], made.area)


def by_sjoin(geoms: Geoms) -> Pairs:
    frame = geopandas.GeoDataFrame(geometry=geoms, crs=4524)
    joined = frame.sjoin(frame, predicate="intersects")
    i, j = joined.index.to_numpy(), joined["index_right"].to_numpy()
    once = i < j
    i, j = i[once], j[once]
    return _large(i, j, shapely.area(shapely.intersection(geoms[i], geoms[j])))


MOST = 100_000
"""The peers need minutes and gigabytes beyond."""


def run(parcels: int) -> dict[str, float]:
    """Seconds of each way and how many times faster ours is; the pairs and areas of all three are the same."""
    geoms = replicated(min(parcels, MOST))
    found, seconds = _timed(ours, geoms)
    overlaid, overlay_seconds = _timed(by_overlay, geoms)
    joined, sjoin_seconds = _timed(by_sjoin, geoms)
    for other in (overlaid, joined):
        if found.keys() != other.keys() or any(abs(found[pair] - other[pair]) > 1e-6 for pair in found):
            raise AssertionError("the pairs differ")
    return {
        "parcels": len(geoms), "pairs": len(found), "seconds": seconds, "overlay_seconds": overlay_seconds,
        "sjoin_seconds": sjoin_seconds, "times_faster_than_overlay": overlay_seconds / seconds,
        "times_faster_than_sjoin": sjoin_seconds / seconds,
    }  # fmt: skip


def _large(i: object, j: object, area: object) -> Pairs:
    columns = np.asarray(i), np.asarray(j), np.asarray(area, dtype=np.float64)
    large = columns[2] > MIN_AREA_M2
    a, b, size = (column[large].tolist() for column in columns)
    return dict(zip(zip(a, b, strict=True), size, strict=True))


def _timed(way: Callable[[Geoms], Pairs], geoms: Geoms) -> tuple[Pairs, float]:
    """Each way gets geometries of its own, so that none profits from what another prepared."""
    own = np.asarray(shapely.from_wkb(shapely.to_wkb(geoms)), dtype=object)
    begin = time.perf_counter()
    return way(own), time.perf_counter() - begin


def main() -> None:
    figures = run(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    for name, value in figures.items():
        print(f"{name:28}{value:12,.2f}")


if __name__ == "__main__":
    main()
