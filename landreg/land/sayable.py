"""Text of delivered packages as a page, a file and the database can take it."""

from __future__ import annotations

import re

_SURROGATES = re.compile("[\ud800-\udfff]")


def sayable(text: str) -> str:
    """The text without signs that nothing takes: NUL is shown as a sign of its own, and a file's name whose bytes are no
    UTF-8 was written by Chinese Windows, in GBK."""
    if _SURROGATES.search(text):
        try:
            text = text.encode("utf-8", "surrogateescape").decode("gb18030", "replace")
        except UnicodeEncodeError:
            text = text.encode("utf-8", "replace").decode("utf-8")
    return text.replace("\0", "␀")
