"""Faults in shapes, boundary points, lines and homesteads: each under its own code, naming its subject, with its place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import shapely

from landreg.land.survey import Report, check
from tests.packages import Ring, Unpacked

Shape = list[Ring]
# Parcels far from each other, none of them with a hole.
SHAPES: dict[str, tuple[str, Callable[[Shape], Shape]]] = {
    "6109021042020100100": ("GEO-1", lambda shape: []),
    "6109021042020100200": ("GEO-2", lambda shape: [_with(shape[0], 1, (np.nan, np.nan))]),
    "6109021042020100300": ("GEO-2", lambda shape: [_with(shape[0], 1, (1e300, 1e300))]),
    "6109021042020100400": ("GEO-3", lambda shape: [shape[0][[0, 1, 0]]]),
    "6109021042030300050": ("GEO-4", lambda shape: [shape[0][:-1]]),
    "6109021042030300070": ("GEO-5", lambda shape: [_bow_tie(shape[0])]),
    "6109021042030100050": ("GEO-6", lambda shape: [np.insert(shape[0], 1, shape[0][1], axis=0)]),
    "6109021042030100200": ("GEO-7", lambda shape: [_spiked(shape[0])]),
    "6109021042030200050": ("GEO-8", lambda shape: [shape[0], _moved(shape[0], 2000.0, 0.0)]),
    "6109021042060100110": ("GEO-9", lambda shape: [shape[0], _inner(shape[0])[::-1]]),
    "6109021042060100120": (
        "GEO-10",
        lambda shape: [shape[0], _inner(shape[0])[::-1], _grown(_inner(shape[0]), 0.5)[::-1]],
    ),
    "6109021042050100050": ("GEO-12", lambda shape: [_strip(shape[0])]),
    "6109021042050200050": ("GEO-13", lambda shape: [shape[0][::-1]]),
    "6109021042060100050": ("TOP-1", lambda shape: [_grown(shape[0], 1.3)]),
    "6109021042060200020": ("TOP-4", lambda shape: [_moved(shape[0], 0.0, 9000.0)]),
    "6109021042070100020": ("TOP-5", lambda shape: [_moved(shape[0], 90_000.0, 0.0)]),
    "6109021042070200020": ("ARE-1", lambda shape: [_grown(shape[0], 0.8)]),
    "6109021042070300020": ("TOP-7", lambda shape: [_grown(shape[0], 0.99)]),
    "6109021042070400020": ("TOP-8", lambda shape: [_grown(shape[0], 0.99)]),
    "6109021042070400060": ("TOP-9", lambda shape: [_grown(shape[0], 0.98)]),
    "6109021042070400100": ("TOP-10", lambda shape: [_grown(shape[0], 0.98)]),
    "6109021042060300030": ("TOP-12", lambda shape: [_grown(shape[0], 0.999)]),
}


def _with(ring: Ring, place: int, xy: tuple[float, float]) -> Ring:
    made = ring.copy()
    made[place] = xy
    return made


def _moved(ring: Ring, east: float, north: float) -> Ring:
    return ring + np.array([east, north])


def _bow_tie(ring: Ring) -> Ring:
    low, high = ring.min(axis=0), ring.max(axis=0)
    return np.array([low, high, (low[0], high[1]), (high[0], low[1]), low])


def _spiked(ring: Ring) -> Ring:
    x, y = ring[0]
    return np.insert(ring, 1, [(x + 50.0, y), (x, y + 0.002)], axis=0)


def _inner(ring: Ring) -> Ring:
    """A small square inside, clockwise, around a point of the shape that a line through it surely meets."""
    x, y = shapely.get_coordinates(shapely.point_on_surface(shapely.Polygon(ring)))[0]
    return np.array([(x, y), (x, y + 0.3), (x + 0.3, y + 0.3), (x + 0.3, y), (x, y)])


def _strip(ring: Ring) -> Ring:
    low = ring.min(axis=0)
    return np.array([(0.0, 0.0), (0.0, 0.05), (40.0, 0.05), (40.0, 0.0), (0.0, 0.0)]) + low


def _grown(ring: Ring, factor: float) -> Ring:
    middle = ring[:-1].mean(axis=0)
    return (ring - middle) * factor + middle


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One package with every fault of this file."""
    package = Unpacked(tmp_path_factory.mktemp("shapes"))
    parcels = package.layer("DK")
    codes, shapes = parcels.values("DKBM"), parcels.shapes()
    for code, (_, change) in SHAPES.items():
        shapes[codes.index(code)] = change(shapes[codes.index(code)])
    sliver = (
        codes.index("6109021042010000000") if "6109021042010000000" in codes else codes.index("6109021042060100157")
    )
    ring = shapes[sliver][0].copy()
    ring[1] += 0.03
    shapes[sliver] = [ring]
    parcels.write(shapes)
    _attributes(package, codes)
    _boundaries(package)
    _homesteads(package)
    return check(package.folder)


