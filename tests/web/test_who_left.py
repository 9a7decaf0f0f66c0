"""What a household's accounts are told of who is its member no more, and what the account of who died opens."""

from __future__ import annotations

from typing import Any

from landreg.access import bindings
from landreg.access.bindings import Joining
from landreg.access.logged import SOURCES, TABLES
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry.rules.requests import HouseholdChange, Leaving
from tests.household_kit import members
from tests.registry_kit import HOUSEHOLD, applied, booked, one, put_paper, to_rights
from tests.web.conftest import PASSWORD, Browser
from tests.web.test_brought import DOOR, bound


def test_who_stays_is_told_of_a_death_on_the_first_page_and_the_dead_member_s_session_is_over(
    officers: tuple[Actor, Actor],
    browser: Browser,
    another_browser: Browser,
    superuser: Any,
    worker: Actor,
    database: Settings,
) -> None:
    to_rights(*officers, superuser, 2)
    _head, wife = members(officers[0])
    bound(officers[0], HOUSEHOLD, "stays.nong")
    person = one(officers[0], "SELECT person_id FROM party.member WHERE member_id = :m", m=wife)
    told_once = bindings.make_code(officers[0], HOUSEHOLD, person, by_letter=False)
    bindings.join(DOOR, Joining(HOUSEHOLD, told_once.code, "dies.nong", "成员1之2", PASSWORD), "127.0.0.1")
    browser.log_in("stays.nong")
    another_browser.log_in("dies.nong")
    assert "本户成员变动" not in browser.get("/").text
    assert another_browser.get("/my").status_code == 200
    case = applied(officers[0], "household_change", HouseholdChange(leaves=(Leaving(wife, "death"),)))
    put_paper(officers[0], case, "death_proof")
    booked(*officers, superuser, case, "household_change")
    told = browser.get("/").text
    assert "本户成员变动" in told
    assert "登记为已去世，其账户已解除绑定" in told
    assert another_browser.get("/my").status_code == 303, "it asks to sign on"
    assert one(officers[0], "SELECT ended_by FROM access.binding WHERE ended_at IS NOT NULL") == officers[1].account_id
    seal(worker, database)
    assert recheck(worker, database, SOURCES, TABLES).findings == ()
