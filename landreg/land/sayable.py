"""Text and numbers of delivered packages as a page, a file and the database can take them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from landreg.core.signs import without_unseen

_CONTROLS = {code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)} | {127: 0x2421}
_SURROGATES = re.compile("[\ud800-\udfff]")


def sayable(text: str) -> str:
    """The text without signs that nothing takes: control characters are shown as signs of their own, others that nobody
    sees as �, and a file's name whose bytes are no UTF-8 was written by Chinese Windows, in GBK."""
    if _SURROGATES.search(text):
        try:
            text = text.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode("utf-8")
    return text if text.isprintable() else without_unseen(text.translate(_CONTROLS), "�")


def plainly(value: Any) -> Any:
    """A value of a finding as JSON has it (RFC 8259: no number that is not finite, which becomes None, a dash in a
    sentence), of the kinds that JSON knows; anything else as its text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str):
        return sayable(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return sayable(value.decode("utf-8", "replace"))
    if isinstance(value, Mapping):
        return {sayable(str(key)): plainly(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plainly(one) for one in value]
    return None if isinstance(value, Decimal) and not value.is_finite() else sayable(str(value))
