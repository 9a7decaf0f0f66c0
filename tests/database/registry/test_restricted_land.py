"""REG-22: what restricts one of two rights over the same land is none of the other's, whatever becomes of the land."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.registry.rules.parcel_requests import ParcelSplit
from tests.database.registry.test_operation_rights import _registered, operated
from tests.database.registry.test_parcel_acts import line, open_one
from tests.database.registry.test_under_restrictions import LOAN, NOW, land_of, lies_on, rechecked
from tests.household_kit import asked_for, parcels
from tests.registry_kit import BANK, Connection, applied, booked, one, pass_days, put_papers, right_of

__all__ = ["_registered", "operated"]
OTHER_BANK = replace(LOAN, party="样本商业银行", whose=replace(BANK, code="91610902MA00000087"))


def test_a_farmer_s_mortgage_is_none_of_the_operator_s_right_when_the_parcel_under_both_is_divided(
    operated: UUID, registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    booked(registrar, reviewer, superuser, applied(registrar, "mortgage", LOAN, right), "mortgage")
    theirs = asked_for(registrar, "mortgage", OTHER_BANK, right=operated, more=("contractor_consent", "filing"))
    booked(registrar, reviewer, superuser, theirs, "mortgage")
    pass_days(superuser, 1)
    (leased,) = parcels(registrar, operated)
    cut = open_one(registrar, "parcel_split", ParcelSplit((leased,), line((7, -1), (7, 21))))
    put_papers(registrar, cut, "parcel_split", ("creditor_consent",))
    booked(registrar, reviewer, superuser, cut, "parcel_split")
    assert len(parcels(registrar, operated)) == 2
    assert (lies_on(registrar, right, "mortgage"), lies_on(registrar, operated, "mortgage")) == (1, 1)
    assert one(registrar, f"SELECT count(*) FROM registry.restriction WHERE {NOW}") == 2
    for of, loan in ((right, LOAN), (operated, OTHER_BANK)):
        assert land_of(registrar, of, loan.party) == (1, set(parcels(registrar, of)))
    assert rechecked(database, worker) == []
