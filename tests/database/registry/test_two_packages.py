"""Two survey packages of one village: each case keeps to its own, and the register's land is not taken for another's."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Refused
from landreg.land import ground_queries
from landreg.law.book import national_law
from landreg.registry import booking
from landreg.registry.casebook import Case
from landreg.registry.casework import cases, desk, notices, opening, weighing
from landreg.registry.casework.weighing import Answer
from landreg.registry.facts.first import proposals
from tests.registry_kit import Connection, codes, in_state, pass_days, state_of
from tests.villages import COUNTY, VILLAGE, Staged, stage_village

LAW = national_law(COUNTY, date(2026, 11, 1))
_SHIFTED = "geom = ST_Translate(geom, 0.5, 0)"
_TURNED = "geom = ST_Reverse(geom)"


def _open(registrar: Actor, staged: Staged) -> list[UUID]:
    """A contract case and a homestead case of each household, in that order."""
    return in_state(registrar, opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE), "draft")


def _noticed(registrar: Actor, reviewer: Actor, superuser: Connection, ids: list[UUID]) -> None:
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    pass_days(superuser, 40)


def _change(superuser: Connection, table: str, change: str, staged: Staged, codes: tuple[str, ...]) -> None:
    column = "household_code" if table == "staged_member" else "code"
    superuser.execute(
        f"UPDATE land.{table} SET {change} WHERE package_id = %s AND {column} = ANY (%s)",
        (staged.package_id, list(codes)),
    )


def _subject_cases(registrar: Actor, ids: list[UUID], staged: Staged, number: int) -> list[UUID]:
    """The contract's and the homestead's case of a household."""
    wanted = {staged.contracts[number], staged.homesteads[number]}
    with unit_of_work(registrar) as uow:
        found = uow.session.scalars(select(Case).where(Case.case_id.in_(ids)).order_by(Case.number))
        return [case.case_id for case in found if case.subject_code in wanted]


@pytest.fixture
def entered(superuser: Connection, registrar: Actor, reviewer: Actor) -> Staged:
    """A village of two households, entered from its package; the second household's rights are not registered."""
    staged = stage_village(superuser, 2)
    ids = _open(registrar, staged)
    cases.withdraw(registrar, COUNTY, _subject_cases(registrar, ids, staged, 1), "申请人撤回")
    first = _subject_cases(registrar, ids, staged, 0)
    _noticed(registrar, reviewer, superuser, first)
    booking.register(reviewer, COUNTY, first)
    return staged


def test_cases_of_two_packages_with_one_code_are_each_judged_by_their_own(
    superuser: Connection, registrar: Actor
) -> None:
    old = stage_village(superuser, 1, ends_on="2027-12-31", homestead_m2="180.00")
    ids = _open(registrar, old)
    cases.withdraw(registrar, COUNTY, ids, "申请人撤回")
    new = stage_village(superuser, 1, ends_on="2020-12-31", homestead_m2="150.00")
    both = ids + _open(registrar, new)
    with unit_of_work(registrar) as uow:
        asked = list(uow.session.scalars(select(Case).where(Case.case_id.in_(both)).order_by(Case.number)))
        found = [(p.case.package_id, p.case.right_kind, p.facts) for p in proposals(uow.session, asked)]
    contracts: Any = {package: facts for package, kind, facts in found if kind == "contract_management"}
    homesteads: Any = {package: facts for package, kind, facts in found if kind == "homestead"}
    years = {package: facts.term.last.year for package, facts in contracts.items()}
    assert years == {old.package_id: 2027, new.package_id: 2020}
    assert {len(facts.parcels) for facts in contracts.values()} == {2}
    areas = {package: str(facts.area_m2) for package, facts in homesteads.items()}
    assert areas == {old.package_id: "180.00", new.package_id: "150.00"}


@pytest.mark.parametrize(
    ("table", "change", "differs"),
    [
        ("staged_parcel", "surveyed_area_m2 = 500", True),
        ("staged_parcel", _SHIFTED, True),
        ("staged_parcel", _TURNED, False),
        ("staged_parcel", "name = '别名'", False),
        ("staged_household", "name = '另一人'", True),
        ("staged_member", "holds_right = (position = 1)", True),
        ("staged_member", "id_digest = decode(md5(id_digest::text), 'hex')", True),
    ],
)
def test_a_case_is_not_accepted_on_land_or_a_household_that_the_register_has_otherwise(
    entered: Staged, superuser: Connection, registrar: Actor, table: str, change: str, differs: bool
) -> None:
    """REG-18: names what differs, which is for an act of change."""
    later = stage_village(superuser, 1, first=2)
    named = later.parcels[:1] if table == "staged_parcel" else later.households
    _change(superuser, table, change, later, named)
    (contract, _) = _subject_cases(registrar, _open(registrar, later), later, 0)
    if not differs:
        assert cases.accept(registrar, COUNTY, [contract]).done == 1
        return
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [contract])
    found = [finding for finding in refused.value.findings if finding.code == "REG-18"]
    assert [finding.values for finding in found] == [{"codes": list(named)}]


