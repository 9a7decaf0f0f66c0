"""REG, CHG, TR, END, RES: each rule of acts of change refuses one thing, and lets through what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import act_types, examine, national_law, term, terms
from landreg.registry.rules import ACT_RULES
from landreg.registry.rules.act_facts import ActFacts, OnRight, Restricted, Taker
from landreg.registry.rules.certificates import ExchangeFacts
from landreg.registry.rules.names import NameFacts, OrganizationFacts
from landreg.registry.rules.relations import RELATION_SEX, unlike
from landreg.registry.rules.requests import (
    Assignment,
    Cancellation,
    CertificateExchange,
    HouseholdChange,
    Identified,
    Joining,
    Leaving,
    NameChange,
    OrganizationNameChange,
    Reissue,
    Relating,
    Release,
    Request,
    RestrictionAsked,
    plain,
    read,
)
from landreg.registry.rules.restrictions import consent_papers
from landreg.registry.rules.spouses import too_young

LAW = national_law("610902", date(2026, 7, 1))
WIFE, CHILD, STRANGER = UUID(int=1), UUID(int=2), UUID(int=3)
HOLDER, TAKER = UUID(int=7), UUID(int=8)
TERM = (date(1998, 1, 1), date(2028, 1, 1))
COURT = "样本区人民法院"
SEIZURE = Restricted(UUID(int=20), "seizure", "法院", 1)
OBJECTION = replace(SEIZURE, kind="objection", party="异议人")
NOTICED = replace(SEIZURE, kind="advance_notice", party="买受人")
MORTGAGED = replace(SEIZURE, kind="mortgage", party="样本农村信用社", right_id=UUID(int=31))
DISPUTE = replace(SEIZURE, restriction_id=UUID(int=21), kind="dispute", party="异议村民")
GIVEN_BACK = Cancellation("returned", noticed_on=date(2026, 1, 1))
RENAMED = NameChange(CHILD, UUID(int=4), "王新", "renamed")
USCC = "93610902MA0000001B"
NEW_NAME = OrganizationNameChange("汉滨区样本种植专业合作社", USCC, "登记通知书1号")
FACTS: dict[str, type[ActFacts]] = {
    "certificate_exchange": ExchangeFacts,
    "reissue": ExchangeFacts,
    "name_change": NameFacts,
    "organization_name_change": OrganizationFacts,
}
PAPERS = frozenset({"risk_statement", "notice_consent", "creditor_consent"})
BORN = Joining(STRANGER, "21", holds_right=True, reason="birth")
MARRIED_AGAIN = HouseholdChange((Joining(STRANGER, "12", holds_right=True, reason="marriage"),))

PARTED = Relating(CHILD, "99", "divorce", date(2026, 6, 30))
WERE_MARRIED = {"relations": dict.fromkeys((CHILD, STRANGER), "10")}
MARRIED_AGAIN_PARTED = replace(MARRIED_AGAIN, relates=(PARTED,))


def facts(kind: str, asked: Request, **changed: Any) -> ActFacts:
    sound = FACTS.get(kind, ActFacts)(
        act_kind=kind,
        code="6109021042020100010J",
        asked=asked,
        right_kind="contract_management",
        members={WIFE: True, CHILD: False},
        parcels=("P1", "P2"),
        collective="C",
        holder=HOLDER,
        term=TERM,
        taker=Taker("610902104202010002", "C", 2),
    )
    if isinstance(sound, ExchangeFacts):
        sound = replace(sound, certificates=("N1",))
    if isinstance(sound, OrganizationFacts):
        sound = replace(sound, organization=USCC, known_name="样本合作社")
    if kind == "mortgage":
        sound = replace(sound, papers=frozenset({"filing"}))
    return replace(sound, **changed)


ASSIGNED = Assignment(TAKER, "J", date(2026, 1, 5))
BANK = Identified("organization", USCC)
MORTGAGE = RestrictionAsked("mortgage", "样本农村信用社", "抵押合同", Decimal("1000.00"), whose=BANK)
BUYER = Identified("household", "610902104202010002", TAKER)
NOTICE = RestrictionAsked("advance_notice", "买受人", "预约合同", lapse_days=90, whose=BUYER)
OBJECTS = RestrictionAsked("objection", "邻人", "异议书", whose=Identified("person", "", WIFE))
SOUND: list[tuple[str, Request, dict[str, Any]]] = [
    ("household_change", HouseholdChange((BORN,), (Leaving(CHILD, "death"),)), {}),
    ("household_change", HouseholdChange(name="王五"), {"heads": frozenset({WIFE})}),
    ("household_change", HouseholdChange((replace(BORN, relation="12"),)), {"heads": frozenset({WIFE})}),
    (
        "household_change",
        HouseholdChange((replace(BORN, relation="12"),), (Leaving(CHILD, "death"),)),
        {"spouses": frozenset({CHILD})},
    ),
    ("household_change", HouseholdChange(relates=(PARTED,)), {"relations": {CHILD: "12"}, "sexes": {CHILD: "2"}}),
    ("household_change", MARRIED_AGAIN_PARTED, {"spouses": frozenset({CHILD}), "relations": {CHILD: "10"}}),
    (
        "household_change",
        HouseholdChange(relates=(replace(PARTED, relation="12", reason="kin_other"),)),
        {"relations": {CHILD: "99"}, "heads": frozenset({WIFE}), "since": {CHILD: date(2026, 6, 29)}},
    ),
    ("assignment", replace(ASSIGNED, parcels=("P1",)), {}),
    ("cancellation", GIVEN_BACK, {}),
    ("certificate_exchange", CertificateExchange("damaged", "N1"), {}),
    ("name_change", RENAMED, {"members": {CHILD: True}}),
    ("organization_name_change", NEW_NAME, {}),
    ("organization_name_change", NEW_NAME, {"restrictions": (SEIZURE, MORTGAGED)}),
    ("dispute_entry", RestrictionAsked("dispute", "异议村民", "调解受理书"), {"restrictions": (SEIZURE,)}),
    ("dispute_release", Release(DISPUTE.restriction_id, "调解书"), {"restrictions": (DISPUTE,)}),
    ("household_change", HouseholdChange(leaves=(Leaving(CHILD, "death"),)), {"heads": frozenset({WIFE})}),
    ("assignment", ASSIGNED, {}),
    ("assignment", ASSIGNED, {"taker": Taker("T", "C", 2, TERM)}),
    ("cancellation", Cancellation("expropriation", ("P1",)), {}),
    ("mortgage", replace(MORTGAGE, amount=Decimal("0.01")), {}),
    ("objection_entry", OBJECTS, {}),
    ("advance_notice", NOTICE, {}),
    ("advance_notice", replace(NOTICE, whose=BANK), {"right_kind": "land_operation"}),
    ("mortgage", replace(MORTGAGE, amount=Decimal("99999999999999.99")), {}),
    ("seizure", RestrictionAsked("seizure", COURT, "裁定", until=date(2026, 7, 2)), {}),
    ("seizure", RestrictionAsked("seizure", COURT, "裁定", until=date(2029, 7, 1)), {}),
    ("mortgage", replace(MORTGAGE, until=date(2026, 7, 1)), {}),
    ("advance_notice", replace(NOTICE, registrable_on=date(2026, 5, 1)), {}),
    ("advance_notice", NOTICE, {}),
    ("reissue", Reissue("遗失"), {"restrictions": (SEIZURE,)}),
    ("reissue", Reissue("遗失", ("N1",)), {}),
    ("assignment", ASSIGNED, {"restrictions": (OBJECTION, NOTICED), "papers": PAPERS}),
    ("assignment", ASSIGNED, {"restrictions": (replace(MORTGAGED, no_transfer=True),), "papers": PAPERS}),
    ("cancellation", Cancellation("error"), {"restrictions": (OBJECTION, NOTICED, MORTGAGED), "papers": PAPERS}),
    ("mortgage", MORTGAGE, {"restrictions": (MORTGAGED,)}),
    ("cancellation", Cancellation("ruling"), {"land_lost": ("P9",)}),
    ("cancellation", Cancellation("ruling", ("P1",)), {"land_gained": ("P9",)}),
    ("assignment", replace(ASSIGNED, parcels=("P1",)), {"land_gained": ("P9",)}),
    ("seizure", RestrictionAsked("seizure", COURT, "裁定", until=date(2029, 7, 1)), {"land_gained": ("P9",)}),
    ("household_change", HouseholdChange(address="新址"), {"restrictions": (OBJECTION, NOTICED, MORTGAGED)}),
    ("mortgage", MORTGAGE, {}),
    ("seizure", RestrictionAsked("seizure", COURT, "裁定", until=date(2026, 7, 2)), {"restrictions": (SEIZURE,)}),
    ("seizure_release", Release(SEIZURE.restriction_id, "裁定"), {"restrictions": (SEIZURE,)}),
    ("household_change", HouseholdChange(address="新址"), {"restrictions": (SEIZURE,)}),
    (
        "seizure_release",
        Release(SEIZURE.restriction_id, "裁定"),
        {"restrictions": (SEIZURE,), "passed_on": {"J1": "610902104202010003"}},
    ),
]
REFUSED: list[tuple[str, str, Request, dict[str, Any]]] = [
    ("REG-20", "assignment", ASSIGNED, {"missing": ("identity",)}),
    ("REG-21", "assignment", ASSIGNED, {"in_force": False}),
    ("REG-29", "mortgage", MORTGAGE, {"passed_on": {"J1": "610902104202010003"}}),
    (
        "REG-29",
        "seizure",
        RestrictionAsked("seizure", COURT, "裁定", until=date(2026, 7, 2)),
        {"passed_on": {"J1": "610902104202010003"}},
    ),
    ("REG-29", "cancellation", Cancellation("ruling"), {"passed_on": {"J1": "610902104202010003"}}),
    ("REG-30", "assignment", ASSIGNED, {"gained": ("610902104202010002J",)}),
    ("REG-43", "assignment", ASSIGNED, {"land_gained": ("P9",)}),
    ("REG-43", "assignment", ASSIGNED, {"land_lost": ("P9",)}),
    ("REG-43", "mortgage", MORTGAGE, {"land_lost": ("P9",)}),
    ("REG-43", "advance_notice", NOTICE, {"land_gained": ("P9",)}),
    ("REG-43", "cancellation", Cancellation("ruling"), {"land_gained": ("P9",)}),
    ("TR-12", "assignment", ASSIGNED, {"restrictions": (SEIZURE,)}),
    ("TR-12", "mortgage", MORTGAGE, {"restrictions": (replace(SEIZURE, kind="dispute"),)}),
    ("TR-18", "assignment", ASSIGNED, {"restrictions": (OBJECTION,)}),
    ("TR-19", "assignment", ASSIGNED, {"restrictions": (NOTICED,)}),
    ("TR-20", "cancellation", Cancellation("error"), {"restrictions": (MORTGAGED,)}),
    ("TR-20", "assignment", ASSIGNED, {"restrictions": (replace(MORTGAGED, no_transfer=True),)}),
    ("CHG-1", "household_change", HouseholdChange(), {}),
    ("CHG-2", "household_change", HouseholdChange(leaves=(Leaving(STRANGER, "death"),)), {}),
    ("CHG-3", "household_change", HouseholdChange(leaves=(Leaving(WIFE, "death"),)), {}),
    ("CHG-4", "household_change", HouseholdChange(leaves=(Leaving(CHILD, "moved_to_town"),)), {}),
    ("CHG-15", "household_change", HouseholdChange(leaves=(Leaving(CHILD, "error"),)), {}),
    ("CHG-17", "household_change", HouseholdChange((replace(BORN, relation="12", unlike=("age",)),)), {}),
    ("HH-20", "household_change", HouseholdChange((replace(BORN, relation="10"),) * 2), {}),
    ("HH-24", "reissue", Reissue("遗失"), {"died_out": ("JC1",), "right_kind": "homestead"}),
    ("HH-22", "household_change", MARRIED_AGAIN, {"spouses": frozenset({WIFE})}),
    (
        "HH-20",
        "household_change",
        HouseholdChange(relates=(replace(PARTED, relation="12", reason="kin_other"),)),
        {"spouses": frozenset({WIFE})},
    ),
    ("CHG-18", "household_change", HouseholdChange(relates=(replace(PARTED, member_id=STRANGER),)), WERE_MARRIED),
    ("CHG-18", "household_change", HouseholdChange(relates=(PARTED,)), {"heads": frozenset({CHILD}), **WERE_MARRIED}),
    ("CHG-18", "household_change", HouseholdChange(relates=(PARTED, replace(PARTED, relation="97"))), WERE_MARRIED),
    ("CHG-18", "household_change", HouseholdChange((), (Leaving(CHILD, "death"),), relates=(PARTED,)), WERE_MARRIED),
    ("CHG-18", "household_change", HouseholdChange(relates=(replace(PARTED, relation="02"),)), WERE_MARRIED),
    ("CHG-18", "household_change", HouseholdChange(relates=(replace(PARTED, relation="室友"),)), WERE_MARRIED),
    (
        "CHG-18",
        "household_change",
        HouseholdChange(relates=(replace(PARTED, reason="kin_other"),)),
        {"relations": {CHILD: "99"}},
    ),
    ("CHG-19", "household_change", HouseholdChange(relates=(PARTED,)), {"relations": {CHILD: "20"}}),
    ("CHG-19", "household_change", HouseholdChange(relates=(replace(PARTED, reason="moved"),)), WERE_MARRIED),
    (
        "CHG-19",
        "household_change",
        HouseholdChange(relates=(replace(PARTED, reason="kin_other"),)),
        {"relations": {CHILD: "38"}},
    ),
    ("CHG-20", "household_change", HouseholdChange(relates=(replace(PARTED, on=date(2026, 7, 2)),)), WERE_MARRIED),
    (
        "CHG-20",
        "household_change",
        HouseholdChange(relates=(PARTED,)),
        {**WERE_MARRIED, "since": {CHILD: date(2026, 6, 30)}},
    ),
    ("CHG-7", "household_change", HouseholdChange(leaves=(Leaving(CHILD, "death"),)), {"heads": frozenset({CHILD})}),
    ("HH-6", "household_change", HouseholdChange(name="李四"), {"misnamed": ("李*",)}),
    ("TR-23", "assignment", replace(ASSIGNED, parcels=("P9",)), {}),
    ("END-4", "cancellation", replace(GIVEN_BACK, noticed_on=None), {}),
    ("END-4", "cancellation", replace(GIVEN_BACK, noticed_on=date(2027, 1, 2)), {}),
    ("END-3", "cancellation", replace(GIVEN_BACK, noticed_on=date(2026, 1, 2)), {}),
    ("CERT-7", "reissue", Reissue("遗失", ("N2",)), {}),
    ("CERT-4", "certificate_exchange", CertificateExchange("damaged", "N2"), {}),
    ("CERT-5", "certificate_exchange", CertificateExchange("lost", "N1"), {}),
    ("CHG-8", "name_change", RENAMED, {"members": {WIFE: True}}),
    ("CHG-8", "name_change", RENAMED, {"members": {CHILD: True}, "same_person": False}),
    ("CHG-8", "name_change", RENAMED, {"members": {CHILD: True}, "told": False}),
    ("CHG-9", "name_change", RENAMED, {"members": {CHILD: True}, "other_name": False}),
    ("CHG-9", "name_change", replace(RENAMED, reason="whim"), {"members": {CHILD: True}}),
    ("CHG-10", "organization_name_change", replace(NEW_NAME, code="93610902MA0000002E"), {}),
    ("CHG-10", "organization_name_change", replace(NEW_NAME, code=""), {"organization": ""}),
    ("CHG-11", "organization_name_change", replace(NEW_NAME, name="样本合作社 "), {}),
    ("CHG-11", "organization_name_change", replace(NEW_NAME, name=" "), {}),
    ("CHG-11", "organization_name_change", replace(NEW_NAME, basis=" "), {}),
    ("RES-2", "dispute_release", Release(SEIZURE.restriction_id, "调解书"), {"restrictions": (SEIZURE,)}),
    ("TR-12", "assignment", ASSIGNED, {"restrictions": (DISPUTE,)}),
    ("HH-7", "household_change", HouseholdChange((replace(BORN, relation="02"),)), {}),
    ("HH-7", "household_change", HouseholdChange((replace(BORN, relation="长子"),)), {}),
    ("PT-1", "household_change", HouseholdChange((BORN,)), {"elsewhere": {"某": "H"}}),
    ("TR-3", "assignment", ASSIGNED, {"taker": Taker("T", "other", 2)}),
    ("TR-3", "assignment", ASSIGNED, {"taker": Taker("T", "C", 0)}),
    ("TR-3", "assignment", replace(ASSIGNED, household_id=HOLDER), {}),
    ("TR-13", "assignment", ASSIGNED, {"taker": Taker("T", "C", 2, (date(2028, 1, 1), date(2058, 1, 1)))}),
    ("CT-12", "assignment", ASSIGNED, {"term": (date(1996, 1, 1), date(2026, 1, 1))}),
    ("REG-31", "assignment", replace(ASSIGNED, signed_on=date(2026, 7, 2)), {}),
    ("REG-31", "assignment", replace(ASSIGNED, signed_on=date(1997, 12, 31)), {}),
    ("END-1", "cancellation", Cancellation("term_over"), {}),
    ("RES-11", "objection_entry", OBJECTS, {"by_holder": True}),
    ("RES-12", "objection_entry", replace(OBJECTS, whose=None), {}),
    ("RES-12", "mortgage", replace(MORTGAGE, whose=Identified("organization")), {}),
    ("RES-12", "advance_notice", replace(NOTICE, whose=replace(BUYER, party_id=None)), {}),
    ("RES-13", "mortgage", replace(MORTGAGE, whose=replace(BANK, code=f"{USCC[:-1]}0")), {}),
    ("TR-3", "advance_notice", NOTICE, {"taker": Taker("T", "other", 2)}),
    ("TR-3", "advance_notice", NOTICE, {"taker": None}),
    ("TR-3", "advance_notice", NOTICE, {"holder": TAKER}),
    ("END-2", "cancellation", Cancellation("ruling", ("P9",)), {}),
    ("RES-1", "seizure", RestrictionAsked("seizure", "", "裁定", until=date(2026, 7, 2)), {}),
    ("RES-1", "mortgage", replace(MORTGAGE, amount=None), {}),
    ("RES-5", "mortgage", replace(MORTGAGE, amount=Decimal("-5")), {}),
    ("RES-5", "mortgage", replace(MORTGAGE, amount=Decimal("0")), {}),
    ("RES-5", "mortgage", replace(MORTGAGE, amount=Decimal("1E15")), {}),
    ("RES-5", "mortgage", replace(MORTGAGE, amount=Decimal("0.001")), {}),
    ("RES-5", "mortgage", replace(MORTGAGE, amount=Decimal("NaN")), {}),
    ("RES-5", "mortgage", replace(MORTGAGE, amount=Decimal("1E-400000")), {}),
    ("RES-5", "seizure", RestrictionAsked("seizure", COURT, "裁定", Decimal("1E400000"), date(2026, 7, 2)), {}),
    ("RES-6", "seizure", RestrictionAsked("seizure", COURT, "裁定", until=date(2026, 7, 1)), {}),
    ("RES-6", "mortgage", replace(MORTGAGE, until=date(2026, 6, 30)), {}),
    (
        "RES-6",
        "seizure",
        RestrictionAsked("seizure", COURT, "裁定", until=date(2026, 7, 5)),
        {"today": date(2026, 7, 6)},
    ),
    ("RES-6", "advance_notice", replace(NOTICE, registrable_on=date(2026, 3, 1)), {}),
    ("RES-2", "seizure_release", Release(UUID(int=99), "裁定"), {"restrictions": (SEIZURE,)}),
    ("RES-2", "mortgage_release", Release(SEIZURE.restriction_id, "裁定"), {"restrictions": (SEIZURE,)}),
    ("TR-11", "mortgage", MORTGAGE, {"right_kind": "homestead"}),
]


@pytest.mark.parametrize(("kind", "asked", "changed"), SOUND)
def test_what_is_right_is_let_through(kind: str, asked: Request, changed: dict[str, Any]) -> None:
    assert examine(ACT_RULES[kind], facts(kind, asked, **changed), LAW) == ()


@pytest.mark.parametrize(("code", "kind", "asked", "changed"), REFUSED)
def test_one_thing_wrong_is_one_finding(code: str, kind: str, asked: Request, changed: dict[str, Any]) -> None:
    (finding,) = examine(ACT_RULES[kind], facts(kind, asked, **changed), LAW)
    assert (finding.code, LAW.level(finding)) == (code, "refuse")
    assert "—" not in LAW.say(finding, "zh") or code in ("TR-3", "CHG-10")


def test_a_refusal_names_each_restriction_with_the_right_on_which_it_lies_and_whose_that_is() -> None:
    mine = replace(SEIZURE, on=OnRight("contract_management", "6109021042020100010J", "王*"))
    theirs = replace(DISPUTE, on=OnRight("land_operation", "6109021042020100020JL01", "样本合作社"))
    asked = facts("assignment", ASSIGNED, restrictions=(mine, theirs))
    (finding,) = examine(ACT_RULES["assignment"], asked, LAW)
    assert LAW.say(finding, "zh").startswith(
        "土地承包经营权 6109021042020100010J（王*）上的查封（法院）；"
        "土地经营权 6109021042020100020JL01（样本合作社）上的争议（异议村民）："
    )
    assert "seizure (法院) on contract-management right 6109021042020100010J of 王*; dispute" in LAW.say(finding, "en")
    (unnamed,) = examine(ACT_RULES["assignment"], replace(asked, restrictions=(SEIZURE,)), LAW)
    assert LAW.say(unnamed, "zh").startswith("权利上的查封（法院）：")


def test_who_marries_out_is_a_note_for_the_reviewer() -> None:
    asked = HouseholdChange(leaves=(Leaving(CHILD, "marriage"),))
    (finding,) = examine(ACT_RULES["household_change"], facts("household_change", asked), LAW)
    assert (finding.code, LAW.level(finding)) == ("CHG-5", "warn")


def test_who_is_married_again_while_the_divorced_spouse_stays_shows_the_divorce_and_the_reviewer_is_told() -> None:
    asked = facts("household_change", MARRIED_AGAIN, spouses=frozenset({WIFE}))
    (told,) = examine(ACT_RULES["household_change"], replace(asked, papers=frozenset({"divorce_proof"})), LAW)
    assert (told.code, LAW.level(told), told.values) == ("HH-23", "warn", {"spouses": 2})
    gone = replace(
        asked, asked=replace(MARRIED_AGAIN, leaves=(Leaving(WIFE, "death"),)), members={WIFE: True, CHILD: True}
    )
    assert examine(ACT_RULES["household_change"], gone, LAW) == ()
    twice = replace(asked, asked=HouseholdChange(MARRIED_AGAIN.joins * 2), papers=frozenset({"divorce_proof"}))
    assert [one.code for one in examine(ACT_RULES["household_change"], twice, LAW)] == ["HH-20"]


def test_a_relation_said_anew_that_goes_with_another_sex_is_a_note_for_the_reviewer() -> None:
    asked = HouseholdChange(relates=(replace(PARTED, relation="41", reason="adoption_ended"),))
    told = {"relations": {CHILD: "37"}, "sexes": {CHILD: "2"}}
    (finding,) = examine(ACT_RULES["household_change"], facts("household_change", asked, **told), LAW)
    assert (finding.code, LAW.level(finding)) == ("HH-18", "warn")
    assert LAW.say(finding, "zh").startswith("成员的身份号码")


def test_who_joins_is_related_as_the_head_s_sex_has_it_or_the_reviewer_is_told() -> None:
    asked = HouseholdChange((replace(BORN, relation="56", reason="confirmed"),))
    for sex, found in (("1", []), ("2", ["HH-21"])):
        told = examine(ACT_RULES["household_change"], facts("household_change", asked, head_sex=sex), LAW)
        assert [one.code for one in told] == found


@pytest.mark.parametrize(
    ("taken_in", "says"),
    [
        ({"孙*佑": ()}, "孙*佑退出后，登记簿上不在任何农户"),
        ({"孙*佑": ("旬阳市610928001001010001",)}, "登记簿上已另在：孙*佑（旬阳市610928001001010001）"),
        ({"孙*佑": (), "孙*": ("610902104202010002",)}, "随即办理。登记簿上已另在：孙*（610902104202010002）"),
    ],
)
def test_where_the_register_has_who_goes_on_elsewhere_is_a_note_for_the_reviewer(
    taken_in: dict[str, tuple[str, ...]], says: str
) -> None:
    asked = HouseholdChange(leaves=(Leaving(CHILD, "other_collective"),))
    (finding,) = examine(ACT_RULES["household_change"], facts("household_change", asked, taken_in=taken_in), LAW)
    assert (finding.code, LAW.level(finding)) == ("CHG-16", "warn")
    assert says in LAW.say(finding, "zh")


@pytest.mark.parametrize(("kind", "asked"), [(kind, asked) for kind, asked, _ in SOUND])
def test_a_request_is_read_as_it_was_kept(kind: str, asked: Request) -> None:
    assert read(kind, plain(asked)) == asked


def test_each_kind_of_act_has_its_rules() -> None:
    applied_for = {kind.kind for kind in act_types() if kind.on != "clock"}
    assert applied_for - {"first_registration"} == set(ACT_RULES)


def test_a_mortgaged_right_is_assigned_and_the_creditor_is_told() -> None:
    (told,) = examine(ACT_RULES["assignment"], facts("assignment", ASSIGNED, restrictions=(MORTGAGED,)), LAW)
    assert (told.code, LAW.level(told)) == ("TR-21", "warn")
    assert told.values["parties"] == ["样本农村信用社"]


def test_a_mortgage_goes_with_its_land_into_the_right_of_the_taker_and_the_creditor_is_told() -> None:
    """TR-21: it lies on what it lay on, which needs nobody's consent but where the transfer was barred (TR-20)."""
    asked = facts("assignment", ASSIGNED, restrictions=(MORTGAGED,), taker=Taker("T", "C", 2, TERM, UUID(int=30)))
    assert [one.code for one in examine(ACT_RULES["assignment"], asked, LAW)] == ["TR-21"]
    assert consent_papers(asked, LAW) == ()
    barred = replace(asked, restrictions=(replace(MORTGAGED, no_transfer=True),))
    assert [one.code for one in examine(ACT_RULES["assignment"], barred, LAW)] == ["TR-20"]
    assert consent_papers(barred, LAW) == ("creditor_consent",)


