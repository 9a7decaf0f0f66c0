"""The `landreg` command. Parses and calls; exit code 0 done, 1 refused (findings printed), 2 wrong use."""

from __future__ import annotations

import gc

import click

from landreg.access.service import SYSTEM, NewAccount
from landreg.commands import databases, laws, logs, packages, programs, walls, window
from landreg.commands.told import answering, console
from landreg.core.actor import PREFECTURE, Desk, Role


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """农村土地权利登记簿 · Rural land rights register."""


for family in (
    databases.database,
    databases.make_keys,
    packages.check_package,
    packages.imports,
    packages.exports,
    laws.law_group,
    logs.log_group,
    walls.wall_group,
    window.window,
    programs.api_group,
):
    main.add_command(family)


@main.group("account")
def accounts() -> None:
    """帐号 · Accounts."""


@accounts.command("open")
@click.argument("login")
@click.option("--name", required=True, help="the person's name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(role.value for role in Role)))
@click.option("--within", default=PREFECTURE, show_default=True, help="code of the division that they work for")
def account_open(login: str, name: str, roles: tuple[str, ...], within: str) -> None:
    """Open an account at the register's own machine, as for its first administrator; its temporary password is said once."""
    from landreg.access import service
    from landreg.settlement.checking import WINDOW

    with answering():
        password = service.temporary_password()
        # Accounts of the settlement window are opened by its own login, which sees no other ones.
        by = WINDOW if Role.SETTLEMENT_OFFICER.value in roles else SYSTEM
        service.open_account(by, NewAccount(login, name, frozenset(map(Role, roles)), within), password)
    console.print("临时密码，登录后须自行更换 · temporary password, to be changed at the first log-in:")
    print(password)


@main.command("worker")
@click.option("--once", is_flag=True, help="do what is due and end")
def worker(once: bool) -> None:
    """Seal the log, check waiting packages: a loop over what is due."""
    from landreg.worker import run

    with answering() as settings:
        run(settings, once=once)


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve the desk: the register's, or with LANDREG_DESK=settlement the settlement window."""
    # What is loaded stays: to look it through for cycles meanwhile takes a sixth of the start.
    gc.disable()
    from landreg.app import serve as serve_app

    gc.enable()
    with answering() as settings:
        serve_app(
            settings, bind=f"{host}:{port}", ready=lambda: console.print(f"http://{host}:{port}/", highlight=False)
        )


@main.command("demo")
@click.option("--where", is_flag=True, help="only say the addresses and accounts of the one that is there")
@click.option(
    "--pass-days",
    type=click.IntRange(1, 3650),
    help="only move its clock on by so many days, to see a notice or a term end; never on a register in service",
)
def demo(where: bool, pass_days: int | None) -> None:
    """Do the main job on the sample, on a database of demonstration: from the package to certificates."""
    from landreg import demo as register
    from landreg import demo_clock, demo_staff
    from landreg.settlement import demo as settlement

    with answering() as settings:
        if pass_days is not None:
            console.print(f"{demo_clock.move_on(settings, pass_days):%Y-%m-%d %H:%M}", highlight=False)
        elif settings.desk is Desk.SETTLEMENT:
            (settlement.say_where if where else settlement.run)(settings, console)
        else:
            (demo_staff.say_where if where else register.run)(settings, console)


if __name__ == "__main__":
    main()
