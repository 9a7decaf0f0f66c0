"""Facts for the correction of a restriction on a right: for whom, on which paper, what it secures, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import takewhile
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from landreg.law.book import act_type
from landreg.registry.casebook import Case
from landreg.registry.effects import Changes, RightBundle, Standing
from landreg.registry.effects.parcels import Spoken, correct
from landreg.registry.facts import standing
from landreg.registry.facts.correctable import as_text, read_facts
from landreg.registry.facts.proposals import ActProposal, InForce, folders, papers_lacking, restricted, term_of
from landreg.registry.facts.spoken import spoken
from landreg.registry.facts.telling import told_of_errors
from landreg.registry.facts.third_parties import beside_others
from landreg.registry.model import Restriction
from landreg.registry.rules.corrected_facts import LimitCorrected
from landreg.registry.rules.parcel_requests import Correction
from landreg.registry.rules.parcels import ParcelActFacts
from landreg.registry.rules.requests import Identified, RestrictionAsked, read

FACTS: Mapping[str, tuple[str, ...]] = {
    "mortgage": ("party", "party_code", "basis", "amount", "until"),
    "seizure": ("party", "basis", "until"),
    "advance_notice": ("basis",),
    "objection": ("basis",),
    "dispute": ("basis",),
}
"""By kind of restriction: what may be wrong of it. Of an advance notice and an objection the last day follows from the law."""


def facts_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The facts of a restriction that may be corrected; who is a person or a household is no slip of a name."""
    named = row["party_kind"] in ("person", "household")
    return tuple(fact for fact in FACTS.get(row["kind"], ()) if not (named and fact in ("party", "party_code")))


def limit_proposals(session: Session, cases: Sequence[Case]) -> list[ActProposal]:
    """The proposals of corrections of restrictions."""
    if not cases:
        return []
    county = cases[0].county
    papers, told = folders(session, county, [case.case_id for case in cases]), told_of_errors(session, cases)
    rights = [case.right_ids[0] for case in cases]
    bundles, limits = standing.rights(session, county, rights), standing.restrictions(session, county, rights)
    made = [
        _proposal(
            session, case, bundles.get(right), limits.get(right, ()), papers[case.case_id], told.get(case.case_id)
        )
        for case, right in zip(cases, rights, strict=True)
    ]
    return beside_others(session, made, [case.right_ids for case in cases])


def _proposal(
    session: Session,
    case: Case,
    bundle: RightBundle | None,
    limits: tuple[Standing, ...],
    folder: frozenset[str],
    told_on: date | None,
) -> ActProposal:
    asked = read(case.act_kind, case.request)
    assert isinstance(asked, Correction)  # noqa: S101  the kind of act says so
    rows = spoken(session, "restriction", Restriction, case.county, Restriction.restriction_id, asked.limit_id)
    now = rows[-1].row.row if rows else {}
    stands = bool(now) and now["right_id"] == case.right_ids[0] and now["kind"] == asked.limit
    right, invalid = read_facts(case, asked)
    foreign = tuple(fact for fact in right if stands and fact not in facts_of(now))
    facts = ParcelActFacts(
        act_kind=case.act_kind,
        code=case.subject_code,
        asked=asked,
        in_force=bundle is not None,
        right_kind=case.right_kind,
        missing=papers_lacking(case, act_type(case.act_kind), folder),
        restrictions=restricted(limits),
        term=term_of(bundle),
        now={one.fact: as_text(now.get(one.fact)) for one in asked.facts} if stands else {},
        meant={fact: as_text(value) for fact, value in right.items()},
        invalid=(*invalid, *foreign),
        told_on=told_on,
        limit=LimitCorrected(
            stands,
            _entered(rows, right) if stands else None,
            _laid({**now, **right}) if stands and not invalid else None,
        ),
    )
    effect = partial(_changes, case, rows if stands else (), _whole(right))
    return ActProposal(case, InForce(None, None, limits), facts, effect)


def _entered(rows: Sequence[Spoken], facts: Iterable[str]) -> date | None:
    """Since which day the restriction says what is to be corrected: of facts of several days the last."""
    now = rows[-1].row.row
    days = [_since(rows, fact) for fact in facts if fact in now]
    return max((day for day in days if day is not None), default=None)


def _since(rows: Sequence[Spoken], fact: str) -> date | None:
    now = rows[-1].row.row[fact]
    return list(takewhile(lambda row: row.row.row[fact] == now, reversed(rows)))[-1].row.since


def _laid(row: Mapping[str, Any]) -> RestrictionAsked:
    """The restriction as it would stand."""
    whose = Identified("organization", row["party_code"]) if row["party_code"] else None
    return RestrictionAsked(row["kind"], row["party"], row["basis"], row["amount"], row["until"], whose=whose)


def _whole(right: Mapping[str, Any]) -> dict[str, Any]:
    """What a code tells is an organisation."""
    return {**right, **({"party_kind": "organization", "party_id": None} if "party_code" in right else {})}


def _changes(case: Case, rows: Sequence[Spoken], right: Mapping[str, Any], on: date) -> Changes:
    """No certificate of the right tells of it; its own proof is handed out anew."""
    if not rows:
        raise ValueError(f"{case.subject_code} bears no such restriction")
    return correct(rows, right, (), on, uuid4)
