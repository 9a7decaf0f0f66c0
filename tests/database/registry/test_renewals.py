"""Rosters of renewals: who goes with the others and who by themselves, the members' decision, and what the register then says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from landreg import keys
from landreg.access.identity import Identity
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotFound, Refused
from landreg.core.files import Store
from landreg.core.periods import DAY
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry import booking, public_queries, queries
from landreg.registry.casework import cases, notices
from landreg.registry.facts.renewal import stopped
from landreg.registry.issued import certificates, excerpts
from landreg.registry.issued.certificates import Press
from landreg.registry.issued.certified import certified
from landreg.registry.leaves import logged
from landreg.registry.papers.certificate_data import CertificateNumber
from landreg.registry.past import right_history
from landreg.registry.renewal import roster_cases, rosters
from landreg.registry.renewal.rosters import Vote
from landreg.registry.rules.household_requests import Placed, RepresentativeChange
from landreg.registry.rules.requests import Cancellation, Reissue, RestrictionAsked
from tests.household_kit import asked_for, members
from tests.registry_kit import (
    BANK,
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    in_state,
    one,
    pass_days,
    put_papers,
    right_of,
    state_of,
    to_rights,
)
from tests.renewal_kit import (
    AFTER_ENDS,
    ENDS,
    MINUTES,
    PLAN,
    REQUEST,
    TERM,
    WINDOW,
    decided,
    drawn,
    entries_of,
    on_notice,
    roster_of,
    to_decided,
    today,
)
from tests.villages import COUNTY, ISSUER, VILLAGE, citizen_id, past_triggers

SECOND = f"{VILLAGE}010002"
_ACT = """INSERT INTO registry.act (county, act_id, village, number, kind, case_id, registered_at, registered_by)
          SELECT county, gen_random_uuid(), village, 'X-1', 'renewal', case_id, system.clock(), :by
          FROM registry."case" WHERE case_id = :case"""


def test_a_decided_roster_renews_every_contract_for_thirty_years_from_the_day_after_the_last(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    _, ids = to_decided(registrar, reviewer, superuser)
    before = [(right_of(registrar, h), one(registrar, TERM, right=right_of(registrar, h))) for h in (HOUSEHOLD, SECOND)]
    assert booking.register(registrar, COUNTY, ids).done == 2
    for right, was in before:
        term = one(registrar, TERM, right=right)
        assert (term.lower, term.upper) == (was.upper, date(2058, 1, 1)) == (AFTER_ENDS, date(2058, 1, 1))
        assert one(registrar, CONTRACTS, right=right) == 2
        assert one(registrar, PARCELS, right=right) == 2


def test_the_database_asks_why_the_members_are_fewer_than_the_persons_of_the_register(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """REN-15."""
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster = drawn(registrar)
    on_notice(registrar, reviewer, roster)
    pass_days(superuser, 40)
    document = one(registrar, "SELECT document_id FROM registry.document LIMIT 1")
    decide = """UPDATE registry.renewal SET state = 'decided', members = :members, present = 3, in_favour = 3,
        held_on = '2026-01-01', minutes_id = :paper, decided_by = :by, decided_at = system.clock(), explained = :why
        WHERE renewal_id = :id"""
    given = {"paper": document, "by": reviewer.account_id, "id": roster}
    for why in ("", "  "):
        with pytest.raises(Refused) as refused, unit_of_work(reviewer) as uow:
            uow.session.execute(text(decide), {**given, "members": 3, "why": why})
        assert codes(refused) == {"REN-15"}
    with unit_of_work(reviewer) as uow:
        assert uow.session.execute(text(decide), {**given, "members": 4, "why": ""}).rowcount == 1
        uow.session.rollback()


@pytest.mark.parametrize("alone", [False, True])
def test_who_entered_the_decision_registers_none_of_its_renewals(
    registrar: Actor, reviewer: Actor, superuser: Connection, alone: bool
) -> None:
    """REN-16: nor of a case that was taken out of the others' batch; the database too refuses the act."""
    _, ids = to_decided(registrar, reviewer, superuser)
    if alone:
        cases.take_out(registrar, COUNTY, ids[:1], "单独办理")
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, ids[:1])
    assert "REN-16" in codes(refused)
    with pytest.raises(Refused) as refused, unit_of_work(reviewer) as uow:
        uow.session.execute(text(_ACT), {"case": ids[0], "by": reviewer.account_id})
    assert codes(refused) == {"REN-16"}
    assert booking.register(registrar, COUNTY, ids[:1]).done == 1


