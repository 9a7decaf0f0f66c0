"""Papers that the office hands out: printed once, numbered, checked by anybody, and told to the log."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from landreg import keys
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.files import Store
from landreg.core.periods import beijing_day
from landreg.log.recheck import recheck
from landreg.log.store import seal
from landreg.registry.casework import applications, cases, opening
from landreg.registry.issued import certificates
from landreg.registry.issued.certificates import Press
from landreg.registry.leaves import logged
from landreg.registry.rules.household_requests import Exchange
from landreg.registry.rules.renewal_requests import RestrictionChange
from landreg.registry.rules.requests import Reissue, Release, RestrictionAsked
from tests.database.registry.test_operation_rights import asked as lease
from tests.database.registry.test_operation_rights import operation_right, renamed
from tests.household_kit import SECOND, asked_for, parcels
from tests.papers_kit import pdf
from tests.registry_kit import BANK, HOUSEHOLD, applied, booked, in_state, one, pass_days, right_of, to_rights
from tests.villages import COUNTY, VILLAGE, past_triggers, stage_village
from tests.web.conftest import Browser, OpenAccount

ASKED = {"applicant": "查询人甲", "purpose": "核对"}


@pytest.fixture
def case(superuser: Any, officers: tuple[Actor, Actor]) -> UUID:
    staged = stage_village(superuser, 1)
    batch = opening.open_batch(officers[0], COUNTY, staged.package_id, VILLAGE)
    return in_state(officers[0], batch, "draft")[0]


@pytest.fixture
def reissue(superuser: Any, officers: tuple[Actor, Actor]) -> UUID:
    """A case whose papers are all missing."""
    to_rights(*officers, superuser, 1)
    return applications.apply_on_right(officers[0], COUNTY, right_of(officers[0]), "reissue", Reissue("搬家时遗失"))


def test_a_receipt_is_the_same_bytes_each_time_and_anybody_may_check_its_number(
    deng: Browser, another_browser: Browser, case: UUID, officers: tuple[Actor, Actor]
) -> None:
    cases.accept(officers[0], COUNTY, [case])
    address = f"/cases/{COUNTY}/{case}/receipt.pdf"
    first = deng.client.get(address)
    assert first.data[:5] == b"%PDF-"
    assert deng.client.get(address).data == first.data
    number = one(officers[0], "SELECT number FROM registry.paper")
    assert number.endswith("-S1")
    assert one(officers[0], "SELECT count(*) FROM registry.paper") == 1
    page = another_browser.get("/check", query_string={"number": number.lower()}).text
    assert "登记机构出具过这份文书" in page
    assert "受理凭证" in page
    assert "户主1" not in page


def test_what_is_to_be_completed_is_told_with_all_reasons_at_once_and_every_paper(
    deng: Browser, reissue: UUID, officers: tuple[Actor, Actor]
) -> None:
    page = f"/cases/{COUNTY}/{reissue}"
    deng.get(page)
    assert deng.post(f"{page}/leave", {"way": "return", "reason": "请携带身份证原件"}).status_code == 303
    kept = one(officers[0], 'SELECT findings FROM registry."case" WHERE case_id = :case', case=reissue)
    assert "REG-20" in {finding["code"] for finding in kept}
    assert one(officers[0], "SELECT kind FROM registry.paper") == "completion"
    told = deng.client.get(f"{page}/told.pdf")
    assert told.status_code == 200
    assert "%E8%A1%A5%E6%AD%A3%E9%80%9A%E7%9F%A5%E4%B9%A6" in told.headers["Content-Disposition"]
    assert "条例17" in text_of(told.data)
    assert "REG-12" not in text_of(told.data)


def test_a_draft_is_returned_under_the_day_on_which_it_came_and_asks_for_no_survey_of_the_office(
    deng: Browser, case: UUID, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    page = f"/cases/{COUNTY}/{case}"
    deng.get(page)
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.case_event SET at = at - interval '12 days' WHERE step = 'open'")
    deng.post(f"{page}/leave", {"way": "return", "reason": "补交身份证明"})
    came = one(officers[0], "SELECT min(at) FROM registry.case_event WHERE case_id = :case", case=case)
    letter = PdfReader(BytesIO(deng.client.get(f"{page}/told.pdf").data))
    said = re.sub(r"\s", "", "".join(one.extract_text() for one in letter.pages))
    day = beijing_day(came)
    assert f"于{day.year}年{day.month}月{day.day}日申请" in said
    assert "测绘成果包" not in said


def test_a_refusal_says_its_ground_and_what_lacks_papers_is_returned_first(
    deng: Browser, shen: Browser, reissue: UUID, officers: tuple[Actor, Actor]
) -> None:
    page = f"/cases/{COUNTY}/{reissue}"
    deng.get(page)
    refused = {"way": "refuse", "reason": "证书在银行"}
    for ground, status, code in (("", 400, "REG-34"), ("whim", 400, "REG-34"), ("unlawful", 422, "REG-33")):
        answer = deng.post(f"{page}/leave", {**refused, "ground": ground})
        assert (answer.status_code, code in answer.text) == (status, True), ground
    deng.post(f"{page}/leave", {"way": "return", "reason": "补交申请书"})
    assert 'value="refuse"' not in deng.get(page).text
    own = deng.post(f"{page}/leave", {**refused, "ground": "unlawful"})
    assert (own.status_code, "REG-1" in own.text) == (422, True)
    assert 'value="refuse"' in shen.get(page).text
    assert shen.post(f"{page}/leave", {**refused, "ground": "unlawful"}).status_code == 303
    said = one(officers[0], "SELECT reason FROM registry.case_event WHERE case_id = :c AND step = 'refuse'", c=reissue)
    assert said == "违反法律、行政法规规定（条例第二十二条第一项）：证书在银行"
    letter = text_of(shen.client.get(f"{page}/told.pdf").data)
    assert "条例22（一）" in letter
    assert "REG-12" not in letter


def test_a_paper_tells_of_its_own_step_also_after_the_case_went_on(
    deng: Browser, shen: Browser, case: UUID, officers: tuple[Actor, Actor]
) -> None:
    page = f"/cases/{COUNTY}/{case}"
    deng.get(page)
    deng.post(f"{page}/leave", {"way": "return", "reason": "第一次"})
    first = deng.client.get(f"{page}/told.pdf").data
    cases.accept(officers[0], COUNTY, [case])
    assert deng.client.get(f"{page}/told.pdf").data == first
    shen.get(page)
    shen.post(f"{page}/leave", {"way": "refuse", "ground": "disputed", "reason": "第二次"})
    assert deng.client.get(f"{page}/told.pdf").data != first
    numbers = one(officers[0], "SELECT string_agg(right(number, 2), ',' ORDER BY made_at) FROM registry.paper")
    assert numbers == "B1,J1"


def test_only_an_officer_prints_a_paper_and_an_auditor_reads_it_then(
    app: Any, account: OpenAccount, deng: Browser, case: UUID, officers: tuple[Actor, Actor]
) -> None:
    """DOC-6: until it is printed."""
    account("cha", Role.AUDITOR)
    auditor = Browser(app.test_client())
    auditor.log_in("cha")
    cases.accept(officers[0], COUNTY, [case])
    address = f"/cases/{COUNTY}/{case}/receipt.pdf"
    early = auditor.get(address)
    assert (early.status_code, "DOC-6" in early.text) == (409, True)
    printed = deng.client.get(address).data
    assert auditor.client.get(address).data == printed


def test_a_paper_changed_behind_the_registers_back_is_named(
    deng: Browser, case: UUID, officers: tuple[Actor, Actor], superuser: Any, worker: Actor, database: Settings
) -> None:
    cases.accept(officers[0], COUNTY, [case])
    deng.client.get(f"/cases/{COUNTY}/{case}/receipt.pdf")
    seal(worker, database)
    sources = {"paper.issued": logged.SOURCES["paper.issued"]}
    assert recheck(worker, database, sources, logged.TABLES).findings == ()
    with past_triggers(superuser):
        superuser.execute("UPDATE registry.paper SET pdf_sha256 = repeat('0', 64)")
    found = recheck(worker, database, sources, logged.TABLES).findings
    assert [(finding.code, finding.layer) for finding in found] == [("LOG-17", "registry.paper")]


def test_excerpts_tell_of_a_household_and_of_a_parcel_with_all_rights(
    deng: Browser, another_browser: Browser, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    to_rights(*officers, superuser, 1)
    parcel = one(officers[0], "SELECT min(code) FROM land.parcel WHERE kind = 'contracted'")
    for about, code in (("household", HOUSEHOLD), ("parcel", parcel)):
        form = deng.get(f"/excerpts/new/{about}/{code}")
        assert "出具摘录" in form.text
        answer = deng.post(f"/excerpts/new/{about}/{code}", ASKED)
        assert answer.status_code == 303
        assert deng.client.get(answer.location, buffered=True).data[:5] == b"%PDF-"
        number = answer.location.rsplit("/", 1)[1]
        checked = another_browser.get("/check", query_string={"number": number}).text
        assert "登记机构出具过这份摘录" in checked
        assert "户主1" not in checked
        assert re.search(r"户\*", checked)
    assert one(officers[0], "SELECT count(*) FROM registry.excerpt WHERE right_id IS NULL") == 2


def test_an_excerpt_of_what_there_is_not_is_refused(
    deng: Browser, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    to_rights(*officers, superuser, 1)
    deng.get(f"/excerpts/new/household/{HOUSEHOLD}")
    lacking = deng.post(f"/excerpts/new/household/{HOUSEHOLD}", {"applicant": " ", "purpose": ""})
    assert (lacking.status_code, "FORM-1" in lacking.text) == (400, True)
    for address in ("household/610902104202019999", "parcel/1", "contract/1"):
        assert deng.post(f"/excerpts/new/{address}", ASKED).status_code == 404, address
    assert one(officers[0], "SELECT count(*) FROM registry.excerpt") == 0


MORTGAGED = RestrictionAsked(
    "mortgage", "安康样本银行", "抵押合同1号", amount=Decimal("50000.00"), until=date(2027, 12, 31), whose=BANK
)


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_a_mortgage_is_certified_by_a_paper_of_its_own_number_that_anybody_may_check_until_it_ends(
    deng: Browser, another_browser: Browser, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    to_rights(*officers, superuser, 1)
    right = right_of(officers[0])
    case = applied(officers[0], "mortgage", MORTGAGED, right)
    address = f"/cases/{COUNTY}/{case}/proof.pdf"
    assert deng.get(address).status_code == 404
    assert "不动产登记证明" not in deng.get(f"/cases/{COUNTY}/{case}").text
    booked(*officers, superuser, case, "mortgage")
    assert address in deng.get(f"/cases/{COUNTY}/{case}").text
    first = deng.client.get(address).data
    assert deng.client.get(address).data == first
    number = one(officers[0], "SELECT number FROM registry.paper WHERE kind = 'proof'")
    assert re.fullmatch(r"陕\(\d{4}\)\w+不动产证明第\d{7}号", number)
    said = text_of(first)
    for fact in (number, "安康样本银行", "50,000.00", "2027-12-31", "抵押合同1号"):
        assert fact in said, fact
    typed = number.replace("(", "（").replace(")", "）")
    page = another_browser.get("/check", query_string={"number": typed}).text
    assert "仍然有效" in page
    assert "抵押" in page
    assert "安康样本银行" not in page
    restriction = one(officers[0], "SELECT restriction_id FROM registry.restriction WHERE upper_inf(recorded)")
    ended = applied(officers[0], "mortgage_release", Release(restriction, "还清证明"), right)
    booked(*officers, superuser, ended, "mortgage_release")
    assert deng.get(f"/cases/{COUNTY}/{ended}/proof.pdf").status_code == 404
    assert "终止" in another_browser.get("/check", query_string={"number": number}).text
    assert deng.client.get(address).data == first


def test_what_has_ended_is_proven_to_nobody_any_more(
    deng: Browser, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    """DOC-7: a first proof of a mortgage that is released or changed would say what is not so; no number is used up for it."""
    to_rights(*officers, superuser, 1)
    right = right_of(officers[0])
    case = applied(officers[0], "mortgage", MORTGAGED, right)
    booked(*officers, superuser, case, "mortgage")
    restriction = one(officers[0], "SELECT restriction_id FROM registry.restriction WHERE upper_inf(recorded)")
    ended = applied(officers[0], "mortgage_release", Release(restriction, "还清证明"), right)
    booked(*officers, superuser, ended, "mortgage_release")
    answer = deng.get(f"/cases/{COUNTY}/{case}/proof.pdf")
    assert (answer.status_code, "DOC-7" in answer.text) == (409, True)
    assert one(officers[0], "SELECT count(*) FROM registry.paper WHERE kind = 'proof'") == 0


def test_a_mortgage_is_proven_on_the_land_on_which_it_lies_on_the_day_of_the_seal(
    deng: Browser, another_browser: Browser, superuser: Any, officers: tuple[Actor, Actor]
) -> None:
    """Of its two parcels one is the neighbour's since: the paper names both rights, and the check says that land moved."""
    to_rights(*officers, superuser, 2)
    mine, theirs = right_of(officers[0]), right_of(officers[0], SECOND)
    case = applied(officers[0], "mortgage", MORTGAGED, mine)
    booked(*officers, superuser, case, "mortgage")
    pass_days(superuser, 1)
    give, take = parcels(officers[0], mine)[:1], parcels(officers[0], theirs)
    asked = Exchange(theirs, tuple(give), tuple(take), date(2026, 1, 5))
    booked(*officers, superuser, asked_for(officers[0], "exchange", asked, right=mine, more=("filing",)), "exchange")
    said = text_of(deng.client.get(f"/cases/{COUNTY}/{case}/proof.pdf").data)
    lies = {*give, *(code for code in parcels(officers[0], mine) if code not in take)}
    assert all(code in said for code in (*lies, f"{HOUSEHOLD}J", f"{SECOND}J", "户主1、户主2"))
    assert all(code not in said for code in take), "it lay on none of the land that came"
    number = one(officers[0], "SELECT number FROM registry.paper WHERE kind = 'proof'")
    page = another_browser.get("/check", query_string={"number": number}).text
    assert "仍然有效" in page
    assert "该事项所及的土地有变动" in page


