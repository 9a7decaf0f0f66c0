from __future__ import annotations

import sqlite3
import struct
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis.archive import entry_name
from gis.geopackage import wkb_rings
from gis.nyt2539 import FIELDS, TABLES, canonical, code_table, county_in, table_of
from gis.shapefile import PackageFault, find_layers, read_layer, read_table, unpack
from tests.unit.gis.kit import square

HEAD = ["CBFBM", "CBFMC", "CBFCYSL"]
ROWS = [["610902104202010001", "林春生", "3"], ["610902104202010002", "于巧云", "0"]]


def only_table(folder: Path) -> dict[str, list[str]]:
    (source,) = find_layers(folder).tables["CBF"]
    columns = next(read_table(source))
    return {name: columns[name].tolist() for name in columns}


def write_csv(folder: Path, encoding: str, name: str = "CBF.csv", rows: Sequence[Sequence[str]] = ROWS) -> None:
    text = "\r\n".join(",".join(row) for row in [HEAD, *rows])
    (folder / name).write_bytes(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_each_encoding_that_offices_write_and_codes_stay_text(tmp_path: Path, encoding: str) -> None:
    write_csv(tmp_path, encoding)
    assert only_table(tmp_path) == {
        "CBFBM": ["610902104202010001", "610902104202010002"], "CBFMC": ["林春生", "于巧云"], "CBFCYSL": ["3", "0"],
    }  # fmt: skip


def test_a_table_is_known_by_the_name_of_its_file_with_county_and_year_or_by_its_fields(tmp_path: Path) -> None:
    write_csv(tmp_path, "utf-8", "export-7.csv")
    assert only_table(tmp_path)["CBFMC"] == ["林春生", "于巧云"]
    assert table_of("6109022026CBF_JTCY", ["CBFBM", "CYXM"], spatial=False) == "CBF_JTCY"
    assert table_of("承包方", ["CBFBM", "CBFMC"], spatial=False) == "CBF"
    assert table_of("家庭成员", ["cbfbm", "cyxm"], spatial=False) == "CBF_JTCY"
    assert table_of("DK6109022026", ["NAME"], spatial=True) is None
    assert table_of("DKBAK", ["DKBM", "SCMJ", "DKMC"], spatial=True) == "DK"


def test_a_csv_that_is_no_text_or_has_ragged_rows_is_named(tmp_path: Path) -> None:
    (tmp_path / "CBF.csv").write_bytes(b"CBFBM,CBFMC,CBFCYSL\r\n1,\xff\xff\xff,2\r\n")
    assert [fault.kind for fault in find_layers(tmp_path).faults] == ["wrong_encoding"]
    write_csv(tmp_path, "utf-8", rows=[*ROWS, ["1", "2"]])
    with pytest.raises(PackageFault) as caught:
        only_table(tmp_path)
    assert (caught.value.kind, caught.value.detail["line"]) == ("ragged_row", 4)


def test_sqlite_values_become_the_text_that_a_delivery_would_have(tmp_path: Path) -> None:
    """What is none of the standard's columns, such as pictures of any size, is not read."""
    with closing(sqlite3.connect(tmp_path / "6109022026.sqlite")) as database:
        database.execute("CREATE TABLE CBF (CBFBM TEXT, CBFMC TEXT, CBFCYSL REAL, CBFDZ BLOB, ZP TEXT)")
        database.execute(
            "INSERT INTO CBF VALUES ('0610', NULL, 3.5, x'ffd8', ?), (' 1 ', '林', NULL, NULL, '')", ["照" * 99_999]
        )
        database.commit()
    assert only_table(tmp_path) == {
        "CBFBM": ["0610", "1"], "CBFMC": ["", "林"], "CBFCYSL": ["3.5", ""], "CBFDZ": ["", ""],
    }  # fmt: skip


def test_numbers_become_text_as_sqlite_writes_them_also_where_a_column_has_an_order_of_its_own(tmp_path: Path) -> None:
    given = [7, 1e20, -0.5, 9_007_199_254_740_993, "0.50", b"7", None]
    with closing(sqlite3.connect(tmp_path / "6109022026.sqlite")) as database:
        database.create_collation("PINYIN", lambda one, other: (one > other) - (one < other))
        database.execute("CREATE TABLE CBF (CBFBM TEXT COLLATE PINYIN, CBFMC TEXT, CBFCYSL, CBFDZ TEXT)")
        database.executemany("INSERT INTO CBF VALUES ('0610', '林', ?, '')", [(value,) for value in given])
        database.commit()
    read = only_table(tmp_path)
    assert read["CBFBM"] == ["0610"] * len(given)
    assert read["CBFCYSL"] == ["7", "1.0e+20", "-0.5", "9007199254740993", "0.50", "", ""]


def test_a_file_that_is_no_database_is_named_and_does_not_hide_the_others(tmp_path: Path) -> None:
    write_csv(tmp_path, "utf-8")
    for name in ("a.sqlite", "b.gpkg", "c.mdb"):
        (tmp_path / name).write_bytes(b"nothing of the kind" * 100)
    found = find_layers(tmp_path)
    assert [(fault.kind, fault.path.name) for fault in found.faults] == [
        ("not_a_database", "a.sqlite"), ("not_a_database", "b.gpkg"), ("not_a_database", "c.mdb"),
    ]  # fmt: skip
    assert list(found.tables) == ["CBF"]


def test_known_slips_in_field_names_are_read_as_what_they_mean(tmp_path: Path) -> None:
    assert canonical("LZHT", " ycbhtbm") == "CBHTBM"
    assert canonical("CBHT", "YCBHTBM") == "YCBHTBM"
    assert canonical("LZHT", "CFBBM") == "CBFBM"
    head = "LZHTBM,YCBHTBM,CFBBM,SRFBM\r\n1,2,3,4\r\n"
    (tmp_path / "LZHT.csv").write_text(head)
    (source,) = find_layers(tmp_path).tables["LZHT"]
    assert sorted(next(read_table(source))) == ["CBFBM", "CBHTBM", "LZHTBM", "SRFBM"]


def test_the_standard_has_26_tables_and_227_fields_and_a_homestead_layer_is_added() -> None:
    standard = [table for table in TABLES.values() if table.name != "ZJD"]
    assert (len(standard), sum(len(table.fields) for table in standard)) == (26, 227)
    assert code_table("C.19") == {"1": "是", "2": "否"}
    assert FIELDS["DK", "SFJBNT"].unsure
    assert county_in("DK6109022026") == county_in("610902汉滨区") == "610902"
    assert county_in("宅基地") is None


def stub(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_access_tables_come_through_mdbtools_and_its_complaints_or_absence_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    package = tmp_path / "p"
    package.mkdir()
    (package / "6109022026.mdb").write_bytes(b"Standard Jet DB")
    monkeypatch.setenv("PATH", str(programs))
    assert [fault.kind for fault in find_layers(package).faults] == ["no_reader"]
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    stub(programs, "mdb-tables", "printf 'CBF\\n'")
    stub(programs, "mdb-export", """printf 'CBFBM,CBFMC,GSJS\\n"0610","林春生","两\\n行"\\n1,,\\n'""")
    stub(programs, "mdb-count", "echo 2")
    assert only_table(package) == {"CBFBM": ["0610", "1"], "CBFMC": ["林春生", ""], "GSJS": ["两\n行", ""]}
    (source,) = find_layers(package).tables["CBF"]
    stub(programs, "mdb-count", "echo 9")
    with pytest.raises(PackageFault) as lost:
        list(read_table(source))
    assert (lost.value.kind, lost.value.detail["count"], lost.value.detail["found"]) == ("rows_lost", 9, 2)
    stub(programs, "mdb-export", "yes 'bad page' | head -c 300000 >&2; printf 'CBFBM,CBFMC,GSJS\\n'; exit 3")
    with pytest.raises(PackageFault) as caught:
        list(read_table(source))
    assert (caught.value.kind, str(caught.value.detail["why"])[:8]) == ("not_a_database", "bad page")


def test_mdbtools_are_told_that_text_of_access_97_is_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs, package = tmp_path / "bin", tmp_path / "p"
    programs.mkdir()
    package.mkdir()
    (package / "6109022026.mdb").write_bytes(b"Standard Jet DB")
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("MDBICONV", "CP1252")
    stub(programs, "mdb-tables", "printf 'CBF\\n'")
    stub(programs, "mdb-export", """printf "CBFBM,CBFMC,GSJS\\n1,$MDB_JET3_CHARSET,$MDBICONV\\n" """)
    stub(programs, "mdb-count", "echo 1")
    assert only_table(package) == {"CBFBM": ["1"], "CBFMC": ["GBK"], "GSJS": ["UTF-8"]}


def geopackage(folder: Path, blobs: Sequence[bytes | None]) -> Path:
    path = folder / "宅基地.gpkg"
    with closing(sqlite3.connect(path)) as database:
        database.executescript("""
            CREATE TABLE gpkg_contents (table_name TEXT);
            CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
            CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, definition TEXT);
            CREATE TABLE ZJD (fid INTEGER PRIMARY KEY, geom BLOB, ZDDM TEXT, ZDMJ REAL);
            INSERT INTO gpkg_contents VALUES ('ZJD');
            INSERT INTO gpkg_geometry_columns VALUES ('ZJD', 'geom', 4524);
            INSERT INTO gpkg_spatial_ref_sys VALUES (4524, 'PROJCS["x"]')""")
        database.executemany("INSERT INTO ZJD (geom, ZDDM, ZDMJ) VALUES (?, '610902JC1', 99.5)", [(b,) for b in blobs])
        database.commit()
    return path


def blob(wkb: bytes, envelope: int = 0) -> bytes:
    return b"GP\x00" + bytes([1 | envelope << 1]) + struct.pack("<i", 4524) + bytes((0, 32, 48, 48, 64)[envelope]) + wkb


def ring_wkb(ring: Sequence[tuple[float, float]]) -> bytes:
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + np.array(ring, dtype="<f8").tobytes()


def test_a_geopackage_is_streamed_with_null_shapes_envelopes_and_unclosed_rings_as_they_are(tmp_path: Path) -> None:
    closed = shapely.to_wkb(shapely.Polygon(square()))
    geopackage(tmp_path, [blob(closed), None, blob(closed, 1), blob(ring_wkb(square()[:-1]), 2)])
    (source,) = find_layers(tmp_path).layers["ZJD"]
    assert (source.rows, source.prj, sorted(source.fields)) == (4, 'PROJCS["x"]', ["ZDDM", "ZDMJ"])
    batches = list(read_layer(source, batch=3))
    assert [len(batch) for batch in batches] == [3, 1]
    assert [geom and geom.area for geom in batches[0].geoms] == [100.0, None, 100.0]
    assert batches[1].shapes.part_sizes.tolist() == [4]
    assert batches[0].columns.hundredths("ZDMJ").tolist() == [9950, 9950, 9950]


@pytest.mark.parametrize(
    ("declared", "detail"),
    [
        ("fid INTEGER PRIMARY KEY", {"key": "fid", "row": "7"}),
        ("fid INTEGER", {"key": "rowid", "row": "2"}),
        ("fid INTEGER, part INTEGER DEFAULT 1, PRIMARY KEY (part, fid)", {"key": "part, fid", "row": "1, 7"}),
    ],
)
def test_a_geometry_that_is_no_wkb_is_named_by_the_key_of_its_row(
    declared: str, detail: dict[str, str], tmp_path: Path
) -> None:
    first, _, last = declared.partition(", ")
    columns = ", ".join(filter(None, (first, "geom BLOB, ZDDM TEXT, ZDMJ REAL", last)))
    path = geopackage(tmp_path, [])
    with closing(sqlite3.connect(path)) as database:
        database.executescript(f"DROP TABLE ZJD; CREATE TABLE ZJD ({columns})")
        sound = blob(shapely.to_wkb(shapely.Polygon(square())))
        database.executemany("INSERT INTO ZJD (fid, geom) VALUES (?, ?)", [(3, sound), (7, b"no blob")])
        database.commit()
    with pytest.raises(PackageFault) as caught:
        list(read_layer(find_layers(tmp_path).layers["ZJD"][0], batch=1))
    assert (caught.value.kind, caught.value.detail) == ("bad_geometry", detail)


def test_a_geometry_that_is_no_wkb_is_named_whatever_it_is(tmp_path: Path) -> None:
    for wrong in (b"no blob", blob(b"\x01\x03\x00\x00\x00\xff\xff\xff\xff"), blob(b"\x01")):
        path = geopackage(tmp_path, [blob(shapely.to_wkb(shapely.Polygon(square()))), wrong])
        with pytest.raises(PackageFault) as caught:
            list(read_layer(find_layers(tmp_path).layers["ZJD"][0]))
        assert (caught.value.kind, caught.value.detail) == ("bad_geometry", {"key": "fid", "row": "2"})
        path.unlink()


def test_raw_rings_of_wkb_are_those_of_the_polygons_in_every_form() -> None:
    solid = shapely.Polygon(square(), [square(2, 2, 3)])
    both = shapely.MultiPolygon([solid, shapely.Polygon(square(20))])
    for geom in (solid, both, shapely.force_3d(both, 5.0)):
        for wkb in (shapely.to_wkb(geom, flavor="iso"), shapely.to_wkb(geom, byte_order=0), shapely.to_wkb(geom)):
            rings = wkb_rings(wkb)
            assert [len(ring) for ring in rings] == [5] * (2 if geom is solid else 3)
            assert np.array_equal(np.concatenate(rings), shapely.get_coordinates(geom))


def zipped(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def kind_of(path: Path, into: Path, **limits: int) -> str:
    with pytest.raises(PackageFault) as caught:
        unpack(path, into, **limits)
    return caught.value.kind


def test_names_in_a_zip_are_read_as_windows_wrote_them(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("610902汉滨区/DK.shp".encode("gbk").decode("cp437"))
    assert entry_name(entry) == "610902汉滨区/DK.shp"
    entry = zipfile.ZipInfo("610902汉滨区/DK.shp".encode().decode("cp437"))
    assert entry_name(entry) == "610902汉滨区/DK.shp"
    path = zipped(tmp_path / "p.zip", {"610902汉滨区\\矢量数据\\DK.shp": b"x"})
    unpack(path, tmp_path / "out")
    assert (tmp_path / "out/610902汉滨区/矢量数据/DK.shp").read_bytes() == b"x"


@pytest.mark.parametrize("name", ["../up.txt", "a/../../up.txt", "/etc/up.txt", "C:/up.txt", "..\\up.txt"])
def test_an_entry_that_leads_out_of_the_folder_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "p.zip", {"ok.txt": b"x", name: b"x"})
    assert kind_of(path, tmp_path / "out") == "zip_unsafe_name"
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "up.txt").exists()


def test_links_duplicates_and_passwords_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert kind_of(tmp_path / "l.zip", tmp_path / "out") == "zip_link"
    path = zipped(tmp_path / "d.zip", {"a.txt": b"x", ".//a.txt": b"y"})
    assert kind_of(path, tmp_path / "out") == "zip_twice"
    raw = bytearray(zipped(tmp_path / "e.zip", {"a.txt": b"x" * 50}).read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "e.zip").write_bytes(raw)
    assert kind_of(tmp_path / "e.zip", tmp_path / "out") == "zip_encrypted"


def test_a_bomb_is_refused_by_what_it_declares_and_by_what_it_really_holds(tmp_path: Path) -> None:
    path = zipped(tmp_path / "b.zip", {"zeros": bytes(5_000_000)})
    assert kind_of(path, tmp_path / "out", max_bytes=1_000_000) == "zip_too_big"
    assert (
        kind_of(zipped(tmp_path / "m.zip", {str(i): b"" for i in range(9)}), tmp_path / "o", max_files=8)
        == "zip_too_many"
    )
    raw = path.read_bytes()
    size = struct.pack("<I", 5_000_000)
    assert raw.count(size) == 2
    path.write_bytes(raw.replace(size, struct.pack("<I", 10)))
    assert kind_of(path, tmp_path / "out2", max_bytes=1_000_000) in ("zip_too_big", "zip_damaged")
    assert sum(file.stat().st_size for file in (tmp_path / "out2").iterdir()) <= 1_000_000


def test_what_is_no_zip_or_was_cut_or_damaged_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {"a": bytes(range(256)) * 400, "b": b"x"})
    raw = path.read_bytes()
    for content in (b"", b"hello", raw[: len(raw) // 2], raw[:-30]):
        path.write_bytes(content)
        assert kind_of(path, tmp_path / "out") == "not_a_zip"
    path.write_bytes(raw[:60] + b"\xff\xff\xff\xff" + raw[64:])
    assert kind_of(path, tmp_path / "out2") == "zip_damaged"


def test_rows_that_a_spreadsheet_left_blank_are_none(tmp_path: Path) -> None:
    write_csv(tmp_path, "utf-8", rows=[*ROWS, ["", "", ""], [" ", "", "\t"]])
    assert only_table(tmp_path)["CBFMC"] == ["林春生", "于巧云"]
