"""What ends soon: restrictions that lapse within thirty days, and terms that run out, with what can be done before or is to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import Row
from sqlalchemy.orm import Session

from landreg.access.policy import STAFF, allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.land.queries import division_names
from landreg.registry import ending_queries
from landreg.registry.casework import desk
from landreg.registry.rules.renewal_requests import CHANGES, LAPSES
from landreg.web import pages

blueprint = Blueprint("endings", __name__)
SHOWN: Mapping[str, Callable[[Session, date, int, int], Sequence[Row[Any]]]] = {
    "restrictions": ending_queries.restrictions_ending,
    "terms": ending_queries.terms_ending,
    "operations": ending_queries.operations_ending,
}
"""What there is to be listed, in the order of its counts, and what lists it."""
PROLONGED_BY = {kind: act for act, kind in CHANGES.items() if kind in LAPSES}


@blueprint.get("/endings")
@allow(*STAFF, Role.AUDITOR)
def index() -> Response:
    """Restrictions, terms or land-operation rights that end within thirty days or are over, soonest first."""
    actor, number, size = current_actor(), pages.page_number(), pages.page_size()
    shown = request.args.get("show", "")
    shown = shown if shown in SHOWN else next(iter(SHOWN))
    with unit_of_work(actor) as uow:
        today = desk.today(uow.session)
        rows = SHOWN[shown](uow.session, today, size, (number - 1) * size)
        counts = dict(zip(SHOWN, ending_queries.ending_counts(uow.session, today), strict=True))
        total = rows[0].total if rows else counts[shown]
        return pages.render(
            "registry/endings.html",
            shown=shown,
            page=pages.page_from(rows, total, number=number, size=size),
            counts=counts,
            names=division_names(uow.session, [row.village for row in rows]),
            today=today,
            days=ending_queries.SOON_DAYS,
            lapses=LAPSES,
            prolonged_by=PROLONGED_BY,
            may_act=actor.has(Role.REGISTRAR),
        )
