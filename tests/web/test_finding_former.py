"""A former member is found by the whole number of their card; and every page that a key leads to has a key of its own."""

from __future__ import annotations

import re
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.registry.rules.requests import HouseholdChange, Leaving
from tests.registry_kit import HOUSEHOLD, applied, booked, one, put_paper, to_rights
from tests.villages import citizen_id
from tests.web.conftest import Browser


def test_who_died_is_found_by_number_with_the_household_of_now(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    to_rights(*officers, superuser, 2)
    number = citizen_id(3)
    deng.get("/cases")
    assert deng.post("/search", {"q": number}).status_code == 303
    member = one(
        officers[0],
        "SELECT m.member_id FROM party.member AS m JOIN party.household AS h USING (county, household_id) "
        "WHERE h.code = :code AND m.relation = '10'",
        code=HOUSEHOLD,
    )
    case = applied(officers[0], "household_change", HouseholdChange((), (Leaving(member, "death"),)))
    put_paper(officers[0], case, "death_proof")
    booked(*officers, superuser, case, "household_change")
    deng.get("/cases")
    found = deng.post("/search", {"q": number}).text
    assert f'href="/households/{HOUSEHOLD}"' in found
    assert re.search(r"20\d\d-\d\d-\d\d 起不再是成员（死亡）", found)
    assert number not in found


@pytest.mark.parametrize("who", ["deng", "shen"])
def test_no_two_pages_have_one_key_and_none_is_without(deng: Browser, shen: Browser, who: str) -> None:
    page = {"deng": deng, "shen": shen}[who].get("/cases").text
    keys = re.findall(r'data-go="([^"]*)"', page)
    assert "" not in keys
    assert len(keys) == len(set(keys)), keys
