"""The one function that reads both sides: who may call it, what it answers, what it never tells, and its leaf."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from landreg.access.sealing import use_key
from landreg.audit.watch import announce, look
from landreg.audit.watch_queries import exits_near
from landreg.config import Settings
from landreg.core.actor import WORKER, Actor, Desk
from landreg.core.db import UnitOfWork, unit_of_work
from landreg.core.errors import BadInput, NotAllowed
from landreg.core.periods import beijing_day
from landreg.exit.model import Exit
from landreg.log.queries import prove
from landreg.log.store import seal
from tests.exit_kit import asked_for
from tests.registry_kit import HOUSEHOLD, Connection, to_rights
from tests.villages import COUNTY, VILLAGE

BRIDGE = "SELECT * FROM audit.exits_near_settlements(%s, %s)"
CLERK = UUID(int=0x6109_0077)


@pytest.fixture
def given_up(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> Exit:
    """An exit that a household of the village has asked for today."""
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    return asked_for(registrar)


def today(superuser: Connection) -> date:
    row = superuser.execute("SELECT system.clock()").fetchone()
    assert row is not None
    return beijing_day(row[0])


def masks_of(superuser: Connection, household: str = HOUSEHOLD) -> list[str]:
    """The masked numbers of a household's members."""
    rows = superuser.execute(
        """SELECT DISTINCT p.id_masked FROM identity.person AS p JOIN party.member AS m ON m.person_id = p.person_id
           JOIN party.household AS h ON h.household_id = m.household_id WHERE h.code = %s""",
        [household],
    )
    return [mask for (mask,) in rows]


def settled(
    superuser: Connection, day: date, masks: Sequence[str], village: str = VILLAGE, outcome: str = "settled"
) -> str:
    """A settlement in town, decided on a day, as the window leaves it behind; its number."""
    application, number = uuid4(), f"LH{uuid4().hex[:10]}"
    superuser.execute(
        """INSERT INTO settlement.application (county, application_id, division, village, origin, number, ground, address, tenure,
               employer, note, received_at, received_by, received_by_name, received_on, due_on, outcome, decided_at, decided_on,
               decided_by, decided_by_name, reason, unmet, salt, decision_salt)
           VALUES (%s, %s, '610902001', %s, 'told', %s, 'town_dwelling', 'told', 'rented', '', '', %s::date, %s, 'clerk', %s, %s,
               %s, %s::date, %s, %s, 'clerk', '', %s, %s, %s)""",
        [COUNTY, application, village, number, day, CLERK, day, day, outcome, day, day, CLERK,
         ["set_1"] if outcome == "refused" else [], "0" * 32, "0" * 32],
    )  # fmt: skip
    for position, mask in enumerate(masks):
        superuser.execute("ALTER TABLE settlement.person DISABLE TRIGGER still_open")
        superuser.execute(
            """INSERT INTO settlement.person (county, application_id, "position", division, relation, name_masked, name_sealed,
                   id_masked, id_sealed, id_digest, said, waits)
               VALUES (%s, %s, %s, '610902001', %s, '*', '', %s, '', %s, '', false)""",
            [COUNTY, application, position, "spouse" if position else "applicant", mask, uuid4().bytes + uuid4().bytes],
        )
        superuser.execute("ALTER TABLE settlement.person ENABLE TRIGGER still_open")
    return number


def announced(auditor: Actor, month: date, within: str = COUNTY) -> None:
    with unit_of_work(auditor) as uow:
        announce(uow, month.replace(day=1), within)


def asked(auditor: Actor, month: date, within: str = COUNTY) -> list[Any]:
    announced(auditor, month, within)
    with unit_of_work(auditor) as uow:
        return exits_near(uow.session, month, within)


