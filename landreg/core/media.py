"""What a file is by what it holds, whatever its name says: a PDF or a picture, that can be opened."""

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
