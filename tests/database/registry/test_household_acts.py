"""Acts on households and between them, from the application to the register: land and members go where they should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.law.book import national_law
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry.casework import applications, cases
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.documents import Store
from landreg.registry.facts.deaths import joining_dead
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.leaves.strays import register
from landreg.registry.rules.household_requests import (
    Exchange,
    HomesteadInheritance,
    HouseholdMerge,
    Placed,
    RepresentativeChange,
)
from landreg.registry.rules.parcel_requests import AreaChange
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    HouseholdChange,
    Joining,
    Leaving,
    Relating,
    RestrictionAsked,
)
from tests.household_kit import SECOND, asked_for, division, household_id, members, parcels
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
    put_papers,
    right_of,
    to_rights,
)
from tests.villages import COUNTY, citizen_id

STANDS = "upper_inf(recorded) AND upper_inf(valid)"
THIRD = f"{HOUSEHOLD[:-4]}0003"


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    found = to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)
    return found


def rechecked(database: Settings, worker: Actor) -> Sequence[Any]:
    return [finding for finding in recheck_register(worker, database, register()).findings if finding.code != "LOG-14"]


def area(actor: Actor, household: str, kind: str = "contract_management") -> Decimal | None:
    statement = f"""SELECT r.area_m2 FROM registry."right" AS r WHERE r.kind = :kind AND upper_inf(r.recorded)
        AND upper_inf(r.valid) AND r.household_id = (SELECT household_id FROM party.household WHERE code = :code AND {STANDS})"""
    found: Decimal | None = one(actor, statement, kind=kind, code=household)
    return found


def test_a_division_gives_the_new_household_its_member_its_parcel_its_contract_and_a_certificate(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    seal(worker, database)
    certificates.issue(registrar, COUNTY, registered, press)
    case = asked_for(registrar, "division", division(registrar, right_of(registrar)))
    booked(registrar, reviewer, superuser, case, "division")
    assert (area(registrar, HOUSEHOLD), area(registrar, THIRD)) == (Decimal("400.00"), Decimal("400.00"))
    assert (len(members(registrar)), len(members(registrar, THIRD))) == (1, 1)
    terms = f"SELECT count(DISTINCT term) FROM registry.contract WHERE {STANDS}"
    assert one(registrar, terms) == 1
    assert (
        one(registrar, f"SELECT code FROM registry.contract WHERE {STANDS} ORDER BY code DESC LIMIT 1") == f"{THIRD}J"
    )
    seal(worker, database)
    # Both certificates of the old household, and one of the new.
    assert len(certificates.issue(registrar, COUNTY, [case], press).issued) == 3
    assert one(registrar, "SELECT count(*) FROM registry.certificate_end WHERE state = 'replaced'") == 2
    assert rechecked(database, worker) == []


def test_two_divisions_never_draw_one_code(registered: list[UUID], registrar: Actor) -> None:
    first = asked_for(registrar, "division", division(registrar, right_of(registrar)))
    second = asked_for(
        registrar, "division", division(registrar, right_of(registrar, SECOND), SECOND), household=SECOND
    )
    drawn = "SELECT request -> 'branches' -> 0 ->> 'code' FROM registry.\"case\" WHERE case_id = :case"
    assert {one(registrar, drawn, case=first), one(registrar, drawn, case=second)} == {THIRD, f"{HOUSEHOLD[:-4]}0004"}


def test_a_division_may_leave_the_old_household_without_land_and_its_homestead_with_the_new(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    asked = division(registrar, right, parcels=tuple(parcels(registrar, right)), homestead=True)
    booked(registrar, reviewer, superuser, asked_for(registrar, "division", asked), "division")
    assert (area(registrar, HOUSEHOLD), area(registrar, THIRD)) == (None, Decimal("800.00"))
    assert (area(registrar, HOUSEHOLD, "homestead"), area(registrar, THIRD, "homestead")) == (None, Decimal("180.00"))
    assert rechecked(database, worker) == []


def test_a_mortgage_goes_with_the_land_that_a_new_household_takes(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    mortgage = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("5000.00"), whose=BANK)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", mortgage, right), "mortgage")
    pass_days(superuser, 1)
    case = asked_for(registrar, "division", division(registrar, right))
    booked(registrar, reviewer, superuser, case, "division")
    assert one(registrar, f"SELECT count(DISTINCT right_id) FROM registry.restriction WHERE {STANDS}") == 2
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert [finding["code"] for finding in findings] == ["HH-13"]
    assert rechecked(database, worker) == []


def test_a_seizure_stops_a_division_and_is_named(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    right = right_of(registrar)
    seizure = RestrictionAsked("seizure", "第一法院", "裁定")
    booked(registrar, reviewer, superuser, applied(registrar, "seizure", seizure, right), "seizure")
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "division", division(registrar, right))
    (finding,) = refused.value.findings
    assert finding.code == "TR-12"
    assert "查封（第一法院）" in national_law(COUNTY, date(2026, 7, 1)).say(finding)


def test_what_changed_since_the_application_is_refused_at_registration(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The parcel that is to go was lost in the meantime; its case came later and was reviewed first."""
    right = right_of(registrar)
    case = asked_for(registrar, "division", division(registrar, right))
    lost = Cancellation("ruling", (parcels(registrar, right)[1],))
    booked(registrar, reviewer, superuser, applied(registrar, "cancellation", lost, right), "cancellation")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"HH-4"}


