"""The work desk: queues, what is overdue, taking cases up, filters that are kept, the search box."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from landreg.core.actor import Actor, Role
from landreg.core.codes import masked_name
from landreg.registry.casework import cases, notices, opening
from landreg.registry.rules.requests import RestrictionAsked
from tests.registry_kit import HOUSEHOLD, applied, booked, in_state, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, citizen_id, stage_village
from tests.web.conftest import Browser, OpenAccount


@pytest.fixture
def drafts(superuser: Any, officers: tuple[Actor, Actor]) -> list[UUID]:
    """The draft cases of a small village, which deng has prepared."""
    staged = stage_village(superuser, 2)
    batch = opening.open_batch(officers[0], COUNTY, staged.package_id, VILLAGE)
    return in_state(officers[0], batch, "draft")


@pytest.fixture
def lin(app: Any, account: OpenAccount) -> Browser:
    """Another registrar of the county."""
    account("lin", Role.REGISTRAR)
    browser = Browser(app.test_client())
    browser.log_in("lin")
    return browser


def listed(browser: Browser, query: str) -> int:
    return int(browser.get(f"/cases?{query}").text.count('name="case"'))


def chosen(ids: list[UUID]) -> list[str]:
    return [f"{COUNTY}/{case}" for case in ids]


def test_what_has_waited_longer_than_its_step_may_is_overdue(
    deng: Browser, drafts: list[UUID], superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    assert listed(deng, "queue=overdue") == 0
    pass_days(superuser, 20)
    assert listed(deng, "queue=overdue") == 4
    page = deng.get("/cases?queue=overdue").text
    assert "已超过规定的 5 个工作日" in page
    assert page.count("超过本步时限 5 个工作日") == 4
    assert deng.get("/").text.count("，超过本步时限 5 个工作日") >= 4
    cases.accept(officers[0], COUNTY, drafts[:1])
    assert listed(deng, "queue=overdue") == 3


def test_the_step_s_limit_and_the_whole_case_s_are_told_apart(
    deng: Browser, drafts: list[UUID], superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    cases.accept(officers[0], COUNTY, drafts[:1])
    pass_days(superuser, 20)
    assert "已过办结日期 20" not in deng.get("/cases?queue=overdue").text
    pass_days(superuser, 60)
    page, first = deng.get("/cases?queue=overdue").text, deng.get("/").text
    assert page.count("已过办结日期 20") == 1
    assert page.count("超过本步时限 5 个工作日") == 3, "drafts; the accepted case has more days for its step"
    assert first.count("，整件已过办结日期 20") == 2, "in the officer's own queue and in the overdue one"


def test_a_village_newly_delivered_is_on_the_registrar_s_first_page_until_its_cases_are_open(
    superuser: Any, deng: Browser, shen: Browser, officers: tuple[Actor, Actor]
) -> None:
    told = "新交来、还没有建立业务的村"
    assert told not in deng.get("/").text
    made = stage_village(superuser, 2)
    other = stage_village(superuser, 3, first=3, village="610902104203")
    superuser.execute("UPDATE land.package SET received_at = received_at + interval '1 day' WHERE package_id = %s",
                      (other.package_id,))  # fmt: skip
    superuser.execute("DELETE FROM land.staged_contract WHERE package_id = %s", (other.package_id,))
    page = deng.get("/").text
    assert told not in shen.get("/").text
    rows = page.split(told)[1].split("</section>")[0]
    assert rows.count("<li>") == 2
    newest, older = rows.split("<li>")[1:]
    assert (f"/batches/open/{COUNTY}/{other.package_id}" in newest, "共 3 户" in newest) == (True, True)
    assert (f"/batches/open/{COUNTY}/{made.package_id}#v{VILLAGE}" in older, "共 2 户" in older) == (True, True)
    superuser.execute("DELETE FROM land.staged_homestead WHERE package_id = %s", (other.package_id,))
    opening.open_batch(officers[0], COUNTY, made.package_id, VILLAGE)
    assert told not in deng.get("/").text


def test_a_notice_that_still_runs_is_not_overdue(
    shen: Browser, superuser: Any, officers: tuple[Actor, Actor], drafts: list[UUID]
) -> None:
    cases.accept(officers[0], COUNTY, drafts)
    cases.review(officers[1], COUNTY, drafts)
    notices.publish(officers[0], COUNTY, drafts, "公告")
    pass_days(superuser, 15)
    assert listed(shen, "queue=overdue") == 0
    pass_days(superuser, 40)
    assert listed(shen, "queue=overdue") == 4


def test_a_registered_case_waits_only_where_a_certificate_follows(
    deng: Browser, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    """A restriction leaves the certificate as it is: its case is at its end, and nobody's work."""
    to_rights(*officers, superuser, 1)
    pass_days(superuser, 3)
    seizure = applied(
        officers[0], "seizure", RestrictionAsked("seizure", "第一法院", "（2026）执1号"), right_of(officers[0])
    )
    booked(*officers, superuser, seizure, "seizure")
    pass_days(superuser, 60)
    assert listed(deng, "queue=all") == 3
    assert listed(deng, "queue=mine") == listed(deng, "queue=overdue") == 2


