"""Papers that tests bring: a PDF of one blank page, by what it is called."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfWriter


def pdf(said: str = "") -> bytes:
    """A PDF that opens; of other words another file."""
    made, kept = PdfWriter(), BytesIO()
    made.add_blank_page(595, 842)
    made.add_metadata({"/Title": said})
    made.write(kept)
    return kept.getvalue()
