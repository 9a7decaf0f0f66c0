"""Reading the log to the ground, for rechecking: entries with all they hold, tiles, checkpoints, and rows without an entry.

Read as the worker or the auditor, whose policies show every entry of the jurisdiction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.log.merkle import Tile
from landreg.log.queries import Cosignature, SignedCheckpoint


@dataclass(frozen=True)
class WholeEntry:
    """An entry with all its columns but the village, for rechecking."""

    kind: str
    key: str
    staged_at: datetime
    leaf: bytes
    detail: bytes | None
    salts: Mapping[str, str]
    index: int | None


@dataclass(frozen=True)
class Place:
    """Of an entry: today's codes, and the names of its personal facts that have a salt."""

    county: str
    village: str
    salts: frozenset[str]


_WHOLE = "SELECT kind, key, staged_at, leaf, detail, salts, leaf_index FROM log.entry"


def is_marked(session: Session) -> bool:
    """Whether the database says that it is one of demonstration."""
    return bool(session.scalar(sa.text("SELECT system.is_demo()")))


def hold_snapshot(session: Session, of: str | None = None) -> None:
    """Read everything in this transaction as of one instant, or as another does (`share_snapshot`). Comes first of all."""
    session.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    if of is not None:
        session.connection().exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{of}'")


def share_snapshot(session: Session) -> str:
    """A name by which other transactions read what this one reads, as long as it lasts."""
    return str(session.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one())


def last_index(session: Session, most: int) -> int:
    """How many places the log's numbers take up; numbers from `most` on, which nobody has sealed, left out."""
    question = "SELECT coalesce(max(leaf_index) + 1, 0) FROM log.entry WHERE leaf_index < :most"
    return int(session.execute(sa.text(question), {"most": most}).scalar_one())


def entries_between(session: Session, first: int, past: int) -> list[WholeEntry]:
    """The sealed entries of these numbers, in their order."""
    question = sa.text(f"{_WHOLE} WHERE leaf_index >= :first AND leaf_index < :past ORDER BY leaf_index")
    return [_whole(row) for row in session.execute(question, {"first": first, "past": past})]


def entries_outside(session: Session, size: int) -> list[WholeEntry]:
    """The entries that are in no log of this size: staged, and those whose number nobody has sealed."""
    question = sa.text(f"{_WHOLE} WHERE leaf_index IS NULL OR leaf_index >= :size ORDER BY staged_at, key")
    return [_whole(row) for row in session.execute(question, {"size": size})]


def all_tiles(session: Session) -> dict[Tile, bytes]:
    """Every tile."""
    rows = session.execute(sa.text("SELECT level, position, hashes FROM log.tile"))
    return {(row.level, row.position): bytes(row.hashes) for row in rows}


def sealed_hashes(session: Session, first: int, past: int) -> dict[int, bytes]:
    """The tiles of leaf hashes from the one of `first` on, by their position."""
    question = (
        'SELECT "position", hashes FROM log.tile WHERE level = 0 AND "position" BETWEEN :first / 256 AND :past / 256'
    )
    rows = session.execute(sa.text(question), {"first": first, "past": past})
    return {row.position: bytes(row.hashes) for row in rows}


def all_checkpoints(session: Session) -> tuple[SignedCheckpoint, ...]:
    """Every checkpoint, the smallest first."""
    rows = session.execute(sa.text("SELECT size, root, note, signed_at FROM log.checkpoint ORDER BY size"))
    return tuple(SignedCheckpoint(row.size, bytes(row.root), row.note, row.signed_at) for row in rows)


def all_cosignatures(session: Session) -> tuple[Cosignature, ...]:
    """What witnesses have signed, the smallest first."""
    rows = session.execute(sa.text("SELECT size, witness, key, line FROM log.cosignature ORDER BY size, witness"))
    return tuple(Cosignature(row.size, row.witness, row.key, row.line) for row in rows)


def entries_of(session: Session, kind: str, keys: Sequence[str]) -> dict[str, WholeEntry]:
    """The entries of a kind by these keys."""
    rows = session.execute(
        sa.text(f"{_WHOLE} WHERE kind = :kind AND key = ANY (:keys)"), {"kind": kind, "keys": list(keys)}
    )
    return {row.key: _whole(row) for row in rows}


def entries_of_kind(session: Session, kind: str) -> list[WholeEntry]:
    """All entries of a kind, in the order in which they were staged."""
    rows = session.execute(sa.text(f"{_WHOLE} WHERE kind = :kind ORDER BY staged_at, key"), {"kind": kind})
    return [_whole(row) for row in rows]


def last_of(session: Session, kinds: Sequence[str]) -> dict[str, WholeEntry]:
    """Of entries whose keys read `id:instant`: by id, the last one of these kinds."""
    rows = session.execute(
        sa.text(f"{_WHOLE} WHERE kind = ANY (:kinds) ORDER BY staged_at, leaf_index NULLS LAST"), {"kinds": list(kinds)}
    )
    return {row.key.split(":")[0]: _whole(row) for row in rows}


def place_of(session: Session, kind: str, key: str) -> Place | None:
    """Where an entry lies, and the names of its personal facts that have a salt."""
    question = "SELECT county, village, salts FROM log.entry WHERE kind = :kind AND key = :key"
    row = session.execute(sa.text(question), {"kind": kind, "key": key}).first()
    return None if row is None else Place(row.county, row.village, frozenset(row.salts))


def keys_of(session: Session, kind: str) -> Sequence[str]:
    """The keys of all entries of a kind."""
    return session.execute(sa.text("SELECT key FROM log.entry WHERE kind = :kind"), {"kind": kind}).scalars().all()


def rows_without_entry(session: Session, kind: str, rows: str) -> Sequence[str]:
    """The keys of rows of which no entry of a kind tells, or which are there more than once.

    rows: a question for `county` and `key` of every row of the kind.
    """
    question = f"""
        SELECT r.key FROM ({rows}) AS r LEFT JOIN log.entry AS e
            ON e.kind = :kind AND e.county = r.county AND e.key = r.key
        GROUP BY r.county, r.key HAVING count(*) > 1 OR count(e.key) = 0 ORDER BY r.key"""
    return session.execute(sa.text(question), {"kind": kind}).scalars().all()


def entries_without_row(session: Session, kind: str, rows: str) -> Sequence[str]:
    """The keys of entries of a kind whose row is not there; rows as for `rows_without_entry`."""
    question = f"""
        SELECT e.key FROM log.entry AS e LEFT JOIN ({rows}) AS r ON r.county = e.county AND r.key = e.key
        WHERE e.kind = :kind AND r.key IS NULL ORDER BY e.key"""
    return session.execute(sa.text(question), {"kind": kind}).scalars().all()


def entries_of_other_kinds(session: Session, kinds: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Kind and key of entries that are of none of these kinds; one that ends in a dot stands for all that begin so."""
    question = """
        SELECT kind, key FROM log.entry WHERE kind <> ALL (:kinds)
            AND NOT EXISTS (SELECT FROM unnest(CAST(:families AS text[])) AS f WHERE starts_with(kind, f))
        ORDER BY kind, key"""
    asked = {"kinds": list(kinds), "families": [kind for kind in kinds if kind.endswith(".")]}
    return [(row.kind, row.key) for row in session.execute(sa.text(question), asked)]


def _whole(row: Any) -> WholeEntry:
    detail = None if row.detail is None else bytes(row.detail)
    return WholeEntry(row.kind, row.key, row.staged_at, bytes(row.leaf), detail, row.salts, row.leaf_index)