def test_a_returned_case_lies_in_the_queue_of_who_works_on_it(
    deng: Browser, lin: Browser, drafts: list[UUID], officers: tuple[Actor, Actor]
) -> None:
    cases.return_for_completion(officers[0], COUNTY, drafts[:1], "缺少身份证明")
    assert listed(deng, "queue=returned") == 1
    assert listed(lin, "queue=returned") == 0


def test_only_who_neither_prepared_nor_accepted_a_case_finds_it_waiting_for_review(
    shen: Browser, deng: Browser, drafts: list[UUID], officers: tuple[Actor, Actor]
) -> None:
    cases.accept(officers[0], COUNTY, drafts)
    assert listed(shen, "queue=review") == 4
    assert listed(deng, "queue=review") == 0


def test_a_case_that_is_taken_up_moves_to_the_desk_of_who_took_it_and_stays_in_its_state(
    deng: Browser, lin: Browser, drafts: list[UUID], officers: tuple[Actor, Actor]
) -> None:
    lin.get("/cases?queue=all")
    summary = lin.post("/cases/summary", {"step": "take_up", "case": chosen(drafts[:2])})
    assert "2 件可以办理" in summary.text
    assert lin.post("/cases/take", {"step": "take_up", "case": chosen(drafts[:2])}).status_code == 303
    assert listed(lin, "queue=mine") == 2
    assert listed(deng, "queue=mine") == 2
    assert one(officers[0], "SELECT count(*) FROM registry.case_event WHERE step = 'take_up'") == 2
    assert one(officers[0], """SELECT count(*) FROM registry."case" WHERE state = 'draft'""") == 4
    again = lin.post("/cases/take", {"step": "take_up", "case": chosen(drafts[:3])})
    assert "已办 1 件，2 件没有办理" in again.text
    assert "DSK-4" in again.text
    assert lin.post("/cases/take", {"step": "take_up", "case": chosen(drafts[:1])}).status_code == 422


def test_the_team_page_counts_the_cases_of_each_officer(deng: Browser, lin: Browser, drafts: list[UUID]) -> None:
    lin.get("/cases?queue=all")
    lin.post("/cases/take", {"step": "take_up", "case": chosen(drafts[:1])})
    page = deng.get("/cases/team").text
    assert "deng先生" in page
    assert "lin先生" in page
    officer = page.split("officer=")[1].split('"')[0].split("&")[0]
    assert listed(deng, f"officer={officer}") == 3


def test_a_filter_is_kept_under_its_name_and_only_for_its_account(
    deng: Browser, lin: Browser, drafts: list[UUID]
) -> None:
    """DSK-1: and DSK-2."""
    deng.get("/cases?queue=all&kind=homestead")
    assert deng.post("/cases/filters?queue=all&kind=homestead&page=3", {"name": "宅基地"}).status_code == 303
    page = deng.get("/cases").text
    assert 'href="/cases?queue=all&amp;kind=homestead"' in page
    assert "宅基地</a>" in page
    assert "宅基地</a>" not in lin.get("/cases").text
    again = deng.post("/cases/filters?kind=homestead", {"name": " 宅基地 "})
    assert again.status_code == 422
    assert "DSK-2" in again.text
    for name in ("", "长" * 41, "\x00"):
        assert deng.post("/cases/filters?kind=homestead", {"name": name}).status_code == 400
    number = page.split("/cases/filters/")[1].split("/")[0]
    lin.get("/cases")
    assert lin.post(f"/cases/filters/{number}/remove").status_code == 404
    assert deng.post(f"/cases/filters/{number}/remove").status_code == 303
    assert "宅基地</a>" not in deng.get("/cases").text
    assert re.search(r'<option value="land_operation"[^>]*>土地经营权', deng.get("/cases").text)
    assert deng.post(f"/cases/filters/{uuid4()}/remove").status_code == 404


