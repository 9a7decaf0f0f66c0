"""The law book: rules that speak, articles that stand, levels that stop a step or are kept as notes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from string import Formatter

import pytest
from click.testing import CliRunner

from landreg.cli import main
from landreg.core.errors import Finding
from landreg.law import book, terms
from landreg.law.book import Law, all_articles, all_parameters, all_rules, examine, national_law

DAY = date(2026, 7, 1)
LAW = national_law("610902", DAY)


def _fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field}


@pytest.mark.parametrize("code", sorted(all_rules()))
def test_every_rule_speaks_with_no_values_with_empty_ones_and_with_any(code: str) -> None:
    for language in ("zh", "en"):
        sentence = getattr(LAW.rule(code), language)
        fields, said = _fields(sentence), LAW.say(Finding(code), language)
        in_brackets = {name for words in re.findall(r"\[[^\]]*\]", sentence) for name in _fields(words)}
        assert said.count("—") >= len(fields - in_brackets)
        assert not in_brackets or "[" not in said
        assert "None" not in LAW.say(Finding(code, values=dict.fromkeys(fields)), language)
        for value in ("地块{0}", Decimal("1.50"), DAY, ["a", "b"], 7, ()):
            assert "{" not in LAW.say(Finding(code, values=dict.fromkeys(fields, value)), language).replace("{0}", "")


def test_words_in_brackets_stand_beside_their_value_only() -> None:
    """LST-7: where the database refuses, the parcels are not known."""
    assert LAW.say(Finding("LST-7")) == "这些地块在同一期间已有挂牌、成交或者流转合同。"
    assert LAW.say(Finding("LST-7", values={"parcels": []})).endswith("流转合同。")
    assert LAW.say(Finding("LST-7", values={"parcels": ["甲", "乙"]})).endswith("流转合同：甲、乙。")
    assert "[" not in all_rules()["LST-7"].in_general()


@pytest.mark.parametrize("code", sorted(all_rules()))
def test_every_rule_is_told_of_no_case_without_an_unfilled_name(code: str) -> None:
    for language in ("zh", "en"):
        told = LAW.rule(code).in_general(language)
        assert "{" not in told
        assert told.count("〈…〉") == getattr(LAW.rule(code), language).count("{")


def test_the_law_is_shown_without_unfilled_names() -> None:
    shown = CliRunner().invoke(main, ["law", "show"], env={"LANDREG_HOME": "/nonexistent"})
    assert "SYS-1" in shown.output
    assert "数据库暂时不可用（〈…〉）" in re.sub(r"\s", "", shown.output)
    assert "{desk}" not in shown.output
    assert "{given}" not in shown.output


@pytest.mark.parametrize("code", sorted(all_rules()))
def test_every_rule_names_articles_that_the_book_holds(code: str) -> None:
    assert [article.code for article in LAW.articles(code)] == list(LAW.rule(code).articles)
    assert LAW.rule(code).articles or LAW.rule(code).basis


def test_a_list_is_said_with_pauses_and_an_empty_one_as_a_dash() -> None:
    assert "A、B已登记在R1名下" in LAW.say(Finding("CT-2", values={"parcels": ["A", "B"], "rights": ["R1"]}))
    assert "地块—没有" in LAW.say(Finding("CT-7", values={"missing": []}))


def test_what_a_value_says_is_not_taken_for_a_sentence_of_the_book() -> None:
    assert "{0.__class__}" in LAW.say(Finding("REG-15", values={"code": "{0.__class__}"}))


def test_an_unknown_code_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        LAW.rule("CT-99")


def test_a_rule_that_is_not_verified_backs_no_refusal_alone() -> None:
    alone = [
        code
        for code, rule in all_rules().items()
        if rule.effect == "refuse" and not rule.basis and not any(article.verified for article in LAW.articles(code))
    ]
    assert alone == []


def test_every_article_has_a_law_and_a_text_or_a_gist() -> None:
    assert [
        code for code, article in all_articles().items() if not article.law or not (article.text or article.gist)
    ] == []


def _refuses(facts: str, law: Law) -> Finding | None:
    return Finding("CT-8", subject=facts) if "r" in facts else None


def _warns(facts: str, law: Law) -> Finding | None:
    return Finding("CT-6", subject=facts) if "w" in facts else None


def test_a_step_shows_all_findings_at_once() -> None:
    assert [finding.code for finding in examine((_warns, _refuses), "rw", LAW)] == ["CT-6", "CT-8"]
    assert examine((_warns, _refuses), "", LAW) == ()


def test_a_word_of_the_book_is_said_in_both_languages_and_an_unknown_one_as_it_is() -> None:
    assert book.term("case", "withdrawn") != "withdrawn"
    assert book.term("case", "withdrawn", "en")
    assert book.term("case", "no such state") == "no such state"
    assert book.term("no such kind", "x") == "x"
    assert "withdrawn" in book.terms("case")


def test_every_word_of_the_book_has_chinese_and_english() -> None:
    bare = [
        (kind, value)
        for kind, words in terms._terms().items()
        for value in words
        if not book.term(kind, value) or not book.term(kind, value, "en")
    ]
    assert bare == []


@pytest.mark.parametrize("kind", ["contract_management", "homestead"])
def test_every_kind_of_right_has_a_length_of_notice(kind: str) -> None:
    assert LAW.days("REG-4.notice_working_days", kind) == 15


def test_a_figure_holds_from_its_day_on_until_the_day_of_its_end() -> None:
    figure = replace(all_parameters()[0], since=date(2000, 1, 1), until=date(2010, 1, 1))
    held = [figure.holds(day) for day in (date(1999, 12, 31), date(2000, 1, 1), date(2009, 12, 31), date(2010, 1, 1))]
    assert held == [False, True, True, False]


def test_a_county_s_own_figure_stands_before_the_book_s_and_not_before_its_day() -> None:
    limit = LAW.parameters["HS-2.limit_m2"]
    own = replace(limit, values={**limit.values, "plain": "180"}, since=DAY, own=True)
    assert LAW.with_own([own]).number("HS-2.limit_m2", "plain") == 180
    assert LAW.with_own([replace(own, since=date(2026, 7, 2))]).number("HS-2.limit_m2", "plain") == 200
    assert LAW.number("HS-2.limit_m2", "plain") == 200
