"""The tables, fields and code lists of NY/T 2539-2016, from nyt2539.json; known slips are read, never written.

Source: standards.md 2. What the transcriptions disagree on is marked unsure, and is read leniently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Field:
    """One field. type: Char, Int, Float, Date or Varbin. required: "mandatory", "conditional" or "optional";
    unsure: that mark is not certain, so warn where the value is missing and never refuse."""

    name: str
    name_zh: str
    type: str
    length: int | None
    decimals: int | None
    required: str
    unsure: bool
    code_table: str | None
    rule: str | None


@dataclass(frozen=True)
class Table:
    """One table. kind: "spatial" or "attribute"; geometry: Point, Line or Polygon for a spatial one."""

    name: str
    name_zh: str
    kind: str
    geometry: str | None
    fields: Mapping[str, Field]


_BOOK: dict[str, Any] = json.loads((files("gis") / "nyt2539.json").read_text(encoding="utf-8"))

HOMESTEAD_NATURES = ("批准拨用", "划拨", "出让", "入股", "联营", "租赁")
"""Natures of a right (权利性质) that a homestead may have."""

UNSURE_CODE_TABLES = frozenset({"C.12", "C.13", "C.14"})
"""Code lists of which some rows are unsure: an unknown value is kept as it is, with a warning."""

ALIASES: Mapping[str, Mapping[str, str]] = {
    "LZHT": {"YCBHTBM": "CBHTBM", "CFBBM": "CBFBM"},
    "CBJYQZDJB": {"YCBJYQZLSH": "YCBJYQZBH"},
    "CBJYQZ": {"QZSFLQ": "QZSFLY"},
}
"""Slips of the transcriptions, per table: as delivered -> as the standard's other tables have it."""


def _field(entry: dict[str, Any]) -> Field:
    domain = entry.get("domain") or {}
    return Field(
        entry["name"], entry["name_zh"], entry["type"], entry["length"], entry["decimals"], entry["required"],
        bool(entry.get("required_unsure", False)), domain.get("code_table"), domain.get("rule"),
    )  # fmt: skip


def _table(entry: dict[str, Any]) -> Table:
    fields = {f["name"]: _field(f) for f in entry["fields"]}
    return Table(entry["name"], entry["name_zh"], entry["kind"], entry.get("geometry"), fields)


def _homestead_field(name: str, name_zh: str, type_: str, length: int, decimals: int | None, required: str) -> Field:
    return Field(name, name_zh, type_, length, decimals, required, False, None, None)


ZJD = Table(
    "ZJD", "宅基地", "spatial", "Polygon",
    {f.name: f for f in (
        _homestead_field("ZDDM", "宗地代码", "Char", 19, None, "mandatory"),
        _homestead_field("BDCDYH", "不动产单元号", "Char", 28, None, "optional"),
        _homestead_field("CBFBM", "农户代码", "Char", 18, None, "mandatory"),
        _homestead_field("QLRMC", "权利人", "Char", 50, None, "mandatory"),
        _homestead_field("ZDMJ", "宗地面积", "Float", 15, 2, "mandatory"),
        _homestead_field("PZMJ", "批准面积", "Float", 15, 2, "optional"),
        _homestead_field("JZZDMJ", "建筑占地面积", "Float", 15, 2, "optional"),
        _homestead_field("JZMJ", "建筑面积", "Float", 15, 2, "optional"),
        _homestead_field("CS", "层数", "Int", 3, None, "optional"),
        _homestead_field("JGRQ", "竣工日期", "Char", 10, None, "optional"),
        _homestead_field("QLXZ", "权利性质", "Char", 20, None, "optional"),
    )},
)  # fmt: skip
"""Homesteads are not in the standard: the fields of the survey packages as they come."""

TABLES: Mapping[str, Table] = {t.name: t for t in (*map(_table, _BOOK["tables"]), ZJD)}
FIELDS: Mapping[tuple[str, str], Field] = {(t.name, f.name): f for t in TABLES.values() for f in t.fields.values()}
CODE_TABLES: Mapping[str, Mapping[str, str]] = {
    t["table"]: {item["code"]: item["name_zh"] for item in t["items"]} for t in _BOOK["code_tables"]
}


def _classes(book: str) -> Mapping[str, str]:
    """The land classes of a list that is not the standard's own, code to name."""
    return {
        item["code"]: item["name_zh"] for t in _BOOK["external_code_lists"] if t["id"] == book for item in t["items"]
    }


