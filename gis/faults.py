"""What can be wrong with a delivered file as a file, before any parcel in it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


class PackageFault(Exception):
    """A package, or one file of it, cannot be read as what it claims to be.

    kind: a stable word, see KINDS. path: the file, as it was asked for. detail: plain values that say where
    (record number, byte offsets, field), for a message to be made from; no sentence.
    """

    def __init__(self, kind: str, path: Path | str, detail: Mapping[str, object] | None = None) -> None:
        if kind not in KINDS:
            raise ValueError(kind)
        self.kind = kind
        self.path = Path(path)
        self.detail = dict(detail or {})
        super().__init__(f"{kind}: {self.path}: {self.detail}")


KINDS = {
    "not_a_zip": "the upload is no zip archive, or its directory is damaged or cut off",
    "zip_encrypted": "an entry asks for a password",
    "zip_too_big": "the entries hold more bytes than allowed",
    "zip_too_many": "more entries than allowed",
    "zip_unsafe_name": "an entry would be written outside the folder",
    "zip_bad_name": "an entry has no name, or one longer than a file may have",
    "zip_link": "an entry is a link or a device, no file",
    "zip_twice": "two entries have the same name",
    "zip_damaged": "an entry's checksum or compression is wrong",
    "missing_part": "a shapefile without its .shp or .dbf",
    "not_a_shapefile": "the .shp does not begin as the format says",
    "not_a_dbf": "the .dbf does not begin as the format says",
    "truncated": "the file ends before its own header says",
    "corrupt_record": "a record contradicts itself",
    "counts_differ": "shapes and rows are not equally many",
    "unknown_shape_type": "a kind of shape that no survey layer has",
    "wrong_encoding": "text is not in the encoding that the file declares, or that a package must have",
    "not_a_database": "a table file that its reader refuses",
    "rows_lost": "a table gives fewer rows than its file says it has: pages of the file are gone",
    "no_reader": "the program that reads this kind of file is not installed",
    "missing_table": "a table that was asked for is not in the file",
    "too_many_tables": "a database with more tables than any package has",
    "too_many_columns": "a table with more columns than any of the standard's",
    "too_many_rows": "a table with more rows than its file has room for",
    "too_many_steps": "a database whose reading takes more steps than a file of its size can ask for",
    "cell_too_long": "a value much longer than its column may be",
    "record_too_long": "a row of a CSV without an end, or one that was never closed by a quote",
    "ragged_row": "a row of a CSV has more or fewer values than its head",
    "bad_geometry": "a geometry in a GeoPackage is no well-formed WKB, or nested",
}
