"""Where the maps of a certificate stand on their pages, and how much ground each shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from landreg.registry.papers.drawing import ParcelMap, middle_and_scale, sides

WIDTH_MM = 174.0  # of the text on an A4 page
MAP_PAGE_MM = 230.0  # height left for figures under the heading of a map page
GAP_MM, CAPTION_MM = 4.0, 12.0
MAPS_FROM_MM = 14.5  # under the heading of the map page
MAPS_PER_PAGE = 6
SIDE_ROW_MM = 5.4
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """A map's frame on its page, in millimetres; x, y: its upper left corner, caption included."""

    x: float
    y: float
    width: float
    height: float


def frames(maps: int) -> list[list[Frame]]:
    """The frames of so many maps of parcels, shared out evenly over full pages of at most six."""
    if not maps:
        return []
    pages = -(-maps // MAPS_PER_PAGE)
    least, more = divmod(maps, pages)
    return [_page(least + (number < more)) for number in range(pages)]


def _page(maps: int) -> list[Frame]:
    """The frames of a page; one that is left over has a row to itself."""
    columns = 1 if maps <= 3 else 2
    rows = -(-maps // columns)
    width = (WIDTH_MM - GAP_MM * (columns - 1)) / columns
    height = (MAP_PAGE_MM - GAP_MM * (rows - 1)) / rows - CAPTION_MM
    lone = maps % columns
    return [
        Frame(
            column * (width + GAP_MM),
            MAPS_FROM_MM + row * (height + CAPTION_MM + GAP_MM),
            WIDTH_MM if lone and row == rows - 1 else width,
            height,
        )
        for row, column in (divmod(place, columns) for place in range(maps))
    ]


def homestead_frame(parcel: ParcelMap) -> Frame:
    """The one frame of a homestead's certificate, above the table of its sides."""
    table = 13 + SIDE_ROW_MM * -(-len(sides(parcel)) // 4)
    return Frame(0.0, 0.0, WIDTH_MM, max(MAP_PAGE_MM - 12 - table, 120.0))


def ground_shown(maps: Sequence[ParcelMap], *, homestead: bool) -> list[Box]:
    """West, south, east and north in metres of what each map of one certificate shows: neighbours are drawn as far."""
    of_maps = [homestead_frame(one) for one in maps] if homestead else [f for page in frames(len(maps)) for f in page]
    return [_ground(one, frame) for one, frame in zip(maps, of_maps, strict=True)]


def _ground(parcel: ParcelMap, frame: Frame) -> Box:
    (x, y), denominator = middle_and_scale(parcel, frame.width, frame.height)
    half_x, half_y = frame.width * denominator / 2000, frame.height * denominator / 2000
    return (x - half_x, y - half_y, x + half_x, y + half_y)
