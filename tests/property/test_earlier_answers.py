"""Whatever acts come later, what the register once said of a day it says again: asked through the queries of the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.db import unit_of_work
from landreg.land import parcel_queries
from landreg.party import queries as parties
from landreg.registry import queries
from tests.acts_kit import change, pass_hours, quoted
from tests.registry_kit import Connection, one, to_rights
from tests.villages import COUNTY

DAYS = (date(1997, 12, 31), date(1998, 1, 1), date(2015, 6, 1), date(2020, 3, 1), date(2026, 12, 31))
# A subject, what its act changes, and the day from which it does: None for all time, or an end.
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["right", "parcel", "household", "member", "contract"]),
        st.integers(1, 99),
        st.sampled_from([None, *DAYS[2:]]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)
TABLES = {
    "right": ("registry.right", "right_id", "note"),
    "parcel": ("land.parcel", "parcel_id", "name"),
    "household": ("party.household", "household_id", "name"),
    "member": ("party.member", "member_id", "note"),
    "contract": ("registry.contract", "contract_id", "mode"),
}


def _answers(actor: Actor, subjects: dict[str, UUID], code: str, said: datetime) -> list[Any]:
    """What the pages of the parcel, the household and the right are made of, about each day, as said at an instant."""
    told: list[Any] = []
    with unit_of_work(actor) as uow:
        session = uow.session
        for day in DAYS:
            asked = AsOf(day, said)
            seen = parcel_queries.parcel(session, COUNTY, code, asked)
            told.append(
                seen
                and (
                    seen.parcel.name,
                    seen.wkb,
                    [tuple(near) for near in parcel_queries.adjacent(session, seen, asked)],
                )
            )
            on = queries.rights_on_parcel(session, COUNTY, subjects["parcel"], asked)
            told.append([(row.row_id, row.note, row.holder, row.parcel_area_m2) for row in on])
            house = parties.household(session, COUNTY, subjects["household"], asked)
            members = parties.members(session, COUNTY, subjects["household"], asked)
            told.append((house and house.name, [(row.row_id, row.note) for row in members]))
            right = queries.right_as_of(session, COUNTY, subjects["right"], asked)
            if right is not None:
                signed = queries.contract_of_right(session, right, asked)
                holders = [tuple(row) for row in queries.holders_of_right(session, right, asked)]
                parcels = [tuple(row) for row in queries.parcels_of_right(session, right, asked)]
                told.append((right.row_id, right.note, signed and signed.mode, holders, parcels))
    return told


@pytest.mark.parametrize("examples", [6, pytest.param(150, marks=(pytest.mark.drill, pytest.mark.timeout(3600)))])
def test_no_later_act_changes_an_earlier_answer(
    examples: int,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    _emptying: Callable[[], object],  # noqa: PT019
) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(acts=ACTS)
    def earlier_answers_stay(acts: list[tuple[str, int, date | None, bool]]) -> None:
        _emptying()
        to_rights(registrar, reviewer, superuser, 1)
        pass_hours(superuser)
        subjects = {
            name: one(registrar, f"SELECT {key} FROM {quoted(table)} {_first(name)}")
            for name, (table, key, _) in TABLES.items()
        }
        code = one(registrar, "SELECT code FROM land.parcel WHERE parcel_id = :id", id=subjects["parcel"])
        given_before: dict[datetime, list[Any]] = {}
        for name, number, since, ends in acts:
            said = one(registrar, "SELECT system.clock()")
            given_before[said] = _answers(registrar, subjects, code, said)
            pass_hours(superuser)
            table, key, column = TABLES[name]
            alive = one(
                registrar,
                f"""SELECT count(*) FROM {quoted(table)}
                    WHERE {key} = :id AND upper_inf(recorded) AND upper_inf(valid)""",
                id=subjects[name],
            )
            if not alive:
                continue
            if ends and since is not None:
                change(registrar, table, subjects[name], {}, until=since)
            else:
                change(registrar, table, subjects[name], {column: f"'{number}'"}, since=since)
            pass_hours(superuser)
            for instant, answer in given_before.items():
                assert _answers(registrar, subjects, code, instant) == answer

    earlier_answers_stay()


def _first(name: str) -> str:
    kind = {"right": "WHERE kind = 'contract_management'", "parcel": "WHERE kind = 'contracted'"}.get(name, "")
    return f"{kind} LIMIT 1" if name in ("right", "household", "contract") else f"{kind} ORDER BY row_id LIMIT 1"
