"""The worker's loop: no step ends it or keeps the others from being taken."""

from __future__ import annotations

from typing import NoReturn

import pytest

from landreg import worker
from landreg.core.db import Unavailable


@pytest.mark.parametrize("fault", [IndexError("3"), ValueError("x"), Unavailable()])
def test_a_step_that_raises_ends_the_worker_only_when_it_goes_once(fault: Exception) -> None:
    def step() -> NoReturn:
        raise fault

    assert worker._take(step, once=False) is False
    with pytest.raises(type(fault)):
        worker._take(step, once=True)
