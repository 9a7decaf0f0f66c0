"""A package as one file: what is kept as evidence has one hash and one size, also where a folder was delivered."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from landreg.core.files import Store
from landreg.land.rooms import room
from landreg.land.sayable import sayable

_BLOCK = 1 << 20
_LARGE = 1 << 31


@dataclass(frozen=True, eq=False)
class Delivery:
    """name: as it was sent. path: what is checked. keep: puts the one file that is kept into a store. hashed: its SHA-256 and
    size, which a thread finds meanwhile."""

    name: str
    path: Path
    keep: Callable[[Store], object]
    hashed: Future[tuple[bytes, int]]

    @property
    def sha256(self) -> bytes:
        """Waited for. Raises OSError where the file cannot be read."""
        return self.hashed.result()[0]

    @property
    def size(self) -> int:
        """Bytes, waited for."""
        return self.hashed.result()[1]


@contextmanager
def delivered(path: Path, name: str) -> Iterator[Delivery]:
    """A file as it is; of a folder a copy, which ends with the block, to be kept as a zip.

    The same content makes the same bytes, whatever the folder is called and whenever it was written: names in order, one
    fixed date, nothing compressed. Of what is not there the hash is that of nothing: the check says so. Raises OSError.
    """
    if path.is_dir():
        with room() as copy:
            _copy(path, copy)
            with _hashed(_zipped(copy)) as hashed:
                yield Delivery(name, copy, lambda store: store.put(_Stream(_zipped(copy))), hashed)
    elif path.is_file():
        with path.open("rb") as stream, _hashed(iter(lambda: stream.read(_BLOCK), b"")) as hashed:
            yield Delivery(name, path, lambda store: _put(store, path), hashed)
    else:
        with _hashed(iter(())) as hashed:
            yield Delivery(name, path, lambda _: None, hashed)


def _put(store: Store, file: Path) -> None:
    with file.open("rb") as stream:
        store.put(stream)


def _copy(folder: Path, into: Path) -> None:
    for name, item in _named(folder):
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with item.open("rb") as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, _BLOCK)


@contextmanager
def _hashed(pieces: Iterator[bytes]) -> Iterator[Future[tuple[bytes, int]]]:
    """SHA-256 and size of pieces, found by a thread, which is broken off where the block ends before."""
    over = Event()

    def found() -> tuple[bytes, int]:
        digest, size = hashlib.sha256(), 0
        for piece in pieces:
            if over.is_set():
                raise CancelledError
            digest.update(piece)
            size += len(piece)
        return digest.digest(), size

    with ThreadPoolExecutor(1, "hash") as pool:
        try:
            yield pool.submit(found)
        finally:
            over.set()


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
