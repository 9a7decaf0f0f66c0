"""Batches go on where one member is at fault; cases that have left stay where they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from landreg.access.sealing import digest
from landreg.core.actor import Actor, Role
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotFound, Refused
from landreg.registry import booking, queries, steps
from landreg.registry.casework import cases, notices, opening
from landreg.registry.casework.weighing import Answer, weigh
from landreg.registry.facts.survey_notes import answers
from tests.household_kit import list_in_another_county
from tests.registry_kit import (
    Connection,
    by_word,
    codes,
    in_state,
    one,
    pass_days,
    put_paper,
    refuse,
    state_of,
    to_notice,
    to_rights,
)  # fmt: skip
from tests.villages import COUNTY, VILLAGE, past_triggers, stage_village

OTHER_VILLAGE = "610902104203"


@pytest.fixture
def batch(superuser: Connection, registrar: Actor) -> UUID:
    return opening.open_batch(registrar, COUNTY, stage_village(superuser, 2).package_id, VILLAGE)


@pytest.fixture
def published(batch: UUID, registrar: Actor, reviewer: Actor) -> list[UUID]:
    """Four cases whose notice runs."""
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    return ids


def test_an_objection_is_not_settled_from_the_page_of_another_case(
    published: list[UUID], registrar: Actor, reviewer: Actor
) -> None:
    objection = notices.object_to(registrar, COUNTY, published[0], "邻户", "界址有争议")
    with pytest.raises(NotFound):
        notices.settle(reviewer, COUNTY, objection, "dismissed", "界址无误", case_id=published[1])
    assert state_of(registrar, published[0]) == "objected"
    notices.settle(reviewer, COUNTY, objection, "dismissed", "界址无误", case_id=published[0])
    assert state_of(registrar, published[0]) == "noticed"


@pytest.mark.parametrize("outcome", ["dismissed", "withdrawn", "upheld"])
@pytest.mark.parametrize("leave", [cases.withdraw, refuse])
def test_settling_an_objection_brings_no_case_back_that_has_left(
    published: list[UUID], registrar: Actor, reviewer: Actor, leave: Any, outcome: str
) -> None:
    objection = notices.object_to(registrar, COUNTY, published[0], "邻户", "界址有争议")
    leave(reviewer, COUNTY, published[:1], "申请人撤回")
    left = state_of(registrar, published[0])
    notices.settle(reviewer, COUNTY, objection, outcome, "实地查看，墙在界线以内", taken_back=by_word(reviewer))
    assert state_of(registrar, published[0]) == left


def test_settling_an_objection_lets_no_returned_case_skip_its_review(
    published: list[UUID], registrar: Actor, reviewer: Actor
) -> None:
    objection = notices.object_to(registrar, COUNTY, published[0], "邻户", "界址有争议")
    cases.return_for_completion(registrar, COUNTY, published[:1], "补充材料")
    with pytest.raises(Refused) as stopped:
        cases.accept(registrar, COUNTY, published[:1])
    assert codes(stopped) == {"REG-6"}
    notices.settle(reviewer, COUNTY, objection, "dismissed", "界址无误")
    assert state_of(registrar, published[0]) == "returned"
    cases.accept(registrar, COUNTY, published[:1])
    assert state_of(registrar, published[0]) == "accepted"


def test_an_objection_that_is_upheld_returns_its_case_also_where_it_was_returned_before(
    published: list[UUID], registrar: Actor
) -> None:
    for case, before in zip(published[:2], (False, True), strict=True):
        objection = notices.object_to(registrar, COUNTY, case, "邻户", "界址有争议")
        if before:
            cases.return_for_completion(registrar, COUNTY, [case], "补充材料")
        notices.settle(registrar, COUNTY, objection, "upheld", "界址有误")
        assert state_of(registrar, case) == "returned"


def test_what_an_upheld_objection_was_about_goes_on_only_once_it_is_written_down_by_a_paper_how_it_was_met(
    published: list[UUID], registrar: Actor, reviewer: Actor
) -> None:
    """REG-42: on the case itself, and where it was withdrawn and is opened again from the same survey."""
    case = published[0]
    objection = notices.object_to(registrar, COUNTY, case, "邻户", "南边两米是我家承包的")
    notices.settle(registrar, COUNTY, objection, "upheld", "合同核对属实")
    with pytest.raises(Refused) as again:
        cases.accept(registrar, COUNTY, [case])
    assert codes(again) == {"REG-42"}
    with pytest.raises(Refused) as paperless:
        weigh(registrar, COUNTY, case, Answer.MET, "双方已订协议")
    assert [(one.code, one.field) for one in paperless.value.findings] == [("REG-42", "documents")]
    put_paper(registrar, case, "application")
    weigh(registrar, COUNTY, case, Answer.MET, "双方已订协议")
    cases.accept(registrar, COUNTY, [case])
    cases.withdraw(registrar, COUNTY, [case], "申请人撤回")
    package = one(registrar, 'SELECT package_id FROM registry."case" WHERE case_id = :case', case=case)
    (anew,) = in_state(registrar, opening.open_batch(registrar, COUNTY, package, VILLAGE), "draft")
    with pytest.raises(Refused) as the_same:
        cases.accept(registrar, COUNTY, [anew])
    assert codes(the_same) == {"REG-42", "REG-44"}
    cases.return_for_completion(registrar, COUNTY, published[1:2], "补充材料")
    with pytest.raises(NotFound):
        weigh(registrar, COUNTY, published[1], Answer.MET, "没有异议")


def test_what_was_refused_is_taken_up_again_with_its_village_only_once_it_is_written_down_why(
    published: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """REG-44: the reviewer reads the earlier case and why."""

    def subject(of: UUID) -> str:
        return str(one(registrar, 'SELECT subject_code FROM registry."case" WHERE case_id = :case', case=of))

    case = published[0]
    package = one(registrar, 'SELECT package_id FROM registry."case" WHERE case_id = :case', case=case)
    cases.refuse(reviewer, COUNTY, [case], "地块系生态林，不得承包", "unlawful")
    (anew,) = in_state(registrar, opening.open_batch(registrar, COUNTY, package, VILLAGE), "draft")
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
    with pytest.raises(Refused) as again:
        cases.accept(registrar, COUNTY, [anew])
    assert [(found.code, found.values) for found in again.value.findings] == [("REG-44", {"cases": [number]})]
    weigh(registrar, COUNTY, anew, Answer.AGAIN, "林业部门已出具调整文件")
    assert cases.accept(registrar, COUNTY, [anew]).done == 1
    with unit_of_work(reviewer) as uow:
        judged = queries.case(uow.session, COUNTY, anew)
        assert judged is not None
        told = answers(uow.session, [judged])
    assert [event.reason for event in told[anew]] == ["林业部门已出具调整文件"]
    cases.return_for_completion(registrar, COUNTY, [anew], "补充材料")
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    new = stage_village(superuser, 2, homestead_m2="180.0").package_id
    superuser.execute("UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s", [new])
    rebuilt, _, _ = opening.rebuild(registrar, COUNTY, new, VILLAGE)
    (carried_on,) = (one_ for one_ in in_state(registrar, rebuilt, "draft") if subject(one_) == subject(anew))
    assert cases.accept(registrar, COUNTY, [carried_on]).done == 1, (
        "what was said of it holds for the case that carries it on"
    )


def test_a_case_goes_on_when_its_last_objection_is_settled_and_an_objection_is_settled_once(
    published: list[UUID], registrar: Actor, reviewer: Actor
) -> None:
    first, second = (
        notices.object_to(registrar, COUNTY, published[0], name, "界址有争议") for name in ("东邻", "西邻")
    )
    notices.settle(reviewer, COUNTY, first, "dismissed", "界址无误")
    assert state_of(registrar, published[0]) == "objected"
    with pytest.raises(Conflict):
        notices.settle(reviewer, COUNTY, first, "dismissed", "界址无误")
    notices.settle(reviewer, COUNTY, second, "withdrawn", "与东邻已谈妥", taken_back=by_word(reviewer))
    assert state_of(registrar, published[0]) == "noticed"


@pytest.mark.parametrize("outcome", ["dismissed", "withdrawn"])
def test_who_accepted_a_case_may_not_settle_an_objection_in_its_favour_nor_write_it_past_the_service(
    published: list[UUID], registrar: Actor, reviewer: Actor, outcome: str
) -> None:
    """REG-1: either lets the case go on, and whether the objector really took it back is not for its own officer to say."""
    objection = notices.object_to(registrar, COUNTY, published[0], "邻户", "界址有争议")
    with pytest.raises(Refused) as refused:
        notices.settle(registrar, COUNTY, objection, outcome, "界址无误")
    assert codes(refused) == {"REG-1"}
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        uow.session.execute(
            text(
                "UPDATE registry.objection SET outcome = :outcome, settled_by = :by, settled_at = now(), settlement = 'x'"
            ),
            {"by": registrar.account_id, "outcome": outcome},
        )
    assert codes(refused) == {"REG-1"}
    notices.settle(reviewer, COUNTY, objection, outcome, "实地查看，墙在界线以内", taken_back=by_word(reviewer))
    assert state_of(registrar, published[0]) == "noticed"


@pytest.mark.parametrize("step", [cases.take_out, cases.return_for_completion, cases.withdraw, refuse])
def test_no_case_leaves_without_a_reason(batch: UUID, registrar: Actor, step: Any) -> None:
    with pytest.raises(BadInput) as bad:
        step(registrar, COUNTY, in_state(registrar, batch, "draft"), "  ")
    assert codes(bad) == {"REG-12"}


def test_who_accepted_a_case_does_not_approve_it_though_another_opened_it(batch: UUID, registrar: Actor) -> None:
    second = Actor(UUID(int=77), "登记员戊", registrar.desk, frozenset({Role.REGISTRAR, Role.REVIEWER}), COUNTY)
    ids = in_state(registrar, batch, "draft")
    cases.accept(second, COUNTY, ids)
    with pytest.raises(Refused) as refused:
        cases.review(second, COUNTY, ids[:1])
    assert codes(refused) == {"REG-1"}


def test_a_member_registered_elsewhere_holds_up_their_own_household_and_nobody_else(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    # The same two persons again, as the first household of the next village, and one household more.
    staged = stage_village(superuser, 2, village=OTHER_VILLAGE)
    for table in ("staged_parcel", "staged_homestead"):
        superuser.execute(
            f"UPDATE land.{table} SET geom = ST_Translate(geom, 0, 2000) WHERE village = %s", [OTHER_VILLAGE]
        )
    ids = to_notice_unjudged(registrar, reviewer, superuser, staged)
    stepped = booking.register(reviewer, COUNTY, ids)
    assert stepped.done == 2
    assert [{finding.code for finding in found} for found in stepped.refused.values()] == [{"PT-1"}, {"PT-1"}]
    assert one(registrar, "SELECT count(*) FROM party.household WHERE village = :v", v=OTHER_VILLAGE) == 1


def test_an_officer_of_one_village_is_held_up_by_members_of_another_and_no_more(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PT-1 holds in the county; whom an officer may not see holds up one household, never the whole village."""
    to_rights(registrar, reviewer, superuser, 1)
    staged = stage_village(superuser, 2, village=OTHER_VILLAGE)
    for table in ("staged_parcel", "staged_homestead"):
        superuser.execute(
            f"UPDATE land.{table} SET geom = ST_Translate(geom, 0, 2000) WHERE village = %s", [OTHER_VILLAGE]
        )
    theirs = [replace(officer, jurisdiction=OTHER_VILLAGE) for officer in (registrar, reviewer)]
    ids = to_notice_unjudged(*theirs, superuser, staged)
    stepped = booking.register(theirs[1], COUNTY, ids)
    assert stepped.done == 2
    assert [{finding.code for finding in found} for found in stepped.refused.values()] == [{"PT-1"}, {"PT-1"}]
    # Who looks at one village alone is told neither the name nor the household of another.
    assert [dict(finding.values) for found in stepped.refused.values() for finding in found] == [{"outside": 2}] * 2


