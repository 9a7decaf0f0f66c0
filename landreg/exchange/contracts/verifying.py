"""A verified-signature service, as the register sees it: it answers whether a side has signed a text.

`FileService` takes the answer as a file that the service has signed by its key (a signed note, C2SP): no connection is made, and
an answer for another contract, text or side, or one that somebody else signed, is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from landreg.log.note import NoteFault, open_text

HEAD = "landreg-contract-signature/1"
LONGEST = 8192
NONE = "none"
"""The key of a county that has no service."""


@dataclass(frozen=True)
class Verified:
    """What the service says: who signed, and under which reference it keeps that."""

    name: str
    reference: str


class SignatureService(Protocol):
    """Whoever verifies signatures."""

    def verified(self, answer: bytes, number: str, side: str, text_sha256: str) -> Verified | None:
        """The signature of a side under a contract's text; None where the answer does not say so."""
        ...


def name_of(key: str) -> str:
    """The name of the service whose key this is; '' where the county has none."""
    return "" if key == NONE else key.partition("+")[0]


@dataclass(frozen=True)
class FileService:
    """Answers as files. key: the service's public key, name+number+key; `none` where the county has none."""

    key: str

    def verified(self, answer: bytes, number: str, side: str, text_sha256: str) -> Verified | None:
        """The answer read: head, number, side, digest, name, reference, a line each."""
        if self.key == NONE or len(answer) > LONGEST:
            return None
        try:
            said = open_text(answer.decode("utf-8"), self.key).splitlines()
        except (NoteFault, UnicodeDecodeError):
            return None
        if len(said) != 6 or said[:4] != [HEAD, number, side, text_sha256] or not said[4].strip():
            return None
        return Verified(said[4].strip()[:60], said[5].strip()[:100])
