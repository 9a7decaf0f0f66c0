"""Acts that complete the register: certificates exchanged, disputes, members' names, part of a right assigned, land given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg import keys
from landreg.access import identity
from landreg.access.identity import NewPerson
from landreg.access.sealing import use_key
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Refused
from landreg.core.periods import beijing_day
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry import finding, shelves
from landreg.registry.casework import applications, cases
from landreg.registry.documents import Store
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.household_requests import LandOperation, Operator
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    CertificateExchange,
    HouseholdChange,
    NameChange,
    Release,
    RestrictionAsked,
)
from tests.household_kit import asked_for, household_id, members, parcels
from tests.registry_kit import (
    BANK,
    COUNTY,
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    one,
    pass_days,
    put_papers,
    right_of,
    to_rights,
)
from tests.villages import VILLAGE, citizen_id

SECOND = f"{VILLAGE}010002"
NOW = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> list[UUID]:
    found = to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)
    return found


@pytest.fixture
def press(database: Settings, tmp_path: Path) -> Press:
    return Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")


def rechecked(database: Settings, worker: Actor) -> Sequence[Any]:
    return [finding for finding in recheck_register(worker, database, register()).findings if finding.code != "LOG-14"]


# A certificate is exchanged.


def test_a_damaged_certificate_is_taken_in_and_a_new_one_issued_without_a_notice(
    registered: list[UUID],
    press: Press,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    seal(worker, database)
    certificates.issue(registrar, COUNTY, registered, press)
    right = right_of(registrar)
    old = one(registrar, "SELECT number FROM registry.certificate WHERE right_id = :r", r=right)
    case = applied(registrar, "certificate_exchange", CertificateExchange("damaged", old), right)
    pass_days(superuser, 2)
    booked(registrar, reviewer, superuser, case, "certificate_exchange")
    seal(worker, database)
    (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
    state = "SELECT state FROM registry.check_certificate(:n)"
    assert (one(registrar, state, n=old), one(registrar, state, n=issued.number)) == ("replaced", "valid")
    assert rechecked(database, worker) == []
    with unit_of_work(registrar) as uow:
        days = [AsOf(beijing_day(uow.now) - timedelta(days=ago), uow.now) for ago in (9, 1, 0)]
        then = [shelves.certificates_then(uow.session, COUNTY, right, asked) for asked in days]
    replaced = [[(one.number, end.state if end else "valid") for one, end in listed] for listed in then]
    assert replaced == [[], [(old, "valid")], [(old, "replaced"), (issued.number, "valid")]]
    with pytest.raises(Refused) as refused:
        applied(registrar, "certificate_exchange", CertificateExchange("old_form", old), right)
    assert codes(refused) == {"CERT-4"}


# A dispute.


def test_a_dispute_stops_a_mortgage_until_it_is_settled_and_a_change_of_address_goes_on(
    registered: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    right = right_of(registrar)
    dispute = RestrictionAsked("dispute", "异议村民", "镇政府受理〔2027〕3号")
    booked(registrar, reviewer, superuser, applied(registrar, "dispute_entry", dispute, right), "dispute_entry")
    mortgage = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("1000.00"), whose=BANK)
    with pytest.raises(Refused) as refused:
        applied(registrar, "mortgage", mortgage, right)
    (stopped,) = [found for found in refused.value.findings if found.code == "TR-12"]
    assert (stopped.values["restrictions"], stopped.values["parties"]) == (["dispute"], ["异议村民"])
    change = applied(registrar, "household_change", HouseholdChange(address="样本村二组"))
    booked(registrar, reviewer, superuser, change, "household_change")
    pass_days(superuser, 1)
    stands = f"SELECT restriction_id FROM registry.restriction WHERE kind = 'dispute' AND {NOW}"
    settled = applied(registrar, "dispute_release", Release(one(registrar, stands), "调解书1号"), right)
    booked(registrar, reviewer, superuser, settled, "dispute_release")
    assert one(registrar, stands) is None
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", mortgage, right), "mortgage")
    assert rechecked(database, worker) == []


def test_two_villagers_dispute_a_right_each_for_themselves(registered: list[UUID], registrar: Actor) -> None:
    for who in ("甲村民", "乙村民"):
        applied(registrar, "dispute_entry", RestrictionAsked("dispute", who, "调解受理书"), right_of(registrar))


# A member's name.


def renamed(registrar: Actor, name: str = "成员新名", number: str = citizen_id(3)) -> NameChange:
    """The second member of the first household under another name."""
    return NameChange(members(registrar)[1], applications.renamed(registrar, name, number), name, "renamed")


def test_a_member_bears_the_new_name_from_the_day_on_and_the_old_one_before(
    registered: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    was = one(registrar, f"SELECT person_id FROM party.member WHERE member_id = :m AND {NOW}", m=members(registrar)[1])
    case = applied(registrar, "name_change", renamed(registrar))
    booked(registrar, reviewer, superuser, case, "name_change")
    shown = """SELECT p.name_masked FROM party.member AS m JOIN identity.person AS p USING (person_id)
        WHERE m.member_id = :m AND upper_inf(m.recorded) AND m.valid @> CAST(:day AS date)"""
    member = members(registrar)[1]
    today = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    assert one(registrar, shown, m=member, day=today) == "成**名"
    assert one(registrar, shown, m=member, day=date(2026, 8, 1)) != "成**名"
    with unit_of_work(registrar) as uow:
        now = identity.find(uow, id_number=citizen_id(3))
    assert now not in (None, was)
    assert one(registrar, f"SELECT count(*) FROM party.member WHERE person_id = :p AND {NOW}", p=now) == 1
    assert rechecked(database, worker) == []


def test_the_representatives_new_name_is_the_households_too(
    registered: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    person = applications.renamed(registrar, "户主新名", citizen_id(2))
    asked = NameChange(members(registrar)[0], person, "户主新名", "miswritten")
    booked(registrar, reviewer, superuser, applied(registrar, "name_change", asked), "name_change")
    household = f"SELECT name FROM party.household WHERE code = :c AND {NOW}"
    assert one(registrar, household, c=HOUSEHOLD) == "户主新名"
    with pytest.raises(Refused) as refused:
        applied(registrar, "household_change", HouseholdChange(name="户主旧名"))
    assert codes(refused) == {"HH-6"}
    assert rechecked(database, worker) == []


def test_the_new_name_reaches_what_the_member_holds_alone_and_the_collective_that_they_represent(
    registered: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    member = members(registrar)[1]
    was = one(registrar, f"SELECT person_id FROM party.member WHERE member_id = :m AND {NOW}", m=member)
    superuser.execute(
        "UPDATE land.staged_issuer SET id_digest = (SELECT id_digest FROM identity.person WHERE person_id = %s)", [was]
    )
    lease = LandOperation(
        "", Operator("person", uuid4(), "成员1之2", "", was), "lease", "1号", date(2021, 12, 1), date(2022, 1, 1),
        date(2027, 6, 30), tuple(parcels(registrar, right_of(registrar, SECOND))[:1]))  # fmt: skip
    case = asked_for(
        registrar, "land_operation", lease, right=right_of(registrar, SECOND), household=SECOND, more=("filing",)
    )
    booked(registrar, reviewer, superuser, case, "land_operation")
    booked(registrar, reviewer, superuser, applied(registrar, "name_change", renamed(registrar)), "name_change")
    now = one(registrar, f"SELECT person_id FROM party.member WHERE member_id = :m AND {NOW}", m=member)
    holder = f"SELECT name || (person_id = :p) FROM party.holder WHERE {NOW}"
    assert one(registrar, holder, p=now) == "成员新名true"
    collective = f"SELECT representative || (representative_id = :p) FROM party.collective WHERE {NOW}"
    assert one(registrar, collective, p=now) == "成员新名true"
    with unit_of_work(registrar) as uow:
        sought = [finding.search(uow, text).rights for text in ("成员新名", citizen_id(3))]
    assert [[right.kind for right in rights] for rights in sought] == [["land_operation"]] * 2
    assert (
        one(registrar, "SELECT count(*) FROM party.collective WHERE representative = '白大成' AND upper_inf(recorded)")
        == 1
    )
    assert rechecked(database, worker) == []


def test_a_name_that_only_looks_alike_behind_its_mask_is_refused(registered: list[UUID], registrar: Actor) -> None:
    assert masked_name("成员9之1") == masked_name("成员1之1")
    with pytest.raises(Refused) as refused:
        applied(registrar, "household_change", HouseholdChange(name="成员9之1"))
    assert codes(refused) == {"HH-6"}


def test_a_name_is_changed_for_the_members_own_number_only(registered: list[UUID], registrar: Actor) -> None:
    with pytest.raises(Refused) as refused:
        applied(registrar, "name_change", renamed(registrar, number=citizen_id(4)))
    assert codes(refused) == {"CHG-8"}
    with pytest.raises(BadInput) as unknown:
        renamed(registrar, number=citizen_id(999))
    assert codes(unknown) == {"CHG-8"}
    with pytest.raises(Refused) as refused:
        applied(registrar, "name_change", renamed(registrar, name="成员1之2"))
    assert codes(refused) == {"CHG-9"}


def test_a_new_name_whose_case_is_withdrawn_is_found_nowhere(registered: list[UUID], registrar: Actor) -> None:
    asked = renamed(registrar)
    cases.withdraw(registrar, COUNTY, [applied(registrar, "name_change", asked)], "不改了")
    with unit_of_work(registrar) as uow:
        was = identity.find(uow, id_number=citizen_id(3))
        (again,) = identity.enter(uow, [NewPerson("成员1之2", "1", citizen_id(3))])
    assert was == again != asked.person_id
    # Applied for again, it is the same edition.
    assert renamed(registrar).person_id == asked.person_id


# Part of a right is assigned.


def test_one_parcel_goes_over_and_the_right_goes_on_with_the_other(
    registered: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    right, theirs = right_of(registrar), right_of(registrar, SECOND)
    mine, before = parcels(registrar, right), parcels(registrar, theirs)
    asked = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5), tuple(mine[:1]))
    booked(registrar, reviewer, superuser, applied(registrar, "assignment", asked, right), "assignment")
    assert (parcels(registrar, right), parcels(registrar, theirs)) == (mine[1:], [*before, mine[0]])
    area = f"SELECT sum(area_m2) FROM registry.\"right\" WHERE kind = 'contract_management' AND {NOW}"
    assert one(registrar, area) == Decimal("1600.00")
    assert rechecked(database, worker) == []


def test_part_of_a_mortgaged_right_goes_to_a_household_without_land_and_the_mortgage_lies_on_both(
    registered: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    gone = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, SECOND))
    booked(registrar, reviewer, superuser, gone, "cancellation")
    right = right_of(registrar)
    mine = parcels(registrar, right)
    loan = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("1000.00"), whose=BANK)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", loan, right), "mortgage")
    pass_days(superuser, 1)
    asked = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5), tuple(mine[:1]))
    booked(registrar, reviewer, superuser, applied(registrar, "assignment", asked, right), "assignment")
    theirs = right_of(registrar, SECOND)
    assert theirs != right
    assert (parcels(registrar, right), parcels(registrar, theirs)) == (mine[1:], mine[:1])
    on = f"SELECT count(DISTINCT right_id) FROM registry.restriction WHERE kind = 'mortgage' AND {NOW}"
    assert one(registrar, on) == 2
    assert rechecked(database, worker) == []


def test_the_takers_certificate_is_listed_and_found_under_the_taker(
    registered: list[UUID],
    press: Press,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    pass_days(superuser, 1)
    right = right_of(registrar)
    asked = Assignment(
        household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5), tuple(parcels(registrar, right)[:1])
    )
    case = applied(registrar, "assignment", asked, right)
    booked(registrar, reviewer, superuser, case, "assignment")
    seal(worker, database)
    issued = certificates.issue(registrar, COUNTY, [case], press).issued
    theirs = right_of(registrar, SECOND)
    with unit_of_work(registrar) as uow:
        rows = {row[0].right_id: row.holder for row in uow.session.execute(shelves.certificates_statement())}
        asked_for = [shelves.certificates_statement(text=name) for name in ("户主1", "户主2")]
        found = [[row[0].right_id for row in uow.session.execute(one)] for one in asked_for]
        sought = [[row[0].right_id for row in finding.search(uow, name).certificates] for name in ("户主1", "户主2")]
    assert len(issued) == 2
    assert rows == {right: "户主1", theirs: "户主2"}
    assert found == sought == [[right], [theirs]]


# Land is given back.


def test_contracted_land_is_given_back_half_a_year_after_written_notice_with_each_members_consent(
    registered: list[UUID], registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    today = one(registrar, "SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date")
    case = applied(registrar, "cancellation", Cancellation("returned", noticed_on=today), right_of(registrar))
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"REG-20", "END-3"}
    (papers,) = [found for found in refused.value.findings if found.code == "REG-20"]
    assert papers.values["papers"] == ["return_decision", "member_consents", "return_notice"]
    put_papers(registrar, case, "cancellation", papers.values["papers"])
    pass_days(superuser, 184)
    booked(registrar, reviewer, superuser, case, "cancellation")


# What a household came by while its change was under way.


def test_a_right_that_came_after_the_application_has_its_certificate_replaced_too(
    registered: list[UUID],
    press: Press,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    left = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, SECOND))
    booked(registrar, reviewer, superuser, left, "cancellation")
    change = asked_for(registrar, "household_change", HouseholdChange(address="样本村二组"), household=SECOND)
    taken = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5))
    assignment = applied(registrar, "assignment", taken, right_of(registrar))
    booked(registrar, reviewer, superuser, assignment, "assignment")
    seal(worker, database)
    (came,) = certificates.issue(registrar, COUNTY, [assignment], press).issued
    booked(registrar, reviewer, superuser, change, "household_change")
    seal(worker, database)
    numbers = {issued.number for issued in certificates.issue(registrar, COUNTY, [change], press).issued}
    of = "SELECT right_id FROM registry.certificate WHERE number = :n"
    assert right_of(registrar, SECOND) in {one(registrar, of, n=number) for number in numbers}
    assert one(registrar, "SELECT state FROM registry.check_certificate(:n)", n=came.number) == "replaced"
    assert rechecked(database, worker) == []


# A house is mortgaged with its homestead.


def test_a_house_is_mortgaged_changed_and_freed_where_the_county_names_a_document(
    registered: list[UUID],
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
) -> None:
    home = right_of(registrar, kind="homestead")
    loan = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("1000.00"), whose=BANK)
    with pytest.raises(Refused) as refused:
        applied(registrar, "mortgage", loan, home)
    assert codes(refused) == {"TR-11"}
    superuser.execute(
        """INSERT INTO law.county_parameter (county, id, village, name, value, since, decided_in, set_by, set_at)
           VALUES (%s, %s, %s, 'TR-11.house_mortgage_basis', '县政发〔2026〕9号', '2021-01-01', '县政发〔2026〕9号', %s, now())""",
        [COUNTY, UUID(int=1), f"{COUNTY}000000", UUID(int=2)],
    )
    case = asked_for(registrar, "mortgage", loan, right=home, more=("house_proof", "issuer_consent"))
    booked(registrar, reviewer, superuser, case, "mortgage")
    found = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case)
    assert [finding["code"] for finding in found] == ["TR-24"]
    pass_days(superuser, 1)
    stands = one(registrar, f"SELECT restriction_id FROM registry.restriction WHERE right_id = :r AND {NOW}", r=home)
    change = RestrictionChange(stands, "变更协议", Decimal("2000.00"))
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage_change", change, home), "mortgage_change")
    pass_days(superuser, 1)
    freed = applied(registrar, "mortgage_release", Release(stands, "结清证明"), home)
    booked(registrar, reviewer, superuser, freed, "mortgage_release")
    assert one(registrar, f"SELECT count(*) FROM registry.restriction WHERE right_id = :r AND {NOW}", r=home) == 0
