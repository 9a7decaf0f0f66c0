"""How an exit stands, what its steps rest on, and what its act must rest on at the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from landreg.core.errors import BadInput, Refused
from landreg.core.files import Store
from landreg.exit import later
from landreg.exit.model import Exit
from landreg.exit.rules.course import (
    AGREE_RULES,
    Course,
    Noticed,
    Witnesses,
    Word,
    exit_20_notice_in_its_time,
    exit_21_no_settlement_counter,
    exit_22_witness_apart,
    stage,
)
from landreg.exit.rules.money import (
    Paid,
    Shares,
    exit_8_reason_of_the_list,
    exit_12_payment_is_due,
    exit_18_repayment_of_what_was_paid,
    exit_19_shares_by_the_charter,
    exit_23_account_of_digits,
)
from landreg.law.book import all_parameters, examine, national_law, terms
from landreg.registry.guarded import Attached, attached, ties_nothing
from landreg.registry.rules import ACT_RULES
from landreg.registry.rules.exit_requests import ExitAsked
from landreg.registry.rules.exits import ExitFacts
from landreg.web.forms import Upload

DAY = date(2026, 11, 1)
LAW = national_law("610902", DAY)
HEAD, WIFE, CHILD, TAKER = (UUID(int=n) for n in (1, 2, 3, 4))
SAID = Word(HEAD, True, DAY, "counter", "dialect", True, True, "见证人", True)
BEGUN = Course("610902-T2026-00001", DAY, {HEAD: "张*", WIFE: "李*"})
BOTH = replace(BEGUN, words=(SAID, replace(SAID, member_id=WIFE)), offered_on=DAY)


def told(course: Course) -> str:
    return stage(course, 15)


@pytest.mark.parametrize(
    ("course", "where"),
    [
        (BEGUN, "applied"),
        (replace(BEGUN, words=(SAID,)), "applied"),
        (replace(BEGUN, words=(replace(SAID, agrees=False),)), "against"),
        (BOTH, "cooling"),
        (replace(BOTH, today=DAY + timedelta(days=14)), "cooling"),
        (replace(BOTH, today=DAY + timedelta(days=15)), "agreeing"),
        (replace(BOTH, minors={CHILD: "张*"}), "applied"),
        (replace(BOTH, offered_on=None), "applied"),
        (replace(BOTH, offered_on=DAY + timedelta(days=3), today=DAY + timedelta(days=17)), "cooling"),
        (replace(BOTH, agreed=Decimal(10)), "paying"),
        (replace(BOTH, agreed=Decimal(10), paid=Decimal(10)), "paid"),
        (replace(BOTH, agreed=Decimal(10), paid=Decimal(10), case_state="registered"), "ended"),
        (replace(BOTH, case_state="refused"), "refused"),
        (replace(BOTH, over="withdrawal"), "withdrawal"),
    ],
)
def test_where_an_exit_is_follows_from_what_was_recorded_of_it(course: Course, where: str) -> None:
    assert told(course) == where
    assert where in terms("exit_stage")


@pytest.mark.parametrize("lacking", ["identity_checked", "read_aloud", "language", "witness", "witness_apart"])
def test_a_word_without_all_that_belongs_to_it_is_no_consent(lacking: str) -> None:
    word = replace(SAID, **{lacking: "" if lacking in ("language", "witness") else False})
    findings = examine(AGREE_RULES, replace(BOTH, words=(word, BOTH.words[1]), today=date(2026, 12, 1)), LAW)
    assert [finding.code for finding in findings] == ["EXIT-1"]


def test_the_reasons_are_dated_data_and_their_words_are_there() -> None:
    (figure,) = (one for one in all_parameters() if one.name == "EXIT-8.reasons")
    assert tuple(figure.values) == terms("exit_reason")
    assert exit_8_reason_of_the_list("own_wish", LAW) is None
    wrong = exit_8_reason_of_the_list("落户", LAW)
    assert wrong is not None
    assert wrong.code == "EXIT-8"


READY = ExitFacts(
    "exit", "J1", ExitAsked("whole"), parcels=("P1", "P2"), holder=HEAD, collective="C1", agreed=Decimal(10), paid=Decimal(10),
    noticed_on=date(2026, 5, 1), contracted=True, today=DAY, right_kind="contract_management",
)  # fmt: skip


def test_an_exit_that_is_paid_and_was_given_notice_of_is_registered() -> None:
    assert examine(ACT_RULES["exit"], READY, LAW) == ()


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("EXIT-2", {"noticed_on": date(2026, 5, 2)}),
        ("EXIT-2", {"noticed_on": None}),
        ("EXIT-3", {"paid": Decimal("9.99")}),
        ("EXIT-3", {"agreed": None}),
        ("EXIT-4", {"over": True}),
        ("EXIT-5", {"asked": ExitAsked("part", ("P1", "P2"))}),
        ("EXIT-5", {"asked": ExitAsked("part", ("P9",))}),
        ("EXIT-5", {"asked": ExitAsked("whole", (), date(2027, 1, 1))}),
        ("EXIT-5", {"asked": ExitAsked("temporary", (), DAY)}),
        ("EXIT-5", {"asked": ExitAsked("temporary", (), date(2036, 11, 2))}),
        ("EXIT-10", {"asked": ExitAsked("whole", (), None, TAKER), "taker_collective": "C2", "taker_same_term": True}),
        ("EXIT-10", {"asked": ExitAsked("whole", (), None, HEAD), "taker_collective": "C1", "taker_same_term": True}),
        ("EXIT-10", {"asked": ExitAsked("whole", (), None, TAKER), "taker_collective": "C1"}),
        ("LO-5", {"operated": {"P1": "L1"}}),
    ],
)
def test_one_thing_wrong_with_an_exit_s_act_is_one_finding(code: str, changed: dict[str, Any]) -> None:
    (finding,) = examine(ACT_RULES["exit"], replace(READY, **changed), LAW)
    assert (finding.code, LAW.level(finding)) == (code, "refuse")


@pytest.mark.parametrize(
    ("on_day", "code"),
    [
        (DAY, None),
        (DAY - timedelta(days=10), None),
        (DAY - timedelta(days=11), "EXIT-20"),
        (DAY + timedelta(days=1), "EXIT-20"),
    ],
)
def test_the_half_year_runs_from_no_day_before_the_application_or_to_come(on_day: date, code: str | None) -> None:
    found = exit_20_notice_in_its_time(Noticed(on_day, DAY - timedelta(days=10)), LAW)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("office", "code"),
    [("样本镇便民服务中心", None), ("", "EXIT-21"), (" ", "EXIT-21"), ("落户窗口", "EXIT-21"), ("城关派出所户籍室", "EXIT-21"),
     ("户口登记处", "EXIT-21")],
)  # fmt: skip
def test_a_consent_is_taken_at_a_place_that_settles_nobody(office: str, code: str | None) -> None:
    found = exit_21_no_settlement_counter(office, LAW)
    assert (found.code if found else None) == code


def test_nobody_who_gives_takes_or_pays_for_the_land_is_a_witness() -> None:
    assert exit_22_witness_apart(Witnesses(("见证人",), ("张家户主", "样本合作社")), LAW) is None
    assert exit_22_witness_apart(Witnesses(("",), ("",)), LAW) is None
    for witness in ("张家户主", "样本 合作社"):
        found = exit_22_witness_apart(Witnesses(("见证人", witness), ("张家户主", "样本合作社"), "payer"), LAW)
        assert found is not None
        assert (found.code, found.field) == ("EXIT-22", "payer")


@pytest.mark.parametrize(
    ("account", "sound"), [("6217 0000 0000 1234", True), ("12", False), ("六二一七〇〇〇〇", False), ("1" * 41, False)]
)
def test_an_account_is_digits(account: str, sound: bool) -> None:
    found = exit_23_account_of_digits(account, LAW)
    assert (found.code if found else None) == (None if sound else "EXIT-23")


@pytest.mark.parametrize(
    ("changed", "field"),
    [({}, None), ({"person_id": WIFE}, "member"), ({"amount": Decimal(101)}, "amount"), ({"receipt": " "}, "receipt"),
     ({"paid_on": DAY - timedelta(days=1)}, "paid_on"), ({"known_receipt": True}, "receipt")],
)  # fmt: skip
def test_what_is_wrong_with_a_payment_is_told_at_its_field(changed: dict[str, Any], field: str | None) -> None:
    paid = Paid(HEAD, Decimal(100), DAY, "HP-1", (HEAD,), Decimal(100), DAY, DAY)
    found = exit_12_payment_is_due(replace(paid, **changed), LAW)
    assert (found.field if found else None) == field


def test_a_paper_whose_text_layer_ties_the_exit_is_refused_with_its_words() -> None:
    with pytest.raises(Refused) as refused:
        ties_nothing(DAY, Attached("0" * 64, 1, "协议.pdf", "甲方承诺：退回承包地后方可办理进城落户手续"))
    (finding,) = refused.value.findings
    assert finding.code == "GUARD-1"
    assert finding.values["words"]


def test_a_damaged_or_locked_pdf_is_refused_and_a_picture_is_kept_unread(tmp_path: Path) -> None:
    """EXIT-15: what cannot be read cannot be checked."""
    store, locked = Store(tmp_path), BytesIO()
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("x", algorithm="AES-256")
    writer.write(locked)
    for content in (b"%PDF-1.7 nothing", locked.getvalue(), b"PK\x03\x04 a document"):
        with pytest.raises(BadInput) as refused:
            attached(store, Upload("a.pdf", BytesIO(content)))
        assert refused.value.findings[0].code == "EXIT-15"
    kept = attached(store, Upload("a.jpg", BytesIO(b"\xff\xd8\xff")))
    assert kept is not None
    assert kept.text == ""


def test_what_stands_in_the_fields_and_notes_of_a_pdf_or_in_a_plain_text_is_read_too(tmp_path: Path) -> None:
    tie, store = "退回承包地后方可办理进城落户手续", Store(tmp_path)
    writer, filled = pypdf.PdfWriter(), BytesIO()
    page = writer.add_blank_page(100, 100)
    note = DictionaryObject(
        {NameObject("/Subtype"): NameObject("/Text"), NameObject("/Contents"): TextStringObject(tie),
         NameObject("/Rect"): ArrayObject([NumberObject(0)] * 4)}
    )  # fmt: skip
    page[NameObject("/Annots")] = ArrayObject([note])
    writer.write(filled)
    for content in (filled.getvalue(), tie.encode(), tie.encode("gb18030"), tie.encode("utf-16")):
        sent = attached(store, Upload("a", BytesIO(content)))
        assert sent is not None
        with pytest.raises(Refused):
            ties_nothing(DAY, sent)


def test_an_agreement_stands_on_an_offer() -> None:
    late = replace(BOTH, today=DAY + timedelta(days=30))
    assert examine(AGREE_RULES, late, LAW) == ()
    assert [found.code for found in examine(AGREE_RULES, replace(late, offered_on=None), LAW)] == ["EXIT-17"]


@pytest.mark.parametrize(
    "changed",
    [{}, {"amount": Decimal("0")}, {"amount": Decimal("NaN")}, {"amount": Decimal("100.01")}, {"receipt": " "},
     {"known_receipt": True}, {"paid_on": DAY - timedelta(days=1)}, {"paid_on": DAY + timedelta(days=3)}],
)  # fmt: skip
def test_what_comes_back_is_of_what_was_paid_in_its_time_by_a_new_receipt(changed: dict[str, Any]) -> None:
    back = Paid(HEAD, Decimal(100), DAY, "TK-1", (), Decimal(100), DAY, DAY + timedelta(days=2))
    found = exit_18_repayment_of_what_was_paid(replace(back, **changed), LAW)
    assert (found is None) == (not changed)
    assert found is None or found.code == "EXIT-18"


@pytest.mark.parametrize(
    ("shares", "sound"),
    [
        (Shares(None), True),
        (Shares(None, agreed=False), True),
        (Shares(Decimal("2.50"), charter=True), True),
        (Shares(Decimal(2), charter=True, agreed=True), True),
        (Shares(Decimal(2)), False),
        (Shares(Decimal(0), charter=True), False),
        (Shares(None, charter=True), False),
        (Shares(None, agreed=True), False),
        (Shares(Decimal(2), charter=True, agreed=False), False),
    ],
)
def test_income_shares_go_back_by_the_charter_and_are_paid_for(shares: Shares, sound: bool) -> None:
    found = exit_19_shares_by_the_charter(shares, LAW)
    assert (found is None) == sound
    assert found is None or found.code == "EXIT-19"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Exit(contracted=True, right_ids=[HEAD]), (True, False, False)),
        (Exit(contracted=False, right_ids=[HEAD]), (True, True, False)),
        (Exit(contracted=True, right_ids=[HEAD, WIFE]), (True, True, False)),
        (Exit(contracted=True, right_ids=[HEAD], taker_id=TAKER), (False, False, False)),
        (Exit(contracted=True, right_ids=[HEAD], returns_on=DAY, cut_parcel="P"), (False, False, True)),
    ],
)
def test_a_household_reads_what_becomes_of_its_land(row: Exit, told: tuple[bool, ...]) -> None:
    said = "".join(later.afterwards(row))
    assert tuple(word in said for word in ("归本集体", "复垦", "自动恢复")) == told


@pytest.mark.parametrize(
    ("row", "years", "told"),
    [
        (Exit(contracted=True, right_ids=[HEAD]), "3", 1),
        (Exit(contracted=True, right_ids=[HEAD]), "0", 0),
        (Exit(contracted=True, right_ids=[HEAD], taker_id=TAKER), "3", 0),
        (Exit(contracted=True, right_ids=[HEAD], returns_on=DAY), "3", 0),
    ],
)
def test_a_right_to_buy_back_is_printed_for_the_years_that_a_county_has_set(row: Exit, years: str, told: int) -> None:
    name = "EXIT-5.buy_back_years"
    figure = replace(LAW.parameters[name], values={"": years})
    said = later.bought_back(row, replace(LAW, parameters={**LAW.parameters, name: figure}))
    assert len(said) == told
    assert all(f"{years} 年内" in one for one in said)