LAND_USE_2007 = _classes("GB/T 21010-2007")
"""Agricultural classes of GB/T 21010-2007, as TDLYLX has them."""
NOT_FARMED_2007 = _classes("GB/T 21010-2007, not farmed")
"""Its classes of shops, works, stores and wild land, which only land under no contract has."""
NOT_FARMED_2017 = _classes("GB/T 21010-2017, not farmed")
LAND_CLASSES: Mapping[str, str] = {**LAND_USE_2007, **NOT_FARMED_2007, **_classes("GB/T 21010-2017"), **NOT_FARMED_2017}
"""All classes that are read, by the codes of 2007 and of 2017."""

# Fields that name a table beyond doubt, for files with a name of their own making; the first that fits wins.
_MARKS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (name, frozenset(marks.split()))
    for name, marks in (
        ("ZJD", "ZDDM ZDMJ"), ("JZX", "JZXH DKBM"), ("JZX", "JZXLB JZXWZ"), ("JZD", "JZDH JZDLX"), ("JZD", "JZDH DKBM"),
        ("CBDKXX", "DKBM CBFBM HTMJ"), ("DK", "DKBM SCMJ"), ("DK", "DKBM DKLB"), ("ZJQY", "ZJQYDM"), ("CJQY", "CJQYDM"),
        ("XJQY", "XJQYDM"), ("XJXZQ", "XZQDM XZQMC"), ("JBNTBHQ", "BHQBH"), ("JBNTBHQ", "JBNTMJ"),
        ("KZD", "KZDMC KZDLX"), ("ZJ", "ZJNR ZJFX"), ("QYJX", "JXLX JXXZ"), ("LZHT", "LZHTBM SRFBM"),
        ("CBF_JTCY", "CBFBM CYXM"), ("CBHT", "CBHTBM CBQXQ"), ("CBJYQZDJB", "CBJYQZBM CBJYQZLSH"),
        ("QSLYZLFJ", "ZLFJBH"), ("CBJYQZ_QZBF", "QZBFYY"), ("CBJYQZ_QZHF", "QZHFYY"), ("CBJYQZ_QZZX", "CBJYQZBM ZXYY"),
        ("CBJYQZ", "CBJYQZBM FZJG"), ("FBF", "FBFBM FBFMC"), ("CBF", "CBFBM CBFMC"),
    )
)  # fmt: skip


def code_table(name: str) -> Mapping[str, str]:
    """Code -> Chinese name of a code list such as "C.10". Raises KeyError for a list that the standard has not."""
    return CODE_TABLES[name]


OTHER_NOTE = "9"
"""其他备注: what it is stands in the words beside it."""


def member_note(kind: str, said: str) -> str:
    """The note on a member of a household as the certificate prints it: the word of table C.18 and what is said beside it."""
    word = code_table("C.18").get(kind, "")
    if not said or word in said:
        return said or word
    return said if kind == OTHER_NOTE or not word else f"{word}，{said}"


def canonical(table: str, field: str) -> str:
    """The field's name as this program writes it: upper case, trimmed, known slips set right."""
    name = field.strip("\ufeff\x00 \t").upper()
    return ALIASES.get(table, {}).get(name, name)


def table_of(name: str, fields: Iterable[str], *, spatial: bool) -> str | None:
    """Which table a delivered file or table is: by its name's letters (DK6109022026, dk_2024, 地块) where its fields
    agree, else by its fields alone. None where it is none of them."""
    present = {field.strip("\ufeff\x00 \t").upper() for field in fields}
    wanted = [t for t in TABLES.values() if (t.kind == "spatial") == spatial]
    by_name = _by_name(name, wanted)
    if by_name and len(present & set(by_name.fields) - {"BSM", "YSDM"}) >= min(2, len(by_name.fields) - 2):
        return by_name.name
    names = {t.name for t in wanted}
    return next((table for table, marks in _MARKS if table in names and marks <= present), None)


def named(name: str, *, spatial: bool) -> str | None:
    """The layer, or table, of the standard whose name a file's name has; None where it has no such name."""
    found = _by_name(name, [t for t in TABLES.values() if (t.kind == "spatial") == spatial])
    return None if found is None else found.name


def _by_name(name: str, tables: list[Table]) -> Table | None:
    stem = name.strip().upper()
    letters = re.sub(r"^\d{4,}", "", stem)
    fitting = [
        t for t in tables
        if re.match(rf"{t.name}(?![A-Z])(?!_[A-Z])", letters) or t.name_zh in stem
    ]  # fmt: skip
    return max(fitting, key=lambda t: (len(t.name_zh) if t.name_zh in stem else 0, len(t.name)), default=None)


def county_in(name: str) -> str | None:
    """The six digits of a county in a delivered name (DK6109022026, 610902汉滨区), None where there are none."""
    found = re.search(r"(?<!\d)([1-8]\d{5})(?:\d{4})?(?!\d)", name)
    return found.group(1) if found else None
