"""The market held against chance: who wins, bids, prices, tells and lists otherwise than the others do. Pure; docs/fairness.md.

Each question is asked of everybody it can be asked of, with what was seen, what chance gives, and how seldom it gives so much:
exact distributions of counts (`chance.py`), nothing drawn at random. What comes out is a hint where to look, never a verdict.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from landreg.audit.chance import adjusted, drawn, mean, summed, tail
from landreg.audit.market import AGENT_STEPS, Market, Sale, Window

LEAST_MEETINGS = 3
"""Sales that two takers have to share before their meeting is asked about."""
AGENT = "agent_"
"""Before a step: the kind of what is asked of agents."""


@dataclass(frozen=True)
class Figures:
    """near: above the floor, as a share of it. far: from the index, as a share of it. rate: of false flags among flags."""

    near: Decimal = Decimal("0.02")
    far: Decimal = Decimal("0.3")
    rate: float = 0.1


@dataclass(frozen=True)
class Asked:
    """One question: of whom (two takers joined by a space where it is of both), how often of how many, what chance gives, how
    seldom it gives so many, and that after correction for all that was asked. numbers: the listings behind it.
    """

    kind: str
    subject: str
    seen: int
    of: int
    expected: float
    p: float
    least: float
    numbers: tuple[str, ...] = field(default=(), hash=False)
    q: float = 1.0


def look(market: Market, figures: Figures) -> list[Asked]:
    """Every question of a market, the most striking first; flagged are those whose `q` is at most the rate."""
    asked = [one for kind in KINDS.values() for one in kind(market, figures)]
    corrected = adjusted([one.p for one in asked], [one.least for one in asked], figures.rate)
    told = [
        Asked(one.kind, one.subject, one.seen, one.of, one.expected, one.p, one.least, one.numbers, q)
        for one, q in zip(asked, corrected, strict=True)
    ]
    return sorted(told, key=lambda one: (one.q, one.p, one.kind, one.subject))


def related(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Two takers who share a mark, in one sale: how often, against takers who come to sales without asking who else does."""
    sales = _met(market)
    marks: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for sale in sales:
        for entry in sale.everybody:
            marks[entry.taker] |= entry.marks
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for taker, own in marks.items():
        for mark in own:
            owners[mark].add(taker)
    pairs = {pair for takers in owners.values() for pair in combinations(sorted(takers), 2)}
    for one, other in sorted(pairs):
        yield from _meeting("related", sales, one, other, least=1)


def _met(market: Market) -> list[Sale]:
    """Where takers could meet: sales to which more than one came, to any round, whatever became of it."""
    return [sale for sale in market.sales if len(sale.everybody) > 1]


def companions(market: Market, _figures: Figures) -> Iterator[Asked]:
    """One who comes where another wins and never wins there: how often they meet, against how often each of them comes."""
    sales = _met(market)
    met: Counter[tuple[str, str]] = Counter()
    for sale in sales:
        met.update((sale.winner, entry.taker) for entry in sale.everybody if sale.winner and entry.taker != sale.winner)
    won = {(loser, winner) for (winner, loser) in met}
    for (winner, loser), times in sorted(met.items()):
        if times >= LEAST_MEETINGS and (winner, loser) not in won:
            yield from _meeting("companions", sales, winner, loser, least=LEAST_MEETINGS)


def _meeting(kind: str, sales: Sequence[Sale], one: str, other: str, least: int) -> Iterator[Asked]:
    """Within each village, of its sales each came to as many as it did: to which, is exchangeable."""
    by_village: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
    for sale in sales:
        takers = {entry.taker for entry in sale.everybody}
        by_village[sale.village].append((one in takers, other in takers, sale.number))
    parts, numbers = [], []
    for rows in by_village.values():
        parts.append(drawn(len(rows), sum(row[0] for row in rows), sum(row[1] for row in rows)))
        numbers += [number for first, second, number in rows if first and second]
    if len(numbers) < least:
        return
    chance = summed(parts)
    of = sum(1 for sale in sales if other in {entry.taker for entry in sale.everybody})
    yield _asked(kind, f"{one} {other}", chance, len(numbers), of, numbers)


def winners(market: Market, _figures: Figures) -> Iterator[Asked]:
    """One who wins more often than one of so many would: in a sale of n takers each wins once in n."""
    chances: dict[str, list[tuple[float, bool, str]]] = defaultdict(list)
    for sale in market.sales:
        if sale.winner and len(sale.entries) > 1:
            for entry in sale.entries:
                chances[entry.taker].append((1 / len(sale.entries), entry.taker == sale.winner, sale.number))
    for taker, rows in sorted(chances.items()):
        numbers = [number for _chance, won, number in rows if won]
        yield _asked(
            "winner", taker, summed([1 - one, one] for one, _won, _number in rows), len(numbers), len(rows), numbers
        )


def near_floors(market: Market, figures: Figures) -> Iterator[Asked]:
    """One whose bids lie just above floors that nobody may know, more often than the bids of all do."""
    rows = [
        (entry.taker, sale.floor <= entry.price <= sale.floor * (1 + figures.near), sale.number)
        for sale in market.sales
        if sale.floor is not None
        for entry in sale.everybody
        if entry.price is not None
    ]
    yield from _shares("near_floor", rows)


