"""The .shp and .shx of a shapefile, read as they are: GDAL closes, orders and repairs rings, a check must see them.

Source: ESRI Shapefile Technical Description, 1998: big-endian record heads, little-endian shapes, lengths in 16-bit
words. Z and M values are passed over.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from gis.faults import PackageFault
from gis.shapes import Ints, Shapes, offsets, ranges

KINDS = {
    1: "point",
    11: "point",
    21: "point",
    3: "line",
    13: "line",
    23: "line",
    5: "polygon",
    15: "polygon",
    25: "polygon",
}
Words = NDArray[np.int32]


class ShapeFile:
    """An opened .shp with the places of its records. kind: point, line or polygon. Raises PackageFault."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        head = _head(path, self.size)
        self.kind = KINDS.get(head, "polygon")
        if head not in KINDS and head != 0:
            raise PackageFault("unknown_shape_type", path, {"type": head})
        self.starts, self.lengths = self._index()

    def __len__(self) -> int:
        return len(self.starts)

    def read(self, first: int, last: int) -> Shapes:
        """Shapes first to last - 1. One read of the file, whatever their number."""
        starts, lengths = self.starts[first:last], self.lengths[first:last]
        if len(starts) == 0:
            return Shapes(self.kind, np.empty((0, 2)), np.zeros(1, np.int64), np.zeros(1, np.int64))
        with self.path.open("rb") as file:
            words, places = _gather(file, starts, lengths)
        return self._shapes(words, places, lengths, first)

    def _index(self) -> tuple[Ints, Ints]:
        """Byte offset and length of each shape, without record heads: from the .shx where it agrees with the .shp,
        else by walking through the .shp, which is what the .shx is made from."""
        shx = sibling(self.path, ".shx")
        if shx is not None:
            found = _read_shx(shx)
            if found is not None and self._agrees(*found):
                return found
        return self._walk()

    def _agrees(self, starts: Ints, lengths: Ints) -> bool:
        if len(starts) == 0:
            return self.size == 100
        if starts.min() < 108 or lengths.min() < 4 or (starts + lengths).max() != self.size:
            return False
        with self.path.open("rb") as file:
            for record in {0, len(starts) // 2, len(starts) - 1}:
                file.seek(int(starts[record]) - 8)
                if struct.unpack(">ii", file.read(8))[1] * 2 != lengths[record]:
                    return False
        return int(lengths.sum()) + 8 * len(lengths) + 100 == self.size

    def _walk(self) -> tuple[Ints, Ints]:
        starts: list[int] = []
        lengths: list[int] = []
        place = 100
        with self.path.open("rb", buffering=1 << 20) as file:
            file.seek(place)
            while place < self.size:
                head = file.read(8)
                length = struct.unpack(">ii", head)[1] * 2 if len(head) == 8 else -1
                if length < 4:
                    raise PackageFault("corrupt_record", self.path, {"record": len(starts) + 1, "offset": place})
                if place + 8 + length > self.size:
                    raise PackageFault("truncated", self.path, {"record": len(starts) + 1, "bytes": self.size})
                starts.append(place + 8)
                lengths.append(length)
                place += 8 + length
                file.read(length)
        return np.array(starts, dtype=np.int64), np.array(lengths, dtype=np.int64)

    def _shapes(self, words: Words, places: Ints, lengths: Ints, first: int) -> Shapes:
        kinds = words[places]
        null = kinds == 0
        wrong = (
            ~null
            & np.array([KINDS.get(int(k)) != self.kind for k in np.unique(kinds)])[
                np.searchsorted(np.unique(kinds), kinds)
            ]
        )
        if wrong.any():
            record = int(np.argmax(wrong))
            raise PackageFault("corrupt_record", self.path, {"record": first + record + 1, "type": int(kinds[record])})
        if self.kind == "point":
            return self._points(words, places, lengths, null, first)
        return self._parts(words, places, lengths, null, first)

    def _points(self, words: Words, places: Ints, lengths: Ints, null: NDArray[np.bool_], first: int) -> Shapes:
        self._demand(null | (lengths >= 20), first)
        sizes = np.where(null, 0, 1)
        at = ranges(places[~null] + 1, np.full(int(sizes.sum()), 4))
        xy = words[at].view(np.float64).reshape(-1, 2)
        return Shapes("point", xy, np.arange(len(xy) + 1), offsets(sizes))

    def _parts(self, words: Words, places: Ints, lengths: Ints, null: NDArray[np.bool_], first: int) -> Shapes:
        self._demand(null | (lengths >= 44), first)
        held = np.where(null, 0, places)
        parts = np.where(null, 0, words[held + np.where(null, 0, 9)]).astype(np.int64)
        points = np.where(null, 0, words[held + np.where(null, 0, 10)]).astype(np.int64)
        self._demand((parts >= 0) & (points >= 0) & (null | (44 + 4 * parts + 16 * points <= lengths)), first)
        begin = words[ranges(places + 11, parts)].astype(np.int64)
        feature_starts = offsets(parts)
        point_starts = offsets(points)
        sizes = _part_sizes(begin, feature_starts, points)
        if sizes is None:
            wrong = next(i for i in range(len(parts)) if _misplaced(begin, feature_starts, points, i))
            raise PackageFault("corrupt_record", self.path, {"record": first + wrong + 1})
        at = ranges(places + 11 + parts, 4 * points)
        xy = words[at].view(np.float64).reshape(-1, 2)
        assert point_starts[-1] == len(xy)  # noqa: S101 - the sizes were demanded above
        return Shapes(self.kind, xy, offsets(sizes), feature_starts)

    def _demand(self, sound: NDArray[np.bool_], first: int) -> None:
        if not sound.all():
            raise PackageFault("corrupt_record", self.path, {"record": first + int(np.argmin(sound)) + 1})


def sibling(path: Path, suffix: str) -> Path | None:
    """The file beside this one with another suffix, or None. Windows tells no `DK.shp` and `dk.DBF` apart by their case,
    so neither does this: the very same name first, then any that differs in case alone."""
    wanted = path.with_suffix(suffix)
    if wanted.is_file():
        return wanted
    found = _names_beside(path.parent, path.parent.stat().st_mtime_ns).get(wanted.name.lower())
    return found if found is not None and found.is_file() else None


@lru_cache(maxsize=4)
def _names_beside(folder: Path, _changed_at: int) -> dict[str, Path]:
    """By name in lower case what lies in a folder, of several the first by name."""
    return {path.name.lower(): path for path in sorted(folder.iterdir(), reverse=True)}


def _head(path: Path, size: int) -> int:
    """The shape type that the file's head declares. Raises PackageFault where the head is wrong or the file cut."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
        raise PackageFault("not_a_shapefile" if len(head) >= 4 or not head else "truncated", path, {"bytes": size})
    declared = struct.unpack(">I", head[24:28])[0] * 2
    if size < declared:
        raise PackageFault("truncated", path, {"bytes": size, "declared": declared})
    return int(struct.unpack("<i", head[32:36])[0])


def _read_shx(path: Path) -> tuple[Ints, Ints] | None:
    raw = np.fromfile(path, dtype=">u4")
    if len(raw) < 25 or raw[0] != 9994 or (len(raw) - 25) % 2 or path.stat().st_size % 8 != 4:
        return None
    return raw[25::2].astype(np.int64) * 2 + 8, raw[26::2].astype(np.int64) * 2


def _gather(file: IO[bytes], starts: Ints, lengths: Ints) -> tuple[Words, Ints]:
    """The bytes of some shapes as 32-bit words, and the word at which each begins."""
    low, high = int(starts.min()), int((starts + lengths).max())
    if high - low <= 2 * int(lengths.sum()) + 8 * len(starts) + 1024 and not (starts - low & 3).any():
        file.seek(low)
        raw = file.read((high - low + 3) & ~3)
        return np.frombuffer(raw + bytes(-len(raw) % 4), dtype="<i4"), (starts - low) // 4
    pieces, places, place = [], [], 0
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        file.seek(start)
        piece = file.read(length)
        piece += bytes(-len(piece) % 4)
        pieces.append(piece)
        places.append(place // 4)
        place += len(piece)
    return np.frombuffer(b"".join(pieces), dtype="<i4"), np.array(places, dtype=np.int64)


def _part_sizes(begin: Ints, feature_starts: Ints, points: Ints) -> Ints | None:
    """Coordinates of each part from where parts begin in their shape; None where a shape's parts are out of order."""
    sizes = np.empty(len(begin), dtype=np.int64)
    sizes[:-1] = np.diff(begin)
    some = np.diff(feature_starts) > 0
    last = feature_starts[1:][some] - 1
    sizes[last] = points[some] - begin[last]
    ordered = not (begin[feature_starts[:-1][some]] != 0).any() and not (sizes < 0).any()
    return sizes if ordered and not (points[~some] > 0).any() else None


def _misplaced(begin: Ints, feature_starts: Ints, points: Ints, index: int) -> bool:
    part = begin[feature_starts[index] : feature_starts[index + 1]]
    if len(part) == 0:
        return bool(points[index] > 0)
    return bool(part[0] != 0 or (np.diff(np.append(part, points[index])) < 0).any())
