from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
import pytest
import shapely

from gis.shapefile import NO_NUMBER, PackageFault, find_layers, read_layer, unpack
from gis.shp import ShapeFile
from tests.unit.gis.kit import dk_source, polygon_record, square, write_dbf, write_dk, write_shp

SAMPLE = Path(__file__).parents[3] / "data" / "sample" / "hanbin.zip"


def fault_of(folder: Path) -> PackageFault:
    found = find_layers(folder)
    assert len(found.faults) == 1
    return found.faults[0]


def test_the_sample_has_its_layers_and_its_parcels(tmp_path: Path) -> None:
    package = find_layers(unpack(SAMPLE, tmp_path))
    assert {kind: sources[0].rows for kind, sources in package.layers.items()} == {
        "DK": 3743, "JZD": 23092, "JZX": 10477, "ZJQY": 15, "ZJD": 498,
    }  # fmt: skip
    assert package.counties == {"610902"}
    assert not package.faults
    assert not package.unknown
    batches = list(read_layer(package.layers["DK"][0], batch=1_000))
    assert [batch.start for batch in batches] == [0, 1_000, 2_000, 3_000]
    assert batches[0].columns["DKBM"][0] == "6109021042020100001"
    assert batches[0].columns["DKBZ"][0] == "汪小军"
    assert all(shapely.is_valid(batch.geoms).all() for batch in batches)


