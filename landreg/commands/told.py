"""What every command shares: the register's settings, its answers in the terminal, its bars."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import DBAPIError

from landreg.config import Settings
from landreg.core import db
from landreg.core.errors import Finding, LandregError
from landreg.core.periods import beijing_day
from landreg.law.book import national_law

console = Console(stderr=True)


@contextmanager
def answering(json_file: str | None = None) -> Iterator[Settings]:
    """Settings with the desks' databases configured; an answer of the register becomes findings and exit code 1.

    json_file: where findings are asked for as JSON, an answer is written there too.
    """
    try:
        settings = Settings.from_environment()
        db.configure(settings.urls)
        yield settings
    except LandregError as error:
        _answer(error.findings, json_file)
    except (DBAPIError, psycopg.Error) as error:
        if db.is_gone(error):
            _answer((Finding("SYS-1", values={"desk": "-"}),), json_file)
        # Python's own traceback would print the database's detail, which may be a row with names.
        console.print(db.told(error), highlight=False, markup=False)
        sys.exit(1)


def _answer(findings: tuple[Finding, ...], json_file: str | None) -> NoReturn:
    if json_file:
        from landreg.land.survey import finding_json

        law = national_law("", beijing_day(datetime.now(UTC)))
        write_json([finding_json(finding, law) for finding in findings], json_file)
    print_findings(findings)
    sys.exit(1)


def print_findings(findings: tuple[Finding, ...]) -> None:
    law = national_law("", beijing_day(datetime.now(UTC)))
    for finding in findings:
        console.print(f"[bold]{finding.code}[/] {finding.subject or ''} {law.say(finding)}", highlight=False)
        console.print(f"    {law.say(finding, 'en')}", style="dim", highlight=False)


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """One bar that names the stage it is in; call it with the stage's name, how much is done, and of how much."""
    columns = (TextColumn("{task.description:<14}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("")

        def show(stage: str, done: int, total: int) -> None:
            progress.update(task, description=stage, completed=done, total=max(total, done, 1))

        yield show


def opened_and_compared(show: Callable[[str, int, int], None]) -> tuple[Finding, ...]:
    """What is sealed of persons, held against the log. Interrupted, it prints what it found and how far it was."""
    from landreg.access.compared import sealed_differ

    found: list[Finding] = []
    reached = (0, 0)

    def told(done: int, every: int) -> None:
        nonlocal reached
        reached = done, every
        show("persons", done, every)

    try:
        for finding in sealed_differ(told):
            found.append(finding)
    except KeyboardInterrupt:
        print_findings(tuple(found))
        console.print("已核对 {0} / {1} 人 · {0} of {1} persons compared".format(*reached), highlight=False)
        raise
    return tuple(found)


def can_be_written(_context: click.Context, _option: click.Parameter, file: str | None) -> str | None:
    """Found before the work, not after it."""
    if file and file != "-" and (Path(file).is_dir() or not Path(file).resolve().parent.is_dir()):
        raise click.BadParameter(f"不能写入 cannot be written: {file}")
    return file


def write_json(rows: list[dict[str, Any]], json_file: str) -> None:
    text = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False)
    try:
        if json_file == "-":
            print(text, flush=True)
        else:
            Path(json_file).write_text(text, "utf-8")
    except BrokenPipeError:
        raise  # who read it has read enough
    except OSError as error:
        not_written(None if json_file == "-" else json_file, error)
        sys.exit(1)


def not_written(file: str | None, error: OSError) -> None:
    """Say that a file, None: standard output, takes no more. What is left in the buffer of that would fail once more at the end."""
    if file is None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    values = {"file": file or "标准输出 standard output", "why": error.strerror or str(error)}
    print_findings((Finding("SYS-6", values=values),))
