"""What is written in an exit, or brought to it as a paper, ties it to nothing else: `law.guard` reads it all (GUARD-1).

Its case is in the register, and so are the forms by which papers come into its folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pypdf
from pypdf.errors import PyPdfError

from landreg.core.errors import BadInput, Finding, Refused
from landreg.core.files import Store
from landreg.law.guard import guard
from landreg.web.forms import Upload

MOST_PAGES = 200
MOST_SIGNS = 400_000
# What a damaged file makes the reader stumble over.
_DAMAGED = (PyPdfError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, OSError)


@dataclass(frozen=True)
class Attached:
    """A file in the store with the text that it says, where it is a PDF with a text layer."""

    sha256: str
    size: int
    name: str
    text: str = ""


def attached(store: Store, sent: Upload | None, field: str = "paper") -> Attached | None:
    """A file that was sent, kept and read; None where none was. Raises BadInput (FORM-7, EXIT-15)."""
    if sent is None:
        return None
    sha256, size = store.put(sent.content)
    if not size:
        raise BadInput(Finding("FORM-7", field))
    return Attached(sha256, size, sent.name, text_of(store.path(sha256), field))


def text_of(file: Path, field: str = "paper") -> str:
    """The text layer of a PDF; '' of any other file. Raises BadInput (EXIT-15) for one that cannot be read."""
    with file.open("rb") as opened:
        if not opened.read(1024).lstrip().startswith(b"%PDF"):
            return ""
        try:
            pages = pypdf.PdfReader(opened).pages
            if len(pages) > MOST_PAGES:
                raise BadInput(Finding("EXIT-15", field))
            return "\n".join(_signs(page.extract_text() for page in pages))
        except _DAMAGED as error:
            raise BadInput(Finding("EXIT-15", field)) from error


def _signs(texts: Iterator[str]) -> Iterator[str]:
    left = MOST_SIGNS
    for text in texts:
        yield text[:left]
        left -= len(text)
        if left <= 0:
            return


def ties_nothing(on: date, paper: Attached | None = None, field: str = "paper", **texts: str) -> None:
    """Raises Refused (GUARD-1), naming words and articles, where one of the texts or the paper ties the exit."""
    read = {**texts, **({} if paper is None else {field: f"{paper.name}\n{paper.text}"})}
    found = [finding for name, text in read.items() if (finding := guard(text, on, name)) is not None]
    if found:
        raise Refused(found)
