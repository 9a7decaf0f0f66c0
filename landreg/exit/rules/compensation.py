"""What a household is paid for what it gives back, item by item, and what the same land would bring by leasing it out.

Every figure is the county's, dated (`parameters.toml`, CMP-*): one that the county has not set is a finding, never a guess.
What is printed is what is reckoned with: an item is its printed factors multiplied and rounded once, the total is the sum of
the items. Areas of land in mu, of houses and homesteads in m², money in yuan. Source: RLCL-27, RLCL-30, LAL-62 (paid exit,
reasonable compensation); how it is reckoned is practice, and the county's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from landreg.core.errors import Finding
from landreg.exit.rules.claimed import Claim, Filed, faults_of
from landreg.exit.rules.reckoning import Figures, Item, Lease, items_of, lease_of
from landreg.law.book import Language, Law, term

_T = TypeVar("_T")
AGREED_AS = {"improvement": "improvements", "homestead": "house", "fixture": "fixtures", "crop": "crops"}
"""Under which kind of an agreement (`money.ITEMS`) a line stands, where it is not its own: the homestead with its house."""


@dataclass(frozen=True)
class Comparison:
    """The offer's land beside leasing it out: over the same years, and with staying, the term renewed and the right kept."""

    offered: Decimal
    leases: tuple[Lease, ...]

    @property
    def today(self) -> Decimal:
        """What leases pay over the same years, reckoned to today."""
        return sum((lease.today for lease in self.leases), Decimal("0.00"))

    @property
    def summed(self) -> Decimal:
        """The same, added up year by year."""
        return sum((lease.summed for lease in self.leases), Decimal("0.00"))

    @property
    def staying(self) -> Decimal:
        """What leases pay, added up, to the end of the term and of the next; the right is still there then."""
        return sum((lease.staying for lease in self.leases), Decimal("0.00"))


@dataclass(frozen=True)
class Compensation:
    """The items of an offer, its comparison, and what stands against it: with a CMP-10 among them it is not whole."""

    items: tuple[Item, ...]
    comparison: Comparison
    findings: tuple[Finding, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the items."""
        return sum((item.amount for item in self.items), Decimal("0.00"))

    @property
    def floor(self) -> Decimal:
        """The sum of the items' floors."""
        return sum((item.floor for item in self.items), Decimal("0.00"))

    @property
    def whole(self) -> bool:
        """Whether every figure that it needs is set."""
        return not any(finding.code == "CMP-10" for finding in self.findings)


def compensate(claim: Claim, law: Law, filed: Sequence[Filed] = ()) -> Compensation:
    """The offer for a claim under the figures of the law's county and day. filed: what filed contracts of its township pay; where
    too few are of like land, the county's figure stands for them.
    """
    faults = tuple(faults_of(claim))
    if faults:
        return Compensation((), Comparison(Decimal("0.00"), ()), faults)
    missing: dict[str, None] = {}
    items = tuple(filter(None, (_made(make, law, missing) for make in items_of(claim, filed))))
    leases = tuple(filter(None, (_made(lease_of(piece, claim, filed), law, missing) for piece in claim.land)))
    offered = sum((item.amount for item in items if item.kind == "land"), Decimal("0.00"))
    comparison = Comparison(offered, leases)
    notes = [Finding("CMP-10", values={"figure": figure}) for figure in missing]
    lower = cmp_14_pays_as_leases_do(comparison) if not missing else None
    return Compensation(items, comparison, (*notes, *([lower] if lower else [])))


def of_agreement(kind: str) -> str:
    """The kind of an agreement's item under which a line of an offer stands."""
    return AGREED_AS.get(kind, kind)


def cmp_13_not_below_floor(kind: str, agreed: Decimal, floor: Decimal) -> Finding | None:
    """An item may be agreed higher than it was reckoned, never below the floor of the lines that it is of. RLCL-27, RLCL-30."""
    if agreed >= floor:
        return None
    return Finding("CMP-13", f"amount_{kind}", {"agreed": agreed, "floor": floor})


def below_floors(agreed: Iterable[tuple[str, Decimal]], lines: Iterable[tuple[str, Decimal]]) -> list[Finding]:
    """CMP-13 for each kind of item: what was agreed on, beside the floors of the offer's lines; both by kind and sum."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    floors: dict[str, Decimal] = defaultdict(Decimal)
    for kind, amount in agreed:
        sums[kind] += amount
    for kind, floor in lines:
        floors[of_agreement(kind)] += floor
    found = (cmp_13_not_below_floor(kind, sums[kind], floor) for kind, floor in floors.items())
    return [finding for finding in found if finding is not None]


def cmp_14_pays_as_leases_do(comparison: Comparison) -> Finding | None:
    """Said to the household before it agrees: leasing the land out over the same years would bring more."""
    if comparison.offered >= comparison.today:
        return None
    return Finding("CMP-14", values={"offered": comparison.offered, "leases": comparison.today})


def in_words(item: Item, language: Language = "zh") -> tuple[str, ...]:
    """How the item was reckoned, a sentence a step, with the numbers that were multiplied: to be printed beside it."""
    values = {**item.values, "of": term("figure_key", item.of, language), "amount": str(item.amount)}
    texts = (term(f"cmp_{part}", item.kind, language) for part in ("formula", "basis"))
    return tuple(text.format_map(values) for text in texts if text != item.kind)


def whence(lease: Lease, language: Language = "zh") -> str:
    """Whose price stands beside the offer: of how many filed contracts of what land and term, or the county's figure."""
    values = {"of": term("figure_key", lease.kind, language), "mu": f"{lease.mu:f}", "price": f"{lease.price:,}"}
    if lease.filed is None:
        return term("cmp_lease", "figure", language).format_map(values)
    values |= {"n": str(lease.filed.contracts), "span": term("cmp_span", str(lease.filed.from_months), language)}
    return term("cmp_lease", "filed", language).format_map(values)


def _made(make: Callable[[Figures], _T | None], law: Law, missing: dict[str, None]) -> _T | None:
    figures = Figures(law)
    made = make(figures)
    missing |= figures.missing
    return None if figures.missing else made
