"""A corrected survey that comes after registration: the rights that it has otherwise are named until an act settles them."""

from __future__ import annotations

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.registry import booking
from landreg.registry.casework import desk
from landreg.registry.facts import contradicted
from tests.database.registry.test_resurveyed import corrected
from tests.registry_kit import Connection, one, to_notice
from tests.villages import COUNTY, Staged, stage_village


@pytest.fixture
def staged(superuser: Connection) -> Staged:
    return stage_village(superuser, 2)


def test_what_a_later_survey_has_otherwise_of_a_registered_right_is_named_with_its_rows(
    staged: Staged, registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, staged))
    new = corrected(superuser, staged, "staged_parcel", "land_use = '9'", staged.parcels[0])
    with unit_of_work(registrar) as uow:
        found = contradicted.by_package(uow.session, COUNTY, new.package_id)
        left = desk.left_of_package(uow.session, COUNTY, new.package_id)
        (right,) = found
        own = contradicted.of_right(uow.session, COUNTY, right.right_id)
        others = one(registrar, 'SELECT right_id FROM registry."right" WHERE code = :c', c=staged.contracts[1])
        other = contradicted.of_right(uow.session, COUNTY, others)
    assert (right.code, right.rows) == (staged.contracts[0], (("DK", staged.parcels[0]),))
    assert (right.of_land, right.of_people, left.contradicted) == (True, False, 1)
    assert (own, other) == (right, None)
    superuser.execute(
        "UPDATE land.package SET supersedes = %s WHERE package_id = %s", [staged.package_id, new.package_id]
    )
    with unit_of_work(registrar) as uow:
        assert [(found[1], found[3]) for found in contradicted.packages(uow.session, 5)] == [(new.package_id, 1)]
