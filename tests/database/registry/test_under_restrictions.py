"""TR-12, TR-18 to TR-21: what restricts a right stops an act, asks for a written consent, or is only told; none of it is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.log.recheck import recheck_register
from landreg.registry.casework import cases, parcel_applications
from landreg.registry.facts.ground import bundles_on, parcels_in_force
from landreg.registry.past import right_history
from landreg.registry.rules.household_requests import HouseholdMerge, Placed
from landreg.registry.rules.parcel_requests import AreaChange, Corrected, Correction, ParcelSplit
from landreg.registry.rules.requests import Assignment, Cancellation, RestrictionAsked
from tests.database.registry.test_parcel_acts import line, open_one
from tests.household_kit import asked_for, division, household_id, members, parcels
from tests.registry_kit import (
    BANK,
    COUNTY,
    HOUSEHOLD,
    NEIGHBOUR,
    Connection,
    applied,
    booked,
    codes,
    of_household,
    one,
    pass_days,
    put_paper,
    put_papers,
    right_of,
    to_rights,
)
from tests.renewal_kit import today
from tests.villages import VILLAGE

SECOND = f"{VILLAGE}010002"
LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)
NOW = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def right(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    to_rights(registrar, reviewer, superuser)
    pass_days(superuser, 10)
    return right_of(registrar)


def rechecked(database: Settings, worker: Actor) -> Sequence[Any]:
    return [finding for finding in recheck_register(worker, database, register()).findings if finding.code != "LOG-14"]


def findings_of(actor: Actor, case: UUID) -> list[str]:
    return [found["code"] for found in one(actor, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case)]


def found_on(actor: Actor, case: UUID) -> list[dict[str, Any]]:
    return list(one(actor, 'SELECT findings FROM registry."case" WHERE case_id = :c', c=case))


def lies_on(actor: Actor, right: UUID, kind: str) -> int:
    where = f"right_id = :r AND kind = :k AND {NOW}"
    return int(one(actor, f"SELECT count(*) FROM registry.restriction WHERE {where}", r=right, k=kind))


def assigned(registrar: Actor, right: UUID, *more: str) -> UUID:
    asked = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5))
    case = applied(registrar, "assignment", asked, right)
    put_papers(registrar, case, "assignment", more)
    return case


def test_land_goes_under_a_mortgaged_right_of_the_taker_and_that_creditor_is_told(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    theirs = right_of(registrar, SECOND)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, theirs), "mortgage")
    case = assigned(registrar, right)
    booked(registrar, reviewer, superuser, case, "assignment")
    term = Correction("right", "office", "合同原件", (Corrected("term", "1998-01-01/2027-12-30"),))
    with pytest.raises(Refused) as refused:
        applied(registrar, "correction", term, theirs)
    assert "COR-11" in codes(refused)
    assert "TR-21" in findings_of(registrar, case)
    assert lies_on(registrar, theirs, "mortgage") == 1
    assert rechecked(database, worker) == []


def land_of(actor: Actor, right: UUID, party: str) -> tuple[int, set[str]]:
    """Rank of somebody's mortgage of a right, and the parcels on which it lies: all where it says none."""
    row = f"""FROM registry.restriction AS s WHERE s.right_id = :r AND s.party = :p AND {NOW}"""
    rank = one(actor, f"SELECT s.rank {row}", r=right, p=party)
    codes_of = "SELECT array_agg(p.code) FROM land.parcel AS p WHERE p.parcel_id = ANY (SELECT unnest(s.parcels))"
    said = one(actor, f"SELECT ({codes_of}) {row}", r=right, p=party)
    return int(rank), set(said or parcels(actor, right))


