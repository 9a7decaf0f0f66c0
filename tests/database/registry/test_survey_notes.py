"""What the check of a package noted reaches who accepts and who reviews; what touches the certificate is answered first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from landreg.access.identity import Identity
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Conflict, NotAllowed, NotFound, Refused
from landreg.law.queries import load_law
from landreg.registry import booking, queries
from landreg.registry.casework import cases, notices, opening, weighing, worklist
from landreg.registry.casework.weighing import Answer
from landreg.registry.facts import found_uses, survey_notes
from landreg.registry.issued import certified
from landreg.registry.papers.certificate_data import CertificateNumber
from landreg.registry.rules.requests import Assignment
from tests.registry_kit import applied, booked, codes, in_state, one, pass_days, right_of, state_of
from tests.villages import COUNTY, VILLAGE, Staged, note_use, stage_village


@pytest.fixture
def staged(superuser: Any) -> Staged:
    """Two households; the check noted something on the first one's ground, on its homestead, and on a parcel of nobody's."""
    made = stage_village(superuser, 2)
    found = [("COD-36", made.parcels[0]), ("TOP-10", made.parcels[0]), ("ARE-13", made.homesteads[0]), ("COD-36", "x")]
    for position, (code, subject) in enumerate(found):
        superuser.execute(
            "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
            "VALUES (%s, %s, %s, %s, %s, 'warn', 'DK', %s, 'TDYT', '{}')",
            (COUNTY, made.package_id, VILLAGE, position, code, subject),
        )
    return made


@pytest.fixture
def batch(staged: Staged, registrar: Actor) -> UUID:
    return opening.open_batch(registrar, COUNTY, staged.package_id, VILLAGE)


def of(actor: Actor, subject: str) -> UUID:
    return UUID(str(one(actor, 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=subject)))


def test_each_case_has_the_notes_on_what_it_would_register(batch: UUID, staged: Staged, registrar: Actor) -> None:
    with unit_of_work(registrar) as uow:
        found = survey_notes.notes(uow.session, [queries.case(uow.session, COUNTY, of(registrar, code))  # type: ignore[list-item]
                                                 for code in (*staged.contracts, *staged.homesteads)])  # fmt: skip
        asked = worklist.CaseFilter(batch_id=batch, noted=True)
        looking = worklist.Looking(registrar.account_id, load_law(uow.session, COUNTY, uow.now.date()))
        filtered = {case.subject_code for case in uow.session.scalars(worklist.cases_statement(asked, looking))}
    said = {key: [(note.code, note.subject) for note in notes] for key, notes in found.items()}
    assert said == {
        of(registrar, staged.contracts[0]): [("COD-36", staged.parcels[0]), ("TOP-10", staged.parcels[0])],
        of(registrar, staged.homesteads[0]): [("ARE-13", staged.homesteads[0])],
    }
    assert filtered == {staged.contracts[0], staged.homesteads[0]}


def test_ground_that_is_not_farmed_is_accepted_once_somebody_wrote_down_what_they_found(
    batch: UUID, staged: Staged, registrar: Actor, reviewer: Actor, surveyor: Actor
) -> None:
    case = of(registrar, staged.contracts[0])
    done = cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft"))
    assert (done.done, [[one.code for one in found] for found in done.refused.values()]) == (3, [["REG-36"]])
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"REG-36"}
    (finding,) = refused.value.findings
    assert finding.values == {"notes": [f"COD-36 {staged.parcels[0]}"], "count": 1}
    with pytest.raises(BadInput):
        weighing.weigh(registrar, COUNTY, case, Answer.WRONG, " ")
    with pytest.raises(NotAllowed):
        weighing.weigh(surveyor, COUNTY, case, Answer.WRONG, "现场为耕地")
    with pytest.raises(NotFound):
        weighing.weigh(registrar, COUNTY, of(registrar, staged.contracts[1]), Answer.WRONG, "现场为耕地")
    weighing.weigh(registrar, COUNTY, case, Answer.TRUE, "地上建有烤烟房")
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert [(one.code, one.values["notes"]) for one in refused.value.findings] == [
        ("REG-40", [f"COD-36 {staged.parcels[0]}"])
    ]
    for use in ("", "5", "x"):
        with pytest.raises(BadInput) as useless:
            weighing.weigh(registrar, COUNTY, case, Answer.WRONG, "现场为耕地，测绘字段误填", {staged.parcels[0]: use})
        assert [(one.code, one.field) for one in useless.value.findings] == [("FORM-1", "use")]
    weighing.weigh(registrar, COUNTY, case, Answer.WRONG, "现场为耕地，测绘字段误填", {staged.parcels[0]: "1"})
    cases.accept(registrar, COUNTY, [case])
    cases.review(reviewer, COUNTY, [case])
    assert state_of(registrar, case) == "reviewed"
    with pytest.raises(Conflict):
        weighing.weigh(registrar, COUNTY, case, Answer.WRONG, "再写一次")


@pytest.mark.parametrize(
    ("code", "layer"),
    [
        ("REL-22", "ZJD"),
        ("COD-52", "ZJD"),
        ("COD-53", "ZJD"),
        ("ARE-20", "CBDKXX"),
        ("REL-44", "CBHT"),
        ("COD-43", "CBDKXX"),
        ("ARE-7", "CBDKXX"),
    ],
)
def test_another_holder_of_a_homestead_and_an_area_that_contradicts_the_map_are_answered_first(
    superuser: Any, registrar: Actor, code: str, layer: str
) -> None:
    """ARE-7, an area that is apart and no more, stands on the case and asks for nothing."""
    made = stage_village(superuser, 1)
    subject = {"ZJD": made.homesteads, "CBHT": made.contracts, "CBDKXX": made.parcels}[layer][0]
    superuser.execute(
        "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
        "VALUES (%s, %s, %s, 0, %s, 'warn', %s, %s, 'TDYT', '{}')",
        (COUNTY, made.package_id, VILLAGE, code, layer, subject),
    )
    opening.open_batch(registrar, COUNTY, made.package_id, VILLAGE)
    case = of(registrar, subject if layer == "ZJD" else made.contracts[0])
    if code == "ARE-7":
        cases.accept(registrar, COUNTY, [case])
        return
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"REG-36"}
    weighing.weigh(registrar, COUNTY, case, Answer.WRONG, "与合同原件、权籍调查表核对一致")
    cases.accept(registrar, COUNTY, [case])


def test_an_answer_is_one_to_the_notes_that_pressed_then_and_to_none_that_came_later(
    superuser: Any, batch: UUID, staged: Staged, registrar: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an answer of before names nothing counts for the two codes that were answered then."""
    case, other = (of(registrar, code) for code in staged.contracts)
    parcel, beside, second = *staged.parcels[:2], staged.parcels[-1]
    weighing.weigh(registrar, COUNTY, case, Answer.WRONG, "现场为耕地", {parcel: "1"})
    for position, (code, subject) in enumerate([("COD-43", parcel), ("COD-36", beside), ("COD-36", second)], start=10):
        superuser.execute(
            "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
            "VALUES (%s, %s, %s, %s, %s, 'warn', 'DK', %s, 'TDYT', '{}')",
            (COUNTY, staged.package_id, VILLAGE, position, code, subject),
        )

    def asked(which: UUID) -> list[str]:
        with unit_of_work(registrar) as uow:
            found = queries.case(uow.session, COUNTY, which)
            assert found is not None
            return list(survey_notes.answers_lacking(uow.session, [found])[0].get(which, ()))

    assert asked(case) == [f"COD-43 {parcel}", f"COD-36 {beside}"]
    with monkeypatch.context() as before:
        before.setattr(weighing, "naming", lambda reason, _noted: reason)
        weighing.weigh(registrar, COUNTY, other, Answer.WRONG, "核对一致", {second: "1"})
    assert asked(other) == []
    superuser.execute("UPDATE land.package_finding SET code = 'COD-43' WHERE subject = %s", [second])
    assert asked(other) == [f"COD-43 {second}"]
    home = of(registrar, staged.homesteads[0])
    weighing.weigh(registrar, COUNTY, home, Answer.WRONG, "面积无误")
    superuser.execute("UPDATE land.package_finding SET code = 'REL-33' WHERE subject = %s", [staged.homesteads[0]])
    assert asked(home) == [f"REL-33 {staged.homesteads[0]}"], "what pressed nobody was not answered by it"


