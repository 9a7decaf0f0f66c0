"""Copies of checkpoints outside the database: one file each, never written over, so that a rewritten log shows.

The folder belongs on another disk or machine than the database; whoever can change the one must not reach the other.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from landreg.core.errors import Conflict, Finding
from landreg.log.note import Checkpoint, NoteFault, open_checkpoint

KEY_FILE = "verifier-key"
# The file of the largest checkpoint of a folder, while nobody else has put a file there or taken one away since.
_known: dict[Path, tuple[int, Path]] = {}
_NAME = re.compile(r"checkpoint-(\d{12})(?:\.\w+)?")


def keep(folder: Path, size: int, note: str, verifier: str) -> None:
    """Write a checkpoint's copy where there is none yet, and the public key beside it.

    Raises Conflict (LOG-4) when there is another of that size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / KEY_FILE).exists():
        write(folder / KEY_FILE, verifier + "\n")
    file, known = folder / f"checkpoint-{size:012d}", _newest(folder)
    if not file.exists():
        write(file, note)
        if known is not None and known.name < file.name:
            _known[folder] = (_changed(folder), file)
    elif file.read_text("utf-8") != note:
        raise Conflict(Finding("LOG-4", values={"copied": size, "size": size, "folder": str(folder)}))


def write(file: Path, text: str) -> None:
    """A file is there whole or not at all, also after a power cut."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.rename(file)


def files(folder: Path) -> Iterator[tuple[int, Path]]:
    """Size and file of each copy, smallest first; what another name has is passed over."""
    found = ((int(match[1]), file) for file in folder.glob("checkpoint-*") if (match := _NAME.fullmatch(file.name)))
    return iter(sorted(found))


def read(file: Path, verifier: str) -> Checkpoint:
    """The checkpoint in a copy. Raises NoteFault when it is damaged or was not signed by this key."""
    try:
        return open_checkpoint(file.read_text("utf-8"), verifier)
    except (OSError, UnicodeDecodeError) as error:
        raise NoteFault(f"{file.name} cannot be read") from error


def latest(folder: Path, verifier: str) -> Checkpoint | None:
    """The largest checkpoint that this key has signed among the copies; the folder is looked through only when it is not
    the one that was written last.
    """
    if (newest := _newest(folder)) is not None:
        try:
            return read(newest, verifier)
        except NoteFault:
            pass
    changed = _changed(folder)
    for _, file in reversed(list(files(folder))):
        try:
            found = read(file, verifier)
        except NoteFault:
            continue  # another log's, or damaged: `recheck` tells of it
        _known[folder] = (changed, file)
        return found
    return None


def _newest(folder: Path) -> Path | None:
    known = _known.get(folder)
    return known[1] if known is not None and known[0] == _changed(folder) else None


def _changed(folder: Path) -> int:
    """When a file came into the folder or left it."""
    return folder.stat().st_mtime_ns if folder.exists() else 0


@dataclass(frozen=True)
class Outside:
    """What lay in a folder at one moment: size and file of each copy, and size, witness and line of each cosignature."""

    files: tuple[tuple[int, Path], ...]
    cosignatures: tuple[tuple[int, str, str], ...]

    @classmethod
    def of(cls, folder: Path) -> Outside:
        """As it lies there now."""
        return cls(tuple(files(folder)), tuple(cosignatures(folder)))


def keep_cosignature(folder: Path, size: int, witness: str, line: str) -> None:
    """Write a witness's line beside the checkpoint's copy, where there is none yet."""
    file = folder / f"cosignature-{size:012d}-{hashlib.sha256(witness.encode()).hexdigest()[:8]}"
    if not file.exists():
        write(file, line + "\n")


def cosignatures(folder: Path) -> Iterator[tuple[int, str, str]]:
    """Size, witness and line of each that is kept outside, smallest first."""
    for file in sorted(folder.glob("cosignature-*-*")):
        line = file.read_text("utf-8", "replace").strip()
        parts = line.split(" ")
        if (size := file.name.split("-")[1]).isdigit():
            yield int(size), parts[1] if len(parts) == 3 else file.name, line
