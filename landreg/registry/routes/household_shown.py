"""What an act on households does, as its pages show it: households before and after side by side, or fact by fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons
from landreg.core.errors import Finding
from landreg.registry.casework import household_queries
from landreg.registry.effects.sides import Side, after, before, rows_of
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.routes.shown import Shown, difference_of

SIDES = ("division", "household_merge", "representative_change", "exchange")
"""The acts whose result is shown as households side by side; of the others the page shows fact by fact."""


@dataclass(frozen=True)
class Preview:
    """What an application would do: notes for the reviewer, households before and after, or facts before and after.

    names: of members, masked. codes: of parcels, with what people call them.
    """

    findings: tuple[Finding, ...]
    before: list[Side]
    after: list[Side]
    difference: list[Shown]
    names: Mapping[UUID, str]
    codes: Mapping[UUID, tuple[str, str]]


def preview_of(session: Session, proposal: ActProposal, today: date, findings: tuple[Finding, ...]) -> Preview:
    """What the act of a case would do; nothing is written."""
    if proposal.case.act_kind not in SIDES:
        return Preview(findings, [], [], difference_of(session, proposal, today), {}, {})
    return sides_of(session, proposal, today, findings)


def sides_of(session: Session, proposal: ActProposal, today: date, findings: tuple[Finding, ...] = ()) -> Preview:
    """The households of an act before and after it."""
    in_force = proposal.in_force
    rows = rows_of([(one.household, one.members) for one in in_force.parties], in_force.bundles)
    was, will = before(rows), after(rows, proposal.changes(today))
    persons = [member.person_id for side in (*was, *will) for member in side.members]
    names = {person: shown[0] for person, shown in masked_persons(session, persons).items()}
    codes = {parcel: code for bundle in in_force.bundles for parcel, code in bundle.codes.items()}
    called = household_queries.parcel_names(session, proposal.case.county, list(codes))
    return Preview(findings, was, will, [], names, {key: (code, called.get(key, "")) for key, code in codes.items()})
