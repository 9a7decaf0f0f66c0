"""Whether a text ties giving up land to settling in town: as its condition, time, price or inducement. Pure.

guard_signs.py reads the text as words, whatever disguises them; guard_frame.py finds what it says of land and of town;
guard_judge.py weighs each pair of the two; guard_deal.py reads the terms of a transfer. The words and points are dated data
(guard.toml). Time is linear in the text's length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from landreg.core.errors import Finding
from landreg.law.guard_deal import waits
from landreg.law.guard_frame import NOTHING, Passage, lexicon, parts, passage
from landreg.law.guard_judge import Tied, tied
from landreg.law.guard_signs import Reading, readings
from landreg.law.settling_offered import offers_settling


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


_OF_EXIT = "自愿退地，"
_REGISTER = frozenset({"settle", "register"})
_SETTLED = _REGISTER | {"townsman"}
_NAMED = _SETTLED | {"book", "perk", "thing"}
_BOOK = re.compile("户口[簿本薄]上?")
_REGISTERED = re.compile("户口|户籍")
_MOVED = re.compile(
    "搬[到去进往离走迁出](?!养老院|敬老院|医院)|迁[出走居往]|移居|定居|安家|住[到进](?!院|医院|养老院|敬老院|疗养院|儿|女|亲|兄|弟|姐|妹)|住在?(?:县|城|镇|市|外)|进了?城|"
    "(?:县城|城里|城区|城镇|镇上|市里|市区)(?:居住|生活|买房|购房)"
)
_THINGS_MOVED = re.compile(
    "(?:材料|档案|资料|合同|文件|卷宗)[^，。；]{0,4}搬[到去进往]|(?:坟|墓|路|渠|杆|管线|厂)[^，。；]{0,3}(?:迁[出走]|搬[走离迁])"
)
_MEMBER_ELSEWHERE = re.compile("[^，。；]*取得[^，。；]{0,12}(?:成员身份|成员资格)[^，。；]*")
_DEATH = re.compile("去世|死亡|病故|亡故|已故|过世")


def guard(text: str, on: date, field: str | None = None, *, of_exit: bool = False) -> Finding | None:
    """GUARD-1 where a text ties giving up land to settling, by the words of that day. values: link, words, their places.

    of_exit: it is what a household says of its exit, where the land goes without saying.
    """
    tie = find(text, on) or (find_of_exit(text, on) if of_exit else None)
    if tie is None:
        return None
    return _finding(tie, field)


def guard_deal(text: str, on: date, field: str | None = None) -> Finding | None:
    """GUARD-1 where the words of a transfer tie it to settling: land is what it is about, and goes without saying. values: with
    `said`, where a term of it waits for a register or is given for one.
    """
    tie = find_of_deal(text, on)
    if tie is None:
        return None
    return _finding(tie, field, **({"said": tie.words[0].text} if len(tie.words) == 1 else {}))


def named(text: str) -> Finding | None:
    """GUARD-2 where a text names settling in town, or what one has there, tied or not: no reader finds every tie, so that who
    publishes, answers or signs a transfer is told to read its words once more. values: words.
    """
    words = _of_fields(text, _NAMED)
    return Finding("GUARD-2", values={"words": words}) if words else None


def register_named(text: str) -> list[str]:
    """The words of a text that name settling in town, moving there or the register of residence, in their order. The book itself is
    a paper, things are moved too, who died is struck off, and who became a member elsewhere is none here, wherever they live.
    """
    said = _THINGS_MOVED.sub("", _BOOK.sub("", text))
    if _DEATH.search(said):
        return _of_fields(said, _SETTLED - {"register"})
    moved = _MOVED.findall(_MEMBER_ELSEWHERE.sub("", said))
    return list(dict.fromkeys([*_of_fields(said, _SETTLED), *_REGISTERED.findall(said), *moved]))


def _of_fields(text: str, fields: frozenset[str]) -> list[str]:
    read = [passage(reading.signs) for reading in readings(text)]
    words = (word for said in read for word, of in zip(said.words, said.fields, strict=True) if of & fields)
    return list(dict.fromkeys(words))


def find_of_deal(text: str, on: date) -> Tie | None:
    """The tie in what is said of a transfer: one that names land and settling, a term that waits for a register, or settling that
    is offered or asked for beside the price.
    """
    if tie := find(text, on, of_deal=True):
        return tie
    found = waits(text) if on >= lexicon().data["since"] else None
    if found:
        return Tie("term", (Word(found.text, found.start, found.end),))
    if offered := offers_settling(text, on):
        (words,), (place,) = offered.values["words"], offered.values["places"]
        return Tie(str(offered.values["link"]), (Word(words, *place),))
    return None


def find(text: str, on: date, *, of_deal: bool = False) -> Tie | None:
    """The first tie in a text, None where it is harmless."""
    if on < lexicon().data["since"]:
        return None
    for reading in readings(text):
        said = passage(reading.signs)
        threshold = lexicon().points["threshold_hidden" if reading.coded else "threshold"]
        if found := tied(said, parts(said), threshold, of_deal=of_deal):
            return Tie(found.link, _words(reading, said, found))
    return None


def _finding(tie: Tie, field: str | None, **more: str) -> Finding:
    words = [word.text for word in tie.words]
    places = [(word.start, word.end) for word in tie.words]
    return Finding("GUARD-1", field=field, values={"link": tie.link, "words": words, "places": places, **more})


def find_of_exit(text: str, on: date) -> Tie | None:
    """The tie in what is said of an exit itself ("为了落户"): only one by a link, to the register of residence."""
    tie, cut = find(_OF_EXIT + text, on), len(_OF_EXIT)
    if tie is None or tie.link == "beside" or not any(lexicon().fields[word.text] & _REGISTER for word in tie.words):
        return None
    return Tie(tie.link, tuple(Word(one.text, one.start - cut, one.end - cut) for one in tie.words if one.start >= cut))


def _words(reading: Reading, said: Passage, found: Tied) -> tuple[Word, ...]:
    """The words of the lexicon that the tie is made of, where they stand."""
    places = reading.places()
    return tuple(
        Word(said.words[at], places[said.starts[at]][0], places[said.starts[at + 1] - 1][1])
        for at in range(found.start, found.end)
        if said.fields[at] != NOTHING and "neutral" not in said.fields[at]
    )
