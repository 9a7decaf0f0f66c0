"""Acts of change from the application to the register: each is prepared, reviewed by another, booked, certified and in the log."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import BadInput, Conflict, NotFound, Refused
from landreg.law.book import act_type
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry import steps
from landreg.registry.casework import applications, cases, notices
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.leaves import logged
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    CertificateExchange,
    HouseholdChange,
    Joining,
    Leaving,
    Reissue,
    Release,
    RestrictionAsked,
)
from tests.household_kit import asked_for
from tests.registry_kit import (
    BANK,
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    one,
    pass_days,
    put_paper,
    right_of,
    state_of,
    to_rights,
)
from tests.villages import COUNTY, VILLAGE, citizen_id, past_triggers


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    return to_rights(registrar, reviewer, superuser, 2)


def rechecked(database: Settings, worker: Actor) -> Sequence[Any]:
    found = recheck(worker, database, logged.SOURCES, logged.TABLES, logged.closings).findings
    return [f for f in found if f.code != "LOG-14"]


JOINED = "成员新"


def test_a_member_joins_and_another_leaves_and_the_register_says_both_on_their_days(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    pass_days(superuser, 10)
    leaving = one(
        registrar,
        "SELECT m.member_id FROM party.member AS m JOIN party.household AS h USING (county, household_id) "
        "WHERE h.code = :code AND m.relation = '10'",
        code=HOUSEHOLD,
    )
    person = applications.person_of(registrar, JOINED, citizen_id(901))
    asked = HouseholdChange((Joining(person, "21", True, "birth"),), (Leaving(leaving, "death"),), address="样本村二组")
    case = applied(registrar, "household_change", asked)
    put_paper(registrar, case, "death_proof")
    booked(registrar, reviewer, superuser, case, "household_change")
    now = "upper_inf(recorded) AND upper_inf(valid)"
    assert one(registrar, f"SELECT count(*) FROM party.member WHERE {now} AND member_id = :id", id=leaving) == 0
    assert (
        one(registrar, "SELECT count(*) FROM party.member WHERE member_id = :id AND upper_inf(recorded)", id=leaving)
        == 1
    )
    assert one(registrar, f"SELECT count(*) FROM party.member WHERE {now} AND person_id = :id", id=person) == 1
    assert one(registrar, f"SELECT address FROM party.household WHERE {now} AND code = :c", c=HOUSEHOLD) == "样本村二组"
    assert rechecked(database, worker) == []


def test_what_a_case_says_in_words_ties_no_land_to_settling_for_the_register_prints_it(
    registered: list[UUID], registrar: Actor
) -> None:
    tied = "该户已进城落户，承包地待收回，落户后须交回承包地"
    asked = Correction("right", "holder", "原登记漏写附记", (Corrected("note", tied),))
    for kind, said, right in (
        ("correction", asked, right_of(registrar)),
        ("household_change", HouseholdChange(address=tied), None),
    ):
        with pytest.raises(Refused) as refused:
            applied(registrar, kind, said, right)
        assert codes(refused) == {"GUARD-1"}
    mended = replace(
        asked, why=f"原附记写着“{tied}”，应改正", facts=(Corrected("note", "户主在县城居住，地由子女耕种"),)
    )
    applied(registrar, "correction", mended, right_of(registrar))
    quoted = RestrictionAsked("dispute", "镇仲裁委", "镇仲裁委受理：因户口迁出收回承包地纠纷")
    applied(registrar, "dispute_entry", quoted, right_of(registrar))
    loan = RestrictionAsked(
        "mortgage", "样本农村信用社", "自愿退出承包地后，方可办理进城落户协议", Decimal(100), whose=BANK
    )
    with pytest.raises(Refused) as agreed:
        applied(registrar, "mortgage", loan, right_of(registrar))
    assert codes(agreed) == {"GUARD-1"}


def test_an_assignment_moves_the_right_and_keeps_what_was_held_before(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    pass_days(superuser, 10)
    right = right_of(registrar)
    taker = one(registrar, "SELECT household_id FROM party.household WHERE code = :c", c=f"{VILLAGE}010002")
    case = applied(registrar, "assignment", Assignment(taker, f"{VILLAGE}010002J", date(2026, 1, 5)), right)
    booked(registrar, reviewer, superuser, case, "assignment")
    holds = (
        "SELECT r.area_m2 FROM registry.\"right\" AS r WHERE r.household_id = :t AND r.kind = 'contract_management' "
    )
    assert one(registrar, holds + "AND upper_inf(recorded) AND upper_inf(valid)", t=taker) == Decimal("1600.00")
    gone = 'SELECT count(*) FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)'
    assert one(registrar, gone, r=right) == 0
    before = (
        'SELECT count(*) FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND NOT upper_inf(valid)'
    )
    assert one(registrar, before, r=right) == 1
    assert rechecked(database, worker) == []


@pytest.mark.parametrize(("kind", "rows"), [("contract_management", 1), ("homestead", 1)])
def test_a_cancellation_ends_the_right_after_its_notice(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, kind: str, rows: int,
    database: Settings, worker: Actor,
) -> None:  # fmt: skip
    right = right_of(registrar, kind=kind)
    case = applied(registrar, "cancellation", Cancellation("ruling"), right)
    booked(registrar, reviewer, superuser, case, "cancellation")
    left = (
        'SELECT count(*) FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid) = :open'
    )
    assert one(registrar, left, r=right, open=True) == 0
    assert one(registrar, left, r=right, open=False) == rows
    assert rechecked(database, worker) == []


def test_a_right_over_the_parcels_that_stay_goes_on_with_their_area(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    lost = one(
        registrar,
        "SELECT min(l.code) FROM land.parcel AS l JOIN registry.right_parcel AS x USING (county, parcel_id) "
        'JOIN registry."right" AS r ON r.row_id = x.right_row WHERE r.right_id = :r',
        r=right,
    )
    case = applied(registrar, "cancellation", Cancellation("expropriation", (lost,)), right)
    booked(registrar, reviewer, superuser, case, "cancellation")
    now = "right_id = :r AND upper_inf(recorded) AND upper_inf(valid)"
    assert one(registrar, f'SELECT area_m2 FROM registry."right" WHERE {now}', r=right) == Decimal("400.00")
    assert one(registrar, f'SELECT mu FROM registry."right" WHERE {now}', r=right) == Decimal("0.60")
    assert rechecked(database, worker) == []


def test_a_seizure_stops_an_assignment_and_nothing_more_until_it_is_released(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    for court in ("第一法院", "第二法院"):
        case = applied(registrar, "seizure", RestrictionAsked("seizure", court, "（2027）执1号"), right)
        booked(registrar, reviewer, superuser, case, "seizure")
    taker = one(registrar, "SELECT household_id FROM party.household WHERE code = :c", c=f"{VILLAGE}010002")
    assignment = Assignment(taker, f"{VILLAGE}010002J", date(2026, 1, 5))
    with pytest.raises(Refused) as refused:
        applied(registrar, "assignment", assignment, right)
    assert codes(refused) == {"TR-12"}
    assert refused.value.findings[0].values["parties"] == ["第一法院", "第二法院"]
    applied(registrar, "household_change", HouseholdChange(address="样本村二组"))
    pass_days(superuser, 1)
    for _ in range(2):
        first = one(
            registrar,
            "SELECT restriction_id FROM registry.restriction WHERE right_id = :r AND rank = 1 AND upper_inf(recorded) "
            "AND upper_inf(valid)",
            r=right,
        )
        case = applied(registrar, "seizure_release", Release(first, "（2027）执1号之一"), right)
        booked(registrar, reviewer, superuser, case, "seizure_release")
        pass_days(superuser, 1)
    applied(registrar, "assignment", assignment, right)
    assert rechecked(database, worker) == []


def test_papers_that_are_missing_are_named_all_at_once_at_acceptance(registered: list[UUID], registrar: Actor) -> None:
    case = applications.apply_on_household(registrar, HOUSEHOLD, "household_change", HouseholdChange(address="新址"))
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    (finding,) = refused.value.findings
    assert finding.code == "REG-20"
    assert finding.values["papers"] == list(act_type("household_change").documents)


def test_a_second_application_of_a_kind_waits_for_the_first(registered: list[UUID], registrar: Actor) -> None:
    first = applied(registrar, "household_change", HouseholdChange(address="新址"))
    with pytest.raises(Conflict) as refused:
        applied(registrar, "household_change", HouseholdChange(address="另址"))
    (finding,) = refused.value.findings
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=first)
    assert (finding.code, finding.values["under_way"]) == ("REG-26", number)


def test_a_change_of_the_household_replaces_each_of_its_certificates(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    seal(worker, database)
    certificates.issue(registrar, COUNTY, registered, press)
    pass_days(superuser, 10)
    case = applied(registrar, "household_change", HouseholdChange(address="样本村二组"))
    booked(registrar, reviewer, superuser, case, "household_change")
    assert one(registrar, "SELECT count(*) FROM registry.certificate_end WHERE state = 'replaced'") == 2
    seal(worker, database)
    assert len(certificates.issue(registrar, COUNTY, [case], press).issued) == 2
    assert state_of(registrar, case) == "certified"
    assert rechecked(database, worker) == []


def test_a_lost_certificate_is_replaced_after_its_notice(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    seal(worker, database)
    certificates.issue(registrar, COUNTY, registered, press)
    case = applied(registrar, "reissue", Reissue("搬家时遗失"), right_of(registrar))
    booked(registrar, reviewer, superuser, case, "reissue")
    seal(worker, database)
    (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
    state = "SELECT state FROM registry.check_certificate(:n)"
    assert one(registrar, state, n=issued.number) == "valid"
    assert one(registrar, "SELECT count(*) FROM registry.certificate_end WHERE state = 'replaced'") == 1
    by = "SELECT max(e.ended_by) FROM registry.certificate AS c, registry.check_certificate(c.number) AS e"
    assert one(registrar, by) == "reissue"
    lost = """SELECT c.number FROM registry.certificate AS c JOIN registry.certificate_end AS e USING (county, certificate_id)"""
    paper = tmp_path / "issued.pdf"
    paper.write_bytes(press.store.read(issued.sha256))
    said = subprocess.run(["pdftotext", str(paper), "-"], capture_output=True, text=True, check=True).stdout
    assert "补发" in said.split("第 2 页")[0]
    assert f"本证为补发，原证书{one(registrar, lost)}遗失，已作废。" in "".join(said.split())


def test_a_certificate_that_came_since_is_not_voided_by_the_loss_of_the_one_before(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    """CERT-7: the old one was exchanged while its loss was applied for. The notice of a loss names what was lost, and how."""
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    seal(worker, database)
    certificates.issue(registrar, COUNTY, registered, press)
    right = right_of(registrar)
    number = "SELECT number FROM registry.certificate WHERE right_id = :r ORDER BY issued_at DESC LIMIT 1"
    old = one(registrar, number, r=right)
    exchange = applied(registrar, "certificate_exchange", CertificateExchange("damaged", old), right)
    lost = applied(registrar, "reissue", Reissue("搬家时遗失"), right)
    booked(registrar, reviewer, superuser, exchange, "certificate_exchange")
    seal(worker, database)
    certificates.issue(registrar, COUNTY, [exchange], press)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [lost])
    assert codes(refused) == {"CERT-7"}
    cases.withdraw(registrar, COUNTY, [lost], "找到了")
    anew = applied(registrar, "reissue", Reissue("雨季"), right)
    cases.accept(registrar, COUNTY, [anew])
    cases.review(reviewer, COUNTY, [anew])
    notices.publish(registrar, COUNTY, [anew], "公告")
    content = one(registrar, "SELECT content FROM registry.notice ORDER BY number DESC LIMIT 1")
    assert content["rows"][0]["lost"] == {"numbers": [one(registrar, number, r=right)], "said": "雨季"}


def test_what_was_objected_to_rightly_is_not_forgotten_when_it_is_applied_for_again(
    registered: list[UUID], registrar: Actor, reviewer: Actor, worker: Actor, database: Settings, tmp_path: Path
) -> None:
    """REG-42: the case is withdrawn, and the same asked for in the same words."""
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    seal(worker, database)
    certificates.issue(registrar, COUNTY, registered, press)
    case = applied(registrar, "reissue", Reissue("搬家时遗失"), right_of(registrar))
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    notices.publish(registrar, COUNTY, [case], "公告")
    objection = notices.object_to(registrar, COUNTY, case, "信用社", "证在我处抵押，没有遗失")
    notices.settle(registrar, COUNTY, objection, "upheld", "查明证在信用社")
    cases.withdraw(registrar, COUNTY, [case], "申请人撤回")
    again = applied(registrar, "reissue", Reissue("搬家时遗失"), right_of(registrar))
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [again])
    assert codes(refused) == {"REG-42"}


def test_a_certificate_of_a_right_that_begins_later_is_found_from_its_issue_on(
    registered: list[UUID], registrar: Actor, superuser: Connection, worker: Actor, database: Settings, tmp_path: Path
) -> None:
    """A renewed contract is certified before its first day."""
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    issued = certificates.issue(registrar, COUNTY, registered, press).issued
    with past_triggers(superuser):
        superuser.execute('UPDATE registry."right" SET valid = daterange(current_date + 400, NULL)')
    state = "SELECT state FROM registry.check_certificate(:n)"
    assert {one(registrar, state, n=found.number) for found in issued} == {"valid"}


def test_a_number_that_is_no_citizen_id_is_refused_and_nobody_is_entered(registrar: Actor) -> None:
    with pytest.raises(BadInput) as refused:
        applications.person_of(registrar, "", "61090019700101002")
    assert codes(refused) == {"FORM-1", "CHG-6"}
    assert one(registrar, "SELECT count(*) FROM identity.person") == 0


def test_a_name_that_an_application_alone_gave_a_number_is_nobody_s(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    """What was slipped in a first application is not the name by which the next one is registered; HH-6: what an act brought is."""
    number = citizen_id(902)
    slip = applications.person_of(registrar, "成员斤", number)
    person = applications.person_of(registrar, JOINED, number)
    assert slip != person == applications.person_of(registrar, JOINED, number)
    assert applications.person_of(registrar, "成员斤", number) == slip
    asked = HouseholdChange((Joining(person, "21", True, "birth"),))
    booked(registrar, reviewer, superuser, applied(registrar, "household_change", asked), "household_change")
    assert applications.person_of(registrar, JOINED, number) == person
    with pytest.raises(BadInput) as refused:
        applications.person_of(registrar, "成员斤", number, "join_name_2")
    assert [(found.code, found.field) for found in refused.value.findings] == [("HH-6", "join_name_2")]
    assert rechecked(database, worker) == []


def test_one_number_by_two_names_is_a_member_once(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PT-1: whichever of two applications is registered first."""
    names = [applications.person_of(registrar, name, citizen_id(902)) for name in ("成员斤", JOINED)]
    asked = [HouseholdChange((Joining(person, "21", True, "birth"),)) for person in names]
    second = asked_for(registrar, "household_change", asked[1], household=f"{VILLAGE}010002")
    booked(registrar, reviewer, superuser, applied(registrar, "household_change", asked[0]), "household_change")
    with pytest.raises(Refused) as refused:
        booked(registrar, reviewer, superuser, second, "household_change")
    assert codes(refused) == {"PT-1"}


