"""Codes and values of a hash on a paper go on in the next line where their column ends: a lot can be drawn again from the print."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from landreg.registry.papers.typesetting import qr_svg, typeset

RIGHT_EDGE = 546
"""Where the columns of a page end, in points."""
NARROWEST = 0.4
"""Of a sign of the paper's type, a share of its size."""


def test_no_column_of_a_protocol_runs_over_the_next_or_off_the_page() -> None:
    value = sha256(b"lot").hexdigest()
    rows = (("1", "610902104202010338", "2026-12-13 10:11:12.123", value[:32], value[:24]),)
    head, widths = ("抽签次序", "承包方代码", "主张时间", "随机数", "抽签值"), (2, 4, 5, 7, 5)
    content = {
        "title": "成交确认书", "number": "610902-L2026-00056-1", "to": "", "opening": "记录如下。", "facts": [("结果", "成交")],
        "tables": [{"title": "优先权主张", "head": head, "widths": widths, "rows": rows}], "notes": (), "notes_title": "说明",
        "signed": ("交易员",), "authority": "样本", "day": "二〇二六年", "check_url": "https://example.test",
        "qr": qr_svg("https://example.test"),
    }  # fmt: skip
    page = PdfReader(BytesIO(typeset("exit", content, date(2026, 12, 13), sample=True, tagged=True))).pages[0]
    ends: list[float] = []

    def seen(said: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if said.strip().isalnum() and said.isascii():
            ends.append(tm[4] * cm[0] + cm[4] + len(said.strip()) * size * NARROWEST)

    text = "".join(page.extract_text(visitor_text=seen).split())
    assert max(ends) < RIGHT_EDGE
    assert value[:24] in text
    assert "\u200b" not in text
