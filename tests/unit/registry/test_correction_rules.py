"""COR: each rule of corrections of members and of terms refuses one thing, and lets through what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.core.periods import DAY, Period
from landreg.law.book import act_type, examine, national_law
from landreg.registry.effects import Standing
from landreg.registry.effects.parcels import Spoken, correct_member
from landreg.registry.facts.proposals import papers_of
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.contract import ContractFacts, ParcelFacts
from landreg.registry.rules.corrections import CORRECTION_RULES, Telling, cor_8_told_once_before_acceptance
from landreg.registry.rules.parcel_requests import Corrected, Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.requests import Identified, plain, read

LAW = national_law("610902", date(2026, 7, 1))
RULES = CORRECTION_RULES["correction"]
HEAD, WIFE = UUID(int=1), UUID(int=2)
HOME = "610902104202010001"
TOLD = date(2026, 1, 5)
"""More than thirty working days before."""


def of_member(member: UUID, *facts: tuple[str, str]) -> Correction:
    return Correction("member", "holder", "户口簿", tuple(Corrected(*one) for one in facts), (), member, "成员1之2")


def facts(asked: Correction, **changed: Any) -> ParcelActFacts:
    sound = ParcelActFacts(
        act_kind="correction",
        code=HOME,
        asked=asked,
        members={HEAD: True, WIFE: True},
        heads=frozenset((HEAD,)),
        told_on=TOLD,
    )
    return replace(sound, **changed)


def contract(first: date, last: date) -> ContractFacts:
    land = (ParcelFacts("6109021042020100002", Decimal("400.00"), "013", True),)
    return ContractFacts(
        f"{HOME}J", "", True, True, 0, Period.through(first, last), Decimal("400.00"), Decimal("0.60"), land, {}
    )


NUMBER = of_member(WIFE, ("person_id", str(UUID(int=9))))
RELATION = of_member(WIFE, ("relation", "12"))
SHARE = of_member(WIFE, ("holds_right", "0"))
NEVER = of_member(WIFE, ("belongs", "0"))
TERM = Correction("right", "office", "合同原件", (Corrected("term", "1998-01-01/2027-12-31"),))
THIRTY = contract(date(1998, 1, 1), date(2027, 12, 31))
LEASE = {"L01": date(2029, 1, 1)}


LOWER = "6109021042020100001"
AREA = Correction("parcel", "holder", "复测", (Corrected("registered_area_m2", "410.00"),), (LOWER,))
USE = Correction("parcel", "holder", "外业核实", (Corrected("land_use", "5"),), (LOWER,))
PLAN = Correction("parcel", "holder", "划定图件", (Corrected("basic_farmland", "0"),), (LOWER,))
NATURE = Correction("right", "holder", "合同原件", (Corrected("nature", "122"),))
HOLDER = Correction(
    "holder", "holder", "身份证", (Corrected("name", "城里仁"), Corrected("person_id", str(UUID(int=9))))
)
NOTED = LAW.text("HS-4.note")
STRUCK = Correction("right", "holder", "备注多余", (Corrected("note", ""),))
FLOORS = Correction("right", "holder", "实测", (Corrected("floor_area_m2", "178.68"),))
SLIP = Correction("parcel", "office", "外业核实", (Corrected("name", "北坡"),), (LOWER,))
LOAN = Restricted(UUID(int=4), "mortgage", "样本农村信用社", 1)
OTHERS = {
    "operated": {LOWER: "L01（样本合作社）"},
    "disposed": {f"{HOME}J": TOLD},
    "restrictions": (Restricted(UUID(int=4), "objection", "张三", 1), LOAN),
    "papers": frozenset(("operator_consent", "creditor_consent")),
}


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        (FLOORS, {"house": (Decimal("89.34"), Decimal("178.68"), 2)}),
        (FLOORS, {"house": (Decimal("89.34"), None, 2)}),
        (STRUCK, {"right_kind": "homestead", "now": {"note": "另有附记"}, "meant": {"note": ""}}),
        (STRUCK, {"right_kind": "homestead", "now": {"note": NOTED}, "meant": {"note": f"{NOTED}；另有附记"}}),
        (
            STRUCK,
            {
                "right_kind": "homestead",
                "now": {"note": NOTED},
                "meant": {"note": ""},
                "papers": frozenset(("ruling",)),
            },
        ),
    ],
)
def test_a_house_is_corrected_as_it_is_and_keeps_the_note_of_the_law(
    asked: Correction, changed: dict[str, Any]
) -> None:
    assert examine(RULES, facts(asked, **changed), LAW) == ()


def test_a_correction_goes_on_beside_the_rights_of_others_where_they_consent() -> None:
    """TR-20, COR-10: with the creditor's and the operator's word; an objection and a transfer are told (TR-21, COR-12)."""
    found = examine(RULES, facts(AREA, **OTHERS), LAW)
    assert [(one.code, LAW.level(one)) for one in found] == [("TR-21", "warn"), ("COR-12", "warn")]


@pytest.mark.parametrize(("signed", "refused"), [("2099-01-01", ["REG-31"]), ("1990-01-01", []), ("昨天", [])])
def test_a_contract_is_not_corrected_to_have_been_signed_after_today(signed: str, refused: list[str]) -> None:
    asked = facts(Correction("right", "holder", "合同原件", (Corrected("signed_on", signed),)))
    assert [found.code for found in examine(RULES, asked, LAW) if found.code == "REG-31"] == refused


def test_a_slip_of_the_pen_concerns_nobody_who_came_since() -> None:
    """TR-12, COR-11: what touches nobody's right waits for nobody."""
    seized = (Restricted(UUID(int=4), "seizure", "第一法院", 1),)
    for kind in ("correction", "office_correction"):
        asked = facts(SLIP, act_kind=kind, restrictions=seized, disposed={f"{HOME}J": TOLD})
        assert examine(CORRECTION_RULES[kind], asked, LAW) == ()


