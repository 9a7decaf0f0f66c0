"""Memory of a process that goes through a large package: what is given back at once, what is kept for what comes next, and how
seldom objects are looked through for cycles."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
LARGE = 8 << 20
"""Bytes from which on an array goes back to the system by itself. What a batch is worked with is smaller, and its pages are
kept for the next."""
KEPT = 32 << 20
"""Bytes that may lie free at the heap's end: of the 128 KB that glibc keeps, the pages of small arrays are taken anew each time."""
GARBAGE = 20_000
"""Objects that are made before any are looked through; each geometry counts as one."""


@cache
def give_back_large() -> None:
    """From now on, what a LARGE array has used goes back to the system when it is let go; glibc by itself keeps that of up to
    32 MB, in holes that later arrays do not fit.

    Without effect where the C library has no such setting. Once a process.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_MMAP_THRESHOLD, LARGE)
        tune(_TRIM_THRESHOLD, KEPT)


def give_back_small() -> None:
    """Return what small arrays have used and no longer do. Without effect where the C library has no such call."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """A block that makes geometries by the hundred thousand, none of which is in a cycle: what else the process holds would
    be looked through for cycles again and again."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
