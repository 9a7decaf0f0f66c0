"""From a staged village to registered rights, as the desks do it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotFound, Refused
from landreg.core.periods import beijing_day
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry import booking, queries
from landreg.registry.casework import cases, notices, opening
from landreg.registry.entry import enter_survey
from landreg.registry.leaves import logged
from tests.registry_kit import put_paper, refuse, to_notice
from tests.villages import COUNTY, VILLAGE, Staged, stage_village


def codes(error: pytest.ExceptionInfo[Any]) -> set[str]:
    return {finding.code for finding in error.value.findings}


def in_state(actor: Actor, batch: UUID, *states: str) -> list[UUID]:
    with unit_of_work(actor) as uow:
        return queries.case_ids(uow.session, COUNTY, batch, *states)


def one(actor: Actor, statement: str, **values: Any) -> Any:
    with unit_of_work(actor) as uow:
        return uow.session.execute(text(statement), values).scalar()


def pass_notice(superuser: Any) -> None:
    """Let the notice run its time: only a database with the demo marker has a clock that moves."""
    superuser.execute(
        "INSERT INTO system.demo AS demo (ahead) VALUES ('40 days') "
        "ON CONFLICT (marker) DO UPDATE SET ahead = demo.ahead + '40 days'"
    )


@pytest.fixture
def staged(superuser: Any) -> Staged:
    return stage_village(superuser, 3)


@pytest.fixture
def batch(staged: Staged, registrar: Actor) -> UUID:
    return opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)


@pytest.fixture
def noticed(batch: UUID, registrar: Actor, reviewer: Actor, superuser: Any) -> UUID:
    """A batch whose notice has run its time."""
    cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    cases.review(reviewer, COUNTY, in_state(reviewer, batch, "accepted"))
    notices.publish(registrar, COUNTY, in_state(registrar, batch, "reviewed"), "首次登记公告")
    pass_notice(superuser)
    return batch


def test_a_batch_opens_a_case_for_each_contract_and_homestead_of_the_village(batch: UUID, registrar: Actor) -> None:
    assert len(in_state(registrar, batch, "draft")) == 6


@pytest.mark.parametrize(
    ("given", "registered"),
    [
        (("买卖", "2999-06-30"), ("", None)),
        (("批准拨用", "1999-06-30"), ("批准拨用", date(1999, 6, 30))),
        (("集体土地 批准拨用宅基地", "1999-06-30"), ("批准拨用", date(1999, 6, 30))),
    ],
)
def test_a_homestead_is_registered_neither_as_bought_nor_as_built_on_a_day_to_come(
    staged: Staged,
    registrar: Actor,
    reviewer: Actor,
    superuser: Any,
    given: tuple[str, str],
    registered: tuple[Any, ...],
) -> None:
    """COD-52, COD-53: what no homestead can be by stands in no register and on no certificate."""
    superuser.execute("UPDATE land.staged_homestead SET nature = %s, built_on = %s", given)
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    with unit_of_work(registrar) as uow:
        rows = uow.session.execute(
            text("SELECT DISTINCT nature, built_on FROM registry.\"right\" WHERE kind = 'homestead'")
        )
        assert [tuple(row) for row in rows] == [registered]


def test_a_village_is_not_opened_twice(batch: UUID, staged: Staged, registrar: Actor) -> None:
    with pytest.raises(Conflict):
        opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)


def test_a_package_of_another_county_is_not_found(staged: Staged, registrar: Actor) -> None:
    stranger = Actor(registrar.account_id, "外县", registrar.desk, registrar.roles, "610921")
    with pytest.raises(NotFound):
        opening.open_batch(stranger, COUNTY, staged.package_id, VILLAGE)


def test_acceptance_gives_each_parcel_an_order_number_and_a_day_to_finish(batch: UUID, registrar: Actor) -> None:
    stepped = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    assert stepped.done == 6
    assert not stepped.refused
    assert one(registrar, "SELECT count(DISTINCT acceptance_order) FROM registry.case_parcel") == 6
    assert one(registrar, 'SELECT bool_and(due_on > accepted_on) FROM registry."case"')


def test_nobody_reviews_the_case_that_they_prepared(batch: UUID, registrar: Actor) -> None:
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    with pytest.raises(Refused) as refused:
        cases.review(registrar, COUNTY, ids[:1])
    assert codes(refused) == {"REG-1"}
    assert cases.review(registrar, COUNTY, ids).done == 0


def test_who_put_papers_in_before_the_acceptance_or_while_it_was_returned_does_not_review(
    batch: UUID, registrar: Actor, reviewer: Actor
) -> None:
    """REG-1; a note of the review itself, put in while the case is accepted, is no preparation, also after a return."""
    before, noted, while_returned = ids = in_state(registrar, batch, "draft")[:3]
    put_paper(reviewer, before, "other")
    cases.accept(registrar, COUNTY, ids)
    put_paper(reviewer, noted, "other")
    cases.return_for_completion(reviewer, COUNTY, [noted, while_returned], "请补正")
    put_paper(reviewer, while_returned, "other")
    put_paper(registrar, noted, "other")
    cases.accept(registrar, COUNTY, [noted, while_returned])
    for own in (before, while_returned):
        with pytest.raises(Refused) as refused:
            cases.review(reviewer, COUNTY, [own])
        assert codes(refused) == {"REG-1"}
    assert cases.review(reviewer, COUNTY, [noted]).done == 1


def test_the_database_too_refuses_a_reviewer_who_prepared_the_case(batch: UUID, as_desk: Any, registrar: Actor) -> None:
    desk = as_desk(registrar.desk, COUNTY)
    with pytest.raises(psycopg.errors.IntegrityError) as refused:
        desk.execute('UPDATE registry."case" SET reviewed_by = prepared_by')
    assert refused.value.diag.constraint_name == "reg_1_four_eyes"


def test_a_case_is_not_registered_before_its_notice_is_over(batch: UUID, registrar: Actor, reviewer: Actor) -> None:
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, ids[:1])
    assert codes(refused) == {"REG-4"}


def test_a_village_is_registered_as_one_batch_with_one_act_and_one_leaf_a_case(
    noticed: UUID, registrar: Actor, reviewer: Actor
) -> None:
    stepped = booking.register(reviewer, COUNTY, in_state(registrar, noticed, "noticed"))
    assert stepped.done == 6
    assert not stepped.refused
    assert one(registrar, 'SELECT count(*) FROM registry."right"') == 6
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'first_registration'") == 6
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'survey_entry'") == 1
    assert one(registrar, "SELECT count(*) FROM log.entry WHERE kind = 'act'") == 7
    assert one(registrar, "SELECT count(*) FROM party.member") == 6


def test_acts_are_numbered_without_a_gap_whatever_part_of_the_batch_is_registered_at_a_time(
    noticed: UUID, registrar: Actor, reviewer: Actor
) -> None:
    """The village is entered with the first part; a later part enters nothing, and takes no number for that."""
    for case_id in in_state(registrar, noticed, "noticed"):
        booking.register(reviewer, COUNTY, [case_id])
    serials = one(registrar, "SELECT array_agg(split_part(number, '-', 3)::integer ORDER BY number) FROM registry.act")
    assert serials == list(range(1, 8))


def test_a_contract_right_holds_from_the_first_day_of_its_contract(
    noticed: UUID, registrar: Actor, reviewer: Actor
) -> None:
    booking.register(reviewer, COUNTY, in_state(registrar, noticed, "noticed"))
    found = "SELECT DISTINCT lower(valid)::text FROM registry.\"right\" WHERE kind = 'contract_management'"
    assert one(registrar, found) == "1998-01-01"


def test_an_objection_stops_its_case_and_no_other(
    noticed: UUID, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    superuser.execute("UPDATE system.demo SET ahead = '1 day'")
    objected = in_state(registrar, noticed, "noticed")[0]
    objection = notices.object_to(registrar, COUNTY, objected, "邻户", "界址有争议")
    pass_notice(superuser)
    stepped = booking.register(reviewer, COUNTY, in_state(registrar, noticed, "noticed", "objected"))
    assert stepped.done == 5
    assert [{f.code for f in found} for found in stepped.refused.values()] == [{"REG-6"}]
    notices.settle(reviewer, COUNTY, objection, "dismissed", "经实地核实，界址无误")
    assert booking.register(reviewer, COUNTY, [objected]).done == 1


def test_an_objection_after_the_notice_is_refused(noticed: UUID, registrar: Actor) -> None:
    with pytest.raises(Refused) as refused:
        notices.object_to(registrar, COUNTY, in_state(registrar, noticed, "noticed")[0], "邻户", "界址有争议")
    assert codes(refused) == {"REG-14"}


def test_an_objection_without_name_and_reason_names_both_fields(noticed: UUID, registrar: Actor) -> None:
    with pytest.raises(BadInput) as bad:
        notices.object_to(registrar, COUNTY, in_state(registrar, noticed, "noticed")[0], " ", "")
    assert {finding.field for finding in bad.value.findings} == {"raised_by", "reason"}


def test_a_case_taken_out_goes_on_by_itself(batch: UUID, registrar: Actor) -> None:
    ids = in_state(registrar, batch, "draft")
    cases.take_out(registrar, COUNTY, ids[:1], "户主外出，另行办理")
    assert len(in_state(registrar, batch, "draft")) == 5
    assert cases.accept(registrar, COUNTY, ids[:1]).done == 1


def test_an_applicant_withdraws_until_registration_but_not_after(
    noticed: UUID, registrar: Actor, reviewer: Actor
) -> None:
    ids = in_state(registrar, noticed, "noticed")
    cases.withdraw(registrar, COUNTY, ids[:1], "申请人撤回")
    assert booking.register(reviewer, COUNTY, ids[1:]).done == 5
    with pytest.raises(Conflict):
        cases.withdraw(registrar, COUNTY, ids[1:2], "申请人撤回")


def test_a_case_is_registered_once(noticed: UUID, registrar: Actor, reviewer: Actor) -> None:
    ids = in_state(registrar, noticed, "noticed")
    booking.register(reviewer, COUNTY, ids)
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, ids[:1])
    assert "REG-8" in codes(refused)


def test_a_later_case_on_the_same_parcel_waits_for_the_earlier(
    batch: UUID, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    ids = in_state(registrar, batch, "draft")
    first, second = ids[0], ids[1]
    superuser.execute(
        "INSERT INTO registry.case_parcel (county, case_id, parcel_code, village) "
        "SELECT county, %s, parcel_code, village FROM registry.case_parcel WHERE case_id = %s LIMIT 1",
        (second, first),
    )
    cases.accept(registrar, COUNTY, [first])
    cases.accept(registrar, COUNTY, [second])
    cases.review(reviewer, COUNTY, [second])
    notices.publish(registrar, COUNTY, [second], "公告")
    pass_notice(superuser)
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [second])
    assert "REG-2" in codes(refused)


def test_the_excess_of_a_homestead_is_recorded_apart(superuser: Any, registrar: Actor, reviewer: Actor) -> None:
    staged = stage_village(superuser, 1, homestead_m2="272.75", approved_m2="200.00")
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    rows = one(registrar, "SELECT content -> 'rows' FROM registry.notice")
    (told,) = [row for row in rows if row["kind"] == "homestead"]
    assert (told["area_m2"], told["occupied_m2"], told["excess_m2"]) == ("200.00", "272.75", "72.75")
    assert [parcel[1] for parcel in told["parcels"]] == ["200.00"], "announced is what will be registered"
    pass_notice(superuser)
    booking.register(reviewer, COUNTY, ids)
    found = "SELECT {} FROM registry.\"right\" WHERE kind = 'homestead'"
    assert one(registrar, found.format("area_m2")) == Decimal("200.00")
    assert one(registrar, found.format("excess_m2")) == Decimal("72.75")


def test_a_term_longer_than_the_law_gives_is_not_accepted(superuser: Any, registrar: Actor) -> None:
    staged = stage_village(superuser, 1, ends_on="2030-12-31")
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    contract, homestead = in_state(registrar, batch, "draft")
    stepped = cases.accept(registrar, COUNTY, [contract, homestead])
    assert stepped.done == 1
    assert [{f.code for f in found} for found in stepped.refused.values()] == [{"CT-1"}]


def test_what_the_register_said_yesterday_is_still_told(noticed: UUID, registrar: Actor, reviewer: Actor) -> None:
    before = one(registrar, "SELECT system.clock()")
    booking.register(reviewer, COUNTY, in_state(registrar, noticed, "noticed"))
    right = one(registrar, "SELECT right_id FROM registry.\"right\" WHERE kind = 'contract_management' LIMIT 1")
    now = one(registrar, "SELECT system.clock()")
    with unit_of_work(registrar) as uow:
        day = beijing_day(before)
        assert queries.right_as_of(uow.session, COUNTY, right, queries.AsOf(day, before - timedelta(seconds=1))) is None
        assert queries.right_as_of(uow.session, COUNTY, right, queries.AsOf(day, now)) is not None


def test_every_act_is_in_the_tables_as_its_leaf_tells(
    noticed: UUID, registrar: Actor, reviewer: Actor, worker: Actor, database: Settings, superuser: Any
) -> None:
    booking.register(reviewer, COUNTY, in_state(registrar, noticed, "noticed"))
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()
    behind_its_back = "UPDATE registry.\"right\" SET area_m2 = area_m2 + 1 WHERE kind = 'homestead'"
    superuser.execute(f"SET session_replication_role = replica; {behind_its_back}")
    found = recheck(worker, database, logged.SOURCES, logged.TABLES).findings
    assert len({finding.subject for finding in found}) == 3
    assert {finding.values["table"] for finding in found} == {"registry.right"}


@pytest.mark.parametrize("step", [cases.withdraw, refuse])
def test_of_two_homesteads_of_a_household_one_is_registered_once_the_other_has_left(
    superuser: Any, registrar: Actor, reviewer: Actor, step: Any
) -> None:
    """HS-1: one household, one homestead; which one is the household's choice."""
    staged = stage_village(superuser, 2)
    superuser.execute(
        "UPDATE land.staged_homestead SET household_code = (SELECT min(household_code) FROM land.staged_homestead)"
    )
    batch = opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    asked = "SELECT case_id FROM registry.\"case\" WHERE right_kind = 'homestead' ORDER BY subject_code"
    with unit_of_work(registrar) as uow:
        first, second = uow.session.scalars(text(asked)).all()
    for case in (first, second):
        with pytest.raises(Refused) as refused:
            cases.accept(registrar, COUNTY, [case])
        assert codes(refused) == {"HS-1"}
    step(reviewer, COUNTY, [second], "保留另一处")
    assert cases.accept(registrar, COUNTY, [first]).done == 1
    assert in_state(registrar, batch, "accepted") == [first]


