"""Zips that are none, or not quite: each ends with a fault of the package, whatever its bytes are."""

from __future__ import annotations

import random
import struct
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gis.archive import discard, unpack
from gis.faults import PackageFault

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def tiny(*methods: int) -> bytes:
    """A zip with an entry of each way of packing."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for method in methods:
            archive.writestr(zipfile.ZipInfo(f"地块/DK{method}.shp"), b"0123456789" * 9, method)
    return made.getvalue()


def fault_of(content: bytes, folder: Path) -> str | None:
    """The kind of fault of a zip with this content, None for a sound one. Lets nothing else that is raised by."""
    file = folder / "x.zip"
    file.write_bytes(content)
    try:
        unpack(file, folder / "into", max_bytes=1 << 16)
    except PackageFault as fault:
        return fault.kind
    finally:
        discard(folder / "into")
    return None


def _not_utf8(raw: bytearray) -> None:
    """A name of bytes that are no UTF-8, in both directories, though the entry says it is."""
    name = "地块".encode()
    at = raw.find(name)
    while at >= 0:
        raw[at : at + 3] = b"\xff\xfe\xfd"
        at = raw.find(name, at)


def _of_version_9(raw: bytearray) -> None:
    at = raw.find(b"PK\x01\x02")
    raw[at + 6 : at + 8] = struct.pack("<H", 90)


def _damaged(raw: bytearray) -> None:
    at = raw.find(b".shp") + 4
    raw[at + 3 : at + 14] = bytes(reversed(raw[at + 3 : at + 14]))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("change", "kinds"),
    [(_not_utf8, {"not_a_zip"}), (_of_version_9, {"not_a_zip", "zip_damaged"}), (_damaged, {"zip_damaged"})],
)
def test_a_zip_that_its_reader_cannot_take_is_a_fault_of_the_package(
    method: int, change: Callable[[bytearray], None], kinds: set[str], tmp_path: Path
) -> None:
    raw = bytearray(tiny(method))
    change(raw)
    assert fault_of(bytes(raw), tmp_path) in kinds


def test_an_entry_without_a_name_is_not_written(tmp_path: Path) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("x"), b"")
    raw = made.getvalue()
    # The name is cut out of both directories and its length set to nought.
    local, central = raw.find(b"PK\x03\x04"), raw.find(b"PK\x01\x02")
    head = bytearray(raw[local:central].replace(b"x", b"", 1))
    head[26:28] = b"\0\0"
    tail = bytearray(raw[central:].replace(b"x", b"", 1))
    tail[28:30] = b"\0\0"
    end = tail.find(b"PK\x05\x06")
    tail[end + 12 : end + 20] = struct.pack("<II", end, len(head))
    assert fault_of(bytes(head + tail), tmp_path) == "zip_bad_name"


def test_thousands_of_turned_bytes_never_end_in_anything_but_a_fault_of_the_package(tmp_path: Path) -> None:
    chance, sound = random.Random(20260601), tiny(*METHODS)
    found: dict[str | None, int] = {}
    for _ in range(800):
        raw = bytearray(sound)
        for _ in range(chance.randint(1, 3)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        kind = fault_of(bytes(raw), tmp_path)
        found[kind] = found.get(kind, 0) + 1
    assert {None, "not_a_zip", "zip_damaged", "zip_too_big", "zip_encrypted"} <= set(found)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 1 << 12), st.binary(max_size=8)), max_size=4), st.integers(0, 1 << 12))
def test_whatever_is_written_into_a_zip_or_cut_off_it_ends_in_a_fault_of_the_package(
    tmp_path: Path, splices: list[tuple[int, bytes]], cut: int
) -> None:
    raw = tiny(*METHODS)
    for place, piece in splices:
        at = place % len(raw)
        raw = raw[:at] + piece + raw[at + len(piece) // 2 :]
    fault_of(raw[: max(len(raw) - cut % 40, 1)], tmp_path)


def test_names_are_told_apart_in_time_that_grows_no_faster_than_their_number(tmp_path: Path) -> None:
    file = tmp_path / "many.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(15_000):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(zipfile.ZipInfo("14999"), b"")
    begun = time.process_time()
    with pytest.raises(PackageFault) as raised:
        unpack(file, tmp_path / "into")
    assert (raised.value.kind, raised.value.detail) == ("zip_twice", {"entry": "14999"})
    assert time.process_time() - begun < 10
