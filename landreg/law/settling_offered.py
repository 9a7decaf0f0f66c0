"""Whether what is said of a transfer of land offers, or asks for, settling in town beside its price (settling_offered.toml). Pure.

In a listing, an offer and a contract the land goes without saying: "租给我家，我帮你家娃落户" names none, and ties it all the same.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from landreg.core.errors import Finding
from landreg.law.guard_signs import readings

_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_CLAUSE = re.compile(r"[^。；;！!？?\n，,：:]+")


@dataclass(frozen=True)
class Offered:
    """Since when the patterns hold: of a clause, of a whole sentence. forbids: just before what was found; apart: anywhere beside
    it, it offers nothing.
    """

    since: date
    patterns: tuple[re.Pattern[str], ...]
    whole: tuple[re.Pattern[str], ...]
    forbids: re.Pattern[str]
    apart: re.Pattern[str]


def offers_settling(text: str, on: date, field: str | None = None) -> Finding | None:
    """GUARD-1 where a text of a transfer offers or asks for settling. values: link, words, their places."""
    book = _book()
    found = next(_found(text, book), None) if on >= book.since else None
    if found is None:
        return None
    words, place = found
    return Finding("GUARD-1", field, {"link": "inducement", "words": [words], "places": [place]})


def _found(text: str, book: Offered) -> Iterator[tuple[str, tuple[int, int]]]:
    """What offers it, as it reads, and where it stands in the text as given."""
    for parts, patterns in ((_CLAUSE, book.patterns), (_SENTENCE, book.whole)):
        for part in parts.finditer(text):
            for reading in readings(part[0]):
                if book.apart.search(reading.signs):
                    continue
                for found in (one for pattern in patterns if (one := pattern.search(reading.signs))):
                    if not book.forbids.search(reading.signs[: found.start()]):
                        places, at = reading.places(), part.start()
                        yield found[0], (at + places[found.start()][0], at + places[found.end() - 1][1])


@cache
def _book() -> Offered:
    data = tomllib.loads(resources.files("landreg.law").joinpath("settling_offered.toml").read_text("utf-8"))

    def filled(pattern: str) -> re.Pattern[str]:
        for name in ("settling", "strong", "sees", "promises", "then", "yours", "kin", "asked", "denied"):
            pattern = pattern.replace(f"{{{name}}}", data[name])
        return re.compile(pattern)

    clauses, whole = (tuple(filled(one) for one in data[name]) for name in ("patterns", "whole"))
    return Offered(data["since"], clauses, whole, re.compile(data["forbids"]), re.compile(data["apart"]))
