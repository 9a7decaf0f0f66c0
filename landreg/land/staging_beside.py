"""A package's rows go into the staged tables while it is still being checked, and stay there only if nothing refuses.

One transaction, which a thread holds: it ends with the package's own row (`keep`) or with nothing (`drop`). The text of a
large package is made by a process of its own, since it costs as much as the check; of a small one by the thread.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

import psycopg

from gis.columns import Columns
from gis.shapefile import Package
from landreg.access import sealing
from landreg.config import CHECKOUT
from landreg.core.actor import Actor
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.land import staging
from landreg.land.rules.facts import Boundary, Survey
from landreg.land.staging_blocks import Ground, Rows, put_aside, put_table_aside, rows_of
from landreg.land.staging_maker import END, FRAME, HEAD, LAST
from landreg.land.staging_rows import Blocks
from landreg.land.survey_reading import Progress

LARGE = 30_000
"""Parcels from which on a process of its own is worth the second that it takes to start."""
Finish = Callable[[UnitOfWork], None]


class _Dropped(Exception):
    """The rows are not to be kept."""


class Beside:
    """The staging of one package beside its check, for the thread that checks. Leaving its block drops what is not kept."""

    def __init__(self, actor: Actor) -> None:
        self.package_id = uuid4()
        self._actor = actor
        self._told: SimpleQueue[tuple[str, int, int] | None] = SimpleQueue()
        self._verdict: SimpleQueue[Finish | None] = SimpleQueue()
        self._pool = ThreadPoolExecutor(1, "staging")
        self._work: Future[None] | None = None
        self._maker: _Here | _Apart | None = None
        self._connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()
        self._pool.shutdown()

    def table(self, kind: str, columns: Columns, folder: Path) -> None:
        """Put aside what the rows of some of a table's are made of."""
        put_table_aside(kind, columns, folder)

    def begin(self, package: Package, survey: Survey, folder: Path) -> None:
        """Begin to stage what has been read, unless it is of a place that the actor has no business with."""
        village = staging.village_of(survey)
        if not village.startswith(self._actor.jurisdiction):
            return
        ground = Ground(package, survey.county, survey.digits, survey.zone, village, folder)
        self._maker = _Apart(ground) if survey.table("DK").rows >= LARGE else _Here(ground)
        self._work = self._pool.submit(self._stage, self._maker, ground, survey.counted)

    def boundary(self, survey: Survey, kind: str, boundary: Boundary) -> None:
        """Points (JZD) or lines (JZX) have been read: put aside what their rows are made of, and stage them."""
        if self._maker is not None:
            put_aside(survey, kind, boundary, self._maker.ground.folder)
            self._maker.tell(kind)

    def keep(self, finish: Finish, progress: Progress) -> None:
        """Wait until every row is staged, let `finish` write what belongs to them, commit. Raises what went wrong."""
        if self._maker is None or self._work is None:
            raise RuntimeError("nothing was begun, or it was dropped")
        self._maker.tell(END)
        while (told := self._told.get()) is not None:
            progress(*told)
        self._verdict.put(finish)
        try:
            self._work.result()
        finally:
            self._maker.close()
            self._maker.let_go()
            self._maker = None

    def drop(self) -> None:
        """Roll back as soon as can be; nothing to do where all is kept or nothing was begun."""
        if self._maker is None or self._work is None:
            return
        self._verdict.put(None)
        self._maker.close()
        if self._connection is not None and not self._work.done():
            _cancel(self._connection)
        self._work.exception()
        self._maker.let_go()
        self._maker = None

    def _stage(self, maker: _Here | _Apart, ground: Ground, counted: dict[str, int]) -> None:
        try:
            with unit_of_work(self._actor) as uow:
                self._connection = staging.driver_of(uow)
                for table, columns, blocks in maker.rows():
                    total = counted.get(staging.kind_of(table), 0)
                    with closing(blocks):  # by the thread that has opened their files
                        watched = self._watched(table, blocks, total)
                        staging.fill(uow, (ground.county, self.package_id), table, columns, watched)
                self._told.put(None)
                finish = self._verdict.get()
                if finish is None:
                    raise _Dropped
                finish(uow)
        finally:
            self._told.put(None)

    def _watched(self, table: str, blocks: Blocks, total: int) -> Iterator[bytes]:
        """The blocks, until they are dropped: between two statements there is nothing that could be cancelled."""
        done = 0
        for text, rows in blocks:
            if not self._verdict.empty():
                raise _Dropped
            yield text
            done += rows
            self._told.put((table, min(done, total) if total else done, total or done))


def _cancel(connection: psycopg.Connection[Any]) -> None:
    """Let the database break off what it is doing; one that is gone has."""
    try:
        connection.cancel_safe(timeout=10)
    except psycopg.Error:
        return


class _Here:
    """Rows made by the thread that copies them."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._ready: SimpleQueue[str] = SimpleQueue()

    def rows(self) -> Rows:
        return rows_of(self.ground, iter(self._ready.get, END))

    def tell(self, kind: str) -> None:
        self._ready.put(kind)

    def close(self) -> None:
        """So that nobody waits for what will not come."""
        self._ready.put(END)

    def let_go(self) -> None:
        """Nothing is held."""


class _Apart:
    """Rows made by a process of its own. It ends with its pipes, also when this process is killed."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._complaints = TemporaryFile()  # noqa: SIM115 - closed with the process
        path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from landreg.land.staging_maker import main; main()"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        pickle.dump((str(sealing.key_file()), ground), self._process.stdin)
        self._process.stdin.flush()

    def rows(self) -> Rows:
        count, content = self._frame()
        while count != LAST:
            table, columns = json.loads(content)
            ahead: list[tuple[int, bytes]] = []
            yield table, tuple(columns), self._blocks(ahead)
            count, content = ahead[0]

    def tell(self, kind: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        try:
            self._process.stdin.write(f"{kind}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return  # it has failed: the one who reads its rows finds that out, and why

    def close(self) -> None:
        """End the process, and so what waits for its rows."""
        self._process.kill()
        self._process.wait()

    def let_go(self) -> None:
        """Close its pipes, once nobody reads them."""
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def _blocks(self, ahead: list[tuple[int, bytes]]) -> Blocks:
        """Blocks of one table; the frame that ends it is put into `ahead`."""
        while (frame := self._frame())[0] not in (HEAD, LAST):
            yield frame[1], frame[0]
        ahead.append(frame)

    def _frame(self) -> tuple[int, bytes]:
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        head = self._process.stdout.read(FRAME.size)
        if len(head) == FRAME.size:
            count, size = FRAME.unpack(head)
            content = self._process.stdout.read(size)
            if len(content) == size:
                return count, content
        self._process.wait()
        self._complaints.seek(0)
        raise RuntimeError(self._complaints.read().decode("utf-8", "replace"))
