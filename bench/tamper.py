"""`make tamper-drill`: a copy of the running demonstration is struck by a superuser, row by row, and rechecked each time.

In every registered table one row is changed, one removed and one added; after each blow `recheck` must name it, with its
table, and the row is put back. The original is only read, by pg_dump. Ends with the line `N of M named`; exit code 1 when
a blow was not named. `--columns` changes every column that a leaf tells of, one at a time; `--from TABLE` goes on where an
earlier drill stopped, and tables that are named (`make tamper-drill TABLES="log.entry log.tile"`) are struck alone.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console
from rich.progress import track
from sqlalchemy.engine import make_url

from bench.blows import ONLY, OTHERWISE_TOLD, Blow, Connection, Row, Table, tables, unbar
from landreg import migrate
from landreg.access.compared import sealed_differ
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import WORKER, Desk
from landreg.core.errors import Finding, LandregError
from landreg.core.periods import beijing_day
from landreg.law.book import national_law
from landreg.log import copies
from landreg.log.recheck import recheck_register
from landreg.registry.leaves import placed

console = Console()
Recheck = Callable[[], tuple[Finding, ...]]
Outcome = tuple[Blow, Finding | None]
TOGETHER = 8
"""Blows dealt before one recheck where the drill is to be short."""


@dataclass(frozen=True)
class Stroke:
    """A blow that can be dealt. what, column: as in `Blow`."""

    row: Row
    what: str
    column: str
    strike: Callable[[], None]


@dataclass(frozen=True)
class Which:
    """What a drill strikes. columns: every column of a table, one at a time. turns: of changing, removing and adding each table
    has one, in turn, and several tables are struck before one recheck. first: the table to begin with, in the order in which they
    are struck. alone: these tables, or all.
    """

    columns: bool = False
    turns: bool = False
    first: str = ""
    alone: frozenset[str] = frozenset()

    def of(self, there: tuple[Table, ...]) -> tuple[Table, ...]:
        """The tables to strike. Raises ValueError for one that is none of them."""
        if unknown := {*self.alone, *([self.first] if self.first else [])} - {table.plain for table in there}:
            raise ValueError(f"no such table is struck: {', '.join(sorted(unknown))}")
        names = [table.plain for table in there]
        begun = there[names.index(self.first) if self.first else 0 :]
        return tuple(table for table in begun if not self.alone or table.plain in self.alone)


def strikes(connection: Connection, again: Recheck, which: Which) -> Iterator[Outcome]:
    """Each blow, and the finding that names it, if any; the database is as before after each.

    Raises RuntimeError when the database was not sound before a blow.
    """
    there = tables(connection)
    struck = which.of(there)
    unbar(connection, there)
    if (before := again()) != ():
        raise RuntimeError(f"not sound before the first blow: {before[:3]}")
    for group in _groups(_strokes(connection, struck, which), TOGETHER if which.turns else 1):
        told = _struck(group, again)
        # One blow may hide another: what was not named beside others is dealt by itself.
        alone = [] if len(group) == 1 else [stroke for stroke, (_, found) in zip(group, told, strict=True) if not found]
        yield from (outcome for outcome in told if outcome[1] or len(group) == 1)
        yield from (outcome for stroke in alone for outcome in _struck([stroke], again))
    if (after := again()) != ():
        raise RuntimeError(f"not sound after the last blow: {after[:3]}")


def _strokes(connection: Connection, struck: tuple[Table, ...], which: Which) -> Iterator[Stroke]:
    """Every blow that is to be dealt, each with its row as it is now."""
    for turn, table in enumerate(struck):
        row = Row(connection, table, ONLY.get(table.plain, "true"))
        blows = list(_blows(row, columns=which.columns))
        yield from [blows[turn % len(blows)]] if which.turns else blows
        if row.there and table.plain in placed.TABLES:
            yield Stroke(row, "moved to another village", "village", row.move_village)
        if table.has_clocks and (closed := Row(connection, table, "NOT upper_inf(recorded)")).there:
            yield Stroke(closed, "moved the end of recorded", "recorded", closed.move_end)
        if table.plain in OTHERWISE_TOLD and (other := Row(connection, table, OTHERWISE_TOLD[table.plain])).there:
            yield from (replace(blow, what=f"{blow.what} (by itself)") for blow in _blows(other, columns=which.columns))


def _groups(strokes: Iterator[Stroke], most: int) -> Iterator[list[Stroke]]:
    """Strokes that are dealt together: no two at one table."""
    group: list[Stroke] = []
    for stroke in strokes:
        if len(group) == most or stroke.row.table in {other.row.table for other in group}:
            yield group
            group = []
        group.append(stroke)
    if group:
        yield group


def _struck(group: list[Stroke], again: Recheck) -> list[Outcome]:
    """Blows that are dealt before one recheck, and what names each; the rows are put back."""
    for stroke in group:
        stroke.strike()
    blows = [Blow(stroke.row.table, stroke.what, stroke.column, stroke.row.names()) for stroke in group]
    findings = again()
    for stroke in reversed(group):
        stroke.row.restore()
    return [(blow, blow.named_by(findings)) for blow in blows]


def _blows(row: Row, *, columns: bool) -> Iterator[Stroke]:
    if not row.there:
        yield Stroke(row, "added, the first", "", row.add_first)
        return
    table = row.table
    facts = [column for column in table.held if column.name not in table.key] or table.held
    for column in table.held if columns else facts[:1]:
        yield Stroke(row, f"changed {column.name}", column.name, partial(row.change, column))
    yield Stroke(row, "removed", "", row.remove)
    yield Stroke(row, "added", "", row.add)


@contextmanager
def copied(settings: Settings) -> Iterator[Settings]:
    """A copy of the database beside it, with copies of its checkpoints; `core.db` points at it meanwhile."""
    if settings.superuser_url is None:
        raise SystemExit("no superuser's URL: the drill runs on the embedded database (make run)")
    source = make_url(settings.urls[Desk.OWNER]).database or ""
    name = f"landreg_drill_{os.getpid()}"
    with psycopg.connect(migrate.plain_url(settings.superuser_url, "postgres"), autocommit=True) as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER landreg_owner TEMPLATE template0").format(sql.Identifier(name))
        )
        try:
            migrate.grant_database(server, name)
            _pour(migrate.plain_url(settings.superuser_url, source), migrate.plain_url(settings.superuser_url, name))
            with tempfile.TemporaryDirectory(prefix="landreg-drill-") as folder:
                checkpoints = Path(folder) / "checkpoints"
                shutil.copytree(settings.checkpoints, checkpoints)
                urls = {
                    desk: make_url(url).set(database=name).render_as_string(hide_password=False)
                    for desk, url in settings.urls.items()
                }
                superuser = migrate.plain_url(settings.superuser_url, name)
                _as_old_as(checkpoints, superuser)
                copy = replace(settings, urls=urls, superuser_url=superuser, checkpoints=checkpoints)
                db.configure(copy.urls)
                try:
                    yield copy
                finally:
                    db.configure(settings.urls)
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _as_old_as(checkpoints: Path, copy: str) -> None:
    """Without what the register that goes on beside signed after it was copied."""
    with psycopg.connect(copy) as connection:
        (size,) = connection.execute("SELECT coalesce(max(size), 0) FROM log.checkpoint").fetchone() or (0,)
    for later, file in list(copies.files(checkpoints)):
        if later > size:
            file.unlink()


def _pour(source: str, target: str) -> None:
    psql = ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--output=/dev/null", target]
    with subprocess.Popen(["pg_dump", "--format=plain", source], stdout=subprocess.PIPE) as dump:
        poured = subprocess.run(psql, stdin=dump.stdout, check=False)
    if dump.returncode or poured.returncode:
        raise SystemExit("the database could not be copied")


def drill(settings: Settings, which: Which | None = None, *, show: bool = True) -> list[Outcome]:
    """Strike a copy of the database of these settings; every blow with the finding that names it, if any (`strikes`)."""
    with copied(settings) as copy, psycopg.connect(copy.superuser_url or "", autocommit=True) as connection:

        def again() -> tuple[Finding, ...]:
            return (*recheck_register(WORKER, copy, register()).findings, *sealed_differ())

        told: list[Outcome] = []
        blows = strikes(connection, again, which or Which())
        for outcome in track(blows, "striking", console=console, transient=True, disable=not show):
            told.append(outcome)
            if show:
                _tell(*outcome)
        return told


def _tell(blow: Blow, finding: Finding | None) -> None:
    law = national_law("", beijing_day(datetime.now(UTC)))
    said = f"{finding.code} {law.say(finding, 'en')}" if finding else "[red]NOT NAMED[/]"
    console.print(f"{blow.table.plain:<26} {blow.what:<26} {said}", highlight=False, soft_wrap=True)


def main() -> int:
    """Strike the demonstration of this checkout."""
    parser = argparse.ArgumentParser(prog="make tamper-drill", description=__doc__)
    parser.add_argument("--columns", action="store_true", help="change every column, one at a time")
    parser.add_argument("--from", dest="first", default="", metavar="TABLE", help="begin with this table, by name")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help="strike these tables alone")
    asked = parser.parse_args()
    which = Which(columns=asked.columns, first=asked.first, alone=frozenset(asked.tables))
    settings = Settings.from_environment()
    try:
        db.configure(settings.urls)
        told = drill(settings, which)
    except ValueError as error:
        parser.error(str(error))
    except LandregError as error:
        console.print(str(error.findings), highlight=False)
        return 1
    named = sum(finding is not None for _, finding in told)
    console.print(f"{named} of {len(told)} named", highlight=False)
    return 0 if named == len(told) else 1


if __name__ == "__main__":
    sys.exit(main())
