"""What an application for an act on households is completed with before its case is opened, and what it would change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.law.book import Law, examine
from landreg.party import queries as parties
from landreg.registry.casebook import Case
from landreg.registry.casework.household_queries import operation_codes_used
from landreg.registry.facts.acts import act_proposals
from landreg.registry.facts.operation import sources_of
from landreg.registry.facts.proposals import ActProposal
from landreg.registry.numbers import household_codes
from landreg.registry.rules import ACT_RULES
from landreg.registry.rules.household_requests import Branch, Division, LandOperation
from landreg.registry.rules.requests import Request
from landreg.registry.rules.restrictions import CONSENTS

LACKING = frozenset(("REG-20", "TR-10", "COR-10", "COR-19", "HH-22")) | CONSENTS
AT_ACCEPTANCE = LACKING | {"TR-5", "TR-16", "TR-22", "END-3", "COR-7", "COR-9", "COR-26"}
"""What is asked of papers: they come into the folder after the case is opened. A preview tells of those that are only noted."""


@dataclass(frozen=True)
class Foreseen:
    """What an application would do: its findings, and what its case would change; None where a finding stops it."""

    findings: tuple[Finding, ...]
    proposal: ActProposal | None


def completed(uow: UnitOfWork, county: str, village: str, code: str, asked: Request) -> Request:
    """The request with the codes that the register gives: of new households, of a land-operation right. code: of the subject."""
    if isinstance(asked, Division):
        drawn = household_codes(uow, county, village, code[:14], sum(not branch.code for branch in asked.branches))
        return replace(asked, branches=tuple(_coded(branch, drawn) for branch in asked.branches))
    if isinstance(asked, LandOperation) and not asked.code:
        return replace(asked, code=f"{code}L{operation_codes_used(uow.session, county, code) + 1:02d}")
    return asked


def provisional(asked: Request) -> Request:
    """The request as its preview takes it: no number of the register is used up for it."""
    if isinstance(asked, Division):
        return replace(asked, branches=tuple(replace(one, code=f"新户{n}") for n, one in enumerate(asked.branches, 1)))
    return replace(asked, code="—") if isinstance(asked, LandOperation) else asked


def _coded(branch: Branch, drawn: list[str]) -> Branch:
    return branch if branch.code else replace(branch, code=drawn.pop(0))


def foreseen(session: Session, law: Law, values: dict[str, Any]) -> Foreseen:
    """What a case of these values would say and do; nothing is written."""
    (proposal,) = act_proposals(session, [Case(**values)])
    found = examine(ACT_RULES[values["act_kind"]], proposal.facts, law)
    findings = tuple(finding for finding in found if finding.code not in LACKING)
    stopped = any(law.level(finding) == "refuse" for finding in findings)
    return Foreseen(findings, None if stopped else proposal)


def subject_of(session: Session, county: str, right: Any, parcels: list[UUID]) -> tuple[str, str]:
    """Code of the household behind a right, and the name of its holder. Of a land-operation right the household is the
    contractor's; behind a homestead that a person inherited there is none.
    """
    named = parties.named(session, county, right["household_id"])
    if named is None:
        return "", ""
    if right["kind"] == "land_operation":
        sources = sources_of(session, county, parcels)
        contractor = next((source.household_id for source in sources.values()), None)
        found = parties.household(session, county, contractor) if contractor else None
        return (found.code if found else ""), named.name
    return (named.code if named.kind == "household" else ""), named.name
