"""Survey packages for tests: the sample unpacked, its tables and layers changed by plain functions, packed again.

A layer is changed in the bytes of its files, so that faults that no writer would write can be planted too.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from landreg.config import CHECKOUT

SAMPLE = CHECKOUT / "data" / "sample" / "hanbin.zip"
COLLECTIVE = CHECKOUT / "data" / "sample" / "hanbin-collective.zip"
"""Another survey of one of its villages: what the collective gives out itself."""
FAULTY = CHECKOUT / "data" / "sample" / "hanbin-faults.zip"
COUNTY = "610902汉滨区"
Ring = np.ndarray[tuple[int, int], np.dtype[np.float64]]


class Unpacked:
    """A package as a folder that a test may change."""

    def __init__(self, folder: Path, source: Path = SAMPLE) -> None:
        with zipfile.ZipFile(source) as archive:
            archive.extractall(folder)
        self.folder = folder
        self.root = folder / COUNTY

    def layer(self, kind: str) -> Layer:
        """A shapefile of the package."""
        return Layer(next((self.root / "矢量数据").glob(f"{kind}*.shp")))

    @property
    def tables(self) -> Path:
        """The SQLite file of the attribute tables."""
        return next((self.root / "权属数据").glob("*.sqlite"))

    @property
    def homesteads(self) -> Path:
        """The GeoPackage of the homesteads."""
        return self.root / "宅基地.gpkg"

    def sql(self, statement: str, *values: Any) -> None:
        """Change the attribute tables."""
        with closing(sqlite3.connect(self.tables)) as database, database:
            database.execute(statement, values)

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the attribute tables."""
        with closing(sqlite3.connect(self.tables)) as database:
            return database.execute(statement, values).fetchall()

    def homestead_sql(self, statement: str, *values: Any) -> None:
        """Change the homesteads' attributes; the triggers of the GeoPackage's index are left out."""
        with closing(sqlite3.connect(self.homesteads)) as database, database:
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                database.execute(f'DROP TRIGGER "{name}"')
            database.execute(statement, values)

    def zip(self, target: Path) -> Path:
        """The folder as a zip."""
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for file in sorted(self.folder.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(self.folder).as_posix())
        return target

    def as_csv(self, encoding: str) -> None:
        """The attribute tables as CSV files instead of SQLite."""
        for (name,) in self.ask("SELECT name FROM sqlite_master WHERE type = 'table'"):
            head = [row[1] for row in self.ask(f"PRAGMA table_info({name})")]
            with (self.tables.parent / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
                csv.writer(file).writerows([head, *self.ask(f"SELECT * FROM {name}")])
        self.tables.unlink()

    def remove_layer(self, kind: str) -> None:
        """Drop a shapefile."""
        for file in (self.root / "矢量数据").glob(f"{kind}[0-9]*"):
            file.unlink()


class Layer:
    """A shapefile, its records and shapes changed in place."""

    def __init__(self, shp: Path) -> None:
        self.shp = shp
        self.dbf = shp.with_suffix(".dbf")
        raw = self.dbf.read_bytes()
        self.rows, self.head, self.width = struct.unpack("<IHH", raw[4:12])
        self.fields: dict[str, tuple[int, int]] = {}
        offset = 1
        for place in range(32, self.head - 1, 32):
            entry = raw[place : place + 32]
            if entry[0] == 0x0D:
                break
            self.fields[entry[:11].split(b"\0")[0].decode()] = (offset, entry[16])
            offset += entry[16]

    def values(self, name: str) -> list[str]:
        """A column, trimmed."""
        offset, width = self.fields[name]
        raw = np.fromfile(self.dbf, np.uint8, offset=self.head)[: self.rows * self.width].reshape(self.rows, self.width)
        cells = np.ascontiguousarray(raw[:, offset : offset + width]).view(f"S{width}").ravel()
        return [value.decode("gb18030").strip() for value in cells.tolist()]

    def row(self, name: str, value: str) -> int:
        """The first row that has this value in a column."""
        return self.values(name).index(value)

    def set(self, row: int, name: str, value: str | bytes) -> None:
        """Write one value; text is left-aligned, numbers are right-aligned as DBF has them."""
        offset, width = self.fields[name]
        raw = value if isinstance(value, bytes) else value.encode("gb18030")
        raw = raw.rjust(width) if name in ("SCMJ", "SCMJM", "BSM", "XZBZ", "YZBZ") else raw.ljust(width)
        with self.dbf.open("r+b") as file:
            file.seek(self.head + row * self.width + offset)
            file.write(raw[:width])

    def shapes(self) -> list[list[Ring]]:
        """The parts of each shape; a point is one part of one coordinate, a null shape has none."""
        raw = self.shp.read_bytes()
        made, place = [], 100
        while place < len(raw):
            length = struct.unpack(">i", raw[place + 4 : place + 8])[0] * 2
            made.append(_parts(raw[place + 8 : place + 8 + length]))
            place += 8 + length
        return made

    def write(self, shapes: list[list[Ring]]) -> None:
        """Put all shapes anew; the .shx is made to fit."""
        kind = struct.unpack("<i", self.shp.read_bytes()[32:36])[0]
        bodies = [_body(kind, parts) for parts in shapes]
        head = bytearray(self.shp.read_bytes()[:100])
        shp, shx, place = bytearray(), bytearray(), 100
        for number, body in enumerate(bodies):
            shx += struct.pack(">ii", place // 2, len(body) // 2)
            shp += struct.pack(">ii", number + 1, len(body) // 2) + body
            place += 8 + len(body)
        for path, content in ((self.shp, shp), (self.shp.with_suffix(".shx"), shx)):
            head[24:28] = struct.pack(">i", (100 + len(content)) // 2)
            path.write_bytes(bytes(head) + bytes(content))

    def reshape(self, row: int, change: Callable[[list[Ring]], list[Ring]]) -> None:
        """Change one shape."""
        shapes = self.shapes()
        shapes[row] = change(shapes[row])
        self.write(shapes)

    def move(self, dx: float, dy: float) -> None:
        """Shift every shape."""
        self.write([[part + np.array([dx, dy]) for part in parts] for parts in self.shapes()])

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace text of the same length in a column, in every row."""
        offset, width = self.fields[name]
        raw = bytearray(self.dbf.read_bytes())
        for row in range(self.rows):
            place = self.head + row * self.width + offset
            raw[place : place + width] = raw[place : place + width].replace(old.encode(), new.encode())
        self.dbf.write_bytes(raw)


def _parts(body: bytes) -> list[Ring]:
    kind = struct.unpack("<i", body[:4])[0]
    if kind == 0:
        return []
    if kind == 1:
        return [np.frombuffer(body[4:20], "<f8").reshape(1, 2)]
    parts, points = struct.unpack("<ii", body[36:44])
    starts = [*struct.unpack(f"<{parts}i", body[44 : 44 + 4 * parts]), points]
    xy = np.frombuffer(body[44 + 4 * parts : 44 + 4 * parts + 16 * points], "<f8").reshape(points, 2)
    return [xy[a:b] for a, b in pairwise(starts)]


def _body(kind: int, parts: Iterable[Ring]) -> bytes:
    parts = list(parts)
    if not parts:
        return struct.pack("<i", 0)
    if kind == 1:
        return struct.pack("<i", 1) + np.asarray(parts[0], "<f8").tobytes()
    xy = np.concatenate(parts).astype("<f8")
    box = (*np.nanmin(xy, axis=0), *np.nanmax(xy, axis=0)) if len(xy) else (0.0, 0.0, 0.0, 0.0)
    starts = np.cumsum([0, *(len(part) for part in parts[:-1])])
    head = struct.pack("<i4d2i", kind, *box, len(parts), len(xy))
    return head + starts.astype("<i4").tobytes() + xy.tobytes()


def moved_county(package: Unpacked, old: str, new: str, codes: str | None = None) -> None:
    """The same package under another county's digits. codes: digits for contract data, where they differ from `new`."""
    for kind, names in {"DK": ("DKBM",), "JZD": ("DKBM",), "JZX": ("DKBM",), "ZJQY": ("ZJQYDM",)}.items():
        for name in names:
            package.layer(kind).replace(name, old, codes or new)
    columns: Mapping[str, tuple[str, ...]] = {
        "FBF": ("FBFBM",), "CBF": ("CBFBM",), "CBF_JTCY": ("CBFBM",), "CBHT": ("CBHTBM", "FBFBM", "CBFBM"),
        "CBDKXX": ("DKBM", "FBFBM", "CBFBM", "CBHTBM", "CBJYQZBM", "LZHTBM"),
        "CBJYQZDJB": ("CBJYQZBM", "FBFBM", "CBFBM", "CBJYQZLSH"), "LZHT": ("LZHTBM", "CBHTBM", "CBFBM", "SRFBM"),
    }  # fmt: skip
    for table, named in columns.items():
        for name in named:
            package.sql(
                f"UPDATE {table} SET {name} = ? || substr({name}, 7) WHERE {name} LIKE ?", codes or new, f"{old}%"
            )
    for name in ("ZDDM", "BDCDYH", "CBFBM"):
        package.homestead_sql(f"UPDATE ZJD SET {name} = ? || substr({name}, 7)", codes or new)
    for file in sorted(package.root.rglob("*"), reverse=True):
        if file.is_file() and old in file.name:
            file.rename(file.with_name(file.name.replace(old, new)))
    renamed = package.root.with_name(f"{new}县")
    shutil.move(package.root, renamed)
    package.root = renamed
