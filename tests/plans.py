"""How the database would find what a query asks for: plans as the desk's own login has them, under its row policy."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from landreg.core.actor import Actor, Desk
from landreg.core.db import engine_of, unit_of_work


def keep_prepared(connection: psycopg.Connection[Any], _record: object) -> None:
    """A worker asks a thousand different statements: each would push another of the driver's 100 out, to be planned anew."""
    connection.prepare_threshold, connection.prepared_max = 1, 1000


@contextmanager
def sent(desk: Desk = Desk.REGISTRY) -> Iterator[list[tuple[str, Any]]]:
    """The statements, and their parameters, that go to a desk's database meanwhile."""
    seen: list[tuple[str, Any]] = []
    engine = engine_of(desk)

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        seen.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def plans_of(actor: Actor, ask: Callable[[], Any]) -> list[Any]:
    """The plans of every statement that `ask` sends to the actor's desk."""
    with sent(actor.desk) as seen:
        ask()
    plans = []
    with unit_of_work(actor) as uow:
        connection = uow.session.connection()
        for statement, parameters in seen:
            if statement.startswith("SET "):
                continue
            found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
            plans.append(json.loads(found) if isinstance(found, str) else found)
    return plans


def scanned_whole(plan: Any, large: Collection[str]) -> list[str]:
    """Large tables that a plan reads from end to end."""
    if isinstance(plan, list):
        return [name for part in plan for name in scanned_whole(part, large)]
    if not isinstance(plan, dict):
        return []
    own = [plan["Relation Name"]] if plan.get("Node Type") == "Seq Scan" and plan["Relation Name"] in large else []
    return own + [
        name for part in plan.values() if isinstance(part, (list, dict)) for name in scanned_whole(part, large)
    ]


def nodes(plan: Any) -> list[Any]:
    """Every step of a plan."""
    if isinstance(plan, list):
        return [step for part in plan for step in nodes(part)]
    if not isinstance(plan, dict):
        return []
    return [plan, *(step for part in plan.values() for step in nodes(part))]


def used(plan: Any) -> set[str]:
    """Indexes that a plan uses."""
    return {step["Index Name"] for step in nodes(plan) if "Index Name" in step}
