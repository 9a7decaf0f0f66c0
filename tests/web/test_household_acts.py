"""Acts on households at the desk: what is chosen is seen before it is sent, and every bad input comes back with what is wrong."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from landreg.core.actor import Actor
from landreg.law.book import act_type, term
from landreg.registry.casework import cases
from tests.household_kit import SECOND, asked_for, division, handed_out_before, household_id, members, parcels
from tests.papers_kit import pdf
from tests.registry_kit import HOUSEHOLD, one, pass_days, put_paper, put_papers, right_of, to_rights
from tests.small import citizen_id as id_of_birth
from tests.villages import COUNTY, citizen_id
from tests.web.conftest import Browser
from tests.web.test_acts import hand_in, opened, walk

THIRD = f"{HOUSEHOLD[:-4]}0003"
STANDS = "upper_inf(recorded) AND upper_inf(valid)"


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Any) -> None:
    to_rights(*officers, superuser, 2)
    pass_days(superuser, 3)


def on_household(kind: str) -> str:
    return f"/households/{HOUSEHOLD}/acts/{kind}"


def division_form(actor: Actor, **changed: Any) -> dict[str, Any]:
    wife = members(actor)[1]
    given = {"reason": "divorce", "signed_on": "2026-01-05", "member_1": str(wife), f"relation_{wife}": "02",
             "parcel_1": parcels(actor, right_of(actor))[0], "head_1": str(wife), "name_1": "成员1之2"}  # fmt: skip
    return given | changed


def case_of(browser: Browser, address: str, given: dict[str, Any]) -> str:
    """The page of the case that the form opens after its result was looked at."""
    assert browser.get(address).status_code == 200
    seen = browser.post(address, {**given, "step": "preview"})
    assert seen.status_code == 200, seen.text
    assert "办理前后对照" in seen.text
    answer = browser.post(address, {**given, "step": "open"})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def test_a_division_is_seen_before_it_is_sent_and_then_registered(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    address, given = on_household("division"), division_form(officers[0])
    assert term_on_page(deng, f"/households/{HOUSEHOLD}", "转移登记（分户）")
    deng.get(address)
    shown = deng.post(address, {**given, "step": "preview"}).text
    assert "新户1" in shown
    assert "承包地 1 块" in shown
    assert one(officers[0], "SELECT count(*) FROM party.household_code") == 0
    page = case_of(deng, address, given)
    assert THIRD in deng.get(page).text
    walk(deng, shen, page, superuser, "division")
    assert deng.get(f"/households/{THIRD}").status_code == 200
    assert "下一步：发证" in deng.get(page).text
    assert "转移登记（分户）" in deng.get(f"/households/{THIRD}/history").text


def term_on_page(browser: Browser, address: str, word: str) -> bool:
    return word in browser.get(address).text


def test_of_two_homesteads_a_merge_says_what_to_do_first_before_anything_is_typed(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    address = f"{on_household('household_merge')}?other={SECOND}"
    shown = deng.get(address).text
    joining = members(officers[0], SECOND)
    assert "HH-14" in shown
    code = "SELECT code FROM registry.\"right\" WHERE kind = 'homestead' AND household_id = :home"
    assert all(one(officers[0], code, home=household_id(officers[0], home)) in shown for home in (HOUSEHOLD, SECOND))
    assert "先把其中一处交回集体" in shown
    assert "relation_" not in shown
    given = {"other": SECOND, "signed_on": "2026-01-05", **{f"relation_{member}": "30" for member in joining}}
    refused = deng.post(address, {**given, "step": "preview"})
    assert (refused.status_code, "HH-14" in refused.text) == (422, True)


def test_the_head_dies_and_the_wife_stands_for_the_household(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    head, wife = members(officers[0])
    given = {"reason": "death", "deceased": str(head), "head": str(wife), "name": "成员1之2", f"relation_{wife}": "02"}
    form = deng.get(on_household("representative_change")).text
    assert " selected" not in form.split("relation_", 1)[1].rsplit("relation_", 1)[0], (
        "no relation to the old one stands"
    )
    page = case_of(deng, on_household("representative_change"), given)
    shown = deng.get(page).text
    assert "死亡证明" in shown
    lines = re.sub(r"<[^>]+>|\s+", " ", shown)
    assert re.search("承包方代表 +成\\*+1 +成\\*+2", lines), "whom the household is represented by, before and after"
    assert re.search("成员 +成\\*+2 · 与承包方代表的关系 +配偶 +户主", lines), "whose relation changes"
    hand_in_also(deng, page, "death_proof")
    walk(deng, shen, page, superuser, "representative_change")
    assert members(officers[0]) == [wife]


def test_that_the_only_member_died_is_told_where_to_go_at_once(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    """Before a representative is chosen of whom there is none; and the way that it names is gone to the end."""
    head, wife = members(officers[0])
    address, way = on_household("representative_change"), f"/households/{HOUSEHOLD}/acts/household_change"
    assert way not in deng.get(address).text
    gone = deng.post(address, {"reason": "death", "deceased": [str(head), str(wife)], "head": "", "name": ""})
    assert (gone.status_code, "HH-8" in gone.text, "FORM-1" in gone.text) == (422, True, False)
    given = {"reason": "death", "deceased": str(head), "head": str(wife), "name": "成员1之2", f"relation_{wife}": "02"}
    page = case_of(deng, address, given)
    hand_in_also(deng, page, "death_proof")
    walk(deng, shen, page, superuser, "representative_change")
    assert way in deng.get(address).text
    gone = deng.post(address, {"reason": "death", "deceased": str(wife), "head": "", "name": "", "step": "preview"})
    assert (gone.status_code, "HH-8" in gone.text, way in gone.text) == (422, True, True)
    assert deng.get(way).status_code == 200


def hand_in_also(browser: Browser, page: str, paper: str) -> None:
    import io

    browser.get(page)
    sent = {"kind": paper, "file": (io.BytesIO(pdf(paper)), f"{paper}.pdf")}
    assert browser.post(f"{page}/documents", sent).status_code == 303


def test_an_exchange_is_chosen_parcel_by_parcel(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    mine, theirs = right_of(officers[0]), right_of(officers[0], SECOND)
    address = f"/rights/{COUNTY}/{mine}/acts/exchange?other={SECOND}"
    give, take = parcels(officers[0], mine)[0], parcels(officers[0], theirs)[0]
    given = {"right": str(theirs), "give": give, "take": take, "signed_on": "2026-01-05", "other": SECOND}
    page = case_of(deng, address, given)
    assert "没有互换已向发包方备案的材料" in deng.post(address, {**given, "step": "preview"}).text
    assert "户主1、户主2" in deng.get(page).text
    walk(deng, shen, page, superuser, "exchange")
    assert take in parcels(officers[0], mine)


def test_no_land_is_exchanged_with_oneself_nor_with_another_than_the_page_names(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    mine, theirs = right_of(officers[0]), right_of(officers[0], SECOND)
    own = parcels(officers[0], mine)[0]
    address = f"/rights/{COUNTY}/{mine}/acts/exchange"
    for other in (HOUSEHOLD, "610902999999999999"):
        shown = deng.get(f"{address}?other={other}").text
        assert f"不能和 {other} 互换" in shown
        assert 'name="take"' not in shown
    self = {"right": str(mine), "give": own, "take": own, "signed_on": "2026-01-05"}
    for given, code in (
        (self, "TR-4"),
        ({**self, "other": SECOND}, "TR-15"),
        ({**self, "right": str(theirs), "take": parcels(officers[0], theirs)[0], "other": HOUSEHOLD}, "TR-15"),
    ):
        for step in ("preview", "open"):
            answer = deng.post(address, {**given, "step": step})
            assert (answer.status_code >= 400, code in answer.text) == (True, True), (given, step)
    assert one(officers[0], """SELECT count(*) FROM registry."case" WHERE act_kind = 'exchange'""") == 0


def test_a_house_is_inherited_by_a_person_who_is_no_member(
    deng: Browser, shen: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = right_of(officers[0], kind="homestead")
    address = f"/rights/{COUNTY}/{right}/acts/homestead_inheritance"
    given: dict[str, Any] = {"name": "城里人", "id_number": citizen_id(970), "basis": "公证书"}
    assert "先商定由谁取得房屋" in deng.get(address).text
    for unsaid, code in (({}, "FORM-1"), ({"others": "some"}, "FORM-6")):
        answer = deng.post(address, {**given, **unsaid})
        assert (answer.status_code, code in answer.text) == (400, True)
    given["others"] = "agreed"
    living = deng.post(address, given)
    assert (living.status_code, "HS-8" in living.text, "已去世的成员" in living.text) == (422, True, True)
    given["deceased"] = [str(member) for member in members(officers[0])]
    page = case_of(deng, address, given)
    changes = deng.get(page).text
    assert changes.count("农户编码") == changes.count(" · 农户编码") == len(given["deceased"])
    assert term("document", "heirs_agreement") in changes
    put_paper(officers[0], UUID(page.rsplit("/", 1)[1]), "heirs_agreement")
    walk(deng, shen, page, superuser, "homestead_inheritance")
    assert "登记簿上这一户已没有成员，还有 1 项权利" in deng.get(f"/households/{HOUSEHOLD}").text
    number = one(officers[0], "SELECT max(number) FROM registry.notice")
    told = deng.get(f"/notices/{number}").text
    assert ("转移登记（继承房屋）" in told, "由 城*人 继承" in told, "城里人" in told) == (True, True, False)
    pdf = deng.client.get(f"/notices/{number}/paper.pdf").data
    paper = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    said = "".join(paper.split())
    assert ("转移登记（继承房屋）：" in said, "由城*人继承" in said, "第三百六十五条" in said, "城里人" in said) == (
        True, True, True, False,
    )  # fmt: skip
    shown = deng.get(f"/rights/{COUNTY}/{right}").text
    assert "该权利人为本农民集体经济组织原成员住宅的合法继承人" in shown
    assert f"/households/{HOUSEHOLD}?" not in shown


OPERATION = {
    "mode": "lease", "basis": "流转合同1号", "signed_on": "2026-01-05", "starts_on": "2020-01-01", "last_day": "2027-06-30",
    "operator": "organization", "organization": "样本合作社", "uscc": "93610902MA0000001B",
}  # fmt: skip


def test_a_land_operation_right_has_its_page_its_excerpt_and_its_own_acts(
    deng: Browser, shen: Browser, another_browser: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    right = right_of(officers[0])
    given = {**OPERATION, "parcels": parcels(officers[0], right)[0]}
    page = case_of(deng, f"/rights/{COUNTY}/{right}/acts/land_operation", given)
    walk(deng, shen, page, superuser, "land_operation")
    operated = one(officers[0], f"SELECT right_id FROM registry.\"right\" WHERE kind = 'land_operation' AND {STANDS}")
    assert "还没有发证" in deng.get(f"/rights/{COUNTY}/{operated}").text
    assert deng.client.get(f"{page}/proof.pdf").status_code == 404
    handed_out_before(superuser, UUID(page.rsplit("/", 1)[-1]), "样证一号")
    proven = deng.get(f"/rights/{COUNTY}/{operated}").text
    assert f'href="{page}/proof.pdf"' in proven
    assert f'href="{page}/proof.pdf"' in deng.get(page).text
    assert "还没有发证" not in proven
    checked = another_browser.get("/check?number=样证一号").text
    assert ("仍然有效" in checked, "到下次办理登记时换发" in checked) == (True, True)
    address = f"/rights/{COUNTY}/{operated}"
    shown = deng.get(address).text
    assert all(word in shown for word in ("样本合作社", "93610902MA0000001B", "出租（转包）", "流转合同1号"))
    # What is offered there is an act for it (REG-25): each right is corrected, and its lost certificate replaced.
    assert all(f'href="{of}/correct' in deng.get(of).text for of in (f"/rights/{COUNTY}/{right}", address))
    assert f"{address}/acts/reissue" in shown
    form = deng.get(f"{address}/correction").text
    assert [word in form for word in ("入股", 'value="流转合同1号"', 'name="last_day"', 'name="signed_on"')] == [
        True, True, True, False,
    ]  # fmt: skip
    assert (
        "PAR-8" in deng.post(f"{address}/correction", {"note": "流转合同1号", "by": "holder", "why": "合同原件"}).text
    )
    assert deng.get(opened(deng, f"{address}/acts/reissue", {"lost": "搬家时遗失"})).status_code == 200
    assert "样本合作社" in deng.get(f"/rights/{COUNTY}/{right}").text
    assert "样本合作社" in deng.get(f"{address}/history").text
    answer = deng.post(f"{address}/excerpts", {"applicant": "合作社", "purpose": "贷款"})
    assert answer.status_code == 303, answer.text[:500]
    pass_days(superuser, 1)
    new_name = {"new_name": "汉滨区样本种植合作社", "uscc": "93610902MA0000001B", "basis": "登记通知书1号"}
    form = f"{address}/acts/organization_name_change"
    assert form in shown
    for wrong, code in (
        ({"uscc": ""}, "FORM-1"),
        ({"new_name": "a\0b"}, "FORM-9"),
        ({"basis": "a" * 101}, "FORM-8"),
        ({"uscc": "9" * 18}, "CHG-10"),
        ({"new_name": "样本合作社"}, "CHG-11"),
    ):
        answer = deng.post(form, new_name | wrong)
        assert (answer.status_code in (400, 422), code in answer.text) == (True, True), answer.text[:2000]
    page = opened(deng, form, new_name)
    assert deng.post(form, new_name).status_code == 409
    _before, papers = deng.get(page).text.split('name="kind"')
    asked = re.findall(r'<option value="(\w+)"', papers.split("</select>")[0])
    assert asked[:3] == ["application", "identity", "organization_proof"]
    walk(deng, shen, page, superuser, "organization_name_change")
    assert "汉滨区样本种植合作社" in deng.get(address).text
    assert "汉滨区样本种植合作社" in deng.get(f"{address}/history").text
    pass_days(superuser, 1)
    change = {"basis": "补充协议", "last_day": "2027-12-31"}
    walk(deng, shen, case_of(deng, f"{address}/acts/land_operation_change", change), superuser, "land_operation_change")
    pass_days(superuser, 1)
    end = {"reason": "agreed", "basis": "解除协议"}
    walk(deng, shen, case_of(deng, f"{address}/acts/land_operation_end", end), superuser, "land_operation_end")
    assert "登记簿上没有这项权利" in deng.get(address).text


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"uscc": "93610902MA0000001C"}, "LO-12"),
        ({"operator": "person", "person": "某人", "id_number": id_of_birth(1, "20260101")}, "LO-11"),
        ({"operator": "household", "household": "9"}, "LO-3"),
        ({"operator": "household", "household": HOUSEHOLD}, "LO-3"),
        ({"operator": "person", "person": "某人", "id_number": "12"}, "CHG-6"),
        ({"operator": "x" * 50}, "FORM-5"),
        ({"operator": ""}, "FORM-1"),
        ({"last_day": "2021-01-01"}, "TR-8"),
        ({"last_day": "2999-01-01"}, "TR-1"),
        ({"starts_on": "0000-00-00"}, "FORM-2"),
        ({"parcels": "x"}, "LO-1"),
        ({"basis": "a" * 101}, "FORM-8"),
        ({"organization": "a\0b"}, "FORM-9"),
    ],
)
def test_a_transfer_that_is_wrong_comes_back(
    deng: Browser, officers: tuple[Actor, Actor], changed: dict[str, str], code: str
) -> None:
    right = right_of(officers[0])
    given = {**OPERATION, "parcels": parcels(officers[0], right)[0], **changed}
    address = f"/rights/{COUNTY}/{right}/acts/land_operation"
    deng.get(address)
    answer = deng.post(address, given)
    assert (answer.status_code in (400, 422), code in answer.text) == (True, True), answer.text[:2000]


@pytest.mark.parametrize("kind", ["division", "household_merge", "representative_change"])
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"reason": "x" * 500, "signed_on": "昨天"},
        {"head": "1", "head_1": "1", "other": "9", "signed_on": "2026-01-05", "reason": "death", "name": "a", "name_1": "a"},
        {"name_1": "a\0b", "name": "a\0b", "other": "a\0b"},
        {"relation_x": "02", "head": str(UUID(int=4)), "name": "某", "reason": "death", "other": SECOND,
         "signed_on": "2026-01-05", "head_1": str(UUID(int=4)), "name_1": "某", "member_1": str(UUID(int=4))},
    ],
)  # fmt: skip
def test_a_form_on_a_household_that_is_wrong_comes_back(
    deng: Browser, officers: tuple[Actor, Actor], kind: str, given: dict[str, str]
) -> None:
    deng.get(on_household(kind))
    for step in ("preview", "open"):
        answer = deng.post(on_household(kind), {**given, "step": step})
        assert answer.status_code in (400, 422), answer.text[:500]
        assert "FORM-" in answer.text or "HH-" in answer.text
    assert one(officers[0], "SELECT count(*) FROM registry.\"case\" WHERE act_kind <> 'first_registration'") == 0


@pytest.mark.parametrize("households", ["0", "99", "x", "-1", "", "4"])
def test_the_number_of_new_households_is_kept_within_bounds(deng: Browser, households: str) -> None:
    assert deng.get(f"{on_household('division')}?households={households}").status_code == 200


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"parcel_1": "0" * 19}, "HH-4"),
        ({"name_1": "另有人"}, "HH-6"),
        ({"reason": "quarrel"}, "HH-10"),
        ({"member_1": ""}, "HH-3"),
        ({"parcel_1": ""}, "HH-5"),
        ({"head_1": ""}, "FORM-1"),
        ({"homestead_1": "1", "parcel_1": "", "member_1": "nobody"}, "FORM-6"),
    ],
)
def test_a_division_says_everything_that_is_wrong(
    deng: Browser, officers: tuple[Actor, Actor], changed: dict[str, str], code: str
) -> None:
    deng.get(on_household("division"))
    answer = deng.post(on_household("division"), division_form(officers[0], **changed))
    assert (answer.status_code in (400, 422), code in answer.text) == (True, True), answer.text[:3000]
    # What is wrong of a new household stands beside its own field, and names it as the form does.
    field = {"HH-6": "name_1", "HH-3": "head_1"}.get(code)
    assert field is None or f'id="error-{field}-1"' in answer.text
    assert code not in ("HH-3", "HH-5") or re.search(r"：新户 1。", answer.text)


def test_a_household_whose_head_leaves_it_names_another(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    """HH-3: the register names no representative of this household, whose head its relations tell."""
    head, wife = members(officers[0])
    given = division_form(officers[0], member_1=str(head), head_1=str(head), name_1="成员1之1")
    given |= {f"relation_{head}": "02", f"relation_{wife}": ""}
    deng.get(on_household("division"))
    answer = deng.post(on_household("division"), given)
    assert answer.status_code == 422
    assert "HH-3" in answer.text
    assert 'id="error-stays_head-1"' in answer.text
    whole = given | {"stays_head": str(wife), "stays_name": "成员1之2", f"relation_{wife}": "02"}
    assert case_of(deng, on_household("division"), whole)


@pytest.mark.parametrize("signed_on", ["2099-05-01", "1990-01-01"])
def test_a_day_of_signature_that_cannot_be_is_refused_in_the_preview_as_on_opening(
    deng: Browser, officers: tuple[Actor, Actor], signed_on: str
) -> None:
    for step in ("preview", "open"):
        deng.get(on_household("division"))
        answer = deng.post(on_household("division"), division_form(officers[0], signed_on=signed_on, step=step))
        assert answer.status_code == 422, step
        assert "REG-31" in answer.text
        assert "核对无误" not in answer.text


def test_the_same_form_sent_twice_opens_one_case(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    given = division_form(officers[0])
    deng.get(on_household("division"))
    assert deng.post(on_household("division"), given).status_code == 303
    deng.get(on_household("division"))
    assert deng.post(on_household("division"), given).status_code == 409


def test_what_is_not_there_or_not_of_its_kind_is_not_found(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    homestead, land = right_of(officers[0], kind="homestead"), right_of(officers[0])
    for address in (f"/rights/{COUNTY}/{homestead}/acts/exchange", f"/rights/{COUNTY}/{land}/acts/homestead_inheritance",
                    f"/rights/{COUNTY}/{land}/acts/land_operation_end", f"/rights/{COUNTY}/{UUID(int=1)}/acts/land_operation",
                    f"/households/{THIRD}/acts/division"):  # fmt: skip
        assert deng.get(address).status_code == 404, address


def test_several_members_join_in_one_application(deng: Browser, officers: tuple[Actor, Actor]) -> None:
    given = {"join_name": "成员新", "join_id": citizen_id(950), "join_relation": "21", "join_reason": "birth", "join_holds": "1",
             "join_name_2": "成员妻", "join_id_2": citizen_id(951), "join_relation_2": "28",
             "join_reason_2": "marriage"}  # fmt: skip
    deng.get(on_household("household_change"))
    assert deng.post(on_household("household_change"), given).status_code == 303
    kept = one(officers[0], "SELECT request -> 'joins' FROM registry.\"case\" WHERE act_kind = 'household_change'")
    assert [(join["relation"], join["holds_right"]) for join in kept] == [("21", True), ("28", False)]


def test_the_second_of_those_who_join_has_findings_of_their_own(deng: Browser) -> None:
    given = {"join_name": "成员新", "join_id": citizen_id(950), "join_relation": "21", "join_reason": "birth",
             "join_name_2": "成员妻", "join_id_2": "12"}  # fmt: skip
    deng.get(on_household("household_change"))
    answer = deng.post(on_household("household_change"), given)
    assert answer.status_code == 400
    assert all(f"error-{name}_2-1" in answer.text for name in ("join_id", "join_relation", "join_reason"))


def test_the_papers_of_an_act_are_shown_with_those_that_its_reason_asks_for(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    page = deng.get("/acts/kinds").text
    assert "每名成年成员的书面同意" in page
    assert act_type("cancellation").papers("homestead", "returned")[-1] == "member_consents"
    case = asked_for(officers[0], "division", division(officers[0], right_of(officers[0])))
    assert ">未收<" not in deng.get(f"/cases/{COUNTY}/{case}").text
    hand_in(deng, f"/cases/{COUNTY}/{case}", "division")


def test_the_receipt_of_an_act_on_a_household_names_every_kind_of_right_that_it_is_over(
    deng: Browser, officers: tuple[Actor, Actor]
) -> None:
    case = case_of(deng, on_household("division"), division_form(officers[0]))
    assert "土地承包经营权、宅基地使用权" in deng.get(case).text
    put_papers(officers[0], UUID(case.rsplit("/", 1)[1]), "division")
    cases.accept(officers[0], COUNTY, [UUID(case.rsplit("/", 1)[1])])
    pdf = PdfReader(BytesIO(deng.client.get(f"{case}/receipt.pdf").data))
    said = "".join(page.extract_text() for page in pdf.pages)
    assert "土地承包经营权、宅基地使用权" in "".join(said.split())