def _attributes(package: Unpacked, codes: list[str]) -> None:
    parcels = package.layer("DK")
    parcels.set(codes.index("6109021042020100500"), "DKLB", "77")
    parcels.set(codes.index("6109021042020100501"), "TDLYLX", "777")
    parcels.set(codes.index("6109021042020100502"), "SCMJ", "-3")
    parcels.set(codes.index("6109021042020100503"), "SCMJ", "abc")
    parcels.set(codes.index("6109021042020100504"), "SFJBNT", "0")
    parcels.set(codes.index("6109021042020100505"), "DKBM", "610902104202010050")
    parcels.set(codes.index("6109021042020100506"), "YSDM", "999999")
    parcels.set(codes.index("6109021042020100507"), "BSM", "1")
    parcels.set(codes.index("6109021042020100508"), "DKMC", b"\xff\xfe\xfa")
    contracted = package.ask("SELECT DKBM FROM CBDKXX WHERE DKBM LIKE '6109021042020200%' LIMIT 1")[0][0]
    parcels.set(codes.index(contracted), "DKLB", "21")
    parcels.set(codes.index("6109021042030300040"), "DKBM", "6109021042030300041")


def _boundaries(package: Unpacked) -> None:
    points, lines = package.layer("JZD"), package.layer("JZX")
    named, by_line = points.values("DKBM"), lines.values("DKBM")
    points.set(next(i for i, v in enumerate(named) if "6109021042030100300" in v), "DKBM", "6109021042030199999")
    first = next(i for i, v in enumerate(named) if "6109021042060100130" in v)
    points.set(first, "XZBZ", "3600000.0")
    points.set(first, "JBLX", "Z")
    pair = [i for i, v in enumerate(named) if "6109021042060100140" in v][:2]
    points.set(pair[1], "JZDH", points.values("JZDH")[pair[0]])
    for row in [i for i, v in enumerate(by_line) if "6109021042070400200" in v]:
        lines.set(row, "DKBM", by_line[row].replace("6109021042070400200", "6109021042070400201"))
    shapes = points.shapes()
    shapes[next(i for i, v in enumerate(named) if "6109021042050100100" in v)] = []
    points.write(shapes)


def _homesteads(package: Unpacked) -> None:
    def change(serial: int, **values: object) -> None:
        for name, value in values.items():
            package.homestead_sql(f"UPDATE ZJD SET {name} = ? WHERE ZDDM = ?", value, f"610902104202JC{serial:05d}")

    change(10, CBFBM="610902104202018888")
    change(11, CBFBM="610902104202010001")
    change(12, QLRMC="无此人")
    change(13, ZDMJ=950.0)
    change(14, BDCDYH="610902104202JC00014X00010001")
    change(15, JZZDMJ=5000.0)
    change(16, ZDMJ=0.0)
    change(17, JGRQ="1999-99-99")
    change(18, CBFBM="")
    package.homestead_sql("UPDATE ZJD SET ZDDM = '610902104202JB00019' WHERE ZDDM = '610902104202JC00019'")
    package.homestead_sql("UPDATE ZJD SET ZDDM = '610902104202JC0002' WHERE ZDDM = '610902104202JC00020'")
    package.homestead_sql("UPDATE ZJD SET ZDDM = '610902104202JC00022' WHERE ZDDM = '610902104202JC00021'")
    # Two homesteads on one place, and one on a contracted parcel, are made by the shape of another.
    package.homestead_sql(
        "UPDATE ZJD SET geom = (SELECT geom FROM ZJD WHERE ZDDM = '610902104202JC00030') WHERE ZDDM = '610902104202JC00031'"
    )


OTHERS = [
    ("COD-4", "6109021042020100500"), ("COD-4", "6109021042020100501"), ("COD-17", "6109021042020100502"),
    ("COD-17", "6109021042020100503"), ("COD-4", "6109021042020100504"), ("COD-1", "610902104202010050"),
    ("REL-28", "6109021042020100505"), ("COD-13", "6109021042020100506"), ("PKG-15", "6109021042020100508"),
    ("COD-3", "6109021042030300041"), ("COD-22", "6109021042030300040"), ("REL-28", "6109021042030199999"),
    ("REL-29", "6109021042070400200"), ("REL-20", "610902104202JC00010"), ("REL-20", "610902104202JC00018"),
    ("REL-21", "610902104202010001"), ("REL-22", "610902104202JC00012"), ("ARE-1", "610902104202JC00013"),
    ("ARE-12", "610902104202JC00013"), ("ARE-13", "610902104202JC00013"), ("COD-18", "610902104202JC00014"),
    ("ARE-14", "610902104202JC00015"), ("COD-17", "610902104202JC00016"), ("COD-15", "610902104202JC00017"),
    ("COD-21", "610902104202JB00019"), ("COD-1", "610902104202JC0002"), ("COD-3", "610902104202JC00022"),
    ("TOP-1", "610902104202JC00031"), ("TOP-2", "6109021042060100157"), ("TOP-15", "6109021042060100140"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "subject"), [*((c, s) for s, (c, _) in SHAPES.items()), *OTHERS])
def test_a_fault_is_found_by_its_code_naming_its_subject(code: str, subject: str, report: Report) -> None:
    assert code in [finding.code for finding in report.findings if finding.subject == subject]


@pytest.mark.parametrize("code", ["COD-5", "COD-14", "TOP-11", "GEO-21", "TOP-3", "TOP-14", "REL-33"])
def test_a_fault_of_a_point_or_of_a_whole_layer_is_found_by_its_code(code: str, report: Report) -> None:
    assert code in [finding.code for finding in report.findings]


def test_findings_on_shapes_have_their_place_in_the_county(report: Report) -> None:
    overlap = next(f for f in report.findings if f.code == "TOP-1" and f.layer == "DK")
    assert overlap.place is not None
    assert 108.9 < overlap.place[0] < 109.0
    assert 32.7 < overlap.place[1] < 32.8
    assert {"area", "other"} <= set(overlap.values)
