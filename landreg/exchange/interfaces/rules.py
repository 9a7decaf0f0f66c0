"""What programs may ask and how: keys of requests, addresses of webhooks, signatures and waits between attempts. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from landreg.core.errors import Finding

KEY = r"^[A-Za-z0-9._~-]{8,64}$"
"""Of a request that writes: chosen by the client, best a UUID."""
LONGEST_ADDRESS = 500
SECRET = "whsec_"  # noqa: S105
WEBHOOKS_MOST = 20
WAITS = tuple(timedelta(seconds=one) for one in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000))
"""After each attempt that failed, how long the next one waits; after the last a delivery is dead. As Standard Webhooks advises."""
ATTEMPTS = len(WAITS) + 1
KINDS = (
    "listing.published", "listing.withdrawn", "listing.expired", "listing.failed", "deal.made", "deal.fallen", "contract.signed",
    "contract.filed", "contract.ended", "contract.resumed",
)  # fmt: skip
"""What a webhook may be told of."""


@dataclass(frozen=True)
class Address:
    """Where a webhook is delivered to. loopback: whether this machine itself is a place to deliver to (a demonstration)."""

    url: str
    loopback: bool


def api_8_webhook_goes_out_by_https(address: Address) -> Finding | None:
    """API-8: to a named host by https, without a password in the address; plain http to this machine in a demonstration."""
    try:
        parts = urlsplit(address.url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return Finding("API-8", "url", {"given": address.url[:80]})
    here = address.loopback and parts.scheme in ("http", "https") and is_loopback(host)
    named = parts.scheme == "https" and port in (None, 443) and _is_name(host)
    if (
        (here or named)
        and not parts.username
        and not parts.password
        and not parts.fragment
        and len(address.url) <= LONGEST_ADDRESS
    ):
        return None
    return Finding("API-8", "url", {"given": address.url[:80]})


def api_8_host_is_elsewhere(host: str, found: Iterable[str], *, loopback: bool) -> Finding | None:
    """API-8, asked again of the addresses that a name leads to, each time: none may lie in a network of ours."""
    addresses = [ipaddress.ip_address(one.split("%")[0]) for one in found]
    if loopback and is_loopback(host):
        return None
    if addresses and all(_is_public(one) for one in addresses):
        return None
    return Finding("API-8", "url", {"given": host[:80]})


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Reached over the open internet, also where an IPv6 address only wraps one of IPv4."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        # 64:ff9b::/96 leads to any IPv4 address through a translator.
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast


_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its plain name."""
    return host in ("127.0.0.1", "localhost", "::1")


def _is_name(host: str) -> bool:
    """A name with a dot in it, as the outside has them; no address in any notation, no name of an inner network."""
    labels = host.rstrip(".").split(".")
    inner = host.rstrip(".").endswith(
        (".local", ".internal", ".localhost", ".lan", ".home", ".corp", ".test", ".onion")
    )
    plain = all(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", label) for label in labels)
    return plain and len(labels) > 1 and not labels[-1].isdigit() and not labels[-1].startswith("0x") and not inner


def secret_told(secret: bytes) -> str:
    """A webhook's secret as its client keeps it."""
    return SECRET + base64.b64encode(secret).decode()


def signed(secret: str, delivery: str, timestamp: int, body: str) -> str:
    """The `webhook-signature` of a delivery: HMAC-SHA256 over its id, the second and the body (Standard Webhooks 1.0)."""
    key = base64.b64decode(secret.removeprefix(SECRET))
    said = f"{delivery}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None: no more."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