def test_what_is_entered_after_a_registration_was_rolled_back_is_found_by_its_indexes(
    superuser: Any, registrar: Actor
) -> None:
    """A page of a GiST index that is full of dead entries splits under the very statement that fills the table."""
    village = stage_village(superuser, 25)
    superuser.execute("TRUNCATE land.parcel, party.household, party.collective, party.organization CASCADE")

    def enter(back: bool) -> None:
        with unit_of_work(registrar) as uow:
            uow.lock_village(VILLAGE)
            # Of two plans that cost much the same, the one that showed the fault.
            uow.session.execute(text("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off"))
            enter_survey(uow, COUNTY, village.package_id, VILLAGE, [])
            if back:
                raise InterruptedError

    with pytest.raises(InterruptedError):
        enter(back=True)
    enter(back=False)
    superuser.execute("SET enable_bitmapscan = off; SET enable_seqscan = off")
    by_index = superuser.execute("SELECT count(*) FROM land.parcel WHERE county = %s", [COUNTY]).fetchone()
    superuser.execute(
        "RESET enable_bitmapscan; RESET enable_seqscan; SET enable_indexscan = off; SET enable_indexonlyscan = off"
    )
    by_heap = superuser.execute("SELECT count(*) FROM land.parcel").fetchone()
    superuser.execute("RESET enable_indexscan; RESET enable_indexonlyscan")
    assert by_index == by_heap
