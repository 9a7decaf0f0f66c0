"""Law: the rules and figures of a county on a day. Pure; the files are part of the program.

What the book holds is read by `shelf`, its words by `terms` and `wording`; whoever asks the law asks here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from landreg.core.errors import Finding
from landreg.core.periods import working_day_after
from landreg.law.shelf import ActType as ActType
from landreg.law.shelf import Article as Article
from landreg.law.shelf import Level as Level
from landreg.law.shelf import Parameter as Parameter
from landreg.law.shelf import Protection as Protection
from landreg.law.shelf import Rule as Rule
from landreg.law.shelf import act_type as act_type
from landreg.law.shelf import act_types as act_types
from landreg.law.shelf import all_articles as all_articles
from landreg.law.shelf import all_parameters as all_parameters
from landreg.law.shelf import all_rules as all_rules
from landreg.law.shelf import protections as protections
from landreg.law.terms import Language as Language
from landreg.law.terms import term as term
from landreg.law.terms import terms as terms
from landreg.law.terms import toml
from landreg.law.wording import Shown, with_what_is_said
from landreg.law.wording import figure_in_words as figure_in_words

RuleFunction = Callable[[Any, "Law"], "Finding | None"]


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
        template = with_what_is_said(rule.zh if language == "zh" else rule.en, finding.values)
        shown = Shown(finding.values, language)
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
        """The working days that a public notice of an act on a kind of right runs; 0 where the act asks for none. Never fewer than
        the law's floor, whatever the county's figure says."""
        name = act_type(act_kind).notice
        if name is None:
            return 0
        key = right_kind if right_kind in self.parameters[name].values else ""
        least, _most = self.parameters[name].between[key]
        return max(self.days(name, key), int(least))

    def with_own(self, own: Iterable[Parameter]) -> Law:
        """The same law with figures that the county has set itself."""
        merged = dict(self.parameters)
        for parameter in own:
            if parameter.holds(self.on):
                merged[parameter.name] = parameter
        return replace(self, parameters=merged)


@cache
def national_law(county: str, on: date) -> Law:
    """The law as the program holds it, before a county's own figures. county: six digits, or '' when not known yet."""
    parameters = {parameter.name: parameter for parameter in all_parameters() if parameter.holds(on)}
    return Law(county, on, all_rules(), parameters, all_articles())


def calendar_published(year: int) -> bool:
    """Whether the State Council's calendar of a year is in the book; else only statutory holidays count as closed."""
    return year in _calendar()[2]


@cache
def _calendar() -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    years = toml("calendar.toml")
    return (
        frozenset(day for year in years.values() for day in year["closed"]),
        frozenset(day for year in years.values() for day in year["open"]),
        frozenset(int(number) for number, year in years.items() if year["published"]),
    )


def examine(rules: Iterable[RuleFunction], facts: Any, law: Law) -> tuple[Finding, ...]:
    """Every finding of a step's rules, all at once."""
    return tuple(finding for rule in rules if (finding := rule(facts, law)) is not None)
