"""An auction that a thousand follow at once: events in order, everybody sees the last bid, others are answered, a clean end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import requests
from werkzeug.serving import make_server

from landreg.access.sealing import use_key
from landreg.access.service import SYSTEM, NewAccount, open_account
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.exchange.bidding import auction
from landreg.exchange.bidding.model import Entrant, Sale
from landreg.exchange.routes import sale_live
from tests import bidding_kit as kit
from tests.fault.test_killed_under_load import PASSWORD, Process, free_port, wait_for
from tests.load_kit import Visitor
from tests.registry_kit import Connection
from tests.villages import COUNTY

OTHER = "/law/transfers"


@dataclass
class Crowd:
    """What so many watchers saw. first: by watcher and bid, when it was first seen; wrong: what was no event, or out of order."""

    watchers: int
    first: list[dict[int, float]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    ends: float = 0.0

    def follow(self, address: str, path: str, cookie: str, seconds: float) -> None:
        """Follow a sale as so many browsers do, until the time is over."""
        self.first = [{} for _ in range(self.watchers)]
        self.ends = time.monotonic() + seconds
        asyncio.run(self._all(urlsplit(address), path, cookie))

    async def _all(self, address: Any, path: str, cookie: str) -> None:
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        )
        await asyncio.gather(*(self._one(address, head, seen) for seen in self.first))

    async def _one(self, address: Any, head: bytes, seen: dict[int, float]) -> None:
        last = 0
        while time.monotonic() < self.ends:
            retry = 1.0
            self.asked += 1
            try:
                reader, writer = await asyncio.open_connection(address.hostname, address.port)
                writer.write(head)
                async with asyncio.timeout(max(0.1, self.ends - time.monotonic())):
                    while line := await reader.readline():
                        if line.startswith(b"HTTP/1.1 ") and not line.startswith(b"HTTP/1.1 200"):
                            self.wrong.append(line.decode().strip())
                        elif line.startswith(b"retry: "):
                            retry = int(line[7:]) / 1000
                        elif line.startswith(b"data: "):
                            seq = json.loads(line[6:])["seq"]
                            if seq < last:
                                self.wrong.append(f"{seq} after {last}")
                            last = max(last, seq)
                            seen.setdefault(seq, time.monotonic())
            except TimeoutError:
                pass
            except OSError as error:
                self.wrong.append(type(error).__name__)
            writer.close()
            await asyncio.sleep(min(retry, max(0.0, self.ends - time.monotonic())))


@dataclass
class Auctioned:
    """An auction that is open, and two who bid in it in turn."""

    sale: Sale
    actors: list[Actor]
    entrants: list[Entrant]
    at: list[float] = field(default_factory=list)

    def bid(self) -> None:
        """The next bid, by whose turn it is."""
        number = len(self.at)
        key = (COUNTY, self.sale.sale_id, self.entrants[number % 2].entrant_id)
        auction.bid(self.actors[number % 2], *key, Decimal(300 + 10 * number), uuid4())
        self.at.append(time.monotonic())

    def bid_until(self, ends: float, every: float) -> None:
        """Bid after bid, and none at the end, so that everybody may see the last."""
        while time.monotonic() < ends:
            self.bid()
            time.sleep(every)


@pytest.fixture
def auctioned(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Auctioned:
    use_key(database.keys["identity"])
    sale = kit.auction(kit.published(registrar, reviewer, superuser, way="auction"))
    people = [kit.person(superuser, number) for number in (1, 2)]
    entrants = [kit.entered(sale, *each) for each in people]
    kit.pass_time(superuser, hours=1, minutes=1)
    return Auctioned(sale, [actor for _taker, actor in people], entrants)


def test_whoever_follows_an_auction_sees_its_bids_in_order_and_the_last_of_them(
    auctioned: Auctioned, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"STREAM_S": 0.6, "TICK_S": 0.1, "FRESH_S": 0.05, "SOONEST_MS": 150}.items():
        monkeypatch.setattr(sale_live, name, value)
    with _in_a_thread(app) as address:
        cookie = _signed_in(address)
        crowd = Crowd(20)
        bidding = threading.Thread(target=auctioned.bid_until, args=(time.monotonic() + 0.8, 0.2))
        bidding.start()
        crowd.follow(address, f"/bids/{COUNTY}/{auctioned.sale.sale_id}/live", cookie, 1.6)
        bidding.join(10)
    assert crowd.wrong == []
    assert [max(seen) for seen in crowd.first] == [len(auctioned.at)] * 20
    assert _free() == sale_live.STREAMS, "every place of a stream is free again"


def test_the_place_of_whoever_leaves_is_free_before_its_time(
    auctioned: Auctioned, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sale_live, "STREAM_S", 60.0)
    monkeypatch.setattr(sale_live, "TICK_S", 0.05)
    with _in_a_thread(app) as address:
        where = urlsplit(address)
        asked = f"/bids/{COUNTY}/{auctioned.sale.sale_id}/live"
        head = f"GET {asked} HTTP/1.1\r\nHost: {where.netloc}\r\nCookie: {_signed_in(address)}\r\n\r\n"
        with ExitStack() as readers:
            for _ in range(sale_live.STREAMS):
                reader = readers.enter_context(socket.create_connection((where.hostname or "", where.port or 0)))
                reader.sendall(head.encode())
                told = readers.enter_context(reader.makefile())
                assert any(line.startswith("data: ") for line in told)
            assert _free() == 0
        until = time.monotonic() + 10
        while _free() < sale_live.STREAMS:
            assert time.monotonic() < until, "a stream that nobody reads keeps its place"
            time.sleep(0.05)


@contextmanager
def _in_a_thread(app: Any) -> Iterator[str]:
    """The address of the program. At its end it waits for the streams of those who left: each ends by itself."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = False
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join(10)
        server.server_close()
    assert not serving.is_alive()


