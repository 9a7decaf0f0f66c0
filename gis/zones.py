"""In which CGCS2000 3-degree zone a layer lies, from its .prj and its eastings, both checked; never guessed.

Source: standards.md 3 (EPSG codes, prefixes, what is refused). The 21 zones of China are all known here, since
which of them a county may use is the county's affair, not geometry's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

Floats = NDArray[np.float64]

HALF_WIDTH_M = 350_000.0
"""How far from its central meridian a county may lie and still be measured in that zone: 2.2 degrees are 206 km."""
_WRAPPED = {"BoundCRS", "CompoundCRS"}
_METHODS = {"transversemercator", "gausskruger"}
NORTHING_M = (1_900_000.0, 6_000_000.0)
"""Northings of China's land, for telling swapped axes from a wrong zone."""


@dataclass(frozen=True)
class Zone:
    """One CGCS2000 / 3-degree Gauss-Kruger zone. central_meridian in degrees east; prefixed: eastings begin with
    the zone number (36 500 000 m at the meridian) or not (500 000 m)."""

    epsg: int
    central_meridian: int
    prefixed: bool

    @property
    def number(self) -> int:
        return self.central_meridian // 3

    @property
    def false_easting(self) -> float:
        return self.number * 1_000_000.0 + 500_000.0 if self.prefixed else 500_000.0


ZONES: Mapping[int, Zone] = {
    zone.epsg: zone
    for number in range(25, 46)
    for zone in (Zone(4488 + number, 3 * number, True), Zone(4509 + number, 3 * number, False))
}
"""By EPSG code: 4513-4533 with prefix, 4534-4554 without. 4524 and 4545 are CM 108, 4525 and 4546 CM 111."""


class ZoneError(ValueError):
    """The zone cannot be told, or must be refused.

    kind: "not_finite" (no usable easting) · "unreadable" (the .prj is no CRS) · "geographic" (degrees, not metres) ·
    "xian80" · "beijing54" · "other_datum" · "other_projection" (6-degree zones, other false easting or meridian) ·
    "swapped" (eastings look like northings) · "two_zones" (eastings of more than one prefix) ·
    "conflict" (.prj and easting disagree) · "unknown" (no .prj, and eastings without a prefix).
    values: what was seen.
    """

    def __init__(self, kind: str, values: Mapping[str, object] | None = None) -> None:
        self.kind = kind
        self.values = dict(values or {})
        super().__init__(f"{kind}: {self.values}")


def zone_of(prj_wkt: str | None, easting_range: tuple[float, float]) -> Zone:
    """The zone of a layer.

    prj_wkt: text of the .prj (ESRI WKT 1, EPSG WKT 1 or 2), or None where there is none. easting_range: least and
    greatest easting in metres; see easting_range() for layers in which single parcels may be astray.
    Raises ZoneError. Source: standards.md 3.
    """
    low, high = easting_range
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ZoneError("not_finite", {"low": low, "high": high})
    declared = _declared(prj_wkt) if prj_wkt and prj_wkt.strip("\ufeff\x00 \r\n\t") else None
    if declared is None:
        return _from_easting(low, high)
    if abs(low - declared.false_easting) <= HALF_WIDTH_M and abs(high - declared.false_easting) <= HALF_WIDTH_M:
        return declared
    raise _disagreement(declared, low, high)


def easting_range(eastings: Floats) -> tuple[float, float]:
    """The easting range of the bulk of a layer in metres: what is not finite, and the outer hundredth on each side,
    are left out, so that one stray parcel does not decide the zone. (nan, nan) where nothing is left."""
    usable = eastings[np.isfinite(eastings) & (np.abs(eastings) < 1e9)]
    if usable.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(usable, (0.01, 0.99))
    return float(low), float(high)


def to_lonlat(xy: Floats, zone: Zone) -> Floats:
    """(east, north) in metres, shape (n, 2), to (longitude, latitude) in degrees; CGCS2000 equals WGS84 for display.
    Points that no zone can hold become infinite."""
    lon, lat = _transformer(zone.epsg).transform(xy[:, 0], xy[:, 1])
    return np.column_stack((lon, lat))


def from_lonlat(lonlat: Floats, zone: Zone) -> Floats:
    """(longitude, latitude) in degrees, shape (n, 2), to (east, north) in metres of a zone; infinite where there is none."""
    east, north = _transformer(zone.epsg).transform(lonlat[:, 0], lonlat[:, 1], direction="INVERSE")
    return np.column_stack((east, north))


@lru_cache(maxsize=8)
def _transformer(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, 4490, always_xy=True)


