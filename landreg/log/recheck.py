"""Recheck the log from the ground: leaves, tiles, checkpoints, their copies outside, and the register's own tables.

What a superuser of the database changed shows here: a leaf no longer leads to a signed root, the register no longer says
what its leaf says, or a copy outside the database was signed over another tree.

The whole recheck reads everything. The nightly one proves that the log still begins as it did at the last one, and holds
every tile, checkpoint and copy against each other again; of entries, with the rows that they tell of, it reads what came
since, and a part of the old ones, so that each is read within the nights of `PACE`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from sqlalchemy.orm import Session

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Finding
from landreg.log import recheck_queries as queries
from landreg.log.copies import Outside
from landreg.log.erasure import erasures
from landreg.log.merkle import WIDTH
from landreg.log.queries import SignedCheckpoint
from landreg.log.recheck_parts import MOST_FINDINGS, OUTSIDE, PART_OF_LOG, Read, Reader, Step, read_all
from landreg.log.recheck_reached import PACE, Begun, Pace, Reached, parts_left, parts_of_night
from landreg.log.recheck_register import Closings, Keyed, Register, Source, Tables, Told
from landreg.log.recheck_rows import Restated
from landreg.log.recheck_tree import Leaves, copies_differ, cosignatures_differ, tree_differs
from landreg.log.store import verifier_of

__all__ = [
    "MOST_FINDINGS",
    "PACE",
    "Begun",
    "Keyed",
    "Pace",
    "Reached",
    "Rechecked",
    "Register",
    "Restated",
    "Source",
    "recheck",
    "recheck_register",
]
# Fewer parts are read faster than processes start.
WORTH_PROCESSES = 3
NOTHING = Reached()


@dataclass(frozen=True)
class Rechecked:
    """entries: leaves read, sealed or staged. size: of the log. findings: LOG-10 to LOG-24, LOG-32 and DB-6, none when all is well.

    erased: LOG-25, of what nothing can be said any more. reached: where the next recheck can go on from.
    """

    entries: int
    size: int
    checkpoints: int
    findings: tuple[Finding, ...]
    erased: tuple[Finding, ...] = ()
    reached: Reached = NOTHING


def recheck(
    actor: Actor,
    settings: Settings,
    sources: Mapping[str, Source | Keyed],
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
    *,
    begun: Begun | None = None,
    keep: Callable[[Begun], None] = lambda _begun: None,
    processes: int = 1,
    pace: Pace = PACE,
) -> Rechecked:
    """Recheck everything, or as of a night `since` another, in one snapshot. As the worker or the auditor.

    told: how far it is, by stage. begun: a whole one that was interrupted, to go on with. keep: is told of each part that a
    whole one has read without a finding. processes: how many read a large log. Memory grows by a hash an entry. At most
    `MOST_FINDINGS` of each code. Needs the log's public key only; raises BadInput (LOG-3) without it.
    """
    verifier = verifier_of(settings)
    # Listed before the snapshot: what is sealed while this reads is copied out too, and no log that was rolled back.
    outside = Outside.of(settings.checkpoints)
    with unit_of_work(actor) as uow:
        session = uow.session
        queries.hold_snapshot(session)
        signed, tiles = queries.all_checkpoints(session), queries.all_tiles(session)
        size = queries.last_index(session, max(*(one.size for one in signed), len(tiles) * WIDTH, 0) + pace.part)
        stored = Leaves(tiles, size, {})
        otherwise = tuple(_begins_otherwise(since or NOTHING, stored))
        if since and since.size and not otherwise:
            whole, (parts, following) = None, parts_of_night(since, size, pace)
        else:
            whole = _begun(begun, stored)
            parts, following = parts_left(size, pace, whole.parts), 0
        steps = [*((PART_OF_LOG, str(part)) for part in parts), (OUTSIDE, ""), *register.steps]
        reading = read_all(
            Reader(session, register, size, pace),
            actor,
            settings.urls,
            steps,
            processes if len(parts) >= WORTH_PROCESSES else 1,
        )
        read = dict(_watched(reading, len(parts), len(steps), told, whole, keep, pace.part))
        found = {int(name) * pace.part: read[what, name].hashes for what, name in steps if what == PART_OF_LOG}
        leaves = Leaves(tiles, size, found)
        of_log, of_register = (
            [finding for step in steps if (step[0] in (PART_OF_LOG, OUTSIDE)) is log for finding in read[step].findings]
            for log in (True, False)
        )
        findings = tuple(
            _once(
                [
                    *_marked(session, settings),
                    *otherwise,
                    *of_log,
                    *_log_differs(session, outside, leaves, signed, verifier),
                    *of_register,
                ]
            )
        )
        erased = tuple(_erased(session))
    reached = (since or NOTHING) if findings else Reached(size, leaves.root(size), following)
    return Rechecked(sum(one.entries for one in read.values()), size, len(signed), findings, erased, reached)


def _begun(begun: Begun | None, stored: Leaves) -> Begun:
    """Where a whole recheck begins: at one that was interrupted, if the log still begins as it did then."""
    same = begun is not None and stored.root(begun.size) == begun.root
    return Begun(stored.size, stored.root(stored.size), begun.parts if same and begun else frozenset())


def _watched(
    reading: Iterable[tuple[Step, Read]],
    parts: int,
    steps: int,
    told: Told,
    whole: Begun | None,
    keep: Callable[[Begun], None],
    filled: int,
) -> Iterator[tuple[Step, Read]]:
    """What is read, with `told` called for each step that is done, and `keep` for each filled part without a finding."""
    sealed_parts = 0
    for done, (step, read) in enumerate(reading, 1):
        sealed_parts += step[0] == PART_OF_LOG
        if whole is not None and len(read.hashes) == filled and not read.findings:
            whole = replace(whole, parts=whole.parts | {int(step[1])})
            keep(whole)
        told("entries" if sealed_parts < parts else "register", done, steps)
        yield step, read


def _log_differs(
    session: Session, outside: Outside, leaves: Leaves, signed: tuple[SignedCheckpoint, ...], verifier: str
) -> Iterator[Finding]:
    """What of tiles, checkpoints, copies and cosignatures is not of the leaves."""
    notes = {checkpoint.size: checkpoint.note for checkpoint in signed}
    yield from islice(tree_differs(leaves, signed, verifier), MOST_FINDINGS)
    yield from islice(copies_differ(leaves, signed, outside.files, verifier), MOST_FINDINGS)
    kept = queries.all_cosignatures(session)
    yield from islice(cosignatures_differ(kept, notes, outside.cosignatures), MOST_FINDINGS)


def _marked(session: Session, settings: Settings) -> Iterator[Finding]:
    """DB-6: the register's clock can be moved, and the settings do not say that it is a demonstration."""
    if not settings.demo and queries.is_marked(session):
        yield Finding("DB-6", layer="system.demo", subject="system.demo")


def _begins_otherwise(since: Reached, stored: Leaves) -> Iterator[Finding]:
    """LOG-24: the log does not begin as it did at the last recheck; everything is read then."""
    now = stored.root(since.size)
    if since.size and now != since.root:
        values = {"size": since.size, "then": since.root, "now": now}
        yield Finding("LOG-24", values=values, layer="log.tile", subject=str(since.size))


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """Each finding once, and no more of a code than anyone reads."""
    seen: set[tuple[str, str | None, str | None, str | None]] = set()
    counted: Counter[str] = Counter()
    for finding in findings:
        one = (finding.code, finding.layer, finding.subject, finding.field)
        if one not in seen and counted[finding.code] < MOST_FINDINGS:
            seen.add(one)
            counted[finding.code] += 1
            yield finding


def _erased(session: Session) -> Iterator[Finding]:
    for (_, key), told in erasures(session).items():
        for name in sorted(told.names):
            yield Finding("LOG-25", name, {"key": key, "fact": name, "basis": told.basis}, "log.entry", key)
