"""The facts that rules on a survey package look at: whole tables as arrays, and where to note what is at fault.

Codes are byte strings without blanks, in upper case. Amounts are whole hundredths, so that areas stay exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.columns import NO_NUMBER
from gis.nyt2539 import TABLES
from gis.shapes import Shapes
from gis.zones import Zone
from landreg.core.errors import Finding
from landreg.land.rules.index import CodeIndex
from landreg.land.sayable import plainly, sayable
from landreg.law.book import Law

Bytes = NDArray[np.bytes_]
Days = NDArray[np.datetime64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
Xy = NDArray[np.float64]

KEY = {
    "DK": "DKBM", "FBF": "FBFBM", "CBF": "CBFBM", "CBHT": "CBHTBM", "CBJYQZDJB": "CBJYQZBM", "LZHT": "LZHTBM",
    "ZJD": "ZDDM", "CBJYQZ": "CBJYQZBM", "ZJQY": "ZJQYDM", "CJQY": "CJQYDM", "XJQY": "XJQYDM", "XJXZQ": "XZQDM",
    "CBDKXX": "DKBM", "CBF_JTCY": "CBFBM", "QSLYZLFJ": "CBJYQZBM", "CBJYQZ_QZBF": "CBJYQZBM",
    "CBJYQZ_QZHF": "CBJYQZBM", "CBJYQZ_QZZX": "CBJYQZBM", "JZD": "DKBM", "JZX": "DKBM", "JBNTBHQ": "BHQBH",
}  # fmt: skip
"""The column whose value a finding on a row names as its subject."""
BELONGS = {
    "CBDKXX": ("CBHTBM", "CBFBM", "FBFBM"), "CBHT": ("CBFBM", "FBFBM"), "CBJYQZDJB": ("CBFBM", "FBFBM"),
    "LZHT": ("CBHTBM", "CBFBM"), "ZJD": ("CBFBM",),
}  # fmt: skip
"""Columns that name it where its own code is blank."""


@dataclass(eq=False)
class Table:
    """Rows of one table or of a layer's attributes. fields: delivered; a column that was not delivered reads as blank.
    unreadable: rows, with their text, of which a column of numbers holds something else. delivered: by column the text as it
    was delivered, with its first row, of batches where it was not yet as codes are compared."""

    kind: str
    rows: int
    fields: frozenset[str] = frozenset()
    text: dict[str, Bytes] = field(default_factory=dict)
    amounts: dict[str, Ints] = field(default_factory=dict)
    days: dict[str, Days] = field(default_factory=dict)
    unreadable: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    delivered: dict[str, list[tuple[int, Bytes]]] = field(default_factory=dict)
    _indexes: dict[str, CodeIndex] = field(default_factory=dict, repr=False)

    def column(self, name: str) -> Bytes:
        """A column's text, b"" where blank."""
        found = self.text.get(name)
        return np.zeros(self.rows, dtype="S1") if found is None else found

    def quoted(self, name: str, row: int) -> str:
        """A cell's text as it was delivered, as findings quote it."""
        for first, values in self.delivered.get(name, ()):
            if first <= row < first + len(values):
                return plain(values[row - first])
        return plain(self.text[name][row])

    def amount(self, name: str) -> Ints:
        """A column in whole hundredths, NO_NUMBER where blank or no number."""
        found = self.amounts.get(name)
        return np.full(self.rows, NO_NUMBER, dtype=np.int64) if found is None else found

    def day(self, name: str) -> Days:
        """A column as days, NaT where blank or no day."""
        found = self.days.get(name)
        return np.full(self.rows, np.datetime64("NaT", "D")) if found is None else found

    def index(self, name: str) -> CodeIndex:
        """Where each code of a column stands."""
        if name not in self._indexes:
            self._indexes[name] = CodeIndex(self.column(name))
        return self._indexes[name]

    @property
    def key(self) -> Bytes:
        """The codes that findings on the rows name."""
        return self.column(KEY.get(self.kind, ""))

    def subject(self, row: int, keys: Bytes | None = None) -> str | None:
        """What a finding on a row is about: its code (or that of `keys`), else the code of what it belongs to."""
        own = plain((self.key if keys is None else keys)[row])
        if own:
            return own
        return next((code for name in BELONGS.get(self.kind, ()) if (code := plain(self.column(name)[row]))), None)


