"""The members' resolution on which a change or renewal of a contract over their collective's land rests, kept with the draft."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from landreg.core.codes import ISSUER
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding
from landreg.exchange.contracts.entering import happened
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.resolved import Resolved, con_105_members_resolved_anew
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.contracts.whole import Whole
from landreg.exchange.listings.listing_queries import households_of
from landreg.exchange.listings.reading import Resolution
from landreg.exchange.listings.rules.offer import is_a_number
from landreg.exchange.model import Taker
from landreg.law.book import Law
from landreg.law.transfers import transfers
from landreg.registry.guarded import Attached, ties_nothing, words_of_transfer_tie_nothing

RESOLVED, APPROVED = "members_resolved", "township_approved"


@dataclass(frozen=True)
class Decided:
    """What the members decided, its minutes, and the township's approval where there is one."""

    told: Resolution | None = None
    minutes: Attached | None = None
    approved: Attached | None = None


def resolves(row: Contract, relation: str) -> bool:
    """Whether what follows a contract is for the members of a collective to resolve: it gives their own land."""
    return row.right_id is None and row.kind not in ("retransfer", SERVICE) and relation in ("change", "renewal")


def against(session: Session, found: Whole, taker: Taker, decided: Decided, law: Law) -> Finding | None:
    """CON-105 where the members did not resolve it. Raises Refused (GUARD-1)."""
    row, told = found.contract, decided.told
    for paper in (decided.minutes, decided.approved):
        if paper is not None:
            ties_nothing(law.on, paper)
    words_of_transfer_tie_nothing(law.on, approval="" if told is None else told.approval)
    member = taker.kind == "household" and taker.code[:ISSUER] == found.parcels[0].parcel_code[:ISSUER]
    kind = transfers(law.on).get(row.kind)
    facts = Resolved(
        row.number, found.signed_on(row.from_on), minutes=decided.minutes is not None,
        outside=kind is not None and kind.farmed and not member,
        households=households_of(session, row.county, found.parcels[0].parcel_code[:ISSUER]),
    )  # fmt: skip
    if told is not None:
        facts = replace(
            facts, day=told.day, members=told.members, in_favour=told.in_favour,
            approval=decided.approved is not None and is_a_number(told.approval),
        )  # fmt: skip
    return con_105_members_resolved_anew(facts, law)


def record(uow: UnitOfWork, made: Contract, decided: Decided, law: Law) -> None:
    """Keep the resolution and the approval with the draft that rests on them."""
    if decided.told is None:
        return
    told, facts = decided.told, {"members": decided.told.members, "in_favour": decided.told.in_favour}
    happened(uow, made, RESOLVED, told.day, said=told.words, facts=facts, paper=decided.minutes)
    if decided.approved is not None:
        happened(uow, made, APPROVED, law.on, said=told.approval, paper=decided.approved)
