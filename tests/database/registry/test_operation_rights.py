"""The land-operation right through the services: registered, mortgaged, changed, ended, and honoured by every other act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Refused
from landreg.log.store import seal
from landreg.registry import booking, finding, queries
from landreg.registry.casebook import Act
from landreg.registry.casework import applications, cases, household_queries
from landreg.registry.documents import Store
from landreg.registry.facts import standing
from landreg.registry.facts.acts import act_proposals
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.past import changed_by, right_history
from landreg.registry.rules.household_requests import (
    Exchange,
    HouseholdMerge,
    LandOperation,
    LandOperationChange,
    LandOperationEnd,
    Operator,
    Placed,
)
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import Assignment, Cancellation, OrganizationNameChange, RestrictionAsked
from tests.database.registry.test_household_acts import rechecked
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
    right_of,
    to_rights,
)
from tests.villages import COUNTY

USCC = "93610902MA0000001B"
STANDS = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture(autouse=True)
def _registered(registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 10)


def asked(actor: Actor, **changed: Any) -> LandOperation:
    cooperative = Operator("organization", uuid4(), "样本合作社", USCC)
    sound = LandOperation(
        "", cooperative, "lease", "流转合同1号", date(2026, 1, 5), date(2022, 1, 1), date(2027, 6, 30),
        tuple(parcels(actor, right_of(actor))[:1]),
    )  # fmt: skip
    return replace(sound, **changed)


@pytest.fixture
def operated(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """A land-operation right on the first parcel of the first household."""
    case = asked_for(registrar, "land_operation", asked(registrar), right=right_of(registrar), more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    pass_days(superuser, 1)
    return operation_right(registrar)


def operation_right(actor: Actor) -> UUID:
    statement = f"SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND {STANDS}"
    found: UUID = one(actor, statement)
    return found


def test_an_organisation_has_its_right_beside_the_contract_right_which_stays(
    operated: UUID, registrar: Actor, database: Settings, worker: Actor
) -> None:
    with unit_of_work(registrar) as uow:
        now = queries.AsOf.now(uow.now)
        right = queries.right_as_of(uow.session, COUNTY, operated, now)
        assert right is not None
        (holder,) = queries.holders_of_right(uow.session, right, now)
    assert (holder.name, holder.code, holder.party) == ("样本合作社", USCC, "organization")
    assert (right.area_m2, right.code[-3:]) == (Decimal("400.00"), "L01")
    held = one(
        registrar, f'SELECT area_m2 FROM registry."right" WHERE right_id = :r AND {STANDS}', r=right_of(registrar)
    )
    assert held == Decimal("800.00")
    assert rechecked(database, worker) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"starts_on": date(2022, 7, 2)}, "TR-8"),
        ({"last_day": date(2028, 1, 1)}, "TR-1"),
        ({"parcels": ()}, "LO-1"),
        ({"operator": Operator("organization", uuid4(), "样本合作社", "93610902MA0000001C")}, "LO-12"),
        ({"mode": "gift"}, "LO-4"),
    ],
)
def test_what_may_not_be_registered_is_refused(registrar: Actor, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation", asked(registrar, **changed), right=right_of(registrar))
    assert codes(refused) == {code}


def test_a_transfer_that_was_not_filed_is_registered_with_a_note(registrar: Actor) -> None:
    case = asked_for(registrar, "land_operation", asked(registrar), right=right_of(registrar))
    cases.accept(registrar, COUNTY, [case])
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert [(finding["code"], finding["level"]) for finding in findings] == [("TR-5", "warn")]


def test_a_parcel_has_one_land_operation_right_at_a_time(operated: UUID, registrar: Actor) -> None:
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation", asked(registrar), right=right_of(registrar))
    assert codes(refused) == {"LO-2"}


def test_land_under_a_land_operation_right_is_not_cancelled_before_it(operated: UUID, registrar: Actor) -> None:
    """LO-5, of land that its holders give up; END-4 asks of the same for the notice."""
    with pytest.raises(Refused) as refused:
        applied(registrar, "cancellation", Cancellation("returned"), right_of(registrar))
    assert codes(refused) == {"LO-5", "END-4"}


def test_who_operates_land_is_found_by_credit_code_and_by_name(operated: UUID, registrar: Actor) -> None:
    with unit_of_work(registrar) as uow:
        found = [finding.search(uow, text).rights for text in (USCC, USCC.lower(), "样本合作")]
        assert [[right.right_id for right in rights] for rights in found] == [[operated]] * 3
        assert not finding.search(uow, "93610902MA0000009C")


def test_expropriated_ground_takes_the_operation_right_along_parcel_by_parcel_and_asks_no_creditor(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor, tmp_path: Path
) -> None:
    """On the decree alone: the bank, with whom it was agreed that nothing is transferred, is only told (LO-14, TR-21)."""
    right = right_of(registrar)
    first, second = parcels(registrar, right)
    case = asked_for(
        registrar, "land_operation", asked(registrar, parcels=(first, second)), right=right, more=("filing",)
    )
    booked(registrar, reviewer, superuser, case, "land_operation")
    operated = operation_right(registrar)
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    certificates.issue(registrar, COUNTY, [case], press)
    mortgage = RestrictionAsked(
        "mortgage", "样本农村信用社", "合同", Decimal("9000.00"), whose=BANK, bars_transfer=True
    )
    laid = asked_for(registrar, "mortgage", mortgage, right=operated, more=("contractor_consent", "filing"))
    booked(registrar, reviewer, superuser, laid, "mortgage")
    pass_days(superuser, 1)

    for lost, left in ((first, [second]), (second, [])):
        taken = applied(registrar, "cancellation", Cancellation("expropriation", (lost,)), right)
        booked(registrar, reviewer, superuser, taken, "cancellation")
        findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=taken)
        assert [(found["code"], found["level"]) for found in findings] == [("TR-21", "warn"), ("LO-14", "warn")]
        assert "L01（样本合作社）" in findings[1]["zh"]
        seal(worker, database)
        assert len(certificates.issue(registrar, COUNTY, [taken], press).issued) == 2 * len(left)
        pass_days(superuser, 1)
        assert (parcels(registrar, operated) if left else []) == left
        where = f"SELECT count(*) FROM registry.restriction WHERE right_id = :r AND {STANDS}"
        assert one(registrar, where, r=operated) == len(left)
    assert operation_right(registrar) is None
    assert rechecked(database, worker) == []


def test_who_operates_land_and_comes_to_hold_it_reads_that_the_right_is_to_end_and_nobody_gives_them_one(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """LO-16 of an assignment to the operator, and of a merge with them; LO-3 of a right that would go to its own contractor."""
    theirs, land = household_id(registrar, SECOND), tuple(parcels(registrar, right_of(registrar))[:1])
    change = LandOperationChange("再流转合同", None, (), Operator("household", theirs, "户主2", SECOND))
    papers = ("contractor_consent", "filing")
    case = asked_for(registrar, "land_operation_change", change, right=operated, more=papers)
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    assign = Assignment(theirs, f"{SECOND}J", date(2026, 1, 5), land)
    case = asked_for(registrar, "assignment", assign, right=right_of(registrar), more=("issuer_consent",))
    joining = tuple(Placed(member, "30") for member in members(registrar, SECOND))
    home = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, SECOND, "homestead"))
    booked(registrar, reviewer, superuser, home, "cancellation")
    merge = asked_for(registrar, "household_merge", HouseholdMerge(theirs, joining, date(2026, 1, 5)))
    with unit_of_work(registrar) as uow:
        found = [queries.case(uow.session, COUNTY, one) for one in (case, merge)]
        told = [one.facts.merging for one in act_proposals(uow.session, [one for one in found if one])]
    code = one(registrar, 'SELECT code FROM registry."right" WHERE right_id = :r', r=operated)
    assert told == [(code,), (code,)]
    booked(registrar, reviewer, superuser, case, "assignment")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert "LO-16" in [finding["code"] for finding in findings]
    pass_days(superuser, 1)
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation_change", change, right=operated, more=papers)
    assert codes(refused) == {"LO-3"}


def test_an_operation_right_shrinks_on_the_decree_alone_and_rests_on_its_contract_still(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """As of land that a collective gave out itself, under no contract right: no contract, no creditor's word is asked for."""
    right = right_of(registrar)
    first, second = parcels(registrar, right)
    request = asked(registrar, parcels=(first, second))
    case = asked_for(registrar, "land_operation", request, right=right, more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    operated = operation_right(registrar)
    loan = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("9000.00"), whose=BANK, bars_transfer=True)
    laid = asked_for(registrar, "mortgage", loan, right=operated, more=("contractor_consent", "filing"))
    booked(registrar, reviewer, superuser, laid, "mortgage")
    pass_days(superuser, 1)
    lost = LandOperationChange("征收批复3号", None, (second,), reason="operation_land_lost")
    case = applications.apply_on_right(registrar, COUNTY, operated, "land_operation_change", lost)
    for paper in ("application", "ruling"):
        put_paper(registrar, case, paper)
    cases.accept(registrar, COUNTY, [case])
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert [finding["code"] for finding in findings] == ["TR-21"]
    cases.review(reviewer, COUNTY, [case])
    booking.register(reviewer, COUNTY, [case])
    assert parcels(registrar, operated) == [second]
    note = f'SELECT note FROM registry."right" WHERE right_id = :r AND {STANDS}'
    assert one(registrar, note, r=operated) == "流转合同1号"