def test_a_mortgage_on_what_the_taker_holds_already_is_only_told() -> None:
    own = replace(MORTGAGED, right_id=UUID(int=30))
    asked = facts("assignment", ASSIGNED, restrictions=(own,), taker=Taker("T", "C", 2, TERM, UUID(int=30)))
    assert [one.code for one in examine(ACT_RULES["assignment"], asked, LAW)] == ["TR-21"]


@pytest.mark.parametrize("reason", ["expropriation", "land_lost", "ruling"])
def test_what_ends_by_itself_is_struck_out_whatever_creditor_or_objector_says(reason: str) -> None:
    """With the decree, the land or the court's ruling: nobody gives the right up, so no creditor consents to it."""
    asked = facts("cancellation", Cancellation(reason), restrictions=(OBJECTION, NOTICED, MORTGAGED))
    assert [one.code for one in examine(ACT_RULES["cancellation"], asked, LAW)] == ["TR-21"]


def test_a_seizure_stops_what_an_expropriation_would_strike_out() -> None:
    asked = facts("cancellation", Cancellation("expropriation"), restrictions=(SEIZURE,))
    assert [one.code for one in examine(ACT_RULES["cancellation"], asked, LAW)] == ["TR-12"]


def test_only_the_papers_of_restrictions_that_ask_for_consent_are_asked_for() -> None:
    under = facts("assignment", ASSIGNED, restrictions=(OBJECTION, MORTGAGED))
    assert consent_papers(under, LAW) == ("risk_statement",)
    assert consent_papers(facts("assignment", ASSIGNED, restrictions=(replace(MORTGAGED, no_transfer=True),)), LAW) == (
        "creditor_consent",
    )


