"""An objection from the public page: it stops its case, and the public's login learns and changes nothing else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from landreg.access.sealing import open_sealed, seal
from landreg.audit.logged import register
from landreg.audit.queries import Asked, listed
from landreg.core.actor import NOBODY, Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotAllowed, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.log.recheck import recheck_register
from landreg.log.store import seal as seal_log
from landreg.registry import booking, public_desk, public_queries
from landreg.registry.casework import cases, notices, objectors, opening
from landreg.registry.casework.weighing import Answer, weigh
from tests.registry_kit import codes, in_state, one, pass_days, state_of
from tests.villages import COUNTY, VILLAGE, stage_village


@pytest.fixture
def noticed(registrar: Actor, reviewer: Actor, superuser: Any) -> list[UUID]:
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    return ids


def numbers(actor: Actor, case: UUID) -> tuple[str, str]:
    notice = one(actor, "SELECT number FROM registry.notice")
    return notice, one(actor, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)


def raise_objection(notice: str, case: str, named: str = "样本邻居", reason: str = "界线不对") -> str:
    with unit_of_work(NOBODY) as uow:
        return public_desk.raise_objection(uow.session, notice, case, named, seal("13800000000"), reason)


def test_an_objection_stops_its_case_and_no_other(noticed: list[UUID], registrar: Actor) -> None:
    receipt = raise_objection(*numbers(registrar, noticed[0]))
    assert len(receipt) == 8
    assert [state_of(registrar, case) for case in noticed] == ["objected", "noticed"]
    assert one(registrar, "SELECT by_name FROM registry.case_event WHERE step = 'object'") == "公众"


def test_the_stopped_case_is_registered_only_after_the_desk_has_settled(
    noticed: list[UUID], registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    raise_objection(*numbers(registrar, noticed[0]))
    pass_days(superuser, 40)
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, noticed[:1])
    assert codes(refused) == {"REG-6"}
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    notices.settle(reviewer, COUNTY, objection, "dismissed", "经实地查看，界线与测绘成果一致")
    assert booking.register(reviewer, COUNTY, noticed[:1]).done == 1


def test_the_contact_is_sealed(noticed: list[UUID], registrar: Actor) -> None:
    raise_objection(*numbers(registrar, noticed[0]))
    kept = bytes(one(registrar, "SELECT contact_sealed FROM registry.objection"))
    assert b"138" not in kept
    assert open_sealed(kept) == "13800000000"


def test_after_the_last_day_nothing_can_be_objected_here(noticed: list[UUID], registrar: Actor, superuser: Any) -> None:
    notice, case = numbers(registrar, noticed[0])
    pass_days(superuser, 40)
    with pytest.raises(Refused) as refused:
        raise_objection(notice, case)
    assert codes(refused) == {"REG-14"}
    assert state_of(registrar, noticed[0]) == "noticed"


def test_a_case_of_another_notice_or_none_is_refused_alike(noticed: list[UUID], registrar: Actor) -> None:
    notice, case = numbers(registrar, noticed[0])
    for asked in ((notice, "610902-2026-9999999"), ("610902-G2026-99999", case)):
        with pytest.raises(Refused) as refused:
            raise_objection(*asked)
        assert codes(refused) == {"REG-14"}


def test_an_objection_without_a_name_or_reason_is_refused_by_the_database_too(
    noticed: list[UUID], registrar: Actor
) -> None:
    for given in ({"named": "  "}, {"reason": ""}):
        with pytest.raises(Refused) as refused:
            raise_objection(*numbers(registrar, noticed[0]), **given)
        assert codes(refused) == {"REG-12"}


def test_the_contact_opens_for_an_officer_with_a_reason_that_the_log_has_first(
    noticed: list[UUID], registrar: Actor, reviewer: Actor, auditor: Actor, worker: Actor, database: Any
) -> None:
    """And the auditor's list, with its reason."""
    raise_objection(*numbers(registrar, noticed[0]))
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    with pytest.raises(BadInput) as refused:
        objectors.contact(reviewer, COUNTY, noticed[0], objection, "看")
    assert codes(refused) == {"ACC-15"}
    with pytest.raises(NotFound):
        objectors.contact(reviewer, COUNTY, noticed[1], objection, "约时间到现场查看")
    assert one(registrar, "SELECT count(*) FROM registry.case_event WHERE step = 'contact'") == 0
    assert objectors.contact(reviewer, COUNTY, noticed[0], objection, "约时间到现场查看") == "13800000000"
    leaf = "SELECT convert_from(leaf, 'UTF8')::jsonb -> 'facts' ->> 'objection' FROM log.entry WHERE kind = 'objection.opened'"
    with unit_of_work(worker) as uow:
        assert uow.session.scalars(text(leaf)).one() == str(objection)
    with unit_of_work(auditor) as uow:
        (seen,) = uow.session.execute(listed("reveals", Asked(COUNTY), beijing_day(uow.now))).all()
    assert (seen.by, seen.case_id, seen.note) == (reviewer.account_id, noticed[0], "约时间到现场查看")
    seal_log(worker, database)
    assert list(recheck_register(worker, database, register()).findings) == []


