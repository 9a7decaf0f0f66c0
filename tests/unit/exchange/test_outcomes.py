"""What came of a dispute: each fault by its field and in its own words, and since when an award binds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.periods import DAY
from landreg.exchange.contracts.rules.outcomes import (
    Outcome,
    Recorded,
    binds_from,
    con_17_outcome_is_said,
    con_114_mediated_once,
    mediated_until,
)
from landreg.law.book import national_law

TODAY = date(2026, 7, 1)
LAW = national_law("610902", TODAY)
BEGIN, END = TODAY - timedelta(days=90), date(2030, 1, 1)
OWED = Outcome("owed", TODAY, Decimal("88.00"), TODAY, pays="taker")
JUDGED: dict[str, Any] = {"document": "judgment", "final": True}
VOID = Outcome("void", TODAY, looked=True, **JUDGED)
OVER = Outcome("ended", BEGIN, looked=True)
RECORDED = Recorded("1", OWED, BEGIN, END, TODAY - timedelta(days=60))
SERVED = TODAY - timedelta(days=31)


def faults(asked: Outcome, **changed: Any) -> dict[str | None, str]:
    found = con_17_outcome_is_said(replace(RECORDED, asked=asked, **changed), LAW)
    assert {one.code for one in found} <= {"CON-17"}
    said = {one.field: one.values["fault"] for one in found}
    assert len(said) == len(found)
    assert all(LAW.say(one) for one in found)
    return said


@pytest.mark.parametrize(
    "sound",
    [
        OWED, replace(OWED, pays="contractor"), VOID, OVER, replace(OVER, on_day=END),
        Outcome("withdrawn", TODAY, document=""), Outcome("dismissed", TODAY, **JUDGED), replace(OWED, outcome="stands"),
        replace(OWED, outcome="ended", on_day=END, looked=True), replace(OWED, outcome="void", looked=True, **JUDGED),
        Outcome("stands", TODAY, document="award", served_on=SERVED), Outcome("stands", TODAY, document="judgment", final=True),
    ],
)  # fmt: skip
def test_an_outcome_has_several_heads(sound: Outcome) -> None:
    """CON-17: passed, a sum beside what becomes of the contract too."""
    assert faults(sound) == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Outcome("won", TODAY), {"outcome": "outcome_unsaid"}),
        (replace(OWED, on_day=RECORDED.brought_on - DAY, due_on=TODAY), {"on_day": "outcome_day"}),
        (replace(OWED, on_day=TODAY + DAY, due_on=TODAY + DAY), {"on_day": "outcome_day"}),
        (replace(OVER, on_day=BEGIN - DAY), {"on_day": "outcome_day"}),
        (replace(OVER, on_day=END + DAY), {"on_day": "outcome_day"}),
        (replace(OVER, looked=False), {"looked": "outcome_not_looked_at"}),
        (replace(VOID, looked=False), {"looked": "outcome_not_looked_at"}),
        (replace(VOID, document="settlement"), {"outcome": "outcome_of_no_settlement"}),
        (Outcome("dismissed", TODAY), {"outcome": "outcome_of_no_settlement"}),
        (Outcome("owed", TODAY), {"yuan": "award_no_sum", "pays": "award_no_payer", "due_on": "award_no_day"}),
        (replace(OWED, yuan=Decimal("0.001")), {"yuan": "award_sum"}), (replace(OWED, yuan=Decimal("NaN")), {"yuan": "award_sum"}),
        (replace(OWED, yuan=Decimal(-1)), {"yuan": "award_sum"}), (replace(OWED, pays="village"), {"pays": "award_no_payer"}),
        (replace(OWED, outcome="dismissed", **JUDGED), {"yuan": "award_beside_none"}),
        (replace(OWED, outcome="stands", due_on=None), {"due_on": "award_no_day"}),
        (replace(OWED, due_on=TODAY - DAY), {"due_on": "award_day"}),
        (replace(OWED, due_on=date(2041, 1, 1)), {"due_on": "award_day"}),
        (Outcome("stands", TODAY, pays="taker"), {"pays": "award_of_nothing"}),
        (Outcome("stands", TODAY, due_on=TODAY), {"due_on": "award_of_nothing"}),
        (Outcome("hand_back", TODAY, due_on=TODAY), {"outcome": "outcome_not_ended"}),
        (Outcome("stands", TODAY, document=""), {"document": "outcome_document"}),
        (Outcome("stands", TODAY, document="award"), {"served_on": "award_not_served"}),
        (Outcome("stands", TODAY, document="award", served_on=RECORDED.brought_on - DAY), {"served_on": "award_served_day"}),
        (Outcome("stands", TODAY, document="award", served_on=TODAY), {"served_on": "award_may_be_sued"}),
        (Outcome("stands", TODAY, document="award", served_on=SERVED + DAY), {"served_on": "award_may_be_sued"}),
        (Outcome("stands", TODAY - DAY, document="award", served_on=SERVED), {"on_day": "award_before_it_binds"}),
        (Outcome("stands", TODAY, served_on=SERVED), {"served_on": "award_served_none"}),
        (Outcome("stands", TODAY, document="judgment"), {"final": "judgment_not_final"}),
    ],
)  # fmt: skip
def test_each_fault_of_an_outcome_is_told_by_its_field(wrong: Outcome, said: dict[str, str]) -> None:
    """CON-17: refused."""
    assert faults(wrong) == said


def test_an_outcome_after_the_end_neither_ends_the_contract_nor_lets_it_stand() -> None:
    """CON-17: of the land's return it says until when; void a contract is once."""
    back = Outcome("hand_back", TODAY, due_on=TODAY)
    for sound in (OWED, back, replace(OWED, outcome="hand_back"), VOID):
        assert faults(sound, ended=True) == {}
    for wrong in (Outcome("stands", TODAY), replace(OVER, on_day=TODAY)):
        assert faults(wrong, ended=True) == {"outcome": "outcome_of_ended"}
    assert faults(replace(back, due_on=None), ended=True) == {"due_on": "award_no_day"}
    assert faults(VOID, ended=True, void=True) == {"outcome": "outcome_void_again"}


