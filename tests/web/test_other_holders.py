"""A later survey at the desk: what it gives to another household an officer ends; a rebuilt case says what differs."""

from __future__ import annotations

import re
from typing import Any

from landreg.core.actor import Actor, Role
from landreg.registry.casework import cases, opening
from tests.registry_kit import in_state, one
from tests.villages import COUNTY, VILLAGE, Staged, stage_village
from tests.web.conftest import Browser, OpenAccount

_LAST = 'SELECT {} FROM registry."case" WHERE subject_code = :code ORDER BY number DESC LIMIT 1'


def _later(superuser: Any, old: Staged) -> Staged:
    superuser.execute("UPDATE land.package SET state = 'superseded', received_at = received_at - interval '1 day'")
    return stage_village(superuser, len(old.households), homestead_m2="180.0")


def test_what_is_another_household_s_is_named_with_both_masked_and_no_button(
    superuser: Any, deng: Browser, shen: Browser, officers: tuple[Actor, Actor]
) -> None:
    old = stage_village(superuser, 2)
    batch = opening.open_batch(officers[0], COUNTY, old.package_id, VILLAGE)
    case, number = (one(officers[0], _LAST.format(column), code=old.homesteads[0]) for column in ("case_id", "number"))
    new = _later(superuser, old)
    superuser.execute(
        "UPDATE land.staged_homestead SET household_code = %s WHERE package_id = %s AND code = %s",
        [old.households[1], new.package_id, old.homesteads[0]],
    )
    rows = f"/batches/open/{COUNTY}/{new.package_id}"
    shown = deng.get(rows).text
    assert "1 件在新成果中已是另一户的" in shown
    assert "户*1 → 户*2" in shown
    assert "REG-47" in shown
    assert "按新成果重建" not in shown
    answer = deng.post(f"/batches/rebuild/{COUNTY}/{new.package_id}", {"village": VILLAGE})
    assert answer.status_code == 409
    assert f"{number}（户*1 → 户*2）" in answer.text
    page = deng.get(f"/cases/{COUNTY}/{case}").text
    assert "户*1 → 户*2" in page
    assert f'href="{rows}"' not in page
    assert "新成果中已是另一户的：户*1 → 户*2" in shen.get(f"/cases/{COUNTY}/{case}").text
    assert "REG-47" in deng.get(f"/batches/{COUNTY}/{batch}/steps/accept").text
    page = deng.get(f"/batches/{COUNTY}/{batch}").text
    assert "4 件待办。下一步：受理。其中 3 件可以办理，1 件现在不能办理，留在这一步。" in page
    assert re.search(r'steps/accept">受理 3 件</a>', page)
    stay = page[page.index("不能办理的原因") :]
    assert number in stay
    assert "REG-47" in stay


def test_a_rebuilt_case_says_which_it_carries_on_and_what_differs_on_its_page_and_at_each_check(
    superuser: Any, deng: Browser, shen: Browser, account: OpenAccount, app: Any, officers: tuple[Actor, Actor]
) -> None:
    registrar, _reviewer = officers
    account("auditor", Role.AUDITOR)
    auditor = Browser(app.test_client())
    auditor.log_in("auditor")
    old = stage_village(superuser, 2)
    cases.accept(
        registrar, COUNTY, in_state(registrar, opening.open_batch(registrar, COUNTY, old.package_id, VILLAGE), "draft")
    )
    before, number = (one(registrar, _LAST.format(column), code=old.contracts[0]) for column in ("case_id", "number"))
    new = _later(superuser, old)
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, new.contracts[0]],
    )
    opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    anew = one(registrar, _LAST.format("case_id"), code=old.contracts[0])
    said = ("接着办业务", number, f'href="/cases/{COUNTY}/{before}"', "1.20 亩 → 1.30 亩")
    chosen = {"step": "accept", "case": f"{COUNTY}/{anew}"}
    pages = [deng.get(f"/cases/{COUNTY}/{anew}").text, deng.post("/cases/summary", chosen).text]
    cases.accept(registrar, COUNTY, [anew])
    pages += [
        shen.get(f"/cases/{COUNTY}/{anew}").text,
        shen.post("/cases/summary", {**chosen, "step": "review"}).text,
    ]
    assert [[words for words in said if words not in page] for page in pages] == [[]] * 4
    read = auditor.get(f"/cases/{COUNTY}/{anew}").text
    assert number in read
    assert "1.20 亩 → 1.30 亩" not in read, "the auditor's login reads nothing that a delivery says"
    other = one(registrar, _LAST.format("case_id"), code=old.contracts[1])
    assert "接着办业务" not in deng.get(f"/cases/{COUNTY}/{other}").text


def test_lists_call_what_the_office_opened_anew_rebuilt_and_a_batch_marks_what_a_later_survey_overtook(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    registrar, _reviewer = officers
    old = stage_village(superuser, 2)
    batch = opening.open_batch(registrar, COUNTY, old.package_id, VILLAGE)
    first, second = (one(registrar, _LAST.format("number"), code=code) for code in old.contracts)
    other = one(registrar, _LAST.format("case_id"), code=old.contracts[1])
    new = _later(superuser, old)
    page = f"/batches/{COUNTY}/{batch}"
    assert "新成果已改动" not in deng.get(page).text
    superuser.execute(
        "UPDATE land.staged_contract SET mu = 1.30 WHERE package_id = %s AND code = %s",
        [new.package_id, new.contracts[0]],
    )
    superuser.execute(
        "UPDATE land.staged_homestead SET household_code = %s WHERE package_id = %s AND code = %s",
        [old.households[1], new.package_id, old.homesteads[0]],
    )
    listed = deng.get(page).text
    assert (listed.count("新成果已改动"), listed.count("新成果中已是另一户的")) == (1, 1)
    opening.rebuild(registrar, COUNTY, new.package_id, VILLAGE)
    cases.withdraw(registrar, COUNTY, [other], "申请人撤回")
    by_state = {state: deng.get(f"/cases?state={state}").text for state in ("rebuilt", "withdrawn")}
    assert [(first in text, second in text) for text in by_state.values()] == [(True, False), (False, True)]
    for address in ("/cases?queue=all", "/search?q=户主"):
        text = deng.get(address).text
        assert "已按新成果重建" in text[text.index(f">{first}<") :][:2000]
    rows = {line.split(",")[0]: line for line in deng.get("/cases?queue=all&as=csv").text.splitlines()}
    assert [word in rows[number] for number, word in ((first, "已按新成果重建"), (second, "已撤回"))] == [True, True]


def test_the_field_of_a_reason_that_lacks_is_marked_and_says_so_beside_it(
    superuser: Any, deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    staged = stage_village(superuser, 1)
    batch = opening.open_batch(officers[0], COUNTY, staged.package_id, VILLAGE)
    case = one(officers[0], _LAST.format("case_id"), code=staged.contracts[0])
    answer = deng.post(f"/batches/{COUNTY}/{batch}/members", {"case": f"{COUNTY}/{case}", "reason": ""})
    field = answer.text[answer.text.index('id="field-reason"') :][:400]
    assert 'aria-invalid="true" aria-describedby="error-reason-1' in field
    assert 'id="error-reason-1"' in field