def test_a_mortgage_that_was_not_filed_with_the_issuing_party_is_registered_with_a_note() -> None:
    (noted,) = examine(ACT_RULES["mortgage"], facts("mortgage", MORTGAGE, papers=frozenset()), LAW)
    assert (noted.code, LAW.level(noted)) == ("TR-22", "warn")


def test_every_relation_that_names_a_sex_says_it() -> None:
    """NY/T 2539 code C.8, by its words; those that name both, or none, say nothing."""
    for code in terms("relation"):
        said = term("relation", code)
        female = said == "女" or (
            any(one in said for one in "妻女媳母婆嫂姐妹") and said[-2:] not in ("女婿", "姐夫", "妹夫")
        )
        male = said[-2:] in ("女婿", "姐夫", "妹夫") or (not female and any(one in said for one in "夫子父公兄弟甥"))
        neither = (
            said in ("父母", "祖父母辈", "兄弟姐妹")
            or said.startswith("其他父母")
            or "祖父母" in said
            or "其他兄弟" in said
            or "兄弟、" in said
        )
        expected = None if neither else "1" if male else "2" if female else None
        assert RELATION_SEX.get(code) == expected, (code, said)


@pytest.mark.parametrize(
    ("number", "relation", "reason", "against"),
    [
        ("61090220260101001X", "20", "birth", ()),
        ("61090220260101002X", "20", "birth", ("relation",)),
        ("61090220080702001X", "20", "birth", ()),
        ("61090220080701001X", "20", "birth", ("reason",)),
        ("61090219800901001X", "30", "birth", ("reason", "relation")),
        ("61090219800901001X", "28", "marriage", ()),
        ("61090219800901002X", "12", "marriage", ()),
        ("61090219800901001X", "62", "other", ("relation",)),
        ("61090219800901002X", "62", "other", ()),
        ("61090220200901001X", "51", "other", ("relation",)),
        ("61090220200901001X", "73", "other", ()),
    ],
)
def test_who_joins_does_so_for_a_reason_and_as_a_relation_that_go_with_their_number(
    number: str, relation: str, reason: str, against: tuple[str, ...]
) -> None:
    assert unlike(number, relation, reason, LAW) == against
    asked = HouseholdChange((Joining(STRANGER, relation, True, reason, against),))
    found = examine(ACT_RULES["household_change"], facts("household_change", asked), LAW)
    assert [(one.code, LAW.level(one)) for one in found] == ([("CHG-12", "warn")] if against else [])
    assert all(LAW.say(one, "zh") and LAW.say(one, "en") for one in found)


