"""The forms of codes: how many digits, which letters. Source: GB/T 35958-2018; standards.md 1."""

from __future__ import annotations

import re

import numpy as np

from landreg.land.rules.facts import Bytes, Mask, lengths

# Form of a code: how many digits, then which letters; the length is in what the form says.
FORMS = {
    "FBFBM": "d14", "CBFBM": "d18", "SRFBM": "d18", "DKBM": "d19", "CBHTBM": "d18A1", "YCBHTBM": "d18A1",
    "CBJYQZBM": "d18A1", "LZHTBM": "d18", "ZDDM": "d12A2d5", "ZJQYDM": "d14", "CJQYDM": "d12", "XJQYDM": "d9",
    "XZQDM": "d6",
}  # fmt: skip
FREE = {"YCBHTBM"}
"""Old contracts have codes of their own making."""
ALSO_READ = {"LZHTBM": "d20"}
"""A transcription of the standard gives a transfer's code 20 signs (standards.md 2)."""


def has_form(codes: Bytes, form: str) -> Mask:
    """Which codes have a form such as "d18A1": 18 digits and a capital letter."""
    parts = [(kind, int(count)) for kind, count in re.findall(r"([dA])(\d+)", form)]
    width = sum(count for _, count in parts)
    sound = lengths(codes) == width
    if codes.dtype.itemsize < width or not sound.any():
        return np.zeros(len(codes), dtype=bool)
    cells = np.ascontiguousarray(codes).view(np.uint8).reshape(len(codes), codes.dtype.itemsize)
    offset = 0
    for kind, count in parts:
        part = cells[:, offset : offset + count]
        low, high = (48, 57) if kind == "d" else (65, 90)
        sound = sound & ((part >= low) & (part <= high)).all(axis=1)
        offset += count
    return np.asarray(sound)
