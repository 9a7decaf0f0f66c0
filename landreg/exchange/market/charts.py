"""A trend as places on a sheet, pure: the template draws them as SVG, so that no script is needed and nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from landreg.core.units import half_up
from landreg.exchange.market.index import Point

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 40
STEPS = (1, 2, 5)
LINES = 4


@dataclass(frozen=True)
class Dot:
    """A point of the trend, and where it stands on the sheet; y is None where nothing is told."""

    x: Decimal
    y: Decimal | None
    point: Point


@dataclass(frozen=True)
class Chart:
    """runs: stretches of dots without a gap, as SVG writes them. lines: height and label of each line across."""

    dots: tuple[Dot, ...]
    runs: tuple[str, ...]
    lines: tuple[tuple[Decimal, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def chart(points: Sequence[Point]) -> Chart | None:
    """The sheet of a trend, from nought up so that no small change looks large; None where no point is told."""
    told = [point.yuan for point in points if point.yuan is not None]
    if not told:
        return None
    step = _step(max(told))
    top = step * max(1, -(-int(half_up(max(told), Decimal(1))) // step))
    wide = Decimal(WIDTH - LEFT - RIGHT) / max(1, len(points) - 1)

    def height(yuan: Decimal) -> Decimal:
        return half_up(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * yuan / top)

    dots = tuple(
        Dot(half_up(LEFT + wide * place), None if one.yuan is None else height(one.yuan), one)
        for place, one in enumerate(points)
    )
    lines = tuple((height(Decimal(value)), value) for value in range(0, top + 1, step))
    return Chart(dots, tuple(_runs(dots)), lines)


def _step(highest: Decimal) -> int:
    """A round number of yuan of which about LINES reach the highest."""
    size = 1
    while True:
        for part in STEPS:
            if part * size * LINES >= highest:
                return part * size
        size *= 10


def _runs(dots: Sequence[Dot]) -> list[str]:
    """Neighbours that are both told, joined; where one is missing the line breaks off."""
    runs: list[list[str]] = [[]]
    for dot in dots:
        if dot.y is None:
            runs.append([])
        else:
            runs[-1].append(f"{dot.x},{dot.y}")
    return [" ".join(run) for run in runs if len(run) > 1]