def test_the_notes_of_one_code_are_answered_together_each_on_its_own_case(
    superuser: Any, batch: UUID, staged: Staged, registrar: Actor, reviewer: Actor, surveyor: Actor
) -> None:
    both = [of(registrar, code) for code in staged.contracts]
    for position, parcel in enumerate((staged.parcels[0], staged.parcels[-1]), start=10):
        superuser.execute(
            "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
            "VALUES (%s, %s, %s, %s, 'COD-43', 'warn', 'CBDKXX', %s, 'DKDZ', '{}')",
            (COUNTY, staged.package_id, VILLAGE, position, parcel),
        )

    def together(
        actor: Actor, code: str, chosen: list[UUID], answer: Answer, reason: str, of_batch: UUID = batch
    ) -> int:
        return weighing.weigh_together(actor, COUNTY, of_batch, code, chosen, answer, reason)

    with pytest.raises(NotAllowed):
        together(surveyor, "COD-43", both, Answer.WRONG, "四至见承包合同")
    for code, answer, reason, field in (
        ("COD-36", Answer.WRONG, "现场为耕地", "code"),
        ("COD-43", Answer.MET, "四至见承包合同", "answer"),
        ("COD-43", Answer.WRONG, " ", "reason"),
    ):
        with pytest.raises(BadInput) as refused:
            together(registrar, code, both, answer, reason)
        assert [one.field for one in refused.value.findings] == [field]
    for chosen, of_batch in (([of(registrar, staged.homesteads[1])], batch), (both, UUID(int=0))):
        with pytest.raises(NotFound):
            together(registrar, "COD-43", chosen, Answer.WRONG, "四至见承包合同", of_batch)
    assert together(reviewer, "COD-43", both, Answer.WRONG, "四至见承包合同") == 2
    done = cases.accept(registrar, COUNTY, both)
    assert done.done == 1, "the other one's ground is answered by itself"
    weighing.weigh(registrar, COUNTY, both[0], Answer.WRONG, "现场为耕地", {staged.parcels[0]: "1"})
    assert together(registrar, "COD-43", both[:1], Answer.TRUE, "确实没有四至") == 1
    with pytest.raises(Refused) as true:
        cases.accept(registrar, COUNTY, both[:1])
    assert [(one.code, one.values["notes"]) for one in true.value.findings] == [
        ("REG-40", [f"COD-43 {staged.parcels[0]}"])
    ]
    assert together(registrar, "COD-43", both[:1], Answer.WRONG, "四至在原证书上") == 1
    assert cases.accept(registrar, COUNTY, both[:1]).done == 1
    cases.review(reviewer, COUNTY, both[1:])
    with pytest.raises(Conflict):
        together(registrar, "COD-43", both[1:], Answer.WRONG, "再写一次")


