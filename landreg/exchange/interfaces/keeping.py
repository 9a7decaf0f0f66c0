"""Requests that write carry a key of their client's: asked again under it, the same is answered and nothing is done twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from landreg.access.sealing import open_sealed, seal
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.exchange.interfaces import queries
from landreg.exchange.interfaces.model import KeptAnswer


@dataclass(frozen=True)
class Answer:
    """What a request is answered. again: it was asked before."""

    status: int
    text: str
    again: bool = False


def once(actor: Actor, operation: str, key: str, asked: Any, status: int, step: Callable[[UnitOfWork], Any]) -> Answer:
    """Do a step under a key, or tell what it was answered before. The answer is kept in the step's own transaction, sealed:
    it may hold a secret.

    What was refused has done nothing, and is not kept: it may be asked again under its key, mended or not. Raises Refused
    (API-4) where the key was used for something else, and what the step raises.
    """
    digest = hashlib.sha256(json.dumps([operation, asked], sort_keys=True, default=str).encode()).digest()
    with unit_of_work(actor) as uow:
        # Two at once with one key: the second waits, and is told what the first did.
        uow.lock_name(f"kept-answer:{actor.account_id}:{key}")
        found = queries.kept(uow.session, actor.account_id, key)
        if found is not None:
            if found.asked_digest != digest:
                raise Refused(Finding("API-4", "Idempotency-Key", {"given": key}))
            return Answer(found.status, open_sealed(found.answer_sealed), again=True)
        text = json.dumps(step(uow), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        uow.session.add(
            KeptAnswer(
                county=actor.jurisdiction[:6].ljust(6, "0"), village=actor.jurisdiction, client_id=actor.account_id, key=key,
                operation=operation, asked_digest=digest, status=status, answer_sealed=seal(text), at=uow.now,
            )
        )  # fmt: skip
        return Answer(status, text)
