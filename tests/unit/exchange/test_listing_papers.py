"""Papers of a listing: kept as they were sent, told apart by what they hold, and none that is too large."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from landreg.core.errors import BadInput
from landreg.core.files import Store
from landreg.core.media import media
from landreg.exchange.listings import papers
from landreg.web.forms import Upload
from tests.exchange_kit import photographed


def test_a_paper_that_is_too_large_is_refused_before_any_of_it_is_kept(tmp_path: Path) -> None:
    """FORM-15: of two, each is named by its own field."""
    large = photographed() + bytes(papers.MOST_BYTES)
    sent = {"contractor_consent": Upload("a.jpg", BytesIO(large)), "filing": Upload("b.jpg", BytesIO(large))}
    with pytest.raises(BadInput) as refused:
        papers.keep(Store(tmp_path), sent)
    assert [(one.code, one.field) for one in refused.value.findings] == [
        ("FORM-15", "contractor_consent"),
        ("FORM-15", "filing"),
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_paper_is_what_it_holds_whatever_it_is_called(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = papers.keep(
        store, {"contractor_consent": Upload("同意书.pdf", BytesIO(photographed("PNG"))), "filing": None}
    )
    assert list(kept) == ["contractor_consent"]
    paper = kept["contractor_consent"]
    assert store.read(paper.sha256) == photographed("PNG")
    assert media(store.path(paper.sha256)) == "image/png"
    again = papers.again(store, "contractor_consent", paper.sha256, paper.size, paper.name)
    assert again == paper
    assert papers.again(store, "contractor_consent", "0" * 64, 9, "x") is None
