"""Limits on how often something is asked, counted in the database.

Counters in a process's memory would let a server of two processes be asked twice as often, and forget all at a restart;
a Redis would be one more service to run. The table is unlogged and each count is one statement.
"""

from __future__ import annotations

import time

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.storage import Storage
from sqlalchemy.exc import SQLAlchemyError

from landreg.access import queries
from landreg.access.policy import door
from landreg.core.db import unit_of_work


class DatabaseStorage(Storage):
    """Fixed windows in `access.attempt`."""

    STORAGE_SCHEME = ["landreg"]  # noqa: RUF012

    @property
    def base_exceptions(self) -> type[Exception]:
        """What a failing store raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and tell the count."""
        with unit_of_work(door()) as uow:
            return queries.count_attempt(uow.session, key, expiry, amount)

    def get(self, key: str) -> int:
        """The count of the running window."""
        with unit_of_work(door()) as uow:
            return queries.attempts(uow.session, key)[0]

    def get_expiry(self, key: str) -> float:
        """When the running window ends, in seconds since 1970."""
        with unit_of_work(door()) as uow:
            until = queries.attempts(uow.session, key)[1]
        return time.time() if until is None else until.timestamp()

    def check(self) -> bool:
        """The register without its database answers 503 by itself."""
        return bool(current_app)

    def reset(self) -> int | None:
        """Counters end by themselves."""
        return None

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with unit_of_work(door()) as uow:
            queries.forget_attempts(uow.session, key)


limiter = Limiter(key_func=get_remote_address, storage_uri="landreg://", strategy="fixed-window", headers_enabled=True)
