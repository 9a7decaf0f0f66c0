"""A layer that holds points, lines or areas where the standard has another of them: said once, and nothing else of it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis.shapes import shapes_of
from gis.shp import ShapeFile
from tests.small import SHAPE_TYPES, Small, box, shape_record, write_shapefile
from tests.unit.land.kit import found, law, report_on

Rewrite = Callable[[Path], None]


def _as(geometry: str) -> Rewrite:
    """Write a layer's shapes anew as points, lines or areas."""

    def rewrite(path: Path) -> None:
        file = ShapeFile(path)
        shapes, kind = file.read(0, len(file)), SHAPE_TYPES[geometry]
        parts = [[[tuple(xy) for xy in part.tolist()] for part in shapes.parts(index)] for index in range(len(shapes))]
        if geometry == "Polygon":
            parts = [[box(*part[0][0], 0.1, 0.1)] for part in parts]
        write_shapefile(path, path.with_suffix(".shx"), kind, [shape_record(kind, one) for one in parts])

    return rewrite


def _delivered(kind: str, geometry: str) -> Small:
    small = Small()
    small.raw[f"{kind}6109022026.shp"] = _as(geometry)
    return small


@pytest.mark.parametrize(
    ("kind", "geometry", "said"),
    [
        ("DK", "Line", "图层 DK（地块）应为面，文件“DK6109022026.shp”里却是线，无法检查。请按面重新导出。"),
        ("DK", "Point", "图层 DK（地块）应为面，文件“DK6109022026.shp”里却是点，无法检查。请按面重新导出。"),
        ("ZJQY", "Line", "图层 ZJQY（组级区域）应为面，文件“ZJQY6109022026.shp”里却是线，无法检查。请按面重新导出。"),
        ("JZD", "Polygon", "图层 JZD（界址点）应为点，文件“JZD6109022026.shp”里却是面，无法检查。请按点重新导出。"),
        ("JZX", "Point", "图层 JZX（界址线）应为线，文件“JZX6109022026.shp”里却是点，无法检查。请按线重新导出。"),
    ],
)
def test_a_layer_of_other_shapes_is_refused_once_and_nothing_else_is_said(
    kind: str, geometry: str, said: str, tmp_path: Path
) -> None:
    report = report_on(_delivered(kind, geometry), tmp_path)
    assert found(report.findings) == {("PKG-38", None)}
    assert [(finding.layer, law().say(finding)) for finding in report.findings] == [(kind, said)]
    assert report.refused


def test_both_boundary_layers_are_named(tmp_path: Path) -> None:
    small = _delivered("JZD", "Polygon")
    small.raw["JZX6109022026.shp"] = _as("Point")
    assert [finding.layer for finding in report_on(small, tmp_path).findings] == ["JZD", "JZX"]


def test_homesteads_of_a_geopackage_that_are_lines_are_refused_once(tmp_path: Path) -> None:
    small = Small()
    for row in small.layers["ZJD"]:
        line = shapely.LineString([(x + small.origin[0], y + small.origin[1]) for x, y in row["shape"][0]])
        row["blob"] = b"GP\0\x01" + bytes(4) + shapely.to_wkb(line)
    report = report_on(small, tmp_path)
    assert [(finding.code, finding.layer) for finding in report.findings] == [("PKG-38", "ZJD")]


def test_a_layer_of_points_without_any_shape_is_told_as_such(tmp_path: Path) -> None:
    """Nothing says that it is points: each parcel lacks its shape."""
    small = Small()
    for row in small.layers["DK"]:
        row["shape"] = []
    small.raw["DK6109022026.shp"] = _as("Point")
    assert "PKG-38" not in {finding.code for finding in report_on(small, tmp_path).findings}


def _blob(shape: shapely.Geometry) -> bytes:
    return b"GP\0\x01" + bytes(4) + shapely.to_wkb(shape)


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize(("geometry", "said"), [("LineString", "线"), ("MultiPoint", "点")])
def test_a_row_of_another_shape_is_named_by_itself_and_the_rest_are_checked(
    at: int, geometry: str, said: str, tmp_path: Path
) -> None:
    small = Small()
    row = small.layers["ZJD"][at]
    xy = [(x + small.origin[0], y + small.origin[1]) for x, y in row["shape"][0]]
    row["blob"] = _blob(getattr(shapely, geometry)(xy))
    report = report_on(small, tmp_path)
    assert found(report.findings) == {("GEO-27", row["ZDDM"])}
    assert [law().say(finding) for finding in report.findings] == [
        f"第 {at + 1} 行的图形是{said}，本图层其余的都是面：这一行没有检查，请改画后重新导出。"
    ]
    assert report.refused


def test_a_layer_of_areas_that_is_all_points_is_told_as_such(tmp_path: Path) -> None:
    small = Small()
    for row in small.layers["ZJD"]:
        x, y = row["shape"][0][0]
        row["blob"] = _blob(shapely.MultiPoint([(x + small.origin[0], y + small.origin[1])]))
    assert found(report_on(small, tmp_path).findings) == {("PKG-38", None)}


def test_points_of_one_place_each_are_read_as_points() -> None:
    shapes = shapes_of(np.array([shapely.MultiPoint([(1, 2)]), None, shapely.Point(3, 4)], dtype=object))
    assert (shapes.kind, shapes.strays) == ("point", {})
    assert [part.tolist() for index in range(3) for part in shapes.parts(index)] == [[[1, 2]], [[3, 4]]]


def test_rings_that_no_geometry_is_made_of_count_as_the_areas_that_they_are(tmp_path: Path) -> None:
    """All but one are not closed, and that one is a line."""
    small = Small()
    for number, row in enumerate(small.layers["ZJD"]):
        xy = [(x + small.origin[0], y + small.origin[1]) for x, y in row["shape"][0]]
        blob = _blob(shapely.LineString(xy) if number == 0 else shapely.Polygon(xy))
        row["blob"] = blob if number == 0 else _unclosed(blob)
    told = {(finding.code, finding.subject) for finding in report_on(small, tmp_path).findings}
    assert ("GEO-27", small.layers["ZJD"][0]["ZDDM"]) in told
    assert "PKG-38" not in {code for code, _subject in told}


def _unclosed(blob: bytes) -> bytes:
    """A polygon of one ring without its last corner."""
    (corners,) = struct.unpack_from("<I", blob, 8 + 9)
    return blob[: 8 + 9] + struct.pack("<I", corners - 1) + blob[8 + 13 : -16]
