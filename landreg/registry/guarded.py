"""What is written in an exit, or brought to it as a paper, ties it to nothing else: `law.guard` reads it all (GUARD-1).

Its case is in the register, and so are the forms by which papers come into its folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from landreg.core.errors import BadInput, Finding, Refused
from landreg.core.files import Store
from landreg.core.pdftext import MOST_SIGNS, UnreadableError, pdf_text
from landreg.law.guard import guard, guard_deal
from landreg.web.forms import Upload

_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")
"""How documents of office programs begin, whose words are not read here."""
_MOST_BYTES = 4 * MOST_SIGNS


@dataclass(frozen=True)
class Attached:
    """A file in the store with the text that it says: a PDF's, or its own where it is plain text."""

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
    """What a PDF or a plain text says; '' of a picture or a film. Raises BadInput (EXIT-15) for one that cannot be read."""
    with file.open("rb") as opened:
        begins = opened.read(1024).lstrip()
        opened.seek(0)
        try:
            if begins.startswith(_OFFICE):
                raise UnreadableError
            return pdf_text(opened) if begins.startswith(b"%PDF") else _plain(opened)
        except UnreadableError as error:
            raise BadInput(Finding("EXIT-15", field)) from error


def _plain(opened: BinaryIO) -> str:
    """The text of a file that is nothing else, '' of any other. Raises UnreadableError for one that is longer than is read."""
    content = opened.read(_MOST_BYTES + 1)
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in content and not wide:
        return ""
    if len(content) > _MOST_BYTES:
        raise UnreadableError
    for encoding in ("utf-16",) if wide else ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return content.decode(encoding)
    return ""


def ties_nothing(on: date, paper: Attached | None = None, field: str = "paper", **texts: str) -> None:
    """Raises Refused (GUARD-1), naming words and articles, where one of the texts or the paper ties the exit."""
    none_ties(on, {**texts, **({} if paper is None else {field: f"{paper.name}\n{paper.text}"})})


def none_ties(on: date, texts: Mapping[str, str]) -> None:
    """The same of texts by whatever field."""
    _refuse(guard(text, on, name) for name, text in texts.items())


def words_of_exit_tie_nothing(on: date, **texts: str) -> None:
    """The same of what is said of the exit itself, where the land goes without saying: "为了落户"."""
    _refuse(guard(text, on, name, of_exit=True) for name, text in texts.items())


def words_of_transfer_tie_nothing(on: date, **texts: str) -> None:
    """The same of what is said of a transfer, whose land goes without saying too: "落户以后付钱", "帮你家娃落户". What a side
    reports of another (a dispute, a notice, a reason why not) is no term, and is read by `ties_nothing`.
    """
    _refuse(guard_deal(text, on, name) for name, text in texts.items())


def _refuse(findings: Iterable[Finding | None]) -> None:
    if found := [finding for finding in findings if finding is not None]:
        raise Refused(found)
