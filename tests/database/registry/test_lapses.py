"""What ends by itself: on its day, once, each by an act of its own; and what does not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.core.periods import DAY
from landreg.log.recheck import recheck, recheck_register
from landreg.log.store import seal
from landreg.registry import booking, documents, ending_queries, lapses, queries
from landreg.registry.casework import cases, creditors
from landreg.registry.leaves import logged
from landreg.registry.past import right_history
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import Reissue, RestrictionAsked
from tests.registry_kit import (
    BANK,
    NEIGHBOUR,
    TOLD,
    Connection,
    applied,
    booked,
    codes,
    of_household,
    one,
    pass_days,
    put_papers,
    right_of,
    to_rights,
)
from tests.renewal_kit import today
from tests.villages import COUNTY, VILLAGE, past_triggers

STANDING = (
    """SELECT count(*) FROM registry.restriction WHERE right_id = :right AND upper_inf(recorded) AND upper_inf(valid)"""
)
ENDED = """SELECT upper(valid) FROM registry.restriction WHERE right_id = :right AND upper_inf(recorded)
    AND NOT upper_inf(valid) AND party = :party"""
FIRST = """SELECT party FROM registry.restriction WHERE right_id = :right AND rank = 1 AND upper_inf(recorded)
    AND upper_inf(valid)"""
ACTS = "SELECT string_agg(kind, ' ' ORDER BY number) FROM registry.act WHERE case_id IS NULL AND kind <> 'survey_entry'"
_RAISED = """
    WITH a AS (INSERT INTO registry.act (county, act_id, village, number, kind, case_id, registered_at, registered_by)
        SELECT county, gen_random_uuid(), village, 'X-1', 'mortgage_change', case_id, system.clock(), prepared_by
        FROM registry."case" WHERE case_id = :case RETURNING act_id)
    INSERT INTO registry.restriction SELECT (jsonb_populate_record(r, jsonb_build_object(
        'row_id', gen_random_uuid(), 'act_id', a.act_id, 'amount', 5000))).*
    FROM registry.restriction AS r, a WHERE r.restriction_id = :of"""


SECOND = f"{VILLAGE}010002"


@pytest.fixture
def right(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """A registered contract right."""
    to_rights(registrar, reviewer, superuser, 2)
    return right_of(registrar)


def entered(
    registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID, kind: str, party: str, **values: Any
) -> UUID:
    """A restriction on the right; its id."""
    of_kind = {"objection_entry": "objection"}.get(kind, kind)
    whose = {"mortgage": BANK, "objection": NEIGHBOUR, "advance_notice": of_household(registrar, SECOND)}.get(of_kind)
    case = applied(registrar, kind, RestrictionAsked(of_kind, party, **{"basis": "文书", **values}, whose=whose), right)
    booked(registrar, reviewer, superuser, case, kind)
    found: UUID = one(
        registrar,
        "SELECT restriction_id FROM registry.restriction WHERE party = :party AND upper_inf(recorded) AND upper_inf(valid)",
        party=party,
    )
    return found


def changed(
    registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID, kind: str, asked: RestrictionChange
) -> None:
    case = applied(registrar, kind, asked, right)
    booked(registrar, reviewer, superuser, case, kind)


def test_an_objection_without_a_suit_lapses_after_fifteen_days_and_not_before(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    entered(registrar, reviewer, superuser, right, "objection_entry", "异议人")
    on = today(registrar)
    pass_days(superuser, 15)
    assert lapses.work() == 0
    pass_days(superuser, 1)
    assert lapses.work() == 1
    assert one(registrar, STANDING, right=right) == 0
    assert one(registrar, ENDED, right=right, party="异议人") == on + timedelta(days=16)
    assert one(registrar, ACTS) == "objection_lapse"
    assert lapses.work() == 0


def test_an_objection_on_which_a_suit_was_brought_stays(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    objection = entered(registrar, reviewer, superuser, right, "objection_entry", "异议人")
    pass_days(superuser, 10)
    suit = RestrictionChange(objection, "（2027）受理通知书")
    changed(registrar, reviewer, superuser, right, "objection_suit", suit)
    pass_days(superuser, 100)
    assert lapses.work() == 0
    assert one(registrar, STANDING, right=right) == 1


def test_an_advance_notice_lapses_ninety_days_after_it_can_be_registered(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    entered(
        registrar, reviewer, superuser, right, "advance_notice", "受让人", registrable_on=today(registrar) + 10 * DAY
    )
    pass_days(superuser, 100)
    assert lapses.work() == 0
    pass_days(superuser, 1)
    assert lapses.work() == 1
    assert one(registrar, ACTS) == "advance_notice_lapse"


def test_an_advance_notice_whose_day_is_told_later_lapses_by_that_day(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    notice = entered(registrar, reviewer, superuser, right, "advance_notice", "受让人")
    pass_days(superuser, 200)
    assert lapses.work() == 0
    late = RestrictionChange(notice, "补充协议", registrable_on=today(registrar) - 91 * DAY)
    for untold, code in ((late, "RES-6"), (RestrictionChange(notice, "补充协议"), "RES-7")):
        with pytest.raises(Refused) as refused:
            applied(registrar, "advance_notice_day", untold, right)
        assert codes(refused) == {code}
    told = RestrictionChange(notice, "补充协议", registrable_on=today(registrar) + 10 * DAY)
    changed(registrar, reviewer, superuser, right, "advance_notice_day", told)
    pass_days(superuser, 100)
    assert lapses.work() == 0
    pass_days(superuser, 1)
    assert lapses.work() == 1
    assert one(registrar, ACTS) == "advance_notice_lapse"
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()


def test_a_seizure_that_is_over_before_it_is_entered_is_refused_then(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    last = today(registrar) + 5 * DAY
    case = applied(registrar, "seizure", RestrictionAsked("seizure", "甲法院", "裁定", until=last), right)
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    pass_days(superuser, 6)
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [case])
    assert codes(refused) - TOLD == {"RES-6"}


@pytest.mark.parametrize("amount", [Decimal(-5), Decimal("1E15"), Decimal("0.001")])
def test_a_sum_that_the_register_cannot_say_is_refused_when_it_is_applied_for(
    right: UUID, registrar: Actor, amount: Decimal
) -> None:
    with pytest.raises(Refused) as refused:
        applied(
            registrar, "mortgage", RestrictionAsked("mortgage", "样本农村信用社", "合同", amount, whose=BANK), right
        )
    assert codes(refused) == {"RES-5"}


def test_the_database_keeps_a_sum_as_its_rule_does(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """RES-5: what a service let through is a refusal that names the rule, not a fault of the server."""
    entered(registrar, reviewer, superuser, right, "mortgage", "样本农村信用社", amount=Decimal(100))
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        uow.session.execute(
            text(
                """INSERT INTO registry.restriction SELECT county, gen_random_uuid(), gen_random_uuid(), village, kind, right_id,
                rank + 1, party, basis, -amount, until, valid, tstzrange(system.clock(), NULL), act_id, NULL
                FROM registry.restriction"""
            )
        )
    assert codes(refused) == {"RES-5"}


@pytest.mark.parametrize(
    ("kind", "code", "party"),
    [
        ("person", "NULL", "NULL"),
        ("organization", "NULL", "NULL"),
        ("household", "'1'", "gen_random_uuid()"),
        ("court", "'1'", "NULL"),
    ],
)
def test_the_database_too_knows_whom_a_restriction_stands_for_wholly_or_not_at_all(
    right: UUID, kind: str, code: str, party: str, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    entered(registrar, reviewer, superuser, right, "objection_entry", "异议人")
    with pytest.raises(Refused) as refused, unit_of_work(registrar) as uow:
        uow.session.execute(
            text(
                f"""INSERT INTO registry.restriction SELECT county, gen_random_uuid(), gen_random_uuid(), village, kind, right_id,
                rank + 1, party, basis, amount, until, valid, tstzrange(system.clock(), NULL), act_id, NULL, NULL, :kind,
                {code}, {party} FROM registry.restriction"""
            ),
            {"kind": kind},
        )
    assert codes(refused) == {"RES-12"}


def test_several_courts_wait_in_the_order_in_which_they_were_accepted(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    first, second = (
        applied(registrar, "seizure", RestrictionAsked("seizure", court, "裁定"), right)
        for court in ("甲法院", "乙法院")
    )
    for case in (second, first):
        cases.accept(registrar, COUNTY, [case])
        cases.review(reviewer, COUNTY, [case])
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [first])
    assert codes(refused) - TOLD == {"REG-2"}
    for case in (second, first):
        booking.register(reviewer, COUNTY, [case])
    assert one(registrar, FIRST, right=right) == "乙法院"
    applied(registrar, "reissue", Reissue("遗失"), right)
    with pytest.raises(Conflict) as conflict:
        applied(registrar, "reissue", Reissue("遗失"), right)
    assert codes(conflict) == {"REG-26"}


def test_a_seizure_ends_after_its_last_day_and_the_one_in_waiting_moves_up(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    last = today(registrar) + 30 * DAY
    entered(registrar, reviewer, superuser, right, "seizure", "甲法院", until=last)
    entered(registrar, reviewer, superuser, right, "seizure", "乙法院", until=last - 10 * DAY)
    pass_days(superuser, 25)
    assert lapses.work() == 0
    pass_days(superuser, 30)
    assert lapses.work() == 1
    assert one(registrar, FIRST, right=right) == "乙法院"
    assert one(registrar, ENDED, right=right, party="甲法院") == last + DAY
    with unit_of_work(registrar) as uow:
        newest = right_history(uow.session, COUNTY, right)[0]
    assert (newest.act.kind, newest.case) == ("seizure_expiry", None)
    assert {line.name for line in newest.lines} >= {"seizure 甲法院", "seizure 乙法院"}
    assert lapses.work() == 0
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()


def test_a_seizure_that_came_after_the_first_was_over_is_not_said_to_have_stood_before(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    entered(registrar, reviewer, superuser, right, "seizure", "甲法院", until=today(registrar) + 5 * DAY)
    pass_days(superuser, 20)
    entered(registrar, reviewer, superuser, right, "seizure", "乙法院", until=today(registrar) + 300 * DAY)
    came = today(registrar)
    assert lapses.work() == 1
    since = """SELECT min(lower(valid)) FROM registry.restriction WHERE right_id = :right AND upper_inf(recorded)
        AND party = '乙法院'"""
    assert one(registrar, since, right=right) == came
    assert one(registrar, FIRST, right=right) == "乙法院"


def test_a_seizure_that_is_renewed_stands_to_its_new_last_day(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    last = today(registrar) + 30 * DAY
    seizure = entered(registrar, reviewer, superuser, right, "seizure", "甲法院", until=last)
    with pytest.raises(Refused) as refused:
        applied(registrar, "seizure_renewal", RestrictionChange(seizure, "续封裁定", until=last), right)
    assert codes(refused) == {"RES-4"}
    longer = RestrictionChange(seizure, "续封裁定", until=last + 365 * DAY)
    changed(registrar, reviewer, superuser, right, "seizure_renewal", longer)
    pass_days(superuser, 60)
    assert lapses.work() == 0
    assert one(registrar, STANDING, right=right) == 1


def test_a_mortgage_is_changed_and_never_ends_by_itself(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    mortgage = entered(
        registrar,
        reviewer,
        superuser,
        right,
        "mortgage",
        "样本农村信用社",
        amount=Decimal(100),
        until=today(registrar) + DAY,
    )
    more = RestrictionChange(mortgage, "补充协议", Decimal(250))
    changed(registrar, reviewer, superuser, right, "mortgage_change", more)
    pass_days(superuser, 400)
    assert lapses.work() == 0
    secured = (
        "SELECT amount FROM registry.restriction WHERE right_id = :right AND upper_inf(recorded) AND upper_inf(valid)"
    )
    assert one(registrar, secured, right=right) == Decimal(250)
    with pytest.raises(Refused) as refused:
        applied(registrar, "seizure_renewal", RestrictionChange(mortgage, "裁定", until=date(2040, 1, 1)), right)
    assert "RES-3" in codes(refused)


def test_a_first_mortgage_is_raised_before_a_second_one_with_its_creditor_s_paper(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """TR-32: the case is opened, asks for the paper of each, and is not accepted without it; nor does the database take the row."""
    first, second, third = (
        entered(
            registrar, reviewer, superuser, right, "mortgage", party, amount=Decimal(100), basis=f"抵押合同（{party}）"
        )
        for party in ("样本农村信用社", "样本村镇银行", "样本农商银行")
    )
    case = applied(registrar, "mortgage_change", RestrictionChange(first, "补充协议", Decimal(5000)), right)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"TR-32"}
    with unit_of_work(registrar) as uow:
        held = queries.case(uow.session, COUNTY, case)
        assert held is not None
        for named, code in ((None, "FORM-1"), (first, "FORM-5")):
            with pytest.raises(BadInput) as unnamed:
                creditors.consenting(uow.session, held, "later_creditors_consent", named)
            assert codes(unnamed) == {code}
    for later in (second, third):
        with pytest.raises(Refused) as refused:
            cases.accept(registrar, COUNTY, [case])
        assert codes(refused) == {"TR-32"}
        with pytest.raises(Refused) as wall, unit_of_work(registrar) as uow:
            uow.session.execute(text(_RAISED), {"of": first, "case": case})
        assert codes(wall) == {"TR-32"}
        with unit_of_work(registrar) as uow:
            documents.enter(
                uow, county=COUNTY, village=VILLAGE, sha256="00" * 32, size=1, kind="later_creditors_consent", name="c.pdf",
                cases=[case], restriction=later,
            )  # fmt: skip
    put_papers(registrar, case, "mortgage_change")
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    booking.register(registrar, COUNTY, [case])
    seal(worker, database)
    assert recheck_register(worker, database, register()).findings == ()
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.document SET restriction_id = %s WHERE restriction_id = %s", [second, third])
    assert {one.layer for one in recheck_register(worker, database, register()).findings} == {"registry.document"}


def test_a_contract_right_does_not_end_with_its_term(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 1, ends_on="2019-12-31")
    pass_days(superuser, 3650)
    assert lapses.work() == 0
    assert right_of(registrar) is not None
    with unit_of_work(registrar) as uow:
        (row,) = ending_queries.terms_ending(uow.session, today(registrar), 10, 0)
    assert (row.last_day, row.roster) == (date(2019, 12, 31), None)


def test_what_ends_within_thirty_days_is_listed_soonest_first(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    now = today(registrar)
    entered(
        registrar, reviewer, superuser, right, "mortgage", "样本农村信用社", amount=Decimal(1), until=now + 200 * DAY
    )
    entered(registrar, reviewer, superuser, right, "seizure", "甲法院", until=now + 29 * DAY)
    entered(registrar, reviewer, superuser, right, "objection_entry", "异议人")
    with unit_of_work(registrar) as uow:
        rows = ending_queries.restrictions_ending(uow.session, now, 10, 0)
        assert ending_queries.ending_counts(uow.session, now)[0] == 2
    assert [row.kind for row in rows] == ["objection", "seizure"]
