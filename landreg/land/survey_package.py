"""Which layers, tables and fields a package must have, and which it may lack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from gis.nyt2539 import TABLES, named
from gis.shapefile import Package
from landreg.core.errors import Finding
from landreg.land.rules.codes import ESSENTIAL
from landreg.land.rules.facts import Bytes, Notes, Rows, Table
from landreg.land.survey_reading import fault_finding

REQUIRED = ("DK", "FBF", "CBF", "CBF_JTCY", "CBHT", "CBDKXX")
WANTED = ("JZD", "JZX", "ZJQY", "CBJYQZDJB")
CONTRACTED = {"DK", "CBHT", "CBDKXX"}
"""What a package of homesteads alone has none of."""
PARCEL_LINK = {"JZD": ("DKBM",), "JZX": ("DKBM",), "CBDKXX": ("DKBM", "CBHTBM", "CBFBM", "HTMJ")}
MOST_OTHERS = 200
"""Files that are none of the standard's and may lie in a package all the same, however few its own are."""
TEXT_FILES, LONGEST_HEAD = (".csv", ".txt"), 10_000
SEPARATORS = {";": ";", "\t": "Tab", "|": "|", "；": "；", "，": "，"}
"""What offices put between columns in place of a comma, and how it is called."""
CODES = ("BM", "HM", "DH")
"""How fields of codes, of persons' numbers and of telephones end."""
_A_NUMBER = re.compile(rb"\d(\.\d+)?[Ee]\+\d{1,2}\Z")
NOT_NEEDED = {"BSM", "YSDM"}


def holds_a_package(package: Package, name: str, notes: Notes) -> bool:
    """Whether anything in a folder is of a survey package: a layer or table that must be there, or a damaged file of such a
    name; noted once where nothing is. Files of all kinds among which some happen to be like these are none. name: of the
    folder or file that was given."""
    there = {**package.layers, **package.tables}
    known = sum(len(sources) for sources in there.values())
    damaged = sum(is_named(fault.path.stem) for fault in package.faults)
    others = len(package.unknown) + len(package.faults) - damaged
    if (damaged or there.keys() & {*REQUIRED, "ZJD"}) and others <= max(MOST_OTHERS, known):
        return True
    notes.add(Finding("PKG-24", None, {"file": name, "known": known, "others": others}))
    return False


def is_named(stem: str) -> bool:
    """Whether a file's name is that of a layer or table of the standard."""
    return bool(named(stem, spatial=True) or named(stem, spatial=False))


def missing_parts(package: Package, notes: Notes) -> bool:
    """Note damaged files, missing layers, tables and fields; whether the package cannot be checked for it."""
    for fault in package.faults:
        notes.add(fault_finding(fault))
    separated = {name: sign for name in package.unknown if (sign := _other_separator(package.folder / name))}
    for name in package.unknown:
        if name in separated:
            notes.add(Finding("PKG-25", None, {"file": name, "sign": separated[name]}))
        else:
            notes.add(Finding("PKG-20", None, {"file": name}))
    if package.faults:
        return True
    there = {**package.layers, **package.tables}
    unread = {named(Path(name).stem, spatial=False) for name in separated}
    houses_alone = "ZJD" in there and not CONTRACTED & (there.keys() | unread)
    if houses_alone:
        notes.add(Finding("PKG-31", None, {}, "ZJD"))
    for kind in (*REQUIRED, *WANTED):
        if kind not in there and kind not in unread and not (houses_alone and kind in {*CONTRACTED, *WANTED}):
            code = "PKG-6" if kind in REQUIRED else "PKG-7"
            notes.add(Finding(code, None, {"kind": kind, "name": TABLES[kind].name_zh}, kind))
    twice = {finding.layer for finding in notes.findings if finding.code == "PKG-36"}
    for kind, sources in there.items():
        if len(sources) > 1 and kind not in twice:
            listed = "、".join(source.path.name for source in sources)
            notes.add(Finding("PKG-13", None, {"kind": kind, "files": listed, "count": len(sources)}, kind))
        for source in sources:
            _missing_fields(kind, set(source.fields), source.path.name, notes)
    return any(notes.law.level(finding) == "refuse" for finding in notes.findings)


def _other_separator(path: Path) -> str | None:
    """What stands between the columns of a text file that has the name of a table, where that is no comma; else None."""
    if path.suffix.lower() not in TEXT_FILES or not named(path.stem, spatial=False) or not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.readline(LONGEST_HEAD).decode("gb18030", "replace")
    return None if "," in head else next((said for sign, said in SEPARATORS.items() if sign in head), None)


def codes_saved_as_numbers(package: Package, tables: Mapping[str, Table], notes: Notes) -> bool:
    """PKG-27: codes or numbers of a text table that a spreadsheet wrote as 6.10929E+17, noted once a file, whatever else would be
    found of them; whether there are any."""
    found = False
    for kind, sources in package.tables.items():
        files = [source.path.name for source in sources if source.path.suffix.lower() in TEXT_FILES]
        if not files or kind not in tables:
            continue
        spoiled = {
            name: rows
            for name in sorted(tables[kind].fields)
            if name.endswith(CODES) and len(rows := _as_numbers(tables[kind].column(name)))
        }
        if spoiled:
            name, rows = next(iter(spoiled.items()))
            values = {
                "file": files[0], "columns": "、".join(spoiled), "count": len(np.unique(np.concatenate([*spoiled.values()]))),
                "given": tables[kind].quoted(name, int(rows[0])),
            }  # fmt: skip
            notes.add(Finding("PKG-27", name, values, kind))
            found = True
    return found


def _as_numbers(column: Bytes) -> Rows:
    near = np.flatnonzero(np.char.find(np.char.upper(column), b"E+") > 0)
    return np.array([row for row in near.tolist() if _A_NUMBER.match(column[row])], dtype=np.intp)


def _missing_fields(kind: str, present: set[str], file: str, notes: Notes) -> None:
    essential = {*ESSENTIAL.get(kind, "").split(), *PARCEL_LINK.get(kind, ())}
    for name, field in TABLES[kind].fields.items():
        if name in present or name in NOT_NEEDED:
            continue
        values = {"kind": kind, "column": name, "name": field.name_zh, "file": file}
        if name in essential:
            notes.add(Finding("PKG-8", name, values, kind))
        elif field.required == "mandatory":
            notes.add(Finding("PKG-9", name, values, kind))
