"""What a contract has stays its own when its parcel is split or joined, and of an exchange also what the other side gives."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.exchange.contracts import signing
from landreg.exchange.listings import listing_queries
from landreg.registry.rules.parcel_requests import ParcelSplit
from tests import bidding_kit as kit
from tests.contract_kit import OPERATOR, OTHER, PAPER, VALUES, drawn, parcels_of, right_id, signature, signed
from tests.database.exchange.test_contract_registered import NO_BALANCE
from tests.database.registry.test_parcel_acts import LOWER, UPPER, done, line
from tests.exchange_kit import TERM, listing_row, put_listing
from tests.registry_kit import HOUSEHOLD, Connection, codes, pass_days, to_rights
from tests.villages import COUNTY

DAYS: dict[str, Any] = {"from_on": date(2026, 12, 15), "until_on": date(2029, 12, 15)}


@pytest.fixture(autouse=True)
def _registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 3, **TERM)
    pass_days(superuser, 5)


def _split(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[str, ...]:
    """The parts of the lower parcel."""
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((LOWER,), line((7, -1), (7, 21))))
    return tuple(code for code in parcels_of(OPERATOR, right_id()) if code != UPPER)


def test_the_parts_of_a_leased_parcel_are_neither_leased_nor_listed_while_the_lease_runs(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """CON-2 and LST-7, by rule and database."""
    beside = drawn(codes=[LOWER], from_on=date(2030, 1, 2), until_on=date(2031, 1, 1))
    signed(drawn(codes=[LOWER], until_on=date(2030, 1, 1)))
    west, east = _split(registrar, reviewer, superuser)
    with pytest.raises(Refused) as leased:
        drawn(codes=[west], **DAYS)
    assert codes(leased) == {"CON-2"}
    assert leased.value.findings[0].values["parcels"] == [west]
    drawn(codes=[west], from_on=date(2030, 1, 1), until_on=date(2031, 1, 1))
    signed(drawn(codes=[UPPER], **DAYS))
    with unit_of_work(OPERATOR) as uow:
        told = listing_queries.contracts_on(uow.session, COUNTY, None, [west, UPPER], passed_on=False, own=False)
    assert {(one.parcel_code, one.until_on) for one in told if one.number != beside.number} >= {
        (west, date(2030, 1, 1)), (UPPER, date(2029, 12, 15)),
    }  # fmt: skip
    days: dict[str, Any] = {"from_on": date(2028, 1, 1), "until_on": date(2029, 1, 1)}
    owner = kit.farmer(superuser, HOUSEHOLD)
    row = listing_row(owner, right_id(), area_m2=Decimal("200.00"), **days)
    with pytest.raises(Refused) as listed:
        put_listing(owner, row, [east], "200.00")
    assert "LST-7" in codes(listed)


def test_of_two_leases_drawn_before_and_after_a_split_the_first_signed_has_the_ground(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The database refuses the part's lease at its signature, though at its drawing the ground was free."""
    whole = drawn(codes=[LOWER], **DAYS)
    west, _east = _split(registrar, reviewer, superuser)
    part = drawn(codes=[west], **DAYS)
    signed(part, signing.SIDES[0])
    # Signed by both before the register knew of the split, as far as the exchange's own rows tell.
    superuser.execute("SET session_replication_role = replica")
    superuser.execute(
        """INSERT INTO exchange.held_parcel SELECT county, village, contract_id, parcel_code, 0, daterange(%s, %s), true,
           area_m2, registered_m2 FROM exchange.contract_parcel WHERE contract_id = %s""",
        [*DAYS.values(), whole.contract_id],
    )
    superuser.execute("SET session_replication_role = origin")
    superuser.commit()
    with pytest.raises(Refused) as late:
        signing.sign(OPERATOR, COUNTY, part.contract_id, signature(part, signing.SIDES[1]), PAPER)
    assert codes(late) == {"CON-2"}


def test_what_the_other_household_gives_in_an_exchange_is_not_listed_until_the_register_has_moved_it(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """LST-7, from the drawing on."""
    give, take = parcels_of(OPERATOR, right_id())[0], parcels_of(OPERATOR, right_id(OTHER))[0]
    on: dict[str, Any] = {"kind": "exchange", "until_on": date(2048, 1, 1), **NO_BALANCE}
    contract = drawn(codes=[give], values={**VALUES, "other_parcels": take}, taker=OTHER, **on)
    own = kit.farmer(superuser, OTHER)
    for _stage in ("drawn", "signed"):
        with pytest.raises(Refused) as listed:
            kit.offered(registrar, own, OTHER)
        assert "LST-7" in codes(listed), _stage
        if _stage == "drawn":
            signed(contract)