def test_an_exit_comes_with_the_days_of_settlements_that_fit_its_household(
    given_up: Exit, superuser: Connection, auditor: Actor
) -> None:
    day, masks = today(superuser), masks_of(superuser)
    settled(superuser, day - timedelta(3), masks[:1])
    settled(superuser, day - timedelta(4), ["999*************99"])
    settled(superuser, day - timedelta(5), masks[:1], village="610902999999")
    settled(superuser, day - timedelta(6), masks[:1], outcome="refused")
    (found,) = asked(auditor, day)
    assert (found.number, found.village, found.applied_on) == (given_up.number, VILLAGE, day)
    assert found.officer == str(given_up.opened_by)
    assert found.settled == ((day - timedelta(3), str(CLERK)),)


def test_a_settlement_that_says_only_the_township_may_fit_and_one_that_says_the_county_never_does(
    given_up: Exit, superuser: Connection, auditor: Actor
) -> None:
    day, masks = today(superuser), masks_of(superuser)
    settled(superuser, day, masks[:1], village=VILLAGE[:9])
    settled(superuser, day, masks[:1], village=COUNTY)
    (found,) = asked(auditor, day)
    assert len(found.settled) == 1


def test_what_the_function_answers_holds_no_number_name_or_digest_of_a_settlement(
    given_up: Exit, superuser: Connection, as_desk, auditor: Actor
) -> None:
    day = today(superuser)
    number = settled(superuser, day, masks_of(superuser))
    announced(auditor, day)
    connection = as_desk(Desk.AUDITOR, COUNTY)
    connection.execute(f"SET landreg.actor = '{auditor.account_id}'")
    cursor = connection.execute(BRIDGE, [day, COUNTY])
    assert [column.name for column in cursor.description or ()] == [
        "village", "number", "county", "case_id", "officer", "buyer", "reason", "applied_on", "settled_on", "settled_by",
    ]  # fmt: skip
    told = json.dumps(cursor.fetchall(), default=str)
    assert number not in told
    assert "*" not in told


def test_every_call_is_a_leaf_that_can_be_proven(
    given_up: Exit, superuser: Connection, auditor: Actor, database: Settings
) -> None:
    day = today(superuser).replace(day=1)
    asked(auditor, day)
    row = superuser.execute("SELECT key, leaf, village FROM log.entry WHERE kind = 'audit.watched'").fetchone()
    assert row is not None
    leaf = json.loads(bytes(row[1]))
    assert leaf["facts"] == {"by": str(auditor.account_id), "month": day.isoformat(), "within": COUNTY}
    from landreg.log.leaf import canonical

    assert canonical(leaf) == bytes(row[1])
    seal(WORKER, database)
    with unit_of_work(auditor) as uow:
        assert prove(uow.session, row[0], "audit.watched").leaf == bytes(row[1])


