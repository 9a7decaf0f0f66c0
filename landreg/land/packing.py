"""A package as one file: what is kept as evidence has one hash and one size, also where a folder was delivered."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from landreg.core.files import Store
from landreg.land.rooms import room
from landreg.land.sayable import sayable

_BLOCK = 1 << 20
_LARGE = 1 << 31


@dataclass(frozen=True)
class Delivery:
    """name: as it was sent. path: what is checked. sha256, size: of the one file that is kept, which `keep` puts into a store."""

    name: str
    path: Path
    sha256: bytes
    size: int
    keep: Callable[[Store], object]


@contextmanager
def delivered(path: Path, name: str) -> Iterator[Delivery]:
    """A file as it is; of a folder a copy, which ends with the block, to be kept as a zip.

    The same content makes the same bytes, whatever the folder is called and whenever it was written: names in order, one
    fixed date, nothing compressed. Of what is not there the hash is that of nothing: the check says so. Raises OSError.
    """
    if path.is_dir():
        with room() as copy:
            sha256, size = _copied(path, copy)
            yield Delivery(name, copy, sha256, size, lambda store: store.put(_Stream(_zipped(copy))))
    elif path.is_file():
        with path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").digest()
        yield Delivery(name, path, sha256, path.stat().st_size, lambda store: _put(store, path))
    else:
        yield Delivery(name, path, hashlib.sha256().digest(), 0, lambda _: None)


def _put(store: Store, file: Path) -> None:
    with file.open("rb") as stream:
        store.put(stream)


def _copied(folder: Path, into: Path) -> tuple[bytes, int]:
    """Copy a folder; SHA-256 and size of the zip of it. A thread takes in a piece while the next is read."""
    for name, item in _named(folder):
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with item.open("rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, _BLOCK)
    digest, size = hashlib.sha256(), 0
    with ThreadPoolExecutor(1) as pool:
        before: Future[None] | None = None
        for piece in _zipped(into):
            if before is not None:
                before.result()
            before, size = pool.submit(digest.update, piece), size + len(piece)
    return digest.digest(), size


def _zipped(folder: Path) -> Iterator[bytes]:
    """The zip of a folder, piece by piece."""
    made = _Pieces()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]
        for name, item in _named(folder):
            entry = zipfile.ZipInfo(name)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            large = item.stat().st_size >= _LARGE
            with item.open("rb") as source, archive.open(entry, "w", force_zip64=large) as packed:
                while block := source.read(_BLOCK):
                    packed.write(block)
                    yield from made.taken()
    yield from made.taken()


def _named(folder: Path) -> list[tuple[str, Path]]:
    """What lies in a folder at any depth, by the name that it has in the zip, in the order of these."""
    found = ((sayable(item.relative_to(folder).as_posix()), item) for item in _inside(folder) if item.is_file())
    return sorted(found)


def _inside(folder: Path) -> Iterator[Path]:
    """What lies in a folder at any depth. Raises OSError for one that may not be looked into, which would seem empty."""

    def stop(error: OSError) -> None:
        raise error

    return (Path(place, name) for place, _, names in os.walk(folder, onerror=stop) for name in names)


class _Pieces:
    """A file that is only written to, and gives away what was."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, piece: bytes) -> int:
        if piece:  # an empty one would be taken for the end
            self._written.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> list[bytes]:
        """What was written since the last call."""
        taken, self._written = self._written, []
        return taken


class _Stream:
    """Pieces to be read as from a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int = -1) -> bytes:
        return next(self._pieces, b"")
