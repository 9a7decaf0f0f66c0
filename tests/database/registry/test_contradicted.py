"""A corrected survey that comes after registration: the rights that it has otherwise are named until an act settles them."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.registry import booking
from landreg.registry.casework import desk
from landreg.registry.casework.parcel_applications import apply_on_parcel
from landreg.registry.contradictions import Recount
from landreg.registry.facts import contradicted
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.requests import Reissue
from tests.database.registry.test_resurveyed import corrected
from tests.registry_kit import Connection, applied, booked, one, pass_days, put_papers, right_of, to_notice
from tests.villages import COUNTY, VILLAGE, Staged, stage_village

ANOTHER = "610902104203"
"""A village beside."""


@pytest.fixture
def staged(superuser: Connection) -> Staged:
    return stage_village(superuser, 2)


def test_what_a_later_survey_has_otherwise_of_a_registered_right_is_named_with_its_rows(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    new = corrected(superuser, staged, "staged_parcel", "land_use = '9'", staged.parcels[0])
    with unit_of_work(registrar) as uow:
        found = contradicted.of_village(uow.session, COUNTY, new.package_id, VILLAGE)
        (right,) = found
        own = contradicted.of_right(uow.session, COUNTY, right.right_id)
        others = one(registrar, 'SELECT right_id FROM registry."right" WHERE code = :c', c=staged.contracts[1])
        other = contradicted.of_right(uow.session, COUNTY, others)
    assert (right.code, right.rows) == (staged.contracts[0], (("DK", staged.parcels[0], staged.package_id),))
    assert (right.of_land, right.of_people, right.parcels) == (False, False, (staged.parcels[0],))
    assert (own, other) == (right, None)
    assert counted(registrar) == [(new.package_id, 1)]
    with unit_of_work(registrar) as uow:
        assert desk.left_of_package(uow.session, COUNTY, new.package_id).contradicted == 1
        assert contradicted.by_village(uow.session, COUNTY, new.package_id) == {VILLAGE: 1}
        assert contradicted.of_village(uow.session, COUNTY, new.package_id, ANOTHER) == []


def counted(actor: Actor) -> list[tuple[UUID, int]]:
    """What the first page says, after the worker's step."""
    Recount().work()
    with unit_of_work(actor) as uow:
        return [(found[1], found[3]) for found in contradicted.packages(uow.session, 5)]


