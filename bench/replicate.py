"""A package of as many parcels as wanted: the sample again and again, each copy beside the last and under codes of its own.

Shapefiles are copied as bytes, with coordinates moved and codes written anew in place; fields have the standard's widths.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.nyt2539 import TABLES
from landreg.config import CHECKOUT

SAMPLE = CHECKOUT / "data" / "sample" / "hanbin.zip"
PARCELS = 3743
STEP_M = (2_900.0, 3_600.0)
TOWNSHIP = b"610902104"
NUMBERS = {"BSM", "SCMJ", "SCMJM", "XZBZ", "YZBZ"}
CODES = ("FBFBM", "CBFBM", "CBHTBM", "DKBM", "CBJYQZBM", "LZHTBM", "SRFBM", "CBJYQZLSH", "ZDDM", "BDCDYH")
IDS = ("FZRZJHM", "CBFZJHM", "CYZJHM")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
BORN_A_YEAR_MOST, SAME_SEX_A_DAY = 64, 500
Bytes = NDArray[np.uint8]


class Copy(NamedTuple):
    """One copy of the sample: its number, how far it is moved, the nine digits of its township."""

    number: int
    dx: float
    dy: float
    township: bytes


def replicate(parcels: int, into: Path) -> Path:
    """Write a package of at least `parcels` parcels under `into` and return its folder."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(SAMPLE) as archive:
            archive.extractall(folder)
        source = next(Path(folder).iterdir())
        copies = list(_copies(-(-parcels // PARCELS)))
        for file in sorted(source.rglob("*")):
            if file.is_file():
                target = into / file.relative_to(source.parent)
                target.parent.mkdir(parents=True, exist_ok=True)
                _replicate_file(file, target, copies)
    return into / source.name


def _copies(count: int) -> Iterator[Copy]:
    """Copies in a square around the sample, which is the first."""
    side = int(np.ceil(np.sqrt(count)))
    places = sorted(
        ((x - side // 2, y - side // 2) for x in range(side) for y in range(side)),
        key=lambda p: (abs(p[0]) + abs(p[1]), p),
    )
    for number, (x, y) in enumerate(places[:count]):
        yield Copy(
            number, x * STEP_M[0], y * STEP_M[1], b"610902%03d" % (104 + number if number < 796 else number - 696)
        )


def _replicate_file(file: Path, target: Path, copies: list[Copy]) -> None:
    match file.suffix:
        case ".shp":
            _shapes(file, target, copies)
        case ".dbf":
            _records(file, target, copies)
        case ".sqlite":
            _tables(file, target, copies)
        case ".gpkg":
            _homesteads(file, target, copies)
        case ".shx":
            pass
        case _:
            shutil.copy(file, target)


def _shapes(file: Path, target: Path, copies: list[Copy]) -> None:
    raw = np.frombuffer(file.read_bytes(), np.uint8)
    starts, xs, ys = _places(raw)
    body, x, y = raw[100:], _doubles(raw, xs), _doubles(raw, ys)
    lengths = np.diff(np.append(starts, len(raw))) - 8
    offset, box = 100, []
    with target.open("wb") as shp, target.with_suffix(".shx").open("wb") as shx:
        shp.write(bytes(100))
        shx.write(bytes(100))
        for copy in copies:
            made = body.copy()
            moved = (x + copy.dx, y + copy.dy)
            for place, values in zip((xs, ys), moved, strict=True):
                made[(place - 100)[:, None] + np.arange(8)] = values.astype("<f8").view(np.uint8).reshape(-1, 8)
            numbers = (np.arange(len(starts)) + 1 + copy.number * len(starts)).astype(">u4")
            made[(starts - 100)[:, None] + np.arange(4)] = numbers.view(np.uint8).reshape(-1, 4)
            shp.write(made.tobytes())
            index = np.empty((len(starts), 2), ">u4")
            index[:, 0] = (starts - 100 + offset) // 2
            index[:, 1] = lengths // 2
            shx.write(index.tobytes())
            offset += len(body)
            box.append((moved[0].min(), moved[1].min(), moved[0].max(), moved[1].max()))
        low, high = np.min(box, axis=0)[:2], np.max(box, axis=0)[2:]
        for stream in (shp, shx):
            head = bytearray(raw[:100].tobytes())
            head[24:28] = struct.pack(">i", stream.tell() // 2)
            head[36:68] = struct.pack("<4d", *low, *high)
            stream.seek(0)
            stream.write(head)


def _places(raw: Bytes) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where the records of a .shp begin, and where the easting and the northing of each coordinate stands, boxes too."""
    data, starts, xs, place = raw.tobytes(), [], [], 100
    while place < len(data):
        starts.append(place)
        kind = struct.unpack_from("<i", data, place + 8)[0]
        if kind == 1:
            xs.append(place + 12)
        elif kind:
            parts, points = struct.unpack_from("<ii", data, place + 44)
            first = place + 52 + 4 * parts
            xs += [place + 12, place + 28, *range(first, first + 16 * points, 16)]
        place += 8 + struct.unpack_from(">i", data, place + 4)[0] * 2
    at = np.array(xs, dtype=np.int64)
    return np.array(starts, dtype=np.int64), at, at + 8


def _doubles(raw: Bytes, places: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.ascontiguousarray(raw[places[:, None] + np.arange(8)]).view("<f8").ravel()


def _records(file: Path, target: Path, copies: list[Copy]) -> None:
    raw = np.frombuffer(file.read_bytes(), np.uint8)
    rows, head, width = struct.unpack("<IHH", raw[4:12].tobytes())
    cells = raw[head : head + rows * width].reshape(rows, width)
    table = TABLES[next(kind for kind in ("DK", "JZD", "JZX", "ZJQY") if target.name.startswith(kind))]
    columns, fields = [np.full((rows, 1), 32, np.uint8)], bytearray()
    places: dict[str, tuple[int, int]] = {}
    for at in range(32, head - 1, 32):
        entry = bytearray(raw[at : at + 32].tobytes())
        name = entry[:11].split(b"\0")[0].decode()
        old = int(entry[16])
        wide = table.fields[name].length or old
        begin = 1 + sum(int(raw[p + 16]) for p in range(32, at, 32))
        part = cells[:, begin : begin + old]
        decimals = table.fields[name].decimals or 0
        columns.append(_number(part, wide, decimals) if name in NUMBERS else _fitted(part, wide))
        entry[16], entry[17] = wide, decimals if name in NUMBERS else 0
        fields += entry
        places[name] = (sum(column.shape[1] for column in columns[:-1]), wide)
    sample = np.hstack(columns)
    header = bytearray(raw[:32].tobytes())
    header[4:12] = struct.pack("<IHH", rows * len(copies), 32 + len(fields) + 1, sample.shape[1])
    with target.open("wb") as dbf:
        dbf.write(bytes(header) + bytes(fields) + b"\r")
        for copy in copies:
            dbf.write(_record_copy(sample, places, rows, copy).tobytes())
        dbf.write(b"\x1a")


def _number(part: Bytes, wide: int, decimals: int) -> Bytes:
    """Numbers as the sample writes them, with fifteen decimals, at the standard's width."""
    made = np.full((len(part), wide), 32, np.uint8)
    text = np.ascontiguousarray(part).view(f"S{part.shape[1]}").ravel()
    values = np.rint(text.astype(np.float64) * 10**decimals).astype(np.int64)
    _digits(made, 0, wide, values, decimals)
    return made


def _fitted(part: Bytes, wide: int) -> Bytes:
    made = np.full((len(part), wide), 32, np.uint8)
    kept = min(wide, part.shape[1])
    made[:, :kept] = part[:, :kept]
    return made


def _record_copy(sample: Bytes, places: dict[str, tuple[int, int]], rows: int, copy: Copy) -> Bytes:
    made = sample.copy()
    for name in ("DKBM", "ZJQYDM"):
        if name in places:
            offset, wide = places[name]
            for first in range(offset, offset + wide - 8, 20):
                named = made[:, first] == ord("6")
                made[np.ix_(named, np.arange(first, first + 9))] = np.frombuffer(copy.township, np.uint8)
    offset, wide = places["BSM"]
    _digits(made, offset, wide, np.arange(1, rows + 1) + copy.number * rows, 0)
    for name, shift in (("XZBZ", copy.dy), ("YZBZ", copy.dx)):
        if name in places:
            offset, wide = places[name]
            text = np.ascontiguousarray(sample[:, offset : offset + wide]).view(f"S{wide}").ravel()
            _digits(made, offset, wide, np.rint((text.astype(np.float64) + shift) * 1000).astype(np.int64), 3)
    return made


def _digits(made: Bytes, offset: int, wide: int, values: NDArray[np.int64], decimals: int) -> None:
    """Write whole numbers, right-aligned; with so many of their digits behind a point."""
    rest = values.copy()
    for place in range(wide - 1, -1, -1):
        if decimals and place == wide - 1 - decimals:
            made[:, offset + place] = ord(".")
            continue
        blank = (rest == 0) & (place < wide - 1 - decimals - (1 if decimals else 0))
        made[:, offset + place] = np.where(blank, 32, rest % 10 + 48)
        rest //= 10


def _tables(file: Path, target: Path, copies: list[Copy]) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(target)) as new:
        new.execute("PRAGMA journal_mode = OFF")
        new.execute("PRAGMA synchronous = OFF")
        for name, statement in old.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall():
            new.execute(statement)
            head = [row[1] for row in old.execute(f'PRAGMA table_info("{name}")')]
            columns = list(zip(*old.execute(f'SELECT * FROM "{name}"').fetchall(), strict=True))
            marks = ", ".join("?" * len(head))
            for copy in copies:
                made = [_column(title, values, copy) for title, values in zip(head, columns, strict=True)]
                new.executemany(f'INSERT INTO "{name}" VALUES ({marks})', zip(*made, strict=True))
        new.commit()


def _column(title: str, values: tuple[Any, ...], copy: Copy) -> tuple[Any, ...] | list[Any]:
    if title in CODES:
        township = copy.township.decode()
        return [township + value[9:] if value else value for value in values]
    if title in IDS:
        return [_another_id(value, copy.number) if value else value for value in values]
    return values


_met: dict[str, dict[str, int]] = defaultdict(dict)
"""By year of birth each number of the sample, in the order in which it was met: one person stays one person in all tables of a
copy, and as old as in the sample, since parents are older than their children."""


def _another_id(number: str, copy: int) -> str:
    """An ID of its own for the person in this copy, same sex. 610900 was never issued: it names nobody."""
    met = _met[number[6:10]]
    place = copy * BORN_A_YEAR_MOST + met.setdefault(number, len(met))
    born = date(int(number[6:10]), 1, 1) + timedelta(days=place // SAME_SEX_A_DAY)
    serial = 2 * (place % SAME_SEX_A_DAY) + int(number[16]) % 2
    body = f"610900{born:%Y%m%d}{serial:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


def _homesteads(file: Path, target: Path, copies: list[Copy]) -> None:
    shutil.copy(file, target)
    with closing(sqlite3.connect(target)) as gpkg:
        for (name,) in gpkg.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            gpkg.execute(f'DROP TRIGGER "{name}"')
        head = [row[1] for row in gpkg.execute("PRAGMA table_info(ZJD)")]
        rows = gpkg.execute("SELECT * FROM ZJD ORDER BY fid").fetchall()
        columns = list(zip(*rows, strict=True))
        marks = ", ".join("?" * len(head))
        for copy in copies[1:]:
            made = [_column(title, values, copy) for title, values in zip(head, columns, strict=True)]
            made[head.index("fid")] = [fid + copy.number * len(rows) for fid in columns[head.index("fid")]]
            made[head.index("geom")] = [_moved_blob(blob, copy) for blob in columns[head.index("geom")]]
            gpkg.executemany(f"INSERT INTO ZJD VALUES ({marks})", zip(*made, strict=True))
        gpkg.commit()


def _moved_blob(blob: bytes, copy: Copy) -> bytes:
    """A GeoPackage polygon of one ring, moved; its envelope is moved too."""
    envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 7]
    made = bytearray(blob)
    if envelope == 32:
        box = struct.unpack_from("<4d", made, 8)
        struct.pack_into("<4d", made, 8, box[0] + copy.dx, box[1] + copy.dx, box[2] + copy.dy, box[3] + copy.dy)
    first = 8 + envelope + 9
    for _ring in range(struct.unpack_from("<I", made, first - 4)[0]):
        points = struct.unpack_from("<I", made, first)[0]
        xy = np.frombuffer(bytes(made[first + 4 : first + 4 + 16 * points]), "<f8").reshape(-1, 2) + np.array(
            (copy.dx, copy.dy)
        )
        made[first + 4 : first + 4 + 16 * points] = xy.astype("<f8").tobytes()
        first += 4 + 16 * points
    return bytes(made)
