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
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import psycopg
import pyogrio
import shapely

from bench import scratch
from bench.replicate import PARCELS, SAMPLE, STEP_M
from landreg import migrate
from landreg.access import identity
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.config import CHECKOUT, Settings
from landreg.core.actor import Desk, Role
from landreg.land.tiles import REGISTERED, Tile

COUNTY = "610902"
VILLAGE = "610902104202"
A_SECOND = 50
SECONDS = 20
ZOOMS = (14, 15, 16, 17)
CLIENTS = 8
Fetch = Callable[[Tile], int]


def run(parcels: int = 1_000_000) -> dict[str, Any]:
    """Milliseconds at the 50th, 95th and 99th percentile of the answers, both ways, and the ratio of the 99ths."""
    with scratch.database() as settings:
        _fill(settings, parcels)
        asked = _tiles(settings)
        with _served(settings) as (port, cookie):
            raw = [_straight(settings) for _ in range(CLIENTS)]

            def web() -> list[Fetch]:
                """New ones each time: the server closes connections that lie idle while the other way is measured."""
                return [_over_http(port, cookie) for _ in range(CLIENTS)]

            for warm in (raw, web()):
                _paced(warm, asked[:100])
            # In turns, so that what else the machine does falls on both alike.
            measured: dict[str, list[float]] = {"sql": [], "http": []}
            for half in (asked[: len(asked) // 2], asked[len(asked) // 2 :]):
                measured["sql"] += _paced(raw, half)
                measured["http"] += _paced(web(), half)
    sql, answers = (_percentiles(measured[name]) for name in ("sql", "http"))
    return {
        "parcels": parcels,
        "requests_a_second": A_SECOND,
        **{f"sql_p{name}_ms": value for name, value in sql.items()},
        **{f"http_p{name}_ms": value for name, value in answers.items()},
        "p50_ratio": round(answers[50] / sql[50], 2),
        "p99_ratio": round(answers[99] / sql[99], 2),
    }


def _fill(settings: Settings, parcels: int) -> None:
    """The sample's parcels again and again, in a square around it, as registered rows."""
    with zipfile.ZipFile(SAMPLE) as archive:
        layer = next(name for name in archive.namelist() if re.search(r"/DK\d*\.shp$", name))
    shapes = [
        shapely.to_wkb(shape)
        for shape in pyogrio.read_dataframe(f"/vsizip/{SAMPLE}/{layer}").geometry
        if shapely.is_valid(shape)
    ]
    copies = -(-parcels // PARCELS)
    side = math.ceil(math.sqrt(copies))
    with psycopg.connect(migrate.plain_url(settings.superuser_url or ""), autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE base (n integer, geom geometry)")
        with connection.cursor().copy("COPY base FROM STDIN") as copy:
            for number, wkb in enumerate(shapes):
                copy.write_row((number, wkb.hex()))
        connection.execute("SET session_replication_role = replica; SET work_mem = '256MB'")
        connection.execute(
            _COPIES, {"copies": copies, "side": side, "dx": STEP_M[0], "dy": STEP_M[1], "village": VILLAGE}
        )
        connection.execute("VACUUM (ANALYZE) land.parcel")


_COPIES = """
    INSERT INTO land.parcel (county, row_id, parcel_id, village, code, kind, name, geom, geom_3857, surveyed_area_m2,
        registered_area_m2, ellipsoidal_area_m2, mu, valid, recorded, act_id)
    SELECT '610902', gen_random_uuid(), gen_random_uuid(), %(village)s,
        '610902' || lpad((c * 5000 + n)::text, 13, '0'), 'contracted', '', moved, ST_Transform(moved, 3857), 1, 1, 1, 1,
        '[2026-01-01,)', '[2026-01-01,)', gen_random_uuid()
    FROM (SELECT c, n, ST_SetSRID(ST_Translate(geom, (c %% %(side)s) * %(dx)s, (c / %(side)s) * %(dy)s), 4524) AS moved
          FROM generate_series(0, %(copies)s - 1) AS c, base) AS made"""


def _tiles(settings: Settings) -> list[Tile]:
    """Tiles where parcels lie, of every zoom alike, in an order that is the same each time."""
    wanted = A_SECOND * SECONDS
    chance = random.Random(6109)
    with psycopg.connect(migrate.plain_url(settings.superuser_url or "")) as connection:
        points = connection.execute(
            """SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_PointOnSurface(geom_3857), 4326) AS p
               FROM land.parcel WHERE abs(hashtext(code)) %% 1000003 < %s ORDER BY code LIMIT %s) AS some_of_them""",
            [1_000_003, wanted],
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


def _over_http(port: int, cookie: str) -> Fetch:
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def fetch(tile: Tile) -> int:
        connection.request("GET", f"/tiles/parcels/{tile.z}/{tile.x}/{tile.y}.mvt", headers={"Cookie": cookie})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {content[:200]!r}")
        return len(content)

    return fetch


def _paced(fetches: Sequence[Fetch], asked: Sequence[Tile]) -> list[float]:
    """Seconds from when each request was due to its answer, `A_SECOND` of them due a second."""
    waited = [0.0] * len(asked)
    faults: list[BaseException] = []
    begin = time.perf_counter() + 0.05
    turn, lock = iter(range(len(asked))), threading.Lock()

    def work(fetch: Fetch) -> None:
        try:
            while True:
                with lock:
                    number = next(turn, None)
                if number is None:
                    return
                due = begin + number / A_SECOND
                time.sleep(max(0.0, due - time.perf_counter()))
                fetch(asked[number])
                waited[number] = time.perf_counter() - due
        except (OSError, RuntimeError, http.client.HTTPException, psycopg.Error) as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=[fetch]) for fetch in fetches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return waited


@contextmanager
def _served(settings: Settings) -> Iterator[tuple[int, str]]:
    """The program as it is deployed, on a free port, and the cookie of somebody who is logged in."""
    identity.use_key(settings.keys["identity"])
    password = secrets.token_urlsafe(16)
    new = NewAccount("bench", "测量", frozenset({Role.REGISTRAR}), COUNTY)
    open_account(SYSTEM, new, password, temporary=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = (
        "from landreg.app import serve; from landreg.config import Settings; "
        f"serve(Settings.from_environment(), bind='127.0.0.1:{port}')"
    )
    server = subprocess.Popen([sys.executable, "-c", program], cwd=CHECKOUT, env=os.environ)
    try:
        yield port, _logged_in(port, password)
    finally:
        server.terminate()
        server.wait(30)


def _logged_in(port: int, password: str) -> str:
    for _try in range(100):
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


def _percentiles(seconds: Sequence[float]) -> dict[int, float]:
    ordered = sorted(seconds)
    return {name: round(1000 * ordered[min(len(ordered) - 1, len(ordered) * name // 100)], 2) for name in (50, 95, 99)}