def test_who_is_a_member_in_another_county_too_is_told_who_reviews(
    batch: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PT-5; before it is accepted, somebody writes down how that is (PT-7)."""
    list_in_another_county(registrar, superuser)
    ids = in_state(registrar, batch, "draft")
    stepped = cases.accept(registrar, COUNTY, ids)
    assert (stepped.done, [[one.code for one in found] for found in stepped.refused.values()]) == (
        2,
        [["PT-5", "PT-7"]] * 2,
    )
    free = in_state(registrar, batch, "accepted")[0]
    with pytest.raises(NotFound):
        weigh(registrar, COUNTY, free, Answer.MEMBERS, "没有这样的成员")
    for case in in_state(registrar, batch, "draft"):
        with pytest.raises(BadInput):
            weigh(registrar, COUNTY, case, Answer.MEMBERS, " ")
        weigh(registrar, COUNTY, case, Answer.MEMBERS, "白河县答复：已迁出，权利已注销")
    assert cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft")).done == 2
    foreseen = steps.foresee(reviewer, COUNTY, ids, steps.STEPS["review"])
    told = [finding.values for one in foreseen for finding in one.findings if finding.code == "PT-5"]
    assert told == [{"members": ["成***1"], "households": ["白河县610929101202010001"]}] * 2
    assert not any(one.stopped for one in foreseen)


def test_nobody_comes_into_the_register_by_a_number_that_it_has_under_another_name(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PT-6: neither by the case of that household, nor beside those of its village."""
    to_rights(registrar, reviewer, superuser, 1)
    staged = stage_village(superuser, 2, first=2, village=OTHER_VILLAGE)
    for table in ("staged_parcel", "staged_homestead"):
        superuser.execute(
            f"UPDATE land.{table} SET geom = ST_Translate(geom, 0, 2000) WHERE village = %s", [OTHER_VILLAGE]
        )
    # The second member of the first household there, by the number of the first member of the village before.
    superuser.execute(
        """UPDATE land.staged_member AS m SET id_digest = o.id_digest, id_sealed = o.id_sealed FROM land.staged_member AS o
           WHERE m.household_code = %s AND m.position = 2 AND o.village = %s AND o.position = 1""",
        [staged.households[0], VILLAGE],
    )
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, OTHER_VILLAGE)
    stepped = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    told = [(one.code, one.values) for found in stepped.refused.values() for one in found]
    (registered,) = [f"{VILLAGE}010001"]
    assert told == [("PT-6", {"members": ["成***2"], "households": [registered]})] * 2
    cases.review(reviewer, COUNTY, ids := in_state(registrar, batch, "accepted"))
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    pass_days(superuser, 40)
    assert booking.register(reviewer, COUNTY, ids).done == 2
    assert one(registrar, "SELECT count(*) FROM party.household WHERE village = :v", v=OTHER_VILLAGE) == 1
    # By a name that the register has of that person, it is the same person, who is in two households.
    superuser.execute(
        """UPDATE land.staged_member AS m SET name_digest = o.name_digest, name_masked = o.name_masked FROM land.staged_member AS o
           WHERE m.household_code = %s AND m.position = 2 AND o.village = %s AND o.position = 1""",
        [staged.households[0], VILLAGE],
    )
    again = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    assert [[one.code for one in found] for found in again.refused.values()] == [["PT-1"]] * 2


