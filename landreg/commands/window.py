"""`landreg window`: the settlement window's own recheck, and the turning of its key."""

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


@window.command("rotate")
def rotate() -> None:
    """Put a new key in front of the window's and seal its rows with it (owner's URL and the window's key file); again to go on."""
    from landreg import keys
    from landreg.access import sealing
    from landreg.settlement import rotation

    with answering() as settings:
        added = keys.add_identity_key(settings, "settlement")
        sealing.use_key(settings.keys["settlement"])
        turned = rotation.turn()
    console.print(
        "新密钥已启用 · a new key is in use" if added else "继续使用已有的新密钥 · going on with the key in front"
    )
    console.print(f"{turned} rows turned; 旧密钥仍可用 · the old key still opens: landreg window retire")


@window.command("retire")
def retire() -> None:
    """Take the window's old key out of use once nothing bears it (owner's URL and the window's key file)."""
    from landreg import keys
    from landreg.settlement import rotation

    with answering() as settings:
        kept = keys.retire_identity_key(settings, "settlement", rotation.finish)
    console.print(
        "没有旧密钥 · there is no old key" if kept is None else f"旧密钥已停用，备份用 · kept for backups: {kept}"
    )
