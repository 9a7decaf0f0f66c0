"""Files by their SHA-256: written once, before the row that names them; never overwritten (architecture.md 8)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO

from landreg.core.errors import Finding, NotFound

_CHUNK = 1 << 20


class Store:
    """A folder of files named by their hash, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, stream: IO[bytes]) -> tuple[str, int]:
        """Keep a stream; its hash in hex and its size. A file that is there already is left as it is."""
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
                target = self.path(digest.hexdigest())
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(part.name, target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
        return digest.hexdigest(), size

    def put_bytes(self, content: bytes) -> str:
        """Keep bytes; their hash in hex. Not flushed one by one: what is lost with the power is printed again."""
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
                part.write(content)
            os.replace(part.name, target)
        return sha256

    def path(self, sha256: str) -> Path:
        """Where a file of that hash lies, or would."""
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def read(self, sha256: str) -> bytes:
        """A file's content. Raises NotFound when it is not there or no longer what its name says."""
        try:
            content = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(Finding("DOC-1", values={"sha256": sha256[:12]})) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise NotFound(Finding("DOC-2", values={"sha256": sha256[:12]}))
        return content
