"""What an application asks for and on what ground is said in words, field by field, for every kind of act."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import term, terms
from landreg.registry.casebook import Case
from landreg.registry.facts.asked import REASONS, SAYS, asked_in_words
from landreg.registry.rules.requests import REQUESTS, Cancellation, Leaving, plain
from landreg.registry.rules.requests import HouseholdChange as Change

UNSAID = frozenset((
    "household_id", "restriction_id", "member_id", "person_id", "right_id", "taker_id", "roster", "limit_id", "whose",
    "representative", "members", "staying", "shape", "line", "code", "codes", "kind", "lapse_days", "address",
))  # fmt: skip
"""Ids, shapes, homes and codes to be: the difference says what comes of them, or the kind of act does."""


def case(kind: str, request: Any) -> Case:
    return Case(act_kind=kind, right_kind="contract_management", request=plain(request) if request else {})


@pytest.mark.parametrize("kind", sorted(REQUESTS))
def test_no_field_of_an_application_is_forgotten(kind: str) -> None:
    asked = {one.name for one in fields(REQUESTS[kind])}
    assert asked <= SAYS.keys() | UNSAID
    assert not SAYS.keys() & UNSAID
    assert "reason" not in asked or terms(REASONS[kind])
    assert all(term("asked", name) != name for name in asked & SAYS.keys())


def test_a_cancellation_says_its_ground_first_then_the_notice_and_the_land() -> None:
    asked = Cancellation("returned", ("6109021042060100001", "6109021042060100002"), date(2026, 3, 2))
    assert asked_in_words(case("cancellation", asked)) == (
        ("原因", "自愿交回"),
        ("发包方收到书面通知的日期", "2026年3月2日"),
        ("地块", "6109021042060100001、6109021042060100002"),
    )
    assert asked_in_words(case("cancellation", Cancellation("ruling"))) == (("原因", "生效裁判或仲裁裁决"),)


def test_who_leaves_is_counted_by_reason_and_named_nowhere() -> None:
    leaves = tuple(Leaving(UUID(int=n), reason) for n, reason in enumerate(("death", "death", "other_collective")))
    ((what, said),) = asked_in_words(case("household_change", Change(leaves=leaves)))
    assert what == "成员退出原因"
    assert said == f"{term('leave_reason', 'death')} × 2、{term('leave_reason', 'other_collective')} × 1"


def test_a_first_registration_asks_for_what_the_survey_found() -> None:
    assert asked_in_words(case("first_registration", None)) == ()
