"""A county sets a figure of its own: a row with dates, and a leaf in the log. Only what the book marks as the county's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotAllowed
from landreg.core.periods import beijing_day
from landreg.core.units import decimal_of
from landreg.law.book import Law, Parameter, all_articles, national_law
from landreg.law.model import CountyParameter
from landreg.log.leaf import Entry
from landreg.log.store import stage
from landreg.registry.leaves.logged import figure_facts

CHOICES = {"HS-2.terrain": ("HS-2.limit_m2",)}
"""Figures that name a key of another figure."""
LONGEST = 60
HERE = ("landreg", "县区自定")
WHOLE = (
    "days", "months", "years", "hours", "minutes", "seconds", "photos", "deals", "margin_m",
    "attempts_least", "storeys_most", "vertices_most", "acts_most", "certificates_most",
)  # fmt: skip
"""How the names, or keys, end of what is counted whole."""


@dataclass(frozen=True)
class Figure:
    """A figure as a county decides it. key: which of several values, '' where there is one. decided_in: the document."""

    name: str
    key: str
    value: str
    since: date
    decided_in: str


def set_figure(actor: Actor, county: str, figure: Figure) -> UUID:
    """Set a figure of a county from a day on; what was in force before that day stays so.

    Raises NotAllowed when the county is not wholly in the actor's jurisdiction, BadInput with LAW-1 for a figure that is
    not the county's to set, LAW-2 for a value that is none, LAW-3 for a day before today, LAW-4 without a document,
    LAW-5 for a value out of its bounds.
    """
    if not county.startswith(actor.jurisdiction) or len(county) != 6:
        raise NotAllowed(Finding("ACC-3", values={"roles": []}))
    with unit_of_work(actor) as uow:
        today = beijing_day(uow.now)
        law = national_law(county, max(figure.since, today))
        faults = _faults(figure, law, today)
        if faults:
            raise BadInput(faults)
        row = CountyParameter(
            county=county,
            id=uuid4(),
            village=county,
            name=figure.name,
            key=figure.key,
            value=_normal(figure, law.parameters[figure.name]),
            since=figure.since,
            decided_in=figure.decided_in,
            set_by=actor.account_id,
            set_at=uow.now,
        )
        uow.session.add(row)
        stage(uow, Entry("law.figure_set", county, county, str(row.id), figure_facts(row)))
    return row.id


def _faults(figure: Figure, law: Law, today: date) -> list[Finding]:
    parameter = law.parameters.get(figure.name)
    faults: list[Finding] = []
    if parameter is None or not parameter.county or figure.key not in parameter.values:
        faults.append(Finding("LAW-1", "name", {"name": figure.name}))
    elif not _is_value(parameter, figure, law):
        faults.append(Finding("LAW-2", "value", {"given": figure.value[:LONGEST]}))
    elif (bounds := parameter.between.get(figure.key)) and not bounds[0] <= (
        _decimal(figure.value) or Decimal()
    ) <= bounds[1]:
        faults.append(
            Finding("LAW-5", "value", {"least": bounds[0], "most": bounds[1], "sources": _sources(parameter)})
        )
    if figure.since < today:
        faults.append(Finding("LAW-3", "since", {"since": figure.since}))
    if not figure.decided_in.strip():
        faults.append(Finding("LAW-4", "decided_in"))
    return faults


def _sources(parameter: Parameter) -> str:
    """The articles and standards from which a figure comes; '' where the program or the county alone says it."""
    articles = all_articles()
    named = [
        f"{articles[code].law}{articles[code].number}" if code in articles else code
        for code in parameter.source
        if code not in HERE
    ]
    return "、".join(named)


def _is_value(parameter: Parameter, figure: Figure, law: Law) -> bool:
    """Of the kind that the book's own value is: a whole number, a decimal, a key of another figure, meridians, or a short
    text."""
    if figure.name in CHOICES:
        return all(figure.value in law.parameters[other].values for other in CHOICES[figure.name])
    if figure.name == "ZON-9.meridians":
        meridians = figure.value.split()
        known = {
            meridian
            for value in national_law("", law.on).parameters[figure.name].values.values()
            for meridian in value.split()
        }
        return bool(meridians) and set(meridians) <= known and len(meridians) == len(set(meridians))
    if figure.key not in parameter.between:
        return 0 < len(figure.value.strip()) <= LONGEST
    given = _decimal(figure.value)
    whole = parameter.name.endswith(WHOLE) or figure.key.endswith(WHOLE)
    return given is not None and (not whole or given == given.to_integral_value())


def _normal(figure: Figure, parameter: Parameter) -> str:
    """A number in the digits that the book has its own in, 30 for ３０ and 30.0; other values as they were typed."""
    given = _decimal(figure.value) if figure.key in parameter.between else None
    return figure.value if given is None else f"{given.normalize():f}"


def _decimal(text: str) -> Decimal | None:
    try:
        return decimal_of(text)
    except ValueError:
        return None