def test_a_note_on_a_whole_table_is_the_package_s_and_not_that_of_the_household_which_its_first_row_names(
    superuser: Any, batch: UUID, staged: Staged, registrar: Actor
) -> None:
    superuser.execute(
        "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
        "VALUES (%s, %s, %s, 9, 'COD-7', 'warn', 'CBJYQZDJB', %s, 'DKSYT', '{\"count\": 73}')",
        (COUNTY, staged.package_id, VILLAGE, staged.contracts[1]),
    )
    second = of(registrar, staged.contracts[1])
    with unit_of_work(registrar) as uow:
        case = queries.case(uow.session, COUNTY, second)
        assert case is not None
        assert survey_notes.notes(uow.session, [case]) == {}
        found = survey_notes.on_tables(uow.session, COUNTY, [staged.package_id])
        asked = worklist.CaseFilter(batch_id=batch, noted=True)
        looking = worklist.Looking(registrar.account_id, load_law(uow.session, COUNTY, uow.now.date()))
        filtered = {case.subject_code for case in uow.session.scalars(worklist.cases_statement(asked, looking))}
    assert [(note.code, note.field, note.subject, note.values) for note in found] == [
        ("COD-7", "DKSYT", None, {"count": 73})
    ]
    assert staged.contracts[1] not in filtered


