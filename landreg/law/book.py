"""Law: the rules and figures of a county on a day. Pure; the files are part of the program."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Literal

from landreg.core.errors import Finding
from landreg.core.periods import working_day_after

Language = Literal["zh", "en"]
Level = Literal["refuse", "warn"]
_VALUE = re.compile(r"\{\w+\}")
RuleFunction = Callable[[Any, "Law"], "Finding | None"]


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
        return _VALUE.sub("〈…〉", self.zh if language == "zh" else self.en)


@dataclass(frozen=True)
class Parameter:
    """A dated figure, or one a key. until is exclusive. A value that is '' is left to the county to set, within `between`."""

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
    between: tuple[Decimal, Decimal] | None = None

    def holds(self, day: date) -> bool:
        """Whether the figure is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class ActType:
    """A kind of act: on what it is applied for, the papers that it asks for, its notice, and what it does to certificates.

    on: "survey", "household" or "right". notice: the parameter of its working days, None without one. certificate: issue,
    replace, cancel or keep. stopped_by: by kind of restriction, what it does to the act: "stop"; "consent", stop without the
    written consent of whom it protects; or "warn". unless: by a trait of the application, what it does then instead. also:
    by a reason or a kind of right, further papers.
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
    unless: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def papers(self, *of: str) -> tuple[str, ...]:
        """The papers that the folder must hold, of an application with these traits: its reason, its kind of right."""
        return (*self.documents, *(paper for trait in of for paper in self.also.get(trait, ())))

    def under(self, restriction: str, trait: str = "") -> str:
        """What a restriction does to an application of this kind and trait: stop, consent, warn, or '' for nothing."""
        return {**self.stopped_by, **self.unless.get(trait, {})}.get(restriction, "")

    def under_by(self, mode: str) -> tuple[str, ...]:
        """The restrictions that do the same to an act of this kind, whatever its traits."""
        return tuple(kind for kind, does in self.stopped_by.items() if does == mode)


@dataclass(frozen=True)
class Law:
    """Rules and figures of one county on one day. Loaded once a step, for a named day, not for "now"."""

    county: str
    on: date
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter]
    _articles: Mapping[str, Article] = field(repr=False)

    def rule(self, code: str) -> Rule:
        """The rule of a code. KeyError for an unknown one."""
        return self.rules[code]

    def act(self, kind: str) -> ActType:
        """A kind of act as it is on the law's day. KeyError for an unknown one, or before it came."""
        return {found.kind: found for found in act_types() if found.since <= self.on}[kind]

    def level(self, finding: Finding) -> Level:
        """Whether a finding stops the step or is kept as a note."""
        return self.rules[finding.code].effect

    def articles(self, code: str) -> tuple[Article, ...]:
        """The articles on which a rule stands."""
        return tuple(self._articles[article] for article in self.rules[code].articles)

    def say(self, finding: Finding, language: Language = "zh") -> str:
        """The finding as a sentence. A `fault` among its values, a kind of damage of a file, is put in words."""
        rule = self.rules[finding.code]
        template = rule.zh if language == "zh" else rule.en
        shown = _Shown(finding.values, language)
        if "fault" in shown:
            words = term("fault", str(shown["fault"]), language)
            shown["fault"] = words if words == str(shown["fault"]) else words.format_map(shown)
        return template.format_map(shown)

    def text(self, name: str, key: str = "") -> str:
        """A parameter as text."""
        return self.parameters[name].values[key]

    def number(self, name: str, key: str = "") -> Decimal:
        """A parameter as a decimal; `key` where it has several values."""
        return Decimal(self.text(name, key))

    def days(self, name: str, key: str = "") -> int:
        """A parameter as a whole number."""
        return int(self.text(name, key))

    def day(self, name: str, key: str = "") -> date:
        """A parameter as a day."""
        return date.fromisoformat(self.text(name, key))

    def working_days_after(self, day: date, count: int) -> date:
        """The `count`-th working day after a day."""
        closed, open_, _ = _calendar()
        return working_day_after(day, count, closed=closed, open_=open_)

    def notice_days(self, act_kind: str, right_kind: str) -> int:
        """The working days that a public notice of an act on a kind of right runs; 0 where the act asks for none."""
        name = act_type(act_kind).notice
        if name is None:
            return 0
        return self.days(name, right_kind if right_kind in self.parameters[name].values else "")

    def with_own(self, own: Iterable[Parameter]) -> Law:
        """The same law with figures that the county has set itself."""
        merged = dict(self.parameters)
        for parameter in own:
            if parameter.holds(self.on):
                merged[parameter.name] = parameter
        return replace(self, parameters=merged)


_IN_WORDS = {
    "state": "case", "step": "step", "kind": "act", "restrictions": "restriction", "reason": "end_reason", "papers": "document",
    "facts": "fact",
    "aside": "aside", "review_papers": "review_paper", "clauses": "clause", "where": "contract_stage",
    "groups": "taker_group", "counted": "figure_key", "cause": "bid_cause", "grains": "price_grain",
    "lacking": "settlement_missing", "holding": "settlement_ground", "along": "settlement_fault",
}  # fmt: skip


