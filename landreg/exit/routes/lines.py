"""The lines of a form on what is given back, which the calculator and the desk's offer share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from landreg.core.errors import Finding
from landreg.exit.rules import claimed
from landreg.exit.rules.claimed import Improvement

PIECES, PUTS, SOWN = 3, 2, 2
LINE = re.compile(r"(land_mu|improvement_cost|improvement_age)_(\d)")


def lines(
    asked: Any, what: str, parts: tuple[str, ...], most: int, kinds: tuple[str, ...], faults: list[Finding]
) -> Iterator[tuple[str, list[Any]]]:
    """The lines of a table that are filled in: kind and the other fields."""
    for place in range(1, most + 1):
        kind = getattr(asked, f"{what}_kind_{place}")
        values = {f"{what}_{part}_{place}": getattr(asked, f"{what}_{part}_{place}") for part in parts}
        if not kind and all(value is None for value in values.values()):
            continue
        if kind and kind not in kinds:
            faults.append(Finding("FORM-5", f"{what}_kind_{place}", {"given": kind[:40]}))
        empty = [f"{what}_kind_{place}"] if not kind else []
        empty += [name for name, value in values.items() if value is None]
        faults.extend(Finding("FORM-1", name) for name in empty)
        if not empty:
            yield kind, list(values.values())


def improvements(asked: Any, faults: list[Finding]) -> tuple[Improvement, ...]:
    """What was put into the land."""
    found = lines(asked, "improvement", ("cost", "age"), PUTS, claimed.IMPROVEMENTS, faults)
    return tuple(Improvement(kind, cost, age) for kind, (cost, age) in found)


def crops(asked: Any, faults: list[Finding]) -> tuple[tuple[str, Decimal], ...]:
    """What stands on the land, in mu of each kind."""
    return tuple((kind, mu) for kind, (mu,) in lines(asked, "crop", ("mu",), SOWN, claimed.CROPS, faults))


def fixtures(asked: Any) -> tuple[tuple[str, Decimal], ...]:
    """What stands beside the house, by kind: those of which something was said."""
    said = ((kind, getattr(asked, f"fixture_{kind}")) for kind in claimed.FIXTURES)
    return tuple((kind, amount) for kind, amount in said if amount is not None)


def house_kind(asked: Any, faults: list[Finding]) -> None:
    """A kind of house that is none of the list is a fault."""
    if asked.house_structure and asked.house_structure not in claimed.HOUSES:
        faults.append(Finding("FORM-5", "house_structure", {"given": asked.house_structure[:40]}))


def field_of(finding: Finding, asked: Any) -> Finding:
    """A finding on a claim at the field of the page that it is about: the claim does not count lines that were left empty."""
    return replace(finding, field=_named(finding, asked))


def _named(finding: Finding, asked: Any) -> str | None:
    name = finding.field or ""
    fixed = {"temporary_months": "temporary_years", "house_age": "house_built"}
    if name.startswith("land_months"):
        return "term_until"
    if name.startswith("crop_"):
        filled = [
            place for place in range(1, SOWN + 1) if getattr(asked, f"crop_kind_{place}") == name.removeprefix("crop_")
        ]
        return f"crop_mu_{filled[0]}"
    if line := LINE.fullmatch(name):
        what = line[1].partition("_")[0]
        filled = [place for place in range(1, PIECES + 1) if getattr(asked, f"{what}_kind_{place}", "")]
        return f"{line[1]}_{filled[int(line[2]) - 1]}" if filled else finding.field
    return fixed.get(name, finding.field)
