"""Both languages are whole: every sentence has its English, and an English page shows no Chinese but what stays Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from landreg.config import CHECKOUT
from landreg.core.actor import Role
from landreg.land import place_names
from landreg.law.book import all_rules, term
from tests.conftest import Connection
from tests.web.conftest import Browser, OpenAccount

CHINESE = re.compile(r"[\u4e00-\u9fff]+")
# Statutes, names, the other language's own name, and what stands in attributes of no reader.
STAYS = re.compile(
    r"<(\w+)[^>]*\blang=\"zh-CN\"[^>]*>.*?</\1>|<(\w+)[^>]*\bdata-name[^>]*>.*?</\2>|<head>.*?</head>", re.S
)


@cache
def _said() -> frozenset[str]:
    """Every sentence that templates or code hand to the translator."""
    return frozenset(_sentences())


def _sentences() -> Iterator[str]:
    methods = [("landreg/**.py", "python"), ("templates/**.html", "jinja2")]
    for _file, _line, message, _comments, _context in extract_from_dir(str(CHECKOUT), methods):
        yield from (part for part in ((message,) if isinstance(message, str) else message) if part)


@cache
def _translated() -> dict[str, str]:
    with (CHECKOUT / "landreg/translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


def test_every_sentence_of_pages_and_code_has_its_english() -> None:
    assert sorted(_said() - set(_translated())) == []


def test_no_english_is_left_of_a_sentence_that_is_gone() -> None:
    assert sorted(set(_translated()) - _said()) == []


def test_both_languages_name_the_same_values_and_english_is_english() -> None:
    names = re.compile(r"%\((\w+)\)s")
    for chinese, english in _translated().items():
        assert set(names.findall(chinese)) == set(names.findall(english)), chinese
        assert CHINESE.search(english) is None, english


def test_rules_say_no_chinese_in_english() -> None:
    for rule in all_rules().values():
        assert CHINESE.search(re.sub(r"[（(][^）)]*[）)]|《[^》]*》", "", rule.en)) is None, rule.code


@pytest.mark.parametrize(
    "address", ["/", "/login", "/nowhere", "/log", "/accounts", "/accounts/new", "/account/password"]
)
def test_an_english_page_is_english_throughout(
    app: Any, account: OpenAccount, superuser: Connection, address: str
) -> None:
    account("admin.li", Role.ADMINISTRATOR)
    superuser.execute(
        "INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES ('610902', '汉滨区', 'county', '6109', '')"
    )
    place_names.forget()
    browser = Browser(app.test_client())
    browser.client.set_cookie("language", "en")
    if address.startswith("/account"):
        browser.log_in("admin.li")
    page = STAYS.sub("", browser.get(address).text).replace("admin.li先生", "")
    assert CHINESE.findall(page) == []


def test_the_word_for_a_step_is_in_the_readers_language_whoever_came_first(app: Any) -> None:
    page = "{{ 'withdraw' | term('step') }}"
    with app.test_request_context(headers={"Cookie": "language=en"}):
        compiled = app.jinja_env.from_string(page)
        assert compiled.render() == term("step", "withdraw", "en")
    with app.test_request_context(headers={"Cookie": "language=zh"}):
        assert compiled.render() == term("step", "withdraw", "zh")


def test_the_mark_of_a_demonstration_says_its_word_once_to_an_english_reader(
    browser: Browser, superuser: Connection
) -> None:
    superuser.execute("INSERT INTO system.demo DEFAULT VALUES ON CONFLICT DO NOTHING")
    for chosen, mark in (("en", "<strong>SAMPLE</strong>"), ("zh", "<strong>样本 SAMPLE</strong>")):
        browser.client.set_cookie("language", chosen)
        assert mark in browser.get("/notices").text
