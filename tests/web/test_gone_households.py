"""A household that merged into another says so on its page, and where it went."""

from __future__ import annotations

from datetime import date
from typing import Any

from landreg.core.actor import Actor
from landreg.registry.rules.household_requests import HouseholdMerge, Placed
from landreg.registry.rules.requests import Cancellation
from tests.household_kit import SECOND, asked_for, household_id, members
from tests.registry_kit import HOUSEHOLD, applied, booked, pass_days, right_of, to_rights
from tests.web.conftest import Browser


def test_a_household_that_went_into_another_says_when_by_which_act_and_where(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    registrar, reviewer = officers
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 3)
    home = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, SECOND, "homestead"))
    booked(registrar, reviewer, superuser, home, "cancellation")
    joining = tuple(Placed(member, "30") for member in members(registrar, SECOND))
    merge = HouseholdMerge(household_id(registrar, SECOND), joining, date(2026, 1, 5))
    case = asked_for(registrar, "household_merge", merge)
    booked(registrar, reviewer, superuser, case, "household_merge")
    page = deng.get(f"/households/{SECOND}").text
    assert "因转移登记（合户）不再存在，登记编号" in page
    assert f'href="/households/{HOUSEHOLD}"' in page
    assert "还没有登记的权利" not in page
    assert "不再存在" not in deng.get(f"/households/{HOUSEHOLD}").text
