"""What a household gives back, as its compensation is asked of it: no name, no code, only what is counted and measured.

Areas of land in mu, of houses and homesteads in m², money in yuan, terms in months.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from landreg.core.errors import Finding

LAND = ("paddy", "irrigated", "dry", "garden", "forest", "grassland")
IMPROVEMENTS = ("irrigation", "terracing", "soil", "greenhouse", "planting")
HOUSES = ("frame", "brick_concrete", "brick_timber", "earth_timber")
FIXTURES = ("wall_m", "yard_m2", "shed_m2", "well", "tree")
CROPS = ("grain", "oilseed", "vegetables", "tea", "fruit")
CLASSES = {"011": "paddy", "012": "irrigated", "013": "dry", "02": "garden", "03": "forest", "04": "grassland"}
"""Classes of GB/T 21010-2007, by their first digits, as figures of compensation know them."""
FAMILY = {"forest": "forest", "grassland": "grassland"}
"""The family of a class of land in the terms of contracts; any other is arable."""
MOST_MU, MOST_M2, MOST_YUAN = Decimal(10_000), Decimal(100_000), Decimal(100_000_000)
MONTHS_A_YEAR = 12
MOST_MONTHS, MOST_COUNT, MOST_AGE = 70 * MONTHS_A_YEAR, Decimal(10_000), 200


@dataclass(frozen=True)
class Land:
    """Contracted land of one class. months_left: of the contract's term, from the day of the exit."""

    kind: str
    mu: Decimal
    months_left: int


@dataclass(frozen=True)
class Improvement:
    """What the household has put into its land: what it cost then, and how many years ago."""

    kind: str
    cost_yuan: Decimal
    age_years: int


@dataclass(frozen=True)
class House:
    """A house: its structure, its floor area in m², its age in years."""

    structure: str
    floor_area_m2: Decimal
    age_years: int


@dataclass(frozen=True)
class Claim:
    """All that a household gives back. temporary_months: None where it is for good. homestead_m2: as registered, 0 for none.

    fixtures, crops: kind and amount. movers: persons who move out of the house.
    """

    land: tuple[Land, ...] = ()
    temporary_months: int | None = None
    improvements: tuple[Improvement, ...] = ()
    house: House | None = None
    homestead_m2: Decimal = Decimal()
    fixtures: tuple[tuple[str, Decimal], ...] = ()
    crops: tuple[tuple[str, Decimal], ...] = ()
    movers: int = 0


@dataclass(frozen=True)
class Filed:
    """What filed contracts of like land pay: of one township and class, with a term of from_months up to and without
    under_months. contracts: how many. yuan: their middle price of a mu and year.
    """

    kind: str
    from_months: int
    under_months: int
    contracts: int
    yuan: Decimal


def built_when(year: int | None, today: date) -> list[Finding]:
    """CMP-12 of the year in which a house was built: none that is to come, and none before houses that stand."""
    least = today.year - MOST_AGE
    if year is None or least <= year <= today.year:
        return []
    return [Finding("CMP-12", "house_built", {"least": least, "most": today.year})]


def faults_of(claim: Claim) -> Iterable[Finding]:
    """CMP-11, CMP-12, CMP-15: a claim of which nothing can be reckoned. Fields are those of `Claim`, with the line's number."""
    if not (claim.land or claim.improvements or claim.house or claim.homestead_m2 or claim.fixtures or claim.crops):
        yield Finding("CMP-11")
    for name, amount, least, most in _bounds(claim):
        if not least <= amount <= most:
            yield Finding("CMP-12", name, {"least": least, "most": most})
    longest = max((piece.months_left for piece in claim.land), default=0)
    if claim.temporary_months is not None and not 0 < claim.temporary_months <= longest:
        yield Finding("CMP-15", "temporary_months", {"months": longest})


def _bounds(claim: Claim) -> Iterable[tuple[str, Decimal | int, Decimal | int, Decimal | int]]:
    cent = Decimal("0.01")
    for place, piece in enumerate(claim.land, 1):
        yield f"land_mu_{place}", piece.mu, cent, MOST_MU
        yield f"land_months_{place}", piece.months_left, 0, MOST_MONTHS
    for place, put in enumerate(claim.improvements, 1):
        yield f"improvement_cost_{place}", put.cost_yuan, cent, MOST_YUAN
        yield f"improvement_age_{place}", put.age_years, 0, MOST_AGE
    if claim.house:
        yield "house_m2", claim.house.floor_area_m2, cent, MOST_M2
        yield "house_age", claim.house.age_years, 0, MOST_AGE
    yield "homestead_m2", claim.homestead_m2, 0, MOST_M2
    yield "movers", claim.movers, 0, 100
    for kind, amount in claim.fixtures:
        yield f"fixture_{kind}", amount, cent, MOST_COUNT
    for kind, amount in claim.crops:
        yield f"crop_{kind}", amount, cent, MOST_MU