def _free() -> int:
    """How many streams could begin now."""
    free = [sale_live._streams.acquire(blocking=False) for _ in range(sale_live.STREAMS)]
    for _ in filter(None, free):
        sale_live._streams.release()
    return sum(free)


@pytest.fixture
def served(database: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[str, Process]]:
    address = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("LANDREG_BASE_URL", address)
    process = Process(tmp_path / "web.log", "serve", "--port", address.rsplit(":", 1)[1])
    try:
        wait_for(address)
        yield address, process
    finally:
        process.kill()


@pytest.mark.drill
@pytest.mark.timeout(600)
def test_a_thousand_follow_an_auction_for_a_minute(
    auctioned: Auctioned, served: tuple[str, Process], capsys: pytest.CaptureFixture[str]
) -> None:
    address, process = served
    cookie, seconds, crowd = _signed_in(address), 60.0, Crowd(1_000)
    before, waits = _memory(process), list[float]()
    ends = time.monotonic() + seconds
    threads = [
        threading.Thread(target=auctioned.bid_until, args=(ends - 14, 2.0)),
        threading.Thread(target=_ask_others, args=(address, ends, waits)),
    ]
    for thread in threads:
        thread.start()
    crowd.follow(address, f"/bids/{COUNTY}/{auctioned.sale.sale_id}/live", cookie, seconds)
    for thread in threads:
        thread.join(60)
    after, begun = _memory(process), time.monotonic()
    os.kill(process.process.pid, signal.SIGTERM)
    code, ended = process.process.wait(40), time.monotonic() - begun
    late = sorted(
        min(at for seq, at in seen.items() if seq >= number) - bid
        for number, bid in enumerate(auctioned.at, 1)
        for seen in crowd.first
        if any(seq >= number for seq in seen)
    )
    with capsys.disabled():
        print(
            f"\n{crowd.watchers} watchers, {crowd.asked} requests in {seconds:.0f} s, {len(auctioned.at)} bids: seen after "
            f"{statistics.median(late):.1f} s (median), {late[int(len(late) * 0.99)]:.1f} s (p99), {late[-1]:.1f} s at most; "
            f"others answered in {statistics.median(waits) * 1000:.0f} ms (median), {max(waits) * 1000:.0f} ms at most, "
            f"of {len(waits)}; memory {before} MB before, {after} MB after; ended in {ended:.1f} s with {code}"
        )
    assert crowd.wrong == []
    assert {max(seen, default=0) for seen in crowd.first} == {len(auctioned.at)}
    assert max(waits) < 5
    assert after < before + 60
    assert (code, ended < 35) == (0, True)


def _signed_in(address: str) -> str:
    """The cookies of an operator who has just signed in."""
    open_account(SYSTEM, NewAccount("jiao.yi", "交易员", frozenset({Role.OPERATOR}), COUNTY), PASSWORD, temporary=False)
    visitor = Visitor(address, "jiao.yi", PASSWORD)
    visitor.sign_in()
    return "; ".join(f"{one.name}={one.value}" for one in visitor.session.cookies)


def _ask_others(address: str, ends: float, waits: list[float]) -> None:
    """Another page, again and again: how long each answer took."""
    with requests.Session() as session:
        session.trust_env = False
        while time.monotonic() < ends:
            begun = time.monotonic()
            assert session.get(f"{address}{OTHER}", timeout=30).status_code == 200
            waits.append(time.monotonic() - begun)
            time.sleep(0.2)


def _memory(process: Process) -> int:
    """What the server's processes hold, in MB."""
    pid = process.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = [Path(f"/proc/{one}/smaps_rollup").read_text() for one in (str(pid), *children)]
    return sum(int(text.split("Pss:")[1].split()[0]) for text in lines) // 1024
