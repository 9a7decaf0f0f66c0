"""What one entry of the log says, as bytes that anyone can make again.

A leaf is JSON in canonical form (RFC 8785: sorted names, no spaces, UTF-8) without floats; decimals are text. It holds
codes, hashes and what the act says. Personal facts enter as salted hashes; today's county and village are left out, so
that a new division code breaks no proof.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

FORMAT = "landreg-leaf/1"
SALT_BYTES = 16
LARGEST_LEAF = 16_384  # a bundle of 256 stays a few megabytes, and every leaf fits its two-byte length
_LARGEST_INTEGER = 2**53 - 1

# A datetime is a date.
Json: TypeAlias = bool | int | str | Decimal | date | UUID | Sequence["Json"] | Mapping[str, "Json"] | None


@dataclass(frozen=True)
class Entry:
    """What a step tells the log.

    kind: what happened, `act.first_registration`. county, village: today's codes, for jurisdiction only, not in the leaf.
    key: names it, once per county and kind; of an act, its number. facts: what anyone may know for ever. personal: names
    of facts with their plain values; only salted hashes of them enter the leaf.
    """

    kind: str
    county: str
    village: str
    key: str
    facts: Mapping[str, Json]
    personal: Mapping[str, str] = field(default_factory=dict)


def canonical(value: Json) -> bytes:
    """The value in canonical form. Raises TypeError for a float or an unknown type, ValueError for what JSON cannot hold.

    Decimals become plain text with their decimals kept; days and instants ISO 8601, instants in UTC.
    """
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def plain(value: Json) -> Any:
    """The value as JSON types only, names in the order of RFC 8785. Raises as `canonical` does."""
    match value:
        case None | bool() | str():
            return value
        case int():
            if abs(value) > _LARGEST_INTEGER:
                raise ValueError(f"{value} is too large for a JSON number")
            return value
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} is no number")
            return format(value, "f")
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            # By UTF-16 code units, as JavaScript sorts, not by code points.
            return {name: plain(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
        case Sequence() if not isinstance(value, (bytes, bytearray)):
            return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no place in a leaf")


def instant(at: datetime) -> str:
    """An instant as a leaf writes it, in UTC to the microsecond. Raises ValueError for one without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def salts_for(entry: Entry) -> dict[str, str]:
    """A fresh salt, in hexadecimal, for each personal fact."""
    return {name: secrets.token_hex(SALT_BYTES) for name in entry.personal}


def personal_hash(name: str, value: str, salt: str) -> str:
    """What a leaf says of a personal fact: SHA-256 of the salt, the fact's name, a zero byte and its value, in hex.

    Whoever knows the fact and is given the salt can make it again; from the leaf alone nothing can be guessed.
    """
    return hashlib.sha256(bytes.fromhex(salt) + name.encode() + b"\0" + value.encode()).hexdigest()


def leaf_of(
    kind: str, key: str, at: datetime, facts: Mapping[str, Json], personal: Mapping[str, str]
) -> tuple[bytes, bytes | None]:
    """The leaf, and its detail where the facts are too many for a leaf, which then holds the SHA-256 of the detail.

    personal: hashes already, by `personal_hash`. The detail is the canonical form of facts and personal hashes.
    """
    head: dict[str, Json] = {"format": FORMAT, "kind": kind, "key": key, "at": instant(at)}
    leaf = canonical({**head, "facts": facts, "personal": personal})
    if len(leaf) <= LARGEST_LEAF:
        return leaf, None
    detail = canonical({"facts": facts, "personal": personal})
    return canonical({**head, "detail": hashlib.sha256(detail).hexdigest()}), detail


def hashed(personal: Mapping[str, str], salts: Mapping[str, str]) -> dict[str, str]:
    """The personal part of a leaf. Raises KeyError for a fact without a salt."""
    return {name: personal_hash(name, value, salts[name]) for name, value in personal.items()}
