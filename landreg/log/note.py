"""Signed notes and checkpoints (C2SP signed-note, tlog-checkpoint), with Ed25519.

A checkpoint is three lines, the log's origin, its size and its root, an empty line, and a signature line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\u2014"  # an em dash begins a signature line
_SIGNATURE = re.compile(rf"{DASH} (\S+) (\S+)")


class NoteFault(ValueError):
    """A note or key that cannot be read, or was not signed by this key; the text says which."""


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log that its operator has signed."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Signer:
    """The log's own key. name: the log's origin, without spaces or plus signs."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not name or re.search(r"[\s+]", name):
            raise NoteFault(f"a key cannot be called {name!r}")
        if len(seed) != 32:
            raise NoteFault("an Ed25519 key has 32 bytes")
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._key.public_key().public_bytes_raw()

    @classmethod
    def of_text(cls, name: str, text: str) -> Signer:
        """The signer of a key file, which holds 32 bytes in hexadecimal. Raises NoteFault."""
        try:
            return cls(name, bytes.fromhex(text.strip()))
        except ValueError as error:
            raise NoteFault("the log's key file does not hold 64 hexadecimal digits") from error

    @property
    def verifier(self) -> str:
        """The public key as verifiers take it: name, key number, key."""
        key = base64.b64encode(ED25519 + self._public).decode()
        return f"{self.name}+{_number(self.name, self._public).hex()}+{key}"

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note."""
        return self.sign_text(checkpoint.body)

    def sign_text(self, body: str) -> str:
        """A text that ends with a line feed as a signed note; its first line says what it is: none passes for another."""
        signature = base64.b64encode(_number(self.name, self._public) + self._key.sign(body.encode())).decode()
        return f"{body}\n{DASH} {self.name} {signature}\n"


def read_verifier(text: str) -> tuple[str, bytes]:
    """Name and public key of a verifier's text. Raises NoteFault."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteFault("a verifier key reads name+number+key")
    name, number, encoded = parts
    key = decoded(encoded)
    if len(key) != 33 or key[:1] != ED25519 or _number(name, key[1:]).hex() != number:
        raise NoteFault("the verifier key's number does not fit its key")
    return name, key[1:]


def open_checkpoint(note: str, verifier: str) -> Checkpoint:
    """The checkpoint in a note that this key has signed; other signatures are passed over. Raises NoteFault."""
    return read_body(open_text(note, verifier))


def open_text(note: str, verifier: str) -> str:
    """The text of a note that this key has signed. Raises NoteFault."""
    name, public = read_verifier(verifier)
    body, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteFault("this is no signed note")
    body += "\n"
    for line in signatures.splitlines():
        match = _SIGNATURE.fullmatch(line)
        if match is None or match[1] != name:
            continue
        signature = decoded(match[2])
        if signature[:4] == _number(name, public) and _verifies(public, signature[4:], body.encode()):
            return body
    raise NoteFault(f"the note bears no valid signature of {name}")


def read_body(body: str) -> Checkpoint:
    """The checkpoint in the signed text. Raises NoteFault."""
    lines = body.split("\n")
    if len(lines) < 4 or not lines[0] or not re.fullmatch(r"0|[1-9]\d{0,17}", lines[1]):
        raise NoteFault("the note is no checkpoint")
    root = decoded(lines[2])
    if len(root) != 32:
        raise NoteFault("the checkpoint's root has not 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def _number(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def _verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def decoded(text: str) -> bytes:
    """The bytes of a base64 value. Raises NoteFault."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteFault("a base64 value cannot be read") from error
