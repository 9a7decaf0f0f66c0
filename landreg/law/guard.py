"""Whether a text ties giving up land to settling in town: as its condition, time, price or inducement. Pure.

A text is reduced to its Chinese signs, simplified, so that nothing between them (spaces, points, digits, Latin, signs without
width) changes the answer; the words of guard.toml become letters, and shapes over the letters say what is harmless (the
prohibition itself, "settling has nothing to do with it", a question) and what is a tie. Time is linear in the text's length.
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
from itertools import accumulate

from opencc import OpenCC

from landreg.core.errors import Finding

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[a-z]+")
_LETTER = re.compile(r"[A-Za-zα-ω]")
_CLASS = re.compile(r"\[[^]]*\]|[A-Za-zα-ω]")
_PRIVATE = 0xE000  # from here on, a letter for each set of families that one word is of
_NEAR = 9  # how far from a verb its land word may stand, as in the shape of an event
_SIMPLIFY = OpenCC("t2s")


@dataclass(frozen=True)
class Word:
    """A word found, in simplified signs, and its place in the text as it was given: [start, end)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Tie:
    """Giving up land tied to settling, by what link (guard.toml), and the words that say so, in their order."""

    link: str
    words: tuple[Word, ...]


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
    """guard.toml, ready to match.

    letters: of a word, its letter, a private one for a word of several families. sizes: by first sign, how long the words
    that begin with it are, longest first. hidden: whether a text has anything that may stand for other signs; coded: what
    does, by `code`, else one sign; initials: what a run of letters may be made of. settling, event: see guard.toml, "shapes".
    """

    signs: _Signs
    letters: Mapping[str, str]
    sizes: Mapping[str, tuple[int, ...]]
    code: Mapping[str, str]
    initials: re.Pattern[str]
    hidden: re.Pattern[str]
    coded: re.Pattern[str]
    settling: re.Pattern[str]
    event: re.Pattern[str]
    land: re.Pattern[str]
    given: re.Pattern[str]
    harmless: tuple[re.Pattern[str], ...]
    ties: tuple[tuple[str, re.Pattern[str]], ...]


def guard(text: str, on: date, field: str | None = None) -> Finding | None:
    """GUARD-1 where a text ties giving up land to settling, by the shapes of that day. values: link, words, their places."""
    tie = find(text, on)
    if tie is None:
        return None
    words = [word.text for word in tie.words]
    places = [(word.start, word.end) for word in tie.words]
    return Finding("GUARD-1", field=field, values={"link": tie.link, "words": words, "places": places})


def find(text: str, on: date) -> Tie | None:
    """The first tie in a text, None where it is harmless. Latin letters are left out, and then read as syllables and initials,
    and parts of signs as these signs.
    """
    book = _book(on)
    signs = text.translate(book.signs)
    for coded in (False, True) if book.hidden.search(signs) else (False,):
        words = _words(
            book.coded.sub(lambda found: _read(found[0], book), signs) if coded else _LATIN.sub("", signs), book
        )
        if found := _tie(words, book):
            link, places = found
            return Tie(link, tuple(_placed(words, places, _places(text, book, coded))))
    return None


def _tie(words: list[str], book: _Book) -> tuple[str, list[int]] | None:
    """The link of the first tie, and which of the words make it."""
    letters = "".join([book.letters.get(word, ".") for word in words])
    letters = book.settling.sub(lambda found: "S".rjust(len(found[0]), "l"), letters)
    letters = book.event.sub(lambda found: _event(found[0], book), letters)
    for shape in book.harmless:
        letters = shape.sub(lambda found: "." * len(found[0]), letters)
    for link, shape in book.ties:
        if found := shape.search(letters):
            near = range(max(found.start() - _NEAR, 0), min(found.end() + _NEAR, len(letters)))
            said = range(*found.span())
            return link, [place for place in near if letters[place] == "l" or (place in said and letters[place] != ".")]
    return None


def _event(letters: str, book: _Book) -> str:
    """A land word and its verb, either first, as l and the event that they are: X (given up) or Z (taken away)."""
    first, inner, last = letters[0], letters[1:-1], letters[-1]
    if book.land.match(first):
        return "l" + inner + ("X" if book.given.match(last) else "Z")
    return ("X" if book.given.match(first) else "Z") + inner + "l"


