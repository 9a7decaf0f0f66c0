"""Applications that a household brings by itself or through its agent, from the phone page to the case and back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from landreg.access import bindings, consents
from landreg.access.bindings import Joining
from landreg.access.own_queries import own_rights
from landreg.access.rules import Step
from landreg.core.actor import Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.law.book import term
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry.casework import applications
from landreg.registry.home import brought, brought_queries
from landreg.registry.home.brought import Wanted
from landreg.registry.leaves.applied import SOURCES, TABLES
from landreg.registry.rules import requests as registry
from landreg.registry.rules.requests import HouseholdChange, RestrictionAsked, plain
from tests.registry_kit import HOUSEHOLD, applied, booked, codes, one, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers
from tests.web.conftest import PASSWORD, Browser, OpenAccount

DOOR = Actor(UUID(int=0), "", Desk.REGISTRY)
# Somebody of the year 2099.
NOT_YET_BORN = citizen_id(129_003)
CHILD = citizen_id(50_002)
LOSS = {"lost": "十月搬家时遗失"}


@pytest.fixture
def rights(superuser: Any, officers: tuple[Actor, Actor]) -> Any:
    """Two households with rights, registered."""
    return to_rights(*officers, superuser, 2)


def bound(officer: Actor, code: str, login: str) -> Actor:
    """A farmer's account of the first member of a household."""
    household, person = (
        one(officer, f"SELECT m.{column} FROM party.household AS h JOIN party.member AS m USING (county, household_id) "
            "WHERE h.code = :code AND m.position = 1", code=code)
        for column in ("household_id", "person_id")
    )  # fmt: skip
    told = bindings.make_code(officer, code, person, by_letter=False)
    account = bindings.join(DOOR, Joining(code, told.code, login, f"成员{int(code[-4:])}之1", PASSWORD), "127.0.0.1")
    return Actor(account, "林农", Desk.CITIZEN, frozenset({Role.FARMER}), VILLAGE, household)


@pytest.fixture
def farmer(rights: Any, officers: tuple[Actor, Actor]) -> Actor:
    return bound(officers[0], HOUSEHOLD, "lin.nong")


@pytest.fixture
def agent(account: OpenAccount, rights: Any) -> Actor:
    number = account("dai.ban", Role.AGENT, jurisdiction=VILLAGE)
    return Actor(number, "代办员", Desk.CITIZEN, frozenset({Role.AGENT}), VILLAGE)


def consent(farmer: Actor, agent: Actor, step: Step) -> UUID:
    with unit_of_work(farmer) as uow:
        today = beijing_day(uow.now)
    return consents.give(farmer, agent.account_id, step, today, today + timedelta(days=3))


def loss(officer: Actor) -> Wanted:
    return Wanted("reissue", right_of(officer), {}, LOSS)


def application(officer: Actor, number: str) -> Any:
    return one(officer, "SELECT application_id FROM registry.application WHERE number = :n", n=number)


def state(officer: Actor, number: str) -> Any:
    return one(officer, "SELECT state FROM registry.application WHERE number = :n", n=number)


def test_a_farmer_applies_on_the_phone_page_and_the_office_opens_the_case(
    farmer: Actor, deng: Browser, another_browser: Browser, officers: tuple[Actor, Actor]
) -> None:
    another_browser.log_in("lin.nong")
    assert "家里人口或地址变了" in another_browser.get("/my/applications").text
    form = another_browser.get("/my/applications/new/household_change").text
    member = re.search(r'name="leave" value="([^"]+)"', form)
    assert member is not None
    assert "原登记有误" not in form
    given = {"join_name": "林新生", "join_id": citizen_id(77), "join_relation": "20", "join_reason": "birth",
             "leave": member[1], "leave_reason": "death"}  # fmt: skip
    answer = another_browser.post("/my/applications/new/household_change", given)
    assert answer.status_code == 303
    mine = another_browser.get("/my/applications").text
    assert "等候办理" in mine
    assert "本户自己提交" in mine
    listed = deng.get("/applications").text
    assert "农户本人" in listed
    assert citizen_id(77) not in listed
    chosen = re.search(r'name="case" value="([^"]+)"', listed)
    assert chosen is not None
    taken = deng.post("/applications/take", {"case": chosen[1]})
    assert taken.status_code == 303
    assert "/cases/" in taken.location
    assert deng.get(taken.location).status_code == 200
    kept = one(officers[0], """SELECT request FROM registry."case" WHERE act_kind = 'household_change'""")
    assert kept["joins"][0]["relation"] == "20"
    assert len(kept["leaves"]) == 1
    assert "已受理建档" in another_browser.get("/my/applications").text


