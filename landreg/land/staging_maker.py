"""A process that makes the rows of one large package as text, for the thread that copies them (`staging_beside`).

It knows no database: it reads the package's files, and writes to its standard output. What to make comes by its standard
input: the identity key's file and the `Ground`, then a line for each layer that has been put aside. It ends with either pipe.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from landreg.access.sealing import use_key
from landreg.land.memory import seldom_collected
from landreg.land.staging_blocks import Ground, rows_of

FRAME = struct.Struct("<qq")
"""Rows and bytes that follow. Fewer than no rows: a table's name and columns follow (HEAD), or nothing more (LAST)."""
HEAD, LAST = -1, -2
END = "end"


def main() -> None:
    """Make the rows. Ctrl-C is for the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What anything prints must not come between the rows.
    with seldom_collected(), os.fdopen(os.dup(1), "wb", buffering=0) as out:
        os.dup2(2, 1)
        key, ground = pickle.load(sys.stdin.buffer)  # noqa: S301 - of the process that started this one
        try:
            _make(out, Path(key), ground, sys.stdin.buffer)
        except BrokenPipeError:
            os._exit(1)


def _make(out: IO[bytes], key: Path, ground: Ground, told: IO[bytes]) -> None:
    use_key(key)
    for table, columns, blocks in rows_of(ground, _lines(told)):
        _write(out, HEAD, json.dumps((table, columns)).encode())
        for text, rows in blocks:
            _write(out, rows, text)
    _write(out, LAST, b"")


def _lines(told: IO[bytes]) -> Iterator[str]:
    """The layers that are named, until the line that ends them; without that line the other process is gone."""
    while line := told.readline().decode().strip():
        if line == END:
            return
        yield line
    os._exit(1)


def _write(out: IO[bytes], rows: int, content: bytes) -> None:
    for part in (FRAME.pack(rows, len(content)), content):
        rest = memoryview(part)
        while rest:
            rest = rest[out.write(rest) :]
