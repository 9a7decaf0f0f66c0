"""What an objection that was withdrawn rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from landreg.registry.rules.objections import TakenBack, reg_48_taken_back_by_the_objector

RAISED, TODAY = date(2026, 11, 20), date(2026, 11, 29)
WRITING, WORD = TakenBack("writing", TODAY, True), TakenBack("counter", RAISED)


def faults(taken: TakenBack, *, online: bool = False) -> list[Any]:
    return [one.field for one in reg_48_taken_back_by_the_objector(taken, online=online, raised_on=RAISED, today=TODAY)]


def test_it_rests_on_the_objector_s_writing_or_word() -> None:
    assert faults(WRITING) == faults(WORD) == faults(WRITING, online=True) == []


@pytest.mark.parametrize(
    ("taken", "online", "fields"),
    [
        (TakenBack(), False, ["withdrawn_by", "withdrawn_on"]),
        (TakenBack("writing", TODAY), False, ["paper"]),
        (WORD, True, ["withdrawn_by"]),
        (TakenBack("counter", date(2026, 11, 19)), False, ["withdrawn_on"]),
        (TakenBack("counter", date(2026, 11, 30)), False, ["withdrawn_on"]),
    ],
)
def test_the_office_says_of_nobody_that_they_took_it_back(taken: TakenBack, online: bool, fields: list[str]) -> None:
    assert faults(taken, online=online) == fields
