"""Outside a demonstration nothing goes out that names an address of this machine alone (SYS-5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from landreg import worker
from landreg.app import create_app
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Refused
from landreg.registry.casework import cases, opening
from tests.registry_kit import in_state, state_of
from tests.villages import COUNTY, VILLAGE, stage_village
from tests.web.conftest import Browser


def test_a_notice_waits_for_an_address_that_people_can_open(
    database: Settings, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    registrar, reviewer = officers
    (case, *_) = in_state(
        registrar, opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE), "draft"
    )
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    page = f"/cases/{COUNTY}/{case}"
    for address, status in (("http://127.0.0.1:8000", 422), ("http://land.example", 303)):
        browser = Browser(create_app(replace(database, demo=False, base_url=address)).test_client())
        browser.log_in("deng")
        browser.get(page)
        answer = browser.post(f"{page}/steps/publish", {"title": "公告"})
        assert (answer.status_code, "SYS-5" in answer.text) == (status, status == 422)
    assert state_of(registrar, case) == "noticed"


def test_the_worker_s_press_and_the_desk_s_refuse_alike(database: Settings) -> None:
    with pytest.raises(Refused) as refused:
        worker._press(replace(database, demo=False))
    assert [one.code for one in refused.value.findings] == ["SYS-5"]
    assert worker._press(database).base_url == database.base_url
