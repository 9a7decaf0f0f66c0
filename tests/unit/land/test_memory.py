"""How seldom a process that goes through a large package looks for cycles of garbage."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import shapely

from landreg.land.memory import seldom_collected


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
