"""Signs that nobody sees and that change how a text reads: controls, format characters, separators of lines.

A direction override prints a text in another order than it is stored, a zero-width sign makes two names of one. None belongs
into what is registered. Categories: Unicode Standard Annex 44; directions: Annex 9; their danger: Technical Report 36.
"""

from __future__ import annotations

from unicodedata import category

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_TYPED = "\t\n\r"
"""People type them: they are text."""


def is_unseen(sign: str) -> bool:
    """Whether this sign is a control, a format character, half a sign or a separator, and none that people type."""
    return category(sign) in _UNSEEN and sign not in _TYPED


def holds_unseen(text: str) -> bool:
    """Whether a text holds a sign that nobody sees."""
    return not text.isprintable() and any(map(is_unseen, text))


def without_unseen(text: str, instead: str = "") -> str:
    """The text with something instead of each sign that nobody sees."""
    return "".join(instead if is_unseen(sign) else sign for sign in text)
