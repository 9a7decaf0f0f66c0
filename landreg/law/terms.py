"""Kinds and states in words, from the book's own list of them; and how a file of the book is read. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

Language = Literal["zh", "en"]


@cache
def _terms() -> Mapping[str, Any]:
    return toml("terms.toml")


def term(kind: str, value: str, language: Language = "zh") -> str:
    """A kind or state in the reader's language; the value itself when the book has no word for it."""
    found: str = _terms().get(kind, {}).get(value, {}).get(language, value)
    return found


def terms(kind: str) -> tuple[str, ...]:
    """The values of a kind, in the book's order."""
    return tuple(_terms().get(kind, ()))


def toml(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("landreg.law").joinpath(name).read_text("utf-8"))
