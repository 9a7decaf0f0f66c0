"""Page n of m on every page: a layout that does not settle prints numbers of pages that are not there."""

from __future__ import annotations

import io
import re

import pikepdf
import pytest

from landreg.registry.papers.printing import print_certificate
from tests.unit.papers.builders import contract_certificate
from tests.unit.papers.test_papers import pages_of


@pytest.mark.parametrize("parcels", range(1, 16))
@pytest.mark.parametrize("members", [1, 3, 6])
def test_the_pages_of_a_certificate_are_numbered_as_they_are(parcels: int, members: int) -> None:
    pdf = print_certificate(contract_certificate(parcels, members, seed=parcels), sample=True)
    count = len(pikepdf.open(io.BytesIO(pdf)).pages)
    printed = [re.search(r"第\s*(\d+)\s*页\s*共\s*(\d+)\s*页", page) for page in pages_of(pdf)]
    assert [(int(found[1]), int(found[2])) for found in printed if found] == [(n, count) for n in range(1, count + 1)]
