"""Who may hold which roles, and which passwords are too easy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from landreg.access.rules import (
    ACCOUNT_RULES,
    CONSENT_RULES,
    DESK_OF,
    EXCLUDED,
    LONGEST_CONSENT,
    PASSWORD_RULES,
    AccountFacts,
    ConsentFacts,
    PasswordFacts,
    SignOnFacts,
    acc_20_staff_sign_on_with_a_second_factor,
    desk_of,
)
from landreg.core.actor import Desk, Role
from landreg.law.book import examine, national_law

LAW = national_law("", date(2026, 11, 24))
SOUND = AccountFacts("lin.ms", frozenset({Role.REGISTRAR, Role.REVIEWER}), "610902", "6109")


def _codes(facts: AccountFacts) -> list[str]:
    return [finding.code for finding in examine(ACCOUNT_RULES, facts, LAW)]


def test_one_person_may_be_registrar_and_reviewer() -> None:
    assert _codes(SOUND) == []
    assert desk_of(SOUND.roles) is Desk.REGISTRY


@pytest.mark.parametrize("other", [Role.REGISTRAR, Role.REVIEWER])
def test_an_administrator_decides_no_case(other: Role) -> None:
    assert _codes(replace(SOUND, roles=frozenset({Role.ADMINISTRATOR, other}))) == ["ACC-9"]


def test_every_role_but_the_public_has_a_desk() -> None:
    assert set(DESK_OF) == set(Role) - {Role.PUBLIC}


@pytest.mark.parametrize("pair", EXCLUDED, ids=lambda pair: "-".join(sorted(pair)))
def test_duties_that_exclude_each_other_are_refused_in_one_account(pair: frozenset[Role]) -> None:
    assert "ACC-9" in _codes(replace(SOUND, roles=pair))


@pytest.mark.parametrize(
    ("one", "other"),
    [(Role.OPERATOR, Role.FARMER), (Role.AUDITOR, Role.REGISTRAR), (Role.SETTLEMENT_OFFICER, Role.SURVEYOR)],
)
def test_what_the_domain_sets_against_each_other_is_among_them(one: Role, other: Role) -> None:
    assert frozenset({one, other}) in EXCLUDED
    assert frozenset({Role.REGISTRAR, Role.REVIEWER}) not in EXCLUDED


ON = SignOnFacts(frozenset({Role.REGISTRAR}), "password", second_factor=False, required=True)


def test_staff_sign_on_by_password_with_a_second_factor() -> None:
    finding = acc_20_staff_sign_on_with_a_second_factor(ON)
    assert finding is not None
    assert finding.code == "ACC-20"


@pytest.mark.parametrize(
    "passing",
    [{"second_factor": True}, {"required": False}, {"method": "oidc"}, {"roles": frozenset({Role.FARMER})}],
)
def test_who_has_one_needs_none_or_comes_from_the_province_passes(passing: dict[str, Any]) -> None:
    assert acc_20_staff_sign_on_with_a_second_factor(replace(ON, **passing)) is None


TODAY = date(2026, 11, 24)
CONSENT = ConsentFacts(
    "610902005001", frozenset({Role.AGENT}), "610902005", TODAY, TODAY + timedelta(days=LONGEST_CONSENT.days - 1), TODAY
)


def test_a_consent_of_the_longest_time_to_an_agent_of_the_township_passes() -> None:
    assert [rule(CONSENT) for rule in CONSENT_RULES] == [None, None]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agent_roles": frozenset()}, "ACC-23"),
        ({"agent_jurisdiction": "610902006"}, "ACC-23"),
        ({"first_day": TODAY - timedelta(days=1)}, "ACC-24"),
        ({"last_day": TODAY - timedelta(days=1)}, "ACC-24"),
        ({"last_day": TODAY + timedelta(days=LONGEST_CONSENT.days)}, "ACC-24"),
    ],
)
def test_a_consent_that_cannot_be_is_refused(changed: dict[str, Any], code: str) -> None:
    findings = [rule(replace(CONSENT, **changed)) for rule in CONSENT_RULES]
    assert [finding.code for finding in findings if finding] == [code]


def test_an_auditor_holds_no_other_role() -> None:
    for role in set(DESK_OF) - {Role.AUDITOR}:
        assert _codes(replace(SOUND, roles=frozenset({Role.AUDITOR, role}))) == ["ACC-9"]


def test_an_account_without_a_role_or_with_the_publics_is_none() -> None:
    assert _codes(replace(SOUND, roles=frozenset())) == ["ACC-10"]
    assert _codes(replace(SOUND, roles=frozenset({Role.PUBLIC}))) == ["ACC-10"]


@pytest.mark.parametrize("code", ["6109", "610902", "610902005", "610902005001"])
def test_a_jurisdiction_is_a_division_of_the_prefecture(code: str) -> None:
    assert _codes(replace(SOUND, jurisdiction=code)) == []


@pytest.mark.parametrize("code", ["", "61", "61090", "6109020", "610801", "6109020050011", "６１０９０２"])
def test_anything_else_is_no_jurisdiction(code: str) -> None:
    assert "ACC-11" in _codes(replace(SOUND, jurisdiction=code))


def test_nobody_gives_away_more_land_than_they_see() -> None:
    assert _codes(replace(SOUND, jurisdiction="610921", by_jurisdiction="610902")) == ["ACC-12"]
    assert _codes(replace(SOUND, by_jurisdiction="")) == ["ACC-12"]


def test_nobody_changes_their_own_roles() -> None:
    assert _codes(replace(SOUND, own=True)) == ["ACC-13"]


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password2026!",
        "1234567890",
        "9876543210",
        "aaaaaaaaaaaa",
        "abababababab",
        "lin.ms2026!",
        "qwertyuiop",
        "admin12345",
        "!!!!....----",
    ],
)
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    assert "ACC-8" in [finding.code for finding in examine(PASSWORD_RULES, PasswordFacts(password, "lin.ms"), LAW)]


@pytest.mark.parametrize("password", ["五月的麦子黄了又黄了", "kqvm-2xnp-hh7d-rtw4", "correct horse battery"])
def test_a_sentence_or_sixteen_odd_signs_will_do(password: str) -> None:
    assert examine(PASSWORD_RULES, PasswordFacts(password, "lin.ms"), LAW) == ()


def test_a_password_has_ten_signs_at_least() -> None:
    assert [finding.code for finding in examine(PASSWORD_RULES, PasswordFacts("x7!kqvm2p", "lin"), LAW)] == ["ACC-7"]
    for sentence, codes in (("秋天的柿子红了一树", []), ("柿子红了一树树", ["ACC-7"])):
        assert [finding.code for finding in examine(PASSWORD_RULES, PasswordFacts(sentence, "lin"), LAW)] == codes
