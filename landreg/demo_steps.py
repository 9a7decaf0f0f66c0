"""The demo's steps as they are shown: bars on a terminal, else lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Steps:
    """Steps as bars; where nobody looks at a terminal, a line for each at its beginning and at its end."""

    progress: Progress

    @contextmanager
    def __call__(self, name: str, total: int) -> Iterator[Advance]:
        began, told = time.monotonic(), self.progress.console
        task = self.progress.add_task(name, total=max(total, 1))
        if self.progress.disable:
            told.print(f"{name} ...", highlight=False)
        yield lambda done: self.progress.update(task, completed=done)
        self.progress.update(task, completed=max(total, 1))
        self.progress.stop_task(task)
        if self.progress.disable:
            told.print(f"{name}: {total}, {time.monotonic() - began:.1f} s", highlight=False)


@contextmanager
def bars(console: Console) -> Iterator[Steps]:
    columns = (TextColumn("{task.description:<26}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield Steps(progress)
