"""A survey corrected while its cases are under way: it stops those whose own rows it changed, and no others."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotFound, Refused
from landreg.registry import booking, documents
from landreg.registry.casebook import Case
from landreg.registry.casework import cases, notices, opening, weighing
from landreg.registry.casework.weighing import Answer
from landreg.registry.facts.resurveyed import resurveyed
from landreg.registry.rules.procedure import reg_49_answers_seen_by_another
from tests.registry_kit import Connection, codes, in_state, one, pass_days, state_of
from tests.villages import COUNTY, VILLAGE, Staged, stage_village


def open_village(registrar: Actor, staged: Staged) -> list[UUID]:
    return in_state(registrar, opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE), "draft")


def notice(registrar: Actor, reviewer: Actor, superuser: Connection, ids: list[UUID]) -> None:
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    pass_days(superuser, 40)


def corrected(superuser: Connection, old: Staged, table: str, change: str, code: str, *, households: int = 2) -> Staged:
    """The same village delivered again, a row otherwise; the older package is put aside."""
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    new = stage_village(superuser, households, starts_on="1998-01-01", ends_on="2027-12-31", homestead_m2="180.0")
    assert new.package_id != old.package_id
    column = "household_code" if table == "staged_member" else "code"
    superuser.execute(
        f"UPDATE land.{table} SET {change} WHERE package_id = %s AND {column} = %s", [new.package_id, code]
    )
    return new


def of(actor: Actor, subject: str, state: str) -> UUID:
    found = one(actor, 'SELECT case_id FROM registry."case" WHERE subject_code = :c AND state = :s', c=subject, s=state)
    return UUID(str(found))


@pytest.fixture
def staged(superuser: Connection) -> Staged:
    return stage_village(superuser, 2)


_ANOTHER_NUMBER = "id_digest = decode(md5(id_digest::text), 'hex')"


@pytest.mark.parametrize(
    ("table", "change", "kind", "stopped"),
    [
        ("staged_member", _ANOTHER_NUMBER, "CBF_JTCY", 2),
        ("staged_household", "name = '另一人'", "CBF", 2),
        ("staged_household", "surveyor = '另一人'", "CBF", 0),
        ("staged_contract", "mu = 1.30", "CBHT", 1),
        ("staged_parcel", "land_use = '9'", "DK", 1),
        ("staged_homestead", "area_m2 = 150.00", "ZJD", 1),
    ],
)
def test_only_cases_whose_own_rows_changed_are_stopped(
    staged: Staged, superuser: Connection, registrar: Actor, table: str, change: str, kind: str, stopped: int
) -> None:
    ids = open_village(registrar, staged)
    code = {
        "staged_contract": staged.contracts, "staged_parcel": staged.parcels, "staged_homestead": staged.homesteads
    }.get(table, staged.households)[0]  # fmt: skip
    corrected(superuser, staged, table, change, code)
    done = cases.accept(registrar, COUNTY, ids)
    found = [one for findings in done.refused.values() for one in findings if one.code == "REG-17"]
    assert (done.done, len(found)) == (4 - stopped, stopped)
    with unit_of_work(registrar) as uow:
        all_ = [uow.session.get(Case, {"county": COUNTY, "case_id": case}) for case in ids]
        later = resurveyed(uow.session, [case for case in all_ if case])
    assert {row for one in later.values() for row in one.rows} == ({(kind, code)} if stopped else set())


def test_what_changed_on_notice_is_registered_once_an_officer_answered_and_nobody_s_old_number_is_entered_by_the_way(
    staged: Staged, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    ids = open_village(registrar, staged)
    notice(registrar, reviewer, superuser, ids)
    first = of(registrar, staged.contracts[0], "noticed")
    corrected(superuser, staged, "staged_member", _ANOTHER_NUMBER, staged.households[0])
    done = booking.register(reviewer, COUNTY, ids)
    assert (
        done.done,
        {codes_ for found in done.refused.values() for codes_ in {f.code for f in found} - {"REG-3"}},
    ) == (
        2,
        {"REG-19"},
    )
    known = "SELECT count(*) FROM party.household WHERE code = :code"
    assert [one(registrar, known, code=code) for code in staged.households] == [0, 1]
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [first])
    assert "REG-19" in codes(refused)
    with pytest.raises(BadInput):
        weighing.weigh(registrar, COUNTY, first, Answer.AS_NOTICED, " ")
    with pytest.raises(Conflict):
        weighing.weigh(registrar, COUNTY, first, Answer.WRONG, "现场为耕地")
    weighing.weigh(registrar, COUNTY, first, Answer.AS_NOTICED, "身份证原件与公告一致，新成果误填")
    with pytest.raises(Refused) as own:
        booking.register(registrar, COUNTY, [first])
    assert "REG-49" in codes(own)
    assert booking.register(reviewer, COUNTY, [first]).done == 1
    assert one(registrar, known, code=staged.households[0]) == 1


def test_code_that_forgot_to_ask_who_answered_is_stopped_by_the_database(
    staged: Staged, superuser: Connection, registrar: Actor, reviewer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REG-49."""
    notice(registrar, reviewer, superuser, open_village(registrar, staged))
    first = of(registrar, staged.contracts[0], "noticed")
    corrected(superuser, staged, "staged_contract", "mu = 1.30", staged.contracts[0])
    weighing.weigh(registrar, COUNTY, first, Answer.AS_NOTICED, "合同原件与公告一致")
    asked = tuple(rule for rule in booking.REGISTER_RULES if rule is not reg_49_answers_seen_by_another)
    monkeypatch.setattr(booking, "REGISTER_RULES", asked)
    with pytest.raises(Refused) as refused:
        booking.register(registrar, COUNTY, [first])
    assert codes(refused) == {"REG-49"}
    assert booking.register(reviewer, COUNTY, [first]).done == 1


