"""A village that the divisions do not have: no batch of it is opened before it has a name."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, Refused
from landreg.land.divisions import add_village, import_divisions
from landreg.land.model import Division
from landreg.registry.casework import opening
from tests.registry_kit import Connection, codes, in_state
from tests.villages import COUNTY, VILLAGE, stage_village

NEW = VILLAGE[:9] + "998"


def test_a_batch_of_an_unknown_village_is_opened_once_the_village_has_a_name(
    superuser: Connection, registrar: Actor, worker: Actor
) -> None:
    import_divisions(worker)
    package = stage_village(superuser, 1, village=NEW).package_id
    for place in (NEW, COUNTY):
        with pytest.raises(Refused) as refused:
            opening.open_batch(registrar, COUNTY, package, place)
        assert codes(refused) == {"REG-28"}
        assert refused.value.findings[0].values["villages"] == [NEW]
    add_village(worker, NEW, " 新村 ")
    with unit_of_work(registrar) as uow:
        assert uow.session.scalar(select(Division.name).where(Division.code == NEW)) == "新村"
    assert in_state(registrar, opening.open_batch(registrar, COUNTY, package, NEW), "draft")


def test_a_batch_of_a_village_of_the_divisions_is_opened(
    superuser: Connection, registrar: Actor, worker: Actor
) -> None:
    import_divisions(worker)
    package = stage_village(superuser, 1).package_id
    assert in_state(registrar, opening.open_batch(registrar, COUNTY, package, VILLAGE), "draft")


@pytest.mark.parametrize("code", ["", "61090210499", "610902999998", "510902104998", NEW[:9] + "000", "６" + NEW[1:]])
def test_a_code_that_is_no_village_of_a_known_township_is_not_added(code: str, worker: Actor) -> None:
    import_divisions(worker)
    with pytest.raises(BadInput) as refused:
        add_village(worker, code, "新村")
    assert codes(refused) == {"COD-33"}


@pytest.mark.parametrize("name", ["", "  ", "村" * 51, "村\0"])
def test_a_village_is_not_added_without_a_usable_name(name: str, worker: Actor) -> None:
    import_divisions(worker)
    with pytest.raises(BadInput) as refused:
        add_village(worker, NEW, name)
    assert codes(refused) == {"COD-34"}


def test_a_village_that_has_a_name_keeps_it(worker: Actor) -> None:
    import_divisions(worker)
    with pytest.raises(Conflict) as conflict:
        add_village(worker, VILLAGE, "新村")
    assert codes(conflict) == {"COD-35"}
