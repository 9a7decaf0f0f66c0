"""A member's number, relation and share, and a contract's term, corrected through the services: since the first day, and told."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

import pytest

from landreg.access.identity import reveal
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, NotFound, Refused
from landreg.registry import past
from landreg.registry.casebook import Case
from landreg.registry.casework import applications, cases
from landreg.registry.facts.acts import act_proposals
from landreg.registry.rules.household_requests import LandOperation, Operator, Placed, RepresentativeChange
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import HouseholdChange, Joining, Leaving
from tests.database.registry.test_household_acts import rechecked
from tests.household_kit import SECOND, SIGNED, asked_for, household_id, members, parcels
from tests.registry_kit import (
    HOUSEHOLD,
    Connection,
    applied,
    booked,
    codes,
    one,
    pass_days,
    put_paper,
    right_of,
    to_rights,
)
from tests.villages import COUNTY, citizen_id

YOUNG = citizen_id(50_002)
WIFE_NAME = "成员1之2"
NOW = "upper_inf(recorded) AND upper_inf(valid)"
ON_A_DAY = """SELECT {} FROM party.member WHERE member_id = :m AND recorded @> CAST(:at AS timestamptz)
    AND valid @> DATE '2026-01-01'"""


@pytest.fixture(autouse=True)
def _registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 5)


def of_member(member: UUID, name: str = "", **facts: str) -> Correction:
    """A correction by the office, on what a household register shows."""
    right = tuple(Corrected(fact, value) for fact, value in facts.items())
    return Correction("member", "office", "户口簿", right, (), member, name)


def test_a_member_s_number_is_corrected_since_the_first_day_and_never_shown(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    head, wife = members(registrar)
    stands = RepresentativeChange(wife, WIFE_NAME, "agreement", (), (Placed(wife, "02"), Placed(head, "11")))
    change = asked_for(registrar, "representative_change", stands, more=("household_proof",))
    booked(registrar, reviewer, superuser, change, "representative_change")
    pass_days(superuser, 1)
    wrong = one(registrar, f"SELECT person_id FROM party.member WHERE member_id = :m AND {NOW}", m=wife)
    before: datetime = one(registrar, "SELECT system.clock()")
    right = applications.renumbered(registrar, HOUSEHOLD, wife, WIFE_NAME, citizen_id(880))
    pass_days(superuser, 1)
    case = applied(registrar, "correction", of_member(wife, WIFE_NAME, person_id=str(right)))
    booked(registrar, reviewer, superuser, case, "correction")
    now: datetime = one(registrar, "SELECT system.clock()")
    person = ON_A_DAY.format("person_id")
    assert one(registrar, person, m=wife, at=before) == wrong
    assert one(registrar, person, m=wife, at=now) == right
    stands_for = f"SELECT representative_id FROM party.household WHERE code = :c AND {NOW}"
    assert one(registrar, stands_for, c=HOUSEHOLD) == right
    opened = reveal(registrar, [right], "核对更正", HOUSEHOLD)[right]
    assert (opened.name, opened.id_number) == (WIFE_NAME, citizen_id(880))
    with unit_of_work(registrar) as uow:
        told = past.household_history(uow.session, COUNTY, household_id(registrar, HOUSEHOLD))[0]
    assert [line.field for line in told.lines] == ["id_number"]
    assert {citizen_id(880)[6:14], citizen_id(880)[14:]}.isdisjoint(str(told.lines[0].after).split("*"))
    assert rechecked(database, worker) == []


def test_a_member_s_relation_and_share_are_corrected_and_certificates_that_name_them_replaced(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    _head, wife = members(registrar)
    case = applied(registrar, "correction", of_member(wife, relation="12", holds_right="0"))
    with unit_of_work(registrar) as uow:
        (proposal,) = act_proposals(uow.session, [uow.session.get_one(Case, {"county": COUNTY, "case_id": case})])
    ends = proposal.changes(date(2026, 7, 1)).ends
    assert ends == dict.fromkeys((right_of(registrar), right_of(registrar, kind="homestead")), "replaced")
    put_paper(registrar, case, "ruling")
    booked(registrar, reviewer, superuser, case, "correction")
    now: datetime = one(registrar, "SELECT system.clock()")
    assert one(registrar, ON_A_DAY.format("relation || ' ' || holds_right"), m=wife, at=now) == "12 false"
    assert rechecked(database, worker) == []


def test_who_was_never_a_member_is_struck_since_the_first_day_on_their_own_consent(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    _head, wife = members(registrar)
    leaving = HouseholdChange(leaves=(Leaving(wife, "error"),))
    with pytest.raises(Refused) as error:
        applied(registrar, "household_change", leaving)
    assert codes(error) == {"CHG-15"}
    before: datetime = one(registrar, "SELECT system.clock()")
    pass_days(superuser, 1)
    asked = Correction("member", "holder", "户口簿", (Corrected("belongs", "0"),), (), wife)
    case = applied(registrar, "correction", asked)
    for paper in ("application", "identity"):
        put_paper(registrar, case, paper)
    with pytest.raises(Refused) as unheard:
        cases.accept(registrar, COUNTY, [case])
    assert [(f.code, f.values["papers"]) for f in unheard.value.findings if f.code == "REG-20"] == [
        ("REG-20", ["holder_consent"])
    ]
    put_paper(registrar, case, "holder_consent")
    booked(registrar, reviewer, superuser, case, "correction")
    now: datetime = one(registrar, "SELECT system.clock()")
    assert one(registrar, ON_A_DAY.format("count(*)"), m=wife, at=before) == 1
    assert one(registrar, ON_A_DAY.format("count(*)"), m=wife, at=now) == 0
    assert wife not in members(registrar)
    with unit_of_work(registrar) as uow:
        told = past.household_history(uow.session, COUNTY, household_id(registrar, HOUSEHOLD))[0]
    assert [(line.before is None, line.after) for line in told.lines] == [(False, None)] * 3
    assert rechecked(database, worker) == []


def test_a_contract_s_term_is_corrected_within_the_law_and_not_below_what_is_leased(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)

    def term(value: str) -> Correction:
        return Correction("right", "holder", "合同原件", (Corrected("term", value),))

    for value, code in (
        ("1998-01-01/2099-12-31", "CT-1"),
        ("2027-12-31/1998-01-01", "PAR-14"),
        ("9999-12-31/9999-12-31", "PAR-14"),
        ("2050", "PAR-14"),
    ):
        with pytest.raises(Refused) as error:
            applied(registrar, "correction", term(value), right)
        assert codes(error) == {code}
    lease = LandOperation(
        "", Operator("organization", uuid4(), "样本合作社", "93610902MA0000001B"), "lease", "流转合同1号", SIGNED,
        date(2022, 1, 1), date(2027, 6, 30), tuple(parcels(registrar, right)[:1]),
    )  # fmt: skip
    booked(
        registrar,
        reviewer,
        superuser,
        asked_for(registrar, "land_operation", lease, right=right, more=("filing",)),
        "land_operation",
    )
    with pytest.raises(Refused) as error:
        applied(registrar, "correction", term("1997-01-01/2026-12-31"), right)
    assert codes(error) == {"COR-6"}
    asked = Correction("right", "office", "合同原件", (Corrected("term", "1997-10-01/2027-09-30"),))
    booked(registrar, reviewer, superuser, applied(registrar, "correction", asked, right), "correction")
    for table in ('registry."right"', "registry.contract"):
        said = f"SELECT term::text FROM {table} WHERE code = :c AND valid @> DATE '2001-01-01' AND upper_inf(recorded)"
        assert one(registrar, said, c=f"{HOUSEHOLD}J") == "[1997-10-01,2027-10-01)"
    assert rechecked(database, worker) == []


def test_a_correction_that_would_change_the_person_or_the_head_is_refused(registrar: Actor) -> None:
    head, wife = members(registrar)
    theirs = one(
        registrar, f"SELECT person_id FROM party.member WHERE member_id = :m AND {NOW}", m=members(registrar, SECOND)[1]
    )
    for asked, found in (
        (of_member(wife, WIFE_NAME, person_id=str(theirs)), {"COR-2", "PT-1"}),
        (of_member(wife, WIFE_NAME, person_id=str(uuid4())), {"COR-2"}),
        (of_member(wife, relation="02"), {"COR-3"}),
        (of_member(head, relation="20"), {"COR-3"}),
        (of_member(wife, relation="xx"), {"PAR-14"}),
        (of_member(uuid4(), relation="20"), {"COR-1"}),
        (of_member(wife, relation="10"), {"PAR-8"}),
    ):
        with pytest.raises(Refused) as error:
            applied(registrar, "correction", asked)
        assert codes(error) == found, asked


def test_nobody_is_corrected_to_be_a_spouse_who_is_too_young_or_a_second_one(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """CHG-17, HH-20: the number is opened of who comes to be one, and that is in the log."""
    joins = [
        Joining(applications.person_of(registrar, name, number), "79", True, "confirmed")
        for name, number in (("成员小", YOUNG), ("成员大", citizen_id(972)))
    ]
    case = applied(registrar, "household_change", HouseholdChange(tuple(joins)))
    booked(registrar, reviewer, superuser, case, "household_change")
    pass_days(superuser, 1)
    opened = "SELECT count(*) FROM identity.opening"
    assert one(registrar, opened) == 0
    for joining, found in zip(joins, ("CHG-17", "HH-20"), strict=True):
        member = one(
            registrar, f"SELECT member_id FROM party.member WHERE person_id = :p AND {NOW}", p=joining.person_id
        )
        with pytest.raises(Refused) as error:
            applied(registrar, "correction", of_member(member, relation="10"))
        assert codes(error) == {found}
    assert one(registrar, opened) == 2


def test_a_number_is_entered_only_under_the_member_s_own_name(registrar: Actor) -> None:
    _head, wife = members(registrar)
    persons = one(registrar, "SELECT count(*) FROM identity.person")
    for name, number, code in (
        ("别人", citizen_id(881), "COR-2"),
        (WIFE_NAME, citizen_id(881)[:-1] + "?", "CHG-6"),
        ("", citizen_id(881), "FORM-1"),
    ):
        with pytest.raises(BadInput) as error:
            applications.renumbered(registrar, HOUSEHOLD, wife, name, number)
        assert codes(error) == {code}
    with pytest.raises(NotFound):
        applications.renumbered(registrar, HOUSEHOLD, uuid4(), WIFE_NAME, citizen_id(881))
    assert one(registrar, "SELECT count(*) FROM identity.person") == persons


def test_the_number_of_another_household_s_member_is_not_entered_for_this_one(registrar: Actor) -> None:
    _head, wife = members(registrar)
    theirs = applications.renumbered(registrar, HOUSEHOLD, wife, WIFE_NAME, citizen_id(5))
    with pytest.raises(Refused) as error:
        applied(registrar, "correction", of_member(wife, WIFE_NAME, person_id=str(theirs)))
    assert codes(error) == {"PT-1"}
