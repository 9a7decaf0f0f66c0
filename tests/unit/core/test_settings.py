"""Settings are validated at start: what cannot be used is named by its variable, and a password is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from landreg.config import Settings
from landreg.core.errors import BadInput


@pytest.mark.parametrize(
    ("variable", "given"),
    [
        ("LANDREG_REGISTRY_URL", "postgresql+psycopg://landreg:secret@db:no-port/landreg"),
        ("LANDREG_OWNER_URL", "secret"),
        ("LANDREG_SUPERUSER_URL", "mysql://landreg:secret@db/landreg"),
        ("LANDREG_DESK", "secret"),
        ("LANDREG_MAX_UPLOAD_MB", "secret"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_by_its_variable(tmp_path: Path, variable: str, given: str) -> None:
    with pytest.raises(BadInput) as bad:
        Settings.from_environment({"LANDREG_HOME": str(tmp_path), variable: given})
    (finding,) = bad.value.findings
    assert (finding.code, finding.field) == ("SYS-2", variable)
    assert variable in finding.values["given"]
    assert not variable.endswith("_URL") or "secret" not in str(finding.values)


def test_sound_addresses_of_the_database_are_taken(tmp_path: Path) -> None:
    url = "postgresql+psycopg://landreg_registry:word@db:5432/landreg"
    settings = Settings.from_environment({"LANDREG_HOME": str(tmp_path), "LANDREG_REGISTRY_URL": url})
    assert list(settings.urls.values()) == [url]