def test_a_seizure_of_more_than_three_years_is_registered_with_a_note() -> None:
    asked = RestrictionAsked("seizure", "样本区人民法院", "裁定", until=date(2029, 7, 2))
    (noted,) = examine(ACT_RULES["seizure"], facts("seizure", asked), LAW)
    assert (noted.code, noted.field, LAW.level(noted)) == ("RES-8", "until", "warn")
    assert "2029-07-01" in LAW.say(noted, "zh")


@pytest.mark.parametrize(
    ("party", "until", "told"),
    [
        ("样本区人民法院", date(2029, 7, 1), []),
        ("汉阴县公安局", date(2029, 7, 1), []),
        ("样本区人民法院", None, ["RES-9"]),
        ("A法院", date(2029, 7, 1), ["RES-10"]),
        ("某某区人民法院", date(2029, 7, 1), ["RES-10"]),
        ("法院（样本区人民法院）", None, ["RES-9", "RES-10"]),
    ],
)
def test_a_seizure_without_a_last_day_or_by_who_is_not_named_in_full_is_registered_with_a_note(
    party: str, until: date | None, told: list[str]
) -> None:
    asked = RestrictionAsked("seizure", party, "裁定", until=until)
    found = examine(ACT_RULES["seizure"], facts("seizure", asked), LAW)
    assert [(one.code, LAW.level(one)) for one in found] == [(code, "warn") for code in told]
    assert all(LAW.say(one, "zh") and LAW.say(one, "en") for one in found)


