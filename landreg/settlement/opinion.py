"""What the city's opinion asks of whom, where, from which day on: law/settling.toml, read once. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from landreg.law.divisions import all_divisions


@dataclass(frozen=True)
class Condition:
    """A condition of the opinion. tenures: how a dwelling may be held, () where
    none is asked for. shown_by: one paper of each list. least_years: by 'dwelling', 'work', 'pension'.
    """

    code: str
    since: date
    article: str
    shown_by: tuple[tuple[str, ...], ...]
    tenures: tuple[str, ...] = ()
    least_years: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Which conditions hold where. counties, townships (last signs of names), classes: () where any will do."""

    kind: str
    since: date
    conditions: tuple[str, ...]
    counties: tuple[str, ...] = ()
    townships: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotTaken:
    """What is never taken: patterns over a text's Chinese signs, what is harmless in them, and the articles."""

    since: date
    articles: tuple[str, ...]
    harmless: tuple[str, ...]
    patterns: tuple[str, ...]


def place_of(division: str, on: date) -> Place | None:
    """What holds in a town or community on a day; None for a code that is neither, or where the opinion does not reach."""
    known = all_divisions()
    found, township = known.get(division), known.get(division[:9])
    if found is None or township is None or found.level not in ("township", "village"):
        return None
    for place in _places():
        if (
            place.since <= on
            and (not place.counties or division[:6] in place.counties)
            and (not place.townships or township.name.endswith(place.townships))
            and (not place.classes or found.urban_rural in place.classes)
        ):
            return place
    return None


def conditions_of(division: str, on: date) -> tuple[Condition, ...]:
    """The conditions of which one is to be met there on that day; () where the opinion lets nobody settle."""
    place = place_of(division, on)
    asked = () if place is None else place.conditions
    return tuple(one for one in all_conditions() if one.code in asked and one.since <= on)


def places_within(jurisdiction: str, on: date) -> Iterator[str]:
    """The codes of towns and communities of a jurisdiction in which somebody may settle on that day, in their order."""
    for code in all_divisions():
        if len(code) > len("610902") and code.startswith(jurisdiction) and conditions_of(code, on):
            yield code


@cache
def all_conditions() -> tuple[Condition, ...]:
    """Every condition, in the opinion's order."""
    return tuple(
        Condition(**{**_tuples(entry), "shown_by": tuple(map(tuple, entry["shown_by"]))})
        for entry in _book()["condition"]
    )


@cache
def papers() -> tuple[str, ...]:
    """The closed list of papers."""
    return tuple(_book()["papers"]["kinds"])


@cache
def relations() -> tuple[str, ...]:
    """Who may settle along."""
    return tuple(_book()["along"]["relations"])


def of_age() -> int:
    """The age from which on nobody settles along as a child."""
    return int(_book()["along"]["of_age"])


def along_shown_by() -> tuple[str, ...]:
    """The papers of which one shows that persons belong together."""
    return tuple(_book()["along"]["shown_by"])


def not_taken(on: date) -> tuple[NotTaken, ...]:
    """What is never taken on that day."""
    return tuple(one for one in _all_not_taken() if one.since <= on)


@cache
def _places() -> tuple[Place, ...]:
    return tuple(Place(**_tuples(entry)) for entry in _book()["place"])


@cache
def _all_not_taken() -> tuple[NotTaken, ...]:
    return tuple(NotTaken(**_tuples(entry)) for entry in _book()["not_taken"])


def _tuples(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}


@cache
def _book() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("landreg.law").joinpath("settling.toml").read_text("utf-8"))