def test_a_transfer_of_before_the_exception_came_limits_no_correction() -> None:
    """COR-11, COR-12: RERD-80 is in force since 2016."""
    for asked, code in ((TERM, "COR-11"), (AREA, "COR-12")):
        for day, found in ((date(2015, 12, 31), []), (date(2016, 1, 1), [code])):
            disposed = {"disposed": {f"{HOME}J": day}, "contract": None}
            assert [one.code for one in examine(RULES, facts(asked, **disposed), LAW)] == found


def test_land_that_was_registered_as_no_basic_farmland_is_corrected_to_be_it() -> None:
    asked = facts(PLAN, now={"basic_farmland": "0"}, meant={"basic_farmland": "1"})
    assert examine(RULES, asked, LAW) == ()


@pytest.mark.parametrize("kind", ["correction", "office_correction"])
@pytest.mark.parametrize("value", ["0", "1", ""])
def test_whether_land_is_basic_farmland_is_corrected_on_the_paper_that_draws_it(kind: str, value: str) -> None:
    of_parcel = {"by": "holder", "of": "parcel"}
    for fact, asked in (("basic_farmland", True), ("land_use", False)):
        request = {**of_parcel, "facts": [{"fact": fact, "value": value}]}
        assert ("farmland_plan" in papers_of(act_type(kind), "contract_management", LOWER, request)) is asked


@pytest.mark.parametrize(("asked", "meant"), [(USE, {"land_use": "1"}), (NATURE, {"nature": "110"})])
def test_contracted_land_is_corrected_to_another_farm_use_and_to_household_contracting(
    asked: Correction, meant: dict[str, str]
) -> None:
    """COR-14, COR-15."""
    assert examine(RULES, facts(asked, right_kind="contract_management", meant=meant), LAW) == ()


@pytest.mark.parametrize("asked", [NUMBER, RELATION, of_member(HEAD, ("relation", "01")), TERM, HOLDER])
def test_what_is_right_is_let_through_and_read_as_it_was_kept(asked: Correction) -> None:
    assert examine(RULES, facts(asked, contract=THIRTY), LAW) == ()
    assert read("correction", plain(asked)) == asked


