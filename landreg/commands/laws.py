"""`landreg law`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import BinaryIO

import click
from rich.console import Console

from landreg.access.service import SYSTEM
from landreg.commands.told import answering, console
from landreg.core import db
from landreg.core.periods import beijing_day
from landreg.law.book import all_articles, all_rules, national_law
from landreg.law.queries import load_law


@click.group("law")
def law_group() -> None:
    """法规 · The law as data."""


@law_group.command("show")
@click.option("--county", default="610902", show_default=True)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]))
def law_show(county: str, on: datetime | None) -> None:
    """Rules and figures of a county on a day."""
    day: date = on.date() if on else beijing_day(datetime.now(UTC))
    with answering() as settings:
        if settings.urls:
            with db.unit_of_work(SYSTEM) as uow:
                law = load_law(uow.session, county, day)
        else:
            law = national_law(county, day)
    out = Console()
    for code, rule in law.rules.items():
        out.print(
            f"[bold]{code:<8}[/] {rule.effect:<6} {rule.in_general()}  {' '.join(rule.articles) or rule.basis}",
            highlight=False,
        )
    for name, parameter in law.parameters.items():
        mark = "" if parameter.verified else " (unverified)"
        out.print(f"[bold]{name}[/] {dict(parameter.values)} {parameter.since}{mark} {parameter.zh}", highlight=False)


@law_group.command("lint")
def law_lint() -> None:
    """Whether each refusing rule stands on a verified article or a named basis."""
    weak = [
        code
        for code, rule in all_rules().items()
        if any(article not in all_articles() for article in rule.articles)
        or (rule.effect == "refuse" and not rule.basis and not any(all_articles()[a].verified for a in rule.articles))
    ]
    for code in weak:
        console.print(f"{code}: no verified article and no basis")
    sys.exit(1 if weak else 0)


@law_group.command("guard")
@click.argument("texts", type=click.File("rb"))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="judge by the words of this day")
@click.option("--of-deal", is_flag=True, help="read them as words of a listing, an offer or a contract")
def law_guard(texts: BinaryIO, on: datetime | None, *, of_deal: bool) -> None:
    """Whether sentences, one a line (- reads standard input), tie land to settling; exit code 1 when any does."""
    from landreg.law.guard import find, find_of_deal

    day = on.date() if on else beijing_day(datetime.now(UTC))
    out, refused = sys.stdout.buffer, False
    for sentence in texts:
        tie = (find_of_deal if of_deal else find)(sentence.decode("utf-8", "replace"), day)
        refused |= tie is not None
        said = f"refuse\tGUARD-1 {' '.join(word.text for word in tie.words)}\n" if tie else "pass\t\n"
        out.write(said.encode())
        out.flush()
    sys.exit(1 if refused else 0)
