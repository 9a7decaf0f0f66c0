"""What Python and SQL both reckon they reckon alike: areas in mu, the most that a price may be, codes as they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from landreg.core.actor import Actor
from landreg.core.codes import tidy
from landreg.core.db import unit_of_work
from landreg.core.units import total_mu
from landreg.exchange.bidding import told_queries
from landreg.exchange.contracts.model import Contract
from landreg.exchange.interfaces import transfer_queries
from landreg.exchange.listings.rules.units import MOST_PRICE, UNITS
from landreg.exchange.model import Listing
from tests.bidding_kit import published
from tests.contract_kit import OPERATOR, OTHER, drawn, parcels_of, right_id, signed
from tests.registry_kit import Connection
from tests.villages import COUNTY, past_triggers

ON_A_DATABASE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
AREAS = st.lists(st.decimals("0.01", "9999999.99", places=2, allow_nan=False), min_size=1, max_size=4)
HALVES = [Decimal("403.34"), Decimal("403.33"), Decimal("10.00"), Decimal("3.33")]
"""0.605 mu and its neighbour, 0.015 mu: where a half is rounded."""
SIGNS = st.text([*map(chr, range(0x20, 0x7F)), *map(chr, range(0xFF01, 0xFF5F)), *" 　\t\n收据号"], max_size=20)


@pytest.fixture
def land(registrar: Actor, reviewer: Actor, superuser: Connection) -> tuple[UUID, UUID]:
    """A listing and a contract, each of whose parcels is to be given any area."""
    listing = published(registrar, reviewer, superuser, way="negotiation").listing_id
    contract = signed(drawn(code=OTHER, codes=parcels_of(OPERATOR, right_id(OTHER))))
    return listing, contract.contract_id


def _measured(
    superuser: Connection, of: UUID, areas: Sequence[Decimal], table: str, key: str, *columns: str
) -> Decimal:
    """Gives each parcel of a listing or contract an area; what they come to in mu."""
    codes = [code for (code,) in superuser.execute(f"SELECT parcel_code FROM {table} WHERE {key} = %s", [of])]
    measured = {code: areas[place % len(areas)] for place, code in enumerate(codes)}
    said = ", ".join(f"{column} = %(area)s" for column in columns)
    with past_triggers(superuser):
        for code, area in measured.items():
            superuser.execute(
                f"UPDATE {table} SET {said} WHERE {key} = %(of)s AND parcel_code = %(code)s",
                {"area": area, "of": of, "code": code},
            )
    return total_mu(measured.values())


@given(AREAS)
@example(HALVES)
@example([Decimal("403.34")])
@ON_A_DATABASE
def test_an_area_in_mu_is_the_sum_of_the_printed_figures_in_every_sentence_of_sql(
    land: tuple[UUID, UUID], superuser: Connection, registrar: Actor, areas: list[Decimal]
) -> None:
    listing, contract = land
    offered = _measured(superuser, listing, areas, "exchange.listing_parcel", "listing_id", "area_m2")
    own = ("exchange.contract_parcel", "contract_id", "area_m2", "registered_m2")
    leased = _measured(superuser, contract, areas, *own)
    with unit_of_work(OPERATOR) as uow:
        told = told_queries.told(uow.session, COUNTY, listing)
        assert told is not None
        assert told.area_mu == offered
        assert uow.session.scalar(sa.select(Listing.area_mu).where(Listing.listing_id == listing)) == offered
        assert uow.session.scalar(sa.select(Contract.area_mu).where(Contract.contract_id == contract)) == leased
    with unit_of_work(registrar) as uow:
        (row,) = transfer_queries.signed_between(uow.session, COUNTY, date(2020, 1, 1), date(2100, 1, 1))
        assert row.area_mu == leased
    shown = superuser.execute("SELECT hundredths FROM exchange.shown_of(%s, %s)", [COUNTY, listing]).fetchone()
    assert shown == (int(offered * 100),)


@given(st.sampled_from(UNITS), st.sampled_from([Decimal("-0.01"), Decimal(0), Decimal("0.01")]))
@ON_A_DATABASE
def test_the_most_that_a_price_may_be_is_the_same_by_rule_and_by_database(
    superuser: Connection, unit: str, more: Decimal
) -> None:
    asked = "SELECT %s::numeric <= exchange.most_price(%s)"
    assert superuser.execute(asked, [MOST_PRICE[unit] + more, unit]).fetchone() == (more <= 0,)


@given(SIGNS)
@example("　ＨＺ－２０' ")
@ON_A_DATABASE
def test_a_code_is_compared_alike(superuser: Connection, said: str) -> None:
    assert superuser.execute('SELECT system.tidied(%s COLLATE "C")', [said]).fetchone() == (tidy(said),)
