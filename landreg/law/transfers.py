"""The kinds of transfer as dated data: who may offer what to whom, for how long, and what each stands on. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from landreg.law.book import Law

GRANTED = "yuan_once"
"""What land is granted for; by any other unit it is leased."""


@dataclass(frozen=True)
class Transfer:
    """A kind of transfer; what each field says stands at the head of transfers.toml."""

    kind: str
    zh: str
    en: str
    since: date
    market: str
    source: str
    rights: tuple[str, ...]
    land: tuple[str, ...]
    articles: tuple[str, ...]
    takers: tuple[str, ...]
    to_whom: tuple[str, ...]
    ways: tuple[str, ...]
    units: tuple[str, ...]
    longest: str
    whole_term: bool
    filing: str
    papers: tuple[str, ...]
    form: str
    registered: str
    farmed: bool
    basis: str = ""
    classes: tuple[str, ...] = ()
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether the entry holds on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def takes_class(self, land_class: str) -> bool:
        """Whether land of a class may go by it; also where the register knows no class."""
        return not (self.classes and land_class) or land_class.startswith(self.classes)

    @property
    def members_first(self) -> bool:
        """Whether members of the collective come first on equal terms: of land to farm that a household of theirs may take so."""
        return self.farmed and may_take(self.takers, "household", member=True)

    def most_years(self, law: Law, unit: str = "") -> int | None:
        """The most years that it may run, priced in a unit; None where the contract's term alone limits it. Land that is granted
        (出让) for one sum is leased where it is paid for by the year or month, and then for no longer than any lease.
        """
        if self.longest == "custody":
            return law.days("TR-7.custody_years")
        most = law.days("LST-16.most_years", self.kind) if self.longest else None
        if most is None or self.longest != "grant" or unit in ("", GRANTED):
            return most
        return min(most, law.days("LST-16.lease_years"))


@cache
def all_transfers() -> tuple[Transfer, ...]:
    """Every kind, the past and coming entries too, in the order of the book."""
    return tuple(_read(entry) for entry in _toml()["transfer"])


def _read(entry: Mapping[str, Any]) -> Transfer:
    told: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Transfer(**told)


def may_take(groups: Collection[str], kind: str, *, member: bool) -> bool:
    """Whether a taker is of one of these groups; of any where none is named. member: a household of the collective."""
    return not groups or kind in groups or (member and kind == "household" and "member_household" in groups)


def transfers(day: date) -> Mapping[str, Transfer]:
    """By kind: what holds on a day."""
    return {one.kind: one for one in all_transfers() if one.holds(day)}


@cache
def _toml() -> dict[str, Any]:
    return tomllib.loads(resources.files("landreg.law").joinpath("transfers.toml").read_text("utf-8"))
