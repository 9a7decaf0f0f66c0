"""Every rule code stands in rules.toml, on law or on a named basis, and something asks it."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cache
from string import Formatter
from typing import Any

from landreg.config import CHECKOUT
from tests.house import sources

CODE = re.compile(r"[A-Z]{2,}[A-Z0-9]*-\d+[a-z]?")
LAW = CHECKOUT / "landreg" / "law"


@cache
def _rules() -> dict[str, dict[str, Any]]:
    return tomllib.loads((LAW / "rules.toml").read_text("utf-8"))


@cache
def _verified() -> set[str]:
    entries = json.loads((LAW / "articles.json").read_text("utf-8"))["entries"]
    return {entry["code"] for entry in entries if entry["verified"]}


def _codes_of_findings() -> dict[str, str]:
    """Code to the place that names it: strings of the program that are a code whose family rules.toml knows."""
    families = {code.split("-")[0] for code in _rules()}
    return {
        text: f"{sources.name(file)}:{line}"
        for file in sources.modules("landreg", "gis")
        for line, text in sources.strings(file)
        if CODE.fullmatch(text) and text.split("-")[0] in families
    }


def test_every_code_that_the_program_names_is_a_rule() -> None:
    articles = {entry["code"] for entry in json.loads((LAW / "articles.json").read_text("utf-8"))["entries"]}
    unknown = {code: place for code, place in _codes_of_findings().items() if code not in _rules()}
    assert {code: place for code, place in unknown.items() if code not in articles} == {}


def test_every_rule_is_asked_by_the_program_or_kept_by_a_constraint() -> None:
    schema = "".join(file.read_text("utf-8") for file in sources.modules("migrations"))
    asked = _codes_of_findings()
    idle = [
        code
        for code in _rules()
        if code not in asked and re.search(rf"\b{code.lower().replace('-', '_')}_\w+", schema) is None
    ]
    assert idle == []


PLURALS = {"count", "counted", "value", "heads", "missing", "again", "members", "vertices", "known", "others"}
"""Numbers that may be one: a sentence that puts a noun or a verb behind them is wrong for one, or for two."""


def test_a_row_s_number_is_said_as_a_number_and_not_as_a_count() -> None:
    texts = {code: rule["zh"] for code, rule in _rules().items()}
    faults = tomllib.loads((LAW / "terms.toml").read_text("utf-8"))["fault"]
    texts |= {f"fault.{kind}": words["zh"] for kind, words in faults.items()}
    assert [
        code for code, text in texts.items() if re.search(r"(?<!第 )(?<!第)\{(row|first|line|record)\} ?[行条]", text)
    ] == []


def test_what_a_survey_s_finding_says_in_english_needs_no_plural() -> None:
    families = ("ARE", "COD", "GEO", "PKG", "REL", "TER", "TOP", "ZON")
    wrong = [
        code
        for code, rule in _rules().items()
        if code.split("-")[0] in families
        and any(
            field in PLURALS and re.match(r" (?!m²|m\b|mu\b)[a-z]", after)
            for field, after in re.findall(r"\{(\w+)\}(?=(.{0,8}))", rule["en"])
        )
    ]
    assert wrong == []


def test_every_rule_speaks_both_languages_and_names_the_same_values_in_each() -> None:
    for code, rule in _rules().items():
        values = [{field for _, field, _, _ in Formatter().parse(rule[language]) if field} for language in ("zh", "en")]
        assert values[0] == values[1], code
        assert re.search(r"[\u4e00-\u9fff]", rule["zh"]), code


def test_every_rule_that_may_refuse_stands_on_a_verified_article_or_a_named_basis() -> None:
    bare = [
        code
        for code, rule in _rules().items()
        if rule["effect"] == "refuse" and not rule.get("basis") and not _verified() & set(rule.get("articles", ()))
    ]
    assert bare == []


def test_every_rule_refuses_or_warns() -> None:
    assert {rule["effect"] for rule in _rules().values()} <= {"refuse", "warn"}


def test_every_rule_is_named_by_a_test() -> None:
    tests = "".join(file.read_text("utf-8") for file in sources.modules("tests"))
    assert [code for code in _rules() if f'"{code}"' not in tests and f"{code}:" not in tests] == []