@pytest.mark.parametrize(
    ("code", "level", "asked", "changed"),
    [
        ("COR-1", "refuse", of_member(UUID(int=3), ("person_id", "x")), {}),
        ("COR-2", "refuse", NUMBER, {"same_person": False}),
        ("PT-1", "refuse", NUMBER, {"elsewhere": {"成*": "610902104202010002"}}),
        ("COR-3", "refuse", of_member(WIFE, ("relation", "02")), {}),
        ("COR-3", "refuse", of_member(HEAD, ("relation", "10")), {}),
        ("COR-5", "warn", SHARE, {}),
        ("COR-5", "warn", NEVER, {}),
        ("HH-20", "refuse", RELATION, {"spouses": frozenset((UUID(int=5),))}),
        ("HH-21", "warn", RELATION, {"head_sex": "2"}),
        ("COR-6", "refuse", TERM, {"beyond": LEASE}),
        ("CT-1", "refuse", TERM, {"contract": contract(date(1998, 1, 1), date(2030, 12, 31))}),
        ("CT-6", "warn", TERM, {"contract": contract(date(1998, 1, 1), date(2017, 12, 31))}),
        ("COR-7", "refuse", TERM, {"told_on": None, "contract": None}),
        ("COR-9", "refuse", TERM, {"told_on": date(2026, 6, 1), "contract": None}),
        ("COR-10", "refuse", AREA, {"operated": {LOWER: "L01（样本合作社）"}}),
        ("COR-11", "refuse", TERM, {"disposed": {f"{HOME}J": TOLD}, "contract": None}),
        ("COR-12", "warn", AREA, {"disposed": {f"{HOME}J": TOLD}}),
        ("COR-14", "refuse", USE, {"right_kind": "contract_management", "meant": {"land_use": "5"}}),
        ("COR-15", "refuse", NATURE, {"right_kind": "contract_management", "meant": {"nature": "122"}}),
        ("COR-30", "warn", PLAN, {"now": {"basic_farmland": "1"}, "meant": {"basic_farmland": "0"}}),
        ("COR-30", "warn", PLAN, {"now": {"basic_farmland": "1"}, "meant": {"basic_farmland": ""}}),
        ("COR-16", "refuse", HOLDER, {"same_person": False}),
        ("COR-17", "refuse", HOLDER, {"member_of": (HOME,)}),
        ("COR-19", "refuse", STRUCK, {"right_kind": "homestead", "now": {"note": NOTED}, "meant": {"note": ""}}),
        ("COR-20", "warn", FLOORS, {"house": (Decimal("89.34"), Decimal("1786.80"), 2)}),
        ("COR-20", "warn", FLOORS, {"house": (Decimal("89.34"), Decimal("17.86"), 2)}),
        ("TR-12", "refuse", AREA, {"restrictions": (Restricted(UUID(int=4), "seizure", "第一法院", 1),)}),
        ("TR-12", "refuse", AREA, {"restrictions": (replace(LOAN, kind="advance_notice"),)}),
        ("TR-20", "refuse", AREA, {"restrictions": (LOAN,)}),
        ("PAR-8", "refuse", RELATION, {"now": {"relation": "12"}}),
        ("PAR-14", "refuse", of_member(WIFE, ("position", "1")), {}),
    ],
)
def test_one_thing_wrong_is_one_finding(code: str, level: str, asked: Correction, changed: dict[str, Any]) -> None:
    (finding,) = examine(RULES, facts(asked, **changed), LAW)
    assert (finding.code, LAW.level(finding)) == (code, level)
    assert "—" not in LAW.say(finding, "zh")


def test_the_last_who_holds_the_right_keeps_it() -> None:
    for asked in (SHARE, NEVER):
        found = examine(RULES, facts(asked, members={HEAD: False, WIFE: True}), LAW)
        assert [finding.code for finding in found] == ["COR-4", "COR-5"]


@pytest.mark.parametrize("kind", ["correction", "office_correction"])
@pytest.mark.parametrize("fact", ["belongs_0", "holds_right_0"])
def test_who_would_lose_their_place_or_share_signs_for_it_or_a_ruling_says_so(kind: str, fact: str) -> None:
    asked = act_type(kind)
    assert {"error_proof", "holder_consent"} <= {*asked.papers("", fact)}
    assert "holder_consent" in asked.shown_by(["ruling"])
    assert "holder_consent" not in asked.papers("", "holds_right_1")


def test_the_representative_is_not_struck_nor_anybody_from_what_is_seized() -> None:
    seized = {"restrictions": (Restricted(UUID(int=4), "seizure", "第一法院", 1),)}
    head = of_member(HEAD, ("belongs", "0"))
    for asked, changed, code in ((head, {}, "COR-3"), (NEVER, seized, "TR-12")):
        found = [(one.code, LAW.level(one)) for one in examine(RULES, facts(asked, **changed), LAW)]
        assert found == [(code, "refuse"), ("COR-5", "warn")]


