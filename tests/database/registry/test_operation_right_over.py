"""LO-18: a land-operation right whose term is over is cancelled, corrected, or had for longer by a new contract; nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import DAY
from landreg.registry import booking
from landreg.registry.casework import applications, cases
from landreg.registry.facts import standing
from landreg.registry.rules.household_requests import LandOperationChange, LandOperationEnd, Operator
from landreg.registry.rules.requests import Reissue, RestrictionAsked
from tests.database.registry.test_household_acts import rechecked
from tests.database.registry.test_operation_rights import asked, operation_right
from tests.household_kit import SECOND, asked_for, household_id
from tests.registry_kit import BANK, Connection, applied, booked, codes, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE

LAST = date(2027, 6, 30)
MORTGAGE = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("9000.00"), LAST, whose=BANK)
NOTICE = RestrictionAsked("advance_notice", "样本农村信用社", "协议", lapse_days=90, whose=BANK)
PAPERS = ("contractor_consent", "filing")


@pytest.fixture(autouse=True)
def _registered(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)


@pytest.fixture
def operated(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """A land-operation right until the last day."""
    case = asked_for(
        registrar, "land_operation", asked(registrar, last_day=LAST), right=right_of(registrar), more=PAPERS
    )
    booked(registrar, reviewer, superuser, case, "land_operation")
    return operation_right(registrar)


def on(superuser: Connection, day: date) -> None:
    """Let time pass until a day."""
    (today,) = superuser.execute("SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date").fetchone() or (day,)
    pass_days(superuser, (day - today).days)


def steps(registrar: Actor, reviewer: Actor, case: UUID) -> list[Callable[[], object]]:
    """From its papers to the register."""
    return [
        lambda: cases.accept(registrar, COUNTY, [case]),
        lambda: cases.review(reviewer, COUNTY, [case]),
        lambda: booking.register(reviewer, COUNTY, [case]),
    ]


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_mortgage_under_way_on_the_last_day_goes_on_and_no_step_of_it_after(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, taken: int
) -> None:
    case = asked_for(registrar, "mortgage", MORTGAGE, right=operated, more=PAPERS)
    on(superuser, LAST)
    for step in steps(registrar, reviewer, case)[:taken]:
        step()
    on(superuser, LAST + DAY)
    with pytest.raises(Refused) as refused:
        steps(registrar, reviewer, case)[taken]()
    assert codes(refused) & {"LO-18", "RES-6"} == {"LO-18", "RES-6"}


def test_what_is_over_is_neither_secured_nor_noticed_nor_passed_on_nor_printed_anew(
    operated: UUID, registrar: Actor, superuser: Connection
) -> None:
    on(superuser, LAST + DAY)
    neighbour = Operator("household", household_id(registrar, SECOND), "户主2", SECOND)
    after = date(2027, 12, 31)
    for kind, request in (
        ("mortgage", replace(MORTGAGE, until=None)),
        ("advance_notice", NOTICE),
        ("reissue", Reissue("遗失")),
        ("land_operation_change", LandOperationChange("再流转合同", after, (), neighbour)),
        ("land_operation_change", LandOperationChange("补充协议", LAST)),
    ):
        with pytest.raises(Refused) as refused:
            applications.apply_on_right(registrar, COUNTY, operated, kind, request)
        assert codes(refused) == {"LO-18"}, kind


def test_nothing_is_registered_whose_term_is_over(registrar: Actor, superuser: Connection) -> None:
    on(superuser, LAST + DAY)
    with pytest.raises(Refused) as refused:
        applied(registrar, "land_operation", asked(registrar, last_day=LAST), right_of(registrar))
    assert codes(refused) == {"LO-18"}


def test_its_own_holder_has_it_for_longer_by_a_new_contract_and_else_it_is_cancelled(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    on(superuser, LAST + DAY)
    longer = LandOperationChange("续期合同", date(2027, 12, 31))
    case = asked_for(registrar, "land_operation_change", longer, right=operated, more=PAPERS)
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    with unit_of_work(registrar) as uow:
        assert standing.rights(uow.session, COUNTY, [operated])[operated].right.row["term"].upper == date(2028, 1, 1)
    case = asked_for(registrar, "mortgage", replace(MORTGAGE, until=date(2027, 12, 31)), right=operated, more=PAPERS)
    booked(registrar, reviewer, superuser, case, "mortgage")
    on(superuser, date(2028, 1, 1))
    end = LandOperationEnd("term_over", "续期合同")
    case = asked_for(registrar, "land_operation_end", end, right=operated)
    booked(registrar, reviewer, superuser, case, "land_operation_end")
    assert operation_right(registrar) is None
    assert rechecked(database, worker) == []


def test_a_household_s_own_right_is_mortgaged_whatever_its_term_says(registrar: Actor, superuser: Connection) -> None:
    on(superuser, date(2028, 1, 2))
    case = asked_for(
        registrar, "mortgage", replace(MORTGAGE, until=date(2029, 1, 1)), right=right_of(registrar), more=("filing",)
    )
    cases.accept(registrar, COUNTY, [case])
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert "LO-18" not in [finding["code"] for finding in findings]


ACT = """INSERT INTO registry.act (county, act_id, village, number, kind, registered_at, registered_by)
    VALUES (%(county)s, %(act)s, %(village)s, %(number)s, %(kind)s, system.clock(), %(by)s)"""
LAID = """INSERT INTO registry.restriction (county, row_id, restriction_id, village, kind, right_id, rank, party, basis, valid,
        recorded, act_id)
    VALUES (%(county)s, gen_random_uuid(), gen_random_uuid(), %(village)s, %(laid)s, %(right)s, 1, '样本农村信用社', '合同',
        daterange((system.clock() AT TIME ZONE 'Asia/Shanghai')::date, NULL), tstzrange(system.clock(), NULL), %(act)s)"""
CLOSED = """UPDATE registry."right" SET recorded = tstzrange(lower(recorded), system.clock()), ended_by_act = %(act)s
    WHERE right_id = %(right)s AND upper_inf(recorded) AND upper_inf(valid)"""
SAID_ANEW = """INSERT INTO registry."right" SELECT (r).* FROM (
    SELECT jsonb_populate_record(r, jsonb_build_object('row_id', gen_random_uuid(), 'act_id', %(act)s::text, 'ended_by_act', NULL,
        'valid', daterange((system.clock() AT TIME ZONE 'Asia/Shanghai')::date, NULL)::text,
        'recorded', tstzrange(system.clock(), NULL)::text, 'term', %(term)s::text,
        'household_id', coalesce(%(holder)s, r.household_id)::text)) AS r
    FROM registry."right" AS r WHERE r.right_id = %(right)s ORDER BY lower(r.recorded) DESC LIMIT 1) AS one"""


def wall(superuser: Connection, actor: Actor, kind: str, statements: tuple[str, ...], **more: object) -> str | None:
    """The name of the wall that refuses an act written by hand, before it is asked for its leaf; None where none does."""
    said = {"county": COUNTY, "village": VILLAGE, "act": uuid4(), "kind": kind, "by": actor.account_id, **more}
    said["number"] = f"W{uuid4().int % 10**9}"
    try:
        with superuser.transaction(force_rollback=True):
            for statement in (ACT, *statements):
                superuser.execute(statement, said)
    except psycopg.errors.IntegrityConstraintViolation as refused:
        return refused.diag.constraint_name
    return None


def test_the_database_lays_nothing_on_it_either_and_gives_it_to_nobody_else(
    operated: UUID, registrar: Actor, superuser: Connection
) -> None:
    def laid(kind: str, restriction: str) -> str | None:
        return wall(superuser, registrar, kind, (LAID,), laid=restriction, right=operated)

    def changed(until: str, holder: UUID | None = None) -> str | None:
        said = {"right": operated, "term": f"[2022-01-01,{until})", "holder": holder}
        return wall(superuser, registrar, "land_operation_change", (CLOSED, SAID_ANEW), **said)

    on(superuser, LAST)
    neighbour = household_id(registrar, SECOND)
    assert [laid("mortgage", "mortgage"), laid("advance_notice", "advance_notice")] == [None, None]
    assert [changed("2027-07-01"), changed("2028-01-01", neighbour)] == [None, None]
    on(superuser, LAST + DAY)
    for kind, restriction in (("mortgage", "mortgage"), ("advance_notice_day", "advance_notice")):
        assert laid(kind, restriction) == "lo_18_over_it_secures_nothing"
    assert laid("seizure", "seizure") is None
    assert changed("2027-07-01") == changed("2028-01-01", neighbour) == "lo_18_over_it_is_not_passed_on"
    assert changed("2028-01-01") is None
