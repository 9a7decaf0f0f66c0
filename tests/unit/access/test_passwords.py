"""What a stored password costs whoever would guess it: the module is loaded anew, since the tests hash with less (conftest)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from argon2 import PasswordHasher

from landreg.access import passwords


@pytest.fixture(scope="module")
def fresh() -> ModuleType:
    """The module as a process of the program has it."""
    spec = importlib.util.spec_from_file_location("fresh_passwords", Path(passwords.__file__))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_hash_costs_19_mib_and_two_passes(fresh: ModuleType) -> None:
    stored = fresh.hashed("五月的麦子黄了")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert fresh.verified(stored, "五月的麦子黄了")
    assert not fresh.verified(stored, "五月的麦子")


def test_a_name_that_nobody_has_costs_as_much(fresh: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(PasswordHasher, "verify", lambda hasher, stored, given: asked.append(stored))
    fresh.verified(None, "x")
    assert asked[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_a_hash_of_other_figures_is_stale(fresh: ModuleType) -> None:
    assert fresh.stale(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x"))
    assert not fresh.stale(fresh.hashed("x"))
