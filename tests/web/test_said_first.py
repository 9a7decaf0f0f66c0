"""What a role may not do, or what there is not to do, is said on the page before it is tried."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.registry.casework import opening
from tests.registry_kit import in_state
from tests.villages import COUNTY, VILLAGE, stage_village
from tests.web.conftest import Browser

JSON = {"Accept": "application/json"}


@pytest.fixture
def batch(superuser: Any, officers: tuple[Actor, Actor]) -> UUID:
    staged = stage_village(superuser, 1)
    return opening.open_batch(officers[0], COUNTY, staged.package_id, VILLAGE)


@pytest.fixture
def objected(batch: UUID, deng: Browser, shen: Browser, officers: tuple[Actor, Actor]) -> str:
    """The page of a case on notice to which somebody has objected at the window."""
    page = f"/cases/{COUNTY}/{in_state(officers[0], batch, 'draft')[0]}"
    for browser, step in ((deng, "accept"), (shen, "review"), (deng, "publish")):
        browser.get(page)
        browser.post(f"{page}/steps/{step}", {"title": "公告", "without": "已核对档案原件"})
    deng.get(page)
    deng.post(f"{page}/objections", {"raised_by": "样本邻居", "reason": "界线向我家多划了一米", "contact": ""})
    return page


def outcomes(page: str) -> list[str]:
    return re.findall(r'<option value="(upheld|dismissed|withdrawn)"', page)


def test_the_summary_of_another_roles_step_has_no_button_and_says_whose_it_is(
    shen: Browser, deng: Browser, batch: UUID
) -> None:
    address = f"/batches/{COUNTY}/{batch}/steps/accept"
    page = shen.get(address).text
    assert "“受理”由登记员办理，您的账户不能办理这一步" in page
    assert f'action="{address}"' not in page
    assert f'action="{address}"' in deng.get(address).text


@pytest.mark.parametrize("step", ["review", "register"])
def test_a_step_with_nothing_to_do_leads_back_to_the_batch_and_says_so(deng: Browser, batch: UUID, step: str) -> None:
    address = f"/batches/{COUNTY}/{batch}"
    answer = deng.get(f"{address}/steps/{step}")
    assert (answer.status_code, answer.location) == (303, address)
    assert "没有可以办理的业务。" in deng.get(address).text
    assert deng.post(f"{address}/steps/{step}").location == address
    problem = deng.client.get(f"{address}/steps/{step}", headers=JSON)
    assert (problem.status_code, problem.json["findings"][0]["code"]) == (422, "REG-11")


def test_a_step_of_a_batch_that_is_none_is_not_found(deng: Browser, batch: UUID) -> None:
    assert deng.get(f"/batches/{COUNTY}/{UUID(int=9)}/steps/review").status_code == 404


def test_who_accepted_a_case_is_offered_only_to_uphold_an_objection(
    deng: Browser, shen: Browser, objected: str
) -> None:
    own, other = deng.get(objected).text, shen.get(objected).text
    assert outcomes(own) == ["upheld"]
    assert "本件由您受理" in own
    assert outcomes(other) == ["upheld", "dismissed", "withdrawn"]
    assert "本件由您受理" not in other


def test_an_objection_is_printed_once_on_its_cases_page(deng: Browser, objected: str) -> None:
    assert deng.get(objected).text.count("界线向我家多划了一米") == 1
