"""Shapefiles written byte by byte, so that a test can write what no library would."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gis.shapefile import Source, find_layers
from gis.shapes import Shapes, offsets

Ring = Sequence[tuple[float, float]]
E0, N0 = 36_587_000.0, 3_625_000.0
PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_36",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",36500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)


def square(
    x: float = 0.0, y: float = 0.0, side: float = 10.0, *, north_first: bool = True
) -> list[tuple[float, float]]:
    """A closed square ring, clockwise as shapefiles want it, from its south-west corner."""
    ring = [(x, y), (x, y + side), (x + side, y + side), (x + side, y), (x, y)]
    return ring if north_first else ring[::-1]


def shapes(*parcels: Sequence[Ring], kind: str = "polygon") -> Shapes:
    """Parcels, each a list of rings, as arrays."""
    parts = [ring for parcel in parcels for ring in parcel]
    xy = np.array([point for part in parts for point in part], dtype=np.float64).reshape(-1, 2)
    return Shapes(kind, xy, offsets(np.array([len(p) for p in parts])), offsets(np.array([len(p) for p in parcels])))


def polygon_record(rings: Sequence[Ring], shape_type: int = 5, tail: bytes = b"") -> bytes:
    points = [point for ring in rings for point in ring]
    starts = offsets(np.array([len(ring) for ring in rings]))[:-1]
    return (
        struct.pack("<i4d2i", shape_type, 0, 0, 0, 0, len(rings), len(points))
        + struct.pack(f"<{len(rings)}i", *starts.tolist())
        + b"".join(struct.pack("<2d", *point) for point in points)
        + tail
    )


def write_shp(path: Path, records: Sequence[bytes], shape_type: int = 5, *, index: bool = True) -> None:
    body, head = b"", []
    for number, record in enumerate(records):
        head.append(struct.pack(">2i", (100 + len(body)) // 2, len(record) // 2))
        body += struct.pack(">2i", number + 1, len(record) // 2) + record
    for suffix, content in ((".shp", body), (".shx", b"".join(head))):
        if suffix == ".shp" or index:
            start = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(content)) // 2)
            path.with_suffix(suffix).write_bytes(start + struct.pack("<2i8d", 1000, shape_type, *[0.0] * 8) + content)


def write_dbf(
    path: Path,
    fields: dict[str, int],
    rows: Sequence[Sequence[bytes | str]],
    *,
    language: int = 0x4D,
    code: str = "gbk",
) -> None:
    head = b"".join(
        name.encode(code)[:11].ljust(11, b"\x00") + b"C" + bytes(4) + bytes([width, 0]) + bytes(14)
        for name, width in fields.items()
    )
    length = 1 + sum(fields.values())
    start = (
        struct.pack("<4B I 2H", 3, 126, 11, 24, len(rows), 33 + len(head), length) + bytes(17) + bytes([language, 0, 0])
    )
    body = b"".join(
        b" " + b"".join(
            (value if isinstance(value, bytes) else value.encode(code)).ljust(width)
            for value, width in zip(row, fields.values(), strict=True)
        )
        for row in rows
    )  # fmt: skip
    path.with_suffix(".dbf").write_bytes(start + head + b"\r" + body + b"\x1a")


def write_dk(folder: Path, records: Sequence[bytes], names: Sequence[bytes | str] | None = None, **dbf: object) -> Path:
    """A DK layer with DKBM, DKMC and SCMJ; one record each."""
    path = folder / "DK6109022026.shp"
    rows = [
        (f"61090210420202{i:05d}", names[i] if names else "大地块", "100.00") for i in range(len(records))
    ]  # fmt: skip
    write_shp(path, records)
    write_dbf(path, {"DKBM": 19, "DKMC": 50, "SCMJ": 16}, rows, **dbf)  # type: ignore[arg-type]
    path.with_suffix(".prj").write_text(PRJ)
    return path


def dk_source(folder: Path) -> Source:
    return find_layers(folder).layers["DK"][0]