def test_more_filters_than_anybody_reads_are_refused(deng: Browser, drafts: list[UUID]) -> None:
    deng.get("/cases?kind=homestead")
    for number in range(20):
        assert deng.post("/cases/filters?kind=homestead", {"name": f"第{number}个"}).status_code == 303
    refused = deng.post("/cases/filters?kind=homestead", {"name": "再一个"})
    assert refused.status_code == 422
    assert "DSK-5" in refused.text


@pytest.fixture
def registered(superuser: Any, officers: tuple[Actor, Actor]) -> None:
    to_rights(*officers, superuser, 2)


def test_the_box_finds_a_person_by_citizen_id_without_its_standing_in_an_address(
    deng: Browser, registered: None
) -> None:
    person = citizen_id(2)
    deng.get("/cases")
    answer = deng.post("/search", {"q": f" {person[:6]} {person[6:]} "})
    assert answer.status_code == 303
    assert answer.location.endswith(f"/households/{HOUSEHOLD}")
    in_address = deng.get(f"/search?q={person}").text
    assert "不能放在网址里" in in_address
    assert HOUSEHOLD not in in_address
    assert "没有找到" in deng.post("/search", {"q": citizen_id(999)}).text


def test_the_box_finds_a_member_by_whole_name_and_shows_it_masked(
    deng: Browser, registered: None, officers: Any
) -> None:
    deng.get("/cases")
    answer = deng.post("/search", {"q": "成员1之2"})
    assert answer.status_code == 303
    page = deng.get(answer.location, follow_redirects=True).text
    assert HOUSEHOLD in page


def test_a_right_a_parcel_and_a_case_are_found_by_the_beginning_of_their_numbers(
    deng: Browser, registered: None, officers: Any
) -> None:
    right = one(officers[0], """SELECT code FROM registry."right" WHERE kind = 'contract_management'""")
    number = one(officers[0], 'SELECT number FROM registry."case" ORDER BY number')
    for text in (right, right[:15], number, number[:12]):
        page = deng.get("/search", query_string={"q": text}, follow_redirects=True)
        assert page.status_code == 200
        assert text in page.text
    page = deng.get("/search", query_string={"q": VILLAGE}).text
    for heading in ("农户", "权利", "地块"):
        assert f"<h2>{heading}" in page


@pytest.fixture
def named_villages(superuser: Any) -> None:
    for code, name in ((VILLAGE, "周营村"), ("610902104299", "别处村")):
        superuser.execute(
            "INSERT INTO land.division (code, name, level, parent, urban_rural) VALUES (%s, %s, 'village', %s, '220')",
            (code, name, code[:9]),
        )


def test_a_name_is_found_padded_masked_and_with_its_place(
    deng: Browser, registered: None, named_villages: None, officers: Any
) -> None:
    name, code = (
        one(officers[0], f"SELECT {what} FROM party.household ORDER BY code LIMIT 1") for what in ("name", "code")
    )
    for text in (" ".join(name), f"　{name} ", masked_name(name), f"{name} 周营村", f"{name[:2]}　周营"):
        page = deng.get("/search", query_string={"q": text}, follow_redirects=True).text
        assert code in page, text
    assert "没有找到" in deng.get("/search", query_string={"q": f"{name} 别处"}).text
    assert "没有找到" in deng.get("/search", query_string={"q": f"{name[0]}**{name[-1]}"}).text
    assert "没有找到" in deng.get("/search", query_string={"q": "*%1"}).text


def test_a_village_is_found_by_its_name_and_a_parcel_by_the_end_of_its_code(
    deng: Browser, registered: None, named_villages: None, officers: Any
) -> None:
    assert VILLAGE in deng.get("/search", query_string={"q": "周营"}, follow_redirects=True).text
    parcel = one(officers[0], "SELECT min(code) FROM land.parcel WHERE kind = 'homestead'")
    for tail in (parcel[12:], parcel[12:].lower()):
        assert parcel in deng.get("/search", query_string={"q": tail}, follow_redirects=True).text


def test_the_box_finds_nothing_outside_the_jurisdiction(app: Any, account: OpenAccount, registered: None) -> None:
    account("wai", Role.REGISTRAR, jurisdiction="610921")
    browser = Browser(app.test_client())
    browser.log_in("wai")
    for text in (VILLAGE, "户主1", HOUSEHOLD):
        assert "没有找到" in browser.get("/search", query_string={"q": text}).text
    browser.get("/search")
    assert "没有找到" in browser.post("/search", {"q": citizen_id(2)}).text