def test_the_name_that_an_act_brought_in_another_township_is_told_too(registered: list[UUID], registrar: Actor) -> None:
    """HH-6, of who was registered where this officer reads nothing."""
    elsewhere = replace(registrar, jurisdiction="610902110")
    with pytest.raises(BadInput) as refused:
        applications.person_of(elsewhere, "成员斤", citizen_id(2))
    assert codes(refused) == {"HH-6"}


def test_an_act_is_applied_for_on_what_it_is_for(registered: list[UUID], registrar: Actor) -> None:
    asked = Assignment(UUID(int=5), f"{VILLAGE}010002J", date(2026, 11, 1))
    with pytest.raises(BadInput) as refused:
        applications.apply_on_right(registrar, COUNTY, right_of(registrar, kind="homestead"), "assignment", asked)
    assert codes(refused) == {"REG-25"}
    with pytest.raises(NotFound):
        applications.apply_on_right(registrar, COUNTY, UUID(int=5), "assignment", asked)


def test_a_case_whose_right_has_ended_has_no_certificate_and_holds_no_other_up(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    case = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar))
    booked(registrar, reviewer, superuser, case, "cancellation")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    with pytest.raises(Refused) as refused:
        steps.take(registrar, COUNTY, [case], steps.STEPS["certify"], press=lambda: press)
    assert codes(refused) == {"REG-24"}
    homestead = next(c for c in registered if one(registrar, _KIND, case=c) == "homestead")
    pressed = certificates.issue(registrar, COUNTY, [case, homestead], press)
    assert len(pressed.issued) == 1
    assert [finding.code for findings in pressed.refused.values() for finding in findings] == ["REG-24"]


_KIND = 'SELECT right_kind FROM registry."case" WHERE case_id = :case'


def test_the_database_keeps_the_ranks_of_a_right_apart(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """REG-22: one restriction a rank."""
    case = applied(registrar, "seizure", RestrictionAsked("seizure", "法院", "裁定"), right_of(registrar))
    booked(registrar, reviewer, superuser, case, "seizure")
    again = """INSERT INTO registry.restriction SELECT county, gen_random_uuid(), gen_random_uuid(), village, kind, right_id, rank,
        party, basis, amount, until, valid, tstzrange(system.clock(), NULL), act_id, NULL FROM registry.restriction"""
    with pytest.raises(psycopg.errors.ExclusionViolation) as refused:
        superuser.execute(again)
    assert refused.value.diag.constraint_name == "reg_22_one_restriction_per_rank"
