"""COR: what a correction must rest on by which another household holds a right than the register says. Pure."""

from __future__ import annotations

from landreg.core.errors import Finding
from landreg.law.book import Law
from landreg.registry.rules.corrected_facts import HolderCorrected
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts

ENTERED_BY = ("first_registration", "correction", "office_correction")
"""Kinds of act that say who held a right from the start; by any other it went over to its holder."""


def _sides(facts: ParcelActFacts) -> tuple[tuple[str, str, HolderCorrected], ...]:
    """What a correction is of: the right, and the one exchanged for it; each by its code, and that of who should hold it."""
    if facts.held is None:
        return ()
    mine = (facts.code, facts.meant.get("holder", ""), facts.held)
    if facts.held.turned is None:
        return (mine,)
    return mine, (facts.meant.get("exchanged", ""), facts.now.get("holder", ""), facts.held.turned)


def hs_1_one_homestead(facts: ParcelActFacts, law: Law) -> Finding | None:
    """HS-1: a household that held another homestead on some of the days did not hold this one too. LAL-62."""
    found = [(code, held.homesteads) for code, _, held in _sides(facts) if held.homesteads]
    return next((Finding("HS-1", "holder", {"others": list(others)}, subject=code) for code, others in found), None)


def cor_25_household_of_the_collective(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-25: who held the right from the start is a household of the same collective with members who hold its rights, which is in
    the register for as long as the right. CC-220, RLCL-16.
    """
    found = [(code, holder) for code, holder, held in _sides(facts) if not held.fits]
    return next((Finding("COR-25", "holder", {"code": holder}, subject=code) for code, holder in found), None)


def cor_26_registered_so_from_the_start(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-26: a right that went over to its holder by an act of its own was not registered wrongly: that act is undone by a ruling.
    CC-220, RERR-16.
    """
    if "ruling" in facts.papers:
        return None
    found = [(code, held.came_by) for code, _, held in _sides(facts) if held.came_by not in ENTERED_BY]
    return next((Finding("COR-26", "holder", {"kind": kind or None}, subject=code) for code, kind in found), None)


def cor_27_no_transfer(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-27: the contract or approval that names who held the right is older than its registration: one that came later passes the
    right on, and is registered as that. CC-209, CC-220.
    """
    asked = facts.asked
    if facts.held is None or not isinstance(asked, Correction):
        return None
    proved = asked.proved_on
    if proved is None:
        return Finding("COR-27", "proved_on", {"said": facts.held.said_on or ""}, subject=facts.code)
    for code, _, held in _sides(facts):
        if held.said_on is not None and proved > held.said_on:
            return Finding("COR-27", "proved_on", {"proved": proved, "said": held.said_on}, subject=code)
    return None


def cor_28_exchanged_of_one_kind(facts: ParcelActFacts, law: Law) -> Finding | None:
    """COR-28: of two households that were each registered under the other's right, the other right is of the same kind, and stands
    under who should hold this one. CC-220.
    """
    if facts.held is None or not facts.held.strange:
        return None
    return Finding("COR-28", "exchanged", {"code": facts.held.strange}, subject=facts.code)


HOLDER_CORRECTED = (
    hs_1_one_homestead,
    cor_25_household_of_the_collective,
    cor_26_registered_so_from_the_start,
    cor_27_no_transfer,
    cor_28_exchanged_of_one_kind,
)
"""What a correction of who holds a right is asked."""