@pytest.mark.parametrize("relations", [("10", "10"), ("02", "02"), ("30", "20")])
def test_a_household_without_one_head_or_with_two_spouses_is_not_certified(
    superuser: Any, registrar: Actor, relations: tuple[str, str]
) -> None:
    made = stage_village(superuser, 1)
    for position, relation in enumerate(relations, start=1):
        superuser.execute(
            "UPDATE land.staged_member SET relation = %s WHERE package_id = %s AND position = %s",
            (relation, made.package_id, position),
        )
    batch = opening.open_batch(registrar, COUNTY, made.package_id, VILLAGE)
    for case in in_state(registrar, batch, "draft"):
        with pytest.raises(Refused) as refused:
            cases.accept(registrar, COUNTY, [case])
        assert codes(refused) == {"PT-4"}
    superuser.execute("UPDATE land.staged_member SET relation = '01' WHERE position = 1")
    superuser.execute("UPDATE land.staged_member SET relation = '12' WHERE position = 2")
    assert cases.accept(registrar, COUNTY, in_state(registrar, batch, "draft")).done == 2


def test_members_none_of_whom_holds_the_right_are_said_to_be_there(superuser: Any, registrar: Actor) -> None:
    made = stage_village(superuser, 1)
    superuser.execute("UPDATE land.staged_member SET holds_right = false")
    opening.open_batch(registrar, COUNTY, made.package_id, VILLAGE)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [of(registrar, made.contracts[0])])
    assert [(one.code, one.values) for one in refused.value.findings] == [("CT-8", {"listed": 2})]


def test_the_use_that_was_found_stands_with_the_right_and_on_its_certificate(
    batch: UUID, staged: Staged, registrar: Actor, reviewer: Actor, superuser: Any
) -> None:
    """What the register has as not farmed, and on what ground it was registered all the same, by whom."""
    own = staged.parcels[:2]
    superuser.execute("UPDATE land.staged_parcel SET land_use = '5' WHERE code = ANY (%s)", [list(own)])
    superuser.execute("UPDATE land.package_finding SET position = position + 9")
    note_use(superuser, staged.package_id, own[1])
    case = of(registrar, staged.contracts[0])
    with pytest.raises(BadInput):
        weighing.weigh(registrar, COUNTY, case, Answer.WRONG, "现场为烤烟地", {own[0]: "1"})
    weighing.weigh(registrar, COUNTY, case, Answer.WRONG, "现场为烤烟地", {own[0]: "1", own[1]: "2"})
    both = [case, of(registrar, staged.contracts[1])]
    cases.accept(registrar, COUNTY, both)
    cases.review(reviewer, COUNTY, both)
    notices.publish(registrar, COUNTY, both, "公告")
    before: datetime = one(registrar, "SELECT system.clock()")
    pass_days(superuser, 40)
    booking.register(reviewer, COUNTY, both)
    row = one(registrar, 'SELECT row_id FROM registry."right" WHERE code = :c', c=staged.contracts[0])
    with unit_of_work(registrar) as uow:
        found = found_uses.found_uses(uow.session, COUNTY, [row])
        assert found_uses.found_uses(uow.session, COUNTY, [row], AsOf.now(before)) == {}
    assert [one_[:4] for one_ in found[row]] == [
        (own[0], "种植业", "现场为烤烟地", registrar.name), (own[1], "林业", "现场为烤烟地", registrar.name)
    ]  # fmt: skip
    with unit_of_work(registrar) as uow:
        members = certified.members_of(uow.session, COUNTY, [case])
        people = {person: Identity("样本", "1", "610900199001010011") for some in members.values() for person in some}
        (of_case,) = certified.certified(uow.session, COUNTY, [case], people)
    number = CertificateNumber("陕", 2026, "汉滨区", "0000001")
    paper = of_case.contract(number, "样本登记机构", date(2026, 12, 1), "https://x", "1")
    told = [note for note in paper.notes if registrar.name in note]
    assert (len(told), "种植业" in told[0], "林业" in told[1]) == (2, True, True)
    pass_days(superuser, 10)
    taker = one(registrar, "SELECT household_id FROM party.household WHERE code = :c", c=staged.households[1])
    given = Assignment(taker, staged.contracts[1], date(2026, 1, 5))
    moved = applied(registrar, "assignment", given, right_of(registrar))
    booked(registrar, reviewer, superuser, moved, "assignment")
    theirs = one(registrar, 'SELECT row_id FROM registry."right" WHERE right_id = :r AND upper_inf(recorded) AND upper_inf(valid)',
                 r=right_of(registrar, staged.households[1]))  # fmt: skip
    with unit_of_work(registrar) as uow:
        assert [one_.parcel for one_ in found_uses.found_uses(uow.session, COUNTY, [theirs])[theirs]] == list(own)
