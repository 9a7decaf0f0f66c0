"""The transfer contracts that run on the land of an act, as the market tells the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.facts.proposals import ActProposal
from landreg.registry.rules.act_facts import Running
from landreg.registry.rules.bound_land import BINDING, land_of, takes
from landreg.registry.rules.household_requests import LandOperationChange, Operator
from landreg.registry.rules.parcel_requests import Correction


def running_on(session: Session, proposals: Iterable[ActProposal]) -> dict[UUID, tuple[Running, ...]]:
    """By case that moves, cuts, gives up or lets land: the contracts that run on it, the last to end first."""
    asked = {
        one.case.case_id: (one, frozenset(land_of(one.facts))) for one in proposals if one.facts.act_kind in BINDING
    }
    codes = sorted(frozenset().union(*(land for _, land in asked.values())))
    if not codes:
        return {}
    county = next(iter(asked.values()))[0].case.county
    rows = session.execute(text(_RUNNING), {"county": county, "codes": codes}).all()
    proposed = [one for one, _ in asked.values()]
    operators, noted = _operators(session, county, proposed), _noted(session, county, proposed)
    found: dict[UUID, dict[str, Running]] = defaultdict(dict)
    for case_id, (one, land) in asked.items():
        grounds, operator = _grounds(one) | noted.get(case_id, frozenset()), operators.get(case_id)
        for row in rows:
            if row.parcel_code in land:
                known = found[case_id].get(row.number)
                run = Running(
                    row.number, row.kind, row.from_on, row.until_on, row.taker, row.taker_code, row.household_id,
                    frozenset({row.parcel_code}) | (known.parcels if known else frozenset()),
                    own=any(row.number in said for said in grounds) or str(case_id) in row.cases,
                )  # fmt: skip
                found[case_id][row.number] = replace(run, by_holder=operator is not None and takes(run, operator))
    return {case_id: tuple(some.values()) for case_id, some in found.items()}


def _grounds(one: ActProposal) -> frozenset[str]:
    """What the act says it rests on; where it is on a land-operation right, what that rests on too."""
    bundle, named = one.in_force.bundle, {getattr(one.facts.asked, "basis", "")}
    if bundle is not None and isinstance(one.facts.asked, LandOperationChange):
        named.add(bundle.right.row["note"])
    return frozenset(named)


def _operators(session: Session, county: str, proposals: Sequence[ActProposal]) -> dict[UUID, Operator]:
    """By case on a land-operation right: who holds it."""
    holders = {
        one.case.case_id: one.facts.holder
        for one in proposals
        if isinstance(one.facts.asked, LandOperationChange | Correction)
    }
    if not holders:
        return {}
    rows = session.execute(text(_HOLDERS), {"county": county, "ids": list(holders.values())})
    others = {row.holder_id: Operator(row.kind, row.holder_id, row.name, row.code) for row in rows}
    return {case: others.get(one, Operator("household", one, "")) for case, one in holders.items() if one is not None}


def _noted(session: Session, county: str, proposals: Sequence[ActProposal]) -> dict[UUID, frozenset[str]]:
    """By case that corrects the term of a land-operation right: what that rests on, by every row of it."""
    rights = {one.case.case_id: one.case.right_ids for one in proposals if isinstance(one.facts.asked, Correction)}
    if not rights:
        return {}
    rows = session.execute(text(_NOTES), {"county": county, "ids": [one for some in rights.values() for one in some]})
    notes = {row.right_id: row.notes for row in rows}
    return {case: frozenset(note for one in some for note in notes.get(one, ())) for case, some in rights.items()}


_RUNNING = "SELECT * FROM exchange.running(:county, CAST(:codes AS text[])) ORDER BY until_on DESC, number, parcel_code"
_NOTES = """
    SELECT r.right_id, array_agg(r.note) AS notes FROM registry."right" AS r
    WHERE r.county = :county AND r.right_id = ANY (:ids) AND r.kind = 'land_operation' GROUP BY r.right_id
"""
_HOLDERS = """
    SELECT h.holder_id, h.kind, h.code, h.name FROM party.holder AS h
    WHERE h.county = :county AND h.holder_id = ANY (:ids) AND upper_inf(h.recorded) AND upper_inf(h.valid)
"""
