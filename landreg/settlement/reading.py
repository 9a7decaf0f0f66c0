"""What is written in a file that is offered: all that a PDF says in words. Pictures say none."""

from __future__ import annotations

import io

from landreg.core.errors import BadInput, Finding
from landreg.core.pdftext import UnreadableError, pdf_text

LARGEST = 20 * 1024 * 1024
_MAGIC = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def media_of(content: bytes, field: str) -> str:
    """What a file is, by its first bytes. Raises BadInput (SET-18) for anything but PDF, JPEG, PNG of at most 20 MB."""
    if len(content) <= LARGEST:
        for magic, media in _MAGIC.items():
            if content.startswith(magic):
                return media
    raise BadInput(Finding("SET-18", field, {"most": LARGEST // 1024 // 1024}))


def text_of(content: bytes, media: str, field: str) -> str:
    """The text in a file, '' of a picture. Raises BadInput (SET-18) for a PDF that cannot be read: what is in it, nobody knows."""
    if media != "application/pdf":
        return ""
    try:
        return pdf_text(io.BytesIO(content))
    except UnreadableError as error:
        raise BadInput(Finding("SET-18", field, {"most": LARGEST // 1024 // 1024})) from error
