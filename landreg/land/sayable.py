"""Text of delivered packages as a page, a file and the database can take it."""

from __future__ import annotations

import re

_CONTROLS = {code: 0x2400 + code for code in range(32) if code not in (9, 10, 13)} | {127: 0x2421}
_SURROGATES = re.compile("[\ud800-\udfff]")


def sayable(text: str) -> str:
    """The text without signs that nothing takes: control characters are shown as signs of their own, and a file's name
    whose bytes are no UTF-8 was written by Chinese Windows, in GBK."""
    if _SURROGATES.search(text):
        try:
            text = text.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode("utf-8")
    return text.translate(_CONTROLS)
