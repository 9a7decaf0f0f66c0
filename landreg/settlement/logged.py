"""What the log says of this window: staged when it is written, and made again from the rows by `recheck`.

Of a row a leaf tells a digest, salted by what stands in the row: no land desk reads that salt, so nobody can try out numbers
on a leaf. Codes of today's divisions, which may be recoded, are left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.log.leaf import Json, canonical, plain
from landreg.settlement import queries
from landreg.settlement.model import Application, Evidence, HandedOut, Opening, RefusedEvidence, Settler, Statement

DECIDED = ("outcome", "decided_at", "decided_on", "decided_by", "decided_by_name", "reason", "unmet")
_OWN_SALTS = ("salt", "decision_salt")
RECEIVED, REFUSED, DECISION, SHOWN, HANDED, OPENED, STATED = (
    "settlement.received", "settlement.evidence_refused", "settlement.decided", "settlement.evidence_shown",
    "settlement.handed_out", "settlement.opened",
    "settlement.stated",
)  # fmt: skip


def received_facts(row: Application, persons: Sequence[Settler]) -> dict[str, Any]:
    """That an application came, on which condition, of how many; all else as a digest."""
    own = [name for name in _columns(row) if name not in (*DECIDED, *_OWN_SALTS)]
    said = {name: getattr(row, name) for name in own}
    told = {**said, "persons": [[one.position, one.relation, one.said] for one in persons]}
    return {"ground": row.ground, "persons": len(persons), "row": _digest(row.salt, told)}


def decided_facts(row: Application) -> dict[str, Any]:
    """How it was decided, on which conditions that are not met."""
    told = {name: getattr(row, name) for name in DECIDED}
    return {"outcome": row.outcome, "unmet": row.unmet, "row": _digest(row.decision_salt or "", told)}


def evidence_facts(row: Evidence) -> dict[str, Any]:
    """That a paper of the closed list was shown."""
    return {"application": row.application_id, "kind": row.kind, "row": _digest("", _told(row, "sha256"))}


def refused_facts(row: RefusedEvidence) -> dict[str, Any]:
    """That something was refused as evidence, and on which articles. Not what it was: only where it was found."""
    told = _told(row, "applicant_digest", "applicant_masked", "sha256")
    return {"found_in": row.found_in, "articles": row.articles, "by": row.refused_by, "row": _digest("", told)}


def handed_facts(row: HandedOut) -> dict[str, Any]:
    """Which paper was handed out, by its hash."""
    return {"application": row.application_id, "refusal": row.refusal_id, "kind": row.kind, "sha256": row.sha256,
            "by": row.handed_by}  # fmt: skip


def opened_facts(row: Opening) -> dict[str, Any]:
    """Whose names and numbers were opened: those of an application, by whom; why, as a digest."""
    return {"application": row.application_id, "by": row.account_id, "row": _digest("", _told(row))}


def stated_facts(row: Statement) -> dict[str, Any]:
    """How many households have settled to the end of a quarter, by the county they come from: for everybody."""
    counts = dict(zip(row.origins, row.households, strict=True))
    return {"until": row.until, "settled": counts, "by": row.stated_by, "row": _digest("", _told(row))}


def differing(session: Session) -> Iterator[Finding]:
    """Rows that no longer say what their leaf says, rows without a leaf and leaves without a row, in the jurisdiction."""
    leaves = {asked: _facts_of(leaf) for asked, leaf in queries.leaves(session).items()}
    for kind, key, facts in _told_now(session):
        leaf = leaves.pop((kind, key), None)
        if leaf is None:
            yield Finding("SET-17", None, {"kind": kind, "key": key, "along": "unlogged"})
        elif leaf != plain(facts):
            yield Finding("SET-17", None, {"kind": kind, "key": key, "along": "changed"})
    for kind, key in leaves:
        yield Finding("SET-17", None, {"kind": kind, "key": key, "along": "missing"})


def _told_now(session: Session) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for row in session.scalars(select(Application)):
        persons = queries.settlers(session, row.county, row.application_id)
        yield RECEIVED, str(row.application_id), received_facts(row, persons)
        if row.outcome is not None:
            yield DECISION, str(row.application_id), decided_facts(row)
    for shown in session.scalars(select(Evidence)):
        yield SHOWN, str(shown.evidence_id), evidence_facts(shown)
    for refused in session.scalars(select(RefusedEvidence)):
        yield REFUSED, str(refused.refusal_id), refused_facts(refused)
    for handed in session.scalars(select(HandedOut)):
        yield HANDED, str(handed.paper_id), handed_facts(handed)
    for opening in session.scalars(select(Opening)):
        yield OPENED, str(opening.opening_id), opened_facts(opening)
    for stated in session.scalars(select(Statement)):
        yield STATED, str(stated.statement_id), stated_facts(stated)


def _facts_of(leaf: bytes) -> Any:
    return json.loads(leaf)["facts"]


def _columns(row: Any) -> list[str]:
    return [column.key for column in row.__table__.columns if column.key not in ("county", "division")]


def _told(row: Any, *left_out: str) -> dict[str, Json]:
    return {name: getattr(row, name) for name in _columns(row) if name not in left_out}


def _digest(salt: str, told: dict[str, Any]) -> str:
    return hashlib.sha256(salt.encode() + canonical(told)).hexdigest()[:32]