def test_whom_another_county_has_under_another_name_does_not_come_in_beside_the_cases_of_the_village(
    batch: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PT-6: nothing else keeps that household out of the entry."""
    list_in_another_county(registrar, superuser)
    superuser.execute(
        "UPDATE land.staged_member SET name_digest = %s, name_masked = '王*' WHERE name_masked = '成***1' AND household_code = %s",
        [digest("王五"), (first := f"{VILLAGE}010001")],
    )
    stepped = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    told = [(found.code, found.values) for all_ in stepped.refused.values() for found in all_]
    assert told == [("PT-6", {"members": ["王*"], "households": ["白河县610929101202010001"]})] * 2
    cases.review(reviewer, COUNTY, ids := in_state(registrar, batch, "accepted"))
    notices.publish(registrar, COUNTY, ids, "首次登记公告")
    pass_days(superuser, 40)
    assert booking.register(reviewer, COUNTY, ids).done == 2
    assert one(registrar, "SELECT count(*) FROM party.household WHERE code = :c", c=first) == 0
    assert one(registrar, "SELECT count(*) FROM party.household WHERE village = :v", v=VILLAGE) == 1


def to_notice_unjudged(registrar: Actor, reviewer: Actor, superuser: Connection, staged: Any) -> list[UUID]:
    """On notice, whatever the rules say of members: as when the other village was registered while the notice ran."""
    closed = "UPDATE party.member SET recorded = tstzrange(lower(recorded), 'infinity'), ended_by_act = act_id"
    with past_triggers(superuser):
        superuser.execute(closed)
    ids = to_notice(registrar, reviewer, superuser, staged, OTHER_VILLAGE)
    with past_triggers(superuser):
        superuser.execute("UPDATE party.member SET recorded = tstzrange(lower(recorded), NULL), ended_by_act = NULL")
    return ids


def test_a_contract_of_an_organisation_is_refused_by_name_and_holds_up_nobody_else(
    batch: UUID, registrar: Actor, superuser: Connection
) -> None:
    superuser.execute("UPDATE land.staged_household SET kind = '3' WHERE code LIKE '%%0001'")
    stepped = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    assert stepped.done == 2
    assert [{finding.code for finding in found} for found in stepped.refused.values()] == [{"CT-11"}, {"HS-6"}]


def test_a_contract_of_another_issuing_party_than_its_household_s_is_registered_under_that_one(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    staged = stage_village(superuser, 1)
    superuser.execute(
        """INSERT INTO land.staged_issuer SELECT * FROM jsonb_populate_record(NULL::land.staged_issuer,
           (SELECT to_jsonb(i) || '{"code": "61090210420299"}' FROM land.staged_issuer AS i))"""
    )
    superuser.execute("UPDATE land.staged_contract SET issuer_code = '61090210420299'")
    ids = to_notice(registrar, reviewer, superuser, staged)
    assert booking.register(reviewer, COUNTY, ids).done == 2
    found = (
        """SELECT i.code FROM registry.contract AS c JOIN party.collective AS i ON i.collective_id = c.collective_id"""
    )
    assert one(registrar, found) == "61090210420299"


def test_a_parcel_without_an_area_is_told_and_holds_up_nobody_else(
    batch: UUID, registrar: Actor, superuser: Connection
) -> None:
    superuser.execute("UPDATE land.staged_contract_parcel SET area_m2 = NULL WHERE parcel_code LIKE '%%00002'")
    superuser.execute("UPDATE land.staged_parcel SET surveyed_area_m2 = NULL WHERE code LIKE '%%00002'")
    stepped = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    assert stepped.done == 3
    assert [{finding.code for finding in found} for found in stepped.refused.values()] == [{"CT-7", "CT-10"}]


def test_two_contracts_over_one_parcel_are_registered_one_after_the_other_or_not_at_all(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    staged = stage_village(superuser, 2)
    superuser.execute(
        "UPDATE land.staged_contract_parcel SET parcel_code = %s WHERE parcel_code = %s",
        [staged.parcels[0], staged.parcels[2]],
    )
    ids = to_notice(registrar, reviewer, superuser, staged)
    stepped = booking.register(reviewer, COUNTY, ids)
    assert stepped.done == 3
    assert [{finding.code for finding in found} for found in stepped.refused.values()] == [{"REG-2"}]
    (left,) = [case for case in ids if state_of(registrar, case) == "noticed"]
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [left])
    assert codes(refused) == {"CT-2"}


def test_a_homestead_of_a_household_that_holds_one_is_refused(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    staged = stage_village(superuser, 1, first=9)
    superuser.execute("UPDATE land.staged_homestead SET household_code = %s WHERE package_id = %s",
                      ["610902104202010001", staged.package_id])  # fmt: skip
    ids = in_state(registrar, opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE), "draft")
    stepped = cases.accept(registrar, COUNTY, ids)
    assert [{finding.code for finding in found} for found in stepped.refused.values()] == [{"HS-1"}]


def test_a_case_that_has_waited_too_long_is_told_and_goes_on(
    published: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    pass_days(superuser, 90)
    assert booking.register(reviewer, COUNTY, published).done == 4
    kept = one(registrar, """SELECT DISTINCT findings -> 0 ->> 'code' FROM registry."case" """)
    assert kept == "REG-3"


def test_there_is_nothing_to_open_in_a_village_that_is_registered(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    package = one(registrar, "SELECT package_id FROM land.package")
    with pytest.raises(Conflict) as conflict:
        opening.open_batch(registrar, COUNTY, package, VILLAGE)
    assert codes(conflict) == {"REG-11"}


def test_steps_for_no_case_or_an_unknown_one_find_nothing(registrar: Actor, superuser: Connection) -> None:
    for ids in ([], [UUID(int=5)]):
        for step in (cases.accept, booking.register):
            with pytest.raises(NotFound):
                step(registrar, COUNTY, ids)