def test_households_that_merge_have_one_right_and_one_is_no_more(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    gone = Cancellation("ruling")
    homestead = right_of(registrar, SECOND, "homestead")
    booked(registrar, reviewer, superuser, applied(registrar, "cancellation", gone, homestead), "cancellation")
    joining = members(registrar, SECOND)
    asked = HouseholdMerge(
        household_id(registrar, SECOND), (Placed(joining[0], "30"), Placed(joining[1], "28")), date(2026, 1, 5)
    )
    booked(registrar, reviewer, superuser, asked_for(registrar, "household_merge", asked), "household_merge")
    assert area(registrar, HOUSEHOLD) == Decimal("1600.00")
    assert len(members(registrar)) == 4
    assert one(registrar, f"SELECT count(*) FROM party.household WHERE {STANDS}") == 1
    assert rechecked(database, worker) == []


def test_households_with_a_homestead_each_do_not_merge(registered: list[UUID], registrar: Actor) -> None:
    joining = tuple(Placed(member, "30") for member in members(registrar, SECOND))
    asked = HouseholdMerge(household_id(registrar, SECOND), joining, date(2026, 1, 5))
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "household_merge", asked)
    assert codes(refused) == {"HH-14", "HH-18"}


def test_when_the_head_dies_another_member_stands_for_the_household_and_its_rights_go_on(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    head, wife = members(registrar)
    asked = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", asked, more=("death_proof",))
    booked(registrar, reviewer, superuser, case, "representative_change")
    assert members(registrar) == [wife]
    assert one(registrar, f"SELECT name FROM party.household WHERE code = :c AND {STANDS}", c=HOUSEHOLD) == "成员1之2"
    assert area(registrar, HOUSEHOLD) == Decimal("800.00")
    assert rechecked(database, worker) == []


@pytest.mark.parametrize("reason", ["confirmed", "error"])
def test_whom_an_act_registered_as_dead_joins_no_household_but_where_that_was_in_error(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, reason: str
) -> None:
    """CHG-14, of the one who died and in another household as in their own."""
    head, wife = members(registrar)[:2]
    person = one(registrar, "SELECT person_id FROM party.member WHERE member_id = :m", m=head)
    death = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", death, more=("death_proof",))
    booked(registrar, reviewer, superuser, case, "representative_change")
    pass_days(superuser, 1)
    asked = HouseholdChange((Joining(person, "51", True, reason),))
    if reason == "error":
        booked(registrar, reviewer, superuser, asked_for(registrar, "household_change", asked), "household_change")
        pass_days(superuser, 1)
        alive = one(registrar, f"SELECT member_id FROM party.member WHERE person_id = :p AND {STANDS}", p=person)
        leaves = HouseholdChange((), (Leaving(alive, "other_household"),))
        case = asked_for(registrar, "household_change", leaves)
        with pytest.raises(Refused) as unproven:
            cases.accept(registrar, COUNTY, [case])
        assert [one.values["papers"] for one in unproven.value.findings if one.code == "REG-20"] == [["taken_in_proof"]]
        put_paper(registrar, case, "taken_in_proof")
        booked(registrar, reviewer, superuser, case, "household_change")
        findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case)
        assert "CHG-16" in {found["code"] for found in findings}
        pass_days(superuser, 1)
        joins = HouseholdChange((Joining(person, "51", True, "confirmed"),))
        asked_for(registrar, "household_change", joins, household=SECOND)
        return
    for household in (HOUSEHOLD, SECOND):
        with pytest.raises(Refused) as refused:
            asked_for(registrar, "household_change", asked, household=household)
        assert codes(refused) == {"CHG-14"}
    with unit_of_work(registrar) as uow:
        of_batch = joining_dead(uow.session, COUNTY, {head: asked, wife: asked})
    assert {*of_batch} == {head, wife}, "of each case of a batch"


