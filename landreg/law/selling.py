"""Words that would sell land that the collective owns, or a house that is let, give it for ever or let it pay a debt
(selling.toml). Pure.

A transfer moves no ownership (农村土地承包法 第三十八条（二）, 流转管理办法 第三条): such a clause is void, in whatever words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

ENDS = re.compile(r"[。；;！!？?\n]+")
PARTS = re.compile(r"[，,：:]+")
MOST_SHOWN = 24
_OTHER = "乙方"
THINGS = ("(?:{land}|(?<![^，把将的])地(?![里上租膜瓜方点力面段区边]))", "{house}")
"""Of what patterns over a whole sentence speak: of land, of a house."""


@dataclass(frozen=True)
class Sold:
    """What the book takes for a sale from a day on. collective: whose the land rightly is; denied: up to the words found; voided:
    after them. houses: what sells a house that is let. whole, whole_houses: what sells either only by a
    sentence as a whole, whole_denied: what before it forbids it.
    """

    since: date
    collective: re.Pattern[str]
    patterns: tuple[re.Pattern[str], ...]
    denied: re.Pattern[str]
    voided: re.Pattern[str]
    houses: tuple[re.Pattern[str], ...]
    houses_denied: re.Pattern[str]
    whole: tuple[re.Pattern[str], ...]
    whole_houses: tuple[re.Pattern[str], ...]
    whole_denied: re.Pattern[str]


def sells_house(said: str, on: date) -> str:
    """The first part of what was said in a lease of a house that sells the house or its homestead, gives it for ever or lets it pay
    a debt, as the book stood on a day; '' where none does. LAL-62.
    """
    for parts, book in _sentences(said, on):
        for part, after in _parts(parts):
            for one in book.houses:
                for found in one.finditer(part):
                    rest = f"{part[found.end() :]}，{after}"
                    if not book.houses_denied.search(part[: found.end()]) and not book.voided.search(rest):
                        return part[:MOST_SHOWN]
        if shown := _as_a_whole(parts, book.whole_houses, book):
            return shown
    return ""


def sells_land(said: str, on: date) -> str:
    """The first part of what was said that sells land, gives it for ever or lets it pay a debt, as the book stood on a day; ''
    where none does. What forbids it, or says that it is void, does not. RLCL-38.
    """
    for parts, book in _sentences(said, on):
        for part, after in _parts(parts):
            if _sells(part, after, book):
                return part[:MOST_SHOWN]
        if shown := _as_a_whole(parts, book.whole, book):
            return shown
    return ""


def sells(said: str, on: date, *, house: bool, taker: str) -> str:
    """The same of what is said in talk, before there is a contract: of a house or else of land. taker: what who would take it is
    called there, 你 by who offers, 我 by who asks.
    """
    clause = re.sub(f"{taker}(?:们|家)*", _OTHER, said.replace("您", "你"))
    found = (sells_house if house else sells_land)(clause, on)
    return found if _OTHER in said else found.replace(_OTHER, taker)


def _sentences(said: str, on: date) -> Iterator[tuple[list[str], Sold]]:
    """The clauses of each sentence of what was said, and the book of the day."""
    books = [one for one in all_sold() if one.since <= on]
    plain = re.sub(r"[^\S\n]+", "", unicodedata.normalize("NFKC", said))
    for sentence in ENDS.split(plain) if books else ():
        yield PARTS.split(sentence), books[-1]


def _parts(parts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each clause of a sentence, and what comes after it."""
    for at, part in enumerate(parts):
        yield part, "，".join(parts[at + 1 :])


def _as_a_whole(parts: Sequence[str], patterns: Sequence[re.Pattern[str]], book: Sold) -> str:
    """What a sentence says that sells only by its clauses together; '' where it does not."""
    sentence = "，".join(parts)
    for one in patterns:
        for found in one.finditer(sentence):
            if not book.whole_denied.search(sentence[: found.start()]) and not book.voided.search(
                sentence[found.end() :]
            ):
                return found.group()[:MOST_SHOWN]
    return ""


def _sells(part: str, after: str, book: Sold) -> bool:
    part = book.collective.sub("", part)
    for found in _found(part, book):
        rest = f"{part[found.end() :]}，{after}"
        if not book.denied.search(part[: found.end()]) and not book.voided.search(rest):
            return True
    return False


def _found(part: str, book: Sold) -> Iterator[re.Match[str]]:
    for one in book.patterns:
        yield from one.finditer(part)


@cache
def all_sold() -> tuple[Sold, ...]:
    """What the book takes for a sale, by the day since which it does."""
    text = resources.files("landreg.law").joinpath("selling.toml").read_text("utf-8")
    return tuple(
        Sold(
            entry["since"],
            re.compile(entry["collective"]),
            tuple(re.compile(_filled(one, entry)) for one in entry["patterns"]),
            re.compile(entry["denied"]),
            re.compile(entry["voided"]),
            tuple(re.compile(_filled(one, entry)) for one in entry["houses"]),
            re.compile(entry["houses_denied"]),
            _wholes(entry, THINGS[0]),
            _wholes(entry, THINGS[1]),
            re.compile(entry["whole_denied"]),
        )
        for entry in tomllib.loads(text)["sold"]
    )


def _wholes(entry: Mapping[str, Any], thing: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_filled(one.replace("{thing}", thing), entry)) for one in entry["whole"])


def _filled(pattern: str, entry: Mapping[str, str]) -> str:
    for name in ("land", "all", "pay", "house", "rest", "other", "tenant", "over", "gone"):
        pattern = pattern.replace(f"{{{name}}}", entry[name])
    return pattern
