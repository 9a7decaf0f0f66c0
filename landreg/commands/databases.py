"""`landreg db` and `landreg keys`."""

from __future__ import annotations

import sys

import click

from landreg import migrate
from landreg.commands.told import answering, bars, console, opened_and_compared, print_findings


@click.group("db")
def database() -> None:
    """数据库 · The database."""


@database.command("init")
def db_init() -> None:
    """Make logins, database, extensions (superuser)."""
    with answering() as settings:
        migrate.init(settings)


@database.command("upgrade")
def db_upgrade() -> None:
    """Run the migrations that are missing (owner)."""
    with answering() as settings:
        for revision in migrate.upgrade(settings):
            console.print(f"{revision} done")


@database.command("check")
def db_check() -> None:
    """Hold the database's own wall against the catalog."""
    with answering() as settings:
        findings = migrate.check(settings)
    print_findings(findings)
    sys.exit(1 if findings else 0)


@database.command("schema")
def db_schema() -> None:
    """Print what the database's own walls are made of, a line a piece, as migrations/schema.txt keeps it (owner)."""
    with answering() as settings:
        for piece in migrate.pieces(settings):
            click.echo(piece)


@click.group("keys", invoke_without_command=True)
@click.pass_context
def make_keys(context: click.Context) -> None:
    """Make the keys that are missing: session, identity, log, and a demo certificate key that says so."""
    from landreg import keys

    if context.invoked_subcommand is not None:
        return
    with answering() as settings:
        for name in keys.make_missing(settings):
            console.print(f"key made: {settings.keys[name]}")


@make_keys.command("rotate")
def keys_rotate() -> None:
    """Put a new identity key in front and seal everything with it (owner); again to go on after an interrupt."""
    from landreg import keys

    with answering() as settings, bars() as show:
        added = keys.add_identity_key(settings)
        turned = keys.turn_identity_key(settings, show)
    console.print(
        "新密钥已启用 · a new key is in use" if added else "继续使用已有的新密钥 · going on with the key in front"
    )
    console.print(f"{turned} rows turned; 旧密钥仍可用 · the old key still opens: landreg keys retire")


@make_keys.command("check")
def keys_check() -> None:
    """Open what is sealed of every person and hold it against the log's leaves (owner); exit code 1 names whose differs."""
    with answering(), bars() as show:
        findings = opened_and_compared(show)
    print_findings(findings)
    sys.exit(1 if findings else 0)


@make_keys.command("retire")
def keys_retire() -> None:
    """Take the old identity key out of use once nothing bears it (owner)."""
    from landreg import keys

    with answering() as settings:
        kept = keys.retire_identity_key(settings)
    console.print(
        "没有旧密钥 · there is no old key" if kept is None else f"旧密钥已停用，备份用 · kept for backups: {kept}"
    )