def test_a_contact_opens_for_no_other_desk(noticed: list[UUID], registrar: Actor, surveyor: Actor) -> None:
    raise_objection(*numbers(registrar, noticed[0]))
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    with pytest.raises(NotAllowed):
        objectors.contact(surveyor, COUNTY, noticed[0], objection, "约时间到现场查看")


def test_the_public_is_told_by_the_receipt_what_became_of_an_objection(
    noticed: list[UUID], registrar: Actor, reviewer: Actor
) -> None:
    notice, case = numbers(registrar, noticed[0])
    receipt = raise_objection(notice, case)

    def told(of_notice: str = notice, number: str = receipt) -> Any:
        with unit_of_work(NOBODY) as uow:
            return public_queries.objection_told(uow.session, of_notice, number)

    assert (told().case_number, told().outcome) == (case, None)
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    notices.settle(reviewer, COUNTY, objection, "dismissed", "经实地查看，界线与测绘成果一致")
    assert (told(number=receipt.lower()).outcome, told().paper) == ("dismissed", None)
    assert [told(number=receipt[:7]), told(number="%"), told("610902-G2026-99999")] == [None, None, None]


def _again(registrar: Actor, superuser: Any, case: UUID, way: str) -> UUID:
    """What is opened in the place of a case that left: by the applicant's withdrawal, or from a corrected package."""
    subject = one(registrar, 'SELECT subject_code FROM registry."case" WHERE case_id = :case', case=case)
    package = one(registrar, 'SELECT package_id FROM registry."case" WHERE case_id = :case', case=case)
    if way == "withdraw":
        cases.withdraw(registrar, COUNTY, [case], "申请人撤回")
        opening.open_batch(registrar, COUNTY, package, VILLAGE)
    else:
        cases.return_for_completion(registrar, COUNTY, [case], "补正")
        superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
        new = stage_village(superuser, 1, starts_on="1998-01-01", ends_on="2027-12-31", homestead_m2="180.0").package_id
        superuser.execute("UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s", [new])
        opening.rebuild(registrar, COUNTY, new, VILLAGE)
    draft = "SELECT case_id FROM registry.\"case\" WHERE subject_code = :c AND state = 'draft'"
    anew = UUID(str(one(registrar, draft, c=subject)))
    if way == "withdraw":
        weigh(registrar, COUNTY, anew, Answer.AGAIN, "申请人重新申请")
    return anew


@pytest.mark.parametrize("way", ["withdraw", "rebuild"])
def test_an_unsettled_objection_stops_what_is_opened_in_the_place_of_its_case_until_another_settles_it(
    noticed: list[UUID], registrar: Actor, reviewer: Actor, superuser: Any, way: str
) -> None:
    """REG-6: neither by withdrawal nor by a corrected package does whoever accepted a case get rid of it."""
    notice, case = numbers(registrar, noticed[0])
    raise_objection(notice, case)
    anew = _again(registrar, superuser, noticed[0], way)
    with pytest.raises(Refused) as stopped:
        cases.accept(registrar, COUNTY, [anew])
    assert [(one_.code, one_.values) for one_ in stopped.value.findings if one_.code == "REG-6"] == [
        ("REG-6", {"open": 1, "before": [case]})
    ]
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    with pytest.raises(Refused) as own:
        notices.settle(registrar, COUNTY, objection, "dismissed", "经实地查看，界线与测绘成果一致")
    assert codes(own) == {"REG-1"}
    notices.settle(reviewer, COUNTY, objection, "dismissed", "经实地查看，界线与测绘成果一致")
    assert cases.accept(registrar, COUNTY, [anew]).done == 1


@pytest.mark.parametrize("way", ["withdraw", "rebuild"])
def test_what_was_opened_while_an_objection_was_open_does_not_go_on_as_it_was_where_that_is_upheld(
    noticed: list[UUID], registrar: Actor, reviewer: Actor, superuser: Any, way: str
) -> None:
    raise_objection(*numbers(registrar, noticed[0]))
    anew = _again(registrar, superuser, noticed[0], way)
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    notices.settle(reviewer, COUNTY, objection, "upheld", "合同核对属实")
    with pytest.raises(Refused) as stopped:
        cases.accept(registrar, COUNTY, [anew])
    assert "REG-42" in codes(stopped)


def test_an_upheld_objection_holds_for_the_case_that_a_later_survey_is_built_into_until_it_is_said_how_that_meets_it(
    noticed: list[UUID], registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    """REG-42: any other word in a package is no answer to who objected; whether it is, an officer says and the reviewer reads."""
    raise_objection(*numbers(registrar, noticed[0]))
    objection = one(registrar, "SELECT objection_id FROM registry.objection")
    notices.settle(reviewer, COUNTY, objection, "upheld", "南边两米是邻户的")
    anew = _again(registrar, superuser, noticed[0], "rebuild")
    with pytest.raises(Refused) as stopped:
        cases.accept(registrar, COUNTY, [anew])
    assert "REG-42" in codes(stopped)
    weigh(registrar, COUNTY, anew, Answer.MET, "新成果把南边两米划给了邻户")
    assert cases.accept(registrar, COUNTY, [anew]).done == 1
