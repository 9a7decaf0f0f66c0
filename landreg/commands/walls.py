"""`landreg wall`: whether settling can see land, asked of the catalog and answered with a report that can be kept."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click
import psycopg

from landreg import migrate
from landreg.commands.told import answering, console
from landreg.core.actor import Desk
from landreg.core.errors import BadInput, Finding
from landreg.log.note import NoteFault, Signer
from landreg.log.store import signer_of, verifier_of


@click.group("wall")
def wall_group() -> None:
    """落户与土地之间的隔墙 · The wall between settling and land."""


@wall_group.command("prove")
@click.option(
    "--desk", type=click.Choice(["auditor", "owner"]), help="whose login asks; else the auditor's where there is one"
)
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="sign with this key, not the log's"
)
@click.option("--name", help="with --key: the signer's name")
def wall_prove(desk: str | None, key: Path | None, name: str | None) -> None:
    """Ask the catalog whether the wall stands, read-only, and print a signed report; exit code 1 when there is a hole."""
    from landreg.audit.wall.report import prove

    if (key is None) != (name is None):
        raise click.UsageError("--key 和 --name 同用 · --key goes with --name")
    with answering() as settings:
        signer = signer_of(settings) if key is None else _own_signer(name or "", key)
        asking = Desk(desk) if desk else Desk.AUDITOR if Desk.AUDITOR in settings.urls else Desk.OWNER
        if asking not in settings.urls:
            raise BadInput(Finding("SYS-2", f"LANDREG_{asking.name}_URL", {"given": asking.value}))
        url = migrate.plain_url(settings.urls[asking])
        with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
            proof = prove(connection, signer)
    sys.stdout.buffer.write(proof.text.encode())
    sys.exit(1 if proof.holes else 0)


@wall_group.command("check")
@click.argument("report", type=click.File("rb"))
@click.option(
    "--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="the signer's public key, not the log's"
)
def wall_check(report: BinaryIO, key: Path | None) -> None:
    """Whether a report is as it was signed (- reads standard input); exit code 1 when not, or when it names a hole."""
    from landreg.audit.wall.report import LARGEST, check

    with answering() as settings:
        verifier = verifier_of(settings) if key is None else key.read_text("ascii", "replace").strip()
    try:
        found = check(report.read(LARGEST).decode("utf-8"), verifier)
    except (UnicodeDecodeError, NoteFault) as error:
        console.print(f"未能证明 · not proven: {error}", markup=False, highlight=False)
        sys.exit(1)
    signer = verifier.rsplit("+", 2)[0]
    console.print(f"签名有效，签名者 · the signature is valid, by: {signer}", markup=False, highlight=False)
    print(f"{found.checks} checks, {found.holes} holes")
    sys.exit(1 if found.holes else 0)


def _own_signer(name: str, key: Path) -> Signer:
    try:
        return Signer.of_text(name, key.read_text("ascii"))
    except (UnicodeDecodeError, NoteFault) as error:
        raise click.BadParameter(str(error)) from error
