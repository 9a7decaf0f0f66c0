"""`landreg window`: the settlement window's own recheck."""

from __future__ import annotations

import sys

import click

from landreg.commands.told import answering, console, print_findings


@click.group("window")
def window() -> None:
    """落户窗口 · The settlement window (LANDREG_DESK=settlement)."""


@window.command("recheck")
def recheck() -> None:
    """Hold the window's rows against their leaves, by its own login; exit code 1 names what differs."""
    from landreg.settlement import checking

    with answering():
        findings = checking.recheck()
    print_findings(findings)
    console.print(f"{len(findings)} differences", highlight=False)
    sys.exit(1 if findings else 0)
