"""Applications that come from home, by the household and by its agent; what the office does with them, and what it hands out."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from landreg.access import bindings, consents, service
from landreg.access.bindings import Joining
from landreg.access.rules import Step
from landreg.access.sealing import seal as sealed
from landreg.access.service import SYSTEM, NewAccount
from landreg.core.actor import NOBODY, Actor, Desk, Role
from landreg.core.db import unit_of_work
from landreg.exchange.contracts import signing
from landreg.registry import public_desk, steps
from landreg.registry.casework import apart, applications, cases, notices, opening, telling, worklist
from landreg.registry.home import brought, consented
from landreg.registry.home.brought import Wanted
from landreg.registry.home.consented import Came
from landreg.registry.issued import excerpts_whole, handed_out
from landreg.registry.issued.excerpts import Asker
from landreg.registry.rules.household_requests import Operator, OtherMeans
from landreg.registry.rules.parcel_requests import Corrected, Correction
from tests import contract_kit
from tests.life_kit import DOOR, PASSWORD, Life, Stage, office_of, today_of
from tests.registry_kit import HOUSEHOLD, in_state, one, put_papers, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, stage_village

MEMBER = """SELECT {} FROM party.household AS h JOIN party.member AS m USING (county, household_id)
    WHERE h.code = :code AND m.position = 1"""


def homes(on: Stage) -> Life:
    """A farmer and an agent bring and withdraw, want no contract; the office takes up, declines, prints; one objects."""
    to_rights(on.registrar, on.reviewer, on.superuser, 2)
    farmer, agent = _farmer(on), _agent()
    yield from _brought(on, farmer)
    unwanted = contract_kit.drawn()
    yield "decline_contract", lambda: signing.decline(farmer, COUNTY, unwanted.contract_id, "不租了")
    yield from _brought_by_agent(on, farmer, agent)
    yield from _on_paper(on, agent)
    yield from _handed_out(on)
    yield from _at_the_desk(on)
    yield from _surveyed_again(on)
    yield from _set_apart(on)


def _farmer(on: Stage) -> Actor:
    household, person = (
        one(on.registrar, MEMBER.format(f"m.{name}"), code=HOUSEHOLD) for name in ("household_id", "person_id")
    )
    told = bindings.make_code(on.registrar, HOUSEHOLD, person, by_letter=False)
    account = bindings.join(DOOR, Joining(HOUSEHOLD, told.code, "lin.nong", "成员1之1", PASSWORD), "127.0.0.1")
    return Actor(account, "林农", Desk.CITIZEN, frozenset({Role.FARMER}), VILLAGE, household)


def _agent() -> Actor:
    new = NewAccount("dai.ban", "代办员", frozenset({Role.AGENT}), VILLAGE)
    account = service.open_account(SYSTEM, new, PASSWORD)
    return Actor(account, new.name, Desk.CITIZEN, new.roles, VILLAGE)


def _brought(on: Stage, farmer: Actor) -> Life:
    registrar = on.registrar
    moved = Wanted("household_change", None, {}, {"address": "样本村新址"})
    number = yield "bring", lambda: brought.bring(farmer, moved)
    first = _application(on, number)
    yield "withdraw brought", lambda: brought.withdraw(farmer, COUNTY, first, "改主意了")
    join = {"relation": "20", "holds_right": True, "reason": "birth"}
    born = Wanted("household_change", None, {"join": join}, {"join_name": "林新生", "join_id": citizen_id(77)})
    second = _application(on, brought.bring(farmer, born))
    yield "take_up brought", lambda: brought.take_up(registrar, COUNTY, [second])
    yield "withdraw taken", lambda: brought.withdraw(farmer, COUNTY, second, "改主意了")
    third = _application(on, brought.bring(farmer, moved))
    yield "decline", lambda: brought.decline(registrar, COUNTY, third, "材料不全")


def _brought_by_agent(on: Stage, farmer: Actor, agent: Actor) -> Life:
    today = today_of(on)
    applying, withdrawing = (
        consents.give(farmer, agent.account_id, step, today, today + timedelta(days=3))
        for step in (Step.APPLY, Step.WITHDRAW)
    )
    lost = Wanted("reissue", right_of(on.registrar), {}, {"lost": "搬家时遗失"})
    number = yield "bring_for", lambda: brought.bring_for(agent, COUNTY, applying, lost)
    own = _application(on, number)
    yield "withdraw_for", lambda: brought.withdraw_for(agent, COUNTY, withdrawing, own, "证书找到了")


def _on_paper(on: Stage, agent: Actor) -> Life:
    new = NewAccount("deng.ji", "登记员", frozenset({Role.REGISTRAR}), COUNTY)
    clerk = Actor(service.open_account(SYSTEM, new, PASSWORD), new.name, Desk.REGISTRY, new.roles, COUNTY)
    came = Came(*contract_kit.card_of(HOUSEHOLD))
    wanted = consents.Wanted(agent.account_id, Step.VIEW, today_of(on), today_of(on))
    sheet = contract_kit.PAPER
    given = yield "give_on_paper", lambda: consented.give_on_paper(clerk, HOUSEHOLD, came, wanted, sheet)
    yield "take_back", lambda: consented.take_back(clerk, COUNTY, given, came)


def _handed_out(on: Stage) -> Life:
    """A receipt, a list of what lacks, a refusal and the letters on an error; excerpts about a household and a parcel."""
    registrar = on.registrar
    batch = opening.open_batch(registrar, COUNTY, stage_village(on.superuser, 3, first=11).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    asked, desk = office_of(on)
    for step, case in zip(("accept", "return", "refuse"), ids, strict=False):
        if step == "return":
            cases.return_for_completion(registrar, COUNTY, [case], "补齐材料")
        elif step == "refuse":
            cases.refuse(on.reviewer, COUNTY, [case], "权属有争议", "disputed")
        yield f"paper {step}", lambda s=step, c=case: handed_out.paper_of(registrar, COUNTY, c, (s,), desk, on.store)  # type: ignore[misc]
    wrong = Correction("household", "office", "原件写的是二组", (Corrected("address", "样本村二组"),))
    told = applications.apply_on_household(registrar, HOUSEHOLD, "correction", wrong)
    telling.tell(registrar, COUNTY, told)
    yield "letters", lambda: handed_out.letters_of(registrar, COUNTY, told, desk, on.store)
    for about, code in (("household", HOUSEHOLD), ("parcel", f"{VILLAGE}0100002")):
        yield (
            f"excerpt {about}",
            lambda a=about, c=code: excerpts_whole.issue(
                registrar, a, c, asked, Asker("申请人", "自用"), desk, on.store
            ),  # type: ignore[misc]
        )


def _surveyed_again(on: Stage) -> Life:
    """A village delivered again with a contract otherwise while its cases are drafts: that case is opened anew."""
    superuser = on.superuser
    old = stage_village(superuser, 2, first=15)
    opening.open_batch(on.registrar, COUNTY, old.package_id, VILLAGE)
    superuser.execute("UPDATE land.package SET state = 'superseded' WHERE package_id = %s", [old.package_id])
    new = stage_village(superuser, 2, first=15, homestead_m2="180.0")
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, new.contracts[0]],
    )
    yield "rebuild", lambda: opening.rebuild(on.registrar, COUNTY, new.package_id, VILLAGE)


def _at_the_desk(on: Stage) -> Life:
    """A case taken up by another, one taken out of its batch, and an objection from the public page."""
    batch = one(on.registrar, "SELECT batch_id FROM registry.batch ORDER BY opened_at DESC LIMIT 1")
    ids = in_state(on.registrar, batch, "accepted")
    yield "take_up", lambda: worklist.take_up(on.reviewer, COUNTY, ids[:1])
    yield "take_out", lambda: cases.take_out(on.registrar, COUNTY, ids[:1], "单独办理")
    yield "papers first", lambda: put_papers(on.registrar, ids[0], "household_change")
    words = "与二轮承包台账逐户核对"
    yield "review_without_papers", lambda: steps.take(on.reviewer, COUNTY, ids, steps.STEPS["review"], said=words)
    notices.publish(on.registrar, COUNTY, ids, "首次登记公告")
    notice = one(on.registrar, "SELECT number FROM registry.notice ORDER BY published_at DESC LIMIT 1")
    case = one(on.registrar, 'SELECT number FROM registry."case" WHERE case_id = :c', c=ids[0])
    yield "raise_objection", lambda: _objected(notice, case)


def _objected(notice: str, case: str) -> str:
    with unit_of_work(NOBODY) as uow:
        return public_desk.raise_objection(uow.session, notice, case, "样本邻居", sealed("13800000000"), "界线不对")


def _application(on: Stage, number: str) -> UUID:
    found: UUID = one(on.registrar, "SELECT application_id FROM registry.application WHERE number = :n", n=number)
    return found


def _set_apart(on: Stage) -> Life:
    """A village has one contract by other means: its land is entered, its right applied for."""
    village = f"{COUNTY}104203"
    made = stage_village(on.superuser, 1, first=70, village=village)
    on.superuser.execute(
        "UPDATE land.staged_contract SET way = '122', ends_on = '2068-12-31' WHERE package_id = %s", [made.package_id]
    )
    yield "enter_apart", lambda: apart.enter(on.registrar, COUNTY, made.package_id, village)
    known = "SELECT household_id FROM party.household WHERE code = :code"
    holder = Operator("household", one(on.registrar, known, code=made.households[0]), "户主70", made.households[0])
    days = (date(2019, 3, 1), date(2019, 3, 1), date(2068, 12, 31))
    asked = OtherMeans("", holder, "auction", made.contracts[0], *days, (), "")
    yield "apply_apart", lambda: apart.apply(on.registrar, COUNTY, made.package_id, made.contracts[0], asked)
