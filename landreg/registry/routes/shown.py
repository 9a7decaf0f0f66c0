"""What a case would enter, as its page shows it: the present state of the register beside the state after the act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from landreg.access.policy import known_actor
from landreg.core.actor import Role
from landreg.core.codes import masked_name
from landreg.core.units import mu_of, total_mu
from landreg.law.book import Law
from landreg.registry.facts import Proposal
from landreg.registry.rules.homestead import HomesteadFacts, confirmed_area


def holder_name(name: str | None) -> str:
    """A holder's name: whole for registrar and reviewer, who work with it, masked for everyone else and in their files."""
    whole = known_actor().has(Role.REGISTRAR, Role.REVIEWER)
    return (name or "") if whole else masked_name(name or "")


@dataclass(frozen=True)
class ProposedParcel:
    """A parcel that goes under the right; taken_by: code of the right that holds it now."""

    code: str
    area_m2: Decimal
    mu: Decimal
    taken_by: str | None


@dataclass(frozen=True)
class Proposed:
    """What the act of a case will write."""

    kind: str
    code: str
    holder: str
    household_code: str
    mode: str
    starts_on: date | None
    ends_on: date | None
    area_m2: Decimal
    mu: Decimal
    surveyed_m2: Decimal
    excess_m2: Decimal
    members: int | None
    parcels: Sequence[ProposedParcel]
    staged: Any


def proposed(proposal: Proposal, law: Law) -> Proposed:
    """The proposal of a case in one shape for both kinds of right; nothing of it is written."""
    case, facts, staged = proposal.case, proposal.facts, proposal.staged
    if isinstance(facts, HomesteadFacts):
        confirmed = confirmed_area(facts, law)
        area, surveyed, excess = confirmed.area_m2, facts.area_m2, confirmed.excess_m2
        parcels = [ProposedParcel(facts.code, area, mu_of(area), facts.taken_by)]
        code, mode, members, term, mu = facts.unit_code or facts.code, staged["nature"] or "", None, None, mu_of(area)
    else:
        area = surveyed = facts.area_m2
        excess, term, members = Decimal(0), facts.term, facts.members
        parcels = [ProposedParcel(p.code, p.area_m2, mu_of(p.area_m2), p.taken_by) for p in facts.parcels]
        code, mode, mu = facts.code, staged["way"] or "", total_mu(p.area_m2 for p in facts.parcels)
    return Proposed(
        kind=case.right_kind,
        code=code,
        holder=case.applicant,
        household_code=case.household_code,
        mode=mode,
        starts_on=term.start if term else None,
        ends_on=term.last if term else None,
        area_m2=area,
        mu=mu,
        surveyed_m2=surveyed,
        excess_m2=excess,
        members=members,
        parcels=parcels,
        staged=staged,
    )
