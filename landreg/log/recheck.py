"""Recheck the log from the ground: leaves, tiles, checkpoints, their copies outside, and the register's own tables.

What a superuser of the database changed shows here: a leaf no longer leads to a signed root, the register no longer says
what its leaf says, or a copy outside the database was signed over another tree.

The whole recheck reads everything. The nightly one goes on from where the last one ended: it proves that the log still
begins as it did then, and reads what came since. Where that was is kept in a file (`Reached`), not in the database:
whoever can rewrite the one must not be able to tell the other what to leave out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.orm import Session

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.log import copies, queries
from landreg.log.erasure import erasures
from landreg.log.merkle import HASH_BYTES, HEIGHT, WIDTH, Tile, TileHashes, edge_of
from landreg.log.queries import WholeEntry
from landreg.log.recheck_register import Closings, Register, Restated, Source, Tables, Told, register_differs
from landreg.log.recheck_tree import Leaves, copies_differ, cosignatures_differ, tree_differs
from landreg.log.store import verifier_of

__all__ = ["MOST_FINDINGS", "Reached", "Rechecked", "Register", "Restated", "Source", "recheck", "recheck_register"]
MOST_FINDINGS = 1000


@dataclass(frozen=True)
class Reached:
    """How far a recheck came without a finding: the log's size and root. at: when its last entry was staged."""

    size: int = 0
    root: str = ""
    at: datetime | None = None

    @classmethod
    def read(cls, file: Path) -> Reached:
        """What the file says; nothing rechecked where there is none, or it is damaged."""
        try:
            said = json.loads(file.read_text("utf-8"))
            return cls(int(said["size"]), str(said["root"]), datetime.fromisoformat(said["at"]))
        except (OSError, ValueError, KeyError, TypeError):
            return cls()

    def write(self, file: Path) -> None:
        """Whole or not at all."""
        at = None if self.at is None else self.at.isoformat()
        copies.write(file, json.dumps({"size": self.size, "root": self.root, "at": at}) + "\n")


@dataclass(frozen=True)
class Rechecked:
    """entries: leaves read, sealed or staged. size: of the log. findings: LOG-10 to LOG-24, none when all is well.

    erased: LOG-25, of what nothing can be said any more. reached: where the next recheck can go on from.
    """

    entries: int
    size: int
    checkpoints: int
    findings: tuple[Finding, ...]
    erased: tuple[Finding, ...] = ()
    reached: Reached = Reached()


def recheck(
    actor: Actor,
    settings: Settings,
    sources: Mapping[str, Source],
    tables: Tables | None = None,
    closings: Closings | None = None,
) -> Rechecked:
    """Recheck the whole log against these sources only (`recheck_register`)."""
    return recheck_register(actor, settings, Register(sources, tables or {}, closings))


def recheck_register(
    actor: Actor,
    settings: Settings,
    register: Register,
    since: Reached | None = None,
    told: Told = lambda _stage, _done, _of: None,
) -> Rechecked:
    """Recheck everything, or what came `since`, in one snapshot. As the worker or the auditor.

    Memory grows by a hash and a key an entry. register: with `since`, what its sources give is as new as that. told: how
    far it is, by stage. At most `MOST_FINDINGS` of each sort. Needs the log's public key only; raises BadInput (LOG-3)
    without it.
    """
    verifier = verifier_of(settings)
    since = since or Reached()
    with unit_of_work(actor) as uow:
        session = uow.session
        queries.hold_snapshot(session)
        edge = _edge(session, since.size)
        findings = list(_begins_otherwise(since, edge))
        if findings:  # nothing that follows could be held against what was rechecked
            return Rechecked(0, 0, 0, tuple(findings))
        signed = queries.all_checkpoints(session, since.size)
        leaves = Leaves(queries.all_tiles(session, since.size), since.size, edge)
        last = since.at
        total = queries.health(session).size - since.size

        def counted() -> Iterator[WholeEntry]:
            nonlocal last
            for entry in queries.all_entries(session, since.size):
                if entry.index is not None:
                    last = entry.staged_at if last is None else max(last, entry.staged_at)
                if leaves.entries % 1000 == 0:
                    told("leaves", leaves.entries, total)
                yield entry

        findings += islice(leaves.read(counted()), MOST_FINDINGS)
        findings += islice(tree_differs(leaves, signed, verifier), MOST_FINDINGS)
        findings += islice(copies_differ(leaves, signed, settings.checkpoints, verifier), MOST_FINDINGS)
        notes = {checkpoint.size: checkpoint.note for checkpoint in signed}
        kept = queries.all_cosignatures(session)
        findings += islice(cosignatures_differ(leaves, kept, notes, settings.checkpoints), MOST_FINDINGS)
        findings += islice(register_differs(session, register, since.size, told), MOST_FINDINGS)
        erased = tuple(_erased(session))
    root = leaves.known.root(leaves.size).hex() if leaves.size else ""
    reached = since if findings else Reached(leaves.size, root, last)
    return Rechecked(leaves.entries, leaves.size, len(signed), tuple(findings), erased, reached)


def _edge(session: Session, size: int) -> dict[Tile, bytes]:
    """The unfilled tiles of the tree of this size, as they were: they have grown since."""
    stored = queries.tiles(session, edge_of(size))
    return {
        (level, position): hashes[: (size >> HEIGHT * level & (WIDTH - 1)) * HASH_BYTES]
        for (level, position), hashes in stored.items()
    }


def _begins_otherwise(since: Reached, edge: Mapping[Tile, bytes]) -> Iterator[Finding]:
    """LOG-24: the log does not begin as it did at the last recheck."""
    if not since.size:
        return
    try:
        now = TileHashes(edge).root(since.size).hex()
    except KeyError:
        now = "—"
    if now != since.root:
        values = {"size": since.size, "then": since.root, "now": now}
        yield Finding("LOG-24", values=values, layer="log.tile", subject=str(since.size))


def _erased(session: Session) -> Iterator[Finding]:
    for (_, key), told in erasures(session).items():
        for name in sorted(told.names):
            yield Finding("LOG-25", name, {"key": key, "fact": name, "basis": told.basis}, "log.entry", key)
