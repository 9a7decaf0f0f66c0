"""A text as the words that the guard knows, whatever stands between their signs. Pure.

A text is reduced to its Chinese signs, simplified, so that nothing between them (spaces, points, digits, Latin, signs without
width) changes the answer; what is written for another sign (syllables, initials, a sign's parts: guard_signs.toml) is read as
that on a second reading. Time is linear in the text's length.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from opencc import OpenCC

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[a-z]+")
_SIMPLIFY = OpenCC("t2s")


@dataclass(frozen=True)
class Reading:
    """A text's Chinese signs, simplified, and from where to where each stands in the text as it was given."""

    signs: str
    text: str
    coded: bool

    def places(self) -> list[tuple[int, int]]:
        """By sign, its [start, end) in the text."""
        table, book = _table(), _book()
        signs = [(sign, place) for place, char in enumerate(self.text) for sign in table[ord(char)]]
        if not self.coded:
            return [(place, place + 1) for sign, place in signs if not sign.isascii()]
        found = book.coded.finditer("".join(sign for sign, _ in signs))
        return [(signs[one.start()][1], signs[one.end() - 1][1] + 1) for one in found for _ in _read(one[0], book)]


def readings(text: str) -> Iterator[Reading]:
    """The text with its Latin letters left out, and then, where it may hide signs, with them read as syllables and initials."""
    book = _book()
    signs = text.translate(_table())
    yield Reading(_LATIN.sub("", signs), text, coded=False)
    if book.hidden.search(signs):
        yield Reading(book.coded.sub(lambda found: _read(found[0], book), signs), text, coded=True)


class _Signs(dict[int, str]):
    """What `str.translate` makes of a character: Chinese signs, simplified, small Latin letters without marks, or nothing."""

    def __init__(self, alike: Mapping[str, str]) -> None:
        self.alike = alike

    def __missing__(self, code: int) -> str:
        signs = unicodedata.normalize("NFKD", chr(code)).casefold()
        self[code] = "".join(self._sign(sign) for sign in signs)
        return self[code]

    def _sign(self, sign: str) -> str:
        sign = self.alike.get(sign, sign)
        if _HAN.match(sign):
            return str(_SIMPLIFY.convert(sign))
        return sign if _LATIN.match(sign) else ""


@dataclass(frozen=True)
class _Book:
    """guard_signs.toml, ready to match.

    hidden: whether a text has anything that may stand for other signs; coded: what does, by `code`, else one sign; initials:
    what a run of letters may be made of.
    """

    code: Mapping[str, str]
    initials: re.Pattern[str]
    hidden: re.Pattern[str]
    coded: re.Pattern[str]


def _read(found: str, book: _Book) -> str:
    """What is written for something else as that, another sign as it is, another letter as nothing."""
    if said := book.code.get(found):
        return said
    return "".join(book.code[short] for short in book.initials.findall(found)) or ("" if found.isascii() else found)


@cache
def _table() -> _Signs:
    return _Signs(_data()["alike"])


@cache
def _book() -> _Book:
    data = _data()
    parts, syllables, short = data["parts"], data["syllables"], data["initials"]
    initials = "|".join(_longest(short))
    return _Book(
        code=syllables | parts | short,
        initials=re.compile(initials),
        hidden=re.compile("|".join(["[a-z]", *parts])),
        coded=re.compile(
            "|".join([f"(?<![a-z])(?:{initials})+(?![a-z])", *_longest(parts | syllables), "."]),
        ),
    )


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files("landreg.law").joinpath("guard_signs.toml").read_text("utf-8"))


def _longest(texts: Mapping[str, str]) -> list[str]:
    return sorted(texts, key=len, reverse=True)
