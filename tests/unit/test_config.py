"""Settings out of the environment and the files beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from landreg.config import Settings

OWN, WRITTEN, USUAL = "https://land.example", "http://127.0.0.1:8017", "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("own", "written", "told"),
    [(None, None, USUAL), (None, WRITTEN, WRITTEN), (None, "", USUAL), (OWN, WRITTEN, OWN), (f"{OWN}/", None, OWN)],
)
def test_a_command_tells_the_address_that_is_named_or_else_the_one_that_is_served(
    own: str | None, written: str | None, told: str, tmp_path: Path
) -> None:
    if written is not None:
        (tmp_path / "serve.url").write_text(f"{written}\n")
    environment = {"LANDREG_HOME": str(tmp_path)} | ({} if own is None else {"LANDREG_BASE_URL": own})

    assert Settings.from_environment(environment).base_url == told


def test_the_settlement_window_is_told_its_own_address(tmp_path: Path) -> None:
    (tmp_path / "serve.url").write_text("http://127.0.0.1:8017\n")
    (tmp_path / "window.url").write_text("http://127.0.0.1:8018\n")

    assert (
        Settings.from_environment({"LANDREG_HOME": str(tmp_path), "LANDREG_DESK": "settlement"}).base_url
        == "http://127.0.0.1:8018"
    )


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("http://127.0.0.1:8000", True), ("http://localhost", True), ("http://[::1]:8000", True), ("http://0.0.0.0:8000", True),
        ("http://127.8.0.1", True), ("https://land.example", False), ("http://land.example:8000", False),
    ],
)  # fmt: skip
def test_an_address_of_one_s_own_machine_is_named_outside_a_demonstration(
    address: str, own: bool, tmp_path: Path
) -> None:
    settings = Settings.from_environment({"LANDREG_HOME": str(tmp_path), "LANDREG_BASE_URL": address})
    found = [(one.code, one.values) for one in settings.address_faults()]
    assert found == ([("SYS-5", {"given": address})] if own else [])
    assert replace(settings, demo=True).address_faults() == ()