@pytest.mark.parametrize(
    ("code", "told"),
    [("610902104202010002", [("TR-35", "warn")]), ("610902104202010003", [("TR-19", "refuse")])],
)
def test_land_goes_to_whom_an_advance_notice_is_for_without_a_consent_and_to_nobody_else(
    code: str, told: list[tuple[str, str]]
) -> None:
    noticed = facts("assignment", ASSIGNED, restrictions=(replace(NOTICED, code=code),))
    assert [(one.code, LAW.level(one)) for one in examine(ACT_RULES["assignment"], noticed, LAW)] == told
    assert bool(consent_papers(noticed, LAW)) == (told[0][0] == "TR-19")


def test_a_house_is_mortgaged_with_its_homestead_only_where_the_county_names_a_document() -> None:
    asked = facts("mortgage", MORTGAGE, right_kind="homestead", parcels=())
    assert [one.code for one in examine(ACT_RULES["mortgage"], asked, LAW)] == ["TR-11"]
    basis = "TR-11.house_mortgage_basis"
    named = replace(LAW.parameters[basis], values={"": "县政发〔2026〕9号"})
    (noted,) = examine(ACT_RULES["mortgage"], asked, replace(LAW, parameters={**LAW.parameters, basis: named}))
    assert (noted.code, noted.values, LAW.level(noted)) == ("TR-24", {"basis": "县政发〔2026〕9号"}, "warn")


