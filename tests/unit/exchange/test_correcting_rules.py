"""REC-1: a record of money is corrected once, with its reason, while nothing rests on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from landreg.exchange.bidding.rules.correcting import Correcting, rec_1_corrected_while_nothing_rests_on_it

DAY = date(2027, 3, 1)
SOUND = Correcting("回单号抄错了一位", False, "paid", "paid", on_day=DAY, last=DAY)


@pytest.mark.parametrize(
    "sound", [{}, {"instead": ""}, {"kind": "returned", "instead": "kept"}, {"last": None}, {"on_day": None}], ids=repr
)
def test_what_nothing_rests_on_is_corrected(sound: dict[str, Any]) -> None:
    assert rec_1_corrected_while_nothing_rests_on_it(replace(SOUND, **sound)) is None


@pytest.mark.parametrize(
    ("wrong", "fault", "field"),
    [
        ({"why": " "}, "correction_why", "why"),
        ({"corrected": True}, "correction_again", "why"),
        ({"instead": "returned"}, "correction_kind", "kind"),
        ({"kind": "used"}, "correction_kind", "kind"),
        ({"same": True}, "correction_same", "why"),
        ({"rests": "bid"}, "correction_bid", "why"),
        ({"last": date(2027, 2, 28)}, "correction_day", "on_day"),
    ],
    ids=repr,
)
def test_what_stands_against_a_correction_is_said(wrong: dict[str, Any], fault: str, field: str) -> None:
    finding = rec_1_corrected_while_nothing_rests_on_it(replace(SOUND, **wrong))
    assert finding is not None
    assert (finding.code, finding.values["fault"], finding.field) == ("REC-1", fault, field)
