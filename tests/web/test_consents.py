"""Farmers are bound to households in person, and let an agent do a named step for a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.access import bindings, consents, identity
from landreg.access.bindings import Joining
from landreg.access.logged import SOURCES, TABLES
from landreg.access.rules import Step
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.log.recheck import recheck
from tests.villages import past_triggers
from tests.web.conftest import PASSWORD, Browser, OpenAccount

VILLAGE = "610902005001"
CODE = "610902005001010001"
OTHER = "610902005001010002"
DOOR = Actor(UUID(int=0), "", Desk.REGISTRY)


@pytest.fixture
def households(registrar: Actor, superuser: Any) -> dict[str, tuple[UUID, list[UUID]]]:
    """Two households of one village: id and persons, by code."""
    found = {}
    for number, code in enumerate((CODE, OTHER)):
        named = [
            identity.NewPerson(f"林{number}之{place}", "1", f"6109001990010100{number}{place}") for place in range(2)
        ]
        with unit_of_work(registrar) as uow:
            persons = identity.enter(uow, named)
        household = uuid4()
        with past_triggers(superuser):
            superuser.execute(
                """INSERT INTO party.household (county, row_id, household_id, village, code, name, collective_id, valid,
                       recorded, act_id)
                   VALUES ('610902', %s, %s, %s, %s, %s, %s, '[2020-01-01,)', '[2020-01-01,)', %s)""",
                [uuid4(), household, VILLAGE, code, f"林{number}之户", uuid4(), uuid4()],
            )
            for position, person in enumerate(persons):
                superuser.execute(
                    """INSERT INTO party.member (county, row_id, member_id, village, household_id, person_id, relation,
                           holds_right, position, valid, recorded, act_id)
                       VALUES ('610902', %s, %s, %s, %s, %s, '02', true, %s, '[2020-01-01,)', '[2020-01-01,)', %s)""",
                    [uuid4(), uuid4(), VILLAGE, household, person, position, uuid4()],
                )
        found[code] = (household, persons)
    return found


@pytest.fixture
def farmer(registrar: Actor, households: Any) -> Actor:
    """A member of the first household, bound by a code."""
    return _bound(registrar, households, CODE, "lin.nong")


def _bound(registrar: Actor, households: Any, code: str, login: str, member: int = 0) -> Actor:
    household, persons = households[code]
    told = bindings.make_code(registrar, code, persons[member], by_letter=False)
    account = bindings.join(
        DOOR, Joining(code, told.code, login, f"林{int(code[-1]) - 1}之{member}", PASSWORD), "127.0.0.1"
    )
    return Actor(account, "林农", Desk.CITIZEN, frozenset({Role.FARMER}), VILLAGE, household)


@pytest.fixture
def agent(account: OpenAccount) -> Actor:
    number = account("dai.ban", Role.AGENT, jurisdiction=VILLAGE)
    return Actor(number, "代办员", Desk.CITIZEN, frozenset({Role.AGENT}), VILLAGE)


def _today() -> Any:
    return beijing_day(datetime.now(UTC))


def _codes(error: Any) -> set[str]:
    return {finding.code for finding in error.value.findings}


def test_a_farmer_makes_an_account_by_the_code_of_the_office_and_sees_the_household(
    browser: Browser, another_browser: Browser, account: OpenAccount, households: Any, superuser: Any
) -> None:
    account("lin", Role.REGISTRAR)
    browser.log_in("lin")
    page = browser.get(f"/bindings?household={CODE}").text
    assert "林0之0" not in page
    assert re.search(r"（[^（）]+，6[0-9*]+）", page)
    told = browser.post("/bindings", {"household": CODE, "person": str(households[CODE][1][0])})
    assert "<svg" in told.text
    assert told.status_code == 201
    code = re.search(r'id="told">([^<]+)<', told.text)
    assert code is not None
    assert code[1] not in superuser.execute("SELECT code_hash FROM access.household_code").fetchone()[0]
    another_browser.get("/join")
    typed = {"household": CODE, "code": code[1].upper().replace("-", " "), "login": "13900001234", "name": "林0之1",
             "password": PASSWORD, "again": PASSWORD}  # fmt: skip
    refused = another_browser.post("/join", typed)
    assert (refused.status_code, "ACC-34" in refused.text, 'id="error-name-1"' in refused.text) == (422, True, True)
    assert another_browser.post("/join", {**typed, "name": " 林0之0 "}).status_code == 303
    assert superuser.execute("SELECT name FROM access.account WHERE login = '13900001234'").fetchone() == ("林**0",)
    assert another_browser.log_in("13900001234").status_code == 303
    mine = another_browser.get("/my")
    assert mine.status_code == 200
    assert CODE in mine.text
    assert another_browser.get("/households").status_code == 403
    kinds = [kind for (kind,) in superuser.execute("SELECT kind FROM log.entry ORDER BY staged_at, kind")]
    assert {"household.code_made", "household.bound", "account.opened"} <= set(kinds)


def test_a_code_works_once_and_a_second_account_of_one_person_is_refused(
    registrar: Actor, households: Any, farmer: Actor
) -> None:
    person = households[CODE][1][0]
    told = bindings.make_code(registrar, CODE, person, by_letter=True)
    with pytest.raises(Refused) as twice:
        bindings.join(DOOR, Joining(CODE, told.code, "lin.er", "林0之0", PASSWORD), "127.0.0.1")
    assert _codes(twice) == {"ACC-22"}
    other = bindings.make_code(registrar, CODE, households[CODE][1][1], by_letter=False)
    bindings.join(DOOR, Joining(CODE, other.code, "lin.san", "林0之1", PASSWORD), "127.0.0.1")
    with pytest.raises(Refused) as used:
        bindings.join(DOOR, Joining(CODE, other.code, "lin.si", "林0之1", PASSWORD), "127.0.0.1")
    assert _codes(used) == {"ACC-21"}


@pytest.mark.parametrize(
    "change",
    [
        "made_at = made_at - interval '2 days', expires_at = made_at - interval '1 day'",
        "attempts = 5",
        "withdrawn_at = now()",
    ],
)
def test_a_code_that_expired_was_tried_too_often_or_withdrawn_binds_nobody(
    registrar: Actor, households: Any, superuser: Any, change: str
) -> None:
    told = bindings.make_code(registrar, CODE, households[CODE][1][0], by_letter=False)
    superuser.execute(f"UPDATE access.household_code SET {change}")
    with pytest.raises(Refused) as refused:
        bindings.join(DOOR, Joining(CODE, told.code, "lin.nong", "林农", PASSWORD), "127.0.0.1")
    assert _codes(refused) == {"ACC-21"}
    assert superuser.execute("SELECT count(*) FROM access.account").fetchone() == (0,)


def test_wrong_tries_are_counted_on_the_code_from_whatever_address(
    registrar: Actor, households: Any, superuser: Any
) -> None:
    told = bindings.make_code(registrar, CODE, households[CODE][1][0], by_letter=False)
    for place in range(5):
        with pytest.raises(Refused):
            bindings.join(DOOR, Joining(CODE, "aaaa-bbbb-cccc", "lin", "林", PASSWORD), f"127.0.0.{place}")
    with pytest.raises(Refused) as dead:
        bindings.join(DOOR, Joining(CODE, told.code, "lin.nong", "林农", PASSWORD), "127.0.0.9")
    assert _codes(dead) == {"ACC-21"}


def test_a_code_of_one_household_opens_no_other(registrar: Actor, households: Any) -> None:
    told = bindings.make_code(registrar, CODE, households[CODE][1][0], by_letter=False)
    with pytest.raises(Refused) as refused:
        bindings.join(DOOR, Joining(OTHER, told.code, "lin.nong", "林农", PASSWORD), "127.0.0.1")
    assert _codes(refused) == {"ACC-21"}


def test_a_code_is_made_for_a_member_of_a_household_in_the_jurisdiction_only(registrar: Actor, households: Any) -> None:
    from dataclasses import replace

    with pytest.raises(BadInput) as stranger:
        bindings.make_code(registrar, CODE, households[OTHER][1][0], by_letter=False)
    assert _codes(stranger) == {"ACC-29"}
    with pytest.raises(NotFound):
        bindings.make_code(replace(registrar, jurisdiction="610921"), CODE, households[CODE][1][0], by_letter=False)


def test_the_farmers_login_sees_its_own_household_alone(as_desk: Any, farmer: Actor, households: Any) -> None:
    desk = as_desk(Desk.CITIZEN, VILLAGE)
    assert desk.execute("SELECT count(*) FROM party.household").fetchone() == (0,)
    desk.execute(f"SET landreg.household = '{farmer.household}'")
    assert desk.execute("SELECT code FROM party.household").fetchall() == [(CODE,)]


def test_a_certificate_s_number_on_the_household_s_page_opens_its_public_check(
    browser: Browser, farmer: Actor, superuser: Any
) -> None:
    number = "陕(2026)汉滨区农村土地承包经营权第0000001号"
    with past_triggers(superuser):
        superuser.execute(
            """INSERT INTO registry."right" (county, row_id, right_id, village, kind, code, household_id, term, area_m2, mu,
                   excess_m2, confirmed_by, nature, note, valid, recorded, act_id)
               VALUES ('610902', gen_random_uuid(), gen_random_uuid(), %s, 'contract_management', %s, %s, '[2020-01-01,2050-01-01)',
                   800, 1.2, 0, '', '', '', '[2020-01-01,)', '[2020-01-01,)', gen_random_uuid())""",
            [VILLAGE, f"{CODE}J", farmer.household],
        )
        superuser.execute(
            """INSERT INTO registry.certificate SELECT county, gen_random_uuid(), village, %s, 'S', 'T', kind, right_id,
                   gen_random_uuid(), act_id, system.clock(), gen_random_uuid(), '', true FROM registry."right" """,
            [number],
        )
    browser.log_in("lin.nong")
    link = re.search(r'<a href="([^"]*)">' + re.escape(number), browser.get("/my").text)
    assert link is not None
    assert number in browser.get(unescape(link[1])).text


def test_an_account_that_is_bound_no_more_sees_nothing(
    browser: Browser, registrar: Actor, farmer: Actor, superuser: Any
) -> None:
    browser.log_in("lin.nong")
    binding = superuser.execute("SELECT binding_id FROM access.binding").fetchone()[0]
    bindings.end(registrar, "610902", binding)
    assert browser.get("/my").status_code == 303
    browser.log_in("lin.nong")
    refused = browser.get("/my")
    assert (refused.status_code, "ACC-30" in refused.text) == (422, True)
    assert ("没有写入任何内容" in refused.text, "我的农户" in refused.text) == (False, True)


def test_the_account_of_who_is_no_member_any_more_is_marked_at_the_office(
    browser: Browser, account: OpenAccount, farmer: Actor, superuser: Any
) -> None:
    account("lin", Role.REGISTRAR)
    browser.log_in("lin")
    told = "已不是本户成员，账户不能使用"
    assert told not in browser.get(f"/bindings?household={CODE}").text
    with past_triggers(superuser):
        superuser.execute("UPDATE party.member SET valid = '[2020-01-01,2020-02-01)' WHERE position = 0")
    assert told in browser.get(f"/bindings?household={CODE}").text


def test_an_agent_acts_under_a_consent_to_that_step_and_the_page_says_for_whom(
    browser: Browser, another_browser: Browser, farmer: Actor, agent: Actor, superuser: Any
) -> None:
    browser.log_in("lin.nong")
    browser.get("/my")
    day = _today().isoformat()
    given = browser.post(
        "/my/consents", {"agent": str(agent.account_id), "step": "object", "first_day": day, "last_day": day}
    )
    assert given.status_code == 303
    another_browser.log_in("dai.ban")
    listed = another_browser.get("/agent").text
    address = re.search(r'href="(/agent/610902/[^"]+)"', listed)
    assert address is not None
    page = another_browser.get(address[1]).text
    assert f"您正在代 林**户 户（{CODE}）办理" in page or f"（{CODE}）办理" in page
    missing = another_browser.post(address[1], {"subject": ""})
    assert (missing.status_code, "FORM-1" in missing.text) == (400, True)
    done = another_browser.post(address[1], {"subject": "代为提出异议"})
    assert "代办员 dai.ban先生 代该户办理" in done.text
    assert "代为提出异议" in browser.get("/my").text
    leaf = superuser.execute("SELECT convert_from(leaf, 'utf8') FROM log.entry WHERE kind = 'agent.acted'").fetchone()
    assert str(agent.account_id) in leaf[0]
    assert "异议" not in leaf[0]


def test_without_a_consent_that_holds_an_agent_does_nothing(farmer: Actor, agent: Actor, superuser: Any) -> None:
    consent = consents.give(farmer, agent.account_id, Step.VIEW, _today(), _today())
    with pytest.raises(Refused) as other_step:
        consents.act_for(agent, "610902", consent, Step.SIGN, "合同")
    assert _codes(other_step) == {"ACC-25"}
    assert consents.act_for(agent, "610902", consent, Step.VIEW, "").household == farmer.household
    consents.revoke(farmer, "610902", consent)
    with pytest.raises(Refused) as revoked:
        consents.act_for(agent, "610902", consent, Step.VIEW, "")
    assert _codes(revoked) == {"ACC-25"}
    later = consents.give(
        farmer, agent.account_id, Step.VIEW, _today() + timedelta(days=1), _today() + timedelta(days=1)
    )
    with pytest.raises(Refused) as early:
        consents.act_for(agent, "610902", later, Step.VIEW, "")
    assert _codes(early) == {"ACC-25"}
    assert superuser.execute("SELECT count(*) FROM access.agent_act").fetchone() == (1,)


def test_the_database_itself_refuses_an_agents_act_without_a_consent_that_holds(
    as_desk: Any, farmer: Actor, agent: Actor
) -> None:
    consent = consents.give(farmer, agent.account_id, Step.VIEW, _today(), _today())
    consents.revoke(farmer, "610902", consent)
    desk = as_desk(Desk.CITIZEN, VILLAGE)
    desk.execute(f"SET landreg.actor = '{agent.account_id}'")
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="no consent"):
        desk.execute(
            """INSERT INTO access.agent_act VALUES ('610902', gen_random_uuid(), %s, %s, %s, %s, 'view', '',
                   system.clock())""",
            [VILLAGE, consent, farmer.household, agent.account_id],
        )


def test_an_agent_gives_no_consent_to_itself_and_takes_none_back(
    as_desk: Any, farmer: Actor, agent: Actor, superuser: Any
) -> None:
    consents.give(farmer, agent.account_id, Step.VIEW, _today(), _today())
    desk = as_desk(Desk.CITIZEN, VILLAGE)
    desk.execute(f"SET landreg.actor = '{agent.account_id}'")
    desk.execute(f"SET landreg.household = '{farmer.household}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute(
            """INSERT INTO access.consent (county, consent_id, village, household_id, household_code, household_name,
                   given_by, agent_id, step, from_at, until_at, given_at)
               VALUES ('610902', gen_random_uuid(), %s, %s, %s, '', %s, %s, 'sign', now(), now() + interval '1 day', now())""",
            [VILLAGE, farmer.household, CODE, agent.account_id, agent.account_id],
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute("UPDATE access.consent SET revoked_at = now(), revoked_by = %s", [agent.account_id])


def test_a_household_takes_back_only_its_own_consents(
    registrar: Actor, households: Any, farmer: Actor, agent: Actor
) -> None:
    consent = consents.give(farmer, agent.account_id, Step.VIEW, _today(), _today())
    neighbour = _bound(registrar, households, OTHER, "wang.nong")
    with pytest.raises(NotFound):
        consents.revoke(neighbour, "610902", consent)


def test_a_consent_goes_to_an_agent_of_the_village_for_some_days(farmer: Actor, account: OpenAccount) -> None:
    elsewhere = account("yuan.fang", Role.AGENT, jurisdiction="610902005002")
    with pytest.raises(Refused) as refused:
        consents.give(farmer, elsewhere, Step.VIEW, _today(), _today() + timedelta(days=90))
    assert _codes(refused) == {"ACC-23", "ACC-24"}


def test_what_was_changed_behind_the_back_is_named(
    database: Settings, worker: Actor, registrar: Actor, farmer: Actor, agent: Actor, superuser: Any
) -> None:
    consent = consents.give(farmer, agent.account_id, Step.VIEW, _today(), _today())
    consents.act_for(agent, "610902", consent, Step.VIEW, "")
    consents.revoke(farmer, "610902", consent)
    bindings.end(registrar, "610902", superuser.execute("SELECT binding_id FROM access.binding").fetchone()[0])
    assert recheck(worker, database, SOURCES, TABLES).findings == ()
    blows = {
        "UPDATE access.consent SET step = 'sign'": ("LOG-17", "access.consent"),
        "UPDATE access.consent SET revoked_at = NULL, revoked_by = NULL": ("LOG-16", "access.consent"),
        "DELETE FROM access.agent_act": ("LOG-16", "access.agent_act"),
        "UPDATE access.binding SET account_id = agent_id FROM access.consent": ("LOG-17", "access.binding"),
        "UPDATE access.household_code SET made_by = gen_random_uuid()": ("LOG-17", "access.household_code"),
    }
    with past_triggers(superuser):
        for blow, named in blows.items():
            superuser.execute(blow)
            found = {(one.code, one.layer) for one in recheck(worker, database, SOURCES, TABLES).findings}
            assert named in found, blow
