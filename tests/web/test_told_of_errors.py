"""What the office finds wrong itself: the party is written to and may apply first; and the paper of who operates land."""

from __future__ import annotations

import io
import re
from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from landreg.audit.logged import register
from landreg.config import Settings
from landreg.core.actor import Actor, Role
from landreg.core.errors import Refused
from landreg.core.files import Store
from landreg.demo_parcels import write_to_a_holder
from landreg.log.recheck import recheck, recheck_register
from landreg.log.store import seal
from landreg.registry.casework import applications, cases, notices, parcel_applications, telling
from landreg.registry.leaves import logged
from landreg.registry.rules.household_requests import LandOperation, Operator
from landreg.registry.rules.parcel_requests import Corrected, Correction
from tests.household_kit import asked_for, parcels
from tests.papers_kit import pdf
from tests.registry_kit import (
    HOUSEHOLD,
    booked,
    codes,
    one,
    pass_days,
    put_paper,
    put_papers,
    put_proof,
    put_proofs,
    right_of,
    to_rights,
)
from tests.renewal_kit import today
from tests.unit.registry.facts import LAW
from tests.villages import COUNTY, past_triggers
from tests.web.conftest import Browser

_GUESSED = """
    SELECT count(*) FILTER (WHERE t.said = encode(sha256(convert_to(jsonb_build_array(
            e.step, log.instant(e.at), e.by, e.by_name, e.reason)::text, 'UTF8')), 'hex')),
        count(*) FILTER (WHERE t.said = encode(sha256(convert_to(jsonb_build_array(e.step, log.instant(e.at), e.by, e.by_name,
            encode(sha256(convert_to(e.salt || e.reason, 'UTF8')), 'hex'))::text, 'UTF8')), 'hex'))
    FROM registry.case_event AS e
    JOIN registry.case_event AS a ON a.case_id = e.case_id AND a.step = 'accept'
    CROSS JOIN LATERAL (SELECT a.told -> 'steps' ->> e.event_id::text AS said) AS t WHERE e.step = 'tell'"""


@pytest.fixture(autouse=True)
def _registered(officers: tuple[Actor, Actor], superuser: Any) -> None:
    to_rights(*officers, superuser, 1)
    pass_days(superuser, 3)


def letters_to(actor: Actor, case: UUID) -> dict[str, str]:
    """By whom it is to: where each letter of a case is printed."""
    told = one(
        actor,
        "SELECT jsonb_object_agg(reason, event_id) FROM registry.case_event WHERE case_id = :case AND step = 'tell'",
        case=case,
    )
    return {to: f"/cases/{COUNTY}/{case}/error-letters/{event}.pdf" for to, event in (told or {}).items()}


