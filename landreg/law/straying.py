"""Words by which a listing, an offer or a contract leaves the law or its own terms (straying.toml). Pure.

By another use than farming, trees and ponds on permanent basic farmland, days beyond the term, a mortgage behind the contractor's
back, no way to end it; by another price, rise or way of paying than the terms say.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

MOST_SHOWN = 24
WAYS = ("not_farming", "not_basic", "term", "pledge", "waiver", "price")
_SAID_OF_PRICES = ("rent", "share", "sum", "yuan", "number")
"""Words of patterns, each before those that it holds itself."""
_SENTENCE = re.compile(r"[^。；;！!？?\n]+")


@dataclass(frozen=True)
class _Book:
    """denied, kept (of days), voided: before and after what was found they take it back; by way, what is found; of three ways, what
    besides takes it back.
    """

    since: date
    denied: re.Pattern[str]
    kept: re.Pattern[str]
    voided: re.Pattern[str]
    patterns: dict[str, tuple[re.Pattern[str], ...]]
    spared: re.Pattern[str]
    lawful: re.Pattern[str]
    other_sums: re.Pattern[str]


def strays(said: str, on: date, way: str) -> str:
    """The first words that leave the law in one of WAYS, as the book stood on a day; '' where none do. What forbids it, tells of a
    neighbour or says what follows a breach does not.
    """
    book = _book()
    if on < book.since:
        return ""
    plain = re.sub(r"[^\S\n]+", "", unicodedata.normalize("NFKC", said)).replace(",", "，")
    for sentence in _SENTENCE.findall(plain):
        for one in book.patterns[way]:
            for found in one.finditer(sentence):
                if not _taken_back(sentence, found, way, book):
                    return found.group().strip("，")[:MOST_SHOWN]
    return ""


def _taken_back(sentence: str, found: re.Match[str], way: str, book: _Book) -> bool:
    before, after = sentence[: found.start()], sentence[found.end() :]
    if way == "waiver":
        return bool(book.lawful.search(sentence))
    if way == "price":
        clause = before.rpartition("，")[2] + found.group() + after.partition("，")[0]
        return bool(book.other_sums.search(clause) or book.kept.search(before))
    if way == "pledge" and book.spared.search(before + re.split("抵押|质押|押|担保", found.group())[0]):
        return True
    return bool((book.kept if way == "term" else book.denied).search(before) or book.voided.search(after))


@cache
def _book() -> _Book:
    data = tomllib.loads(resources.files("landreg.law").joinpath("straying.toml").read_text("utf-8"))
    return _Book(
        data["since"],
        re.compile(data["denied"]),
        re.compile(data["kept"]),
        re.compile(data["voided"]),
        {way: tuple(re.compile(_filled(one, data)) for one in data[way]["patterns"]) for way in WAYS},
        re.compile(data["pledge"]["spared"]),
        re.compile(data["waiver"]["lawful"]),
        re.compile(data["price"]["spared"]),
    )


def _filled(pattern: str, data: Mapping[str, Any]) -> str:
    words = {"can": data["can"], **{name: data["price"][name] for name in _SAID_OF_PRICES}}
    for name, said in words.items():
        pattern = pattern.replace(f"{{{name}}}", said)
    return pattern
