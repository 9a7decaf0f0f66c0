"""Which layers, tables and fields a package must have, and which it may lack."""

from __future__ import annotations

from gis.nyt2539 import TABLES
from gis.shapefile import Package
from landreg.core.errors import Finding
from landreg.land.rules.codes import ESSENTIAL
from landreg.land.rules.facts import Notes
from landreg.land.survey_reading import fault_finding

REQUIRED = ("DK", "FBF", "CBF", "CBF_JTCY", "CBHT", "CBDKXX")
WANTED = ("JZD", "JZX", "ZJQY", "CBJYQZDJB")
PARCEL_LINK = {"JZD": ("DKBM",), "JZX": ("DKBM",), "CBDKXX": ("DKBM", "CBHTBM", "CBFBM", "HTMJ")}
NOT_NEEDED = {"BSM", "YSDM"}


def missing_parts(package: Package, notes: Notes) -> bool:
    """Note damaged files, missing layers, tables and fields; whether the package cannot be checked for it."""
    for fault in package.faults:
        notes.add(fault_finding(fault))
    for name in package.unknown:
        notes.add(Finding("PKG-20", None, {"file": name}))
    if package.faults:
        return True
    there = {**package.layers, **package.tables}
    for kind in (*REQUIRED, *WANTED):
        if kind not in there:
            code = "PKG-6" if kind in REQUIRED else "PKG-7"
            notes.add(Finding(code, None, {"kind": kind, "name": TABLES[kind].name_zh}, kind))
    for kind, sources in there.items():
        if len(sources) > 1:
            listed = "、".join(source.path.name for source in sources)
            notes.add(Finding("PKG-13", None, {"kind": kind, "files": listed, "count": len(sources)}, kind))
        for source in sources:
            _missing_fields(kind, set(source.fields), source.path.name, notes)
    return any(notes.law.level(finding) == "refuse" for finding in notes.findings)


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
