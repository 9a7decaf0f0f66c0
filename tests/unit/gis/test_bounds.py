"""Tables and layers that were made to hurt: each is refused with a fault that names it, soon and in little memory."""

from __future__ import annotations

import sqlite3
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gis.shapefile import PackageFault, find_layers, read_layer, read_table
from gis.sqlitefile import stored_tables
from gis.tables import HELD, MOST_RECORD, table_names

SRS = "CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, definition TEXT)"
CONTENTS = "CREATE TABLE gpkg_contents (table_name TEXT)"
COLUMNS = "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER)"


def database(path: Path, *statements: str, page: int = 4096) -> Path:
    with closing(sqlite3.connect(path)) as made:
        made.execute(f"PRAGMA page_size = {page}")
        for statement in statements:
            made.execute(statement)
        made.commit()
    return path


def all_rows(folder: Path) -> int:
    (source,) = find_layers(folder).tables["CBF"]
    return sum(columns.rows for columns in read_table(source))


def fault_of(folder: Path) -> PackageFault:
    """The fault that looking through a folder and reading its table of households ends with."""
    found = find_layers(folder)
    if found.faults:
        return found.faults[0]
    with pytest.raises(PackageFault) as caught:
        all_rows(folder)
    return caught.value


MANY = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT {columns} FROM n"


