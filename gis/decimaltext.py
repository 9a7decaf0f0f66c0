"""Decimal numbers written as text, read in bulk and exactly: as whole numbers of the last place wanted, half up."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
MOST_DIGITS = 18
"""What fits into 63 bits. A longer number is left to the caller."""
BLANK, PLUS, MINUS, DOT, ZERO = 32, 43, 45, 46, 48


def scaled(codes: NDArray[Any], places: int) -> tuple[Ints, Mask, Mask]:
    """Numbers in fixed-width text: (n,) whole numbers of 10^-places, (n,) where they are sound, (n,) where blank.

    codes: (n, width) character codes; blanks and NULs may stand on either side. A sign, digits and one point are
    understood; anything else (an exponent, stars) is not sound. Rounded half up, away from zero, on the digits as
    they are written. One pass a column of characters, whatever the number of rows.
    """
    n = len(codes)
    value, digits, decimals = np.zeros(n, np.int64), np.zeros(n, np.int16), np.zeros(n, np.int16)
    point, negative, begun, ended, bad, up = (np.zeros(n, bool) for _ in range(6))
    for column in np.ascontiguousarray(codes.T):
        blank = (column == BLANK) | (column == 0)
        digit = column.astype(np.int64) - ZERO
        is_digit = (digit >= 0) & (digit <= 9)
        is_point = column == DOT
        is_sign = (column == MINUS) | (column == PLUS)
        bad |= ~(is_digit | blank | is_point | is_sign) | (is_sign & begun) | (is_point & point) | (ended & ~blank)
        negative |= column == MINUS
        counted = is_digit & (~point | (decimals < places))
        np.copyto(value, value * 10 + digit, where=counted)
        digits += counted
        up |= is_digit & (decimals == places) & point & (digit >= 5)
        decimals += is_digit & point
        point |= is_point
        begun |= ~blank
        ended |= begun & blank
    missing = np.clip(places - decimals, 0, places)
    bad |= digits + missing > MOST_DIGITS
    value = value * 10 ** missing.astype(np.int64) + up
    return np.where(negative, -value, value), begun & ~bad & (digits > 0), ~begun


def codes_of(text: NDArray[Any]) -> NDArray[Any]:
    """(n,) byte strings or text to (n, width) character codes."""
    unit: type[Any] = np.uint8 if text.dtype.kind == "S" else np.uint32
    flat = np.ascontiguousarray(text).view(unit)
    shaped: NDArray[Any] = flat.reshape(len(text), -1) if len(text) else flat.reshape(0, 1)
    return shaped
