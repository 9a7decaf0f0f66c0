"""A part of a parcel that is drawn when the exit is asked for: divided and given back by one act, when all is paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import shapely

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.core.periods import beijing_day
from landreg.exit import days, offering
from landreg.registry.facts import drawn
from landreg.registry.facts.ground import on_ground
from landreg.registry.rules.parcel_requests import ParcelMerge, ParcelSplit
from tests.database.exit.test_exits import OTHER, rechecked
from tests.database.registry.test_parcel_acts import LOWER, NEXT, UPPER, done, line, under
from tests.exit_kit import agreed, asked_for, paid, seen, stage_of, to_register
from tests.registry_kit import Connection, codes, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers

AREA = 'SELECT area_m2 FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)'
HELD = """
    SELECT string_agg(l.code || ' ' || l.registered_area_m2 || ' ' || coalesce(r.code, ''), E'\\n' ORDER BY l.code)
    FROM land.parcel_origin AS o
    JOIN land.parcel AS l ON l.county = o.county AND l.parcel_id = o.parcel_id AND upper_inf(l.recorded) AND upper_inf(l.valid)
    LEFT JOIN registry.right_parcel AS p ON p.county = l.county AND p.parcel_id = l.parcel_id
        AND upper_inf(p.recorded) AND upper_inf(p.valid)
    LEFT JOIN registry."right" AS r ON r.county = p.county AND r.row_id = p.right_row"""


@pytest.fixture(autouse=True)
def _village(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)


def parcel_of(actor: Actor) -> str:
    """The first parcel of the household's contract, 20 m × 20 m."""
    asked = """SELECT min(l.code) FROM land.parcel AS l JOIN registry.right_parcel USING (county, parcel_id)
               JOIN registry."right" AS r ON r.row_id = right_row WHERE r.right_id = :r"""
    return str(one(actor, asked, r=right_of(actor)))


def west(actor: Actor, code: str, metres: float, over: float = 1) -> str:
    """What is drawn: so many metres of the parcel from its western side, and a little beyond its other sides."""
    with unit_of_work(actor) as uow:
        ground = on_ground(uow.session, COUNTY, [code])
        left, south, _right, north = ground.shapes[0].bounds
        return drawn.hexed(shapely.box(left - over, south - over, left + metres, north + over), ground.srid)