def id_of(address: str) -> str:
    """Of where a letter is printed: which it is."""
    return address.rsplit("/", 1)[-1].removesuffix(".pdf")


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_the_party_is_written_to_before_the_office_corrects_by_itself_and_the_days_run_from_the_delivery(
    deng: Browser, shen: Browser, another_browser: Browser, officers: tuple[Actor, Actor], superuser: Any,
    database: Settings, worker: Actor,
) -> None:  # fmt: skip
    wrong = Correction("household", "office", "原件写的是二组", (Corrected("address", "样本村二组"),))
    case = applications.apply_on_household(officers[0], HOUSEHOLD, "correction", wrong)
    page = f"/cases/{COUNTY}/{case}"
    # What was put in before anybody was told proves no delivery.
    put_papers(officers[0], case, "office_correction")
    with pytest.raises(Refused) as refused:
        cases.accept(officers[0], COUNTY, [case])
    assert codes(refused) == {"COR-7"}
    assert deng.client.get(f"{page}/error-letters/{uuid4()}.pdf").status_code == 409
    shen.get(page)
    assert shen.post(f"{page}/tell").status_code == 403
    assert "出具更正登记通知书" in deng.get(page).text
    assert deng.post(f"{page}/tell").status_code == 303
    assert deng.post(f"{page}/tell").status_code == 409
    ((to, address),) = letters_to(officers[0], case).items()
    assert to.startswith("户主1（权利人）")
    letter = deng.client.get(address).data
    assert deng.client.get(address).data == letter
    for said in ("更正登记通知书", "户主1", "样本村二组", "原件写的是二组", "30个工作日", "15个工作日", "登记申请书"):
        assert said in text_of(letter), said
    number = one(officers[0], "SELECT number FROM registry.paper WHERE kind = 'error_letter'")
    assert "更正登记通知书" in another_browser.get("/check", query_string={"number": number}).text
    pass_days(superuser, 60)
    with pytest.raises(Refused):
        cases.accept(officers[0], COUNTY, [case])
    deng.get(page)
    for of_no_letter in ({}, {"letter": str(uuid4())}):
        sent = {"kind": "delivery_proof", **of_no_letter, "file": (io.BytesIO(pdf("signed for")), "slip.pdf")}
        refused_page = deng.post(f"{page}/documents", sent)
        assert refused_page.status_code == 400
        assert "COR-13" in refused_page.text
    sent = {
        "kind": "delivery_proof",
        "letter": id_of(address),
        "file": (io.BytesIO(pdf("signed for")), "slip.pdf"),
    }
    assert deng.post(f"{page}/documents", sent).status_code == 303
    assert "当事人可申请至" in deng.get(page).text
    with pytest.raises(Refused) as refused:
        cases.accept(officers[0], COUNTY, [case])
    assert codes(refused) == {"COR-9"}
    pass_days(superuser, 60)
    cases.accept(officers[0], COUNTY, [case])
    assert deng.post(f"{page}/tell").status_code == 409
    seal(worker, database)
    assert recheck(worker, database, logged.SOURCES, logged.TABLES).findings == ()
    assert superuser.execute(_GUESSED).fetchone() == (0, 1), (
        "whoever knows the name works the leaf's digest out by the salt alone"
    )
    for addressee, found in ((to, set()), ("户主2（权利人）", {"registry.case_event"})):
        with past_triggers(superuser):
            superuser.execute("UPDATE registry.case_event SET reason = %s WHERE step = 'tell'", [addressee])
        odd = {one.layer for one in recheck_register(worker, database, register()).findings}
        assert odd & {"registry.case_event"} == found


def test_whoever_does_not_work_with_the_case_reads_no_name_and_no_address_of_whom_the_letters_go_to(
    deng: Browser, another_browser: Browser, account: Any, officers: tuple[Actor, Actor]
) -> None:
    wrong = Correction("household", "office", "原件写的是二组", (Corrected("address", "样本村二组"),))
    page = f"/cases/{COUNTY}/{applications.apply_on_household(officers[0], HOUSEHOLD, 'correction', wrong)}"
    deng.get(page)
    assert deng.post(f"{page}/tell").status_code == 303
    assert "户主1（权利人）" in deng.get(page).text
    account("bian", Role.AUDITOR)
    another_browser.log_in("bian")
    seen = another_browser.get(page).text
    assert "户*1（权利人）" in seen
    assert "户主1" not in seen


