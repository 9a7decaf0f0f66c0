"""The notes of a package's check before the eyes of who accepts: on the batch, on the check page and on the case."""

from __future__ import annotations

import re
from typing import Any

from psycopg.types.json import Jsonb

from landreg.core.actor import Actor, Role
from landreg.registry.casework import cases, notices, opening
from landreg.registry.casework.weighing import Answer, weigh
from tests.household_kit import list_in_another_county
from tests.registry_kit import in_state, one, put_paper, to_rights
from tests.villages import COUNTY, VILLAGE, note_use, past_triggers, stage_village
from tests.web.conftest import Browser, OpenAccount


def test_a_note_on_a_whole_table_stands_on_batch_and_check_page_and_on_no_case(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    made = stage_village(superuser, 2)
    facts = {"column": "DKSYT", "name": "地块示意图", "count": 73, "row": 1}
    superuser.execute(
        "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
        "VALUES (%s, %s, %s, 9, 'COD-7', 'warn', 'CBJYQZDJB', %s, 'DKSYT', %s)",
        (COUNTY, made.package_id, VILLAGE, made.contracts[0], Jsonb(facts)),
    )
    batch = opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    case = one(officers[0], 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=made.contracts[0])
    said, whose = "有 73 行为空，第一处在第 1 行", "对整个成果包的提示 1 条"
    for page in (f"/batches/{COUNTY}/{batch}", f"/batches/{COUNTY}/{batch}/steps/accept"):
        text = deng.get(page).text
        assert text.count(said) == 1
        assert whose in text.split(said)[0]
        assert "测绘提示 1" not in text
    assert said not in deng.get(f"/cases/{COUNTY}/{case}").text


def test_notes_stand_on_batch_check_page_and_case_and_are_answered_there(
    superuser: Any, deng: Browser, shen: Browser, officers: tuple[Actor, Actor]
) -> None:
    made = stage_village(superuser, 2)
    note_use(superuser, made.package_id, made.parcels[0])
    batch = opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    case = one(officers[0], 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=made.contracts[0])
    other = one(officers[0], 'SELECT number FROM registry."case" WHERE subject_code = :code', code=made.contracts[1])
    listed = deng.get(f"/batches/{COUNTY}/{batch}").text
    assert listed.count("测绘提示 1") == 1
    assert other in listed
    assert other not in deng.get(f"/batches/{COUNTY}/{batch}?noted=1").text

    said = "承包地须保持农业用途"
    page = f"/cases/{COUNTY}/{case}"
    text = deng.get(page).text
    assert said in text
    assert "REG-36" in text
    assert "承包地块 · 种植业 · 旱地" in text
    assert deng.post(f"{page}/weigh", {"answer": "weigh", "reason": ""}).status_code == 400
    assert deng.post(f"{page}/weigh", {"reason": "地上建有烤烟房"}).status_code == 400
    assert deng.post(f"{page}/weigh", {"answer": "weigh", "reason": "现场为耕地"}).status_code == 400
    assert deng.post(f"{page}/weigh", {"answer": "weigh_true", "reason": "地上建有烤烟房"}).status_code == 303
    assert "REG-40" in deng.get(page).text
    assert (
        deng.post(
            f"{page}/weigh",
            {"answer": "weigh", "parcel": made.parcels[0], "use": "1", "reason": "现场为耕地，字段误填"},
        ).status_code
        == 303
    )
    checked = deng.post("/cases/summary", {"step": "accept", "case": f"{COUNTY}/{case}"}).text
    assert said in checked
    assert "REG-36" not in checked
    assert deng.post(f"{page}/steps/accept").status_code == 303
    seen = shen.get(page).text
    assert said in seen
    assert "现场为耕地，字段误填" in seen
    review = shen.get(f"/batches/{COUNTY}/{batch}/steps/review").text
    assert "现场为耕地，字段误填" in review
    assert "deng" in review.split("现场为耕地，字段误填")[1][:200]


def test_who_answers_a_village_s_notes_of_one_code_does_it_by_one_form(
    superuser: Any, deng: Browser, shen: Browser, officers: tuple[Actor, Actor]
) -> None:
    made = stage_village(superuser, 2)
    note_use(superuser, made.package_id, made.parcels[0])
    for position, parcel in enumerate((made.parcels[0], made.parcels[-1]), start=10):
        superuser.execute(
            "INSERT INTO land.package_finding (county, package_id, village, position, code, level, layer, subject, field, facts) "
            "VALUES (%s, %s, %s, %s, 'COD-43', 'warn', 'CBDKXX', %s, 'DKDZ', '{}')",
            (COUNTY, made.package_id, VILLAGE, position, parcel),
        )
    batch = opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    of = 'SELECT case_id FROM registry."case" WHERE subject_code = :code'
    both = [f"{COUNTY}/{one(officers[0], of, code=code)}" for code in made.contracts]
    home = f"/batches/{COUNTY}/{batch}"
    page = f"{home}/notes/COD-43"
    assert f'href="{page}"' in deng.get(home).text
    assert f"{home}/notes/COD-36" not in deng.get(home).text
    assert deng.get(f"{home}/notes/COD-36").status_code == 404
    for browser in (deng, shen):
        assert browser.get(page).text.count('name="case"') == 2
    said = {"answer": "weigh", "reason": "四至见承包合同"}
    assert deng.post(page, said).status_code == 400
    lacking = deng.post(page, {**said, "case": both[0], "reason": ""})
    assert lacking.status_code == 400
    assert f'value="{both[0]}" checked' in lacking.text
    assert shen.post(page, {**said, "case": both[0]}).status_code == 303
    assert deng.get(page).text.count('name="case"') == 1
    text = deng.get(f"/cases/{both[0]}").text
    assert "四至见承包合同" in text
    assert "写明核实结果" in text
    assert "REG-36" in text, "its ground is answered on the case itself"
    assert deng.post(page, {**said, "case": both[1]}).status_code == 303
    assert page not in deng.get(home).text
    assert "没有待答复的业务" in deng.get(page).text


def test_members_that_were_chosen_stay_chosen_where_the_reason_lacks_and_a_unit_s_number_finds_its_case(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    made = stage_village(superuser, 2)
    batch = opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    chosen, other = (
        one(officers[0], 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=code)
        for code in made.contracts
    )
    page = f"/batches/{COUNTY}/{batch}"
    shown = deng.get(f"{page}?noted=").text
    assert f'action="{page}/members?noted="' in shown
    answer = deng.post(f"{page}/members", {"case": f"{COUNTY}/{chosen}", "reason": ""})
    assert answer.status_code == 400
    assert f'value="{COUNTY}/{chosen}" checked' in answer.text
    assert f'value="{COUNTY}/{other}" checked' not in answer.text
    number = one(officers[0], 'SELECT number FROM registry."case" WHERE subject_code = :code', code=made.homesteads[1])
    found = deng.get(f"{page}?q={made.homesteads[1]}F00010001").text
    assert number in found
    assert found.count('name="case"') == 1


def test_what_a_later_survey_changed_is_said_old_to_new_and_rebuilt_by_one_button(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    old = stage_village(superuser, 2)
    batch = opening.open_batch(officers[0], COUNTY, old.package_id, VILLAGE)
    case, other = (
        one(officers[0], 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=code)
        for code in old.contracts
    )
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    new = stage_village(superuser, 2, homestead_m2="180.0")
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, new.contracts[0]],
    )
    text = deng.get(f"/cases/{COUNTY}/{case}").text
    assert "REG-17" in text
    assert "1.20 亩 → 1.30 亩" in text
    rows = f"/batches/open/{COUNTY}/{new.package_id}"
    assert f'href="{rows}"' in text
    assert "REG-17" not in deng.get(f"/cases/{COUNTY}/{other}").text
    assert deng.get(f"/batches/{COUNTY}/{batch}/steps/accept").text.count("REG-17") == 1
    shown = deng.get(rows).text
    assert "1 件仍按旧成果" in shown
    answer = deng.post(f"/batches/rebuild/{COUNTY}/{new.package_id}", {"village": VILLAGE})
    assert answer.status_code == 303
    assert "仍按旧成果" not in deng.get(rows).text


def test_who_judges_a_case_built_anew_reads_the_objection_that_was_upheld_and_what_the_survey_changed(
    superuser: Any, shen: Browser, account: OpenAccount, app: Any, officers: tuple[Actor, Actor]
) -> None:
    registrar, reviewer = officers
    account("auditor", Role.AUDITOR)
    auditor = Browser(app.test_client())
    auditor.log_in("auditor")
    old = stage_village(superuser, 2)
    ids = in_state(registrar, opening.open_batch(registrar, COUNTY, old.package_id, VILLAGE), "draft")
    cases.accept(registrar, COUNTY, ids)
    cases.review(reviewer, COUNTY, ids)
    notices.publish(registrar, COUNTY, ids, "公告")
    of = 'SELECT {} FROM registry."case" WHERE subject_code = :code ORDER BY number DESC LIMIT 1'
    before, number = (one(registrar, of.format(column), code=old.contracts[0]) for column in ("case_id", "number"))
    objection = notices.object_to(registrar, COUNTY, before, "邻户", "南边两米是我家承包的")
    notices.settle(reviewer, COUNTY, objection, "upheld", "合同核对属实")
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    new = stage_village(superuser, 2, homestead_m2="180.0")
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, new.contracts[0]],
    )
    opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    anew = one(registrar, of.format("case_id"), code=old.contracts[0])
    weigh(registrar, COUNTY, anew, Answer.MET, "已按新成果办理")
    cases.accept(registrar, COUNTY, [anew])
    page = shen.get(f"/cases/{COUNTY}/{anew}").text
    for said in (
        "南边两米是我家承包的",
        "合同核对属实",
        number,
        f'href="/cases/{COUNTY}/{before}#notice"',
        "1.20 亩 → 1.30 亩",
    ):
        assert said in page
    step = shen.post("/cases/summary", {"step": "review", "case": f"{COUNTY}/{anew}"}).text
    assert "南边两米是我家承包的" in step
    assert f'href="/cases/{COUNTY}/{anew}#notice"' in step
    read = auditor.get(f"/cases/{COUNTY}/{anew}").text
    assert "南边两米是我家承包的" in read
    assert "1.20 亩 → 1.30 亩" not in read, "the auditor's login reads nothing that a delivery says"


