"""A county's register at work, at the size asked for: tiles, pages, acts, answers as of a day, sealing.

Over HTTP latency counts from the instant at which a request was due. Everything is asked as the desk that asks it in an office.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa

from bench import county, scratch, tiles
from bench.registration import CLERK, REVIEWER
from landreg import migrate
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import WORKER, Desk
from landreg.core.asof import AsOf
from landreg.core.db import unit_of_work
from landreg.land import parcel_queries
from landreg.log import queries as log
from landreg.log.store import seal
from landreg.registry import booking
from landreg.registry.casework import applications, cases
from landreg.registry.jobs import CHUNK
from landreg.registry.rules.requests import HouseholdChange
from tests.villages import COUNTY

CLIENTS = 16
PACES = {50: 4, 200: 3}
"""Pages a second, and for how many seconds: 200 and 600 pages, so that the 99th is the second and the sixth slowest."""
ALONE = 20
"""Pages of a kind one after another: enough for a median."""
ACTS = 100
"""A chunk of a registration for each of two processes."""
ASKED = 120


def run(size: int) -> dict[str, Any]:
    """Rates, latencies and ratios on a register of `size` parcels; each is named with its unit."""
    with scratch.database() as settings:
        began = time.perf_counter()
        filled = county.fill(settings, size)
        found: dict[str, Any] = {
            "parcels": filled.parcels,
            "households": filled.households * filled.copies,
            "filled_s": round(time.perf_counter() - began, 1),
        }
        _told(found)
        codes = _codes(settings)
        with tiles.served(settings) as served:
            for measure in (lambda: tiles.measure(settings, served), lambda: _pages(served, codes)):
                found |= _told(measure())
        for measure in (lambda: _as_of(codes), lambda: _acts(settings, codes["household"][-ACTS:]),
                        lambda: _sealed(settings)):  # fmt: skip
            found |= _told(measure())
    return found


def _told(part: dict[str, Any]) -> dict[str, Any]:
    """Say at once what has been measured: the whole takes minutes."""
    for name, value in part.items():
        print(f"    {name.replace('_', ' '):<48} {value}", file=sys.stderr, flush=True)
    return part


def _codes(settings: Settings) -> dict[str, list[Any]]:
    """Of each kind of thing some that are there, in an order that is the same each time."""
    chance = random.Random(6109)
    kinds = {
        "parcel": "SELECT code FROM land.parcel",
        "household": "SELECT code FROM party.household",
        "right": 'SELECT right_id::text FROM registry."right"',
        "case": 'SELECT case_id::text FROM registry."case"',
    }
    found = {}
    with psycopg.connect(migrate.plain_url(settings.superuser_url or "")) as connection:
        for name, statement in kinds.items():
            table = statement.split(" FROM ")[1]
            (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (1,)
            share = min(100.0, 100.0 * 3 * (ASKED + ACTS) / rows + 0.01)
            values = [v for (v,) in connection.execute(f"{statement} TABLESAMPLE BERNOULLI ({share}) REPEATABLE (1)")]
            values.sort()
            chance.shuffle(values)
            found[name] = values
    return found


def _pages(served: tiles.Served, codes: dict[str, list[Any]]) -> dict[str, Any]:
    """Pages that a clerk opens: each one after another, then all kinds in turn at each pace; and how many were answered a second
    where more were asked than can be.
    """
    kinds: dict[str, Callable[[int], str]] = {
        "queue": lambda n: "/cases?queue=mine",
        "parcel": lambda n: f"/parcels/{codes['parcel'][n]}",
        "household": lambda n: f"/households/{codes['household'][n]}",
        "right": lambda n: f"/rights/{COUNTY}/{codes['right'][n]}",
        "case": lambda n: f"/cases/{COUNTY}/{codes['case'][n]}",
        "search": lambda n: f"/search?q={codes['household'][n]}",
    }
    made = {}
    for name, address in kinds.items():
        get = tiles.getter(served)
        (made[f"page_{name}_alone_p50_ms"],) = _medians([address(n) for n in range(ALONE)], get)
    (made["page_all_cases_alone_p50_ms"],) = _medians(["/cases?queue=all"] * 6, tiles.getter(served))
    names = tuple(kinds)
    for a_second, seconds in PACES.items():
        some = [kinds[names[n % len(names)]](n // len(names) % ASKED) for n in range(a_second * seconds)]
        began = time.perf_counter()
        times = tiles.percentiles(tiles.paced([tiles.getter(served) for _ in range(CLIENTS)], some, a_second))
        made |= {f"pages_at_{a_second}_a_second_p{name}_ms": times[name] for name in (50, 99)}
        made[f"pages_at_{a_second}_a_second_answered_per_second"] = round(len(some) / (time.perf_counter() - began))
    return made


def _as_of(codes: dict[str, list[Any]]) -> dict[str, Any]:
    """Each parcel now and as of a day, in turns."""
    asked = codes["parcel"][:ASKED]
    with unit_of_work(CLERK) as uow:
        then = AsOf.now(uow.now)
        plain, as_of = _medians(
            asked,
            lambda code: parcel_queries.parcel(uow.session, COUNTY, code),
            lambda code: parcel_queries.parcel(uow.session, COUNTY, code, then),
        )
    return {"parcel_now_p50_ms": plain, "parcel_as_of_p50_ms": as_of, "as_of_ratio": round(as_of / plain, 2)}


def _medians(asked: Sequence[Any], *ways: Callable[[Any], object]) -> list[float]:
    times: list[list[float]] = [[] for _ in ways]
    for item in asked:
        for way, spent in zip(ways, times, strict=True):
            began = time.perf_counter()
            way(item)
            spent.append(time.perf_counter() - began)
    return [round(1000 * statistics.median(spent[len(spent) // 10 :]), 3) for spent in times]


def _acts(settings: Settings, households: Sequence[str]) -> dict[str, Any]:
    """Changes of households through every step; those of the register by two officers' processes at once."""
    began = time.perf_counter()
    asked = HouseholdChange(address="样本村新址一号")
    ids = [applications.apply_on_household(CLERK, code, "household_change", asked) for code in households]
    applied = time.perf_counter()
    county.hand_in(ids)
    for first in range(0, len(ids), CHUNK["accept"]):
        cases.accept(CLERK, COUNTY, ids[first : first + CHUNK["accept"]])
    for first in range(0, len(ids), CHUNK["review"]):
        cases.review(REVIEWER, COUNTY, ids[first : first + CHUNK["review"]])
    reviewed = time.perf_counter()
    urls = {desk.value: url for desk, url in settings.urls.items()}
    parts = [ids[first : first + CHUNK["register"]] for first in range(0, len(ids), CHUNK["register"])]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_connect, initargs=(urls,)) as pool:
        list(pool.map(_warm, range(4)))
        start = time.perf_counter()
        done = sum(pool.map(_register, parts))
        took = time.perf_counter() - start
    return {
        "acts": done,
        "acts_applied_per_second": round(len(ids) / (applied - began)),
        "acts_accepted_and_reviewed_per_second": round(len(ids) / (reviewed - applied)),
        "acts_registered_per_second_two_processes": round(done / took),
    }


def _connect(urls: dict[str, str]) -> None:
    db.configure({Desk(name): url for name, url in urls.items()})


def _warm(_number: int) -> None:
    with unit_of_work(REVIEWER) as uow:
        uow.session.execute(sa.select(sa.func.pg_sleep(0.2)))


def _register(ids: Sequence[UUID]) -> int:
    stepped = booking.register(REVIEWER, COUNTY, ids)
    if stepped.refused:
        raise RuntimeError(f"refused: {dict(list(stepped.refused.items())[:2])}")
    return stepped.done


def _sealed(settings: Settings) -> dict[str, Any]:
    """All that is staged, and the proof of one act in the tree that this makes."""
    began = time.perf_counter()
    done = seal(WORKER, settings)
    took = time.perf_counter() - began
    with unit_of_work(CLERK) as uow:
        number = uow.session.scalar(sa.text("SELECT max(number) FROM registry.act"))
        proof = log.prove(uow.session, str(number), "act").to_json()
    return {
        "sealed_entries": done.count, "sealed_per_second": round(done.count / took), "log_size": done.size,
        "proof_bytes": len(proof),
    }  # fmt: skip
