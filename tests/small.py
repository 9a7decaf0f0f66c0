"""A small sound survey package that a test may change and write in any form that counties deliver.

Two groups side by side, six parcels in a row, three households, four contracts' worth of relations in miniature, a
transfer and three homesteads. Coordinates are metres from an origin in the county until the package is written.

    y 52  [homestead 1] [homestead 2] [homestead 3]
    y 20  +----+----+----+----+----+----+
          | 1  | 2  | 3  | 4  | 5  | 6  |      parcels of 30 x 20 m; 1 to 3 in group 01, 4 to 6 in group 02
    y  0  +----+----+----+----+----+----+
         x 0        60   90       150  180
"""

from __future__ import annotations

import csv
import os
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from pyproj import CRS, Transformer

from gis.nyt2539 import TABLES, code_table
from landreg.land.survey_county import county_areas, divisions

Row = dict[str, Any]
Point = tuple[float, float]
Ring = list[Point]
SHAPE_TYPES = {"Point": 1, "Line": 3, "Polygon": 5}
EXTRA = ("JBNTBHQ", "DZDW", "XZDW", "MZDW", "KZD", "QYJX", "ZJ", "XJXZQ", "XJQY", "CJQY")
NUMBERS = ("Int", "Float")
SWIFTLY = "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;"
"""A file of a test need not outlast a power cut."""


def citizen_id(serial: int, birth: str = "19700101") -> str:
    """A synthetic citizen ID: prefix 610900 was never issued. Odd serials are men's."""
    body = f"610900{birth}{serial:03d}"
    return body + "10X98765432"[sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(body)) % 11]


