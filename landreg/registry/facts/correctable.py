"""Corrected facts as forms and requests write them, and as their columns hold them. NY/T 2539 annex C."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from gis import nyt2539
from landreg.core.periods import DAY
from landreg.core.units import decimal_of
from landreg.law.book import terms
from landreg.registry.casebook import Case
from landreg.registry.rules.household_requests import of_other_means
from landreg.registry.rules.operation import TRANSFER_MODES
from landreg.registry.rules.parcel_requests import Correction

_HOMESTEAD_ONLY = ("footprint_m2", "floor_area_m2", "floors", "built_on")
_LAND = ("parcels_added", "parcels_off")
"""The land of a contract-management right alone: a homestead is one parcel, and what is let comes from a contractor."""
_HELD = ("holder", "exchanged")
"""Of a household's right: who operates land does so by a contract of their own."""
_FOREIGN: Mapping[str, tuple[str, ...]] = {
    "contract_management": _HOMESTEAD_ONLY,
    "homestead": ("signed_on", "term", *_LAND),
    "land_operation": (*_HOMESTEAD_ONLY, "signed_on", *_LAND, *_HELD),
}
"""By kind of right: the facts that it does not have. The means by which a collective gave out its land are its contract's too."""
_OF_OTHER_MEANS = (*_HOMESTEAD_ONLY, *_LAND, *_HELD, "nature")
_TERM = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)", re.ASCII)
YEARS = range(1950, 2200)
"""Years in which a term begins and ends."""
_CODE = re.compile(r"\d{19}|\d{12}[A-Z]{2}\d{5}", re.ASCII)
LONGEST = 200
LONGEST_LIST = 2000
"""A hundred codes of parcels."""
MOST = Decimal("1E12")
HOUSEHOLD = 18
"""Digits of a household's code."""


def read_facts(case: Case, asked: Correction) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The corrected facts of a case as their columns hold them, and the names of those that cannot have such a value."""
    right: dict[str, Any] = {}
    invalid: list[str] = []
    for one in asked.facts:
        try:
            if one.fact in foreign(case.right_kind, case.subject_code):
                raise ValueError(one.fact)
            right[one.fact] = typed(asked.of, case.right_kind, one.fact, one.value)
        except ValueError:
            invalid.append(one.fact)
    return right, tuple(invalid)


def foreign(right_kind: str, code: str) -> tuple[str, ...]:
    """The facts that a right of this kind and code does not have."""
    return _OF_OTHER_MEANS if of_other_means(right_kind, code) else _FOREIGN.get(right_kind, ())


def natures(right_kind: str) -> tuple[str, tuple[str, ...]]:
    """The kind of term that the nature of a right is, with the values that it may have; of a homestead it is written freely."""
    if right_kind == "land_operation":
        return "transfer_mode", TRANSFER_MODES
    return "land_mode", terms("land_mode")


def typed(of: str, right_kind: str, fact: str, value: str) -> Any:
    """A corrected fact as its column holds it. Raises ValueError for a value that it cannot have. NY/T 2539 annex C."""
    if len(value) > (LONGEST_LIST if of == "land" else LONGEST):
        raise ValueError(value)
    if fact == "nature" and right_kind != "homestead":
        return _one_of(value, natures(right_kind)[1])
    return _TYPED.get(fact, str)(value)


def as_text(value: Any) -> str:
    """A fact as a form shows it."""
    if value is None:
        return ""
    if isinstance(value, Range):
        return f"{value.lower}/{value.upper - DAY if value.upper else ''}"
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else str(value)


def _one_of(value: str, known: Any) -> str:
    if value not in known:
        raise ValueError(value)
    return value


def term_of(value: str) -> Range[date]:
    """Days as they are written, first and last. Raises ValueError where they are none, or the wrong way round."""
    found = _TERM.fullmatch(value)
    if found is None:
        raise ValueError(value)
    first, last = map(date.fromisoformat, found.groups())
    if last < first or first.year not in YEARS or last.year not in YEARS:
        raise ValueError(value)
    return Range(first, last + DAY)


def _filled(value: str) -> str:
    if not value:
        raise ValueError(value)
    return value


def _area(value: str) -> Decimal:
    area = decimal_of(value)
    if not 0 < area < MOST or area != area.quantize(Decimal("0.01")):
        raise ValueError(value)
    return area.quantize(Decimal("0.01"))


def _code(value: str) -> str:
    if _CODE.fullmatch(value) is None:
        raise ValueError(value)
    return value


def _household(value: str) -> str:
    if not (len(value) == HOUSEHOLD and value.isascii() and value.isdigit()):
        raise ValueError(value)
    return value


def _codes(value: str) -> str:
    for code in value.split() or [""]:
        _code(code)
    return value


_TYPED: Mapping[str, Callable[[str], Any]] = {
    "name": _filled,
    "code": _code,
    "registered_area_m2": _area,
    "footprint_m2": _area,
    "floor_area_m2": _area,
    "floors": lambda value: int(_one_of(value, [str(floors) for floors in range(1, 100)])),
    "built_on": date.fromisoformat,
    "signed_on": date.fromisoformat,
    "basic_farmland": lambda value: {"1": True, "0": False, "": None}[_one_of(value, ("1", "0", ""))],
    "term": term_of,
    "person_id": UUID,
    "relation": lambda value: _one_of(value, terms("relation")),
    "belongs": lambda value: {"0": False}[_one_of(value, ("0",))],
    "holds_right": lambda value: {"1": True, "0": False}[_one_of(value, ("1", "0"))],
    "land_class": lambda value: _one_of(value, nyt2539.LAND_USE_2007),
    "soil_grade": lambda value: _one_of(value, nyt2539.code_table("C.8")),
    "land_use": lambda value: _one_of(value, nyt2539.code_table("C.9")),
    "party": _filled,
    "party_code": _filled,
    "basis": _filled,
    "amount": _area,
    "until": lambda value: date.fromisoformat(value) if value else None,
    "holder": _household,
    "exchanged": _filled,
    "parcels_added": _codes,
    "parcels_off": _codes,
}