def test_what_the_later_survey_has_no_more_is_named_beside_its_village_with_no_button(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    old = stage_village(superuser, 2)
    opening.open_batch(officers[0], COUNTY, old.package_id, VILLAGE)
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    new = stage_village(superuser, 2, homestead_m2="180.0")
    for table, column in (("staged_contract_parcel", "contract_code"), ("staged_contract", "code")):
        superuser.execute(
            f"DELETE FROM land.{table} WHERE package_id = %s AND {column} = %s", [new.package_id, old.contracts[0]]
        )
    number = one(officers[0], 'SELECT number FROM registry."case" WHERE subject_code = :code', code=old.contracts[0])
    shown = deng.get(f"/batches/open/{COUNTY}/{new.package_id}").text
    assert "1 件在新成果中已没有" in shown
    assert number in shown
    assert "按新成果重建" not in shown
    answer = deng.post(f"/batches/rebuild/{COUNTY}/{new.package_id}", {"village": VILLAGE})
    assert answer.status_code == 409
    assert number in answer.text
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, old.contracts[1]],
    )
    assert "按新成果重建" in deng.get(f"/batches/open/{COUNTY}/{new.package_id}").text
    answer = deng.post(f"/batches/rebuild/{COUNTY}/{new.package_id}", {"village": VILLAGE})
    told = deng.get(answer.headers["Location"]).text
    assert "原业务由新业务继续，不是申请人撤回" in told
    assert number in told


