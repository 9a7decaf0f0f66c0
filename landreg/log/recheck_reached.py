"""How far rechecks came, kept in a file outside the database, and which old entries the next one reads.

Whoever can rewrite the tables must not be able to tell the recheck what to leave out: hence a file. A damaged one means
that nothing was rechecked.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from landreg.log import copies
from landreg.log.merkle import WIDTH


@dataclass(frozen=True)
class Pace:
    """part: entries that are read at a time. nights: within so many nightly rechecks every old entry is read again. least:
    so many parts are read again each night at least, so that a small register is read whole.
    """

    part: int = 16 * WIDTH
    nights: int = 30
    least: int = 8


PACE = Pace()


@dataclass(frozen=True)
class Reached:
    """How far rechecks came without a finding: the log's size and root then, and whose turn it is of the old parts."""

    size: int = 0
    root: str = ""
    part: int = 0

    @classmethod
    def read(cls, file: Path) -> Reached:
        """What the file says; nothing rechecked where there is none, or it is damaged."""
        said = _said(file)
        try:
            return cls(int(said["size"]), str(said["root"]), int(said.get("part", 0)))
        except (ValueError, KeyError, TypeError):
            return cls()

    def write(self, file: Path) -> None:
        """Whole or not at all."""
        copies.write(file, json.dumps(asdict(self)) + "\n")


@dataclass(frozen=True)
class Begun:
    """A whole recheck that was interrupted: the log's size and root then, and the parts read without a finding."""

    size: int = 0
    root: str = ""
    parts: frozenset[int] = frozenset()

    @classmethod
    def read(cls, file: Path) -> Begun:
        """What the file says; nothing begun where there is none, or it is damaged."""
        said = _said(file)
        try:
            return cls(int(said["size"]), str(said["root"]), frozenset(map(int, said["parts"])))
        except (ValueError, KeyError, TypeError):
            return cls()

    def write(self, file: Path) -> None:
        """Whole or not at all."""
        copies.write(file, json.dumps({**asdict(self), "parts": sorted(self.parts)}) + "\n")


def parts_of_night(reached: Reached, size: int, pace: Pace = PACE) -> tuple[tuple[int, ...], int]:
    """The parts that a nightly recheck of a log of this size reads, and whose turn is after it.

    All that came since the last one; and of the old ones each whose number leaves the night's turn as remainder, so that each
    is read again after exactly the pace's nights, however the log grows meanwhile. Of a small log more, so that it is read whole.
    """
    old, turn = reached.size // pace.part, reached.part % pace.nights
    again = set(range(turn, old, pace.nights))
    for step in range(old):
        if len(again) >= pace.least:
            break
        again.add((turn * pace.least + step) % old)
    new = range(old, -(-size // pace.part))
    return tuple(sorted({*again, *new})), (turn + 1) % pace.nights


def parts_left(size: int, pace: Pace = PACE, done: Collection[int] = ()) -> tuple[int, ...]:
    """The parts of a log of this size that were not read yet."""
    return tuple(part for part in range(-(-size // pace.part)) if part not in done)


def _said(file: Path) -> Mapping[str, Any]:
    try:
        said = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
