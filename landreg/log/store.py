"""Writing the log: a step stages its entry, the worker seals what was staged.

Sealing numbers entries without gaps, extends the tree and signs a checkpoint, all in one transaction: killed at any
moment, it has happened or it has not. The checkpoint is then copied out of the database's reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from psycopg.types.json import Json as JsonText
from sqlalchemy.orm import Session

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, Conflict, Finding
from landreg.log import copies
from landreg.log.leaf import Entry, hashed, leaf_of, salts_for
from landreg.log.merkle import Grown, edge_of, grow
from landreg.log.note import Checkpoint, NoteFault, Signer
from landreg.log.queries import Cosignature, tiles

_SEAL_LOCK = 0x6C6F67  # "log": one worker seals at a time
# A wall of entries is sealed in parts, so that memory stays flat; each part is a transaction and a checkpoint.
SEAL_AT_MOST = 200_000


@dataclass(frozen=True)
class Sealed:
    """What a sealing did: entries added, and the size of the log now."""

    count: int
    size: int


def stage(uow: UnitOfWork, entry: Entry) -> None:
    """Put an entry in line for the log, in the caller's transaction: an act without its leaf cannot commit.

    Raises Refused (LOG-1) at once when there is one of this kind and key already.
    """
    stage_all(uow, [entry])


def stage_all(uow: UnitOfWork, entries: Iterable[Entry]) -> None:
    """Put entries in line for the log, in one statement. Raises as `stage` does."""
    rows = [_row(uow, entry) for entry in entries]
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        uow.session.connection().exec_driver_sql(_STAGE, columns)


_STAGE = """
    INSERT INTO log.entry (county, id, village, kind, key, leaf, detail, salts, staged_at)
    SELECT * FROM unnest(%(county)s::text[], %(id)s::uuid[], %(village)s::text[], %(kind)s::text[], %(key)s::text[],
                         %(leaf)s::bytea[], %(detail)s::bytea[], %(salts)s::jsonb[], %(staged_at)s::timestamptz[])
"""


def _row(uow: UnitOfWork, entry: Entry) -> dict[str, Any]:
    salts = salts_for(entry)
    leaf, detail = leaf_of(entry.kind, entry.key, uow.now, entry.facts, hashed(entry.personal, salts))
    return {
        "county": entry.county,
        "id": uuid4(),
        "village": entry.village,
        "kind": entry.kind,
        "key": entry.key,
        "leaf": leaf,
        "detail": detail,
        "salts": JsonText(salts),
        "staged_at": uow.now,
    }


def destroy_salts(uow: UnitOfWork, county: str, kind: str, key: str, names: Sequence[str]) -> None:
    """Destroy salts of an entry; the transaction has staged the entry that says so (see `erasure`)."""
    asked = {"county": county, "kind": kind, "key": key, "names": list(names)}
    uow.session.execute(sa.text("SELECT log.destroy_salts(:county, :kind, :key, :names)"), asked)


def keep_cosignature(uow: UnitOfWork, cosignature: Cosignature) -> None:
    """Keep what a witness has signed on a checkpoint; the first stays."""
    row = {"size": cosignature.size, "witness": cosignature.witness, "key": cosignature.key, "line": cosignature.line}
    uow.session.execute(sa.text(_COSIGNED), {**row, "at": uow.now})


_COSIGNED = """
    INSERT INTO log.cosignature (size, witness, key, line, signed_at) VALUES (:size, :witness, :key, :line, :at)
    ON CONFLICT DO NOTHING
"""


def signer_of(settings: Settings) -> Signer:
    """The log's signing key. Raises BadInput (LOG-3) when its file is missing or holds no key."""
    file = settings.keys["log"]
    try:
        return Signer.of_text(settings.log_origin, file.read_text("ascii"))
    except (OSError, UnicodeDecodeError, NoteFault) as error:
        raise BadInput(Finding("LOG-3", values={"file": str(file)})) from error


def verifier_of(settings: Settings) -> str:
    """The log's public key, as its checkpoints are verified with. Raises BadInput (LOG-3) when its file is missing."""
    try:
        return settings.log_public_key.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(Finding("LOG-3", values={"file": str(settings.log_public_key)})) from error


