"""Text that was once converted wrongly: what it said is lost, or stands there as signs of another encoding. Pure.

Of a column's batch the bytes are looked through as a whole; single values are read where there is something to see.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from landreg.land.rules.facts import Bytes, Rows, plain

NAMES = frozenset({"FBFMC", "FBFFZRXM", "CBFMC", "CYXM", "QLRMC"})
"""Columns with the names of persons and parties: the register and every paper of theirs bear them."""
LOST = {"\ufffd": "U+FFFD", "锟斤": "锟斤拷", "烫烫": "烫烫", "屯屯屯": "屯屯屯"}
"""What stands where a sign could not be converted, that converted once more, and empty memory read as GBK; how it is called."""
NO_NAME = {sign: sign for sign in ("?", "？", "□", "■", "〓")}
"""What programs and people put in place of a sign that they have not: no name has one."""
LOOKED_AT = 256
"""Names of a batch of which it is asked first whether they are UTF-8 read as GBK, which befalls whole tables."""
LEADS = (0xC2, 0xC3)
"""Of the letters of western Europe in UTF-8."""
_LATIN = re.compile("[\u0080-\u00ffŒœŠšŸŽžƒˆ˜\u2013-\u203a€™]{2,}")
_LETTER = re.compile("[À-ÖØ-öø-ÿ]")
_CHINESE = re.compile("[\u4e00-\u9fa5]+")


def garbled_rows(values: Bytes, name: str) -> dict[int, str]:
    """Rows of a batch of one column whose text is damaged, each with the signs that say so."""
    flat = np.ascontiguousarray(values).view(np.uint8)
    width = values.dtype.itemsize
    found: dict[int, str] = {}
    for mark, called in {**LOST, **(NO_NAME if name in NAMES else {})}.items():
        rows = _begins(flat, mark.encode()[:3]) // width
        found |= _told(values, rows, partial(_said, mark=mark, called=called))
    found |= _told(values, np.flatnonzero((flat == LEADS[0]) | (flat == LEADS[1])) // width, latin)
    if name in NAMES and _told(values, np.arange(min(len(values), LOOKED_AT)), read_as_gbk):
        found |= _told(values, np.arange(len(values)), read_as_gbk)
    return found


def _begins(flat: NDArray[np.uint8], wanted: bytes) -> Rows:
    """Where these bytes stand. Byte by byte over all values at once, which is several times as fast as to look for them."""
    last = max(0, len(flat) - len(wanted) + 1)
    hit = flat[:last] == wanted[0]
    for place, byte in enumerate(wanted[1:], 1):
        hit &= flat[place : last + place] == byte
    return np.flatnonzero(hit)


def _told(values: Bytes, rows: Rows, tell: Callable[[str], str]) -> dict[int, str]:
    return {row: said for row in np.unique(rows).tolist() if (said := tell(plain(values[row])))}


def _said(text: str, mark: str, called: str) -> str:
    return called if mark in text else ""


def latin(text: str) -> str:
    """The letters of western Europe in a text that are the bytes of Chinese ones; "" where none are (ÀîËÄ is 李四)."""
    for run in _LATIN.findall(text):
        raw = b"".join(_byte(sign) for sign in run)
        if _LETTER.search(run) and any(_is_chinese(raw, encoding) for encoding in ("gb2312", "utf-8")):
            return str(run)
    return ""


def _byte(sign: str) -> bytes:
    """The byte that programs show as this letter."""
    try:
        return sign.encode("cp1252")
    except UnicodeEncodeError:
        return sign.encode("latin-1", "replace")


def read_as_gbk(text: str) -> str:
    """The text itself where it is Chinese in UTF-8 that was read as GBK (鏉庡洓 is 李四); else "". What GB 2312 has is taken as it
    stands: nearly every name is of its signs, and hardly one that came of a wrong reading."""
    raw = b"" if _encoded(text, "gb2312") else _encoded(text, "gbk")
    return text if len(text) > 1 and raw and _is_chinese(raw, "utf-8") else ""


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b""


def _is_chinese(raw: bytes, encoding: str) -> bool:
    try:
        return _CHINESE.fullmatch(raw.decode(encoding)) is not None
    except UnicodeDecodeError:
        return False
