"""The register as of a day and as said on a day: parcels, households with their members, rights with all that stands in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.asof import AsOf, end_of
from landreg.core.db import unit_of_work
from landreg.core.periods import BEIJING, beijing_day
from landreg.land import parcel_queries
from landreg.party import queries as parties
from landreg.registry import queries
from tests.acts_kit import change, pass_hours
from tests.registry_kit import Connection, one, to_rights
from tests.villages import COUNTY

LONG_AGO, SPRING = date(2010, 1, 1), date(2020, 3, 1)


@pytest.fixture
def registered(registrar: Actor, reviewer: Actor, superuser: Connection) -> datetime:
    """A registered village of two households; the instant just after it was."""
    to_rights(registrar, reviewer, superuser, 2)
    pass_hours(superuser)
    at: datetime = one(registrar, "SELECT system.clock()")
    pass_hours(superuser)
    return at


def _now(actor: Actor) -> datetime:
    found: datetime = one(actor, "SELECT system.clock()")
    return found


def _right(actor: Actor, kind: str = "contract_management") -> UUID:
    found: UUID = one(actor, f"SELECT right_id FROM registry.\"right\" WHERE kind = '{kind}' ORDER BY code LIMIT 1")
    return found


def _area(actor: Actor, right: UUID, asked: AsOf) -> Decimal | None:
    with unit_of_work(actor) as uow:
        found = queries.right_as_of(uow.session, COUNTY, right, asked)
        return None if found is None else found.area_m2


def test_a_retroactive_correction_keeps_what_was_once_said(
    registered: datetime, registrar: Actor, superuser: Connection
) -> None:
    right = _right(registrar)
    change(registrar, "registry.right", right, {"area_m2": "790"})
    now = _now(registrar)
    for day in (LONG_AGO, beijing_day(now)):
        assert _area(registrar, right, AsOf(day, now)) == 790
        assert _area(registrar, right, AsOf(day, registered)) == 800


def test_a_change_from_a_day_on_leaves_the_days_before_as_they_were(
    registered: datetime, registrar: Actor, superuser: Connection
) -> None:
    right = _right(registrar)
    change(registrar, "registry.right", right, {"area_m2": "790"}, since=SPRING)
    now = _now(registrar)
    said = {day: _area(registrar, right, AsOf(day, now)) for day in (LONG_AGO, SPRING - timedelta(days=1), SPRING)}
    assert said == {LONG_AGO: 800, SPRING - timedelta(days=1): 800, SPRING: 790}
    assert _area(registrar, right, AsOf(SPRING, registered)) == 800


def test_a_right_that_has_ended_is_none_afterwards_and_one_before(
    registered: datetime, registrar: Actor, superuser: Connection
) -> None:
    right = _right(registrar)
    change(registrar, "registry.right", right, {}, until=SPRING)
    now = _now(registrar)
    assert _area(registrar, right, AsOf(SPRING, now)) is None
    assert _area(registrar, right, AsOf(SPRING - timedelta(days=1), now)) == 800
    assert _area(registrar, right, AsOf(SPRING, registered)) == 800


def test_a_right_is_shown_with_its_holders_parcels_and_contract_of_the_day(
    registered: datetime, registrar: Actor, superuser: Connection
) -> None:
    right = _right(registrar)
    with unit_of_work(registrar) as uow:
        row = queries.right_as_of(uow.session, COUNTY, right, AsOf.now(registered))
        assert row is not None
        parcels = queries.parcels_of_right(uow.session, row, AsOf.now(registered))
        contract = row.contract_id
    parcel = one(registrar, "SELECT parcel_id FROM land.parcel WHERE code = :code", code=parcels[0].code)
    assert contract is not None
    change(registrar, "land.parcel", parcel, {"name": "'新名'", "neighbour_east": "'新渠'"}, since=SPRING)
    pass_hours(superuser)
    change(registrar, "registry.contract", contract, {"signed_on": "'1998-02-02'"})
    pass_hours(superuser)
    household = one(registrar, 'SELECT household_id FROM registry."right" WHERE right_id = :right LIMIT 1', right=right)
    change(registrar, "party.household", household, {"name": "'继承人'"}, since=SPRING)
    now = _now(registrar)

    def told(asked: AsOf) -> tuple[Any, ...]:
        with unit_of_work(registrar) as uow:
            session = uow.session
            row = queries.right_as_of(session, COUNTY, right, asked)
            assert row is not None
            parcel, holder = (
                queries.parcels_of_right(session, row, asked),
                queries.holders_of_right(session, row, asked),
            )
            signed = queries.contract_of_right(session, row, asked)
            assert signed is not None
            return parcel[0].name, parcel[0].neighbour_east, holder[0].name, str(signed.signed_on), len(parcel)

    assert told(AsOf(SPRING, now)) == ("新名", "新渠", "继承人", "1998-02-02", 2)
    assert told(AsOf(LONG_AGO, now)) == ("地块0", parcels[0].neighbour_east, "户主1", "1998-02-02", 2)
    assert told(AsOf(SPRING, registered)) == ("地块0", parcels[0].neighbour_east, "户主1", "1998-01-01", 2)


def test_a_household_is_shown_with_the_members_and_rights_of_the_day(
    registered: datetime, registrar: Actor, superuser: Connection
) -> None:
    household = one(registrar, "SELECT household_id FROM party.household ORDER BY code LIMIT 1")
    member = one(registrar, "SELECT member_id FROM party.member WHERE household_id = :h AND position = 2", h=household)
    change(registrar, "party.member", member, {}, until=SPRING)
    pass_hours(superuser)
    change(registrar, "registry.right", _right(registrar), {}, until=SPRING)
    now = _now(registrar)
    with unit_of_work(registrar) as uow:
        session = uow.session

        def told(asked: AsOf) -> tuple[int, int]:
            rights = queries.rights_of_household(session, COUNTY, household, asked)
            return len(parties.members(session, COUNTY, household, asked)), len(rights)

        today = beijing_day(now)
        assert told(AsOf(SPRING, now)) == (1, 0)
        assert told(AsOf(today, now)) == (1, 1)
        assert told(AsOf(LONG_AGO, now)) == (2, 1)
        assert told(AsOf(today, registered)) == (2, 2)
        assert told(AsOf(today, registered - timedelta(days=1))) == (0, 0)


def test_a_parcel_is_shown_with_the_shape_and_neighbours_of_the_day(
    registered: datetime, registrar: Actor, superuser: Connection
) -> None:
    code, parcel = superuser.execute(
        "SELECT code, parcel_id FROM land.parcel WHERE kind = 'contracted' ORDER BY code LIMIT 1"
    ).fetchone() or ("", None)
    assert parcel is not None
    away = {"geom": "ST_Translate(geom, 500, 500)"}
    change(registrar, "land.parcel", parcel, away, since=SPRING)
    now = _now(registrar)
    with unit_of_work(registrar) as uow:
        session = uow.session

        def told(asked: AsOf) -> tuple[float, int]:
            seen = parcel_queries.parcel(session, COUNTY, code, asked)
            assert seen is not None
            return round(seen.extent[0], 3), len(parcel_queries.adjacent(session, seen, asked))

        before, after = told(AsOf(LONG_AGO, now)), told(AsOf(SPRING, now))
        assert before[1] > 0
        assert after[1] == 0
        assert before[0] < after[0]
        assert told(AsOf(SPRING, registered)) == before
        assert parcel_queries.parcel(session, COUNTY, code, AsOf(SPRING, registered - timedelta(days=1))) is None
        on = queries.rights_on_parcel(session, COUNTY, parcel, AsOf(LONG_AGO, now))
        assert [(row.kind, row.household_code[:14]) for row in on] == [("contract_management", "61090210420201")]


def test_another_jurisdiction_sees_nothing_of_any_day(registered: datetime, registrar: Actor) -> None:
    elsewhere = replace(registrar, jurisdiction="610921")
    assert _area(elsewhere, _right(registrar), AsOf(LONG_AGO, registered)) is None


def test_a_day_ends_at_midnight_in_beijing() -> None:
    last = end_of(SPRING)
    assert beijing_day(last) == SPRING
    assert last + timedelta(microseconds=1) == datetime(2020, 3, 2, tzinfo=BEIJING)
