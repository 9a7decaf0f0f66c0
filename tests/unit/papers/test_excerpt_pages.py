"""The pages of an excerpt: one where that holds it; no page that holds a seal alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from landreg.registry.papers.data import Excerpt, ExcerptTable, NoticedParcel
from landreg.registry.papers.printing import print_excerpt
from tests.unit.papers.test_papers import pages_of

LABELS = ("权利类型", "权利人", "坐落", "合同或单元代码", "面积", "期限", "承包合同签订日期", "权利限制", "附记")
LIMIT = ("610902104206010001J", "抵押（第 1 顺位）", "样本农商银行", "最高额抵押合同样本1号", "60,000.00", "2026-10-01",
         "2026-10-01 10:20", "2027-12-31")  # fmt: skip
HEADS = ("合同或单元代码", "种类", "权利人（申请人）", "依据", "担保金额（元）", "自何日起", "登簿时间", "至何日止")


def printed(parcels: int, limits: int = 0) -> list[str]:
    """The text of each page."""
    rows = tuple(
        NoticedParcel(f"61090210420601{n:05d}", f"AD{n}", "道路、沟渠、道路、沟渠", Decimal("421.18"), Decimal("0.63"))
        for n in range(parcels)
    )
    given = Excerpt(
        "610902-Z20261128-0000001", "王查询", "查询权利", date(2026, 1, 1), "2026-11-28 03:31:52",
        tuple((label, "样本") for label in LABELS), rows, "登记员样本", "汉滨区不动产登记机构", date(2026, 11, 28),
        "https://example.org/c/1",
        (ExcerptTable("权利限制", HEADS, (LIMIT,) * limits),) if limits else ())  # fmt: skip
    return pages_of(print_excerpt(given, sample=True))


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


def test_every_parcel_is_told_once_under_its_heads() -> None:
    for parcels in (16, 30, 46):
        pages = printed(parcels, 2)
        assert [page.count("地块编码") for page in pages if "AD" in page] == [1] * len([p for p in pages if "AD" in p])
        assert sum(page.count("AD") for page in pages) == parcels
