"""Facts for changes of restrictions: what each case asks for, and how the restriction stands; a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from uuid import uuid4

from sqlalchemy.orm import Session

from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, renewal
from landreg.registry.facts import standing
from landreg.registry.facts.proposals import ActProposal, InForce, folders, restricted, term_of
from landreg.registry.rules.renewal_requests import CHANGES, RestrictionChange
from landreg.registry.rules.requests import read
from landreg.registry.rules.restriction_changes import ChangeFacts


def change_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of cases that change a restriction."""
    county = cases[0].county
    right_ids = [right for case in cases for right in case.right_ids]
    bundles = standing.rights(session, county, right_ids)
    restricted = standing.restrictions(session, county, right_ids)
    papers = folders(session, county, [case.case_id for case in cases])
    return [
        _proposal(
            case,
            InForce(bundles.get(case.right_ids[0]), None, restricted.get(case.right_ids[0], ())),
            papers[case.case_id],
        )
        for case in cases
    ]


def _proposal(case: Case, rows: InForce, folder: frozenset[str]) -> ActProposal:
    facts = ChangeFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=read(case.act_kind, case.request),
        in_force=rows.bundle is not None,
        right_kind=case.right_kind,
        missing=tuple(paper for paper in act_type(case.act_kind).documents if paper not in folder),
        restrictions=restricted(rows.restrictions),
        term=term_of(rows.bundle),
        last_days=tuple((row.row["restriction_id"], row.row["until"]) for row in rows.restrictions),
    )
    return ActProposal(case, rows, facts, partial(_changes, rows, facts))


def _changes(rows: InForce, facts: ChangeFacts, on: date) -> Changes:
    asked = facts.asked
    if not isinstance(asked, RestrictionChange):
        raise ValueError(f"{facts.code} asks for no change of a restriction")
    return renewal.change(rows.restrictions, asked, CHANGES[facts.act_kind], on, uuid4)
