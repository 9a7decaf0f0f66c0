"""Figures of exits for everybody: right where there are enough, nothing of a few, not even by taking one from another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.core.actor import NOBODY, Actor, Desk
from landreg.core.db import unit_of_work
from landreg.exit.public_queries import Numbers, numbers
from tests.database import catalog
from tests.database.catalog import Connection
from tests.registry_kit import to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers

LONG_AGO = "2026-01-20 10:00+08"
NIL = UUID(int=0)


def insert(superuser: Connection, table: str, **values: Any) -> None:
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
    superuser.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def exits(superuser: Connection, count: int, reason: str = "no_hands", at: str = LONG_AGO, **said: Any) -> None:
    """So many exits that ended, all made up; of a right where one is said: paid `yuan` for its land, `days` after signing."""
    with past_triggers(superuser):
        for _number in range(count):
            exit_id, case_id, head = (
                uuid4(),
                uuid4(),
                {"county": said.get("county", COUNTY), "village": said.get("village", VILLAGE)},
            )
            head["exit_id"] = exit_id
            insert(
                superuser, "exit.exit", **head, number=str(exit_id), case_id=case_id, household_id=NIL,
                household_code="", applicant="某",
                right_ids=said.get("rights", [NIL]), contracted=True, parcels=[], mode="whole", reason=reason, said="",
                minors=[], opened_by=NIL, opened_by_name="", opened_at=at,
            )  # fmt: skip
            if said.get("withdrawn"):
                insert(
                    superuser, "exit.event", **head, event_id=uuid4(), kind="withdrawal", number=str(exit_id), on_day=at[:10],
                    way="", said="", by=NIL, by_name="", at=at,
                )  # fmt: skip
                continue
            del head["exit_id"]
            insert(
                superuser, "registry.act", **head, act_id=uuid4(), number=str(exit_id), kind="exit", case_id=case_id,
                registered_at=at, registered_by=NIL,
            )  # fmt: skip
            if "yuan" in said:
                head["exit_id"] = exit_id
                _paid(superuser, head, said["yuan"], said["days"])


def _paid(superuser: Connection, head: dict[str, Any], yuan: Decimal, days: int) -> None:
    offer = uuid4()
    insert(
        superuser, "exit.offer", **head, offer_id=offer, number=str(offer), made_on="2026-01-01", total_yuan=yuan, floor_yuan=0,
        land_yuan=yuan, lease_yuan=Decimal(1000), summed_yuan=Decimal(1100), staying_yuan=Decimal(2000), leases=[], missing=[],
        made_by=NIL, made_by_name="", made_at=LONG_AGO,
    )  # fmt: skip
    insert(
        superuser, "exit.agreement", **head, agreement_id=uuid4(), model="cash", payer="集体", funds_source="", funds_yuan=yuan,
        funds_shown_on="2026-01-01", funds_document_id=NIL, signed_on="2026-01-01", lapses_on="2027-01-01", instalments=1,
        guarantee="", total_yuan=yuan, document_id=NIL, recorded_by=NIL, recorded_by_name="", recorded_at=LONG_AGO,
        offer_id=offer,
    )  # fmt: skip
    insert(superuser, "exit.item", **head, item_id=uuid4(), position=1, kind="land", what="地", amount_yuan=yuan)
    insert(
        superuser, "exit.payment", **head, payment_id=uuid4(), person_id=NIL, account_sealed=b"1", account_masked="1",
        amount_yuan=yuan, paid_on=date.fromordinal(date(2026, 1, 1).toordinal() + days), receipt=str(uuid4()), document_id=NIL,
        recorded_by=NIL, recorded_by_name="", recorded_at=LONG_AGO,
    )  # fmt: skip


def told() -> Numbers:
    with unit_of_work(NOBODY) as uow:
        return numbers(uow.session)


@pytest.fixture(autouse=True)
def later(superuser: Connection) -> None:
    """The quarter of the rows is over."""
    day = superuser.execute("SELECT (system.clock() AT TIME ZONE 'Asia/Shanghai')::date").fetchone()
    assert day is not None
    assert day[0] >= date(2026, 4, 1)


def test_an_empty_register_tells_nothing_but_the_day(superuser: Connection) -> None:
    found = told()
    assert found.empty
    assert (found.until.day, found.until.month % 3) == (1, 1)


def test_four_are_not_told_and_five_are(superuser: Connection) -> None:
    exits(superuser, 4)
    exits(superuser, 4, withdrawn=True)
    assert told().empty
    exits(superuser, 1)
    exits(superuser, 1, withdrawn=True)
    found = told()
    assert (found.ended, found.withdrawn, found.reason) == ({COUNTY: 5}, {COUNTY: 5}, {"no_hands": 5})


def test_a_county_of_a_few_does_not_show_beside_another(superuser: Connection) -> None:
    exits(superuser, 6)
    exits(superuser, 4, county="610921", village="610921001001")
    assert told().ended == {COUNTY: 6}


def test_a_reason_of_a_few_cannot_be_told_by_taking_the_others_away(superuser: Connection) -> None:
    exits(superuser, 9, "no_hands")
    exits(superuser, 6, "far_plots")
    assert told().reason == {"no_hands": 9, "far_plots": 6}
    exits(superuser, 2, "own_wish")
    assert told().reason == {"no_hands": 9}
    exits(superuser, 3, "village_plan")
    assert told().reason == {"no_hands": 9, "far_plots": 6}


def test_what_is_of_this_quarter_waits_for_its_end(superuser: Connection) -> None:
    exits(superuser, 5, at="2999-01-01 00:00+08")
    assert told().empty


def test_the_middle_of_compensation_and_of_the_days_to_payment(
    superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 1)
    right = superuser.execute(
        """SELECT right_id, mu FROM registry."right" WHERE kind = 'contract_management'"""
    ).fetchone()
    assert right is not None
    for yuan, days in ((1000, 3), (2000, 5), (3000, 9), (9000, 90)):
        exits(superuser, 1, rights=[right[0]], yuan=Decimal(yuan), days=days)
    assert told().yuan_per_mu is None
    exits(superuser, 1, rights=[right[0]], yuan=Decimal(2500), days=7)
    found = told()
    assert found.yuan_per_mu == (5, round(Decimal(2500) / right[1], 2))
    assert found.days_to_payment == (5, Decimal(7))
    assert found.beside_leases == (5, Decimal("2.50"))


def test_the_public_reaches_the_figures_and_no_table_behind_them(as_desk: Any, superuser: Connection) -> None:
    public = as_desk(Desk.PUBLIC, "6109")
    assert [row[0] for row in public.execute("SELECT what FROM exit.public_numbers()").fetchall()] == ["until"]
    callers = catalog.ask(
        superuser,
        """SELECT desk.rolname FROM function, desk WHERE function.name = 'exit.public_numbers()'
           AND has_function_privilege(desk.oid, function.oid, 'EXECUTE')""",
    )
    assert callers == ["landreg_public"]
