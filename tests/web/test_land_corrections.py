"""The correction of the parcels under a right at the desk: from the right's page to its history."""

from __future__ import annotations

import io
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.law.book import term
from tests.household_kit import parcels
from tests.papers_kit import pdf
from tests.registry_kit import pass_days, right_of, to_rights
from tests.villages import COUNTY, ISSUER, VILLAGE
from tests.web.conftest import Browser
from tests.web.test_acts import opened, walk

SECOND = f"{VILLAGE}010002"
OFFICE = {"by": "office", "why": "承包合同原件与登记簿不符"}


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Any) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)


def put_contract(browser: Browser, case: str) -> None:
    browser.get(case)
    sent = {"kind": "contract", "file": (io.BytesIO(pdf("contract")), "contract.pdf")}
    assert browser.post(f"{case}/documents", sent).status_code == 303


def test_a_parcel_comes_off_the_neighbour_s_right_and_onto_its_own_from_the_right_s_page(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    own, other = (f"/rights/{COUNTY}/{right_of(officers[0], *of)}" for of in ((), (SECOND,)))
    mine = parcels(officers[0], right_of(officers[0], SECOND))[1]
    assert f"{own}/parcels/correction" in deng.get(own).text
    assert "parcels/correction" not in shen.get(own).text
    off = opened(deng, f"{other}/parcels/correction", {**OFFICE, "parcels_off": mine})
    shown = deng.get(off).text
    assert all(word in shown for word in (mine, "800.00", "400.00", "未收"))
    put_contract(deng, off)
    walk(deng, shen, off, superuser, "correction")
    on = opened(deng, f"{own}/parcels/correction", {**OFFICE, "parcels_added": f"{mine}，\n"})
    assert all(word in deng.get(on).text for word in (mine, "1200.00"))
    put_contract(deng, on)
    walk(deng, shen, on, superuser, "correction")
    assert mine in deng.get(own).text
    assert mine not in deng.get(other).text
    told = shen.get(f"{own}/history").text
    assert all(word in told for word in (term("act", "office_correction"), mine, "800.00", "1,200.00"))
    assert "下一步：发证" in deng.get(on).text


def test_a_form_that_is_wrong_comes_back_with_what_was_typed_and_why(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    right, house = right_of(officers[0]), right_of(officers[0], kind="homestead")
    form = f"/rights/{COUNTY}/{right}/parcels/correction"
    deng.get(form)
    held = parcels(officers[0], right_of(officers[0], SECOND))[0]
    for given, status, code in (
        ({}, 400, "PAR-8"),
        ({"parcels_added": " ，"}, 400, "PAR-8"),
        ({"parcels_added": held}, 422, "CT-2"),
        ({"parcels_added": "昨天"}, 422, "PAR-14"),
        ({"parcels_added": f"{ISSUER}09999"}, 422, "COR-21"),
        ({"parcels_off": parcels(officers[0], right)}, 422, "COR-23"),
        ({"parcels_added": "1" * 2001}, 400, "FORM"),
        ({"parcels_added": "1\0"}, 400, "FORM"),
    ):
        answer = deng.post(form, {**OFFICE, **given})
        assert (answer.status_code, code in answer.text) == (status, True), (given, answer.text[:3000])
    assert held in deng.post(form, {**OFFICE, "parcels_added": held}).text
    assert deng.get(f"/rights/{COUNTY}/{house}/parcels/correction").status_code == 404
