"""The frame of a sentence: what it says of land and its giving, and what of town and its benefits. Pure.

The words of guard.toml stand in fields. Here they become parts: a land word and the verb near it, either first, are one act (given,
taken, kept, held on to); a town word and what one has there are one benefit. guard_judge.py weighs two parts that stand together.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import Any

NOTHING: frozenset[str] = frozenset()
_BEFORE, _AFTER, _LOOSE = 9, 10, 7  # how many words from its land a verb may stand; one of use, nearer
_LEASE = 8  # how far a lease's word reaches
_VERBS = frozenset({"give", "take", "keep", "held", "use", "pass_on"})
_FENCE = frozenset({"settle", "given", "taken", "but", "condition", "else", "by"})  # what no act reaches across
_APART = frozenset(
    {"ban", "condition", "but", "not", "else", "choice", "threat"}
)  # what keeps two parts from being one
_TOWN = frozenset({"city", "settle", "perk", "house", "life", "thing", "move", "register", "townsman", "book"})
_NEGATING = frozenset({"not", "ban", "nor"})
_EVENTS = frozenset({"settle", "given", "register", "perk", "land"})


@dataclass(frozen=True)
class Passage:
    """Words in their order, and the fields that each is of."""

    words: tuple[str, ...]
    fields: tuple[frozenset[str], ...]
    starts: tuple[int, ...]

    def said(self, start: int, end: int) -> frozenset[str]:
        """The fields of the words from `start` to before `end`."""
        return NOTHING.union(*self.fields[max(start, 0) : max(end, 0)]) if end > start else NOTHING

    def signs(self, start: int, end: int) -> int:
        """How many signs the words from `start` to before `end` have."""
        return self.starts[end] - self.starts[start]

    def last(self, fields: frozenset[str], start: int, end: int) -> int | None:
        """Where the last word of one of the fields stands between two places."""
        return next((place for place in range(end - 1, start - 1, -1) if self.fields[place] & fields), None)


@dataclass(frozen=True)
class Part:
    """What a passage says of land (`act`: given, taken, kept, held, passed or only named) or of town (act is benefit).

    turned: '', 'not' (the act is denied inside it), 'nor' (denied along with what was denied before) or 'still' (not yet done).
    """

    act: str
    start: int
    end: int
    points: int
    turned: str = ""

    @property
    def land(self) -> bool:
        """Whether it speaks of land, and not of town."""
        return self.act != "benefit"


@dataclass(frozen=True)
class Lexicon:
    """guard.toml: the fields of each word, how long the words that begin with a sign are, points by name."""

    fields: Mapping[str, frozenset[str]]
    sizes: Mapping[str, tuple[int, ...]]
    points: Mapping[str, int]
    data: Mapping[str, Any]


@cache
def lexicon() -> Lexicon:
    """guard.toml, read once. A word of the field `neutral` hides what is in it, and is of no field that ties or turns."""
    data = tomllib.loads(resources.files("landreg.law").joinpath("guard.toml").read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for field, listed in data["fields"].items():
        for word in listed.split():
            also = [(said, way) for said, ways in data["said_also"].items() if said in word for way in ways.split()]
            for way in (word, *(word.replace(said, other) for said, other in also)):
                found.setdefault(way, set()).add(field)
    quiet = frozenset(data["beside_neutral"].split())
    sizes: dict[str, set[int]] = {}
    for word in found:
        sizes.setdefault(word[0], set()).add(len(word))
    return Lexicon(
        fields={word: frozenset(of & (quiet | {"neutral"}) if "neutral" in of else of) for word, of in found.items()},
        sizes={first: tuple(sorted(lengths, reverse=True)) for first, lengths in sizes.items()},
        points=data["points"],
        data=data,
    )


def passage(signs: str) -> Passage:
    """The signs as words of the lexicon, longest first, and single signs between them."""
    book = lexicon()
    words, place = [], 0
    while place < len(signs):
        word = signs[place]
        for size in book.sizes.get(word, ()):
            if (longer := signs[place : place + size]) in book.fields:
                word = longer
                break
        words.append(word)
        place += len(word)
    fields = [book.fields.get(word, NOTHING) for word in words]
    for place in range(len(words) - 2):  # "退地是退地，上户归上户": each for itself
        if words[place] == words[place + 2] and words[place + 1] in ("是", "归") and fields[place] & _EVENTS:
            fields[place + 1 : place + 3] = [fields[place + 1] | {"apart"}, frozenset({"apart"})]
    return Passage(tuple(words), tuple(fields), (0, *accumulate(len(word) for word in words)))


def parts(text: Passage) -> list[Part]:
    """What the passage says of land and of town, in its order; what says one thing twice is one part."""
    land = list(_acts(text))
    within = {place for part in land for place in range(part.start, part.end)}
    found = sorted((*land, *_words_of_land(text, within), *_benefits(text)), key=lambda part: (part.start, part.end))
    return _joined(text, found)


def _acts(text: Passage) -> Iterator[Part]:
    """Each land word with its verb; by itself where it has none."""
    used: set[int] = set()
    done = 0  # up to here, words are part of an act
    last: Part | None = None
    for place, fields in enumerate(text.fields):
        if place < done or not fields & {"land", "rural"}:
            continue
        if "land" not in fields and "share" not in text.said(place + 1, place + 4):
            continue  # "乡下那份" is land, "乡下" is not
        if last and last.act != "named" and 0 <= place - last.end <= 1:
            last = replace(last, end=place + 1)  # "退出承包地、宅基地"
        else:
            if last:
                yield last
            last = _act(text, place, used)
        done = last.end if last else place + 1
    if last:
        yield last


def _act(text: Passage, place: int, used: set[int]) -> Part | None:
    """The act on the land word at a place; None where land is let or got, and not given up."""
    points, fields = lexicon().points, text.fields[place]
    before = text.fields[place - 1] if place else NOTHING
    if "lease" in text.said(place - _LEASE, place):
        return None
    if "have" in before or "had" in fields:
        return Part("kept", place - ("have" in before), place + 1, points["given"], "not")
    if "none" in before:
        return Part("given", place - 1, place + 1, points["given"])
    if "acquire" in before:
        return None
    verb = _verb(text, place, used)
    if verb is None:
        near = text.said(place - 5, place)
        return None if "acquire" in near and "settle" not in near else Part("named", place, place + 1, points["named"])
    used.add(verb)
    start, end = min(place, verb), max(place, verb) + 1
    if "lease" in text.said(start - _LEASE, end):
        return None
    act = _kind(text.fields[verb])
    within = text.said(start, verb) if verb > place else text.said(start + 1, end)
    within |= text.said(start - 1, start) & {"vain"}
    return Part(act, start, end, points[act], _turned(act, within))


def _verb(text: Passage, place: int, used: set[int]) -> int | None:
    """The nearest verb, before or after, that no fence parts from the land word."""
    for far in range(1, _AFTER + 1):
        for verb in (place - far, place + far):
            if not 0 <= verb < len(text.words) or verb in used or not text.fields[verb] & _VERBS:
                continue
            start, end = min(place, verb), max(place, verb)
            between = text.said(start + 1, end)
            if between & _FENCE or (verb < place and (far > _BEFORE or between & {"ban", "apart"})):
                continue
            if text.fields[verb] <= {"use"} and (far > _LOOSE or "years" in text.said(place - 4, verb + 6)):
                continue
            return verb
    return None


def _kind(verb: frozenset[str]) -> str:
    if "held" in verb:
        return "held"
    if "give" in verb:
        return "given"
    if "take" in verb:
        return "taken"
    return "kept" if verb & {"keep", "use"} else "passed"


def _turned(act: str, within: frozenset[str]) -> str:
    """Whether the words inside an act deny it; to keep land is to deny giving it."""
    if "still" in within:
        return "still"
    denying = _NEGATING | {"vain"} if act == "kept" else _NEGATING  # "田就别想留着了"
    denied = bool(denying & within) and "question" not in within and act != "held"
    if denied and act != "kept" and "not" not in within and "nor" in within:
        return "nor"
    return "not" if denied != (act == "kept") else ""


def _words_of_land(text: Passage, within: set[int]) -> Iterator[Part]:
    """Acts said in one word, and verbs of giving land up that stand without a land word."""
    points = lexicon().points
    for place, fields in enumerate(text.fields):
        if place in within:
            continue
        if fields & {"given", "taken"}:
            act = "given" if "given" in fields else "taken"
            yield Part(act, place, place + 1, points[act])
        elif "bare" in fields:
            yield Part("bare", place, place + 1, points["named"])


def _benefits(text: Passage) -> Iterator[Part]:
    """Settling, a place in town, and what the town gives: by how plainly it is that."""
    points = lexicon().points
    for place, fields in enumerate(text.fields):
        if not fields & _TOWN:
            continue
        if "city" in fields and (
            share := next((at for at in range(place + 1, place + 4) if "share" in text.said(at, at + 1)), None)
        ):
            yield Part("benefit", place, share + 1, points["settle"])
        elif weight := _weight(text, place, fields):
            yield Part("benefit", place, place + 1, points[weight])


def _weight(text: Passage, place: int, fields: frozenset[str]) -> str:
    """The name of a benefit's points, '' for no benefit."""
    in_town = "city" in text.said(place - 4, place + 3)
    if fields & {"settle", "perk"} or (fields & {"house", "thing"} and in_town):
        return "settle"
    if "move" in fields:
        return "settle" if "city" in text.said(place + 1, place + 4) else "life"
    if fields & {"register", "townsman"}:
        near = text.said(place - 5, place + 6) & ({"become", "city", "move"} - fields)
        return "settle" if near or "shift" in text.said(place - 3, place + 4) else "named"
    if "book" in fields:
        return "settle" if text.said(place - 8, place + 9) & {"choice", "exchange"} else ""
    if "thing" in fields or ("life" in fields and in_town):
        return "life"
    return "named" if "house" in fields else ""


def _joined(text: Passage, found: list[Part]) -> list[Part]:
    """Parts of one kind that stand side by side are one, by the weightier of them."""
    joined: list[Part] = []
    for part in found:
        last = joined[-1] if joined else None
        beside = last and last.land == part.land and part.start - last.end <= 3
        if not last or not beside or text.said(last.end, part.start) & _APART:
            joined.append(part)
        elif part.points > last.points:
            joined[-1] = replace(part, start=last.start, end=max(last.end, part.end))
        elif part.points < last.points or part.turned == last.turned:
            joined[-1] = replace(last, end=max(last.end, part.end))
        else:
            joined.append(part)
    return joined
