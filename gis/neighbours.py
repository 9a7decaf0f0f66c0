"""The four neighbours (四至) of a parcel: who lies to its east, south, west and north."""

from __future__ import annotations

import numpy as np
import shapely

from gis.shapes import Floats, Geoms, Ints

DIRECTIONS = ("east", "south", "west", "north")
"""The order in which the four are given, that of the certificate: 东 南 西 北."""
PIECE_M = 2.0


def neighbours(parcels: Geoms, of: Ints, *, reach_m: float = 1.0) -> Ints:
    """For the parcels numbered in `of` the parcel on each of their four sides, (len(of), 4) in the order of DIRECTIONS;
    -1 where none lies within `reach_m` (a road, the village's edge).

    Each piece of the outer ring, two metres at most, looks out across its middle: the direction it faces, to the
    nearest of the four, gets its length as a vote for the parcel met there; the longest wins, the lower number of
    equals. Source: standards.md 5, 坐落（四至）.
    """
    middles, outward, length, asker = _pieces(parcels, of)
    facing = np.round(np.arctan2(-outward[:, 1], outward[:, 0]) / (np.pi / 2)).astype(np.int64) % 4
    tree = shapely.STRtree(parcels)
    votes: dict[tuple[int, int, int], float] = {}
    for step in (0.05, 0.5, 1.0):
        probes = shapely.points(middles + outward * reach_m * step)
        piece, parcel = tree.query(np.asarray(probes, dtype=object), predicate="intersects")
        other = parcel != of[asker[piece]]
        piece, parcel = piece[other], parcel[other]
        for p, met in zip(piece.tolist(), parcel.tolist(), strict=True):
            key = (int(asker[p]), int(facing[p]), met)
            votes[key] = votes.get(key, 0.0) + float(length[p])
        unmet = np.setdiff1d(np.arange(len(middles)), piece)
        middles, outward, length = middles[unmet], outward[unmet], length[unmet]
        asker, facing = asker[unmet], facing[unmet]
    made = np.full((len(of), 4), -1, dtype=np.int64)
    for (row, side, met), _ in sorted(votes.items(), key=lambda vote: (vote[1], -vote[0][2])):
        made[row, side] = met
    return made


def _pieces(parcels: Geoms, of: Ints) -> tuple[Floats, Floats, Floats, Ints]:
    """Of each outer ring's pieces: middle, unit vector outward, length, and the row of `of` it belongs to."""
    parts, row = shapely.get_parts(parcels[of], return_index=True)
    rings = shapely.segmentize(shapely.get_exterior_ring(shapely.normalize(parts)), PIECE_M)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    along = (xy[1:] - xy[:-1])[same]
    middles = ((xy[1:] + xy[:-1]) / 2)[same]
    length = np.hypot(along[:, 0], along[:, 1])
    real = length > 0
    along, middles, length = along[real], middles[real], length[real]
    # A normalised outer ring runs clockwise: outside is to the left of the way.
    outward = np.column_stack((-along[:, 1], along[:, 0])) / length[:, None]
    return middles, outward, length, row[ring[:-1][same][real]]
