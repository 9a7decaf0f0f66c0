"""Who applies for a correction of another's right is named, and nothing is corrected without the holder's consent or a ruling."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.registry import queries
from landreg.registry.casework import cases
from landreg.registry.facts.applicants import applicants
from tests.registry_kit import put_paper, right_of, to_rights
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser
from tests.web.test_acts import opened

TERM = {"starts_on": "1998-01-01", "last_day": "2026-12-31"}
WHY = {"by": "interested_party", "why": "村里的台账只写到二〇二六年"}
WHO = {"party_kind": "person", "party": "赵利害", "party_id_number": citizen_id(891), "interest": "同村，承包地相邻"}


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Any) -> None:
    to_rights(*officers, superuser, 1)


def test_an_interested_party_is_named_and_the_holder_consents(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor]
) -> None:
    form = f"/rights/{COUNTY}/{right_of(officers[0])}/correction"
    deng.get(form)
    for lacking in ("party_kind", "party", "party_id_number", "interest"):
        answer = deng.post(form, {**TERM, **WHY, **WHO, lacking: ""})
        assert (answer.status_code, f'id="field-{lacking}"' in answer.text) == (400, True)
    page = opened(deng, form, {**TERM, **WHY, **WHO})
    for browser in (deng, shen):
        read = browser.get(page).text
        assert all(one in read for one in (WHY["why"], WHO["interest"], "赵利害"))
        assert WHO["party_id_number"] not in read
    case = UUID(page.rsplit("/", 1)[1])
    with unit_of_work(officers[0]) as uow:
        row = queries.case(uow.session, COUNTY, case)
        assert row is not None
        assert applicants(uow.session, [row])[case] == ("赵利害",)
    for paper in ("application", "identity", "interest_proof", "error_proof"):
        put_paper(officers[0], case, paper)
    with pytest.raises(Refused) as refused:
        cases.accept(officers[0], COUNTY, [case])
    wrong = [one for one in refused.value.findings if one.code == "REG-20"]
    assert [one.values["papers"] for one in wrong] == [["holder_consent"]]
    put_paper(officers[0], case, "ruling")
    cases.accept(officers[0], COUNTY, [case])
