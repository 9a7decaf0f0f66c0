"""A package as one file: what is kept as evidence has one hash and one size, also where a folder was delivered."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from landreg.land.sayable import sayable

_LARGE = 1 << 31


@contextmanager
def one_file(path: Path, room: Path | None) -> Iterator[Path]:
    """The file itself; of a folder a zip of it, which ends with the block. room: where such a zip may lie meanwhile.

    The same content makes the same bytes, whatever the folder is called and whenever it was written: names in order, one
    fixed date, nothing compressed. Raises OSError.
    """
    if not path.is_dir():
        yield path
        return
    if room is not None:
        room.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=room, prefix="packing-") as folder:
        file = Path(folder) / "package.zip"
        _pack(path, file)
        yield file


def _pack(folder: Path, file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for item in sorted(found for found in folder.rglob("*") if found.is_file()):
            entry = zipfile.ZipInfo(sayable(item.relative_to(folder).as_posix()))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            with (
                item.open("rb") as source,
                archive.open(entry, "w", force_zip64=item.stat().st_size >= _LARGE) as target,
            ):
                shutil.copyfileobj(source, target, 1 << 20)
