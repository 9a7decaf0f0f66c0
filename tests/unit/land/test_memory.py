"""What a process that goes through a large package holds, and how seldom it looks for cycles of garbage."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gis.shapefile import Package
from gis.shapes import Shapes
from gis.zones import ZONES
from landreg.land.memory import seldom_collected
from landreg.land.rules.facts import Boundary, Survey, Table
from landreg.land.staging_blocks import Ground, put_aside, rows_of


def test_geometries_by_the_hundred_thousand_let_nobody_look_through_all_that_is_loaded() -> None:
    whole: list[Any] = []

    def count(phase: str, told: dict[str, int]) -> None:
        if phase == "stop" and told["generation"] == 2:
            whole.append(told)

    gc.callbacks.append(count)
    try:
        with seldom_collected():
            made = np.asarray(shapely.points(np.zeros((200_000, 2))), dtype=object)
    finally:
        gc.callbacks.remove(count)
    assert gc.is_tracked(made[0])
    assert not whole


def test_afterwards_all_is_as_before() -> None:
    before = gc.get_threshold()
    with seldom_collected():
        assert gc.get_threshold() != before
    assert gc.get_threshold() == before


def test_of_what_was_put_aside_of_a_county_no_more_is_held_than_some_parcels_rows_are_made_of(tmp_path: Path) -> None:
    parcels, each = 50_000, 10
    points = _points(parcels, each)
    codes = np.arange(6109021042060300000, 6109021042060300000 + parcels).astype("S19")
    survey = Survey("610902", ("610902",), ZONES[4524], {"DK": Table("DK", parcels, text={"DKBM": codes})}, {})
    put_aside(survey, "JZD", points, tmp_path)
    whole = sum(file.stat().st_size for file in (tmp_path / "JZD").iterdir())
    ground = Ground(Package(tmp_path, {}, {}, (), ()), "610902", ("610902",), survey.zone, "610902", tmp_path)
    rows, held = 0, 0
    for _, _, blocks in rows_of(ground, iter(("JZD",))):
        for _, count in blocks:
            rows, held = rows + count, _held_of(tmp_path)
    assert rows == parcels * each
    assert held < whole / 2


def _points(parcels: int, each: int) -> Boundary:
    count = parcels * each
    starts = np.arange(count + 1)
    xy = np.column_stack((36_500_000 + starts[:-1] / 10, 3_600_000 + starts[:-1] / 10))
    parcel, item = np.repeat(np.arange(parcels, dtype=np.int32), each), np.arange(count, dtype=np.int32)
    kept = {name: np.full(count, b"1") for name in ("JBLX", "JZDLX")}
    return Boundary(
        Shapes("point", xy, starts, starts),
        np.full(count, b"J1"),
        item,
        parcel,
        np.zeros(0, "S1"),
        kept,
        Table("JZD", count),
    )


def _held_of(folder: Path) -> int:
    """Bytes of the files in a folder that are in this process's memory."""
    maps = Path("/proc/self/smaps").read_text()
    return 1024 * sum(map(int, re.findall(rf"{re.escape(str(folder))}.*\n(?:.*\n){{0,3}}?Rss: +(\d+) kB", maps)))
