"""Pages of exits."""

from __future__ import annotations

from landreg.exit.routes import desk, money, words

exits = (desk, words, money)
"""Whose routes stand in the desk's one blueprint."""