def test_a_look_that_is_rolled_back_was_announced_by_a_leaf_that_stays(
    given_up: Exit, superuser: Connection, as_desk, auditor: Actor
) -> None:
    day = today(superuser)
    connection = as_desk(Desk.AUDITOR, COUNTY)
    connection.execute(f"SET landreg.actor = '{auditor.account_id}'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(BRIDGE, [day, COUNTY])
    announced(auditor, day)
    with connection.transaction(force_rollback=True):
        assert len(connection.execute(BRIDGE, [day, COUNTY]).fetchall()) == 1
    kinds = superuser.execute("SELECT kind FROM log.entry WHERE kind LIKE 'audit.watch%'").fetchall()
    assert kinds == [("audit.watch_announced",)]


def test_an_announcement_in_the_same_transaction_is_none(given_up: Exit, superuser: Connection, auditor: Actor) -> None:
    day = today(superuser).replace(day=1)
    with pytest.raises(DBAPIError) as refused, unit_of_work(auditor) as uow:
        _announce_and_look(uow, day)
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def _announce_and_look(uow: UnitOfWork, day: date) -> None:
    announce(uow, day, COUNTY)
    exits_near(uow.session, day, COUNTY)


def test_another_s_announcement_or_another_month_s_or_division_s_opens_nothing(
    given_up: Exit, superuser: Connection, as_desk, auditor: Actor
) -> None:
    day = today(superuser)
    announced(auditor, day)
    connection = as_desk(Desk.AUDITOR, COUNTY)
    for by, month, within in (
        (uuid4(), day, COUNTY),
        (auditor.account_id, day - timedelta(40), COUNTY),
        (auditor.account_id, day, VILLAGE),
    ):
        connection.execute(f"SET landreg.actor = '{by}'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(BRIDGE, [month, within])


@pytest.mark.parametrize(
    "desk", [Desk.REGISTRY, Desk.SETTLEMENT, Desk.CITIZEN, Desk.PUBLIC, Desk.WORKER, Desk.EXCHANGE]
)
def test_no_other_desk_calls_it(as_desk, desk: Desk) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_desk(desk, COUNTY).execute(BRIDGE, [date(2026, 11, 1), COUNTY])


def test_nobody_logs_in_as_the_watch_s_role_and_no_desk_turns_into_it(as_desk, superuser: Connection) -> None:
    assert superuser.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'landreg_watch'").fetchone() == (False,)
    for desk in (Desk.AUDITOR, Desk.SETTLEMENT, Desk.REGISTRY):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_desk(desk).execute("SET ROLE landreg_watch")


def test_row_policies_hold_within_it(given_up: Exit, superuser: Connection, as_desk, auditor: Actor) -> None:
    """An auditor of another county is refused by the log's policy; one of no jurisdiction, too."""
    settled(superuser, today(superuser), masks_of(superuser))
    for jurisdiction in ("610921", ""):
        connection = as_desk(Desk.AUDITOR, jurisdiction)
        connection.execute(f"SET landreg.actor = '{auditor.account_id}'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(BRIDGE, [today(superuser), COUNTY])
    announced(replace(auditor, jurisdiction="610921"), today(superuser), "610921")
    other = as_desk(Desk.AUDITOR, "610921")
    other.execute(f"SET landreg.actor = '{auditor.account_id}'")
    assert other.execute(BRIDGE, [today(superuser), "610921"]).fetchall() == []


@pytest.mark.parametrize(
    ("month", "within"), [(None, COUNTY), ("2026-11-01", None), ("2026-11-01", "61'; --"), ("2026-11-01", "6")]
)
def test_what_is_no_month_or_division_is_refused(
    as_desk, auditor: Actor, month: str | None, within: str | None
) -> None:
    connection = as_desk(Desk.AUDITOR, COUNTY)
    connection.execute(f"SET landreg.actor = '{auditor.account_id}'")
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        connection.execute(BRIDGE, [month, within])


def test_a_look_without_an_actor_is_refused(as_desk) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue):
        as_desk(Desk.AUDITOR, COUNTY).execute(BRIDGE, [date(2026, 11, 1), COUNTY])


def test_a_look_takes_the_months_together_and_leaves_a_leaf_for_each(
    given_up: Exit, superuser: Connection, auditor: Actor
) -> None:
    settled(superuser, today(superuser), masks_of(superuser))
    seen = look(auditor, today(superuser))
    assert (seen.exits, seen.fitting, len(seen.months)) == (1, 1, 3)
    assert superuser.execute("SELECT count(*) FROM log.entry WHERE kind = 'audit.watched'").fetchone() == (3,)
    assert {test.kind for test in seen.tests} >= {"officer", "village", "clerk"}
    assert seen.flagged == ()


def test_only_an_auditor_looks_and_only_into_their_own_divisions(
    registrar: Actor, auditor: Actor, superuser: Connection
) -> None:
    with pytest.raises(NotAllowed):
        look(registrar, today(superuser))
    for within in ("610921", "610902' OR true", "٦١٠٩٠٢", "6109021234567"):
        with pytest.raises(BadInput):
            look(auditor, today(superuser), within)
    with pytest.raises(BadInput):
        look(auditor, today(superuser) + timedelta(60))
