"""A later survey that gives a contract or homestead to another household: the application of the first goes to nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Refused
from landreg.registry import documents
from landreg.registry.casework import cases, notices, opening, weighing
from landreg.registry.casework.outdated_queries import outdated_cases
from landreg.registry.casework.weighing import Answer
from tests.database.registry.test_resurveyed import corrected, of, open_village
from tests.registry_kit import Connection, codes, in_state, one, state_of
from tests.villages import COUNTY, VILLAGE, Staged, stage_village


@pytest.fixture
def staged(superuser: Connection) -> Staged:
    return stage_village(superuser, 2)


def exchanged(superuser: Connection, old: Staged) -> Staged:
    """The village again, the two homesteads' households exchanged."""
    new = corrected(superuser, old, "staged_homestead", f"household_code = '{old.households[1]}'", old.homesteads[0])
    superuser.execute(
        "UPDATE land.staged_homestead SET household_code = %s WHERE package_id = %s AND code = %s",
        [old.households[0], new.package_id, old.homesteads[1]],
    )
    return new


def paper(actor: Actor, case: UUID, kind: str) -> None:
    with unit_of_work(actor) as uow:
        documents.enter(
            uow, county=COUNTY, village=VILLAGE, sha256="cd" * 32, size=3, kind=kind, name="证.pdf", cases=[case]
        )


def kinds_of(actor: Actor, case: UUID) -> str:
    found: str = one(
        actor,
        """SELECT string_agg(d.kind, ',' ORDER BY d.kind) FROM registry.case_document AS f
           JOIN registry.document AS d USING (county, document_id) WHERE f.case_id = :case""",
        case=case,
    )
    return found


def test_a_homestead_that_is_another_household_s_is_not_rebuilt_and_its_papers_stay(
    staged: Staged, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    ids = open_village(registrar, staged)
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    first, second = (of(registrar, code, "reviewed") for code in staged.homesteads)
    paper(registrar, first, "identity")
    new = exchanged(superuser, staged)
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, staged.contracts[0]],
    )
    batch, ended, stay = opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    numbers = [
        one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :c', c=case) for case in (first, second)
    ]
    told = [f"{numbers[0]}（户*1 → 户*2）", f"{numbers[1]}（户*2 → 户*1）"]
    assert (ended, [(found.code, found.values) for found in stay]) == (1, [("REG-47", {"cases": told, "count": 2})])
    assert len(in_state(registrar, batch, "draft")) == 1
    assert [state_of(registrar, case) for case in (first, second)] == ["reviewed", "reviewed"]
    with pytest.raises(Conflict) as none_left:
        opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    assert codes(none_left) == {"REG-47"}

    # Taken back or refused, the homestead is opened for the other household, with nothing of the first one's folder.
    cases.withdraw(registrar, COUNTY, [first], "申请人撤回")
    opened = in_state(registrar, opening.open_batch(registrar, COUNTY, new.package_id, VILLAGE), "draft")
    assert [kinds_of(registrar, case) for case in opened] == ["survey_package"]
    assert "identity" in kinds_of(registrar, first)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, opened)
    assert "REG-44" in codes(refused)


def test_a_case_of_another_household_is_neither_accepted_nor_reviewed_and_names_both_masked(
    staged: Staged, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    ids = open_village(registrar, staged)
    first = of(registrar, staged.homesteads[0], "draft")
    accepted = of(registrar, staged.homesteads[1], "draft")
    cases.accept(registrar, COUNTY, [accepted])
    exchanged(superuser, staged)
    done = cases.accept(registrar, COUNTY, [case for case in ids if case != accepted])
    assert (done.done, {found.code for found in (*done.refused.values(),)[0]}) == (2, {"REG-17", "REG-47"})
    reviewed = cases.review(reviewer, COUNTY, [accepted, of(registrar, staged.contracts[1], "accepted")])
    assert {found.code for found in (*reviewed.refused.values(),)[0]} == {"REG-17", "REG-47"}
    assert state_of(registrar, first) == "draft"


@pytest.mark.parametrize(
    ("table", "change", "stopped"),
    [
        ("staged_homestead", "holder = '另一名'", 1),
        ("staged_household", "name = '新户主'", 2),
        ("staged_member", "id_digest = decode(md5(id_digest::text), 'hex')", 2),
    ],
)
def test_a_household_is_the_same_by_its_code_with_a_member_or_its_name(
    staged: Staged, superuser: Connection, registrar: Actor, table: str, change: str, stopped: int
) -> None:
    open_village(registrar, staged)
    code = staged.homesteads[0] if table == "staged_homestead" else staged.households[0]
    new = corrected(superuser, staged, table, change, code)
    with unit_of_work(registrar) as uow:
        found = outdated_cases(uow.session, COUNTY, new.package_id, [VILLAGE])
    assert [case.goes_on for case in found] == [True] * stopped


def test_a_code_that_another_family_bears_now_is_another_household(
    staged: Staged, superuser: Connection, registrar: Actor
) -> None:
    """Name and every member otherwise under one code."""
    open_village(registrar, staged)
    new = corrected(superuser, staged, "staged_household", "name = '另一家'", staged.households[0])
    superuser.execute(
        "UPDATE land.staged_member SET id_digest = decode(md5(id_digest::text), 'hex') "
        "WHERE package_id = %s AND household_code = %s",
        [new.package_id, staged.households[0]],
    )
    with unit_of_work(registrar) as uow:
        found = outdated_cases(uow.session, COUNTY, new.package_id, [VILLAGE])
    assert [case.other for case in found] == [("户*1", "另*家")] * 2


def test_a_household_under_another_code_is_the_same_by_its_representative_s_number(
    staged: Staged, superuser: Connection, registrar: Actor
) -> None:
    number: Any = b"\x01" * 32
    superuser.execute("UPDATE land.staged_household SET id_digest = %s WHERE code = %s", [number, staged.households[0]])
    open_village(registrar, staged)
    new = exchanged(superuser, staged)
    superuser.execute(
        "UPDATE land.staged_household SET id_digest = %s WHERE package_id = %s AND code = %s",
        [number, new.package_id, staged.households[1]],
    )
    with unit_of_work(registrar) as uow:
        found = outdated_cases(uow.session, COUNTY, new.package_id, [VILLAGE])
    by_subject = {case.number: case.other for case in found}
    first = one(registrar, 'SELECT number FROM registry."case" WHERE subject_code = :c', c=staged.homesteads[0])
    assert by_subject[first] is None
    assert [other for number_, other in by_subject.items() if number_ != first and other] != []


def test_what_an_officer_found_wrong_of_the_later_survey_is_published_as_reviewed(
    staged: Staged, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    ids = open_village(registrar, staged)
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    first = of(registrar, staged.homesteads[0], "reviewed")
    exchanged(superuser, staged)
    with pytest.raises(Refused) as refused:
        notices.publish(registrar, COUNTY, [first], "公告")
    assert codes(refused) == {"REG-19", "REG-47"}
    weighing.weigh(registrar, COUNTY, first, Answer.AS_NOTICED, "批准文件与公告一致，新成果两户写反")
    notices.publish(registrar, COUNTY, [first], "公告")
    assert state_of(registrar, first) == "noticed"
