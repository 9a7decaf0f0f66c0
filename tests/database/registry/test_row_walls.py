"""What the rows alone can prove, the database holds, whatever code asks: CHG-15, HH-20, REG-48, as the registrar's login itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from landreg.access.sealing import use_key
from landreg.config import Settings
from landreg.core.actor import Actor, Desk
from landreg.core.errors import Refused
from landreg.registry.casework import applications, cases, notices, opening
from landreg.registry.rules.requests import HouseholdChange, Joining, Leaving
from landreg.registry.rules.spouses import hh_20_one_spouse, hh_22_divorced_before_another_joins
from tests.database.registry.test_member_corrections import of_member
from tests.household_kit import members
from tests.registry_kit import (
    Connection,
    applied,
    booked,
    by_word,
    codes,
    in_state,
    one,
    pass_days,
    put_paper,
    state_of,
    to_rights,
)
from tests.villages import COUNTY, VILLAGE, citizen_id, stage_village

SPOUSES = "SELECT count(*) FROM party.member WHERE relation IN ('10', '11', '12') AND upper_inf(valid) AND upper_inf(recorded)"


@pytest.fixture
def registered(database: Settings, registrar: Actor, reviewer: Actor, superuser: Connection) -> None:
    use_key(database.keys["identity"])
    to_rights(registrar, reviewer, superuser, 2)
    pass_days(superuser, 5)


@pytest.fixture
def without_its_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that forgot to ask how many spouses there are then."""
    asked = (hh_20_one_spouse, hh_22_divorced_before_another_joins)
    for kind, rules in list(applications.ACT_RULES.items()):
        monkeypatch.setitem(applications.ACT_RULES, kind, tuple(rule for rule in rules if rule not in asked))


def _refusal(desk: Connection, statement: str, *values: Any) -> str | None:
    with pytest.raises(psycopg.errors.IntegrityError) as refused, desk.transaction():
        desk.execute(statement, values)
    return refused.value.diag.constraint_name


@pytest.mark.usefixtures("registered")
def test_nobody_leaves_a_household_because_an_entry_was_wrong(
    registrar: Actor, superuser: Connection, as_desk: Any
) -> None:
    """An application that says so may be kept, returned and withdrawn: it goes no further."""
    wife = members(registrar)[1]
    applied(registrar, "household_change", HouseholdChange(leaves=(Leaving(wife, "death"),)))
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    for reason, refused in (("death", False), ("error", True)):
        case = uuid4()
        desk.execute(
            """INSERT INTO registry."case" (county, case_id, village, number, act_kind, right_kind, subject_code, household_code,
                   applicant, state, prepared_by, request, right_ids)
               SELECT county, %s, village, %s, act_kind, right_kind, %s, household_code, applicant, 'draft', prepared_by,
                   jsonb_set(request, '{leaves,0,reason}', to_jsonb(%s::text)), right_ids
               FROM registry."case" WHERE act_kind = 'household_change' ORDER BY number LIMIT 1""",
            [case, f"610902-2026-9{refused:05d}", f"other-{reason}", reason],
        )
        accept = """UPDATE registry."case" SET state = 'accepted', accepted_by = %s, accepted_at = system.clock()
                    WHERE case_id = %s"""
        if refused:
            assert _refusal(desk, accept, uuid4(), case) == "chg_15_an_error_is_corrected"
            assert (
                desk.execute("UPDATE registry.\"case\" SET state = 'withdrawn' WHERE case_id = %s", [case]).rowcount
                == 1
            )
        else:
            assert desk.execute(accept, [uuid4(), case]).rowcount == 1


@pytest.mark.usefixtures("registered", "without_its_rules")
def test_an_act_makes_no_second_spouse_but_beside_the_proof_of_a_divorce(
    registrar: Actor, reviewer: Actor, superuser: Connection
) -> None:
    before = one(registrar, SPOUSES)
    joins = [
        Joining(applications.person_of(registrar, name, citizen_id(number)), "12", True, "marriage")
        for name, number in (("成员甲", 971), ("成员乙", 972))
    ]
    change = applied(registrar, "household_change", HouseholdChange((joins[0],)))
    with pytest.raises(Refused) as refused:
        booked(registrar, reviewer, superuser, change, "household_change")
    assert codes(refused) == {"HH-20"}
    assert (one(registrar, SPOUSES), state_of(registrar, change)) == (before, "reviewed")
    cases.return_for_completion(registrar, COUNTY, [change], "补离婚证")
    put_paper(registrar, change, "divorce_proof")
    booked(registrar, reviewer, superuser, change, "household_change")
    assert one(registrar, SPOUSES) == before + 1
    pass_days(superuser, 1)
    wife = members(registrar)[1]
    said_again = applied(registrar, "correction", of_member(wife, holds_right="0"))
    put_paper(registrar, said_again, "ruling")
    booked(registrar, reviewer, superuser, said_again, "correction")
    assert one(registrar, f"{SPOUSES} AND member_id = :m AND NOT holds_right", m=wife) == 1, (
        "who was one before becomes none"
    )


def test_an_objection_ends_as_taken_back_on_its_objector_s_word_or_writing_alone(
    registrar: Actor, reviewer: Actor, superuser: Connection, as_desk: Any
) -> None:
    batch = opening.open_batch(registrar, COUNTY, stage_village(superuser, 1).package_id, VILLAGE)
    ids = in_state(registrar, batch, "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    at_counter, online = (notices.object_to(registrar, COUNTY, ids[0], name, "界址有争议") for name in ("东邻", "西邻"))
    superuser.execute("UPDATE registry.objection SET taken_by = NULL WHERE objection_id = %s", [online])
    desk: Connection = as_desk(Desk.REGISTRY, COUNTY)
    settle = """UPDATE registry.objection SET outcome = 'withdrawn', settled_at = system.clock(), settled_by = %s, settlement = %s
                WHERE objection_id = %s"""
    today = by_word(reviewer).on
    assert today is not None
    word, writing = (f"异议人于{{:%Y年%m月%d日}}{how}。已谈妥" for how in ("到窗口当面撤回", "提交书面撤回申请"))
    for said, which in (
        ("已谈妥", at_counter),
        (word.format(today - timedelta(1)), at_counter),
        (word.format(today + timedelta(1)), at_counter),
        (writing.format(today), at_counter),
        (writing.format(today), online),
        (word.format(today), online),
    ):
        assert _refusal(desk, settle, uuid4(), said, which) == "reg_48_taken_back_by_the_objector", (said, which)
    assert _refusal(desk, settle, uuid4(), None, at_counter) == "reg_48_taken_back_by_the_objector"
    notices.settle(reviewer, COUNTY, at_counter, "withdrawn", "已谈妥", taken_back=by_word(reviewer))
    taken: UUID = ids[0]
    assert state_of(registrar, taken) == "objected"
