"""The figures of the book: each is read as what it is, by a name and key that are there, and two never hold at once."""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import pytest

from landreg.law.book import Parameter, act_types, all_articles, all_parameters, national_law, terms
from tests.house import sources

READERS = {"number", "days", "text", "day"}
LAW = national_law("610902", date(2026, 7, 1))


Read = tuple[str, str, tuple[str | None, ...]]


@cache
def reads() -> list[Read]:
    """How the program reads a figure, its name, and its key as far as it is written out: each once."""
    return sorted(set(_reads()), key=str)


def _reads() -> Iterator[Read]:
    for file in sources.modules("landreg"):
        for node in ast.walk(sources.tree(file)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READERS):
                continue
            values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
            owner = ast.unparse(node.func.value).rpartition(".")[2]
            if owner in ("law", "Law") and values and isinstance(values[0], str):
                yield node.func.attr, values[0], tuple(values[1:])


def _named(name: str) -> list[Parameter]:
    return [parameter for parameter in all_parameters() if parameter.name == name]


def test_the_program_reads_figures() -> None:
    assert len(reads()) > 10


def test_each_figure_that_the_program_reads_is_in_the_book_under_that_key() -> None:
    for how, name, key in reads():
        assert name in LAW.parameters
        figure = LAW.parameters[name]
        keys = tuple(figure.values) if key and key[0] is None else key or ("",)
        for one in keys:
            if LAW.text(name, one) != "" or figure.between is None:  # else it is left to the county
                value: Any = getattr(LAW, how)(name, one)
                assert value is not None, (how, name, one)


def test_each_figure_of_the_book_is_read_by_the_program() -> None:
    by_acts = {kind.notice for kind in act_types()}
    assert {parameter.name for parameter in all_parameters()} - {name for _, name, _ in reads()} - by_acts == set()


def test_each_notice_that_an_act_names_is_a_figure_for_its_kinds_of_right() -> None:
    for kind in act_types():
        if kind.notice:
            values = LAW.parameters[kind.notice].values
            assert set(values) == {""} or set(kind.rights) <= set(values), kind.kind


def test_each_act_names_rules_terms_and_articles_that_are_there() -> None:
    for kind in act_types():
        assert set(kind.articles) <= set(all_articles()), kind.kind
        assert set(kind.documents) <= set(terms("document")), kind.kind
        assert set(kind.stopped_by) <= set(terms("restriction")), kind.kind
        assert kind.by in terms("act_by"), kind.kind
        assert {kind.approved_by} <= {*terms("role"), "nobody"}, kind.kind
        assert all(LAW.parameters[figure].county for figure in kind.county), kind.kind
        assert kind.kind in terms("act"), kind.kind


def test_figures_with_a_unit_in_their_name_are_decimals_and_counts_are_whole() -> None:
    for parameter in all_parameters():
        unit = parameter.name.rpartition("_")[2]
        for value in filter(None, parameter.values.values()):
            if unit in ("days", "years", "months", "most") and parameter.name != "HS-2.period_since":
                assert int(value) >= 0, parameter.name
            elif unit in ("m2", "m", "share", "tolerance"):
                try:
                    assert Decimal(value) >= 0, parameter.name
                except InvalidOperation:
                    pytest.fail(parameter.name)


def test_what_is_left_to_the_county_is_its_own_to_set_and_has_bounds() -> None:
    for parameter in all_parameters():
        if "" in parameter.values.values():
            assert parameter.county, parameter.name
            assert set(parameter.between) == set(parameter.values), parameter.name
        for least, most in parameter.between.values():
            assert least < most, parameter.name


def test_a_figure_never_holds_twice_on_one_day() -> None:
    spans: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for parameter in all_parameters():
        spans[parameter.name].append((parameter.since, parameter.until or date.max))
    for name, found in spans.items():
        ordered = sorted(found)
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(ordered)), name


def test_every_figure_says_what_it_is_in_both_languages_and_where_it_stands() -> None:
    for parameter in all_parameters():
        assert parameter.zh, parameter.name
        assert parameter.en, parameter.name
        assert parameter.source, parameter.name


def test_a_verified_figure_stands_on_a_verified_article() -> None:
    articles = all_articles()
    for parameter in all_parameters():
        if parameter.verified:
            cited = [articles[code] for code in parameter.source if code in articles]
            assert any(article.verified for article in cited), parameter.name


def test_an_arable_term_is_thirty_years_and_other_land_has_a_least_and_a_most() -> None:
    assert LAW.days("CT-1.term_years", "arable") == 30
    for family in ("grassland", "forest"):
        assert LAW.days("CT-1.term_years", f"{family}_least") <= LAW.days("CT-1.term_years", f"{family}_most")


def test_the_homestead_limit_of_a_county_is_that_of_its_terrain() -> None:
    assert LAW.text("HS-2.terrain") in _named("HS-2.limit_m2")[0].values


def test_a_day_in_the_book_is_a_day() -> None:
    assert LAW.day("HS-2.period_since", "regulation") == date(1982, 2, 13)
