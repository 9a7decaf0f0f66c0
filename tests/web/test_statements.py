"""How often a page asks the database: what a page costs is mostly that, and one statement too many is soon a loop of them."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.core.actor import Actor
from tests.plans import sent
from tests.registry_kit import HOUSEHOLD, one, right_of, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser

MOST = {
    "/cases?queue=mine": 8,
    "/cases?queue=all": 9,
    "/parcels/{parcel}": 12,
    f"/households/{HOUSEHOLD}": 10,
    "/rights/{county}/{right}": 19,
    "/cases/{county}/{case}": 23,
    f"/search?q={HOUSEHOLD}": 11,
    "/search?q=JC00001": 12,
    "/search?q=户 主": 16,
    "/search?q=户主 没有": 14,
    "/search?q=户**": 9,
}
"""Statements of a page at most, the look-up of the session and the settings of the transaction among them."""


@pytest.mark.parametrize("address", MOST)
def test_a_page_asks_no_more_than_it_must(
    address: str, deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    registrar, reviewer = officers
    to_rights(registrar, reviewer, superuser, 3)
    found = {
        "county": COUNTY,
        "parcel": one(registrar, "SELECT min(code) FROM land.parcel"),
        "right": right_of(registrar),
        "case": one(
            registrar, "SELECT case_id FROM registry.\"case\" WHERE state = 'registered' ORDER BY number LIMIT 1"
        ),
    }
    deng.get(address.format(**found))
    with sent() as seen:
        assert deng.get(address.format(**found)).status_code == 200
    told = "\n".join(statement[:100] for statement, _ in seen)
    assert len(seen) <= MOST[address], told
