"""Who may take a step, when, and in which order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from landreg.core.errors import Finding
from landreg.law.book import examine
from landreg.registry.rules import ACCEPT_RULES, NOTICE_RULES, REGISTER_RULES, REVIEW_RULES
from landreg.registry.rules.procedure import Overlap, to_finish_by
from tests.unit.registry.facts import CLERK, LAW, REGISTRAR, REVIEWER, TODAY, case

STATES = (
    "draft",
    "accepted",
    "reviewed",
    "noticed",
    "objected",
    "registered",
    "certified",
    "returned",
    "withdrawn",
    "refused",
)
FOLLOWS = {
    "accept": (ACCEPT_RULES, {"draft", "returned"}),
    "review": (REVIEW_RULES, {"accepted"}),
    "publish": (NOTICE_RULES, {"reviewed"}),
    "register": (REGISTER_RULES, {"noticed", "objected"}),
}


def codes_of(rules: Any, **changed: Any) -> list[str]:
    return [finding.code for finding in examine(rules, case(**changed), LAW)]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", FOLLOWS)
def test_each_step_follows_the_one_before_it_and_no_other(step: str, state: str) -> None:
    rules, before = FOLLOWS[step]
    found = [finding for finding in examine(rules, case(state=state), LAW) if finding.code == "REG-8"]
    wanted = (
        [] if state in before else [Finding("REG-8", "state", {"state": state, "step": step}, subject=case().number)]
    )
    assert found == wanted


def test_nobody_approves_the_case_that_they_opened_or_accepted() -> None:
    prepared = frozenset({REGISTRAR, CLERK})
    assert codes_of(REVIEW_RULES, state="accepted", prepared_by=prepared, actor=REGISTRAR) == ["REG-1"]
    assert codes_of(REVIEW_RULES, state="accepted", prepared_by=prepared, actor=CLERK) == ["REG-1"]
    assert codes_of(REVIEW_RULES, state="accepted", prepared_by=prepared, actor=REVIEWER) == []


def test_cases_on_one_parcel_are_registered_in_the_order_of_their_acceptance() -> None:
    (finding,) = examine(REGISTER_RULES, case(earlier=("610902-2026-0000000",)), LAW)
    assert (finding.code, finding.values) == ("REG-2", {"earlier": ["610902-2026-0000000"]})
    assert codes_of(REGISTER_RULES) == []


def test_what_an_accepted_order_to_seize_would_stop_is_not_registered_before_it() -> None:
    (finding,) = examine(REGISTER_RULES, case(ordered=("610902-2026-0000009",)), LAW)
    assert (finding.code, finding.values) == ("REG-39", {"orders": ["610902-2026-0000009"]})
    assert codes_of(REVIEW_RULES, state="accepted", ordered=("610902-2026-0000009",)) == []


@pytest.mark.parametrize(("due", "found"), [(TODAY, []), (date(2026, 6, 30), ["REG-3"]), (None, [])])
def test_a_case_past_its_term_is_told_and_not_refused(due: date | None, found: list[str]) -> None:
    assert codes_of(REGISTER_RULES, due_on=due) == found
    assert LAW.rule("REG-3").effect == "warn"


@pytest.mark.parametrize(("last_day", "found"), [(date(2026, 6, 30), []), (TODAY, ["REG-4"]), (None, ["REG-4"])])
def test_a_notice_has_run_when_its_last_day_is_over(last_day: date | None, found: list[str]) -> None:
    assert codes_of(REGISTER_RULES, last_day=last_day) == found


def test_an_objection_that_is_not_settled_stops_the_case() -> None:
    assert codes_of(REGISTER_RULES, state="objected", objections=1) == ["REG-6"]
    assert codes_of(REGISTER_RULES, state="objected", objections=0) == []


@pytest.mark.parametrize(("rules", "state"), [(ACCEPT_RULES, "draft"), (REVIEW_RULES, "accepted")])
def test_a_case_that_a_later_survey_has_otherwise_is_neither_accepted_nor_approved(rules: Any, state: str) -> None:
    (finding,) = examine(rules, case(state=state, resurveyed=("承包方 1",)), LAW)
    assert (finding.code, finding.values) == ("REG-17", {"rows": ["承包方 1"], "count": 1})
    assert codes_of(rules, state=state) == []


@pytest.mark.parametrize(("rules", "state"), [(NOTICE_RULES, "reviewed"), (REGISTER_RULES, "noticed")])
def test_what_a_survey_after_the_review_has_otherwise_stops_until_somebody_answered(rules: Any, state: str) -> None:
    assert codes_of(rules, state=state, resurveyed=("承包方 1",)) == ["REG-19"]
    assert codes_of(rules, state=state, resurveyed=("承包方 1",), as_noticed=True) == []
    assert LAW.rule("REG-19").effect == "refuse"


@pytest.mark.parametrize(
    ("rules", "state"),
    [(ACCEPT_RULES, "draft"), (REVIEW_RULES, "accepted"), (NOTICE_RULES, "reviewed"), (REGISTER_RULES, "noticed")],
)
def test_an_application_goes_on_for_no_other_household_than_made_it(rules: Any, state: str) -> None:
    (finding,) = examine(rules, case(state=state, other_holder=("尹*涛", "金*霞")), LAW)
    assert finding.code == "REG-47"
    assert finding.values == {"cases": [f"{finding.subject}（尹*涛 → 金*霞）"], "count": 1}
    assert codes_of(rules, state=state) == []


def test_what_was_noticed_of_a_household_is_registered_where_an_officer_found_the_later_survey_wrong() -> None:
    said = {"state": "noticed", "resurveyed": ("宅基地 1",), "other_holder": ("尹*涛", "金*霞")}
    assert codes_of(REGISTER_RULES, **said) == ["REG-19", "REG-47"]
    assert codes_of(REGISTER_RULES, **said, as_noticed=True) == []


@pytest.mark.parametrize(("rules", "state"), [(ACCEPT_RULES, "draft"), (REVIEW_RULES, "accepted")])
def test_what_was_found_to_be_as_the_survey_s_check_noted_is_not_certified(rules: Any, state: str) -> None:
    assert codes_of(rules, state=state, confirmed=("COD-36 1",)) == ["REG-40"]


def test_what_the_members_decided_on_is_registered_by_another_than_who_entered_it() -> None:
    assert codes_of(REGISTER_RULES, decided_by=REGISTRAR, actor=REGISTRAR) == ["REN-16"]
    assert codes_of(REGISTER_RULES, decided_by=REGISTRAR, actor=REVIEWER) == []


def test_who_wrote_down_after_the_review_why_a_case_goes_on_does_not_register_it() -> None:
    said = {"state": "noticed", "answered_by": frozenset({REGISTRAR})}
    assert codes_of(REGISTER_RULES, **said, actor=REGISTRAR) == ["REG-49"]
    assert codes_of(REGISTER_RULES, **said, actor=REVIEWER) == []


@pytest.mark.parametrize(
    ("rules", "state"), [(ACCEPT_RULES, "draft"), (REVIEW_RULES, "accepted"), (REGISTER_RULES, "noticed")]
)
def test_a_parcel_that_the_register_has_otherwise_stops_the_case_by_its_code(rules: Any, state: str) -> None:
    (finding,) = examine(rules, case(state=state, differing=("6109021042020100002",)), LAW)
    assert (finding.code, finding.values) == ("REG-18", {"codes": ["6109021042020100002"]})


@pytest.mark.parametrize(
    ("rules", "state"), [(ACCEPT_RULES, "draft"), (REVIEW_RULES, "accepted"), (REGISTER_RULES, "noticed")]
)
def test_what_lies_on_registered_ground_is_not_registered_first(rules: Any, state: str) -> None:
    over = tuple(Overlap(f"own{n}", "other", Decimal(f"{9 - n}.50")) for n in range(7))
    (finding,) = examine(rules, case(state=state, overlapped=over), LAW)
    said = LAW.say(finding)
    assert (finding.code, finding.values["codes"]) == ("REG-27", ["other"])
    assert "共 7 处" in said
    assert "own0 → other（9.50 m²）" in said
    assert "own5" not in said
    assert codes_of(rules, state=state, overlapped=()) == []


def test_the_public_notice_is_not_counted_among_the_days_of_registration() -> None:
    """REG-3: thirty working days, and fifteen more where a notice runs."""
    noticed = to_finish_by(LAW, TODAY, "first_registration", "contract_management")
    assert noticed == LAW.working_days_after(TODAY, 45)
    assert to_finish_by(LAW, TODAY, "mortgage", "land_operation") == LAW.working_days_after(TODAY, 30)
