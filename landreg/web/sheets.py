"""A list to take away: CSV or XLSX of exactly what a page shows, under the page's own column heads."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from landreg.core.periods import BEIJING

MOST_ROWS = 100_000
KINDS = ("csv", "xlsx")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60


@dataclass(frozen=True)
class Column:
    """One column: its head, and what it shows of a row. width: in characters, for a spreadsheet."""

    head: str
    value: Callable[[Any], Any]
    width: int = 14


def sheet(kind: str, name: str, columns: Sequence[Column], rows: Iterable[Any]) -> Response:
    """The rows as a file named `name`. kind: one of KINDS; anything else is CSV.

    Codes stay text, so that no digit is lost; figures are numbers in XLSX. A text that a spreadsheet would take for a
    formula is given a leading apostrophe.
    """
    content = _xlsx(name, columns, rows) if kind == "xlsx" else _csv(columns, rows)
    ending = "xlsx" if kind == "xlsx" else "csv"
    response = Response(content, content_type=_XLSX if kind == "xlsx" else "text/csv; charset=utf-8")
    file = quote(f"{name}.{ending}")
    response.headers["Content-Disposition"] = f"attachment; filename=\"list.{ending}\"; filename*=UTF-8''{file}"
    return response


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (int, Decimal)):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """With a byte-order mark: without it the usual office program takes Chinese for another encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.head for column in columns])
    writer.writerows([_plain(column.value(row)) for column in columns] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _xlsx(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    book = Workbook(write_only=True)
    table = book.create_sheet(name[:31])
    table.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        table.column_dimensions[get_column_letter(number)].width = min(column.width, _WIDEST)
    heads = [WriteOnlyCell(table, column.head) for column in columns]
    for head in heads:
        head.font, head.alignment = Font(bold=True), Alignment(vertical="center")
    table.append(heads)
    count = 1
    for row in rows:
        table.append([_plain(column.value(row)) for column in columns])
        count += 1
    table.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count}"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
