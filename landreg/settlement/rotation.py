"""Turning the window's own key: what it has sealed is sealed anew, and the digests by which it finds a person are made anew.

As with the register's key (`access.rotation`): the new key stands first in the window's key file, rows are turned in batches, each
a transaction of its own, and the old key goes when no row bears it. As the database's owner, since the window's login reads no
sealed column but through an opening in the log. `said` of a person stays: the leaves hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from landreg.access import sealing
from landreg.access.rotation import OWNER
from landreg.core.actor import PREFECTURE
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage
from landreg.settlement.persons import digest_of, place_of

BATCH = 500
Place = Callable[[str, Mapping[Any, Any]], bytes]


@dataclass(frozen=True)
class Kept:
    """A table of which rows are sealed by the window's key. place: where a column of a row is sealed to, b'' for anywhere."""

    table: sa.TableClause
    key: tuple[str, ...]
    sealed: tuple[str, ...]
    place: Place


def _table(schema: str, name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns), schema=schema)


_PERSON_KEY = ("county", "application_id", "position")
_PERSON_SEALED = ("name_sealed", "id_sealed", "phone_sealed")
PERSON = Kept(
    _table("settlement", "person", *_PERSON_KEY, *_PERSON_SEALED, "id_digest"),
    _PERSON_KEY,
    _PERSON_SEALED,
    lambda column, row: place_of(column, row["application_id"], row["position"]),
)
FACTOR = Kept(
    _table("access", "second_factor", "account_id", "secret_sealed", "pending_sealed"),
    ("account_id",),
    ("secret_sealed", "pending_sealed"),
    lambda column, row: b"",
)
"""The register's officers keep theirs there too, by a key that nobody has here: those are not turned."""
REFUSED = _table("settlement", "refused_evidence", "applicant_digest")


def left() -> int:
    """How many rows bear another of the window's keys than the one that seals now."""
    with unit_of_work(OWNER) as uow:
        return sum(_count(uow, kept) for kept in (PERSON, FACTOR))


def turn(batch: int = BATCH) -> int:
    """Seal everything with the first key of the file; how many rows it was. Killed at any moment, it is run again and goes on."""
    turned = 0
    for kept in (PERSON, FACTOR):
        while rows := _turn_some(kept, batch):
            turned += rows
    return turned


def finish(names: tuple[str, ...]) -> None:
    """See that no row bears an old key, and tell the log which keys went. Raises Refused (ACC-31) when rows are left."""
    with unit_of_work(OWNER) as uow:
        count = sum(_count(uow, kept) for kept in (PERSON, FACTOR))
        if count:
            raise Refused(Finding("ACC-31", values={"count": count}))
        facts: dict[str, Json] = {"key": names[0], "retired": list(names[1:])}
        key = f"{names[0]}:{uow.now.isoformat()}"
        stage(uow, Entry("keys.retired", PREFECTURE.ljust(6, "0"), PREFECTURE, key, facts))


def _old(kept: Kept) -> sa.ColumnElement[bool]:
    """Rows with a column that is sealed by another key of the file: its name stands in bytes 2 to 5."""
    others = [sa.cast(name, sa.LargeBinary) for name in sealing.key_names() if name != sealing.sealing_key()]
    return sa.or_(*(sa.func.substring(kept.table.c[name], 2, 4).in_(others) for name in kept.sealed))


def _count(uow: UnitOfWork, kept: Kept) -> int:
    return uow.session.scalar(sa.select(sa.func.count()).select_from(kept.table).where(_old(kept))) or 0


def _turn_some(kept: Kept, batch: int) -> int:
    with unit_of_work(OWNER) as uow:
        wanted = sa.select(kept.table).where(_old(kept)).limit(batch).with_for_update()
        rows = uow.session.execute(wanted).mappings().all()
        for row in rows:
            own = (kept.table.c[name] == row[name] for name in kept.key)
            uow.session.execute(sa.update(kept.table).where(*own).values(**_turned(uow, kept, row)))
    return len(rows)


def _turned(uow: UnitOfWork, kept: Kept, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row's new columns. What was refused of the same person is found by the new digest too."""
    places = {name: kept.place(name, row) for name in kept.sealed}
    plain = {
        name: None if row[name] is None else sealing.open_sealed(bytes(row[name]), place)
        for name, place in places.items()
    }
    new: dict[str, Any] = {
        name: None if text is None else sealing.seal(text, places[name]) for name, text in plain.items()
    }
    if kept is PERSON:
        new["id_digest"] = digest_of(plain["id_sealed"] or "")
        same = REFUSED.c.applicant_digest == row["id_digest"]
        uow.session.execute(sa.update(REFUSED).where(same).values(applicant_digest=new["id_digest"]))
    return new
