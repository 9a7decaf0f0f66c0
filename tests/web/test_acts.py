"""Acts of change at the desk: the forms, what they refuse, and a case from its application to the register."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from landreg.access.identity import Identity
from landreg.core.actor import Actor
from landreg.core.asof import AsOf
from landreg.core.codes import sex_of
from landreg.core.db import unit_of_work
from landreg.core.pdftext import pdf_text
from landreg.core.periods import BEIJING
from landreg.law.book import act_type, act_types, national_law, term
from landreg.registry import queries
from landreg.registry.issued import excerpts
from landreg.registry.issued.certified import certified, members_of
from landreg.registry.papers.certificate_data import CertificateNumber
from landreg.registry.steps import STEPS
from tests.papers_kit import pdf
from tests.registry_kit import BANK, one, pass_days, put_paper, to_rights
from tests.renewal_kit import today
from tests.villages import COUNTY, VILLAGE, citizen_id
from tests.web.conftest import Browser

HOUSEHOLD, OTHER = f"{VILLAGE}010001", f"{VILLAGE}010002"

LAW = national_law("610902", date(2026, 11, 1))
CREDITOR = {"party_kind": "organization", "party": "样本农村信用社", "uscc": BANK.code}
OBJECTOR = {"party_kind": "person", "party": "邻人", "id_number": citizen_id(901)}
_RIGHT = 'SELECT right_id FROM registry."right" WHERE code = :code'
# Somebody of the year 2099.
NOT_YET_BORN = citizen_id(129_003)
CHILD = citizen_id(50_002)
NAMED = {"member": str(UUID(int=9)), "new_name": "成员新名", "id_number": citizen_id(3), "reason": "renamed"}
"""The form of a change of name, but whose."""


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Any) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)


def right_of(actor: Actor, kind: str = "contract_management") -> UUID:
    statement = """SELECT r.right_id FROM registry."right" AS r JOIN party.household AS h USING (county, household_id)
        WHERE h.code = :code AND r.kind = :kind AND upper_inf(r.recorded) AND upper_inf(r.valid)"""
    found: UUID = one(actor, statement, code=HOUSEHOLD, kind=kind)
    return found


def opened(browser: Browser, address: str, given: dict[str, Any]) -> str:
    """The page of the case that the form opens."""
    assert browser.get(address).status_code == 200
    answer = browser.post(address, given)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def hand_in(browser: Browser, page: str, kind: str) -> None:
    for paper in act_type(kind).documents:
        if paper == "delivery_proof":
            continue
        browser.get(page)
        sent = {"kind": paper, "file": (io.BytesIO(pdf(paper)), f"{paper}.pdf")}
        assert browser.post(f"{page}/documents", sent).status_code == 303


def walk(deng: Browser, shen: Browser, page: str, superuser: Any, kind: str) -> None:
    """From the papers to the register."""
    hand_in(deng, page, kind)
    if f"{page}/tell" in deng.get(page).text:
        assert deng.post(f"{page}/tell").status_code == 303
        (letter,) = re.findall(r"error-letters/([0-9a-f-]+)\.pdf", deng.get(page).text)
        sent = {"kind": "delivery_proof", "letter": letter, "file": (io.BytesIO(pdf("signed for")), "slip.pdf")}
        assert deng.post(f"{page}/documents", sent).status_code == 303
        pass_days(superuser, 60)
    for browser, step in ((deng, "accept"), (shen, "review")):
        browser.get(page)
        assert browser.post(f"{page}/steps/{step}").status_code == 303, step
    if "/steps/publish" in deng.get(page).text:
        deng.get(page)
        assert deng.post(f"{page}/steps/publish", {"title": "公告"}).status_code == 303
        pass_days(superuser, 40)
    shen.get(page)
    assert shen.post(f"{page}/steps/register").status_code == 303


def test_a_change_of_a_household_shows_what_it_will_change_and_is_registered(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    given = {"join_name": "成员新", "join_id": citizen_id(950), "join_relation": "21", "join_reason": "birth",
             "join_holds": "1", "address": "样本村九组"}  # fmt: skip
    page = opened(deng, f"/households/{HOUSEHOLD}/acts/household_change", given)
    shown = deng.get(page).text
    assert "登簿后的变化" in shown
    assert "样本村九组" in shown
    assert "成员新" not in shown
    assert "加入原因" in shown
    assert "出生" in shown
    assert re.search(r"性别.{0,200}(男|女)", shown, re.S)
    assert "未收" in shown
    walk(deng, shen, page, superuser, "household_change")
    assert "样本村九组" in deng.get(f"/households/{HOUSEHOLD}").text
    assert deng.get(f"/households?q={HOUSEHOLD}").text.count(f'href="/households/{HOUSEHOLD}"') == 1
    assert "下一步：发证" in deng.get(page).text


def test_a_divorced_member_who_stays_is_related_otherwise_from_the_day_of_the_divorce(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    form, home = f"/households/{HOUSEHOLD}/acts/household_change", f"/households/{HOUSEHOLD}"
    wife = one(
        officers[0],
        "SELECT m.member_id FROM party.member AS m JOIN party.household AS h USING (county, household_id)"
        " WHERE h.code = :c AND m.relation = '10'",
        c=HOUSEHOLD,
    )
    shown = deng.get(form).text
    assert "原承包地不得收回" in shown
    assert f'<option value="{wife}"' in shown
    lacking = deng.post(form, {"relate": str(wife), "relate_on": "2025-03-04"})
    assert (lacking.status_code, lacking.text.count("FORM-1") > 0) == (400, True)
    given = {"relate": str(wife), "relate_to": "99", "relate_reason": "divorce", "relate_on": "2025-03-04"}
    page = opened(deng, form, given)
    case = deng.get(page).text
    for said in ("关系变化的原因", "离婚", "2025-03-04", term("document", "divorce_proof")):
        assert said in case, said
    put_paper(officers[0], UUID(page.rsplit("/", 1)[1]), "divorce_proof")
    walk(deng, shen, page, superuser, "household_change")
    told = deng.get(f"{home}/history").text
    assert "自 2025-03-04 起" in told
    assert term("document", "divorce_proof") in told
    on_days = [deng.get(f"{home}{day}").text for day in ("?day=2025-03-03", "?day=2025-03-04", "")]
    assert [(one.count("配偶") > 0, one.count("非亲属") > 0) for one in on_days] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_whoever_looks_at_a_household_its_right_or_a_parcel_is_told_which_cases_are_under_way_on_it(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    right = right_of(officers[0])
    parcel = one(officers[0], "SELECT min(l.code) FROM registry.right_parcel AS p JOIN land.parcel AS l USING (county, parcel_id)"
                 " JOIN registry.\"right\" AS r ON r.row_id = p.right_row WHERE r.right_id = :right", right=right)  # fmt: skip
    pages = [f"/households/{HOUSEHOLD}", f"/rights/{COUNTY}/{right}", f"/parcels/{parcel}"]
    assert all("在办业务" not in deng.get(page).text for page in pages)
    opened(deng, f"/rights/{COUNTY}/{right}/acts/reissue", {"lost": "搬家时遗失"})
    number = one(officers[0], "SELECT number FROM registry.\"case\" WHERE act_kind = 'reissue'")
    for page in pages:
        assert number in deng.get(page).text, page
    assert number not in deng.get(f"{pages[0]}?day=2026-01-01").text


def test_a_relation_of_the_other_sex_is_a_note_on_the_case(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    number = citizen_id(950)
    other = "30" if sex_of(number) == "1" else "20"
    given = {
        "join_name": "成员新",
        "join_id": number,
        "join_relation": other,
        "join_reason": "marriage",
        "join_holds": "1",
    }
    page = opened(deng, f"/households/{HOUSEHOLD}/acts/household_change", given)
    assert "CHG-12" in deng.get(page).text


def test_a_household_gets_no_second_spouse_and_none_of_eight_years(deng: Browser) -> None:
    joins = {"join_relation": "10", "join_reason": "marriage", "join_holds": "1"}
    form = f"/households/{HOUSEHOLD}/acts/household_change"
    deng.get(form)
    second = {f"{name}_2": said for name, said in joins.items()} | {
        "join_name_2": "王二妹",
        "join_id_2": citizen_id(953),
    }
    assert term("document", "divorce_proof") in deng.get(form).text
    for name, number, more, code in (("王小妹", CHILD, {}, "CHG-17"), ("王大妹", citizen_id(951), second, "HH-20")):
        answer = deng.post(form, {**joins, "join_name": name, "join_id": number, **more})
        assert (answer.status_code, code in answer.text) == (422, True), answer.text[:2000]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("assignment", {"taker": OTHER, "signed_on": "2026-10-01"}),
        ("cancellation", {"reason": "ruling"}),
        ("reissue", {"lost": "搬家时遗失"}),
        ("mortgage", CREDITOR | {"basis": "抵押合同1号", "amount": "20000.00"}),
        ("seizure", {"party": "第一法院", "basis": "（2026）执1号"}),
        ("objection_entry", OBJECTOR | {"basis": "异议书"}),
        ("advance_notice", {"party_kind": "household", "household": OTHER, "basis": "预约合同"}),
        ("dispute_entry", {"party": "异议村民", "basis": "镇政府受理3号"}),
    ],
)
def test_each_act_on_a_right_is_applied_for_and_registered(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any, kind: str, given: dict[str, str]
) -> None:
    right = right_of(officers[0])
    assert term("act", kind) in deng.get(f"/rights/{COUNTY}/{right}").text
    page = opened(deng, f"/rights/{COUNTY}/{right}/acts/{kind}", given)
    walk(deng, shen, page, superuser, kind)
    assert deng.get(page).status_code == 200
    assert one(officers[0], "SELECT count(*) FROM registry.act WHERE kind = :kind", kind=kind) == 1
    assert deng.get(f"/rights/{COUNTY}/{right}").status_code == 200


@pytest.mark.parametrize(
    ("kind", "given", "to"),
    [
        ("seizure", {"party": "第一法院", "basis": "（2026）执1号"}, "第一法院："),
        ("objection_entry", OBJECTOR | {"basis": "异议书"}, "邻人："),
        (
            "mortgage",
            CREDITOR | {"basis": "抵押合同1号", "amount": "20000.00"},
            "户主1、样本农村信用社：",
        ),
        ("reissue", {"lost": "搬家时遗失"}, "户主1："),
        ("assignment", {"taker": OTHER, "signed_on": "2026-10-01"}, "户主1、户主2："),
    ],
)
def test_the_papers_of_a_case_go_to_who_applied_and_its_lists_name_them(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], kind: str, given: dict[str, str], to: str
) -> None:
    page = opened(deng, f"/rights/{COUNTY}/{right_of(officers[0])}/acts/{kind}", given)
    name = to.rstrip("：")
    assert name in deng.get("/cases?queue=all").text
    assert name in deng.get(page).text
    assert name in deng.client.get("/cases?queue=all&as=csv").data.decode("utf-8-sig")
    hand_in(deng, page, kind)
    if kind == "mortgage":
        put_paper(officers[0], UUID(page.rsplit("/", 1)[1]), "filing")
    deng.get(page)
    assert deng.post(f"{page}/steps/accept").status_code == 303
    assert to in pdf_text(io.BytesIO(deng.client.get(f"{page}/receipt.pdf").data)).translate({32: None, 10: None})
    shen.get(page)
    assert shen.post(f"{page}/leave", {"way": "refuse", "reason": "不符", "ground": "other"}).status_code == 303
    assert to in pdf_text(io.BytesIO(deng.client.get(f"{page}/told.pdf").data)).translate({32: None, 10: None})


@pytest.mark.parametrize(
    ("kind", "given", "ground"),
    [
        ("cancellation", {"reason": "land_lost"}, "土地灭失"),
        ("reissue", {"lost": "集市上丢了"}, "集市上丢了"),
        ("seizure", {"party": "第一法院", "basis": "（2026）执77号"}, "（2026）执77号"),
    ],
)
def test_the_ground_of_an_application_stands_on_each_page_and_paper_of_it(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any, kind: str, given: dict[str, str],
    ground: str,
) -> None:  # fmt: skip
    right = right_of(officers[0])
    page = opened(deng, f"/rights/{COUNTY}/{right}/acts/{kind}", given)
    assert ground in deng.get(page).text
    walk(deng, shen, page, superuser, kind)
    number = one(officers[0], "SELECT number FROM registry.act WHERE kind = :kind", kind=kind)
    for shown in (page, f"/rights/{COUNTY}/{right}/history", f"/acts/{number}"):
        for browser in (deng, shen):
            assert ground in re.sub(r"<details>.*?</details>", "", browser.get(shown).text, flags=re.S), shown
    receipt = pdf_text(io.BytesIO(deng.client.get(f"{page}/receipt.pdf").data)).translate({32: None, 10: None})
    assert "申请的内容" in receipt
    assert ground in receipt


def test_the_release_of_a_seizure_is_the_courts_to_ask(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = f"/rights/{COUNTY}/{right_of(officers[0])}"
    page = opened(deng, f"{right}/acts/seizure", {"party": "第一法院", "basis": "（2026）执1号"})
    walk(deng, shen, page, superuser, "seizure")
    standing = one(officers[0], "SELECT restriction_id FROM registry.restriction")
    page = opened(deng, f"{right}/acts/seizure_release", {"restriction": str(standing), "basis": "（2026）执1号之一"})
    hand_in(deng, page, "seizure_release")
    deng.get(page)
    assert deng.post(f"{page}/steps/accept").status_code == 303
    assert "第一法院：" in pdf_text(io.BytesIO(deng.client.get(f"{page}/receipt.pdf").data)).translate(
        {32: None, 10: None}
    )


def test_a_waiting_seizure_that_moved_up_past_its_last_day_says_so_and_when_it_was_entered(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    found = right_of(officers[0])
    right = f"/rights/{COUNTY}/{found}"
    last = today(officers[0]) + timedelta(days=20)
    for court, until in (("第一法院", ""), ("第二法院", last.isoformat())):
        page = opened(deng, f"{right}/acts/seizure", {"party": court, "basis": f"{court}裁定", "until": until})
        walk(deng, shen, page, superuser, "seizure")
    entered = one(officers[0], "SELECT max(lower(recorded)) FROM registry.restriction")
    pass_days(superuser, 30)
    standing = one(
        officers[0],
        "SELECT restriction_id FROM registry.restriction WHERE rank = 1 AND upper_inf(recorded) AND upper_inf(valid)",
    )
    page = opened(deng, f"{right}/acts/seizure_release", {"restriction": str(standing), "basis": "解除裁定"})
    walk(deng, shen, page, superuser, "seizure_release")
    shown = deng.get(right).text
    assert "期限已过，不自动失效，请向查封机关核实" in shown
    (line,) = re.findall(r"<td data-label=\"登记于\">(.*?)</td>", shown)
    assert f"{entered.astimezone(BEIJING):%Y-%m-%d %H:%M}" in line
    assert "变更" in line
    with unit_of_work(officers[0]) as uow:
        rows = queries.restrictions_of_right(uow.session, COUNTY, found, AsOf.now(uow.now))
        (table,) = excerpts.restrictions(uow.session, [("x", rows)], today(officers[0]))
    assert table.rows[0][-1] == f"{last}（期限已过，不自动失效，请向查封机关核实）"


def test_a_seizure_past_its_last_day_that_the_system_ends_says_so_on_the_page_of_a_later_day(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = f"/rights/{COUNTY}/{right_of(officers[0])}"
    last = today(officers[0]) + timedelta(days=20)
    page = opened(deng, f"{right}/acts/seizure", {"party": "第一法院", "basis": "裁定", "until": last.isoformat()})
    walk(deng, shen, page, superuser, "seizure")
    pass_days(superuser, 30)
    shown = deng.get(right).text
    assert "期限已过，由系统办理失效登记" in shown
    assert "不自动失效" not in shown
    with unit_of_work(officers[0]) as uow:
        rows = queries.restrictions_of_right(uow.session, COUNTY, right_of(officers[0]), AsOf.now(uow.now))
        (table,) = excerpts.restrictions(uow.session, [("x", rows)], today(officers[0]))
    assert table.rows[0][-1] == f"{last}（期限已过，由系统办理失效登记）"


def test_one_file_under_two_kinds_of_paper_is_told_on_the_case(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    page = opened(
        deng, f"/rights/{COUNTY}/{right_of(officers[0])}/acts/seizure", {"party": "第一法院", "basis": "裁定"}
    )
    for kind in ("application", "identity"):
        assert "收入的是同一个文件" not in deng.get(page).text
        sent = {"kind": kind, "file": (io.BytesIO(pdf("one and the same")), f"{kind}.pdf")}
        assert deng.post(f"{page}/documents", sent).status_code == 303
    assert "收入的是同一个文件，请核对是不是传错了" in deng.get(page).text


def test_a_seizure_is_shown_on_its_right_and_released(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = f"/rights/{COUNTY}/{right_of(officers[0])}"
    page = opened(deng, f"{right}/acts/seizure", {"party": "第一法院", "basis": "（2026）执1号"})
    walk(deng, shen, page, superuser, "seizure")
    shown = deng.get(right).text
    assert "第一法院" in shown
    assert re.search(r"有效。自 [^<]*权利上有：查封。", shown)
    assert "这一天还没有到" not in shown
    assert "这一天还没有到" in deng.get(f"{right}?day=2999-01-01").text
    refused = deng.post(f"{right}/acts/assignment", {"taker": OTHER, "signed_on": "2026-10-01"})
    assert refused.status_code == 422
    assert "查封（第一法院）" in refused.text
    pass_days(superuser, 1)
    standing = one(officers[0], "SELECT restriction_id FROM registry.restriction")
    page = opened(deng, f"{right}/acts/seizure_release", {"restriction": str(standing), "basis": "（2026）执1号之一"})
    walk(deng, shen, page, superuser, "seizure_release")
    released = deng.get(right).text
    assert "在登记簿上没有限制" in released
    assert "权利上有：" not in released


@pytest.mark.parametrize(
    ("address", "given", "status", "said"),
    [
        ("household_change", {}, 422, "CHG-1"),
        ("household_change", {"join_name": "某人", "join_id": "123"}, 400, "FORM-1"),
        (
            "household_change",
            {"join_name": "某人", "join_id": "123", "join_relation": "21", "join_reason": "birth"},
            400,
            "CHG-6",
        ),
        (
            "household_change",
            {"join_name": "某人", "join_id": NOT_YET_BORN, "join_relation": "21", "join_reason": "birth"},
            400,
            "CHG-6",
        ),
        ("household_change", {"leave": "x"}, 400, "FORM-"),
        ("assignment", {"taker": "999", "signed_on": "2026-10-01"}, 400, "TR-3"),
        ("assignment", {"taker": OTHER, "signed_on": "昨天"}, 400, "FORM-"),
        ("assignment", {"taker": HOUSEHOLD, "signed_on": "2026-10-01"}, 422, "TR-3"),
        ("assignment", {"taker": OTHER, "signed_on": "2099-05-01"}, 422, "REG-31"),
        ("cancellation", {"reason": "term_over"}, 422, "END-1"),
        ("cancellation", {"reason": "ruling", "parcels": "nothing"}, 422, "END-2"),
        ("mortgage", CREDITOR | {"basis": "合同"}, 422, "RES-1"),
        ("mortgage", CREDITOR | {"basis": "合同", "amount": "NaN"}, 400, "FORM-"),
        ("seizure_release", {"restriction": str(UUID(int=9)), "basis": "裁定"}, 422, "RES-2"),
        ("reissue", {"lost": ""}, 400, "FORM-1"),
        ("assignment", {"taker": OTHER, "signed_on": "2026-10-01", "parcels": "nothing"}, 422, "TR-23"),
        ("certificate_exchange", {}, 400, "FORM-1"),
        ("certificate_exchange", {"reason": "damaged", "number": "陕（2027）第0号"}, 422, "CERT-4"),
        ("certificate_exchange", {"reason": "lost", "number": "陕（2027）第0号"}, 422, "CERT-5"),
        ("dispute_entry", {"party": "", "basis": "受理书"}, 400, "FORM-1"),
        ("mortgage", CREDITOR | {"basis": "合同", "amount": "1", "uscc": ""}, 400, "FORM-1"),
        ("mortgage", CREDITOR | {"basis": "合同", "amount": "1", "uscc": "91610902MA0000009B"}, 422, "RES-13"),
        ("objection_entry", {"basis": "异议书", "party": "邻人"}, 400, "FORM-1"),
        ("objection_entry", OBJECTOR | {"basis": "异议书", "party_kind": "nobody"}, 400, "FORM-5"),
        ("objection_entry", OBJECTOR | {"basis": "异议书", "id_number": "123"}, 400, "CHG-6"),
        ("advance_notice", OBJECTOR | {"basis": "预约合同"}, 422, "TR-3"),
        ("advance_notice", {"party_kind": "household", "household": "9", "basis": "预约合同"}, 400, "RES-14"),
        ("advance_notice", {"party_kind": "household", "household": HOUSEHOLD, "basis": "预约合同"}, 422, "TR-3"),
        ("dispute_release", {"restriction": str(UUID(int=9)), "basis": "调解书"}, 422, "RES-2"),
        ("dispute_release", {"restriction": "x", "basis": "调解书"}, 400, "FORM-"),
        ("cancellation", {"reason": "returned", "noticed_on": "昨天"}, 400, "FORM-"),
        ("cancellation", {"reason": "returned"}, 422, "END-4"),
        ("objection_entry", {"party_kind": "household", "household": HOUSEHOLD, "basis": "异议书"}, 422, "RES-11"),
        ("name_change", {}, 400, "FORM-1"),
        ("name_change", NAMED | {"id_number": "123"}, 400, "CHG-6"),
        ("name_change", NAMED | {"id_number": NOT_YET_BORN}, 400, "CHG-6"),
        ("name_change", NAMED | {"id_number": citizen_id(999)}, 400, "CHG-8"),
        ("name_change", NAMED | {"member": "x"}, 400, "FORM-"),
        ("name_change", NAMED | {"member": str(UUID(int=9))}, 422, "CHG-8"),
        ("name_change", NAMED | {"reason": "whim"}, 422, "CHG-9"),
    ],
)
def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(
    deng: Browser, officers: tuple[Actor, Actor], address: str, given: dict[str, str], status: int, said: str
) -> None:
    on = (
        f"/households/{HOUSEHOLD}"
        if address in ("household_change", "name_change")
        else f"/rights/{COUNTY}/{right_of(officers[0])}"
    )
    deng.get(f"{on}/acts/{address}")
    answer = deng.post(f"{on}/acts/{address}", given)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text[:2000]
    assert one(officers[0], "SELECT count(*) FROM registry.\"case\" WHERE act_kind <> 'first_registration'") == 0


def test_parcels_are_chosen_by_name_and_area_in_the_order_of_the_certificate(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = right_of(officers[0])
    listed = superuser.execute(
        'SELECT p.code, p.name, q.mu FROM registry."right" AS r JOIN registry.right_parcel AS q ON q.right_row = r.row_id'
        " JOIN land.parcel AS p USING (parcel_id) WHERE r.right_id = %s ORDER BY q.position",
        [right],
    ).fetchall()
    for kind in ("assignment", "cancellation"):
        shown = deng.get(f"/rights/{COUNTY}/{right}/acts/{kind}").text
        places = [shown.index(f"{name} {code} · {mu:.2f} 亩".strip()) for code, name, mu in listed]
        assert places == sorted(places)


def test_an_act_that_there_is_not_is_not_found(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    right = right_of(officers[0], "homestead")
    for address in (f"/rights/{COUNTY}/{right}/acts/land_operation", f"/rights/{COUNTY}/{right}/acts/nothing",
                    f"/households/{HOUSEHOLD}/acts/nothing", f"/rights/{COUNTY}/{UUID(int=1)}/acts/seizure"):  # fmt: skip
        assert deng.get(address).status_code == 404, address


def test_the_kinds_of_act_stand_on_one_page(deng: Browser) -> None:
    page = deng.get("/acts/kinds").text
    for kind in act_types():
        assert kind.zh in page
        for figure in kind.county:
            assert LAW.parameters[figure].zh in page or figure == kind.notice
    assert page.count("审批：") == len(act_types())
    assert page.count("无须审批") == sum(kind.by == "nobody" for kind in act_types())


def test_who_approves_by_the_table_of_acts_is_who_passes_a_case_at_the_desk() -> None:
    passed = {role.value for role in STEPS["review"].roles}
    assert {kind.approved_by for kind in act_types() if kind.by != "nobody"} == passed
    assert {kind.approved_by for kind in act_types() if kind.by == "nobody"} == {"nobody"}


def test_a_members_name_is_changed_at_the_desk_and_no_page_says_the_number(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    member = one(
        officers[0],
        "SELECT m.member_id FROM party.member AS m JOIN party.household AS h USING (county, household_id) "
        "WHERE h.code = :c AND m.relation = '10'",
        c=HOUSEHOLD,
    )
    page = opened(deng, f"/households/{HOUSEHOLD}/acts/name_change", NAMED | {"member": str(member)})
    shown = deng.get(page).text
    assert citizen_id(3) not in shown
    assert "姓名变更或更正证明" in shown
    walk(deng, shen, page, superuser, "name_change")
    assert "成**名" in deng.get(f"/households/{HOUSEHOLD}").text


def test_a_case_page_asks_for_the_consent_that_a_restriction_makes_necessary(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = f"/rights/{COUNTY}/{right_of(officers[0])}"
    given = CREDITOR | {"basis": "合同", "amount": "20000.00", "bars_transfer": "1"}
    walk(deng, shen, opened(deng, f"{right}/acts/mortgage", given), superuser, "mortgage")
    assert "约定抵押期间不得转让" in deng.get(right).text
    page = opened(deng, f"{right}/acts/assignment", {"taker": OTHER, "signed_on": "2026-10-01"})
    shown = deng.get(page).text
    assert "抵押权人同意书" in shown
    # The taker's right takes the land in, and the mortgage stays on it alone.
    assert shown.count("只及于地块") == 1
    assert re.search(rf"所在权利</div></th>.{{0,120}}{HOUSEHOLD}J.{{0,160}}{OTHER}J", shown, re.S)


def test_the_table_of_acts_says_what_each_restriction_does_and_on_which_articles(deng: Browser) -> None:
    page = deng.get("/acts/kinds").text
    for said in (
        "解除前不办理",
        "须提交书面同意或承诺",
        "只作提示",
        "民法典第四百零六条",
        "知悉异议登记并自担风险的承诺书",
    ):
        assert said in page


def test_whom_a_restriction_stands_for_is_told_from_a_namesake_by_a_number_that_is_opened_with_a_reason(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = f"/rights/{COUNTY}/{right_of(officers[0])}"
    walk(
        deng,
        shen,
        opened(deng, f"{right}/acts/mortgage", CREDITOR | {"basis": "合同", "amount": "1"}),
        superuser,
        "mortgage",
    )
    page = opened(deng, f"{right}/acts/objection_entry", OBJECTOR | {"basis": "异议书"})
    number = OBJECTOR["id_number"]
    masked = f"{number[:3]}{'*' * 13}{number[-2:]}"
    assert masked in deng.get(page).text
    walk(deng, shen, page, superuser, "objection_entry")
    shown = deng.get(right).text
    assert masked in shown
    assert BANK.code in shown
    assert number not in shown
    for browser, kind in ((deng, "objection_release"), (shen, "history")):
        told = browser.get(f"{right}/acts/{kind}" if kind != "history" else f"{right}/history").text
        assert number not in told
        assert (masked if kind != "history" else BANK.code) in told
    assert deng.post(f"{right}/identities", {"reason": ""}).status_code == 400
    assert number in deng.post(f"{right}/identities", {"reason": "核对异议人身份"}).text
    assert one(officers[0], "SELECT count(*) FROM identity.opening") == 1


def test_land_that_joins_a_right_keeps_the_day_of_its_own_contract(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    theirs = one(officers[0], 'SELECT right_id FROM registry."right" WHERE code = :c', c=f"{OTHER}J")
    right = f"/rights/{COUNTY}/{right_of(officers[0])}"
    page = opened(deng, f"{right}/acts/assignment", {"taker": OTHER, "signed_on": "2026-10-01"})
    assert "2026-10-01" in deng.get(page).text
    walk(deng, shen, page, superuser, "assignment")
    shown = deng.get(f"/rights/{COUNTY}/{theirs}").text
    assert "1998-01-01 签订" in shown
    assert shown.count("依 2026-10-01 签订的合同取得") == 2
    assert "2026-10-01" in deng.get(f"/rights/{COUNTY}/{theirs}/history").text
    case = UUID(page.rsplit("/", 1)[1])
    with unit_of_work(officers[0]) as uow:
        persons = [person for some in members_of(uow.session, COUNTY, [case]).values() for person in some]
        people = {person: Identity("成员", "1", citizen_id(1)) for person in persons}
        (made,) = certified(uow.session, COUNTY, [case], people)
    number = CertificateNumber("陕", 2027, "汉滨区", "0000009")
    notes = made.contract(number, "", date(2027, 1, 1), "", "").notes
    assert len(notes) == 2
    assert "依 2026年10月01日签订的合同取得" in notes[0]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("61090019", "须是 18 位"),
        (NOT_YET_BORN, "出生日期"),
        (f"{citizen_id(3)[:-1]}{'1' if citizen_id(3)[-1] == '0' else '0'}", "校验码"),
    ],
)
def test_what_is_wrong_with_an_identity_number_is_said(deng: Browser, number: str, said: str) -> None:
    address = f"/households/{HOUSEHOLD}/acts/name_change"
    deng.get(address)
    assert said in deng.post(address, NAMED | {"id_number": number}).text


def test_a_case_of_two_households_is_found_by_the_name_of_either(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    right, theirs = right_of(officers[0]), one(officers[0], _RIGHT, code=f"{OTHER}J")
    took = opened(deng, f"/rights/{COUNTY}/{right}/acts/assignment", {"taker": OTHER, "signed_on": "2026-10-01"})
    parcels = "SELECT code FROM land.parcel WHERE code LIKE :v ORDER BY code LIMIT 1 OFFSET :n"
    give, take = (one(officers[0], parcels, v=f"{VILLAGE}01%", n=n) for n in (0, 2))
    asked = {"right": str(theirs), "give": give, "take": take, "signed_on": "2026-10-01"}
    changed = opened(deng, f"/rights/{COUNTY}/{right}/acts/exchange?other={OTHER}", asked)
    for name in ("户主1", "户主2"):
        for address in (f"/search?q={name}", f"/cases?queue=all&q={name}"):
            page = deng.get(address).text
            assert (took in page, changed in page) == (True, True), address
    assert took not in deng.get("/cases?queue=all&q=户主3").text


@pytest.mark.parametrize(("of", "offers"), [("contract_management", True), ("homestead", False)])
def test_that_a_household_died_out_is_a_reason_to_end_its_contract_right_alone(
    deng: Browser, officers: tuple[Actor, Actor], of: str, offers: bool
) -> None:
    """END-6: a house is inherited."""
    right = right_of(officers[0], kind=of)
    page = deng.get(f"/rights/{COUNTY}/{right}/acts/cancellation").text
    assert ('value="died_out"' in page, 'value="ruling"' in page) == (offers, True)