def test_a_division_and_an_exchange_leave_the_land_operation_right_on_its_parcel(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    mine, theirs = right_of(registrar), right_of(registrar, SECOND)
    give = tuple(parcels(registrar, mine)[:1])
    exchange = Exchange(theirs, give, tuple(parcels(registrar, theirs)[:1]), date(2026, 1, 5))
    case = asked_for(registrar, "exchange", exchange, right=mine, more=("filing",))
    booked(registrar, reviewer, superuser, case, "exchange")
    findings = one(registrar, 'SELECT findings FROM registry."case" WHERE case_id = :case', case=case)
    assert [finding["code"] for finding in findings] == ["TR-17"]
    assert parcels(registrar, operated) == list(give)
    pass_days(superuser, 1)
    divided = division(registrar, theirs, SECOND, parcels=give)
    booked(registrar, reviewer, superuser, asked_for(registrar, "division", divided, household=SECOND), "division")
    assert parcels(registrar, operated) == list(give)
    assert rechecked(database, worker) == []


def test_the_right_is_mortgaged_to_no_person_and_a_debt_beyond_it_is_told_when_laid_and_when_changed(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    last = one(registrar, 'SELECT upper(term) FROM registry."right" WHERE right_id = :right', right=operated)
    asked_of = RestrictionAsked("mortgage", "张三", "合同", Decimal("9000.00"), last, whose=BANK)
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "mortgage", asked_of, right=operated, more=("contractor_consent", "filing"))
    assert codes(refused) == {"TR-25", "TR-26"}
    laid = replace(asked_of, party="样本农村信用社")
    case = asked_for(registrar, "mortgage", laid, right=operated, more=("contractor_consent", "filing"))
    booked(registrar, reviewer, superuser, case, "mortgage")
    noted = 'SELECT findings FROM registry."case" WHERE case_id = :case'
    assert [finding["code"] for finding in one(registrar, noted, case=case)] == ["TR-26"]
    restriction = one(
        registrar, "SELECT restriction_id FROM registry.restriction WHERE right_id = :right", right=operated
    )
    change = RestrictionChange(restriction, "补充协议", Decimal("9500.00"), last)
    case = asked_for(registrar, "mortgage_change", change, right=operated)
    cases.accept(registrar, COUNTY, [case])
    assert [finding["code"] for finding in one(registrar, noted, case=case)] == ["TR-26"]


def test_the_operator_mortgages_the_right_with_the_contractors_consent(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    mortgage = RestrictionAsked("mortgage", "样本农村信用社", "合同", Decimal("9000.00"), whose=BANK)
    case = asked_for(registrar, "mortgage", mortgage, right=operated)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert [f.values["papers"] for f in refused.value.findings] == [["contractor_consent", "filing"]]
    cases.withdraw(registrar, COUNTY, [case], "补齐材料")
    case = asked_for(registrar, "mortgage", mortgage, right=operated, more=("contractor_consent", "filing"))
    booked(registrar, reviewer, superuser, case, "mortgage")
    end = asked_for(registrar, "land_operation_end", LandOperationEnd("agreed", "协议"), right=operated)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [end])
    assert codes(refused) == {"TR-20"}
    assert rechecked(database, worker) == []


def test_a_re_transfer_needs_the_contractors_consent_and_changes_the_holder(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    household = one(registrar, "SELECT household_id FROM party.household WHERE code = :c", c=SECOND)
    change = LandOperationChange("再流转合同", date(2027, 9, 30), (), Operator("household", household, "户主2", SECOND))
    case = asked_for(registrar, "land_operation_change", change, right=operated)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"REG-20", "TR-10"}
    cases.withdraw(registrar, COUNTY, [case], "补齐材料")
    papers = ("contractor_consent", "filing")
    case = asked_for(registrar, "land_operation_change", change, right=operated, more=papers)
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    with unit_of_work(registrar) as uow:
        row = standing.rights(uow.session, COUNTY, [operated])[operated].right.row
    assert (row["household_id"], row["term"].upper) == (household, date(2027, 10, 1))
    assert rechecked(database, worker) == []


def test_a_land_operation_right_ends_when_its_term_is_over_and_not_before(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    end = LandOperationEnd("term_over", "流转合同1号")
    with pytest.raises(Refused) as refused:
        asked_for(registrar, "land_operation_end", end, right=operated)
    assert codes(refused) == {"LO-6"}
    pass_days(superuser, 400)
    case = asked_for(registrar, "land_operation_end", end, right=operated)
    booked(registrar, reviewer, superuser, case, "land_operation_end")
    assert operation_right(registrar) is None
    assert rechecked(database, worker) == []


def test_who_operates_land_of_others_has_certificates_of_their_own_rights_and_of_that_one(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, tmp_path: Path
) -> None:
    operator = Operator("household", household_id(registrar, SECOND), "户主2", SECOND)
    case = asked_for(
        registrar, "land_operation", asked(registrar, operator=operator), right=right_of(registrar), more=("filing",)
    )
    booked(registrar, reviewer, superuser, case, "land_operation")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    assert len(certificates.issue(registrar, COUNTY, [case], press).issued) == 1
    pass_days(superuser, 1)
    divided = division(registrar, right_of(registrar, SECOND), SECOND)
    case = asked_for(registrar, "division", divided, household=SECOND)
    booked(registrar, reviewer, superuser, case, "division")
    seal(worker, database)
    assert len(certificates.issue(registrar, COUNTY, [case], press).issued) == 4
    with unit_of_work(registrar) as uow:
        rights = [row[0] for row in uow.session.execute(sa.text("SELECT DISTINCT right_id FROM registry.certificate"))]
        in_force = [one.right_id for one in standing.certificates_in_force(uow.session, COUNTY, rights)]
    assert sorted(in_force) == sorted(rights), "each has one in force"


def renamed(actor: Actor, right: UUID, name: str = "汉滨区样本种植专业合作社") -> UUID:
    """A case in which the organisation that holds a right has another name."""
    asked_ = OrganizationNameChange(name, USCC, "登记通知书〔2027〕1号")
    return asked_for(actor, "organization_name_change", asked_, right=right)


def test_an_organisation_has_its_new_name_on_all_its_rights_from_the_day_on_and_the_old_one_before(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    holder = one(registrar, f"SELECT holder_id FROM party.holder WHERE {STANDS}")
    theirs = right_of(registrar, SECOND)
    more = asked(
        registrar,
        operator=Operator("organization", holder, "样本合作社", USCC),
        parcels=tuple(parcels(registrar, theirs)[:1]),
    )
    case = asked_for(registrar, "land_operation", more, right=theirs, household=SECOND, more=("filing",))
    booked(registrar, reviewer, superuser, case, "land_operation")
    pass_days(superuser, 5)
    before = one(registrar, "SELECT system.clock() - interval '1 day'")
    booked(registrar, reviewer, superuser, renamed(registrar, operated), "organization_name_change")
    rights = superuser.execute(
        f"SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND {STANDS}"
    ).fetchall()
    with unit_of_work(registrar) as uow:
        now = AsOf.now(uow.now)
        for (right_id,) in rights:
            right = queries.right_as_of(uow.session, COUNTY, right_id, now)
            assert right is not None
            for asked_of, name in ((now, "汉滨区样本种植专业合作社"), (AsOf(before.date(), before), "样本合作社")):
                assert [one.name for one in queries.holders_of_right(uow.session, right, asked_of)] == [name]
            (told, *_) = right_history(uow.session, COUNTY, right_id)
            (line,) = told.lines
            said = (told.act.kind, line.part, line.before, line.after)
            assert said == ("organization_name_change", "holder", "样本合作社", "汉滨区样本种植专业合作社")
        (act,) = uow.session.scalars(sa.select(Act).where(Act.kind == "organization_name_change"))
        assert {changed.key for changed in changed_by(uow.session, act, 10)[0]} == {right_id for (right_id,) in rights}
    assert rechecked(database, worker) == []


def test_who_is_not_the_organisation_that_holds_the_right_is_not_renamed(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    other = OrganizationNameChange("别的合作社", "93610902MA0000002E", "通知书")
    with pytest.raises(Refused) as refused:
        applied(registrar, "organization_name_change", other, operated)
    assert codes(refused) == {"CHG-10"}
    with pytest.raises(Refused) as refused:
        renamed(registrar, operated, "样本合作社")
    assert codes(refused) == {"CHG-11"}
    with pytest.raises(BadInput) as unfit:
        renamed(registrar, right_of(registrar))
    assert codes(unfit) == {"REG-25"}
    taker = Operator("household", household_id(registrar, SECOND), "户主2", SECOND)
    change = LandOperationChange("再流转合同", None, (), taker)
    papers = ("contractor_consent", "filing")
    case = asked_for(registrar, "land_operation_change", change, right=operated, more=papers)
    booked(registrar, reviewer, superuser, case, "land_operation_change")
    with pytest.raises(Refused) as refused:
        renamed(registrar, operated)
    assert codes(refused) == {"CHG-10"}


@pytest.mark.parametrize("together", [True, False])
def test_an_organisation_that_two_cases_name_is_entered_once(
    together: bool, registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings
) -> None:
    """Both cases were opened before the register had it; registered in one call, or one after the other."""
    with unit_of_work(registrar) as uow:
        ids = {household_queries.holder_id_of(uow.session, COUNTY, USCC) for _ in range(2)}
    operator = Operator("organization", ids.pop(), "样本合作社", USCC)
    assert not ids
    made = []
    for code in (HOUSEHOLD, SECOND):
        right = right_of(registrar, code)
        request = asked(registrar, operator=operator, parcels=tuple(parcels(registrar, right)[:1]))
        made.append(asked_for(registrar, "land_operation", request, right=right, more=("filing",)))
    cases.accept(registrar, COUNTY, made)
    cases.review(reviewer, COUNTY, made)
    for call in [made] if together else [[case] for case in made]:
        assert booking.register(reviewer, COUNTY, call).done == len(call)
    rows = superuser.execute("SELECT holder_id FROM party.holder WHERE code = %s", [USCC]).fetchall()
    assert rows == [(operator.holder_id,)]
    held = superuser.execute(
        "SELECT count(*) FROM registry.right_holder WHERE household_id = %s AND upper_inf(recorded)",
        [operator.holder_id],
    )
    assert held.fetchone() == (2,)
    seal(worker, database)
    assert rechecked(database, worker) == []


def test_the_database_enters_no_organisation_under_a_second_id(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """LO-3, of a case that names it by an id of its own."""
    right = right_of(registrar, SECOND)
    request = asked(registrar, parcels=tuple(parcels(registrar, right)[:1]))
    case = asked_for(registrar, "land_operation", request, right=right, more=("filing",))
    with pytest.raises(Refused) as error:
        booked(registrar, reviewer, superuser, case, "land_operation")
    assert codes(error) == {"LO-3"}
