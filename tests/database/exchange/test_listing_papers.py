"""What the database keeps of a listing's papers whatever the code let through, and what the log tells of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.audit import logged as told
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange import logged
from landreg.exchange.model import Listing, ListingPaper, ListingParcel
from landreg.log.recheck import recheck
from landreg.log.store import seal
from tests.exchange_kit import NEIGHBOUR, OPERATOR, farmer_of, listing_row, parcels_of, put_event
from tests.registry_kit import Connection, codes
from tests.retransfer_kit import operated
from tests.villages import COUNTY, VILLAGE, past_triggers


@pytest.fixture
def taken(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[UUID, Actor]:
    return operated(registrar, reviewer, superuser)


@pytest.fixture
def right(taken: tuple[UUID, Actor]) -> UUID:
    return taken[0]


@pytest.fixture
def farmer(right: UUID, superuser: Connection) -> Actor:
    return farmer_of(superuser, NEIGHBOUR)


def put(farmer: Actor, right: UUID, land: list[str], *kinds: str, **changed: Any) -> Listing:
    """A re-transfer as rows past the service, with papers of these kinds."""
    row = listing_row(
        farmer, right, kind="retransfer", household_code=NEIGHBOUR, until_on=date(2032, 1, 1), slope="3", **changed
    )
    head = {"county": COUNTY, "village": VILLAGE, "listing_id": row.listing_id}
    with unit_of_work(farmer) as uow:
        row.listed_at = uow.now
        uow.session.add(row)
        uow.session.flush()
        parts: list[Any] = [ListingParcel(**head, parcel_code=code, area_m2=row.area_m2, part=None) for code in land]
        parts += [
            ListingPaper(**head, document_id=uuid4(), kind=kind, name=f"{kind}.jpg", sha256="ab" * 32, size=9)
            for kind in kinds
        ]
        uow.session.add_all(parts)
        uow.session.flush()
        for one in parts:
            uow.session.refresh(one)
        logged.stage_listing(uow, row, parts)
    put_event(farmer, row, "submitted")
    return row


def test_a_re_transfer_without_the_contractors_consent_is_no_listing(
    farmer: Actor, right: UUID, registrar: Actor
) -> None:
    """TR-10, past the service."""
    land = parcels_of(registrar, right)
    with pytest.raises(Refused) as refused:
        put(farmer, right, land, "filing")
    assert codes(refused) == {"TR-10"}
    put(farmer, right, land, "contractor_consent")


def test_a_paper_is_told_by_the_leaf_of_its_listing_and_comes_from_its_own_household_alone(
    farmer: Actor, taken: tuple[UUID, Actor], registrar: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right, stranger = taken
    row = put(farmer, right, parcels_of(registrar, right), "contractor_consent")
    put_event(OPERATOR, row, "published")
    late = {
        "county": COUNTY,
        "village": VILLAGE,
        "listing_id": row.listing_id,
        "kind": "filing",
        "name": "x",
        "size": 9,
    }
    for actor, why in ((stranger, "row-level security"), (farmer, "row-level security"),
                       (OPERATOR, "permission denied"), (registrar, "row-level security")):  # fmt: skip
        with pytest.raises(Exception, match=why), unit_of_work(actor) as uow:
            uow.session.add(ListingPaper(**late, document_id=uuid4(), sha256="cd" * 32))
    seal(worker, database)

    def differing() -> set[tuple[str, str]]:
        register = told.register()
        found = recheck(worker, database, register.sources, register.tables, register.closings).findings
        return {
            (one.code, str(one.values["table"])) for one in found if "exchange.listing" in str(one.values.get("table"))
        }

    assert differing() == set()
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.listing_paper SET sha256 = repeat('0', 64)")
    assert differing() == {("LOG-17", "exchange.listing_paper")}
    with past_triggers(superuser):
        superuser.execute("UPDATE exchange.listing_paper SET sha256 = repeat('ab', 32)")
        superuser.execute("UPDATE exchange.listing SET slope = NULL WHERE listing_id = %s", [row.listing_id])
    assert differing() == {("LOG-17", "exchange.listing")}
