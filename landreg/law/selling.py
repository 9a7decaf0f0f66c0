"""Words that would sell land that the collective owns, or a house that is let, give it for ever or let it pay a debt
(selling.toml). Pure.

A transfer moves no ownership (农村土地承包法 第三十八条（二）, 流转管理办法 第三条): such a clause is void, in whatever words.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

ENDS = re.compile(r"[。；;！!？?\n]+")
PARTS = re.compile(r"[，,：:]+")
MOST_SHOWN = 24


@dataclass(frozen=True)
class Sold:
    """What the book takes for a sale from a day on. collective: whose the land rightly is; denied: up to the words found; voided:
    after them. houses: what sells a house that is let.
    """

    since: date
    collective: re.Pattern[str]
    patterns: tuple[re.Pattern[str], ...]
    denied: re.Pattern[str]
    voided: re.Pattern[str]
    houses: tuple[re.Pattern[str], ...]
    houses_denied: re.Pattern[str]


def sells_house(said: str, on: date) -> str:
    """The first part of what was said in a lease of a house that sells the house or its homestead, gives it for ever or lets it pay
    a debt, as the book stood on a day; '' where none does. LAL-62.
    """
    for part, after, book in _parts(said, on):
        for one in book.houses:
            for found in one.finditer(part):
                rest = f"{part[found.end() :]}，{after}"
                if not book.houses_denied.search(part[: found.end()]) and not book.voided.search(rest):
                    return part[:MOST_SHOWN]
    return ""


def sells_land(said: str, on: date) -> str:
    """The first part of what was said that sells land, gives it for ever or lets it pay a debt, as the book stood on a day; ''
    where none does. What forbids it, or says that it is void, does not. RLCL-38.
    """
    for part, after, book in _parts(said, on):
        if _sells(part, after, book):
            return part[:MOST_SHOWN]
    return ""


def _parts(said: str, on: date) -> Iterator[tuple[str, str, Sold]]:
    """Each clause of what was said, the rest of its sentence, and the book of the day."""
    books = [one for one in all_sold() if one.since <= on]
    plain = re.sub(r"[^\S\n]+", "", unicodedata.normalize("NFKC", said))
    for sentence in ENDS.split(plain) if books else ():
        parts = PARTS.split(sentence)
        for at, part in enumerate(parts):
            yield part, "，".join(parts[at + 1 :]), books[-1]


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
        )
        for entry in tomllib.loads(text)["sold"]
    )


def _filled(pattern: str, entry: Mapping[str, str]) -> str:
    for name in ("land", "all", "pay", "house", "rest", "other"):
        pattern = pattern.replace(f"{{{name}}}", entry[name])
    return pattern