def _read(found: str, book: _Book) -> str:
    """What is written for something else as that, another sign as it is, another letter as nothing."""
    if said := book.code.get(found):
        return said
    return "".join(book.code[short] for short in book.initials.findall(found)) or ("" if found.isascii() else found)


def _words(signs: str, book: _Book) -> list[str]:
    """The signs as words of the book, longest first, and single signs between them."""
    words, place = [], 0
    while place < len(signs):
        word = signs[place]
        for size in book.sizes.get(word, ()):
            if (longer := signs[place : place + size]) in book.letters:
                word = longer
                break
        words.append(word)
        place += len(word)
    return words


def _places(text: str, book: _Book, coded: bool) -> list[tuple[int, int]]:
    """By sign, from where to where it stands in the text."""
    signs = [(sign, place) for place, char in enumerate(text) for sign in book.signs[ord(char)]]
    if not coded:
        return [(place, place + 1) for sign, place in signs if not sign.isascii()]
    found = book.coded.finditer("".join(sign for sign, _ in signs))
    return [(signs[one.start()][1], signs[one.end() - 1][1] + 1) for one in found for _ in _read(one[0], book)]


def _placed(words: list[str], wanted: list[int], places: list[tuple[int, int]]) -> Iterator[Word]:
    starts = [0, *accumulate(len(word) for word in words)]
    for place in wanted:
        yield Word(words[place], places[starts[place]][0], places[starts[place + 1] - 1][1])


@cache
def _book(on: date) -> _Book:
    book = tomllib.loads(resources.files("landreg.law").joinpath("guard.toml").read_text("utf-8"))
    families = _families(book["words"], book["said_also"])
    private = {found: chr(_PRIVATE + place) for place, found in enumerate(sorted(set(families.values())))}
    initials = "|".join(_longest(book["initials"]))
    sizes: dict[str, set[int]] = {}
    for word in families:
        sizes.setdefault(word[0], set()).add(len(word))

    def shape(text: str) -> re.Pattern[str]:
        """A shape, in which a letter stands for the words of its family, those that are of another one too among them."""

        def letter(found: re.Match[str]) -> str:
            return found[0] + "".join(sign for of, sign in private.items() if found[0] in of and len(of) > 1)

        return re.compile(_CLASS.sub(lambda found: f"[{_LETTER.sub(letter, found[0].strip('[]'))}]", text))

    def shapes(kind: str) -> Iterator[tuple[str, re.Pattern[str]]]:
        for entry in book[kind]:
            if entry["since"] <= on:
                yield from ((entry.get("link", ""), shape(text)) for text in entry["shapes"])

    return _Book(
        signs=_Signs(book["signs"]),
        letters={word: found if len(found) == 1 else private[found] for word, found in families.items()},
        sizes={first: tuple(sorted(found, reverse=True)) for first, found in sizes.items()},
        code=book["syllables"] | book["parts"] | book["initials"],
        initials=re.compile(initials),
        hidden=re.compile("|".join(["[a-z]", *book["parts"]])),
        coded=re.compile(
            "|".join([f"(?<![a-z])(?:{initials})+(?![a-z])", *_longest(book["parts"] | book["syllables"]), "."])
        ),
        settling=shape("e.{0,2}C"),
        event=shape("nL|L[^SRgzXZ]{0,10}?[gz]|[gz][^SRgzXZ]{0,8}?L"),
        land=shape("L"),
        given=shape("g"),
        harmless=tuple(found for _, found in shapes("harmless")),
        ties=tuple(shapes("tie")),
    )


def _longest(texts: Mapping[str, str]) -> list[str]:
    return sorted(texts, key=len, reverse=True)


def _families(words: Mapping[str, str], said_also: Mapping[str, str]) -> dict[str, str]:
    """By word, the letters of its families in order; `.`, the harmless words, hides the others."""
    found: dict[str, set[str]] = {}
    for family, listed in words.items():
        for word in listed.split():
            ways = [word.replace(said, way) for said, also in said_also.items() if said in word for way in also.split()]
            for way in (word, *ways):
                found.setdefault(way, set()).add(family)
    return {word: "." if "." in of else "".join(sorted(of)) for word, of in found.items()}