PARTED = {"relate_to": "99", "relate_reason": "divorce", "relate_on": "2025-03-04"}


def test_a_farmer_tells_of_a_divorce_and_the_case_asks_for_its_proof(
    farmer: Actor, deng: Browser, another_browser: Browser, officers: tuple[Actor, Actor]
) -> None:
    another_browser.log_in("lin.nong")
    form = another_browser.get("/my/applications/new/household_change").text
    assert "原来的承包地不收回" in form
    wife = re.search(r'name="leave" value="([^"]+)"', form)
    assert wife is not None
    answer = another_browser.post("/my/applications/new/household_change", {**PARTED, "relate": wife[1]})
    assert answer.status_code == 303
    chosen = re.search(r'name="case" value="([^"]+)"', deng.get("/applications").text)
    assert chosen is not None
    taken = deng.post("/applications/take", {"case": chosen[1]})
    assert taken.status_code == 303
    assert term("document", "divorce_proof") in deng.get(taken.location).text
    kept = one(officers[0], """SELECT request -> 'relates' FROM registry."case" WHERE act_kind = 'household_change'""")
    assert kept == [{"member_id": wife[1], "relation": "99", "reason": "divorce", "on": "2025-03-04"}]


def test_who_is_too_young_comes_to_be_no_spouse_by_an_application_of_the_household_either(
    farmer: Actor, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    """CHG-17: the number is looked at when the office takes the application up, in the log, as at the counter."""
    young = applications.person_of(officers[0], "成员小", CHILD)
    case = applied(
        officers[0], "household_change", HouseholdChange((registry.Joining(young, "79", True, "confirmed"),))
    )
    booked(*officers, superuser, case, "household_change")
    member = one(officers[0], "SELECT member_id FROM party.member WHERE person_id = :p", p=young)
    said = registry.Relating(member, "10", "kin_other", date(2025, 3, 4))
    number = brought.bring(farmer, Wanted("household_change", None, plain(HouseholdChange(relates=(said,)))))
    opened = one(officers[0], "SELECT count(*) FROM identity.opening")
    with pytest.raises(Refused) as refused:
        brought.take_up(officers[0], COUNTY, [application(officers[0], number)])
    assert codes(refused) == {"CHG-17"}
    assert state(officers[0], number) == "open"
    assert one(officers[0], "SELECT count(*) FROM identity.opening") == opened + 1


def test_an_agent_applies_under_consent_and_both_are_told_and_logged(
    farmer: Actor,
    agent: Actor,
    officers: tuple[Actor, Actor],
    another_browser: Browser,
    browser: Browser,
    superuser: Any,
) -> None:
    given = consent(farmer, agent, Step.APPLY)
    browser.log_in("dai.ban")
    page = browser.get(f"/agent/{COUNTY}/{given}/applications")
    assert "您正在代" in page.text
    address = f"/agent/{COUNTY}/{given}/applications/new/reissue"
    form = browser.get(address).text
    assert "您正在代" in form
    right = str(right_of(officers[0]))
    assert right in form
    assert browser.post(address, {"right": right, "lost": ""}).status_code == 400
    assert browser.post(address, {"right": right, **LOSS}).status_code == 303
    told = superuser.execute(
        """SELECT a.by_name, g.agent_id, g.subject = a.number FROM registry.application AS a
           JOIN access.agent_act AS g ON g.agent_act_id = a.agent_act_id"""
    ).fetchone()
    assert told == ("dai.ban先生", agent.account_id, True)
    kinds = [
        kind
        for (kind,) in superuser.execute("SELECT kind FROM log.entry WHERE kind IN ('agent.acted', 'application.made')")
    ]
    assert sorted(kinds) == ["agent.acted", "application.made"]
    another_browser.log_in("lin.nong")
    mine = another_browser.get("/my/applications").text
    assert "代办员 dai.ban先生 代为提交" in mine
    assert "dai.ban先生" in another_browser.get("/my").text


def test_without_consent_to_that_step_or_after_it_nothing_is_brought(
    farmer: Actor, agent: Actor, officers: tuple[Actor, Actor]
) -> None:
    """ACC-25: and no act of the agent is left."""
    officer = officers[0]
    with pytest.raises(NotFound):
        brought.bring_for(agent, COUNTY, uuid4(), loss(officer))
    seen = consent(farmer, agent, Step.VIEW)
    with pytest.raises(Refused) as other:
        brought.bring_for(agent, COUNTY, seen, loss(officer))
    assert codes(other) == {"ACC-25"}
    given = consent(farmer, agent, Step.APPLY)
    consents.revoke(farmer, COUNTY, given)
    with pytest.raises(Refused) as after:
        brought.bring_for(agent, COUNTY, given, loss(officer))
    assert codes(after) == {"ACC-25"}
    assert one(officer, "SELECT count(*) FROM registry.application") == 0
    assert one(officer, "SELECT count(*) FROM access.agent_act") == 0


def test_an_application_that_the_rules_refuse_leaves_no_act_of_the_agent(
    farmer: Actor, agent: Actor, officers: tuple[Actor, Actor]
) -> None:
    """APP-1: APP-2: APP-6: each is refused with its own code."""
    officer = officers[0]
    given = consent(farmer, agent, Step.APPLY)
    others = one(officer, """SELECT r.right_id FROM registry."right" AS r JOIN party.household AS h USING (county, household_id)
        WHERE h.code <> :code LIMIT 1""", code=HOUSEHOLD)  # fmt: skip
    for wanted, code in (
        (Wanted("cancellation", None, {}, {"x": "1"}), "APP-1"),
        (Wanted("reissue", others, {}, LOSS), "APP-2"),
        (Wanted("household_change", None, {"leaves": [str(uuid4())]}, {}), "APP-2"),
        (Wanted("household_change"), "APP-6"),
    ):
        with pytest.raises(Refused) as refused:
            brought.bring_for(agent, COUNTY, given, wanted)
        assert code in codes(refused)
    assert one(officer, "SELECT count(*) FROM access.agent_act") == 0


def test_the_same_is_not_asked_for_twice_while_it_waits(farmer: Actor, officers: tuple[Actor, Actor]) -> None:
    brought.bring(farmer, loss(officers[0]))
    with pytest.raises(Refused) as again:
        brought.bring(farmer, loss(officers[0]))
    assert codes(again) == {"APP-4"}


def test_the_farmer_reads_the_term_that_runs_before_a_renewed_one(farmer: Actor, superuser: Any) -> None:
    with past_triggers(superuser):
        superuser.execute(
            """UPDATE registry."right" SET term = '[2058-01-01,2088-01-01)', term_ended_on = '2088-01-01',
                   valid = daterange(lower(valid) + 1, NULL) WHERE kind = 'contract_management'"""
        )
        superuser.execute(
            """INSERT INTO registry."right" SELECT (jsonb_populate_record(r, jsonb_build_object('row_id', gen_random_uuid(),
                   'term', '[1998-01-01,2058-01-01)', 'valid', daterange(lower(r.valid) - 1, lower(r.valid))))).*
               FROM registry."right" AS r WHERE kind = 'contract_management'"""
        )
    assert farmer.household is not None
    with unit_of_work(farmer) as uow:
        (right,) = [one for one in own_rights(uow.session, farmer.household) if one.kind == "contract_management"]
    assert (right.first_day, right.last_day) == (date(1998, 1, 1), date(2087, 12, 31))


def test_what_a_case_is_open_on_is_not_asked_for_again_until_it_is_at_its_end(
    farmer: Actor, officers: tuple[Actor, Actor]
) -> None:
    """APP-4: whoever opened it, and with its number."""
    officer = officers[0]
    first = brought.bring(farmer, loss(officer))
    brought.take_up(officer, COUNTY, [application(officer, first)])
    with pytest.raises(Refused) as again:
        brought.bring(farmer, loss(officer))
    assert codes(again) == {"APP-4"}
    number = one(officer, 'SELECT max(number) FROM registry."case"')
    assert again.value.findings[0].values["under_way"] == number
    brought.withdraw(farmer, COUNTY, application(officer, first), "找到了")
    assert brought.bring(farmer, loss(officer))


def test_the_farmer_withdraws_what_waits_and_what_has_a_case(farmer: Actor, officers: tuple[Actor, Actor]) -> None:
    officer = officers[0]
    first = brought.bring(farmer, loss(officer))
    brought.withdraw(farmer, COUNTY, application(officer, first), "找到了")
    assert state(officer, first) == "withdrawn"
    second = brought.bring(farmer, loss(officer))
    brought.take_up(officer, COUNTY, [application(officer, second)])
    assert state(officer, second) == "taken"
    brought.withdraw(farmer, COUNTY, application(officer, second), "又找到了")
    assert state(officer, second) == "withdrawn"
    assert one(officer, """SELECT state FROM registry."case" WHERE act_kind = 'reissue'""") == "withdrawn"
    for number in (first, second):
        with pytest.raises(Refused) as again:
            brought.withdraw(farmer, COUNTY, application(officer, number), "")
        assert codes(again) == {"APP-3"}


def test_nobody_withdraws_the_application_of_another_household(farmer: Actor, officers: tuple[Actor, Actor]) -> None:
    number = brought.bring(farmer, loss(officers[0]))
    other = bound(officers[0], f"{HOUSEHOLD[:-1]}2", "wang.nong")
    with pytest.raises(NotFound):
        brought.withdraw(other, COUNTY, application(officers[0], number), "")
    with unit_of_work(other) as uow:
        assert brought_queries.of_household(uow.session, farmer.household) == []  # type: ignore[arg-type]


def test_an_agent_withdraws_under_consent_to_that_step_alone(
    farmer: Actor, agent: Actor, officers: tuple[Actor, Actor]
) -> None:
    officer = officers[0]
    number = brought.bring(farmer, loss(officer))
    applying = consent(farmer, agent, Step.APPLY)
    with pytest.raises(Refused) as other:
        brought.withdraw_for(agent, COUNTY, applying, application(officer, number), "")
    assert codes(other) == {"ACC-25"}
    assert state(officer, number) == "open"
    withdrawing = consent(farmer, agent, Step.WITHDRAW)
    brought.withdraw_for(agent, COUNTY, withdrawing, application(officer, number), "不办了")
    assert state(officer, number) == "withdrawn"


def test_many_are_taken_up_and_what_cannot_be_is_named(
    farmer: Actor, officers: tuple[Actor, Actor], deng: Browser
) -> None:
    officer = officers[0]
    first = brought.bring(farmer, loss(officer))
    gone = brought.bring(farmer, Wanted("household_change", None, {}, {"address": "样本村二组"}))
    ids = [application(officer, number) for number in (first, gone)]
    brought.withdraw(farmer, COUNTY, ids[1], "")
    deng.get("/applications")
    told = deng.post("/applications/take", {"case": [f"{COUNTY}/{number}" for number in ids]})
    assert "已建立 1 件业务，1 件申请没有领办" in told.text
    assert gone in told.text
    assert "APP-3" in told.text
    assert deng.post("/applications/take", {"case": f"{COUNTY}/{ids[0]}"}).status_code == 422


def test_an_application_is_given_back_with_a_reason_that_the_farmer_reads(
    farmer: Actor, officers: tuple[Actor, Actor], deng: Browser, another_browser: Browser
) -> None:
    """APP-5: without a reason it stays."""
    number = brought.bring(farmer, loss(officers[0]))
    address = f"/applications/{COUNTY}/{application(officers[0], number)}"
    deng.get(address)
    assert "APP-5" in deng.post(f"{address}/decline", {"reason": " "}).text
    assert deng.post(f"{address}/decline", {"reason": "请携带公示报纸到窗口"}).status_code == 303
    another_browser.log_in("lin.nong")
    assert "请携带公示报纸到窗口" in another_browser.get("/my/applications").text


def test_a_farmer_sees_the_land_of_the_household_in_mu_with_its_term_what_stands_on_it_and_its_certificate(
    farmer: Actor, officers: tuple[Actor, Actor], superuser: Any, another_browser: Browser
) -> None:
    limited = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
    case = applied(officers[0], "seizure", limited, right_of(officers[0]))
    booked(*officers, superuser, case, "seizure")
    another_browser.log_in("lin.nong")
    shown = another_browser.get("/my").text
    land = superuser.execute(
        'SELECT p.code, q.mu, r.mu FROM registry."right" AS r JOIN registry.right_parcel AS q ON q.right_row = r.row_id'
        " JOIN land.parcel AS p USING (parcel_id) WHERE r.right_id = %s AND upper_inf(r.recorded)",
        [right_of(officers[0])],
    ).fetchall()
    assert land
    for code, mu, whole in land:
        assert code in shown
        assert f"{mu:.2f}" in shown
        assert f"{whole:.2f} 亩" in shown
    assert "第一法院" in shown
    term = one(officers[0], 'SELECT upper(term) - 1 FROM registry."right" WHERE right_id = :r', r=right_of(officers[0]))
    assert term.isoformat() in shown
    assert f"{VILLAGE}010002" not in shown


def test_bad_forms_are_told_beside_their_fields(farmer: Actor, another_browser: Browser) -> None:
    another_browser.log_in("lin.nong")
    another_browser.get("/my/applications/new/household_change")
    for given, code in (
        ({}, "APP-6"),
        ({"join_name": "林"}, "FORM-1"),
        ({"join_name": "林", "join_id": "123", "join_relation": "20", "join_reason": "birth"}, "CHG-6"),
        ({"join_name": "林", "join_id": NOT_YET_BORN, "join_relation": "20", "join_reason": "birth"}, "CHG-6"),
        ({"join_name": "林", "join_id": CHILD, "join_relation": "12", "join_reason": "marriage"}, "CHG-17"),
        ({"leave": "x"}, "FORM-"),
        ({"leave": str(uuid4()), "leave_reason": "death"}, "APP-2"),
        ({"leave": str(uuid4()), "leave_reason": "落户"}, "FORM-6"),
        ({"leave": str(uuid4()), "leave_reason": "error"}, "CHG-15"),
        ({"relate": str(uuid4()), "relate_to": "99"}, "FORM-1"),
        ({**PARTED, "relate": str(uuid4())}, "APP-2"),
        ({**PARTED, "relate": str(uuid4()), "relate_reason": "moved"}, "FORM-6"),
        ({"address": "样本村二组，落户后须交回承包地"}, "GUARD-1"),
        ({"address": "长" * 300}, "FORM-"),
        ({"address": "\x00"}, "FORM-"),
    ):
        answer = another_browser.post("/my/applications/new/household_change", given)
        assert answer.status_code in (400, 422), given
        assert code in answer.text, given
    assert another_browser.get("/my/applications/new/assignment").status_code == 404
    assert another_browser.get(f"/agent/{COUNTY}/{uuid4()}/applications").status_code == 403


def test_the_farmers_login_enters_no_application_past_the_program(
    farmer: Actor, agent: Actor, officers: tuple[Actor, Actor], database: Any
) -> None:
    """The second wall: another household's, an agent without an act, or one that is taken up already."""
    number = brought.bring(farmer, loss(officers[0]))
    copy = """INSERT INTO registry.application (county, application_id, village, number, household_id, household_code, applicant,
            act_kind, right_id, subject_code, request, typed_sealed, by_account, by_name, agent_act_id, made_at, state)
        SELECT county, gen_random_uuid(), village, number || 'x', household_id, household_code, applicant, 'household_change',
            NULL, household_code, request, typed_sealed, access.actor(), by_name, {act}, made_at, 'open'
        FROM registry.application WHERE number = %s"""
    intruder = Actor(agent.account_id, "代办员", Desk.CITIZEN, agent.roles, VILLAGE, farmer.household)
    consent(farmer, agent, Step.VIEW)
    for act in ("NULL", "gen_random_uuid()"):
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            done_past_the_program(intruder, copy.format(act=act), number)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        done_past_the_program(
            intruder, "UPDATE registry.application SET taken_by = access.actor() WHERE number = %s", number
        )
    ended = """UPDATE registry.application SET state = 'withdrawn', ended_at = system.clock(), ended_by = access.actor()
        WHERE number = %s"""
    assert done_past_the_program(intruder, ended, number) == 0
    assert done_past_the_program(farmer, ended, number) == 1


def done_past_the_program(actor: Actor, statement: str, number: str) -> int:
    """How many rows a statement of the actor's own login wrote."""
    with unit_of_work(actor) as uow:
        return int(uow.session.connection().exec_driver_sql(statement, (number,)).rowcount)


def test_every_entry_of_an_application_is_told_again_by_its_row_and_a_changed_row_is_found(
    farmer: Actor, officers: tuple[Actor, Actor], superuser: Any, worker: Actor, database: Any
) -> None:
    number = brought.bring(farmer, loss(officers[0]))
    brought.take_up(officers[0], COUNTY, [application(officers[0], number)])
    brought.withdraw(farmer, COUNTY, application(officers[0], number), "找到了")
    seal(worker, database)
    told = {kind for (kind,) in superuser.execute("SELECT kind FROM log.entry WHERE key = %s", [number])}
    assert told == set(SOURCES)
    assert recheck(worker, database, SOURCES, TABLES).findings == ()
    blow = "UPDATE registry.application SET by_name = '别人', reason = '不知道', taken_by = ended_by WHERE number = %s"
    with past_triggers(superuser):
        superuser.execute(blow, [number])
    found = recheck(worker, database, SOURCES, TABLES).findings
    assert {(one.code, one.layer) for one in found} == {("LOG-17", "registry.application")}
    assert len(found) == 3
