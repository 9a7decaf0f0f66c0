"""The paper of a public notice: printed when it is published, with the log's checkpoint of then, and kept by its hash."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from landreg.core.db import UnitOfWork
from landreg.core.errors import NotFound
from landreg.land.queries import division_path
from landreg.law.queries import load_law
from landreg.log import queries as log
from landreg.registry.casebook import Notice
from landreg.registry.casework.notices import Board
from landreg.registry.documents import Store
from landreg.registry.papers import office
from landreg.registry.queries import is_demo


def board(store: Store, base_url: str) -> Board:
    """What a notice is put up with: it prints the paper and keeps it, and gives its hash."""

    def put_up(uow: UnitOfWork, notice: Notice) -> str:
        session, county = uow.session, notice.county
        made = office.Desk(load_law(session, county, notice.published_on), base_url, is_demo(session))
        village = " ".join(division_path(session, notice.village))
        return store.put_bytes(printed(made, notice, village, made.authority(session, county), checkpoint(session)))

    return put_up


def printed(made: office.Desk, notice: Any, village: str, authority: str, checkpoint: str) -> bytes:
    """The paper of a notice. notice: its row, or what the public may read of it."""
    return office.notice(
        made,
        notice.content,
        number=notice.number,
        title=notice.title,
        village=village,
        published_on=notice.published_on,
        last_day=notice.last_day,
        authority=authority,
        checkpoint=checkpoint,
    )


def checkpoint(session: Session) -> str:
    """The log's last checkpoint; '' before the first."""
    try:
        return log.checkpoint(session).note
    except NotFound:
        return ""
