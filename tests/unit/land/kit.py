"""Findings of small packages, as tests compare them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from landreg.core.errors import Finding
from landreg.land.survey import Report, check
from landreg.law.book import Law, national_law
from tests.small import Row, Small

Change = Callable[[Small], Any]
Found = set[tuple[str, str | None]]
SOUND = Small()
"""For its codes: every package of the county of Hanbin has the same."""
P1, P2, P3, P4, P5, P6 = (SOUND.parcel(n) for n in range(1, 7))
H1, H2, H3 = (SOUND.household(n) for n in range(1, 4))
C1, C2, C3 = (SOUND.contract(n) for n in range(1, 4))
Z1, Z2, Z3 = (SOUND.homestead(n) for n in range(1, 4))
G1, G2 = SOUND.issuer(1), SOUND.issuer(2)
T1 = SOUND.transfer


@cache
def law() -> Law:
    return national_law("", date(2026, 6, 1))


def report_on(small: Small, folder: Path) -> Report:
    """The check of a package written in this folder; each finding says all that its sentence names."""
    report = check(small.write(folder), law())
    assert unsaid(report) == []
    return report


def unsaid(report: Report) -> list[tuple[str, str]]:
    """Findings whose sentence, in either language, has a dash or a brace where the finding brought no value."""
    return [
        (finding.code, said)
        for finding in report.findings
        for said in (report.law.say(finding, "zh"), report.law.say(finding, "en"))
        if "—" in said or "{" in said or "None" in said
    ]


def found(findings: Iterable[Finding]) -> Found:
    """Codes and subjects."""
    return {(finding.code, finding.subject) for finding in findings}


def put(kind: str, code: str, **values: Any) -> Change:
    """Write values into the row of a table or layer that has this code."""
    return lambda small: small.row(kind, code).update(values)


def drop(kind: str, code: str) -> Change:
    """Leave out every row of a table or layer that has this code."""

    def change(small: Small) -> None:
        rows = small.tables.get(kind) or small.layers[kind]
        gone = small.row(kind, code)
        key = next(name for name, value in gone.items() if value == code)
        rows[:] = [row for row in rows if row.get(key) != code]

    return change


def add(kind: str, like: str, **values: Any) -> Change:
    """Add a row like the one that has this code, but for some values."""

    def change(small: Small) -> None:
        rows: list[Row] = small.tables.get(kind) or small.layers[kind]
        rows.append({**small.row(kind, like), **values})

    return change


def every(kind: str, **values: Any) -> Change:
    """Write values into every row of a table or layer."""
    return lambda small: [row.update(values) for row in small.tables.get(kind) or small.layers[kind]]


def without_column(kind: str, *names: str) -> Change:
    """Deliver a table or layer without some of its columns."""

    def change(small: Small) -> None:
        for row in small.tables.get(kind) or small.layers[kind]:
            for name in names:
                row.pop(name, None)

    return change


def both(*changes: Change) -> Change:
    """One change after another."""
    return lambda small: [change(small) for change in changes]
