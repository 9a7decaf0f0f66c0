"""What a file is by what it holds, whatever its name says: a PDF or a picture that can be opened, or a film."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image

from landreg.core.pdftext import has_pages

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
        return opened.read(8)[4:] == b"ftyp"
