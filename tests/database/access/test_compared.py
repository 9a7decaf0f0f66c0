"""What is sealed of two persons cannot be exchanged, put back or digested otherwise unseen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from landreg import keys
from landreg.access import rotation
from landreg.access.compared import sealed_differ
from landreg.access.identity import NewPerson, enter
from landreg.access.sealing import BOUND, digest, open_sealed, person_place, seal
from landreg.cli import main
from landreg.commands.told import opened_and_compared
from landreg.config import Settings
from landreg.core import db
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from tests.database.access.test_rotation import own_keys as own_keys

SAME = [NewPerson("林木生", "1", "610900199001010010"), NewPerson("林水生", "1", "610900199101010010")]
"""Of one mask: nothing that a desk reads tells them apart."""


@pytest.fixture
def two(own_keys: Settings, registrar: Actor) -> list[UUID]:
    with unit_of_work(registrar) as uow:
        return enter(uow, SAME)


def differing() -> list[tuple[str, str | None, str | None]]:
    return [(finding.code, finding.subject, finding.field) for finding in sealed_differ()]


def exchange(superuser: Any, two: list[UUID], *columns: str) -> None:
    row = "(" + ", ".join(columns) + ")" if len(columns) > 1 else columns[0]
    superuser.execute(
        f"""UPDATE identity.person AS p SET {row} = (SELECT {", ".join(f"o.{name}" for name in columns)}
            FROM identity.person AS o WHERE o.person_id = ANY (%s) AND o.person_id <> p.person_id)""",
        [two],
    )


def in_the_old_form(superuser: Any, two: list[UUID]) -> None:
    """As databases have them that were written before places were bound."""
    for person in two:
        for column in ("name_sealed", "id_sealed", "said_key_sealed"):
            question = f"SELECT {column} FROM identity.person WHERE person_id = %s"
            text = open_sealed(superuser.execute(question, [person]).fetchone()[0], person_place(column, person))
            superuser.execute(f"UPDATE identity.person SET {column} = %s WHERE person_id = %s", [seal(text), person])


def test_what_is_sealed_for_one_person_opens_in_no_other_row_or_column(two: list[UUID]) -> None:
    sealed = seal("林木生", person_place("name_sealed", two[0]))
    assert open_sealed(sealed, person_place("name_sealed", two[0])) == "林木生"
    for place in (b"", person_place("name_sealed", two[1]), person_place("id_sealed", two[0])):
        with pytest.raises(ValueError, match="changed"):
            open_sealed(sealed, place)


@pytest.mark.parametrize("columns", [("name_sealed",), ("id_sealed",), ("name_sealed", "id_sealed", "said_key_sealed")])
def test_two_persons_whose_sealed_texts_were_exchanged_are_named(
    two: list[UUID], superuser: Any, columns: tuple[str, ...]
) -> None:
    assert differing() == []
    exchange(superuser, two, *columns)
    assert {subject for _, subject, _ in differing()} == {str(person) for person in two}


@pytest.mark.parametrize("columns", [("name_sealed",), ("id_sealed",), ("name_sealed", "id_sealed", "said_key_sealed")])
def test_they_are_named_in_the_form_of_before_too_where_only_what_leaves_say_tells_them_apart(
    two: list[UUID], superuser: Any, columns: tuple[str, ...]
) -> None:
    in_the_old_form(superuser, two)
    assert differing() == []
    exchange(superuser, two, *columns)
    found = differing()
    assert {subject for _, subject, _ in found} == {str(person) for person in two}
    assert {code for code, _, _ in found} == {"LOG-31"}


@pytest.mark.parametrize(
    "change", ["name_digest = id_digest", "id_digest = sha256(id_digest)", "said_key_sealed = NULL"]
)
def test_a_digest_or_a_key_that_was_changed_is_named(two: list[UUID], superuser: Any, change: str) -> None:
    superuser.execute(f"UPDATE identity.person SET {change} WHERE person_id = %s", [two[0]])
    column = change.partition(" ")[0]
    assert differing() == [("LOG-31", str(two[0]), column)]


def test_turning_the_keys_binds_what_was_sealed_before(own_keys: Settings, two: list[UUID], superuser: Any) -> None:
    in_the_old_form(superuser, two)
    assert rotation.left()["identity.person"] == len(two)
    keys.add_identity_key(own_keys)
    assert keys.turn_identity_key(own_keys) == len(two)
    forms = superuser.execute("SELECT DISTINCT substring(name_sealed, 1, 1) FROM identity.person").fetchall()
    assert forms == [(BOUND,)]
    assert keys.retire_identity_key(own_keys) is not None
    assert differing() == []
    found = superuser.execute("SELECT name_sealed FROM identity.person WHERE person_id = %s", [two[0]]).fetchone()
    assert open_sealed(found[0], person_place("name_sealed", two[0])) == SAME[0].name


def test_nothing_of_a_person_is_in_a_finding(two: list[UUID], superuser: Any) -> None:
    exchange(superuser, two, "name_sealed")
    said = repr(list(sealed_differ()))
    assert not [text for person in SAME for text in (person.name, person.id_number) if text in said]
    assert digest("林木生").hex() not in said


def test_the_command_names_whose_texts_differ(own_keys: Settings, two: list[UUID], superuser: Any) -> None:
    assert CliRunner().invoke(main, ["keys", "check"]).exit_code == 0
    exchange(superuser, two, "id_sealed")
    found = CliRunner().invoke(main, ["keys", "check"])
    assert (found.exit_code, *(str(person) in found.output + found.stderr for person in two)) == (1, True, True)
    db.configure(own_keys.urls)


def test_an_interrupted_comparison_tells_what_it_found_and_how_far_it_was(
    own_keys: Settings, two: list[UUID], superuser: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange(superuser, two, "id_sealed")
    shown = []

    def interrupted(stage: str, done: int, every: int) -> None:
        shown.append((stage, done, every))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opened_and_compared(interrupted)
    assert shown == [("persons", 2, 2)]
    told = capsys.readouterr().err
    assert all(str(person) in told for person in two)
    assert "2 of 2 persons compared" in told
