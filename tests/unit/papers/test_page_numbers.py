"""Page n of m on every page: a layout that does not settle prints numbers of pages that are not there."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest

from landreg.registry.papers.certificate_printing import print_certificate
from tests.unit.papers.builders import contract_certificate
from tests.unit.papers.test_papers import pages_of


@pytest.mark.parametrize("parcels", range(1, 16))
@pytest.mark.parametrize("members", [1, 3, 6])
def test_the_pages_of_a_certificate_are_numbered_as_they_are(parcels: int, members: int) -> None:
    assert_numbered(print_certificate(contract_certificate(parcels, members, seed=parcels), sample=True))


def test_a_register_page_that_is_longer_than_it_looked_is_numbered_as_two() -> None:
    """The number of pages is guessed beforehand, and a guess that was wrong is not printed."""
    notes = ("界线。\n" * 40,)
    pdf = print_certificate(contract_certificate(2, 2, notes=notes), sample=True)
    assert len(pages_of(pdf)) == 1 + len(pages_of(print_certificate(contract_certificate(2, 2), sample=True)))
    assert_numbered(pdf)


def assert_numbered(pdf: bytes) -> None:
    count = len(pikepdf.open(io.BytesIO(pdf)).pages)
    printed = [re.search(r"第\s*(\d+)\s*页\s*共\s*(\d+)\s*页", page) for page in pages_of(pdf)]
    assert [(int(found[1]), int(found[2])) for found in printed if found] == [(n, count) for n in range(1, count + 1)]
