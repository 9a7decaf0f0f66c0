"""What acts changed of who holds a right and is no household: name, identity number, address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from landreg.access.person_queries import masked_persons, same_persons
from landreg.party.model import Holder
from landreg.registry.history import Line
from landreg.registry.model import Right


def renamings(session: Session, county: str, rights: Sequence[Right]) -> dict[UUID | None, tuple[Line, ...]]:
    """By act: what is said otherwise from it on of who held the right then. rights: its rows."""
    asked = sa.select(Holder).where(Holder.county == county, Holder.holder_id.in_({row.household_id for row in rights}))
    rows = session.scalars(asked.order_by(sa.func.lower(Holder.recorded), sa.func.lower(Holder.valid))).all()
    open_ = [row for row in rows if row.valid.upper is None]
    next_ = {(row.act_id, row.holder_id): row for row in open_}
    pairs = [
        (was, now)
        for was in open_
        if was.ended_by_act
        and (now := next_.get((was.ended_by_act, was.holder_id)))
        and _held(rights, was.holder_id, now.recorded.lower)
    ]
    persons = [person for was, now in pairs for person in (was.person_id, now.person_id) if person]
    first, masked = same_persons(session, persons), masked_persons(session, persons)
    found: dict[UUID | None, tuple[Line, ...]] = {}
    for was, now in pairs:
        if lines := tuple(_lines(was, now, first, masked)):
            found[was.ended_by_act] = lines
    return found


def _lines(
    was: Holder, now: Holder, first: Mapping[UUID, UUID], masked: Mapping[UUID, tuple[str, str]]
) -> Iterator[Line]:
    since = now.valid.lower if now.valid.lower != was.valid.lower else None
    if now.name != was.name:
        fact = "name" if now.kind == "organization" else "person_id"
        yield Line("holder", now.name, fact, was.name, now.name, since)
    if was.person_id and now.person_id and first.get(was.person_id) != first.get(now.person_id):
        before, after = (masked.get(one, ("—", "—"))[1] for one in (was.person_id, now.person_id))
        told = (before, after) if before != after else (f"{before}（1）", f"{after}（2）")
        yield Line("holder", now.name, "id_number", *told, since)
    if now.address != was.address:
        yield Line("holder", now.name, "address", was.address or None, now.address or None, since)


def _held(rights: Sequence[Right], holder_id: UUID, at: datetime | None) -> bool:
    """Whether the register said at an instant, and before, that a right is this holder's."""
    return at is not None and any(
        at in row.recorded and at != row.recorded.lower for row in rights if row.household_id == holder_id
    )