def test_a_village_that_the_later_survey_has_nothing_of_is_named_with_its_open_cases(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    old = stage_village(superuser, 1)
    opening.open_batch(officers[0], COUNTY, old.package_id, VILLAGE)
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    other = "610902102202"
    new = stage_village(superuser, 1, village=other)
    superuser.execute(
        "UPDATE land.package SET village = county, supersedes = %s, changes = %s WHERE package_id = %s",
        [old.package_id, Jsonb({"FBF": {"removed": [VILLAGE], "counts": {"removed": 1}}}), new.package_id],
    )
    numbers = superuser.execute('SELECT number FROM registry."case"').fetchall()
    page = deng.get(f"/packages/{COUNTY}/{new.package_id}").text
    assert re.search(rf"这次整村没有的：.*（{VILLAGE}）", page)
    assert f"{len(numbers)} 件首次登记业务正在办理，所在的村本成果包里已没有" in page
    shown = deng.get(f"/batches/open/{COUNTY}/{new.package_id}").text
    behind = shown[shown.index('id="behind"') :]
    assert all(number in behind for (number,) in numbers)
    superuser.execute("UPDATE registry.\"case\" SET state = 'withdrawn'")
    assert 'id="behind"' not in deng.get(f"/batches/open/{COUNTY}/{new.package_id}").text
    assert "正在办理" not in deng.get(f"/packages/{COUNTY}/{new.package_id}").text


def test_members_of_another_county_are_answered_on_the_case_before_it_is_accepted(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor], browser: Browser, account: OpenAccount
) -> None:
    made = stage_village(superuser, 2)
    list_in_another_county(officers[0], superuser)
    opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    case, other = (
        one(officers[0], 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=code)
        for code in made.contracts
    )
    page, form = f"/cases/{COUNTY}/{case}", {"answer": "weigh_members", "reason": "白河县答复：已迁出，权利已注销"}
    text = deng.get(page).text
    assert "其他县（区）也有登记的成员" in text
    assert "白河县610929101202010001" in text
    assert "PT-7" in text
    assert "其他县（区）也有登记的成员" not in deng.get(f"/cases/{COUNTY}/{other}").text
    assert deng.post(f"{page}/steps/accept").status_code == 422
    assert deng.post(f"{page}/weigh", {**form, "reason": ""}).status_code == 400
    assert deng.post(f"{page}/weigh", form).status_code == 303
    assert deng.post(f"{page}/steps/accept").status_code == 303
    text = deng.get(page).text
    assert "白河县610929101202010001：白河县答复" in text
    account("audit", Role.AUDITOR)
    browser.post("/logout")
    browser.log_in("audit")
    assert "白河县610929101202010001：白河县答复" in browser.get(page).text


