"""The pages of an excerpt: one where that holds it; no page that holds a seal alone."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from landreg.registry.papers.data import Excerpt, ExcerptTable, NoticedParcel
from landreg.registry.papers.printing import print_excerpt
from tests.unit.papers.test_papers import pages_of

LABELS = ("权利类型", "权利人", "坐落", "合同或单元代码", "面积", "期限", "承包合同签订日期", "权利限制", "附记")
LIMIT = ("610902104206010001J", "抵押（第 1 顺位）", "样本农商银行", "最高额抵押合同样本1号", "60,000.00", "2026-10-01",
         "2026-10-01 10:20", "2027-12-31")  # fmt: skip
HEADS = ("合同或单元代码", "种类", "权利人（申请人）", "依据", "担保金额（元）", "自何日起", "登簿时间", "至何日止")


_WORD = re.compile(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<')


def given(parcels: int, limits: tuple[tuple[str, ...], ...]) -> Excerpt:
    """An excerpt of a right with so many parcels and these restrictions."""
    rows = tuple(
        NoticedParcel(f"61090210420601{n:05d}", f"AD{n}", "道路、沟渠、道路、沟渠", Decimal("421.18"), Decimal("0.63"))
        for n in range(parcels)
    )
    return Excerpt(
        "610902-Z20261128-0000001", "王查询", "查询权利", date(2026, 1, 1), "2026-11-28 03:31:52",
        tuple((label, "样本") for label in LABELS), rows, "登记员样本", "汉滨区不动产登记机构", date(2026, 11, 28),
        "https://example.org/c/1",
        (ExcerptTable("权利限制", HEADS, limits),) if limits else ())  # fmt: skip


def printed(parcels: int, limits: int = 0) -> list[str]:
    """The text of each page."""
    return pages_of(print_excerpt(given(parcels, (LIMIT,) * limits), sample=True))


def test_an_excerpt_of_ten_parcels_is_sealed_on_its_first_page() -> None:
    assert len(printed(10)) == 1


@pytest.mark.parametrize(("parcels", "limits"), [(0, 12), (4, 3), (12, 0), (16, 0), (28, 0), (30, 0), (46, 2)])
def test_the_seal_comes_with_rows_of_the_table_and_its_heads(parcels: int, limits: int) -> None:
    *_, last = printed(parcels, limits)
    assert "本摘录不是权属证书" in last
    if parcels:
        assert min(parcels, 8) <= last.count("AD")
        assert "四至（东南西北）" in last
    else:
        assert "样本农商银行" in last


def test_no_word_of_a_restriction_is_printed_over_another(tmp_path: Path) -> None:
    """A financial institution is told by its code, longer than the column; so is the unit of a homestead."""
    bank = (
        "610902104203JC00045F00010001",
        "抵押（第 1 顺位）",
        "汉滨区农业银行（91610902MA70BANKXH）",
        "抵 31",
        *LIMIT[4:],
    )
    paper = tmp_path / "excerpt.pdf"
    paper.write_bytes(print_excerpt(given(2, (bank,) * 2), sample=False))
    shown = subprocess.run(["pdftotext", "-bbox", str(paper), "-"], capture_output=True, text=True, check=True).stdout
    found = [(m[5], *map(float, m.groups()[:4])) for m in _WORD.finditer(shown)]
    over = [
        (one[0], other[0])
        for one, other in combinations(found, 2)
        if min(one[3], other[3]) - max(one[1], other[1]) > 0.5 and min(one[4], other[4]) - max(one[2], other[2]) > 0.5
    ]
    assert over == []


def test_every_parcel_is_told_once_under_its_heads() -> None:
    for parcels in (16, 30, 46):
        pages = printed(parcels, 2)
        assert [page.count("地块编码") for page in pages if "AD" in page] == [1] * len([p for p in pages if "AD" in p])
        assert sum(page.count("AD") for page in pages) == parcels
