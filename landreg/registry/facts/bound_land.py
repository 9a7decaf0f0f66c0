"""The transfer contracts that run on the land of an act, as the market tells the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from landreg.registry.facts.proposals import ActProposal
from landreg.registry.rules.act_facts import Running
from landreg.registry.rules.bound_land import BINDING, land_of


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
    found: dict[UUID, dict[str, Running]] = defaultdict(dict)
    for case_id, (one, land) in asked.items():
        basis = getattr(one.facts.asked, "basis", "")
        for row in rows:
            if row.parcel_code in land:
                own = row.number == basis or str(case_id) in row.cases
                found[case_id][row.number] = Running(
                    row.number, row.kind, row.from_on, row.until_on, row.taker, row.taker_code, row.household_id, own
                )
    return {case_id: tuple(some.values()) for case_id, some in found.items()}


_RUNNING = "SELECT * FROM exchange.running(:county, CAST(:codes AS text[])) ORDER BY until_on DESC, number, parcel_code"
