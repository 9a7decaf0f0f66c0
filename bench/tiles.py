"""Parcel tiles over HTTP at 50 requests a second, against the same SQL asked straight of the database at the same pace.

Latency counts from the instant at which a request was due, so that a slow answer is not hidden by those that wait for it.
"""

from __future__ import annotations

import http.client
import math
import os
import random
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import psycopg

from landreg import migrate
from landreg.access import sealing
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Desk, Role
from landreg.land.tiles import REGISTERED, Tile

COUNTY = "610902"
A_SECOND = 50
SECONDS = 4
"""Of each way 200 tiles: the 99th is the second slowest."""
ZOOMS = (14, 15, 16, 17)
CLIENTS = 8
OWN_CASES = 200
"""What a clerk has before them: the queue is a page of them, not an empty one."""
TURNS = 4
Fetch = Callable[[Tile], int]
T = TypeVar("T")


class Served(NamedTuple):
    """The program on a port, and the cookie of somebody who is logged in."""

    port: int
    cookie: str


def measure(settings: Settings, served: Served) -> dict[str, Any]:
    """Milliseconds at the 50th, 95th and 99th percentile of the answers, both ways, and the ratio of the 99ths."""
    asked = _tiles(settings)
    raw = [_straight(settings) for _ in range(CLIENTS)]

    def web() -> list[Fetch]:
        """New ones each time: the server closes connections that lie idle while the other way is measured."""
        return [_over_http(served) for _ in range(CLIENTS)]

    for warm in (raw, web()):
        paced(warm, asked[: len(asked) // 5], A_SECOND)
    # In turns, so that what else the machine does falls on both alike.
    measured: dict[str, list[float]] = {"sql": [], "http": []}
    part = len(asked) // TURNS
    for turn in range(TURNS):
        some = asked[turn * part : (turn + 1) * part]
        # Who asks second finds the pages in memory.
        for name in ("sql", "http") if turn % 2 else ("http", "sql"):
            measured[name] += paced(raw if name == "sql" else web(), some, A_SECOND)
    sql, answers = (percentiles(measured[name]) for name in ("sql", "http"))
    return {
        "tile_requests_a_second": A_SECOND,
        **{f"tile_sql_p{name}_ms": value for name, value in sql.items()},
        **{f"tile_http_p{name}_ms": value for name, value in answers.items()},
        "tile_p50_ratio": round(answers[50] / sql[50], 2),
        "tile_p99_ratio": round(answers[99] / sql[99], 2),
    }


def _tiles(settings: Settings) -> list[Tile]:
    """Tiles where parcels lie, of every zoom alike, in an order that is the same each time."""
    wanted = A_SECOND * SECONDS
    chance = random.Random(6109)
    with psycopg.connect(migrate.plain_url(settings.superuser_url or "")) as connection:
        points = connection.execute(
            """SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_PointOnSurface(geom_3857), 4326) AS p
               FROM land.parcel ORDER BY md5(code) LIMIT %s) AS some_of_them""",
            [wanted],
        ).fetchall()
    chance.shuffle(points)
    return [_tile_at(lon, lat, ZOOMS[number % len(ZOOMS)]) for number, (lon, lat) in enumerate(points)]


def _tile_at(lon: float, lat: float, zoom: int) -> Tile:
    count = 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * count
    return Tile(zoom, int((lon + 180) / 360 * count), int(y))


def _straight(settings: Settings) -> Fetch:
    """The tile's statement alone, as the desk's login within its policy."""
    connection = psycopg.connect(migrate.plain_url(settings.urls[Desk.REGISTRY]), autocommit=True)
    connection.execute(f"SET landreg.jurisdiction = '{COUNTY}'")
    statement = re.sub(r"(?<!:):(\w+)", r"%(\1)s", REGISTERED)

    def fetch(tile: Tile) -> int:
        row = connection.execute(statement, tile.parameters).fetchone()
        return len(row[0]) if row else 0

    return fetch


def _over_http(served: Served) -> Fetch:
    get = getter(served)
    return lambda tile: get(f"/tiles/parcels/{tile.z}/{tile.x}/{tile.y}.mvt")


def getter(served: Served) -> Callable[[str], int]:
    """A connection of its own that gets addresses as who is logged in; bytes of the answer. Raises for any but 200."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port)
    headers = {"Cookie": served.cookie, "Accept-Encoding": "gzip", "Accept-Language": "zh-CN"}

    def fetch(address: str) -> int:
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status}: {content[:200]!r}")
        return len(content)

    return fetch


def paced(fetches: Sequence[Callable[[T], int]], asked: Sequence[T], a_second: float) -> list[float]:
    """Seconds from when each request was due to its answer, `a_second` of them due a second."""
    waited = [0.0] * len(asked)
    begin = time.perf_counter() + 0.05
    turn, lock = iter(range(len(asked))), threading.Lock()

    def work(fetch: Callable[[T], int]) -> None:
        while True:
            with lock:
                number = next(turn, None)
            if number is None:
                return
            due = begin + number / a_second
            time.sleep(max(0.0, due - time.perf_counter()))
            fetch(asked[number])
            waited[number] = time.perf_counter() - due

    with ThreadPoolExecutor(len(fetches)) as pool:
        for done in [pool.submit(work, fetch) for fetch in fetches]:
            done.result()
    return waited


@contextmanager
def served(settings: Settings) -> Iterator[Served]:
    """The program as it is deployed, on a free port, and the cookie of a registrar before whom OWN_CASES wait."""
    sealing.use_key(settings.keys["identity"])
    password = secrets.token_urlsafe(16)
    new = NewAccount("bench", "测量", frozenset({Role.REGISTRAR}), COUNTY)
    account_id = open_account(SYSTEM, new, password, temporary=False)
    with psycopg.connect(migrate.plain_url(settings.superuser_url or "")) as superuser:
        superuser.execute(
            """UPDATE registry."case" SET taken_by = %s WHERE (county, case_id) IN
                   (SELECT county, case_id FROM registry."case" WHERE waits ORDER BY md5(number) LIMIT %s)""",
            [account_id, OWN_CASES],
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = (
        "from landreg.app import serve; from landreg.config import Settings; "
        f"serve(Settings.from_environment(), bind='127.0.0.1:{port}')"
    )
    server = subprocess.Popen([sys.executable, "-c", program], cwd=CHECKOUT, env=os.environ)
    try:
        yield Served(port, _logged_in(port, password))
    finally:
        server.terminate()
        server.wait(30)


def _logged_in(port: int, password: str) -> str:
    for _try in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/login")
            break
        except ConnectionRefusedError:
            time.sleep(0.2)
    page = connection.getresponse()
    cookie = (page.getheader("Set-Cookie") or "").split(";")[0]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    form = urlencode({"csrf_token": token[1] if token else "", "login": "bench", "password": password})
    kind = {
        "Cookie": cookie,
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"http://127.0.0.1:{port}/login",
    }
    connection.request("POST", "/login", form, kind)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 303:
        raise RuntimeError(f"log-in failed: {answer.status}")
    return (answer.getheader("Set-Cookie") or "").split(";")[0]


def percentiles(seconds: Sequence[float]) -> dict[int, float]:
    ordered = sorted(seconds)
    return {name: round(1000 * ordered[min(len(ordered) - 1, len(ordered) * name // 100)], 2) for name in (50, 95, 99)}
