"""Plain functions that make valid facts; a test states only what matters to it. Synthetic persons only."""

from __future__ import annotations
