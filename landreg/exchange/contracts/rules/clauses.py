"""The clauses of a transfer contract (clauses.toml): which a kind needs, what each takes, how it reads. Pure.

农村土地承包法 第四十条 names eight items, 流转管理办法 第十九条 adds some; a contract without one is told which (TR-7).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

from landreg.core.errors import Finding
from landreg.core.units import figure
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.contracts.rules.uses import OUTSIDE_FARMING
from landreg.exchange.listings.rules.units import BALANCES
from landreg.law.book import Language, Law, term

CHOICE = "clause_choice"
KG = "kg_mu_year"


@dataclass(frozen=True)
class Clause:
    """A clause. given: values that register and deal know. asked: those that the parties say. choices: of a value, its list.
    figures: of a value that is a number, the least, the most, its decimals at most. priced: about what is paid, left out where
    nobody pays. until: by kind, the first day on which it stands in a contract no more.
    """

    key: str
    since: date
    articles: tuple[str, ...]
    kinds: tuple[str, ...]
    but: tuple[str, ...]
    required: bool
    priced: bool
    given: tuple[str, ...]
    asked: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    figures: Mapping[str, tuple[Decimal, Decimal, int]]
    until: Mapping[str, date]
    zh: str
    en: str

    def stands_in(self, kind: str, unit: str, on: date, *, free: bool = False) -> bool:
        """Whether the clause is, on a day, for this kind of transfer, for a price in this unit, and for one by which nobody pays
        (free).
        """
        if not self.since <= on < self.until.get(kind, date.max):
            return False
        if self.kinds == ("free",):
            return free
        if self.kinds == ("kg",):
            return unit == KG
        if self.kinds == ("balance",):
            return unit in BALANCES
        return kind not in self.but and ("*" in self.kinds or kind in self.kinds)

    def needed(self, *, free: bool) -> bool:
        """Whether a contract lacks something without it. free: nobody pays by it."""
        return self.required and not (free and self.priced)

    def read(self, values: Mapping[str, Any], language: Language = "zh") -> str:
        """The clause with its values; ＿＿ for one that is not said."""
        said = {name: self._said(name, values.get(name), language) for name in (*self.given, *self.asked)}
        return (self.zh if language == "zh" else self.en).format(**said)

    def lacking(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Which of its values are not said, or are none of their list."""
        return tuple(
            name
            for name in (*self.given, *self.asked)
            if not (said := str(values.get(name) or "").strip())
            or (name in self.choices and said not in self.choices[name])
        )

    def _said(self, name: str, value: Any, language: Language) -> str:
        if value is None or not str(value).strip():
            return "＿＿＿＿"
        return term(CHOICE, f"{name}_{value}", language) if name in self.choices else str(value)


@dataclass(frozen=True)
class Text:
    """A contract as it would be signed: kind, unit of its price, the values that its clauses take, and what is added freely.

    free: nobody pays by it.
    """

    kind: str
    unit: str
    values: Mapping[str, Any]
    said: str = ""
    months: int = 12
    free: bool = False
    number: str = field(default="", compare=False)


@cache
def all_clauses() -> tuple[Clause, ...]:
    """Every clause in the order of a contract."""
    text = resources.files("landreg.law").joinpath("clauses.toml").read_text("utf-8")
    return tuple(
        Clause(
            entry["key"],
            entry["since"],
            tuple(entry["articles"]),
            tuple(entry["kinds"]),
            tuple(entry.get("but", ())),
            entry["required"],
            entry.get("priced", False),
            tuple(entry.get("given", ())),
            tuple(entry.get("asked", ())),
            {name: tuple(values) for name, values in entry.get("choices", {}).items()},
            {
                name: (Decimal(low), Decimal(high), places)
                for name, (low, high, places) in entry.get("figures", {}).items()
            },
            entry.get("until", {}),
            entry["zh"],
            entry["en"],
        )
        for entry in tomllib.loads(text)["clause"]
    )


def clauses_of(kind: str, unit: str, on: date, *, free: bool = False) -> tuple[Clause, ...]:
    """The clauses that a contract of this kind and unit has, as the book stood on a day. free: nobody pays by it."""
    return tuple(one for one in all_clauses() if one.stands_in(kind, unit, on, free=free))


def asked_of(kind: str, unit: str, on: date, *, free: bool = False) -> tuple[str, ...]:
    """What the parties are asked for, each once, in the order of the clauses."""
    found = (one for one in clauses_of(kind, unit, on, free=free) if not (free and one.priced))
    return tuple(dict.fromkeys(name for one in found for name in one.asked))


def written(text: Text, on: date, language: Language = "zh") -> tuple[tuple[str, str], ...]:
    """Title and wording of each clause that stands in the contract: an optional one only where something is said of it."""
    return tuple(
        (term("clause", one.key, language), one.read(text.values, language))
        for one in clauses_of(text.kind, text.unit, on, free=text.free)
        if one.needed(free=text.free) or not one.lacking(text.values)
    )


def tr_7_written_contract_complete(facts: Text, law: Law) -> Finding | None:
    """TR-7: a written contract has the items of the law; custody of up to a year needs none. RLCL-40, LOT-19.

    CON-80 of what transfers no farmland: a lease of a house, construction land, a service. 民法典 470.
    """
    if facts.kind == "custody" and facts.months <= 12 * law.days("TR-7.custody_years"):
        return None
    found = clauses_of(facts.kind, facts.unit, law.on, free=facts.free)
    lacking = {one.key: one.lacking(facts.values) for one in found if one.needed(free=facts.free)}
    lacking = {key: names for key, names in lacking.items() if names}
    # One that may be left out is said in full or not at all.
    lacking |= {
        one.key: names
        for one in found
        if not one.needed(free=facts.free) and (names := one.lacking(facts.values)) and len(names) < len(one.asked)
    }
    if not lacking:
        return None
    fields = [name for names in lacking.values() for name in names]
    values = {"clauses": list(lacking), "fields": fields}
    code = "CON-80" if facts.kind in (*OUTSIDE_FARMING, SERVICE) else "TR-7"
    return Finding(code, fields[0], values, subject=facts.number or None)


def con_41_figures_within_bounds(facts: Text, law: Law) -> list[Finding]:
    """CON-41: what a clause says as a number is one, within its bounds: each that is not. RLCL-40. TR-7 asks for an empty one."""
    found = []
    for clause in clauses_of(facts.kind, facts.unit, law.on, free=facts.free):
        for name, (least, most, places) in clause.figures.items():
            said = str(facts.values.get(name) or "").strip()
            if said and not _sound(said, least, most, places):
                values = {"given": said[:40], "least": least, "most": most, "places": places}
                found.append(Finding("CON-41", name, values, subject=facts.number or None))
    return found


def _sound(said: str, least: Decimal, most: Decimal, places: int) -> bool:
    given = figure(said)
    return given is not None and least <= given <= most and given == round(given, places)


def values_named(wording: str) -> set[str]:
    """The values that a wording takes."""
    return {name for _, name, _, _ in Formatter().parse(wording) if name}
