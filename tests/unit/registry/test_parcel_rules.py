"""PAR: each rule of acts on parcels refuses one thing, and lets through what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from landreg.law.book import examine, national_law
from landreg.registry.rules.act_facts import Restricted
from landreg.registry.rules.corrections import CORRECTION_RULES
from landreg.registry.rules.parcel_requests import (
    AreaChange,
    BoundaryCorrection,
    Corrected,
    Correction,
    ParcelMerge,
    ParcelRequest,
    ParcelSplit,
    PartLoss,
)
from landreg.registry.rules.parcels import PARCEL_RULES, Ground, ParcelActFacts
from landreg.registry.rules.requests import plain, read
from landreg.registry.rules.restrictions import consent_papers

LAW = national_law("610902", date(2026, 7, 1))
RULES = {**PARCEL_RULES, **CORRECTION_RULES}
P, Q = "6109021042020100002", "6109021042020100003"
MORTGAGE = Restricted(UUID(int=1), "mortgage", "样本农村信用社", 1)
SEIZURE = Restricted(UUID(int=2), "seizure", "法院", 1)
USE = ("013", "1", "True")
HELD = frozenset(("610902104202010001J",))
LIES = frozenset((UUID(int=1),))
WHOLE = Ground(P, Decimal("400.00"), rights=HELD, use=USE)
HALF = Ground(Q, Decimal("200.00"), rights=HELD, use=USE)
SPLIT = ParcelSplit((P,), "00", ("A", "B"))
MERGE = ParcelMerge((P, Q), ("A",))
BOUNDARY = BoundaryCorrection((P,), "00", (Q,))
AREA = AreaChange((P,), Decimal("395.00"))
LOSS = PartLoss((P,), "00", "expropriation", ("A", "B"))
BACK = replace(LOSS, reason="returned", noticed_on=date(2025, 1, 1))
NAME = Correction("parcel", "office", "外业核实", (Corrected("name", "北坡"),), (P,))
CUT: dict[str, Any] = {"before": (WHOLE,), "after": (HALF, replace(HALF, code="B"))}
MOVED: dict[str, Any] = {
    "before": (WHOLE,), "after": (WHOLE,), "changed_m2": Decimal("40"), "shared_m2": Decimal("400"), "drawn_m2": Decimal("440"),
}  # fmt: skip
SOUND: dict[str, tuple[ParcelRequest, dict[str, Any]]] = {
    "parcel_split": (SPLIT, CUT),
    "parcel_merge": (MERGE, {"before": (WHOLE, HALF), "after": (replace(WHOLE, area_m2=Decimal("600.00")),)}),
    "boundary_correction": (BOUNDARY, MOVED),
    "area_change": (
        AREA, {"before": (WHOLE,), "after": (replace(WHOLE, area_m2=Decimal("395.00")),), "drawn_m2": Decimal("400.00")}
    ),
    "part_loss": (LOSS, CUT),
    "correction": (NAME, {"now": {"name": "南坡"}}),
}  # fmt: skip
REFUSED: list[tuple[str, str, ParcelRequest, dict[str, Any]]] = [
    ("REG-20", "parcel_split", SPLIT, {**CUT, "missing": ("parcel_survey",)}),
    ("REG-21", "parcel_split", SPLIT, {"in_force": False}),
    ("TR-12", "parcel_split", SPLIT, {**CUT, "restrictions": (SEIZURE,)}),
    ("TR-20", "part_loss", replace(LOSS, reason="error"), {**CUT, "restrictions": (MORTGAGE,)}),
    ("LO-5", "part_loss", BACK, {**CUT, "operated": {P: "L01"}, "parcels": (P,)}),
    ("PAR-1", "parcel_split", SPLIT, {"before": (WHOLE,), "fault": "line_misses"}),
    ("PAR-2", "parcel_split", SPLIT, {"before": (WHOLE,), "after": (HALF, replace(HALF, area_m2=Decimal("199.99")))}),
    ("PAR-3", "parcel_merge", MERGE, {**SOUND["parcel_merge"][1], "before": (WHOLE, replace(HALF, use=("011", "1", "True")))}),
    ("PAR-3", "parcel_merge", MERGE, {**SOUND["parcel_merge"][1], "before": (WHOLE, replace(HALF, rights=frozenset()))}),
    ("PAR-3", "parcel_merge", MERGE, {**SOUND["parcel_merge"][1], "before": (WHOLE, replace(HALF, limits=LIES))}),
    ("PAR-4", "parcel_split", SPLIT, {**CUT, "bound": ("610902104202JC00001F00010001",)}),
    ("TR-20", "parcel_split", SPLIT, {**CUT, "restrictions": (MORTGAGE,)}),
    ("PAR-6", "boundary_correction", BOUNDARY, {**MOVED, "overlapped": {Q: Decimal("3.00")}}),
    ("PAR-7", "boundary_correction", BOUNDARY, {**MOVED, "unsigned": (Q,)}),
    ("PAR-8", "boundary_correction", BOUNDARY, {**MOVED, "changed_m2": Decimal("0.00")}),
    ("PAR-8", "area_change", AreaChange((P,), Decimal("400.00")), {"before": (WHOLE,)}),
    ("PAR-8", "correction", NAME, {"now": {"name": "北坡"}}),
    ("PAR-8", "correction", replace(NAME, facts=(Corrected("registered_area_m2", "400"),)),
     {"now": {"registered_area_m2": "400.00"}, "meant": {"registered_area_m2": "400.00"}}),
    ("PAR-9", "boundary_correction", BOUNDARY, {**MOVED, "shared_m2": Decimal("199")}),
    ("PAR-11", "correction", NAME, {"used": (Q,)}),
    ("PAR-18", "correction", replace(NAME, facts=(Corrected("code", f"610921{P[6:]}"),)), {"now": {"code": P}}),
    ("PAR-18", "correction", replace(NAME, facts=(Corrected("code", f"{P[:12]}99{P[14:]}"),)), {"now": {"code": P}}),
    ("PAR-14", "correction", replace(NAME, facts=(Corrected("term", "2050"),)), {}),
    ("PAR-14", "correction", NAME, {"invalid": ("name",)}),
    ("PAR-15", "correction", replace(NAME, why=""), {}),
    ("PAR-15", "correction", replace(NAME, by="anybody"), {}),
    ("PAR-16", "area_change", AreaChange((P,), Decimal(0)), {"before": (WHOLE,), "after": (replace(WHOLE, area_m2=Decimal(0)),)}),
    ("PAR-17", "area_change", AreaChange((P,), Decimal("999999999999.00")), {"before": (WHOLE,), "drawn_m2": Decimal("400.00")}),
    ("PAR-17", "area_change", AreaChange((P,), Decimal("199.99")), {"before": (WHOLE,), "drawn_m2": Decimal("400.00")}),
    ("COR-10", "area_change", AREA, {**SOUND["area_change"][1], "operated": {P: "L01"}}),
    ("COR-10", "boundary_correction", BOUNDARY, {**MOVED, "operated": {P: "L01"}}),
    ("END-1", "part_loss", replace(LOSS, reason="term_over"), CUT),
    ("END-3", "part_loss", replace(BACK, noticed_on=date(2026, 1, 2)), CUT),
    ("END-4", "part_loss", replace(BACK, noticed_on=None), CUT),
]  # fmt: skip


def facts(kind: str, asked: ParcelRequest, **changed: Any) -> ParcelActFacts:
    told = date(2026, 1, 5)  # more than thirty working days before
    sound = ParcelActFacts(
        act_kind=kind, code=P, asked=asked, right_kind="contract_management", parcels=(P,), told_on=told
    )
    return replace(sound, **changed)


@pytest.mark.parametrize("kind", SOUND)
def test_what_is_right_is_let_through(kind: str) -> None:
    asked, changed = SOUND[kind]
    assert examine(RULES[kind], facts(kind, asked, **changed), LAW) == ()


def test_a_mortgage_with_its_creditor_s_consent_and_a_hair_s_overlap_stop_nothing() -> None:
    consented = facts("parcel_split", SPLIT, **CUT, restrictions=(MORTGAGE,), papers=frozenset({"creditor_consent"}))
    assert examine(RULES["parcel_split"], consented, LAW) == ()
    near = facts("boundary_correction", BOUNDARY, **MOVED, overlapped={Q: Decimal("0.20")})
    assert examine(RULES["boundary_correction"], near, LAW) == ()


@pytest.mark.parametrize(("code", "kind", "asked", "changed"), REFUSED)
def test_one_thing_wrong_is_one_finding(code: str, kind: str, asked: ParcelRequest, changed: dict[str, Any]) -> None:
    (finding,) = examine(RULES[kind], facts(kind, asked, **changed), LAW)
    assert (finding.code, LAW.level(finding)) == (code, "refuse")
    assert "—" not in LAW.say(finding, "zh")


@pytest.mark.parametrize("paper", ["operator_consent", "ruling"])
def test_operated_land_is_measured_anew_by_its_operator_s_word_or_by_a_ruling(paper: str) -> None:
    asked = facts("area_change", AREA, **SOUND["area_change"][1], operated={P: "L01"}, papers=frozenset({paper}))
    assert examine(RULES["area_change"], asked, LAW) == ()
    assert consent_papers(asked, LAW) == ("operator_consent",)


def test_an_area_far_from_its_boundary_is_a_note_for_the_reviewer() -> None:
    asked = AreaChange((P,), Decimal("600.00"))
    told = facts("area_change", asked, before=(WHOLE,), drawn_m2=Decimal("400.00"))
    (finding,) = examine(RULES["area_change"], told, LAW)
    assert (finding.code, LAW.level(finding)) == ("PAR-13", "warn")


@pytest.mark.parametrize("kind", SOUND)
def test_a_request_is_read_as_it_was_kept(kind: str) -> None:
    asked, _ = SOUND[kind]
    assert read(kind, plain(asked)) == asked