@dataclass(eq=False)
class Boundary:
    """Boundary points, or lines, and the parcels each of them names.

    shapes: (n). number: of each. item, parcel: one entry a naming; parcel is a row of DK, or -1 where DK has none of
    that code, whose code then stands in `strangers` in the same order. kept: other columns to be staged. recorded_off:
    metres between a point and the coordinates in its row, below nought where they are swapped.
    """

    shapes: Shapes
    number: Bytes
    item: NDArray[np.int32]
    parcel: NDArray[np.int32]
    strangers: Bytes
    kept: dict[str, Bytes]
    table: Table
    recorded_off: NDArray[np.float32] | None = None


@dataclass(eq=False)
class Survey:
    """A package as read. county: today's code; digits: every code that this county has had. plane, ellipsoidal: DK and ZJD to
    m² in hundredths by row. villages: today's, code to name. county_area: in the zone, held wide. forms: layer to the form of file.
    points, lines: one of them at a time, while it is looked at; against: the parcels' corners for that. counted: rows of
    each table and layer.
    overlapping: pairs of parcels that are noted as such. doubled: by layer and row, where vertices are too near. covers: of
    the parcels, from one rule for the next. read_on: the day on which the files are read."""

    county: str
    digits: tuple[str, ...]
    zone: Zone
    tables: dict[str, Table]
    shapes: dict[str, Shapes]
    plane: dict[str, Ints] = field(default_factory=dict)
    ellipsoidal: dict[str, Ints] = field(default_factory=dict)
    points: Boundary | None = None
    lines: Boundary | None = None
    villages: Mapping[str, str] = field(default_factory=dict)
    county_area: Any = None
    forms: dict[str, str] = field(default_factory=dict)
    suspects: dict[str, Ints] = field(default_factory=dict)
    against: Any = None
    counted: dict[str, int] = field(default_factory=dict)
    overlapping: set[tuple[int, int]] = field(default_factory=set)
    doubled: dict[tuple[str, int], list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    covers: Any = None
    read_on: date = date.min

    def blame(self, kind: str, rows: Any) -> None:
        """Remember that something speaks against these shapes themselves, for telling whose fault an overlap is."""
        if kind not in self.suspects:
            self.suspects[kind] = np.zeros(len(self.shapes[kind]), dtype=np.int64)
        np.add.at(self.suspects[kind], rows, 1)

    def today_is(self, on: date) -> np.datetime64:
        """The day after which nothing has happened yet: the law's, or that of reading where it is later."""
        return np.datetime64(max(on, self.read_on), "D")

    def today(self, codes: Bytes) -> Bytes:
        """Codes with today's county digits, for comparing only: registered codes keep the digits they have."""
        made = codes
        for old in self.digits:
            if old != self.county and len(codes):
                begins = prefix(codes, 6) == old.encode()
                if begins.any():
                    made = made.copy() if made is codes else made
                    made.view(np.uint8).reshape(len(made), -1)[begins, :6] = np.frombuffer(
                        self.county.encode(), np.uint8
                    )
        return made

    def table(self, kind: str) -> Table:
        """A table; one without rows where the package has none."""
        return self.tables.get(kind) or Table(kind, 0)

    def has(self, kind: str) -> bool:
        """Whether the package has such a table or layer."""
        return kind in self.tables


class Notes:
    """Collects findings in the order in which they are made, at most so many of a code; the rest are counted."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.most = law.days("PKG-17.findings_most")
        self.findings: list[Finding] = []
        self.places: list[tuple[int, Any]] = []
        self.counts: dict[str, int] = {}

    def add(self, finding: Finding, at: Any = None) -> None:
        """Note one finding. at: (east, north) in the package's zone."""
        count = self.counts.get(finding.code, 0) + 1
        self.counts[finding.code] = count
        if count > self.most:
            return
        if at is not None:
            self.places.append((len(self.findings), at))
        self.findings.append(_sayable(_named(finding)))

    def rows(
        self, code: str, table: Table, rows: Rows, column: str | None = None, values: Values | None = None, *,
        subject: Bytes | None = None, at: Xy | None = None, **always: Any,
    ) -> None:  # fmt: skip
        """Note a finding on each of these rows of a table.

        values: row to values of its own; `row`, `column` and the column's text as `given` are always there, and so is
        what stands in `always`. subject: another column than the table's key. at: a place for each of `rows`.
        """
        keys = table.key if subject is None else subject
        quoted = column if column in table.text else None
        for position, row in enumerate(rows.tolist()):
            if self.counts.get(code, 0) >= self.most:
                self.counts[code] += len(rows) - position
                return
            shown: dict[str, Any] = {"row": row + 1, "column": column, **always}
            if quoted is not None and "given" not in shown:
                shown["given"] = table.quoted(quoted, row)
            if values is not None:
                shown.update(values(row))
            found = Finding(code, column, shown, table.kind, table.subject(row, keys))
            self.add(found, None if at is None else at[position])

    def follow(self, others: Notes) -> None:
        """Add what others noted, as if it had been noted here after all that is."""
        places = dict(others.places)
        for n, finding in enumerate(others.findings):
            self.add(finding, places.get(n))
        for code, count in others.cut().items():
            self.counts[code] += count - others.most

    def refuse(self, first: int = 0) -> bool:
        """Whether a finding, from this one on, refuses the package."""
        return any(self.law.level(finding) == "refuse" for finding in self.findings[first:])

    def cut(self) -> Mapping[str, int]:
        """Codes of which some findings were counted but not kept, with how many there are in all."""
        return {code: count for code, count in self.counts.items() if count > self.most}


Values = Callable[..., Mapping[str, Any]]
SurveyRule = Callable[[Survey, Notes], None]


def _named(finding: Finding) -> Finding:
    """The same finding with the names that the standard gives to the columns it speaks of."""
    named = {}
    for column, name in (("column", "column_name"), ("parent_column", "parent_name")):
        given = finding.values.get(column)
        if isinstance(given, str):
            table = TABLES.get(finding.layer or "")
            field = None if table is None else table.fields.get(given)
            named[name] = given if field is None else field.name_zh
    return replace(finding, values={**named, **finding.values}) if named else finding


def _sayable(finding: Finding) -> Finding:
    """The same finding without what no page, file or database takes: NUL, bytes of names that were no UTF-8, numbers that
    are not finite."""
    values = {name: plainly(value) for name, value in finding.values.items()}
    return replace(finding, values=values, subject=finding.subject and sayable(finding.subject))


def plain(code: Any) -> str:
    """A byte string as text."""
    return bytes(code).decode("utf-8", "replace")


def shown(amount: Any) -> str:
    """Whole hundredths as a sentence shows them."""
    return str(Decimal(int(amount)).scaleb(-2)) if amount != NO_NUMBER else "—"


def hundredths(figure: Decimal) -> int:
    """A figure of the law in whole hundredths."""
    return int((figure * 100).to_integral_value())


def known(amounts: Ints) -> Mask:
    """Which amounts are numbers."""
    return np.asarray(amounts != NO_NUMBER)


def filled(text: Bytes) -> Mask:
    """Which values are not blank."""
    return np.asarray(text != b"")


def has_digits(text: Bytes, least: int) -> Mask:
    """Which values begin with at least so many digits."""
    begins = prefix(text, least)
    return np.asarray(np.strings.isdigit(begins) & (lengths(begins) == least))


def lengths(text: Bytes) -> Ints:
    """How many bytes each value has."""
    return np.asarray(np.strings.str_len(text), dtype=np.int64)


def prefix(text: Bytes, digits: int) -> Bytes:
    """The first bytes of each value."""
    width = text.dtype.itemsize
    if width <= digits:
        return text
    cells = np.ascontiguousarray(text).view(np.uint8).reshape(len(text), width)
    return np.ascontiguousarray(cells[:, :digits]).view(f"S{digits}").ravel()


def signs(text: Bytes, first: int, last: int) -> Bytes:
    """Some of the bytes of each value; blank where it is shorter."""
    width = text.dtype.itemsize
    if width <= first or not len(text):
        return np.zeros(len(text), dtype="S1")
    cells = np.ascontiguousarray(text).view(np.uint8).reshape(len(text), width)
    last = min(last, width)
    return np.ascontiguousarray(cells[:, first:last]).view(f"S{last - first}").ravel()


def joined(values: Iterable[Any], most: int = 5) -> str:
    """A few codes in a row, for a sentence."""
    listed = sorted(plain(value) for value in values)
    return "、".join(listed[:most]) + ("…" if len(listed) > most else "")
