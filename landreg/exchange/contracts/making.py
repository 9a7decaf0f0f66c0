"""Both have signed: a contract is made. Its land is bound, what it replaces ends, its rents are set, drafts beside it go."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from landreg.core.actor import Desk
from landreg.core.db import UnitOfWork
from landreg.core.errors import Finding, NotFound, Refused
from landreg.exchange.bidding.rules.qualified import DEAL_RULES
from landreg.exchange.contracts import cancelling, draft_queries, held_queries, land_queries, queries
from landreg.exchange.contracts.entering import happened, open_for
from landreg.exchange.contracts.model import Contract
from landreg.exchange.contracts.rules.course import UNSIGNED
from landreg.exchange.contracts.rules.following import (
    FOLLOWED_AT,
    Change,
    carried,
    con_61_changed_within_its_term,
    con_69_moved_right_is_changed_no_more,
)
from landreg.exchange.contracts.rules.free import (
    Ground,
    con_100_term_is_not_over,
    con_109_land_is_there_to_give,
)
from landreg.exchange.contracts.rules.instalments import BY_DAYS, GOES_OVER
from landreg.exchange.contracts.rules.rent import Due
from landreg.exchange.contracts.rules.service import SERVICE
from landreg.exchange.contracts.rules.stepping import con_45_draft_has_its_day
from landreg.exchange.contracts.taking import by_contract, frozen_land
from landreg.exchange.contracts.whole import Whole, calendar_of
from landreg.exchange.listings import listing_queries
from landreg.land.parcel_queries import gone_by
from landreg.law.book import Law, examine
from landreg.registry.rules.died_out import nobody_lives


def stands_below(uow: UnitOfWork, row: Contract, law: Law) -> None:
    """Raises Conflict (CON-5) where what a contract changes or passes on has ended, Refused (CON-61) where a change would begin on
    none of its days, (CON-69) where what it moves is registered.
    """
    below = queries.one(uow.session, row.county, row.previous_id) if row.previous_id is not None else None
    if below is None or row.relation == "renewal":
        return
    found = queries.whole(uow.session, below)
    open_for(found, law, *FOLLOWED_AT[row.relation])
    if row.relation != "change":
        return
    moved = (below.number, land_queries.register_moves_it(uow.session, below.county, below.contract_id))
    late = con_61_changed_within_its_term(Change(found.course(law.on), row.from_on, drawn=False), law)
    if wrong := con_69_moved_right_is_changed_no_more(moved, law) or late:
        raise Refused(wrong)


def make(uow: UnitOfWork, found: Whole, law: Law) -> None:
    """Both have signed: the contract binds its land, what it replaces ends on its first day, and its rents are set: what was
    paid too much of that goes over to it, and of one sum all that was paid where it is paid in one sum too. Drafts that followed
    the same contract and can be concluded no more are dropped.

    Raises Refused (QUAL-1, QUAL-4, QUAL-5) where its taker may not have so much land, (CON-2) where another contract has its land,
    (CON-38, CON-39) where what restricts the registered right stops the change.
    """
    row, gone_over = found.contract, {}
    dues = calendar_of(row, found.parcels, law.on)
    if wrong := examine(DEAL_RULES, by_contract(uow, row, law), law):
        raise Refused(wrong)
    still_free(uow, found)
    if row.relation == "change" and row.previous_id is not None:
        if uow.actor.desk is Desk.CITIZEN:
            # Two contracts move at once: that is done at the desk.
            raise Refused(Finding("CON-3", "way", subject=row.number))
        previous = queries.one(uow.session, row.county, row.previous_id, lock=False)
        if previous is None:
            raise NotFound
        old = queries.whole(uow.session, previous)
        if told := cancelling.stopped(uow, old, law, "change"):
            raise Refused(told)
        one_sum = ""
        if previous.paid_every == "once":
            one_sum = GOES_OVER if row.paid_every == "once" else BY_DAYS
        gone_over = _carried(old, row, dues, one_sum)
        facts = {"how": "replaced", "by": row.number, **({"one_sum": one_sum} if one_sum else {}), **gone_over}
        happened(uow, previous, "ended", row.from_on, facts=facts)
    happened(uow, row, "signed", law.on, facts=gone_over, dues=dues)
    if uow.actor.desk is Desk.EXCHANGE and row.previous_id is not None:
        drop_overtaken(uow, row.previous_id, law, row.number)


def _carried(old: Whole, row: Contract, dues: Sequence[Due], one_sum: str) -> dict[str, str]:
    """What was paid too much of a contract goes over to the one that changes it, as its step tells it."""
    over = old.beyond(old.settled_until(row.from_on, one_sum))
    found = carried(over, old.payer if old.dues else "", dues, same_grain=old.contract.grain == row.grain)
    return {name: str(sum_) for name, sum_ in found.items()}


def drop_late(uow: UnitOfWork, row: Contract, law: Law) -> bool:
    """Drop a draft whose last day is over (CON-45); whether it was one."""
    if row.state not in UNSIGNED or con_45_draft_has_its_day((row.number, row.sign_until), law) is None:
        return False
    happened(uow, row, "withdrawn", law.on, facts={"how": "lapsed"})
    return True


def drop_overtaken(uow: UnitOfWork, previous: UUID, law: Law, by: str) -> None:
    """Drop the drafts that follow a contract and can be concluded no more. by: the contract that was made, or has ended."""
    uow.session.flush()
    for draft in draft_queries.overtaken(uow.session, previous):
        happened(uow, draft, "withdrawn", law.on, facts={"how": "overtaken", "by": by})


def days_are_left(found: Whole, law: Law) -> None:
    """Raises Refused (CON-100) where the whole term of a draft is over, before a side signs it."""
    row = found.contract
    if over := con_100_term_is_not_over((row.number, row.until_on), law):
        raise Refused(over)


def somebody_lives(uow: UnitOfWork, found: Whole) -> None:
    """Raises Refused (HH-15) where nobody is left of the household whose right a draft gives, before a side signs it; what is
    passed on below a contract is its taker's.
    """
    row = found.contract
    dead = "" if row.relation == "retransfer" else listing_queries.died_out(uow.session, row.county, row.right_id)
    if dead:
        raise Refused(nobody_lives([dead], "parcels", row.number))


def freezes(session: Session, found: Whole) -> list[Finding]:
    """TR-12, REG-39: what freezes the land of a draft by now."""
    row, codes = found.contract, [one.parcel_code for one in found.parcels]
    if row.right_id is None or row.state not in UNSIGNED:
        return []
    stands = land_queries.frozen(session, row.county, row.right_id, codes)
    return frozen_land("parcels", stands, row.number)


def land_gone(session: Session, found: Whole, *, own: bool) -> list[Finding]:
    """CON-109 where whoever gives the land of a draft has it no more. own: asked by a party of the contract, who is not told of the
    case; of a collective's land the desks alone ask.
    """
    row, drawn = found.contract, {one.parcel_code: one.area_m2 for one in found.parcels}
    if row.state not in UNSIGNED or (own and (row.right_id is None or row.kind == "retransfer")):
        return []
    left: dict[str, Decimal] = {}
    if row.right_id is None:
        left = land_queries.of_collective(session, row.county, list(drawn))
    else:
        for one in held_queries.held_now(session, row.county, row.contract_id, own=own):
            if row.relation == "retransfer" or one.household_id == row.household_id:
                left[one.parcel_code] = left.get(one.parcel_code, Decimal(0)) + one.area_m2
    short = [] if own else [code for code, area in drawn.items() if left.get(code, Decimal(0)) < area]
    cases = sorted({one.number for one in gone_by(session, row.county, short)}) if short else []
    gone = con_109_land_is_there_to_give(Ground(row.number, drawn, left, tuple(cases)))
    return [gone] if gone else []


def land_is_there(uow: UnitOfWork, found: Whole) -> None:
    """Raises Refused (CON-109) with the parcels of a draft that its giver has no more, before a side signs it."""
    if told := land_gone(uow.session, found, own=uow.actor.desk is Desk.CITIZEN):
        raise Refused(told)


def not_frozen(uow: UnitOfWork, found: Whole) -> None:
    """Raises Refused (TR-12, REG-39) at the desk with what freezes the land of a draft by now, before a side signs it; the database
    refuses to conclude it whoever signs.
    """
    if uow.actor.desk is Desk.EXCHANGE and (told := freezes(uow.session, found)):
        raise Refused(told)


def still_free(uow: UnitOfWork, found: Whole) -> None:
    """Raises Refused (CON-2) at the desk, with the parcels of a draft that another contract, or a registered land-operation right,
    has by now, before a side signs it; the database refuses to conclude it whoever signs.
    """
    row = found.contract
    if row.kind == SERVICE or uow.actor.desk is not Desk.EXCHANGE:
        return
    above = queries.chain(uow.session, row)
    depth = sum(one.relation == "retransfer" for one in (*above, row)) if row.relation == "retransfer" else 0
    codes, but = [one.parcel_code for one in found.parcels], [row.previous_id] if row.relation == "change" else []
    have = land_queries.had(
        uow.session, row.county, row.kind, codes, row.from_on, row.until_on, depth, [one for one in but if one],
        row.taker_id,
    )  # fmt: skip
    if have:
        told = {"parcels": sorted(have), "numbers": sorted({*have.values()})}
        raise Refused(Finding("CON-2", "parcels", told, subject=row.number))
