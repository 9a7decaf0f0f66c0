"""A sealed bid: what is locked, what is said of it at once, and how it is opened and verified. Pure; docs/sealed-bids.md.

The bidder's browser does the locking (`frontend/src/sealed.ts`); `lock` does the same here, for tests and for a program.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from decimal import Decimal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from landreg.core.errors import Finding

FORM = "landreg-sealed-bid/1"
KEY, NONCE, IV, TAG = 32, 32, 12, 16
PRICE_SIGNS = 13
KEY_BITS = 3072
WRAPPED = KEY_BITS // 8
_SLIP = re.compile(
    r"landreg-sealed-bid/1\n([0-9a-f-]{36})\n([0-9a-f-]{36})\n(\d{10}\.\d\d)\n([0-9a-f]{64})\n", re.ASCII
)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Envelope:
    """What the server keeps of a sealed bid. cipher: AES-256-GCM of the slip. wrapped: each officer's share of the key, RSA-OAEP.
    share_digests: SHA-256 of each share. commitment: SHA-256 of the slip, hex.
    """

    iv: bytes
    cipher: bytes
    wrapped: tuple[bytes, bytes]
    share_digests: tuple[str, str]
    commitment: str


@dataclass(frozen=True)
class Slip:
    """What a sealed bid says. nonce: 64 hex digits, of the bidder's own making."""

    sale: str
    entrant: str
    price: Decimal
    nonce: str

    @property
    def text(self) -> str:
        """As it is locked: every price of the same length, so that the length of the cipher tells nothing of it."""
        return f"{FORM}\n{self.sale}\n{self.entrant}\n{self.price:0{PRICE_SIGNS}.2f}\n{self.nonce}\n"

    @property
    def commitment(self) -> str:
        """What is in the log at once; without the nonce nobody finds the price by trying."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def place_of(sale: str, entrant: str) -> bytes:
    """What the cipher is bound to: copied under another's name, it does not open."""
    return f"{FORM}|{sale}|{entrant}".encode()


def seal_1_envelope_is_whole(facts: Envelope) -> Finding | None:
    """SEAL-1: every part is there in its form and length. What the price is, nobody can look at."""
    lengths = (len(facts.iv), len(facts.cipher), *(len(one) for one in facts.wrapped))
    digests = (*facts.share_digests, facts.commitment)
    slip = len(FORM) + 1 + 37 + 37 + PRICE_SIGNS + 1 + 2 * NONCE + 1
    sound = lengths == (IV, slip + TAG, WRAPPED, WRAPPED) and all(_HEX.fullmatch(one) for one in digests)
    return None if sound and facts.wrapped[0] != facts.wrapped[1] else Finding("SEAL-1", "cipher")


def seal_3_share_is_the_one_locked(share: bytes | None, digest: str) -> Finding | None:
    """SEAL-3: an officer's share is the one that the bidder locked for them: a false one cannot spoil a bid. None: the officer
    says that what the bidder handed in does not give it, so that one envelope cannot keep the others shut.
    """
    sound = share is None or (len(share) == KEY and hashlib.sha256(share).hexdigest() == digest)
    return None if sound else Finding("SEAL-3", "share")


def key_fault(public_key: bytes) -> Finding | None:
    """SEAL-4: an officer's public key is RSA of KEY_BITS."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, TypeError):
        return Finding("SEAL-4", "public_key")
    sound = isinstance(key, RSAPublicKey) and key.key_size == KEY_BITS
    return None if sound else Finding("SEAL-4", "public_key")


def lock(slip: Slip, first: bytes, second: bytes) -> Envelope:
    """A bid under two public keys (DER): neither officer opens it alone."""
    key, share, iv = secrets.token_bytes(KEY), secrets.token_bytes(KEY), secrets.token_bytes(IV)
    shares = (share, _joined(key, share))
    wrapped = [_wrapped(public, one) for public, one in zip((first, second), shares, strict=True)]
    digests = [hashlib.sha256(one).hexdigest() for one in shares]
    cipher = AESGCM(key).encrypt(iv, slip.text.encode(), place_of(slip.sale, slip.entrant))
    return Envelope(iv, cipher, (wrapped[0], wrapped[1]), (digests[0], digests[1]), slip.commitment)


def unlock(envelope: Envelope, shares: tuple[bytes | None, bytes | None], sale: str, entrant: str) -> Slip | Finding:
    """The bid, by both shares, held against its commitment; a finding (SEAL-5) where its own bidder locked it wrongly."""
    one, two = shares
    if one is None or two is None:
        return Finding("SEAL-5", "cipher")
    try:
        text = AESGCM(_joined(one, two)).decrypt(envelope.iv, envelope.cipher, place_of(sale, entrant)).decode("ascii")
    except (InvalidTag, ValueError):
        return Finding("SEAL-5", "cipher")
    match = _SLIP.fullmatch(text)
    if match is None or match[1] != sale or match[2] != entrant:
        return Finding("SEAL-5", "cipher")
    slip = Slip(sale, entrant, Decimal(match[3]), match[4])
    return slip if slip.commitment == envelope.commitment else Finding("SEAL-5", "commitment")


def _joined(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _wrapped(public_key: bytes, share: bytes) -> bytes:
    key = load_der_public_key(public_key)
    assert isinstance(key, RSAPublicKey)  # noqa: S101  (key_fault is asked before)
    return key.encrypt(share, OAEP(MGF1(SHA256()), SHA256(), None))
