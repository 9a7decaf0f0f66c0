"""What a file is by what it holds, whatever its name says: a PDF or a picture that can be opened, or a film."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image

from landreg.core.pdftext import has_pages

_FILMS = (b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"M4V ", b"qt  ", b"3gp4", b"3gp5", b"3gp6", b"MSNV")
"""The brands of recordings; a photo of a phone that begins alike (heic, avif) no browser shows."""
MEDIA = {"PDF": "application/pdf", "JPEG": "image/jpeg", "PNG": "image/png"}


def media(file: Path) -> str:
    """Its media type; '' for what is none of these."""
    with file.open("rb") as opened:
        if opened.read(1024).lstrip().startswith(b"%PDF"):
            return MEDIA["PDF"] if has_pages(opened) else ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(file, formats=("JPEG", "PNG")) as picture:
                picture.verify()
                return MEDIA[str(picture.format)]
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        return ""


def film(file: Path) -> bool:
    """Whether it is a recording as phones and cameras make it: MP4, MOV or 3GP (ISO 14496-12, a file type box at its head)."""
    with file.open("rb") as opened:
        begins = opened.read(12)
    return begins[4:8] == b"ftyp" and begins[8:] in _FILMS
