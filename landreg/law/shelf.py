"""What the book holds: articles, rules, dated figures and kinds of act, each read once from the program's own files. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal

from landreg.law.terms import Language, toml

Level = Literal["refuse", "warn"]
_VALUE = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Article:
    """An article of law. verified: its sentence was read; only then may it back a refusal alone."""

    code: str
    law: str
    number: str
    text: str | None
    gist: str
    verified: bool


@dataclass(frozen=True)
class Rule:
    """What a rule is called and on what it stands. `effect` is what a finding under it does to the step."""

    code: str
    zh: str
    en: str
    articles: tuple[str, ...]
    basis: str | None
    effect: Level
    county: bool

    def in_general(self, language: Language = "zh") -> str:
        """The rule's sentence of no case: 〈…〉 where a finding would name its values."""
        sentence = (self.zh if language == "zh" else self.en).replace("[", "").replace("]", "")
        return _VALUE.sub("〈…〉", sentence)


@dataclass(frozen=True)
class Parameter:
    """A dated figure, or one a key. until is exclusive. A value that is '' is left to the county to set. between: by key, the
    least and the most that a county may set."""

    name: str
    since: date
    until: date | None
    values: Mapping[str, str]
    zh: str
    en: str
    source: tuple[str, ...]
    verified: bool
    county: bool
    own: bool = False
    between: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def holds(self, day: date) -> bool:
        """Whether the figure is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class ActType:
    """A kind of act: on what it is applied for, the papers that it asks for, its notice, and what it does to certificates.

    on: "survey", "household" or "right". notice: the parameter of its working days, None without one. certificate: issue,
    replace, cancel or keep. stopped_by: by kind of restriction, what it does to the act: "stop"; "consent", stop without the
    written consent of whom it protects; or "warn". unless: by a trait of the application, what it does then instead. also:
    by a reason or a kind of right, further papers. instead: by a paper, those that it stands for.
    """

    kind: str
    zh: str
    en: str
    since: date
    on: str
    rights: tuple[str, ...]
    articles: tuple[str, ...]
    documents: tuple[str, ...]
    notice: str | None
    by: str
    approved_by: str
    fee: str
    certificate: str
    stopped_by: Mapping[str, str]
    county: tuple[str, ...]
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    spared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def shown_by(self, folder: Iterable[str]) -> frozenset[str]:
        """The papers of a folder, and those for which one of them stands."""
        held = frozenset(folder)
        return held.union(*(self.instead.get(paper, ()) for paper in held))

    def papers(self, *of: str) -> tuple[str, ...]:
        """The papers that the folder must hold, of an application with these traits: its reason, its kind of right."""
        spared = {paper for trait in of for paper in self.spared.get(trait, ())}
        asked = (*self.documents, *(paper for trait in of for paper in self.also.get(trait, ())))
        return tuple(paper for paper in dict.fromkeys(asked) if paper not in spared)

    def under(self, restriction: str, trait: str = "") -> str:
        """What a restriction does to an application of this kind and trait: stop, consent, warn, or '' for nothing."""
        return {**self.stopped_by, **self.unless.get(trait, {})}.get(restriction, "")

    def under_by(self, mode: str) -> tuple[str, ...]:
        """The restrictions that do the same to an act of this kind, whatever its traits."""
        return tuple(kind for kind, does in self.stopped_by.items() if does == mode)


@cache
def all_rules() -> Mapping[str, Rule]:
    """Every rule by its code."""
    return {
        code: Rule(
            code,
            entry["zh"],
            entry["en"],
            tuple(entry.get("articles", ())),
            entry.get("basis"),
            entry["effect"],
            entry.get("county", False),
        )
        for code, entry in toml("rules.toml").items()
    }


@cache
def act_types() -> tuple[ActType, ...]:
    """Every kind of act, in the order of the book."""
    return tuple(_act_type(entry) for entry in toml("acts.toml")["act"])


def _act_type(entry: Mapping[str, Any]) -> ActType:
    listed: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}
    further = {trait: tuple(papers) for trait, papers in entry.get("also", {}).items()}
    stopped = entry["stopped_by"]
    # A bare list of restrictions: each of them stops the act.
    listed["stopped_by"] = stopped if isinstance(stopped, dict) else dict.fromkeys(stopped, "stop")
    spared = {trait: tuple(papers) for trait, papers in entry.get("spared", {}).items()}
    instead = {paper: tuple(papers) for paper, papers in entry.get("instead", {}).items()}
    return ActType(**{"notice": None, **listed, "also": further, "spared": spared, "instead": instead})


@dataclass(frozen=True)
class Protection:
    """What a kind of restriction stands on, and the paper by which an act that needs it is consented to; '' for none."""

    articles: tuple[str, ...]
    paper: str
    basis: str


@cache
def protections() -> Mapping[str, Protection]:
    """By kind of restriction: its articles and its paper of consent, from the head of the table of acts."""
    return {
        kind: Protection(tuple(entry["articles"]), entry.get("paper", ""), entry.get("basis", ""))
        for kind, entry in toml("acts.toml")["restriction"].items()
    }


@cache
def act_type(kind: str) -> ActType:
    """A kind of act, whenever it came. KeyError for an unknown one."""
    return {found.kind: found for found in act_types()}[kind]


def _bounds(entry: Mapping[str, Any]) -> Mapping[str, tuple[Decimal, Decimal]]:
    """By key, what a county's figure lies between: one pair for all keys, or one a key."""
    given = entry.get("between", {})
    by_key = given if isinstance(given, dict) else dict.fromkeys(entry.get("values") or {"": ""}, given)
    return {key: (Decimal(least), Decimal(most)) for key, (least, most) in by_key.items()}


@cache
def all_parameters() -> tuple[Parameter, ...]:
    """Every dated figure, the past and coming ones too."""
    return tuple(
        Parameter(
            entry["name"],
            entry["since"],
            entry.get("until"),
            entry.get("values") or {"": entry["value"]},
            entry["zh"],
            entry["en"],
            tuple(entry["source"]),
            entry["verified"],
            entry["county"],
            between=_bounds(entry),
        )
        for entry in toml("parameters.toml")["parameter"]
    )


@cache
def all_articles() -> Mapping[str, Article]:
    """Every article by its code."""
    text = resources.files("landreg.law").joinpath("articles.json").read_text("utf-8")
    return {
        entry["code"]: Article(
            code=entry["code"],
            law=entry["law_zh"],
            number=entry["article_zh"] or "",
            text=entry["text_zh"],
            gist=entry["gist_en"],
            verified=entry["verified"],
        )
        for entry in json.loads(text)["entries"]
    }
