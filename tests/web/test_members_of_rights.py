"""The members of a household on the pages of its rights: of its contract who shares it, of its homestead all."""

from __future__ import annotations

from typing import Any

from landreg.access.identity import Identity
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.registry import booking
from landreg.registry.casework import cases, notices, opening
from landreg.registry.issued import certified
from tests.registry_kit import in_state, one, pass_days, to_notice
from tests.villages import COUNTY, VILLAGE, citizen_id, stage_village
from tests.web.conftest import Browser, OpenAccount

CONTRACT = """SELECT case_id FROM registry."case" WHERE right_kind = 'contract_management'"""
RIGHT = 'SELECT right_id FROM registry."right" WHERE kind = :k'


def test_the_page_of_a_right_counts_its_holders_as_its_certificate_lists_them(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    registrar, reviewer = officers
    staged = stage_village(superuser, 1)
    superuser.execute("UPDATE land.staged_member SET holds_right = (position = 1)")
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    by_kind = {
        kind: deng.get(f"/rights/{COUNTY}/{one(registrar, RIGHT, k=kind)}").text
        for kind in ("contract_management", "homestead")
    }
    assert "成员 1 人（享有承包经营权的，全户 2 人）" in by_kind["contract_management"]
    assert "成员 2 人<" in by_kind["homestead"]


def test_what_the_survey_notes_on_a_member_stands_on_case_and_household_and_in_the_certificate(
    superuser: Any, deng: Browser, account: OpenAccount, app: Any, officers: tuple[Actor, Actor]
) -> None:
    registrar, reviewer = officers
    account("auditor", Role.AUDITOR)
    auditor = Browser(app.test_client())
    auditor.log_in("auditor")
    staged = stage_village(superuser, 1)
    superuser.execute("UPDATE land.staged_member SET note_kind = '1', note = '2003年出嫁' WHERE position = 2")
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    case = one(registrar, CONTRACT)
    for reader in (deng, auditor):
        assert "外嫁女，2003年出嫁" in reader.get(f"/cases/{COUNTY}/{case}").text
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    pass_days(superuser, 40)
    booking.register(reviewer, COUNTY, ids)
    for reader in (deng, auditor):
        assert "外嫁女，2003年出嫁" in reader.get(f"/households/{staged.households[0]}").text
    with unit_of_work(registrar) as uow:
        persons = [one for held in certified.members_of(uow.session, COUNTY, ids).values() for one in held]
        people = {person: Identity("某人", "1", citizen_id(n)) for n, person in enumerate(persons)}
        printed = certified.certified(uow.session, COUNTY, [case], people)
    assert [member.note for member in printed[0].members] == ["", "外嫁女，2003年出嫁"]