def test_the_register_of_earlier_days_keeps_the_old_term(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    _, ids = to_decided(registrar, reviewer, superuser)
    right, yesterday = right_of(registrar), today(registrar) - DAY
    booking.register(registrar, COUNTY, ids)
    was = """SELECT term FROM registry."right" WHERE right_id = :right AND upper_inf(recorded) AND valid @> CAST(:day AS date)"""
    assert one(registrar, was, right=right, day=yesterday).upper == AFTER_ENDS


def test_until_a_renewed_term_begins_paper_check_and_exchange_go_by_the_running_one_too(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, tmp_path: Path
) -> None:
    _, ids = to_decided(registrar, reviewer, superuser)
    right = right_of(registrar)
    first = one(registrar, TERM, right=right).lower
    booking.register(registrar, COUNTY, ids)
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    numbers = [issued.number for issued in certificates.issue(registrar, COUNTY, ids, press).issued]
    both = f"{first} 至 2027-12-31；续期 2028-01-01 至 2057-12-31"
    said = "SELECT term FROM exchange.right_said(:county, :right)"
    with unit_of_work(registrar) as uow:
        row = queries.right_as_of(uow.session, COUNTY, right, AsOf.now(uow.now))
        assert excerpts.term_of(uow.session, row, AsOf.now(uow.now)) == both
        anybody = defaultdict(lambda: Identity("户主", "citizen_id", citizen_id(1)))
        paper = certified(uow.session, COUNTY, ids, anybody)[0]
        number = CertificateNumber("陕", 2027, "汉滨区", "1")
        (note,) = paper.contract(number, "", first, "", "").notes
        assert "2027年12月31日止，本证所记承包期自其届满之次日起接续。" in note
        assert paper.contract(number, "", AFTER_ENDS, "", "").notes == ()
        assert excerpts.term_of(uow.session, row, AsOf(AFTER_ENDS, uow.now)) == "2028-01-01 至 2057-12-31"
        checked = [public_queries.check_certificate(uow.session, number) for number in numbers]
        term = uow.session.execute(text(said), {"county": COUNTY, "right": right}).scalar_one()
        assert (term.lower, term.upper) == (first, date(2058, 1, 1))
    assert {(found.running.lower, found.running.upper, found.ended_by) for found in checked if found} == {
        (first, AFTER_ENDS, "")
    }


def test_a_renewal_is_told_in_the_history_with_both_terms(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    _, ids = to_decided(registrar, reviewer, superuser)
    booking.register(registrar, COUNTY, ids)
    with unit_of_work(registrar) as uow:
        newest = right_history(uow.session, COUNTY, right_of(registrar))[0]
    assert newest.act.kind == "renewal"
    assert {(line.part, line.field) for line in newest.lines} == {
        ("right", "term"), ("contract", "term"), ("contract", "signed_on"),
    }  # fmt: skip


def test_the_log_tells_of_decision_and_renewals_and_recheck_finds_them_as_told(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    roster, ids = to_decided(registrar, reviewer, superuser)
    booking.register(registrar, COUNTY, ids)
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()
    superuser.execute("ALTER TABLE registry.renewal DISABLE TRIGGER keep_decision")
    superuser.execute("UPDATE registry.renewal SET in_favour = 10, present = 10 WHERE renewal_id = %s", [roster])
    superuser.execute("ALTER TABLE registry.renewal ENABLE TRIGGER keep_decision")
    found = recheck(worker, database, logged.SOURCES).findings
    assert {finding.values["key"] for finding in found} == {roster_of(registrar, roster).number}


@pytest.mark.parametrize(
    "blow",
    [
        "UPDATE registry.renewal SET collective = '另一集体' WHERE state = 'drawn'",
        "UPDATE registry.renewal SET members = 10 WHERE state = 'drawn'",
        "UPDATE registry.renewal SET state = 'given_up' WHERE state = 'drawn'",
        "DELETE FROM registry.renewal WHERE state = 'drawn'",
        "UPDATE registry.renewal SET drawn_by = plan_id WHERE state = 'given_up'",
        "UPDATE registry.renewal SET state = 'drawn' WHERE state = 'given_up'",
    ],
)
def test_a_roster_has_a_leaf_from_the_day_on_which_it_was_drawn_up(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, blow: str
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    rosters.give_up(registrar, COUNTY, drawn(registrar), "方案重新讨论")
    drawn(registrar)
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES).findings == ()
    superuser.execute(f"SET session_replication_role = replica; {blow}; RESET session_replication_role")
    found = recheck(worker, database, logged.SOURCES).findings
    assert len({finding.values["key"] for finding in found}) == 1


def test_a_term_that_ran_out_ended_no_right_and_is_no_ground_to_refuse(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1, ends_on="2019-12-31")
    right = right_of(registrar)
    assert right is not None
    case = roster_cases.apply_singly(registrar, COUNTY, right, None)
    put_papers(registrar, case, "renewal_single")
    booked(registrar, reviewer, superuser, case, "renewal_single")
    term = one(registrar, TERM, right=right)
    assert (term.lower, term.upper) == (date(2020, 1, 1), date(2050, 1, 1))
    kept = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert [finding["code"] for finding in kept] == ["REN-11"]


def test_one_contract_is_renewed_on_the_members_decision_and_not_past_it(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster = drawn(registrar)
    rosters.put_aside(registrar, COUNTY, roster, [right_of(registrar)], "unreachable", "三次上门无人")

    def lacking(case: UUID) -> list[str]:
        with pytest.raises(Refused) as refused:
            cases.accept(registrar, COUNTY, [case])
        (finding,) = refused.value.findings
        found: list[str] = finding.values["papers"]
        return found

    case = roster_cases.apply_singly(registrar, COUNTY, right_of(registrar), None)
    assert "assembly_minutes" in lacking(case)
    on_notice(registrar, reviewer, roster)
    decided(reviewer, superuser, roster)
    assert lacking(case) == ["application", "identity", "renewal_contract"]
    put_papers(registrar, case, "renewal_single")
    cases.accept(registrar, COUNTY, [case])


def test_a_contract_is_renewed_once(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    _, ids = to_decided(registrar, reviewer, superuser, 1)
    case = roster_cases.apply_singly(registrar, COUNTY, right_of(registrar), None)
    put_papers(registrar, case, "renewal_single")
    with pytest.raises(Refused) as refused:
        booking.register(registrar, COUNTY, ids)
    assert codes(refused) == {"REN-10"}
    assert refused.value.findings[0].values["household"] == f"{HOUSEHOLD}（户*1）"
    cases.withdraw(registrar, COUNTY, [case], "随名册办理")
    booking.register(registrar, COUNTY, ids)
    with pytest.raises(Refused) as refused:
        roster_cases.apply_singly(registrar, COUNTY, right_of(registrar), None)
    assert "REN-3" in codes(refused)


def test_who_must_be_treated_by_themselves_is_set_aside_with_the_reason(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 5, ends_on=ENDS)
    code = {n: f"{VILLAGE}01{n:04d}" for n in range(1, 6)}
    # As a survey of other days has it: nobody stands for the household.
    head = one(registrar, MEMBER, code=code[1], relation="02")
    with past_triggers(superuser):
        superuser.execute("UPDATE party.member SET relation = '20' WHERE member_id = %s", [head])
    for household, kind in ((code[2], "seizure"), (code[5], "mortgage")):
        asked = RestrictionAsked(
            kind, "样本农村信用社", "文书", Decimal(1000), whose=BANK if kind == "mortgage" else None
        )
        case = applied(registrar, kind, asked, right_of(registrar, household))
        booked(registrar, reviewer, superuser, case, kind)
    lost = one(registrar, LAND, right=right_of(registrar, code[3]))
    case = applied(registrar, "cancellation", Cancellation("expropriation", (lost,)), right_of(registrar, code[3]))
    booked(registrar, reviewer, superuser, case, "cancellation")
    applied(registrar, "reissue", Reissue("搬家时遗失"), right_of(registrar, code[4]))
    found = {entry.household_code: entry.reasons for entry in entries_of(registrar, drawn(registrar))}
    assert found == {
        code[1]: ["head_gone"],
        code[2]: ["restricted"],
        code[3]: ["land_lost"],
        code[4]: ["under_way"],
        code[5]: [],
    }


def test_no_household_is_put_aside_for_another_reason_than_the_listed_ones(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster, right = drawn(registrar), right_of(registrar)
    for reason in ("moved", "no_member", ""):
        with pytest.raises(BadInput) as wrong:
            rosters.put_aside(registrar, COUNTY, roster, [right], reason, "户主在外")
        assert codes(wrong) == {"REN-4"}
    for said in ("已进城落户，不再延包", "户口迁走了"):
        with pytest.raises(Refused) as moved:
            rosters.put_aside(registrar, COUNTY, roster, [right], "own_wish", said, REQUEST)
        assert codes(moved) == {"REN-17"}
    assert rosters.put_aside(registrar, COUNTY, roster, [right], "unreachable", "三次上门无人") == 1
    assert [entry.household_code for entry in entries_of(registrar, roster, aside=True)] == [HOUSEHOLD]
    rosters.put_back(registrar, COUNTY, roster, [right])
    assert entries_of(registrar, roster, aside=True) == []


def test_nothing_is_registered_before_the_members_decided(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster = drawn(registrar)
    ids = on_notice(registrar, reviewer, roster)
    pass_days(superuser, 40)
    stepped = booking.register(registrar, COUNTY, ids)
    assert stepped.done == 0
    assert {finding.code for found in stepped.refused.values() for finding in found} == {"REN-9"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"in_favour": 6}, {"REN-5"}),
        ({"present": 5}, {"REN-6"}),
        ({"minutes": None}, {"REN-7"}),
        ({"held_on": date(2020, 1, 1)}, {"REN-7"}),
        ({"members": 0, "present": 0, "in_favour": 0}, {"REN-6"}),
    ],
)
def test_a_decision_without_two_thirds_of_all_members_sound_counts_or_minutes_is_refused(
    changed: dict[str, object], code: set[str], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster = drawn(registrar)
    on_notice(registrar, reviewer, roster)
    with pytest.raises(Refused) as refused:
        decided(registrar, superuser, roster, **changed)
    assert code <= codes(refused)
    assert roster_of(registrar, roster).state == "opened"


def test_the_database_takes_no_decision_that_the_law_does_not_and_changes_none(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    roster, _ = to_decided(registrar, reviewer, superuser)
    with pytest.raises(Conflict) as late:
        rosters.decide(registrar, COUNTY, roster, Vote(3, 3, 3, today(registrar), MINUTES))
    assert codes(late) == {"REN-12"}
    with pytest.raises(psycopg.IntegrityError, match="was decided"):
        superuser.execute("UPDATE registry.renewal SET in_favour = 7 WHERE renewal_id = %s", [roster])


def test_a_plan_moves_no_land_but_on_a_ground_of_the_law_with_its_approvals(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 1, ends_on=ENDS)
    for asked in (replace(WINDOW, adjusts=True), replace(WINDOW, adjusts=True, ground="members_joined", approval=PLAN)):
        with pytest.raises(Refused) as refused:
            drawn(registrar, asked)
        assert codes(refused) == {"REN-2"}
    drawn(registrar, replace(WINDOW, adjusts=True, ground="disaster", approval=PLAN))


def test_a_roster_lists_a_contract_once_and_none_that_ends_another_day(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    drawn(registrar)
    with pytest.raises(Refused) as refused:
        drawn(registrar)
    assert codes(refused) == {"REN-13"}
    with pytest.raises(Refused) as refused:
        drawn(registrar, replace(WINDOW, ends_until=date(2060, 1, 1)))
    assert codes(refused) == {"REN-14"}
    with pytest.raises(NotFound):
        rosters.draw_up(registrar, COUNTY, "61090210420299", WINDOW, PLAN)


def test_an_objection_stops_one_case_and_no_other(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster = drawn(registrar)
    ids = on_notice(registrar, reviewer, roster)
    objection = notices.object_to(registrar, COUNTY, ids[0], "邻居", "四至不清")
    decided(reviewer, superuser, roster)
    assert booking.register(registrar, COUNTY, ids).done == 1
    notices.settle(reviewer, COUNTY, objection, "dismissed", "四至与调查一致")
    assert booking.register(registrar, COUNTY, [ids[0]]).done == 1


def test_what_was_accepted_after_the_roster_waits_for_it_and_what_came_before_goes_first(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 3, ends_on=ENDS)
    rights = [right_of(registrar), right_of(registrar, SECOND)]
    roster = drawn(registrar)
    ids = on_notice(registrar, reviewer, roster)
    loan = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal(1000), whose=BANK)
    order = RestrictionAsked("seizure", "第一法院", "（2027）执1号")
    later = applied(registrar, "mortgage", loan, rights[0])
    cases.accept(registrar, COUNTY, [later])
    cases.review(reviewer, COUNTY, [later])
    seized = applied(registrar, "seizure", order, rights[1])
    cases.accept(registrar, COUNTY, [seized])
    decided(reviewer, superuser, roster)
    done = booking.register(registrar, COUNTY, ids)
    assert done.done == 2
    left = [finding for findings in done.refused.values() for finding in findings]
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=seized)
    assert [(finding.code, finding.values["before"]) for finding in left] == [("REN-10", [number])]
    booking.register(reviewer, COUNTY, [later])


def test_a_head_s_death_after_the_decision_goes_first_and_the_household_is_renewed_singly(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    roster, ids = to_decided(registrar, reviewer, superuser)
    right, (head, wife, *_) = right_of(registrar), members(registrar)
    died = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", died, more=["death_proof"])
    with unit_of_work(registrar) as uow:
        assert stopped(uow.session, roster_of(registrar, roster)) == {}
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
    with unit_of_work(registrar) as uow:
        marked = stopped(uow.session, roster_of(registrar, roster))
    assert {key: (found.reasons, found.before) for key, found in marked.items()} == {right: (("under_way",), (number,))}
    done = booking.register(registrar, COUNTY, ids)
    (left,) = [finding for findings in done.refused.values() for finding in findings]
    assert (done.done, left.code, left.values["before"]) == (1, "REN-10", [number])
    assert rosters.put_aside(registrar, COUNTY, roster, [right], "head_gone", "户主已故") == 1
    other = right_of(registrar, SECOND)
    with pytest.raises(Conflict) as late:
        rosters.put_aside(registrar, COUNTY, roster, [other], "head_gone", "户主已故")
    assert codes(late) == {"REN-12"}
    assert booking.register(registrar, COUNTY, [case]).done == 1
    single = roster_cases.apply_singly(registrar, COUNTY, right, None)
    put_papers(registrar, single, "renewal_single")
    booked(registrar, reviewer, superuser, single, "renewal_single")
    assert one(registrar, TERM, right=right).lower == AFTER_ENDS


def test_who_holds_a_right_does_not_wait_for_the_roster(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """REG-2: the death of a head is registered while the roster's renewal of the same land is on its way."""
    roster, ids = to_decided(registrar, reviewer, superuser)
    head, wife, *_ = members(registrar)
    died = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", died, more=["death_proof"])
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    assert booking.register(registrar, COUNTY, [case]).done == 1
    with unit_of_work(registrar) as uow:
        assert stopped(uow.session, roster_of(registrar, roster)) == {}
    assert booking.register(registrar, COUNTY, ids).done == 2


def test_a_roster_that_is_given_up_leaves_every_right_as_it_is(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster, was = drawn(registrar), one(registrar, TERM, right=right_of(registrar))
    ids = on_notice(registrar, reviewer, roster)
    assert rosters.give_up(registrar, COUNTY, roster, "方案重新讨论") == 2
    assert {state_of(registrar, case) for case in ids} == {"withdrawn"}
    assert one(registrar, TERM, right=right_of(registrar)) == was
    assert len(entries_of(registrar, drawn(registrar))) == 2


def test_a_household_put_aside_while_cases_are_open_leaves_its_case(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster = drawn(registrar)
    on_notice(registrar, reviewer, roster)
    rosters.put_aside(registrar, COUNTY, roster, [right_of(registrar)], "own_wish", "书面要求暂缓", REQUEST)
    decided(reviewer, superuser, roster)
    batch = roster_of(registrar, roster).batch_id
    assert batch is not None
    assert booking.register(registrar, COUNTY, in_state(registrar, batch, "noticed")).done == 1
    assert one(registrar, TERM, right=right_of(registrar)).upper == AFTER_ENDS
    assert one(registrar, TERM, right=right_of(registrar, SECOND)).lower == AFTER_ENDS


def test_another_county_s_officer_sees_no_roster(registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    to_rights(registrar, reviewer, superuser, 1, ends_on=ENDS)
    roster = drawn(registrar)
    other = replace(registrar, jurisdiction="610921")
    with pytest.raises(NotFound):
        rosters.give_up(other, COUNTY, roster, "别的县")
    with pytest.raises(NotFound):
        rosters.draw_up(other, COUNTY, ISSUER, WINDOW, PLAN)


CONTRACTS = """SELECT count(DISTINCT r.contract_id) FROM registry."right" AS r
    WHERE r.right_id = :right AND upper_inf(r.recorded)"""
PARCELS = """SELECT count(*) FROM registry.right_parcel AS p JOIN registry."right" AS r ON r.row_id = p.right_row
    WHERE r.right_id = :right AND upper_inf(p.recorded) AND upper_inf(p.valid)"""
MEMBER = """SELECT m.member_id FROM party.member AS m JOIN party.household AS h USING (county, household_id)
    WHERE h.code = :code AND m.relation = :relation AND upper_inf(m.recorded) AND upper_inf(m.valid)"""
LAND = """SELECT min(l.code) FROM registry.right_parcel AS p JOIN registry."right" AS r ON r.row_id = p.right_row
    JOIN land.parcel AS l ON l.parcel_id = p.parcel_id WHERE r.right_id = :right"""