def test_an_answer_about_one_survey_does_not_answer_the_next(
    staged: Staged, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    ids = open_village(registrar, staged)
    notice(registrar, reviewer, superuser, ids)
    first, second = (of(registrar, code, "noticed") for code in staged.contracts)
    new = corrected(superuser, staged, "staged_member", _ANOTHER_NUMBER, staged.households[0])
    with pytest.raises(NotFound):
        weighing.weigh(registrar, COUNTY, second, Answer.AS_NOTICED, "本件没有改动")
    weighing.weigh(registrar, COUNTY, first, Answer.AS_NOTICED, "新成果误填")
    superuser.execute(
        "UPDATE land.package SET received_at = system.clock() + interval '1 minute' WHERE package_id = %s",
        [new.package_id],
    )
    with pytest.raises(Refused) as refused:
        booking.register(reviewer, COUNTY, [first])
    assert "REG-19" in codes(refused)


def test_cases_are_rebuilt_from_the_later_survey_with_the_papers_in_their_folders(
    staged: Staged, superuser: Connection, registrar: Actor, reviewer: Actor
) -> None:
    """What was noticed of a household is noticed anew as it is; nobody else's case moves, and no letter goes out."""
    ids = open_village(registrar, staged)
    notice(registrar, reviewer, superuser, ids)
    old = of(registrar, staged.contracts[0], "noticed")
    with unit_of_work(registrar) as uow:
        documents.enter(
            uow,
            county=COUNTY,
            village=VILLAGE,
            sha256="ab" * 32,
            size=3,
            kind="application",
            name="申请书.pdf",
            cases=[old],
        )
    new = corrected(superuser, staged, "staged_member", _ANOTHER_NUMBER, staged.households[0])
    with pytest.raises(NotFound):
        opening.rebuild(registrar, COUNTY, staged.package_id, VILLAGE)
    batch, ended, gone = opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    assert (ended, gone) == (2, [])
    assert state_of(registrar, old) == "withdrawn"
    said = "SELECT string_agg(reason, '' ORDER BY at) FROM registry.case_event WHERE case_id = :case AND step = :step"
    assert "按新成果" in one(registrar, said, case=old, step="rebuild")
    assert one(registrar, said, case=old, step="withdraw") is None
    made = in_state(registrar, batch, "draft")
    assert len(made) == 2
    assert cases.accept(registrar, COUNTY, made).done == 2
    kinds = """SELECT string_agg(d.kind, ',' ORDER BY d.kind) FROM registry.case_document AS f
        JOIN registry.document AS d USING (county, document_id) WHERE f.case_id = :case"""
    assert one(registrar, kinds, case=of(registrar, staged.contracts[0], "accepted")) == "application,survey_package"
    with pytest.raises(Conflict):
        opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    others = [of(registrar, staged.contracts[1], "noticed"), of(registrar, staged.homesteads[1], "noticed")]
    assert booking.register(reviewer, COUNTY, others).done == 2


def test_what_was_returned_has_its_own_place_and_is_not_opened_beside_itself(
    staged: Staged, superuser: Connection, registrar: Actor
) -> None:
    """Opening its village anew leaves it alone; from a later survey that has it otherwise it is opened in its own place."""
    ids = open_village(registrar, staged)
    cases.accept(registrar, COUNTY, ids)
    returned = of(registrar, staged.contracts[0], "accepted")
    cases.return_for_completion(registrar, COUNTY, [returned], "合同缺页")
    with pytest.raises(Conflict) as nothing_left:
        opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)
    assert codes(nothing_left) == {"REG-11"}
    new = corrected(superuser, staged, "staged_contract", "mu = 1.30", staged.contracts[0])
    with pytest.raises(Conflict):
        opening.open_batch(registrar, COUNTY, new.package_id, VILLAGE)
    _, ended, gone = opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    assert (ended, gone, state_of(registrar, returned)) == (1, [], "withdrawn")


