"""A corrected survey that touches registered rights: on its page, on the registrar's desk, and on each right's own page."""

from __future__ import annotations

from typing import Any

from landreg.core.actor import Actor
from landreg.registry import booking
from landreg.registry.contradictions import Recount
from tests.database.registry.test_resurveyed import corrected
from tests.registry_kit import one, to_notice
from tests.villages import COUNTY, VILLAGE, stage_village
from tests.web.conftest import Browser


def test_rights_that_a_later_survey_has_otherwise_are_named_with_the_way_to_correct_them(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    registrar, reviewer = officers
    old = stage_village(superuser, 2)
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, old))
    right = one(registrar, 'SELECT right_id FROM registry."right" WHERE code = :c', c=old.contracts[0])
    page = f"/rights/{COUNTY}/{right}"
    assert 'id="otherwise"' not in deng.get(page).text
    new = corrected(superuser, old, "staged_parcel", "land_use = '9'", old.parcels[0])
    superuser.execute("UPDATE land.package SET supersedes = %s WHERE package_id = %s", [old.package_id, new.package_id])
    rows = f"/batches/open/{COUNTY}/{new.package_id}"
    assert Recount().work() == 1, "the first page and the package's say what the worker has counted"
    package = deng.get(f"/packages/{COUNTY}/{new.package_id}").text
    assert "其中 1 项已登记的权利" in package
    assert f"{rows}#registered" in package
    assert f"{rows}#registered" in deng.get("/").text
    listed = deng.get(rows).text
    assert old.contracts[0] in listed[listed.index('id="registered"') :]
    text = deng.get(page).text
    assert old.parcels[0] in text[text.index('id="otherwise"') :]
    form = f"/parcels/{old.parcels[0]}/correction"
    field = "土地用途：种植业（1） → 9"
    assert field in text[text.index('id="otherwise"') :]
    assert field in listed[listed.index('id="registered"') :]
    assert form in text
    assert form in listed
    assert deng.get(form).status_code == 200


def test_of_a_package_of_several_villages_the_rights_of_the_one_that_is_asked_for_are_named(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    registrar, reviewer = officers
    old = stage_village(superuser, 2)
    booking.register(reviewer, COUNTY, to_notice(registrar, reviewer, superuser, old))
    new = corrected(superuser, old, "staged_contract", "village = '610902104203'", old.contracts[1])
    superuser.execute("UPDATE land.staged_parcel SET land_use = '9' WHERE code = %s", [new.parcels[0]])
    superuser.execute("UPDATE land.staged_parcel SET land_use = '1' WHERE package_id = %s", [old.package_id])
    rows = f"/batches/open/{COUNTY}/{new.package_id}"
    assert 'id="registered"' not in deng.get(rows).text, "the worker has counted none yet"
    Recount().work()
    assert old.contracts[0] in deng.get(rows).text, "the only village that has any"
    superuser.execute(
        "INSERT INTO registry.contradicted_village SELECT county, '610902104203', package_id, 3, counted_at"
        " FROM registry.contradicted_village"
    )
    listed = deng.get(rows).text
    assert "4 项" in listed
    assert old.contracts[0] not in listed
    assert f"{rows}?otherwise={VILLAGE}#registered" in listed
    assert old.contracts[0] in deng.get(f"{rows}?otherwise={VILLAGE}").text
    assert old.contracts[0] not in deng.get(f"{rows}?otherwise=610902104204").text
