"""What the web server answers by itself, before the program is asked."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.web import i18n
from landreg.web.server import too_long


def test_the_answer_to_an_address_that_is_too_long_speaks_both_languages() -> None:
    head, _blank, page = too_long().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 ")
    assert f"Content-Length: {len(page)}".encode() in head
    assert "网址过长" in page.decode()
    assert "too long" in page.decode()


@pytest.mark.parametrize(("chosen", "shown"), [("zh", "5 字节"), ("en", "5 bytes")])
def test_the_size_of_a_small_file_is_in_the_readers_language(app: Any, chosen: str, shown: str) -> None:
    with app.test_request_context("/", headers={"Cookie": f"{i18n.COOKIE}={chosen}"}):
        assert i18n.shown_size(5) == shown
        assert i18n.shown_size(2_500_000) == "2.5 MB"