def test_a_mortgage_stays_on_its_land_when_that_joins_a_mortgaged_right_and_so_do_those_on_it(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    """Nobody's consent is asked for, no land is charged that was not, and none falls in rank. CC-406."""
    theirs = right_of(registrar, SECOND)
    mine, own = set(parcels(registrar, right)), set(parcels(registrar, theirs))
    other = replace(LOAN, party="样本商业银行", whose=replace(BANK, code="91610902MA00000087"))
    for of, loan in ((right, LOAN), (theirs, other)):
        booked(registrar, reviewer, superuser, applied(registrar, "mortgage", loan, of), "mortgage")
    pass_days(superuser, 1)
    case = assigned(registrar, right)
    booked(registrar, reviewer, superuser, case, "assignment")
    assert "TR-21" in findings_of(registrar, case)
    assert (lies_on(registrar, right, "mortgage"), lies_on(registrar, theirs, "mortgage")) == (0, 2)
    assert land_of(registrar, theirs, LOAN.party) == (1, mine)
    assert land_of(registrar, theirs, other.party) == (1, own)
    with unit_of_work(registrar) as uow:
        lines = {(line.field, line.before) for line in right_history(uow.session, COUNTY, theirs)[0].lines}
    assert ("parcels", None) in lines
    # The land that came is cut: the mortgage lies on both parts; the second one over all of the right stands behind each.
    pass_days(superuser, 1)
    first = sorted(mine)[0]
    cut = open_one(registrar, "parcel_split", ParcelSplit((first,), line((5, -1), (5, 21))))
    put_papers(registrar, cut, "parcel_split", ("creditor_consent",))
    booked(registrar, reviewer, superuser, cut, "parcel_split")
    pass_days(superuser, 1)
    third = replace(LOAN, party="样本村镇银行", whose=replace(BANK, code="91610902MA00000074"))
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", third, theirs), "mortgage")
    rank, now = land_of(registrar, theirs, LOAN.party)
    assert (rank, now >= mine - {first}, len(now)) == (1, True, len(mine) + 1)
    assert land_of(registrar, theirs, third.party)[0] == 2
    # What lies on other land is not told where some of the parcels are struck out, and stays as it is.
    pass_days(superuser, 1)
    lost = sorted(own)[0]
    case = applied(registrar, "cancellation", Cancellation("expropriation", (lost,)), theirs)
    booked(registrar, reviewer, superuser, case, "cancellation")
    (told,) = (str(found) for found in found_on(registrar, case) if found["code"] == "TR-21")
    assert [of.party in told for of in (other, third, LOAN)] == [True, True, False]
    assert land_of(registrar, theirs, other.party) == (1, own - {lost})
    assert land_of(registrar, theirs, LOAN.party) == (1, now)
    assert rechecked(database, worker) == []


@pytest.mark.parametrize(
    ("rank", "of", "wall"),
    [
        (1, HOUSEHOLD, "reg_22_one_restriction_per_rank"),
        (2, SECOND, "reg_22_restriction_on_land_of_its_right"),
    ],
)
def test_the_database_keeps_a_restriction_on_land_of_its_right_and_its_rank_free_there(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, rank: int, of: str, wall: str
) -> None:
    """REG-22."""
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, right), "mortgage")
    again = """INSERT INTO registry.restriction (county, row_id, restriction_id, village, kind, right_id, rank, party, basis, valid,
            recorded, act_id, parcels)
        SELECT s.county, gen_random_uuid(), gen_random_uuid(), s.village, s.kind, s.right_id, %s, s.party, s.basis, s.valid,
            tstzrange(system.clock(), NULL), s.act_id, ARRAY[p.parcel_id]
        FROM registry.restriction AS s, land.parcel AS p WHERE p.code = %s"""
    (code, *_) = parcels(registrar, right_of(registrar, of))
    with pytest.raises(psycopg.errors.IntegrityError) as refused:
        superuser.execute(again, [rank, code])
    assert refused.value.diag.constraint_name == wall


def test_an_objection_stops_an_assignment_until_it_is_said_in_writing_that_it_is_known(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    objection = RestrictionAsked("objection", "异议人", "异议申请", whose=NEIGHBOUR)
    booked(registrar, reviewer, superuser, applied(registrar, "objection_entry", objection, right), "objection_entry")
    case = assigned(registrar, right)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"TR-18"}
    put_papers(registrar, case, "assignment", ("risk_statement",))
    booked(registrar, reviewer, superuser, case, "assignment")
    assert lies_on(registrar, right_of(registrar, SECOND), "objection") == 1
    assert rechecked(database, worker) == []


def test_under_an_advance_notice_a_household_divides_with_consent_and_each_part_stands_under_it(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    buyer = of_household(registrar, SECOND)
    notice = RestrictionAsked("advance_notice", "买受人", "预约合同", registrable_on=date(2027, 6, 1), whose=buyer)
    booked(registrar, reviewer, superuser, applied(registrar, "advance_notice", notice, right), "advance_notice")
    pass_days(superuser, 1)
    divided = division(registrar, right, parcels=tuple(parcels(registrar, right)[:1]))
    case = asked_for(registrar, "division", divided, household=HOUSEHOLD)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"TR-19"}
    put_papers(registrar, case, "division", ("notice_consent",))
    booked(registrar, reviewer, superuser, case, "division")
    stands = f"SELECT count(DISTINCT right_id) FROM registry.restriction WHERE kind = 'advance_notice' AND {NOW}"
    assert one(registrar, stands) == 2
    assert rechecked(database, worker) == []


