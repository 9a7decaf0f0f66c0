"""REN-18, REN-19: a household is put aside at its own wish by its written request, and after the decision for what came since."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry.renewal import rosters
from tests.conftest import AsDesk
from tests.database.registry.test_household_acts import rechecked
from tests.registry_kit import Connection, codes, one, right_of, state_of, to_rights
from tests.renewal_kit import ENDS, REQUEST, drawn, entries_of, to_decided
from tests.villages import COUNTY, VILLAGE, past_triggers

SECOND = f"{VILLAGE}010002"
AGAIN = replace(REQUEST, sha256="44" * 32)
PUT = "SELECT count(*) FROM log.entry WHERE kind = 'renewal.put_aside'"


@pytest.fixture
def office(as_desk: AsDesk) -> Connection:
    """The registry's login by itself, without its services."""
    return as_desk(Desk.REGISTRY, COUNTY)


def test_a_household_s_own_wish_is_in_writing_and_one_household_s(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    to_rights(registrar, reviewer, superuser, 2, ends_on=ENDS)
    roster, right, other = drawn(registrar), right_of(registrar), right_of(registrar, SECOND)
    for rights, request in (([right], None), ([right, other], REQUEST)):
        with pytest.raises(BadInput) as unwritten:
            rosters.put_aside(registrar, COUNTY, roster, rights, "own_wish", "书面要求暂缓", request)
        assert codes(unwritten) == {"REN-18"}
    assert rosters.put_aside(registrar, COUNTY, roster, [right], "own_wish", "书面要求暂缓", REQUEST) == 1
    (entry,) = entries_of(registrar, roster, aside=True)
    kept = "SELECT kind || ' ' || sha256 FROM registry.document WHERE document_id = :d"
    assert one(registrar, kept, d=entry.requests[0]) == f"renewal_request {REQUEST.sha256}"
    rosters.put_back(registrar, COUNTY, roster, [right])
    rosters.put_aside(registrar, COUNTY, roster, [right], "own_wish", "又要求暂缓", AGAIN)
    (entry,) = entries_of(registrar, roster, aside=True)
    assert [one(registrar, kept, d=d)[-64:] for d in entry.requests] == [REQUEST.sha256, AGAIN.sha256]
    assert one(registrar, PUT) == 0, "work, until the members decide"
    assert rechecked(database, worker) == []


def test_once_the_members_decided_a_household_is_put_aside_for_its_own_alone_and_the_log_says_so(
    registrar: Actor, reviewer: Actor, superuser: Connection, database: Settings, worker: Actor
) -> None:
    roster, ids = to_decided(registrar, reviewer, superuser)
    right = right_of(registrar)
    for reason in ("adjusted", "unreachable", "papers_lacking"):
        with pytest.raises(Refused) as late:
            rosters.put_aside(registrar, COUNTY, roster, [right], reason, "三次上门无人")
        assert codes(late) == {"REN-19"}
    assert rosters.put_aside(registrar, COUNTY, roster, [right], "own_wish", "书面要求暂缓", REQUEST) == 1
    with pytest.raises(Conflict) as twice:
        rosters.put_aside(registrar, COUNTY, roster, [right], "boundary_open", "西至待核")
    assert codes(twice) == {"REN-12"}
    assert sorted(state_of(registrar, case) for case in ids) == ["noticed", "withdrawn"]
    assert one(registrar, PUT) == 1
    told = one(registrar, "SELECT convert_from(leaf, 'UTF8') FROM log.entry WHERE kind = 'renewal.put_aside'")
    assert REQUEST.sha256 in told
    assert "书面要求" not in told
    assert rechecked(database, worker) == []

    blows = (
        ("registry.renewal_entry", "UPDATE registry.renewal_entry SET reasons = '{boundary_open}' WHERE aside"),
        ("registry.renewal_entry", "UPDATE registry.renewal_entry SET said = '本户没有要求' WHERE aside"),
        ("registry.renewal_entry", "UPDATE registry.renewal_entry SET aside = false, reasons = '{}' WHERE aside"),
        (
            "registry.renewal_entry",
            """UPDATE registry.renewal_entry SET aside = true, case_id = NULL, reasons = '{adjusted}', put_by = right_id
            WHERE NOT aside""",
        ),
    )
    for table, blow in blows:
        seal(worker, database)
        superuser.execute("CREATE TEMP TABLE kept AS SELECT * FROM registry.renewal_entry")
        with past_triggers(superuser):
            superuser.execute(blow)
        assert table in {found.layer for found in recheck_register(worker, database, register()).findings}, blow
        with past_triggers(superuser):
            superuser.execute("DELETE FROM registry.renewal_entry")
            superuser.execute("INSERT INTO registry.renewal_entry SELECT * FROM kept")
            superuser.execute("DROP TABLE kept")
    assert rechecked(database, worker) == []


def wall(office: Connection, roster: UUID, right: UUID, what: str) -> str | None:
    """The name of the wall that keeps a line as it is; None where none does."""
    asked = {"roster": roster, "right": right}
    try:
        with office.transaction(force_rollback=True):
            of = "WHERE renewal_id = %(roster)s AND right_id = %(right)s"
            office.execute(f"UPDATE registry.renewal_entry SET {what} {of}", asked)  # type: ignore[call-overload]
    except psycopg.errors.IntegrityConstraintViolation as refused:
        return refused.diag.constraint_name
    return None


def test_the_database_asks_for_the_request_and_the_reason_too(
    registrar: Actor, reviewer: Actor, superuser: Connection, office: Connection
) -> None:
    roster, _ids = to_decided(registrar, reviewer, superuser)
    right, other = right_of(registrar), right_of(registrar, SECOND)
    aside = "aside = true, case_id = NULL, put_at = system.clock(), reasons = '{{{}}}'"
    assert wall(office, roster, right, aside.format("unreachable")) == "ren_19_only_its_own_after_the_decision"
    assert wall(office, roster, right, aside.format("own_wish")) == "ren_18_own_wish_in_writing"
    plan = ", requests = (SELECT ARRAY[plan_id] FROM registry.renewal LIMIT 1)"
    assert wall(office, roster, right, aside.format("own_wish") + plan) == "ren_18_own_wish_in_writing"
    assert wall(office, roster, right, aside.format("head_gone")) is None
    rosters.put_aside(registrar, COUNTY, roster, [other], "own_wish", "书面要求暂缓", REQUEST)
    undone = "aside = false, reasons = '{}', put_at = system.clock()"
    assert wall(office, roster, other, undone) == "ren_19_only_its_own_after_the_decision"
