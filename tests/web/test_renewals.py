"""The pages of renewals: from the roster to the job, what each role may, and bad input told in the form."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any
from uuid import UUID

import pytest

from landreg.core.actor import WORKER, Actor, Role
from landreg.registry.casework import cases, notices
from landreg.registry.jobs import Tools, work
from landreg.registry.rules.household_requests import Placed, RepresentativeChange
from tests.household_kit import asked_for, members
from tests.papers_kit import pdf
from tests.registry_kit import HOUSEHOLD, Connection, in_state, one, pass_days, right_of, to_rights
from tests.renewal_kit import ENDS, drawn, on_notice, roster_of, to_decided, today
from tests.villages import COUNTY, ISSUER
from tests.web.conftest import Browser, OpenAccount

NEW = "/renewals/new?ends_from=2026-01-01&ends_until=2027-12-31"


def paper(name: str = "方案.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(pdf()), name


def form(**changed: Any) -> dict[str, Any]:
    return {
        "ends_from": "2026-01-01", "ends_until": "2027-12-31", "collective": f"{COUNTY}/{ISSUER}", "plan": paper(), **changed,
    }  # fmt: skip


@pytest.fixture
def village(officers: tuple[Actor, Actor], superuser: Connection) -> None:
    """Two households whose contracts end."""
    to_rights(*officers, superuser, 2, ends_on=ENDS)


@pytest.mark.usefixtures("village")
def test_a_village_goes_from_the_roster_to_the_job_by_two_officers(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    assert ISSUER in deng.get(NEW).text
    answer = deng.post("/renewals/new", form())
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "2 户随名册办理，0 户单独办理" in deng.get(address).text
    assert deng.post(f"{address}/open").status_code == 303
    roster = roster_of(officers[0], _id(address))
    ids = in_state(officers[0], roster.batch_id, "draft")  # type: ignore[arg-type]
    assert "延包登记" in deng.get(f"/cases/{COUNTY}/{ids[0]}").text
    cases.accept(officers[0], COUNTY, ids)
    cases.review(officers[1], COUNTY, ids)
    summary = deng.get(f"/batches/{COUNTY}/{roster.batch_id}/steps/publish").text
    assert "公告上没有电话" in summary
    assert "延包名册公示" in summary
    notices.publish(officers[0], COUNTY, ids, "样本村一组延包名册公示")
    number = one(officers[0], "SELECT max(number) FROM registry.notice")
    told = deng.get(f"/notices/{number}").text
    assert roster.number in told
    assert "2028-01-01 — 2057-12-31" in told
    assert deng.client.get(f"/notices/{number}/paper.pdf").data.startswith(b"%PDF")
    pass_days(superuser, 40)
    page = deng.get(address)
    assert 'id="decision"' in page.text
    held = today(officers[0]).isoformat()
    vote = {"members": "9", "present": "8", "in_favour": "5", "held_on": held, "minutes": paper("记录.pdf")}
    refused = deng.post(f"{address}/decision", vote)
    assert refused.status_code == 422
    assert "三分之二" in refused.text
    few = {"members": "3", "present": "3", "in_favour": "3", "held_on": held}
    refused = deng.post(f"{address}/decision", {**few, "minutes": paper("记录.pdf")})
    assert ("REN-15" in refused.text, 'id="error-explained-1"' in refused.text) == (True, True)
    deng.post(f"{address}/decision", {**vote, "in_favour": "6", "minutes": paper("记录.pdf")})
    assert "表决通过" in deng.get(address).text
    assert "登记簿中本集体农户 4 人" in deng.get(address).text
    deng.get(address)
    own = deng.post(f"{address}/renew")
    assert work(tools=Tools(press=lambda: None, seal=lambda: None), worker=WORKER) == 1
    assert "REN-16" in deng.get(own.headers["Location"]).text
    assert "延包登记并换证" in shen.get(address).text
    job = shen.post(f"{address}/renew")
    assert job.status_code == 303
    assert work(tools=Tools(press=lambda: None, seal=lambda: None), worker=WORKER) == 1


def test_whose_head_died_after_the_decision_is_marked_and_put_aside_on_the_roster_s_page(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    registrar, reviewer = officers
    roster, _ids = to_decided(registrar, reviewer, superuser)
    address, right = f"/renewals/{COUNTY}/{roster}", str(right_of(registrar))
    assert "不能随名册登记" not in deng.get(address).text
    head, wife, *_ = members(registrar)
    died = RepresentativeChange(wife, "成员1之2", "death", (head,), (Placed(wife, "02"),))
    case = asked_for(registrar, "representative_change", died, more=["death_proof"])
    cases.accept(registrar, COUNTY, [case])
    number = one(registrar, 'SELECT number FROM registry."case" WHERE case_id = :case', case=case)
    page = deng.get(address).text
    assert page.count(f"{HOUSEHOLD}（户*1）") == 1
    assert page.count(number) == 1
    assert "1 户现在不能随名册登记" in shen.get(address).text
    assert deng.post(f"{address}/aside", {"right": right, "reason": "head_gone", "said": "户主已故"}).status_code == 303
    page = deng.get(address).text
    assert "户主已故" in page
    assert "不能随名册登记" not in page


def _id(address: str) -> UUID:
    return UUID(address.rsplit("/", 1)[1])


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"collective": ""}, 400),
        ({"plan": (io.BytesIO(b""), "空.pdf")}, 400),
        ({"plan": (io.BytesIO(b"MZ123"), "方案.exe")}, 400),
        ({"plan": (io.BytesIO(b"MZ123"), "方案.pdf")}, 400),
        ({"collective": f"{COUNTY}/61090210420299"}, 404),
        ({"collective": "610921/x"}, 404),
        ({"collective": "\x00"}, 400),
        ({"ends_from": "2027-12-31", "ends_until": "2026-01-01"}, 422),
        ({"ends_until": "9999-12-31"}, 422),
        ({"ends_from": "not a day"}, 400),
        ({"adjusts": "1", "ground": "disaster"}, 422),
        ({"adjusts": "1", "ground": "members_joined", "approval": paper("批复.pdf")}, 422),
    ],
)
def test_a_roster_that_cannot_be_drawn_up_is_told_in_the_form(
    deng: Browser, changed: dict[str, Any], status: int
) -> None:
    deng.get(NEW)
    assert deng.post("/renewals/new", form(**changed)).status_code == status


@pytest.mark.usefixtures("village")
def test_households_are_put_aside_for_a_listed_reason_only_and_back(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    roster = drawn(officers[0])
    address, right = f"/renewals/{COUNTY}/{roster}", str(right_of(officers[0]))
    deng.get(address)
    for given, status in (
        ({"right": right, "reason": "unreachable", "said": ""}, 400),
        ({"right": right, "reason": "moved", "said": "x"}, 400),
        ({"right": "", "reason": "unreachable", "said": "x"}, 400),
        ({"right": str(roster), "reason": "unreachable", "said": "x"}, 404),
        ({"right": right, "reason": "unreachable", "said": "三次上门无人"}, 303),
    ):
        assert deng.post(f"{address}/aside", given).status_code == status, given
    assert "三次上门无人" in deng.get(f"{address}?show=aside").text
    assert deng.get(f"{address}?as=csv").status_code == 200
    assert deng.post(f"{address}/aside", {"right": right, "back": "1"}).status_code == 303
    assert deng.post(f"{address}/give-up", {"why": ""}).status_code == 400
    assert deng.post(f"{address}/give-up", {"why": "重新讨论"}).status_code == 303
    assert deng.post(f"{address}/give-up", {"why": "重新讨论"}).status_code == 409


@pytest.mark.usefixtures("village")
@pytest.mark.parametrize(
    "vote",
    [
        {"members": "", "present": "1", "in_favour": "1"},
        {"members": "-3", "present": "1", "in_favour": "1"},
        {"members": "99999999999999999999", "present": "1", "in_favour": "1"},
        {"members": "3", "present": "4", "in_favour": "3"},
        {"members": "三", "present": "3", "in_favour": "3"},
    ],
)
def test_a_vote_that_cannot_be_is_told_in_the_form(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection, vote: dict[str, str]
) -> None:
    roster = drawn(officers[0])
    on_notice(*officers, roster)
    pass_days(superuser, 40)
    address = f"/renewals/{COUNTY}/{roster}"
    deng.get(address)
    given = {**vote, "held_on": today(officers[0]).isoformat(), "minutes": paper()}
    assert deng.post(f"{address}/decision", given).status_code in (400, 422)


@pytest.mark.usefixtures("village")
def test_a_reviewer_sees_a_roster_and_changes_nothing_of_it(shen: Browser, officers: tuple[Actor, Actor]) -> None:
    roster = drawn(officers[0])
    address = f"/renewals/{COUNTY}/{roster}"
    page = shen.get(address)
    assert page.status_code == 200
    assert "所选单独办理" not in page.text
    for step, given in (("open", {}), ("aside", {}), ("give-up", {"why": "x"}), ("decision", {})):
        assert shen.post(f"{address}/{step}", given).status_code == 403, step


@pytest.mark.usefixtures("village")
def test_one_contract_is_renewed_from_the_page_of_its_right(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    right = right_of(officers[0])
    page = deng.get(f"/rights/{COUNTY}/{right}")
    address = f"/rights/{COUNTY}/{right}/acts/renewal_single"
    assert address in page.text
    assert "2057-12-31" in deng.get(address).text
    opened = deng.post(address, {"signed_on": ""})
    assert opened.status_code == 303
    assert deng.post(address, {"signed_on": ""}).status_code == 409
    assert "2028-01-01" in deng.get(opened.headers["Location"]).text


@pytest.mark.usefixtures("village")
def test_no_page_of_a_renewal_asks_where_somebody_lives(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    roster = drawn(officers[0])
    page = deng.get(f"/renewals/{COUNTY}/{roster}").text
    assert re.search(r'<option value="moved', page) is None


@pytest.mark.usefixtures("village")
def test_a_household_s_request_is_kept_and_read_by_desk_and_auditor(
    deng: Browser, another_browser: Browser, account: OpenAccount, officers: tuple[Actor, Actor]
) -> None:
    roster = drawn(officers[0])
    address, right = f"/renewals/{COUNTY}/{roster}", str(right_of(officers[0]))
    deng.get(address)
    asked = {"right": right, "reason": "own_wish", "said": "本户书面要求暂缓"}
    for request, code in (
        ({}, "REN-18"),
        ({"request": (io.BytesIO(b"MZ123"), "申请.exe")}, "FORM-15"),
        ({"request": (io.BytesIO(), "空.pdf")}, "文件是空的"),
    ):  # fmt: skip
        answer = deng.post(f"{address}/aside", {**asked, **request})
        assert answer.status_code == 400
        assert code in answer.text
    assert deng.post(f"{address}/aside", {**asked, "request": paper("申请.pdf")}).status_code == 303
    sha256 = hashlib.sha256(pdf()).hexdigest()
    account("audit", Role.AUDITOR)
    another_browser.log_in("audit")
    for browser in (deng, another_browser):
        page = browser.get(address).text
        assert sha256 in page
        (link,) = re.findall(rf'href="({address}/requests/[0-9a-f-]+)"', page)
        with browser.client.get(link) as file:
            assert (file.status_code, file.data, file.mimetype) == (200, pdf(), "application/pdf")
    plan = one(officers[0], "SELECT plan_id FROM registry.renewal")
    assert deng.get(f"{address}/requests/{plan}").status_code == 404


def test_after_the_decision_the_page_offers_only_what_is_the_household_s_own(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Connection
) -> None:
    roster, _ids = to_decided(*officers, superuser)
    page = deng.get(f"/renewals/{COUNTY}/{roster}").text
    offered = set(re.findall(r'<option value="(\w+)"', page.split('id="field-reason"')[1].split("</select>")[0]))
    assert offered == {"head_gone", "boundary_open", "division_open", "own_wish"}
    late = {"right": str(right_of(officers[0])), "reason": "unreachable", "said": "三次上门无人"}
    assert deng.post(f"/renewals/{COUNTY}/{roster}/aside", late).status_code == 422