OPERATED = {
    "right_kind": "land_operation",
    "code": "6109021042020100010JL01",
    "term": (date(2026, 1, 1), date(2032, 1, 1)),
}


@pytest.mark.parametrize(
    ("party", "changed", "refused"),
    [
        ("张三", OPERATED, True),
        ("张三", {}, True),
        ("样本粮食购销有限公司", OPERATED, True),
        ("样本农村商业银行股份有限公司", OPERATED, False),
        ("样本区农村信用合作联社", {}, False),
        ("样本融资担保有限公司", OPERATED, False),
        ("中国样本银行股份有限公司（汉滨支行）", {}, False),
        ("样本农业银行汉滨区支行营业部", {}, False),
        ("李建国（农业银行职工）", {}, True),
        ("李建国(农业银行职工)", {}, True),
        ("李建国（农业银行", {}, True),
        ("王银行", {}, True),
        ("欧阳银行", {}, True),
        ("李建国，在农业银行", {}, True),
        ("农业银行职工李建国", {}, True),
        ("李建国 农业银行", {}, True),
        ("张三", {**OPERATED, "code": "6109021042020000001Q"}, False),
    ],
)
def test_the_operation_right_of_contracted_land_is_mortgaged_to_financial_institutions_only(
    party: str, changed: dict[str, Any], refused: bool
) -> None:
    findings = examine(ACT_RULES["mortgage"], facts("mortgage", replace(MORTGAGE, party=party), **changed), LAW)
    assert [(one.code, LAW.level(one)) for one in findings] == ([("TR-25", "refuse")] if refused else [])
    assert all(party in LAW.say(one, "zh") and party in LAW.say(one, "en") for one in findings)


