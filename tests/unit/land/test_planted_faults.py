"""The faults that were planted in the sample of a county: each is found, by its own codes, on its own subject."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landreg.land.survey import Report, check
from tests.packages import FAULTY
from tests.unit.land.kit import law

CODES: dict[str, set[str]] = {
    "overlap": {"TOP-1"},
    "invalid_or_changed_ring": {"GEO-5", "ARE-1", "TOP-8"},
    "sliver": {"TOP-2", "TOP-7"},
    "duplicate_code": {"COD-22"},
    "area_mismatch": {"ARE-1"},
    "mu_mismatch": {"ARE-3"},
    "unknown_code": {"COD-4"},
    "out_of_county": {"TOP-5"},
    "no_geometry": {"GEO-1"},
    "bad_id_checksum": {"COD-10"},
    "person_twice": {"REL-10"},
    "no_members": {"REL-8"},
    "member_count": {"REL-9"},
    "dangling_parcel": {"REL-1"},
    "term_reversed": {"TER-1"},
    "contract_area": {"ARE-4"},
    "parcel_contracted_twice": {"REL-15"},
    "transfer_past_term": {"TER-5"},
    "short_issuer_code": {"COD-1"},
}
"""Kind of planted fault to the codes of which at least one names its subject."""
PLANTED: list[dict[str, Any]] = json.loads(Path(FAULTY).with_name("hanbin-faults.faults.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def report() -> Report:
    return check(FAULTY, law())


def test_there_are_twenty_six_planted_faults_of_known_kinds() -> None:
    assert len(PLANTED) == 26
    assert {fault["kind"] for fault in PLANTED} == set(CODES)


@pytest.mark.parametrize("fault", PLANTED, ids=[f"{fault['kind']}-{fault['code'][-8:]}" for fault in PLANTED])
def test_a_planted_fault_is_found_by_its_own_code_on_its_own_subject(fault: dict[str, Any], report: Report) -> None:
    named = {f.code for f in report.findings if f.subject == fault["code"] and report.law.level(f) == "refuse"}
    assert named & CODES[fault["kind"]], named


BESIDE = {
    "COD-2": {"610902104206020015"},  # to whom a parcel was contracted a second time
    "COD-3": {"6109021042060100257"},  # whose code another parcel has
    "REL-10": {"610902104207040013"},  # in whose household the person was first
    "REL-6": {"61090210420302"},  # the issuer whose code was cut
    "ARE-4": {"610902104202010002J"},  # the contract of the parcel that was contracted twice
    "ARE-6": {"610902104202010002J"},
    "TOP-4": {"6109021042060100257"},  # the parcel that lies where the other one's code says
    "TOP-13": {f"610902104{place}" for place in (  # homesteads over which parcels were grown
        "203JC01005", "203JC01008", "207JC00013", "207JC00036", "207JC03017", "207JC03020")},
}  # fmt: skip
"""Subjects beside the planted ones, and why they are at fault."""


def test_what_refuses_in_the_faulty_sample_comes_of_the_planted_faults_alone(report: Report) -> None:
    planted = {fault["code"] for fault in PLANTED}
    beside: dict[str, set[str | None]] = {}
    for finding in report.findings:
        if report.law.level(finding) == "refuse" and finding.subject not in planted:
            beside.setdefault(finding.code, set()).add(finding.subject)
    assert beside == BESIDE


def test_each_finding_on_a_parcel_has_a_place_in_the_county(report: Report) -> None:
    placed = [f for f in report.findings if f.layer in ("DK", "ZJD") and f.subject and f.place]
    assert len(placed) > 100
    astray = {f.subject for f in placed if f.place and not (108.6 < f.place[0] < 109.3 and 32.4 < f.place[1] < 33.3)}
    assert astray == {"6109021042020100422"}