def test_a_drawn_part_goes_back_as_a_parcel_of_its_own_and_the_rest_stays_by_one_act(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right, code = right_of(registrar), parcel_of(registrar)
    contract = one(registrar, 'SELECT DISTINCT code FROM registry."right" WHERE right_id = :r', r=right)
    found = asked_for(registrar, right, mode="part", cut=code, shape=west(registrar, code, 5))
    assert (found.cut_parcel, found.cut_m2, found.parcels) == (code, Decimal("100.00"), [])
    with unit_of_work(registrar) as uow:
        given = offering.given_back(uow.session, found, beijing_day(uow.now))
    assert list(given.land.values()) == [Decimal("0.15")]
    agreed(registrar, superuser, found)
    paid(registrar, found)
    to_register(registrar, reviewer, superuser, found)
    assert stage_of(registrar, found) == "ended"
    assert one(registrar, AREA, r=right) == Decimal("700.00")
    new = seen(registrar, found).case.request["codes"]
    assert one(registrar, HELD) == f"{new[0]} 100.00 \n{new[1]} 300.00 {contract}"
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'exit'") == 1
    assert one(registrar, "SELECT count(*) FROM registry.act WHERE kind = 'parcel_split'") == 0
    assert not one(
        registrar,
        "SELECT count(*) FROM land.parcel WHERE code = :c AND upper_inf(recorded) AND upper_inf(valid)",
        c=code,
    )
    assert rechecked(database, worker) == []


def test_a_drawn_part_given_for_a_year_comes_back_on_its_day_whatever_became_of_the_rest(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right = right_of(registrar)
    found = asked_for(registrar, right, mode="temporary", years=1, cut=LOWER, shape=west(registrar, LOWER, 5))
    agreed(registrar, superuser, found)
    paid(registrar, found)
    to_register(registrar, reviewer, superuser, found)
    west_part, rest = seen(registrar, found).case.request["codes"]
    assert under(registrar, right) == {rest: Decimal("300.00"), UPPER: Decimal("400.00")}
    # What stayed is divided meanwhile: it comes back neither twice nor as it was.
    done(registrar, reviewer, superuser, "parcel_split", ParcelSplit((UPPER,), line((7, 19), (7, 41))))
    pass_days(superuser, 200)
    assert days.work(worker) == 1
    assert days.work(worker) == 0
    now = under(registrar, right)
    assert sorted(now.values()) == [Decimal("100.00"), Decimal("140.00"), Decimal("260.00"), Decimal("300.00")]
    assert (now[west_part], now[rest]) == (Decimal("100.00"), Decimal("300.00"))
    assert one(registrar, AREA, r=right) == Decimal("800.00")
    asked = "SELECT request->'parcels' FROM registry.\"case\" WHERE act_kind = 'exit_return'"
    assert (stage_of(registrar, found), one(registrar, asked)) == ("return", [west_part])
    assert rechecked(database, worker) == []
    # Both halves are one parcel again when the household asks for it.
    done(registrar, reviewer, superuser, "parcel_merge", ParcelMerge((west_part, rest)))
    assert sorted(under(registrar, right).values())[-1] == Decimal("400.00")
    assert one(registrar, AREA, r=right) == Decimal("800.00")
    assert rechecked(database, worker) == []


def test_land_that_is_another_s_on_the_day_of_its_return_is_left_to_the_office(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor
) -> None:
    found = asked_for(registrar, right_of(registrar), mode="temporary", years=1, parcels=(LOWER,))
    agreed(registrar, superuser, found)
    paid(registrar, found)
    to_register(registrar, reviewer, superuser, found)
    pass_days(superuser, 200)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE registry.right_parcel SET recorded = tstzrange(system.clock(), NULL),"
            " valid = daterange(CAST(system.clock() AS date), NULL),"
            " parcel_id = (SELECT parcel_id FROM land.parcel WHERE code = %s LIMIT 1)"
            " WHERE parcel_id = (SELECT parcel_id FROM land.parcel WHERE code = %s LIMIT 1)"
            " AND upper_inf(recorded) AND upper_inf(valid)",
            [LOWER, NEXT],
        )
    assert days.work(worker) == 0
    assert stage_of(registrar, found) == "ended"


def test_a_household_of_the_collective_takes_a_drawn_part_beside_a_whole_parcel(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    right, onto, code = right_of(registrar), right_of(registrar, OTHER), parcel_of(registrar)
    shape = west(registrar, code, 5)
    found = asked_for(registrar, right, mode="part", cut=code, shape=shape, taker=OTHER)
    agreed(registrar, superuser, found)
    paid(registrar, found)
    to_register(registrar, reviewer, superuser, found)
    assert one(registrar, AREA, r=right) == Decimal("700.00")
    assert one(registrar, AREA, r=onto) == Decimal("900.00")
    assert rechecked(database, worker) == []


def test_what_is_drawn_is_a_part_of_one_parcel_of_the_contract(registrar: Actor) -> None:
    code = parcel_of(registrar)
    shape = west(registrar, code, 5)
    others: list[tuple[dict[str, Any], str]] = [
        ({"mode": "whole"}, "EXIT-5"),
        ({"mode": "temporary"}, "EXIT-5"),
        ({"mode": "temporary", "years": 2, "parcels": (code,)}, "EXIT-5"),
        ({"mode": "temporary", "years": 2, "taker": OTHER}, "EXIT-5"),
        ({"parcels": (code,)}, "EXIT-5"),
        ({"cut": f"{VILLAGE[:14]}0100099"}, "EXIT-5"),
        ({"shape": west(registrar, code, 40)}, "PAR-1"),
        ({"shape": west(registrar, code, -10, over=15)}, "PAR-1"),
        ({"shape": "00"}, "PAR-1"),
        ({"shape": ""}, "PAR-1"),
    ]
    for changed, why in others:
        with pytest.raises(Refused) as refused:
            asked_for(registrar, **{"mode": "part", "cut": code, "shape": shape, **changed})
        assert why in codes(refused), changed
    assert asked_for(registrar, mode="part", cut=code, shape=shape).cut_m2 == Decimal("100.00")


def test_the_database_itself_keeps_a_drawn_part_to_an_exit_of_a_part(registrar: Actor, superuser: Connection) -> None:
    code = parcel_of(registrar)
    found = asked_for(registrar, mode="part", cut=code, shape=west(registrar, code, 5))
    for changed in (
        "mode = 'whole'",
        "cut_m2 = NULL",
        "parcels = ARRAY[cut_parcel]",
        "cut_m2 = 0",
    ):
        with pytest.raises(Exception, match="violates check constraint"):
            superuser.execute(f"UPDATE exit.exit SET {changed} WHERE exit_id = %s", [found.exit_id])
