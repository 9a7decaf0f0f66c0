"""Programs that call the interface, as tests have them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

from landreg.access import clients
from landreg.access.client_rules import Scope
from landreg.access.clients import NewClient, Registered
from landreg.access.service import SYSTEM
from tests.kept_kit import Connection, kept
from tests.villages import COUNTY

EVERYTHING = tuple(scope.value for scope in Scope)


def registered(superuser: Connection, *scopes: str, within: str = COUNTY, name: str = "区农业补贴系统") -> Registered:
    """A program that is let do these things, all where none is named."""
    wanted = NewClient(name, scopes or EVERYTHING, within)
    return kept(superuser, ("client", wanted), lambda: clients.register(SYSTEM, wanted))


@dataclass
class Program:
    """A program with a token. `ask` gives status, JSON and headers."""

    client: Any
    token: str

    def ask(self, method: str, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        """Call the interface."""
        given = {
            "Authorization": f"Bearer {self.token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        if method != "GET":
            given["Idempotency-Key"] = key or str(uuid4())
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=given)


def program(app: Any, made: Registered, scope: str = "") -> Program:
    """A program that has asked for its token."""
    client = app.test_client()
    form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
    answer = client.post("/api/v1/token", data=form, auth=(str(made.client_id), made.secret))
    assert answer.status_code == 200, answer.text
    return Program(client, answer.get_json()["access_token"])


@dataclass
class Heard:
    """A stranger's server that writes down what it was told, and answers as it is bidden."""

    url: str
    answers: list[int] = field(default_factory=list)
    posts: list[tuple[dict[str, str], str]] = field(default_factory=list)

    @property
    def bodies(self) -> list[Any]:
        """What was told, read."""
        return [json.loads(body) for _headers, body in self.posts]


@contextmanager
def listening(location: str = "") -> Iterator[Heard]:
    """A server on this machine. location: where its redirects lead."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(heard.answers.pop(0) if heard.answers else 204)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        log_message: Callable[..., None] = lambda *_: None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    heard = Heard(f"http://127.0.0.1:{server.server_port}/told")
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
