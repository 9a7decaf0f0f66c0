"""What ends soon: restrictions that lapse within thirty days, and terms that run out, with what can be done before."""

from __future__ import annotations

from flask import Blueprint, Response, request

from landreg.access.policy import STAFF, allow, current_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.land.queries import division_names
from landreg.registry import ending_queries
from landreg.registry.casework import desk
from landreg.registry.rules.renewal_requests import CHANGES, LAPSES
from landreg.web import pages

blueprint = Blueprint("endings", __name__)
SHOWN = ("restrictions", "terms")
PROLONGED_BY = {kind: act for act, kind in CHANGES.items() if kind in LAPSES}


@blueprint.get("/endings")
@allow(*STAFF, Role.AUDITOR)
def index() -> Response:
    """Restrictions or terms that end within thirty days or are over, soonest first."""
    actor, number, size = current_actor(), pages.page_number(), pages.page_size()
    shown = request.args.get("show", "")
    shown = shown if shown in SHOWN else SHOWN[0]
    with unit_of_work(actor) as uow:
        today = desk.today(uow.session)
        ask = ending_queries.restrictions_ending if shown == "restrictions" else ending_queries.terms_ending
        rows = ask(uow.session, today, size, (number - 1) * size)
        counts = ending_queries.ending_counts(uow.session, today)
        total = rows[0].total if rows else counts[SHOWN.index(shown)]
        return pages.render(
            "registry/endings.html",
            shown=shown,
            page=pages.page_from(rows, total, number=number, size=size),
            counts=dict(zip(SHOWN, counts, strict=True)),
            names=division_names(uow.session, [row.village for row in rows]),
            today=today,
            days=ending_queries.SOON_DAYS,
            lapses=LAPSES,
            prolonged_by=PROLONGED_BY,
            may_act=actor.has(Role.REGISTRAR),
        )
