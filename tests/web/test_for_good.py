"""Pages of what moves the right itself: in force for good, given back by nobody; whose money a re-transfer's is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from landreg.core.actor import Actor
from landreg.exchange.contracts import days
from tests.contract_kit import drawn, signed, today
from tests.database.exchange.test_contract_ends import passed_on
from tests.database.exchange.test_issuer_consent import assigned
from tests.database.exchange.test_whole_term import shorter
from tests.exchange_kit import TERM
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY
from tests.web.conftest import Browser
from tests.web.test_brought import bound
from tests.web.test_contract_life import ling, of

__all__ = ["ling"]


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> Actor:
    to_rights(*officers, superuser, 2, **TERM)
    return officers[0]


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page[page.index("<main") : page.index("</main>")]))


def test_an_assignment_past_its_period_reads_in_force_everywhere(
    ling: Browser, browser: Browser, village: Actor, worker: Actor, superuser: Connection
) -> None:
    made = signed(assigned())
    shorter(superuser, made, today())
    days.work(worker)
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    pages: dict[str, Any] = {
        "desk": ling.get(of(made)),
        "list": ling.get("/contracts"),
        "check": ling.get(f"/contracts/check?number={made.number}"),
        "own": browser.get(f"/my/contracts/{COUNTY}/{made.contract_id}"),
        "own list": browser.get("/my/contracts"),
    }
    for who, page in pages.items():
        said = words(page.text)
        said = said.partition("价款状态")[2] or said
        assert not re.search("已终止|已于|再次挂牌|土地交还|期限已满|履行中", said), who
        assert "已生效" in said or "逾期" in said, who
    for who in ("desk", "check"):
        assert "期满不交还" in words(pages[who].text), who
    assert ling.get(of(made, "life/return")).status_code == 409


def test_a_household_reads_that_the_money_of_a_re_transfer_is_not_its_own(browser: Browser, village: Actor) -> None:
    head = signed(drawn(until_on=today().replace(year=today().year + 3)))
    onward = passed_on(head)
    bound(village, HOUSEHOLD, "lin.nong")
    browser.log_in("lin.nong")
    listed = browser.get("/my/contracts").text
    (card,) = [one for one in listed.split("<li") if f"{onward.contract_id}" in one]
    assert "不是付给您户的" in card
    assert "逾期" not in card
    assert "不是付给您户的" in words(browser.get(f"/my/contracts/{COUNTY}/{onward.contract_id}").text)
