"""Unpack a delivered zip into a folder, without being led out of it or drowned."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from gis.faults import PackageFault

MAX_BYTES = 32 << 30
MAX_FILES = 20_000
MAX_RATIO = 250
SMALL = 256 << 20
BLOCK = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, LookupError, ArithmeticError,
    RuntimeError, MemoryError,
)  # fmt: skip
"""All that `zipfile` and its decompressors raise on bytes that are no sound zip. Names that are not UTF-8 though marked so
are a ValueError, methods and versions that nobody has a NotImplementedError (a RuntimeError), an LZMA dictionary without
bounds a MemoryError; that of bzip2 is an OSError without a number, see `_is_damage`."""


def unpack(zip_path: Path, into: Path, *, max_bytes: int = MAX_BYTES, max_files: int = MAX_FILES) -> Path:
    """Write the zip's files under `into` (made if need be) and return it.

    max_bytes and max_files bound what is written; what the entries declare is checked before anything is, and what
    they hold again while they are. More than SMALL bytes packed to less than one part in MAX_RATIO are no survey: blank
    padding, the most that a layer can be squeezed of, comes to a hundred. Names are UTF-8 where the zip says so or where
    they are, else GBK, as Chinese Windows packs them. Raises PackageFault (not_a_zip, zip_...); `into` may then hold some
    files: the caller's to drop.
    """
    try:
        with zipfile.ZipFile(zip_path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
            targets = _targets(zip_path, entries, max_bytes, max_files)
            room = max_bytes
            into.mkdir(parents=True, exist_ok=True)
            for entry, name in zip(entries, targets, strict=True):
                room -= _write(archive, entry, into.joinpath(*name.parts), room, zip_path)
    except _DAMAGE as error:
        raise PackageFault("not_a_zip", zip_path, {"why": str(error)}) from error
    return into


def keep_bounds(folder: Path, *, max_bytes: int, max_files: int) -> Path:
    """The folder, held to what a zip may hold. Raises PackageFault (zip_too_big, zip_too_many)."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    if len(sizes) > max_files:
        raise PackageFault("zip_too_many", folder, {"files": len(sizes), "allowed": max_files})
    if sum(sizes) > max_bytes:
        raise PackageFault("zip_too_big", folder, {"bytes": sum(sizes), "allowed": max_bytes})
    return folder


def _is_damage(error: OSError) -> bool:
    """Whether an OSError is about the zip's bytes, as against the disk: what bzip2 cannot read, an offset nowhere."""
    return error.errno in (None, errno.EINVAL)


def _targets(zip_path: Path, entries: list[zipfile.ZipInfo], max_bytes: int, max_files: int) -> list[PurePosixPath]:
    if len(entries) > max_files:
        raise PackageFault("zip_too_many", zip_path, {"files": len(entries), "allowed": max_files})
    declared = sum(entry.file_size for entry in entries)
    if declared > max_bytes:
        raise PackageFault("zip_too_big", zip_path, {"bytes": declared, "allowed": max_bytes})
    packed = sum(entry.compress_size for entry in entries)
    if declared > max(SMALL, MAX_RATIO * packed):
        raise PackageFault("zip_too_big", zip_path, {"bytes": declared, "packed": packed, "ratio_allowed": MAX_RATIO})
    targets: dict[PurePosixPath, None] = {}
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise PackageFault("zip_encrypted", zip_path, {"entry": entry_name(entry)})
        target = _safe(zip_path, entry)
        if target in targets:
            raise PackageFault("zip_twice", zip_path, {"entry": str(target)})
        targets[target] = None
    return list(targets)


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name as its packer meant it."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _safe(zip_path: Path, entry: zipfile.ZipInfo) -> PurePosixPath:
    name = entry_name(entry)
    path = PurePosixPath(name.replace("\\", "/"))
    mode = entry.external_attr >> 16
    faults = {
        "zip_bad_name": not path.parts
        or "\x00" in name
        or any(len(part.encode("utf-8", "replace")) > 255 for part in path.parts),
        "zip_unsafe_name": path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]),
        "zip_link": stat.S_IFMT(mode) not in (0, stat.S_IFREG),
    }
    for kind, found in faults.items():
        if found:
            raise PackageFault(kind, zip_path, {"entry": name[:200].replace("\x00", "")})
    return path


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, room: int, zip_path: Path) -> int:
    """Write one entry and return how many bytes it had. An archive may lie about sizes: what comes is counted."""
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("xb") as file:
            while block := source.read(BLOCK):
                written += len(block)
                if written > room:
                    raise PackageFault("zip_too_big", zip_path, {"entry": entry_name(entry), "allowed": room})
                file.write(block)
    except _DAMAGE as error:
        raise PackageFault("zip_damaged", zip_path, {"entry": entry_name(entry), "why": str(error)}) from error
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise PackageFault("zip_twice", zip_path, {"entry": entry_name(entry)}) from error
    except OSError as error:
        if not _is_damage(error):
            raise
        raise PackageFault("zip_damaged", zip_path, {"entry": entry_name(entry), "why": str(error)}) from error
    return written


def discard(folder: Path) -> None:
    """Drop an unpacked package."""
    shutil.rmtree(folder, ignore_errors=True)
