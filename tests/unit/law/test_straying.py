"""Words over farmland that leave the law, and those that keep it; so of what would sell land or a house.

tests/data/straying.tsv: sentences of two rounds, the first written before the patterns were looked at, the second before they were
mended; docs/guard.md has what was found on first sight.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest

from landreg.law.book import all_articles
from landreg.law.selling import sells
from landreg.law.straying import WAYS, strays

TODAY = date(2026, 12, 16)
LINES = (Path(__file__).parents[2] / "data/straying.tsv").read_text("utf-8").splitlines()
SENTENCES = [
    (label, kind.split(" ")[0], text) for label, kind, text in (line.split("\t") for line in LINES)
]  # fmt: skip


def _said(kind: str, text: str) -> str:
    if kind not in ("house", "land"):
        return strays(text, TODAY, kind)
    return sells(text, TODAY, house=kind == "house", taker="你")


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for label, kind, text in SENTENCES if label == "refuse"])
def test_words_that_leave_the_law_are_found(kind: str, text: str) -> None:
    assert _said(kind, text)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for label, kind, text in SENTENCES if label == "pass"])
def test_honest_words_pass_every_way(kind: str, text: str) -> None:
    # What sells nothing may still name another way of paying.
    ways = [way for way in (*WAYS, kind) if way != "price" or kind not in ("house", "land")]
    assert [way for way in ways if _said(way, text)] == []


@pytest.mark.parametrize("way", WAYS)
def test_no_article_of_the_law_strays_but_those_that_speak_of_what_may_be(way: str) -> None:
    found = [code for code, one in all_articles().items() if one.text and strays(one.text, TODAY, way)]
    assert len(found) <= 12, found


def test_before_the_law_of_2019_nothing_strays() -> None:
    assert strays("乙方可以建厂", date(2026, 11, 28), "not_farming") == ""


@pytest.mark.parametrize("sentence", ["乙方可以", "期满甲方", "自动", "抵押不经", "房屋乙方", "建一", "不论甲方"])
def test_a_page_is_read_in_milliseconds(sentence: str) -> None:
    page = sentence * (4_000 // len(sentence.encode()))
    begun = time.process_time()
    for way in WAYS:
        strays(page, TODAY, way)
    assert time.process_time() - begun < 0.3
