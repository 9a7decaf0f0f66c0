"""The law book of a county on one page: every rule with its articles, every figure with its dates and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import Blueprint, Response, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from landreg.access.policy import allow, current_actor, door
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound
from landreg.land.queries import counties, division_names
from landreg.law.book import Law, Rule, all_articles, calendar_published
from landreg.law.queries import load_law
from landreg.registry.casework import desk
from landreg.registry.figures import CHOICES, Figure, set_figure
from landreg.web import pages, problems
from landreg.web.forms import read_form, read_query
from landreg.web.i18n import language, shown_term

blueprint = Blueprint("books", __name__)
SETTERS = (Role.ADMINISTRATOR, Role.REGISTRAR)
FIRST_COUNTY = "610902"
FAMILIES = ("CT", "PT", "HS", "REG", "LAW", "DOC", "ACC", "FORM", "LOG", "DB", "SYS", "DEMO")


@dataclass(frozen=True)
class Asked:
    """Whose law of which day."""

    county: str = ""
    day: date | None = None


@blueprint.get("/law")
@allow(Role.PUBLIC)
def law() -> Response:
    """All rules and figures of a county on a day. Open to everybody: the process itself reads, not the reader's desk."""
    asked, actor = read_query(Asked), current_actor()
    with unit_of_work(door()) as uow:
        codes = counties(uow.session, "6109")
        own = actor.jurisdiction[:6] if actor.jurisdiction[:6] in codes else FIRST_COUNTY
        county = asked.county if asked.county in codes else own
        today = desk.today(uow.session)
        day = asked.day or today
        book = load_law(uow.session, county, day)
        names = division_names(uow.session, codes)
    return pages.render(
        "law/law.html",
        law=book,
        county=county,
        county_names=names,
        counties=[(code, names.get(code, code)) for code in codes],
        day=day,
        today=today,
        families=_families(book),
        articles=all_articles(),
        may_set=actor.has(*SETTERS) and county.startswith(actor.jurisdiction),
        settable=_settable(book),
        choices=CHOICES,
        calendar=calendar_published(day.year),
    )


def _families(book: Law) -> list[tuple[str, Sequence[Rule]]]:
    """The rules by family in the order of the work, those of the survey's checks after the register's own."""
    by_family: dict[str, list[Rule]] = {}
    for rule in book.rules.values():
        by_family.setdefault(rule.code.split("-")[0], []).append(rule)
    register = ("CT", "PT", "HS", "REG")
    rest = sorted(family for family in by_family if family not in FAMILIES)
    order = [*register, *rest, *(family for family in FAMILIES if family not in register)]
    return [(family, by_family[family]) for family in order if family in by_family]


def _settable(book: Law) -> list[tuple[str, str]]:
    """The figures that a county may set, as value and text of a choice."""
    english = language() == "en"
    return [
        (
            f"{name}|{key}",
            " ".join(filter(None, (parameter.en if english else parameter.zh, key and shown_term(key, "figure_key")))),
        )
        for name, parameter in book.parameters.items()
        if parameter.county
        for key in parameter.values
    ]


@dataclass(frozen=True)
class FigureForm:
    """A figure as it is typed: which one (name|key), its value, from when, decided in which document."""

    figure: str = field(metadata={"most": 120})
    value: str = field(metadata={"most": 60})
    since: date
    decided_in: str = field(default="", metadata={"most": 200})


@blueprint.post("/law/<county>/figures")
@allow(*SETTERS)
@problems.back_to(lambda county: law())
def change(county: str) -> Redirect:
    """Set a figure of the county from a day on."""
    given = read_form(FigureForm)
    if not county.isdigit():
        raise NotFound
    name, _bar, key = given.figure.partition("|")
    set_figure(current_actor(), county, Figure(name, key, given.value, given.since, given.decided_in))
    flash(_("参数已登记，自 %(day)s 起施行。", day=given.since.isoformat()))
    return redirect(url_for(".law", county=county, day=given.since.isoformat()), 303)
