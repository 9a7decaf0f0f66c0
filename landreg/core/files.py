"""Files by their SHA-256: written once, before the row that names them; never overwritten (architecture.md 8)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Protocol

from landreg.core.errors import Finding, NotFound

_CHUNK = 1 << 20


class Readable(Protocol):
    """What is read piece by piece until nothing comes."""

    def read(self, size: int, /) -> bytes: ...


class Store:
    """A folder of files named by their hash, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, stream: Readable) -> tuple[str, int]:
        """Keep a stream; its hash in hex and its size. A file of that hash is written over by the same."""
        self.folder.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as part:
            try:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    part.write(chunk)
                part.flush()
                os.fsync(part.fileno())
                self._place(Path(part.name), digest.hexdigest())
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        return digest.hexdigest(), size

    def put_bytes(self, content: bytes) -> str:
        """Keep bytes; their hash in hex. A file that is there already is left alone when it holds them whole."""
        sha256 = hashlib.sha256(content).hexdigest()
        return sha256 if self._holds(sha256, content) else self.put(BytesIO(content))[0]

    def _holds(self, sha256: str, content: bytes) -> bool:
        """A file cut off by a power cut has the name and not the content."""
        try:
            return self.path(sha256).read_bytes() == content
        except FileNotFoundError:
            return False

    def _place(self, part: Path, sha256: str) -> None:
        """Give a flushed file its name; the folder is flushed too, or the name may be lost with the power."""
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, target)
        folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def path(self, sha256: str) -> Path:
        """Where a file of that hash lies, or would."""
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def sound(self, sha256: str) -> Path:
        """Where a file lies that is what its name says. Raises NotFound DOC-1 where there is none, DOC-2 where it was changed."""
        with self._opened(sha256) as file:
            _must_be(sha256, hashlib.file_digest(file, "sha256").hexdigest())
        return self.path(sha256)

    def read(self, sha256: str) -> bytes:
        """A file's content. Raises NotFound as `sound` does."""
        with self._opened(sha256) as file:
            content = file.read()
        _must_be(sha256, hashlib.sha256(content).hexdigest())
        return content

    def _opened(self, sha256: str) -> BufferedReader:
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotFound(Finding("DOC-1", values={"sha256": sha256[:12]})) from error


def _must_be(sha256: str, found: str) -> None:
    if found != sha256:
        raise NotFound(Finding("DOC-2", values={"sha256": sha256[:12]}))
