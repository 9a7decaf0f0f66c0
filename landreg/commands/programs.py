"""`landreg api`: the interface's description, and the programs that call it."""

from __future__ import annotations

import json
from uuid import UUID

import click

from landreg.access.client_rules import Scope
from landreg.commands.told import answering, console
from landreg.core.actor import PREFECTURE


@click.group("api")
def api_group() -> None:
    """接口 · The interface for programs."""


@api_group.command("describe")
@click.option("--server", default="", help="the address at which the register is served; without it a relative one")
def describe(server: str) -> None:
    """Print the description of the interface, OpenAPI 3.1. Needs no database."""
    from landreg.exchange.interfaces.describing import description

    click.echo(json.dumps(description(server.rstrip("/")), ensure_ascii=False, indent=1))


@api_group.command("register")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([scope.value for scope in Scope]))
@click.option("--within", default=PREFECTURE, show_default=True, help="code of the division that it works for")
def register(name: str, scopes: tuple[str, ...], within: str) -> None:
    """Register a program; its secret is said once."""
    from landreg.access import clients
    from landreg.access.service import SYSTEM

    with answering():
        made = clients.register(SYSTEM, clients.NewClient(name, scopes, within))
    console.print("密钥只显示这一次 · the secret is said once:")
    print(made.client_id)
    print(made.secret)


@api_group.command("end")
@click.argument("client", type=click.UUID)
def end(client: UUID) -> None:
    """Shut a program out, with its tokens."""
    from landreg.access import clients
    from landreg.access.service import SYSTEM

    with answering():
        clients.end(SYSTEM, client)
