"""A package as one file: what is kept as evidence has one hash and one size, also where a folder was delivered."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from landreg.land.sayable import sayable

_LARGE = 1 << 31


@contextmanager
def one_file(path: Path, room: Path | None) -> Iterator[tuple[Path, bytes | None]]:
    """The file itself; of a folder a zip of it, which ends with the block, and the zip's SHA-256. room: where such a zip
    may lie meanwhile.

    The same content makes the same bytes, whatever the folder is called and whenever it was written: names in order, one
    fixed date, nothing compressed. Raises OSError.
    """
    if not path.is_dir():
        yield path, None
        return
    if room is not None:
        room.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=room, prefix="packing-") as folder:
        file = Path(folder) / "package.zip"
        yield file, _pack(path, file)


def _pack(folder: Path, file: Path) -> bytes:
    """Write the zip; its SHA-256, which a thread makes meanwhile of what is written for good."""
    digest = hashlib.sha256()
    with ThreadPoolExecutor(1) as pool, file.open("w+b") as whole, file.open("rb", buffering=0) as behind:
        work = [pool.submit(_take_in, digest, behind, end) for end in _entries(folder, whole)]
        for done in work:
            done.result()
    return digest.digest()


def _take_in(digest: Any, file: IO[bytes], end: int) -> None:
    while block := file.read(min(1 << 20, end - file.tell())):
        digest.update(block)


def _inside(folder: Path) -> Iterator[Path]:
    """What lies in a folder at any depth. Raises OSError for one that may not be looked into, which would seem empty."""

    def stop(error: OSError) -> None:
        raise error

    return (Path(place, name) for place, _, names in os.walk(folder, onerror=stop) for name in names)


def _entries(folder: Path, whole: IO[bytes]) -> Iterator[int]:
    """Write entry after entry; up to where the file is complete after each, and at last after its directory."""
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for item in sorted(found for found in _inside(folder) if found.is_file()):
            entry = zipfile.ZipInfo(sayable(item.relative_to(folder).as_posix()))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            with (
                item.open("rb") as source,
                archive.open(entry, "w", force_zip64=item.stat().st_size >= _LARGE) as target,
            ):
                shutil.copyfileobj(source, target, 1 << 20)
            whole.flush()
            yield whole.tell()
    whole.flush()
    yield whole.tell()
