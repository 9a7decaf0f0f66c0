"""Photos of what is listed: read, turned upright, made small for a phone, and freed of what the camera wrote into them."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

from landreg.core.errors import BadInput, Finding
from landreg.core.files import Store

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 60_000_000
WIDEST = 1600
QUALITY = 78


@dataclass(frozen=True)
class Kept:
    """A photo in the store."""

    sha256: str
    size: int


def keep(store: Store, sent: Iterable[IO[bytes]]) -> list[Kept]:
    """Keep photos that were sent: at most 1,600 pixels wide, as JPEG, without place, time or camera. Raises BadInput (LST-24)."""
    return [_kept(store, photo) for photo in sent]


def _kept(store: Store, sent: IO[bytes]) -> Kept:
    content = sent.read(MOST_BYTES + 1)
    made = _made(content) if 0 < len(content) <= MOST_BYTES else None
    if made is None:
        raise BadInput(Finding("LST-24", "photos"))
    return Kept(store.put_bytes(made), len(made))


def _made(content: bytes) -> bytes | None:
    """The photo as it is kept; None for what is none, or would be too large unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=FORMATS) as photo:
                if photo.width * photo.height > MOST_PIXELS:
                    return None
                photo.draft("RGB", (WIDEST, WIDEST))
                upright = ImageOps.exif_transpose(photo).convert("RGB")
        upright.thumbnail((WIDEST, WIDEST))
        told = BytesIO()
        upright.save(told, "JPEG", quality=QUALITY, optimize=True)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None
    return told.getvalue()
