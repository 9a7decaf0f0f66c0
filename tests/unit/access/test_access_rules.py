"""Who may hold which roles, and which passwords are too easy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from landreg.access.rules import (
    ACCOUNT_RULES,
    DESK_OF,
    EXCLUDED,
    PASSWORD_RULES,
    AccountFacts,
    PasswordFacts,
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


def test_every_role_but_the_public_has_a_desk_and_excluded_roles_could_else_meet_at_one() -> None:
    assert set(DESK_OF) == set(Role) - {Role.PUBLIC}
    assert all(Role.ADMINISTRATOR in pair for pair in EXCLUDED)


def test_an_auditor_holds_no_other_role() -> None:
    for role in set(DESK_OF) - {Role.AUDITOR}:
        assert "ACC-10" in _codes(replace(SOUND, roles=frozenset({Role.AUDITOR, role})))


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
