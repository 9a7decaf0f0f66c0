"""A household without an account consents to the village agent on paper, at the counter, and takes it back there."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.access import consents
from landreg.access.consents import Wanted
from landreg.access.logged import SOURCES, TABLES
from landreg.access.rules import Step
from landreg.config import Settings
from landreg.core.actor import Actor, Desk, Role
from landreg.core.errors import NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.log.recheck import recheck
from landreg.registry.guarded import Attached
from landreg.registry.home import consented
from landreg.registry.home.consented import Came
from tests.exchange_kit import photographed
from tests.papers_kit import pdf
from tests.villages import past_triggers
from tests.web.conftest import Browser, OpenAccount
from tests.web.test_consents import CODE, OTHER, VILLAGE, agent, households

__all__ = ["agent", "households"]
COUNTY = "610902"
SCAN = photographed()
SHEET = Attached("b" * 64, 9, "委托书.jpg")


@pytest.fixture
def clerk(account: OpenAccount) -> Actor:
    number = account("deng.ji", Role.REGISTRAR, jurisdiction=COUNTY)
    return Actor(number, "登记员", Desk.REGISTRY, frozenset({Role.REGISTRAR}), COUNTY)


def card(household: int = 0, place: int = 0) -> str:
    return f"6109001990010100{household}{place}"


def today() -> Any:
    return beijing_day(datetime.now(UTC))


def wanted(agent: Actor, step: Step = Step.VIEW) -> Wanted:
    return Wanted(agent.account_id, step, today(), today() + timedelta(days=3))


def given(clerk: Actor, agent: Actor, came: Came | None = None, **changed: Any) -> UUID:
    came = came or Came("林0之0", card(), "村干部甲")
    return consented.give_on_paper(clerk, changed.get("code", CODE), came, wanted(agent), SHEET)


def test_the_clerk_records_it_the_agent_sees_and_uses_it_and_it_is_taken_back_at_the_counter(
    browser: Browser, another_browser: Browser, clerk: Actor, agent: Actor, households: Any, superuser: Any
) -> None:
    browser.log_in("deng.ji")
    assert f"/consents?household={CODE}" in browser.get(f"/bindings?household={CODE}").text
    assert "林0之0" not in browser.get(f"/consents?household={CODE}").text
    sheet = {
        "household": CODE, "agent": str(agent.account_id), "step": "view", "first_day": today().isoformat(),
        "last_day": today().isoformat(), "name": "林0之0", "card": card(), "witness": "村干部甲",
        "paper": (io.BytesIO(pdf("scan")), "委托书.jpg"),
    }  # fmt: skip
    wrong = browser.post("/consents", {**sheet, "card": card(1), "paper": (io.BytesIO(SCAN), "委托书.jpg")})
    assert (wrong.status_code, "ACC-32" in wrong.text, "在册成员" in wrong.text) == (422, True, True)
    assert browser.post("/consents", {**sheet, "paper": (io.BytesIO(SCAN), "委托书.jpg")}).status_code == 303
    page = browser.get(f"/consents?household={CODE}").text
    paper = re.search(r'href="(/consents/610902/[^"]+/paper)"', page)
    assert paper is not None
    with browser.client.get(paper[1]) as scan:
        assert scan.data == SCAN
    another_browser.log_in("dai.ban")
    listed = another_browser.get("/agent").text
    assert "纸质" in listed
    address = re.search(r'href="(/agent/610902/[^"]+)"', listed)
    assert address is not None
    assert another_browser.post(address[1], {"subject": ""}).status_code == 200
    (consent,) = superuser.execute("SELECT consent_id FROM access.consent").fetchone()
    back = {"household": CODE, "county": COUNTY, "consent": str(consent), "name": "林0之1", "card": card(0, 1)}
    assert browser.post("/consents/back", back).status_code == 303
    refused = another_browser.post(address[1], {"subject": ""})
    assert (refused.status_code, "ACC-25" in refused.text) == (422, True)
    kinds = [kind for (kind,) in superuser.execute("SELECT kind FROM log.entry WHERE key = %s", [str(consent)])]
    assert sorted(kinds) == ["consent.given", "consent.revoked"]
    came = superuser.execute("SELECT taken_back_by FROM access.consent").fetchone()
    assert came == (households[CODE][1][1],)


@pytest.mark.parametrize(
    ("came", "fault"),
    [
        (Came("林0之0", card(1)), "consent_stranger"),
        (Came("林0之0", ""), "consent_stranger"),
        (Came("林零", card()), "counter_named"),
        (Came("林0之0", card(), "林0之0"), "consent_witness"),
    ],
)
def test_only_a_member_who_shows_their_card_consents(
    clerk: Actor, agent: Actor, households: Any, came: Came, fault: str
) -> None:
    with pytest.raises(Refused) as refused:
        given(clerk, agent, came)
    (finding,) = refused.value.findings
    assert (finding.code, finding.values["fault"]) == ("ACC-32", fault)


def test_another_counter_neither_records_nor_takes_back(clerk: Actor, agent: Actor, households: Any) -> None:
    away = Actor(clerk.account_id, clerk.name, Desk.REGISTRY, clerk.roles, "610921")
    with pytest.raises(NotFound):
        given(away, agent)
    consent = given(clerk, agent)
    with pytest.raises(NotFound):
        consented.take_back(away, COUNTY, consent, Came("林0之0", card()))
    with pytest.raises(Refused):
        consented.take_back(clerk, COUNTY, consent, Came("林1之0", card(1)))


def test_the_database_asks_for_the_sheet_the_member_the_registrar_and_the_agent(
    as_desk: Any, clerk: Actor, agent: Actor, account: OpenAccount, households: Any
) -> None:
    surveyor = account("ce.hui", Role.SURVEYOR, jurisdiction=COUNTY)
    household, persons = households[CODE]
    sound = {
        "household": household, "by": clerk.account_id, "agent": agent.account_id, "member": persons[0], "sha": "b" * 64,
        "witness": "", "paper": "委托书.jpg",
    }  # fmt: skip
    no_sheet = dict.fromkeys(("member", "sha", "witness", "paper"))
    forged = [
        no_sheet,
        {"member": households[OTHER][1][0]},
        {"by": uuid4()},
        {"by": surveyor, "as": surveyor},
        {"agent": clerk.account_id},
    ]
    desk = as_desk(Desk.REGISTRY, COUNTY)
    for change in forged:
        row = {**sound, **change}
        desk.execute(f"SET landreg.actor = '{row.pop('as', clerk.account_id)}'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            insert(desk, row)
    desk.execute(f"SET landreg.actor = '{clerk.account_id}'")
    insert(desk, sound)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute("UPDATE access.consent SET until_at = until_at + interval '1 year'")
    back = {"at": "system.clock()", "by": clerk.account_id, "came": persons[1]}
    for change in ({"by": agent.account_id}, {"came": None}, {"came": households[OTHER][1][0]}):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            end(desk, back | change)
    for at in ("'2027-01-01'", "'2026-01-01'"):
        with pytest.raises(psycopg.errors.IntegrityError) as refused:
            end(desk, back | {"at": at})
        assert refused.value.diag.constraint_name == "acc_32_consent_ends_now"
    end(desk, back)


def end(desk: Any, row: dict[str, Any]) -> None:
    desk.execute(
        f"UPDATE access.consent SET revoked_at = {row['at']}, revoked_by = %(by)s, taken_back_by = %(came)s", row
    )


def insert(desk: Any, row: dict[str, Any]) -> None:
    desk.execute(
        f"""INSERT INTO access.consent (county, consent_id, village, household_id, household_code, household_name, given_by,
               agent_id, step, from_at, until_at, given_at, signed_by, witness, sha256, paper)
           VALUES ('610902', gen_random_uuid(), '{VILLAGE}', %(household)s, '{CODE}', '', %(by)s, %(agent)s, 'sign', now(),
               now() + interval '1 day', now(), %(member)s, %(witness)s, %(sha)s, %(paper)s)""",
        row,
    )


@pytest.mark.parametrize(
    "blow", ["sha256 = repeat('c', 64)", "taken_back_by = NULL", "taken_back_by = gen_random_uuid()"]
)
def test_what_was_changed_behind_the_back_is_named(
    database: Settings, worker: Actor, clerk: Actor, agent: Actor, households: Any, superuser: Any, blow: str
) -> None:
    consent = given(clerk, agent)
    consents.act_for(agent, COUNTY, consent, Step.VIEW, "")
    consented.take_back(clerk, COUNTY, consent, Came("林0之0", card()))
    assert recheck(worker, database, SOURCES, TABLES).findings == ()
    with past_triggers(superuser):
        superuser.execute(f"UPDATE access.consent SET {blow}")
    found = {(one.code, one.layer) for one in recheck(worker, database, SOURCES, TABLES).findings}
    assert found == {("LOG-17", "access.consent")}
