"""How each line of an offer is reckoned, from the county's figures and filed leases; what the same land pays by leasing it out.

What is printed is what is reckoned with: each factor is rounded as it is printed, the product once, to the fen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from landreg.core.units import half_up
from landreg.exit.rules.claimed import FAMILY, MONTHS_A_YEAR, Claim, Filed, House, Improvement, Land
from landreg.law.book import Law

PRECISION = Decimal("0.0001")


@dataclass(frozen=True)
class Item:
    """One line of an offer. kind: land, improvement and so on; of: its class. values: the formula's factors as printed.

    floor: below which the line may not be agreed; 0 where the county has no floor for its kind.
    """

    kind: str
    of: str
    amount: Decimal
    floor: Decimal = Decimal("0.00")
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lease:
    """What leases of one class of land pay beside an item of land. filed: the contracts whose price it is; None: the county's
    figure.

    today: over the same years as the item and reckoned to today as it is; summed: the same, year by year added up.
    """

    kind: str
    mu: Decimal
    price: Decimal
    filed: Filed | None
    years: Decimal
    today: Decimal
    summed: Decimal
    staying_years: Decimal
    staying: Decimal


class Figures:
    """The county's figures, and the names of those that it has not set, for which 1 is read so that all are found at once."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self.missing: dict[str, None] = {}

    def number(self, name: str, key: str = "") -> Decimal:
        """A figure."""
        parameter = self._law.parameters.get(name)
        text = "" if parameter is None else parameter.values.get(key, "")
        if not text:
            self.missing[f"{name}|{key}" if key else name] = None
            return Decimal(1)
        return Decimal(text)


def factor(months: int, rate: Decimal) -> Decimal:
    """How many yearly payments, the first a year from now, a term is worth today; the last part of a year counts by its months."""
    years, rest = divmod(months, MONTHS_A_YEAR)
    worth, left = Decimal(), Decimal(1)
    for _year in range(years):
        left /= 1 + rate
        worth += left
    return half_up(worth + left / (1 + rate) * rest / MONTHS_A_YEAR, PRECISION)


def remaining(age_years: int, life_years: Decimal, least: Decimal) -> Decimal:
    """The share that is left of what has stood so long: in equal steps over its life, never less than `least`."""
    return half_up(max(1 - Decimal(age_years) / life_years, least), PRECISION)


def lease_price(kind: str, months: int, filed: Sequence[Filed], law: Figures) -> tuple[Decimal, Filed | None]:
    """What leases of a class for so many months pay a mu and year: the middle price of filed contracts of like land where there
    are enough, and which; else the county's figure.
    """
    least = law.number("CMP-8.deals", "least")
    for one in filed:
        if one.kind == kind and one.from_months <= months < one.under_months and one.contracts >= least:
            return half_up(one.yuan), one
    return half_up(law.number("CMP-8.lease_yuan_per_mu_year", kind)), None


def filed_since(law: Law) -> date:
    """The day after which a contract was signed whose price still counts (CMP-8.deals)."""
    return _months_before(law.on, int(Figures(law).number("CMP-8.deals", "months")))


Make = Callable[[Figures], Item]


def items_of(claim: Claim, filed: Sequence[Filed]) -> Iterable[Make]:
    yield from (_land(piece, claim, filed) for piece in claim.land)
    yield from (_improvement(put) for put in claim.improvements)
    if claim.house:
        yield _house(claim.house)
    if claim.homestead_m2:
        yield _homestead(claim.homestead_m2)
    yield from (_fixture(kind, amount) for kind, amount in claim.fixtures)
    yield from (_crop(kind, mu) for kind, mu in claim.crops)
    if claim.movers:
        yield _relocation(claim.movers)


def _counted(piece: Land, claim: Claim, law: Figures) -> int:
    """The months that an exit is paid for: a temporary one's own, else the rest of the term and what is counted of the next."""
    if claim.temporary_months is not None:
        return min(claim.temporary_months, piece.months_left)
    return piece.months_left + int(law.number("CMP-1.renewal_years")) * MONTHS_A_YEAR


def _land(piece: Land, claim: Claim, filed: Sequence[Filed]) -> Make:
    def make(law: Figures) -> Item:
        months, rate = _counted(piece, claim, law), law.number("CMP-1.discount_share")
        worth = factor(months, rate)
        crop_kg, price = (
            law.number("CMP-1.yield_kg_per_mu_year", piece.kind),
            law.number("CMP-1.price_yuan_per_kg", piece.kind),
        )
        net, weight = law.number("CMP-1.net_share"), law.number("CMP-1.lease_share")
        floor = half_up(law.number("CMP-1.floor_yuan_per_mu_year", piece.kind))
        lease, _filed = lease_price(piece.kind, months, filed, law)
        own = half_up(crop_kg * price * net)
        annual = max(half_up(own * (1 - weight) + lease * weight), floor)
        values = {
            "mu": f"{piece.mu:f}", "annual": f"{annual:f}", "factor": f"{worth:f}", "years": _years(months),
            "rate": _percent(rate), "yield": f"{crop_kg:f}", "price": f"{price:f}", "net": _percent(net), "own": f"{own:f}",
            "own_share": _percent(1 - weight), "lease": f"{lease:f}", "lease_share": _percent(weight), "floor": f"{floor:f}",
        }  # fmt: skip
        return Item("land", piece.kind, half_up(piece.mu * annual * worth), half_up(piece.mu * floor * worth), values)

    return make


