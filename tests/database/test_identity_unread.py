"""No login rebuilds an identity number from what it reads, nor reads a member's whole name: every column of every row, tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from psycopg import sql

from landreg.access.sealing import open_sealed, person_place, use_key
from landreg.config import Settings
from landreg.core.actor import PREFECTURE, Actor, Desk
from landreg.land import service
from tests.conftest import AsDesk
from tests.database import catalog
from tests.database.catalog import Connection
from tests.kept_kit import kept
from tests.life_kit import Stage, lived
from tests.small import Small, citizen_id
from tests.unit.land.kit import H1, put

LOGINS = tuple(desk for desk in Desk if desk is not Desk.OWNER)
READABLE = """SELECT ours.oid::regclass::text, array_agg(c.attname::text ORDER BY c.attnum)
    FROM ours JOIN column_of AS c ON c.attrelid = ours.oid
    WHERE has_column_privilege(%s, ours.oid, c.attnum, 'SELECT')
      AND has_schema_privilege(%s, ours.schema, 'USAGE') AND c.atttypid <> 'geometry'::regtype
    GROUP BY ours.oid"""
HIDDEN = 13
"""Signs of a number that no login may know: the county's last three, the day of birth, the first two of the order."""


@dataclass(frozen=True)
class Person:
    """What a login may not read together. digest: of the number, in hexadecimal."""

    name: str
    number: str
    digest: str

    @property
    def telling(self) -> tuple[str, ...]:
        """Texts that tell the number, or the part of it that its mask leaves out; the day of birth in three ways of writing."""
        n = self.number
        return (n, n[:14], n[6:], n[3:16], n[6:14], f"{n[6:10]}-{n[10:12]}-{n[12:14]}", f"{n[:6]}***")


def rows(superuser: Connection, connection: Connection, login: str) -> Iterator[tuple[str, str]]:
    """Table and text of every row as a login reads it, byte columns in hexadecimal."""
    for table, columns in superuser.execute(f"WITH {catalog.OURS} {READABLE}", [login, login]).fetchall():
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        question = sql.SQL("SELECT ROW({})::text FROM {}").format(listed, sql.SQL(table))
        for (text,) in connection.execute(question).fetchall():
            yield table, text


def told_of(persons: Sequence[Person], read: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What of persons some row tells: table and what."""
    whole = {text for person in persons for text in person.telling}
    names = {person.name for person in persons}
    return sorted({(table, text) for table, row in read for text in whole | names if text in row})


@pytest.fixture
def persons(
    registrar: Actor, reviewer: Actor, auditor: Actor, worker: Actor, surveyor: Actor, superuser: Connection,
    database: Settings, tmp_path: Path,
) -> list[Person]:  # fmt: skip
    """A register in which every desk has acted, a delivery that was refused for a person's number, and one that was staged."""
    use_key(database.keys["identity"])
    stage = Stage(registrar, reviewer, auditor, worker, superuser, database)
    return kept(superuser, "persons of every desk", lambda: _entered(stage, surveyor, tmp_path))


def _entered(stage: Stage, surveyor: Actor, tmp_path: Path) -> list[Person]:
    superuser = stage.superuser
    lived(stage)
    wrong, sound = Small(), Small()
    put("CBF_JTCY", H1, CYZJHM=citizen_id(700, "19830517")[:17] + "0")(wrong)
    for row, name in zip(sound.tables["CBF_JTCY"][1::2], ("欧阳小娜", "司马大勇", "诸葛不亮"), strict=True):
        row["CYXM"] = name
    service.receive(surveyor, wrong.write(tmp_path / "wrong"))
    assert service.receive(surveyor, sound.write(tmp_path / "sound")).package_id is not None
    entered = superuser.execute("SELECT person_id, name_sealed, id_sealed, id_digest FROM identity.person").fetchall()
    made = [
        Person(_of(name, "name_sealed", person), _of(number, "id_sealed", person), bytes(key).hex())
        for person, name, number, key in entered
    ]
    staged = "SELECT name_sealed, id_sealed, id_digest FROM land.staged_member WHERE relation <> '02'"
    for name, number, key in superuser.execute(staged).fetchall():
        made.append(Person(open_sealed(name), open_sealed(number), bytes(key).hex()))
    assert len(made) > 5
    return made


def _of(sealed: bytes, column: str, person: UUID) -> str:
    return open_sealed(sealed, person_place(column, person))


def _connected(as_desk: AsDesk, superuser: Connection, desk: Desk) -> Connection:
    connection = as_desk(desk, PREFECTURE)
    household = superuser.execute("SELECT household_id FROM access.binding LIMIT 1").fetchone()
    assert household is not None
    connection.execute(sql.SQL("SET landreg.household = {}").format(sql.Literal(str(household[0]))))
    return connection


def test_no_login_reads_what_makes_up_a_number_or_a_member_s_whole_name(
    persons: list[Person], superuser: Connection, as_desk: AsDesk
) -> None:
    for desk in LOGINS:
        read = list(rows(superuser, _connected(as_desk, superuser, desk), f"landreg_{desk}"))
        assert told_of(persons, read) == [], desk
        assert bool(read) is (desk is not Desk.PUBLIC), desk


def test_a_mask_leaves_out_what_nothing_else_that_is_read_of_the_person_tells(
    persons: list[Person], superuser: Connection, as_desk: AsDesk
) -> None:
    for desk in (Desk.REGISTRY, Desk.AUDITOR, Desk.WORKER):
        connection = _connected(as_desk, superuser, desk)
        masks = connection.execute("SELECT id_masked FROM identity.person WHERE id_kind = '1'").fetchall()
        assert {mask.count("*") for (mask,) in masks if mask} == {HIDDEN}
        columns: dict[str, list[str]] = dict(
            superuser.execute(f"WITH {catalog.OURS} {READABLE}", [f"landreg_{desk}"] * 2).fetchall()
        )
        assert {"birth", "id_sealed", "name_sealed"}.isdisjoint(columns["identity.person"])


def test_a_number_or_a_name_that_is_written_where_a_login_reads_it_is_found(
    persons: list[Person], superuser: Connection, as_desk: AsDesk
) -> None:
    """That the search above finds what it looks for: in a finding's values, and split between mask and birth."""
    person = persons[0]
    connection = _connected(as_desk, superuser, Desk.AUDITOR)
    superuser.execute(
        "UPDATE land.package_finding SET facts = jsonb_build_object('given', %s::text, 'name', %s::text)",
        [person.number, person.name],
    )
    born = f"{person.number[6:10]}-{person.number[10:12]}-{person.number[12:14]}"
    superuser.execute("UPDATE land.package SET name = %s", [born])
    found = told_of(persons, list(rows(superuser, connection, "landreg_auditor")))
    assert {("land.package_finding", person.number), ("land.package_finding", person.name)} <= {*found}
    assert ("land.package", born) in found


def test_the_auditor_reads_digests_of_numbers_only_where_names_are_masked(
    persons: list[Person], superuser: Connection, as_desk: AsDesk
) -> None:
    read = list(rows(superuser, _connected(as_desk, superuser, Desk.AUDITOR), "landreg_auditor"))
    bearing = {table for table, text in read if any(person.digest in text for person in persons)}
    assert bearing == {"identity.person", "land.staged_member"}  # by which the two are compared; both show masked names
