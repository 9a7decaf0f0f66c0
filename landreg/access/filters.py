"""Filters of lists that an account keeps under names of its own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from landreg.access.model import SavedFilter
from landreg.access.rules import dsk_5_not_too_many_filters
from landreg.core.actor import Actor
from landreg.core.db import unit_of_work
from landreg.core.errors import BadInput, Finding, NotFound, Refused

NAME_MOST = 40
QUERY_MOST = 1000


def kept(session: Session, account_id: UUID, of_list: str) -> Sequence[SavedFilter]:
    """The filters that an account keeps of a list, in the order of their names."""
    return session.scalars(_kept(), {"account": account_id, "list": of_list}).all()


@cache
def _kept() -> Select[Any]:
    own = SavedFilter.account_id == bindparam("account"), SavedFilter.list == bindparam("list")
    return select(SavedFilter).where(*own, SavedFilter.removed_at.is_(None)).order_by(SavedFilter.name)


def keep(actor: Actor, of_list: str, name: str, query: str) -> UUID:
    """Keep a filter. query: the address's part after `?`. Raises BadInput (DSK-1), Refused (DSK-2, DSK-5)."""
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_MOST or len(query) > QUERY_MOST:
        raise BadInput(Finding("DSK-1", "name"))
    with unit_of_work(actor) as uow:
        before = kept(uow.session, actor.account_id, of_list)
        found = dsk_5_not_too_many_filters(len(before))
        if found is None and any(one.name == name for one in before):
            found = Finding("DSK-2", "name")
        if found is not None:
            raise Refused(found)
        row = SavedFilter(
            filter_id=uuid4(), account_id=actor.account_id, list=of_list, name=name, query=query, made_at=uow.now,
            removed_at=None,
        )  # fmt: skip
        uow.session.add(row)
    return row.filter_id


def remove(actor: Actor, filter_id: UUID) -> None:
    """Take a filter of one's own away. Raises NotFound for another's, or one that is gone."""
    with unit_of_work(actor) as uow:
        row = uow.session.get(SavedFilter, filter_id)
        if row is None or row.removed_at is not None:
            raise NotFound(Finding("ACC-17"))
        row.removed_at = uow.now
