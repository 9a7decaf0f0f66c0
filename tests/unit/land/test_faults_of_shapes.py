"""One fault in the shapes of a small sound package: which codes come, on which subjects, with a place, and no others."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from tests.small import Point, Ring, Small, box, shape_record
from tests.unit.land.kit import (
    G1,
    G2,
    P1,
    P2,
    P5,
    P6,
    Z1,
    Z2,
    Z3,
    Change,
    Found,
    add,
    both,
    drop,
    every,
    found,
    put,
    report_on,
)  # fmt: skip

NAN = float("nan")


def reshape(code: str, *parts: Ring, area: str | None = None, outline: bool = True) -> Change:
    """Another shape for a parcel; its recorded area is left, or set with its mu; boundary points and lines anew."""

    def change(small: Small) -> None:
        row = small.row("ZJD" if "JC" in code else "DK", code)
        row["shape"] = list(parts)
        if area is not None:
            mu = (int(area) * 15 + 50) // 100 / 100
            row |= {"ZDMJ": f"{area}.00"} if "JC" in code else {"SCMJ": f"{area}.00", "SCMJM": f"{mu:.2f}"}
        if outline and "JC" not in code:
            small.outline()

    return change


def points(*pairs: Point) -> Ring:
    return list(pairs)


def free(*parts: Ring, area: str) -> Change:
    """The sixth parcel, which is in no contract, with another shape that touches nobody."""
    return reshape(P6, *parts, area=area)


def circle(x: float, y: float, radius: float, count: int) -> Ring:
    """A ring of so many vertices, clockwise."""
    ring = [
        (x + radius * math.sin(2 * math.pi * n / count), y + radius * math.cos(2 * math.pi * n / count))
        for n in range(count)
    ]
    return [*ring, ring[0]]


SHAPES: list[tuple[str, Change, Found]] = [
    ("no shape at all", put("DK", P6, shape=[]), {("GEO-1", P6)}),
    ("a homestead without a shape", put("ZJD", Z1, shape=[]), {("GEO-1", Z1)}),
    ("a vertex that is no number", reshape(P6, points((150, 0), (150, NAN), (180, 20), (180, 0), (150, 0)), outline=False),
     {("GEO-2", P6)}),
    ("a vertex at the end of the world",
     reshape(P6, points((150, 0), (150, 20), (1e12, 20), (180, 0), (150, 0)), outline=False), {("GEO-2", P6)}),
    ("two points only", reshape(P6, points((150, 0), (180, 20), (150, 0)), outline=False),
     {("GEO-3", P6)}),
    ("two points, one of them three times", reshape(P6, points((150, 0), (180, 20), (150, 0), (150, 0)), outline=False),
     {("GEO-3", P6)}),
    ("three times the same point", reshape(P6, points((150, 0), (150, 0), (150, 0), (150, 0)), outline=False),
     {("GEO-3", P6)}),
    ("a ring that is not closed", reshape(P6, box(150, 0, 30, 20)[:-1], outline=False), {("GEO-4", P6)}),
    ("a bow tie", free(points((100, 60), (130, 80), (130, 60), (100, 80), (100, 60)), area="300"), {("GEO-5", P6)}),
    ("a vertex twice", free(points((150, 0), (150, 20), (150, 20), (180, 20), (180, 0), (150, 0)), area="600"),
     {("GEO-6", P6)}),
    ("a vertex half a millimetre from another",
     free(points((150, 0), (150, 20), (150.0005, 20), (180, 20), (180, 0), (150, 0)), area="600"), {("GEO-6", P6)}),
    ("a vertex five millimetres from another",
     free(points((150, 0), (150, 20), (150.005, 20), (180, 20), (180, 0), (150, 0)), area="600"), {("GEO-26", P6)}),
    ("a vertex five millimetres from another, of which a neighbour has one",
     free(points((150, 0), (150, 10), (150.004, 10.003), (150, 20), (180, 20), (180, 0), (150, 0)), area="600"),
     {("GEO-26", P6)}),
    ("a vertex five millimetres from another, and a neighbour missed at the other end",
     free(points((150.006, 0), (150.006, 20), (179.995, 20), (180, 20), (180, 0), (150.006, 0)), area="600"),
     {("GEO-26", P6), ("TOP-12", P5), ("TOP-12", P6)}),
    ("a vertex five centimetres from another",
     free(points((150, 0), (150, 20), (160, 20), (160.05, 20), (180, 20), (180, 0), (150, 0)), area="600"), set()),
    ("a spike", free(points((150, 0), (150, 20), (180, 20), (180, 10.02), (220, 10.01), (180, 10), (180, 0), (150, 0)),
                     area="600"), {("GEO-7", P6)}),
    ("two parts", free(box(150, 0, 20, 20), box(100, 60, 10, 20), area="600"), {("GEO-8", P6)}),
    ("a hole", free(box(150, 0, 30, 20), box(160, 5, 10, 10)[::-1], area="500"), {("GEO-9", P6)}),
    ("a hole in a ring that runs the other way", free(box(150, 0, 30, 20)[::-1], box(160, 5, 10, 10), area="500"),
     {("GEO-9", P6)}),
    ("a homestead with a court that is not its own, ring and hole as a GeoPackage has them",
     reshape(Z1, box(0, 40, 15, 12)[::-1], box(5, 45, 4, 5), area="160"), {("GEO-9", Z1)}),
    ("a hole outside", free(box(150, 0, 30, 20), box(100, 60, 10, 10)[::-1], area="500"),
     {("GEO-9", P6), ("GEO-10", P6), ("ARE-2", P6)}),
    ("a sliver", both(free(box(100, 60, 30, 0.08), area="2"), put("DK", P6, SCMJ="2.40")), {("GEO-12", P6)}),
    ("a ring that runs the other way", free(box(150, 0, 30, 20)[::-1], area="600"), {("GEO-13", P6)}),
    ("a ring that touches itself",
     free(points((150, 0), (150, 20), (165, 10), (180, 20), (180, 0), (165, 10), (150, 0)), area="300"), {("GEO-14", P6)}),
    ("more vertices than any parcel has", reshape(P6, circle(165, 10, 14, 60_000), outline=False), {("GEO-11", P6)}),
    ("a group's area that crosses itself",
     put("ZJQY", G2, shape=[points((90, -50), (300, 100), (300, -50), (90, 100), (90, -50))]),
     {("GEO-20", G2), ("TOP-4", P6)}),
    ("a boundary point without coordinates", put("JZD", "J1", shape=[], XZBZ="", YZBZ=""),
     {("GEO-21", P1), ("TOP-7", P1), ("TOP-9", P1)}),
    ("a boundary line without coordinates", put("JZX", "X1", shape=[]), {("GEO-21", P1), ("TOP-8", P1), ("TOP-10", P1)}),
]  # fmt: skip


def _in_two_pieces(small: Small) -> None:
    """The area of the first group in two rows, cut through its second parcel."""
    small.row("ZJQY", G1)["shape"] = [box(0, -50, 45, 150)]
    small.layers["ZJQY"].append({**small.row("ZJQY", G1), "BSM": 9, "shape": [box(45, -50, 45, 150)]})


def _notched(height: float) -> Ring:
    """The fifth parcel, of which three metres are cut out along the sixth."""
    low, high = 10 - height / 2, 10 + height / 2
    return [(120, 0), (120, 20), (150, 20), (150, high), (147, high), (147, low), (150, low), (150, 0), (120, 0)]


DEGREES = Transformer.from_crs(4524, 4490, always_xy=True).transform


def _written(code: str, turn: Callable[[float, float], Point]) -> Change:
    """The coordinates of a row, or of a whole layer of boundaries, as somebody wrote them into the file."""

    def change(small: Small) -> None:
        rows = small.layers.get(code) or [next(
            row for kind in ("DK", "ZJD", "ZJQY", "JZD") for row in small.layers[kind] if code in row.values())]  # fmt: skip
        for row in rows:
            row["shape"] = [[_turned(small, turn, *point) for point in ring] for ring in row["shape"]]

    return change


def _in_degrees(order: slice) -> Change:
    """The sixth parcel in degrees, to the last place, in this order."""

    def change(small: Small) -> None:
        ring = [DEGREES(x + small.origin[0], y + small.origin[1])[order] for x, y in box(150, 0, 30, 20)]
        small.row("DK", P6).update(record=shape_record(5, [ring]))

    return change


def _turned(small: Small, turn: Callable[[float, float], Point], x: float, y: float) -> Point:
    east, north = turn(x + small.origin[0], y + small.origin[1])
    return east - small.origin[0], north - small.origin[1]


AMONG: list[tuple[str, Change, Found]] = [
    ("two parcels on one ground", reshape(P6, box(140, 0, 30, 20)), {("TOP-1", P5), ("TOP-1", P6)}),
    ("a parcel over its neighbour, with points that are not its own",
     reshape(P6, box(140, 0, 40, 20), outline=False),
     {("TOP-1", P6), ("ARE-1", P6), ("TOP-9", P6), ("TOP-10", P6)}),
    ("a parcel within another", free(box(135, 5, 5, 5), area="25"), {("TOP-1", P5), ("TOP-1", P6)}),
    ("two parcels with one shape", free(box(120, 0, 30, 20), area="600"), {("TOP-1", P5), ("TOP-1", P6)}),
    ("a corner four centimetres over", both(reshape(P6, points((149.96, 0), (150, 20), (180, 20), (180, 0), (149.96, 0)))),
     {("TOP-2", P5), ("TOP-2", P6)}),
    ("a corner a centimetre over", reshape(P6, points((149.99, 0), (150, 20), (180, 20), (180, 0), (149.99, 0))),
     {("TOP-3", P5)}),
    ("two homesteads on one ground", reshape(Z2, box(0, 45, 15, 12)), {("TOP-1", Z1), ("TOP-1", Z2)}),
    ("a homestead on a parcel", reshape(Z2, box(35, 12, 15, 12)), {("TOP-13", Z2)}),
    ("a parcel outside its group", reshape(P6, box(150, 90, 30, 20)), {("TOP-4", P6)}),
    ("a parcel in the other group", reshape(P6, box(0, 70, 30, 20)), {("TOP-4", P6)}),
    ("a parcel in no group's area", reshape(P6, box(500, 0, 30, 20)), {("TOP-4", P6)}),
    ("a parcel out of the county", reshape(P6, box(90_000, 0, 30, 20)), {("TOP-4", P6), ("TOP-5", P6)}),
    ("a homestead out of the county", reshape(Z3, box(90_000, 0, 15, 12)), {("TOP-18", Z3), ("TOP-5", Z3)}),
    ("a parcel that misses its neighbour by five centimetres", reshape(P6, box(150.05, 0, 30, 20)),
     {("TOP-12", P5), ("TOP-12", P6)}),
    ("a homestead outside the groups of its village", reshape(Z1, box(-30, 40, 15, 12)), {("TOP-18", Z1)}),
    ("a homestead over two groups of its village", reshape(Z3, box(85, 40, 15, 12)), set()),
    ("a group's area in two pieces", _in_two_pieces, {("COD-3", G1)}),
    ("a strip that nobody has", reshape(P6, box(150.25, 0, 29.75, 20), area="595"), {("TOP-17", P5), ("TOP-17", P6)}),
    ("a path that nobody has is none", reshape(P6, box(150.5, 0, 29.5, 20), area="590"), set()),
    ("ground that two parcels enclose", reshape(P5, _notched(4), area="588"), {("TOP-16", P5)}),
    ("a yard that two parcels enclose is none", reshape(P5, _notched(12), area="564"), set()),
    ("areas of two groups on one ground", put("ZJQY", G2, shape=[box(80, -50, 100, 150)]), {("TOP-14", G1)}),
    ("axes swapped in one parcel", lambda small: small.row("DK", P6).update(record=_swapped(small)),
     {("GEO-22", P6)}),
    ("axes swapped and the zone's number lost in one parcel", _written(P6, lambda x, y: (y, x % 1_000_000)), {("GEO-22", P6)}),
    ("the zone's number lost in one parcel", _written(P6, lambda x, y: (x % 1_000_000, y)), {("GEO-23", P6)}),
    ("another zone's number on one parcel", _written(P6, lambda x, y: (x + 1_000_000, y)), {("GEO-23", P6)}),
    ("a parcel in degrees", _in_degrees(slice(None)), {("GEO-24", P6)}),
    ("a parcel in degrees, latitude first", _in_degrees(slice(None, None, -1)), {("GEO-24", P6)}),
    ("a parcel of a package without zone numbers that has one",
     both(lambda s: s.__init__(prefixed=False), _written(P6, lambda x, y: (x + 36_000_000, y))), {("GEO-23", P6)}),
    ("axes swapped in one homestead", _written(Z1, lambda x, y: (y, x)), {("GEO-22", Z1)}),
    ("axes swapped in a group's area", _written(G1, lambda x, y: (y, x)), {("GEO-22", G1)}),
    ("axes swapped in every point", _written("JZD", lambda x, y: (y, x)), {("GEO-25", P1)}),
    ("axes swapped in every line", _written("JZX", lambda x, y: (y, x)), {("GEO-25", P1)}),
    ("the zone's number lost in one point", _written("J1", lambda x, y: (x % 1_000_000, y)), {("GEO-25", P1)}),
    ("a hole and no other parcel is no ground between parcels",
     free(box(150, 0, 30, 20), box(160, 5, 5, 5)[::-1], area="575"), {("GEO-9", P6)}),
    ("a vertex at the end of the world in a ring that runs the other way",
     reshape(P6, points((150, 0), (180, 0), (180, 20), (1e30, 20), (150, 0)), outline=False), {("GEO-2", P6)}),
]  # fmt: skip

BOUNDARY: list[tuple[str, Change, Found]] = [
    ("a point that is on no boundary", put("JZD", "J1", shape=[[(-1, -1)]]), {("TOP-7", P1), ("TOP-9", P1)}),
    ("a point of another parcel", put("JZD", "J1", DKBM=f"{P1}/{P6}"), {("TOP-7", P6)}),
    ("a point in the midst of a side is one of it", add("JZD", "J1", BSM=99, JZDH="J99", shape=[[(0, 10)]]), set()),
    ("a line that is on no boundary", put("JZX", "X1", shape=[[(0, 0), (5, 20)]]), {("TOP-8", P1), ("TOP-10", P1)}),
    ("a line of another parcel", put("JZX", "X1", DKBM=P6), set()),
    ("a corner without a point", drop("JZD", "J1"), {("TOP-9", P1)}),
    ("a side without a line", drop("JZX", "X1"), {("TOP-10", P1)}),
    ("a point whose coordinates say otherwise", lambda s: s.row("JZD", "J1").update(
        XZBZ=f"{s.origin[1] + 0.5:.3f}", YZBZ=f"{s.origin[0]:.3f}"), {("TOP-11", P1)}),
    ("a point whose coordinates are swapped", lambda s: s.row("JZD", "J1").update(
        XZBZ=f"{s.origin[0]:.3f}", YZBZ=f"{s.origin[1]:.3f}"), {("TOP-11", P1)}),
    ("a point whose easting lacks the zone's number is no fault", lambda s: s.row("JZD", "J1").update(
        XZBZ=f"{s.origin[1]:.3f}", YZBZ=f"{s.origin[0] % 1_000_000:.3f}"), set()),
    ("a point's number twice in a parcel", put("JZD", "J2", JZDH="J1"), {("TOP-15", P1)}),
    ("a line's number twice in a parcel", put("JZX", "X2", JZXH="X1"), {("TOP-15", P1)}),
    ("a point of a parcel that is not", put("JZD", "J1", DKBM=f"{P1}/{G1}00077"), {("REL-28", G1 + "00077")}),
    ("a line of a parcel that is not", put("JZX", "X1", DKBM=G1 + "00077"), {("REL-28", G1 + "00077")}),
    ("a point of no parcel", put("JZD", "J1", DKBM=""), {("REL-28", None)}),
    ("a parcel without points", lambda s: [row.update(DKBM=row["DKBM"].replace(P1, P2)) for row in s.layers["JZD"]],
     {("REL-29", P1), ("TOP-7", P2)}),
    ("a parcel without lines", lambda s: [row.update(DKBM=row["DKBM"].replace(P1, P2)) for row in s.layers["JZX"]],
     {("REL-29", P1)}),
]  # fmt: skip

ATTRIBUTES: list[tuple[str, Change, Found]] = [
    ("a parcel's code of 18 signs", both(put("DK", P6, DKBM=P6[:18]), Small.outline),
     {("COD-1", P6[:18])}),
    ("a parcel's code twice", put("DK", P6, DKBM=P5), {("COD-3", P5), ("COD-22", P6), ("REL-28", P6)}),
    ("a parcel's code twice, and a point of it without a place",
     both(put("DK", P6, DKBM=P5), lambda s: s.layers["JZD"][-1].update(shape=[])),
     {("COD-3", P5), ("COD-22", P6), ("REL-28", P6), ("GEO-21", P6), ("TOP-9", P5)}),
    ("a parcel's code twice, and points of another without a place, which are no point of it",
     both(put("DK", P6, DKBM=P5), lambda s: _points_without_place(s, P6, 3)),
     {("COD-3", P5), ("REL-28", P6), ("GEO-21", P6), ("TOP-7", P5)}),
    ("a use that is not in the dictionary", put("DK", P1, TDLYLX="999"), {("COD-4", P1)}),
    ("a kind of parcel that is not in the dictionary", put("DK", P6, DKLB="77"), {("COD-4", P6)}),
    ("basic farmland as nought", put("DK", P1, SFJBNT="0"), {("COD-4", P1)}),
    ("a kind of mark that is not sure", put("JZD", "J1", JBLX="Q"), {("COD-5", P1)}),
    ("a kind of line that is not sure", put("JZX", "X1", JZXLB="77"), {("COD-5", P1)}),
    ("a parcel without a code", put("DK", P6, DKBM=""), {("COD-6", P6), ("REL-28", P6)}),
    ("a parcel without an area", put("DK", P6, SCMJ="", SCMJM=""), {("COD-6", P6)}),
    ("a name with a NUL in its midst", put("DK", P1, DKMC="地\0一"), {("COD-23", P1)}),
    ("a name with a control character", put("DK", P1, DKMC="地\x01一"), {("COD-23", P1)}),
    ("a name with signs of other blocks", put("DK", P1, DKMC="“地”·（一）"), set()),
    ("a parcel without a code that no point names, in the area of a group", both(put("DK", P6, DKBM=""), Small.outline),
     {("COD-6", G2), ("REL-28", None)}),
    ("a hole in a parcel without a code", both(put("DK", P6, DKBM=""), put("DK", P6[:0], shape=[box(150, 0, 30, 20), box(
        160, 5, 10, 10)[::-1]], SCMJ="500.00", SCMJM="0.75")), {("COD-6", P6), ("REL-28", P6), ("GEO-9", P6), ("TOP-9", P6),
        ("TOP-10", P6)}),
    ("names that are blank", every("DK", DKMC=""), {("COD-7", P1)}),
    ("a parcel of another county", both(put("DK", P6, DKBM="610921" + P6[6:]), Small.outline),
     {("COD-8", "610921" + P6[6:]), ("REL-6", "610921" + G2[6:])}),
    ("another feature code", put("DK", P1, YSDM="211012"), {("COD-13", P1)}),
    ("another feature code of points", put("JZD", "J1", YSDM="999999"), {("COD-13", P1)}),
    ("a feature number twice", put("DK", P2, BSM=1), {("COD-14", P2)}),
    ("no feature numbers", every("JZX", BSM=""), {("COD-14", P1)}),
    ("an area in words", put("DK", P6, SCMJ="六百", SCMJM=""), {("COD-17", P6)}),
    ("an area of nothing", put("DK", P6, SCMJ="0", SCMJM="0"), {("COD-17", P6), ("ARE-1", P6)}),
    ("a recorded area that is not the shape's", put("DK", P6, SCMJ="720.00", SCMJM="1.08"), {("ARE-1", P6)}),
    ("a homestead's area that is not the shape's", put("ZJD", Z1, ZDMJ="190.00", PZMJ="190.00"), {("ARE-1", Z1)}),
    ("mu that are not the square metres", put("DK", P6, SCMJM="0.91"), {("ARE-3", P6)}),
    ("a homestead over the limit",
     both(reshape(Z1, box(0, 40, 15, 20), area="300"), put("ZJD", Z1, PZMJ="300.00")), {("ARE-12", Z1)}),
]  # fmt: skip

CASES = [*SHAPES, *AMONG, *BOUNDARY, *ATTRIBUTES]


def _points_without_place(small: Small, code: str, count: int) -> None:
    """Before the last corner so many points of a parcel that have no shape; no other point names it."""
    points = small.layers["JZD"]
    for point in points:
        point["DKBM"] = "/".join(dict.fromkeys(P5 if name == code else name for name in point["DKBM"].split("/")))
    last = points[-1]
    points[-1:-1] = [{**last, "BSM": 900 + n, "JZDH": f"J9{n}", "DKBM": code, "shape": []} for n in range(count)]


def _swapped(small: Small) -> bytes:
    return shape_record(5, [[(y + small.origin[1], x + small.origin[0]) for x, y in box(150, 0, 30, 20)]])


@pytest.mark.parametrize(("change", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_fault_gives_its_codes_on_its_subjects_and_no_others(change: Change, expected: Found, tmp_path: Path) -> None:
    small = Small()
    change(small)
    assert found(report_on(small, tmp_path).findings) == expected


def test_a_large_shape_that_crosses_itself_is_named_and_looked_at_no_further(tmp_path: Path) -> None:
    ring = (np.random.default_rng(0).random((1500, 2)) * 30).tolist()
    small = Small()
    put("DK", P6, shape=[[(150 + x, y) for x, y in [*ring, ring[0]]]])(small)
    report = report_on(small, tmp_path)
    assert ("GEO-5", P6) in found(report.findings)
    assert not {f.code for f in report.findings} & {"TOP-1", "TOP-2", "TOP-4", "TOP-16"}


def test_a_heap_of_parcels_on_one_place_is_told_and_its_pairs_are_not_all_listed(tmp_path: Path) -> None:
    small = Small()
    codes = [f"{small.issuer(2)}{n:05d}" for n in range(7, 67)]
    for code in codes:
        add("DK", P6, DKBM=code)(small)
    report = report_on(small, tmp_path)
    heaped = {f.subject for f in report.findings if f.code == "TOP-19"}
    assert heaped == {P6, *codes[:9]}
    assert {f.subject for f in report.findings if f.code == "TOP-1"} == {P6, *codes}
