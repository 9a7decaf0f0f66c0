"""The price index as programs read it, of the market as it was last gathered."""

from __future__ import annotations

from landreg.exchange.interfaces.shapes.prices import Index, IndexAsked, IndexRow, Trend, TrendAsked, TrendPoint
from landreg.exchange.market import gathered, index
from landreg.exchange.market.index import Cell


def page(asked: IndexAsked) -> list[Cell]:
    """One more than a page of the rows that fit, in the order of township, class and band; '' comes first."""
    after = tuple(asked.after.split(".")) if asked.after else None
    wanted = [(name, getattr(asked, name)) for name in ("township", "land_class", "band") if getattr(asked, name)]
    found = [
        cell
        for cell in gathered.cells()
        if all(getattr(cell, name) == value for name, value in wanted) and (after is None or _key(cell) > after)
    ]
    return found[: asked.limit + 1]


def told(cells: list[Cell], next_page: str | None) -> Index:
    """A page as it is answered."""
    rows = tuple(
        IndexRow(one.township, one.land_class, one.band, one.deals, one.mu, one.yuan, one.low, one.high)
        for one in cells
    )
    return Index(gathered.market().today, index.WINDOW_MONTHS, index.LEAST, rows, next_page)


def place(cell: Cell) -> str:
    """Where a page ends that this row is the last of."""
    return ".".join(_key(cell))


def trend(asked: TrendAsked) -> Trend:
    """The trend of a cut."""
    now = gathered.market()
    points = index.trend(now.chosen(asked.township, asked.land_class, asked.band), now.today)
    return Trend(tuple(TrendPoint(one.until, one.deals, one.yuan) for one in points))


def _key(cell: Cell) -> tuple[str, ...]:
    return cell.township, cell.land_class, cell.band
