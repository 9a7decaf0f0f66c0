"""What restricts land that is given back for some years lies on it again when it comes back, and nothing else does (REG-22)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor
from landreg.core.errors import Refused
from landreg.exit import days
from landreg.registry.rules.household_requests import Exchange
from landreg.registry.rules.parcel_requests import ParcelMerge
from landreg.registry.rules.requests import Release
from tests.database.exit.test_exits import rechecked
from tests.database.registry.test_parcel_acts import LOWER, UPPER, open_one
from tests.database.registry.test_restricted_land import OTHER_BANK
from tests.database.registry.test_under_restrictions import LOAN, NOW, land_of, lies_on
from tests.exit_kit import agreed, asked_for, paid, to_register
from tests.household_kit import SECOND, parcels
from tests.household_kit import asked_for as case_for
from tests.registry_kit import Connection, applied, booked, one, pass_days, put_papers, right_of, to_rights


@pytest.fixture(autouse=True)
def _village(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)


@pytest.fixture
def right(registrar: Actor, reviewer: Actor, superuser: Connection) -> UUID:
    """A mortgaged contract right over two parcels."""
    found = right_of(registrar)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, found), "mortgage")
    pass_days(superuser, 1)
    return found


def given(registrar: Actor, reviewer: Actor, superuser: Connection, right: UUID, *land: str) -> None:
    """All of it, or some parcels, given back for a year with the creditor's consent."""
    found = asked_for(registrar, right, mode="temporary", years=1, parcels=land)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    put_papers(registrar, found.case_id, "exit", ("creditor_consent",))
    to_register(registrar, reviewer, superuser, found)


def test_what_lay_on_the_land_lies_on_it_again_and_what_came_since_only_where_it_was_given(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    given(registrar, reviewer, superuser, right, LOWER)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", OTHER_BANK, right), "mortgage")
    pass_days(superuser, 200)
    assert days.work(worker) == 1
    assert land_of(registrar, right, LOAN.party) == (1, {LOWER, UPPER})
    assert land_of(registrar, right, OTHER_BANK.party) == (2, {UPPER})
    assert rechecked(database, worker) == []


def test_a_mortgage_that_ended_with_the_whole_right_is_there_again_with_it(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    given(registrar, reviewer, superuser, right)
    assert lies_on(registrar, right, "mortgage") == 0
    pass_days(superuser, 200)
    assert days.work(worker) == 1
    assert land_of(registrar, right, LOAN.party) == (1, {LOWER, UPPER})
    names = "SELECT count(DISTINCT restriction_id) FROM registry.restriction WHERE right_id = :r"
    assert one(registrar, names, r=right) == 1
    assert rechecked(database, worker) == []


def test_a_mortgage_that_went_with_the_rest_of_its_land_to_another_right_lies_on_what_comes_back_too(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    """It was never released, so it lies on both; each is released by itself."""
    given(registrar, reviewer, superuser, right, LOWER)
    theirs = right_of(registrar, SECOND)
    swap = Exchange(theirs, (UPPER,), tuple(parcels(registrar, theirs)), date(2026, 1, 5))
    booked(registrar, reviewer, superuser, case_for(registrar, "exchange", swap, right=right), "exchange")
    assert (lies_on(registrar, right, "mortgage"), lies_on(registrar, theirs, "mortgage")) == (0, 1)
    pass_days(superuser, 200)
    assert days.work(worker) == 1
    assert land_of(registrar, right, LOAN.party) == (1, {LOWER})
    assert land_of(registrar, theirs, LOAN.party) == (1, {UPPER})
    assert one(registrar, f"SELECT count(DISTINCT restriction_id) FROM registry.restriction WHERE {NOW}") == 2
    assert rechecked(database, worker) == []


def test_parcels_of_which_one_alone_is_mortgaged_are_merged_when_that_is_released(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """PAR-3: else it would lie on land on which it was not given."""
    given(registrar, reviewer, superuser, right, LOWER)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", OTHER_BANK, right), "mortgage")
    pass_days(superuser, 200)
    assert days.work(WORKER) == 1
    with pytest.raises(Refused) as refused:
        open_one(registrar, "parcel_merge", ParcelMerge((LOWER, UPPER)))
    (found,) = [one for one in refused.value.findings if one.code == "PAR-3"]
    assert found.values["codes"] == [UPPER]
    assert [OTHER_BANK.party in one for one in found.values["parties"]] == [True]
    laid = (
        "SELECT restriction_id FROM registry.restriction WHERE party = :p AND upper_inf(recorded) AND upper_inf(valid)"
    )
    release = Release(one(registrar, laid, p=OTHER_BANK.party), "贷款已还清")
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage_release", release, right), "mortgage_release")
    merged = open_one(registrar, "parcel_merge", ParcelMerge((LOWER, UPPER)))
    put_papers(registrar, merged, "parcel_merge", ("creditor_consent",))
    booked(registrar, reviewer, superuser, merged, "parcel_merge")
    assert land_of(registrar, right, LOAN.party) == (1, set(parcels(registrar, right)))


def test_a_mortgage_that_was_released_meanwhile_stays_released(
    right: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    given(registrar, reviewer, superuser, right, LOWER)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", OTHER_BANK, right), "mortgage")
    pass_days(superuser, 1)
    laid = (
        "SELECT restriction_id FROM registry.restriction WHERE party = :p AND upper_inf(recorded) AND upper_inf(valid)"
    )
    release = Release(one(registrar, laid, p=LOAN.party), "贷款已还清")
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage_release", release, right), "mortgage_release")
    pass_days(superuser, 200)
    assert days.work(worker) == 1
    assert lies_on(registrar, right, "mortgage") == 1
    assert land_of(registrar, right, OTHER_BANK.party) == (1, {UPPER})
    assert rechecked(database, worker) == []
