"""A step of the worker: what is due to webhooks is sent, and sent again where it failed, until it is given up.

A delivery is taken by moving its next try on, which is committed before anything is sent: no row is held while a stranger
answers, and a worker that is killed has lost nothing. So a webhook may be told twice; its `webhook-id` stays the same.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from landreg.access.sealing import open_sealed
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.db import alone, unit_of_work
from landreg.exchange.interfaces import queries
from landreg.exchange.interfaces.model import Attempt
from landreg.exchange.interfaces.rules import signed, wait_after
from landreg.exchange.interfaces.sending import LONGEST_S, Sent, post

TAKEN_FOR = timedelta(minutes=2)
AT_ONCE = 20
STEP_S = 10.0
"""After so many deliveries, or so long, a step ends: the worker's other steps wait no longer than that and one stranger more."""


@dataclass(frozen=True)
class Taken:
    """A delivery that is being tried for the `number`th time."""

    county: str
    village: str
    delivery_id: UUID
    number: int
    url: str
    body: str
    headers: dict[str, str]


def work(settings: Settings, worker: Actor = WORKER, *, longest_s: float = LONGEST_S) -> int:
    """Send what is due; how much was tried. longest_s: for how many seconds one stranger is waited for."""
    with alone(worker, "webhooks") as ours:
        if not ours:
            return 0
        with unit_of_work(worker) as uow:
            queries.forget_answers(uow.session)
        tried, began = 0, time.monotonic()
        while tried < AT_ONCE and time.monotonic() - began < STEP_S:
            # One by one: what a step does not get to was not tried.
            taken = take(worker, 1)
            if not taken:
                break
            one = taken[0]
            sent = post(one.url, one.body, one.headers, loopback=settings.demo, longest_s=longest_s)
            note(worker, one, sent)
            tried += 1
            if sent.said == "silence":
                break
        return tried


def take(worker: Actor, most: int = AT_ONCE) -> list[Taken]:
    """Deliveries whose time has come, taken for TAKEN_FOR."""
    with unit_of_work(worker) as uow:
        taken = []
        for row, hook, sealed in queries.due(uow.session, most):
            row.attempts, row.next_at = row.attempts + 1, uow.now + TAKEN_FOR
            second = int(uow.now.timestamp())
            headers = {
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "landreg-webhooks/1",
                "webhook-id": str(row.delivery_id),
                "webhook-timestamp": str(second),
                "webhook-signature": signed(open_sealed(sealed), str(row.delivery_id), second, row.body),
            }
            taken.append(Taken(row.county, row.village, row.delivery_id, row.attempts, hook.url, row.body, headers))
        return taken


def note(worker: Actor, one: Taken, sent: Sent) -> None:
    """Write down what became of a try: done, due again, or dead."""
    with unit_of_work(worker) as uow:
        row = queries.delivery(uow.session, one.delivery_id)
        if row is None or row.state != "due":
            return
        uow.session.add(
            Attempt(
                county=one.county, village=one.village, delivery_id=one.delivery_id, number=one.number,
                answered=sent.answered, said=sent.said, at=uow.now,
            )
        )  # fmt: skip
        wait = wait_after(one.number)
        if sent.good:
            row.state = "done"
        elif sent.answered == GONE or wait is None:
            row.state = "dead"
        else:
            row.next_at = uow.now + wait


GONE = 410
"""The other side says that it will never take it (Standard Webhooks)."""