def test_who_left_and_is_listed_by_a_new_name_is_answered_on_the_case_by_a_proof(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    """PT-8, as far as the page goes: what the register does with it, tests/database/registry/test_new_names.py says."""
    registrar, reviewer = officers
    to_rights(registrar, reviewer, superuser, 1)
    with past_triggers(superuser):
        superuser.execute("UPDATE party.member SET valid = daterange(NULL, '2026-01-01')")
    made = stage_village(superuser, 2, first=2, village="610902104203")
    superuser.execute(
        """UPDATE land.staged_member AS m SET id_digest = o.id_digest, id_sealed = o.id_sealed FROM land.staged_member AS o
           WHERE m.household_code = %s AND m.position = 2 AND o.village = %s AND o.position = 2""",
        [made.households[0], VILLAGE],
    )
    opening.open_batch(registrar, COUNTY, made.package_id, "610902104203")
    case = one(registrar, 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=made.contracts[0])
    page, form = f"/cases/{COUNTY}/{case}", {"answer": "weigh_members", "reason": "户口簿曾用名一致"}
    text = deng.get(page).text
    assert "原登记为另一姓名的成员" in text
    assert "PT-8" in text
    refused = deng.post(f"{page}/weigh", form)
    assert (refused.status_code, "PT-8" in refused.text) == (422, True)
    put_paper(registrar, case, "name_proof")
    assert deng.post(f"{page}/weigh", form).status_code == 303
    text = deng.get(page).text
    assert "（原登记为另一姓名）：户口簿曾用名一致" in text
    assert "PT-8" not in text


def test_contracts_by_other_means_are_in_no_batch_and_named_on_the_page_of_villages(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    made = stage_village(superuser, 2)
    superuser.execute("UPDATE land.staged_contract SET way = '122' WHERE code = %s", [made.contracts[0]])
    page = f"/batches/open/{COUNTY}/{made.package_id}"
    text = deng.get(page).text
    assert "1 份不在批次中" in text
    assert "其他方式承包的土地经营权首次登记" in text
    assert made.contracts[0] in text
    opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    opened = one(officers[0], """SELECT array_agg(subject_code ORDER BY subject_code) FROM registry."case" """)
    assert opened == sorted([made.contracts[1], *made.homesteads])
    # All that goes into a batch is in one: the village is done.
    assert "已建立" in deng.get(page).text
    assert f'value="{VILLAGE}" aria-label' in deng.get(page).text
    assert deng.get(page).text.split(f'value="{VILLAGE}"')[1].split(">")[0].endswith("disabled")


def test_a_case_that_is_open_for_a_contract_by_other_means_is_not_accepted(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    made = stage_village(superuser, 1)
    opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    superuser.execute("UPDATE land.staged_contract SET way = '122'")
    case = one(officers[0], 'SELECT case_id FROM registry."case" WHERE subject_code = :code', code=made.contracts[0])
    refused = deng.post(f"/cases/{COUNTY}/{case}/steps/accept")
    assert refused.status_code == 422
    assert "CT-13" in refused.text


def test_who_rebuilds_reads_how_many_cases_the_batch_has_besides_and_which_row_is_there_no_more(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    old = stage_village(superuser, 2)
    batch = opening.open_batch(officers[0], COUNTY, old.package_id, VILLAGE)
    of = 'SELECT case_id FROM registry."case" WHERE subject_code = :code AND batch_id = :batch'
    gone, ended = (one(officers[0], of, code=code, batch=batch) for code in (old.contracts[0], old.homesteads[1]))
    cases.withdraw(officers[0], COUNTY, [ended], "申请人改日再办")
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    new = stage_village(superuser, 2, homestead_m2="180.0")
    for table, column in (("staged_contract_parcel", "contract_code"), ("staged_contract", "code")):
        superuser.execute(
            f"DELETE FROM land.{table} WHERE package_id = %s AND {column} = %s", [new.package_id, old.contracts[0]]
        )
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, old.contracts[1]],
    )
    assert "整行：有 → 没有" in deng.get(f"/cases/{COUNTY}/{gone}").text
    deng.get(f"/batches/open/{COUNTY}/{new.package_id}")
    answer = deng.post(f"/batches/rebuild/{COUNTY}/{new.package_id}", {"village": VILLAGE})
    assert answer.status_code == 303
    page = deng.get(answer.headers["Location"]).text
    assert "已按新成果重建 1 件" in page
    assert "本批次另有 1 件，是新成果中还没有登记" in page