def far_prices(market: Market, figures: Figures) -> Iterator[Asked]:
    """Whose deals lie far below the index: by who won them, and by who published them."""
    priced = [sale for sale in market.sales if sale.price is not None and sale.index]
    yield from _shares("far_price", [(sale.winner, _far(sale, figures), sale.number) for sale in priced])
    yield from _shares("far_price_operator", [(sale.operator, _far(sale, figures), sale.number) for sale in priced])


def _far(sale: Sale, figures: Figures) -> bool:
    return sale.price is not None and sale.index is not None and sale.price < sale.index * (1 - figures.far)


def cut_short(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Whose publications end before their days are over, by who published them."""
    yield from _shares(
        "cut_short",
        [(sale.operator, sale.days < sale.due, sale.number) for sale in market.sales if sale.days is not None],
    )


def untold(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Whose priority windows were told to fewer households than others' were, household by household."""
    households = sum(one.households for one in market.windows)
    missed = sum(one.households - one.told for one in market.windows)
    by_operator: dict[str, list[Window]] = defaultdict(list)
    for one in market.windows:
        by_operator[one.operator].append(one)
    for operator, windows in sorted(by_operator.items()):
        of = sum(one.households for one in windows)
        seen = sum(one.households - one.told for one in windows)
        numbers = [one.number for one in windows if one.told < one.households]
        yield _asked("untold", operator, drawn(households, missed, of), seen, of, numbers)


def unheard(market: Market, _figures: Figures) -> Iterator[Asked]:
    """A priority window that nobody was told of: by itself, against all windows of the county."""
    households = sum(one.households for one in market.windows)
    missed = sum(one.households - one.told for one in market.windows)
    for one in (one for one in market.windows if one.told == 0 and one.households):
        chance = drawn(households, missed, one.households)
        yield _asked("unheard", one.number, chance, one.households, one.households, [one.number])


def agents(market: Market, _figures: Figures) -> Iterator[Asked]:
    """An agent who takes a step for more households than one of so many agents would, if households chose among them evenly."""
    for step in AGENT_STEPS:
        acts = [one for one in market.acts if one.step == step]
        counts = Counter(one.agent for one in acts)
        if len(counts) < 2:
            continue
        chance = summed([[1 - 1 / len(counts), 1 / len(counts)]] * len(acts))
        for agent, times in sorted(counts.items()):
            numbers = sorted({number for one in acts if one.agent == agent for number in one.numbers})
            yield _asked(f"{AGENT}{step}", agent, chance, times, len(acts), numbers)


def called_off(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Whose sales are called off: a sale that was set up and not held until one came as somebody wished."""
    yield from _shares("called_off", [(one.by, one.nothing, one.number) for one in market.rounds])


def stopped(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Who calls sales off that somebody has bid for."""
    yield from _shares("stopped", [(one.by, one.nothing, one.number) for one in market.stopped])


def kept_late(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Whose sales' deposits go back after their day, to those to whom the land did not go."""
    yield from _shares("deposit_late", [(one.by, one.nothing, one.number) for one in market.returns])


def fell(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Who wins and then withdraws, so that another gets the land for less."""
    yield from _shares("fell", [(one.by, one.nothing, one.number) for one in market.deals])


def struck(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Who strikes deposits after the bids are in."""
    yield from _shares("struck", [(one.by, one.nothing, one.number) for one in market.struck])


def passed_over(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Who passes over those whose turn it is."""
    yield from _shares("passed_over", [(one.by, one.nothing, one.number) for one in market.turns])


def price_fell(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Who draws changes and renewals below the price that the market made."""
    yield from _shares("price_fell", [(one.by, one.nothing, one.number) for one in market.followed])


def short_notice(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Whose sales of a collective's land were announced with hardly any notice."""
    yield from _shares("short_notice", [(one.by, one.nothing, one.number) for one in market.announced])


def unreceived(market: Market, _figures: Figures) -> Iterator[Asked]:
    """Whose records of returns are followed by their bidders' word that nothing came."""
    yield from _shares("unreceived", [(one.by, one.nothing, one.number) for one in market.unreceived])


KINDS: Mapping[str, Callable[[Market, Figures], Iterable[Asked]]] = {
    "related": related,
    "companions": companions,
    "winner": winners,
    "near_floor": near_floors,
    "far_price": far_prices,
    "cut_short": cut_short,
    "untold": untold,
    "unheard": unheard,
    "agent": agents,
    "called_off": called_off,
    "stopped": stopped,
    "fell": fell,
    "deposit_late": kept_late,
    "struck": struck,
    "passed_over": passed_over,
    "unreceived": unreceived,
    "price_fell": price_fell,
    "short_notice": short_notice,
}


def _shares(kind: str, rows: Sequence[tuple[str, bool, str]]) -> Iterator[Asked]:
    """Of each subject: how many of its rows are marked, if the marks had been dealt out among all rows blindly."""
    marked = sum(one for _subject, one, _number in rows)
    by_subject: dict[str, list[tuple[bool, str]]] = defaultdict(list)
    for subject, one, number in rows:
        if subject:
            by_subject[subject].append((one, number))
    for subject, own in sorted(by_subject.items()):
        numbers = [number for one, number in own if one]
        yield _asked(kind, subject, drawn(len(rows), marked, len(own)), len(numbers), len(own), numbers)


def _asked(kind: str, subject: str, chance: list[float], seen: int, of: int, numbers: Sequence[str]) -> Asked:
    most = max((k for k, weight in enumerate(chance) if weight > 0), default=0)
    least = chance[most] if most else 1.0
    return Asked(kind, subject, seen, of, mean(chance), tail(chance, seen), least, tuple(numbers))
