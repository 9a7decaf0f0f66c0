"""The .dbf of a shapefile: fixed-width records, read as bytes in bulk and decoded column by column when asked for.

Encoding: the language byte where it means GBK, then the .cpg, then GBK (standards.md 2). A byte that names a Western
code page is what an office's Windows writes by default and tells nothing about Chinese text.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gis.columns import Bytes, Columns
from gis.dbftext import SPACE, is_utf8, sample_values, suits
from gis.faults import PackageFault
from gis.shp import sibling

GBK_BYTES = {0x4D, 0x7A}
CODE_PAGES = {"utf8": "utf-8", "utf-8": "utf-8", "65001": "utf-8", "gbk": "gb18030", "gb2312": "gb18030",
              "gb18030": "gb18030", "936": "gb18030", "cp936": "gb18030", "cn936": "gb18030"}  # fmt: skip
SAMPLE_ROWS = 2_000
MISSING = ord("*")


@dataclass(frozen=True)
class DbfField:
    name: str
    type: str
    offset: int
    width: int
    decimals: int


class DbfFile:
    """An opened .dbf. Raises PackageFault("not_a_dbf"), ("truncated") and, from `encoding`, ("wrong_encoding")."""

    def __init__(self, path: Path) -> None:
        self.path = path
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(32)
            if len(head) < 32 or head[0] & 0x07 not in (3, 4, 5, 2):
                raise PackageFault("not_a_dbf", path, {"bytes": size})
            self.rows, self.head_length, self.record_length = struct.unpack("<IHH", head[4:12])
            self.language = head[29]
            self.fields = _fields(path, file.read(max(self.head_length - 32, 0)), self.record_length)
        whole = (size - self.head_length) // self.record_length if self.record_length else 0
        if whole < self.rows:
            raise PackageFault("truncated", path, {"rows": self.rows, "whole_rows": max(whole, 0), "bytes": size})

    def encoding(self) -> str:
        """The codec of the text. Raises PackageFault("wrong_encoding") where most of a sample of the text is not in
        the declared encoding: guessing would put wrong characters into a register of names."""
        declared, source = self._declared()
        values = sample_values([
            cells[:, f.offset : f.offset + f.width]
            for cells in self._sample() for f in self.fields if f.type == "C"
        ])  # fmt: skip
        fitting, telling = suits(values, declared)
        utf8 = is_utf8(values)
        if (declared != "utf-8" and utf8) or (telling and fitting * 2 < telling):
            detail = {"declared": source, "looks_like": "UTF-8" if utf8 else "GBK" if declared == "utf-8" else ""}
            raise PackageFault("wrong_encoding", self.path, detail)
        return declared

    def records(self, first: int, last: int) -> Bytes:
        """Rows first to last - 1, (n, record length) bytes. A number of nothing but asterisks is none, as shapelib and what is
        built on it (GDAL, QGIS) write it, and blank here as in what others write."""
        count = max(min(last, self.rows) - first, 0)
        place = self.head_length + first * self.record_length
        raw = np.fromfile(self.path, dtype=np.uint8, count=count * self.record_length, offset=place)
        records = raw.reshape(count, self.record_length)
        for field in self.fields:
            if field.type in "NF" and (records[:, field.offset] == MISSING).any():
                cells = records[:, field.offset : field.offset + field.width]
                cells[(cells == MISSING).all(axis=1)] = SPACE
        return records

    def columns(self, records: Bytes, encoding: str, names: dict[str, str]) -> Columns:
        """Records by column; names: field as in the file -> name to give it."""
        places = {names[f.name]: (f.offset, f.width) for f in self.fields if f.name in names}
        return Columns.of_records(records, places, encoding)

    def _declared(self) -> tuple[str, str]:
        if self.language in GBK_BYTES:
            return "gb18030", f"language byte 0x{self.language:02X}"
        cpg = sibling(self.path, ".cpg")
        word = cpg.read_bytes()[:32].decode("ascii", "replace").strip(" \ufeff\x00\r\n\ufffd").lower() if cpg else ""
        if word in CODE_PAGES:
            return CODE_PAGES[word], f".cpg {word}"
        return "gb18030", "none: GBK"

    def _sample(self) -> list[Bytes]:
        """Rows from the beginning, the middle and the end."""
        third = SAMPLE_ROWS // 3
        begins = {0, max(self.rows // 2 - third // 2, 0), max(self.rows - third, 0)}
        return [self.records(first, first + third) for first in sorted(begins)]


def _fields(path: Path, head: bytes, record_length: int) -> tuple[DbfField, ...]:
    fields, offset = [], 1
    for place in range(0, len(head) - 31, 32):
        entry = head[place : place + 32]
        if entry[0] in (0x0D, 0x00):
            break
        name = entry[:11].split(b"\x00")[0].decode("gb18030", "replace").strip()
        fields.append(DbfField(name, chr(entry[11]), offset, entry[16], entry[17]))
        offset += entry[16]
    if not fields or offset > record_length:
        raise PackageFault("not_a_dbf", path, {"fields": len(fields), "record_length": record_length})
    return tuple(fields)