def test_who_was_never_a_member_is_said_so_no_more_and_in_no_other_household() -> None:
    here, there = UUID(int=1), UUID(int=2)
    rows = [
        Spoken(Standing("member", {"row_id": UUID(int=n)}, {"household_id": home}, since), until)
        for n, home, since, until in (
            (1, there, None, date(2020, 1, 1)),
            (2, here, date(2020, 1, 1), date(2024, 1, 1)),
            (3, here, date(2024, 1, 1), None),
        )
    ]
    changes = correct_member(rows, [], {"belongs": False}, date(2026, 7, 1), lambda: UUID(int=5))
    assert changes.opens == ()
    assert [one.key["row_id"] for one in changes.closes] == [UUID(int=2), UUID(int=3)]


def test_a_corrected_number_stands_in_every_row_that_bore_the_wrong_one_and_in_no_other() -> None:
    wrong, right, other = UUID(int=7), UUID(int=8), UUID(int=6)
    day = date(2026, 7, 1)

    def row(table: str, since: date | None, until: date | None, **said: Any) -> Spoken:
        return Spoken(Standing(table, {"row_id": UUID(int=1)}, {"row_id": UUID(int=1), **said}, since), until)

    member = [
        row("member", None, date(2020, 1, 1), person_id=other, relation="20"),
        row("member", date(2020, 1, 1), date(2024, 1, 1), person_id=wrong, relation="20"),
        row("member", date(2024, 1, 1), None, person_id=wrong, relation="02"),
    ]
    home = [row("household", date(2024, 1, 1), None, representative_id=wrong)]
    changes = correct_member(member, [("representative_id", home)], {"person_id": right}, day, lambda: UUID(int=5))
    opened = [
        (one.table, one.row.get("person_id", one.row.get("representative_id")), one.since, one.until)
        for one in changes.opens
    ]
    assert opened == [
        ("member", right, date(2020, 1, 1), date(2024, 1, 1)),
        ("member", right, date(2024, 1, 1), None),
        ("household", right, date(2024, 1, 1), None),
    ]
    assert [one.row.get("relation") for one in changes.opens] == ["20", "02", None]
    assert len(changes.closes) == 3


def test_the_party_has_all_of_thirty_working_days_and_the_office_goes_on_from_the_day_after() -> None:
    last = LAW.working_days_after(TOLD, 30)
    for day, stopped in ((last, True), (last + DAY, False)):
        found = examine(RULES, facts(TERM, contract=THIRTY), national_law("610902", day))
        assert ("COR-9" in {finding.code for finding in found}) is stopped, day


@pytest.mark.parametrize("by", ["holder", "interested_party"])
def test_who_applies_themselves_waits_for_nothing(by: str) -> None:
    asked = replace(TERM, by=by, party="赵利害", whose=Identified("person", "", UUID(int=9)), interest="相邻")
    assert examine(RULES, facts(asked, contract=THIRTY, told_on=None), LAW) == ()


@pytest.mark.parametrize(
    "lacking", [{"party": " "}, {"whose": None}, {"whose": Identified("person")}, {"interest": ""}]
)
def test_an_interested_party_is_named_and_says_what_the_correction_is_to_them(lacking: dict[str, Any]) -> None:
    named = replace(
        TERM, by="interested_party", party="赵利害", whose=Identified("person", "", UUID(int=9)), interest="相邻"
    )
    found = examine(RULES, facts(replace(named, **lacking), contract=THIRTY, told_on=None), LAW)
    assert [(one.code, LAW.level(one)) for one in found] == [("COR-18", "refuse")]
    assert all(LAW.say(one, "zh") and LAW.say(one, "en") for one in found)


@pytest.mark.parametrize(
    ("telling", "stopped"),
    [
        (Telling("1", "office_correction", "draft", False), False),
        (Telling("1", "office_correction", "returned", False), False),
        (Telling("1", "office_correction", "draft", True), True),
        (Telling("1", "office_correction", "accepted", False), True),
        (Telling("1", "correction", "draft", False), True),
    ],
)
def test_the_party_is_told_once_before_acceptance_of_what_the_office_found(telling: Telling, stopped: bool) -> None:
    finding = cor_8_told_once_before_acceptance(telling, LAW)
    assert (finding is not None) is stopped
    assert finding is None or finding.code == "COR-8"
