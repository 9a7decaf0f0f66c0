"""Labels of a parcel map: points' names and sides' lengths placed so that none covers another, nor the boundary."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

Coordinates = NDArray[np.float64]
Box = tuple[float, float, float, float]

MOST_POINT_NAMES = 90
MARK_MM = 0.7  # a boundary is kept free of names by points of it, so far from each other at most


@dataclass
class Labels:
    """Labels placed so far, and the boxes they keep others out of."""

    width: float
    height: float
    size: float  # of a letter, mm
    taken: list[Box]
    placed: list[list[Any]]
    line: Coordinates  # points along the parcel's boundary, which no point's name covers

    def put(self, x: float, y: float, text: str, kind: str, angle: float = 0.0, grown: float = 1.0) -> bool:
        """Place a label centred on (x, y) in mm, if it lies in the frame and is free of the others; of a point, of the line."""
        size = self.size * grown
        length = text_mm(text, size)
        cos, sin = abs(math.cos(angle)), abs(math.sin(angle))
        half_x, half_y = (length * cos + size * sin) / 2, (length * sin + size * cos) / 2
        box = (x - half_x, y - half_y, x + half_x, y + half_y)
        if box[0] < 0.6 or box[1] < 0.6 or box[2] > self.width - 0.6 or box[3] > self.height - 0.6:
            return False
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self.taken):
            return False
        if kind == "p" and self._on_the_line(box):
            return False
        self.taken.append(box)
        self.placed.append([round(x, 2), round(y, 2), text, kind, round(math.degrees(angle), 1)])
        return True

    def _on_the_line(self, box: Box) -> bool:
        x, y = self.line
        return bool(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).any())


def text_mm(text: str, size: float) -> float:
    """Width in mm of a line of Noto Serif CJK whose em is `size` mm: full for Chinese, 0.56 for digits and Latin."""
    return sum(size if ord(sign) > 0x2E80 else 0.56 * size for sign in text)


def turned(xy: Coordinates, steps: int) -> Coordinates:
    """A ring that begins `steps` points further on; for rings of a few points many times faster than numpy.roll."""
    return np.concatenate((xy[steps:], xy[:steps]))


def turns_clockwise(xy: Coordinates) -> bool:
    """Whether a ring turns clockwise where y goes up, as on the ground; on paper y goes down, and it is the other way."""
    x, y = (xy - xy[0]).T
    return bool(x @ turned(y, 1) - turned(x, 1) @ y < 0)


def _outward(xy: Coordinates) -> Coordinates:
    """Unit vectors that lead out of a clockwise ring at each point (on paper, y down, the ring turns the same way)."""
    along = turned(xy, 1) - xy
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    normal = np.column_stack([along[:, 1], -along[:, 0]])
    bisector = normal + turned(normal, -1)
    size = np.hypot(bisector[:, 0], bisector[:, 1])
    flat = size < 1e-6
    bisector[flat], size[flat] = normal[flat], 1.0
    return bisector / size[:, None]


def label_points(labels: Labels, xy: Coordinates, names: Sequence[str], outside: int) -> set[int]:
    """Name the points, the sharpest corners first; the indexes of those that had to be left out.

    `outside`: 1 where the land lies to the right of the ring as it runs, -1 where it lies to the left."""
    out = _outward(xy) * outside
    before, after = turned(xy, -1) - xy, turned(xy, 1) - xy
    turn = np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
    left_out = set(range(len(names)))
    for index in np.argsort(-turn)[:MOST_POINT_NAMES].tolist():
        x, y = xy[index].tolist()
        reach = 0.55 * labels.size + text_mm(names[index], labels.size) / 2
        dx, dy = out[index].tolist()
        tries = ((dx, dy), (dx * 0.7 - dy * 0.7, dx * 0.7 + dy * 0.7), (dx * 0.7 + dy * 0.7, dy * 0.7 - dx * 0.7))
        placed = any(
            labels.put(x + ax * reach, y + ay * (reach + 0.8 * labels.size) / 2, names[index], "p") for ax, ay in tries
        )
        if placed:
            left_out.discard(index)
    return left_out


def label_sides(labels: Labels, xy: Coordinates, lengths: Sequence[Decimal], outside: int) -> list[int]:
    """Write each side's length along it, outside where it fits, else inside; the indexes of those that didn't fit."""
    along = turned(xy, 1) - xy
    on_paper = np.hypot(along[:, 0], along[:, 1])
    left_out = []
    for index in np.argsort(-on_paper).tolist():
        text = f"{lengths[index]:.2f}"
        room = (on_paper[index] - text_mm(text, labels.size)) / 2
        if room < 0.3:
            left_out.append(index)
            continue
        dx, dy = (along[index] / on_paper[index]).tolist()
        middle_x, middle_y = (xy[index] + along[index] / 2).tolist()
        angle = math.atan2(dy, dx)
        if not -math.pi / 2 < angle <= math.pi / 2:
            angle -= math.copysign(math.pi, angle)
        away = labels.size * 0.72 * outside
        tries = [(sign * away, shift * room) for sign in (1, -1) for shift in (0.0, -0.5, 0.5, -0.9, 0.9)]
        if not any(
            labels.put(middle_x + dy * off + dx * shift, middle_y - dx * off + dy * shift, text, "s", angle)
            for off, shift in tries
        ):
            left_out.append(index)
    return sorted(left_out)
