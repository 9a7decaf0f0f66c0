"""Reading a log part by part, in this process or in several that see the same instant of the database."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from itertools import islice

from sqlalchemy.orm import Session

from landreg.core import db
from landreg.core.actor import Actor, Desk
from landreg.core.errors import Finding
from landreg.log import recheck_queries as queries
from landreg.log.erasure import erasures
from landreg.log.recheck_reached import Pace
from landreg.log.recheck_register import Register, entries_differ, step_differs
from landreg.log.recheck_rows import Gone
from landreg.log.recheck_tree import misplaced, read_leaves

MOST_FINDINGS = 1000
PART_OF_LOG, OUTSIDE = "entries", "staged"
Step = tuple[str, str]


@dataclass(frozen=True)
class Read:
    """What a step found. hashes: of a part, those of its leaves. entries: how many were read."""

    findings: tuple[Finding, ...]
    hashes: tuple[bytes | None, ...] = ()
    entries: int = 0


class Reader:
    """Takes steps in one transaction: parts of the log (`entries`, by number), what is in none yet, and the register's own."""

    def __init__(self, session: Session, register: Register, size: int, pace: Pace) -> None:
        self.session = session
        self.register = register
        self.size = size
        self.pace = pace
        self._gone: Gone | None = None

    def take(self, step: Step) -> Read:
        """One step; at most `MOST_FINDINGS` of each sort."""
        what, name = step
        if what == PART_OF_LOG:
            return self._part(int(name))
        if what == OUTSIDE:
            return self._outside()
        return Read(tuple(islice(step_differs(self.session, self.register, what, name, self.gone), MOST_FINDINGS)))

    @property
    def gone(self) -> Gone:
        """What was erased; asked once."""
        if self._gone is None:
            self._gone = erasures(self.session)
        return self._gone

    def _part(self, part: int) -> Read:
        first = part * self.pace.part
        past = min(first + self.pace.part, self.size)
        entries = queries.entries_between(self.session, first, past)
        hashes, findings = read_leaves(entries, first, past, queries.sealed_hashes(self.session, first, past))
        differing = islice(entries_differ(self.session, self.register, entries, self.gone), MOST_FINDINGS)
        return Read((*findings, *differing), tuple(hashes), len(entries))

    def _outside(self) -> Read:
        entries = queries.entries_outside(self.session, self.size)
        findings = [
            Finding("LOG-10", values={"key": entry.key}, layer="log.entry", subject=entry.key)
            for entry in entries
            if entry.index is not None or misplaced(entry)
        ]
        differing = islice(entries_differ(self.session, self.register, entries, self.gone), MOST_FINDINGS)
        return Read((*findings, *differing), (), len(entries))


def read_all(
    reader: Reader, actor: Actor, urls: Mapping[Desk, str], steps: Sequence[Step], processes: int
) -> Iterator[tuple[Step, Read]]:
    """Take every step, in any order; with more than one process, parts of the log in so many, each in the reader's own
    instant, and the rest here meanwhile.
    """
    apart = [step for step in steps if step[0] == PART_OF_LOG] if processes > 1 else []
    here = [step for step in steps if step not in apart]
    if not apart:
        for step in here:
            yield step, reader.take(step)
        return
    snapshot = queries.share_snapshot(reader.session)
    keyed = Register(reader.register.keyed, reader.register.tables)
    opening = partial(_open, os.getpid(), dict(urls), actor, keyed, reader.size, reader.pace, snapshot)
    # Fresh processes: a forked one would share this one's connection.
    pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), opening)
    try:
        waiting: dict[Future[Read], Step] = {pool.submit(_take, step): step for step in apart}
        for step in here:
            yield step, reader.take(step)
        for done in as_completed(waiting):
            yield waiting.pop(done), done.result()
    finally:
        pool.shutdown(cancel_futures=True)


_opened: list[tuple[Reader, object]] = []


def _open(
    parent: int, urls: Mapping[Desk, str], actor: Actor, register: Register, size: int, pace: Pace, snapshot: str
) -> None:
    """One transaction of a process, held until it ends. Ctrl-C is its parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    db.configure(urls)
    work = db.unit_of_work(actor)
    session = work.__enter__().session
    queries.hold_snapshot(session, snapshot)
    _opened.append((Reader(session, register, size, pace), work))


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _take(step: Step) -> Read:
    return _opened[0][0].take(step)
