"""Acts as the booking makes them, for tests of what the register said: rows close at the act's instant, others open."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry.numbers import act_numbers
from tests.registry_kit import Connection
from tests.villages import COUNTY, VILLAGE

SUBJECTS = {
    "land.parcel": "parcel_id",
    "party.household": "household_id",
    "party.member": "member_id",
    "registry.right": "right_id",
    "registry.contract": "contract_id",
}
ROW_OF = {"right_holder": "right_row", "right_parcel": "right_row"}


def pass_hours(superuser: Connection, hours: int = 1) -> None:
    """Let the register's clock run on: no two acts of a test at one instant."""
    superuser.execute("UPDATE system.demo SET ahead = ahead + make_interval(hours => %s)", [hours])


def change(
    actor: Actor,
    table: str,
    subject: UUID,
    changed: dict[str, str],
    since: date | None = None,
    until: date | None = None,
) -> str:
    """An act that changes a subject from a day on (None: for all time); what held before that day is said again.

    changed: SQL by column. until: the day from which the subject is no more, instead of a change. Returns the act's number.
    """
    with unit_of_work(actor) as uow:
        act, number = _act(uow)
        closed = _close(uow, table, SUBJECTS[table], subject, act)
        if until is not None:
            _open(
                uow,
                table,
                closed,
                act,
                {"valid": f"valid * daterange(NULL, '{until}')"},
                f"lower_inf(valid) OR lower(valid) < '{until}'",
            )
        else:
            before = "true" if since is None else f"lower_inf(valid) OR lower(valid) < '{since}'"
            if since is not None:
                _open(uow, table, closed, act, {"valid": f"valid * daterange(NULL, '{since}')"}, before)
            day = "valid" if since is None else f"valid * daterange('{since}', NULL)"
            after = "true" if since is None else f"upper_inf(valid) OR upper(valid) > '{since}'"
            _open(uow, table, closed, act, {**changed, "valid": day}, after)
        stage(
            uow, Entry("act", COUNTY, VILLAGE, number, {"act": number, "closed": [f"{table} {row}" for row in closed]})
        )
    return number


def _act(uow: UnitOfWork) -> tuple[UUID, str]:
    act, number = uuid4(), act_numbers(uow, COUNTY, 1)[0]
    uow.session.execute(
        text(
            """INSERT INTO registry.act (county, act_id, village, number, kind, registered_at, registered_by)
               VALUES (:county, :act, :village, :number, 'survey_entry', :now, :by)"""
        ),
        {
            "county": COUNTY,
            "act": act,
            "village": VILLAGE,
            "number": number,
            "now": uow.now,
            "by": uow.actor.account_id,
        },
    )
    return act, number


def _close(uow: UnitOfWork, table: str, key: str, subject: UUID, act: UUID) -> list[UUID]:
    """Close every row of the subject that is said still; what stands under a right closes with it."""
    values = {"subject": subject, "act": act, "now": uow.now}
    close = "UPDATE {} SET recorded = tstzrange(lower(recorded), :now), ended_by_act = :act WHERE {} AND upper_inf(recorded)"
    found = uow.session.execute(text(f"{close.format(quoted(table), f'{key} = :subject')} RETURNING row_id"), values)
    rows = list(found.scalars())
    if table == "registry.right":
        for part, of in ROW_OF.items():
            uow.session.execute(text(close.format(f"registry.{part}", f"{of} = ANY (:rows)")), {**values, "rows": rows})
    return rows


def _open(uow: UnitOfWork, table: str, closed: list[UUID], act: UUID, changed: dict[str, str], where: str) -> None:
    """Say the closed rows again, changed; each right with the holders and parcels that it had."""
    clocks = {
        "recorded": "tstzrange(CAST(:now AS timestamptz), NULL)",
        "act_id": "CAST(:act AS uuid)",
        "ended_by_act": "NULL",
    }
    for row in uow.session.execute(
        text(
            f"SELECT row_id FROM {quoted(table)} WHERE row_id = ANY (:rows) AND ({where}) ORDER BY lower(valid) NULLS FIRST"
        ),
        {"rows": closed},
    ).scalars():
        new = uuid4()
        values = {"now": uow.now, "act": act, "row": row, "new": new}
        _again(uow, table, "row_id", {**clocks, **changed, "row_id": "CAST(:new AS uuid)"}, values)
        if table == "registry.right":
            kept = {name: changed[name] for name in ("valid",) if name in changed}
            for part, of in ROW_OF.items():
                _again(uow, f"registry.{part}", of, {**clocks, **kept, of: "CAST(:new AS uuid)"}, values)


def _again(uow: UnitOfWork, table: str, key: str, changed: dict[str, str], values: dict[str, Any]) -> None:
    columns = uow.session.execute(
        text("SELECT column_name FROM information_schema.columns WHERE table_schema || '.' || table_name = :table"),
        {"table": table},
    ).scalars()
    names = [name for name in columns if name != "geom_3857"]
    picked = ", ".join(changed.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    uow.session.execute(
        text(f"INSERT INTO {quoted(table)} ({listed}) SELECT {picked} FROM {quoted(table)} WHERE {key} = :row"),
        values,
    )


def quoted(table: str) -> str:
    """The table's name as a statement writes it."""
    schema, name = table.split(".")
    return f'{schema}."{name}"'
