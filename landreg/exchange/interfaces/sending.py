"""One POST to a stranger: to an address that was looked at, by the name on its certificate, and no further."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from landreg.exchange.interfaces.rules import (
    Address,
    api_8_host_is_elsewhere,
    api_8_webhook_goes_out_by_https,
    is_loopback,
)

LONGEST_S = 10.0
"""How long a stranger is waited for in all, once it is connected, however often it sends a byte."""
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


def post(url: str, body: str, headers: Mapping[str, str], *, loopback: bool, longest_s: float = LONGEST_S) -> Sent:
    """Send it. The name is looked up once, and what it leads to is both checked and called, so that no second answer of the
    name's server leads elsewhere; what answers with another address is not followed; nothing of the answer is kept.
    longest_s: after so many seconds it is given up, whatever the other side sends.
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
    overdue = threading.Event()
    calling = _connection(parts.scheme, host, found[0], port)
    try:
        calling.connect()
        calling.timeout = longest_s
        with _hung_up_after(longest_s, calling, overdue):
            calling.request("POST", path, body=body.encode(), headers={**headers, "Host": named}, preload_content=False)
            status = calling.getresponse().status
    except (urllib3.exceptions.HTTPError, OSError, ValueError, HTTPException) as error:
        late = overdue.is_set() or isinstance(error, TimeoutError | urllib3.exceptions.TimeoutError)
        return Sent(0, "silence" if late else "connection")
    finally:
        calling.close()
    if overdue.is_set():
        # What was read until then looks whole where the connection was shut in the middle of the headers.
        return Sent(0, "silence")
    return Sent(status, "" if 200 <= status < 300 else "answer")


@contextmanager
def _hung_up_after(seconds: float, calling: HTTPConnection, overdue: threading.Event) -> Iterator[None]:
    """The connection is shut when the time is over: a timeout of a socket begins anew with each byte that comes."""

    def hang_up() -> None:
        overdue.set()
        # Of the plain socket below TLS, so that whoever waits for a byte of it is woken; gone where the answer just came.
        with suppress(OSError, TypeError):
            socket.socket.shutdown(calling.sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _connection(scheme: str, host: str, address: str, port: int) -> HTTPConnection:
    if scheme == "http" and is_loopback(host):
        return HTTPConnection(address, port, timeout=CONNECT_S)
    return HTTPSConnection(
        address, port, timeout=CONNECT_S, ca_certs=certifi.where(), cert_reqs="CERT_REQUIRED", server_hostname=host,
        assert_hostname=host,
    )  # fmt: skip