def test_an_excerpt_prints_each_restriction_with_both_its_days_as_it_stood_on_the_day_asked_for(
    deng: Browser, superuser: Any, officers: tuple[Actor, Actor], database: Settings
) -> None:
    to_rights(*officers, superuser, 1)
    right = right_of(officers[0])
    pass_days(superuser, 10)
    booked(*officers, superuser, applied(officers[0], "mortgage", MORTGAGED, right), "mortgage")
    today, entered = one(
        officers[0],
        "SELECT ARRAY[lower(valid)::text, to_char(lower(recorded) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DDHH24:MI')] "
        "FROM registry.restriction",
    )
    parcel = one(officers[0], "SELECT min(code) FROM land.parcel WHERE kind = 'contracted'")
    for form in (
        f"/rights/{COUNTY}/{right}/excerpts",
        f"/excerpts/new/household/{HOUSEHOLD}",
        f"/excerpts/new/parcel/{parcel}",
    ):
        deng.get(form.removesuffix("/excerpts"))
        said = text_of(deng.client.get(deng.post(form, ASKED).location, buffered=True).data)
        for fact in ("抵押", "安康样本银行", "50,000.00", today, entered, "2027-12-31"):
            assert fact in said, (form, fact)
    day = date.fromisoformat(today) - timedelta(days=5)
    before = deng.post(f"/rights/{COUNTY}/{right}/excerpts?day={day}", ASKED)
    assert "安康样本银行" not in text_of(deng.client.get(before.location, buffered=True).data)


