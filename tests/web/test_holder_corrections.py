"""The correction of a person who holds a right and is no household, at the desk: from the right's page to its history."""

from __future__ import annotations

from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.law.book import term
from landreg.registry.casework import applications
from landreg.registry.rules.household_requests import HomesteadInheritance
from tests.household_kit import asked_for, members
from tests.registry_kit import booked, pass_days, right_of, to_rights
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser
from tests.web.test_acts import opened, walk

HEIR, NUMBER = "城里人", citizen_id(970)
OFFICE = {"by": "office", "why": "身份证"}
ADDRESS = "某市某街1号"


@pytest.fixture
def page(officers: tuple[Actor, Actor], superuser: Any) -> str:
    """The page of the homestead right that a townsman inherited."""
    to_rights(*officers, superuser, 2)
    right = right_of(officers[0], kind="homestead")
    heir = applications.person_of(officers[0], HEIR, NUMBER)
    asked = HomesteadInheritance(heir, HEIR, "（2026）公证1号", ADDRESS, tuple(members(officers[0])))
    booked(
        *officers,
        superuser,
        asked_for(officers[0], "homestead_inheritance", asked, right=right),
        "homestead_inheritance",
    )
    pass_days(superuser, 3)
    return f"/rights/{COUNTY}/{right}"


def test_a_wrong_name_is_corrected_from_the_right_s_page(
    page: str, deng: Browser, shen: Browser, superuser: Any
) -> None:
    form = f"{page}/holder/correction"
    assert form in deng.get(page).text
    assert form not in shen.get(page).text
    given = {**OFFICE, "name": "城里仁", "id_number": NUMBER, "address": "某市某街2号"}
    case = opened(deng, form, given)
    shown = deng.get(case).text
    assert all(word in shown for word in ("城里人", "城里仁", "某市某街2号"))
    assert NUMBER not in shown
    walk(deng, shen, case, superuser, "correction")
    assert "城里仁" in deng.get(page).text
    told = deng.get(f"{page}/history").text
    assert all(word in told for word in (term("act", "office_correction"), "城里人", "城里仁", "某市某街2号"))


def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(
    page: str, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    form = f"{page}/holder/correction"
    deng.get(form)
    same = {**OFFICE, "address": ADDRESS}
    for given, status, code in (
        ({}, 400, "PAR-8"),
        ({"name": HEIR, "id_number": NUMBER}, 400, "PAR-8"),
        ({"name": "城里仁"}, 400, "CHG-6"),
        ({"name": "别人", "id_number": citizen_id(971)}, 400, "COR-16"),
        ({"name": HEIR, "id_number": citizen_id(4)}, 422, "COR-16"),
        ({"address": "街" * 201}, 400, "FORM"),
        ({"address": "街\0"}, 400, "FORM"),
        ({"address": "某街2号", "by": "nobody"}, 422, "PAR-15"),
    ):
        answer = deng.post(form, {**same, **given})
        assert (answer.status_code, code in answer.text) == (status, True), (given, answer.text[:3000])
    household = f"/rights/{COUNTY}/{right_of(officers[0])}"
    assert "holder/correction" not in deng.get(household).text
    assert deng.get(f"{household}/holder/correction").status_code == 404
