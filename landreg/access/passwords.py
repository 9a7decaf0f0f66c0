"""Passwords and short secrets, kept as argon2id hashes only."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from landreg.access import rules

# OWASP Password Storage, argon2id: 19 MiB and two passes on one lane, so that sixteen log-ins at once fit in memory.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Signs that can be read out and not mistaken for others.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


def hashed(password: str) -> str:
    """What is stored of a password."""
    return _HASHER.hash(password)


def verified(stored: str | None, password: str) -> bool:
    """Whether a password is the one that was stored; None, of nobody, takes as long and is never right."""
    try:
        return _HASHER.verify(stored or _nobodys_hash(), password[: rules.LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


def stale(stored: str) -> bool:
    """Whether a hash was made with weaker figures than today's."""
    return _HASHER.check_needs_rehash(stored)


def spoken(groups: int) -> str:
    """A random secret of so many groups of four signs, about 20 bits a group."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(groups))


def plain(spoken_secret: str) -> str:
    """A spoken secret as it was made, however it was typed: without spaces, in small letters, in groups of four."""
    signs = "".join(sign for sign in spoken_secret.lower() if sign.isalnum())
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))
