"""How a sale stands, followed by many at once: server-sent events of bounded time, and the same as JSON for who has none.

A process answers with few threads, so that no stream keeps one long: at most STREAMS run in a process, each STREAM_S seconds
or until its reader leaves.
Whoever finds none free gets how the sale stands at once, and is told when to come again: the more ask, the later. All read one
picture of the sale, which a process makes anew at most every FRESH_S. What decides is the bid's own answer, never this.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from landreg.access.policy import allow, current_actor
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.exchange.bidding import auction, sale_queries

blueprint = Blueprint("sale_live", __name__)
WATCHERS = (Role.TAKER, Role.FARMER, Role.AGENT, Role.OPERATOR)
STREAMS, STREAM_S, TICK_S, FRESH_S = 2, 15.0, 0.5, 0.25
ASKED_A_SECOND, WINDOW_S = 50, 5.0
SOONEST_MS, LATEST_MS = 1_000, 10_000
SHOWN = 12
_streams = threading.BoundedSemaphore(STREAMS)


@dataclass
class _Seen:
    """What this process last saw of a sale, and who asked since when."""

    at: float = 0.0
    picture: dict[str, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_seen: dict[tuple[Desk, str, str, UUID], _Seen] = {}
_asked: deque[float] = deque(maxlen=20_000)
_MOST_SALES = 500


@blueprint.get("/bids/<county>/<uuid:sale_id>/now.json")
@allow(*WATCHERS, remembered=True)
def now(county: str, sale_id: UUID) -> Response:
    """How the sale stands."""
    answer = jsonify({**picture(current_actor(), county, sale_id), "again_ms": again_ms()})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/bids/<county>/<uuid:sale_id>/live")
@allow(*WATCHERS, remembered=True)
def live(county: str, sale_id: UUID) -> Response:
    """The same as server-sent events: a stream for a while, or one event and when to come again."""
    actor = current_actor()
    first, again = picture(actor, county, sale_id), again_ms()
    free = _streams.acquire(blocking=False)
    told = _stream(actor, county, sale_id, first, again) if free else iter([_event(first, again)])
    answer = Response(
        told, mimetype="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    if free:
        # However the answer ends, the place is free again.
        answer.call_on_close(_streams.release)
    return answer


def picture(actor: Actor, county: str, sale_id: UUID) -> dict[str, Any]:
    """The sale as everybody may see it, at most FRESH_S old. Raises NotFound."""
    if len(_seen) > _MOST_SALES:
        _seen.clear()
    # By what the database asks of who looks: nobody gets what another place was shown.
    place = actor.jurisdiction[:6] if actor.desk is Desk.CITIZEN else actor.jurisdiction
    seen = _seen.setdefault((actor.desk, place, county, sale_id), _Seen())
    with seen.lock:
        if time.monotonic() - seen.at > FRESH_S:
            seen.picture, seen.at = _drawn(actor, county, sale_id), time.monotonic()
        return dict(seen.picture)


def _drawn(actor: Actor, county: str, sale_id: UUID) -> dict[str, Any]:
    with unit_of_work(actor) as uow:
        found = sale_queries.standing(uow.session, county, sale_id)
        if found is None:
            raise NotFound
        bids = sale_queries.bids_shown(uow.session, county, sale_id, SHOWN)
    return {
        "stage": found.stage,
        "now": found.now.isoformat(),
        "closes_at": found.clock.closes_at.isoformat(),
        "seq": found.clock.seq,
        "plate": found.clock.plate,
        "price": None if found.clock.price is None else str(found.clock.price),
        "least": str(auction.auction_of(found).least),
        "bids": [
            {"seq": one.seq, "plate": one.plate, "price": f"{one.price:.2f}", "at": one.at.isoformat()} for one in bids
        ],
    }


def again_ms() -> int:
    """When the asker should come again, by how many ask this process now; spread, so that they do not come all at once."""
    here = time.monotonic()
    _asked.append(here)
    while _asked and here - _asked[0] > WINDOW_S:
        _asked.popleft()
    wanted = SOONEST_MS * max(1.0, len(_asked) / (ASKED_A_SECOND * WINDOW_S)) * 2
    return int(min(LATEST_MS, max(SOONEST_MS, wanted)) * (0.8 + secrets.randbelow(400) / 1000))


def _stream(actor: Actor, county: str, sale_id: UUID, first: dict[str, Any], again: int) -> Iterator[str]:
    yield _event(first, again)
    last, until = _mark(first), time.monotonic() + STREAM_S
    while time.monotonic() < until:
        time.sleep(TICK_S)
        found = picture(actor, county, sale_id)
        # Of whoever has left nothing but a write learns; their place is free then.
        yield ":\n\n" if _mark(found) == last else _event(found, again)
        last = _mark(found)
    yield ": until later\n\n"


def _mark(found: dict[str, Any]) -> tuple[Any, ...]:
    return found["seq"], found["closes_at"], found["stage"]


def _event(found: dict[str, Any], again: int) -> str:
    return f"id: {found['seq']}\nretry: {again}\ndata: {json.dumps(found)}\n\n"