def test_land_that_is_expropriated_ends_with_its_mortgage_and_the_creditor_is_only_told(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, right), "mortgage")
    pass_days(superuser, 1)
    case = applied(registrar, "cancellation", Cancellation("expropriation"), right)
    booked(registrar, reviewer, superuser, case, "cancellation")
    assert findings_of(registrar, case) == ["TR-21"]
    assert lies_on(registrar, right, "mortgage") == 0
    was = (
        "SELECT count(*) FROM registry.restriction WHERE right_id = :r AND upper_inf(recorded) AND NOT upper_inf(valid)"
    )
    assert one(registrar, was, r=right) == 1
    assert rechecked(database, worker) == []


def test_an_area_is_not_corrected_over_the_head_of_a_creditor_who_came_since_nor_under_a_seizure(
    registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID
) -> None:
    """TR-20, TR-12: who holds, area, boundary and term; what is a slip of the pen goes on."""
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, right), "mortgage")
    (land, *_) = parcels(registrar, right)

    def asked(fact: str, value: str) -> UUID:
        wrong = Correction("parcel", "holder", "复测", (Corrected(fact, value),), (land,))
        case = parcel_applications.apply_on_parcel(registrar, land, "correction", wrong)
        put_papers(registrar, case, "correction", ("application", "identity"))
        return case

    area = asked("registered_area_m2", "401.00")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [area])
    assert codes(refused) == {"TR-20"}
    put_paper(registrar, area, "creditor_consent")
    seizure = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
    booked(registrar, reviewer, superuser, applied(registrar, "seizure", seizure, right), "seizure")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [area])
    assert codes(refused) == {"TR-12"}
    cases.withdraw(registrar, COUNTY, [area], "查封期间不再申请")
    cases.accept(registrar, COUNTY, [asked("name", "北坡")])


@pytest.mark.parametrize("by", ["holder", "office"])
def test_an_area_is_not_corrected_under_a_seizure_of_the_right_that_a_division_made_since_the_application(
    registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID, by: str
) -> None:
    land = parcels(registrar, right)[1]
    wrong = Correction("parcel", by, "复测", (Corrected("registered_area_m2", "401.00"),), (land,))
    case = parcel_applications.apply_on_parcel(registrar, land, wrong.act_kind, wrong)
    put_papers(registrar, case, wrong.act_kind, ("application", "identity"))
    booked(registrar, reviewer, superuser, asked_for(registrar, "division", division(registrar, right)), "division")
    with unit_of_work(registrar) as uow:
        parcel = parcels_in_force(uow.session, COUNTY, [land])[land].row["parcel_id"]
        (now,) = bundles_on(uow.session, COUNTY, [parcel])[parcel]
    assert now.right_id != right
    seizure = RestrictionAsked("seizure", "第一法院", "（2026）执1号")
    booked(registrar, reviewer, superuser, applied(registrar, "seizure", seizure, now.right_id), "seizure")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert "TR-12" in codes(refused)


def test_the_office_corrects_the_land_that_stayed_and_leaves_what_went_over_even_after_its_taker_divided(
    registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID
) -> None:
    goes, stays = parcels(registrar, right)[:2]
    asked = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5), (goes,))
    booked(registrar, reviewer, superuser, applied(registrar, "assignment", asked, right), "assignment")
    theirs = right_of(registrar, SECOND)
    own = next(land for land in parcels(registrar, theirs) if land != goes)

    def stopped(land: str) -> set[str]:
        wrong = Correction("parcel", "office", "复测", (Corrected("registered_area_m2", "401.00"),), (land,))
        try:
            parcel_applications.apply_on_parcel(registrar, land, wrong.act_kind, wrong)
        except Refused as refused:
            return {found.code for found in refused.findings}
        return set()

    assert [stopped(land) for land in (stays, own, goes)] == [set(), set(), {"COR-11"}]
    pass_days(superuser, 1)
    part = division(registrar, theirs, SECOND, parcels=(goes,))
    booked(registrar, reviewer, superuser, asked_for(registrar, "division", part, household=SECOND), "division")
    assert stopped(goes) == {"COR-11"}
    pass_days(superuser, 1)
    remeasured = parcel_applications.apply_on_parcel(
        registrar, goes, "area_change", AreaChange((goes,), Decimal("402.00"))
    )
    put_papers(registrar, remeasured, "area_change")
    booked(registrar, reviewer, superuser, remeasured, "area_change")
    assert stopped(goes) == set()


