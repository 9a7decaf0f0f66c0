"""One POST to a stranger: to an address that was looked at, by the name on its certificate, and no further."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import certifi
import urllib3

from landreg.exchange.interfaces.rules import (
    Address,
    api_8_host_is_elsewhere,
    api_8_webhook_goes_out_by_https,
    is_loopback,
)

LONGEST_S = 10.0
CONNECT_S = 5.0


@dataclass(frozen=True)
class Sent:
    """answered: the HTTP status, 0 where nothing answered. said: why it failed, '' where it did not."""

    answered: int
    said: str

    @property
    def good(self) -> bool:
        """Whether the other side took it."""
        return 200 <= self.answered < 300


def post(url: str, body: str, headers: Mapping[str, str], *, loopback: bool) -> Sent:
    """Send it. The name is looked up once, and what it leads to is both checked and called, so that no second answer of the
    name's server leads elsewhere; what answers with another address is not followed; nothing of the answer is kept.
    """
    if api_8_webhook_goes_out_by_https(Address(url, loopback)) is not None:
        return Sent(0, "address")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = list(dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except OSError:
        return Sent(0, "name")
    if not found or api_8_host_is_elsewhere(host, found, loopback=loopback) is not None:
        return Sent(0, "inner_network")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    named = host if port in (80, 443) else f"{host}:{port}"
    try:
        with _pool(parts.scheme, host, found[0], port) as pool:
            answer = pool.urlopen(
                "POST", path, body=body.encode(), headers={**headers, "Host": named}, redirect=False, retries=False,
                preload_content=False, assert_same_host=False,
            )  # fmt: skip
            status = answer.status
            answer.close()
    except urllib3.exceptions.TimeoutError:
        return Sent(0, "silence")
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        return Sent(0, "connection")
    return Sent(status, "" if 200 <= status < 300 else "answer")


def _pool(scheme: str, host: str, address: str, port: int) -> urllib3.HTTPConnectionPool:
    timeout = urllib3.Timeout(connect=CONNECT_S, read=LONGEST_S)
    if scheme == "http" and is_loopback(host):
        return urllib3.HTTPConnectionPool(address, port, timeout=timeout, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=timeout, maxsize=1, ca_certs=certifi.where(), cert_reqs="CERT_REQUIRED", server_hostname=host,
        assert_hostname=host,
    )  # fmt: skip
