"""A package as one file: what is kept as evidence has one hash and one size, also where a folder was delivered."""

from __future__ import annotations

import errno
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Event

from landreg.core.errors import Finding, Refused
from landreg.core.files import Store
from landreg.land.sayable import sayable

_BLOCK = 1 << 20
_LARGE = 1 << 31


@dataclass(frozen=True, eq=False)
class Delivery:
    """name: as it was sent. path: what is checked. keep: puts the one file that is kept into a store. hashed: its SHA-256 and
    size, which a thread finds meanwhile. unchanged: raises Refused (PKG-37) where what is checked is no more what was sent."""

    name: str
    path: Path
    keep: Callable[[Store], object]
    hashed: Future[tuple[bytes, int]]
    unchanged: Callable[[], None]

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
    """A file as it is, and a folder, to be kept as a zip. A folder is read where it lies, and several times; where anything in it
    was written meanwhile, that is why an error ended the block: Refused (PKG-37).

    The same content makes the same bytes, whatever the folder is called and whenever it was written: names in order, one
    fixed date, nothing compressed. Of what is not there the hash is that of nothing: the check says so. Raises OSError.
    """
    if path.is_dir():
        _each_by_itself(path)
        with _Unchanged(path) as folder, _hashed(_zipped(path)) as hashed:
            yield Delivery(name, path, lambda store: store.put(_Stream(_zipped(path))), hashed, folder.look)
    elif path.is_file():
        with path.open("rb") as stream, _hashed(iter(lambda: stream.read(_BLOCK), b"")) as hashed:
            yield Delivery(name, path, lambda store: _put(store, path), hashed, lambda: None)
    else:
        with _hashed(iter(())) as hashed:
            yield Delivery(name, path, lambda _: None, hashed, lambda: None)


def _put(store: Store, file: Path) -> None:
    with file.open("rb") as stream:
        store.put(stream)


class _Unchanged:
    """A folder that is read for as long as a block: whether its files and folders are still those of the beginning, by size and by
    the instants at which they were written, of which the system keeps one that nobody sets. Not by their numbers, which some
    removable disks give out anew each time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> _Unchanged:
        self._before = self._marks()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, Exception):
            self.look()

    def look(self) -> None:
        """Raises Refused (PKG-37) where a file came, went or was written."""
        try:
            same = self._marks() == self._before
        except OSError:
            same = False
        if not same:
            raise Refused(Finding("PKG-37", None, {"file": sayable(self._folder.name)}))

    def _marks(self) -> dict[Path, tuple[int, int, int]]:
        files = set(_inside(self._folder))
        found = ((item, item.stat()) for item in files | {self._folder} | {file.parent for file in files})
        return {item: (of.st_size, of.st_mtime_ns, of.st_ctime_ns) for item, of in found}


def _each_by_itself(folder: Path) -> None:
    """Raises FileExistsError for two files whose names read alike: in the zip one would lie over the other."""
    for (before, _), (name, item) in pairwise(_named(folder)):
        if before == name:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(item))


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
