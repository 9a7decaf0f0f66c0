"""The style sheet and the scripts go packed to whom reads gzip, and are the same unpacked."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def asset(client: Any) -> str:
    """The address of the style sheet."""
    name = next(Path(client.application.static_folder, "dist").glob("app-*.css")).name
    return f"/static/dist/{name}"


def test_an_asset_is_sent_packed_and_is_the_same_as_unpacked(client: Any, asset: str) -> None:
    with (
        client.get(asset, headers={"Accept-Encoding": "gzip, br"}) as packed,
        client.get(asset, headers={"Accept-Encoding": "identity"}) as whole,
    ):
        assert packed.headers["Content-Encoding"] == "gzip"
        assert "Content-Encoding" not in whole.headers
        assert gzip.decompress(packed.data) == whole.data
        assert len(packed.data) * 5 < len(whole.data)
        assert packed.headers["ETag"] != whole.headers["ETag"]
        for answer in (packed, whole):
            assert answer.headers["Content-Type"].startswith("text/css")
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert "max-age=31536000" in answer.headers["Cache-Control"]


def test_what_does_not_exist_is_not_found_packed_either(client: Any) -> None:
    for name in ("none.css", "../../app.py", "%2e%2e/%2e%2e/app.py", "dist/.css"):
        assert client.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}).status_code == 404
