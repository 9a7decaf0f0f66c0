"""Sealing names and identity numbers at rest, and digests that find them again. No database: `access.identity` has that.

Sealed with AES-256-GCM, what is said of a person together with the place where it stands (`person_place`), so that it does
not open in another's row; an HMAC-SHA256 digest finds the same number again without opening it. Both keys are derived from
the identity key's file. That file may hold several lines while keys turn (`rotation.py`): the first key seals and makes
digests, every one opens what it sealed and finds what it digested. The file is read again when it changes, so that a
running process follows.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from landreg.core.codes import tidy
from landreg.core.errors import BadInput, Finding

_FORM = b"\x01"
BOUND = b"\x02"
"""The form of a text that is sealed with its place; persons' of before are read in the other one until their keys turn."""
_NONCE = 12


class _Keys:
    """The key file in use, and the keys derived from its lines."""

    def __init__(self) -> None:
        self.file: Path | None = None
        self.ring: dict[bytes, AESGCM] = {}
        self.sealing = b""
        self.digesting: tuple[bytes, ...] = ()
        self.seen: tuple[int, int] | None = None

    def read(self) -> None:
        if self.file is None:
            self.file = _file_of_settings()
        file = self.file
        try:
            state = file.stat()
            if self.seen == (seen := (state.st_mtime_ns, state.st_ino)):
                return
            secrets = [line.strip().encode() for line in file.read_text("ascii").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(Finding("SYS-2", "LANDREG_IDENTITY_KEY_FILE", {"given": str(file)})) from error
        if not secrets or any(len(secret) < 32 for secret in secrets):
            raise BadInput(Finding("SYS-2", "LANDREG_IDENTITY_KEY_FILE", {"given": str(file)}))
        names = [name_of(secret) for secret in secrets]
        self.ring = {name: AESGCM(_derived(secret, b"seal")) for name, secret in zip(names, secrets, strict=True)}
        self.sealing = names[0]
        self.digesting = tuple(_derived(secret, b"digest") for secret in secrets)
        self.seen = seen


_keys = _Keys()


def use_key(file: Path) -> None:
    """Seal with the keys of this file from now on; without a call, with the one of the environment's settings."""
    _keys.__init__()  # type: ignore[misc]
    _keys.file = file


def key_file() -> Path:
    """The file whose keys this process seals with."""
    _keys.read()
    return _keys.file or _file_of_settings()


def person_place(column: str, person_id: UUID) -> bytes:
    """Where a sealed text of a person stands."""
    return f"identity.person.{column}:{person_id}".encode()


def seal(text: str, place: bytes = b"") -> bytes:
    """A text that can be stored: form, name of the key, nonce, cipher text and tag. place: opens there only."""
    if not place:
        return seal_all((text,))[0]
    _keys.read()
    head, nonce = BOUND + _keys.sealing, os.urandom(_NONCE)
    return head + nonce + _keys.ring[_keys.sealing].encrypt(nonce, text.encode(), head + place)


def seal_all(texts: Iterable[str]) -> list[bytes]:
    """What `seal` makes of each text; the key file is looked at once."""
    _keys.read()
    head, cipher = _FORM + _keys.sealing, _keys.ring[_keys.sealing]
    made = []
    for text in texts:
        nonce = os.urandom(_NONCE)
        made.append(head + nonce + cipher.encrypt(nonce, text.encode(), head))
    return made


def open_sealed(sealed: bytes, place: bytes = b"") -> str:
    """The text that was sealed. Raises ValueError when it was changed, sealed with a key that is not here, or for another
    place. What was sealed before places were bound opens anywhere.
    """
    _keys.read()
    head, nonce, body = sealed[:5], sealed[5 : 5 + _NONCE], sealed[5 + _NONCE :]
    cipher = _keys.ring.get(head[1:])
    if head[:1] not in (_FORM, BOUND) or cipher is None:
        raise ValueError("sealed with a key that is not here")
    try:
        return cipher.decrypt(nonce, body, head + place if head[:1] == BOUND else head).decode()
    except InvalidTag as error:
        raise ValueError("a sealed text was changed") from error


def digest(text: str) -> bytes:
    """32 bytes that are the same for the same identity number or name, and say nothing without the key."""
    return digest_all((text,))[0]


def digest_all(texts: Iterable[str]) -> list[bytes]:
    """What `digest` makes of each text; the key file is looked at once."""
    _keys.read()
    key = _keys.digesting[0]
    return [hmac.digest(key, tidy(text).encode(), "sha256") for text in texts]


def digests(text: str) -> tuple[bytes, ...]:
    """The digest of a text by every key in use, the first one's first: while keys turn, a row may bear any of them."""
    _keys.read()
    return tuple(hmac.digest(key, tidy(text).encode(), "sha256") for key in _keys.digesting)


def name_of(secret: bytes) -> bytes:
    """Four bytes that name a key without telling it."""
    return hashlib.sha256(b"landreg identity key" + secret).digest()[:4]


def sealing_key() -> bytes:
    """The name of the key that seals now, as the head of a sealed text bears it: bytes 2 to 5."""
    _keys.read()
    return _keys.sealing


def key_names() -> tuple[bytes, ...]:
    """The names of every key in use."""
    _keys.read()
    return tuple(_keys.ring)


@cache
def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"landreg identity " + purpose).derive(secret)


def _file_of_settings() -> Path:
    from landreg.config import Settings  # not at the head: it loads the database's library, which a maker of rows lacks

    return Settings.from_environment().keys["identity"]