def seal(actor: Actor, settings: Settings) -> Sealed:
    """Add all that is staged to the log, and copy the checkpoint out. As the worker; again at any time.

    Raises Conflict (LOG-4) when the copies outside say that the log was longer, or was another: it has been rolled
    back or rewritten, and signing on would hide that. Raises BadInput (LOG-3) without a key.
    """
    signer = signer_of(settings)
    count = 0
    while True:
        with unit_of_work(actor) as uow:
            uow.session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SEAL_LOCK})
            size, root, note = _latest(uow.session)
            _compare_with_copies(settings, signer, size, root)
            hashes = _numbered(uow.session, size)
            if hashes:
                grown = _extended(uow.session, size, hashes)
                size, note = grown.size, _sign(uow, signer, grown)
        if note:
            copies.keep(settings.checkpoints, size, note, signer.verifier)
        count += len(hashes)
        if len(hashes) < SEAL_AT_MOST:
            return Sealed(count, size)


def _numbered(session: Session, size: int) -> Sequence[bytes]:
    """Number what is staged on from `size`, at most SEAL_AT_MOST of it; the hashes in their order."""
    staged = session.execute(sa.text(_STAGED), {"most": SEAL_AT_MOST}).all()
    if not staged:
        return ()
    # Named one by one, and planned for these alone, so that the planner knows how many: of a log that grew tenfold since it was
    # last looked at it takes the staged for a few, and a plan kept from when there were five compares each with each.
    session.execute(sa.text("SET LOCAL plan_cache_mode = force_custom_plan"))
    named = {"size": size, "counties": [row.county for row in staged], "ids": [row.id for row in staged]}
    return session.execute(sa.text(_NUMBER), named).scalars().all()


# The order is a matter of the rows alone: sealing what was staged gives one tree, whoever does it and whenever.
_STAGED = (
    """SELECT county, id FROM log.entry WHERE leaf_index IS NULL ORDER BY staged_at, county, key, kind LIMIT :most"""
)
_NUMBER = """
    WITH numbered AS (
        UPDATE log.entry AS e SET leaf_index = :size + s.place - 1
        FROM unnest(CAST(:counties AS char(6)[]), CAST(:ids AS uuid[])) WITH ORDINALITY AS s (county, id, place)
        WHERE e.county = s.county AND e.id = s.id
        RETURNING e.leaf_index, e.leaf_hash
    )
    SELECT leaf_hash FROM numbered ORDER BY leaf_index
"""


def _latest(session: Session) -> tuple[int, bytes | None, str]:
    row = session.execute(sa.text("SELECT size, root, note FROM log.checkpoint ORDER BY size DESC LIMIT 1")).first()
    return (0, None, "") if row is None else (row.size, bytes(row.root), row.note)


def _compare_with_copies(settings: Settings, signer: Signer, size: int, root: bytes | None) -> None:
    """Never sign a log that is shorter than, or another than, one that was signed before."""
    last = copies.latest(settings.checkpoints, signer.verifier)
    if last is None or last.size < size:
        return
    if last.size > size or last.root != root:
        raise Conflict(
            Finding("LOG-4", values={"copied": last.size, "size": size, "folder": str(settings.checkpoints)})
        )


def _extended(session: Session, size: int, hashes: Iterable[bytes]) -> Grown:
    edge = edge_of(size)
    grown = grow(size, tiles(session, edge), map(bytes, hashes))
    rows = [
        {"level": level, "position": position, "hashes": hashes_} for (level, position), hashes_ in grown.tiles.items()
    ]
    session.connection().exec_driver_sql(_WRITE_TILES, {name: [row[name] for row in rows] for name in rows[0]})
    return grown


_WRITE_TILES = """
    INSERT INTO log.tile (level, position, hashes)
    SELECT * FROM unnest(%(level)s::smallint[], %(position)s::bigint[], %(hashes)s::bytea[])
    ON CONFLICT (level, position) DO UPDATE SET hashes = excluded.hashes
"""


def _sign(uow: UnitOfWork, signer: Signer, grown: Grown) -> str:
    note = signer.sign(Checkpoint(signer.name, grown.size, grown.root))
    uow.session.execute(
        sa.text("INSERT INTO log.checkpoint (size, root, note, signed_at) VALUES (:size, :root, :note, :at)"),
        {"size": grown.size, "root": grown.root, "note": note, "at": uow.now},
    )
    return note
