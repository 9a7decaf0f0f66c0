"""What is written in a PDF: its pages' text layer, its notes, its form's fields, what it says of itself, names of attachments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

MOST_PAGES = 200
MOST_SIGNS = 400_000
# What a damaged file makes the reader stumble over.
_DAMAGED = (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError)


class UnreadableError(Exception):
    """A PDF that is damaged, locked, or says more than anybody reads: what is in it, nobody knows."""


def pdf_text(file: BinaryIO) -> str:
    """All that a PDF says in words; pictures have none. Raises UnreadableError: half of a text is not read for the whole."""
    said, left = [], MOST_SIGNS
    try:
        for text in _texts(PdfReader(file)):
            said.append(text)
            left -= len(text)
            if left < 0:
                raise UnreadableError
    except _DAMAGED as error:
        raise UnreadableError from error
    return "\n".join(said)


def has_pages(file: BinaryIO) -> bool:
    """Whether a PDF can be opened without a password, to its first page."""
    file.seek(0)
    try:
        return bool(PdfReader(file).pages[0])
    except _DAMAGED:
        return False


def _texts(reader: PdfReader) -> Iterator[str]:
    if len(reader.pages) > MOST_PAGES:
        raise UnreadableError
    for page in reader.pages:
        yield page.extract_text()
        yield from (str(note.get_object().get("/Contents", "")) for note in page.annotations or ())
    yield from map(str, (reader.metadata or {}).values())
    yield from reader.attachments
    yield from (str(one.get("/V", "")) for one in (reader.get_fields() or {}).values())