def knotted(path: Path, layer: str = "CBF", columns: str = "CBFBM TEXT, CBFMC TEXT") -> Path:
    """A table of whose inner pages each names the next one for every one of its parts: 40 to the power of eight rows."""
    rows = MANY.format(count=20_000, columns="i" + ", i" * columns.count(","))
    database(path, f'CREATE TABLE "{layer}" ({columns})', f'INSERT INTO "{layer}" {rows}', page=512)
    raw = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as made:
        (root,) = made.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [layer]).fetchone()
    inner = [root, *(n for n in range(2, len(raw) // 512 + 1) if raw[(n - 1) * 512] == 5 and n != root)][:8]
    leaf = next(n for n in range(2, len(raw) // 512 + 1) if raw[(n - 1) * 512] == 13)
    for page, child in zip(inner, [*inner[1:], leaf], strict=True):
        at = (page - 1) * 512
        (cells,) = struct.unpack_from(">H", raw, at + 3)
        struct.pack_into(">I", raw, at + 8, child)
        for cell in struct.unpack_from(f">{cells}H", raw, at + 12):
            struct.pack_into(">I", raw, at + cell, child)
    path.write_bytes(raw)
    return path


def test_pages_that_name_each_other_have_no_more_rows_than_the_file_has_room_for(tmp_path: Path) -> None:
    knotted(tmp_path / "6109022026.sqlite")
    fault = fault_of(tmp_path)
    assert (fault.kind, fault.detail["table"]) == ("too_many_rows", "CBF")


def _view_as_table(path: Path) -> None:
    view = "CREATE VIEW CBF (CBFBM, CBFMC) AS " + MANY.format(count=10**12, columns="i, i")
    database(path, "CREATE TABLE t (a)", view, "PRAGMA writable_schema = 1",
             "UPDATE sqlite_master SET type = 'table', rootpage = 2 WHERE name = 'CBF'")  # fmt: skip


def _module_over_a_view(path: Path) -> None:
    database(path, "CREATE VIEW v (CBFBM, CBFMC) AS " + MANY.format(count=10**12, columns="i, i"),
             "CREATE VIRTUAL TABLE CBF USING fts5 (CBFBM, CBFMC, content = 'v', content_rowid = 'CBFBM')")  # fmt: skip


def _made_up_column(path: Path) -> None:
    made_up = "CBFMC TEXT GENERATED ALWAYS AS (hex(zeroblob(100000000))) VIRTUAL"
    database(path, f"CREATE TABLE CBF (CBFBM TEXT, {made_up})", "INSERT INTO CBF (CBFBM) VALUES ('1')")


@pytest.mark.parametrize("make", [_view_as_table, _module_over_a_view, _made_up_column])
def test_what_a_file_makes_up_instead_of_holding_it_is_not_read(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "6109022026.sqlite"
    make(path)
    tracemalloc.start()
    for source in find_layers(tmp_path).tables.get("CBF", ()):
        with suppress(PackageFault):
            assert sum(columns.rows for columns in read_table(source)) <= 1
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_views_and_made_up_tables_are_no_tables(tmp_path: Path) -> None:
    path = database(tmp_path / "a.sqlite", "CREATE TABLE CBF (CBFBM TEXT)", "CREATE VIEW CBHT AS SELECT 1 AS CBHTBM",
                    "CREATE VIRTUAL TABLE FBF USING fts5 (FBFBM)")  # fmt: skip
    assert not {"CBHT", "FBF"} & set(table_names(path))
    with closing(sqlite3.connect(path)) as made:
        assert "CBF" in stored_tables(made)


@pytest.mark.parametrize(
    ("statements", "kind"),
    [
        (["CREATE TABLE CBF (CBFBM TEXT, CBFMC TEXT)", "INSERT INTO CBF VALUES ('1', hex(zeroblob(9000000)))"], "cell_too_long"),
        (["CREATE TABLE CBF (CBFBM TEXT DEFAULT '1', CBFMC TEXT DEFAULT '" + "林" * 9999 + "')", "INSERT INTO CBF DEFAULT VALUES"],
         "cell_too_long"),
        (["CREATE TABLE CBF (CBFBM TEXT, CBFMC TEXT, " + ", ".join(f"c{n}" for n in range(600)) + ")"], "too_many_columns"),
        ([f"CREATE TABLE t{n} (a)" for n in range(1001)], "too_many_tables"),
    ],
)  # fmt: skip
def test_a_database_beyond_any_package_is_refused_by_name(statements: list[str], kind: str, tmp_path: Path) -> None:
    database(tmp_path / "6109022026.sqlite", *statements)
    fault = fault_of(tmp_path)
    assert fault.kind == kind
    assert fault.detail.get("table", "CBF") == "CBF"


@pytest.mark.parametrize(
    ("content", "kind", "line"),
    [
        (b"CBFBM,CBFMC\n1," + b"a" * (3 * MOST_RECORD), "record_too_long", 2),
        (b"CBFBM,CBFMC\n1,a\n2,\"never closed\n" + b"x,y\n" * MOST_RECORD, "record_too_long", 3),
        (b"CBFBM,CBFMC\n1," + b"a" * 9000 + b"\n", "cell_too_long", 2),
        (b"CBFBM,CBFMC," + b"c," * 900 + b"\n", "too_many_columns", None),
    ],
)  # fmt: skip
def test_a_csv_without_an_end_is_refused_at_the_line(
    content: bytes, kind: str, line: int | None, tmp_path: Path
) -> None:
    (tmp_path / "CBF.csv").write_bytes(content)
    tracemalloc.start()
    fault = fault_of(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 20 * MOST_RECORD
    tracemalloc.stop()
    assert (fault.kind, fault.detail["table"], fault.detail.get("line")) == (kind, "CBF", line)


def test_a_long_value_makes_its_batch_shorter_and_no_row_is_lost(tmp_path: Path) -> None:
    note = "长" * 2000
    rows = "".join(f"{n},{note if n % 30_000 == 7 else ''}\n" for n in range(70_000))
    (tmp_path / "CBF.csv").write_text("CBFBM,CBFDCJS\n" + rows, "utf-8")
    (source,) = find_layers(tmp_path).tables["CBF"]
    batches = [(columns.rows, max(map(len, columns["CBFDCJS"]))) for columns in read_table(source)]
    assert sum(count for count, _ in batches) == 70_000
    assert all(count * width <= HELD for count, width in batches)
    assert max(width for _, width in batches) == 2000


def _collection(depth: int, kind: int) -> bytes:
    return struct.pack("<BII", 1, kind, 1) * depth + struct.pack("<BII", 1, 3, 0)


FIELDS = "(fid INTEGER PRIMARY KEY, geom BLOB, ZDDM TEXT, BDCDYH TEXT, QLRMC TEXT, ZDMJ REAL, PZMJ REAL)"


def _geopackage(path: Path, shapes: list[bytes]) -> Path:
    database(path, SRS, CONTENTS, COLUMNS, f'CREATE TABLE ZJD {FIELDS}',
             "INSERT INTO gpkg_geometry_columns VALUES ('ZJD', 'geom', 0)")  # fmt: skip
    with closing(sqlite3.connect(path)) as made:
        head = b"GP\x00\x01" + struct.pack("<i", 0)
        made.executemany("INSERT INTO ZJD (geom, ZDDM) VALUES (?, ?)", [(head + shape, "1") for shape in shapes])
        made.commit()
    return path


@pytest.mark.parametrize("kind", [4, 5, 6, 7, 9, 10, 11, 12, 1006, 0x80000006, 0x20000006, 0x00010006])
def test_shapes_within_shapes_do_not_end_the_process(kind: int, tmp_path: Path) -> None:
    """GEOS follows them until its stack is used up."""
    path = _geopackage(tmp_path / "宅基地.gpkg", [_collection(1_000_000, kind)])
    (source,) = find_layers(path.parent).layers["ZJD"]
    with pytest.raises(PackageFault) as caught:
        list(read_layer(source))
    assert (caught.value.kind, caught.value.detail) == ("bad_geometry", {"key": "fid", "row": "1"})


def test_a_second_part_that_goes_deeper_is_seen_too(tmp_path: Path) -> None:
    shape = struct.pack("<BII", 1, 6, 2) + struct.pack("<BII", 1, 3, 0) + _collection(1_000_000, 6)
    path = _geopackage(tmp_path / "宅基地.gpkg", [shape])
    (source,) = find_layers(path.parent).layers["ZJD"]
    with pytest.raises(PackageFault):
        list(read_layer(source))


def test_homesteads_of_several_parts_and_of_one_are_read(tmp_path: Path) -> None:
    ring = struct.pack("<II8d", 1, 4, 0, 0, 0, 9, 9, 9, 0, 0)
    one = struct.pack("<BI", 1, 3) + ring
    three = struct.pack("<BII", 1, 6, 3) + one * 3
    path = _geopackage(tmp_path / "宅基地.gpkg", [one, struct.pack("<BII", 1, 6, 1) + one, three])
    (source,) = find_layers(path.parent).layers["ZJD"]
    (batch,) = read_layer(source)
    assert [len(batch.shapes.parts(n)) for n in range(3)] == [1, 1, 3]


def test_a_layer_of_knotted_pages_and_one_with_a_value_without_end_are_refused(tmp_path: Path) -> None:
    path = knotted(tmp_path / "宅基地.gpkg", "ZJD", "ZDDM TEXT, geom BLOB")
    database(path, SRS, CONTENTS, COLUMNS, "INSERT INTO gpkg_geometry_columns VALUES ('ZJD', 'geom', 0)")
    (fault,) = find_layers(tmp_path).faults
    assert (fault.kind, fault.detail["table"]) == ("too_many_rows", "ZJD")
    path.unlink()
    _geopackage(path, [struct.pack("<BII", 1, 3, 0)])
    with closing(sqlite3.connect(path)) as made:
        made.execute("UPDATE ZJD SET ZDDM = hex(zeroblob(9000))")
        made.commit()
    (source,) = find_layers(tmp_path).layers["ZJD"]
    with pytest.raises(PackageFault) as caught:
        list(read_layer(source))
    assert (caught.value.kind, caught.value.detail["table"]) == ("cell_too_long", "ZJD")