def test_the_consent_of_a_later_creditor_is_put_into_the_folder_by_whose_it_is(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    """TR-32."""
    to_rights(*officers, superuser, 1)
    right = right_of(officers[0])
    for bank in ("样本甲银行", "样本乙银行", "样本丙银行"):
        case = applied(
            officers[0], "mortgage", RestrictionAsked("mortgage", bank, f"{bank}合同", Decimal(100), whose=BANK), right
        )
        booked(*officers, superuser, case, "mortgage")
    ranked = "SELECT array_agg(restriction_id ORDER BY rank) FROM registry.restriction WHERE upper_inf(recorded)"
    first, second, _third = one(officers[0], ranked)
    case = applied(officers[0], "mortgage_change", RestrictionChange(first, "补充协议", Decimal(500)), right)
    address = f"/cases/{COUNTY}/{case}"
    page = deng.get(address).text
    assert ("第 2 顺位 样本乙银行" in page, "第 3 顺位 样本丙银行" in page, "第 1 顺位" in page) == (True, True, False)
    for named, status in ((None, 400), (str(first), 400), (str(second), 303)):
        sent = {"kind": "later_creditors_consent", "file": (BytesIO(pdf("consent")), "c.pdf")}
        answer = deng.post(f"{address}/documents", sent | ({"restriction": named} if named else {}))
        assert answer.status_code == status, named
    kept = "SELECT restriction_id FROM registry.document WHERE kind = 'later_creditors_consent'"
    assert one(officers[0], kept) == second


def test_a_case_whose_right_a_later_act_certified_says_so(
    deng: Browser, superuser: Any, officers: tuple[Actor, Actor], worker: Actor, database: Settings
) -> None:
    """REG-24 is of what ended: this one is at its end, and its page names why it has no certificate."""
    to_rights(*officers, superuser, 2)
    leased = asked_for(officers[0], "land_operation", lease(officers[0]), right=right_of(officers[0]), more=("filing",))
    booked(*officers, superuser, leased, "land_operation")
    seal(worker, database)
    page = f"/cases/{COUNTY}/{leased}"
    assert "没有另发" not in deng.get(page).text
    renaming = renamed(officers[0], operation_right(officers[0]))
    booked(*officers, superuser, renaming, "organization_name_change")
    seal(worker, database)
    press = Press(keys.certificate_signer(database), Store(database.store), "http://127.0.0.1:8000")
    assert len(certificates.issue(officers[0], COUNTY, [renaming], press).issued) == 1
    assert certificates.issue(officers[0], COUNTY, [leased], press).issued == []
    shown = deng.get(page).text
    assert "没有另发：以后的登记已经发证" in shown
