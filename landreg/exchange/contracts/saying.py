"""What stands against a contract by its own words, told to the desk, the household and the taker alike."""

from __future__ import annotations

from sqlalchemy.orm import Session

from landreg.core.errors import Finding
from landreg.core.periods import beijing_day
from landreg.exchange.contracts import draft_queries
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.clauses import asked_of
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.contracts.rules.free import (
    con_34_term_has_begun,
    con_84_land_is_not_sold,
    con_85_one_draft_at_a_time,
)
from landreg.law.book import Law


def sold_by(row: Contract, law: Law) -> Finding | None:
    """CON-84 of what the parties themselves said in a contract."""
    names = asked_of(row.kind, row.unit, beijing_day(row.drawn_at), free=not row.price)
    said = {name: str(row.clauses[name]) for name in names if row.clauses.get(name)}
    return con_84_land_is_not_sold((row.number, {"said": row.said, **said}), law)


def told_of(session: Session, row: Contract, law: Law) -> list[Finding]:
    """What a side is told of a contract before it signs, and of its words as long as it stands."""
    told = [None if row.state == "withdrawn" else sold_by(row, law)]
    if row.state in UNSIGNED:
        told.append(con_34_term_has_begun((row.number, row.from_on, law.on), law))
        told.append(con_85_one_draft_at_a_time((row.number, draft_queries.beside(session, row, law.on)), law))
    return [one for one in told if one is not None]
