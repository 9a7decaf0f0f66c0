"""A package of homesteads alone, or of land alone: what it brings takes the place of that, and the rest goes on with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.files import Store
from landreg.land import reinstating, service
from landreg.land.model import Package
from landreg.land.received import check_waiting
from landreg.land.uploads import take_in
from landreg.registry import booking
from landreg.registry.casework import cases, notices, opening
from tests.registry_kit import Connection, in_state, pass_days
from tests.small import Small, box
from tests.unit.land.kit import Change, both

COUNTY = "610902"
TABLES = ("issuer", "household", "member", "contract", "contract_parcel", "transfer", "parcel", "homestead", "boundary_point",
          "boundary_line", "extra")  # fmt: skip
Send = Callable[..., service.Received]


@pytest.fixture(autouse=True)
def _identity_key(database: Settings) -> None:
    use_key(database.keys["identity"])


@pytest.fixture
def sent(surveyor: Actor, tmp_path: Path) -> Send:
    """Sends the small package with some changes."""

    def send(*changes: Change) -> service.Received:
        small = Small()
        both(*changes)(small)
        return service.receive(surveyor, small.write(tmp_path / str(len(list(tmp_path.iterdir())))))

    return send


def homesteads_alone(small: Small) -> None:
    small.layers = {kind: rows for kind, rows in small.layers.items() if kind == "ZJD"}
    small.tables = {kind: rows for kind, rows in small.tables.items() if kind in ("FBF", "CBF", "CBF_JTCY")}


def land_alone(small: Small) -> None:
    del small.layers["ZJD"]


def of_one_household(small: Small) -> None:
    """One household with its homestead."""
    for rows in (small.tables["CBF"], small.tables["CBF_JTCY"], small.layers["ZJD"]):
        rows[:] = [row for row in rows if row["CBFBM"] == small.household(1)]


def rebuilt(small: Small) -> None:
    small.layers["ZJD"][0]["JZMJ"] = "190.00"


def held(superuser: Connection, received: service.Received) -> dict[str, int]:
    """How many rows of each kind are staged with a package."""
    counted = "SELECT count(*) FROM land.staged_{} WHERE package_id = %s"
    found = {table: superuser.execute(counted.format(table), [received.package_id]).fetchone() for table in TABLES}
    return {table: row[0] for table, row in found.items() if row is not None}


def package(actor: Actor, received: service.Received) -> Package:
    with unit_of_work(actor) as uow:
        return uow.session.get_one(Package, {"county": COUNTY, "package_id": received.package_id})


def codes(received: service.Received) -> set[str]:
    return {finding.code for finding in received.report.findings}


def test_homesteads_alone_take_the_place_of_the_homesteads_and_the_land_goes_on(
    sent: Send, surveyor: Actor, superuser: Connection
) -> None:
    whole, alone = sent(), sent(homesteads_alone, rebuilt)
    assert codes(alone) == {"PKG-31", "PKG-32"}
    assert held(superuser, alone) == held(superuser, whole)
    old, new = package(surveyor, whole), package(surveyor, alone)
    assert (old.state, new.state) == ("superseded", "staged")
    assert {kind for kind in new.changes if kind.isupper()} == {"ZJD"}
    assert new.changes["carried"] == {"contract_management": [str(whole.package_id)]}


def test_households_that_the_package_does_not_bring_go_on_beside_those_that_it_brings(
    sent: Send, surveyor: Actor, superuser: Connection
) -> None:
    whole, alone = sent(), sent(homesteads_alone, of_one_household)
    assert held(superuser, alone) == {**held(superuser, whole), "homestead": 1}
    assert {kind for kind in package(surveyor, alone).changes if kind.isupper()} == {"ZJD"}


def test_land_alone_keeps_the_homesteads_and_their_first_origin(
    sent: Send, surveyor: Actor, superuser: Connection
) -> None:
    whole, alone, land = sent(), sent(homesteads_alone, rebuilt), sent(land_alone)
    assert "PKG-33" in codes(land)
    assert held(superuser, land) == held(superuser, whole)
    assert package(surveyor, land).changes["carried"] == {"homestead": [str(alone.package_id)]}
    again = sent(homesteads_alone)
    assert package(surveyor, again).changes["carried"] == {"contract_management": [str(land.package_id)]}


def test_where_nothing_is_in_force_homesteads_alone_are_staged_by_themselves(sent: Send, superuser: Connection) -> None:
    alone = sent(homesteads_alone)
    assert codes(alone) == {"PKG-31"}
    assert (held(superuser, alone)["homestead"], held(superuser, alone)["parcel"]) == (3, 0)


def test_a_homestead_on_land_that_goes_on_is_refused_and_nothing_changes(
    sent: Send, surveyor: Actor, superuser: Connection
) -> None:
    def on_a_parcel(small: Small) -> None:
        small.layers["ZJD"][0]["shape"] = [box(1, 1, 15, 12)]

    whole, alone = sent(), sent(homesteads_alone, on_a_parcel)
    assert "TOP-13" in codes(alone)
    assert alone.report.refused
    assert package(surveyor, alone).state == "refused"
    assert package(surveyor, whole).state == "staged"
    assert set(held(superuser, alone).values()) == {0}


def test_layers_of_another_zone_than_what_goes_on_are_refused(
    surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    """In a county with two zones."""
    surveyor = replace(surveyor, jurisdiction="610926")
    service.receive(surveyor, Small("610926").write(tmp_path / "whole"))
    other = Small("610926", meridian=111)
    homesteads_alone(other)
    alone = service.receive(surveyor, other.write(tmp_path / "other"))
    assert "ZON-13" in codes(alone)
    states = superuser.execute("SELECT state FROM land.package ORDER BY received_at").fetchall()
    assert [state for (state,) in states] == ["staged", "refused"]


def test_a_member_who_is_in_a_household_that_goes_on_is_refused(sent: Send, superuser: Connection) -> None:
    def moved(small: Small) -> None:
        of_one_household(small)
        one, other = small.tables["CBF_JTCY"][-1], small.tables["CBF_JTCY"][0]
        one["CYZJHM"], other["CYZJHM"] = other["CYZJHM"], one["CYZJHM"]
        stranger = Small().tables["CBF_JTCY"][-1]
        small.tables["CBF_JTCY"][-1] |= {name: stranger[name] for name in ("CYXM", "CYZJHM", "CYXB")}

    sent()
    assert "REL-10" in codes(sent(homesteads_alone, moved))


def test_who_does_not_see_what_holds_sends_no_layers_alone(
    sent: Send, surveyor: Actor, superuser: Connection, tmp_path: Path
) -> None:
    small = Small()
    whole = sent()
    superuser.execute("UPDATE land.package SET village = county")
    homesteads_alone(small)
    of_township = replace(surveyor, jurisdiction=small.village[:9])
    alone = service.receive(of_township, small.write(tmp_path / "alone"))
    assert "PKG-34" in codes(alone)
    assert alone.report.refused
    assert package(surveyor, whole).state == "staged"


def test_what_was_noted_of_what_goes_on_is_noted_with_the_package(sent: Send) -> None:
    def built_on(small: Small) -> None:
        small.layers["DK"][0]["TDYT"] = "5"

    first = sent(built_on)
    alone = sent(homesteads_alone)
    of_land = {(f.code, f.subject) for f in first.report.findings if f.layer == "DK"}
    assert of_land
    assert of_land <= {(f.code, f.subject) for f in alone.report.findings}


def test_cases_of_the_land_go_on_and_new_ones_have_both_packages_in_their_folder(
    sent: Send, surveyor: Actor, registrar: Actor, superuser: Connection
) -> None:
    village = Small().village
    whole = sent()
    batch = opening.open_batch(registrar, COUNTY, whole.package_id or UUID(int=0), village)
    asked = "SELECT case_id FROM registry.\"case\" WHERE batch_id = %s AND right_kind = 'contract_management' ORDER BY number"
    of_land = [case for (case,) in superuser.execute(asked, [batch]).fetchall()]
    alone = sent(homesteads_alone, rebuilt)
    assert cases.accept(registrar, COUNTY, of_land[:1]).done == 1
    cases.withdraw(registrar, COUNTY, of_land[1:], "误开")
    anew = opening.open_batch(registrar, COUNTY, alone.package_id or UUID(int=0), village)
    folders: dict[str, set[Any]] = {}
    for kind, sha256 in superuser.execute(
        """SELECT c.right_kind, d.sha256 FROM registry."case" AS c JOIN registry.case_document AS f USING (county, case_id)
           JOIN registry.document AS d ON d.county = f.county AND d.document_id = f.document_id WHERE c.batch_id = %s""",
        [anew],
    ):
        folders.setdefault(kind, set()).add(sha256)
    both_files = {package(surveyor, one).sha256.hex() for one in (whole, alone)}
    assert folders["contract_management"] == both_files
    of_house = asked.replace("contract_management", "homestead")
    cases.withdraw(registrar, COUNTY, [case for (case,) in superuser.execute(of_house, [batch]).fetchall()], "误开")
    opening.open_batch(registrar, COUNTY, alone.package_id or UUID(int=0), village)
    in_no_folder = """SELECT count(*) FROM registry.document AS d WHERE NOT EXISTS (
        SELECT FROM registry.case_document AS f WHERE f.county = d.county AND f.document_id = d.document_id)"""
    assert superuser.execute(in_no_folder).fetchone() == (0,), "no leaf would tell of it"


def test_one_that_is_put_in_force_again_still_says_with_what_its_land_came(
    sent: Send, surveyor: Actor, registrar: Actor
) -> None:
    whole, alone, later = sent(), sent(homesteads_alone, rebuilt), sent(rebuilt)
    assert package(surveyor, later).state == "staged"
    reinstating.make_current(registrar, COUNTY, alone.package_id or UUID(int=0), "县里决定")
    assert package(surveyor, alone).changes["carried"] == {"contract_management": [str(whole.package_id)]}


def test_all_of_a_village_is_registered_from_one_that_came_by_the_web(
    sent: Send,
    surveyor: Actor,
    registrar: Actor,
    reviewer: Actor,
    superuser: Connection,
    database: Settings,
    tmp_path: Path,
) -> None:
    sent()
    small = Small()
    homesteads_alone(small)
    rebuilt(small)
    with small.write(tmp_path / "alone").open("rb") as stream:
        take_in(surveyor, Store(database.store), "宅基地.zip", stream)
    assert check_waiting(database) == 1
    found = "SELECT package_id FROM land.package WHERE name = '宅基地.zip' AND state = 'staged'"
    ((alone,),) = superuser.execute(found).fetchall()
    batch = opening.open_batch(registrar, COUNTY, alone, small.village)
    ids = in_state(registrar, batch, "draft")
    assert cases.accept(registrar, COUNTY, ids).done == cases.review(reviewer, COUNTY, ids).done == len(ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    pass_days(superuser, 40)
    assert booking.register(reviewer, COUNTY, ids).done == len(ids)
    rights = superuser.execute('SELECT kind, count(*) FROM registry."right" GROUP BY 1 ORDER BY 1').fetchall()
    assert rights == [("contract_management", 3), ("homestead", 3)]