def test_a_village_is_counted_anew_once_a_survey_or_an_act_came_and_not_before(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    assert Recount().work() == 0, "what rests on the survey in force is not looked at"
    new = corrected(superuser, staged, "staged_parcel", "land_class = '011'", staged.parcels[0])
    recount = Recount()
    assert (recount.work(), recount.work()) == (1, 0)
    assert (Recount().work(), counted(registrar)) == (0, [(new.package_id, 1)])
    assert counted(replace(registrar, jurisdiction=ANOTHER)) == []
    wrong = Correction("parcel", "office", "外业核实", (Corrected("land_class", "011"),), (staged.parcels[0],))
    mended = apply_on_parcel(registrar, staged.parcels[0], "correction", wrong)
    put_papers(registrar, mended, "correction")
    booked(registrar, reviewer, superuser, mended, "correction")
    assert counted(registrar) == []
    pass_days(superuser, 2)
    newer = corrected(superuser, staged, "staged_parcel", "land_use = '9'", staged.parcels[0])
    superuser.execute("UPDATE land.package SET received_at = system.clock() WHERE state = 'staged'")
    assert counted(registrar) == [(newer.package_id, 1)]


def test_a_village_is_counted_once_more_when_no_act_can_be_under_way_since_before_it_was(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """An act bears the instant at which it began, and may be written after a later one's."""
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    corrected(superuser, staged, "staged_parcel", "land_class = '011'", staged.parcels[0])
    assert (Recount().work(), Recount().work()) == (1, 0)
    pass_days(superuser, 1)
    assert (Recount().work(), Recount().work()) == (1, 0)


def test_packages_that_have_nothing_otherwise_take_no_place_on_the_first_page(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    older = corrected(superuser, staged, "staged_parcel", "land_use = '9'", staged.parcels[0])
    superuser.execute("UPDATE land.package SET received_at = received_at - interval '1 hour'")
    newer = stage_village(superuser, 1, village=ANOTHER)
    superuser.execute(
        "UPDATE land.package SET supersedes = %s WHERE package_id = ANY (%s)",
        [staged.package_id, [older.package_id, newer.package_id]],
    )
    Recount().work()
    with unit_of_work(registrar) as uow:
        assert [found[1:] for found in contradicted.packages(uow.session, 1)] == [
            (
                older.package_id,
                one(registrar, "SELECT name FROM land.package WHERE package_id = :p", p=older.package_id),
                1,
            )
        ]


def test_what_a_survey_has_otherwise_is_settled_by_acts_that_wrote_those_rows_and_by_no_others(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """A replaced certificate settles nothing; the parcel's correction does, and leaves what the survey has of the household."""
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    new = corrected(superuser, staged, "staged_parcel", "land_class = '011'", staged.parcels[0])
    superuser.execute(
        "UPDATE land.staged_household SET name = '另一人' WHERE package_id = %s AND code = %s",
        [new.package_id, staged.households[0]],
    )
    right = right_of(registrar)

    def otherwise() -> tuple[tuple[str, str], ...]:
        with unit_of_work(registrar) as uow:
            found = contradicted.of_right(uow.session, COUNTY, right)
        return tuple(row[:2] for row in found.rows) if found else ()

    def delivered(land_class: str) -> None:
        corrected(superuser, staged, "staged_parcel", f"land_class = '{land_class}'", staged.parcels[0])
        superuser.execute("UPDATE land.package SET received_at = system.clock() WHERE state = 'staged'")

    household, ground = ("CBF", staged.households[0]), ("DK", staged.parcels[0])
    assert otherwise() == (household, ground)
    booked(registrar, reviewer, superuser, applied(registrar, "reissue", Reissue("搬家时遗失"), right), "reissue")
    assert otherwise() == (household, ground)
    wrong = Correction("parcel", "office", "外业核实", (Corrected("land_class", "011"),), (staged.parcels[0],))
    mended = apply_on_parcel(registrar, staged.parcels[0], "correction", wrong)
    put_papers(registrar, mended, "correction")
    booked(registrar, reviewer, superuser, mended, "correction")
    assert otherwise() == (household,)
    pass_days(superuser, 2)
    corrected(superuser, staged, "staged_parcel", "land_class = '011'", staged.parcels[0])
    assert otherwise() == (), (
        "what was corrected as the survey has it is no difference to the next delivery that has it so"
    )
    delivered("012")
    assert otherwise() == (ground,)


def test_what_the_register_says_already_is_no_difference_to_a_delivery_that_has_it_so(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """The office corrected it before anybody surveyed it anew."""
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    wrong = Correction("parcel", "office", "外业核实", (Corrected("land_class", "011"),), (staged.parcels[0],))
    mended = apply_on_parcel(registrar, staged.parcels[0], "correction", wrong)
    put_papers(registrar, mended, "correction")
    booked(registrar, reviewer, superuser, mended, "correction")
    pass_days(superuser, 2)
    new = corrected(superuser, staged, "staged_parcel", "land_class = '011'", staged.parcels[0])
    superuser.execute("UPDATE land.package SET received_at = system.clock() WHERE state = 'staged'")
    with unit_of_work(registrar) as uow:
        assert contradicted.of_village(uow.session, COUNTY, new.package_id, VILLAGE) == []


_OF = {"staged_member": "household_code", "staged_contract_parcel": "contract_code"}
"""By which column the rows of a table are a right's, where not by their code."""
CHANGES = (
    ("CBF_JTCY", "staged_member", "relation = '12'"),
    ("CBF_JTCY", "staged_member", "holds_right = false"),
    ("CBHT", "staged_contract", "mu = 1.30"),
    ("CBHT", "staged_contract", "ends_on = '2027-09-30'"),
    ("CBDKXX", "staged_contract_parcel", "area_m2 = 410.00, mu = 0.62"),
    ("ZJD", "staged_homestead", "area_m2 = 150.00"),
    ("ZJD", "staged_homestead", "storeys = 3"),
)


@pytest.mark.parametrize(("kind", "table", "change"), CHANGES)
def test_members_contracts_and_homesteads_that_the_newer_survey_has_as_the_register_are_not_named(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection, kind: str, table: str, change: str
) -> None:
    """The register was right where the older survey is not; what the newer one has otherwise than the register is named."""
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    code = {"CBF_JTCY": staged.households, "ZJD": staged.homesteads}.get(kind, staged.contracts)[0]
    new = corrected(superuser, staged, "staged_parcel", "village = village", staged.parcels[0])

    def named_where(package: UUID) -> set[str]:
        own = f"package_id = '{package}' AND {_OF.get(table, 'code')} = '{code}'"
        superuser.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM land.{table} WHERE {own}")
        superuser.execute(f"UPDATE land.{table} SET {change} WHERE {own}")
        with unit_of_work(registrar) as uow:
            found = contradicted.of_village(uow.session, COUNTY, new.package_id, VILLAGE)
        superuser.execute(f"DELETE FROM land.{table} WHERE {own}")
        superuser.execute(f"INSERT INTO land.{table} SELECT * FROM kept")
        superuser.execute("DROP TABLE kept")
        return {row.table for right in found for row in right.rows}

    assert named_where(staged.package_id) == set()
    assert named_where(new.package_id) == {kind}


def test_what_a_household_s_row_repeats_of_its_members_is_told_of_the_members_alone(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """No act on the household itself could set right how many they are, or the number of who stands for it."""
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    corrected(superuser, staged, "staged_household", "member_count = 9, id_digest = ''", staged.households[0])
    with unit_of_work(registrar) as uow:
        assert contradicted.of_right(uow.session, COUNTY, right_of(registrar)) is None


def test_a_package_that_lacks_a_right_only_adds_to_the_older_one_and_contradicts_what_it_has_otherwise_alone(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    """A supplement of homesteads does not say that the contracts are gone; a household that it has otherwise it does say."""
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    new = corrected(superuser, staged, "staged_parcel", "land_use = '1'", staged.parcels[0])
    for table in ("staged_contract", "staged_contract_parcel", "staged_parcel"):
        superuser.execute(f"DELETE FROM land.{table} WHERE package_id = %s", [new.package_id])

    def found() -> set[tuple[str, tuple[tuple[str, str], ...]]]:
        with unit_of_work(registrar) as uow:
            rights = contradicted.of_village(uow.session, COUNTY, new.package_id, VILLAGE)
        return {(right.code, tuple(row[:2] for row in right.rows)) for right in rights}

    assert found() == set()
    superuser.execute(
        "UPDATE land.staged_household SET name = '另一人' WHERE package_id = %s AND code = %s",
        [new.package_id, staged.households[0]],
    )
    rows = (("CBF", staged.households[0]),)
    homestead = one(registrar, "SELECT code FROM registry.\"right\" WHERE kind = 'homestead' ORDER BY code LIMIT 1")
    assert found() == {(staged.contracts[0], rows), (homestead, rows)}


def test_a_parcel_that_a_later_package_lacks_of_a_contract_that_it_has_is_a_difference(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    new = corrected(superuser, staged, "staged_parcel", "land_use = '1'", staged.parcels[0])
    superuser.execute(
        "DELETE FROM land.staged_parcel WHERE package_id = %s AND code = %s", [new.package_id, staged.parcels[0]]
    )
    with unit_of_work(registrar) as uow:
        (right,) = contradicted.of_village(uow.session, COUNTY, new.package_id, VILLAGE)
    assert (right.code, right.rows) == (staged.contracts[0], (("DK", staged.parcels[0], staged.package_id),))
