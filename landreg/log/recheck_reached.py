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
    """How far rechecks came without a finding: the log's size and root then, and the part of old entries that is next."""

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
    """The parts that a nightly recheck of a log of this size reads, and the part that is next after it.

    All that came since the last one, and so many old ones that each is read again within the pace's nights, however the log
    grows meanwhile: of more parts, more are read.
    """
    old = reached.size // pace.part
    count = min(old, max(pace.least, -(-old // max(1, pace.nights - 2))))
    again = [(reached.part + step) % old for step in range(count)] if old else []
    new = range(old, -(-size // pace.part))
    return tuple(sorted({*again, *new})), (reached.part + count) % old if old else 0


def parts_left(size: int, pace: Pace = PACE, done: Collection[int] = ()) -> tuple[int, ...]:
    """The parts of a log of this size that were not read yet."""
    return tuple(part for part in range(-(-size // pace.part)) if part not in done)


def _said(file: Path) -> Mapping[str, Any]:
    try:
        said = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
