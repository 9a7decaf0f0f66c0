"""Whether a text, a name of a file or what is written in one is what this window may never take. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache

from opencc import OpenCC

from landreg.law import guard
from landreg.settlement import opinion

_HAN = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff]+")
_SIMPLIFY = OpenCC("t2s")


def articles_against(text: str, on: date) -> tuple[str, ...]:
    """The articles by which a text may not be taken on that day, () where it may. Time is linear in its length.

    Whatever stands between the Chinese signs (spaces, points, digits, Latin) changes nothing; traditional ones are read too.
    """
    signs = _HAN.sub("", _SIMPLIFY.convert(unicodedata.normalize("NFKC", text)))
    for entry in opinion.not_taken(on):
        harmless, never = _patterns(entry)
        if never.search(harmless.sub("", signs)) or guard.find(text, on) is not None:
            return entry.articles
    return ()


@cache
def _patterns(entry: opinion.NotTaken) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return re.compile("|".join(entry.harmless)), re.compile("|".join(entry.patterns))
