"""The divisions of the prefecture as they came with the program: code, name, level, urban-rural class. Pure."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Division:
    """A division. level: prefecture, county, township, village. urban_rural: code of the statistics' classification (111 main
    city area ... 220 village), of `year`; '' and None where it is not known.
    """

    code: str
    name: str
    level: str
    parent: str
    urban_rural: str
    year: int | None


@cache
def all_divisions() -> Mapping[str, Division]:
    """Every division by its code."""
    text = resources.files("landreg.law").joinpath("divisions.csv").read_text("utf-8-sig")
    return {
        row["code"]: Division(
            row["code"], row["name"], row["level"], row["parent"], row["urban_rural"],
            int(row["urban_rural_year"]) if row["urban_rural_year"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    }  # fmt: skip


def path_of(code: str) -> tuple[str, ...]:
    """The names from the county down to a division, as far as they are known."""
    known = all_divisions()
    return tuple(known[part].name for part in dict.fromkeys((code[:6], code[:9], code)) if part in known)
