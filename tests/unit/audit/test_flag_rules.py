"""Red flags: each raised by its numbers, and not below them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from landreg.audit.rules import (
    FLAG_CODES,
    FLAGS,
    ActDone,
    AreaChange,
    Assembly,
    ClerkDay,
    ExitsWatched,
    Fact,
    NoticeRun,
    OwnApproval,
    Printed,
    Reveal,
    SumRaised,
    aud_2_notice_cut_short,
)
from landreg.core.errors import Finding
from landreg.core.periods import BEIJING
from landreg.law.book import national_law

NOON = datetime(2026, 3, 4, 12, tzinfo=BEIJING)  # a Wednesday
LAW = national_law("610902", NOON.date())
HEAD = ("610902104202", "N-1", NOON, ("C-1",))


def asked(fact: Fact) -> Finding | None:
    return next(rule for kind, rule in FLAGS if isinstance(fact, kind))(fact, LAW)


def minutes(count: int, apart: int) -> tuple[datetime, ...]:
    return tuple(NOON + timedelta(minutes=apart * n) for n in range(count))


def notice(last: date, registered: date | None = None) -> NoticeRun:
    return NoticeRun(*HEAD, (("first_registration", "homestead"),), date(2026, 3, 2), last, registered)


RAISED = {
    "AUD-1": OwnApproval(*HEAD, "甲", 1),
    "AUD-2": notice(date(2026, 3, 20)),
    "AUD-3": ActDone("610902104202", "A-1", NOON.replace(hour=21), (), "甲"),
    "AUD-4": ClerkDay(*HEAD, "甲", minutes(30, 1)),
    "AUD-5": AreaChange(*HEAD, Decimal("500.00"), Decimal("700.00")),
    "AUD-6": Printed(*HEAD, minutes(4, 60)),
    "AUD-7": Reveal(*HEAD, "L-1", "甲", 3, False),
    "AUD-8": ExitsWatched(*HEAD, 40, 9, Decimal("2.10"), Decimal("0.000400")),
    "AUD-30": Assembly(*HEAD, "甲", 5, 404),
    "AUD-31": SumRaised(*HEAD, Decimal("50000.00"), Decimal("5000000.00")),
}
QUIET: dict[str, tuple[Fact, ...]] = {
    "AUD-1": (OwnApproval(*HEAD, "甲", 0),),
    "AUD-2": (notice(date(2026, 3, 23)), notice(date(2026, 3, 23), date(2026, 3, 24))),
    "AUD-3": (ActDone("610902104202", "A-1", NOON, (), "甲"),),
    "AUD-4": (ClerkDay(*HEAD, "甲", minutes(30, 30)), ClerkDay(*HEAD, "甲", minutes(2, 0))),
    "AUD-5": (
        AreaChange(*HEAD, Decimal("500.00"), Decimal("510.00")),
        AreaChange(*HEAD, Decimal("5.00"), Decimal("7.00")),
    ),
    "AUD-6": (Printed(*HEAD, minutes(2, 60)),),
    "AUD-7": (Reveal(*HEAD, "L-1", "甲", 3, True),),
    "AUD-8": (ExitsWatched(*HEAD, 40, 3, Decimal("2.10"), Decimal("0.010000")),),  # a twelfth of a tenth is 0.0083
    "AUD-30": (Assembly(*HEAD, "甲", 404, 404), Assembly(*HEAD, "甲", 330, 404), Assembly(*HEAD, "甲", 480, 404)),
    "AUD-31": (SumRaised(*HEAD, Decimal("50000.00"), Decimal("149999.99")),),
}


@pytest.mark.parametrize("code", FLAG_CODES)
def test_a_flag_is_raised_with_the_numbers_that_its_sentence_names(code: str) -> None:
    finding = asked(RAISED[code])
    assert finding is not None
    assert finding.code == code
    for language in ("zh", "en"):
        assert "—" not in LAW.say(finding, language)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", FLAG_CODES)
def test_nothing_is_said_within_the_figures(code: str) -> None:
    assert [asked(fact) for fact in QUIET[code]] == [None] * len(QUIET[code])


def test_a_flag_only_warns() -> None:
    assert {LAW.rule(code).effect for code in FLAG_CODES} == {"warn"}


def test_a_notice_is_counted_in_working_days() -> None:
    """15 working days after Monday 2 March 2026 end on Monday 23 March; to Friday the 20th there are 14."""
    finding = asked(notice(date(2026, 3, 20)))
    assert finding is not None
    assert (finding.values["given"], finding.values["required"]) == (14, 15)


def test_a_registration_before_the_notice_has_run_cuts_it_short() -> None:
    finding = asked(notice(date(2026, 3, 23), date(2026, 3, 10)))
    assert finding is not None
    assert finding.values["ended"] == date(2026, 3, 9)
    assert finding.values["given"] == 5


@pytest.mark.parametrize(
    ("hour", "day", "raised"), [(7, 4, True), (8, 4, False), (17, 4, False), (18, 4, True), (12, 7, True)]
)
def test_office_hours_are_those_of_working_days_in_beijing(hour: int, day: int, raised: bool) -> None:
    """7 March 2026 is a Saturday."""
    at = NOON.replace(hour=hour, day=day)
    assert (asked(ActDone("610902104202", "A-1", at, (), "甲")) is not None) == raised


def test_a_burst_is_the_fullest_window_of_the_month() -> None:
    spread = minutes(10, 600)
    finding = asked(ClerkDay(*HEAD, "甲", tuple(sorted((*spread, *minutes(25, 0))))))
    assert finding is not None
    assert finding.values["count"] == 26


def test_a_notice_of_any_act_is_held_against_the_days_that_its_own_act_asks_for() -> None:
    """AUD-2: a loss is announced for as long as its own figure says, not for as long as a first registration."""
    days = LAW.notice_days("reissue", "homestead")
    published = date(2026, 3, 2)
    in_time = LAW.working_days_after(published, days)
    run = NoticeRun(*HEAD, (("reissue", "homestead"),), published, in_time)
    assert aud_2_notice_cut_short(run, LAW) is None
    short = replace(run, last_day=in_time - timedelta(days=1))
    found = aud_2_notice_cut_short(short, LAW)
    assert found is not None
    assert found.values["required"] == days