def prj(meridian: int, *, prefixed: bool) -> str:
    """The .prj of a CGCS2000 3-degree zone as ESRI's programs write it."""
    number = meridian // 3
    easting = number * 1_000_000 + 500_000 if prefixed else 500_000
    name = f"Zone_{number}" if prefixed else f"CM_{meridian}E"
    return (
        f'PROJCS["CGCS2000_3_Degree_GK_{name}",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
        'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        f'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",{easting}.0],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{meridian}.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


def box(x: float, y: float, width: float, height: float) -> Ring:
    """A closed ring, clockwise as shapefiles have it."""
    return [(x, y), (x, y + height), (x + width, y + height), (x + width, y), (x, y)]


@dataclass
class Form:
    """How a package is delivered. names: a layer's letters to its file's stem; name: of the package's own folder."""

    tables: str = "sqlite"
    dbf: str = "gbk"
    cpg: bool = True
    zipped: bool = True
    nested: str = ""
    upper: bool = False
    names: Callable[[str], str] | None = None
    folder: str | None = None
    homesteads: str = "宅基地.gpkg"


@dataclass
class Small:
    """The package: `tables` and `layers` are rows by column, "shape" a list of rings (or parts) from the origin.

    digits: county digits in codes of contracted land, where they differ from today's `county`. at: longitude and
    latitude of the origin, in the midst of the county by default. prj: None writes none; prj_of: of single layers.
    files: in how many files a layer comes. raw: what is done at last to the file whose name begins so. place: a last
    change of each coordinate.
    """

    county: str = "610902"
    digits: str | None = None
    meridian: int = 108
    prefixed: bool = True
    at: Point | None = None
    prj: str | None = "own"
    form: Form = field(default_factory=Form)
    tables: dict[str, list[Row]] = field(default_factory=dict)
    layers: dict[str, list[Row]] = field(default_factory=dict)
    prj_of: dict[str, str | None] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    raw: dict[str, Callable[[Path], object]] = field(default_factory=dict)
    place: Callable[[float, float], Point] | None = None
    origin: Point = (0.0, 0.0)
    village: str = ""

    def __post_init__(self) -> None:
        self.digits = self.digits or self.county
        ours = sorted(c for c in divisions() if c.startswith(self.county) and len(c) == 12 and not c.endswith("000"))
        self.village = ours[0]
        self.coded = self.digits + self.village[6:]
        self.prj = prj(self.meridian, prefixed=self.prefixed) if self.prj == "own" else self.prj
        lon, lat = self.at or shapely.get_coordinates(county_areas()[self.county].representative_point())[0].tolist()
        epsg = (4488 if self.prefixed else 4509) + self.meridian // 3
        east, north = Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat)
        self.origin = (round(east), round(north))
        self._parcels()
        self._parties()
        self._contracts()
        self._homesteads()

    # -- codes ------------------------------------------------------------------------------------------------------

    def issuer(self, group: int = 1) -> str:
        return f"{self.coded}{group:02d}"

    def parcel(self, number: int) -> str:
        return f"{self.issuer(1 if number <= 3 else 2)}{number:05d}"

    def household(self, number: int) -> str:
        return f"{self.issuer(1 if number <= 2 else 2)}{number:04d}"

    def contract(self, number: int) -> str:
        return self.household(number) + "J"

    @property
    def transfer(self) -> str:
        return f"{self.issuer(1)}0001"

    def homestead(self, number: int) -> str:
        return f"{self.coded}JC{number:05d}"

    # -- rows -------------------------------------------------------------------------------------------------------

    def row(self, kind: str, value: str) -> Row:
        """The first row of a table or layer in which this value stands: by its key if it is there, else anywhere."""
        rows = self.tables.get(kind) or self.layers[kind]
        by_key = (row for row in rows if row.get(KEYS.get(kind, "")) == value)
        return next(by_key, None) or next(row for row in rows if value in row.values())

    def _parcels(self) -> None:
        self.layers["DK"] = [
            {
                "BSM": n, "YSDM": "211011", "DKBM": self.parcel(n), "DKMC": f"地{n}", "SYQXZ": "31",
                "DKLB": "10" if n < 6 else "22", "DLDJ": "04", "TDLYLX": "013", "SFJBNT": "1", "TDYT": "1", "DKDZ": "路",
                "DKXZ": "渠", "DKNZ": "沟", "DKBZ": "坡", "ZJRXM": "指界人", "SCMJ": "600.00", "SCMJM": "0.90",
                "shape": [box(30 * (n - 1), 0, 30, 20)],
            }
            for n in range(1, 7)
        ]  # fmt: skip
        self.layers["ZJQY"] = [
            {"BSM": g, "YSDM": "162040", "ZJQYDM": self.issuer(g), "ZJQYMC": f"{g}组",
             "shape": [box(90 * (g - 1), -50, 90, 150)]} for g in (1, 2)
        ]  # fmt: skip
        self.outline()

    def outline(self) -> None:
        """Boundary points and lines anew, from the parcels as they are now."""
        corners: dict[Point, list[str]] = {}
        sides: dict[tuple[Point, Point], list[str]] = {}
        for parcel in self.layers["DK"]:
            for ring in parcel["shape"]:
                for a, b in pairwise(ring):
                    corners.setdefault(a, []).append(parcel["DKBM"])
                    sides.setdefault((min(a, b), max(a, b)), []).append(parcel["DKBM"])
        number = {corner: f"J{n}" for n, corner in enumerate(corners, 1)}
        self.layers["JZD"] = [
            {"BSM": n, "YSDM": "211021", "JZDH": f"J{n}", "JBLX": "6", "JZDLX": "1", "DKBM": "/".join(codes),
             "shape": [[corner]]}
            for n, (corner, codes) in enumerate(corners.items(), 1)
        ]  # fmt: skip
        self.layers["JZX"] = [
            {"BSM": n, "YSDM": "211031", "JXXZ": "600001", "JZXLB": "01", "JZXWZ": "2", "JZXSM": "沿田埂",
             "PLDWQLR": "邻户", "PLDWZJR": "邻户", "JZXH": f"X{n}", "QJZDH": number[a], "ZJZDH": number[b],
             "DKBM": "/".join(codes), "shape": [[a, b]]}
            for n, ((a, b), codes) in enumerate(sides.items(), 1)
        ]  # fmt: skip

    def _parties(self) -> None:
        self.tables["FBF"] = [
            {"FBFBM": self.issuer(g), "FBFMC": f"{g}组", "FBFFZRXM": "负责人", "FZRZJLX": "1",
             "FZRZJHM": citizen_id(900 + g), "LXDH": "", "FBFDZ": "村", "YZBM": "725000", "FBFDCY": "调查员",
             "FBFDCRQ": "20251105", "FBFDCJS": ""}
            for g in (1, 2)
        ]  # fmt: skip
        self.tables["CBF"] = [
            {"CBFBM": self.household(h), "CBFLX": "1", "CBFMC": f"户主{h}", "CBFZJLX": "1",
             "CBFZJHM": citizen_id(2 * h + 1), "CBFDZ": "村", "YZBM": "725000", "LXDH": "", "CBFCYSL": 2,
             "CBFDCRQ": "20251105", "CBFDCY": "调查员", "CBFDCJS": "", "GSJS": "", "GSJSR": "公示人",
             "GSSHRQ": "20260120", "GSSHR": "审核人"}
            for h in (1, 2, 3)
        ]  # fmt: skip
        self.tables["CBF_JTCY"] = [
            {"CBFBM": self.household(h), "CYXM": f"户主{h}" if head else f"家人{h}", "CYXB": "1" if head else "2",
             "CYZJLX": "1", "CYZJHM": citizen_id(2 * h + (1 if head else 100)), "YHZGX": "02" if head else "10",
             "CYBZ": "", "SFGYR": "1"}
            for h in (1, 2, 3) for head in (True, False)
        ]  # fmt: skip

    def _contracts(self) -> None:
        held = {1: (1, 2), 2: (3,), 3: (4, 5)}
        self.tables["CBHT"] = [
            {"CBHTBM": self.contract(h), "YCBHTBM": "", "FBFBM": self.household(h)[:14], "CBFBM": self.household(h),
             "CBFS": "110", "CBQXQ": "19980101", "CBQXZ": "20271231", "HTZMJ": f"{600 * len(p)}.00", "CBDKZS": len(p),
             "QDSJ": "19980101", "HTZMJM": f"{len(p) * 0.9:.2f}", "YHTZMJ": f"{590 * len(p)}.00",
             "YHTZMJM": f"{len(p) * 0.885:.2f}" if len(p) == 2 else "0.89"}
            for h, p in held.items()
        ]  # fmt: skip
        self.tables["CBJYQZDJB"] = [
            {"CBJYQZBM": self.contract(h), "FBFBM": self.household(h)[:14], "CBFBM": self.household(h), "CBFS": "110",
             "CBQX": "30年", "CBQXQ": "19980101", "CBQXZ": "20271231", "DKSYT": "图", "CBJYQZLSH": self.contract(h),
             "DJBFJ": "", "YCBJYQZBH": "", "DBR": "登簿人", "DJSJ": "20260301"}
            for h in held
        ]  # fmt: skip
        self.tables["CBDKXX"] = [
            {"DKBM": self.parcel(n), "FBFBM": self.household(h)[:14], "CBFBM": self.household(h), "CBJYQQDFS": "110",
             "HTMJ": "600.00", "CBHTBM": self.contract(h), "LZHTBM": self.transfer if n == 2 else "",
             "CBJYQZBM": self.contract(h), "YHTMJ": "590.00", "HTMJM": "0.90", "YHTMJM": "0.89", "SFQQQG": "2"}
            for h, p in held.items() for n in p
        ]  # fmt: skip
        self.tables["LZHT"] = [
            {"LZHTBM": self.transfer, "CBHTBM": self.contract(1), "CBFBM": self.household(1),
             "SRFBM": self.household(2), "LZFS": "900", "LZQX": "1年", "LZQXKSRQ": "20260101", "LZQXJSRQ": "20261231",
             "LZMJ": "600.00", "LZMJM": "0.90", "LZDKS": 1, "LZQTDYT": "1", "LZHTDYT": "1", "LZJGSM": "每亩300元",
             "HTQDRQ": "20251215"}
        ]  # fmt: skip

    def _homesteads(self) -> None:
        self.layers["ZJD"] = [
            {"ZDDM": self.homestead(h), "BDCDYH": self.homestead(h) + "F00010001", "CBFBM": self.household(h),
             "QLRMC": f"户主{h}", "ZDMJ": "180.00", "PZMJ": "180.00", "JZZDMJ": "100.00", "JZMJ": "200.00", "CS": 2,
             "JGRQ": "1999-06-30", "QLXZ": "批准拨用", "shape": [box(30 * (h - 1), 40, 15, 12)]}
            for h in (1, 2, 3)
        ]  # fmt: skip

    def with_extra_layers(self, *kinds: str) -> Small:
        """Add the layers that a package may have beside the parcels, sound ones."""
        codes = {"XJXZQ": self.coded[:6], "XJQY": self.coded[:9], "CJQY": self.coded}
        for kind in kinds or EXTRA:
            made: Row = {name: _sample_value(f.type, f.code_table, f.rule) for name, f in TABLES[kind].fields.items()}
            made |= {"BSM": 1, "YSDM": (TABLES[kind].fields["YSDM"].rule or "").removeprefix("one of ").split()[0]}
            if kind in codes:
                made[KEYS[kind]] = codes[kind]
            if kind == "JBNTBHQ":
                made |= {"BHQBH": f"{self.digits}0000001", "JBNTMJ": "3600.00", "JBNTMJM": "5.40"}
            shapes = {"Polygon": [box(0, -50, 180, 150)], "Line": [[(0, 0), (180, 0)]], "Point": [[(10, 10)]]}
            made["shape"] = shapes[TABLES[kind].geometry or "Polygon"]
            self.layers[kind] = [made]
        return self

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self, folder: Path) -> Path:
        """Write the package below `folder`; its zip, or its folder."""
        root = folder / "package" / self.form.nested / (self.form.folder or f"{self.county}{_name(self.county)}")
        (root / "矢量数据").mkdir(parents=True)
        for kind, rows in self.layers.items():
            if kind == "ZJD":
                write_geopackage(root / self.form.homesteads, rows, self._placed, self.prj_of.get("ZJD", self._wkt()))
            else:
                self._write_layers(root / "矢量数据", kind, rows)
        _write_tables(root / "权属数据", f"{self.digits}2026", self.tables, self.form.tables)
        for name, change in self.raw.items():
            change(next(p for p in sorted(root.rglob("*")) if p.name.lower().startswith(name.lower())))
        return _zip(folder / "package", folder / "package.zip") if self.form.zipped else folder / "package"

    def _write_layers(self, folder: Path, kind: str, rows: list[Row]) -> None:
        stem = self.form.names(kind) if self.form.names else f"{kind}{self.digits}2026"
        count = self.files.get(kind, 1)
        for part in range(count):
            self._write_layer(folder, kind, stem if count == 1 else f"{stem}_{part + 1}", rows[part::count])

    def _write_layer(self, folder: Path, kind: str, stem: str, rows: list[Row]) -> None:
        suffix = str.upper if self.form.upper else str
        shape_type = SHAPE_TYPES[TABLES[kind].geometry or ""]
        records = [self._record(shape_type, row) for row in rows]
        write_shapefile(folder / f"{stem}{suffix('.shp')}", folder / f"{stem}{suffix('.shx')}", shape_type, records)
        placed = [self._with_coordinates(kind, row) for row in rows]
        write_dbf(folder / f"{stem}{suffix('.dbf')}", kind, placed, self.form.dbf)
        if self.form.cpg:
            (folder / f"{stem}{suffix('.cpg')}").write_text("UTF-8" if self.form.dbf == "utf-8" else "GBK")
        text = self.prj_of.get(kind, self.prj)
        if text is not None:
            (folder / f"{stem}{suffix('.prj')}").write_text(text)

    def _record(self, shape_type: int, row: Row) -> bytes:
        if "record" in row:
            return row["record"]
        return shape_record(shape_type, [self._placed(ring) for ring in row["shape"] or []])

    def _with_coordinates(self, kind: str, row: Row) -> Row:
        if kind != "JZD" or not row["shape"] or "XZBZ" in row:
            return row
        ((x, y),) = self._placed(row["shape"][0])
        return {**row, "XZBZ": f"{y:.3f}", "YZBZ": f"{x:.3f}"}

    def _placed(self, ring: Iterable[Point]) -> Ring:
        placed = [(x + self.origin[0], y + self.origin[1]) for x, y in ring]
        return [self.place(x, y) for x, y in placed] if self.place else placed

    def _wkt(self) -> str:
        return CRS.from_epsg((4488 if self.prefixed else 4509) + self.meridian // 3).to_wkt()


KEYS = {
    "FBF": "FBFBM", "CBF": "CBFBM", "CBF_JTCY": "CBFBM", "CBHT": "CBHTBM", "CBJYQZDJB": "CBJYQZBM", "CBDKXX": "DKBM",
    "LZHT": "LZHTBM", "DK": "DKBM", "ZJD": "ZDDM", "ZJQY": "ZJQYDM", "XJXZQ": "XZQDM", "XJQY": "XJQYDM", "CJQY": "CJQYDM",
    "JZD": "JZDH", "JZX": "JZXH",
}  # fmt: skip


def _name(county: str) -> str:
    return divisions()[county]


def _sample_value(kind: str, dictionary: str | None, rule: str | None) -> Any:
    if dictionary:
        return next(iter(code_table(dictionary)))
    return {"Int": 1, "Float": "1.00"}.get(kind, rule if rule and rule.isdigit() else "名")


def shape_record(shape_type: int, parts: Sequence[Sequence[Point]]) -> bytes:
    """A record of a .shp: null for no part."""
    points = [point for part in parts for point in part]
    if not parts:
        return struct.pack("<i", 0)
    if shape_type == 1:
        return struct.pack("<i2d", 1, *points[0])
    xs, ys = [p[0] for p in points] or [0.0], [p[1] for p in points] or [0.0]
    starts = [sum(len(part) for part in parts[:n]) for n in range(len(parts))]
    head = struct.pack("<i4d2i", shape_type, min(xs), min(ys), max(xs), max(ys), len(parts), len(points))
    return head + struct.pack(f"<{len(parts)}i", *starts) + b"".join(struct.pack("<2d", *point) for point in points)


def write_shapefile(shp: Path, shx: Path, shape_type: int, records: Sequence[bytes]) -> None:
    """A .shp and its .shx."""
    body, index = b"", b""
    for number, record in enumerate(records, 1):
        index += struct.pack(">2i", (100 + len(body)) // 2, len(record) // 2)
        body += struct.pack(">2i", number, len(record) // 2) + record
    for path, content in ((shp, body), (shx, index)):
        head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(content)) // 2)
        path.write_bytes(head + struct.pack("<2i8d", 1000, shape_type, *[0.0] * 8) + content)


def write_dbf(path: Path, kind: str, rows: Sequence[Row], encoding: str) -> None:
    """A .dbf of the standard's widths, with the columns that any row has; unknown columns are text of 20 signs."""
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in ("shape", "record")]
    fields = [(name, TABLES[kind].fields.get(name)) for name in names]
    widths = [20 if f is None else (f.length or 20) for _, f in fields]
    head = b"".join(
        name.encode().ljust(11, b"\0") + (b"N" if f is not None and f.type in NUMBERS else b"C") + bytes(4)
        + bytes([width, (f.decimals or 0) if f is not None else 0]) + bytes(14)
        for (name, f), width in zip(fields, widths, strict=True)
    )  # fmt: skip
    language = 0x4D if encoding == "gbk" else 0
    start = struct.pack("<4BI2H", 3, 126, 3, 1, len(rows), 33 + len(head), 1 + sum(widths))
    body = b""
    for row in rows:
        body += b" "
        for (name, f), width in zip(fields, widths, strict=True):
            value = row.get(name, "")
            raw = value if isinstance(value, bytes) else str("" if value is None else value).encode(encoding)
            body += (raw.rjust(width) if f is not None and f.type in NUMBERS else raw.ljust(width))[:width]
    path.write_bytes(start + bytes(17) + bytes([language, 0, 0]) + head + b"\r" + body + b"\x1a")


def write_geopackage(
    path: Path, rows: Sequence[Row], placed: Callable[[Iterable[Point]], Ring], wkt: str | None
) -> None:
    """A GeoPackage with one layer of polygons, ZJD; a row's "blob" goes in as it is."""
    names = [n for n in dict.fromkeys(name for row in rows for name in row) if n not in ("shape", "blob")]
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            f"{SWIFTLY}PRAGMA application_id = 1196444487;"
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,"
            " organization_coordsys_id INTEGER, definition TEXT, description TEXT);"
            "CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,"
            " srs_id INTEGER, z INTEGER, m INTEGER);"
            "INSERT INTO gpkg_contents VALUES ('ZJD', 'features', 'ZJD', 1);"
            "INSERT INTO gpkg_geometry_columns VALUES ('ZJD', 'geom', 'POLYGON', 1, 0, 0);"
            f"CREATE TABLE ZJD (fid INTEGER PRIMARY KEY, geom BLOB, {', '.join(names)});"
        )
        database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('own', 1, 'NONE', 1, ?, '')", [wkt or "undefined"])
        marks = ", ".join("?" * (len(names) + 1))
        for row in rows:
            blob = row.get("blob") or _geopackage_blob([placed(ring) for ring in row["shape"] or []])
            values = [blob, *(row.get(name) for name in names)]
            database.execute(f"INSERT INTO ZJD (geom, {', '.join(names)}) VALUES ({marks})", values)


