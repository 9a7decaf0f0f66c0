"""The worker's loop: no step ends it or keeps the others from being taken."""

from __future__ import annotations

from typing import NoReturn

import pytest

from landreg import worker
from landreg.core.db import Unavailable
from landreg.core.errors import Conflict, Finding


def test_a_refusal_is_written_in_one_line_and_not_each_second(caplog: pytest.LogCaptureFixture) -> None:
    def step() -> NoReturn:
        raise Conflict(Finding("LOG-4", values={"copied": 6602, "size": 6590, "folder": "/copies"}))

    worker._said.clear()
    with caplog.at_level("ERROR", "landreg.worker"):
        assert [worker._take(step, once=False) for _ in range(3)] == [False] * 3
    (line,) = caplog.messages
    assert line.startswith("worker: LOG-4 /copies 中的检查点（6602 条）")
    assert "\n" not in line
    assert "Traceback" not in line


@pytest.mark.parametrize("fault", [IndexError("3"), ValueError("x"), Unavailable()])
def test_a_step_that_raises_ends_the_worker_only_when_it_goes_once(fault: Exception) -> None:
    def step() -> NoReturn:
        raise fault

    assert worker._take(step, once=False) is False
    with pytest.raises(type(fault)):
        worker._take(step, once=True)
