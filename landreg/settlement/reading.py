"""What is written in a file that is offered: the text layer of a PDF and what it says of itself. Pictures have none."""

from __future__ import annotations

import io

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from landreg.core.errors import BadInput, Finding

LARGEST = 20 * 1024 * 1024
MOST_PAGES = 200
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
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted or len(reader.pages) > MOST_PAGES:
            raise BadInput(Finding("SET-18", field, {"most": LARGEST // 1024 // 1024}))
        about = [str(value) for value in (reader.metadata or {}).values()]
        attached = [*reader.attachments]
        noted = [
            str(note.get_object().get("/Contents", "")) for page in reader.pages for note in page.annotations or ()
        ]
        filled = [str(one.get("/V", "")) for one in (reader.get_fields() or {}).values()]
        return "\n".join([page.extract_text() for page in reader.pages] + about + attached + noted + filled)
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OverflowError,
    ) as error:
        raise BadInput(Finding("SET-18", field, {"most": LARGEST // 1024 // 1024})) from error