def lease_of(piece: Land, claim: Claim, filed: Sequence[Filed]) -> Callable[[Figures], Lease]:
    def make(law: Figures) -> Lease:
        months = _counted(piece, claim, law)
        price, of = lease_price(piece.kind, months, filed, law)
        next_term = int(law.number("REN-1.years", FAMILY.get(piece.kind, "arable"))) * MONTHS_A_YEAR
        staying = piece.months_left + next_term
        worth = factor(months, law.number("CMP-1.discount_share"))
        return Lease(
            piece.kind,
            piece.mu,
            price,
            of,
            half_up(Decimal(months) / MONTHS_A_YEAR),
            half_up(piece.mu * price * worth),
            half_up(piece.mu * price * months / MONTHS_A_YEAR),
            half_up(Decimal(staying) / MONTHS_A_YEAR),
            half_up(piece.mu * price * staying / MONTHS_A_YEAR),
        )

    return make


def _improvement(put: Improvement) -> Make:
    def make(law: Figures) -> Item:
        life, least = law.number("CMP-2.life_years", put.kind), law.number("CMP-2.residual_share")
        share = remaining(put.age_years, life, least)
        values = {
            "cost": f"{put.cost_yuan:f}", "age": str(put.age_years), "life": f"{life:f}", "share": _percent(share),
            "least": _percent(least),
        }  # fmt: skip
        return Item("improvement", put.kind, half_up(put.cost_yuan * share), values=values)

    return make


def _house(house: House) -> Make:
    def make(law: Figures) -> Item:
        cost, floor = (
            law.number("CMP-3.cost_yuan_per_m2", house.structure),
            law.number("CMP-3.floor_yuan_per_m2", house.structure),
        )
        life, least = law.number("CMP-3.life_years", house.structure), law.number("CMP-3.residual_share")
        share = remaining(house.age_years, life, least)
        each = max(half_up(cost * share), half_up(floor))
        values = {
            "area": f"{house.floor_area_m2:f}", "each": f"{each:f}", "cost": f"{cost:f}", "age": str(house.age_years),
            "life": f"{life:f}", "share": _percent(share), "least": _percent(least), "floor": f"{half_up(floor):f}",
        }  # fmt: skip
        amount, lowest = half_up(house.floor_area_m2 * each), half_up(house.floor_area_m2 * half_up(floor))
        return Item("house", house.structure, amount, lowest, values)

    return make


def _homestead(area_m2: Decimal) -> Make:
    def make(law: Figures) -> Item:
        price, floor = half_up(law.number("CMP-4.price_yuan_per_m2")), half_up(law.number("CMP-4.floor_yuan_per_m2"))
        each = max(price, floor)
        values = {"area": f"{area_m2:f}", "each": f"{each:f}", "price": f"{price:f}", "floor": f"{floor:f}"}
        return Item("homestead", "homestead", half_up(area_m2 * each), half_up(area_m2 * floor), values)

    return make


def _fixture(kind: str, amount: Decimal) -> Make:
    def make(law: Figures) -> Item:
        each = law.number("CMP-5.fixture_yuan", kind)
        return Item("fixture", kind, half_up(amount * each), values={"count": f"{amount:f}", "each": f"{each:f}"})

    return make


def _crop(kind: str, mu: Decimal) -> Make:
    def make(law: Figures) -> Item:
        each = law.number("CMP-6.crop_yuan_per_mu", kind)
        return Item("crop", kind, half_up(mu * each), values={"mu": f"{mu:f}", "each": f"{each:f}"})

    return make


def _relocation(movers: int) -> Make:
    def make(law: Figures) -> Item:
        once, person = law.number("CMP-7.moving_yuan", "household"), law.number("CMP-7.moving_yuan", "person")
        rent, months = law.number("CMP-7.rent_yuan_per_person_month"), law.number("CMP-7.rent_months")
        values = {
            "movers": str(movers), "once": f"{once:f}", "person": f"{person:f}", "rent": f"{rent:f}", "months": f"{months:f}",
        }  # fmt: skip
        return Item("relocation", "household", half_up(once + movers * person + movers * rent * months), values=values)

    return make


def _years(months: int) -> str:
    return f"{half_up(Decimal(months) / MONTHS_A_YEAR).normalize():f}"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}%"


def _months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months before a day's own."""
    whole = day.year * MONTHS_A_YEAR + day.month - 1 - months
    return date(whole // MONTHS_A_YEAR, whole % MONTHS_A_YEAR + 1, 1)
