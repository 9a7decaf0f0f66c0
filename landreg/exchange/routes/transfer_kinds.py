"""The kinds of transfer on one page for everybody: their law, who may take, how long, what is filed."""

from __future__ import annotations

from flask import Blueprint, Response

from landreg.access.policy import allow, door, known_actor
from landreg.core.actor import Role
from landreg.core.db import unit_of_work
from landreg.core.periods import beijing_day
from landreg.law.book import all_articles
from landreg.law.queries import load_law
from landreg.law.transfers import transfers
from landreg.web import pages

blueprint = Blueprint("transfer_kinds", __name__)


@blueprint.get("/law/transfers")
@allow(Role.PUBLIC)
def index() -> Response:
    """Every kind that holds today."""
    with unit_of_work(door()) as uow:
        today = beijing_day(uow.now)
        law = load_law(uow.session, known_actor().jurisdiction[:6].ljust(6, "0"), today)
    return pages.render(
        "exchange/transfers.html",
        kinds=[(kind, kind.most_years(law)) for kind in transfers(today).values()],
        leased=law.days("LST-16.lease_years"),
        articles=all_articles(),
        figures=law.parameters,
    )
