"""TR, LO: each rule of the land-operation right refuses one thing, and lets through what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import examine, national_law
from landreg.registry.rules import ACT_RULES
from landreg.registry.rules.act_facts import ActFacts, OnRight, Running
from landreg.registry.rules.household_requests import (
    LandOperation,
    LandOperationChange,
    LandOperationEnd,
    Operator,
    OtherMeans,
)
from landreg.registry.rules.operation import OperationFacts
from landreg.registry.rules.other_means import OtherMeansFacts
from landreg.registry.rules.requests import Assignment, Cancellation, Request, plain, read
from tests.unit.registry.test_act_rules import MORTGAGED

LAW = national_law("610902", date(2026, 7, 1))
TERM = (date(1998, 1, 1), date(2028, 1, 1))
COOPERATIVE = Operator("organization", UUID(int=1), "合作社", "93610902MA0000001B")
PERSON = Operator("person", UUID(int=2), "王五", "", UUID(int=3))
NEIGHBOUR = Operator("household", UUID(int=4), "户主2", "H2")
LEASE = LandOperation(
    "L01", COOPERATIVE, "lease", "1号", date(2026, 6, 1), date(2022, 1, 1), date(2026, 12, 31), ("P1",)
)
LET = Running("610902104206010003", "lease", date(2024, 1, 1), date(2029, 1, 1), "另一合作社", "93610902MA0000002E")
OWN = replace(LET, taker="合作社", code=COOPERATIVE.code, from_on=date(2022, 1, 1), until_on=date(2027, 1, 1),
              parcels=frozenset({"P1"}), own=True)  # fmt: skip
CHANGE = LandOperationChange("2号", date(2027, 12, 31))
END = LandOperationEnd("agreed", "协议")
GIVEN_OUT = OtherMeans(
    "Q", COOPERATIVE, "auction", "1号", date(2026, 6, 1), date(2026, 6, 1), date(2029, 5, 31), ("P1",), "outsider"
)
LOST = LandOperationChange("征收批复", None, ("P2",), reason="operation_land_lost")
KINDS = {
    OtherMeans: "other_means",
    LandOperation: "land_operation",
    LandOperationChange: "land_operation_change",
    LandOperationEnd: "land_operation_end",
}


def facts(asked: Request, **changed: Any) -> OperationFacts:
    kind = KINDS[type(asked)]
    running = TERM if kind == "land_operation" else (date(2022, 1, 1), date(2027, 1, 1))
    if isinstance(asked, OtherMeans):
        return replace(OtherMeansFacts(kind, "Q", asked, parcels=asked.parcels, collective="C"), **changed)
    sound = OperationFacts(
        act_kind=kind, code="J", asked=asked, right_kind="contract_management", parcels=("P1", "P2"), holder=UUID(int=7),
        term=running, contract_term=TERM,
    )  # fmt: skip
    return replace(sound, **changed)


OVER: dict[str, Any] = {"right_kind": "land_operation", "term": (date(2021, 1, 1), date(2026, 7, 1))}
SOUND: list[tuple[Request, dict[str, Any]]] = [
    (LEASE, {}),
    (replace(LEASE, last_day=date(2027, 12, 31)), {}),
    (replace(LEASE, operator=PERSON), {}),
    (replace(LEASE, operator=NEIGHBOUR), {"known_name": "户主2"}),
    (LEASE, {"known_name": "合作社", "operated": {"P2": "L00"}}),
    (LEASE, {"running": (OWN,)}),
    (CHANGE, {}),
    (CHANGE, {"running": (replace(OWN, by_holder=True, until_on=date(2028, 1, 1), parcels=frozenset({"P1", "P2"})),)}),
    (replace(CHANGE, last_day=None, parcels=("P1",)), {"running": (replace(OWN, by_holder=True),)}),
    (replace(CHANGE, operator=PERSON), {}),
    (replace(CHANGE, last_day=None, parcels=("P2",)), {}),
    (LOST, {}),
    (GIVEN_OUT, {}),
    (replace(GIVEN_OUT, signed_on=date(1996, 5, 1)), {}),
    (replace(GIVEN_OUT, operator=NEIGHBOUR, by="member"), {"known_name": "户主2", "inside": True}),
    (replace(GIVEN_OUT, last_day=date(2026, 7, 1)), {}),
    (CHANGE, OVER),
    (END, OVER),
    (END, {}),
    (replace(END, reason="term_over"), {"term": (date(2021, 1, 1), date(2026, 7, 1))}),
]
REFUSED: list[tuple[str, Request, dict[str, Any]]] = [
    ("TR-1", replace(LEASE, last_day=date(2028, 1, 1)), {}),
    ("TR-1", replace(CHANGE, last_day=date(2028, 1, 1)), {}),
    ("TR-8", replace(LEASE, last_day=date(2026, 12, 30)), {}),
    ("TR-8", replace(LEASE, last_day=date(2021, 1, 1)), {}),
    ("TR-8", replace(CHANGE, last_day=date(2025, 1, 1)), {}),
    ("TR-10", replace(CHANGE, operator=PERSON), {"consented": False}),
    ("TR-10", replace(CHANGE, operator=PERSON), {"filed": False}),
    ("LO-1", replace(LEASE, parcels=()), {}),
    ("LO-1", replace(CHANGE, parcels=("P9",)), {}),
    ("LO-2", LEASE, {"operated": {"P1": "L00"}}),
    ("LO-13", LEASE, {"running": (LET,)}),
    ("LO-13", LEASE, {"running": (replace(LET, own=True),)}),
    ("LO-15", LEASE, {"running": (replace(OWN, until_on=date(2026, 12, 31)),)}),
    ("LO-15", LEASE, {"running": (replace(OWN, from_on=date(2022, 1, 2)),)}),
    ("LO-15", replace(LEASE, parcels=("P1", "P2")), {"running": (OWN,)}),
    ("LO-13", CHANGE, {"running": (LET,)}),
    ("LO-13", CHANGE, {"running": (replace(LET, from_on=date(2027, 12, 31)),)}),
    ("LO-15", CHANGE, {"running": (replace(OWN, by_holder=True),)}),
    (
        "LO-3",
        replace(CHANGE, operator=NEIGHBOUR),
        {"known_name": "户主2", "contractors": frozenset((NEIGHBOUR.holder_id,))},
    ),
    ("LO-17", replace(LOST, reason="agreed"), {}),
    ("LO-17", replace(LOST, parcels=("P1", "P2")), {}),
    ("LO-17", replace(LOST, last_day=date(2027, 6, 30)), {}),
    ("LO-17", replace(LOST, operator=PERSON), {}),
    ("LO-12", replace(LEASE, operator=replace(COOPERATIVE, code="93610902MA0000001X")), {}),
    ("LO-12", replace(GIVEN_OUT, operator=replace(COOPERATIVE, code="123")), {}),
    ("LO-3", replace(LEASE, operator=replace(COOPERATIVE, code="")), {}),
    ("LO-11", replace(LEASE, operator=replace(PERSON, too_young=True)), {}),
    ("LO-11", replace(GIVEN_OUT, by="outsider", operator=replace(PERSON, too_young=True)), {}),
    ("LO-3", LEASE, {"known_name": "别的单位"}),
    ("LO-3", replace(LEASE, operator=NEIGHBOUR), {"known_name": "户主2", "holder": NEIGHBOUR.holder_id}),
    ("LO-3", replace(LEASE, operator=replace(PERSON, kind="company")), {}),
    ("LO-4", replace(LEASE, mode="gift"), {}),
    ("REG-31", replace(LEASE, signed_on=date(2026, 7, 2)), {}),
    ("REG-31", replace(LEASE, signed_on=date(1997, 12, 31)), {"term": (date(1998, 1, 1), date(2028, 1, 1))}),
    ("LO-4", replace(END, basis=" "), {}),
    ("LO-18", replace(LEASE, last_day=date(2026, 12, 31)), {"today": date(2027, 1, 1)}),
    ("LO-18", replace(CHANGE, last_day=None, parcels=("P2",)), OVER),
    ("LO-18", replace(CHANGE, operator=PERSON), OVER),
    ("LO-6", replace(END, reason="bored"), {}),
    ("LO-6", replace(END, reason="term_over"), {}),
    ("LO-7", LandOperationChange("2号"), {}),
    ("LO-3", replace(GIVEN_OUT, operator=replace(COOPERATIVE, name="")), {}),
    ("LO-8", replace(GIVEN_OUT, parcels=()), {}),
    ("LO-8", GIVEN_OUT, {"parcels": ()}),
    ("LO-8", GIVEN_OUT, {"collective": ""}),
    ("LO-8", GIVEN_OUT, {"under": {"P1": "J"}}),
    ("LO-9", replace(GIVEN_OUT, means="gift"), {}),
    ("LO-9", replace(GIVEN_OUT, basis=" "), {}),
    ("REG-31", replace(GIVEN_OUT, signed_on=date(2026, 7, 2)), {}),
    ("LO-9", replace(GIVEN_OUT, last_day=date(2026, 6, 30)), {}),
    ("LO-10", replace(GIVEN_OUT, by="member"), {}),
    ("LO-10", GIVEN_OUT, {"inside": True}),
    ("REG-20", GIVEN_OUT, {"missing": ("assembly_minutes",)}),
]


def found(asked: Request, given: ActFacts) -> list[tuple[str, str]]:
    findings = examine(ACT_RULES[given.act_kind], given, LAW)
    for finding in findings:
        assert LAW.say(finding, "en")
        assert LAW.say(finding, "zh")
    return [(finding.code, LAW.level(finding)) for finding in findings]


@pytest.mark.parametrize(("asked", "changed"), SOUND)
def test_what_is_right_is_let_through(asked: Request, changed: dict[str, Any]) -> None:
    assert found(asked, facts(asked, **changed)) == []


@pytest.mark.parametrize(("code", "asked", "changed"), REFUSED)
def test_one_thing_wrong_is_one_finding(code: str, asked: Request, changed: dict[str, Any]) -> None:
    assert found(asked, facts(asked, **changed)) == [(code, "refuse")]


def test_a_transfer_that_was_not_filed_is_a_note() -> None:
    assert found(LEASE, facts(LEASE, filed=False)) == [("TR-5", "warn")]


@pytest.mark.parametrize(
    "running",
    [
        replace(LET, code=COOPERATIVE.code, from_on=date(2022, 1, 1)),
        replace(LET, from_on=date(2027, 1, 1)),
        replace(LET, kind="retransfer"),
    ],
)
def test_contracts_that_run_on_and_are_not_against_the_right_are_a_note(running: Running) -> None:
    assert found(LEASE, facts(LEASE, running=(running,))) == [("TR-33", "warn")]


@pytest.mark.parametrize(
    "running", [replace(LET, from_on=date(2028, 1, 1)), replace(LET, until_on=date(2027, 1, 1)), replace(LET, by_holder=True)]
)  # fmt: skip
def test_a_right_is_registered_for_longer_beside_contracts_of_other_days_and_of_its_own_operator(
    running: Running,
) -> None:
    assert found(CHANGE, facts(CHANGE, running=(running,))) == [("TR-33", "warn")]


def test_where_the_right_rests_on_a_contract_of_the_land_another_is_a_note() -> None:
    assert found(LEASE, facts(LEASE, running=(LET, replace(OWN, number="1号")))) == [("TR-33", "warn")]


@pytest.mark.parametrize(
    ("operator", "taker"),
    [(PERSON, {"taker": "王五", "code": ""}), (NEIGHBOUR, {"household_id": NEIGHBOUR.holder_id})],
)
def test_who_takes_the_land_by_the_contract_may_be_its_operator(operator: Operator, taker: dict[str, Any]) -> None:
    asked, known = replace(LEASE, operator=operator), "" if operator is PERSON else NEIGHBOUR.name
    assert found(asked, facts(asked, known_name=known, running=(replace(LET, from_on=LEASE.starts_on, **taker),))) == [
        ("TR-33", "warn")
    ]
    assert found(asked, facts(asked, known_name=known, running=(LET,))) == [("LO-13", "refuse")]


def test_a_contract_that_runs_on_is_told_with_its_number_kind_and_last_day() -> None:
    (finding,) = examine(ACT_RULES["land_operation"], facts(LEASE, running=(replace(LET, kind="retransfer"),)), LAW)
    assert "610902104206010003（再流转，至 2028-12-31）" in LAW.say(finding, "zh")
    assert "610902104206010003 (re-transfer, to 2028-12-31)" in LAW.say(finding, "en")


def test_what_moves_the_right_itself_runs_without_a_last_day() -> None:
    moved = replace(LET, kind="assignment", until_on=None)
    (finding,) = examine(ACT_RULES["land_operation"], facts(LEASE, running=(moved,)), LAW)
    assert finding.code == "LO-13"
    assert "610902104206010003（转让，未登记）" in LAW.say(finding, "zh")
    assert "610902104206010003 (assignment, not registered yet)" in LAW.say(finding, "en")
    own = replace(OWN, until_on=None, from_on=date(2028, 1, 1))
    (finding,) = examine(ACT_RULES["land_operation"], facts(LEASE, running=(own,)), LAW)
    assert finding.code == "LO-15"
    assert "自 2028-01-01 起，登记的期限" in LAW.say(finding, "zh")


def test_land_that_is_operated_is_assigned_with_a_note_and_not_given_up() -> None:
    operated = {"P1": "L01"}
    lost = ActFacts("cancellation", "J", Cancellation("ruling", ("P1",)), parcels=("P1", "P2"), operated=operated)
    assert found(lost.asked, lost) == [("LO-5", "refuse")]
    kept = replace(lost, asked=Cancellation("ruling", ("P2",)))
    assert found(kept.asked, kept) == []
    assignment = ActFacts("assignment", "J", Assignment(UUID(int=8), "J2", date(2026, 6, 1)), operated=operated)
    assert ("TR-17", "warn") in found(assignment.asked, assignment)


@pytest.mark.parametrize("reason", ["expropriation", "land_lost"])
def test_land_that_is_gone_by_itself_takes_the_operation_right_along_and_its_operator_is_told(reason: str) -> None:
    along = (OnRight("land_operation", "L01", "样本合作社"),)
    lost = ActFacts(
        "cancellation", "J", Cancellation(reason, ("P1",)), parcels=("P1",), operated={"P1": "L01"}, along=along
    )
    assert found(lost.asked, lost) == [("LO-14", "warn")]
    (told,) = examine(ACT_RULES["cancellation"], lost, LAW)
    assert "L01（样本合作社）" in LAW.say(told, "zh")


@pytest.mark.parametrize(
    ("moving", "told"), [((), ["L01", "L02"]), (("P1",), ["L01"]), (("P3",), []), (("P2", "P3"), ["L02"])]
)
def test_an_assignment_of_some_parcels_tells_of_what_stands_on_these_and_of_no_others(
    moving: tuple[str, ...], told: list[str]
) -> None:
    asked = Assignment(UUID(int=8), "J2", date(2026, 6, 1), moving)
    given = ActFacts("assignment", "J", asked, parcels=("P1", "P2", "P3"), operated={"P1": "L01", "P2": "L02"})
    named = [one.values["rights"] for one in examine(ACT_RULES["assignment"], given, LAW) if one.code == "TR-17"]
    assert named == ([told] if told else [])


@pytest.mark.parametrize(
    "asked", [LEASE, replace(LEASE, operator=PERSON), GIVEN_OUT, CHANGE, replace(CHANGE, operator=PERSON), END]
)
def test_a_request_is_read_as_it_was_kept(asked: Request) -> None:
    assert read(KINDS[type(asked)], plain(asked)) == asked


def test_a_contractor_is_told_that_they_are_no_operator_of_their_own_land() -> None:
    given = facts(replace(LEASE, operator=NEIGHBOUR), known_name="户主2", holder=NEIGHBOUR.holder_id)
    (finding,) = examine(ACT_RULES["land_operation"], given, LAW)
    assert "户主2就是承包方" in LAW.say(finding)
    assert "is the contractor" in LAW.say(finding, "en")


@pytest.mark.parametrize("changed", [{"until_on": date(2026, 12, 31)}, {"from_on": date(2022, 1, 2)}])
def test_the_operator_s_contract_of_the_market_holds_though_another_basis_is_named(changed: dict[str, Any]) -> None:
    of_its_own = replace(OWN, own=False, **changed)
    assert ("LO-15", "refuse") in found(LEASE, facts(LEASE, running=(of_its_own,)))
    assert found(LEASE, facts(LEASE, running=(replace(of_its_own, kind="retransfer"),))) == [("TR-33", "warn")]


def test_days_that_are_added_are_held_against_the_renewal_that_has_them() -> None:
    """Not against the contract on which the right rested until its last day; without a renewal against that."""
    first, last = facts(CHANGE).term[1], CHANGE.last_day
    was = replace(OWN, until_on=first, by_holder=True, parcels=frozenset(facts(CHANGE).parcels))
    renewal = replace(was, number="R", from_on=first, until_on=last + timedelta(days=1))
    assert ("LO-15", "refuse") not in found(CHANGE, facts(CHANGE, running=(was, renewal)))
    for running in ((was,), (was, replace(renewal, until_on=last)), (was, replace(renewal, own=False))):
        assert ("LO-15", "refuse") in found(CHANGE, facts(CHANGE, running=running))


@pytest.mark.parametrize(("reason", "codes"), [("agreed", ["TR-20"]), ("operation_ruling", ["TR-21"])])
def test_a_mortgaged_right_is_struck_out_with_the_creditors_consent_or_on_a_ruling_of_which_it_is_told(
    reason: str, codes: list[str]
) -> None:
    asked = facts(replace(END, reason=reason), restrictions=(MORTGAGED,))
    told = [one.code for one in examine(ACT_RULES["land_operation_end"], asked, LAW)]
    assert [code for code in told if code in ("TR-20", "TR-21")] == codes
