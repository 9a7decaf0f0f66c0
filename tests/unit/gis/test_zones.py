from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Transformer

from gis.zones import ZONES, ZoneError, easting_range, to_lonlat, zone_of

ESRI = (
    'PROJCS["{name}",GEOGCS["{geographic}",DATUM["{datum}",SPHEROID["{spheroid}",{axis},{flattening}]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
    'PARAMETER["False_Easting",{easting}],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",{meridian}],'
    'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def esri(easting: float, meridian: float, **other: object) -> str:
    words: dict[str, object] = {
        "name": "CGCS2000_3_Degree_GK", "geographic": "GCS_China_Geodetic_Coordinate_System_2000",
        "datum": "D_China_2000", "spheroid": "CGCS2000", "axis": 6378137.0, "flattening": 298.257222101,
    }  # fmt: skip
    return ESRI.format(**{**words, "easting": easting, "meridian": meridian, **other})


def refused(wkt: str | None, low: float, high: float) -> str:
    with pytest.raises(ZoneError) as caught:
        zone_of(wkt, (low, high))
    return caught.value.kind


@pytest.mark.parametrize(
    ("epsg", "easting", "meridian", "seen"),
    [
        (4524, 36_500_000, 108, 36_587_000.0), (4525, 37_500_000, 111, 37_412_000.0),
        (4545, 500_000, 108, 587_000.0), (4546, 500_000, 111, 412_000.0),
    ],
)  # fmt: skip
def test_each_zone_of_the_prefecture_is_told_from_the_prj_as_counties_write_it_and_as_epsg_writes_it(
    epsg: int, easting: float, meridian: float, seen: float
) -> None:
    texts = [esri(easting, meridian), CRS.from_epsg(epsg).to_wkt(), CRS.from_epsg(epsg).to_wkt("WKT1_GDAL"),
             CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"), "\ufeff" + esri(easting, meridian) + "\r\n"]  # fmt: skip
    assert {zone_of(text, (seen, seen + 3_000)).epsg for text in texts} == {epsg}


def test_a_prefixed_easting_tells_the_zone_where_the_prj_is_missing_or_empty() -> None:
    assert zone_of(None, (36_587_000.0, 36_589_000.0)).epsg == 4524
    assert zone_of("  \r\n", (37_412_000.0, 37_413_000.0)).epsg == 4525


def test_six_digits_without_a_prj_are_not_guessed_at() -> None:
    assert refused(None, 587_000.0, 589_000.0) == "unknown"


@pytest.mark.parametrize(
    ("easting", "meridian", "low", "kind"),
    [
        (36_500_000, 108, 37_412_000.0, "conflict"), (36_500_000, 108, 587_000.0, "conflict"),
        (500_000, 108, 36_587_000.0, "conflict"), (36_500_000, 108, 3_625_000.0, "swapped"),
        (36_500_000, 108, 108.9, "geographic"), (36_500_000, 108, 36_900_000.0, "conflict"),
    ],
)  # fmt: skip
def test_a_prj_that_the_eastings_contradict_is_refused(easting: float, meridian: float, low: float, kind: str) -> None:
    assert refused(esri(easting, meridian), low, low + 0.5) == kind


def test_a_layer_over_two_zones_is_refused_with_or_without_prj() -> None:
    assert refused(None, 36_650_000.0, 37_400_000.0) == "two_zones"
    assert refused(esri(36_500_000, 108), 36_650_000.0, 37_400_000.0) == "two_zones"


def test_the_old_datums_are_refused_by_name_and_by_ellipsoid() -> None:
    xian = {"geographic": "GCS_Xian_1980", "datum": "D_Xian_1980", "spheroid": "Xian_1980", "axis": 6378140.0,
            "flattening": 298.257}  # fmt: skip
    beijing = {"geographic": "GCS_Beijing_1954", "datum": "D_Beijing_1954", "spheroid": "Krasovsky_1940",
               "axis": 6378245.0, "flattening": 298.3}  # fmt: skip
    at = (36_587_000.0, 36_589_000.0)
    assert refused(esri(36_500_000, 108, **xian), *at) == "xian80"
    assert refused(esri(36_500_000, 108, **beijing), *at) == "beijing54"
    assert refused(esri(36_500_000, 108, **{**xian, "geographic": "GCS_X", "datum": "D_X"}), *at) == "xian80"
    assert refused(esri(36_500_000, 108, **{**beijing, "geographic": "G", "datum": "D"}), *at) == "beijing54"
    assert refused(CRS.from_epsg(2360).to_wkt(), *at) == "xian80"
    assert refused(CRS.from_epsg(2412).to_wkt(), *at) == "beijing54"


def test_other_systems_are_refused_and_say_what_they_are() -> None:
    at = (36_587_000.0, 36_589_000.0)
    assert refused(CRS.from_epsg(4490).to_wkt(), 108.9, 109.0) == "geographic"
    assert refused(CRS.from_epsg(32649).to_wkt(), *at) == "other_datum"
    assert refused(CRS.from_epsg(4497).to_wkt(), 19_300_000.0, 19_301_000.0) == "other_projection"
    assert refused(esri(36_500_000, 108.5), *at) == "other_projection"
    assert refused("PROJCS[broken", *at) == "unreadable"


WKT2 = (
    'PROJCRS["{name}",BASEGEODCRS["CGCS2000",DATUM["China 2000",ELLIPSOID["CGCS2000",{ellipsoid}]{prime}]],CONVERSION["a",'
    'METHOD["{method}"],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433]],'
    'PARAMETER["Longitude of natural origin",{meridian}],PARAMETER["Scale factor at natural origin",1,'
    'SCALEUNIT["unity",1]],PARAMETER["False easting",{easting}],PARAMETER["False northing",0,LENGTHUNIT["metre",1]]],'
    'CS[Cartesian,2],AXIS["x",{x}],AXIS["y",{y}],LENGTHUNIT[{unit}]]'
)


def wkt2(**other: str) -> str:
    words = {
        "name": "a", "ellipsoid": '6378137,298.257222101,LENGTHUNIT["metre",1]', "prime": "", "method": "Transverse Mercator",
        "meridian": '108,ANGLEUNIT["degree",0.0174532925199433]', "easting": '36500000,LENGTHUNIT["metre",1]',
        "x": "east", "y": "north", "unit": '"metre",1',
    }  # fmt: skip
    return WKT2.format(**{**words, **other})


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"ellipsoid": '6378.137,298.257222101,LENGTHUNIT["kilometre",1000]'},
        {"easting": '36500,LENGTHUNIT["kilometre",1000]'},
        {"meridian": '1.884955592153876,ANGLEUNIT["radian",1]'},
        {"name": "\u6c49\u6ee8\u533a"},
    ],
)
def test_figures_of_a_prj_are_read_in_the_units_that_it_gives(other: dict[str, str]) -> None:
    assert zone_of(wkt2(**other), (36_587_000.0, 36_589_000.0)).epsg == 4524


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        ({"ellipsoid": '6378.140,298.257,LENGTHUNIT["kilometre",1000]'}, "xian80"),
        ({"ellipsoid": '6378.245,298.3,LENGTHUNIT["kilometre",1000]'}, "beijing54"),
        ({"ellipsoid": '6378137,0,LENGTHUNIT["metre",1]'}, "other_datum"),
        ({"prime": '],PRIMEM["Paris",2.33722917'}, "other_datum"),
        ({"unit": '"kilometre",1000'}, "other_projection"),
        ({"x": "west", "y": "south"}, "other_projection"),
        ({"method": "Transverse Mercator (South Orientated)"}, "other_projection"),
        ({"easting": '36500000,LENGTHUNIT["foot",0.3048]'}, "other_projection"),
        ({"name": "\udcb5"}, "unreadable"),
    ],
)
def test_a_prj_that_only_looks_like_a_zone_is_refused(other: dict[str, str], kind: str) -> None:
    assert refused(wkt2(**other), 36_587_000.0, 36_589_000.0) == kind