def test_what_the_later_survey_has_no_more_is_named_and_stays_as_it_is(
    staged: Staged, superuser: Connection, registrar: Actor
) -> None:
    """Its folder is kept with it, whether others are rebuilt beside it or not; an officer withdraws it."""
    open_village(registrar, staged)
    gone, other = (of(registrar, code, "draft") for code in staged.contracts)
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=gone)
    new = corrected(superuser, staged, "staged_contract", "mu = 1.30", staged.contracts[1])
    for table, column in (("staged_contract_parcel", "contract_code"), ("staged_contract", "code")):
        superuser.execute(
            f"DELETE FROM land.{table} WHERE package_id = %s AND {column} = %s", [new.package_id, staged.contracts[0]]
        )
    batch, ended, stay = opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    assert (ended, [found.code for found in stay]) == (1, ["REG-41"])
    assert (state_of(registrar, gone), state_of(registrar, other)) == ("draft", "withdrawn")
    assert len(in_state(registrar, batch, "draft")) == 1
    with pytest.raises(Conflict) as refused:
        opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    assert [(found.code, found.values) for found in refused.value.findings] == [
        ("REG-41", {"cases": [number], "count": 1})
    ]
    cases.withdraw(registrar, COUNTY, [gone], "新成果中已没有")
    with pytest.raises(Conflict) as none:
        opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    assert codes(none) == {"REG-11"}


def test_a_later_survey_of_part_of_a_package_has_its_own_villages_alone(superuser: Any, registrar: Actor) -> None:
    """A village's correction holds for that village, though the package of the county stays in force elsewhere."""
    staged = stage_village(superuser, 1)
    ids = open_village(registrar, staged)
    superuser.execute(
        "UPDATE land.package SET village = left(village, 6), received_at = received_at - interval '1 day'"
    )
    stage_village(superuser, 1, first=7)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, ids[:1])
    assert codes(refused) == {"REG-17"}
