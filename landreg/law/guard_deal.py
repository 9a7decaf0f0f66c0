"""Whether a term of a transfer waits for a register of residence in town, or the land goes for one (guard_deal.toml). Pure.

A listing, an offer, a contract speaks of land without naming it: so what it says of the register alone may tie the two.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from landreg.law.guard_signs import Reading, readings

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_BEFORE, _AFTER = 14, 12
"""Signs before and after what was found that may part the two."""
_GAP = re.compile(r"\{g(\d+)\}")


@dataclass(frozen=True)
class _Book:
    neutral: re.Pattern[str]
    patterns: tuple[re.Pattern[str], ...]
    favours: tuple[re.Pattern[str], ...]
    parted: re.Pattern[str]
    caused: re.Pattern[str]
    told: re.Pattern[str]


@dataclass(frozen=True)
class Waits:
    """The words that tie a term of a transfer to a register, and where they stand in the text as given: [start, end)."""

    text: str
    start: int
    end: int


def waits(text: str) -> Waits | None:
    """The first words by which a term waits for a register, or the land goes for one; None where it is harmless."""
    for sentence in _SENTENCE.finditer(text):
        for reading in readings(sentence.group()):
            if found := _found(reading, sentence.start()):
                return found
    return None


def _found(reading: Reading, begins: int) -> Waits | None:
    book = _book()
    # A neutral word is no word of a register any more, and as long as it was, so that places stay.
    signs = book.neutral.sub(lambda one: "○" * len(one.group()), reading.signs)
    for one in _matches(signs, book):
        places = reading.places()
        start, end = places[one.start()][0], places[one.end() - 1][1]
        return Waits(reading.signs[one.start() : one.end()], begins + start, begins + end)
    return None


def _matches(signs: str, book: _Book) -> Iterator[re.Match[str]]:
    for patterns, causes in ((book.patterns, True), (book.favours, False)):
        for pattern in patterns:
            for one in pattern.finditer(signs):
                near = signs[max(one.start() - _BEFORE, 0) : one.end() + _AFTER]
                told = causes and (book.caused.search(one.group()) or book.told.search(near))
                if not told and not book.parted.search(near):
                    yield one


@cache
def _book() -> _Book:
    data = tomllib.loads(resources.files("landreg.law").joinpath("guard_deal.toml").read_text("utf-8"))

    def filled(pattern: str) -> re.Pattern[str]:
        for name in ("event", "place", "deal", "who"):
            pattern = pattern.replace(f"{{{name}}}", data[name])
        return re.compile(_GAP.sub(r".{0,\1}?", pattern))

    return _Book(
        re.compile(data["neutral"]),
        tuple(filled(one) for one in data["patterns"]),
        tuple(filled(one) for one in data["favours"]),
        *(re.compile(data[name]) for name in ("parted", "caused", "told")),
    )