def test_a_correction_is_not_overdue_while_the_party_s_own_days_run_and_the_desk_says_until_when(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    wrong = Correction("household", "office", "原件写的是二组", (Corrected("address", "样本村二组"),))
    case = applications.apply_on_household(officers[0], HOUSEHOLD, "correction", wrong)

    entered = today(officers[0])

    def overdue() -> bool:
        named = str(case) in deng.get("/cases?queue=overdue&act=office_correction").text
        listed = deng.get("/cases?queue=all&act=office_correction").text
        assert ("已超过规定的" in listed) is named
        return named

    pass_days(superuser, 20)
    assert overdue()
    telling.tell(officers[0], COUNTY, case)
    assert not overdue()
    pass_days(superuser, 20)
    assert overdue()
    put_proofs(officers[0], case)
    last = LAW.working_days_after(today(officers[0]), 30)
    assert not overdue()
    listed = deng.get("/cases?queue=all&act=office_correction&sort=since").text
    assert f"当事人可申请至 {last}" in listed
    assert f">{entered}<br>" in listed, "what the list is ordered by is what it shows"
    pass_days(superuser, 28)
    assert not overdue()
    pass_days(superuser, 40)
    assert overdue()


def test_who_operates_the_land_is_named_in_the_letter_and_their_area_is_not_corrected_without_them(
    deng: Browser, officers: tuple[Actor, Actor], superuser: Any
) -> None:
    registrar, right = officers[0], right_of(officers[0])
    cooperative = Operator("organization", uuid4(), "样本合作社", "93610902MA0000001B")
    land = tuple(parcels(registrar, right)[:1])
    days = (date(2026, 1, 5), date(2022, 1, 1), date(2027, 6, 30))
    lease = LandOperation("", cooperative, "lease", "流转合同1号", *days, land)
    booked(
        *officers,
        superuser,
        asked_for(registrar, "land_operation", lease, right=right, more=("filing",)),
        "land_operation",
    )
    wrong = Correction("parcel", "office", "复测", (Corrected("registered_area_m2", "401.00"),), land)
    case = parcel_applications.apply_on_parcel(registrar, land[0], "correction", wrong)
    page = f"/cases/{COUNTY}/{case}"
    deng.get(page)
    assert deng.post(f"{page}/tell").status_code == 303
    changed = " ".join(re.findall(r'<th scope="row">(.*?)</th>', deng.get(page).text, re.S))
    assert f"地块记载 {land[0]} · 登记面积" in " ".join(re.sub(r"<[^>]+>", "", changed).split())
    letters = letters_to(registrar, case)
    assert sorted(to.split("，")[0] for to in letters) == ["户主1（权利人）", "样本合作社（土地经营权人）"]
    for to, address in letters.items():
        said = text_of(deng.client.get(address).data)
        assert f"{to}：" in said
        assert "取得同意后才能更正" in said
    numbers = one(
        registrar, "SELECT jsonb_agg(right(number, 3) ORDER BY number) FROM registry.paper WHERE case_id = :c", c=case
    )
    assert numbers == ["-T1", "-T2"]
    put_paper(registrar, case, "error_proof")
    first, second = (UUID(id_of(address)) for address in letters.values())
    # Twice the same party: the other was still not reached.
    for _again in range(2):
        put_proof(registrar, case, first)
        shown = deng.get(page).text
        assert "已收到 1／2 份送达凭证" in shown
        assert shown.count("未收送达凭证") == 1
    pass_days(superuser, 60)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert "COR-7" in codes(refused)
    put_proof(registrar, case, second)
    assert "当事人可申请至" in deng.get(page).text
    pass_days(superuser, 60)
    with pytest.raises(Refused) as refused:
        cases.accept(registrar, COUNTY, [case])
    assert codes(refused) == {"COR-10"}
    assert "operator_consent" in deng.get(f"/cases/{COUNTY}/{case}").text
    put_paper(registrar, case, "operator_consent")
    cases.accept(registrar, COUNTY, [case])
    cases.review(officers[1], COUNTY, [case])
    number, _stepped = notices.publish(registrar, COUNTY, [case], "更正登记公告")
    said = text_of(deng.client.get(f"/notices/{number}/paper.pdf").data)
    page = deng.get(f"/notices/{number}").text
    for told in (land[0], "401.00"):
        assert told in said
        assert told in page


def test_the_sample_s_office_writes_one_letter_however_often_it_is_asked(
    deng: Browser, officers: tuple[Actor, Actor], database: Settings
) -> None:
    for _again in range(2):
        write_to_a_holder(officers[0], COUNTY, "http://127.0.0.1:8000", Store(database.store))
    assert one(officers[0], "SELECT count(*) FROM registry.paper WHERE kind = 'error_letter'") == 1
    case = one(officers[0], """SELECT case_id FROM registry."case" WHERE act_kind = 'office_correction'""")
    (address,) = letters_to(officers[0], case).values()
    assert "排水渠" in text_of(deng.client.get(address).data)
