"""The papers of an exit, printed from what stands in the register."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, send_file
from sqlalchemy.orm import Session

from landreg.access.policy import allow, current_actor
from landreg.core.db import unit_of_work
from landreg.core.errors import Conflict, Finding, NotFound
from landreg.core.periods import beijing_day
from landreg.exit import papers, queries
from landreg.exit.queries import Whole
from landreg.law.book import term
from landreg.registry import queries as registry
from landreg.registry.casework import desk as casework
from landreg.registry.papers.office import Desk
from landreg.registry.routes.queues import READERS
from landreg.registry.routes.surroundings import desk_of

blueprint = Blueprint("exit_papers", __name__)
Printing = Callable[[Session, Desk, Whole], bytes]


@blueprint.get("/exits/<county>/<uuid:exit_id>/statement.pdf")
@allow(*READERS)
def statement(county: str, exit_id: UUID) -> Response:
    """The application with the statement."""
    return _printed(county, exit_id, papers.statement)


@blueprint.get("/exits/<county>/<uuid:exit_id>/agreement.pdf")
@allow(*READERS)
def agreement(county: str, exit_id: UUID) -> Response:
    """The agreement. Raises Conflict (EXIT-13) before there is one."""
    return _printed(county, exit_id, papers.agreement, lambda found: found.agreement is not None)


@blueprint.get("/exits/<county>/<uuid:exit_id>/withdrawal.pdf")
@allow(*READERS)
def receipt(county: str, exit_id: UUID) -> Response:
    """The receipt of a withdrawal. Raises Conflict (EXIT-13) where it was not taken back."""
    return _printed(county, exit_id, papers.receipt, lambda found: "withdrawal" in found.events)


@blueprint.get("/exits/<county>/<uuid:exit_id>/ending.pdf")
@allow(*READERS)
def ending(county: str, exit_id: UUID) -> Response:
    """What was registered. Raises Conflict (EXIT-13) before that."""
    return _printed(county, exit_id, _ending, lambda found: found.case.act_id is not None)


def _ending(session: Session, made_at: Desk, found: Whole) -> bytes:
    act = casework.act(session, found.case.county, found.case.act_id)
    ended = [
        f"{certificate.number}（{term('certificate', end.state)}）"
        for right_id in found.exit.right_ids
        for certificate, end in registry.certificates_of_right(session, found.case.county, right_id)
        if end is not None and end.act_id == found.case.act_id
    ]
    if act is None:
        raise Conflict(Finding("EXIT-13", "state", subject=found.exit.number))
    return papers.ending(session, made_at, found, act.number, beijing_day(act.registered_at), ended)


def _printed(
    county: str, exit_id: UUID, printing: Printing, there: Callable[[Whole], bool] = lambda found: True
) -> Response:
    with unit_of_work(current_actor()) as uow:
        row = queries.one(uow.session, county, exit_id)
        if row is None:
            raise NotFound
        found = queries.whole(uow.session, row)
        if not there(found):
            raise Conflict(Finding("EXIT-13", "state", subject=row.number))
        pdf = printing(uow.session, desk_of(uow.session, county), found)
    return send_file(BytesIO(pdf), "application/pdf", download_name=f"{row.number}.pdf")