def test_where_a_dispute_ends_by_which_paper_goes_by_its_forum() -> None:
    """CON-17; an award binds once the days are over in which it may be sued."""
    award, judgment = (
        Outcome("stands", TODAY, document="award", served_on=SERVED),
        Outcome("stands", TODAY, document="judgment"),
    )
    for forum in ("village", "township", "court"):
        assert faults(award, forum=forum) == {"document": "outcome_document"}
    assert faults(replace(judgment, final=True), forum="village") == {"document": "outcome_document"}
    assert faults(replace(judgment, final=True), forum="court") == {}
    assert binds_from(date(2026, 5, 31), LAW) == date(2026, 7, 1)


def test_a_mediation_has_its_days_and_ends_without_a_paper_after_them() -> None:
    """CON-17, CON-9: the last day counts."""
    lapsed = Outcome("lapsed", TODAY, document="")
    assert faults(lapsed, forum="village", mediated_until=TODAY) == {"outcome": "mediation_runs"}
    assert faults(lapsed, forum="village", mediated_until=TODAY - DAY) == {}
    assert faults(lapsed) == {"outcome": "outcome_unsaid"}
    assert mediated_until("township", TODAY, LAW) == TODAY + timedelta(days=30)
    assert mediated_until("court", TODAY, LAW) is None


def test_one_mediator_is_asked_about_one_thing_once() -> None:
    """CON-114."""
    failed = [("village", "rent")]
    assert con_114_mediated_once(("1", "village", "rent", failed), LAW)
    for forum, about in (("village", "land"), ("township", "rent"), ("court", "rent")):
        assert con_114_mediated_once(("1", forum, about, failed), LAW) is None