def _geopackage_blob(rings: list[Ring]) -> bytes | None:
    if not rings:
        return None
    body = b"".join(struct.pack("<I", len(ring)) + b"".join(struct.pack("<2d", *p) for p in ring) for ring in rings)
    return b"GP\0\x01" + struct.pack("<i", 1) + struct.pack("<BII", 1, 3, len(rings)) + body


def _write_tables(folder: Path, stem: str, tables: dict[str, list[Row]], form: str) -> None:
    folder.mkdir()
    if form == "sqlite":
        with closing(sqlite3.connect(folder / f"{stem}.sqlite")) as database, database:
            database.executescript(SWIFTLY)
            for kind, rows in tables.items():
                names = list(dict.fromkeys(name for row in rows for name in row)) or [KEYS[kind], "X"]
                database.execute(f"CREATE TABLE {kind} ({', '.join(names)})")
                values = [[row.get(name) for name in names] for row in rows]
                database.executemany(f"INSERT INTO {kind} VALUES ({', '.join('?' * len(names))})", values)
        return
    for kind, rows in tables.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        with (folder / f"{kind}.csv").open("w", encoding=form.removeprefix("csv-"), newline="") as file:
            csv.writer(file).writerows([names, *([row.get(name, "") for name in names] for row in rows)])


def _zip(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(Path(base) / name for base, _, names in os.walk(folder) for name in names):
            archive.write(file, file.relative_to(folder).as_posix())
    return target
