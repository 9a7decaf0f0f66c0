"""Rechecking what acts of change wrote: whom a superuser moved, in time, to another village, or put in, is named."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.access.sealing import use_key
from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.errors import Finding
from landreg.log.recheck import recheck_register
from landreg.log.store import seal
from landreg.registry.casework import applications, cases
from landreg.registry.leaves import placed
from landreg.registry.rules.requests import HouseholdChange, Joining
from tests.registry_kit import Connection, applied, booked, pass_days, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id

JOINED = "成员新"
OTHER_VILLAGE = "610902105201"


@pytest.fixture
def changed(registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings) -> Connection:
    """A village where somebody joined a household and its address changed; and someone who passes every trigger."""
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 1)
    pass_days(superuser, 10)
    person = applications.person_of(registrar, JOINED, citizen_id(900))
    asked = HouseholdChange(joins=(Joining(person, "20", True, "birth"),), address="样本村三组")
    case = applied(registrar, "household_change", asked)
    booked(registrar, reviewer, superuser, case, "household_change")
    seal(worker, database)
    superuser.execute("SET session_replication_role = replica")
    return superuser


def found(worker: Actor, database: Settings) -> list[Finding]:
    return list(recheck_register(worker, database, register()).findings)


def shown(findings: list[Finding]) -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.layer, finding.subject) for finding in findings]


@pytest.mark.parametrize("end", ["upper(recorded) - interval '1 us'", "lower(recorded) + interval '1 us'"])
def test_a_closed_row_whose_end_was_moved_is_named(
    changed: Connection, worker: Actor, database: Settings, end: str
) -> None:
    assert found(worker, database) == []
    closed = changed.execute(
        f"UPDATE party.household SET recorded = tstzrange(lower(recorded), {end}) WHERE NOT upper_inf(recorded) "
        "RETURNING row_id::text"
    ).fetchall()
    assert closed
    assert shown(found(worker, database)) == [("LOG-17", "party.household", row) for (row,) in closed]


def test_papers_of_a_registered_case_that_were_swapped_or_taken_out_are_named(
    changed: Connection, worker: Actor, database: Settings
) -> None:
    papers = changed.execute(
        'SELECT document_id::text FROM registry.case_document JOIN registry."case" USING (county, case_id) '
        "WHERE act_kind = 'household_change' ORDER BY 1"
    ).fetchall()
    ids = [paper for (paper,) in papers]
    changed.execute("DELETE FROM registry.case_document WHERE document_id::text = %s", [ids[0]])
    changed.execute(
        "UPDATE registry.document SET sha256 = repeat('ab', 32), put_at = put_at - interval '9 days' "
        "WHERE document_id::text = ANY (%s)", [ids],
    )  # fmt: skip
    expected = [("LOG-18", "registry.case_document", ids[0]), *(("LOG-18", "registry.document", one) for one in ids)]
    assert sorted(shown(found(worker, database))) == expected
    # Whoever also changes what the registration is said to have found differs from the leaf of its act.
    changed.execute("UPDATE registry.case_event SET told = '{}' WHERE step = 'register'")
    assert {layer for code, layer, _ in shown(found(worker, database)) if code == "LOG-17"} == {"registry.case_event"}


def test_a_person_who_came_by_an_act_of_change_is_held_against_the_log(
    changed: Connection, worker: Actor, database: Settings
) -> None:
    person = str(_person(changed))
    for change in ("name_masked = '张**'", "said = said || '0'", "id_masked = id_masked || '*'", "sex = NULL"):
        kept = changed.execute(
            "SELECT name_masked, said, id_masked, sex FROM identity.person WHERE person_id = %s", [person]
        )
        row = kept.fetchone()
        changed.execute(f"UPDATE identity.person SET {change} WHERE person_id = %s", [person])
        assert shown(found(worker, database)) == [("LOG-17", "identity.person", person)], change
        changed.execute(
            "UPDATE identity.person SET (name_masked, said, id_masked, sex) = (%s, %s, %s, %s) WHERE person_id = %s",
            [*(row or ()), person],
        )
    changed.execute("DELETE FROM identity.person WHERE person_id = %s", [person])
    assert ("LOG-16", "identity.person", person) in shown(found(worker, database))


def _person(superuser: Connection) -> UUID:
    """Who joined by an act of change."""
    found: Any = superuser.execute(
        """SELECT m.person_id FROM party.member AS m JOIN registry.act AS a USING (county, act_id)
           WHERE a.kind = 'household_change' ORDER BY m.position DESC LIMIT 1"""
    ).fetchone()
    return UUID(str(found[0]))


@pytest.mark.parametrize("ended", ["pending", "refused", "withdrawn"])
def test_whoever_is_to_join_is_no_row_put_in_whatever_becomes_of_the_case(
    registrar: Actor, reviewer: Actor, superuser: Connection, worker: Actor, database: Settings, ended: str
) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 1)
    person = applications.person_of(registrar, JOINED, citizen_id(900))
    assert found(worker, database) == [], "before its case is opened"
    case = applied(registrar, "household_change", HouseholdChange(joins=(Joining(person, "20", True, "birth"),)))
    cases.accept(registrar, COUNTY, [case])
    if ended == "refused":
        cases.refuse(reviewer, COUNTY, [case], "不是本户成员", "unlawful")
    if ended == "withdrawn":
        cases.withdraw(registrar, COUNTY, [case], "申请人撤回")
    assert found(worker, database) == []
    seal(worker, database)
    assert found(worker, database) == []


def test_a_person_whom_a_superuser_put_in_is_named(changed: Connection, worker: Actor, database: Settings) -> None:
    person = str(uuid4())
    changed.execute(
        """INSERT INTO identity.person (person_id, name_masked, name_sealed, name_digest, id_kind, id_masked, id_sealed,
               id_digest, sex, said, said_key_sealed)
           SELECT %s, name_masked, name_sealed, name_digest, id_kind, id_masked, id_sealed, sha256(id_digest), sex, said,
               said_key_sealed FROM identity.person WHERE person_id = %s""",
        [person, _person(changed)],
    )
    assert shown(found(worker, database)) == [("LOG-18", "identity.person", person)]


def test_whoever_is_named_again_has_one_leaf(registrar: Actor, superuser: Connection, database: Settings) -> None:
    use_key(database.keys["identity"])
    first, again = (applications.person_of(registrar, JOINED, citizen_id(900)) for _ in range(2))
    assert first == again
    keys = superuser.execute("SELECT key FROM log.entry WHERE kind = 'person.entered'").fetchall()
    assert keys == [(str(first),)]


def test_the_leaf_of_a_person_holds_nothing_of_them_in_clear(
    registrar: Actor, superuser: Connection, database: Settings
) -> None:
    use_key(database.keys["identity"])
    applications.person_of(registrar, JOINED, citizen_id(900))
    leaf, masked, said = superuser.execute(
        "SELECT convert_from(leaf, 'UTF8'), name_masked, said FROM log.entry JOIN identity.person ON key = person_id::text"
    ).fetchone() or ("", "", "")
    assert leaf
    assert not [told for told in (masked, said, citizen_id(900), JOINED) if told in leaf]


@pytest.mark.parametrize(
    "table",
    ["party.household", "party.member", "land.parcel", 'registry."right"', "registry.right_parcel", "registry.act"],
)
def test_a_row_that_was_moved_to_another_village_is_named(
    changed: Connection, worker: Actor, database: Settings, table: str
) -> None:
    row = f"(SELECT ctid FROM {table} ORDER BY {'number' if table == 'registry.act' else 'lower(recorded)'} LIMIT 1)"
    changed.execute(f"UPDATE {table} SET village = %s WHERE ctid = {row}", [OTHER_VILLAGE])
    said = found(worker, database)
    assert {(f.code, f.layer, f.field) for f in said if f.layer == table.replace('"', "")} == {
        ("LOG-17", table.replace('"', ""), "village")
    }


def test_what_hangs_on_a_right_that_was_moved_is_not_accused_of_being_elsewhere(
    changed: Connection, worker: Actor, database: Settings
) -> None:
    changed.execute("""UPDATE registry."right" SET village = %s WHERE kind = 'contract_management'""", [OTHER_VILLAGE])
    said = {(f.layer, f.values["now"], f.values["then"]) for f in found(worker, database) if f.field == "village"}
    assert said == {("registry.right", OTHER_VILLAGE, VILLAGE)}


def test_rows_that_follow_a_division_to_its_new_code_are_where_they_belong(
    changed: Connection, worker: Actor, database: Settings
) -> None:
    changed.execute("INSERT INTO land.division_alias VALUES (%s, %s, '2026-01-01')", [VILLAGE[:9], OTHER_VILLAGE[:9]])
    new = OTHER_VILLAGE[:9] + VILLAGE[9:]
    for table in {table.replace('"', "") for table in placed.TABLES}:
        schema, name = table.split(".")
        changed.execute(f'UPDATE {schema}."{name}" SET village = %s', [new])
    assert found(worker, database) == []
    changed.execute("DELETE FROM land.division_alias")
    assert {finding.field for finding in found(worker, database)} == {"village"}