GEOCENTRIC = (
    'GEOCCS["x",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["metre",1]]'
)


@pytest.mark.parametrize(
    ("wkt", "kind"),
    [
        ('ENGCRS["x",EDATUM["d"],CS[Cartesian,2],AXIS["e",east],AXIS["n",north],LENGTHUNIT["metre",1]]', "other_datum"),
        ('LOCAL_CS["\u5730\u65b9\u5750\u6807\u7cfb",UNIT["metre",1]]', "other_datum"),
        ('VERTCRS["h",VDATUM["d"],CS[vertical,1],AXIS["h",up],LENGTHUNIT["metre",1]]', "other_datum"),
        (GEOCENTRIC, "geographic"),
        (CRS.from_epsg(4326).to_wkt(), "other_datum"),
    ],
)  # fmt: skip
def test_what_is_no_map_projection_is_refused(wkt: str, kind: str) -> None:
    assert refused(wkt, 36_587_000.0, 36_589_000.0) == kind


def test_a_zone_with_heights_or_with_a_shift_to_another_datum_is_that_zone() -> None:
    plane, height = esri(36_500_000, 108), 'VERT_CS["h",VERT_DATUM["d",2005],UNIT["metre",1]]'
    shifted = plane.replace("298.257222101]", "298.257222101],TOWGS84[0,0,0,0,0,0,0]")
    beside = 'VERTCS["h",VDATUM["d"],PARAMETER["Vertical_Shift",0.0],PARAMETER["Direction",1.0],UNIT["Meter",1.0]]'
    texts = [f'COMPD_CS["c",{plane},{height}]', f"{plane},{beside}", shifted, f'COMPD_CS["c",{shifted},{height}]']
    assert {zone_of(text, (36_587_000.0, 36_589_000.0)).epsg for text in texts} == {4524}


def test_eastings_that_are_no_numbers_are_refused() -> None:
    assert refused(esri(36_500_000, 108), float("nan"), float("nan")) == "not_finite"
    assert refused(None, float("-inf"), float("inf")) == "not_finite"


def test_one_stray_parcel_does_not_decide_the_zone() -> None:
    eastings = np.concatenate((np.linspace(36_587_000, 36_589_000, 1_000), [np.nan, np.inf, 1e300, 37_900_000.0]))
    assert zone_of(None, easting_range(eastings)).epsg == 4524
    assert np.isnan(easting_range(np.array([np.nan]))).all()


def test_coordinates_come_out_as_longitude_and_latitude() -> None:
    back = Transformer.from_crs(4490, 4546, always_xy=True).transform(110.2, 32.7)
    assert to_lonlat(np.array([back]), ZONES[4546]) == pytest.approx(np.array([[110.2, 32.7]]), abs=1e-9)
