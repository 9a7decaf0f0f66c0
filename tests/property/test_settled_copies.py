"""What is left of the dues of either side, and whether something is overdue, SQL reckons as Python does: in yuan and in grain."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landreg.core.actor import Actor
from landreg.core.periods import DAY
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.rent import PAYERS
from tests.contract_kit import OPERATOR, day_of, drawn, seen, signed
from tests.registry_kit import Connection, to_rights
from tests.villages import COUNTY, past_triggers

FIRST = date(2022, 1, 1)
ON_A_DATABASE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SUMS = st.decimals("0.01", "3000.00", places=2, allow_nan=False)
SPANS = st.integers(0, 1500).map(lambda days: FIRST + days * DAY)
DUES = st.lists(
    st.tuples(
        st.sampled_from(["rent", "rent", "service", "price", "dividend", "awarded"]), st.booleans(), SUMS, SPANS,
        st.integers(1, 400), st.integers(0, 400), st.sampled_from(PAYERS),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
COVERED = st.lists(st.tuples(st.integers(1, 6), SUMS, st.booleans()), max_size=4)
"""Of which due, how much, and whether that was awarded after the contract's end was recorded."""
PAID = st.lists(st.tuples(SUMS, st.booleans(), SPANS, st.sampled_from(PAYERS)), max_size=6)


@pytest.fixture
def contract(registrar: Actor, reviewer: Actor, superuser: Connection) -> Contract:
    """A lease in wheat, for which the county set a price in its second year and took it back in its third, and both once more."""
    to_rights(registrar, reviewer, superuser, 1)
    made = signed(drawn(unit="kg_mu_year", price=Decimal("400.00"), grain="wheat"))
    for since, price in (
        (date(2023, 1, 1), "2.37"),
        (date(2024, 3, 1), ""),
        (date(2024, 9, 1), "2.60"),
        (date(2025, 1, 1), ""),
    ):
        superuser.execute(
            """INSERT INTO law.county_parameter (county, id, village, name, key, value, since, decided_in, set_by, set_at)
               VALUES (%s, gen_random_uuid(), %s, 'CON-11.grain_yuan_per_kg', 'wheat', %s, %s, '样本', gen_random_uuid(), now())""",
            [COUNTY, COUNTY, price, since],
        )
    return made


def _written(superuser: Connection, of: UUID, dues: Any, paid: Any) -> None:
    """Gives a contract other dues and payments."""
    with past_triggers(superuser):
        for table in ("rent_due", "rent_payment"):
            superuser.execute(f"DELETE FROM exchange.{table} WHERE contract_id = %s", [of])
        for place, (kind, in_kind, amount, from_on, days, later, payer) in enumerate(dues, 1):
            superuser.execute(
                """INSERT INTO exchange.rent_due (county, village, contract_id, "position", event_id, kind, from_on, until_on,
                       due_on, amount, in_kind, payer)
                   SELECT county, village, contract_id, %s, gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s
                   FROM exchange.contract WHERE contract_id = %s""",
                [place, kind, from_on, from_on + days * DAY, from_on + later * DAY, amount, in_kind and kind == "rent",
                 payer if kind == "awarded" else None, of],
            )  # fmt: skip
        for place, (amount, grain, paid_on, payer) in enumerate(paid):
            superuser.execute(
                """INSERT INTO exchange.rent_payment (county, village, contract_id, payment_id, amount_yuan, kg, paid_on, receipt,
                       document_id, recorded_by, recorded_by_name, recorded_at, payer)
                   SELECT county, village, contract_id, gen_random_uuid(), %s, %s, %s, %s, gen_random_uuid(), gen_random_uuid(), '',
                       system.clock() + %s * interval '1 second', %s
                   FROM exchange.contract WHERE contract_id = %s""",
                [None if grain else amount, amount if grain else None, paid_on, f"R-{place}", place, payer, of],
            )


def _awarded(superuser: Connection, of: UUID, covered: Any, *, ended: bool) -> None:
    """Outcomes that stand in place of dues, before and after its end was recorded."""
    said = [("settled", {"covers": {str(due): str(sum_)}}, 3 if since else 1) for due, sum_, since in covered]
    said += [("ended", {"how": "term_over"}, 2)] if ended else []
    with past_triggers(superuser):
        superuser.execute(
            "DELETE FROM exchange.contract_event WHERE contract_id = %s AND kind IN ('settled', 'ended')", [of]
        )
        for kind, facts, turn in said:
            superuser.execute(
                """INSERT INTO exchange.contract_event SELECT (jsonb_populate_record(e, jsonb_build_object(
                       'event_id', gen_random_uuid(), 'kind', %s::text, 'facts', %s::jsonb,
                       'at', e.at + %s * interval '1 minute'))).*
                   FROM exchange.contract_event AS e WHERE e.contract_id = %s AND e.kind = 'signed'""",
                [kind, json.dumps(facts), turn, of],
            )


@given(DUES, PAID, COVERED, st.none() | SPANS, st.sampled_from(["", "goes_over", "by_days"]))
@ON_A_DATABASE
def test_what_is_left_of_a_side_s_dues(
    contract: Contract, superuser: Connection, dues: Any, paid: Any, covered: Any, ends_on: date | None, one_sum: str
) -> None:
    _written(superuser, contract.contract_id, dues, paid)
    _awarded(superuser, contract.contract_id, covered, ended=ends_on is not None)
    with past_triggers(superuser):
        superuser.execute(
            "UPDATE exchange.contract SET ends_on = %s WHERE contract_id = %s", [ends_on, contract.contract_id]
        )
    found = seen(contract).settled_until(ends_on, one_sum)
    for side in PAYERS:
        asked = "SELECT * FROM exchange.settled(%s, %s, %s, %s, %s)"
        told = superuser.execute(asked, [COUNTY, contract.contract_id, side, ends_on, one_sum]).fetchall()
        own = [one for one in found if one.due.payer == side]
        assert told == [(one.due.due_on, one.due.in_kind, one.due.amount, one.left, one.left_kg) for one in own], side


@given(DUES, PAID, COVERED)
@ON_A_DATABASE
def test_whether_a_side_is_late(contract: Contract, superuser: Connection, dues: Any, paid: Any, covered: Any) -> None:
    _written(superuser, contract.contract_id, dues, paid)
    _awarded(superuser, contract.contract_id, covered, ended=False)
    course = seen(contract).course(day_of(OPERATOR))
    for side in PAYERS:
        told = superuser.execute(
            "SELECT exchange.overdue_since(%s, %s, %s)", [COUNTY, contract.contract_id, side]
        ).fetchone()
        assert told == (course.owed_since(side),), side
        assert (course.owed_since(side) is not None) == any(course.overdue_of(side)), side