class _Shown(dict[str, Any]):
    """Values as a sentence shows them; a value that the finding lacks, or an empty list, shows as a dash, never as an error.

    State, step and kind of a case, and kinds of restriction, are said in words.
    """

    def __init__(self, values: Mapping[str, Any], language: Language) -> None:
        super().__init__(values)
        self.language = language

    def __getitem__(self, key: str) -> Any:
        value = super().get(key)
        if key == "where" and value is None:
            value = super().get("cause")  # what the database refused says in which state
        if key == "limits" and (not value or isinstance(value, (list, tuple))):
            return self._limits([one for one in value or () if isinstance(one, Mapping)])
        if value is None:
            return "—"
        kind = _IN_WORDS.get(key)
        if key == "figure":
            return figure_in_words(str(value), self.language)
        if isinstance(value, (list, tuple, set, frozenset)):
            return "、".join(term(kind, str(one), self.language) if kind else str(one) for one in value) or "—"
        if kind:
            return term(kind, str(value), self.language)
        return value

    def _limits(self, limits: Iterable[Mapping[str, str]]) -> str:
        """Each restriction with the right on which it lies and whose that is; where that is not told, on the right."""
        chinese = self.language == "zh"
        said = [
            (
                term("restriction", one["restriction"], self.language),
                one["party"] or "—",
                f"{term('right', one['right_kind'], self.language)} {one['right']}",
                f"（{one['holder']}）" if chinese else f" of {one['holder']}",
            )
            for one in limits
        ]
        if not said:
            said = [(self["restrictions"], self["parties"], "权利" if chinese else "the right", "")]
        lines = (
            f"{right}{holder}上的{kind}（{party}）" if chinese else f"{kind} ({party}) on {right}{holder}"
            for kind, party, right, holder in said
        )
        return ("；" if chinese else "; ").join(dict.fromkeys(lines))

    def __missing__(self, key: str) -> str:
        return "—"


@cache
def national_law(county: str, on: date) -> Law:
    """The law as the program holds it, before a county's own figures. county: six digits, or '' when not known yet."""
    parameters = {parameter.name: parameter for parameter in all_parameters() if parameter.holds(on)}
    return Law(county, on, all_rules(), parameters, all_articles())


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
        for code, entry in _toml("rules.toml").items()
    }


@cache
def act_types() -> tuple[ActType, ...]:
    """Every kind of act, in the order of the book."""
    return tuple(_act_type(entry) for entry in _toml("acts.toml")["act"])


def _act_type(entry: Mapping[str, Any]) -> ActType:
    listed: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()}
    further = {trait: tuple(papers) for trait, papers in entry.get("also", {}).items()}
    stopped = entry["stopped_by"]
    # A bare list of restrictions: each of them stops the act.
    listed["stopped_by"] = stopped if isinstance(stopped, dict) else dict.fromkeys(stopped, "stop")
    return ActType(**{"notice": None, **listed, "also": further})


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
        for kind, entry in _toml("acts.toml")["restriction"].items()
    }


@cache
def act_type(kind: str) -> ActType:
    """A kind of act, whenever it came. KeyError for an unknown one."""
    return {found.kind: found for found in act_types()}[kind]


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
            between=(Decimal(entry["between"][0]), Decimal(entry["between"][1])) if "between" in entry else None,
        )
        for entry in _toml("parameters.toml")["parameter"]
    )


def figure_in_words(figure: str, language: Language = "zh") -> str:
    """A figure, `name|key`, as the book says what it is."""
    name, _bar, key = figure.partition("|")
    parameter = next((one for one in all_parameters() if one.name == name), None)
    if parameter is None:
        return figure
    words, of = parameter.zh if language == "zh" else parameter.en, term("figure_key", key, language)
    if not key:
        return words
    return f"{words}（{of}）" if language == "zh" else f"{words} ({of})"


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


def calendar_published(year: int) -> bool:
    """Whether the State Council's calendar of a year is in the book; else only statutory holidays count as closed."""
    return year in _calendar()[2]


@cache
def _calendar() -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    years = _toml("calendar.toml")
    return (
        frozenset(day for year in years.values() for day in year["closed"]),
        frozenset(day for year in years.values() for day in year["open"]),
        frozenset(int(number) for number, year in years.items() if year["published"]),
    )


@cache
def _terms() -> Mapping[str, Any]:
    return _toml("terms.toml")


def term(kind: str, value: str, language: Language = "zh") -> str:
    """A kind or state in the reader's language; the value itself when the book has no word for it."""
    found: str = _terms().get(kind, {}).get(value, {}).get(language, value)
    return found


def terms(kind: str) -> tuple[str, ...]:
    """The values of a kind, in the book's order."""
    return tuple(_terms().get(kind, ()))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("landreg.law").joinpath(name).read_text("utf-8"))


def examine(rules: Iterable[RuleFunction], facts: Any, law: Law) -> tuple[Finding, ...]:
    """Every finding of a step's rules, all at once."""
    return tuple(finding for rule in rules if (finding := rule(facts, law)) is not None)
