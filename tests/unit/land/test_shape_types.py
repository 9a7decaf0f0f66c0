"""A layer that holds points, lines or areas where the standard has another of them: said once, and nothing else of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

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