def test_a_county_adds_to_the_words_by_which_it_knows_a_lender() -> None:
    name = "TR-25.lender_words"
    law = replace(
        LAW, parameters={**LAW.parameters, name: replace(LAW.parameters[name], values={"": "银行、合作基金"})}
    )
    asked = facts("mortgage", replace(MORTGAGE, party="样本合作基金"))
    assert examine(ACT_RULES["mortgage"], asked, law) == ()


@pytest.mark.parametrize(
    ("until", "changed", "told"),
    [
        (date(2031, 12, 31), OPERATED, False),
        (date(2032, 1, 1), OPERATED, True),
        (date(2032, 1, 1), {**OPERATED, "right_kind": "contract_management"}, True),
        (None, OPERATED, False),
    ],
)
def test_a_debt_that_runs_beyond_the_mortgaged_right_is_a_note(
    until: date | None, changed: dict[str, Any], told: bool
) -> None:
    findings = examine(ACT_RULES["mortgage"], facts("mortgage", replace(MORTGAGE, until=until), **changed), LAW)
    assert [(one.code, LAW.level(one)) for one in findings] == ([("TR-26", "warn")] if told else [])
    assert all("2031-12-31" in LAW.say(one, "zh") for one in findings)


@pytest.mark.parametrize(
    ("number", "relation", "against"),
    [
        ("61090220040701001X", "11", ()),
        ("61090220040702001X", "11", ("age",)),
        ("61090220060701002X", "38", ()),
        ("61090220060702002X", "38", ("age",)),
        ("61090220200101002X", "10", ("age",)),
        ("61090220200101002X", "37", ()),
    ],
)
def test_a_spouse_is_of_the_age_at_which_one_marries_on_the_day(
    number: str, relation: str, against: tuple[str, ...]
) -> None:
    """CHG-17: a man of twenty-two, a woman of twenty, on the birthday itself; a step-child who comes along is none."""
    assert unlike(number, relation, "marriage", national_law("610902", date(2026, 7, 1))) == against


def test_the_age_of_marriage_is_the_countys_own_where_it_set_one() -> None:
    """CHG-17: as where an autonomous prefecture has a lower one; the refusal tells that one."""
    law = national_law("610902", date(2026, 7, 1))
    own = law.with_own([replace(law.parameters["CHG-17.marries_years"], values={"male": "20", "female": "18"})])
    for number, relation in (("61090220060701001X", "11"), ("61090220080701002X", "38")):
        assert (unlike(number, relation, "marriage", law), unlike(number, relation, "marriage", own)) == (("age",), ())
    assert unlike("61090220080702002X", "38", "marriage", own) == ("age",)
    assert "男20周岁、女18周岁" in own.say(too_young("x", "join_relation", own))
