"""Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): that a log of this root and size was its largest consistent
state that the witness had seen, at an instant.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from landreg.log.note import DASH, NoteFault, Signer, decoded

ED25519_COSIGNATURE = b"\x04"
_TIME_BYTES = 8


@dataclass(frozen=True)
class WitnessKey:
    """A witness's public key. text: as verifiers are given it, name+number+key."""

    name: str
    number: bytes
    public: bytes
    text: str

    @classmethod
    def read(cls, text: str) -> WitnessKey:
        """Raises NoteFault when it is no key of a witness."""
        parts = text.strip().split("+", 2)
        key = decoded(parts[2]) if len(parts) == 3 else b""
        if len(key) != 33 or key[:1] != ED25519_COSIGNATURE or not parts[0]:
            raise NoteFault("this is no key of a witness (cosignature/v1)")
        number = hashlib.sha256(parts[0].encode() + b"\n" + key).digest()[:4]
        if number.hex() != parts[1]:
            raise NoteFault("the witness key's number does not fit its key")
        return cls(parts[0], number, key[1:], text.strip())


class Witness(Signer):
    """A witness's own key; the file is of the same form as the log's."""

    def __init__(self, name: str, seed: bytes) -> None:
        super().__init__(name, seed)
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes_raw()
        key = ED25519_COSIGNATURE + public
        self._number = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
        self.key = WitnessKey.read(f"{name}+{self._number.hex()}+{base64.b64encode(key).decode()}")

    @classmethod
    def of_text(cls, name: str, text: str) -> Witness:
        """The witness of a key file, which holds 32 bytes in hexadecimal. Raises NoteFault."""
        try:
            return cls(name, bytes.fromhex(text.strip()))
        except ValueError as error:
            raise NoteFault("the witness's key file does not hold 64 hexadecimal digits") from error

    def cosign(self, body: str, at: int) -> str:
        """The signature line for a checkpoint's text. at: POSIX seconds."""
        signed = self._private.sign(_message(body, at))
        raw = self._number + at.to_bytes(_TIME_BYTES, "big") + signed
        return f"{DASH} {self.name} {base64.b64encode(raw).decode()}"


def cosigned_at(note: str, line: str, key: WitnessKey) -> int | None:
    """When this witness signed the checkpoint of a note by this line, in POSIX seconds; None when it did not."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[:2] != [DASH, key.name]:
        return None
    try:
        raw = decoded(parts[2])
    except NoteFault:
        return None
    if len(raw) != 4 + _TIME_BYTES + 64 or raw[:4] != key.number:
        return None
    at = int.from_bytes(raw[4 : 4 + _TIME_BYTES], "big")
    try:
        body = note.partition("\n\n")[0] + "\n"
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4 + _TIME_BYTES :], _message(body, at))
    except InvalidSignature:
        return None
    return at


def _message(body: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{body}".encode()