def test_a_death_is_proved(registered: list[UUID], registrar: Actor) -> None:
    head, wife = members(registrar)
    asked = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", asked)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert [(f.code, f.values["papers"]) for f in refused.value.findings] == [("REG-20", ["death_proof"])]


def test_a_household_with_no_member_left_is_named(registered: list[UUID], registrar: Actor) -> None:
    head, wife = members(registrar)
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "representative_change", RepresentativeChange(wife, "成员1之2", "death", (head, wife)))
    assert "HH-8" in codes(refused)


@pytest.mark.parametrize("member", [True, False])
def test_a_house_is_inherited_with_its_homestead_and_the_note_where_the_heir_is_no_member(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path, member: bool,
) -> None:  # fmt: skip
    name, number = ("成员2之1", citizen_id(4)) if member else ("城里人", citizen_id(970))
    heir = applications.person_of(registrar, name, number)
    right = right_of(registrar, kind="homestead")
    asked = HomesteadInheritance(heir, name, "（2026）公证1号", "某市某街1号", tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", asked, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    note = one(registrar, f'SELECT note FROM registry."right" WHERE right_id = :r AND {STANDS}', r=right)
    assert note == ("" if member else "该权利人为本农民集体经济组织原成员住宅的合法继承人")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
    shown = one(registrar, "SELECT holder FROM registry.check_certificate(:n)", n=issued.number)
    assert shown == ("成***1" if member else "城*人")
    pass_days(superuser, 1)
    booked(
        registrar,
        reviewer,
        superuser,
        applied(registrar, "cancellation", Cancellation("ruling"), right),
        "cancellation",
    )
    assert one(registrar, "SELECT state FROM registry.check_certificate(:n)", n=issued.number) == "cancelled"
    assert rechecked(database, worker) == []


def test_who_is_dead_by_an_inheritance_is_no_member_and_nobody_disposes_of_the_land(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """HH-15; the database refuses it too."""
    heir, right = applications.person_of(registrar, "城里人", citizen_id(970)), right_of(registrar, kind="homestead")
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", asked, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    assert members(registrar) == []
    land, mortgage = (
        right_of(registrar),
        RestrictionAsked("mortgage", "样本信用社", "抵1号", Decimal("9000.00"), date(2027, 6, 1), whose=BANK),
    )
    to = household_id(registrar, SECOND)
    for kind, disposed in (("mortgage", mortgage), ("assignment", Assignment(to, SECOND, date(2026, 1, 5)))):
        with pytest.raises(Refused) as refused:
            asked_for(registrar, kind, disposed, right=land, more=("filing", "issuer_consent"))
        assert "HH-15" in codes(refused)
    born = applications.person_of(registrar, "新生儿", citizen_id(971))
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "household_change", HouseholdChange((Joining(born, "20", True, "birth"),)))
    assert codes(refused) == {"HH-17"}
    monkeypatch.setattr("landreg.registry.facts.since._died_out", lambda *_: {})
    case = asked_for(registrar, "mortgage", mortgage, right=land, more=("filing",))
    with pytest.raises(Refused) as refused:
        booked(registrar, reviewer, superuser, case, "mortgage")
    assert codes(refused) == {"HH-15"}
    assert rechecked(database, worker) == []


def test_the_database_lets_nobody_into_a_household_that_has_ended(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    heir, right = applications.person_of(registrar, "城里人", citizen_id(970)), right_of(registrar, kind="homestead")
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", asked, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    born = applications.person_of(registrar, "新生儿", citizen_id(971))
    monkeypatch.setattr("landreg.registry.facts.since._strangers", lambda *_: {})
    case = asked_for(registrar, "household_change", HouseholdChange((Joining(born, "20", True, "birth"),)))
    with pytest.raises(Refused) as refused:
        booked(registrar, reviewer, superuser, case, "household_change")
    assert codes(refused) == {"HH-17"}


def test_who_was_said_dead_in_error_comes_back_into_the_household_that_nobody_was_left_of(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    """HH-17 leaves this way; a child comes with them, and the land is theirs to dispose of again."""
    heir, right = applications.person_of(registrar, "城里人", citizen_id(970)), right_of(registrar, kind="homestead")
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", asked, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    pass_days(superuser, 1)
    head = applications.person_of(registrar, "成员1之1", citizen_id(2))
    born = applications.person_of(registrar, "新生儿", citizen_id(971))
    back = (Joining(head, "02", True, "error"), Joining(born, "20", True, "birth"))
    case = asked_for(registrar, "household_change", HouseholdChange(back))
    booked(registrar, reviewer, superuser, case, "household_change")
    assert len(members(registrar)) == 2
    mortgage = RestrictionAsked("mortgage", "样本信用社", "抵1号", Decimal("9000.00"), date(2027, 6, 1), whose=BANK)
    asked_for(registrar, "mortgage", mortgage, right=right_of(registrar), more=("filing",))
    assert rechecked(database, worker) == []


def test_a_house_that_an_heir_holds_goes_on_to_their_own_heir(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    """No household holds it any more; a member of the village takes it without the note (HS-4)."""
    heir, right = applications.person_of(registrar, "城里人", citizen_id(970)), right_of(registrar, kind="homestead")
    first = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", first, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    pass_days(superuser, 1)
    other = applications.person_of(registrar, "李四海", citizen_id(975))
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "homestead_inheritance", HomesteadInheritance(other, "李小海", "公证2号"), right=right)
    assert "HH-6" in codes(refused)
    neighbour = applications.person_of(registrar, "成员2之1", citizen_id(4))
    second = HomesteadInheritance(neighbour, "成员2之1", "（2027）公证2号")
    case = asked_for(registrar, "homestead_inheritance", second, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    said = f"""SELECT h.name || r.note FROM registry."right" AS r JOIN party.holder AS h ON h.holder_id = r.household_id
        WHERE r.right_id = :r AND {STANDS.replace("upper_inf(", "upper_inf(r.")}"""
    assert one(registrar, said, r=right) == "成员2之1"
    assert rechecked(database, worker) == []


def test_the_parcel_of_an_inherited_homestead_is_measured_anew_as_any_other(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    heir, right = applications.person_of(registrar, "城里人", citizen_id(970)), right_of(registrar, kind="homestead")
    asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(members(registrar)))
    case = asked_for(registrar, "homestead_inheritance", asked, right=right)
    booked(registrar, reviewer, superuser, case, "homestead_inheritance")
    pass_days(superuser, 1)
    (parcel,) = parcels(registrar, right)
    case = apply_on_parcel(registrar, parcel, "area_change", AreaChange((parcel,), Decimal("190.00")))
    assert one(registrar, 'SELECT applicant FROM registry."case" WHERE case_id = :c', c=case) == "城里人"
    put_papers(registrar, case, "area_change")
    booked(registrar, reviewer, superuser, case, "area_change")
    assert rechecked(database, worker) == []


def test_a_homestead_is_nobody_s_inheritance_while_a_member_lives(registered: list[UUID], registrar: Actor) -> None:
    heir, right = applications.person_of(registrar, "城里人", citizen_id(970)), right_of(registrar, kind="homestead")
    for dead in ((), members(registrar)[:1]):
        asked = HomesteadInheritance(heir, "城里人", "（2026）公证1号", deceased=tuple(dead))
        with pytest.raises(Refused) as refused:
            asked_for(registrar, "homestead_inheritance", asked, right=right)
        assert "HS-8" in codes(refused)


def test_the_head_goes_by_another_act_and_no_second_one_comes_with_who_joins(
    registered: list[UUID], registrar: Actor
) -> None:
    head, wife = members(registrar)
    person = applications.person_of(registrar, "成员新", citizen_id(971))
    for asked, code in (
        (HouseholdChange(leaves=(Leaving(head, "death"),)), "CHG-7"),
        (HouseholdChange((Joining(person, "02", True, "marriage"),)), "HH-7"),
        (HouseholdChange((Joining(person, "表叔", True, "marriage"),)), "HH-7"),
        (HouseholdChange(name="王小二"), "HH-6"),
    ):
        with pytest.raises(Refused) as refused:
            asked_for(registrar, "household_change", asked)
        assert codes(refused) == {code}
    right = HouseholdChange((Joining(person, "20", True, "birth"),), (Leaving(wife, "marriage"),), "成员1之1")
    asked_for(registrar, "household_change", right)


def test_the_last_member_s_death_is_registered_and_the_household_dies_out(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    head, wife = members(registrar)
    case = asked_for(registrar, "household_change", HouseholdChange(leaves=(Leaving(wife, "death"),)))
    with pytest.raises(Refused) as unproven:
        cases.accept(registrar, COUNTY, [case])
    assert (codes(unproven), unproven.value.findings[0].values["papers"]) == ({"REG-20"}, ["death_proof"])
    put_paper(registrar, case, "death_proof")
    booked(registrar, reviewer, superuser, case, "household_change")
    pass_days(superuser, 1)
    child = Joining(applications.person_of(registrar, "成员新", citizen_id(971)), "20", True, "birth")
    for asked in (
        HouseholdChange(leaves=(Leaving(head, "marriage"),)),
        HouseholdChange((child,), (Leaving(head, "death"),)),
    ):
        with pytest.raises(Refused) as refused:
            asked_for(registrar, "household_change", asked)
        assert "CHG-7" in codes(refused)
    dies = HouseholdChange(leaves=(Leaving(head, "death"),))
    case = asked_for(registrar, "household_change", dies, more=["death_proof"])
    booked(registrar, reviewer, superuser, case, "household_change")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case)
    assert "CHG-13" in {found["code"] for found in findings}
    assert members(registrar) == []
    assert one(registrar, 'SELECT state FROM registry."case" WHERE case_id = :c', c=case) == "certified", "its end"
    ended = """SELECT count(*) FROM registry.certificate_end AS e JOIN registry."case" AS c USING (county, act_id)
        WHERE c.case_id = :c"""
    assert one(registrar, ended, c=case) == 0, "no certificate takes the place of theirs"
    loan = RestrictionAsked("mortgage", "样本农村信用社", "合同1号", Decimal(100), whose=BANK)
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "mortgage", loan, right=right_of(registrar))
    assert "HH-15" in codes(refused)
    assert rechecked(database, worker) == []


def test_the_representative_is_married_again_while_the_divorced_spouse_stays_a_member(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """HH-22 without the paper of the divorce; with it the former spouse keeps the right, and the reviewer is told (HH-23)."""
    _head, wife = members(registrar)
    person = applications.person_of(registrar, "成员新", citizen_id(971))
    again = HouseholdChange((Joining(person, "10", True, "marriage"),))
    case = asked_for(registrar, "household_change", again)
    with pytest.raises(Refused) as unproven:
        cases.accept(registrar, COUNTY, [case])
    assert codes(unproven) == {"HH-22"}
    put_paper(registrar, case, "divorce_proof")
    booked(registrar, reviewer, superuser, case, "household_change")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case)
    assert "HH-23" in {found["code"] for found in findings}
    holds = f"SELECT holds_right FROM party.member WHERE member_id = :m AND {STANDS}"
    assert (len(members(registrar)), one(registrar, holds, m=wife)) == (3, True)
    assert rechecked(database, worker) == []


def test_a_divorced_spouse_stays_a_member_and_is_called_spouse_until_the_day_of_the_divorce_alone(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """With the new spouse in one application, and the paper of the divorce asked for; the share in the right stays."""
    _head, wife = members(registrar)
    before = """SELECT relation FROM party.member WHERE member_id = :m AND upper_inf(recorded)
        AND valid @> CAST(:on AS date)"""
    day = date(2025, 3, 4)
    was = one(registrar, before, m=wife, on=day)
    parted = Relating(wife, "99", "divorce", day)
    person = applications.person_of(registrar, "成员新", citizen_id(971))
    again = HouseholdChange((Joining(person, "10", True, "marriage"),), relates=(parted,))
    case = asked_for(registrar, "household_change", again)
    with pytest.raises(Refused) as unproven:
        cases.accept(registrar, COUNTY, [case])
    assert "离婚证" in national_law(COUNTY, date(2026, 7, 1)).say(unproven.value.findings[0], "zh")
    put_paper(registrar, case, "divorce_proof")
    booked(registrar, reviewer, superuser, case, "household_change")
    on_days = [one(registrar, before, m=wife, on=on) for on in (day - timedelta(days=1), day, date(2026, 1, 5))]
    assert on_days == [was, "99", "99"]
    holds = f"SELECT holds_right FROM party.member WHERE member_id = :m AND {STANDS}"
    assert (len(members(registrar)), one(registrar, holds, m=wife)) == (3, True)
    assert rechecked(database, worker) == []
    with pytest.raises(Refused) as too_early:
        applied(
            registrar,
            "household_change",
            HouseholdChange(relates=(replace(parted, relation="97", reason="kin_other"),)),
        )
    assert codes(too_early) == {"CHG-20"}


def test_parcels_are_exchanged_between_two_rights(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings,
    tmp_path: Path,
) -> None:  # fmt: skip
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    give, take = parcels(registrar, mine)[:1], parcels(registrar, theirs)
    case = asked_for(
        registrar,
        "exchange",
        Exchange(theirs, tuple(give), tuple(take), date(2026, 1, 5)),
        right=mine,
        more=("filing",),
    )
    booked(registrar, reviewer, superuser, case, "exchange")
    assert (area(registrar, HOUSEHOLD), area(registrar, SECOND)) == (Decimal("1200.00"), Decimal("400.00"))
    assert parcels(registrar, theirs) == give
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    assert len(certificates.issue(registrar, COUNTY, [case], press).issued) == 2
    assert rechecked(database, worker) == []


@pytest.mark.parametrize("barred", [False, True])
def test_mortgaged_land_is_exchanged_with_its_mortgage_and_the_creditor_asked_only_where_that_was_agreed(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor,
    barred: bool,
) -> None:  # fmt: skip
    """CC-406."""
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    loan = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("5000.00"), whose=BANK, bars_transfer=barred)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", loan, mine), "mortgage")
    pass_days(superuser, 1)
    give = parcels(registrar, mine)[:1]
    asked = Exchange(theirs, tuple(give), tuple(parcels(registrar, theirs)), date(2026, 1, 5))
    case = asked_for(registrar, "exchange", asked, right=mine, more=("filing",))
    if barred:
        with pytest.raises(Refused) as refused:
            cases.accept(registrar, COUNTY, [case])
        assert codes(refused) == {"TR-20"}
        put_papers(registrar, case, "exchange", ("creditor_consent",))
    booked(registrar, reviewer, superuser, case, "exchange")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case)
    assert [finding["code"] for finding in findings] == ([] if barred else ["TR-21"])
    assert one(registrar, f"SELECT count(*) FROM registry.restriction WHERE right_id = :r AND {STANDS}", r=theirs) == 1
    assert rechecked(database, worker) == []


def test_an_exchange_that_was_not_filed_is_a_note_and_no_refusal(registered: list[UUID], registrar: Actor) -> None:
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    asked = Exchange(theirs, tuple(parcels(registrar, mine)), tuple(parcels(registrar, theirs)), date(2026, 1, 5))
    case = asked_for(registrar, "exchange", asked, right=mine)
    cases.accept(registrar, COUNTY, [case])
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert [(finding["code"], finding["level"]) for finding in findings] == [("TR-16", "warn")]


def test_a_seizure_of_the_other_right_stops_the_exchange(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    seizure = RestrictionAsked("seizure", "第二法院", "裁定")
    booked(registrar, reviewer, superuser, applied(registrar, "seizure", seizure, theirs), "seizure")
    asked = Exchange(theirs, tuple(parcels(registrar, mine)), tuple(parcels(registrar, theirs)), date(2026, 1, 5))
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "exchange", asked, right=mine)
    assert codes(refused) == {"TR-12"}


def test_land_is_given_back_only_on_a_decision_with_everybodys_consent(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    returned = Cancellation("returned", noticed_on=date(2026, 1, 5))
    case = asked_for(registrar, "cancellation", returned, right=right)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert [f.values["papers"] for f in refused.value.findings] == [
        ["return_decision", "member_consents", "return_notice"]
    ]
    cases.withdraw(registrar, COUNTY, [case], "补齐材料")
    papers = ("return_notice", "return_decision", "member_consents")
    case = asked_for(registrar, "cancellation", returned, right=right, more=papers)
    booked(registrar, reviewer, superuser, case, "cancellation")
    assert area(registrar, HOUSEHOLD) is None
    assert rechecked(database, worker) == []


def test_a_group_without_numbers_left_is_named(registered: list[UUID], registrar: Actor, superuser: Connection) -> None:
    """HH-12: codes of households have four digits within their group."""
    superuser.execute(
        "INSERT INTO party.household_code VALUES (%s, %s, %s)", [COUNTY, f"{HOUSEHOLD[:14]}9999", HOUSEHOLD[:12]]
    )
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "division", division(registrar, right_of(registrar)))
    assert codes(refused) == {"HH-12"}


def test_the_head_divides_off_and_who_stays_has_another_representative(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    head, wife = members(registrar)
    asked = division(
        registrar, right_of(registrar), representative=head, name="成员1之1", members=(Placed(head, "02"),)
    )
    asked = replace(asked, representative=wife, name="成员1之2", staying=(Placed(wife, "02"),))
    booked(registrar, reviewer, superuser, asked_for(registrar, "division", asked), "division")
    assert (members(registrar), len(members(registrar, THIRD))) == ([wife], 1)
    relation = f"SELECT relation FROM party.member WHERE member_id = :m AND {STANDS}"
    assert one(registrar, relation, m=wife) == "02"
    assert one(registrar, f"SELECT name FROM party.household WHERE code = :c AND {STANDS}", c=HOUSEHOLD) == "成员1之2"
    assert rechecked(database, worker) == []