def test_gdal_reads_the_same_shapes_and_text_as_we_do(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    package = find_layers(unpack(SAMPLE, tmp_path))
    for kind in ("DK", "JZD", "JZX", "ZJQY"):
        source = package.layers[kind][0]
        _, _, wkb, fields = pyogrio.raw.read(source.path, encoding="gbk")
        ours = next(read_layer(source, batch=100_000))
        assert shapely.equals(shapely.from_wkb(wkb), ours.geoms).all()
        dkbm = list(source.fields).index("DKBM" if kind != "ZJQY" else "ZJQYMC")
        assert (fields[dkbm].astype(str) == ours.columns[list(source.fields)[dkbm]]).all()


def test_layers_are_known_by_letters_in_any_case_by_chinese_names_and_by_their_fields(tmp_path: Path) -> None:
    for name in ("dk_2024", "地块", "export1"):
        folder = tmp_path / name
        folder.mkdir()
        path = write_dk(folder, [polygon_record([square()])])
        for part in list(folder.iterdir()):
            part.rename(folder / (name + part.suffix.upper()))
        assert path.stem != name
        assert dk_source(folder).name == name


def test_files_of_one_layer_belong_together_whatever_the_case_of_their_names(tmp_path: Path) -> None:
    path = write_dk(tmp_path, [polygon_record([square()])])
    path.with_suffix(".prj").write_text("its own")
    for number, part in enumerate(sorted(tmp_path.iterdir())):
        part.rename(tmp_path / f"{part.stem.lower() if number % 2 else part.stem}.{part.suffix[1:].title()}")
    package = find_layers(tmp_path)
    assert (package.faults, package.unknown) == ((), ())
    assert package.layers["DK"][0].prj == "its own"
    assert shapely.area(next(read_layer(package.layers["DK"][0])).geoms).tolist() == [100.0]


def test_a_ring_that_is_not_closed_is_seen_as_it_is(tmp_path: Path) -> None:
    write_dk(tmp_path, [polygon_record([square()[:-1]]), polygon_record([square()])])
    batch = next(read_layer(dk_source(tmp_path)))
    assert batch.shapes.part_sizes.tolist() == [4, 5]
    assert shapely.area(batch.geoms).tolist() == [100.0, 100.0]


def test_a_null_shape_a_shape_without_points_and_impossible_numbers_give_no_geometry(tmp_path: Path) -> None:
    bad = [[(0.0, 0.0), (math.nan, 1.0), (1.0, 1.0), (0.0, 0.0)]]
    huge = [[(0.0, 0.0), (1e300, 1.0), (1.0, 1.0), (0.0, 0.0)]]
    endless = [[(0.0, 0.0), (math.inf, 1.0), (1.0, 1.0), (0.0, 0.0)]]
    records = [struct.pack("<i", 0), polygon_record([]), polygon_record(bad), polygon_record(huge),
               polygon_record(endless), polygon_record([square()[:2]]), polygon_record([square()])]  # fmt: skip
    write_dk(tmp_path, records)
    batch = next(read_layer(dk_source(tmp_path)))
    assert [geom is None for geom in batch.geoms] == [True] * 6 + [False]


def test_z_and_m_values_are_passed_over(tmp_path: Path) -> None:
    values = struct.pack("<2d5d", 0, 9, *range(5))
    write_dk(tmp_path, [polygon_record([square()], 15, values + values)])
    raw = bytearray((tmp_path / "DK6109022026.shp").read_bytes())
    raw[32:36] = struct.pack("<i", 15)
    (tmp_path / "DK6109022026.shp").write_bytes(raw)
    assert shapely.area(next(read_layer(dk_source(tmp_path))).geoms).tolist() == [100.0]


def test_holes_and_parts_are_put_together_by_their_direction(tmp_path: Path) -> None:
    hole = square(2, 2, 3, north_first=False)
    write_dk(tmp_path, [polygon_record([square(), hole]), polygon_record([square(), square(20, 0), hole])])
    one, two = next(read_layer(dk_source(tmp_path))).geoms
    assert (one.geom_type, one.area) == ("Polygon", 91.0)
    assert (two.geom_type, two.area) == ("MultiPolygon", 191.0)


def test_a_missing_or_wrong_index_is_made_again_from_the_shapes(tmp_path: Path) -> None:
    path = write_dk(tmp_path, [polygon_record([square(i)]) for i in range(5)])
    sound = ShapeFile(path).starts.tolist()
    index = path.with_suffix(".shx")
    whole = index.read_bytes()
    for wrong in (None, b"", whole[:-8], whole[:-3], whole[:100] + whole[100:][::-1], b"\x00" * len(whole)):
        index.unlink(missing_ok=True)
        if wrong is not None:
            index.write_bytes(wrong)
        assert ShapeFile(path).starts.tolist() == sound


@pytest.mark.parametrize("kept", [0, 3, 99, 100, 250, 400])
def test_a_file_of_shapes_that_was_cut_is_named_wherever_the_cut_falls(tmp_path: Path, kept: int) -> None:
    path = write_dk(tmp_path, [polygon_record([square(i)]) for i in range(5)])
    path.write_bytes(path.read_bytes()[:kept])
    fault = fault_of(tmp_path)
    assert fault.kind in ("truncated", "not_a_shapefile")
    assert fault.path == path


def test_a_cut_table_a_missing_part_and_unequal_counts_are_named(tmp_path: Path) -> None:
    path = write_dk(tmp_path, [polygon_record([square()])] * 3)
    table = path.with_suffix(".dbf")
    whole = table.read_bytes()
    table.write_bytes(whole[:-90])
    assert fault_of(tmp_path).kind == "truncated"
    table.write_bytes(whole[:20])
    assert fault_of(tmp_path).kind == "not_a_dbf"
    table.unlink()
    assert fault_of(tmp_path).kind == "missing_part"
    table.write_bytes(whole)
    write_shp(path, [polygon_record([square()])] * 2)
    assert (fault_of(tmp_path).kind, fault_of(tmp_path).detail) == ("counts_differ", {"shapes": 2, "rows": 3})
    path.unlink()
    assert {fault.kind for fault in find_layers(tmp_path).faults} == {"missing_part"}


def test_a_record_that_contradicts_itself_is_named_by_its_number(tmp_path: Path) -> None:
    good = polygon_record([square()])
    wrong = {
        "too many points": good[:40] + struct.pack("<i", 900) + good[44:],
        "negative parts": good[:36] + struct.pack("<i", -1) + good[40:],
        "parts out of order": good[:44] + struct.pack("<i", 3) + good[48:],
        "another kind": struct.pack("<i", 3) + good[4:],
    }
    for record in wrong.values():
        write_dk(tmp_path, [good, record, good])
        with pytest.raises(PackageFault) as caught:
            list(read_layer(dk_source(tmp_path)))
        assert (caught.value.kind, caught.value.detail["record"]) == ("corrupt_record", 2)


def test_text_is_read_by_language_byte_then_cpg_then_gbk(tmp_path: Path) -> None:
    path = write_dk(tmp_path, [polygon_record([square()])] * 2, ["周营村", "汪小军"])
    assert next(read_layer(dk_source(tmp_path))).columns["DKMC"].tolist() == ["周营村", "汪小军"]
    write_dk(tmp_path, [polygon_record([square()])] * 2, ["周营村", "汪小军"], language=0)
    assert next(read_layer(dk_source(tmp_path))).columns["DKMC"].tolist() == ["周营村", "汪小军"]
    write_dk(tmp_path, [polygon_record([square()])] * 2, ["周营村", "汪小军"], language=0x57, code="utf-8")
    path.with_suffix(".CPG").write_text("UTF-8\n")
    assert next(read_layer(dk_source(tmp_path))).columns["DKMC"].tolist() == ["周营村", "汪小军"]


@pytest.mark.parametrize(("language", "code", "cpg"), [(0x4D, "utf-8", ""), (0, "utf-8", ""), (0, "gbk", "UTF-8")])
def test_text_in_another_encoding_than_declared_is_refused_not_garbled(
    tmp_path: Path, language: int, code: str, cpg: str
) -> None:
    path = write_dk(
        tmp_path, [polygon_record([square()])] * 2, ["周营村一组", "汪小军家"], language=language, code=code
    )
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    with pytest.raises(PackageFault) as caught:
        list(read_layer(dk_source(tmp_path)))
    assert caught.value.kind == "wrong_encoding"


def test_single_values_that_are_no_text_are_listed_and_left_blank(tmp_path: Path) -> None:
    write_dk(tmp_path, [polygon_record([square()])] * 4, ["周营村", "汪小军", b"\xff\xff", "五里镇"])
    columns = next(read_layer(dk_source(tmp_path))).columns
    assert columns["DKMC"].tolist() == ["周营村", "汪小军", "", "五里镇"]
    assert columns.undecodable("DKMC") == (2,)
    assert columns.undecodable("DKBM") == ()


def test_rows_marked_as_deleted_are_left_out(tmp_path: Path) -> None:
    path = write_dk(tmp_path, [polygon_record([square(10 * i)]) for i in range(3)])
    table = path.with_suffix(".dbf")
    raw = bytearray(table.read_bytes())
    raw[33 + 3 * 32 + 86] = ord("*")
    table.write_bytes(raw)
    batch = next(read_layer(dk_source(tmp_path)))
    assert batch.columns["DKBM"].tolist() == ["6109021042020200000", "6109021042020200002"]
    assert [geom.bounds[0] for geom in batch.geoms] == [0.0, 20.0]


def test_numbers_come_as_hundredths_half_up_and_what_is_no_number_is_told(tmp_path: Path) -> None:
    path = tmp_path / "DK.shp"
    values = ["1.005", "-1.005", "82686.479999999995925", "", "abc", "1e3", "12345678901.23", "***", "NaN"]
    write_shp(path, [polygon_record([square()])] * len(values))
    write_dbf(path, {"DKBM": 19, "SCMJ": 24}, [(str(i), v.rjust(24)) for i, v in enumerate(values)])
    columns = next(read_layer(dk_source(tmp_path))).columns
    assert columns.hundredths("SCMJ").tolist() == [
        101, -101, 8268648, NO_NUMBER, NO_NUMBER, 100_000, 1_234_567_890_123, NO_NUMBER, NO_NUMBER,
    ]  # fmt: skip
    assert np.isnan(columns.floats("SCMJ")).tolist() == [False, False, False, True, True, False, False, True, True]


def test_a_ring_of_a_million_points_is_read_and_checked_in_seconds(tmp_path: Path) -> None:
    from gis.rings import ring_faults

    angle = np.linspace(0, -2 * np.pi, 1_000_001)
    ring = np.column_stack((1e4 * np.cos(angle), 1e4 * np.sin(angle)))
    ring[-1] = ring[0]
    head = polygon_record([[(0, 0)] * 4])[:40] + struct.pack("<2i", len(ring), 0)
    write_dk(tmp_path, [head + ring.astype("<f8").tobytes()])
    batch = next(read_layer(dk_source(tmp_path)))
    assert ring_faults(batch.shapes) == []
    assert shapely.area(batch.geoms)[0] == pytest.approx(math.pi * 1e8, rel=1e-9)


def test_a_number_of_nothing_but_asterisks_is_none_and_one_sign_among_others_stays(tmp_path: Path) -> None:
    """As GDAL and QGIS write a number that is not known; dBase writes blanks."""
    path = write_dk(tmp_path, [polygon_record([square(20.0 * i)]) for i in range(3)])
    raw = bytearray(path.with_suffix(".dbf").read_bytes())
    # The third field, SCMJ, as a number; of the second row nothing but asterisks, of the third one among digits.
    raw[32 + 2 * 32 + 11] = ord("N")
    head, length, width = *struct.unpack("<HH", raw[8:12]), raw[32 + 2 * 32 + 16]
    for row, text in ((1, b"*" * width), (2, b"1*0".ljust(width))):
        end = head + (row + 1) * length
        raw[end - width : end] = text
    path.with_suffix(".dbf").write_bytes(raw)
    columns = next(read_layer(dk_source(tmp_path))).columns
    assert columns["SCMJ"].tolist() == ["100.00", "", "1*0"]
    assert columns.hundredths("SCMJ").tolist() == [10_000, NO_NUMBER, NO_NUMBER]
