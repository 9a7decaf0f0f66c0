"""Giving memory back: glibc by itself keeps what arrays of up to 32 MB have used, in holes that later arrays do not fit."""

from __future__ import annotations

import ctypes
from functools import cache

_MMAP_THRESHOLD = -3
LARGE = 1 << 20


@cache
def give_back_large() -> None:
    """From now on, what an array of a megabyte or more has used goes back to the system when it is let go.

    Without effect where the C library has no such setting. Once a process.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_MMAP_THRESHOLD, LARGE)


def give_back_small() -> None:
    """Return what small arrays have used and no longer do. Without effect where the C library has no such call."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
