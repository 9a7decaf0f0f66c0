"""A right that was registered under the wrong household is said to be the right one's since the first day; a transfer is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from landreg import keys
from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.codes import masked_name
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.log.store import seal
from landreg.registry import past, queries
from landreg.registry.casebook import Case
from landreg.registry.casework import applications, cases
from landreg.registry.documents import Store
from landreg.registry.facts.addressees import addressees
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import Assignment, Cancellation, RestrictionAsked
from tests.database.registry.test_household_acts import rechecked
from tests.household_kit import asked_for, division, household_id, parcels
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
    put_paper,
    right_of,
    to_rights,
)
from tests.villages import VILLAGE

SECOND = f"{VILLAGE}010002"
SIGNED = date(1998, 1, 1)
PAPERS = {
    "contract_management": ("application", "identity", "holder_consent", "contract"),
    "homestead": ("application", "identity", "holder_consent", "approval"),
}
NOW = "upper_inf(recorded) AND upper_inf(valid)"
LOAN = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)


@pytest.fixture(autouse=True)
def _key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def right(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 5)
    return right_of(registrar)


def held(code: str = SECOND, by: str = "holder", exchanged: str = "", proved: date | None = SIGNED) -> Correction:
    facts = (Corrected("holder", code), *([Corrected("exchanged", exchanged)] if exchanged else []))
    return Correction("held", by, "承包合同原件", facts, name=f"户主{int(code[-4:])}", proved_on=proved)


def holder_of(actor: Actor, right: UUID) -> str:
    return str(one(
        actor,
        f"""SELECT h.code FROM registry."right" AS r JOIN registry.right_holder AS x ON x.right_row = r.row_id
        JOIN party.household AS h ON h.household_id = x.household_id AND h.household_id = r.household_id
        LEFT JOIN registry.contract AS c ON c.contract_id = r.contract_id AND upper_inf(c.recorded) AND upper_inf(c.valid)
        WHERE r.right_id = :r AND {NOW.replace("recorded", "r.recorded").replace("valid", "r.valid")}
        AND upper_inf(h.recorded) AND upper_inf(h.valid) AND coalesce(c.household_id, r.household_id) = r.household_id""",
        r=right,
    ))  # fmt: skip


@pytest.mark.parametrize("by", ["holder", "office"])
def test_a_right_under_the_wrong_household_is_the_right_one_s_since_the_first_day(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor, tmp_path: Path,
    by: str,
) -> None:  # fmt: skip
    began = one(registrar, f'SELECT lower(valid) FROM registry."right" WHERE right_id = :r AND {NOW}', r=right)
    with unit_of_work(registrar) as uow:
        before = uow.now
    land = parcels(registrar, right)
    papers = PAPERS["contract_management"] if by == "holder" else ("contract",)
    case = asked_for(registrar, "correction", held(by=by), right=right, more=papers)
    with unit_of_work(registrar) as uow:
        told = addressees(uow.session, uow.session.get_one(Case, (case, COUNTY)))
    assert [one.partition("，")[0] for one in told] == ["户主1（权利人）", "户主2（应有的权利人）"]
    booked(registrar, reviewer, superuser, case, "correction")
    assert holder_of(registrar, right) == SECOND
    assert parcels(registrar, right) == land
    with unit_of_work(registrar) as uow:
        was = queries.right_as_of(uow.session, COUNTY, right, AsOf(began, before))
        now = queries.right_as_of(uow.session, COUNTY, right, AsOf(began, uow.now))
        lines = {
            (line.part, line.name, line.field, line.since)
            for line in past.right_history(uow.session, COUNTY, right)[0].lines
        }
    assert was is not None
    assert now is not None
    assert was.household_id == household_id(registrar, HOUSEHOLD)
    assert now.household_id == household_id(registrar, SECOND), "since the first day"
    assert {("holder", "户主1", "share", None), ("holder", "户主2", "share", None)} <= lines
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(tmp_path), "http://127.0.0.1:8000")
    (issued,) = certificates.issue(registrar, COUNTY, [case], press).issued
    assert one(registrar, "SELECT holder FROM registry.check_certificate(:n)", n=issued.number) == masked_name("户主2")
    assert rechecked(database, worker) == []


def test_two_homesteads_that_were_registered_under_each_other_s_household_are_set_right_together(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    mine, theirs = right_of(registrar, kind="homestead"), right_of(registrar, SECOND, "homestead")
    code = one(registrar, f'SELECT code FROM registry."right" WHERE right_id = :r AND {NOW}', r=theirs)
    with pytest.raises(Refused) as error:
        applications.apply_on_right(registrar, COUNTY, mine, "correction", held())
    assert codes(error) == {"HS-1"}
    for other in (f"{HOUSEHOLD}J", f"{SECOND}J", "没有的"):
        with pytest.raises(Refused) as error:
            applications.apply_on_right(registrar, COUNTY, mine, "correction", held(exchanged=other))
        assert "COR-28" in codes(error)
    case = asked_for(registrar, "correction", held(exchanged=code), right=mine, more=PAPERS["homestead"])
    booked(registrar, reviewer, superuser, case, "correction")
    assert (holder_of(registrar, mine), holder_of(registrar, theirs)) == (SECOND, HOUSEHOLD)
    assert rechecked(database, worker) == []


def test_a_transfer_is_no_correction_whoever_consents(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    said: date = one(registrar, "SELECT (max(registered_at) AT TIME ZONE 'Asia/Shanghai')::date FROM registry.act")
    for proved in (None, said.replace(year=said.year + 1)):
        with pytest.raises(Refused) as error:
            applications.apply_on_right(registrar, COUNTY, right, "correction", held(proved=proved))
        assert codes(error) == {"COR-27"}
    with pytest.raises(Refused) as error:
        applications.apply_on_right(registrar, COUNTY, right, "correction", held(HOUSEHOLD))
    assert codes(error) == {"PAR-8"}
    with pytest.raises(Refused) as error:
        applications.apply_on_right(registrar, COUNTY, right, "correction", held(f"{VILLAGE}010099"))
    assert codes(error) == {"COR-25"}
    case = asked_for(registrar, "correction", held(), right=right, more=("application", "identity"))
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert codes(error) == {"REG-20"}
    assert set(error.value.findings[0].values["papers"]) == {"holder_consent", "contract"}
    put_paper(registrar, case, "contract")
    put_paper(registrar, case, "ruling")
    cases.accept(registrar, COUNTY, [case])


def test_the_office_says_nobody_else_s_a_right_to_which_land_was_assigned_since(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    taker = household_id(registrar, SECOND)
    land = tuple(parcels(registrar, right)[1:])
    asked = Assignment(taker, SECOND + "J", date(2026, 1, 5), land)
    case = asked_for(registrar, "assignment", asked, right=right)
    booked(registrar, reviewer, superuser, case, "assignment")
    pass_days(superuser, 1)
    with pytest.raises(Refused) as error:
        applications.apply_on_right(
            registrar, COUNTY, right_of(registrar, SECOND), "correction", held(HOUSEHOLD, "office")
        )
    assert codes(error) == {"COR-11"}


def test_a_household_that_a_division_made_later_held_nothing_from_the_start(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    other = right_of(registrar, SECOND)
    case = asked_for(registrar, "division", division(registrar, right), right=None)
    booked(registrar, reviewer, superuser, case, "division")
    made = one(registrar, f"SELECT max(code) FROM party.household WHERE {NOW}")
    with pytest.raises(Refused) as error:
        applications.apply_on_right(registrar, COUNTY, other, "correction", held(made))
    assert codes(error) == {"COR-25"}
    divided = right_of(registrar, made)
    case = asked_for(
        registrar,
        "correction",
        replace(held(HOUSEHOLD), name="户主1"),
        right=divided,
        more=PAPERS["contract_management"],
    )
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert "COR-26" in codes(error)


def test_a_ruling_gives_back_the_days_since_a_transfer_and_not_those_that_another_held_before(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    gone = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, SECOND))
    booked(registrar, reviewer, superuser, gone, "cancellation")
    asked = Assignment(household_id(registrar, SECOND), SECOND + "K", date(2026, 1, 5))
    booked(registrar, reviewer, superuser, asked_for(registrar, "assignment", asked, right=right), "assignment")
    pass_days(superuser, 1)
    assert holder_of(registrar, right) == SECOND
    back = held(HOUSEHOLD)
    case = asked_for(
        registrar, "correction", back, right=right, more=("application", "identity", "holder_consent", "contract")
    )
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert "COR-26" in codes(error)
    put_paper(registrar, case, "ruling")
    booked(registrar, reviewer, superuser, case, "correction")
    told = one(
        registrar,
        """SELECT string_agg(DISTINCT household_id::text, ' ') FROM registry."right"
        WHERE right_id = :r AND upper_inf(recorded)""",
        r=right,
    )
    assert told == str(household_id(registrar, HOUSEHOLD)), "who held it before the transfer did"
    assert rechecked(database, worker) == []


def test_who_had_it_back_by_a_transfer_holds_it_by_that(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    gone = applied(registrar, "cancellation", Cancellation("ruling"), right_of(registrar, SECOND))
    booked(registrar, reviewer, superuser, gone, "cancellation")
    for to in (SECOND, HOUSEHOLD):
        asked = Assignment(household_id(registrar, to), to + "K", date(2026, 1, 5))
        booked(registrar, reviewer, superuser, asked_for(registrar, "assignment", asked, right=right), "assignment")
        pass_days(superuser, 1)
    more = PAPERS["contract_management"]
    case = asked_for(registrar, "correction", held(), right=right, more=more)
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert "COR-26" in codes(error)


def test_a_mortgage_stays_on_the_right_and_its_creditor_consents(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, right), "mortgage")
    case = asked_for(registrar, "correction", held(), right=right, more=PAPERS["contract_management"])
    with pytest.raises(Refused) as error:
        cases.accept(registrar, COUNTY, [case])
    assert codes(error) == {"TR-20"}
    put_paper(registrar, case, "creditor_consent")
    booked(registrar, reviewer, superuser, case, "correction")
    lies = one(registrar, f"SELECT count(*) FROM registry.restriction WHERE right_id = :r AND {NOW}", r=right)
    assert (holder_of(registrar, right), lies) == (SECOND, 1)
    assert rechecked(database, worker) == []
