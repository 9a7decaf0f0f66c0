"""Turning the identity keys: everything that is sealed is sealed anew, and digests for the search are made anew.

The new key stands first in the key's file, the old one behind it (`landreg keys rotate` puts it there). Rows are turned in
batches, each a transaction of its own: killed at any moment, a row bears the one key or the other, both open, and running it
again goes on with those that are left. The editions of one number are turned together: whose number a member bears is found by
the digest that they share (migration 0210). The old key goes (`landreg keys retire`) when no row is left that bears it.

As the database's owner: no desk reads what is sealed, or may change it. While it runs, a package's rows are found by the old
digest and its persons by the new one until both are turned: do not enter villages meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from landreg.access import sealing
from landreg.core.actor import PREFECTURE, WORKER, Actor, Desk
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import Finding, Refused
from landreg.log.leaf import Entry, Json
from landreg.log.store import stage

OWNER = Actor(WORKER.account_id, WORKER.name, Desk.OWNER, frozenset(), PREFECTURE)
BATCH = 1000
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Kept:
    """A table that holds sealed columns. key: its primary key. kind: the column that is part of `id_digest`. bound: what is
    sealed opens in its own row only. editions: several rows have one number. shared: the settlement window keeps rows there too,
    sealed with a key of its own, which nobody has here: those are not turned.
    """

    schema: str
    name: str
    key: tuple[str, ...]
    sealed: tuple[str, ...]
    kind: str = ""
    name_digest: bool = False
    bound: bool = False
    editions: bool = False
    shared: bool = False

    @property
    def columns(self) -> sa.TableClause:
        """The table with the columns that are read or written here."""
        digests = (["id_digest"] if self.kind else []) + (["name_digest"] if self.name_digest else [])
        names = dict.fromkeys([*self.key, *self.sealed, *([self.kind] if self.kind else []), *digests])
        return sa.table(self.name, *(sa.column(name) for name in names), schema=self.schema)


_PACKAGE = ("county", "package_id", "code")
_MEMBER = ("county", "package_id", "household_code", "position")
SEALED = (
    Kept(
        "identity",
        "person",
        ("person_id",),
        ("name_sealed", "id_sealed", "said_key_sealed"),
        "id_kind",
        True,
        True,
        True,
    ),
    Kept("land", "staged_issuer", _PACKAGE, ("id_sealed",), "id_kind"),
    Kept("land", "staged_household", _PACKAGE, ("id_sealed",), "id_kind"),
    Kept("land", "staged_member", _MEMBER, ("id_sealed", "name_sealed"), "id_kind", True),
    Kept("registry", "objection", ("county", "objection_id"), ("contact_sealed",)),
    Kept("audit", "complaint", ("county", "complaint_id"), ("contact_sealed",)),
    Kept("registry", "application", ("county", "application_id"), ("typed_sealed",)),
    Kept("exit", "payment", ("county", "payment_id"), ("account_sealed",)),
    Kept("exchange", "taker", ("county", "taker_id"), ("id_sealed",), "kind"),
    Kept("exchange", "webhook", ("county", "webhook_id"), ("secret_sealed",)),
    Kept("exchange", "kept_answer", ("county", "client_id", "key"), ("answer_sealed",)),
    Kept("exchange", "saved_search", ("county", "search_id"), ("address_sealed", "token_sealed")),
    Kept("exchange", "message", ("county", "message_id"), ("message_sealed",)),
    Kept("access", "second_factor", ("account_id",), ("secret_sealed", "pending_sealed"), shared=True),
)
"""Every sealed column of the register; a test reads from the catalog that none is missing."""


def left() -> Mapping[str, int]:
    """By table: how many rows bear another key than the one that seals now, or the form of before."""
    with unit_of_work(OWNER) as uow:
        return {f"{kept.schema}.{kept.name}": _count(uow, kept) for kept in SEALED}


def turn(progress: Progress | None = None, batch: int = BATCH) -> int:
    """Seal everything with the first key of the file; how many rows it was. Again at any time, to go on.

    progress: called after each batch with the table, rows done and rows there were. Raises ValueError for a row that none
    of the file's keys opens: nothing of its batch is written.
    """
    turned = 0
    there_were = left()
    for kept in SEALED:
        table, done, after = f"{kept.schema}.{kept.name}", 0, None
        while True:
            with unit_of_work(OWNER) as uow:
                if kept.editions:
                    # A further edition waits for this batch, and takes the digest that it leaves (`identity.enter_renamed`).
                    uow.session.execute(sa.text(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"))
                rows = uow.session.execute(_next(kept, after, batch)).mappings().all()
                more = uow.session.execute(_other_editions(kept, rows)).mappings().all() if kept.editions else []
                _write(uow, kept, [_turned(kept, row) for row in (*rows, *more)])
            if not rows:
                break
            after = tuple(rows[-1][name] for name in kept.key)
            done += len(rows) + len(more)
            if progress is not None:
                progress(table, done, there_were[table])
        turned += done
    return turned


def finish(names: tuple[str, ...]) -> None:
    """See that no row bears an old key, with every writer waited for, and tell the log which keys went.

    names: of the keys, the one that stays first. Raises Refused (ACC-31) when rows are left.
    """
    with unit_of_work(OWNER) as uow:
        for kept in SEALED:
            uow.session.execute(sa.text(f"LOCK TABLE {kept.schema}.{kept.name} IN SHARE MODE"))
        count = sum(_count(uow, kept) for kept in SEALED)
        if count:
            raise Refused(Finding("ACC-31", values={"count": count}))
        facts: dict[str, Json] = {"key": names[0], "retired": list(names[1:])}
        key = f"{names[0]}:{uow.now.isoformat()}"
        stage(uow, Entry("keys.retired", PREFECTURE.ljust(6, "0"), PREFECTURE, key, facts))


def _other_key(kept: Kept, table: sa.TableClause) -> sa.ColumnElement[bool]:
    """Rows with a column that is sealed by another key, whose name stands in bytes 2 to 5, or not in its row's own form,
    which byte 1 tells.
    """
    first, head = (1, sealing.BOUND + sealing.sealing_key()) if kept.bound else (2, sealing.sealing_key())
    other = (
        sa.func.substring(table.c[name], first, len(head)) != sa.cast(head, sa.LargeBinary) for name in kept.sealed
    )
    ours = {
        name: sa.func.substring(table.c[name], 2, 4).in_([sa.cast(key, sa.LargeBinary) for key in sealing.key_names()])
        if kept.shared else table.c[name].is_not(None)
        for name in kept.sealed
    }  # fmt: skip
    return sa.or_(*(sa.and_(ours[name], one) for name, one in zip(kept.sealed, other, strict=True)))


def _count(uow: UnitOfWork, kept: Kept) -> int:
    table = kept.columns
    return uow.session.scalar(sa.select(sa.func.count()).select_from(table).where(_other_key(kept, table))) or 0


def _next(kept: Kept, after: tuple[Any, ...] | None, batch: int) -> sa.Select[Any]:
    """The next rows by key, locked, so that what a desk changes meanwhile is not overwritten."""
    table = kept.columns
    key = [table.c[name] for name in kept.key]
    statement = sa.select(table).where(_other_key(kept, table)).order_by(*key).limit(batch).with_for_update()
    return statement if after is None else statement.where(sa.tuple_(*key) > sa.tuple_(*map(sa.literal, after)))


def _other_editions(kept: Kept, rows: Sequence[Mapping[Any, Any]]) -> sa.Select[Any]:
    """The further rows of the numbers that a batch has, by whichever key they are sealed."""
    table = kept.columns
    key = table.c[kept.key[0]]
    here = [row[kept.key[0]] for row in rows]
    return sa.select(table).where(table.c.id_digest.in_([row["id_digest"] for row in rows]), key.not_in(here))


_AS_REGISTERED = {"person": "1"}
"""A person at the exchange's counter bears the digest of a registered one: so the database knows of whose
household that is. "1": a citizen ID (NY/T 2539 table C.9)."""


def _turned(kept: Kept, row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row's new columns, beside its key under names of their own."""
    places = {name: sealing.person_place(name, row["person_id"]) if kept.bound else b"" for name in kept.sealed}
    plain = {
        name: None if row[name] is None else sealing.open_sealed(bytes(row[name]), place)
        for name, place in places.items()
    }
    new: dict[str, Any] = {f"key_{name}": row[name] for name in kept.key}
    new |= {name: None if text is None else sealing.seal(text, places[name]) for name, text in plain.items()}
    if kept.kind:
        # Who has no number bears a digest by chance, which stays.
        number = plain["id_sealed"]
        kind = _AS_REGISTERED.get(row[kept.kind], row[kept.kind])
        new["id_digest"] = sealing.digest(f"{kind}:{number}") if number else row["id_digest"]
    if kept.name_digest:
        name = plain["name_sealed"]
        new["name_digest"] = row["name_digest"] if name is None else sealing.digest(name)
    return new


def _write(uow: UnitOfWork, kept: Kept, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    table = kept.columns
    written = [name for name in rows[0] if not name.startswith("key_")]
    statement = (
        sa.update(table)
        .where(*(table.c[name] == sa.bindparam(f"key_{name}") for name in kept.key))
        .values({name: sa.bindparam(name) for name in written})
    )
    uow.session.connection().execute(statement, rows)