def test_of_two_packages_registered_in_one_step_no_case_is_booked_on_the_others_land(
    superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    """REG-18: the latest survey is entered, and the case of the earlier one that differs from it stays on notice."""
    early = stage_village(superuser, 1, first=2)
    _change(superuser, "staged_parcel", "surveyed_area_m2 = 500", early, early.parcels)
    theirs = _open(registrar, early)
    _noticed(registrar, reviewer, superuser, theirs)
    late = stage_village(superuser, 2)
    ours = _open(registrar, late)
    _noticed(registrar, reviewer, superuser, ours)
    (contract, _) = _subject_cases(registrar, theirs, early, 0)
    weighing.weigh(registrar, COUNTY, contract, Answer.AS_NOTICED, "公告的面积已复核")
    stepped = booking.register(reviewer, COUNTY, theirs + ours)
    contract, homestead = _subject_cases(registrar, theirs, early, 0)
    assert {f.code for findings in stepped.refused.values() for f in findings if f.code != "REG-3"} == {"REG-18"}
    assert (state_of(registrar, contract), state_of(registrar, homestead)) == ("noticed", "registered")
    assert {state_of(registrar, case) for case in ours} == {"registered"}


def test_a_village_of_a_later_package_shows_what_is_registered_and_what_remains(
    entered: Staged, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    """Contract and homestead of the first household are registered; those of the second were withdrawn."""

    def village(package: UUID) -> desk.StagedVillage:
        with unit_of_work(registrar) as uow:
            (found,) = desk.villages_of_package(uow.session, COUNTY, package)
            return found

    later = stage_village(superuser, 2)
    before = village(later.package_id)
    assert (before.contracts, before.contracts_registered) == (2, 1)
    assert (before.homesteads, before.homesteads_registered) == (2, 1)
    assert (before.remaining, before.opened, before.registered) == (2, 0, False)
    ids = _open(registrar, later)
    opened = village(later.package_id)
    assert (opened.remaining, opened.opened, opened.registered) == (0, 2, False)
    assert village(entered.package_id).remaining == 0
    _noticed(registrar, reviewer, superuser, ids)
    booking.register(reviewer, COUNTY, ids)
    assert village(later.package_id).registered


@pytest.mark.parametrize(("east_m", "refused"), [(-80, True), (-60.1, True), (-59.995, False), (0, False)])
def test_land_that_another_survey_brought_in_is_not_registered_first_again(
    superuser: Connection, registrar: Actor, reviewer: Actor, east_m: float, refused: bool
) -> None:
    """REG-27: other codes on the same ground are no other land; what lies beside it, or within the tolerance, is."""
    first = _open(registrar, stage_village(superuser, 1))
    _noticed(registrar, reviewer, superuser, first)
    booking.register(reviewer, COUNTY, first)
    other = stage_village(superuser, 1, first=5)
    superuser.execute(
        "UPDATE land.staged_parcel SET geom = ST_Translate(geom, %s, 0) WHERE package_id = %s",
        [east_m, other.package_id],
    )
    superuser.execute("DELETE FROM land.staged_homestead WHERE package_id = %s", [other.package_id])
    ids = _open(registrar, other)
    if not refused:
        assert cases.accept(registrar, COUNTY, ids).done == len(ids)
        return
    with pytest.raises(Refused) as said:
        cases.accept(registrar, COUNTY, ids[:1])
    assert codes(said) == {"REG-27"}
    (pairs,) = {tuple(finding.values["pairs"]) for finding in said.value.findings}
    assert len(pairs) == len(set(pairs))
    assert all(re.fullmatch(r"\d{19} → \d{19}（\d+\.\d\d m²）", pair) for pair in pairs)


@pytest.mark.parametrize(("east_m", "told"), [(-80, True), (-60.1, True), (-59.995, False)])
def test_the_surveyor_is_told_of_ground_queries_when_the_survey_is_staged(
    superuser: Connection, registrar: Actor, reviewer: Actor, surveyor: Actor, east_m: float, told: bool
) -> None:
    """PKG-26: own parcel, the other's code, the area of both, and where; REG-27 would refuse the case later."""
    first = _open(registrar, stage_village(superuser, 1))
    _noticed(registrar, reviewer, superuser, first)
    booking.register(reviewer, COUNTY, first)
    other = stage_village(superuser, 1, first=5)
    superuser.execute(
        """UPDATE land.staged_parcel AS s SET geom = ST_Translate(s.geom, %s, 0),
            geom_3857 = ST_Transform(ST_Translate(s.geom, %s, 0), 3857) WHERE package_id = %s""",
        [east_m, east_m, other.package_id],
    )
    superuser.execute("DELETE FROM land.staged_homestead WHERE package_id = %s", [other.package_id])
    with unit_of_work(surveyor) as uow:
        found = ground_queries.findings_of(uow.session, COUNTY, other.package_id, LAW)
    assert {finding.code for finding in found} == ({"PKG-26"} if told else set())
    assert all(finding.subject and finding.place and float(finding.values["area"]) > 0 for finding in found)
    assert LAW.rule("PKG-26").effect == "warn"


@pytest.mark.parametrize("srid", [4545, 4525, 4546])
@pytest.mark.parametrize(("east_m", "refused"), [(-80, True), (-59.9, False)])
def test_land_of_another_survey_is_seen_without_its_zone_s_number_and_in_the_next_zone(
    superuser: Connection, registrar: Actor, reviewer: Actor, srid: int, east_m: float, refused: bool
) -> None:
    """REG-27: 4545 is the register's zone in six digits, 4525 and 4546 are the county's other zone."""
    first = _open(registrar, stage_village(superuser, 1))
    _noticed(registrar, reviewer, superuser, first)
    booking.register(reviewer, COUNTY, first)
    other = stage_village(superuser, 1, first=5)
    superuser.execute(
        "UPDATE land.staged_parcel SET geom = ST_Transform(ST_Translate(geom, %s, 0), %s::integer) WHERE package_id = %s",
        [east_m, srid, other.package_id],
    )
    superuser.execute("DELETE FROM land.staged_homestead WHERE package_id = %s", [other.package_id])
    ids = _open(registrar, other)
    if not refused:
        assert cases.accept(registrar, COUNTY, ids).done == len(ids)
        return
    with pytest.raises(Refused) as said:
        cases.accept(registrar, COUNTY, ids[:1])
    assert codes(said) == {"REG-27"}