def _from_easting(low: float, high: float) -> Zone:
    prefixes = {int(low // 1_000_000), int(high // 1_000_000)}
    if len(prefixes) == 2:
        raise ZoneError("two_zones", {"low": low, "high": high})
    prefix = prefixes.pop()
    zone = ZONES.get(4488 + prefix) if 25 <= prefix <= 45 else None
    if zone and abs(low - zone.false_easting) <= HALF_WIDTH_M and abs(high - zone.false_easting) <= HALF_WIDTH_M:
        return zone
    if low >= -180 and high <= 180:
        raise ZoneError("geographic", {"low": low, "high": high})
    if NORTHING_M[0] <= low and high <= NORTHING_M[1]:
        raise ZoneError("swapped", {"low": low, "high": high})
    raise ZoneError("unknown", {"low": low, "high": high})


def _disagreement(declared: Zone, low: float, high: float) -> ZoneError:
    values = {"declared": declared.epsg, "low": low, "high": high}
    if low >= -180 and high <= 180:
        return ZoneError("geographic", values)
    if NORTHING_M[0] <= low and high <= NORTHING_M[1]:
        return ZoneError("swapped", values)
    if low // 1_000_000 != high // 1_000_000:
        return ZoneError("two_zones", values)
    return ZoneError("conflict", values)


@lru_cache(maxsize=32)
def _declared(wkt: str) -> Zone:
    """The zone that a .prj declares."""
    try:
        crs = CRS.from_wkt(wkt.strip("\ufeff\x00 \r\n\t"))
    except (CRSError, UnicodeError) as error:
        raise ZoneError("unreadable", {"prj": wkt[:80]}) from error
    described: dict[str, Any] = crs.to_json_dict()
    while described.get("type") in _WRAPPED:
        described = described["source_crs"] if described["type"] == "BoundCRS" else described["components"][0]
    base = described.get("base_crs", described)
    _refuse_other_datum(base, str(described.get("name", "")))
    if described.get("type") != "ProjectedCRS":
        raise ZoneError("geographic", {"prj": described.get("name")})
    return _zone_of_conversion(described)


def _refuse_other_datum(base: dict[str, Any], name: str) -> None:
    datum = base.get("datum") or base.get("datum_ensemble") or {}
    radius, flattening = _ellipsoid(datum.get("ellipsoid", {}))
    words = " ".join((name, str(base.get("name", "")), str(datum.get("name", "")))).upper().replace("_", " ")
    seen = {"prj": name, "datum": datum.get("name"), "semi_major_axis": radius}
    if "XIAN" in words or "XI'AN" in words or "西安" in words or _near(radius, 6378140.0):
        raise ZoneError("xian80", seen)
    if "BEIJING" in words or "北京" in words or "KRASOV" in words or _near(radius, 6378245.0):
        raise ZoneError("beijing54", seen)
    named = any(word in words for word in ("CGCS2000", "CHINA 2000", "GCS CHINA GEODETIC", "CHINA GEODETIC COORDINATE"))
    if not named or not _near(radius, 6378137.0) or abs(flattening - 298.257222101) > 1e-6 or _elsewhere(datum):
        raise ZoneError("other_datum", seen)


def _ellipsoid(described: dict[str, Any]) -> tuple[float, float]:
    """Semi-major axis in metres and inverse flattening; 0 where they are not told. A sphere has a radius instead."""
    major = _figure(described.get("semi_major_axis", described.get("radius")))
    minor = _figure(described.get("semi_minor_axis"))
    if "inverse_flattening" in described or not 0 < minor < major:
        return major, _figure(described.get("inverse_flattening"))
    return major, major / (major - minor)


def _elsewhere(datum: dict[str, Any]) -> bool:
    """Whether longitudes do not count from Greenwich."""
    return _figure((datum.get("prime_meridian") or {}).get("longitude")) != 0.0


def _zone_of_conversion(described: dict[str, Any]) -> Zone:
    conversion = described["conversion"]
    figures = {_plain(p["name"]): _parameter(p) for p in conversion.get("parameters", [])}
    seen = {"prj": described.get("name"), "method": conversion.get("method", {}).get("name"), **figures}
    meridian = figures.get("longitudeofnaturalorigin", float("nan"))
    easting = figures.get("falseeasting", float("nan"))
    usual = (
        _plain(str(seen["method"])) in _METHODS
        and figures.get("falsenorthing", 0.0) == 0.0
        and figures.get("latitudeofnaturalorigin", 0.0) == 0.0
        and figures.get("scalefactoratnaturalorigin", 1.0) == 1.0
        and all(axis.get("unit") in ("metre", None) for axis in described["coordinate_system"]["axis"])
        and {axis.get("direction") for axis in described["coordinate_system"]["axis"]} == {"east", "north"}
    )
    for zone in ZONES.values():
        if usual and abs(zone.central_meridian - meridian) < 1e-9 and abs(zone.false_easting - easting) < 1e-3:
            return zone
    raise ZoneError("other_projection", seen)


def _parameter(described: dict[str, Any]) -> float:
    """A parameter of a projection in metres, degrees, or as a ratio; 0 where it is no number."""
    unit = described.get("unit")
    figure = _figure({"value": described.get("value"), "unit": unit})
    angular = isinstance(unit, dict) and unit.get("type") == "AngularUnit"
    return math.degrees(figure) if angular else figure


def _figure(value: object) -> float:
    """A number of PROJJSON in its base unit: bare, in metres, or with a unit of its own. 0 where there is none."""
    if isinstance(value, dict):
        unit = value.get("unit")
        factor = unit.get("conversion_factor", 1.0) if isinstance(unit, dict) else 1.0
        return _figure(value.get("value")) * _figure(factor)
    return float(value) if isinstance(value, int | float) else 0.0


def _near(one: float, other: float) -> bool:
    """Whether two lengths in metres are the same but for a unit's rounding."""
    return abs(one - other) < 1e-3


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalpha())
