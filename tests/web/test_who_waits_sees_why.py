"""A registrar whose case waits for a colleague reads on its page what holds it up, and how long it is over its day."""

from __future__ import annotations

from typing import Any

from landreg.core.actor import Actor
from landreg.registry import booking
from landreg.registry.casework import cases, notices
from landreg.registry.rules.requests import Cancellation, Reissue
from tests.registry_kit import applied, pass_days, right_of, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser


def test_what_stops_the_review_is_read_by_who_took_the_case_in(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    registrar, reviewer = officers
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 3)
    right = right_of(registrar)
    first = applied(registrar, "cancellation", Cancellation("ruling"), right)
    case = applied(registrar, "reissue", Reissue("遗失"), right)
    for one in (first, case):
        cases.accept(registrar, COUNTY, [one])
    page = f"/cases/{COUNTY}/{case}"
    waits = deng.get(page).text
    assert "由审核员办理" in waits
    assert not any(word in waits for word in ("下一步现在不能办理", "REG-1<", "已超过"))
    cases.review(reviewer, COUNTY, [first])
    notices.publish(registrar, COUNTY, [first], "公告")
    pass_days(superuser, 40)
    booking.register(reviewer, COUNTY, [first])
    pass_days(superuser, 60)
    for browser in (deng, shen):
        shown = browser.get(page).text
        assert all(word in shown for word in ("REG-21", "已超过", "登簿后没有变化：登记簿上已没有"))
    assert "下一步现在不能办理" in deng.get(page).text