@pytest.mark.parametrize("transferred", [True, False])
def test_the_office_corrects_no_term_of_a_right_that_came_by_division_out_of_one_to_which_its_land_was_transferred(
    registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID, transferred: bool
) -> None:
    goes = parcels(registrar, right)[0]
    asked = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5), (goes,))
    booked(registrar, reviewer, superuser, applied(registrar, "assignment", asked, right), "assignment")
    theirs = right_of(registrar, SECOND)
    own = next(land for land in parcels(registrar, theirs) if land != goes)
    pass_days(superuser, 1)
    taken = goes if transferred else own
    part = division(registrar, theirs, SECOND, parcels=(taken,))
    booked(registrar, reviewer, superuser, asked_for(registrar, "division", part, household=SECOND), "division")
    divided = one(registrar, OVER, code=taken)
    assert divided != theirs
    term = Correction("right", "office", "合同原件", (Corrected("term", "1998-01-01/2027-12-30"),))
    try:
        applied(registrar, "correction", term, divided)
        found = set()
    except Refused as refused:
        found = {finding.code for finding in refused.findings}
    assert ("COR-11" in found) == transferred


@pytest.mark.parametrize("whole", [True, False])
def test_an_advance_notice_ends_on_the_land_that_goes_to_whom_it_is_for(
    right: UUID,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    worker: Actor,
    whole: bool,
) -> None:
    """By the same act, without a consent of theirs (TR-35); on what its giver keeps it goes on. CC-221."""
    notice = RestrictionAsked(
        "advance_notice", "样本二", "预34", lapse_days=90, registrable_on=today(registrar), whose=of_household(registrar, SECOND)
    )  # fmt: skip
    booked(registrar, reviewer, superuser, applied(registrar, "advance_notice", notice, right), "advance_notice")
    pass_days(superuser, 1)
    land = () if whole else (parcels(registrar, right)[0],)
    kept = set(parcels(registrar, right)) - {*land}
    asked = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 5), land)
    case = applied(registrar, "assignment", asked, right)
    booked(registrar, reviewer, superuser, case, "assignment")
    assert "TR-35" in findings_of(registrar, case)
    assert lies_on(registrar, right_of(registrar, SECOND), "advance_notice") == 0
    assert lies_on(registrar, right, "advance_notice") == (0 if whole else 1)
    assert whole or land_of(registrar, right, "样本二")[1] == kept
    assert rechecked(database, worker) == []


def test_an_advance_notice_for_a_household_that_merged_ends_on_land_that_goes_to_the_one_it_went_into(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    """The merge is told of it (TR-36), and the assignment asks for no consent of whom there is no more (TR-35). CC-221."""
    parted = asked_for(
        registrar, "division", division(registrar, right_of(registrar, SECOND), SECOND), household=SECOND
    )
    booked(registrar, reviewer, superuser, parted, "division")
    asked = one(registrar, 'SELECT request FROM registry."case" WHERE case_id = :c', c=parted)
    gone = asked["branches"][0]["code"]
    notice = RestrictionAsked(
        "advance_notice", "成员2之2", "预35", lapse_days=90, registrable_on=today(registrar), whose=of_household(registrar, gone)
    )  # fmt: skip
    booked(registrar, reviewer, superuser, applied(registrar, "advance_notice", notice, right), "advance_notice")
    back = HouseholdMerge(household_id(registrar, gone), (Placed(members(registrar, gone)[0], "10"),), date(2026, 1, 6))
    merge = asked_for(registrar, "household_merge", back, household=SECOND)
    booked(registrar, reviewer, superuser, merge, "household_merge")
    assert "TR-36" in findings_of(registrar, merge)
    pass_days(superuser, 1)
    goes = Assignment(household_id(registrar, SECOND), f"{SECOND}J", date(2026, 1, 7), (parcels(registrar, right)[0],))
    case = applied(registrar, "assignment", goes, right)
    booked(registrar, reviewer, superuser, case, "assignment")
    assert "TR-35" in findings_of(registrar, case)
    assert lies_on(registrar, right_of(registrar, SECOND), "advance_notice") == 0
    assert rechecked(database, worker) == []


OVER = """
    SELECT r.right_id FROM land.parcel AS l JOIN registry.right_parcel AS x USING (county, parcel_id)
    JOIN registry."right" AS r ON r.county = x.county AND r.row_id = x.right_row
    WHERE l.code = :code AND {} AND r.kind = 'contract_management'
""".format(" AND ".join(f"upper_inf({t}.recorded) AND upper_inf({t}.valid)" for t in "lxr"))
