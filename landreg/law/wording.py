"""Findings as sentences: their values in the reader's words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from landreg.law.shelf import all_parameters
from landreg.law.terms import Language, term

_IN_WORDS = {
    "state": "case", "step": "step", "consent_step": "consent_step", "kind": "act",
    "restrictions": "restriction", "reason": "end_reason", "papers": "document",
    "facts": "fact",
    "aside": "aside", "review_papers": "review_paper", "clauses": "clause", "where": "contract_stage",
    "groups": "taker_group", "answer": "chance", "counted": "figure_key", "cause": "bid_cause", "grains": "price_grain",
    "act": "contract_act", "lacking": "settlement_missing", "holding": "settlement_ground", "along": "settlement_fault",
    "shape_type": "shape_type", "shape_wanted": "shape_type",
    "form": "api_form", "body": "api_body", "better": "dealt_part",
}  # fmt: skip


class Shown(dict[str, Any]):
    """Values as a sentence shows them; a value that the finding lacks, or an empty list, shows as a dash, never as an error.

    State, step and kind of a case, and kinds of restriction, are said in words, a household without a code by its number.
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
        if key == "contracts" and isinstance(value, (list, tuple)):
            return "、".join(self._contract(one) if isinstance(one, Mapping) else str(one) for one in value)
        kind = _IN_WORDS.get(key)
        if key == "figure":
            return figure_in_words(str(value), self.language)
        if isinstance(value, (list, tuple, set, frozenset)):
            if key == "households":
                value = [self._household(one) for one in value]
            return "、".join(term(kind, str(one), self.language) if kind else str(one) for one in value) or "—"
        if kind:
            return term(kind, str(value), self.language)
        return value

    def _household(self, household: int | str) -> str:
        """A household by its code, or the new one of this number on the form of a division."""
        if isinstance(household, str):
            return household
        return f"新户 {household}" if self.language == "zh" else f"new household {household}"

    def _contract(self, one: Mapping[str, str]) -> str:
        """A transfer contract by its number, with its kind and its last day; what moves the right itself has none."""
        kind = term("contract_kind", one["kind"], self.language)
        if self.language == "zh":
            return f"{one['number']}（{kind}，{'至 ' + one['last'] if 'last' in one else '未登记'}）"
        return f"{one['number']} ({kind}, {'to ' + one['last'] if 'last' in one else 'not registered yet'})"

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


_WHERE_SAID = re.compile(r"\[([^\[\]]*\{(\w+)\}[^\[\]]*)\]")
"""Words that a rule has in brackets stand only beside the value that they hold."""


def with_what_is_said(sentence: str, values: Mapping[str, Any]) -> str:
    """The sentence without its bracketed words of which the value is not known, or an empty list: 「已经挂牌[：{parcels}]。」"""
    return _WHERE_SAID.sub(lambda found: "" if _unsaid(values.get(found[2])) else found[1], sentence)


def _unsaid(value: Any) -> bool:
    return value is None or (isinstance(value, (str, list, tuple, set, frozenset)) and not value)


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
